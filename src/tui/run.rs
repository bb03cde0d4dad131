//! The loop: takes what came in, asks the rules, draws, and does what the rules asked for.
//!
//! A key is drawn at once; reports and ticks at most once a frame. While nothing moves nothing wakes the loop, and not
//! one byte goes to the terminal.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::input::Input;
use super::terminal::{self, Screen};
use super::theme::Theme;
use super::view;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::queue::Queue;
use crate::app::state::State;
use crate::app::update::update;
use crate::engine::Engine;
use crate::model::job::{JobId, Leaving, Report, Request};
use crate::model::progress::{Progress, Snapshot};

/// How often reports and ticks are drawn at the most.
const FRAME: Duration = Duration::from_millis(16);

/// How often counters are read while something moves.
const TICK: Duration = Duration::from_millis(100);

/// How long the counters of a job that waits are read on, because others of its items may still move.
const QUIET: Duration = Duration::from_secs(2);

/// How many reports are taken in before the screen is drawn again.
const BATCH: usize = 32;

/// How many queued keys are taken in before the screen is drawn again.
const KEYS: usize = 64;

/// How long a continued program is waited for; a stop that the system ignores must not hang it.
const STOPPED: Duration = Duration::from_millis(500);

/// How long an editor may take to save what it can, once the program is asked to end.
const EDITOR_ENDS: Duration = Duration::from_secs(2);

/// How long after an editor an interrupt is taken for the one that ended it. No key of ours makes one.
const LATE: Duration = Duration::from_secs(2);

/// What the loop works with.
struct Loop<'a> {
    state: State,
    screen: Screen,
    input: Input,
    engine: &'a Engine,
    reports: mpsc::Receiver<Report>,
    theme: Theme,
    signals: Signals,
    counters: HashMap<JobId, Counter>,
    is_dirty: bool,
    next_frame: Instant,
    editor_ended: Option<Instant>,
    is_over: bool,
    /// What becomes of the jobs that run; kept if nobody was asked.
    leaving: Leaving,
}

/// The counters of a running job, and what they said last.
struct Counter {
    progress: Arc<Progress>,
    last: Snapshot,
    /// When they last said something new.
    changed: Instant,
}

impl Counter {
    fn has_moved(&self) -> bool {
        self.progress.snapshot() != self.last
    }
}

/// Runs until the person leaves, and returns what becomes of the jobs that run. The screen is given back before this
/// returns.
pub async fn run(
    state: State,
    engine: &Engine,
    reports: mpsc::Receiver<Report>,
    theme: Theme,
    takes_mouse: bool,
) -> io::Result<Leaving> {
    let screen = Screen::open(takes_mouse)?;
    let mut this = Loop {
        state,
        screen,
        input: Input::default(),
        engine,
        reports,
        theme,
        signals: Signals::new()?,
        counters: HashMap::new(),
        is_dirty: true,
        next_frame: Instant::now(),
        editor_ended: None,
        is_over: false,
        leaving: Leaving::Keep,
    };
    let (width, height) = this.screen.size();
    this.take_in(Event::Resize { width, height }).await?;
    this.draw()?;
    let begin = this.state.begin();
    this.carry_out(begin).await?;
    this.turn_until_over().await?;
    Ok(this.leaving)
}

impl Loop<'_> {
    async fn turn_until_over(&mut self) -> io::Result<()> {
        let (mut tick, mut slow) = (interval(TICK), interval(QUIET));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        slow.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(BATCH);
        while !self.is_over {
            let is_moving = is_moving(&self.counters, &self.state.queue, Instant::now())
                || self.state.dialog.as_ref().is_some_and(|dialog| !dialog.is_ready());
            let mut draws_now = false;
            tokio::select! {
                biased;
                caught = self.signals.next() => self.catch(caught).await?,
                event = self.input.next() => {
                    self.take_input(event).await?;
                    draws_now = true;
                }
                count = self.reports.recv_many(&mut batch, BATCH) => {
                    self.is_over |= count == 0;
                    self.take_reports(&mut batch).await?;
                }
                _ = tick.tick(), if is_moving => self.sample().await?,
                // While one item waits for an answer the others may go on.
                _ = slow.tick(), if !is_moving && !self.counters.is_empty() => {
                    if self.counters.values().any(Counter::has_moved) {
                        self.sample().await?;
                    }
                }
                () = sleep_until(self.next_frame), if self.is_dirty => {}
            }
            if draws_now || self.is_dirty && Instant::now() >= self.next_frame {
                self.draw()?;
            }
        }
        Ok(())
    }

    /// Takes in an event and all that are queued behind it, so that a held key never runs behind.
    async fn take_input(&mut self, first: Option<Event>) -> io::Result<()> {
        // A terminal that is gone is like a hang-up.
        let mut next = Some(first.unwrap_or(Event::Terminate));
        let mut taken = 0;
        self.pass_time().await?;
        while let Some(event) = next {
            self.take_in(event).await?;
            taken += 1;
            next = if taken < KEYS && !self.is_over { now_or_never(self.input.next()).flatten() } else { None };
        }
        Ok(())
    }

    async fn take_reports(&mut self, batch: &mut Vec<Report>) -> io::Result<()> {
        self.pass_time().await?;
        for report in batch.drain(..) {
            match &report {
                Report::Started { job, progress } => {
                    let (progress, last) = (Arc::clone(progress), Snapshot::default());
                    self.counters.insert(*job, Counter { progress, last, changed: Instant::now() });
                }
                Report::Items { job, .. } => {
                    if let Some(counter) = self.counters.get_mut(job) {
                        counter.changed = Instant::now();
                    }
                }
                Report::Finished { job, .. } => {
                    self.sample().await?;
                    self.counters.remove(job);
                }
                _ => {}
            }
            self.take_in(Event::Report(report)).await?;
        }
        Ok(())
    }

    /// Reads the counters; only what has changed is told.
    async fn sample(&mut self) -> io::Result<()> {
        let changed: Vec<(JobId, Snapshot)> = self
            .counters
            .iter_mut()
            .filter_map(|(job, counter)| {
                let now = counter.progress.snapshot();
                (now != counter.last).then(|| {
                    counter.last = now.clone();
                    counter.changed = Instant::now();
                    (*job, now)
                })
            })
            .collect();
        self.take_in(Event::Tick { now: Timestamp::now(), progress: changed }).await
    }

    /// Lets the rules know what time it is before they judge a key or a report.
    async fn pass_time(&mut self) -> io::Result<()> {
        self.take_in(Event::Tick { now: Timestamp::now(), progress: Vec::new() }).await
    }

    async fn take_in(&mut self, event: Event) -> io::Result<()> {
        self.is_dirty = true;
        let effects = update(&mut self.state, event);
        self.carry_out(effects).await
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Submit(request) => self.engine.submit(request),
                Effect::Quit(leaving) => {
                    self.leaving = leaving;
                    self.is_over = true;
                }
                Effect::Suspend => self.suspend().await?,
                Effect::Redraw => drop(self.screen.resize()?),
                Effect::Edit(path) => Box::pin(self.edit(path)).await?,
                Effect::Discard(path) => self.engine.submit(Request::Discard(path)),
                Effect::Copy(text) => self.screen.copy(&text)?,
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let (state, theme) = (&self.state, &self.theme);
        self.screen.draw(|frame| view::main::draw(frame, state, theme))?;
        self.is_dirty = false;
        self.next_frame = Instant::now() + FRAME;
        Ok(())
    }

    async fn catch(&mut self, caught: Caught) -> io::Result<()> {
        match caught {
            Caught::Interrupt if self.editor_ended.is_some_and(|ended| ended.elapsed() < LATE) => Ok(()),
            Caught::End | Caught::Interrupt => self.take_in(Event::Terminate).await,
            Caught::Stop => self.suspend().await,
            // Somebody stopped us the hard way; the terminal is not as we left it.
            Caught::Continue => self.enter().await,
            Caught::Size => {
                let (width, height) = self.screen.resize()?;
                self.take_in(Event::Resize { width, height }).await
            }
        }
    }

    /// Gives the terminal back, stops, and goes on when the shell says so.
    async fn suspend(&mut self) -> io::Result<()> {
        if !terminal::can_stop() {
            return Box::pin(self.take_in(Event::NotSuspended)).await;
        }
        self.input.park().await;
        self.screen.leave()?;
        self.stop().await;
        self.input.resume();
        self.enter().await
    }

    /// Stops, and returns when the shell says so.
    async fn stop(&mut self) {
        terminal::stop();
        let _ = tokio::time::timeout(STOPPED, self.signals.go_on.recv()).await;
    }

    async fn enter(&mut self) -> io::Result<()> {
        let (width, height) = self.screen.enter()?;
        self.is_dirty = true;
        Box::pin(self.take_in(Event::Resize { width, height })).await
    }

    /// Lets the person's editor have the screen, and tells the rules what became of the file.
    async fn edit(&mut self, path: PathBuf) -> io::Result<()> {
        let before = stamp(&path).await;
        self.input.park().await;
        self.screen.leave()?;
        let problem = match terminal::editor(&path) {
            Ok(child) => self.wait_for(child).await?,
            Err(error) => Some(error.to_string()),
        };
        if self.is_over {
            return Ok(());
        }
        self.input.resume();
        self.enter().await?;
        let is_changed = stamp(&path).await != before;
        self.take_in(Event::Edited { path, is_changed, problem }).await
    }

    /// Waits for the child and keeps taking in reports, so that no transfer stands still behind it.
    ///
    /// The child is of our process group, so the keyboard's signals reach both. An interrupt is the child's affair. A
    /// stop is ours too: the shell takes its terminal back only when the whole group has stopped.
    async fn wait_for(&mut self, mut child: Child) -> io::Result<Option<String>> {
        let mut batch = Vec::with_capacity(BATCH);
        while !self.is_over {
            tokio::select! {
                biased;
                caught = self.signals.next() => match caught {
                    Caught::End => self.is_over = true,
                    Caught::Stop if terminal::can_stop() => {
                        self.stop().await;
                        terminal::go_on();
                    }
                    Caught::Interrupt | Caught::Stop | Caught::Continue | Caught::Size => {}
                },
                ended = child.wait() => {
                    let status = ended?;
                    self.editor_ended = Some(Instant::now());
                    return Ok((!status.success()).then(|| format!("the editor ended with {status}")));
                }
                count = self.reports.recv_many(&mut batch, BATCH) => {
                    self.is_over |= count == 0;
                    Box::pin(self.take_reports(&mut batch)).await?;
                }
            }
        }
        terminal::end(&child);
        let _ = tokio::time::timeout(EDITOR_ENDS, child.wait()).await;
        Ok(None)
    }
}

/// Returns whether counters have to be read at each tick. Those of a job that waits for a person, be it all night, are
/// only looked at now and then.
fn is_moving(counters: &HashMap<JobId, Counter>, queue: &Queue, now: Instant) -> bool {
    let is_waiting = |id| queue.jobs().iter().any(|job| job.id == id && job.is_waiting());
    counters.iter().any(|(id, counter)| now.duration_since(counter.changed) < QUIET || !is_waiting(*id))
}

/// Takes what is there already, and never waits.
fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Returns what changes when a file is written.
async fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let found = tokio::fs::metadata(path).await.ok()?;
    Some((found.modified().ok()?, found.len()))
}

/// What the system tells the program.
enum Caught {
    End,
    Interrupt,
    Stop,
    Continue,
    Size,
}

struct Signals {
    hang_up: Signal,
    terminate: Signal,
    interrupt: Signal,
    stop: Signal,
    go_on: Signal,
    size: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let number = |signal: rustix::process::Signal| SignalKind::from_raw(signal.as_raw());
        Ok(Self {
            hang_up: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(number(rustix::process::Signal::TSTP))?,
            go_on: signal(number(rustix::process::Signal::CONT))?,
            size: signal(SignalKind::window_change())?,
        })
    }

    async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.hang_up.recv() => Caught::End,
            _ = self.terminate.recv() => Caught::End,
            _ = self.interrupt.recv() => Caught::Interrupt,
            _ = self.stop.recv() => Caught::Stop,
            _ = self.go_on.recv() => Caught::Continue,
            _ = self.size.recv() => Caught::Size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::{Error, Kind};
    use crate::model::job::Work;

    #[test]
    fn a_job_that_waits_for_a_person_wakes_nobody_once_its_counters_stand_still() {
        let (job, progress) = (JobId(1), Arc::new(Progress::default()));
        let mut queue = Queue::default();
        queue.on_submit(&Request::Start { job, work: Work::Delete(Vec::new()) });
        queue.on_report(&Report::Started { job, progress: Arc::clone(&progress) });
        let changed = Instant::now();
        let counters = HashMap::from([(job, Counter { progress, last: Snapshot::default(), changed })]);
        assert!(is_moving(&counters, &queue, changed + QUIET), "it runs");
        let reason = Error::new(Kind::ExpiredToken, "delete", "s3://b/a", "the token has expired");
        queue.on_report(&Report::Held { job, reason: Some(reason) });
        assert!(is_moving(&counters, &queue, changed), "its counters have just moved");
        assert!(!is_moving(&counters, &queue, changed + QUIET));
        queue.on_report(&Report::Held { job, reason: None });
        assert!(is_moving(&counters, &queue, changed + QUIET), "it goes on");
    }
}
