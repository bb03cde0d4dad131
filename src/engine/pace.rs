//! How wide a lane is: wider as long as that brings more, half as wide when the server asks for less.
//!
//! At each width one generation of requests settles and two are measured. Then the lane becomes a quarter wider, and stays
//! so if that brought at least half of what it could bring at most, a quarter more. Otherwise it steps back, and rests
//! before it tries again, because lines and servers change in hours of copying. A step is a share of the width and not a
//! number, so that what it has to bring can be told from chance at any width.

use std::time::{Duration, Instant};

use super::share::Use;

/// The part of its width by which a lane grows.
const STEP: usize = 4;

/// How much of what a step could bring at most it has to bring.
const WORTH: f64 = 0.5;

/// How many generations of requests are measured.
const GENERATIONS: usize = 2;

/// The shortest time that is measured: in less, one slow answer would be everything.
const SHORTEST: Duration = Duration::from_millis(250);

/// How long a lane stays as it is after it stepped back or was halved.
const REST: Duration = Duration::from_secs(10);

/// The width of one lane, and what it was judged by.
#[derive(Debug)]
pub(super) struct Pace {
    width: usize,
    widest: usize,
    /// The narrower width that is compared with, and what it brought a second.
    before: Option<(usize, f64)>,
    rests_until: Option<Instant>,
    refused: Option<Instant>,
    window: Window,
}

/// What was measured since the width changed.
#[derive(Debug, Default)]
struct Window {
    /// Requests that have ended, those that settled included.
    requests: usize,
    /// What those brought that are measured.
    amount: u64,
    began: Option<Instant>,
    was_full: bool,
}

impl Pace {
    /// Returns a lane's first width, and the one that it never grows beyond.
    pub fn new(width: usize, widest: usize) -> Self {
        Self { width, widest, before: None, rests_until: None, refused: None, window: Window::default() }
    }

    /// Returns how many requests may run at once.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Takes notice of a request that went well and what it brought, in bytes or however work is counted here.
    pub fn went_well(&mut self, amount: u64, used: Use, now: Instant) {
        if self.before.is_none() && self.width >= self.widest || self.rests_until.is_some_and(|until| now < until) {
            return;
        }
        if used.was_idle {
            // Nobody had anything to do, which says nothing about the lane.
            self.window = Window::default();
        }
        let window = &mut self.window;
        window.was_full |= used.was_full;
        window.requests += 1;
        if window.requests <= self.width {
            window.began = Some(now);
            return;
        }
        window.amount += amount;
        let time = window.began.map_or(Duration::ZERO, |began| now.duration_since(began));
        if window.requests > self.width * (1 + GENERATIONS) && time >= SHORTEST {
            let window = std::mem::take(window);
            // A lane that was never full is wide enough.
            if window.was_full {
                self.judge(window.amount as f64 / time.as_secs_f64(), now);
            }
        }
    }

    fn judge(&mut self, rate: f64, now: Instant) {
        if let Some((narrower, before)) = self.before.take() {
            let most = self.width as f64 / narrower as f64 - 1.0;
            if rate < before * (1.0 + most * WORTH) {
                tracing::debug!(from = self.width, to = narrower, "a wider lane brings nothing");
                self.width = narrower;
                self.rests_until = Some(now + REST);
                return;
            }
        }
        if self.width < self.widest {
            self.before = Some((self.width, rate));
            self.width = (self.width + (self.width / STEP).max(1)).min(self.widest);
            tracing::debug!(to = self.width, "a wider lane is tried");
        }
    }

    /// Takes notice that the server asked for fewer requests, in answer to one that began at some time. Of all that were
    /// on their way when the lane was halved, none halves it again.
    pub fn refused(&mut self, began: Instant, now: Instant) {
        if self.refused.is_some_and(|at| began <= at) {
            return;
        }
        self.refused = Some(now);
        self.rests_until = Some(now + REST);
        self.before = None;
        self.window = Window::default();
        if self.width > 1 {
            tracing::info!(from = self.width, to = self.width / 2, "the server asks for fewer requests");
            self.width /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Use = Use { was_full: true, was_idle: false };

    /// A clock, and a line that carries so many requests a second for each of so many at once, and not more.
    struct Line {
        now: Instant,
        each: f64,
        most: f64,
    }

    impl Line {
        fn new(each: f64, most: f64) -> Self {
            Self { now: Instant::now(), each, most }
        }

        fn carry(&mut self, pace: &mut Pace, requests: usize, used: Use) {
            for _ in 0..requests {
                let rate = (pace.width() as f64 * self.each).min(self.most);
                self.now += Duration::from_secs_f64(1.0 / rate);
                pace.went_well(1, used, self.now);
            }
        }
    }

    #[test]
    fn a_lane_grows_while_that_brings_more_and_stays_where_it_brings_nothing() {
        for (most, expected) in [(f64::MAX, 64), (40.0, 38), (16.0, 16), (8.0, 16)] {
            let mut pace = Pace::new(16, 64);
            let mut line = Line::new(1.0, most);
            let mut widest = 0;
            for _ in 0..1000 {
                line.carry(&mut pace, 1, FULL);
                widest = widest.max(pace.width());
            }
            // It may just be trying a step more.
            line.carry(&mut pace, 200, FULL);
            while pace.before.is_some() {
                line.carry(&mut pace, 1, FULL);
            }
            assert_eq!(pace.width(), expected, "a line of {most}");
            assert!(widest <= expected + expected / STEP, "{widest} on a line of {most}");
        }
    }

    #[test]
    fn a_lane_that_is_not_full_or_stands_idle_between_requests_stays_as_it_is() {
        for used in [Use::default(), Use { was_full: true, was_idle: true }] {
            let mut pace = Pace::new(16, 64);
            Line::new(1.0, f64::MAX).carry(&mut pace, 1000, used);
            assert_eq!(pace.width(), 16);
        }
    }

    #[test]
    fn what_a_lane_brings_is_judged_by_its_amount_and_not_by_the_number_of_requests() {
        let mut pace = Pace::new(16, 64);
        let mut now = Instant::now();
        // The wider lane has more requests a second, each of them smaller.
        for _ in 0..200 {
            now += Duration::from_secs_f64(1.0 / pace.width() as f64);
            pace.went_well(if pace.width() > 16 { 4 } else { 8 }, FULL, now);
        }
        assert_eq!(pace.width(), 16);
    }

    #[test]
    fn a_burst_of_refusals_halves_once_and_the_lane_rests_before_it_grows_again() {
        let mut pace = Pace::new(8, 16);
        let mut line = Line::new(10.0, f64::MAX);
        let began = line.now;
        line.now += Duration::from_secs(1);
        for _ in 0..8 {
            pace.refused(began, line.now);
        }
        assert_eq!(pace.width(), 4);
        line.carry(&mut pace, 300, FULL);
        assert_eq!(pace.width(), 4, "it rests for 10 s at 40 requests a second");
        line.carry(&mut pace, 700, FULL);
        assert_eq!(pace.width(), 16);
    }

    #[test]
    fn a_lane_never_closes() {
        let mut pace = Pace::new(2, 2);
        let mut now = Instant::now();
        for _ in 0..9 {
            now += Duration::from_secs(1);
            pace.refused(now, now + Duration::from_millis(1));
        }
        assert_eq!(pace.width(), 1);
    }
}
