//! Mark or unmark by a pattern.

use globset::{GlobBuilder, GlobMatcher};

use super::sheet::{Part, Role, Sheet, Tone};
use super::single::{Question, Single, Typed};
use super::{Ids, Reply, Step};
use crate::app::field::Field;
use crate::model::text::visible;

/// Asks for a glob that names have to match.
#[derive(Debug)]
pub struct Pattern {
    is_mark: bool,
}

impl Pattern {
    /// Asks for a pattern; `is_mark` tells marking from unmarking.
    pub fn ask(is_mark: bool) -> Single<Self> {
        Single::new(Self { is_mark }, Field::new("*"))
    }
}

fn matcher(text: &str) -> Result<GlobMatcher, String> {
    // A name holds no separator as far as marking goes: a key's part may well have a backslash in it.
    let glob = GlobBuilder::new(text).literal_separator(false).backslash_escape(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| visible(&error.kind().to_string()).into_owned())
}

impl Question for Pattern {
    fn sheet<'a>(&'a self, typed: &'a Typed) -> Sheet<'a> {
        let (title, button) = if self.is_mark { ("Mark by pattern", "Mark") } else { ("Unmark by pattern", "Unmark") };
        let parts = vec![
            Part::Field { label: "Pattern", field: &typed.field, problem: matcher(typed.text()).err() },
            Part::Gap,
            Part::Text(Role::Dim, "* any text, ? one character, [a-z] one of these, {csv,json} either".to_owned()),
        ];
        Sheet { title: title.into(), tone: Tone::Plain, parts, buttons: vec![button, "Cancel"] }
    }

    fn answer(&self, text: &str, _ids: &mut Ids) -> Option<Step> {
        Some(Step::Reply(Reply::Mark { pattern: matcher(text).ok()?, is_mark: self.is_mark }))
    }
}
