//! Permits: what may run at once. Browsing has its own, so it never waits behind a transfer.
//!
//! A lane starts at a width, becomes half as wide when the server asks for fewer requests, and grows again, one by one,
//! while all goes well.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests in a row succeed before a lane becomes wider by one.
const GROW_AFTER: usize = 32;

/// All lanes of an engine.
#[derive(Debug)]
pub(super) struct Lanes {
    /// Listings, inspection, previews: what a person waits for.
    pub interactive: Arc<Lane>,
    /// Pages of listings that a person waits for as a whole.
    pub listings: Arc<Lane>,
    /// Jobs that run beside each other.
    pub jobs: Arc<Lane>,
    /// Whole small objects, and requests about single objects.
    pub small: Arc<Lane>,
    /// Parts and ranges of large objects.
    pub parts: Arc<Lane>,
    /// Large objects that are open at once: their parts share one lane anyway.
    pub large: Arc<Lane>,
    /// Batches of a deletion.
    pub batches: Arc<Lane>,
    /// Files that are read at once to be copied on this machine.
    pub disk: Arc<Lane>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            interactive: Lane::new(32, 32),
            listings: Lane::new(64, 64),
            jobs: Lane::new(4, 4),
            small: Lane::new(64, 256),
            parts: Lane::new(16, 64),
            large: Lane::new(4, 4),
            batches: Lane::new(8, 8),
            disk: Lane::new(4, 4),
        }
    }
}

/// One kind of work.
#[derive(Debug)]
pub(super) struct Lane {
    permits: Arc<Semaphore>,
    width: AtomicUsize,
    widest: usize,
    /// Permits that are taken away as they come back.
    debt: AtomicUsize,
    successes: AtomicUsize,
    halved: Mutex<Option<Instant>>,
}

/// A place in a lane, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    lane: Arc<Lane>,
    inner: Option<OwnedSemaphorePermit>,
}

impl Lane {
    /// Returns a lane of a width.
    pub fn new(width: usize, widest: usize) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(width)),
            width: AtomicUsize::new(width),
            widest,
            debt: AtomicUsize::new(0),
            successes: AtomicUsize::new(0),
            halved: Mutex::default(),
        })
    }

    /// Waits for a place.
    pub async fn enter(self: &Arc<Self>) -> Permit {
        // The semaphore is never closed, so a failure cannot be; without a permit the work would merely not be counted.
        let inner = Arc::clone(&self.permits).acquire_owned().await.ok();
        Permit { lane: Arc::clone(self), inner }
    }

    /// Returns how many may run at once now.
    pub fn width(&self) -> usize {
        self.width.load(Relaxed)
    }

    /// Halves the lane: the server asked for fewer requests, in answer to one that began at some time. Of all that were on
    /// their way when the lane was halved, none halves it again.
    pub fn slow_down(&self, began: Instant) {
        {
            let mut halved = self.halved.lock().unwrap_or_else(PoisonError::into_inner);
            if halved.is_some_and(|at| began <= at) {
                return;
            }
            *halved = Some(Instant::now());
        }
        self.successes.store(0, Relaxed);
        let halved = self.width.fetch_update(Relaxed, Relaxed, |width| (width > 1).then_some(width / 2));
        if let Ok(before) = halved {
            self.debt.fetch_add(before - before / 2, Relaxed);
            tracing::info!(from = before, to = before / 2, "the server asks for fewer requests");
        }
    }

    /// Counts a request that went well.
    pub fn went_well(&self) {
        if self.width() >= self.widest || !(self.successes.fetch_add(1, Relaxed) + 1).is_multiple_of(GROW_AFTER) {
            return;
        }
        let grown = self.width.fetch_update(Relaxed, Relaxed, |width| (width < self.widest).then_some(width + 1));
        if grown.is_ok() && !self.pay_debt() {
            self.permits.add_permits(1);
        }
    }

    /// Takes one off the debt, if there is any.
    fn pay_debt(&self) -> bool {
        self.debt.fetch_update(Relaxed, Relaxed, |debt| debt.checked_sub(1)).is_ok()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take()
            && self.lane.pay_debt()
        {
            inner.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lane_becomes_half_as_wide_and_grows_again() {
        let lane = Lane::new(8, 8);
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(lane.enter().await);
        }
        let began = Instant::now();
        for _ in 0..8 {
            lane.slow_down(began);
        }
        assert_eq!(lane.width(), 4, "a burst of refusals counts once");
        held.clear();
        assert_eq!(lane.permits.available_permits(), 4);
        for _ in 0..4 * GROW_AFTER {
            lane.went_well();
        }
        assert_eq!((lane.width(), lane.permits.available_permits()), (8, 8));
    }

    #[tokio::test]
    async fn a_lane_never_closes() {
        let lane = Lane::new(2, 2);
        for _ in 0..9 {
            lane.slow_down(Instant::now());
        }
        assert_eq!(lane.width(), 1);
        drop((lane.enter().await, lane.enter().await));
        drop(lane.enter().await);
        assert_eq!(lane.permits.available_permits(), 1);
    }
}
