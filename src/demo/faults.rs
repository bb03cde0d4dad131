//! Faults on demand: what a network, a busy service or a strict administrator does, for the tests to order.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use s3s::{S3Error, S3ErrorCode, s3_error};
use tokio::sync::Notify;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 503 `SlowDown`.
    SlowDown,
    /// 500 `InternalError`.
    Internal,
    /// 403 `AccessDenied`; in a batch delete, only for the keys that match.
    Denied,
    /// 501 `NotImplemented`.
    NotImplemented,
    /// 400 `ExpiredToken`.
    ExpiredToken,
    /// A 200 whose body is an error; in a batch delete, an error for each key that matches.
    ErrorInOk,
    /// The answer comes later.
    Latency(Duration),
    /// No answer comes until the rule is removed.
    Stall,
    /// The body stops after so many bytes, until the rule is removed: of the request in `PutObject` and `UploadPart`,
    /// else of the answer.
    StallAfter(u64),
    /// The connection breaks after so many bytes of the body: of the request in `PutObject` and `UploadPart`, where it
    /// is reset, else of the answer, where it ends early.
    ResetAfter(u64),
    /// The operation is done, and the connection breaks before its answer.
    Lost,
    /// A byte is another than it was: in what `GetObject` answers, and in what a write or a copy stores, whatever was
    /// said of its checksum.
    Flip,
    /// What a write or a copy stores lacks its last byte, whatever was said of its checksum.
    Short,
}

/// When something goes wrong.
#[derive(Debug, Clone)]
pub struct Rule {
    fault: Fault,
    operation: Option<String>,
    key: Option<String>,
    query: Option<fn(&str) -> bool>,
    skip: u32,
    times: Option<u32>,
}

impl Rule {
    /// The fault on every request, until it is removed.
    pub fn new(fault: Fault) -> Self {
        Self { fault, operation: None, key: None, query: None, skip: 0, times: None }
    }

    /// Only on this operation, by Amazon's name: `UploadPart`.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only where the key, or the prefix of a listing as it is sent, holds this text.
    #[must_use]
    pub fn key(mut self, text: &str) -> Self {
        self.key = Some(text.to_owned());
        self
    }

    /// Only where the query is like this.
    #[must_use]
    pub fn query(mut self, is_meant: fn(&str) -> bool) -> Self {
        self.query = Some(is_meant);
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only after so many requests that matched and were served.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    fn matches(&self, operation: &str, key: Option<&str>, query: &str) -> bool {
        self.operation.as_deref().is_none_or(|wanted| wanted == operation)
            && self.key.as_deref().is_none_or(|text| key.is_some_and(|key| key.contains(text)))
            && self.query.is_none_or(|is_meant| is_meant(query))
            && self.times != Some(0)
    }
}

/// Names a rule, to remove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(u64);

/// The rules that stand.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Rules>,
    removed: Notify,
}

#[derive(Default)]
struct Rules {
    last: u64,
    all: Vec<(RuleId, Rule)>,
    /// How often each rule, also one that is removed, has done what it says.
    struck: BTreeMap<RuleId, u32>,
}

impl Faults {
    /// Adds a rule; where several match, the oldest counts, and latencies add up.
    pub fn add(&self, rule: Rule) -> RuleId {
        let mut rules = self.lock();
        rules.last += 1;
        let id = RuleId(rules.last);
        rules.all.push((id, rule));
        id
    }

    /// Removes a rule, and lets go what it stalled.
    pub fn remove(&self, id: RuleId) {
        self.lock().all.retain(|(other, _)| *other != id);
        self.removed.notify_waiters();
    }

    /// Removes all rules, and lets go what they stalled.
    pub fn clear(&self) {
        self.lock().all.clear();
        self.removed.notify_waiters();
    }

    /// Returns how often a rule has struck so far: not how often it was meant, but how often anybody could notice.
    pub fn struck(&self, id: RuleId) -> u32 {
        self.lock().struck.get(&id).copied().unwrap_or_default()
    }

    /// Notes that a rule strikes.
    pub(super) fn strikes(&self, id: RuleId) {
        *self.lock().struck.entry(id).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the latency and the fault for a request, and counts it.
    pub(super) fn pick(&self, operation: &str, key: Option<&str>, query: &str) -> (Duration, Option<(RuleId, Fault)>) {
        let mut latency = Duration::ZERO;
        let mut found = None;
        for (id, rule) in self.lock().all.iter_mut().filter(|(_, rule)| rule.matches(operation, key, query)) {
            let is_latency = matches!(rule.fault, Fault::Latency(_));
            if found.is_some() && !is_latency {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.times = rule.times.map(|times| times - 1);
            match rule.fault {
                Fault::Latency(more) => latency += more,
                fault => found = Some((*id, fault)),
            }
        }
        (latency, found)
    }

    /// Returns the fault for one key of a batch: of the rules that name a key, since the others struck the request.
    pub(super) fn pick_of_batch(&self, operation: &str, key: &str) -> Option<Fault> {
        let mut rules = self.lock();
        let (id, rule) =
            rules.all.iter_mut().find(|(_, rule)| rule.key.is_some() && rule.matches(operation, Some(key), ""))?;
        rule.times = rule.times.map(|times| times - 1);
        let (id, fault) = (*id, rule.fault);
        *rules.struck.entry(id).or_default() += 1;
        Some(fault)
    }

    /// Waits until the rule is gone.
    pub(super) async fn is_gone(&self, id: RuleId) {
        loop {
            let removed = self.removed.notified();
            tokio::pin!(removed);
            // Listening begins here, so that a removal between the look and the wait is not missed.
            removed.as_mut().enable();
            if !self.lock().all.iter().any(|(other, _)| *other == id) {
                return;
            }
            removed.await;
        }
    }
}

impl Fault {
    /// Returns the error that is the whole answer, for the faults that are one.
    pub(super) fn as_error(self) -> Option<S3Error> {
        Some(match self {
            Self::SlowDown => s3_error!(SlowDown, "Please reduce your request rate."),
            Self::Internal => s3_error!(InternalError, "We encountered an internal error. Please try again."),
            Self::Denied => s3_error!(AccessDenied, "Access Denied"),
            Self::NotImplemented => s3_error!(NotImplemented, "A header implies what is not implemented."),
            Self::ExpiredToken => S3Error::with_message(S3ErrorCode::ExpiredToken, "The provided token has expired."),
            _ => return None,
        })
    }
}
