//! Targets that exist: what the policy says about them, and the questions it asks.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use super::jobs::Job;
use crate::model::error::Error;
use crate::model::job::Report;
use crate::model::plan::{Answer, Conflict, ConflictPolicy, Side};

/// The questions of one job: one at a time, so that an answer for all is heard before the next is asked.
#[derive(Debug, Default)]
pub(super) struct Desk {
    turn: tokio::sync::Mutex<()>,
    for_all: Mutex<Option<ConflictPolicy>>,
    open: Mutex<Option<(u64, oneshot::Sender<Answer>)>>,
    asked: AtomicU64,
}

/// What to do about one target that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Course {
    /// Leave it; the text says why.
    Skip(String),
    /// Take its place, if it is still what was seen.
    Replace,
    /// Take a free name beside it.
    Rename,
}

impl Job {
    /// Hands an answer to the item that waits for it.
    pub fn resolve(&self, question: u64, answer: Answer) {
        let mut open = self.desk.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, waiting)) = open.take_if(|(asked, _)| *asked == question) {
            let _ = waiting.send(answer);
        }
    }

    /// Decides about a target that exists. May wait for a person, so no permit is held meanwhile.
    pub async fn decide(&self, policy: ConflictPolicy, conflict: Conflict) -> Result<Course, Error> {
        let (source, target) = (conflict.source_side.clone(), conflict.target_side.clone());
        let policy = match policy {
            ConflictPolicy::Ask => self.ask(conflict).await?,
            policy => policy,
        };
        Ok(course(policy, &source, &target))
    }

    async fn ask(&self, conflict: Conflict) -> Result<ConflictPolicy, Error> {
        let _turn = tokio::select! {
            biased;
            () = self.token.cancelled() => return Err(Error::cancelled("ask about", conflict.target)),
            turn = self.desk.turn.lock() => turn,
        };
        if let Some(policy) = *self.desk.for_all.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(policy);
        }
        let question = self.desk.asked.fetch_add(1, Relaxed);
        let (waiting, answer) = oneshot::channel();
        *self.desk.open.lock().unwrap_or_else(PoisonError::into_inner) = Some((question, waiting));
        let target = conflict.target.clone();
        self.core.send(Report::Question { job: self.id, question, conflict }, &self.token).await?;
        let answer = tokio::select! {
            biased;
            () = self.token.cancelled() => return Err(Error::cancelled("ask about", target)),
            answer = answer => answer.map_err(|_| Error::cancelled("ask about", target))?,
        };
        if answer.for_all {
            *self.desk.for_all.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.policy);
        }
        Ok(answer.policy)
    }
}

/// The rule: from the policy and both sides to the course.
fn course(policy: ConflictPolicy, source: &Side, target: &Side) -> Course {
    match policy {
        ConflictPolicy::Overwrite => Course::Replace,
        // `Ask` is no answer; leaving the target is the safe reading of it.
        ConflictPolicy::Skip | ConflictPolicy::Ask => Course::Skip("the target exists".to_owned()),
        ConflictPolicy::Rename => Course::Rename,
        ConflictPolicy::Newer => match (source.modified, target.modified) {
            (Some(source), Some(target)) if source > target => Course::Replace,
            (Some(_), Some(_)) => Course::Skip("the target is as new or newer".to_owned()),
            _ => Course::Skip("which one is newer is not known".to_owned()),
        },
    }
}

/// Returns the names to try beside a taken one: `name (2).txt`, `name (3).txt`; each fits in 255 bytes.
pub(super) fn free_names(name: &str) -> impl Iterator<Item = String> + use<> {
    let (stem, extension) = match name.rfind('.').filter(|at| *at > 0 && name.len() - at <= 32) {
        Some(at) => (name.get(..at).unwrap_or(name).to_owned(), name.get(at..).unwrap_or_default().to_owned()),
        None => (name.to_owned(), String::new()),
    };
    (2..=999).map(move |number| {
        let tail = format!(" ({number}){extension}");
        let mut end = stem.len().min(255_usize.saturating_sub(tail.len()));
        while !stem.is_char_boundary(end) {
            end -= 1;
        }
        format!("{}{tail}", stem.get(..end).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn at(second: i64) -> Side {
        Side { modified: Some(Timestamp::from_second(second).unwrap()), ..Side::default() }
    }

    #[test]
    fn newer_replaces_only_what_is_surely_older() {
        assert_eq!(course(ConflictPolicy::Newer, &at(2), &at(1)), Course::Replace);
        assert!(matches!(course(ConflictPolicy::Newer, &at(1), &at(1)), Course::Skip(_)));
        assert!(matches!(course(ConflictPolicy::Newer, &at(2), &Side::default()), Course::Skip(_)));
    }

    #[test]
    fn a_free_name_keeps_its_ending_and_fits() {
        let first = |name: &str| free_names(name).next().unwrap();
        assert_eq!(first("report.txt"), "report (2).txt");
        assert_eq!(first("README"), "README (2)");
        assert_eq!(first(".bashrc"), ".bashrc (2)");
        assert_eq!(free_names("a.b").nth(1).unwrap(), "a (3).b");
        let long = format!("{}.txt", "ü".repeat(125));
        assert!(first(&long).len() <= 255 && first(&long).ends_with(" (2).txt"));
    }
}
