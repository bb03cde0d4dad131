//! Publishing a folder as a website: what is wished for, then all that it takes, then the job. Its end has a dialog of its
//! own ([`super::published`]).
//!
//! What it takes is found out by the engine, with nothing written. What opens, replaces or deletes something is asked for
//! twice, and a deletion by name. Going back keeps what was typed.

mod preview;
mod wanted;

use std::sync::Arc;

use self::preview::Preview;
use self::wanted::Wanted;
use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::app::keymap::{Code, Key};
use crate::model::job::{Report, Request, Ticket, Work};
use crate::model::publication::Wish;

/// The buttons below what it takes.
const PUBLISH: usize = 0;
const BACK: usize = 1;

/// The buttons below what is wished for, and below the second question.
const LOOK: usize = 0;
const NO: usize = 0;

/// Asks what is to be published, shows what it takes, and begins.
#[derive(Debug)]
pub struct Publish {
    form: Form,
    wanted: Wanted,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// What is wished for is asked; with why it came to nothing before, filtered.
    Wishing(Option<String>),
    /// What it takes is being found out.
    Looking(Ticket),
    /// What it takes is shown, and then asked for a second time where it opens, replaces or deletes something.
    Shown(Box<Preview>),
}

impl Publish {
    /// Returns the dialog with what is wished for to begin with.
    pub fn new(wish: Wish) -> Self {
        Self { form: Form::at(0), wanted: Wanted::new(wish), stage: Stage::Wishing(None) }
    }

    fn look(&mut self, ids: &mut Ids) -> Step {
        let (ticket, wish) = (ids.ticket(), Box::new(self.wanted.wish()));
        self.stage = Stage::Looking(ticket);
        self.form = Form::at(0);
        Step::Stay(vec![Effect::Submit(Request::PlanPublication { ticket, wish })])
    }

    /// Goes back to what is wished for; ends the look if it has not ended.
    fn back(&mut self) -> Step {
        let dropped = self.dropped();
        self.stage = Stage::Wishing(None);
        self.form = Form::at(0);
        Step::Stay(dropped)
    }

    fn dropped(&self) -> Vec<Effect> {
        match self.stage {
            Stage::Looking(ticket) => vec![Effect::Submit(Request::Drop(ticket))],
            _ => Vec::new(),
        }
    }

    /// Goes on from what is shown: to the second question where there is one, else to the job.
    fn publish(&mut self, ids: &mut Ids) -> Step {
        let Stage::Shown(preview) = &mut self.stage else { return Step::stay() };
        if preview.needs_name() {
            preview.was_refused = true;
        } else if preview.is_asked_twice() && !preview.is_second {
            preview.is_second = true;
        } else {
            return Step::start(ids, Work::Publish(Arc::new(preview.plan.publication.clone())));
        }
        // On the name, or on the safe button.
        self.form = Form::at(0);
        Step::stay()
    }
}

impl Ask for Publish {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = Vec::new();
        match &self.stage {
            Stage::Wishing(problem) => {
                self.wanted.add_to(&mut parts);
                parts.extend(problem.clone().map(|words| Part::Text(Role::Error, words)));
                Sheet {
                    title: "Publish a website".into(),
                    tone: Tone::Plain,
                    parts,
                    buttons: vec!["Preview", "Cancel"],
                }
            }
            Stage::Looking(_) => {
                self.wanted.add_places(&mut parts);
                let words = "Looking what is there, and who may read it. Nothing is written yet.";
                parts.extend([Part::Gap, Part::Text(Role::Dim, words.to_owned())]);
                Sheet { title: "Publish a website".into(), tone: Tone::Plain, parts, buttons: vec!["Back", "Cancel"] }
            }
            Stage::Shown(preview) if preview.is_second => {
                preview.add_question(&mut parts);
                let buttons = vec!["No", "Yes, publish it"];
                Sheet { title: "Publish a website".into(), tone: Tone::Danger, parts, buttons }
            }
            Stage::Shown(preview) => {
                preview.add_to(&mut parts);
                let tone = if preview.is_asked_twice() { Tone::Danger } else { Tone::Plain };
                let buttons = preview.button().into_iter().chain(["Back", "Cancel"]).collect();
                Sheet { title: "Publish a website: what it takes".into(), tone, parts, buttons }
            }
        }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        match &mut self.stage {
            Stage::Wishing(_) => self.wanted.field(stop),
            Stage::Shown(preview) if stop == 0 && !preview.is_second => {
                preview.typed.as_mut().map(|typed| &mut typed.field)
            }
            _ => None,
        }
    }

    fn choose(&mut self, stop: usize, option: usize) {
        if matches!(self.stage, Stage::Wishing(_)) {
            self.wanted.choose(stop, option);
        }
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        matches!(self.stage, Stage::Wishing(_)).then_some(LOOK)
    }

    fn own_key(&mut self, key: Key, _ids: &mut Ids) -> Option<Step> {
        // Enter behind the typed name goes to the button it is for; behind a wrong one it stays and says so.
        let Stage::Shown(preview) = &mut self.stage else { return None };
        preview.typed.as_ref()?;
        if preview.is_second || self.form.focus != 0 || key != Key::plain(Code::Enter) {
            return None;
        }
        preview.was_refused = true;
        if !preview.needs_name() {
            self.form = Form::at(1 + PUBLISH);
        }
        Some(Step::stay())
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        match &self.stage {
            Stage::Wishing(_) if button == LOOK => self.look(ids),
            Stage::Looking(_) if button == 0 => self.back(),
            Stage::Shown(preview) if preview.is_second && button != NO => self.publish(ids),
            Stage::Shown(preview) if !preview.is_second => match preview.button() {
                Some(_) if button == PUBLISH => self.publish(ids),
                Some(_) if button == BACK => self.back(),
                None if button == 0 => self.back(),
                _ => self.cancel(),
            },
            _ => self.cancel(),
        }
    }

    fn cancel(&mut self) -> Step {
        Step::Close(self.dropped())
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        let Stage::Looking(asked) = self.stage else { return None };
        match report {
            Report::PublicationPlanned { ticket, plan } if *ticket == asked => {
                let preview = Preview::new((**plan).clone());
                // Enter that was pressed twice publishes nothing.
                let above = usize::from(preview.typed.is_some()) + usize::from(preview.button().is_some());
                self.form = Form::at(above);
                self.stage = Stage::Shown(Box::new(preview));
            }
            Report::Failed { ticket, error } if *ticket == asked => {
                self.stage = Stage::Wishing(Some(error.to_string()));
                self.form = Form::at(0);
            }
            _ => return None,
        }
        Some(Step::stay())
    }
}
