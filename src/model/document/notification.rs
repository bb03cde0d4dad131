//! Event notifications: who is told when something happens in the bucket.

use serde_json::Value;

use super::look::{items, listed, problem, text, texts};
use super::shape::{Field, Form, group, list, text as text_field, word};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 User Guide, Event notification types and destinations";

const FILTER_RULE: &[Field] = &[word("Name", &["prefix", "suffix", "Prefix", "Suffix"]), text_field("Value")];

const KEY_FILTER: &[Field] = &[list("FilterRules", "FilterRule", &Form::Group(FILTER_RULE))];

const ID: Field = text_field("Id");
const EVENTS: Field = list("Events", "Event", &Form::Text).required();
const FILTER: Field = group("Filter", &[group("Key", KEY_FILTER).as_element("S3Key")]);

const TOPIC: &[Field] = &[ID, text_field("TopicArn").as_element("Topic").required(), EVENTS, FILTER];
const QUEUE: &[Field] = &[ID, text_field("QueueArn").as_element("Queue").required(), EVENTS, FILTER];
const LAMBDA: &[Field] = &[ID, text_field("LambdaFunctionArn").as_element("CloudFunction").required(), EVENTS, FILTER];

/// The lists of the document, the field that names the receiver, its service and the word for it.
const RECEIVERS: [(&str, &str, &str, &str); 3] = [
    ("TopicConfigurations", "TopicArn", "sns", "SNS topic"),
    ("QueueConfigurations", "QueueArn", "sqs", "SQS queue"),
    ("LambdaFunctionConfigurations", "LambdaFunctionArn", "lambda", "Lambda function"),
];

/// Event notifications.
pub(super) const DOCUMENT: Document = Document {
    name: "notification",
    title: "Event notifications",
    query: "notification",
    root: "NotificationConfiguration",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[
        list("TopicConfigurations", "TopicConfiguration", &Form::Group(TOPIC)),
        list("QueueConfigurations", "QueueConfiguration", &Form::Group(QUEUE)),
        list("LambdaFunctionConfigurations", "CloudFunctionConfiguration", &Form::Group(LAMBDA)),
        group("EventBridgeConfiguration", &[]),
    ],
    headers: &[],
    read: "s3:GetBucketNotification",
    write: "s3:PutBucketNotification",
    removal: Removal::Empty,
    unset: "none: nobody is told",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (list, field, _, word) in RECEIVERS {
        for own in items(document, list) {
            let name = text(own, field).unwrap_or_default();
            let events = listed(&texts(own, "Events"));
            lines.push(format!("the {word} {name} is told of {events}{}", keys(own)));
        }
    }
    if document.get("EventBridgeConfiguration").is_some() {
        lines.push("EventBridge is told of all events".to_owned());
    }
    lines
}

/// Returns which keys an entry is about.
fn keys(own: &Value) -> String {
    let filter = own.pointer("/Filter/Key").unwrap_or(&Value::Null);
    let parts: Vec<_> = items(filter, "FilterRules")
        .iter()
        .map(|rule| {
            let is_prefix = text(rule, "Name").is_some_and(|name| name.eq_ignore_ascii_case("prefix"));
            format!("{} {}", if is_prefix { "begin with" } else { "end in" }, text(rule, "Value").unwrap_or_default())
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!(" for keys that {}", listed(&parts)) }
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for (list, field, service, word) in RECEIVERS {
        for (index, own) in items(document, list).iter().enumerate() {
            let path = |field: &str| format!("{list}[{index}].{field}");
            if let Some(arn) = text(own, field)
                && arn.split(':').nth(2) != Some(service)
            {
                found.push(problem(path(field), format!("it is not the ARN of an {word}"), PAGE));
            }
            if own.get("Events").is_some() && items(own, "Events").is_empty() {
                found.push(problem(path("Events"), "it must name one event at least", PAGE));
            }
            for (at, event) in texts(own, "Events").into_iter().enumerate() {
                if !event.starts_with("s3:") {
                    found.push(problem(format!("{}[{at}]", path("Events")), "it is not the name of an event", PAGE));
                }
            }
            if let Some(id) = text(own, "Id")
                && !ids.insert(id)
            {
                found.push(problem(path("Id"), "another entry has the same", PAGE));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_is_told_of_what_is_said() {
        let filter = json!({ "Key": { "FilterRules": [{ "Name": "Prefix", "Value": "a/" }, { "Name": "suffix", "Value": ".jpg" }] } });
        let queue = json!({ "QueueArn": "arn:aws:sqs:r:1:q", "Events": ["s3:ObjectCreated:*"], "Filter": filter });
        let document = json!({ "QueueConfigurations": [queue], "EventBridgeConfiguration": {} });
        assert_eq!(
            summary(&document),
            [
                "the SQS queue arn:aws:sqs:r:1:q is told of s3:ObjectCreated:* for keys that begin with a/ and end in .jpg",
                "EventBridge is told of all events"
            ]
        );
        assert!(DOCUMENT.problems(&document, None).is_empty());
    }

    #[test]
    fn what_s3_would_refuse_is_named() {
        let topic = json!({ "Id": "x", "TopicArn": "arn:aws:sqs:r:1:q", "Events": ["Created"] });
        let found = rules(&json!({ "TopicConfigurations": [topic.clone(), topic] }));
        let paths: Vec<_> = found.iter().map(|own| own.path.as_str()).collect();
        assert!(paths.contains(&"TopicConfigurations[0].TopicArn") && paths.contains(&"TopicConfigurations[1].Id"));
        assert!(paths.contains(&"TopicConfigurations[0].Events[0]"), "{paths:?}");
    }
}
