//! Mark or unmark by a pattern.

use globset::{GlobBuilder, GlobMatcher};

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Reply, Step};
use crate::app::field::Field;
use crate::model::text::visible;

/// Asks for a glob that names have to match.
#[derive(Debug)]
pub struct Pattern {
    form: Form,
    field: Field,
    is_mark: bool,
}

impl Pattern {
    /// Returns the question; `is_mark` tells marking from unmarking.
    pub fn new(is_mark: bool) -> Self {
        Self { form: Form::at(0), field: Field::new("*"), is_mark }
    }

    fn matcher(&self) -> Result<GlobMatcher, String> {
        // A name holds no separator as far as marking goes: a key's part may well have a backslash in it.
        let glob = GlobBuilder::new(self.field.text()).literal_separator(false).backslash_escape(true).build();
        glob.map(|glob| glob.compile_matcher()).map_err(|error| visible(&error.kind().to_string()).into_owned())
    }
}

impl Ask for Pattern {
    fn sheet(&self) -> Sheet<'_> {
        let (title, button) = if self.is_mark { ("Mark by pattern", "Mark") } else { ("Unmark by pattern", "Unmark") };
        let parts = vec![
            Part::Field { label: "Pattern", field: &self.field, problem: self.matcher().err() },
            Part::Gap,
            Part::Text(Role::Dim, "* any text, ? one character, [a-z] one of these, {csv,json} either".to_owned()),
        ];
        Sheet { title: title.into(), tone: Tone::Plain, parts, buttons: vec![button, "Cancel"] }
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

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        match (button, self.matcher()) {
            (0, Ok(pattern)) => Step::Reply(Reply::Mark { pattern, is_mark: self.is_mark }),
            (0, Err(_)) => {
                self.form = Form::at(0);
                Step::stay()
            }
            _ => Step::close(),
        }
    }
}
