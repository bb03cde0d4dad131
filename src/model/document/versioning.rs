//! Versioning and MFA delete.

use serde_json::Value;

use super::look::{problem, text};
use super::shape::word;
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketVersioning";

/// Versioning.
pub(super) const DOCUMENT: Document = Document {
    name: "versioning",
    title: "Versioning",
    query: "versioning",
    root: "VersioningConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[
        word("Status", &["Enabled", "Suspended"]),
        word("MFADelete", &["Enabled", "Disabled"]).as_element("MfaDelete"),
    ],
    headers: &[],
    read: "s3:GetBucketVersioning",
    write: "s3:PutBucketVersioning",
    removal: Removal::Never,
    unset: "never switched on: what is deleted or replaced is lost",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let status = match text(document, "Status") {
        Some("Enabled") => "on: what is deleted or replaced is kept as an old version",
        Some("Suspended") => "suspended: old versions are kept, and no new ones are made",
        _ => return Vec::new(),
    };
    let mfa = (text(document, "MFADelete") == Some("Enabled"))
        .then_some("versions are deleted for good only with the root user's MFA device");
    std::iter::once(status).chain(mfa).map(str::to_owned).collect()
}

fn rules(document: &Value) -> Vec<Problem> {
    let missing = document.get("Status").is_none();
    let words = "Status is missing: versioning cannot be taken away once it was on, only suspended";
    missing.then(|| problem("", words, PAGE)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_status_has_its_sentence() {
        assert!(summary(&json!({ "Status": "Enabled" }))[0].starts_with("on"));
        assert_eq!(summary(&json!({ "Status": "Suspended", "MFADelete": "Enabled" })).len(), 2);
        assert!(summary(&json!({})).is_empty());
        assert_eq!(rules(&json!({})).len(), 1);
    }
}
