//! Object Ownership: whose objects are that others write, and whether ACLs count.

use serde_json::Value;

use super::look::{items, problem, text};
use super::shape::{Form, list, word};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 User Guide, Controlling ownership of objects and disabling ACLs for your bucket";

/// Object Ownership.
pub(super) const DOCUMENT: Document = Document {
    name: "ownership",
    title: "Object Ownership",
    query: "ownershipControls",
    root: "OwnershipControls",
    wrapper: Some("OwnershipControls"),
    layout: Layout::Xml,
    fields: &[list(
        "Rules",
        "Rule",
        &Form::Group(&[
            word("ObjectOwnership", &["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]).required()
        ]),
    )
    .required()],
    headers: &[],
    read: "s3:GetBucketOwnershipControls",
    write: "s3:PutBucketOwnershipControls",
    removal: Removal::Delete("s3:PutBucketOwnershipControls"),
    unset: "none: ACLs count, and objects belong to who writes them",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let words = |rule: &Value| match text(rule, "ObjectOwnership").unwrap_or_default() {
        "BucketOwnerEnforced" => "ACLs are disabled: the bucket's owner owns all objects".to_owned(),
        "BucketOwnerPreferred" => {
            "ACLs count; the bucket's owner owns what is written with bucket-owner-full-control".to_owned()
        }
        "ObjectWriter" => "ACLs count, and objects belong to who writes them".to_owned(),
        other => other.to_owned(),
    };
    items(document, "Rules").iter().map(words).collect()
}

fn rules(document: &Value) -> Vec<Problem> {
    let is_one = items(document, "Rules").len() == 1;
    (!is_one).then(|| problem("Rules", "there must be exactly one rule", PAGE)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_rule_has_its_sentence() {
        let document = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
        assert!(summary(&document)[0].starts_with("ACLs are disabled") && rules(&document).is_empty());
        assert_eq!(rules(&json!({ "Rules": [] })).len(), 1);
    }
}
