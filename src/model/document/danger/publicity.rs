//! Whether a change opens a bucket to everyone, or opens it further.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::access::acl::{ALL_USERS, Acl, Grant, Grantee};
use crate::model::access::action::Action;
use crate::model::access::case::{Given, Place};
use crate::model::access::finding::Answer;
use crate::model::access::layers::Layers;
use crate::model::access::who::Who;
use crate::model::access::{Access, Fact, reader};
use crate::model::document::DocumentKind;

/// What is said where nobody can tell.
const MAY: &str = "This may make the bucket public: not all that decides about it could be judged";

/// How many gains are told one by one.
const TOLD: usize = 5;

/// Returns what a change of a document opens, a sentence each.
///
/// A policy and an ACL are judged for themselves, too: what holds them back now may be switched off later by somebody who
/// does not look at them.
pub(super) fn told(kind: DocumentKind, before: &Layers, after: &Layers) -> Vec<String> {
    let block = after.bucket_block.known();
    match kind {
        DocumentKind::Policy => {
            let held = block.filter(|block| block.block_public_policy).map(|_| "BlockPublicPolicy");
            by_policy(before, after).into_iter().map(|words| with_refusal(words, held)).collect()
        }
        DocumentKind::Acl => {
            let held = block.filter(|block| block.block_public_acls).map(|_| "BlockPublicAcls");
            by_acl(before, after).into_iter().map(|words| with_refusal(words, held)).collect()
        }
        _ => by_what_held(before, after),
    }
}

fn with_refusal(words: String, setting: Option<&str>) -> String {
    match setting {
        Some(setting) => format!("{words}. S3 refuses it as long as {setting} is on"),
        None => words,
    }
}

fn by_policy(before: &Layers, after: &Layers) -> Option<String> {
    let (was, is) = (before.policy_is_public(), after.policy_is_public());
    match (before.policy.known(), after.policy.known()) {
        _ if is == Some(false) => None,
        (Some(stood), Some(new)) if was != Some(false) => further("the policy", &new.gains_over(stood)),
        _ if is == Some(true) => Some("This makes the bucket public: the policy lets everyone in".to_owned()),
        _ => Some(MAY.to_owned()),
    }
}

fn by_acl(before: &Layers, after: &Layers) -> Option<String> {
    match (&before.bucket_acl, &after.bucket_acl) {
        (Fact::Known(stood), Fact::Known(new)) if stood.is_public() => further("the ACL", &new.gains_over(stood)),
        (_, Fact::Known(new)) => new
            .is_public()
            .then(|| "This makes the bucket public: the ACL lets everyone, or every AWS user, in".to_owned()),
        (_, Fact::Absent) => None,
        _ => Some(MAY.to_owned()),
    }
}

/// Says that a policy denies strangers no more what an ACL, of the bucket or of its objects, may grant them.
pub(super) fn undenied(bucket: &str, before: &Layers, after: &Layers, now: Timestamp) -> Option<String> {
    let place = Place { bucket: bucket.to_owned(), ..Place::default() };
    let given = Given { is_open: true, now, ..Given::default() };
    let may = |layers: &Layers, action| layers.permit(&place, &Who::Anonymous, action, &given) != Answer::No;
    let is_freed = |action: &Action| !may(before, *action) && may(after, *action);
    let freed: Vec<_> = Action::asked().filter(is_freed).map(|action| action.name).collect();
    (!freed.is_empty()).then(|| {
        let what = freed.join(", ");
        format!("This may let everyone in: what the policy has denied ({what}), ACLs of the bucket or of its objects may grant")
    })
}

fn further(what: &str, gains: &[String]) -> Option<String> {
    let more = gains.len().saturating_sub(TOLD);
    let mut words = gains.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 {
        words = format!("{words}; and {more} more");
    }
    (!gains.is_empty()).then(|| format!("This lets everyone do more than before. New in {what}: {words}"))
}

/// Judges a change of what holds policies and ACLs back: Block Public Access, or Object Ownership. Each way in counts for
/// itself, since one that is open already may open less.
fn by_what_held(before: &Layers, after: &Layers) -> Vec<String> {
    let policy_alone = |layers: &Layers| Layers { bucket_acl: Fact::Absent, ..layers.clone() };
    let acls_alone = |layers: &Layers| Layers { policy: Fact::Absent, said_public: None, ..layers.clone() };
    let mut found = Vec::new();
    for (what, alone) in [("policy", &policy_alone as &dyn Fn(&Layers) -> Layers), ("ACL", &acls_alone)] {
        let (was, is) = (alone(before), alone(after));
        found.extend(match (was.bucket_is_public(), is.bucket_is_public()) {
            (Some(true), _) | (_, Some(false)) => None,
            (None, None) if worst(&was).bucket_is_public() == worst(&is).bucket_is_public() => None,
            (_, None) => Some(MAY.to_owned()),
            (_, Some(true)) if before.bucket_is_public() == Some(true) => Some(format!(
                "This lets everyone do more than before: the {what} that stands there does so, and nothing holds it back any more"
            )),
            (_, Some(true)) => Some(format!(
                "This makes the bucket public: the {what} that stands there lets everyone in, and nothing holds it back any more"
            )),
        });
    }
    if let (Some(false), None) | (None | Some(false), Some(true)) = (acls_count(before), acls_count(after)) {
        let words = "This may make objects public: ACLs that they have count again, and none of them was looked at";
        found.push(words.to_owned());
    }
    found.dedup();
    found
}

/// Returns whether ACLs of objects would let strangers in. The account's setting, if it was not read, is taken to hold
/// nothing back.
fn acls_count(layers: &Layers) -> Option<bool> {
    let account_block = layers.account_block.known().map_or(Fact::Absent, |block| Fact::Known(*block));
    let (policy, bucket_acl) = (Fact::Absent, Fact::Absent);
    let objects = Layers { account_block, policy, said_public: None, bucket_acl, ..layers.clone() };
    match objects.bucket_word() {
        Access::CanBePublic | Access::Public(_) => Some(true),
        Access::NotPublic => Some(false),
        Access::Unknown { .. } => None,
    }
}

/// Returns the layers with the worst in place of what could not be read.
fn worst(layers: &Layers) -> Layers {
    const OPEN: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;
    let mut layers = layers.clone();
    if matches!(layers.policy, Fact::Unasked | Fact::Unread(_)) {
        layers.policy = reader::policy(OPEN).map_or(Fact::Absent, |policy| Fact::Known(Arc::new(policy)));
    }
    if matches!(layers.bucket_acl, Fact::Unasked | Fact::Unread(_)) {
        let everyone = Grant { grantee: Grantee::Group(ALL_USERS.to_owned()), permission: "READ".to_owned() };
        layers.bucket_acl = Fact::Known(Acl { owner: None, grants: vec![everyone] });
    }
    layers
}
