//! Whether a policy keeps whoever writes it from changing it again.

use std::sync::Arc;

use super::Around;
use crate::model::access::action::Action;
use crate::model::access::case::{Given, Place};
use crate::model::access::context::{Context, Value};
use crate::model::access::finding::{Answer, Finding};
use crate::model::access::layers::Layers;
use crate::model::access::reader;
use crate::model::access::who::{Account, Who};

/// What lets somebody do anything, so that the bucket policy alone decides.
const ANYTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// What changing a policy again takes.
const NEEDED: [&str; 2] = ["s3:PutBucketPolicy", "s3:GetBucketPolicy"];

/// Says whether the policy keeps whoever writes it from changing it again. The account's root user always can.
pub(super) fn told(bucket: &str, before: &Layers, after: &Layers, around: &Around) -> Option<String> {
    let caller = around.caller.as_deref().and_then(Who::of_arn);
    // Of a caller without a name it is known that whoever the policy does not name is meant.
    let who = caller.clone().or_else(|| Who::of_arn("arn:aws:iam::000000000000:user/caller"))?;
    // Only the account that owns the bucket may write its policy.
    let owner = who.account().cloned().unwrap_or_default();
    let found = NEEDED.into_iter().filter_map(|name| {
        let was = judge(bucket, before, &owner, &who, name, around)?;
        let is = judge(bucket, after, &owner, &who, name, around)?;
        (was.answer != is.answer && matches!(is.answer, Answer::No | Answer::Depends)).then_some((name, is))
    });
    let (name, finding) = found.min_by_key(|(_, finding)| finding.answer != Answer::No)?;
    let you = if caller.is_some() { "you" } else { "whoever it does not name" };
    let locks = if finding.answer == Answer::No { "locks" } else { "may lock" };
    let because = finding.because;
    Some(format!(
        "This {locks} {you} out of the policy ({name}): {because}. Only the account's root user could undo it"
    ))
}

fn judge(bucket: &str, layers: &Layers, owner: &Account, who: &Who, name: &str, around: &Around) -> Option<Finding> {
    let layers = Layers { owner: owner.clone(), ..layers.clone() };
    let identity = reader::identity(ANYTHING).ok().map(Arc::new);
    let given = Given { identity, context: next_request(), now: around.now, ..Given::default() };
    let place = Place { bucket: bucket.to_owned(), ..Place::default() };
    Some(layers.judge(&place, who, Action::parse(name)?, &given).finding)
}

/// Returns what the request will bring by which somebody changes the policy again. How this program sends it is known, and so
/// is that parameters and headers of other requests are not in it; from where, and in which session, is not.
fn next_request() -> Context {
    let mut context = Context::default();
    for (key, value) in [
        ("aws:ViaAWSService", "false"),
        ("s3:TlsVersion", "1.3"),
        ("s3:authType", "REST-HEADER"),
        ("s3:signatureAge", "0"),
        ("s3:signatureversion", "AWS4-HMAC-SHA256"),
    ] {
        context.add(key, value);
    }
    // The digest of the document.
    context.set_default("s3:x-amz-content-sha256", Value::Strange);
    context.leave_caller_open();
    context
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{around, policy, told};
    use super::*;
    use crate::model::document::DocumentKind;

    /// Amazon S3 API Reference, "PutBucketPolicy": the root user of the owner's account can always change it.
    #[test]
    fn whoever_denies_himself_the_policy_is_told() {
        let deny = policy("Deny", &json!("*"), "s3:*", &json!({}));
        let said = told(DocumentKind::Policy, Some(&deny), &around(&[]));
        assert!(said.contains("locks you out of the policy (s3:PutBucketPolicy)"), "{said}");
        assert_eq!(told(DocumentKind::Policy, Some(&deny), &around(&[(DocumentKind::Policy, deny.clone())])), "");
        let other = policy("Deny", &json!({ "AWS": "arn:aws:iam::123456789012:role/guest" }), "s3:*", &json!({}));
        assert_eq!(told(DocumentKind::Policy, Some(&other), &around(&[])), "");
        let own = policy("Deny", &json!({ "AWS": "arn:aws:iam::123456789012:role/ops" }), "s3:Put*", &json!({}));
        assert!(told(DocumentKind::Policy, Some(&own), &around(&[])).contains("locks you out"));
        let tls = policy("Deny", &json!("*"), "s3:*", &json!({ "Bool": { "aws:SecureTransport": "false" } }));
        assert_eq!(told(DocumentKind::Policy, Some(&tls), &around(&[])), "");
    }

    #[test]
    fn a_condition_that_may_not_hold_tomorrow_may_lock_out_and_root_never_is() {
        let condition = json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } });
        let deny = policy("Deny", &json!("*"), "s3:*", &condition);
        let said = told(DocumentKind::Policy, Some(&deny), &around(&[]));
        assert!(said.contains("lock you out") && said.contains("aws:SourceIp"), "{said}");
        let root = Around { caller: Some("arn:aws:iam::123456789012:root".to_owned()), ..around(&[]) };
        assert_eq!(told(DocumentKind::Policy, Some(&deny), &root), "");
        let nobody = Around { caller: None, ..around(&[]) };
        let all = policy("Deny", &json!("*"), "s3:*", &json!({}));
        assert!(told(DocumentKind::Policy, Some(&all), &nobody).contains("whoever it does not name"));
    }

    fn of(condition: &serde_json::Value) -> String {
        told(DocumentKind::Policy, Some(&policy("Deny", &json!("*"), "s3:*", condition)), &around(&[]))
    }

    /// IAM User Guide, "AWS global condition context keys": what a session brings is another thing in the next one.
    #[test]
    fn what_another_session_may_not_bring_may_lock_out() {
        for condition in [
            json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } }),
            json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } }),
            json!({ "Null": { "aws:MultiFactorAuthAge": "true" } }),
            json!({ "DateLessThan": { "aws:TokenIssueTime": "2026-01-01T00:00:00Z" } }),
            json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1234" } }),
            json!({ "StringEquals": { "aws:PrincipalTag/team": "red" } }),
            json!({ "StringNotEquals": { "aws:PrincipalTag/team": "red" } }),
            json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1a2b3c4d" } }),
            json!({ "StringEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } }),
            json!({ "StringNotLike": { "aws:userid": "AROAEXAMPLE:*" } }),
        ] {
            assert!(of(&condition).contains("This may lock you out"), "{condition}: {}", of(&condition));
        }
    }

    /// Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3": what `PutBucketPolicy` brings.
    #[test]
    fn what_writing_a_policy_never_brings_or_always_does_is_decided() {
        for condition in [
            json!({ "StringEquals": { "s3:x-amz-acl": "public-read" } }),
            json!({ "StringLike": { "s3:prefix": "secret/*" } }),
            json!({ "StringEquals": { "aws:Referer": "https://elsewhere/" } }),
            json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } }),
            json!({ "StringNotEquals": { "s3:signatureversion": "AWS4-HMAC-SHA256" } }),
            json!({ "StringNotEquals": { "s3:authType": "REST-HEADER" } }),
            json!({ "NumericGreaterThan": { "s3:signatureAge": "600000" } }),
            json!({ "StringEquals": { "s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }),
            json!({ "Bool": { "aws:ViaAWSService": "true" } }),
            json!({ "StringNotEquals": { "aws:PrincipalAccount": "123456789012" } }),
        ] {
            assert_eq!(of(&condition), "", "{condition}");
        }
        for condition in [
            json!({ "StringNotEquals": { "s3:x-amz-acl": "private" } }),
            json!({ "StringNotEquals": { "aws:PrincipalAccount": "210987654321" } }),
        ] {
            assert!(of(&condition).contains("This locks you out"), "{condition}: {}", of(&condition));
        }
    }
}
