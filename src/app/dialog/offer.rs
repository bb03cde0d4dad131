//! What earlier runs of the program have not finished: go on with it, decide later, or clean up behind it.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::queue::{Decision, Job, left_words};
use crate::model::text::count;

/// How many jobs are described; the transfers screen has all.
const SHOWN: usize = 20;

/// The button that changes nothing.
const LATER: usize = 1;

/// The jobs that are left.
#[derive(Debug)]
pub struct Offer {
    form: Form,
    jobs: Vec<Job>,
}

impl Offer {
    /// Returns the question about these jobs; the button that changes nothing has the focus.
    pub fn new(jobs: Vec<Job>) -> Self {
        let mut offer = Self { form: Form::at(0), jobs };
        offer.form.focus = if offer.can_decide() { LATER } else { 0 };
        offer
    }

    fn can_decide(&self) -> bool {
        self.jobs.iter().any(|job| job.decide(Decision::Resume).is_some())
    }

    fn decide(&self, decision: Decision) -> Step {
        Step::Close(self.jobs.iter().filter_map(|job| job.decide(decision)).map(Effect::Submit).collect())
    }
}

/// One job: what it is, from where to where, how far it was.
fn describe(job: &Job, parts: &mut Vec<Part<'_>>) {
    let Some(left) = job.left() else { return };
    parts.extend([Part::Gap, Part::Text(Role::Text, format!("{} {}", job.verb(), job.what()))]);
    parts.extend(job.from().map(|from| Part::Place("From", from)));
    parts.extend(job.to().map(|to| Part::Place("To", to)));
    parts.push(Part::Pair("Queued", Role::Text, left.queued.clone()));
    parts.push(Part::Pair("So far", Role::Text, left.progress.clone()));
    let warning = left.elsewhere.as_deref().or(job.resume_warning());
    parts.extend(warning.map(|words| Part::Pair("But", Role::Warning, words.to_owned())));
}

impl Ask for Offer {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = vec![Part::Text(Role::Text, format!("{}.", left_words(self.jobs.len())))];
        let mut buttons = vec!["Close"];
        if self.can_decide() {
            let words = "Resume does only what is missing. Discard aborts their uploads and removes their temporary files; \
                         what was finished stays. Until then they are on the transfers screen (t).";
            parts.push(Part::Text(Role::Dim, words.to_owned()));
            buttons = vec!["Resume", "Later", "Discard"];
        }
        for job in self.jobs.iter().take(SHOWN) {
            describe(job, &mut parts);
        }
        if let Some(more) = self.jobs.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            parts.extend([Part::Gap, Part::Text(Role::Dim, format!("and {} more", count(more as u64)))]);
        }
        Sheet { title: "Unfinished".into(), tone: Tone::Danger, parts, buttons }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        match button {
            0 if self.can_decide() => self.decide(Decision::Resume),
            2 => self.decide(Decision::Discard),
            _ => Step::close(),
        }
    }
}
