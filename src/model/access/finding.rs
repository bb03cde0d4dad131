//! What one layer says, and which of two layers decides.

use std::fmt;

use super::document::Statement;
use super::truth::Truth;

/// The answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// They may.
    Yes,
    /// They may not.
    No,
    /// They may under a condition.
    Depends,
    /// Nobody can say, for want of something that could not be read.
    Unknown,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The Block Public Access of the account.
    AccountBlock,
    /// The Block Public Access of the bucket.
    BucketBlock,
    /// Object Ownership.
    Ownership,
    /// The ACL of the bucket.
    BucketAcl,
    /// The ACL of the object.
    ObjectAcl,
    /// The bucket policy.
    Policy,
    /// The IAM policies of the caller.
    Identity,
    /// That the bucket belongs to the caller's account.
    Owner,
    /// How the object is encrypted.
    Encryption,
    /// Where the object is stored.
    Storage,
    /// Who pays.
    RequestPayment,
    /// A request that was made.
    Trial,
    /// None: nothing allows it.
    None,
}

/// A statement, as a person finds it: by its Sid, or by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Whose statement it is: of the bucket policy, or of the caller's own.
    pub policy: Layer,
    /// Its place, counted from 1.
    pub number: usize,
    /// Its Sid.
    pub sid: Option<String>,
}

/// What a layer, or several together, say to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The answer.
    pub answer: Answer,
    /// The layer that decided.
    pub layer: Layer,
    /// Why, in one plain sentence without its full stop.
    pub because: String,
    /// The statement that decided, if it was one.
    pub statement: Option<Label>,
    /// The statement whose effect something else holds back.
    pub held: Option<Label>,
    /// Whether something would allow it that something else holds back: worth telling before "nothing allows it".
    pub is_held_back: bool,
}

impl Answer {
    /// Returns the word, the same everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Depends => "depends",
            Self::Unknown => "unknown",
        }
    }
}

impl Layer {
    /// Returns the name, the same everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountBlock => "account Block Public Access",
            Self::BucketBlock => "bucket Block Public Access",
            Self::Ownership => "Object Ownership",
            Self::BucketAcl => "bucket ACL",
            Self::ObjectAcl => "object ACL",
            Self::Policy => "bucket policy",
            Self::Identity => "identity policy",
            Self::Owner => "bucket owner",
            Self::Encryption => "encryption",
            Self::Storage => "storage class",
            Self::RequestPayment => "Requester Pays",
            Self::Trial => "trial",
            Self::None => "none",
        }
    }
}

impl Label {
    /// Returns how a person finds a statement of a policy.
    pub fn of(statement: &Statement, policy: Layer) -> Self {
        Self { policy, number: statement.number, sid: statement.sid.clone() }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(f, "statement {} ({sid})", self.number),
            None => write!(f, "statement {}", self.number),
        }
    }
}

impl Finding {
    /// Returns what a layer says.
    pub fn new(answer: Answer, layer: Layer, because: impl Into<String>) -> Self {
        Self { answer, layer, because: because.into(), statement: None, held: None, is_held_back: false }
    }

    /// Returns that nothing stands in the way.
    pub fn pass() -> Self {
        Self::new(Answer::Yes, Layer::None, "nothing stands in the way")
    }

    /// Returns that something which is allowed elsewhere is held back here.
    pub fn held_back(layer: Layer, because: impl Into<String>) -> Self {
        Self { is_held_back: true, ..Self::new(Answer::No, layer, because) }
    }

    /// Returns what a truth means: the words for yes and no, and how a condition or a gap is told.
    pub fn of(truth: Truth, layer: Layer, yes: &str, no: &str) -> Self {
        match truth {
            Truth::Yes => Self::new(Answer::Yes, layer, yes),
            Truth::No => Self::new(Answer::No, layer, no),
            Truth::Depends(words) => Self::new(Answer::Depends, layer, format!("{yes}, if {words}")),
            Truth::Unknown(read) => {
                Self::new(Answer::Unknown, layer, format!("the {} could not be judged: {read}", layer.name()))
            }
        }
    }

    /// Returns the finding of a layer that only takes away: it says nothing where it does not.
    #[must_use]
    pub fn taking_away(self) -> Self {
        match self.answer {
            Answer::Yes => Self::pass(),
            Answer::No => Self { is_held_back: true, ..self },
            Answer::Depends | Answer::Unknown => self,
        }
    }

    /// Returns the finding with the statement that it is about.
    #[must_use]
    pub fn about(self, statement: Label) -> Self {
        Self { statement: Some(statement), ..self }
    }

    /// Returns what decides where both must allow: a certain no, then a gap, then all conditions. What is allowed under a
    /// condition is told with what allows it.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let weight = |answer| match answer {
            Answer::No => 3,
            Answer::Unknown => 2,
            Answer::Depends => 1,
            Answer::Yes => 0,
        };
        let (allowing, open) = match (self.answer, other.answer) {
            (Answer::Yes, Answer::Depends | Answer::Unknown) => (self, other),
            (Answer::Depends | Answer::Unknown, Answer::Yes) => (other, self),
            _ => return self.decide(other, weight, ", and "),
        };
        if allowing.layer == Layer::None {
            return open;
        }
        Self {
            because: format!("{}, but {}", allowing.because, open.because),
            statement: open.statement.or(allowing.statement),
            ..open
        }
    }

    /// Returns what decides where one of both is enough: a certain yes, then a gap, then all conditions.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let weight = |answer| match answer {
            Answer::Yes => 3,
            Answer::Unknown => 2,
            Answer::Depends => 1,
            Answer::No => 0,
        };
        if self.answer == Answer::No && other.answer == Answer::No {
            return if other.is_held_back && !self.is_held_back { other } else { self };
        }
        self.decide(other, weight, "; or ")
    }

    fn decide(self, other: Self, weight: impl Fn(Answer) -> u8, word: &str) -> Self {
        if weight(other.answer) > weight(self.answer) {
            return other;
        }
        if other.answer != self.answer || self.answer != Answer::Depends || self.because == other.because {
            return self;
        }
        Self {
            because: format!("{}{word}{}", self.because, other.because),
            statement: self.statement.or(other.statement),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answer: Answer) -> Finding {
        Finding::new(answer, Layer::Policy, answer.word())
    }

    #[test]
    fn both_and_either_keep_the_finding_that_decides() {
        use Answer::{Depends, No, Unknown, Yes};
        for (one, other, both, either) in [
            (Yes, Yes, Yes, Yes),
            (Yes, No, No, Yes),
            (Yes, Depends, Depends, Yes),
            (Yes, Unknown, Unknown, Yes),
            (No, Depends, No, Depends),
            (No, Unknown, No, Unknown),
            (Depends, Unknown, Unknown, Unknown),
            (No, No, No, No),
        ] {
            for (one, other) in [(one, other), (other, one)] {
                assert_eq!(of(one).and(of(other)).answer, both);
                assert_eq!(of(one).or(of(other)).answer, either);
            }
        }
    }

    #[test]
    fn what_is_held_back_says_more_than_what_nobody_allows() {
        let held = Finding::held_back(Layer::BucketBlock, "held back");
        assert_eq!(of(Answer::No).or(held.clone()), held);
        assert_eq!(held.clone().or(of(Answer::No)), held);
    }

    #[test]
    fn two_conditions_are_both_told() {
        let (one, other) = (of(Answer::Depends), Finding::new(Answer::Depends, Layer::Identity, "b"));
        assert_eq!(one.clone().and(other.clone()).because, "depends, and b");
        assert_eq!(of(Answer::Yes).and(other).because, "yes, but b");
        assert_eq!(Finding::pass().and(one).because, "depends");
    }
}
