//! Giving an entry another name in its place.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::transfer::check_name;
use super::{Ids, Step};
use crate::app::field::Field;
use crate::model::filter::Filter;
use crate::model::job::{Item, Transfer, Work};
use crate::model::location::Location;
use crate::model::plan::ConflictPolicy;
use crate::model::text::visible;

/// Asks for a new name.
#[derive(Debug)]
pub struct Rename {
    form: Form,
    item: Item,
    place: Location,
    field: Field,
    was_refused: bool,
}

impl Rename {
    /// Returns the question for an item that lies right in this place.
    pub fn new(item: Item, place: Location) -> Self {
        let mut field = Field::new(&item.name());
        if !item.is_container() {
            field.move_before_extension();
        }
        Self { form: Form::at(0), item, place, field, was_refused: false }
    }

    fn problem(&self) -> Option<String> {
        check_name(self.field.text(), !self.place.is_s3()).err()
    }
}

impl Ask for Rename {
    fn sheet(&self) -> Sheet<'_> {
        let what = visible(&self.item.to_string()).into_owned();
        let problem = self.problem().filter(|_| self.was_refused || !self.field.is_empty());
        let mut parts =
            vec![Part::Place("What", what), Part::Gap, Part::Field { label: "New name", field: &self.field, problem }];
        if self.place.is_s3() {
            let words = if self.item.is_container() {
                "S3 cannot rename: every object below is copied, verified, and then deleted."
            } else {
                "S3 cannot rename: the object is copied, verified, and then deleted."
            };
            parts.extend([Part::Gap, Part::Text(Role::Dim, words.to_owned())]);
        }
        Sheet { title: "Rename".into(), tone: Tone::Plain, parts, buttons: vec!["Rename", "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        (stop == 0).then_some(&mut self.field)
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button != 0 || self.field.text() == self.item.name() {
            return Step::close();
        }
        if self.problem().is_some() {
            self.was_refused = true;
            self.form = Form::at(0);
            return Step::stay();
        }
        let transfer = Transfer {
            items: vec![self.item.clone()],
            to: self.place.clone(),
            rename: Some(self.field.text().to_owned()),
            takes_contents: false,
            filter: Filter::default(),
            is_move: true,
            policy: ConflictPolicy::Ask,
            storage_class: None,
        };
        Step::start(ids, Work::Transfer(transfer))
    }
}
