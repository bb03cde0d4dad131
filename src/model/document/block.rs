//! Block Public Access: four switches that hold back what is public.

use serde_json::Value;

use super::look::{is_true, no_rules};
use super::shape::flag;
use super::{Document, Layout, Removal};

/// Block Public Access.
pub(super) const DOCUMENT: Document = Document {
    name: "public-access-block",
    title: "Block Public Access",
    query: "publicAccessBlock",
    root: "PublicAccessBlockConfiguration",
    wrapper: Some("PublicAccessBlockConfiguration"),
    layout: Layout::Xml,
    fields: &[
        flag("BlockPublicAcls"),
        flag("IgnorePublicAcls"),
        flag("BlockPublicPolicy"),
        flag("RestrictPublicBuckets"),
    ],
    headers: &[],
    read: "s3:GetBucketPublicAccessBlock",
    write: "s3:PutBucketPublicAccessBlock",
    removal: Removal::Delete("s3:PutBucketPublicAccessBlock"),
    unset: "none: nothing public is held back by the bucket itself",
    page: "Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
    summary,
    rules: no_rules,
};

fn summary(document: &Value) -> Vec<String> {
    let switches = [
        ("BlockPublicAcls", "writes that would make something public by an ACL are refused"),
        ("IgnorePublicAcls", "grants of ACLs to everyone count for nothing"),
        ("BlockPublicPolicy", "a bucket policy that is public is refused"),
        ("RestrictPublicBuckets", "where the policy is public, only the owner's account and AWS services get in"),
    ];
    let line = |(name, words): (&str, &str)| {
        let state = if is_true(document, name) { "on" } else { "off" };
        format!("{name} is {state}: {}{words}", if state == "on" { "" } else { "not so that " })
    };
    switches.map(line).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_switch_is_on_or_off() {
        let lines = summary(&json!({ "BlockPublicAcls": true }));
        assert!(lines[0].starts_with("BlockPublicAcls is on") && lines[1].starts_with("IgnorePublicAcls is off"));
    }
}
