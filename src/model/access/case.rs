//! One question with all that is known: what the layers are asked.

use std::sync::Arc;

use jiff::Timestamp;

use super::action::{Action, Target};
use super::context::{Context, Value};
use super::document::{Policy, Statement};
use super::layers::Layers;
use super::principal::Naming;
use super::resource::Resource;
use super::trial::Simulated;
use super::truth::Truth;
use super::who::Who;
use super::word::Fact;
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};

/// Where the question is asked.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// The key; any object without it.
    pub key: Option<String>,
    /// What the keys of any object begin with, if it is not any of the whole bucket.
    pub prefix: String,
    /// The version that requests name.
    pub version: Option<String>,
}

impl Place {
    /// Returns where in a bucket: an object, or whatever begins with a prefix.
    pub fn of(bucket: &BucketName, prefix: &Prefix, object: Option<&ObjectRef>) -> Self {
        Self {
            bucket: bucket.as_str().to_owned(),
            key: object.map(|object| object.key.as_str().to_owned()),
            prefix: prefix.as_str().to_owned(),
            version: object.and_then(|object| object.version.as_ref()).map(ToString::to_string),
        }
    }

    /// Returns which action decides here, and what it is done to.
    pub(super) fn question(&self, action: Action) -> (Action, Resource) {
        let action = if self.version.is_some() { action.of_version() } else { action };
        let bucket = self.bucket.clone();
        let resource = match (action.target, &self.key) {
            (Target::Bucket, _) => Resource::Bucket(bucket),
            (Target::Object, Some(key)) => Resource::Object { bucket, key: key.clone() },
            (Target::Object, None) => Resource::Objects { bucket, prefix: self.prefix.clone() },
        };
        (action, resource)
    }
}

/// What is known beside the layers.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The condition keys that were said.
    pub context: Context,
    /// Whether the rest of what a request may bring is left open, and not absent.
    pub is_open: bool,
    /// The caller's own IAM policy.
    pub identity: Option<Arc<Policy>>,
    /// What IAM says of the caller's own policies, where they were not given.
    pub simulated: Vec<Simulated>,
    /// Whether requests say that the requester pays.
    pub pays: bool,
    /// The time of the request.
    pub now: Timestamp,
}

/// One question, ready to be judged.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub layers: &'a Layers,
    pub given: &'a Given,
    pub who: Who,
    pub action: Action,
    pub resource: Resource,
    pub context: Context,
}

impl<'a> Case<'a> {
    pub fn new(layers: &'a Layers, given: &'a Given, place: &Place, who: Who, action: Action) -> Self {
        let who = who.completed_by(&layers.owner);
        let (action, resource) = place.question(action);
        let mut case = Self { layers, given, who, action, resource, context: given.context.clone() };
        case.complete(place);
        case
    }

    /// Adds the condition keys that follow from the question and from what was read of the object.
    fn complete(&mut self, place: &Place) {
        self.context.add_caller(&self.who, &self.layers.owner);
        self.context.add_common(self.given.now);
        let number = self.layers.owner.number.as_ref();
        for key in ["aws:ResourceAccount", "s3:ResourceAccount"] {
            self.context.set_default(key, number.map_or(Value::Open, |number| Value::Known(vec![number.clone()])));
        }
        if !place.prefix.is_empty() && self.action.name == "s3:ListBucket" {
            self.context.set_default("s3:prefix", Value::Known(vec![place.prefix.clone()]));
        }
        if let Some(version) = place.version.as_deref().filter(|_| self.action.target == Target::Object) {
            self.context.set_default("s3:VersionId", Value::Known(vec![version.to_owned()]));
        }
        if has_existing_tags(self.action) {
            self.add_tags();
        }
        if self.given.is_open {
            self.context.leave_open(&self.who);
        }
    }

    fn add_tags(&mut self) {
        const FAMILY: &str = "s3:ExistingObjectTag";
        match &self.layers.tags {
            Fact::Known(tags) => {
                for (name, value) in tags {
                    self.context.set_default(&format!("{FAMILY}/{name}"), Value::Known(vec![value.clone()]));
                }
            }
            Fact::Absent if matches!(self.resource, Resource::Objects { .. }) => {
                self.context.set_default(FAMILY, Value::Open);
            }
            Fact::Absent => {}
            Fact::Unread(read) => self.context.set_default(FAMILY, Value::Unread(read.clone())),
            Fact::Unasked => self.context.set_default(FAMILY, Value::Unread("tags not read yet".to_owned())),
        }
    }

    /// Returns what IAM says of the caller's own policies to the question.
    pub fn simulated(&self) -> Option<&Simulated> {
        self.given.simulated.iter().find(|simulated| simulated.action.eq_ignore_ascii_case(self.action.name))
    }

    /// Returns whether what is asked about belongs to the bucket's owner. Of any object where ACLs count, its own ACL says
    /// so (Amazon S3 User Guide, "Controlling ownership of objects and disabling ACLs for your bucket").
    pub fn object_is_the_owners(&self) -> Truth {
        match (&self.resource, &self.layers.object_acl) {
            (Resource::Objects { .. }, Fact::Absent) => {
                self.layers.acls_are_disabled().or(Truth::Depends("the object is the bucket owner's".to_owned()))
            }
            _ => self.layers.object_is_the_owners(),
        }
    }

    /// Returns whether a statement is about this question, its conditions aside.
    pub fn is_met_by(&self, policy: &Policy, statement: &Statement, naming: Naming) -> Truth {
        let who = statement.principals.as_ref();
        let who = who.map_or(Truth::Yes, |named| named.include(&self.who, &self.layers.owner, naming));
        let action = Truth::from(statement.actions.mean_action(self.action.name));
        let resource = statement.resources.mean_resource(&self.resource, &self.context, policy.has_variables());
        let understood = match statement.unknown.first() {
            Some(field) => Truth::Unknown(format!("{field} is no field that S3 knows")),
            None => Truth::Yes,
        };
        who.and(action).and(resource).and(understood)
    }

    /// Returns whether the conditions of a statement hold.
    pub fn holds(&self, policy: &Policy, statement: &Statement) -> Truth {
        let one = |condition: &super::condition::Condition| condition.holds(&self.context, policy.has_variables());
        statement.conditions.iter().map(one).fold(Truth::Yes, Truth::and)
    }
}

/// Returns whether requests for an action bring the tags of the object as it is (Amazon S3 User Guide, "Categorizing your
/// storage using tags": not those that write or delete it).
fn has_existing_tags(action: Action) -> bool {
    const WITHOUT: [&str; 3] = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"];
    action.target == Target::Object && !WITHOUT.contains(&action.name)
}
