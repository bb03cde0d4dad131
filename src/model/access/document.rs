//! Policy documents: read exactly, kept as they came.
//!
//! Rules: IAM User Guide, "Grammar of the IAM JSON policy language". The text is never written anew, so a field that is
//! not known here is not lost; a statement that has one is not judged, since no server stores it.

use std::fmt;

use super::condition::Condition;
use super::principal::Principals;
use crate::model::json::{Fault, Node};

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    text: String,
    /// `Version`; a policy without one is of 2008.
    pub version: Option<String>,
    /// `Id`.
    pub id: Option<String>,
    /// The statements, in their order.
    pub statements: Vec<Statement>,
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its place in the policy, counted from 1.
    pub number: usize,
    /// `Sid`, unless it is empty.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; none in an IAM policy, which is about whom it belongs to.
    pub principals: Option<Principals>,
    /// `Action` or `NotAction`.
    pub actions: Names,
    /// `Resource` or `NotResource`.
    pub resources: Names,
    /// `Condition`.
    pub conditions: Vec<Condition>,
    /// Fields that no server knows.
    pub unknown: Vec<String>,
    /// Its first and its last line.
    pub lines: (usize, usize),
}

/// Names, all of which or all but which are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The names, with their wildcards.
    pub names: Vec<String>,
    /// Whether all others are meant.
    pub is_negated: bool,
}

/// Whose policy a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bucket,
    Identity,
}

impl Policy {
    /// How long a bucket policy may be, in bytes (Amazon S3 User Guide, "Bucket policies for Amazon S3").
    pub const LIMIT: usize = 20 * 1024;

    /// Reads a bucket policy.
    pub fn of_bucket(text: &str) -> Result<Self, Fault> {
        Self::parse(text, Kind::Bucket)
    }

    /// Reads an IAM policy.
    pub fn of_identity(text: &str) -> Result<Self, Fault> {
        Self::parse(text, Kind::Identity)
    }

    fn parse(text: &str, kind: Kind) -> Result<Self, Fault> {
        let root = Node::parse(text)?;
        let (mut version, mut id, mut statements) = (None, None, None);
        for (name, value) in root.fields()? {
            match name.as_str() {
                "Version" => version = Some(parse_version(&value)?),
                "Id" => id = Some(value.text()?),
                "Statement" => {
                    let all = value.one_or_many()?;
                    let numbered = all.iter().zip(1..);
                    statements = Some(
                        numbered
                            .map(|(node, number)| Statement::parse(node, number, kind))
                            .collect::<Result<_, _>>()?,
                    );
                }
                _ => {}
            }
        }
        let statements = statements.ok_or_else(|| root.fault("Statement is missing"))?;
        Ok(Self { text: text.to_owned(), version, id, statements })
    }

    /// Returns the document, as it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns a statement as a person reads it, over several lines; statements are counted from 1.
    pub fn statement_text(&self, number: usize) -> Option<String> {
        let statements = Node::parse(&self.text).ok()?.field("Statement").ok()??.one_or_many().ok()?;
        let source = statements.get(number.checked_sub(1)?)?.source();
        let value: serde_json::Value = serde_json::from_str(source).ok()?;
        serde_json::to_string_pretty(&value).ok()
    }

    /// Returns whether `${…}` is a variable here, not plain text.
    pub fn has_variables(&self) -> bool {
        self.version.as_deref() == Some("2012-10-17")
    }

    /// Returns how long the document is without the spaces between its parts, in bytes.
    pub fn size(&self) -> usize {
        serde_json::from_str::<serde_json::Value>(&self.text).map_or(self.text.len(), |value| value.to_string().len())
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_version(node: &Node<'_>) -> Result<String, Fault> {
    let version = node.text()?;
    match version.as_str() {
        "2012-10-17" | "2008-10-17" => Ok(version),
        _ => Err(node.fault(format!("Version {version} is none: 2012-10-17 or 2008-10-17"))),
    }
}

impl Statement {
    fn parse(node: &Node<'_>, number: usize, kind: Kind) -> Result<Self, Fault> {
        let fields = node.fields()?;
        let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        let effect_node = field("Effect").ok_or_else(|| node.fault("Effect is missing"))?;
        let effect = match effect_node.text()?.as_str() {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return Err(effect_node.fault(format!("Effect is Allow or Deny, not {other}"))),
        };
        let pair = |plain: &str, negated: &str| match (field(plain), field(negated)) {
            (Some(value), None) => Ok(Some((*value, false))),
            (None, Some(value)) => Ok(Some((*value, true))),
            (None, None) => Ok(None),
            (Some(_), Some(value)) => Err(value.fault(format!("{plain} and {negated} exclude each other"))),
        };
        let names = |plain: &str, negated: &str| {
            let (value, is_negated) = pair(plain, negated)?.ok_or_else(|| node.fault(format!("{plain} is missing")))?;
            let names = value.one_or_many()?.iter().map(Node::text).collect::<Result<_, _>>()?;
            Ok(Names { names, is_negated })
        };
        let principals = match (pair("Principal", "NotPrincipal")?, kind) {
            (Some((value, is_negated)), Kind::Bucket) => Some(Principals::parse(&value, is_negated)?),
            (None, Kind::Bucket) => return Err(node.fault("Principal is missing")),
            (Some((value, _)), Kind::Identity) => {
                return Err(value.fault("an IAM policy has no principal: it is about whom it belongs to"));
            }
            (None, Kind::Identity) => None,
        };
        let sid = field("Sid").map(Node::text).transpose()?.filter(|sid| !sid.is_empty());
        let conditions = field("Condition").map_or(Ok(Vec::new()), Condition::parse_all)?;
        let is_known = |name: &str| {
            const FIELDS: [&str; 9] = [
                "Sid",
                "Effect",
                "Principal",
                "NotPrincipal",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ];
            FIELDS.contains(&name)
        };
        Ok(Self {
            number,
            sid,
            effect,
            principals,
            actions: names("Action", "NotAction")?,
            resources: names("Resource", "NotResource")?,
            conditions,
            unknown: fields.iter().map(|(name, _)| name.clone()).filter(|name| !is_known(name)).collect(),
            lines: node.lines(),
        })
    }
}
