//! Who pays for requests and what they transfer.

use serde_json::Value;

use super::look::{no_rules, text};
use super::shape::word;
use super::{Document, Layout, Removal};

/// Request payment.
pub(super) const DOCUMENT: Document = Document {
    name: "request-payment",
    title: "Request payment",
    query: "requestPayment",
    root: "RequestPaymentConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[word("Payer", &["Requester", "BucketOwner"]).required()],
    headers: &[],
    read: "s3:GetBucketRequestPayment",
    write: "s3:PutBucketRequestPayment",
    removal: Removal::Never,
    unset: "the bucket's owner pays for requests",
    page: "Amazon S3 User Guide, Using Requester Pays general purpose buckets",
    summary,
    rules: no_rules,
};

fn summary(document: &Value) -> Vec<String> {
    match text(document, "Payer") {
        Some("Requester") => vec!["who asks pays for requests and what they transfer".to_owned()],
        Some("BucketOwner") => vec!["the bucket's owner pays for requests".to_owned()],
        other => other.map(str::to_owned).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_payer_is_named() {
        assert!(summary(&json!({ "Payer": "Requester" }))[0].starts_with("who asks pays"));
        assert!(summary(&json!({ "Payer": "BucketOwner" }))[0].starts_with("the bucket's owner pays"));
    }
}
