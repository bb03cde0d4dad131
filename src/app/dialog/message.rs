//! A few sentences to read.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};

/// Something to read, and a button to close it.
#[derive(Debug)]
pub struct Message {
    form: Form,
    title: &'static str,
    paragraphs: Vec<String>,
}

impl Message {
    /// Returns a message of these paragraphs, already filtered.
    pub fn new(title: &'static str, paragraphs: Vec<String>) -> Self {
        Self { form: Form::at(0), title, paragraphs }
    }
}

impl Ask for Message {
    fn sheet(&self) -> Sheet<'_> {
        let parts = self.paragraphs.iter().map(|text| Part::Text(Role::Text, text.clone())).collect();
        Sheet { title: self.title.into(), tone: Tone::Plain, parts, buttons: vec!["Close"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn press(&mut self, _button: usize, _ids: &mut Ids) -> Step {
        Step::close()
    }
}
