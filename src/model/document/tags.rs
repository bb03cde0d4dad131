//! Tags of the bucket, which bills can be split by.

use serde_json::Value;

use super::look::{doubles, items, problem, text};
use super::shape::{Form, TAG, wrapped};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 User Guide, Using cost allocation S3 bucket tags";

/// Tags.
pub(super) const DOCUMENT: Document = Document {
    name: "tags",
    title: "Tags",
    query: "tagging",
    root: "Tagging",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[wrapped("TagSet", "Tag", &Form::Group(TAG)).required()],
    headers: &[],
    read: "s3:GetBucketTagging",
    write: "s3:PutBucketTagging",
    removal: Removal::Delete("s3:PutBucketTagging"),
    unset: "none",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let line =
        |tag: &Value| format!("{} = {}", text(tag, "Key").unwrap_or_default(), text(tag, "Value").unwrap_or_default());
    items(document, "TagSet").iter().map(line).collect()
}

fn rules(document: &Value) -> Vec<Problem> {
    let tags = items(document, "TagSet");
    let mut found = doubles(document, "TagSet", "Key", PAGE);
    if tags.len() > 50 {
        found.push(problem("TagSet", "there may be 50 tags at most", PAGE));
    }
    for (index, tag) in tags.iter().enumerate() {
        let (key, value) = (text(tag, "Key").unwrap_or_default(), text(tag, "Value").unwrap_or_default());
        if key.is_empty() || key.chars().count() > 128 {
            found.push(problem(format!("TagSet[{index}].Key"), "it must have 1 to 128 characters", PAGE));
        }
        if key.starts_with("aws:") {
            found.push(problem(format!("TagSet[{index}].Key"), "aws: is kept for Amazon's own tags", PAGE));
        }
        if value.chars().count() > 256 {
            found.push(problem(format!("TagSet[{index}].Value"), "it must not be longer than 256 characters", PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tags_are_listed_and_checked() {
        let tag = |key: &str| json!({ "Key": key, "Value": "v" });
        assert_eq!(summary(&json!({ "TagSet": [tag("a"), tag("b")] })), ["a = v", "b = v"]);
        let found = rules(&json!({ "TagSet": [tag("a"), tag("a"), tag(""), tag("aws:x")] }));
        let paths: Vec<_> = found.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["TagSet[1].Key", "TagSet[2].Key", "TagSet[3].Key"]);
    }
}
