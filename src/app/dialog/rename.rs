//! Giving an entry another name in its place.

use super::sheet::{Part, Role, Sheet, Tone};
use super::single::{Question, Single, Typed};
use super::transfer::check_name;
use super::{Ids, Step};
use crate::app::field::Field;
use crate::model::job::{Item, Transfer, Work};
use crate::model::location::Location;
use crate::model::text::visible;

/// Asks for a new name.
#[derive(Debug)]
pub struct Rename {
    item: Item,
    place: Location,
}

impl Rename {
    /// Asks for the name of an item that lies right in this place.
    pub fn ask(item: Item, place: Location) -> Single<Self> {
        let mut field = Field::new(&item.name());
        if !item.is_container() {
            field.move_before_extension();
        }
        Single::new(Self { item, place }, field)
    }

    fn check(&self, name: &str) -> Result<(), String> {
        check_name(name, !self.place.is_s3())
    }
}

impl Question for Rename {
    fn sheet<'a>(&'a self, typed: &'a Typed) -> Sheet<'a> {
        let what = visible(&self.item.to_string()).into_owned();
        let problem = self.check(typed.text()).err().filter(|_| typed.is_judged());
        let mut parts =
            vec![Part::Place("What", what), Part::Gap, Part::Field { label: "New name", field: &typed.field, problem }];
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

    fn answer(&self, text: &str, ids: &mut Ids) -> Option<Step> {
        if text == self.item.name() {
            return Some(Step::close());
        }
        self.check(text).ok()?;
        let transfer = Transfer {
            rename: Some(text.to_owned()),
            is_move: true,
            ..Transfer::new(vec![self.item.clone()], self.place.clone())
        };
        Some(Step::start(ids, Work::Transfer(transfer)))
    }
}
