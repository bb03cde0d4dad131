//! The bucket policy: statements that allow and deny. What it comes to for whom is not judged here.

use serde_json::Value;

use super::look::{listed, problem, text};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "IAM User Guide, IAM JSON policy element reference";

/// The largest policy that a bucket takes, in bytes (Amazon S3 User Guide, "Bucket policies").
const MAX_BYTES: usize = 20 * 1024;

/// What a policy may hold, and what a statement.
const FIELDS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// The bucket policy.
pub(super) const DOCUMENT: Document = Document {
    name: "policy",
    title: "Policy",
    query: "policy",
    root: "",
    wrapper: Some("Policy"),
    layout: Layout::Json,
    fields: &[],
    headers: &[],
    read: "s3:GetBucketPolicy",
    write: "s3:PutBucketPolicy",
    removal: Removal::Delete("s3:DeleteBucketPolicy"),
    unset: "none: the bucket itself lets nobody in",
    page: PAGE,
    summary,
    rules,
};

/// Returns the statements: a single one may stand without a list.
fn statements(document: &Value) -> Vec<&Value> {
    match document.get("Statement") {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(only) => vec![only],
        None => Vec::new(),
    }
}

fn summary(document: &Value) -> Vec<String> {
    statements(document).into_iter().map(sentence).collect()
}

fn sentence(statement: &Value) -> String {
    let does = match text(statement, "Effect") {
        Some("Allow") => "may",
        _ => "must not",
    };
    let either = |name: &str, not: &str| match (statement.get(name), statement.get(not)) {
        (Some(own), _) => some(own),
        (None, Some(own)) => format!("all but {}", some(own)),
        (None, None) => "nothing".to_owned(),
    };
    let who = match statement.get("Principal") {
        Some(own) if is_everyone(own) => "everyone".to_owned(),
        _ => either("Principal", "NotPrincipal"),
    };
    let (what, on) = (either("Action", "NotAction"), either("Resource", "NotResource"));
    let sid = text(statement, "Sid").filter(|sid| !sid.is_empty()).map(|sid| format!("{sid}: ")).unwrap_or_default();
    let condition = if statement.get("Condition").is_some() { ", under a condition" } else { "" };
    format!("{sid}{who} {does} {what} on {on}{condition}")
}

fn is_everyone(principal: &Value) -> bool {
    let star = |value: &Value| match value {
        Value::Array(items) => items.iter().any(|item| item == "*"),
        value => value == "*",
    };
    star(principal) || principal.get("AWS").is_some_and(star)
}

/// Returns one or several values in words: `a, b and c`.
fn some(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => listed(&items.iter().map(some).collect::<Vec<_>>()),
        Value::Object(fields) => {
            listed(&fields.iter().map(|(kind, own)| format!("{kind} {}", some(own))).collect::<Vec<_>>())
        }
        other => other.to_string(),
    }
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    if document.to_string().len() > MAX_BYTES {
        found.push(problem("", "a bucket policy may have 20 KiB at most", "Amazon S3 User Guide, Bucket policies"));
    }
    found.extend(unknown(document, &FIELDS, ""));
    if !matches!(text(document, "Version"), None | Some("2012-10-17" | "2008-10-17")) {
        found.push(problem("Version", "it must be 2012-10-17 or 2008-10-17", PAGE));
    }
    let statements = statements(document);
    if statements.is_empty() {
        found.push(problem("", "Statement is missing", PAGE));
    }
    let mut sids = std::collections::HashSet::new();
    for (index, statement) in statements.into_iter().enumerate() {
        let path = format!("Statement[{index}]");
        found.extend(unknown(statement, &STATEMENT, &path));
        if !matches!(text(statement, "Effect"), Some("Allow" | "Deny")) {
            found.push(problem(format!("{path}.Effect"), "it must be Allow or Deny", PAGE));
        }
        for (name, not) in [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")] {
            if statement.get(name).is_some() == statement.get(not).is_some() {
                found.push(problem(&path, format!("it must have exactly one of {name} and {not}"), PAGE));
            }
        }
        if let Some(sid) = text(statement, "Sid").filter(|sid| !sid.is_empty())
            && !sids.insert(sid)
        {
            found.push(problem(format!("{path}.Sid"), "another statement has the same", PAGE));
        }
    }
    found
}

fn unknown(value: &Value, known: &[&str], path: &str) -> Vec<Problem> {
    let names = value.as_object().into_iter().flat_map(serde_json::Map::keys);
    let dot = if path.is_empty() { "" } else { "." };
    names
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| problem(format!("{path}{dot}{name}"), "there is no such field", PAGE))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_is_a_sentence() {
        let open = json!({
            "Sid": "Open", "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*"
        });
        let tls = json!({
            "Effect": "Deny", "Principal": { "AWS": ["arn:aws:iam::1:root", "arn:aws:iam::2:root"] },
            "NotAction": ["s3:ListBucket"], "Resource": "*", "Condition": { "Bool": {} }
        });
        assert_eq!(
            summary(&json!({ "Statement": [open.clone(), tls] })),
            [
                "Open: everyone may s3:GetObject on arn:aws:s3:::b/*",
                "AWS arn:aws:iam::1:root and arn:aws:iam::2:root must not all but s3:ListBucket on *, under a condition"
            ]
        );
        assert_eq!(summary(&json!({ "Statement": open })).len(), 1, "a single statement needs no list");
    }

    #[test]
    fn what_s3_would_refuse_is_named() {
        let bad = json!({ "Effect": "allow", "Action": "s3:*", "Resource": "*", "Actions": [] });
        let paths: Vec<_> =
            rules(&json!({ "Version": "2020", "Statement": [bad] })).into_iter().map(|own| own.path).collect();
        assert_eq!(paths, ["Version", "Statement[0].Actions", "Statement[0].Effect", "Statement[0]"]);
        assert_eq!(rules(&json!({}))[0].message, "Statement is missing");
    }
}
