//! `access --test`: what requests without credentials meet, beside the verdict.

use serde_json::{Value, json};

use super::session::{Session, Stop};
use crate::model::access::anonymous::{Agreement, AnonymousTest, Comparison};
use crate::model::access::case::Place;
use crate::model::access::evidence::{Evidence, Source};
use crate::model::job::{Item, Report, Request};
use crate::model::text::visible;

/// Returns what is tested; nothing where the documents come from files.
pub fn tested(source: &Source) -> Option<Item> {
    match source {
        Source::Server { object: Some(object), .. } => Some(Item::Object(object.clone())),
        Source::Server { bucket, .. } => Some(Item::Bucket(bucket.clone())),
        Source::Folder { .. } => None,
    }
}

/// Tests what somebody without credentials meets.
pub async fn test(session: &mut Session<'_>, item: Item) -> Result<AnonymousTest, Stop> {
    let asked = session.ask(|ticket| Request::TestAnonymous { ticket, item });
    let pick = |report| match report {
        Report::AnonymousTested { ticket, test } if ticket == asked => Some(test),
        _ => None,
    };
    session.answer(asked, pick).await
}

/// Returns the test as a program reads it.
pub fn value(test: &AnonymousTest, place: &Place, evidence: &Evidence) -> Value {
    let one = |one: &Comparison<'_>| {
        json!({
            "request": one.attempt.probe.name(),
            "target": one.attempt.target,
            "status": one.attempt.status,
            "code": one.attempt.code,
            "meaning": one.attempt.meaning(),
            "verdict": one.answer.word(),
            "agrees": match one.agreement {
                Agreement::Agrees => Some(true),
                Agreement::Disagrees => Some(false),
                Agreement::Open => None,
            },
        })
    };
    test.compare(place, evidence).iter().map(one).collect()
}

/// Returns the test as a person reads it.
pub fn lines(test: &AnonymousTest, place: &Place, evidence: &Evidence) -> Vec<String> {
    let mut lines = vec!["Test as anonymous".to_owned()];
    for one in test.compare(place, evidence) {
        let attempt = one.attempt;
        let met = format!("{} {}: {}, {}", attempt.probe.name(), attempt.target, attempt.outcome(), attempt.meaning());
        lines.push(format!("  {}", visible(&met)));
        lines.push(format!("    {}", one.words()));
    }
    lines
}
