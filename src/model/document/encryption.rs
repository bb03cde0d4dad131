//! Default encryption: how objects are encrypted that do not say themselves.

use serde_json::Value;

use super::look::{is_true, items, listed, problem, text, texts};
use super::shape::{Field, Form, flag, group, list, text as text_field, word};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketEncryption";

const DEFAULT: &[Field] =
    &[word("SSEAlgorithm", &["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"]).required(), text_field("KMSMasterKeyID")];

const RULE: &[Field] = &[
    group("ApplyServerSideEncryptionByDefault", DEFAULT),
    flag("BucketKeyEnabled"),
    group("BlockedEncryptionTypes", &[list("EncryptionType", "EncryptionType", &Form::Word(&["NONE", "SSE-C"]))]),
];

/// Default encryption.
pub(super) const DOCUMENT: Document = Document {
    name: "encryption",
    title: "Default encryption",
    query: "encryption",
    root: "ServerSideEncryptionConfiguration",
    wrapper: Some("ServerSideEncryptionConfiguration"),
    layout: Layout::Xml,
    fields: &[list("Rules", "Rule", &Form::Group(RULE)).required()],
    headers: &[],
    read: "s3:GetEncryptionConfiguration",
    write: "s3:PutEncryptionConfiguration",
    removal: Removal::Delete("s3:PutEncryptionConfiguration"),
    unset: "none set; Amazon S3 encrypts with its own keys (AES256) all the same",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for rule in items(document, "Rules") {
        if let Some(default) = rule.get("ApplyServerSideEncryptionByDefault") {
            let key = text(default, "KMSMasterKeyID");
            lines.push(match (text(default, "SSEAlgorithm").unwrap_or_default(), key) {
                ("AES256", _) => "objects are encrypted with keys of Amazon S3 (AES256)".to_owned(),
                (algorithm, Some(key)) => format!("objects are encrypted with the KMS key {key} ({algorithm})"),
                (algorithm, None) => format!("objects are encrypted with the account's KMS key for S3 ({algorithm})"),
            });
        }
        if is_true(rule, "BucketKeyEnabled") {
            lines.push("a bucket key saves calls to KMS".to_owned());
        }
        let blocked = rule.get("BlockedEncryptionTypes").map(|own| texts(own, "EncryptionType")).unwrap_or_default();
        let blocked: Vec<_> = blocked.into_iter().filter(|own| *own != "NONE").collect();
        if !blocked.is_empty() {
            lines.push(format!("uploads with {} are refused", listed(&blocked)));
        }
    }
    lines
}

fn rules(document: &Value) -> Vec<Problem> {
    let rules = items(document, "Rules");
    let mut found = Vec::new();
    if rules.len() != 1 {
        found.push(problem("Rules", "there must be exactly one rule", PAGE));
    }
    for (index, rule) in rules.iter().enumerate() {
        let default = rule.get("ApplyServerSideEncryptionByDefault").unwrap_or(&Value::Null);
        if text(default, "SSEAlgorithm") == Some("AES256") && default.get("KMSMasterKeyID").is_some() {
            let path = format!("Rules[{index}].ApplyServerSideEncryptionByDefault.KMSMasterKeyID");
            found.push(problem(path, "AES256 takes no key", PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_key_is_named_and_checked() {
        let rules_of = |default: Value| json!({ "Rules": [{ "ApplyServerSideEncryptionByDefault": default }] });
        assert_eq!(
            summary(&rules_of(json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k" }))),
            ["objects are encrypted with the KMS key k (aws:kms)"]
        );
        let wrong = rules(&rules_of(json!({ "SSEAlgorithm": "AES256", "KMSMasterKeyID": "k" })));
        assert!(wrong[0].path.ends_with("KMSMasterKeyID"));
        assert_eq!(rules(&json!({ "Rules": [] }))[0].path, "Rules");
        let blocked = json!({ "Rules": [{ "BlockedEncryptionTypes": { "EncryptionType": ["SSE-C"] } }] });
        assert_eq!(summary(&blocked), ["uploads with SSE-C are refused"]);
    }
}
