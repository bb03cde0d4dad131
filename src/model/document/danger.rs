//! What a change would do that a person hardly wants: let everyone in, or lock the writer out.
//!
//! It is judged by [`crate::model::access`]. S3 takes such a document; it is the person who has to be asked twice.

mod lock_out;
mod publicity;

use jiff::Timestamp;
use serde_json::Value;

use super::DocumentKind;
use crate::model::access::Fact;
use crate::model::access::layers::Layers;

/// The documents that decide about access.
pub const DECIDING: [DocumentKind; 4] =
    [DocumentKind::Policy, DocumentKind::Acl, DocumentKind::PublicAccessBlock, DocumentKind::Ownership];

/// What is known around a change.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// What stands, as far as it was read.
    pub layers: Layers,
    /// The caller's ARN.
    pub caller: Option<String>,
    /// The time.
    pub now: Timestamp,
}

/// Returns what is dangerous about writing a document to a bucket, or about taking it away; nothing if nothing is.
pub fn dangers(bucket: &str, kind: DocumentKind, new: Option<&Value>, around: &Around) -> Vec<String> {
    if !DECIDING.contains(&kind) {
        return Vec::new();
    }
    // How an object is kept and who pays for it decides nothing about the bucket.
    let before = Layers { kept: Fact::Absent, requester_pays: Fact::Absent, ..around.layers.clone() };
    let mut after = before.clone();
    after.put(kind, &new.map_or(Fact::Absent, |new| Fact::Known(new.clone())));
    if kind == DocumentKind::Policy {
        // What the server says is of the policy that stands.
        after.said_public = None;
    }
    let mut found = publicity::told(kind, &before, &after);
    if kind == DocumentKind::Policy && found.is_empty() {
        found.extend(publicity::undenied(bucket, &before, &after, around.now));
    }
    if kind == DocumentKind::Policy && new.is_some() {
        found.extend(lock_out::told(bucket, &before, &after, around));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ME: &str = "arn:aws:sts::123456789012:assumed-role/ops/me";

    pub(super) fn around(documents: &[(DocumentKind, Value)]) -> Around {
        let mut known: std::collections::HashMap<_, _> =
            DECIDING.into_iter().map(|kind| (kind, Fact::Absent)).collect();
        known.extend(documents.iter().map(|(kind, value)| (*kind, Fact::Known(value.clone()))));
        Around { layers: Layers::of_documents(known), caller: Some(ME.to_owned()), now: Timestamp::UNIX_EPOCH }
    }

    pub(super) fn policy(effect: &str, principal: &Value, action: &str, condition: &Value) -> Value {
        let resource = ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"];
        let statement = json!({
            "Effect": effect, "Principal": principal, "Action": action, "Resource": resource, "Condition": condition
        });
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    fn open() -> Value {
        policy("Allow", &json!("*"), "s3:GetObject", &json!({}))
    }

    pub(super) fn told(kind: DocumentKind, new: Option<&Value>, around: &Around) -> String {
        dangers("photos", kind, new, around).join("\n")
    }

    fn block(is_on: bool) -> Value {
        let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
        names.into_iter().map(|name| (name.to_owned(), Value::Bool(is_on))).collect::<serde_json::Map<_, _>>().into()
    }

    fn ownership(name: &str) -> Value {
        json!({ "Rules": [{ "ObjectOwnership": name }] })
    }

    /// An ACL that grants to everyone.
    fn acl(permissions: &[&str]) -> Value {
        let everyone = json!({ "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers" });
        let grant = |permission: &&str| json!({ "Grantee": everyone, "Permission": permission });
        json!({ "Owner": { "ID": "x" }, "Grants": permissions.iter().map(grant).collect::<Vec<_>>() })
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: a Deny beats every grant.
    #[test]
    fn a_deny_that_held_acls_back_is_missed_when_it_goes() {
        let deny = policy("Deny", &json!("*"), "s3:*", &json!({}));
        let with_acls = [(DocumentKind::Policy, deny.clone()), (DocumentKind::Ownership, ownership("ObjectWriter"))];
        let said = told(DocumentKind::Policy, None, &around(&with_acls));
        assert!(said.contains("may let everyone in") && said.contains("s3:GetObject"), "{said}");
        let without = [(DocumentKind::Policy, deny), (DocumentKind::Ownership, ownership("BucketOwnerEnforced"))];
        assert_eq!(told(DocumentKind::Policy, None, &around(&without)), "");
    }

    /// Amazon S3 User Guide, "The meaning of 'public'".
    #[test]
    fn a_policy_that_lets_everyone_in_is_told_once_and_not_if_it_stood_there() {
        let said = told(DocumentKind::Policy, Some(&open()), &around(&[]));
        assert!(
            said.contains("makes the bucket public: the policy lets everyone in") && !said.contains('\n'),
            "{said}"
        );
        assert_eq!(told(DocumentKind::Policy, Some(&open()), &around(&[(DocumentKind::Policy, open())])), "");
        assert_eq!(told(DocumentKind::Policy, None, &around(&[(DocumentKind::Policy, open())])), "");
        let fixed = json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } });
        let narrow = policy("Allow", &json!("*"), "s3:GetObject", &fixed);
        assert_eq!(told(DocumentKind::Policy, Some(&narrow), &around(&[])), "");
        let blocked = around(&[(DocumentKind::PublicAccessBlock, block(true))]);
        assert!(told(DocumentKind::Policy, Some(&open()), &blocked).contains("BlockPublicPolicy is on"));
    }

    #[test]
    fn an_acl_for_everyone_and_a_block_that_goes_are_told_too() {
        assert!(told(DocumentKind::Acl, Some(&acl(&["READ"])), &around(&[])).contains("the ACL lets everyone"));
        let held = around(&[(DocumentKind::Policy, open()), (DocumentKind::PublicAccessBlock, block(true))]);
        for new in [Some(block(false)), None] {
            let said = told(DocumentKind::PublicAccessBlock, new.as_ref(), &held);
            assert!(said.contains("nothing holds it back"), "{said}");
        }
        let enforced = (DocumentKind::Ownership, ownership("BucketOwnerEnforced"));
        let fine = around(&[(DocumentKind::PublicAccessBlock, block(true)), enforced]);
        assert_eq!(told(DocumentKind::PublicAccessBlock, None, &fine), "");
        let mut unread = held;
        unread.layers.policy = Fact::Unread("s3:GetBucketPolicy denied".to_owned());
        assert!(told(DocumentKind::PublicAccessBlock, None, &unread).contains("may make the bucket public"));
        unread.layers.ownership = Fact::Unasked;
        assert!(told(DocumentKind::PublicAccessBlock, None, &unread).contains("may make the bucket public"));
        assert_eq!(told(DocumentKind::PublicAccessBlock, Some(&block(true)), &unread), "");
    }

    /// Amazon S3 User Guide, "Controlling ownership of objects and disabling ACLs for your bucket".
    #[test]
    fn acls_of_objects_that_count_again_may_make_them_public() {
        let enforced = (DocumentKind::Ownership, ownership("BucketOwnerEnforced"));
        let blocked = (DocumentKind::PublicAccessBlock, block(true));
        let may = "may make objects public";
        for new in ["ObjectWriter", "BucketOwnerPreferred"] {
            let new = Some(ownership(new));
            assert!(
                told(DocumentKind::Ownership, new.as_ref(), &around(std::slice::from_ref(&enforced))).contains(may)
            );
            assert_eq!(told(DocumentKind::Ownership, new.as_ref(), &around(&[enforced.clone(), blocked.clone()])), "");
            assert_eq!(told(DocumentKind::Ownership, new.as_ref(), &around(&[])), "", "they count already");
        }
        assert!(told(DocumentKind::Ownership, None, &around(&[enforced])).contains(may));
        assert!(told(DocumentKind::PublicAccessBlock, None, &around(std::slice::from_ref(&blocked))).contains(may));
        let mut unread = around(&[blocked]);
        unread.layers.ownership = Fact::Unread("s3:GetBucketOwnershipControls denied".to_owned());
        unread.layers.account_block = Fact::Unread("s3:GetAccountPublicAccessBlock denied".to_owned());
        assert!(told(DocumentKind::PublicAccessBlock, None, &unread).contains(may));
        let writer = ownership("ObjectWriter");
        unread.layers.bucket_block = Fact::Absent;
        assert!(told(DocumentKind::Ownership, Some(&writer), &unread).contains(may));
        assert_eq!(told(DocumentKind::PublicAccessBlock, None, &unread), "", "nothing changes");
    }

    #[test]
    fn what_is_public_and_becomes_more_so_is_told() {
        let referer = json!({ "StringLike": { "aws:Referer": "https://a/*" } });
        let narrow = policy("Allow", &json!("*"), "s3:GetObject", &referer);
        let all = policy("Allow", &json!("*"), "s3:*", &json!({}));
        for stood in [narrow.clone(), open()] {
            let said = told(DocumentKind::Policy, Some(&all), &around(&[(DocumentKind::Policy, stood)]));
            assert!(said.contains("more than before") && said.contains("statement 1 allows s3:*"), "{said}");
        }
        assert_eq!(told(DocumentKind::Policy, Some(&narrow), &around(&[(DocumentKind::Policy, all)])), "");
        let reading = around(&[(DocumentKind::Acl, acl(&["READ"]))]);
        for right in ["WRITE", "WRITE_ACP"] {
            let said = told(DocumentKind::Acl, Some(&acl(&["READ", right])), &reading);
            assert!(said.ends_with(&format!("New in the ACL: {right} to AllUsers")), "{said}");
        }
        assert_eq!(told(DocumentKind::Acl, Some(&acl(&["READ"])), &reading), "");
        let full = around(&[(DocumentKind::Acl, acl(&["FULL_CONTROL"]))]);
        assert_eq!(told(DocumentKind::Acl, Some(&acl(&["READ", "WRITE"])), &full), "");
    }

    #[test]
    fn each_way_in_that_is_held_back_no_more_is_told_even_if_another_is_open() {
        let mut ignoring = block(false);
        ignoring["IgnorePublicAcls"] = Value::Bool(true);
        let held = around(&[
            (DocumentKind::Policy, open()),
            (DocumentKind::Acl, acl(&["WRITE"])),
            (DocumentKind::PublicAccessBlock, ignoring),
        ]);
        let said = told(DocumentKind::PublicAccessBlock, None, &held);
        assert!(said.contains("more than before: the ACL") && !said.contains("the policy"), "{said}");
        let both = around(&[
            (DocumentKind::Policy, open()),
            (DocumentKind::Acl, acl(&["WRITE"])),
            (DocumentKind::PublicAccessBlock, block(true)),
        ]);
        let said = told(DocumentKind::PublicAccessBlock, None, &both);
        assert!(said.contains("public: the policy") && said.contains("public: the ACL"), "{said}");
    }

    #[test]
    fn what_a_server_says_of_the_policy_that_stands_is_not_said_of_the_new_one() {
        let strange = policy("Allow", &json!("*"), "s3:GetObject", &json!({ "Strange": { "aws:x": "y" } }));
        let mut around = around(&[]);
        around.layers.said_public = Some(false);
        assert!(told(DocumentKind::Policy, Some(&strange), &around).contains("may make the bucket public"));
    }
}
