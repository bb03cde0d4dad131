//! Object Lock: for how long versions cannot be deleted.

use serde_json::Value;

use super::look::{days, number, problem, text};
use super::shape::{Field, group, number as number_field, word};
use super::{Document, Layout, Problem, Removal};
use crate::model::text::counted;

const PAGE: &str = "Amazon S3 API Reference, PutObjectLockConfiguration";

const RETENTION: &[Field] = &[word("Mode", &["GOVERNANCE", "COMPLIANCE"]), number_field("Days"), number_field("Years")];

/// Object Lock.
pub(super) const DOCUMENT: Document = Document {
    name: "object-lock",
    title: "Object Lock",
    query: "object-lock",
    root: "ObjectLockConfiguration",
    wrapper: Some("ObjectLockConfiguration"),
    layout: Layout::Xml,
    fields: &[word("ObjectLockEnabled", &["Enabled"]), group("Rule", &[group("DefaultRetention", RETENTION)])],
    headers: &[],
    read: "s3:GetBucketObjectLockConfiguration",
    write: "s3:PutBucketObjectLockConfiguration",
    removal: Removal::Never,
    unset: "off: versions can be deleted at any time",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    if text(document, "ObjectLockEnabled") != Some("Enabled") {
        return Vec::new();
    }
    let on = "on, for good: versions can be locked against deletion".to_owned();
    let Some(default) = document.pointer("/Rule/DefaultRetention") else {
        return vec![on, "new objects are not locked by themselves".to_owned()];
    };
    let years = number(default, "Years").map(|count| counted(count, "year", "years"));
    let time = years.or_else(|| number(default, "Days").map(days)).unwrap_or_else(|| "no time".to_owned());
    let who = match text(default, "Mode") {
        Some("COMPLIANCE") => "and nobody can shorten that",
        _ => "unless somebody may bypass governance",
    };
    vec![on, format!("new objects are locked for {time}, {who}")]
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    if document.get("ObjectLockEnabled").is_none() {
        found.push(problem("", "ObjectLockEnabled is missing, which must be Enabled", PAGE));
    }
    if let Some(default) = document.pointer("/Rule/DefaultRetention") {
        let path = "Rule.DefaultRetention";
        if default.get("Mode").is_none() {
            found.push(problem(path, "Mode is missing", PAGE));
        }
        if default.get("Days").is_some() == default.get("Years").is_some() {
            found.push(problem(path, "it must have exactly one of Days and Years", PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_default_retention_is_said_and_checked() {
        let lock = |default: Value| json!({ "ObjectLockEnabled": "Enabled", "Rule": { "DefaultRetention": default } });
        let good = lock(json!({ "Mode": "COMPLIANCE", "Years": 1 }));
        assert_eq!(summary(&good)[1], "new objects are locked for 1 year, and nobody can shorten that");
        assert!(rules(&good).is_empty());
        assert_eq!(rules(&lock(json!({ "Days": 1, "Years": 1 }))).len(), 2);
    }
}
