//! The question before something is deleted.

use super::question::Question;
use super::session::Stop;
use crate::model::text::{self, visible};

/// What would be lost.
#[derive(Debug, Clone, Copy)]
pub struct Loss<'a> {
    /// How many objects or files.
    pub items: u64,
    /// Their size.
    pub bytes: u64,
    /// The words for one of them and for several.
    pub nouns: (&'static str, &'static str),
    /// The place that they are in, as it was given.
    pub below: &'a str,
    /// What is known of undoing it: a sentence after a space, or nothing.
    pub undone: &'static str,
}

impl Loss<'_> {
    /// Asks, if there is more than one to lose and somebody to ask; without a terminal more than one is refused.
    pub async fn confirm(self) -> Result<(), Stop> {
        if self.items <= 1 {
            return Ok(());
        }
        let what = format!("{}, {}", text::counted(self.items, self.nouns.0, self.nouns.1), text::size(self.bytes));
        let more = format!(", below {}?{}", visible(self.below), self.undone);
        Question { what: format!("delete {what}"), more, refused: "nothing was deleted" }.ask().await
    }
}
