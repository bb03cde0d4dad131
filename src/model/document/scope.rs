//! Filters: which objects a rule is about. Lifecycle, replication, tiers, metrics and analytics share their form.

use std::fmt::Write as _;

use serde_json::Value;

use super::Problem;
use super::look::{doubles, items, listed, number, problem, text};
use crate::model::text::size;

/// Returns which objects a rule is about: `objects under logs/ tagged team=a, larger than 1 MiB`.
pub fn scope(rule: &Value) -> String {
    let filter = rule.get("Filter").unwrap_or(rule);
    let filter = filter.get("And").unwrap_or(filter);
    let prefix = text(filter, "Prefix").filter(|prefix| !prefix.is_empty());
    let tags: Vec<_> = items(filter, "Tags").iter().chain(filter.get("Tag")).map(tag).collect();
    let mut words = match (prefix, tags.is_empty()) {
        (None, true) if bounds(filter).is_empty() && text(filter, "AccessPointArn").is_none() => {
            "all objects".to_owned()
        }
        (None, _) => "objects".to_owned(),
        (Some(prefix), _) => format!("objects under {prefix}"),
    };
    if !tags.is_empty() {
        let _ = write!(words, " tagged {}", listed(&tags));
    }
    if let Some(point) = text(filter, "AccessPointArn") {
        let _ = write!(words, " through {point}");
    }
    let bounds = bounds(filter);
    if !bounds.is_empty() {
        let _ = write!(words, " {}", listed(&bounds));
    }
    words
}

fn bounds(filter: &Value) -> Vec<String> {
    let above = number(filter, "ObjectSizeGreaterThan").map(|bytes| format!("larger than {}", size(bytes)));
    let below = number(filter, "ObjectSizeLessThan").map(|bytes| format!("smaller than {}", size(bytes)));
    above.into_iter().chain(below).collect()
}

fn tag(tag: &Value) -> String {
    format!("{}={}", text(tag, "Key").unwrap_or_default(), text(tag, "Value").unwrap_or_default())
}

/// Returns the prefix of a rule if that is all that chooses its objects.
pub fn plain_prefix(rule: &Value) -> Option<&str> {
    match rule.get("Filter") {
        None => Some(text(rule, "Prefix").unwrap_or_default()),
        Some(Value::Object(fields)) if fields.keys().all(|name| name == "Prefix") => {
            Some(fields.get("Prefix").and_then(Value::as_str).unwrap_or_default())
        }
        Some(_) => None,
    }
}

/// Returns what is wrong with the names and filters of configurations that are each told apart by `Id` and have a filter.
pub fn filtered_problems(document: &Value, list: &str, page: &'static str) -> Vec<Problem> {
    let mut found = doubles(document, list, "Id", page);
    for (index, own) in items(document, list).iter().enumerate() {
        found.extend(filter_problems(own, &format!("{list}[{index}]"), page));
    }
    found
}

/// Returns what is wrong with the filter of a rule: more than one condition belongs into `And`, and `And` holds several.
pub fn filter_problems(rule: &Value, path: &str, page: &'static str) -> Vec<Problem> {
    let mut found = Vec::new();
    let Some(filter) = rule.get("Filter").and_then(Value::as_object) else { return found };
    if filter.len() > 1 {
        found.push(problem(format!("{path}.Filter"), "several conditions belong into And", page));
    }
    if let Some(and) = filter.get("And") {
        let conditions = and.as_object().map_or(0, |own| own.len() - usize::from(own.contains_key("Tags")));
        if conditions + items(and, "Tags").len() < 2 {
            found.push(problem(format!("{path}.Filter.And"), "it must hold two conditions at least", page));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_is_said_in_words() {
        assert_eq!(scope(&json!({})), "all objects");
        assert_eq!(scope(&json!({ "Filter": { "Prefix": "" } })), "all objects");
        assert_eq!(scope(&json!({ "Prefix": "old/" })), "objects under old/");
        let and = json!({ "Prefix": "a/", "Tags": [{ "Key": "k", "Value": "v" }], "ObjectSizeGreaterThan": 1024 });
        let said = scope(&json!({ "Filter": { "And": and } }));
        assert!(said.starts_with("objects under a/ tagged k=v larger than 1"), "{said}");
        assert!(scope(&json!({ "Filter": { "ObjectSizeLessThan": 10 } })).starts_with("objects smaller than"));
    }

    #[test]
    fn conditions_are_joined_by_and_alone() {
        let bad = json!({ "Filter": { "Prefix": "a", "Tag": { "Key": "k", "Value": "v" } } });
        assert_eq!(filter_problems(&bad, "Rules[0]", "")[0].path, "Rules[0].Filter");
        let lone = json!({ "Filter": { "And": { "Prefix": "a" } } });
        assert_eq!(filter_problems(&lone, "Rules[0]", "")[0].path, "Rules[0].Filter.And");
        let tags = json!([{ "Key": "a", "Value": "" }, { "Key": "b", "Value": "" }]);
        assert!(filter_problems(&json!({ "Filter": { "And": { "Tags": tags } } }), "", "").is_empty());
    }
}
