//! Lifecycle rules: which objects move to colder classes, and when what is deleted.

use serde_json::Value;

use super::look::{days, doubles, is_true, items, listed, number, problem, sentence, text};
use super::scope::{filter_problems, plain_prefix, scope};
use super::shape::{
    COLDER, Field, Form, STATUS, TAG, flag, group, list, number as number_field, text as text_field, word,
};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 User Guide, Lifecycle configuration elements";
const CONFLICTS: &str = "Amazon S3 User Guide, Conflicts between lifecycle configuration rules";

const AND: &[Field] = &[
    text_field("Prefix"),
    list("Tags", "Tag", &Form::Group(TAG)),
    number_field("ObjectSizeGreaterThan"),
    number_field("ObjectSizeLessThan"),
];

const FILTER: &[Field] = &[
    text_field("Prefix"),
    group("Tag", TAG),
    number_field("ObjectSizeGreaterThan"),
    number_field("ObjectSizeLessThan"),
    group("And", AND),
];

const TRANSITION: &[Field] = &[text_field("Date"), number_field("Days"), word("StorageClass", COLDER).required()];

const OLD_TRANSITION: &[Field] =
    &[number_field("NoncurrentDays"), number_field("NewerNoncurrentVersions"), word("StorageClass", COLDER).required()];

const RULE: &[Field] = &[
    text_field("ID"),
    text_field("Prefix"),
    group("Filter", FILTER),
    STATUS,
    list("Transitions", "Transition", &Form::Group(TRANSITION)),
    group("Expiration", &[text_field("Date"), number_field("Days"), flag("ExpiredObjectDeleteMarker")]),
    list("NoncurrentVersionTransitions", "NoncurrentVersionTransition", &Form::Group(OLD_TRANSITION)),
    group("NoncurrentVersionExpiration", &[number_field("NoncurrentDays"), number_field("NewerNoncurrentVersions")]),
    group("AbortIncompleteMultipartUpload", &[number_field("DaysAfterInitiation")]),
];

/// What a rule can do.
const ACTIONS: [&str; 5] = [
    "Transitions",
    "Expiration",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
];

/// Lifecycle rules.
pub(super) const DOCUMENT: Document = Document {
    name: "lifecycle",
    title: "Lifecycle",
    query: "lifecycle",
    root: "LifecycleConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[list("Rules", "Rule", &Form::Group(RULE)).required()],
    headers: &[("TransitionDefaultMinimumObjectSize", "x-amz-transition-default-minimum-object-size")],
    read: "s3:GetLifecycleConfiguration",
    write: "s3:PutLifecycleConfiguration",
    removal: Removal::Delete("s3:PutLifecycleConfiguration"),
    unset: "none: objects stay as they are, and unfinished uploads stay for ever",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    items(document, "Rules").iter().map(rule_sentence).collect()
}

fn rule_sentence(rule: &Value) -> String {
    let mut parts: Vec<String> = items(rule, "Transitions").iter().map(transition).collect();
    if let Some(expiration) = rule.get("Expiration") {
        parts.extend(when(expiration).map(|when| format!("are deleted {when}")));
        if is_true(expiration, "ExpiredObjectDeleteMarker") {
            parts.push("lose delete markers that hide nothing any more".to_owned());
        }
    }
    parts.extend(items(rule, "NoncurrentVersionTransitions").iter().map(old_transition));
    if let Some(expiration) = rule.get("NoncurrentVersionExpiration") {
        parts.push(format!("lose old versions {}", old_when(expiration)));
    }
    if let Some(abort) = rule.get("AbortIncompleteMultipartUpload") {
        let after = days(number(abort, "DaysAfterInitiation").unwrap_or_default());
        parts.push(format!("have unfinished uploads aborted after {after}"));
    }
    let what = if parts.is_empty() { "nothing happens to them".to_owned() } else { parts.join(", ") };
    let off = if text(rule, "Status") == Some("Disabled") { "(switched off) " } else { "" };
    format!("{off}{} {what}", sentence(&scope(rule)))
}

fn transition(own: &Value) -> String {
    let class = text(own, "StorageClass").unwrap_or("another class");
    format!("move to {class} {}", when(own).unwrap_or_else(|| "at once".to_owned()))
}

fn when(own: &Value) -> Option<String> {
    let after = number(own, "Days").map(|count| format!("after {}", days(count)));
    // A date is written with its time, which is always midnight.
    let on = || text(own, "Date").map(|date| format!("on {}", date.split('T').next().unwrap_or(date)));
    after.or_else(on)
}

fn old_transition(own: &Value) -> String {
    let class = text(own, "StorageClass").unwrap_or("another class");
    format!("have old versions moved to {class} {}", old_when(own))
}

fn old_when(own: &Value) -> String {
    let after = format!("after {}", days(number(own, "NoncurrentDays").unwrap_or_default()));
    match number(own, "NewerNoncurrentVersions") {
        Some(kept) => format!("{after}, but for the newest {kept}"),
        None => after,
    }
}

fn rules(document: &Value) -> Vec<Problem> {
    let rules = items(document, "Rules");
    let mut found = doubles(document, "Rules", "ID", PAGE);
    if rules.is_empty() || rules.len() > 1000 {
        found.push(problem("Rules", "there must be 1 to 1,000 rules", PAGE));
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("Rules[{index}]");
        found.extend(filter_problems(rule, &path, PAGE));
        if rule.get("Filter").is_some() == rule.get("Prefix").is_some() {
            found.push(problem(&path, "it must have a Filter (an empty one is for all objects)", PAGE));
        }
        if !ACTIONS.iter().any(|action| rule.get(action).is_some()) {
            found.push(problem(&path, format!("it must do something: {}", ACTIONS.join(", ")), PAGE));
        }
        if text(rule, "ID").is_some_and(|id| id.chars().count() > 255) {
            found.push(problem(format!("{path}.ID"), "it must not be longer than 255 characters", PAGE));
        }
        found.extend(times(rule, &path));
    }
    found.extend(overlaps(rules));
    found
}

/// Returns what is wrong with the times of a rule.
fn times(rule: &Value, path: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    let expiration = rule.get("Expiration").unwrap_or(&Value::Null);
    let path = |rest: &str| format!("{path}.{rest}");
    let ways = ["Date", "Days", "ExpiredObjectDeleteMarker"].iter().filter(|way| expiration.get(way).is_some()).count();
    if rule.get("Expiration").is_some() && ways != 1 {
        let words = "it must have exactly one of Date, Days and ExpiredObjectDeleteMarker";
        found.push(problem(path("Expiration"), words, PAGE));
    }
    let zeros = [
        ("Expiration", "Days"),
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
    ];
    for (group, field) in zeros {
        if rule.get(group).and_then(|own| number(own, field)) == Some(0) {
            found.push(problem(path(&format!("{group}.{field}")), "it must be 1 at least", PAGE));
        }
    }
    let end = number(expiration, "Days");
    for (at, own) in items(rule, "Transitions").iter().enumerate() {
        let path = path(&format!("Transitions[{at}]"));
        if own.get("Days").is_some() == own.get("Date").is_some() {
            found.push(problem(&path, "it must have exactly one of Days and Date", PAGE));
        }
        let Some(start) = number(own, "Days") else { continue };
        if end.is_some_and(|end| end <= start) {
            found.push(problem(format!("{path}.Days"), "the objects are deleted before they would move", PAGE));
        }
        let class = text(own, "StorageClass").unwrap_or_default();
        if matches!(class, "STANDARD_IA" | "ONEZONE_IA") && start < 30 {
            found.push(problem(
                format!("{path}.Days"),
                format!("objects move to {class} after 30 days at the earliest"),
                PAGE,
            ));
        }
    }
    found
}

/// Returns which rules do the same to the same objects. S3 refuses them where it sees it ("Found overlapping prefixes …
/// for same action type"), and where it does not, what happens is not what one of the two says.
fn overlaps(rules: &[Value]) -> Vec<Problem> {
    let active = |rule: &Value| text(rule, "Status") == Some("Enabled");
    let mut found = Vec::new();
    for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| active(rule)) {
        for (other, before) in rules.iter().enumerate().take(index).filter(|(_, rule)| active(rule)) {
            let (Some(prefix), Some(own)) = (plain_prefix(before), plain_prefix(rule)) else { continue };
            let shared: Vec<_> = ACTIONS
                .into_iter()
                .filter(|action| rule.get(action).is_some() && before.get(action).is_some())
                .collect();
            if !shared.is_empty() && (own.starts_with(prefix) || prefix.starts_with(own)) {
                let words = format!("Rules[{other}] is about the same objects and has {} as well", listed(&shared));
                found.push(problem(format!("Rules[{index}]"), words, CONFLICTS));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(rule: &Value) -> Vec<String> {
        rules(&json!({ "Rules": [rule] })).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn a_rule_is_a_sentence() {
        let rule = json!({
            "Filter": { "Prefix": "logs/" }, "Status": "Enabled",
            "Transitions": [{ "Days": 90, "StorageClass": "GLACIER" }], "Expiration": { "Days": 365 }
        });
        let old = json!({
            "Filter": {}, "Status": "Disabled",
            "NoncurrentVersionExpiration": { "NoncurrentDays": 1, "NewerNoncurrentVersions": 3 },
            "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 7 }
        });
        assert_eq!(
            summary(&json!({ "Rules": [rule, old] })),
            [
                "Objects under logs/ move to GLACIER after 90 days, are deleted after 365 days",
                "(switched off) All objects lose old versions after 1 day, but for the newest 3, have unfinished uploads aborted after 7 days",
            ]
        );
        let dated = json!({ "Filter": {}, "Expiration": { "Date": "2030-01-01T00:00:00.000Z" } });
        assert_eq!(summary(&json!({ "Rules": [dated] })), ["All objects are deleted on 2030-01-01"]);
    }

    #[test]
    fn what_s3_would_refuse_is_named() {
        assert_eq!(paths(&json!({ "Status": "Enabled", "Expiration": { "Days": 1 } })), ["Rules[0]"], "no filter");
        assert_eq!(paths(&json!({ "Filter": {}, "Status": "Enabled" })), ["Rules[0]"], "no action");
        let both = json!({ "Filter": {}, "Expiration": { "Days": 0, "Date": "2030-01-01" } });
        assert_eq!(paths(&both), ["Rules[0].Expiration", "Rules[0].Expiration.Days"]);
        let late = json!({
            "Filter": {}, "Transitions": [{ "Days": 10, "StorageClass": "STANDARD_IA" }], "Expiration": { "Days": 5 }
        });
        assert_eq!(paths(&late), ["Rules[0].Transitions[0].Days", "Rules[0].Transitions[0].Days"]);
    }

    #[test]
    fn rules_about_the_same_objects_are_named() {
        let rule = |prefix: &str, status: &str| json!({ "Filter": { "Prefix": prefix }, "Status": status, "Expiration": { "Days": 9 } });
        let found = rules(&json!({ "Rules": [rule("a/", "Enabled"), rule("a/b/", "Enabled")] }));
        assert!(found[0].message.starts_with("Rules[0]") && found[0].path == "Rules[1]", "{found:?}");
        assert!(rules(&json!({ "Rules": [rule("a/", "Enabled"), rule("a/b/", "Disabled")] })).is_empty());
        assert!(rules(&json!({ "Rules": [rule("a/", "Enabled"), rule("b/", "Enabled")] })).is_empty());
    }
}
