//! One command on the engine: questions, jobs, and how it ends.

use tokio::sync::mpsc;

use super::endings::Endings;
use super::location::Base;
use super::output::{Output, say, say_error};
use super::progress::Display;
use super::telling::{Telling, result_json, would};
use crate::engine::Engine;
use crate::model::error::Error;
use crate::model::job::{ItemResult, JobEnd, JobId, Report, Request, Ticket, Unfinished, UnfinishedId, Work};
use crate::model::location::ObjectRef;
use crate::model::stream::Stream;
use crate::model::text::visible;

/// Why a command ended without having done all.
#[derive(Debug)]
pub enum Stop {
    /// It was wrongly used.
    Use(String),
    /// It failed.
    Failed(Error),
    /// It failed, and has said so.
    Told,
    /// Nobody reads standard output any more.
    Closed,
    /// A signal asked for it; its number.
    Signal(u8),
    /// It answered by its exit code, and has said so.
    Answered(u8),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Stop {
    /// Says what is left to be said, and returns the exit code.
    pub fn tell(self) -> u8 {
        match self {
            Self::Use(message) => {
                say(&visible(&message));
                2
            }
            Self::Failed(error) => {
                say_error(&error);
                1
            }
            Self::Told => 1,
            Self::Closed => 0,
            Self::Answered(code) => code,
            Self::Signal(number) => {
                say("interrupted; what was finished stays");
                // As shells have it: 130 for SIGINT, which is 2.
                128 + number
            }
        }
    }
}

/// The engine of one command, and its way to the outside.
pub struct Session<'a> {
    engine: &'a Engine,
    reports: mpsc::Receiver<Report>,
    /// Standard output.
    pub output: Output,
    /// Where paths start.
    pub base: Base,
    last: u64,
    /// How the items of the job ended that runs, as far as that was heard.
    endings: Endings,
}

impl<'a> Session<'a> {
    /// Opens a session on a running engine.
    pub fn new(engine: &'a Engine, reports: mpsc::Receiver<Report>, base: Base) -> Self {
        Self { engine, reports, output: Output::new(), base, last: 0, endings: Endings::default() }
    }

    /// Returns the engine, for what has no answer.
    pub fn engine(&self) -> &'a Engine {
        self.engine
    }

    /// Asks a question; the ticket is on its answers.
    pub fn ask(&mut self, question: impl FnOnce(Ticket) -> Request) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.engine.submit(question(ticket));
        ticket
    }

    /// Returns the next report.
    pub async fn report(&mut self) -> Report {
        match self.reports.recv().await {
            Some(report) => report,
            // The engine outlives the session, so there is always somebody who may still say something.
            None => std::future::pending().await,
        }
    }

    /// Returns the next answer to a question that `pick` takes; fails if the question does.
    pub async fn answer<T>(&mut self, asked: Ticket, pick: impl Fn(Report) -> Option<T>) -> Result<T, Stop> {
        loop {
            match self.report().await {
                Report::Failed { ticket, error } if ticket == asked => return Err(error.into()),
                report => {
                    if let Some(answer) = pick(report) {
                        return Ok(answer);
                    }
                }
            }
        }
    }

    /// Runs a job to its end, shows how far it is, and tells how it ended.
    pub async fn run(&mut self, work: Work, telling: Telling) -> Result<(), Stop> {
        let job = self.next_job();
        self.engine.submit(Request::Start { job, work });
        self.follow(job, telling).await
    }

    /// Goes on with an earlier run of the same work that was interrupted; begins it if there is none.
    pub async fn resume(&mut self, work: Work, telling: Telling) -> Result<(), Stop> {
        let left = self.unfinished().await;
        match left.into_iter().rev().find(|left| left.work == work && left.is_from_here) {
            Some(left) => self.take_up(left.id, work, telling).await,
            None => self.run(work, telling).await,
        }
    }

    /// Goes on with what an earlier run has not finished.
    pub async fn take_up(&mut self, unfinished: UnfinishedId, work: Work, telling: Telling) -> Result<(), Stop> {
        let job = self.next_job();
        self.engine.submit(Request::TakeUp { job, unfinished, work });
        self.follow(job, telling).await
    }

    /// Returns the jobs that earlier runs have not finished, oldest first, and cleans up behind those that are over.
    pub async fn unfinished(&mut self) -> Vec<Unfinished> {
        self.left(Request::FindUnfinished).await
    }

    /// Returns all jobs that earlier runs have left, oldest first, and touches none.
    pub async fn all_left(&mut self) -> Vec<Unfinished> {
        self.left(Request::ListUnfinished).await
    }

    async fn left(&mut self, request: Request) -> Vec<Unfinished> {
        self.engine.submit(request);
        loop {
            match self.report().await {
                Report::Unfinished(left) => return left,
                report => tell_journal(&report),
            }
        }
    }

    /// Strikes out a job that an earlier run has not finished.
    pub async fn forget(&mut self, left: Unfinished, telling: Telling) -> Result<(), Stop> {
        let job = self.next_job();
        self.engine.submit(Request::Forget { job, unfinished: left.id, work: left.work });
        self.follow(job, telling).await
    }

    /// Writes what standard input brings to an object.
    pub async fn write(&mut self, stream: Stream, telling: Telling) -> Result<(), Stop> {
        let job = self.next_job();
        self.engine.write(job, stream, tokio::io::stdin());
        self.follow(job, telling).await
    }

    /// Writes an object to standard output.
    pub async fn read(&mut self, object: ObjectRef) -> Result<(), Stop> {
        let job = self.next_job();
        let mut chunks = self.engine.read(job, object);
        let end = loop {
            tokio::select! {
                Some(chunk) = chunks.recv() => self.output.raw(&chunk).await?,
                report = self.report() => match report {
                    Report::Held { job: of, reason } if of == job => tell_held(reason.as_ref()),
                    Report::Finished { job: of, end } if of == job => break end,
                    report => tell_journal(&report),
                },
            }
        };
        while let Some(chunk) = chunks.recv().await {
            self.output.raw(&chunk).await?;
        }
        self.output.flush().await?;
        ended(end)
    }

    /// Tells what failed of a job that was interrupted, before all of it is forgotten.
    pub fn tell_interrupted(&mut self) {
        while let Ok(report) = self.reports.try_recv() {
            if let Report::Items { results, .. } = report {
                self.endings.add_all(&results);
            }
        }
        self.endings.tell_failures();
    }

    fn next_job(&mut self) -> JobId {
        self.last += 1;
        JobId(self.last)
    }

    async fn follow(&mut self, job: JobId, telling: Telling) -> Result<(), Stop> {
        let mut display = Display::new(telling.is_quiet || telling.is_json || telling.rehearsed.is_some());
        let mut heard = Ok(());
        let end = loop {
            let report = tokio::select! {
                biased;
                report = self.report() => report,
                () = display.tick() => continue,
            };
            match report {
                Report::Started { job: of, progress } if of == job => display.follow(progress),
                Report::Items { job: of, results } if of == job => {
                    // First, because an interruption may come while it is told.
                    self.endings.add_all(&results);
                    // The work is what was asked for: that nobody reads of it any more does not end it half way.
                    if heard.is_ok() {
                        heard = self.tell(&results, telling).await;
                    }
                }
                Report::Held { job: of, reason } if of == job => display.aside(|| tell_held(reason.as_ref())),
                Report::Noted { job: of, note } if of == job => display.aside(|| say(&visible(&note))),
                Report::Finished { job: of, end } if of == job => break end,
                report => display.aside(|| tell_journal(&report)),
            }
        };
        drop(display);
        let endings = std::mem::take(&mut self.endings);
        endings.tell_failures();
        let is_told = telling.is_quiet || telling.is_json || telling.rehearsed.is_some();
        if !matches!(end, JobEnd::Failed(_)) && !is_told {
            endings.tell_totals(telling.verb);
        }
        ended(end).and(heard)
    }
}

fn ended(end: JobEnd) -> Result<(), Stop> {
    match end {
        JobEnd::Done => Ok(()),
        JobEnd::SomeFailed => Err(Stop::Told),
        JobEnd::Failed(error) => Err(error.into()),
        JobEnd::Cancelled => Err(Error::cancelled("go on with", "the job").into()),
    }
}

/// Says that a job waits for fresh credentials, and why; or that it has them.
fn tell_held(reason: Option<&Error>) {
    match reason {
        Some(error) => say_error(error),
        None => say("going on with fresh credentials"),
    }
}

/// Says what is wrong with the journal, if the report is of that.
fn tell_journal(report: &Report) {
    match report {
        Report::JournalFailed(error) => say_error(error),
        Report::JournalSetAside { aside, error } => {
            say_error(error);
            say(&format!("it was put aside: {}", visible(&aside.to_string_lossy())));
            say("`bucketry uploads` lists the unfinished uploads that it may have known, and --abort aborts them");
        }
        _ => {}
    }
}

impl Session<'_> {
    async fn tell(&mut self, results: &[ItemResult], telling: Telling) -> Result<(), Stop> {
        for result in results {
            if telling.is_json {
                self.output.json(&result_json(result, telling.verb)).await?;
            } else if let Some(line) = telling.rehearsed.and_then(|verb| would(&self.output, verb, result)) {
                self.output.line(&line).await?;
            }
        }
        self.output.flush().await
    }
}

/// Returns why a command that would write is refused.
pub fn read_only(operation: &str) -> String {
    format!("cannot {operation}: writing is switched off, by --read-only or by read_only in config.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_exit_code() {
        assert_eq!(Stop::Use("x".to_owned()).tell(), 2);
        assert_eq!(Stop::Failed(Error::cancelled("x", "y")).tell(), 1);
        assert_eq!((Stop::Told.tell(), Stop::Closed.tell(), Stop::Signal(2).tell()), (1, 0, 130));
    }
}
