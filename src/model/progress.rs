//! How far a job is: counters that the work adds to and the screen samples.
//!
//! What grows is never sent as an event: the worker adds, the tick reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The counters of one job, shared between its tasks and the loop.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
    items_done: AtomicU64,
    items_total: AtomicU64,
    is_counted: AtomicBool,
    current: Mutex<Arc<str>>,
}

/// What the counters said at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Bytes moved so far.
    pub bytes_done: u64,
    /// Bytes found so far; final once `is_counted`.
    pub bytes_total: u64,
    /// Items ended so far, well or badly.
    pub items_done: u64,
    /// Items found so far; final once `is_counted`.
    pub items_total: u64,
    /// Whether the totals are final.
    pub is_counted: bool,
    /// The item that was begun last, as it came.
    pub current: Arc<str>,
}

impl Progress {
    /// Counts bytes as moved.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Relaxed);
    }

    /// Takes bytes back that have to be moved again.
    pub fn retract_bytes(&self, bytes: u64) {
        let _ = self.bytes_done.fetch_update(Relaxed, Relaxed, |done| Some(done.saturating_sub(bytes)));
    }

    /// Counts an item as ended.
    pub fn add_item(&self) {
        self.items_done.fetch_add(1, Relaxed);
    }

    /// Adds to what there is to do.
    pub fn add_total(&self, items: u64, bytes: u64) {
        self.items_total.fetch_add(items, Relaxed);
        self.bytes_total.fetch_add(bytes, Relaxed);
    }

    /// Says that the totals are final.
    pub fn counted(&self) {
        self.is_counted.store(true, Relaxed);
    }

    /// Names the item that is begun.
    pub fn begin(&self, name: &str) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::from(name);
    }

    /// Reads all counters.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            bytes_done: self.bytes_done.load(Relaxed),
            bytes_total: self.bytes_total.load(Relaxed),
            items_done: self.items_done.load(Relaxed),
            items_total: self.items_total.load(Relaxed),
            is_counted: self.is_counted.load(Relaxed),
            current: Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl Snapshot {
    /// Returns how much is done, from 0 to 1: by bytes where there are any, else by items.
    pub fn ratio(&self) -> f64 {
        let (done, total) = if self.bytes_total > 0 {
            (self.bytes_done, self.bytes_total)
        } else {
            (self.items_done, self.items_total)
        };
        if total == 0 { 0.0 } else { (done as f64 / total as f64).min(1.0) }
    }
}

/// A speed that follows changes within a few seconds and does not jump with each sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rate {
    bytes_per_second: f64,
    last_bytes: u64,
    /// The time since `last_bytes` was read.
    since: Duration,
    is_primed: bool,
}

impl Rate {
    /// The time in which an old speed loses two thirds of its weight, in seconds.
    const MEMORY: f64 = 3.0;

    /// The shortest time that a speed is judged by: within less, one chunk more or less would be everything.
    const SHORTEST: Duration = Duration::from_millis(50);

    /// Begins, or goes on after a pause: what was moved up to here, in whatever time, is no speed.
    pub fn begin(&mut self, bytes_done: u64) {
        self.last_bytes = bytes_done;
        self.since = Duration::ZERO;
    }

    /// Takes in the bytes moved in all, `elapsed` after the sample before.
    pub fn sample(&mut self, bytes_done: u64, elapsed: Duration) {
        self.since = self.since.saturating_add(elapsed);
        if self.since < Self::SHORTEST {
            return;
        }
        let seconds = self.since.as_secs_f64();
        let now = bytes_done.saturating_sub(self.last_bytes) as f64 / seconds;
        self.begin(bytes_done);
        if !self.is_primed {
            self.is_primed = true;
            self.bytes_per_second = now;
            return;
        }
        let weight = 1.0 - (-seconds / Self::MEMORY).exp();
        self.bytes_per_second += (now - self.bytes_per_second) * weight;
    }

    /// Returns the speed in bytes per second.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a speed is finite and never negative")]
    pub fn bytes_per_second(&self) -> u64 {
        self.bytes_per_second as u64
    }

    /// Returns the time left in seconds for so many bytes, if anything moves.
    pub fn seconds_left(&self, bytes: u64) -> Option<u64> {
        let speed = self.bytes_per_second();
        (speed > 0).then(|| bytes.div_ceil(speed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_counts_bytes_and_falls_back_to_items() {
        let progress = Progress::default();
        progress.add_total(4, 0);
        progress.add_item();
        assert!((progress.snapshot().ratio() - 0.25).abs() < f64::EPSILON);
        progress.add_total(0, 100);
        progress.add_bytes(50);
        assert!((progress.snapshot().ratio() - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn taking_back_more_than_was_counted_stops_at_zero() {
        let progress = Progress::default();
        progress.add_bytes(5);
        progress.retract_bytes(9);
        assert_eq!(progress.snapshot().bytes_done, 0);
    }

    #[test]
    fn neither_what_was_moved_before_nor_a_chunk_within_a_moment_makes_a_speed() {
        let mut rate = Rate::default();
        rate.begin(1 << 30);
        rate.sample((1 << 30) + 8000, Duration::from_millis(1));
        assert_eq!(rate.bytes_per_second(), 0);
        rate.sample((1 << 30) + 8000, Duration::from_millis(99));
        assert_eq!(rate.bytes_per_second(), 80_000);
    }

    #[test]
    fn a_steady_speed_is_reported_as_it_is() {
        let mut rate = Rate::default();
        for tick in 1..=50 {
            rate.sample(tick * 1000, Duration::from_millis(100));
        }
        assert_eq!(rate.bytes_per_second(), 10_000);
        assert_eq!(rate.seconds_left(25_000), Some(3));
        assert_eq!(Rate::default().seconds_left(1), None);
    }
}
