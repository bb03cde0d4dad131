//! Makes a place public, or private: what stands in the way, and the smallest changes of documents that do it.
//!
//! Nothing here writes. A plan offers choices, each a list of documents as they stand and as they are to be, in the order
//! in which they are written: never more open in between than in the end, or than before. What a choice comes to is
//! judged by the same rules as everything else, with its documents in place.

mod close;
mod course;
mod open;
mod scope;

use serde_json::Value;

pub use self::course::{Exposed, Exposure, StepEnd};
pub use self::scope::{Part, Scope};
use super::acl::Acl;
use super::action::Action;
use super::case::Given;
use super::evidence::Evidence;
use super::finding::{Answer, Finding, Layer};
use super::layers::Layers;
use super::who::Who;
use super::word::Fact;
use crate::model::document::{DocumentKind, difference};

/// What is wanted of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Everyone may read its objects.
    Public,
    /// No stranger may do anything with it.
    Private,
}

/// The documents that a plan may change, as they stand. One that is not set is absent.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The bucket policy.
    pub policy: Fact<Value>,
    /// The bucket's Block Public Access.
    pub block: Fact<Value>,
    /// The bucket's ACL.
    pub acl: Fact<Value>,
}

/// What stands in the way of an aim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The layer.
    pub layer: Layer,
    /// What it does, in one sentence without its full stop.
    pub words: String,
    /// What becomes of it.
    pub remedy: Remedy,
}

/// What becomes of what stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The choices take it out of the way.
    Lifted,
    /// The choices go past it.
    Passed,
    /// It stays, and no choice helps.
    None,
}

/// One thing that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A document of the bucket.
    Document {
        /// Which document.
        kind: DocumentKind,
        /// As it stands.
        before: Option<Value>,
        /// As it is to be; nothing to take it away.
        after: Option<Value>,
    },
    /// The ACL of the object.
    ObjectAcl {
        /// As it stands.
        before: Acl,
        /// As it is to be.
        after: Acl,
    },
}

/// One way to reach the aim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does, in words.
    pub title: String,
    /// What is written, in this order.
    pub steps: Vec<Step>,
    /// What else it opens or closes.
    pub besides: Vec<String>,
}

/// How an aim is reached.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Whether it is reached already.
    pub is_reached: bool,
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// The ways, the smallest first; none if there is none from here.
    pub choices: Vec<Choice>,
    /// What else a person should know.
    pub notes: Vec<String>,
}

impl Aim {
    /// Returns the plan for a place.
    pub fn plan(self, scope: &Scope, evidence: &Evidence, standing: &Standing) -> Plan {
        let layers = evidence.layers.clone().with_standing(standing);
        match self {
            Self::Public => {
                let given = Given { now: evidence.now, ..Given::default() };
                open::plan(scope, &layers, standing, &given, evidence.partition())
            }
            Self::Private => close::plan(scope, &layers, standing, evidence.now),
        }
    }

    /// Returns the answer that proves it: of everyone who reads, or of the stranger who gets furthest.
    pub fn outlook(self, scope: &Scope, evidence: &Evidence) -> Finding {
        match self {
            Self::Public => reading(scope, &evidence.layers, &Given { now: evidence.now, ..Given::default() }),
            Self::Private => close::furthest(scope, &evidence.layers, evidence.now),
        }
    }

    /// Returns whether an answer is what was aimed at.
    pub fn is_met_by(self, finding: &Finding) -> bool {
        match self {
            Self::Public => finding.answer == Answer::Yes,
            Self::Private => finding.answer == Answer::No,
        }
    }
}

impl std::str::FromStr for Aim {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            _ => Err("there are public and private".to_owned()),
        }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let remedy = match self.remedy {
            Remedy::Lifted => " (what follows switches off as much as it needs)",
            Remedy::Passed | Remedy::None => "",
        };
        write!(f, "{}: {}{remedy}", self.layer.name(), self.words)
    }
}

impl Step {
    /// Returns what is written, as it is called on the screen.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Document { kind, .. } => kind.facts().title,
            Self::ObjectAcl { .. } => "ACL of the object",
        }
    }

    /// Names what is written, in its order: `Block Public Access, then Policy`.
    pub fn titles<'a>(steps: impl IntoIterator<Item = &'a Self>) -> String {
        steps.into_iter().map(Self::title).collect::<Vec<_>>().join(", then ")
    }

    /// Returns the difference, line by line.
    pub fn difference(&self) -> Vec<String> {
        match self {
            Self::Document { before, after, .. } => difference(before.as_ref(), after.as_ref()),
            Self::ObjectAcl { before, after } => difference(Some(&grants(before)), Some(&grants(after))),
        }
    }
}

/// Returns the grants of an ACL, one a line: `READ to AllUsers`.
fn grants(acl: &Acl) -> Value {
    acl.grants.iter().map(|grant| Value::from(format!("{} to {}", grant.permission, grant.label()))).collect()
}

impl Layers {
    /// Returns whether a setting of Block Public Access takes the effect of grants to strangers away.
    fn ignores_acls(&self) -> bool {
        let blocks = [&self.bucket_block, &self.account_block];
        blocks.into_iter().filter_map(Fact::known).any(|block| block.ignore_public_acls)
    }

    /// Returns the layers as the documents say that a plan changes, which were read at another moment.
    fn with_standing(mut self, standing: &Standing) -> Self {
        for (kind, document) in [
            (DocumentKind::Policy, &standing.policy),
            (DocumentKind::PublicAccessBlock, &standing.block),
            (DocumentKind::Acl, &standing.acl),
        ] {
            let is_told = match document {
                Fact::Known(_) => true,
                // A bucket always has an ACL: that none was read says nothing.
                Fact::Absent => kind != DocumentKind::Acl,
                Fact::Unread(_) | Fact::Unasked => false,
            };
            if is_told {
                self.put(kind, document);
            }
        }
        self
    }

    /// Returns the layers as they are once a choice was made.
    fn after(&self, choice: &Choice) -> Self {
        let mut layers = self.clone();
        for step in &choice.steps {
            match step {
                Step::Document { kind, after, .. } => {
                    layers.put(*kind, &after.clone().map_or(Fact::Absent, Fact::Known));
                }
                Step::ObjectAcl { after, .. } => layers.object_acl = Fact::Known(after.clone()),
            }
        }
        layers
    }
}

/// Returns whether everyone may read.
fn reading(scope: &Scope, layers: &Layers, given: &Given) -> Finding {
    judge(scope, layers, &Who::Anonymous, open::READ, given)
}

fn judge(scope: &Scope, layers: &Layers, who: &Who, action: &str, given: &Given) -> Finding {
    match Action::parse(action) {
        Some(action) => layers.judge(&scope.extent(), who, action, given).finding,
        None => Finding::new(Answer::Unknown, Layer::None, format!("{action} is no action")),
    }
}

#[cfg(test)]
mod tests;
