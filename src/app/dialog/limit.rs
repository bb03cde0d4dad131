//! How fast transfers may be.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::model::job::{JobId, Request};
use crate::model::limit::ByteRate;

/// Asks for the limit of one transfer, or of all together.
#[derive(Debug)]
pub struct Limit {
    form: Form,
    job: Option<JobId>,
    what: String,
    field: Field,
}

impl Limit {
    /// Returns the question for a job, or for all; `what` names it, filtered, and `rate` holds now.
    pub fn new(job: Option<JobId>, what: String, rate: Option<ByteRate>) -> Self {
        let text = rate.map_or_else(|| "none".to_owned(), |rate| rate.to_string());
        Self { form: Form::at(0), job, what, field: Field::new(&text) }
    }

    fn rate(&self) -> Result<Option<ByteRate>, String> {
        ByteRate::parse_limit(self.field.text())
    }
}

impl Ask for Limit {
    fn sheet(&self) -> Sheet<'_> {
        let parts = vec![
            Part::Pair("Of", Role::Text, self.what.clone()),
            Part::Gap,
            Part::Field { label: "At most", field: &self.field, problem: self.rate().err() },
            Part::Gap,
            Part::Text(Role::Dim, "bytes a second to and from servers: 500 KiB, 10 MiB, or none".to_owned()),
        ];
        Sheet { title: "Limit the speed".into(), tone: Tone::Plain, parts, buttons: vec!["Limit", "Cancel"] }
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
        match (button, self.rate()) {
            (0, Ok(rate)) => Step::Close(vec![Effect::Submit(Request::Limit { job: self.job, rate })]),
            (0, Err(_)) => {
                self.form = Form::at(0);
                Step::stay()
            }
            _ => Step::close(),
        }
    }
}
