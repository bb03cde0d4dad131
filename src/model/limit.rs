//! How fast bytes may move: a limit that is shared by many bodies and may change while they move.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The units in which bytes are given, and how many bits of them each stands for.
const UNITS: [(&str, u32); 5] = [("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

/// A speed in bytes a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteRate(NonZeroU64);

impl ByteRate {
    /// Returns a speed of so many bytes a second; nothing is no speed.
    pub fn new(bytes: u64) -> Option<Self> {
        NonZeroU64::new(bytes).map(Self)
    }

    /// Reads a limit as people write it: `500 KiB`, `1.5M`, `10 MiB/s`. `none`, or nothing at all, is no limit.
    pub fn parse_limit(text: &str) -> Result<Option<Self>, String> {
        match text.trim() {
            "" | "none" => Ok(None),
            text => match text.parse::<Self>()? {
                rate if rate.0.get() < LOWEST => Err("too low a limit: give 10 KiB at least, or none".to_owned()),
                rate => Ok(Some(rate)),
            },
        }
    }

    /// Returns how long so many bytes take.
    fn time_of(self, bytes: usize) -> Duration {
        Duration::from_secs_f64(bytes as f64 / self.0.get() as f64)
    }
}

impl FromStr for ByteRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rate = parse_bytes(text.strip_suffix("/s").unwrap_or(text)).and_then(Self::new);
        rate.ok_or_else(|| "not a speed: give bytes a second as in 500 KiB or 10 MiB, or none".to_owned())
    }
}

/// Reads a number of bytes as people write it: `500 KiB`, `1.5M`, `4096`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast to u64 ends at its bounds")]
pub fn parse_bytes(text: &str) -> Option<u64> {
    let given = text.trim();
    let number = given.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = given.strip_prefix(number).unwrap_or_default();
    let is_meant =
        |name: &str| name.eq_ignore_ascii_case(unit) || name.strip_suffix("iB") == Some(&unit.to_uppercase());
    let (_, bits) = UNITS.iter().find(|(name, _)| unit.is_empty() || is_meant(name))?;
    let bytes = number.trim().parse::<f64>().ok()? * (1_u64 << bits) as f64;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes as u64)
}

impl fmt::Display for ByteRate {
    /// Writes it in the largest unit in which it is a whole number, so that it can be read again as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.get();
        let whole = UNITS.iter().rev().find(|(_, bits)| bytes.is_multiple_of(1 << bits));
        whole.map_or(Ok(()), |(unit, bits)| write!(f, "{} {unit}/s", bytes >> bits))
    }
}

/// The part of a second that one body may take at once. With as many bodies as there ever are at once, some hundred, each
/// still moves every few seconds, so that no server takes it for dead.
const PORTION: usize = 16;

/// The smallest portion, in bytes.
const SMALLEST: usize = 512;

/// The lowest limit that is taken, in bytes a second. Below it the smallest portions of some hundred bodies would leave
/// them waiting for minutes and hours, also when the limit is lifted again: mostly a unit was forgotten.
const LOWEST: u64 = 10 << 10;

/// How late a taker may be without losing the time: timers are not exact, and the limit is to be reached.
const LATE: Duration = Duration::from_millis(100);

/// A limit for all that is given a share of it. Who takes from it is told from when on the bytes may move.
#[derive(Debug, Default)]
pub struct Limit {
    bucket: Mutex<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    rate: Option<ByteRate>,
    /// When all that was taken has moved.
    free: Option<Instant>,
}

impl Limit {
    /// Returns a limit of this much.
    pub fn of(rate: Option<ByteRate>) -> Self {
        Self { bucket: Mutex::new(Bucket { rate, free: None }) }
    }

    /// Changes the limit; what has been taken keeps its time, which is a matter of seconds.
    pub fn set(&self, rate: Option<ByteRate>) {
        *self.bucket.lock().unwrap_or_else(PoisonError::into_inner) = Bucket { rate, free: None };
    }

    fn portion(&self) -> Option<usize> {
        let rate = self.bucket.lock().unwrap_or_else(PoisonError::into_inner).rate?;
        Some(usize::try_from(rate.0.get()).unwrap_or(usize::MAX).div_ceil(PORTION).max(SMALLEST))
    }

    fn take(&self, bytes: usize, now: Instant) -> Option<Instant> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = bucket.rate?;
        let start = bucket.free.filter(|free| *free + LATE > now).unwrap_or(now);
        bucket.free = Some(start + rate.time_of(bytes));
        Some(start).filter(|start| *start > now)
    }
}

/// The limits that a body keeps to, all at once.
#[derive(Debug, Clone, Default)]
pub struct Limits(Vec<Arc<Limit>>);

impl Limits {
    /// Returns limits that hold together.
    pub fn new(limits: impl IntoIterator<Item = Arc<Limit>>) -> Self {
        Self(limits.into_iter().collect())
    }

    /// Returns how many of so many bytes may be taken at once.
    pub fn portion(&self, bytes: usize) -> usize {
        self.0.iter().filter_map(|limit| limit.portion()).fold(bytes, usize::min)
    }

    /// Takes so many bytes. Returns from when on they may move; nothing if they may at once.
    pub fn take(&self, bytes: usize, now: Instant) -> Option<Instant> {
        // Each is asked, also where another has said when.
        self.0.iter().fold(None, |latest, limit| latest.max(limit.take(bytes, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1024;

    fn limit(bytes: u64) -> Arc<Limit> {
        Arc::new(Limit::of(ByteRate::new(bytes)))
    }

    /// Moves so much, portion by portion, each a little late, and returns the bytes a second that came of it.
    fn speed(limits: &Limits, bytes: usize, late: Duration) -> f64 {
        let began = Instant::now();
        let (mut now, mut rest) = (began, bytes);
        while rest > 0 {
            let portion = limits.portion(rest);
            if let Some(at) = limits.take(portion, now) {
                now = at + late;
            }
            rest -= portion;
        }
        bytes as f64 / now.duration_since(began).as_secs_f64()
    }

    #[test]
    fn speeds_are_read_as_people_write_them() {
        let cases =
            [("10240", 10 << 10), ("500 KiB", 512_000), ("10M", 10 << 20), ("1.5 mib/s", 3 << 19), ("2GiB", 2 << 30)];
        for (text, bytes) in cases {
            assert_eq!(ByteRate::parse_limit(text), Ok(ByteRate::new(bytes)), "{text}");
        }
        assert_eq!((ByteRate::parse_limit(" "), ByteRate::parse_limit("none")), (Ok(None), Ok(None)));
        for text in ["1", "9.9 KiB"] {
            assert!(ByteRate::parse_limit(text).unwrap_err().contains("10 KiB"), "{text}");
        }
        for text in ["0", "-1", "fast", "10 MB", "KiB", "1e999", "NaN", "0.1"] {
            assert!(ByteRate::parse_limit(text).is_err(), "{text}");
        }
        for (bytes, text) in [(10 << 20, "10 MiB/s"), (3 << 19, "1536 KiB/s"), (1 << 40, "1 TiB/s"), (999, "999 B/s")] {
            let rate = ByteRate::new(bytes).unwrap();
            assert_eq!((rate.to_string().as_str(), rate.to_string().parse()), (text, Ok(rate)));
        }
    }

    #[test]
    fn the_limit_is_kept_and_reached_also_where_timers_are_late() {
        for late in [0, 20] {
            let limits = Limits::new([limit(1 << 20)]);
            let speed = speed(&limits, 64 << 20, Duration::from_millis(late));
            assert!((0.99..1.03).contains(&(speed / f64::from(1 << 20))), "{speed} with {late} ms");
        }
    }

    #[test]
    fn the_lower_of_two_limits_holds_and_without_any_nothing_waits() {
        let limits = Limits::new([limit(1 << 20), limit(100 << 10), Arc::default()]);
        assert!(speed(&limits, 1 << 20, Duration::ZERO) < 1.2 * f64::from(100 << 10));
        let none = Limits::new([Arc::default()]);
        assert_eq!((none.portion(9 * KIB), none.take(9 * KIB, Instant::now())), (9 * KIB, None));
    }

    #[test]
    fn each_of_many_bodies_moves_every_few_seconds_at_any_limit() {
        for rate in [10 * 1024, 1 << 20, 1 << 40] {
            let limits = Limits::new([limit(rate)]);
            let now = Instant::now();
            let last = (0..64).filter_map(|_| limits.take(limits.portion(128 * KIB), now)).max();
            assert!(last.is_none_or(|last| last <= now + Duration::from_secs(4)), "at {rate}");
        }
    }

    #[test]
    fn a_changed_limit_holds_for_what_is_taken_next() {
        let slow = limit(1);
        let limits = Limits::new([Arc::clone(&slow)]);
        let now = Instant::now();
        assert_eq!(limits.take(1000, now), None);
        assert!(limits.take(1, now).is_some());
        slow.set(ByteRate::new(1 << 20));
        assert_eq!(limits.take(1000, now), None);
        slow.set(None);
        assert_eq!(limits.take(1 << 30, now), None);
    }
}
