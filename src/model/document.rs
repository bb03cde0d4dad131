//! The documents of a bucket: what Amazon S3 calls its configurations, each as the JSON that `aws s3api` takes.
//!
//! A document is kept as the JSON that it is and never as a typed value, so that a field which this program does not know
//! survives an edit. What is known of it is a table of its fields ([`shape`]), a summary in sentences, and rules.

mod accelerate;
mod acl;
pub mod addition;
mod analytics;
mod block;
pub mod check;
mod cors;
pub mod danger;
mod difference;
mod encryption;
pub mod forecast;
mod inventory;
mod layer;
mod lifecycle;
mod lock;
mod logging;
mod look;
mod metrics;
mod notification;
mod ownership;
mod payment;
mod policy;
mod replication;
mod scope;
pub mod shape;
mod tags;
pub mod template;
mod tiering;
mod versioning;
mod website;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::difference::{difference, holds, hunks};
use self::shape::{Field, Form};

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path of the field: `Rules[0].Expiration.Days`; empty for the document as a whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// Where Amazon says so.
    pub page: &'static str,
}

impl Problem {
    /// Returns the path without the places in lists, which an edit moves.
    fn field(&self) -> String {
        self.path.chars().filter(|c| !c.is_ascii_digit()).collect()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} ({})", self.message, self.page)
    }
}

/// A change of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentWrite {
    /// What stood there when it was read; nothing if none was set.
    pub seen: Option<Value>,
    /// What is to stand there; nothing to take it away.
    pub new: Option<Value>,
    /// The serial number of an MFA device and its code, which changes of MFA delete need.
    pub mfa: Option<String>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What stands there now.
    pub stored: Option<Value>,
    /// Whether that is all that was written.
    pub is_whole: bool,
    /// Where that is kept which stood there before.
    pub kept: PathBuf,
}

/// How a document travels.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    /// As the JSON text that it is.
    Json,
    /// As one XML document.
    Xml,
    /// As a list of XML documents, each written and deleted by its `Id`: the field of the list and the root of each.
    Each(&'static str, &'static str),
}

/// How a document is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// By an operation of its own, with this permission.
    Delete(&'static str),
    /// By writing an empty one.
    Empty,
    /// Not at all: there always is one, and it can only be changed.
    Never,
}

/// What is known of one kind of document.
#[derive(Debug)]
pub struct Document {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name on the screen.
    pub title: &'static str,
    /// The query by which S3 knows it.
    pub query: &'static str,
    /// The element that holds it in what is read.
    pub root: &'static str,
    /// The field around it in what `aws s3api get-…` prints, where `put-…` takes what is inside.
    pub wrapper: Option<&'static str>,
    /// How it travels.
    pub layout: Layout,
    /// Its fields.
    pub fields: &'static [Field],
    /// Fields that travel as headers of the request and the answer: the field and the header.
    pub headers: &'static [(&'static str, &'static str)],
    /// The permission to read it.
    pub read: &'static str,
    /// The permission to write it.
    pub write: &'static str,
    /// How it is taken away.
    pub removal: Removal,
    /// What it means that there is none, or that it is empty.
    pub unset: &'static str,
    /// Amazon's page about its fields.
    pub page: &'static str,
    summary: fn(&Value) -> Vec<String>,
    rules: fn(&Value) -> Vec<Problem>,
}

/// The documents of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DocumentKind {
    /// Who may do what, by statements.
    Policy,
    /// Who may do what, by grants.
    Acl,
    /// Block Public Access.
    PublicAccessBlock,
    /// Object Ownership.
    Ownership,
    /// What pages of other sites may do.
    Cors,
    /// What becomes of objects with time.
    Lifecycle,
    /// Default encryption.
    Encryption,
    /// Whether versions are kept.
    Versioning,
    /// Object Lock and its default retention.
    ObjectLock,
    /// The static website.
    Website,
    /// Where objects are copied to.
    Replication,
    /// Who is told of events.
    Notification,
    /// Where the log of requests goes.
    Logging,
    /// Tags of the bucket.
    Tags,
    /// Who pays for requests.
    RequestPayment,
    /// Transfer Acceleration.
    Accelerate,
    /// Archive tiers of Intelligent-Tiering.
    IntelligentTiering,
    /// Inventory reports.
    Inventory,
    /// Request metrics.
    Metrics,
    /// Storage class analysis.
    Analytics,
}

impl DocumentKind {
    /// All of them, in the order in which they are shown: what decides about access first.
    pub const ALL: [Self; 20] = [
        Self::Policy,
        Self::Acl,
        Self::PublicAccessBlock,
        Self::Ownership,
        Self::Cors,
        Self::Lifecycle,
        Self::Encryption,
        Self::Versioning,
        Self::ObjectLock,
        Self::Website,
        Self::Replication,
        Self::Notification,
        Self::Logging,
        Self::Tags,
        Self::RequestPayment,
        Self::Accelerate,
        Self::IntelligentTiering,
        Self::Inventory,
        Self::Metrics,
        Self::Analytics,
    ];

    /// Returns what is known of it.
    pub fn facts(self) -> &'static Document {
        match self {
            Self::Policy => &policy::DOCUMENT,
            Self::Acl => &acl::DOCUMENT,
            Self::PublicAccessBlock => &block::DOCUMENT,
            Self::Ownership => &ownership::DOCUMENT,
            Self::Cors => &cors::DOCUMENT,
            Self::Lifecycle => &lifecycle::DOCUMENT,
            Self::Encryption => &encryption::DOCUMENT,
            Self::Versioning => &versioning::DOCUMENT,
            Self::ObjectLock => &lock::DOCUMENT,
            Self::Website => &website::DOCUMENT,
            Self::Replication => &replication::DOCUMENT,
            Self::Notification => &notification::DOCUMENT,
            Self::Logging => &logging::DOCUMENT,
            Self::Tags => &tags::DOCUMENT,
            Self::RequestPayment => &payment::DOCUMENT,
            Self::Accelerate => &accelerate::DOCUMENT,
            Self::IntelligentTiering => &tiering::DOCUMENT,
            Self::Inventory => &inventory::DOCUMENT,
            Self::Metrics => &metrics::DOCUMENT,
            Self::Analytics => &analytics::DOCUMENT,
        }
    }

    /// Returns the kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.facts().name == name)
    }
}

impl Document {
    /// Returns the document to start from where none is set: its lists and groups, with nothing in them.
    pub fn empty(&self) -> Value {
        if matches!(self.layout, Layout::Json) {
            return serde_json::json!({ "Version": "2012-10-17", "Statement": [] });
        }
        let lists = self.fields.iter().filter_map(|field| match field.form {
            Form::List(_) | Form::Wrapped(..) => Some((field.name.to_owned(), Value::Array(Vec::new()))),
            Form::Group(_) if field.is_required => Some((field.name.to_owned(), Value::Object(Map::new()))),
            _ => None,
        });
        lists.collect::<Map<_, _>>().into()
    }

    /// Returns what a document says, in sentences; what it means that there is none, if there is none or it is empty.
    pub fn summary(&self, document: Option<&Value>) -> Vec<String> {
        let lines = document.map(self.summary).unwrap_or_default();
        if lines.is_empty() { vec![self.unset.to_owned()] } else { lines }
    }

    /// Returns what S3 would not take of a document, and fields that nobody knows, unless it stands there already.
    pub fn problems(&self, document: &Value, standing: Option<&Value>) -> Vec<Problem> {
        if !document.is_object() {
            let message = "the document must be an object: {…}".to_owned();
            return vec![Problem { path: String::new(), message, page: self.page }];
        }
        let misfits = shape::problems(self, document, standing);
        // The rules are about a document whose fields are what they should be.
        if !misfits.is_empty() {
            return misfits;
        }
        let mut found = (self.rules)(document);
        // What a server has taken and keeps it will take again: RGW keeps filters in a form that Amazon refuses.
        let taken = standing.map(self.rules).unwrap_or_default();
        found.retain(|own| !taken.iter().any(|old| old.message == own.message && old.field() == own.field()));
        found
    }

    /// Takes off what `aws s3api get-…` prints around a document that `put-…` takes bare.
    pub fn bare(&self, document: Value) -> Value {
        let Some(wrapper) = self.wrapper else { return document };
        match document {
            Value::Object(mut fields) if fields.len() == 1 && fields.contains_key(wrapper) => {
                match fields.remove(wrapper) {
                    // A policy is printed as a text that holds it.
                    Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                    inner => inner.unwrap_or_default(),
                }
            }
            document => document,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_no_two_share_one() {
        let names: BTreeSet<_> = DocumentKind::ALL.iter().map(|kind| kind.facts().name).collect();
        assert_eq!(names.len(), DocumentKind::ALL.len());
        assert!(DocumentKind::ALL.into_iter().all(|kind| DocumentKind::named(kind.facts().name) == Some(kind)));
        assert_eq!(DocumentKind::named("none"), None);
    }

    #[test]
    fn what_get_prints_is_taken_like_what_put_takes() {
        let facts = DocumentKind::Ownership.facts();
        let bare = json!({ "Rules": [{ "ObjectOwnership": "ObjectWriter" }] });
        assert_eq!(facts.bare(json!({ "OwnershipControls": bare })), bare);
        assert_eq!(facts.bare(bare.clone()), bare);
        let policy = json!({ "Policy": "{\"Statement\":[]}" });
        assert_eq!(DocumentKind::Policy.facts().bare(policy), json!({ "Statement": [] }));
    }

    #[test]
    fn what_is_not_set_has_words_and_what_is_no_object_a_problem() {
        for kind in DocumentKind::ALL {
            let facts = kind.facts();
            assert_eq!(facts.summary(None), [facts.unset], "{}", facts.name);
            assert_eq!(facts.problems(&json!([]), None).len(), 1, "{}", facts.name);
        }
    }
}
