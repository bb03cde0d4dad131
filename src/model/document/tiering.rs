//! Archive tiers of Intelligent-Tiering: after how long nobody has read an object it sleeps.

use serde_json::Value;

use super::look::{days, items, listed, number, problem, sentence, text};
use super::scope::{filtered_problems, scope};
use super::shape::{BY_PREFIX_AND_TAGS, Field, Form, STATUS, list, number as number_field, text as text_field, word};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 API Reference, PutBucketIntelligentTieringConfiguration";
const LIST: &str = "IntelligentTieringConfigurationList";

const TIERING: &[Field] =
    &[number_field("Days").required(), word("AccessTier", &["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"]).required()];

const CONFIGURATION: &[Field] = &[
    text_field("Id").required(),
    BY_PREFIX_AND_TAGS,
    STATUS,
    list("Tierings", "Tiering", &Form::Group(TIERING)).required(),
];

/// Archive tiers of Intelligent-Tiering.
pub(super) const DOCUMENT: Document = Document {
    name: "intelligent-tiering",
    title: "Intelligent-Tiering archives",
    query: "intelligent-tiering",
    root: "ListBucketIntelligentTieringConfigurationsOutput",
    wrapper: None,
    layout: Layout::Each(LIST, "IntelligentTieringConfiguration"),
    fields: &[list(LIST, "IntelligentTieringConfiguration", &Form::Group(CONFIGURATION))],
    headers: &[],
    read: "s3:GetIntelligentTieringConfiguration",
    write: "s3:PutIntelligentTieringConfiguration",
    removal: Removal::Delete("s3:PutIntelligentTieringConfiguration"),
    unset: "none: objects in Intelligent-Tiering are never archived",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let line = |own: &Value| {
        let tiers: Vec<_> = items(own, "Tierings")
            .iter()
            .map(|tier| {
                let after = days(number(tier, "Days").unwrap_or_default());
                format!("{} after {after} without a read", text(tier, "AccessTier").unwrap_or_default())
            })
            .collect();
        let off = if text(own, "Status") == Some("Disabled") { "(switched off) " } else { "" };
        let id = text(own, "Id").unwrap_or_default();
        format!("{off}{id}: {} in Intelligent-Tiering go to {}", sentence(&scope(own)), listed(&tiers))
    };
    items(document, LIST).iter().map(line).collect()
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = filtered_problems(document, LIST, PAGE);
    for (index, own) in items(document, LIST).iter().enumerate() {
        for (at, tier) in items(own, "Tierings").iter().enumerate() {
            let least = if text(tier, "AccessTier") == Some("DEEP_ARCHIVE_ACCESS") { 180 } else { 90 };
            if number(tier, "Days").is_some_and(|days| !(least..=730).contains(&days)) {
                let path = format!("{LIST}[{index}].Tierings[{at}].Days");
                found.push(problem(path, format!("it must be {least} to 730"), PAGE));
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
    fn tiers_are_said_and_checked() {
        let own = |days: u64| {
            let tier = json!({ "Days": days, "AccessTier": "DEEP_ARCHIVE_ACCESS" });
            json!({ LIST: [{ "Id": "a", "Status": "Enabled", "Tierings": [tier] }] })
        };
        assert_eq!(
            summary(&own(180)),
            ["a: All objects in Intelligent-Tiering go to DEEP_ARCHIVE_ACCESS after 180 days without a read"]
        );
        assert!(DOCUMENT.problems(&own(180), None).is_empty());
        assert!(rules(&own(90))[0].path.ends_with("Tierings[0].Days"));
    }
}
