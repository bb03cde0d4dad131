//! The place being made public or private: what is written for it, and what came of that.

use super::{Asked, Permissions};
use crate::app::effect::Effect;
use crate::app::state::Ids;
use crate::model::access::exposure::{Choice, Exposed, Exposure};
use crate::model::job::{Report, Request};

/// What was agreed to, and what came of it.
#[derive(Debug, Clone)]
pub struct Making {
    /// The place, and what is wanted of it.
    pub exposure: Exposure,
    /// What is written.
    pub choice: Choice,
    /// What came of it.
    pub exposed: Asked<Exposed>,
    /// Whether a person has seen what came of it.
    is_told: bool,
    /// Whether it stands before the reason: until the cursor moves on.
    is_first: bool,
}

impl Making {
    /// Returns whether it stands before the reason.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// Puts it behind the reason, once the cursor moves on.
    pub(super) fn step_back(&mut self) {
        self.is_first = false;
    }
}

impl Permissions {
    /// Writes what was agreed to. Once begun it goes to its end.
    pub fn begin_making(&mut self, exposure: Box<Exposure>, choice: Box<Choice>, ids: &mut Ids) -> Vec<Effect> {
        let ticket = ids.ticket();
        self.scroll = 0;
        self.making = Some(Box::new(Making {
            exposure: (*exposure).clone(),
            choice: (*choice).clone(),
            exposed: Asked::Running(ticket),
            is_told: false,
            is_first: true,
        }));
        vec![Effect::Submit(Request::Expose { ticket, exposure, choice })]
    }

    /// Returns what was last agreed to.
    pub fn making(&self) -> Option<&Making> {
        self.making.as_deref()
    }

    /// Returns whether documents are being written.
    pub fn is_writing(&self) -> bool {
        self.making.as_ref().is_some_and(|making| matches!(making.exposed, Asked::Running(_)))
    }

    /// Returns whether something was agreed to of which nobody has seen yet what came of it.
    pub fn is_untold(&self) -> bool {
        self.making.as_ref().is_some_and(|making| !making.is_told)
    }

    /// Takes notice that the screen is seen, and what came of the writing with it.
    pub fn see(&mut self) {
        let is_writing = self.is_writing();
        if let Some(making) = &mut self.making {
            making.is_told = !is_writing;
        }
    }

    /// Forgets what came of the last writing; what is still being written is not forgotten.
    pub fn forget_making(&mut self) {
        self.making.take_if(|making| !matches!(making.exposed, Asked::Running(_)));
    }

    /// Takes a report of what was written; returns whether it was one.
    pub fn on_written(&mut self, report: &Report) -> bool {
        let Some(making) = &mut self.making else { return false };
        match report {
            Report::Exposed { ticket, exposed } if making.exposed.waits_for(*ticket) => {
                making.exposed = Asked::Done(exposed.clone());
            }
            Report::Failed { ticket, error } if making.exposed.waits_for(*ticket) => {
                making.exposed = Asked::Failed(error.clone());
            }
            _ => return false,
        }
        self.scroll = 0;
        true
    }
}

#[cfg(test)]
pub(crate) mod tests;
