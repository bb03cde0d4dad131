//! One command on the engine: questions, jobs, and how it ends.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::location::Base;
use super::output::{Output, error_json, say, say_error};
use super::progress::Display;
use crate::engine::Engine;
use crate::model::error::Error;
use crate::model::job::{ItemOutcome, ItemResult, JobEnd, JobId, Report, Request, Ticket, Verified, Work};
use crate::model::location::ObjectRef;
use crate::model::stream::Stream;
use crate::model::text::{self, visible};

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
}

/// How a job is told about.
#[derive(Debug, Clone, Copy)]
pub struct Telling {
    /// What was done, in the past tense: `copied`.
    pub verb: &'static str,
    /// Whether only failures are told.
    pub is_quiet: bool,
    /// Whether each item is told as JSON when it ends.
    pub is_json: bool,
    /// What would be done, if nothing is done and each item is told: `copy`.
    pub rehearsed: Option<&'static str>,
}

/// How the items of a job ended.
#[derive(Debug, Default)]
struct Tally {
    done: u64,
    bytes: u64,
    skipped: BTreeMap<String, u64>,
    failed: Vec<Error>,
}

impl<'a> Session<'a> {
    /// Opens a session on a running engine.
    pub fn new(engine: &'a Engine, reports: mpsc::Receiver<Report>, base: Base) -> Self {
        Self { engine, reports, output: Output::new(), base, last: 0 }
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
        self.engine.submit(Request::FindUnfinished);
        let left = loop {
            match self.report().await {
                Report::Unfinished(left) => break left,
                report => tell_journal(&report),
            }
        };
        let Some(left) = left.into_iter().rev().find(|left| left.work == work && left.is_from_here) else {
            return self.run(work, telling).await;
        };
        let job = self.next_job();
        self.engine.submit(Request::TakeUp { job, unfinished: left.id, work });
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

    fn next_job(&mut self) -> JobId {
        self.last += 1;
        JobId(self.last)
    }

    async fn follow(&mut self, job: JobId, telling: Telling) -> Result<(), Stop> {
        let mut display = Display::new(telling.is_quiet || telling.is_json || telling.rehearsed.is_some());
        let (mut tally, mut heard) = (Tally::default(), Ok(()));
        let end = loop {
            let report = tokio::select! {
                biased;
                report = self.report() => report,
                () = display.tick() => continue,
            };
            match report {
                Report::Started { job: of, progress } if of == job => display.follow(progress),
                Report::Items { job: of, results } if of == job => {
                    // The work is what was asked for: that nobody reads of it any more does not end it half way.
                    if heard.is_ok() {
                        heard = self.tell(&results, telling).await;
                    }
                    for result in results {
                        tally.add(result);
                    }
                }
                Report::Held { job: of, reason } if of == job => display.aside(|| tell_held(reason.as_ref())),
                Report::Noted { job: of, note } if of == job => display.aside(|| say(&visible(&note))),
                Report::Finished { job: of, end } if of == job => break end,
                report => display.aside(|| tell_journal(&report)),
            }
        };
        drop(display);
        tally.tell_failures();
        let is_told = telling.is_quiet || telling.is_json || telling.rehearsed.is_some();
        if !matches!(end, JobEnd::Failed(_)) && !is_told {
            tally.tell_totals(telling.verb);
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
            } else if let Some(line) = telling.rehearsed.and_then(|verb| self.would(verb, result)) {
                self.output.line(&line).await?;
            }
        }
        self.output.flush().await
    }

    /// Returns what would be done with an item; nothing if it would fail, which is told at the end.
    fn would(&self, verb: &str, result: &ItemResult) -> Option<String> {
        let name = self.output.name(&result.name);
        match &result.outcome {
            ItemOutcome::Planned(target) => Some(format!("would {verb} {name} to {}", self.output.name(target))),
            ItemOutcome::Skipped(reason) => Some(format!("would leave out {name}: {}", visible(reason))),
            ItemOutcome::Done(_) | ItemOutcome::Failed(_) => None,
        }
    }
}

impl Tally {
    fn add(&mut self, result: ItemResult) {
        match result.outcome {
            ItemOutcome::Done(_) => {
                self.done += 1;
                self.bytes += result.bytes;
            }
            ItemOutcome::Planned(_) => {}
            ItemOutcome::Skipped(reason) => *self.skipped.entry(reason).or_default() += 1,
            ItemOutcome::Failed(error) => self.failed.push(error),
        }
    }

    fn tell_failures(&self) {
        for error in &self.failed {
            say_error(error);
        }
    }

    fn tell_totals(&self, verb: &str) {
        for (reason, items) in &self.skipped {
            say(&format!("skipped {}: {}", text::counted(*items, "item", "items"), visible(reason)));
        }
        let failed = match self.failed.len() as u64 {
            0 => String::new(),
            failed => format!("; {} failed", text::count(failed)),
        };
        let done = text::counted(self.done, "item", "items");
        say(&format!("{verb} {done}, {}{failed}", text::size(self.bytes)));
    }
}

fn result_json(result: &ItemResult, verb: &str) -> Value {
    let mut value = json!({ "item": result.name, "bytes": result.bytes });
    let would_be = format!("would be {verb}");
    let (outcome, key, detail) = match &result.outcome {
        ItemOutcome::Done(verified) => ("done", "verified", verified_json(*verified)),
        ItemOutcome::Planned(target) => (would_be.as_str(), "target", json!(target)),
        ItemOutcome::Skipped(reason) => ("skipped", "reason", json!(reason)),
        ItemOutcome::Failed(error) => ("failed", "error", error_json(error)),
    };
    if let Some(value) = value.as_object_mut() {
        value.insert("outcome".to_owned(), json!(outcome));
        value.insert(key.to_owned(), detail);
    }
    value
}

/// Returns what was verified as JSON.
fn verified_json(verified: Verified) -> Value {
    match verified {
        Verified::Nothing => Value::Null,
        Verified::Size => json!("size"),
        Verified::Crc64Nvme => json!("CRC64NVME"),
        Verified::Checksum(name) => json!(name),
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

    #[test]
    fn an_item_says_in_json_how_it_ended() {
        let result = |outcome| ItemResult { name: "s3://b/k".to_owned(), bytes: 3, outcome };
        let done = result_json(&result(ItemOutcome::Done(Verified::Crc64Nvme)), "copied");
        let wanted = json!({"item": "s3://b/k", "bytes": 3, "outcome": "done", "verified": "CRC64NVME"});
        assert_eq!(done, wanted);
        let failed = result_json(&result(ItemOutcome::Failed(Error::cancelled("read", "s3://b/k"))), "copied");
        let planned = result_json(&result(ItemOutcome::Planned("k".to_owned())), "copied");
        assert_eq!((&planned["outcome"], &planned["target"]), (&json!("would be copied"), &json!("k")));
        assert_eq!(failed["error"]["kind"], "cancelled");
    }
}
