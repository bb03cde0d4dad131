//! How far a job is, on standard error: a bar on a terminal, a line now and then elsewhere, nothing when asked to be quiet.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use tokio::time::{Interval, MissedTickBehavior};

use super::output::say;
use crate::model::progress::{Progress, Rate, Snapshot};
use crate::model::text::{self, visible};

/// How often a bar is drawn.
const DRAWN: Duration = Duration::from_millis(100);

/// How often a line is written.
const WRITTEN: Duration = Duration::from_secs(10);

/// What is shown of one job.
pub struct Display {
    progress: Option<Arc<Progress>>,
    form: Form,
}

enum Form {
    Bar(ProgressBar, Interval),
    Lines(Rate, Interval),
    Silent,
}

impl Display {
    /// Returns a display that has nothing to show yet.
    pub fn new(is_quiet: bool) -> Self {
        let form = match (is_quiet, io::stderr().is_terminal()) {
            (true, _) => Form::Silent,
            (_, true) => Form::Bar(bar(), every(DRAWN)),
            (_, false) => Form::Lines(Rate::default(), every(WRITTEN)),
        };
        Self { progress: None, form }
    }

    /// Names the counters to show.
    pub fn follow(&mut self, progress: Arc<Progress>) {
        self.progress = Some(progress);
    }

    /// Waits until it is time to show again, and does. Never ends where nothing is shown.
    pub async fn tick(&mut self) {
        let interval = match &mut self.form {
            Form::Bar(_, interval) | Form::Lines(_, interval) => interval,
            Form::Silent => return std::future::pending().await,
        };
        interval.tick().await;
        let Some(now) = self.progress.as_ref().map(|progress| progress.snapshot()) else { return };
        match &mut self.form {
            Form::Bar(bar, _) => {
                bar.set_length(now.bytes_total);
                bar.set_position(now.bytes_done);
                bar.set_prefix(items(&now));
                bar.set_message(visible(&now.current).into_owned());
            }
            Form::Lines(rate, _) => {
                rate.sample(now.bytes_done, WRITTEN);
                say(&line(&now, rate.bytes_per_second()));
            }
            Form::Silent => {}
        }
    }

    /// Says something without disturbing the bar.
    pub fn aside(&self, say: impl FnOnce()) {
        match &self.form {
            Form::Bar(bar, _) => bar.suspend(say),
            Form::Lines(..) | Form::Silent => say(),
        }
    }
}

fn bar() -> ProgressBar {
    let template = "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}\n{wide_msg}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Also where the job is dropped in the middle, nothing of it stays on the screen.
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        .with_style(style.progress_chars("=> "))
        .with_finish(ProgressFinish::AndClear)
}

/// The first time after one period: what is over by then has nothing to show.
fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval.reset();
    interval
}

fn items(now: &Snapshot) -> String {
    let total = text::count(now.items_total);
    format!("{} of {}{total} items", text::count(now.items_done), if now.is_counted { "" } else { "at least " })
}

fn line(now: &Snapshot, bytes_per_second: u64) -> String {
    let (done, total) = (text::size(now.bytes_done), text::size(now.bytes_total));
    format!("{}, {done} of {total}, {}/s", items(now), text::size(bytes_per_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_the_totals_are_final() {
        let mut now =
            Snapshot { bytes_done: 1024, bytes_total: 4096, items_done: 1, items_total: 1200, ..Snapshot::default() };
        assert_eq!(line(&now, 2048), "1 of at least 1,200 items, 1.0 KiB of 4.0 KiB, 2.0 KiB/s");
        now.is_counted = true;
        assert!(line(&now, 0).starts_with("1 of 1,200 items"));
    }
}
