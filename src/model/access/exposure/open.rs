//! Makes a place public: by a statement of the bucket policy, or one object by a grant in its ACL, and what of Block Public
//! Access stands in their way.
//!
//! Rules: Amazon S3 User Guide, "Setting permissions for website access", "Blocking public access to your Amazon S3
//! storage" (which setting refuses what), "Bucket policies for Amazon S3" (20 KB).

use serde_json::{Value, json};

use super::{Choice, Obstacle, Part, Plan, Remedy, Scope, Standing, Step, reading};
use crate::model::access::PublicAccessBlock;
use crate::model::access::acl::{ALL_USERS, Grant, Grantee, Right};
use crate::model::access::case::Given;
use crate::model::access::document::{Effect, Policy, Statement};
use crate::model::access::finding::{Answer, Label, Layer};
use crate::model::access::layers::{Kept, Layers};
use crate::model::access::pattern::Reach;
use crate::model::access::principal::Naming;
use crate::model::access::truth::Truth;
use crate::model::access::who::Who;
use crate::model::access::word::Fact;
use crate::model::document::DocumentKind;
use crate::model::document::addition::add;

/// What everyone may do where it is public.
pub(super) const READ: &str = "s3:GetObject";

/// The settings that stand in the way of a public policy: the first when it is written, the second when it counts.
const AGAINST_POLICIES: [&str; 2] = ["BlockPublicPolicy", "RestrictPublicBuckets"];

/// The settings that stand in the way of a public ACL, likewise.
const AGAINST_ACLS: [&str; 2] = ["BlockPublicAcls", "IgnorePublicAcls"];

pub(super) fn plan(scope: &Scope, layers: &Layers, standing: &Standing, given: &Given, partition: &str) -> Plan {
    let now = reading(scope, layers, given);
    if now.answer == Answer::Yes {
        return Plan { is_reached: true, notes: vec![now.because], ..Plan::default() };
    }
    let mut plan = Plan { obstacles: obstacles(scope, layers), ..Plan::default() };
    let by_acl = by_acl(scope, layers, standing);
    let by_policy = match by_policy(scope, layers, standing, given, partition) {
        Ok(choice) => Some(choice),
        // What stands in the way of a policy alone, an ACL goes past.
        Err(obstacle) => {
            let remedy = if by_acl.is_some() { Remedy::Passed } else { Remedy::None };
            plan.obstacles.push(Obstacle { remedy, ..obstacle });
            None
        }
    };
    for choice in by_policy.into_iter().chain(by_acl) {
        let then = reading(scope, &layers.after(&choice), given);
        match then.answer {
            Answer::Yes => plan.choices.push(choice),
            Answer::Depends | Answer::Unknown => {
                plan.notes.push(format!("whether everyone may read it then is not certain: {}", then.because));
                plan.choices.push(choice);
            }
            Answer::No if plan.obstacles.iter().any(|own| own.remedy == Remedy::None) => {}
            Answer::No => {
                plan.obstacles.push(Obstacle { layer: then.layer, words: then.because, remedy: Remedy::None });
            }
        }
    }
    if plan.obstacles.iter().any(|own| own.remedy == Remedy::None) {
        plan.choices.clear();
    }
    if let Some(note) = uneven(scope, layers) {
        plan.notes.push(note);
    }
    plan
}

/// Says of which objects among many nobody can tell beforehand.
fn uneven(scope: &Scope, layers: &Layers) -> Option<String> {
    let others = if layers.acls_are_disabled() == Truth::Yes { "" } else { ", or belongs to another account," };
    (!matches!(scope.part, Part::Object(_)))
        .then(|| format!("an object that is encrypted by KMS{others} stays closed all the same"))
}

fn obstacles(scope: &Scope, layers: &Layers) -> Vec<Obstacle> {
    let mut found = Vec::new();
    let mut add = |layer, words: String, remedy| found.push(Obstacle { layer, words, remedy });
    let mut bucket = settings(&layers.bucket_block, AGAINST_POLICIES);
    if takes_acls(scope, layers) {
        bucket.extend(settings(&layers.bucket_block, AGAINST_ACLS));
    }
    if !bucket.is_empty() {
        let words = format!("the bucket's Block Public Access has {} on", bucket.join(" and "));
        add(Layer::BucketBlock, words, Remedy::Lifted);
    }
    if layers.acls_are_disabled() == Truth::Yes {
        let words = "Object Ownership (BucketOwnerEnforced) switches ACLs off, so only the policy can open it";
        add(Layer::Ownership, words.to_owned(), Remedy::Passed);
    }
    if layers.requester_pays.known() == Some(&true) {
        let words = "the requester pays, so requests must be signed; the setting request-payment says so";
        add(Layer::RequestPayment, words.to_owned(), Remedy::None);
    }
    if layers.kept.known().is_some_and(Kept::needs_kms) {
        let words = "the object is encrypted by KMS, which decrypts nothing for requests that are not signed";
        add(Layer::Encryption, words.to_owned(), Remedy::None);
    }
    if layers.object_is_the_owners() == Truth::No {
        let words = "the object belongs to another account, about whose objects the bucket policy grants nothing";
        add(Layer::ObjectAcl, words.to_owned(), Remedy::None);
    }
    if let Some(policy) = layers.policy.known() {
        for statement in policy.statements.iter().filter(|own| denies(scope, layers, policy, own)) {
            let part = if scope.reach_of(policy, statement) == Reach::All { "it" } else { "some of it" };
            let condition = if statement.conditions.is_empty() { "" } else { " under a condition" };
            let words = format!("{} of the policy denies {part} to everyone{condition}", statement.label());
            let remedy = if part == "it" && condition.is_empty() { Remedy::None } else { Remedy::Passed };
            add(Layer::Policy, words, remedy);
        }
    }
    found
}

/// Returns which of some settings are on.
fn settings(block: &Fact<PublicAccessBlock>, names: [&'static str; 2]) -> Vec<&'static str> {
    let Some(block) = block.known() else { return Vec::new() };
    let is_on = |name: &&str| match *name {
        "BlockPublicPolicy" => block.block_public_policy,
        "RestrictPublicBuckets" => block.restrict_public_buckets,
        "BlockPublicAcls" => block.block_public_acls,
        _ => block.ignore_public_acls,
    };
    names.into_iter().filter(is_on).collect()
}

/// Returns whether it is one object, with an ACL of its own that counts.
fn takes_acls(scope: &Scope, layers: &Layers) -> bool {
    matches!(scope.part, Part::Object(_))
        && layers.object_acl.known().is_some()
        && layers.acls_are_disabled() == Truth::No
}

/// Returns the choice of a grant in the object's own ACL.
fn by_acl(scope: &Scope, layers: &Layers, standing: &Standing) -> Option<Choice> {
    let before = layers.object_acl.known().filter(|_| takes_acls(scope, layers))?;
    if !settings(&layers.account_block, AGAINST_ACLS).is_empty() {
        return None;
    }
    let block = match &standing.block {
        Fact::Known(block) => loosened(block, AGAINST_ACLS),
        _ => None,
    };
    let mut besides = Vec::new();
    if layers.bucket_block.known().is_some_and(|block| block.ignore_public_acls) {
        besides.push(
            "every other grant to everyone counts again, in the bucket's ACL and in those of its objects".to_owned(),
        );
    }
    let mut after = before.clone();
    let grantee = Grantee::Group(ALL_USERS.to_owned());
    let grant = Grant { grantee, permission: Right::Read.name().to_owned() };
    if !after.grants.contains(&grant) {
        after.grants.push(grant);
    }
    let mut steps = Vec::from_iter(block);
    if after != *before {
        steps.push(Step::ObjectAcl { before: before.clone(), after });
    }
    let title = "grant READ to everyone in the object's own ACL".to_owned();
    Some(Choice { name: "acl", title, steps, besides })
}

fn denies(scope: &Scope, layers: &Layers, policy: &Policy, statement: &Statement) -> bool {
    let named = statement.principals.as_ref();
    let is_everyone = named.is_some_and(|own| !own.include(&Who::Anonymous, &layers.owner, Naming::Any).is_no());
    statement.effect == Effect::Deny
        && is_everyone
        && statement.actions.mean_action(READ)
        && scope.reach_of(policy, statement) != Reach::None
}

/// Returns the choice of a statement; one that stands already is not written again.
fn by_policy(
    scope: &Scope,
    layers: &Layers,
    standing: &Standing,
    given: &Given,
    partition: &str,
) -> Result<Choice, Obstacle> {
    let stays = |layer, words: String| Obstacle { layer, words, remedy: Remedy::None };
    let account = settings(&layers.account_block, AGAINST_POLICIES);
    if !account.is_empty() {
        let words = format!(
            "the account's Block Public Access has {} on, which is changed for the whole account and not from here \
             (`aws s3control put-public-access-block`)",
            account.join(" and ")
        );
        return Err(stays(Layer::AccountBlock, words));
    }
    let block = match &standing.block {
        Fact::Known(block) => loosened(block, AGAINST_POLICIES),
        _ => None,
    };
    let besides = if block.is_some() { let_loose(scope, layers) } else { Vec::new() };
    let mut choice = Choice { name: "policy", title: String::new(), steps: Vec::from_iter(block), besides };
    if !choice.steps.is_empty() && reading(scope, &layers.after(&choice), given).answer == Answer::Yes {
        "let the policy count that opens it already".clone_into(&mut choice.title);
        return Ok(choice);
    }
    let before = match &standing.policy {
        Fact::Known(policy) => Some(policy.clone()),
        Fact::Absent => None,
        Fact::Unread(read) => return Err(stays(Layer::Policy, format!("the bucket policy could not be read: {read}"))),
        Fact::Unasked => return Err(stays(Layer::Policy, "the bucket policy was not read yet".to_owned())),
    };
    let (sid, after) =
        with_statement(scope, before.as_ref(), partition).map_err(|words| stays(Layer::Policy, words))?;
    let size = after.to_string().len();
    if size > Policy::LIMIT {
        let words = format!("the policy would have {size} bytes, and S3 takes {} at most", Policy::LIMIT);
        return Err(stays(Layer::Policy, words));
    }
    choice.title = format!("add a statement to the bucket policy ({sid}) that lets everyone read {scope}");
    choice.steps.push(Step::Document { kind: DocumentKind::Policy, before, after: Some(after) });
    Ok(choice)
}

/// Returns the write that switches some settings off, and nothing else.
fn loosened(block: &Value, names: [&str; 2]) -> Option<Step> {
    let mut after = block.clone();
    let own = after.as_object_mut()?;
    for name in names {
        if own.get(name) == Some(&Value::Bool(true)) {
            own.insert(name.to_owned(), Value::Bool(false));
        }
    }
    (after != *block).then(|| Step::Document {
        kind: DocumentKind::PublicAccessBlock,
        before: Some(block.clone()),
        after: Some(after),
    })
}

/// Says what else the policy opens as soon as it counts again. While it is public, the setting shuts out everyone of another
/// account, those too whom it names.
fn let_loose(scope: &Scope, layers: &Layers) -> Vec<String> {
    let is_restricted = layers.bucket_block.known().is_some_and(|block| block.restrict_public_buckets);
    let is_cut = is_restricted && layers.policy_is_public() != Some(false);
    let Some(policy) = layers.policy.known().filter(|_| is_cut) else { return Vec::new() };
    let is_more = |own: &&Statement| {
        let is_within = own.resources.names.iter().all(|name| scope.holds(name, policy.has_variables()));
        own.effect == Effect::Allow
            && !own.is_public().is_no()
            && !(is_within && !own.resources.is_negated && own.actions.names == [READ])
    };
    let public = policy.statements.iter().filter(is_more);
    let mut found: Vec<_> =
        public.map(|own| format!("{} counts again, which lets everyone {}", own.label(), own.opening())).collect();
    let others = policy.statements.iter().filter(|own| own.effect == Effect::Allow && own.is_public().is_no());
    found.extend(others.filter_map(|own| {
        let outsiders = own.principals.as_ref()?.outsiders(&layers.owner);
        let whom = outsiders.join(", ");
        (!whom.is_empty()).then(|| format!("{} counts again, which lets {whom} {}", own.label(), own.opening()))
    }));
    found
}

/// Returns a policy with one more statement, and the statement's name.
fn with_statement(scope: &Scope, policy: Option<&Value>, partition: &str) -> Result<(String, Value), String> {
    let mut after = policy.cloned().unwrap_or_else(|| json!({ "Version": "2012-10-17", "Statement": [] }));
    let has_variables = after.get("Version").and_then(Value::as_str) == Some("2012-10-17");
    let resource = scope.resource(partition, has_variables).ok_or(
        "the policy is of Version 2008-10-17, in which a key with * or ? cannot be named alone; write Version 2012-10-17",
    )?;
    let statements = after.get_mut("Statement").ok_or("the policy has no statements")?;
    if !statements.is_object() && !statements.is_array() {
        return Err("the policy's Statement is no list".to_owned());
    }
    let statement = json!({
        "Sid": scope.sid(), "Effect": "Allow", "Principal": "*", "Action": READ, "Resource": resource
    });
    let sid = add(statements, statement).unwrap_or_default();
    Ok((sid, after))
}

impl Statement {
    /// Returns how a person finds it in the bucket policy.
    pub(super) fn label(&self) -> Label {
        Label::of(self, Layer::Policy)
    }

    /// Returns what it opens: `s3:GetObject on arn:aws:s3:::b/*`.
    pub(super) fn opening(&self) -> String {
        let negated = |is_negated| if is_negated { "all but " } else { "" };
        let (actions, resources) = (&self.actions, &self.resources);
        format!(
            "{}{} on {}{}",
            negated(actions.is_negated),
            actions.names.join(", "),
            negated(resources.is_negated),
            resources.names.join(", ")
        )
    }
}
