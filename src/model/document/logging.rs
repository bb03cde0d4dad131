//! Server access logging: where the log of requests goes.

use serde_json::Value;

use super::look::{items, no_rules, text};
use super::shape::{Field, Form, GRANTEE, group, text as text_field, word, wrapped};
use super::{Document, Layout, Removal};

const GRANT: &[Field] = &[group("Grantee", GRANTEE), word("Permission", &["FULL_CONTROL", "READ", "WRITE"])];

const FORMAT: &[Field] = &[
    group("SimplePrefix", &[]),
    group("PartitionedPrefix", &[word("PartitionDateSource", &["EventTime", "DeliveryTime"])]),
];

const ENABLED: &[Field] = &[
    text_field("TargetBucket").required(),
    text_field("TargetPrefix").required(),
    wrapped("TargetGrants", "Grant", &Form::Group(GRANT)),
    group("TargetObjectKeyFormat", FORMAT),
];

/// Server access logging.
pub(super) const DOCUMENT: Document = Document {
    name: "logging",
    title: "Server access logging",
    query: "logging",
    root: "BucketLoggingStatus",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[group("LoggingEnabled", ENABLED)],
    headers: &[],
    read: "s3:GetBucketLogging",
    write: "s3:PutBucketLogging",
    removal: Removal::Empty,
    unset: "off",
    page: "Amazon S3 API Reference, PutBucketLogging",
    summary,
    rules: no_rules,
};

fn summary(document: &Value) -> Vec<String> {
    let Some(on) = document.get("LoggingEnabled") else { return Vec::new() };
    let (bucket, prefix) = (text(on, "TargetBucket").unwrap_or_default(), text(on, "TargetPrefix").unwrap_or_default());
    let mut lines = vec![format!("requests are logged to s3://{bucket}/{prefix}")];
    if on.pointer("/TargetObjectKeyFormat/PartitionedPrefix").is_some() {
        lines.push("the logs are filed by account, region, bucket and date".to_owned());
    }
    let grants = items(on, "TargetGrants").len() as u64;
    if grants > 0 {
        lines.push(format!("the logs are open to {}", crate::model::text::counted(grants, "grant", "grants")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_place_of_the_logs_is_named() {
        let on = json!({ "LoggingEnabled": { "TargetBucket": "logs", "TargetPrefix": "a/" } });
        assert_eq!(summary(&on), ["requests are logged to s3://logs/a/"]);
        assert!(summary(&json!({})).is_empty());
        let bare = json!({ "LoggingEnabled": {} });
        assert_eq!(DOCUMENT.problems(&bare, None).len(), 2);
    }
}
