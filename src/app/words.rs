//! The words of the buckets that are in view: which are open to strangers.
//!
//! Each takes several requests, so only what is in view is asked for, the row under the cursor first and a few at a time;
//! what the window has moved away from before its turn came is not asked for at all.

use std::collections::HashMap;

use super::effect::Effect;
use super::state::Ids;
use crate::model::access::Access;
use crate::model::job::{Report, Request, Ticket};
use crate::model::name::{BucketName, Profile};

/// How many are asked for at once. Each is some five requests, of the 32 that a person's questions share.
const AT_ONCE: usize = 3;

/// What is known of them, and what is on its way.
#[derive(Debug, Clone, Default)]
pub struct Words {
    known: HashMap<BucketName, Access>,
    asked: Vec<(Ticket, BucketName)>,
    is_stopped: bool,
}

impl Words {
    /// Returns the word of a bucket, if it is known.
    pub fn get(&self, bucket: &BucketName) -> Option<&Access> {
        self.known.get(bucket)
    }

    /// Returns whether any is on its way.
    pub fn is_reading(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Returns whether the person stopped it.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Asks for what is missing of the buckets in view, the most wanted first.
    pub fn follow(&mut self, wanted: Vec<BucketName>, ids: &mut Ids) -> Vec<Effect> {
        let mut effects = Vec::new();
        for bucket in wanted {
            if self.is_stopped || self.asked.len() >= AT_ONCE {
                break;
            }
            if self.known.contains_key(&bucket) || self.asked.iter().any(|(_, asked)| *asked == bucket) {
                continue;
            }
            let ticket = ids.ticket();
            self.asked.push((ticket, bucket.clone()));
            effects.push(Effect::Submit(Request::Judge { ticket, bucket }));
        }
        effects
    }

    /// Stops asking until it is refreshed or left, if anything is on its way.
    pub fn stop(&mut self) -> Option<Vec<Effect>> {
        self.is_stopped |= self.is_reading();
        self.is_reading().then(|| self.drop_asked())
    }

    /// Drops what is on its way: nobody looks at buckets any more. What is known stays.
    pub fn leave(&mut self) -> Vec<Effect> {
        self.is_stopped = false;
        self.drop_asked()
    }

    /// Forgets all that is known of the buckets of a profile, to ask anew.
    pub fn forget(&mut self, profile: &Profile) -> Vec<Effect> {
        self.known.retain(|bucket, _| bucket.profile() != profile);
        self.leave()
    }

    fn drop_asked(&mut self) -> Vec<Effect> {
        self.asked.drain(..).map(|(ticket, _)| Effect::Submit(Request::Drop(ticket))).collect()
    }

    /// Remembers a word that was found on another way.
    pub fn learn(&mut self, bucket: BucketName, access: Access) {
        self.known.insert(bucket, access);
    }

    /// Takes a report; returns whether it was meant for here.
    pub fn on_report(&mut self, report: &Report) -> bool {
        let (ticket, access) = match report {
            Report::Verdict { ticket, access } => (ticket, access.clone()),
            Report::Failed { ticket, error } => {
                (ticket, Access::Unknown { granted: None, unread: vec![error.cause.clone()] })
            }
            _ => return false,
        };
        let Some(at) = self.asked.iter().position(|(asked, _)| asked == ticket) else { return false };
        let (_, bucket) = self.asked.swap_remove(at);
        self.known.insert(bucket, access);
        true
    }
}
