//! Transfer Acceleration: a way to the bucket over Amazon's edge locations.

use serde_json::Value;

use super::look::{problem, text};
use super::shape::word;
use super::{Document, Layout, Problem, Removal};

const PAGE: &str =
    "Amazon S3 User Guide, Configuring fast, secure file transfers using Amazon S3 Transfer Acceleration";

/// Transfer Acceleration.
pub(super) const DOCUMENT: Document = Document {
    name: "accelerate",
    title: "Transfer Acceleration",
    query: "accelerate",
    root: "AccelerateConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[word("Status", &["Enabled", "Suspended"])],
    headers: &[],
    read: "s3:GetAccelerateConfiguration",
    write: "s3:PutAccelerateConfiguration",
    removal: Removal::Never,
    unset: "never switched on",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    match text(document, "Status") {
        Some("Enabled") => vec!["on: the bucket can be reached over the nearest edge location".to_owned()],
        Some("Suspended") => vec!["switched off".to_owned()],
        other => other.map(str::to_owned).into_iter().collect(),
    }
}

fn rules(document: &Value) -> Vec<Problem> {
    let missing = document.get("Status").is_none();
    missing.then(|| problem("", "Status is missing: Enabled or Suspended", PAGE)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_status_has_its_sentence() {
        assert!(summary(&json!({ "Status": "Enabled" }))[0].starts_with("on"));
        assert!(summary(&json!({})).is_empty() && rules(&json!({})).len() == 1);
    }
}
