//! The static website: which page is shown for a folder, which for an error, and what is redirected.

use std::fmt::Write as _;

use serde_json::Value;

use super::look::{items, problem, text};
use super::shape::{Field, Form, group, text as text_field, word, wrapped};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketWebsite";

const PROTOCOL: Field = word("Protocol", &["http", "https"]);

const RULE: &[Field] = &[
    group("Condition", &[text_field("HttpErrorCodeReturnedEquals"), text_field("KeyPrefixEquals")]),
    group(
        "Redirect",
        &[
            text_field("HostName"),
            text_field("HttpRedirectCode"),
            PROTOCOL,
            text_field("ReplaceKeyPrefixWith"),
            text_field("ReplaceKeyWith"),
        ],
    )
    .required(),
];

/// The static website.
pub(super) const DOCUMENT: Document = Document {
    name: "website",
    title: "Website",
    query: "website",
    root: "WebsiteConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[
        group("IndexDocument", &[text_field("Suffix").required()]),
        group("ErrorDocument", &[text_field("Key").required()]),
        group("RedirectAllRequestsTo", &[text_field("HostName").required(), PROTOCOL]),
        wrapped("RoutingRules", "RoutingRule", &Form::Group(RULE)),
    ],
    headers: &[],
    read: "s3:GetBucketWebsite",
    write: "s3:PutBucketWebsite",
    removal: Removal::Delete("s3:DeleteBucketWebsite"),
    unset: "none: the bucket is no website",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(all) = document.get("RedirectAllRequestsTo") {
        let host = text(all, "HostName").unwrap_or_default();
        let protocol = text(all, "Protocol").map(|protocol| format!("{protocol}://")).unwrap_or_default();
        lines.push(format!("all requests are redirected to {protocol}{host}"));
    }
    if let Some(suffix) = document.get("IndexDocument").and_then(|own| text(own, "Suffix")) {
        lines.push(format!("a folder shows its {suffix}"));
    }
    if let Some(key) = document.get("ErrorDocument").and_then(|own| text(own, "Key")) {
        lines.push(format!("an error shows {key}"));
    }
    lines.extend(items(document, "RoutingRules").iter().map(redirect));
    lines
}

fn redirect(rule: &Value) -> String {
    let none = Value::Null;
    let (condition, to) = (rule.get("Condition").unwrap_or(&none), rule.get("Redirect").unwrap_or(&none));
    let prefix = text(condition, "KeyPrefixEquals").map(|prefix| format!(" under {prefix}")).unwrap_or_default();
    let code = text(condition, "HttpErrorCodeReturnedEquals").map(|code| format!(" that end with {code}"));
    let mut words = format!("requests{prefix}{} are redirected", code.unwrap_or_default());
    if let Some(host) = text(to, "HostName") {
        let _ = write!(words, " to {}{host}", text(to, "Protocol").map(|own| format!("{own}://")).unwrap_or_default());
    }
    if let Some(key) = text(to, "ReplaceKeyWith") {
        let _ = write!(words, " to the key {key}");
    }
    if let Some(prefix) = text(to, "ReplaceKeyPrefixWith") {
        let _ = write!(words, " to the prefix {prefix}");
    }
    if let Some(code) = text(to, "HttpRedirectCode") {
        let _ = write!(words, " with {code}");
    }
    words
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    let others = ["IndexDocument", "ErrorDocument", "RoutingRules"];
    let redirects = document.get("RedirectAllRequestsTo").is_some();
    if redirects && others.iter().any(|name| document.get(name).is_some()) {
        found.push(problem("RedirectAllRequestsTo", "nothing else may stand beside it", PAGE));
    }
    if !redirects && document.get("IndexDocument").is_none() {
        found.push(problem("", "IndexDocument is missing", PAGE));
    }
    let suffix = document.get("IndexDocument").and_then(|own| text(own, "Suffix"));
    if suffix.is_some_and(|suffix| suffix.is_empty() || suffix.contains('/')) {
        found.push(problem("IndexDocument.Suffix", "it must not be empty or hold a slash", PAGE));
    }
    let routes = items(document, "RoutingRules");
    if routes.len() > 50 {
        found.push(problem("RoutingRules", "there may be 50 rules at most", PAGE));
    }
    for (index, rule) in routes.iter().enumerate() {
        let to = rule.get("Redirect").unwrap_or(&Value::Null);
        if to.get("ReplaceKeyWith").is_some() && to.get("ReplaceKeyPrefixWith").is_some() {
            let words = "only one of ReplaceKeyWith and ReplaceKeyPrefixWith may stand in it";
            found.push(problem(format!("RoutingRules[{index}].Redirect"), words, PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_and_redirects_are_said() {
        let rule =
            json!({ "Condition": { "KeyPrefixEquals": "old/" }, "Redirect": { "ReplaceKeyPrefixWith": "new/" } });
        let site = json!({
            "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "404.html" }, "RoutingRules": [rule]
        });
        assert_eq!(
            summary(&site),
            [
                "a folder shows its index.html",
                "an error shows 404.html",
                "requests under old/ are redirected to the prefix new/"
            ]
        );
        let away = json!({ "RedirectAllRequestsTo": { "HostName": "a.example", "Protocol": "https" } });
        assert_eq!(summary(&away), ["all requests are redirected to https://a.example"]);
    }

    #[test]
    fn what_s3_would_refuse_is_named() {
        assert_eq!(rules(&json!({ "ErrorDocument": { "Key": "x" } }))[0].message, "IndexDocument is missing");
        let both = json!({ "RedirectAllRequestsTo": { "HostName": "h" }, "IndexDocument": { "Suffix": "a/b" } });
        let paths: Vec<_> = rules(&both).into_iter().map(|own| own.path).collect();
        assert_eq!(paths, ["RedirectAllRequestsTo", "IndexDocument.Suffix"]);
    }
}
