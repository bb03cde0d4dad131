//! Inventory: lists of all objects, written by S3 each day or week.

use serde_json::Value;

use super::look::{doubles, is_true, items, problem, text};
use super::shape::{Field, Form, flag, group, list, text as text_field, word, wrapped};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketInventoryConfiguration";
const LIST: &str = "InventoryConfigurationList";

const COLUMNS: &[&str] = &[
    "Size",
    "LastModifiedDate",
    "StorageClass",
    "ETag",
    "IsMultipartUploaded",
    "ReplicationStatus",
    "EncryptionStatus",
    "ObjectLockRetainUntilDate",
    "ObjectLockMode",
    "ObjectLockLegalHoldStatus",
    "IntelligentTieringAccessTier",
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ObjectAccessControlList",
    "ObjectOwner",
    "LifecycleExpirationDate",
];

const BUCKET: &[Field] = &[
    text_field("AccountId"),
    text_field("Bucket").required(),
    word("Format", &["CSV", "ORC", "Parquet"]).required(),
    text_field("Prefix"),
    group(
        "Encryption",
        &[
            group("SSES3", &[]).as_element("SSE-S3"),
            group("SSEKMS", &[text_field("KeyId").required()]).as_element("SSE-KMS"),
        ],
    ),
];

const CONFIGURATION: &[Field] = &[
    group("Destination", &[group("S3BucketDestination", BUCKET).required()]).required(),
    flag("IsEnabled").required(),
    group("Filter", &[text_field("Prefix").required()]),
    text_field("Id").required(),
    word("IncludedObjectVersions", &["All", "Current"]).required(),
    wrapped("OptionalFields", "Field", &Form::Word(COLUMNS)),
    group("Schedule", &[word("Frequency", &["Daily", "Weekly"]).required()]).required(),
];

/// Inventory.
pub(super) const DOCUMENT: Document = Document {
    name: "inventory",
    title: "Inventory",
    query: "inventory",
    root: "ListInventoryConfigurationsResult",
    wrapper: None,
    layout: Layout::Each(LIST, "InventoryConfiguration"),
    fields: &[list(LIST, "InventoryConfiguration", &Form::Group(CONFIGURATION))],
    headers: &[],
    read: "s3:GetInventoryConfiguration",
    write: "s3:PutInventoryConfiguration",
    removal: Removal::Delete("s3:PutInventoryConfiguration"),
    unset: "none",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    items(document, LIST).iter().map(sentence).collect()
}

fn sentence(own: &Value) -> String {
    let word = |path: &str| own.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let off = if is_true(own, "IsEnabled") { "" } else { "(switched off) " };
    let which = if text(own, "IncludedObjectVersions") == Some("All") { "versions" } else { "objects" };
    let under = match word("/Filter/Prefix") {
        "" => String::new(),
        prefix => format!(" under {prefix}"),
    };
    let often = word("/Schedule/Frequency").to_lowercase();
    let bucket = word("/Destination/S3BucketDestination/Bucket");
    let bucket = bucket.rsplit(':').next().unwrap_or(bucket);
    let (prefix, format) =
        (word("/Destination/S3BucketDestination/Prefix"), word("/Destination/S3BucketDestination/Format"));
    let id = text(own, "Id").unwrap_or_default();
    format!("{off}{id}: all {which}{under} are listed {often} in s3://{bucket}/{prefix} as {format}")
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = doubles(document, LIST, "Id", PAGE);
    for (index, own) in items(document, LIST).iter().enumerate() {
        let bucket = own.pointer("/Destination/S3BucketDestination/Bucket").and_then(Value::as_str);
        if bucket.is_some_and(|bucket| !bucket.starts_with("arn:")) {
            let path = format!("{LIST}[{index}].Destination.S3BucketDestination.Bucket");
            found.push(problem(path, "it must be an ARN: arn:aws:s3:::bucket", PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_a_sentence() {
        let own = |bucket: &str| {
            let to = json!({ "Bucket": bucket, "Format": "CSV", "Prefix": "lists" });
            json!({ LIST: [{
                "Id": "all", "IsEnabled": true, "IncludedObjectVersions": "Current",
                "Schedule": { "Frequency": "Daily" }, "Destination": { "S3BucketDestination": to }
            }] })
        };
        let good = own("arn:aws:s3:::logs");
        assert_eq!(summary(&good), ["all: all objects are listed daily in s3://logs/lists as CSV"]);
        assert!(DOCUMENT.problems(&good, None).is_empty());
        assert!(rules(&own("logs"))[0].path.ends_with("S3BucketDestination.Bucket"));
    }
}
