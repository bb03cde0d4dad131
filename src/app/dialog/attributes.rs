//! Changing objects where they are: what is to become of them, then what that would change, then the job.
//!
//! What would change is found out by the engine, by the same work that does it nothing written. Going back keeps what was
//! typed.

mod preview;
mod wanted;

use self::preview::Preview;
use self::wanted::Wanted;
use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::transfer::add_items;
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::model::change::{Change, Header};
use crate::model::filter::Filter;
use crate::model::job::{Item, JobId, Report, Request, Revision, Work};

/// The buttons below what would change.
const CHANGE: usize = 0;
const BACK: usize = 1;

/// Asks what is to become of objects.
#[derive(Debug)]
pub struct Attributes {
    form: Form,
    items: Vec<Item>,
    wanted: Wanted,
    /// Why what was typed will not do, filtered.
    problem: Option<String>,
    /// What would change, once that was asked for.
    preview: Option<Preview>,
}

impl Attributes {
    /// Returns the dialog about some objects and prefixes; the headers are those of a single object, as far as they are
    /// known.
    pub fn new(items: Vec<Item>, known: &[(Header, String)]) -> Self {
        Self { form: Form::at(0), items, wanted: Wanted::new(known), problem: None, preview: None }
    }

    fn work(&self, change: Box<Change>, is_rehearsal: bool) -> Work {
        Work::Change(Revision { items: self.items.clone(), filter: Filter::default(), change, is_rehearsal })
    }

    fn look(&mut self, ids: &mut Ids) -> Step {
        match self.wanted.change() {
            Err((stop, problem)) => {
                self.problem = Some(problem);
                self.form = Form::at(stop);
                Step::stay()
            }
            Ok(change) => {
                let (job, change) = (ids.job(), Box::new(change));
                let work = self.work(change.clone(), true);
                self.problem = None;
                self.preview = Some(Preview::new(job, change));
                // Enter that was pressed twice changes nothing.
                self.form = Form::at(BACK);
                Step::Stay(vec![Effect::Submit(Request::Start { job, work })])
            }
        }
    }

    /// Ends the look if it has not ended.
    fn stopped(&mut self) -> Vec<Effect> {
        let running: Option<JobId> = self.preview.take().and_then(|preview| preview.running());
        running.map(|job| Effect::Submit(Request::Cancel(job))).into_iter().collect()
    }
}

impl Ask for Attributes {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = Vec::new();
        if let Some(preview) = &self.preview {
            preview.add_to(&mut parts);
            let title = "Change attributes: what would change".into();
            return Sheet { title, tone: Tone::Plain, parts, buttons: vec!["Change", "Back", "Cancel"] };
        }
        add_items(&mut parts, &self.items);
        let words = "What you leave alone stays as it is; what you empty, or set to -, goes.";
        parts.extend([Part::Text(Role::Dim, words.to_owned()), Part::Gap]);
        self.wanted.add_to(&mut parts);
        parts.extend(self.problem.clone().map(|problem| Part::Text(Role::Error, problem)));
        Sheet { title: "Change attributes".into(), tone: Tone::Plain, parts, buttons: vec!["Preview", "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        if self.preview.is_some() { None } else { self.wanted.field(stop) }
    }

    fn choose(&mut self, stop: usize, option: usize) {
        if self.preview.is_none() {
            self.wanted.choose(stop, option);
        }
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        self.preview.is_none().then_some(0)
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        match (&self.preview, button) {
            (None, 0) => self.look(ids),
            (Some(preview), CHANGE) => match preview.to_do() {
                Some(change) => Step::start(ids, self.work(change, false)),
                None => Step::stay(),
            },
            (Some(_), BACK) => {
                let stopped = self.stopped();
                self.form = Form::at(0);
                Step::Stay(stopped)
            }
            _ => self.cancel(),
        }
    }

    fn cancel(&mut self) -> Step {
        Step::Close(self.stopped())
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        self.preview.as_mut()?.on_report(report).then(Step::stay)
    }
}
