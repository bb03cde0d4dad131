//! A text that was not written: leaving it, and what to do when the document has changed meanwhile.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Reply, Step};
use crate::model::document::DocumentKind;

/// Why it is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The text is to be left.
    Leaving,
    /// Somebody else has changed the document since it was read.
    Stale,
}

/// Asks what is to become of a text. The safe button is the focused one.
#[derive(Debug)]
pub struct Unsaved {
    form: Form,
    kind: DocumentKind,
    why: Why,
}

impl Unsaved {
    /// Returns the question about the text of a document.
    pub fn new(kind: DocumentKind, why: Why) -> Self {
        Self { form: Form::at(0), kind, why }
    }
}

impl Ask for Unsaved {
    fn sheet(&self) -> Sheet<'_> {
        let title = self.kind.facts().title;
        let (tone, words, buttons) = match self.why {
            Why::Leaving => (
                Tone::Danger,
                vec![(Role::Text, format!("What you have typed for {title} was not written."))],
                vec!["Stay", "Throw it away"],
            ),
            Why::Stale => (
                Tone::Failure,
                vec![
                    (Role::Text, format!("{title} has changed since it was read; nothing was written.")),
                    (Role::Dim, "What stands there can be read again. What you have typed stays as it is.".to_owned()),
                ],
                vec!["Read again", "Leave it so"],
            ),
        };
        let parts = words.into_iter().map(|(role, words)| Part::Text(role, words)).collect();
        Sheet { title: title.into(), tone, parts, buttons }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        match (self.why, button) {
            (Why::Leaving, 1) => Step::Reply(Reply::ThrowAway),
            (Why::Stale, 0) => Step::Reply(Reply::ReadAgain(self.kind)),
            _ => Step::close(),
        }
    }
}
