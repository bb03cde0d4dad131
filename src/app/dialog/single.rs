//! Dialogs that ask for one text: what they share is all but the question and what is done with the answer.

use super::form::{Ask, Form};
use super::sheet::Sheet;
use super::{Ids, Step};
use crate::app::field::Field;

/// A question that one text answers.
pub trait Question {
    /// Describes what is shown around the text.
    fn sheet<'a>(&'a self, typed: &'a Typed) -> Sheet<'a>;

    /// Does what the text says; nothing if it cannot be done, which the sheet says.
    fn answer(&self, text: &str, ids: &mut Ids) -> Option<Step>;
}

/// What was typed so far.
#[derive(Debug, Default)]
pub struct Typed {
    /// Where it is typed.
    pub field: Field,
    /// Whether it was refused once: an empty field says what it needs only then.
    pub was_refused: bool,
}

impl Typed {
    /// Returns the text.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// Returns whether a problem is worth saying: nobody has to be told that he has not typed anything yet.
    pub fn is_judged(&self) -> bool {
        self.was_refused || !self.field.is_empty()
    }
}

/// The dialog of such a question: a field, a button that means it, and one that leaves.
#[derive(Debug)]
pub struct Single<Q> {
    form: Form,
    question: Q,
    typed: Typed,
}

impl<Q> Single<Q> {
    /// Asks a question, with a text to start from.
    pub fn new(question: Q, field: Field) -> Self {
        Self { form: Form::at(0), question, typed: Typed { field, was_refused: false } }
    }
}

impl<Q: Question> Ask for Single<Q> {
    fn sheet(&self) -> Sheet<'_> {
        self.question.sheet(&self.typed)
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        (stop == 0).then_some(&mut self.typed.field)
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button != 0 {
            return Step::close();
        }
        self.question.answer(self.typed.text(), ids).unwrap_or_else(|| {
            self.typed.was_refused = true;
            self.form = Form::at(0);
            Step::stay()
        })
    }
}
