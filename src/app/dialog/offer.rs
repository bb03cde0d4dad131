//! What earlier runs of the program have not finished: go on with it, decide later, or clean up behind it.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::queue::{Decision, Job, left_words};
use crate::model::text::{count, counted};

/// How many jobs are described, and how many uploads of one; the transfers screen has all jobs.
const SHOWN: usize = 20;

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
        offer.form.focus = offer.buttons().iter().position(|(_, decision)| decision.is_none()).unwrap_or_default();
        offer
    }

    fn can(&self, decision: Decision) -> bool {
        self.jobs.iter().any(|job| job.decide(decision).is_some())
    }

    /// The buttons and what each decides. What cannot be undone by another start is decided job by job.
    fn buttons(&self) -> Vec<(&'static str, Option<Decision>)> {
        let decided = |label, decision| self.can(decision).then_some((label, Some(decision)));
        let forget = decided("Forget", Decision::Forget).filter(|_| self.jobs.len() == 1);
        let nothing = if self.can(Decision::Discard) { "Later" } else { "Close" };
        let before = decided("Resume", Decision::Resume).into_iter().chain([(nothing, None)]);
        before.chain(decided("Discard", Decision::Discard)).chain(forget).collect()
    }

    /// What each button does, where it is there.
    fn words(&self) -> String {
        let mut words = Vec::new();
        for (_, decision) in self.buttons() {
            words.extend(decision.map(|decision| match decision {
                Decision::Resume => "Resume does only what is missing.",
                Decision::Discard => {
                    "Discard aborts their uploads and removes their temporary files; what was finished stays."
                }
                Decision::Forget => {
                    "Forget asks no server: nobody aborts these uploads any more, and what was sent is billed."
                }
            }));
        }
        words.push("Until then they are on the transfers screen (t).");
        words.join(" ")
    }
}

/// One job: what it is, from where to where, how far it was, and its uploads where it can be forgotten.
fn describe(job: &Job, is_alone: bool, parts: &mut Vec<Part<'_>>) {
    let Some(left) = job.left() else { return };
    parts.extend([Part::Gap, Part::Text(Role::Text, format!("{} {}", job.verb(), job.what()))]);
    parts.extend(job.from().map(|from| Part::Place("From", from)));
    parts.extend(job.to().map(|to| Part::Place("To", to)));
    parts.push(Part::Pair("Queued", Role::Text, left.queued.clone()));
    parts.push(Part::Pair("So far", Role::Text, left.progress.clone()));
    let warning = left.elsewhere.as_deref().or(job.resume_warning());
    parts.extend(warning.map(|words| Part::Pair("But", Role::Warning, words.to_owned())));
    if !is_alone {
        return;
    }
    parts.extend(left.uploads.iter().take(SHOWN).map(|upload| Part::Place("Upload", upload.clone())));
    if let Some(more) = left.uploads.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        parts.push(Part::Pair("", Role::Dim, format!("and {} more", counted(more as u64, "upload", "uploads"))));
    }
}

impl Ask for Offer {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = vec![
            Part::Text(Role::Text, format!("{}.", left_words(self.jobs.len()))),
            Part::Text(Role::Dim, self.words()),
        ];
        for job in self.jobs.iter().take(SHOWN) {
            describe(job, self.jobs.len() == 1, &mut parts);
        }
        if let Some(more) = self.jobs.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            parts.extend([Part::Gap, Part::Text(Role::Dim, format!("and {} more", count(more as u64)))]);
        }
        let buttons = self.buttons().into_iter().map(|(label, _)| label).collect();
        Sheet { title: "Unfinished".into(), tone: Tone::Danger, parts, buttons }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        let Some((_, Some(decision))) = self.buttons().get(button).copied() else { return Step::close() };
        Step::Close(self.jobs.iter().filter_map(|job| job.decide(decision)).map(Effect::Submit).collect())
    }
}
