//! What stands in the way beside policies and ACLs.

use super::case::Case;
use super::finding::{Answer, Finding, Layer};
use super::resource::Resource;
use super::truth::Truth;
use super::who::Who;
use super::word::Fact;

/// Returns whether nothing else stands in the way.
pub(super) fn clear(case: &Case<'_>) -> Finding {
    acls_can_change(case).and(payment(case)).and(contents(case))
}

/// Where ACLs are switched off nobody changes one (Amazon S3 User Guide, "Controlling ownership of objects and disabling
/// ACLs for your bucket": `AccessControlListNotSupported`).
fn acls_can_change(case: &Case<'_>) -> Finding {
    if !case.action.changes_acl() {
        return Finding::pass();
    }
    let no = "ACLs are switched off by Object Ownership (BucketOwnerEnforced), so none can be changed";
    Finding::of(!case.layers.acls_are_disabled(), Layer::Ownership, "ACLs can be changed", no).taking_away()
}

/// Requests to a Requester Pays bucket must be signed, and say that they pay, unless they are the owner's (Amazon S3 User
/// Guide, "Using Requester Pays buckets for storage transfers and usage").
fn payment(case: &Case<'_>) -> Finding {
    let layer = Layer::RequestPayment;
    let is_owners = case.who.account().map_or(Truth::No, |own| own.is(&case.layers.owner));
    if is_owners == Truth::Yes || matches!(case.who, Who::Service(_)) {
        return Finding::pass();
    }
    match (case.layers.requester_pays.truth(|pays| *pays), &case.who) {
        (Truth::No, _) => Finding::pass(),
        (Truth::Yes, Who::Anonymous) => Finding::held_back(
            layer,
            "the bucket is a Requester Pays bucket, which refuses requests that are not signed",
        ),
        (Truth::Yes, _) if case.given.pays => Finding::pass(),
        (Truth::Yes, _) => {
            Finding::new(Answer::Depends, layer, "the request must say that the requester pays (x-amz-request-payer)")
        }
        (Truth::Depends(words) | Truth::Unknown(words), _) => {
            Finding::new(Answer::Unknown, layer, format!("whether the requester pays could not be read: {words}"))
        }
    }
}

/// What the bytes of an object need beside permission.
fn contents(case: &Case<'_>) -> Finding {
    if !case.action.reads_contents() || !matches!(case.resource, Resource::Object { .. }) {
        return Finding::pass();
    }
    let kept = match &case.layers.kept {
        Fact::Known(kept) => kept,
        Fact::Absent => return Finding::pass(),
        Fact::Unread(read) => {
            let because = format!("how the object is encrypted could not be read: {read}");
            return Finding::new(Answer::Unknown, Layer::Encryption, because);
        }
        Fact::Unasked => {
            return Finding::new(Answer::Unknown, Layer::Encryption, "how the object is encrypted was not read yet");
        }
    };
    let mut finding = Finding::pass();
    if kept.needs_kms() {
        finding = finding.and(match case.who {
            Who::Anonymous => Finding::held_back(
                Layer::Encryption,
                "the object is encrypted by KMS, which decrypts nothing for requests that are not signed",
            ),
            _ => Finding::new(
                Answer::Depends,
                Layer::Encryption,
                "the policy of the object's KMS key must let the caller decrypt, and is not known",
            ),
        });
    }
    if kept.has_customer_key {
        let because = "the caller must have the key that the object is encrypted with (SSE-C)";
        finding = finding.and(Finding::new(Answer::Depends, Layer::Encryption, because));
    }
    if kept.is_archived() && case.action.needs_restored() {
        let because = "the object is archived and must be restored before it can be read";
        finding = finding.and(Finding::new(Answer::Depends, Layer::Storage, because));
    }
    finding
}
