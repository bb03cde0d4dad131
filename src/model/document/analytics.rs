//! Storage class analysis: which objects would be cheaper elsewhere.

use serde_json::Value;

use super::look::{items, text};
use super::scope::{filtered_problems, scope};
use super::shape::{BY_PREFIX_AND_TAGS, Field, Form, group, list, text as text_field, word};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketAnalyticsConfiguration";
const LIST: &str = "AnalyticsConfigurationList";

const BUCKET: &[Field] = &[
    word("Format", &["CSV"]).required(),
    text_field("BucketAccountId"),
    text_field("Bucket").required(),
    text_field("Prefix"),
];

const EXPORT: &[Field] = &[
    word("OutputSchemaVersion", &["V_1"]).required(),
    group("Destination", &[group("S3BucketDestination", BUCKET).required()]).required(),
];

const CONFIGURATION: &[Field] = &[
    text_field("Id").required(),
    BY_PREFIX_AND_TAGS,
    group("StorageClassAnalysis", &[group("DataExport", EXPORT)]).required(),
];

/// Storage class analysis.
pub(super) const DOCUMENT: Document = Document {
    name: "analytics",
    title: "Storage class analysis",
    query: "analytics",
    root: "ListBucketAnalyticsConfigurationResult",
    wrapper: None,
    layout: Layout::Each(LIST, "AnalyticsConfiguration"),
    fields: &[list(LIST, "AnalyticsConfiguration", &Form::Group(CONFIGURATION))],
    headers: &[],
    read: "s3:GetAnalyticsConfiguration",
    write: "s3:PutAnalyticsConfiguration",
    removal: Removal::Delete("s3:PutAnalyticsConfiguration"),
    unset: "none",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    items(document, LIST).iter().map(sentence).collect()
}

fn sentence(own: &Value) -> String {
    let to = own.pointer("/StorageClassAnalysis/DataExport/Destination/S3BucketDestination");
    let to = to.map(|to| {
        let bucket = text(to, "Bucket").unwrap_or_default();
        let bucket = bucket.rsplit(':').next().unwrap_or(bucket);
        format!(", and the result goes to s3://{bucket}/{}", text(to, "Prefix").unwrap_or_default())
    });
    let id = text(own, "Id").unwrap_or_default();
    format!("{id}: how often {} are read is watched{}", scope(own), to.unwrap_or_default())
}

fn rules(document: &Value) -> Vec<Problem> {
    filtered_problems(document, LIST, PAGE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_watched_is_said() {
        let to = json!({ "Format": "CSV", "Bucket": "arn:aws:s3:::logs", "Prefix": "x/" });
        let export = json!({ "OutputSchemaVersion": "V_1", "Destination": { "S3BucketDestination": to } });
        let own = json!({ "Id": "a", "StorageClassAnalysis": { "DataExport": export } });
        let document = json!({ LIST: [own] });
        assert_eq!(
            summary(&document),
            ["a: how often all objects are read is watched, and the result goes to s3://logs/x/"]
        );
        assert!(DOCUMENT.problems(&document, None).is_empty());
        assert_eq!(DOCUMENT.problems(&json!({ LIST: [{ "Id": "a" }] }), None).len(), 1);
    }
}
