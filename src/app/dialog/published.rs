//! How publishing a website ended: where it is, what a visit met, what was done and what was not.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::keymap::Key;
use crate::app::queue::{Job, JobState};
use crate::model::job::{ItemOutcome, Work};
use crate::model::text::visible;

/// How many things that failed, and that were left out, are named; the transfers screen has all.
const NAMED: usize = 10;

/// Shows how publishing ended.
#[derive(Debug)]
pub struct Published {
    form: Form,
    job: Box<Job>,
    url: String,
}

impl Published {
    /// Returns the dialog about a job that has ended; nothing if it was another kind of work.
    pub fn new(job: &Job) -> Option<Self> {
        let Work::Publish(publication) = &job.work else { return None };
        Some(Self { form: Form::at(0), job: Box::new(job.clone()), url: publication.url.clone() })
    }

    fn copy(&self) -> Effect {
        Effect::Copy(self.url.clone())
    }
}

impl Ask for Published {
    fn sheet(&self) -> Sheet<'_> {
        let (state, results) = (self.job.state(), &self.job.results);
        let mut parts = vec![
            Part::Place("Address", visible(&self.url).into_owned()),
            Part::Pair("Items", Role::Text, results.words()),
            Part::Gap,
        ];
        if let JobState::Failed(error) = &state {
            parts.push(Part::Text(Role::Error, format!("! {error}")));
        }
        for result in results.failures.iter().take(NAMED) {
            if let ItemOutcome::Failed(error) = &result.outcome {
                parts.push(Part::Text(Role::Error, format!("! {error}")));
            }
        }
        for result in results.skips.iter().take(NAMED) {
            if let ItemOutcome::Skipped(reason) = &result.outcome {
                let words = format!("{}: {}", visible(&result.name), visible(reason));
                parts.push(Part::Text(Role::Warning, words));
            }
        }
        // What the visit met was said last.
        parts.extend(self.job.notes.iter().rev().map(|note| Part::Text(Role::Text, visible(note).into_owned())));
        let rest = results.failures.len().saturating_sub(NAMED) + results.skips.len().saturating_sub(NAMED);
        if rest > 0 {
            parts.push(Part::Text(Role::Dim, format!("and {rest} more; t shows them")));
        }
        let (title, tone) = match state {
            JobState::Done => ("Published", Tone::Plain),
            JobState::SomeFailed => ("Publish: not all was done", Tone::Failure),
            JobState::Cancelled => ("Publish: cancelled", Tone::Failure),
            _ => ("Publish: failed", Tone::Failure),
        };
        Sheet { title: title.into(), tone, parts, buttons: vec!["Close", "Copy address"] }
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
