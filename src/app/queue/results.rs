//! How the items of one job ended.

use std::collections::VecDeque;

use crate::model::job::{ItemOutcome, ItemResult, Verified};
use crate::model::text::count;

/// How many of the items that went well are kept by name.
const KEPT_DONE: usize = 2_000;

/// How many of the items that failed, and of those left out, are kept by name.
const KEPT_PROBLEMS: usize = 50_000;

/// How the items of a job ended: all numbers, and the names as far as they are kept.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// How many were done.
    pub done: u64,
    /// How many were left out.
    pub skipped: u64,
    /// How many failed.
    pub failed: u64,
    /// The items that failed, in the order in which they did.
    pub failures: Vec<ItemResult>,
    /// The items that were left out.
    pub skips: Vec<ItemResult>,
    /// The last of the items that were done.
    pub recent: VecDeque<ItemResult>,
    /// How many were verified by checksum, and by size alone.
    pub verified: (u64, u64),
    /// The checksum that was used last.
    pub checksum: Option<&'static str>,
}

impl Results {
    pub(super) fn take(&mut self, result: ItemResult) {
        match &result.outcome {
            ItemOutcome::Done(verified) => {
                self.done += 1;
                self.count_verified(*verified);
                if self.recent.len() == KEPT_DONE {
                    self.recent.pop_front();
                }
                self.recent.push_back(result);
            }
            ItemOutcome::Skipped(_) | ItemOutcome::Planned(_) | ItemOutcome::WouldChange(_) => {
                self.skipped += 1;
                keep(&mut self.skips, result);
            }
            ItemOutcome::Failed(_) => {
                self.failed += 1;
                keep(&mut self.failures, result);
            }
        }
    }

    fn count_verified(&mut self, verified: Verified) {
        match verified {
            Verified::Nothing => {}
            Verified::Size => self.verified.1 += 1,
            Verified::Crc64Nvme => {
                self.verified.0 += 1;
                self.checksum = Some("CRC64NVME");
            }
            Verified::Checksum(name) => {
                self.verified.0 += 1;
                self.checksum = Some(name);
            }
        }
    }

    /// Returns all items that are kept by name: failures first, then those left out, then the last ones done.
    pub fn iter(&self) -> impl Iterator<Item = &ItemResult> {
        self.failures.iter().chain(&self.skips).chain(self.recent.iter().rev())
    }

    /// Returns how many items are kept by name.
    pub fn kept(&self) -> usize {
        self.failures.len() + self.skips.len() + self.recent.len()
    }

    /// Returns the numbers in words: `12 done, 1 skipped, 2 failed`.
    pub fn words(&self) -> String {
        let mut words = format!("{} done", count(self.done));
        for (number, what) in [(self.skipped, "skipped"), (self.failed, "failed")] {
            if number > 0 {
                words = format!("{words}, {} {what}", count(number));
            }
        }
        words
    }

    /// Returns how the copies were verified, in words; nothing if nothing was copied.
    pub fn verified_words(&self) -> Option<String> {
        let (sums, sizes) = self.verified;
        match (sums, sizes) {
            (0, 0) => None,
            (0, _) => Some("size".to_owned()),
            (_, 0) => Some(self.checksum.unwrap_or("checksum").to_owned()),
            (sums, sizes) => Some(format!("{} {sums}, size {sizes}", self.checksum.unwrap_or("checksum"))),
        }
    }
}

fn keep(list: &mut Vec<ItemResult>, result: ItemResult) {
    if list.len() < KEPT_PROBLEMS {
        list.push(result);
    }
}
