//! Request metrics: for which objects CloudWatch counts requests.

use serde_json::Value;

use super::look::{items, text};
use super::scope::{filtered_problems, scope};
use super::shape::{Field, Form, TAG, group, list, text as text_field};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketMetricsConfiguration";
const LIST: &str = "MetricsConfigurationList";

const FILTER: &[Field] = &[
    text_field("Prefix"),
    group("Tag", TAG),
    text_field("AccessPointArn"),
    group("And", &[text_field("Prefix"), list("Tags", "Tag", &Form::Group(TAG)), text_field("AccessPointArn")]),
];

/// Request metrics.
pub(super) const DOCUMENT: Document = Document {
    name: "metrics",
    title: "Request metrics",
    query: "metrics",
    root: "ListMetricsConfigurationsResult",
    wrapper: None,
    layout: Layout::Each(LIST, "MetricsConfiguration"),
    fields: &[list(
        LIST,
        "MetricsConfiguration",
        &Form::Group(&[text_field("Id").required(), group("Filter", FILTER)]),
    )],
    headers: &[],
    read: "s3:GetMetricsConfiguration",
    write: "s3:PutMetricsConfiguration",
    removal: Removal::Delete("s3:PutMetricsConfiguration"),
    unset: "none: CloudWatch does not count requests",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let line =
        |own: &Value| format!("{}: requests for {} are counted", text(own, "Id").unwrap_or_default(), scope(own));
    items(document, LIST).iter().map(line).collect()
}

fn rules(document: &Value) -> Vec<Problem> {
    filtered_problems(document, LIST, PAGE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_counted_is_said() {
        let document = json!({ LIST: [{ "Id": "all" }, { "Id": "all", "Filter": { "Prefix": "a/" } }] });
        assert_eq!(
            summary(&document),
            ["all: requests for all objects are counted", "all: requests for objects under a/ are counted"]
        );
        assert_eq!(rules(&document)[0].path, "MetricsConfigurationList[1].Id");
    }
}
