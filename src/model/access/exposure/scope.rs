//! The objects that are made public or private, and what of them a policy names.

use std::fmt;

use crate::model::access::case::Place;
use crate::model::access::context::Context;
use crate::model::access::document::{Names, Policy, Statement};
use crate::model::access::pattern::Reach;
use crate::model::access::resource::Resource;
use crate::model::access::variable::{Filled, literal};
use crate::model::arn::PARTITIONS;

/// What of a bucket is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The objects whose keys begin with a prefix.
    Below(String),
    /// One object.
    Object(String),
}

/// The objects that are made public or private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The bucket.
    pub bucket: String,
    /// What of it.
    pub part: Part,
}

impl Scope {
    /// Returns what a location means: a bucket, a prefix that ends in a slash, or an object.
    pub fn new(bucket: impl Into<String>, key: &str) -> Self {
        let part = match key {
            "" => Part::Whole,
            prefix if prefix.ends_with('/') => Part::Below(prefix.to_owned()),
            key => Part::Object(key.to_owned()),
        };
        Self { bucket: bucket.into(), part }
    }

    /// Returns where it is asked: whether all of it is open is asked of any object as well as whether some of it is, since a
    /// statement about one object below a prefix is about that, too.
    pub fn extent(&self) -> Place {
        let (key, prefix) = match &self.part {
            Part::Whole => (None, String::new()),
            Part::Below(prefix) => (None, prefix.clone()),
            Part::Object(key) => (Some(key.clone()), String::new()),
        };
        Place { bucket: self.bucket.clone(), key, prefix, ..Place::default() }
    }

    /// Returns the resource that a statement names it by. Nothing if its key holds what is a wildcard there, and the policy
    /// is of a version that has no way to write it as itself (IAM User Guide, "IAM policy elements: Variables and tags").
    pub fn resource(&self, partition: &str, has_variables: bool) -> Option<String> {
        let (key, end) = match &self.part {
            Part::Whole => ("", "*"),
            Part::Below(prefix) => (prefix.as_str(), "*"),
            Part::Object(key) => (key.as_str(), ""),
        };
        let written = match has_variables {
            true => literal(key),
            false if key.contains(['*', '?']) => return None,
            false => key.to_owned(),
        };
        Some(format!("arn:{partition}:s3:::{}/{written}{end}", self.bucket))
    }

    /// Returns how much of it a resource of a policy takes.
    pub(super) fn reach(&self, resource: &str, has_variables: bool) -> Reach {
        let filled =
            if has_variables { Filled::fill(resource, &Context::default()) } else { Ok(Filled::plain(resource)) };
        // Which object a variable means, the request says.
        let Ok(pattern) = filled.map(|filled| filled.pattern()) else { return Reach::Some };
        let bucket = self.bucket.clone();
        let resource = match &self.part {
            Part::Whole => Resource::Objects { bucket, prefix: String::new() },
            Part::Below(prefix) => Resource::Objects { bucket, prefix: prefix.clone() },
            Part::Object(key) => Resource::Object { bucket, key: key.clone() },
        };
        resource.reach(&pattern)
    }

    /// Returns how much of it a statement is about.
    pub(super) fn reach_of(&self, policy: &Policy, statement: &Statement) -> Reach {
        let Names { names, is_negated } = &statement.resources;
        let reaches: Vec<_> = names.iter().map(|name| self.reach(name, policy.has_variables())).collect();
        let most = if reaches.contains(&Reach::All) {
            Reach::All
        } else if reaches.iter().any(|reach| *reach != Reach::None) {
            Reach::Some
        } else {
            Reach::None
        };
        match (most, is_negated) {
            (Reach::All, true) => Reach::None,
            (Reach::None, true) => Reach::All,
            (most, _) => most,
        }
    }

    /// Returns whether a resource takes nothing but what belongs to it.
    pub(super) fn holds(&self, resource: &str, has_variables: bool) -> bool {
        let mut own = PARTITIONS.into_iter().filter_map(|own| self.resource(own, has_variables));
        match &self.part {
            // A bucket policy speaks of no other bucket.
            Part::Whole => true,
            Part::Object(_) => own.any(|own| own == resource),
            Part::Below(_) => own.any(|own| resource.starts_with(own.trim_end_matches('*'))),
        }
    }

    /// Returns a name for the statement that opens it: `PublicReadAssetsImages`.
    pub fn sid(&self) -> String {
        /// As long as a person reads at a glance.
        const LONGEST: usize = 48;
        let key = match &self.part {
            Part::Whole => "",
            Part::Below(key) | Part::Object(key) => key.as_str(),
        };
        let mut sid = "PublicRead".to_owned();
        for word in key.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let mut letters = word.chars();
            sid.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            sid.extend(letters);
        }
        sid.truncate(LONGEST);
        sid
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::Whole => write!(f, "s3://{}", self.bucket),
            Part::Below(key) | Part::Object(key) => write!(f, "s3://{}/{key}", self.bucket),
        }
    }
}
