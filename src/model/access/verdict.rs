//! The verdict: whether somebody may do something, and which layer decides.
//!
//! Rules: IAM User Guide, "Policy evaluation logic"; Amazon S3 User Guide, "How Amazon S3 authorizes a request" and
//! "Blocking public access to your Amazon S3 storage". What nobody can see from here are the policies of the organization
//! and of VPC endpoints, permission boundaries and session policies; each can only take away.

use super::action::Action;
use super::beyond;
use super::by_acl;
use super::by_policy;
use super::case::{Case, Given, Place};
use super::finding::{Answer, Finding, Layer};
use super::layers::Layers;
use super::principal::Naming;
use super::truth::Truth;
use super::who::{Account, Who};
use super::word::{Fact, PublicAccessBlock};

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Who asks.
    pub who: Who,
    /// The action that decides; of a request that names a version, that of versions.
    pub action: Action,
    /// The ARN of what is asked about.
    pub resource: String,
    /// What decides, and how.
    pub finding: Finding,
}

impl Layers {
    /// Judges whether somebody may do something.
    pub fn judge(&self, place: &Place, who: &Who, action: Action, given: &Given) -> Verdict {
        let case = Case::new(self, given, place, who.clone(), action);
        let finding = permitted(&case).and(beyond::clear(&case));
        Verdict { who: case.who, action: case.action, resource: case.resource.to_string(), finding }
    }

    /// Judges whether policies and ACLs let somebody do something, whatever else stands in the way.
    pub fn permit(&self, place: &Place, who: &Who, action: Action, given: &Given) -> Answer {
        permitted(&Case::new(self, given, place, who.clone(), action)).answer
    }
}

fn permitted(case: &Case<'_>) -> Finding {
    if case.who == Who::Unnamed {
        return Finding::new(Answer::Unknown, Layer::None, "who this caller is, the server does not say");
    }
    let outsider = if case.action.is_of_policy() {
        "only the account that owns the bucket may read and change its policy, whatever that allows"
    } else {
        "no bucket policy says who creates the bucket"
    };
    let denied_outside = match case.who.account().map(|account| account.is(&case.layers.owner)) {
        _ if !(case.action.is_of_policy() || case.action.creates_bucket()) => Finding::pass(),
        Some(Truth::Yes) => Finding::pass(),
        // Amazon S3 API Reference, "PutBucketPolicy": 405 for an identity that is not of the bucket owner's account.
        is_own => Finding::of(is_own.unwrap_or(Truth::No), Layer::Owner, "the caller may", outsider).taking_away(),
    };
    let (allowed, is_root) = match case.who.account() {
        None => (by_stranger(case), false),
        Some(account) => match account.is(&case.layers.owner) {
            Truth::Yes => (by_owner(case), matches!(case.who, Who::Account(_))),
            Truth::No => (by_other_account(case), false),
            Truth::Depends(words) | Truth::Unknown(words) => {
                (either(&by_owner(case), by_other_account(case), &words), false)
            }
        },
    };
    // The root user of the owner's account is never locked out of the policy.
    let denied = if is_root && case.action.is_of_policy() { Finding::pass() } else { not_denied(case) };
    allowed.and(denied_outside).and(denied)
}

/// Where it is not known whether the caller's account owns the bucket, only what holds in both cases is certain.
fn either(owner: &Finding, other: Finding, words: &str) -> Finding {
    if owner.answer == other.answer && owner.answer != Answer::Depends {
        return other;
    }
    Finding::new(Answer::Depends, Layer::Owner, format!("it is not known whether {words}, which decides"))
}

/// Somebody without an account of their own, or with any.
fn by_stranger(case: &Case<'_>) -> Finding {
    let allowed = by_policy(case, Naming::Any).or(by_acl::allow(case));
    match &case.who {
        Who::Federated(_) => allowed.and(by_identity(case)),
        Who::AnyUser if case.given.identity.is_some() => allowed.and(by_identity(case)),
        _ => tell_nobody(case, allowed),
    }
}

/// Somebody of another account: the bucket's side and their own must both allow it.
fn by_other_account(case: &Case<'_>) -> Finding {
    let allowed = by_policy(case, Naming::Any).or(by_acl::allow(case));
    tell_nobody(case, allowed).and(by_identity(case))
}

/// Somebody of the owner's account: the bucket's side or their own must allow it.
fn by_owner(case: &Case<'_>) -> Finding {
    if matches!(case.who, Who::Account(_)) {
        return owned(case);
    }
    let own = by_identity(case).and(owned(case));
    let finding = by_policy(case, Naming::Direct).or(own);
    if finding.answer != Answer::No {
        return finding;
    }
    // Whether a public grant helps somebody whose own account does not, the guides leave open.
    match by_acl::allow(case) {
        acl if acl.answer == Answer::No => finding,
        acl => Finding {
            answer: Answer::Depends,
            because: format!("{}, but nothing else in the caller's own account allows it", acl.because),
            ..acl
        },
    }
}

/// Returns whether what is asked about belongs to the owner of the bucket, or is the owner's to do anyhow.
fn owned(case: &Case<'_>) -> Finding {
    let yes = "the bucket belongs to the caller's account";
    if case.action.is_of_bucket_owner() {
        return Finding::new(Answer::Yes, Layer::Owner, yes);
    }
    let no = "the object belongs to another account, and its ACL does not let the bucket's owner do it";
    let own = Finding::of(case.object_is_the_owners(), Layer::Owner, yes, no);
    if own.answer == Answer::Yes || case.action.right().is_none() && own.answer != Answer::No {
        return own;
    }
    if case.action.right().is_none() {
        let because = format!("the object belongs to another account, which may keep {} to itself", case.action.name);
        return Finding::new(Answer::Depends, Layer::Owner, because);
    }
    let owner = Who::Account(case.layers.owner.clone());
    let as_owner = Case { who: owner, context: case.context.clone(), resource: case.resource.clone(), ..*case };
    own.or(by_acl::allow(&as_owner))
}

/// Returns whether the bucket policy allows it.
fn by_policy(case: &Case<'_>, naming: Naming) -> Finding {
    let layer = Layer::Policy;
    let policy = match &case.layers.policy {
        Fact::Known(policy) => policy,
        Fact::Absent => return Finding::new(Answer::No, layer, "there is no bucket policy"),
        Fact::Unread(read) => return unread_policy(read).and(not_restricted(case, "the bucket policy")),
        Fact::Unasked => return unread_policy("it was not read yet"),
    };
    let allowed = by_policy::allow(case, policy, layer, naming);
    if allowed.answer == Answer::No {
        return allowed;
    }
    let (because, statement) = (allowed.because.clone(), allowed.statement.clone());
    let finding = allowed.and(reaches_object(case, &because)).and(not_restricted(case, &because));
    let held = statement.filter(|_| finding.answer == Answer::No);
    Finding { held, ..finding }
}

fn unread_policy(read: &str) -> Finding {
    Finding::new(Answer::Unknown, Layer::Policy, format!("the bucket policy could not be read: {read}"))
}

/// A bucket policy grants nothing on objects of other accounts.
fn reaches_object(case: &Case<'_>, allowing: &str) -> Finding {
    if case.action.is_of_bucket_owner() {
        return Finding::pass();
    }
    let no =
        format!("{allowing}, but the object belongs to another account, about whose objects the policy grants nothing");
    let finding = Finding::of(case.object_is_the_owners(), Layer::ObjectAcl, "the object is the owner's", &no);
    finding.taking_away()
}

/// `RestrictPublicBuckets` leaves a bucket with a public policy to its own account and to AWS services.
fn not_restricted(case: &Case<'_>, allowing: &str) -> Finding {
    let is_own = case.who.account().map_or(Truth::No, |own| own.is(&case.layers.owner));
    if is_own == Truth::Yes || matches!(case.who, Who::Service(_)) {
        return Finding::pass();
    }
    let is_public = case.layers.policy_publicity();
    if is_public.is_no() {
        return Finding::pass();
    }
    let one = |block: &Fact<PublicAccessBlock>, layer: Layer| {
        let is_cut = block.truth(|block| block.restrict_public_buckets).and(is_public.clone());
        let no = format!(
            "{allowing}, but the policy is public, and RestrictPublicBuckets of the {} leaves the bucket to its own account \
             and AWS services",
            layer.name()
        );
        Finding::of(!is_cut, layer, "the policy is not restricted", &no).taking_away()
    };
    one(&case.layers.bucket_block, Layer::BucketBlock).and(one(&case.layers.account_block, Layer::AccountBlock))
}

/// Returns whether no policy denies it.
fn not_denied(case: &Case<'_>) -> Finding {
    let by_bucket = match &case.layers.policy {
        Fact::Known(policy) => by_policy::not_denied(case, policy, Layer::Policy),
        Fact::Absent => Finding::pass(),
        Fact::Unread(read) => deny_may_stand(read),
        Fact::Unasked => deny_may_stand("it was not read yet"),
    };
    match &case.given.identity {
        Some(identity) if case.who != Who::Anonymous => {
            by_bucket.and(by_policy::not_denied(case, identity, Layer::Identity))
        }
        None => match case.simulated().filter(|simulated| simulated.denies()) {
            Some(simulated) => by_bucket.and(simulated.finding(&case.resource)),
            None => by_bucket,
        },
        _ => by_bucket,
    }
}

fn deny_may_stand(read: &str) -> Finding {
    let because = format!("the bucket policy could not be read, and an explicit Deny may stand there: {read}");
    Finding::new(Answer::Unknown, Layer::Policy, because)
}

/// Returns whether the caller's own IAM policies allow it.
fn by_identity(case: &Case<'_>) -> Finding {
    if let Some(identity) = &case.given.identity {
        return by_policy::allow(case, identity, Layer::Identity, Naming::Any);
    }
    if let Some(simulated) = case.simulated() {
        return simulated.finding(&case.resource);
    }
    let because = match &case.who {
        Who::Account(_) => "its own IAM policies must allow it too to whoever of it asks, and are not known",
        Who::Federated(_) => "the policies of the role that it signed in to must allow it too, and are not known",
        _ => "the caller's own IAM policies must allow it, and are not known",
    };
    Finding::new(Answer::Depends, Layer::Identity, because)
}

/// Says in one sentence that nothing allows it, where no layer holds anything back.
fn tell_nobody(case: &Case<'_>, finding: Finding) -> Finding {
    if finding.answer != Answer::No || finding.is_held_back {
        return finding;
    }
    Finding::new(
        Answer::No,
        Layer::None,
        format!("no statement of the bucket policy and no ACL allows it to {}", case.who),
    )
}

/// Returns everyone whom the policy and the ACLs name beside the owner: whom a person asks about.
pub fn named(layers: &Layers) -> Vec<Who> {
    let mut found: Vec<Who> = Vec::new();
    let statements = layers.policy.known().into_iter().flat_map(|policy| &policy.statements);
    let of_policy = statements.filter_map(|statement| statement.principals.as_ref()).flat_map(|named| &named.named);
    let acls = [&layers.bucket_acl, &layers.object_acl];
    let of_acls =
        acls.into_iter().filter_map(Fact::known).flat_map(|acl| acl.accounts().map(Who::Account).collect::<Vec<_>>());
    for who in of_policy.filter_map(super::principal::Named::who).chain(of_acls) {
        let is_owner = matches!(&who, Who::Account(account) if is_owner(account, &layers.owner));
        if !is_owner && !found.contains(&who) {
            found.push(who);
        }
    }
    found
}

fn is_owner(account: &Account, owner: &Account) -> bool {
    account.is(owner).known() == Some(true)
}
