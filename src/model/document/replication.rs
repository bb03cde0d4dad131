//! Replication: where new objects are copied to.

use std::fmt::Write as _;

use serde_json::Value;

use super::look::{doubles, items, listed, problem, sentence, text};
use super::scope::{filter_problems, scope};
use super::shape::{BY_PREFIX_AND_TAGS, Field, Form, STATUS, group, list, number, text as text_field, word};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 User Guide, Replication configuration file elements";

const CLASSES: &[&str] = &[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
    "FSX_OPENZFS",
    "FSX_ONTAP",
];

const MINUTES: &[Field] = &[number("Minutes")];

const DESTINATION: &[Field] = &[
    text_field("Bucket").required(),
    text_field("Account"),
    word("StorageClass", CLASSES),
    group("AccessControlTranslation", &[word("Owner", &["Destination"]).required()]),
    group("EncryptionConfiguration", &[text_field("ReplicaKmsKeyID")]),
    group("ReplicationTime", &[STATUS, group("Time", MINUTES).required()]),
    group("Metrics", &[STATUS, group("EventThreshold", MINUTES)]),
];

const RULE: &[Field] = &[
    text_field("ID"),
    number("Priority"),
    text_field("Prefix"),
    BY_PREFIX_AND_TAGS,
    STATUS,
    group(
        "SourceSelectionCriteria",
        &[group("SseKmsEncryptedObjects", &[STATUS]), group("ReplicaModifications", &[STATUS])],
    ),
    group("ExistingObjectReplication", &[STATUS]),
    group("Destination", DESTINATION).required(),
    group("DeleteMarkerReplication", &[word("Status", &["Enabled", "Disabled"])]),
];

/// Replication.
pub(super) const DOCUMENT: Document = Document {
    name: "replication",
    title: "Replication",
    query: "replication",
    root: "ReplicationConfiguration",
    wrapper: Some("ReplicationConfiguration"),
    layout: Layout::Xml,
    fields: &[text_field("Role").required(), list("Rules", "Rule", &Form::Group(RULE)).required()],
    headers: &[],
    read: "s3:GetReplicationConfiguration",
    write: "s3:PutReplicationConfiguration",
    removal: Removal::Delete("s3:PutReplicationConfiguration"),
    unset: "none: objects are copied nowhere",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    items(document, "Rules").iter().map(rule_sentence).collect()
}

fn rule_sentence(rule: &Value) -> String {
    let none = Value::Null;
    let to = rule.get("Destination").unwrap_or(&none);
    let bucket = text(to, "Bucket").unwrap_or_default();
    let off = if text(rule, "Status") == Some("Disabled") { "(switched off) " } else { "" };
    let mut words =
        format!("{off}{} are copied to {}", sentence(&scope(rule)), bucket.rsplit(':').next().unwrap_or(bucket));
    if let Some(class) = text(to, "StorageClass") {
        let _ = write!(words, " as {class}");
    }
    let is_on = |path: &str| rule.pointer(path).and_then(Value::as_str) == Some("Enabled");
    let mut also = Vec::new();
    if is_on("/DeleteMarkerReplication/Status") {
        also.push("with delete markers");
    }
    if is_on("/Destination/ReplicationTime/Status") {
        also.push("within a time that is promised");
    }
    if is_on("/SourceSelectionCriteria/SseKmsEncryptedObjects/Status") {
        also.push("those encrypted with KMS too");
    }
    if !also.is_empty() {
        let _ = write!(words, ", {}", listed(&also));
    }
    words
}

fn rules(document: &Value) -> Vec<Problem> {
    let rules = items(document, "Rules");
    let mut found = doubles(document, "Rules", "ID", PAGE);
    if rules.is_empty() || rules.len() > 1000 {
        found.push(problem("Rules", "there must be 1 to 1,000 rules", PAGE));
    }
    let mut priorities = std::collections::HashSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("Rules[{index}]");
        found.extend(filter_problems(rule, &path, PAGE));
        if let Some(priority) = rule.get("Priority").and_then(Value::as_i64)
            && !priorities.insert(priority)
        {
            found.push(problem(format!("{path}.Priority"), "another rule has the same", PAGE));
        }
        if rule.get("Filter").is_some() {
            // With a Filter the document is of the newer form, which insists on both.
            for field in ["Priority", "DeleteMarkerReplication"].iter().filter(|field| rule.get(field).is_none()) {
                found.push(problem(&path, format!("{field} is missing, which a rule with a Filter needs"), PAGE));
            }
        }
        let bucket = rule.get("Destination").and_then(|to| text(to, "Bucket"));
        if bucket.is_some_and(|bucket| !bucket.starts_with("arn:")) {
            found.push(problem(format!("{path}.Destination.Bucket"), "it must be an ARN: arn:aws:s3:::bucket", PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_is_a_sentence() {
        let rule = json!({
            "Status": "Enabled", "Priority": 1, "Filter": { "Prefix": "a/" },
            "DeleteMarkerReplication": { "Status": "Enabled" },
            "Destination": { "Bucket": "arn:aws:s3:::copy", "StorageClass": "STANDARD_IA" }
        });
        let document = json!({ "Role": "arn:aws:iam::1:role/r", "Rules": [rule] });
        assert_eq!(summary(&document), ["Objects under a/ are copied to copy as STANDARD_IA, with delete markers"]);
        assert!(DOCUMENT.problems(&document, None).is_empty());
    }

    #[test]
    fn what_s3_would_refuse_is_named() {
        let rule = json!({ "Priority": 1, "Filter": {}, "Destination": { "Bucket": "copy" } });
        let found = rules(&json!({ "Rules": [rule.clone(), rule] }));
        let paths: Vec<_> = found.iter().map(|own| own.path.as_str()).collect();
        assert_eq!(
            paths,
            ["Rules[0]", "Rules[0].Destination.Bucket", "Rules[1].Priority", "Rules[1]", "Rules[1].Destination.Bucket"]
        );
    }
}
