//! What is known of one request on its way through, and the log of those that were served.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hyper::HeaderMap;
use hyper::http::Extensions;

use crate::demo::faults::{Fault, RuleId};

/// How many requests the log keeps.
const KEPT: usize = 10_000;

/// A request that reached an operation, for tests to assert what was sent and what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Amazon's name of the operation.
    pub operation: String,
    /// The bucket, if any.
    pub bucket: Option<String>,
    /// The key, if any.
    pub key: Option<String>,
    /// Whether the request was signed.
    pub is_signed: bool,
    /// The status of the answer; 0 while there is none.
    pub status: u16,
    /// The conditions, the range and what else the headers say of S3; no credentials.
    pub headers: Vec<(String, String)>,
    /// The query of the URL, as it came; no signature.
    pub query: String,
}

impl Served {
    /// Returns the value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The requests so far, the newest last.
#[derive(Default)]
pub(super) struct Log(Mutex<VecDeque<Arc<(Served, AtomicU16)>>>);

impl Log {
    /// Adds a request and returns where its status goes.
    pub fn add(&self, served: Served) -> Arc<(Served, AtomicU16)> {
        let entry = Arc::new((served, AtomicU16::new(0)));
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == KEPT {
            log.pop_front();
        }
        log.push_back(Arc::clone(&entry));
        entry
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn to_vec(&self) -> Vec<Served> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().map(|entry| Served { status: entry.1.load(Ordering::Relaxed), ..entry.0.clone() }).collect()
    }
}

/// One request on its way through, shared by the connection, the guard and the body.
#[derive(Default)]
pub(super) struct Exchange {
    /// Its entry in the log, once the operation is known.
    pub entry: OnceLock<Arc<(Served, AtomicU16)>>,
    /// The fault that the answer suffers.
    pub late: OnceLock<(RuleId, Fault)>,
    /// The region of the bucket, for the header.
    pub region: OnceLock<&'static str>,
    /// Elements that the error's document gets besides code and message.
    pub details: OnceLock<String>,
    /// The fault that the body of the request suffers.
    pub early: OnceLock<(RuleId, Fault)>,
    /// Whether it broke, and the connection with it.
    is_cut: AtomicBool,
}

impl Exchange {
    /// Notes that the request body broke.
    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
    }

    /// Returns whether the request body broke.
    pub fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    /// Returns the fault by which what is stored differs from what was sent.
    pub fn spoils(extensions: &Extensions) -> Option<(RuleId, Fault)> {
        let late = extensions.get::<Arc<Self>>()?.late.get()?;
        Some(*late).filter(|(_, fault)| matches!(fault, Fault::Flip | Fault::Short))
    }

    /// Returns whether it asks for this operation.
    pub fn is(&self, operation: &str) -> bool {
        self.entry.get().is_some_and(|entry| entry.0.operation == operation)
    }

    /// Notes the status of the answer.
    pub fn answered(&self, status: u16) {
        if let Some(entry) = self.entry.get() {
            entry.1.store(status, Ordering::Relaxed);
        }
    }
}

/// Returns the headers worth keeping in the log, none of which is secret.
pub(super) fn telling(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_telling = |name: &str| {
        name.starts_with("if-")
            || matches!(name, "range" | "content-type" | "content-md5" | "content-length" | "expect" | "user-agent")
            || name.starts_with("x-amz-") && name != "x-amz-security-token"
    };
    headers
        .iter()
        .filter(|(name, _)| is_telling(name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
