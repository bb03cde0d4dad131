//! How the items of a job ended: what failed, what was left out and why, and how much was done.

use std::collections::BTreeMap;

use super::output::{say, say_error};
use crate::model::error::Error;
use crate::model::job::{ItemOutcome, ItemResult};
use crate::model::text::{self, visible};

/// How the items of a job ended.
#[derive(Debug, Default)]
pub struct Endings {
    done: u64,
    bytes: u64,
    skipped: BTreeMap<String, u64>,
    failed: Vec<Error>,
}

impl Endings {
    /// Counts items that have ended.
    pub fn add_all(&mut self, results: &[ItemResult]) {
        for result in results {
            self.add(result);
        }
    }

    fn add(&mut self, result: &ItemResult) {
        match &result.outcome {
            ItemOutcome::Done(_) => {
                self.done += 1;
                self.bytes += result.bytes;
            }
            ItemOutcome::Planned(_) | ItemOutcome::WouldChange(_) => {}
            ItemOutcome::Skipped(reason) => *self.skipped.entry(reason.clone()).or_default() += 1,
            ItemOutcome::Failed(error) => self.failed.push(error.clone()),
        }
    }

    /// Says what failed, one by one.
    pub fn tell_failures(&self) {
        for error in &self.failed {
            say_error(error);
        }
    }

    /// Says what was left out, and how much was done: `verb` is what was done with it.
    pub fn tell_totals(&self, verb: &str) {
        for (reason, items) in &self.skipped {
            say(&format!("skipped {}: {}", text::counted(*items, "item", "items"), visible(reason)));
        }
        let failed = match self.failed.len() as u64 {
            0 => String::new(),
            failed => format!("; {} failed", text::count(failed)),
        };
        let done = text::counted(self.done, "item", "items");
        say(&format!("{verb} {done}, {}{failed}", text::size(self.bytes)));
    }
}
