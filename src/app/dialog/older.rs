//! From which age on unfinished uploads are to be aborted.

use super::sheet::{Part, Role, Sheet, Tone};
use super::single::{Question, Single, Typed};
use super::{Ids, Reply, Step};
use crate::app::field::Field;
use crate::model::lifetime::time_of;

/// Asks for an age.
#[derive(Debug)]
pub struct Older {
    is_whole: bool,
}

impl Older {
    /// Asks about a list that is there as a whole, or about that part of it that is loaded.
    pub fn ask(is_whole: bool) -> Single<Self> {
        Single::new(Self { is_whole }, Field::new("7d"))
    }
}

impl Question for Older {
    fn sheet<'a>(&'a self, typed: &'a Typed) -> Sheet<'a> {
        let problem = time_of(typed.text()).err();
        let mut parts = vec![
            Part::Field { label: "Older than", field: &typed.field, problem },
            Part::Gap,
            Part::Text(
                Role::Dim,
                "as 7d, 12h, 15m. Marks those that are so old; asks before it aborts them.".to_owned(),
            ),
            Part::Text(Role::Dim, "What belongs to a transfer of this machine is left out.".to_owned()),
        ];
        if !self.is_whole {
            let words = "! The list is not whole: those that are not loaded are left out.";
            parts.push(Part::Text(Role::Warning, words.to_owned()));
        }
        Sheet { title: "Abort the older uploads".into(), tone: Tone::Plain, parts, buttons: vec!["Mark", "Cancel"] }
    }

    fn answer(&self, text: &str, _ids: &mut Ids) -> Option<Step> {
        Some(Step::Reply(Reply::AbortOlder(time_of(text).ok()?)))
    }
}
