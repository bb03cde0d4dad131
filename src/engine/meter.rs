//! Results on their way: counted at once, sent in batches.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::jobs::Job;
use crate::model::job::{ItemOutcome, ItemResult, Report};

/// How many results are sent at once.
const BATCH: usize = 100;

/// The results of one job that were not sent yet.
#[derive(Debug, Default)]
pub(super) struct Meter {
    waiting: Mutex<Vec<ItemResult>>,
    /// Whether any item failed.
    pub has_failures: AtomicBool,
}

impl Job {
    /// Counts an item as ended and keeps its result for the next batch.
    pub async fn record(&self, name: String, bytes: u64, outcome: ItemOutcome) {
        self.progress.add_item();
        if let ItemOutcome::Failed(error) = &outcome {
            self.meter.has_failures.store(true, Relaxed);
            tracing::warn!(job = self.id.0, item = ?name, %error, "item failed");
        }
        let is_full = {
            let mut waiting = self.meter.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(ItemResult { name, bytes, outcome });
            waiting.len() >= BATCH
        };
        if is_full {
            self.flush().await;
        }
    }

    /// Sends what waits.
    pub async fn flush(&self) {
        let results = std::mem::take(&mut *self.meter.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !results.is_empty() {
            self.core.send_last(Report::Items { job: self.id, results }).await;
        }
    }
}
