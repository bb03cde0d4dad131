//! Lanes: how many requests of a kind run at once, over all jobs, and who is next. Browsing has its own, so it never
//! waits behind a transfer.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Instant;

use tokio::sync::Semaphore;

use super::pace::Pace;
use super::share::{Place, Share};
use super::turns::Turns;
use crate::model::error::Error;
use crate::model::job::JobId;

/// Bodies up to this size in bytes take as long as any request; larger ones are counted with parts.
const SMALL: u64 = 1024 * 1024;

/// Small files that are touched at once: enough for a network's file system to be asked in time.
const FILES: usize = 8;

/// Parts that are read and summed up at once, on a machine with few processors; on a larger one as many as there are.
/// More threads that all have work take turns, each turn takes milliseconds, and a key that is pressed waits for all.
const READERS: usize = 2;

/// All lanes of an engine.
#[derive(Debug)]
pub(super) struct Lanes {
    /// Listings, inspection, previews: what a person waits for.
    pub interactive: Semaphore,
    /// Pages of listings that a person waits for as a whole.
    pub listings: Arc<Lane>,
    /// Whole small objects, and requests about single objects.
    pub small: Arc<Lane>,
    /// Parts and ranges of large objects.
    pub parts: Arc<Lane>,
    /// Batches of a deletion.
    pub batches: Arc<Lane>,
    /// Files that are read at once to be copied on this machine.
    pub disk: Arc<Lane>,
    /// Small files that are opened, looked at or written at once.
    pub files: Semaphore,
    /// Parts that are read and summed up at once.
    pub readers: Arc<Turns>,
}

impl Lanes {
    /// Returns lanes that widen while that makes it faster; or, if a width is given, one lane of it for all that moves.
    pub fn new(width: Option<usize>) -> Self {
        let (small, parts) = match width {
            Some(width) => {
                let lane = Lane::new(width, width);
                (Arc::clone(&lane), lane)
            }
            None => (Lane::new(64, 256), Lane::new(16, 64)),
        };
        Self {
            interactive: Semaphore::new(32),
            listings: Lane::new(64, 64),
            small,
            parts,
            batches: Lane::new(8, 8),
            files: Semaphore::new(FILES),
            readers: Arc::new(Turns::new(available_parallelism().map_or(READERS, NonZero::get).max(READERS))),
            disk: Lane::new(4, 4),
        }
    }

    /// Returns the way of a body of so many bytes.
    pub fn way_of(&self, bytes: u64) -> Way<'_> {
        if bytes > SMALL { self.parts.carrying(bytes) } else { Way::from(&self.small) }
    }
}

/// One kind of work.
#[derive(Debug)]
pub(super) struct Lane {
    share: Arc<Share>,
    pace: Mutex<Pace>,
}

/// A lane for one request, and what the lane is judged by when the request went well.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    pub lane: &'a Arc<Lane>,
    amount: u64,
}

impl<'a> From<&'a Arc<Lane>> for Way<'a> {
    /// Counts requests.
    fn from(lane: &'a Arc<Lane>) -> Self {
        Self { lane, amount: 1 }
    }
}

impl Way<'_> {
    /// Makes a request that has a place in the lane, and takes notice of how it went.
    pub async fn measure<T>(&self, request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        // Not before it has its place: what waited while the lane was halved is sent into the narrower one, and its
        // refusal says that this is still too wide.
        let began = Instant::now();
        let result = request.await;
        match &result {
            Ok(_) => self.lane.went_well(self.amount),
            // Too many at once may also be why a slow line lets each of them starve.
            Err(error) if error.is_transient() => self.lane.slow_down(began),
            Err(_) => {}
        }
        result
    }
}

impl Lane {
    /// Returns a lane of a width.
    pub fn new(width: usize, widest: usize) -> Arc<Self> {
        Arc::new(Self { share: Share::new(width), pace: Mutex::new(Pace::new(width, widest)) })
    }

    /// Waits for a place.
    pub async fn enter(&self, job: JobId) -> Place {
        self.share.take(job).await
    }

    /// Returns the way of a request that moves so many bytes, in a lane that counts bytes.
    pub fn carrying(self: &Arc<Self>, bytes: u64) -> Way<'_> {
        Way { lane: self, amount: bytes }
    }

    /// Returns how many may run at once now.
    pub fn width(&self) -> usize {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).width()
    }

    /// Halves the lane: the server asked for fewer requests, in answer to one that began at some time.
    fn slow_down(&self, began: Instant) {
        self.change(|pace| pace.refused(began, Instant::now()));
    }

    fn went_well(&self, amount: u64) {
        let used = self.share.used();
        self.change(|pace| pace.went_well(amount, used, Instant::now()));
    }

    fn change(&self, change: impl FnOnce(&mut Pace)) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let before = pace.width();
        change(&mut pace);
        if pace.width() != before {
            self.share.resize(pace.width());
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_halved_lane_lets_half_as_many_in() {
        let lane = Lane::new(8, 8);
        let began = Instant::now();
        lane.slow_down(began);
        lane.slow_down(began);
        assert_eq!(lane.width(), 4);
        let held: Vec<_> = (0..8).filter_map(|_| lane.enter(JobId(1)).now_or_never()).collect();
        assert_eq!(held.len(), 4);
    }

    #[tokio::test]
    async fn a_width_that_is_given_holds_for_small_and_large_together() {
        let lanes = Lanes::new(Some(2));
        let held = [lanes.small.enter(JobId(1)).now_or_never(), lanes.parts.enter(JobId(1)).now_or_never()];
        assert!(held.iter().all(Option::is_some) && lanes.parts.enter(JobId(1)).now_or_never().is_none());
    }

    #[tokio::test]
    async fn what_waited_while_the_lane_was_halved_and_is_refused_then_halves_it_again() {
        let lane = Lane::new(8, 8);
        let refused = || Error::new(crate::model::error::Kind::Throttled, "read", "", "SlowDown");
        let way = Way::from(&lane);
        let request = |error: Error| async move { Err::<(), _>(error) };
        let (first, second) = (way.measure(request(refused())), way.measure(request(refused())));
        first.await.unwrap_err();
        assert_eq!(lane.width(), 4);
        second.await.unwrap_err();
        assert_eq!(lane.width(), 2, "it was made before, and sent after");
        way.measure(request(Error::new(crate::model::error::Kind::Denied, "read", "", ""))).await.unwrap_err();
        assert_eq!(lane.width(), 2, "a refusal for good says nothing about the lane");
    }

    #[test]
    fn large_bodies_are_judged_by_their_bytes_and_small_ones_by_their_number() {
        let lanes = Lanes::new(None);
        assert_eq!((lanes.way_of(SMALL).amount, lanes.way_of(SMALL + 1).amount), (1, SMALL + 1));
        assert!(Arc::ptr_eq(lanes.way_of(SMALL).lane, &lanes.small));
        assert!(Arc::ptr_eq(lanes.way_of(SMALL + 1).lane, &lanes.parts));
    }
}
