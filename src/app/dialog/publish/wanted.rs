//! What website is wished for, as it is typed and chosen.

use crate::app::dialog::sheet::{Part, Role};
use crate::app::field::Field;
use crate::model::publication::{ErrorPage, Wish};
use crate::model::text::visible;

/// What can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Index,
    SinglePage,
    Error,
    OnlyThere,
    Hidden,
}

/// What is wished for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// As it was to begin with; folder and place stay so.
    wish: Wish,
    index: Field,
    error: Field,
    is_single: bool,
}

impl Wanted {
    /// Returns what is wished for to begin with.
    pub fn new(wish: Wish) -> Self {
        let error = match &wish.error {
            ErrorPage::Named(name) => name.as_str(),
            ErrorPage::Found | ErrorPage::Index | ErrorPage::Standing => "",
        };
        Self {
            index: Field::new(&wish.index),
            error: Field::new(error),
            is_single: wish.error == ErrorPage::Index,
            wish,
        }
    }

    /// Returns what is wished for now.
    pub fn wish(&self) -> Wish {
        let error = match self.error.text() {
            _ if self.is_single => ErrorPage::Index,
            "" => ErrorPage::Standing,
            name => ErrorPage::Named(name.to_owned()),
        };
        Wish { index: self.index.text().to_owned(), error, ..self.wish.clone() }
    }

    fn stops(&self) -> Vec<Stop> {
        let error = (!self.is_single).then_some(Stop::Error);
        [Stop::Index, Stop::SinglePage].into_iter().chain(error).chain([Stop::OnlyThere, Stop::Hidden]).collect()
    }

    /// Adds where it comes from and where it goes.
    pub fn add_places(&self, parts: &mut Vec<Part<'_>>) {
        parts.push(Part::Place("Folder", visible(&self.wish.folder.to_string_lossy()).into_owned()));
        parts.push(Part::Place("To", visible(&self.wish.target().to_string()).into_owned()));
    }

    /// Adds all that is asked.
    pub fn add_to<'a>(&'a self, parts: &mut Vec<Part<'a>>) {
        self.add_places(parts);
        parts.push(Part::Gap);
        parts.extend(self.stops().into_iter().map(|stop| self.part(stop)));
        if !self.is_single && self.error.is_empty() {
            parts.push(Part::Text(Role::Dim, "Without an error page the bucket's stays as it is.".to_owned()));
        }
    }

    fn part(&self, stop: Stop) -> Part<'_> {
        let choice = |label, options: [&'static str; 2], is_second| Part::Choice {
            label,
            options: options.map(Into::into).to_vec(),
            chosen: usize::from(is_second),
        };
        match stop {
            Stop::Index => Part::Field { label: "Index page", field: &self.index, problem: None },
            Stop::SinglePage => choice("Single page", ["no", "for all that is not there"], self.is_single),
            Stop::Error => Part::Field { label: "Error page", field: &self.error, problem: None },
            Stop::OnlyThere => choice("Only there", ["keep", "delete"], self.wish.deletes),
            Stop::Hidden => choice("Dot files", ["leave out", "upload"], self.wish.takes_hidden),
        }
    }

    /// Returns the text field at a stop.
    pub fn field(&mut self, stop: usize) -> Option<&mut Field> {
        match self.stops().get(stop)? {
            Stop::Index => Some(&mut self.index),
            Stop::Error => Some(&mut self.error),
            Stop::SinglePage | Stop::OnlyThere | Stop::Hidden => None,
        }
    }

    /// Chooses an option at a stop.
    pub fn choose(&mut self, stop: usize, option: usize) {
        match self.stops().get(stop) {
            Some(Stop::SinglePage) => self.is_single = option == 1,
            Some(Stop::OnlyThere) => self.wish.deletes = option == 1,
            Some(Stop::Hidden) => self.wish.takes_hidden = option == 1,
            _ => {}
        }
    }
}
