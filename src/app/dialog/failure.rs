//! What went wrong: what failed, why, the service's code and request id, and one hint.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::keymap::Key;
use crate::model::error::Error;
use crate::model::text::visible;

/// Shows an error in full.
#[derive(Debug)]
pub struct Failure {
    form: Form,
    error: Error,
}

impl Failure {
    /// Returns the dialog of an error.
    pub fn new(error: Error) -> Self {
        Self { form: Form::at(0), error }
    }

    fn copy(&self) -> Effect {
        let mut text = self.error.to_string();
        if let Some(code) = &self.error.code {
            text = format!("{text}; code {code}");
        }
        if let Some(id) = &self.error.request_id {
            text = format!("{text}; request ID {id}");
        }
        Effect::Copy(text)
    }
}

impl Ask for Failure {
    fn sheet(&self) -> Sheet<'_> {
        let error = &self.error;
        let what = format!("{} {}", error.operation, visible(&error.target));
        let mut parts = vec![
            Part::Pair("Cannot", Role::Text, what),
            Part::Pair("Because", Role::Error, visible(&error.cause).into_owned()),
        ];
        let details = [
            ("Permission", error.permission.map(str::to_owned)),
            ("Code", error.code.as_deref().map(|code| visible(code).into_owned())),
            ("Request ID", error.request_id.as_deref().map(|id| visible(id).into_owned())),
        ];
        for (label, value) in details {
            parts.extend(value.map(|value| Part::Pair(label, Role::Dim, value)));
        }
        if let Some(hint) = error.hint() {
            parts.extend([Part::Gap, Part::Pair("Hint", Role::Text, hint)]);
        }
        Sheet { title: "Error".into(), tone: Tone::Failure, parts, buttons: vec!["Close", "Copy text"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        if button == 1 { Step::Stay(vec![self.copy()]) } else { Step::close() }
    }

    fn own_key(&mut self, key: Key, _ids: &mut Ids) -> Option<Step> {
        (key == Key::char('y')).then(|| Step::Stay(vec![self.copy()]))
    }
}
