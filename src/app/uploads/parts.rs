//! What the server has of the uploads that are listed: a request each, a few at a time, those in view first.

use std::collections::HashMap;

use crate::app::effect::Effect;
use crate::app::state::Ids;
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request, Ticket};
use crate::model::upload::{Sent, UploadRef};

/// How many are asked for at once, of the 32 that a person's questions share.
const AT_ONCE: usize = 4;

/// Of how many the parts are asked for without their coming into view: the oldest, which cost most.
pub const MOST: usize = 1000;

/// What is known of the parts of one upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// This is there.
    Sent(Sent),
    /// The upload is there no more.
    Gone,
    /// They could not be read.
    Unread(Error),
}

/// What is known, and what is on its way.
#[derive(Debug, Default)]
pub struct Parts {
    known: HashMap<UploadRef, Known>,
    total: Sent,
    summed: u64,
    asked: Vec<(Ticket, UploadRef)>,
    is_stopped: bool,
}

impl Parts {
    /// Returns what is known of an upload.
    pub fn known(&self, upload: &UploadRef) -> Option<&Known> {
        self.known.get(upload)
    }

    /// Returns what the server has of an upload, if that is known.
    pub fn sent(&self, upload: &UploadRef) -> Option<Sent> {
        match self.known.get(upload)? {
            Known::Sent(sent) => Some(*sent),
            Known::Gone => Some(Sent::default()),
            Known::Unread(_) => None,
        }
    }

    /// Returns the sum of all that is known, and of how many uploads it is.
    pub fn total(&self) -> (Sent, u64) {
        (self.total, self.summed)
    }

    /// Returns whether any is on its way.
    pub fn is_reading(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Returns whether the person stopped it.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Asks for what is missing, the most wanted first.
    pub fn follow<'a>(&mut self, wanted: impl Iterator<Item = &'a UploadRef>, ids: &mut Ids) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_stopped || self.asked.len() >= AT_ONCE {
            return effects;
        }
        for upload in wanted {
            if self.known.contains_key(upload) || self.asked.iter().any(|(_, asked)| asked == upload) {
                continue;
            }
            let ticket = ids.ticket();
            self.asked.push((ticket, upload.clone()));
            effects.push(Effect::Submit(Request::UploadParts { ticket, upload: upload.clone() }));
            if self.asked.len() >= AT_ONCE {
                break;
            }
        }
        effects
    }

    /// Asks for no more; what is known stays.
    pub fn stop(&mut self) -> Vec<Effect> {
        self.is_stopped = true;
        self.asked.drain(..).map(|(ticket, _)| Effect::Submit(Request::Drop(ticket))).collect()
    }

    /// Takes a report; returns whether it was an answer to one of these questions.
    pub fn on_report(&mut self, report: &Report) -> bool {
        let (ticket, known) = match report {
            Report::UploadParts { ticket, sent } => (ticket, sent.map_or(Known::Gone, Known::Sent)),
            Report::Failed { ticket, error } => (ticket, Known::Unread(error.clone())),
            _ => return false,
        };
        let Some(at) = self.asked.iter().position(|(asked, _)| asked == ticket) else { return false };
        let (_, upload) = self.asked.swap_remove(at);
        match &known {
            Known::Sent(sent) => {
                self.total.parts += sent.parts;
                self.total.bytes += sent.bytes;
                self.summed += 1;
            }
            Known::Gone => self.summed += 1,
            Known::Unread(error) if error.kind == Kind::Cancelled => return true,
            Known::Unread(_) => {}
        }
        self.known.insert(upload, known);
        true
    }
}
