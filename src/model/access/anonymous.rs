//! What a request without credentials met, beside what was judged of it.
//!
//! The verdict is founded on documents, the test on one request from here and now. Where the two disagree, something that
//! decides cannot be seen.

use super::action::Action;
use super::case::Place;
use super::evidence::Evidence;
use super::finding::{Answer, Layer};
use super::inquiry::Inquiry;
use super::verdict::Verdict;
use super::who::Who;
use super::word::Fact;

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// `HeadObject`.
    HeadObject,
    /// `HeadBucket`.
    HeadBucket,
    /// `ListObjectsV2`, for one key.
    List,
}

/// One request, and what it met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What was sent.
    pub probe: Probe,
    /// What it was about.
    pub target: String,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// The error code in the answer, if there was one: the answer to a HEAD has none.
    pub code: Option<String>,
    /// Why there was no answer.
    pub problem: Option<String>,
}

/// What a test met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnonymousTest {
    /// The requests, in the order in which they were sent.
    pub attempts: Vec<Attempt>,
}

/// Whether a test says what the verdict says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It does.
    Agrees,
    /// It says the contrary.
    Disagrees,
    /// It proves nothing, or the verdict says nothing.
    Open,
}

/// An attempt beside the verdict on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// The attempt.
    pub attempt: &'a Attempt,
    /// The verdict.
    pub answer: Answer,
    /// Whether they agree.
    pub agreement: Agreement,
}

impl Probe {
    /// Returns the method, in the word that people use for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HeadObject | Self::HeadBucket => "HEAD",
            Self::List => "LIST",
        }
    }

    /// Returns the action that it needs.
    fn action(self) -> &'static str {
        match self {
            Self::HeadObject => "s3:GetObject",
            Self::HeadBucket | Self::List => "s3:ListBucket",
        }
    }
}

impl Attempt {
    /// Returns whether it was let in, as far as its answer tells.
    pub fn is_allowed(&self) -> Option<bool> {
        match self.status? {
            200..=299 => Some(true),
            401 | 403 => Some(false),
            _ => None,
        }
    }

    /// Returns what it met: `200`, `403 AccessDenied`, `no answer`.
    pub fn outcome(&self) -> String {
        match (self.status, &self.code) {
            (Some(status), Some(code)) if code.chars().any(|c| !c.is_ascii_digit()) => format!("{status} {code}"),
            (Some(status), _) => status.to_string(),
            (None, _) => "no answer".to_owned(),
        }
    }

    /// Returns what that means.
    pub fn meaning(&self) -> String {
        let what = if self.probe == Probe::HeadObject { "read" } else { "list" };
        match self.status {
            None => self.problem.clone().unwrap_or_else(|| "the server did not answer".to_owned()),
            Some(200..=299) => format!("anyone may {what} it from here"),
            Some(401 | 403) if self.probe == Probe::HeadObject => {
                "refused: it may not be read from here, or it is not there and may not be listed".to_owned()
            }
            Some(401 | 403) => format!("refused: it may not be {what}ed from here"),
            Some(404) if self.probe == Probe::HeadObject => {
                "it is not there, which is told only to who may list".to_owned()
            }
            Some(404) => "there is no such bucket".to_owned(),
            Some(301 | 307) => "the bucket is in another region, which the answer does not name".to_owned(),
            Some(400) => "not taken as a request without credentials, as of an object that KMS encrypts".to_owned(),
            Some(500..) => "the server failed, which says nothing".to_owned(),
            Some(_) => "neither let in nor refused, which says nothing".to_owned(),
        }
    }
}

impl AnonymousTest {
    /// Returns each attempt beside the verdict on it.
    pub fn compare(&self, place: &Place, evidence: &Evidence) -> Vec<Comparison<'_>> {
        let judge = |attempt: &Attempt| {
            let action = Action::parse(attempt.probe.action())?;
            Inquiry::open().judge_one(place, evidence, &Who::Anonymous, &[action]).pop()
        };
        let is_missing = place.key.is_some() && matches!(evidence.layers.kept, Fact::Absent);
        let beside = |attempt: &'_ Attempt| {
            judge(attempt).map(|verdict| (verdict.finding.answer, agreement(attempt, &verdict, is_missing)))
        };
        let pairs = self.attempts.iter().filter_map(|attempt| Some((attempt, beside(attempt)?)));
        pairs.map(|(attempt, (answer, agreement))| Comparison { attempt, answer, agreement }).collect()
    }
}

fn agreement(attempt: &Attempt, verdict: &Verdict, is_missing: bool) -> Agreement {
    let Some(is_allowed) = attempt.is_allowed() else { return Agreement::Open };
    match (verdict.finding.answer, is_allowed) {
        // What keeps the bytes back lets a HEAD through on some servers.
        _ if matches!(verdict.finding.layer, Layer::Encryption | Layer::Storage) => Agreement::Open,
        // Who may not list is refused what is not there.
        (Answer::Yes, false) if is_missing && attempt.probe == Probe::HeadObject => Agreement::Open,
        // Whether a condition holds from here, only the test tells.
        (Answer::Yes, true) | (Answer::No, false) | (Answer::Depends, _) => Agreement::Agrees,
        (Answer::Yes, false) | (Answer::No, true) => Agreement::Disagrees,
        (Answer::Unknown, _) => Agreement::Open,
    }
}

impl Comparison<'_> {
    /// Returns in words how test and verdict stand to each other.
    pub fn words(&self) -> &'static str {
        match (self.agreement, self.answer, self.attempt.is_allowed()) {
            (Agreement::Disagrees, Answer::Yes, _) => {
                "the verdict is yes: something that cannot be seen may refuse it, such as a policy of the organization or of \
                 a VPC endpoint on the way, or a change that has not come through yet"
            }
            (Agreement::Disagrees, ..) => {
                "the verdict is no: the documents may have changed since they were read, the server may judge by rules of \
                 its own, or something on the way may answer for it"
            }
            (Agreement::Agrees, Answer::Depends, Some(true)) => {
                "the verdict is depends, and the condition holds from here"
            }
            (Agreement::Agrees, Answer::Depends, _) => {
                "the verdict is depends, and the condition does not hold from here"
            }
            (Agreement::Agrees, ..) => "the verdict is the same",
            (Agreement::Open, Answer::Unknown, Some(_)) => "the verdict is unknown, so this tells more",
            (Agreement::Open, answer, _) => match answer {
                Answer::Yes => "the verdict is yes, about which this says nothing",
                Answer::No => "the verdict is no, about which this says nothing",
                Answer::Depends => "the verdict is depends, about which this says nothing",
                Answer::Unknown => "the verdict is unknown, and stays so",
            },
        }
    }
}

#[cfg(test)]
mod tests;
