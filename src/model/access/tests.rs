//! The rules, each with the page of Amazon's documentation that it is from.

mod account;
mod acl;
mod beyond;
mod block;
mod condition;
mod document;
mod gap;
mod oracle;
mod policy;
mod public;
mod unread;
mod word;

use super::action::Action;
use super::case::{Given, Place};
use super::finding::{Answer, Finding};
use super::layers::Layers;
use super::reader;
use super::who::{Account, Who};
use super::word::{Fact, PublicAccessBlock};

/// The owner of every bucket here.
const OWNER: &str = "111122223333";
/// The owner's canonical user ID.
const OWNER_ID: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
/// Another account.
const OTHER: &str = "444455556666";
/// The canonical user ID of a third account.
const THIRD_ID: &str = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6";
/// A user of the owner's account.
const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
/// A user of the other account.
const BOB: &str = "arn:aws:iam::444455556666:user/bob";
/// A session of a role of the other account.
const SESSION: &str = "arn:aws:sts::444455556666:assumed-role/app/one";

const ALL_USERS: &str = r#"{"Type":"Group","URI":"http://acs.amazonaws.com/groups/global/AllUsers"}"#;
const AUTHENTICATED: &str = r#"{"Type":"Group","URI":"http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}"#;

/// A bucket `b` with an object `k` in it, of which everything is known and nothing is set.
struct Bench {
    layers: Layers,
    given: Given,
    place: Place,
}

fn bench() -> Bench {
    let layers = Layers {
        owner: Account { number: Some(OWNER.to_owned()), canonical: Some(OWNER_ID.to_owned()) },
        account_block: Fact::Absent,
        bucket_block: Fact::Absent,
        ownership: Fact::Absent,
        bucket_acl: Fact::Absent,
        object_acl: Fact::Absent,
        policy: Fact::Absent,
        said_public: None,
        tags: Fact::Absent,
        kept: Fact::Absent,
        requester_pays: Fact::Absent,
    };
    let place = Place { bucket: "b".to_owned(), key: Some("k".to_owned()), ..Place::default() };
    Bench { layers, given: Given { now: "2026-06-30T12:00:00Z".parse().unwrap(), ..Given::default() }, place }
}

/// A bench with a policy of one or more statements.
fn policy(statements: &str) -> Bench {
    bench().policy(statements)
}

/// A statement that lets principals do an action on the bucket and its objects.
fn allow(principal: &str, action: &str) -> String {
    statement("Allow", principal, action, "{}")
}

fn deny(principal: &str, action: &str) -> String {
    statement("Deny", principal, action, "{}")
}

/// A statement for everyone under a condition.
fn allow_if(condition: &str) -> String {
    statement("Allow", "\"*\"", "s3:*", condition)
}

fn deny_if(condition: &str) -> String {
    statement("Deny", "\"*\"", "s3:*", condition)
}

fn statement(effect: &str, principal: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Principal":{principal},"Action":"{action}",
            "Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{condition}}}"#
    )
}

/// The principal that an ARN or a number is.
fn aws(name: &str) -> String {
    format!(r#"{{"AWS":"{name}"}}"#)
}

/// An ACL of an owner with grants of `grantee, permission`.
fn acl_of(owner: &str, grants: &[(&str, &str)]) -> super::acl::Acl {
    let grants: Vec<_> =
        grants.iter().map(|(grantee, right)| format!(r#"{{"Grantee":{grantee},"Permission":"{right}"}}"#)).collect();
    reader::acl(&format!(r#"{{"Owner":{{"ID":"{owner}"}},"Grants":[{}]}}"#, grants.join(","))).unwrap()
}

fn id(canonical: &str) -> String {
    format!(r#"{{"Type":"CanonicalUser","ID":"{canonical}"}}"#)
}

impl Bench {
    fn policy(mut self, statements: &str) -> Self {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        self.layers.policy = Fact::Known(reader::policy(&text).unwrap().into());
        self
    }

    fn identity(mut self, statements: &str) -> Self {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        self.given.identity = Some(reader::identity(&text).unwrap().into());
        self
    }

    /// The caller's own account allows all.
    fn trusted(self) -> Self {
        self.identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
    }

    fn key(mut self, name: &str, value: &str) -> Self {
        self.given.context.add(name, value);
        self
    }

    fn at(mut self, key: &str) -> Self {
        self.place.key = Some(key.to_owned());
        self
    }

    fn block(mut self, set: impl FnOnce(&mut PublicAccessBlock)) -> Self {
        let mut block = PublicAccessBlock::default();
        set(&mut block);
        self.layers.bucket_block = Fact::Known(block);
        self
    }

    fn account_block(mut self, set: impl FnOnce(&mut PublicAccessBlock)) -> Self {
        let mut block = PublicAccessBlock::default();
        set(&mut block);
        self.layers.account_block = Fact::Known(block);
        self
    }

    fn ownership(mut self, name: &str) -> Self {
        self.layers.ownership = Fact::Known(super::layers::ObjectOwnership(name.to_owned()));
        self
    }

    fn bucket_acl(mut self, grants: &[(&str, &str)]) -> Self {
        self.layers.bucket_acl = Fact::Known(acl_of(OWNER_ID, grants));
        self
    }

    fn object_acl(mut self, owner: &str, grants: &[(&str, &str)]) -> Self {
        self.layers.object_acl = Fact::Known(acl_of(owner, grants));
        self
    }

    fn head(mut self, text: &str) -> Self {
        self.layers.kept = Fact::Known(reader::kept(text).unwrap());
        self
    }

    fn finding(&self, who: &str, action: &str) -> Finding {
        let (who, action) = (Who::parse(who).unwrap(), Action::parse(action).unwrap());
        self.layers.judge(&self.place, &who, action, &self.given).finding
    }

    fn ask(&self, who: &str, action: &str) -> Answer {
        self.finding(who, action).answer
    }

    fn read(&self, who: &str) -> Answer {
        self.ask(who, "s3:GetObject")
    }
}
