//! CORS: what pages of other sites may do with the bucket from a browser.

use std::fmt::Write as _;

use serde_json::Value;

use super::look::{doubles, items, listed, number, problem, text, texts};
use super::shape::{Field, Form, list, number as number_field, text as text_field};
use super::{Document, Layout, Problem, Removal};
use crate::model::text::counted;

const PAGE: &str = "Amazon S3 User Guide, Elements of a CORS configuration";

const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "HEAD"];

const RULE: &[Field] = &[
    text_field("ID"),
    list("AllowedOrigins", "AllowedOrigin", &Form::Text).required(),
    list("AllowedMethods", "AllowedMethod", &Form::Word(METHODS)).required(),
    list("AllowedHeaders", "AllowedHeader", &Form::Text),
    list("ExposeHeaders", "ExposeHeader", &Form::Text),
    number_field("MaxAgeSeconds"),
];

/// CORS.
pub(super) const DOCUMENT: Document = Document {
    name: "cors",
    title: "CORS",
    query: "cors",
    root: "CORSConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[list("CORSRules", "CORSRule", &Form::Group(RULE)).required()],
    headers: &[],
    read: "s3:GetBucketCORS",
    write: "s3:PutBucketCORS",
    removal: Removal::Delete("s3:PutBucketCORS"),
    unset: "none: browsers let no page of another site read from the bucket",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    items(document, "CORSRules").iter().map(sentence).collect()
}

fn sentence(rule: &Value) -> String {
    let origins = texts(rule, "AllowedOrigins");
    let who = match origins.as_slice() {
        [] => "no page".to_owned(),
        all if all.contains(&"*") => "pages of any site".to_owned(),
        some => format!("pages of {}", listed(some)),
    };
    let mut words = format!("{who} may send {}", listed(&texts(rule, "AllowedMethods")));
    match texts(rule, "AllowedHeaders").as_slice() {
        [] => {}
        all if all.contains(&"*") => words.push_str(" with any header"),
        some => {
            let _ = write!(words, " with {}", listed(some));
        }
    }
    let shown = texts(rule, "ExposeHeaders");
    if !shown.is_empty() {
        let _ = write!(words, " and see {}", listed(&shown));
    }
    if let Some(seconds) = number(rule, "MaxAgeSeconds") {
        let _ = write!(words, "; the answer is remembered for {}", counted(seconds, "second", "seconds"));
    }
    words
}

fn rules(document: &Value) -> Vec<Problem> {
    let rules = items(document, "CORSRules");
    let mut found = doubles(document, "CORSRules", "ID", PAGE);
    if rules.is_empty() || rules.len() > 100 {
        found.push(problem("CORSRules", "there must be 1 to 100 rules", PAGE));
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = |field: &str| format!("CORSRules[{index}].{field}");
        for field in ["AllowedOrigins", "AllowedMethods"] {
            if rule.get(field).is_some() && items(rule, field).is_empty() {
                found.push(problem(path(field), "it must name one at least", PAGE));
            }
        }
        for field in ["AllowedOrigins", "AllowedHeaders"] {
            for (at, value) in texts(rule, field).into_iter().enumerate() {
                if value.matches('*').count() > 1 {
                    found.push(problem(format!("{}[{at}]", path(field)), "at most one * may stand in it", PAGE));
                }
            }
        }
        for (at, value) in texts(rule, "ExposeHeaders").into_iter().enumerate() {
            if value.contains('*') {
                found.push(problem(format!("{}[{at}]", path("ExposeHeaders")), "no * may stand in it", PAGE));
            }
        }
        if text(rule, "ID").is_some_and(|id| id.chars().count() > 255) {
            found.push(problem(path("ID"), "it must not be longer than 255 characters", PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_is_a_sentence() {
        let open = json!({ "CORSRules": [{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"] }] });
        assert_eq!(summary(&open), ["pages of any site may send GET and HEAD"]);
        let rule = json!({
            "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60
        });
        assert_eq!(
            summary(&json!({ "CORSRules": [rule] })),
            [
                "pages of https://a.example may send PUT with any header and see ETag; the answer is remembered for 60 seconds"
            ]
        );
    }

    #[test]
    fn what_s3_would_refuse_is_named() {
        let rule = json!({
            "ID": "x", "AllowedOrigins": ["https://*.*"], "AllowedMethods": [], "ExposeHeaders": ["x-*"]
        });
        let paths: Vec<_> =
            rules(&json!({ "CORSRules": [rule.clone(), rule] })).into_iter().map(|own| own.path).collect();
        assert!(paths.contains(&"CORSRules[1].ID".to_owned()), "{paths:?}");
        for field in ["AllowedOrigins[0]", "AllowedMethods", "ExposeHeaders[0]"] {
            assert!(paths.contains(&format!("CORSRules[0].{field}")), "{field}: {paths:?}");
        }
        assert_eq!(rules(&json!({ "CORSRules": [] }))[0].path, "CORSRules");
    }
}
