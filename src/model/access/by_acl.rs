//! What ACLs say to a question.

use super::acl::{Acl, Grant, Right};
use super::action::Target;
use super::case::Case;
use super::finding::{Answer, Finding, Layer};
use super::resource::Resource;
use super::truth::Truth;
use super::who::{Account, Who};
use super::word::{Fact, PublicAccessBlock};

/// The owner of what nobody signed (Amazon S3 User Guide, "Access control list (ACL) overview").
const ANONYMOUS: &str = "65a011a29cdf8ec533ec3d1ccaae921c";

/// Returns whether an ACL allows it.
pub(super) fn allow(case: &Case<'_>) -> Finding {
    let Some((target, right)) = case.action.right() else {
        return Finding::new(Answer::No, Layer::None, format!("no ACL can grant {}", case.action.name));
    };
    let (acl, layer) = match target {
        Target::Bucket => (&case.layers.bucket_acl, Layer::BucketAcl),
        Target::Object => (&case.layers.object_acl, Layer::ObjectAcl),
    };
    let granted = match acl {
        Fact::Known(acl) => by_grants(case, acl, right, layer),
        Fact::Absent if matches!(case.resource, Resource::Objects { .. }) && target == Target::Object => {
            let because = "the ACL of each object says so for itself";
            not_ignored(case, Finding::new(Answer::Depends, layer, because))
        }
        Fact::Absent => {
            Finding::new(Answer::No, layer, format!("the {} grants it to nobody but the owner", layer.name()))
        }
        Fact::Unread(read) => {
            let because = format!("the {} could not be read: {read}", layer.name());
            not_ignored(case, Finding::new(Answer::Unknown, layer, because))
        }
        Fact::Unasked => Finding::new(Answer::Unknown, layer, format!("the {} was not read yet", layer.name())),
    };
    granted.and(counts(case))
}

/// Returns whether ACLs count at all.
fn counts(case: &Case<'_>) -> Finding {
    let no = "ACLs are switched off by Object Ownership (BucketOwnerEnforced)";
    Finding::of(!case.layers.acls_are_disabled(), Layer::Ownership, "ACLs count", no).taking_away()
}

fn by_grants(case: &Case<'_>, acl: &Acl, right: Right, layer: Layer) -> Finding {
    let none = Finding::new(Answer::No, layer, format!("the {} does not grant it", layer.name()));
    let given = acl.grants.iter().filter(|grant| grant.gives(right));
    let granted = given.map(|grant| by_grant(case, grant, right, layer)).fold(none, Finding::or);
    granted.or(by_owning(case, acl, right, layer))
}

fn by_grant(case: &Case<'_>, grant: &Grant, right: Right, layer: Layer) -> Finding {
    let (name, label) = (layer.name(), grant.label());
    let yes = format!("the {name} grants {} to {label}", grant.permission);
    let no = format!("the {name} does not grant it");
    let mut finding = Finding::of(grant.means(&case.who), layer, &yes, &no);
    if grant.is_public() {
        finding = finding.and(ignored(case, &yes));
    }
    if right == Right::Write && finding.answer != Answer::No {
        finding = finding.and(within_write(case));
    }
    finding
}

/// Whoever owns something reads and changes its ACL, whatever that says.
fn by_owning(case: &Case<'_>, acl: &Acl, right: Right, layer: Layer) -> Finding {
    let owner = acl.owner.as_ref().map(Account::canonical);
    let is_owner = match (case.who.account(), owner) {
        (Some(own), Some(owner)) if matches!(right, Right::ReadAcp | Right::WriteAcp) => own.is(&owner),
        _ => Truth::No,
    };
    let yes = format!("{} is its owner, who can always read and change the ACL", case.who);
    Finding::of(is_owner, layer, &yes, "the caller is not its owner")
}

/// Returns whether `IgnorePublicAcls` leaves a public grant its effect.
fn ignored(case: &Case<'_>, grant: &str) -> Finding {
    let one = |block: &Fact<PublicAccessBlock>, layer: Layer| {
        let no = format!("{grant}, but IgnorePublicAcls of the {} takes that away", layer.name());
        Finding::of(!block.truth(|block| block.ignore_public_acls), layer, "the grant counts", &no).taking_away()
    };
    one(&case.layers.bucket_block, Layer::BucketBlock).and(one(&case.layers.account_block, Layer::AccountBlock))
}

/// Strangers come in by public grants alone, so an ACL that is not known opens nothing to them where those are ignored.
fn not_ignored(case: &Case<'_>, finding: Finding) -> Finding {
    match case.who {
        Who::Anonymous | Who::AnyUser => finding.and(ignored(case, "whatever the ACL grants to strangers")),
        _ => finding,
    }
}

/// `WRITE` creates objects, but overwrites and deletes only what the caller owns.
fn within_write(case: &Case<'_>) -> Finding {
    let is_delete = case.action.name == "s3:DeleteObject";
    let is_any = matches!(case.resource, Resource::Objects { .. });
    let owns = match &case.layers.object_acl {
        Fact::Known(Acl { owner: Some(id), .. }) => match &case.who {
            Who::Anonymous => (id == ANONYMOUS).into(),
            who => who.account().map_or(Truth::No, |own| own.is(&Account::canonical(id))),
        },
        Fact::Unread(read) => Truth::Unknown(read.clone()),
        _ if is_any && is_delete => Truth::Depends("the object is the caller's own".to_owned()),
        _ if is_any => Truth::Yes,
        // There is no object, unless something is known of one, which is then the owner's.
        _ if !is_delete && case.layers.kept.known().is_none() => Truth::Yes,
        _ => case.who.account().map_or(Truth::No, |own| own.is(&case.layers.owner)),
    };
    let no = "WRITE of the bucket ACL overwrites and deletes only what the caller owns";
    match owns {
        Truth::Depends(words) => Finding::new(Answer::Depends, Layer::BucketAcl, format!("only if {words}")),
        owns => Finding::of(owns, Layer::BucketAcl, "WRITE of the bucket ACL allows it", no).taking_away(),
    }
}
