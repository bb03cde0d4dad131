//! The engine on any of the servers, for what must hold on each of them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper may fail loudly")]

use std::collections::BTreeMap;

use bucketry::engine::{Engine, Options};
use bucketry::model::access::evidence::{Evidence, Source};
use bucketry::model::inspect::Section;
use bucketry::model::job::{Item, ItemOutcome, JobId, Report, Request, Ticket, Work};
use bucketry::model::location::ObjectRef;
use bucketry::model::name::Profile;
use bucketry::model::plan::{Answer, ConflictPolicy};
use tokio::sync::mpsc;

use crate::servers::Server;
use crate::target::{Target, settings};

/// An engine on the server of a case.
pub struct Works {
    engine: Engine,
    reports: mpsc::Receiver<Report>,
    /// The last number of a job or a ticket: none is given twice.
    last: u64,
    /// What is said to every question; without it none may come.
    pub answer: Option<ConflictPolicy>,
}

impl Works {
    pub fn on(t: &Target) -> Self {
        let (sender, reports) = mpsc::channel(64);
        let settings = settings(t.server, Some(t.server.keys.clone()));
        Self { engine: Engine::start(settings, Options::default(), sender), reports, last: 0, answer: None }
    }

    /// Makes a profile lead to another server, with the same keys.
    pub fn reach(&self, profile: &Profile, server: &Server) {
        self.engine.declare(profile, None, None, Some(server.endpoint.clone()));
    }

    /// Runs a job and returns how each item ended, by its full name.
    pub async fn run(&mut self, work: Work) -> BTreeMap<String, ItemOutcome> {
        self.last += 1;
        let job = JobId(self.last);
        self.engine.submit(Request::Start { job, work });
        let mut ended = BTreeMap::new();
        loop {
            match self.reports.recv().await.unwrap() {
                Report::Items { results, .. } => {
                    ended.extend(results.into_iter().map(|result| (result.name, result.outcome)));
                }
                Report::Question { question, conflict, .. } => {
                    let policy = self.answer.unwrap_or_else(|| panic!("nothing was there: {}", conflict.target));
                    let answer = Answer { policy, for_all: false };
                    self.engine.submit(Request::Resolve { job, question, answer });
                }
                Report::Finished { job: of, .. } if of == job => return ended,
                _ => {}
            }
        }
    }

    /// Reads what a verdict is founded on.
    pub async fn gather(&mut self, source: Source) -> Box<Evidence> {
        self.last += 1;
        self.engine.submit(Request::Gather { ticket: Ticket(self.last), source, identity: None });
        loop {
            match self.reports.recv().await.unwrap() {
                Report::Gathered { evidence, .. } => return evidence,
                Report::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
    }

    /// Looks at an object and returns whether its overview could be shown.
    pub async fn can_inspect(&mut self, object: ObjectRef) -> bool {
        self.last += 1;
        self.engine.submit(Request::Inspect { ticket: Ticket(self.last), item: Item::Object(object.clone()) });
        loop {
            if let Report::Inspected { section: Section::Overview, result, .. } = self.reports.recv().await.unwrap() {
                return result.is_ok();
            }
        }
    }
}
