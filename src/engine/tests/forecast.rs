//! What lifecycle rules would touch, against the demo endpoint: what cannot be read is said, not guessed.

use serde_json::{Value, json};

use super::*;
use crate::model::document::forecast::{Deed, Forecast};

async fn forecast(t: &mut Bench, bucket: &str, rules: Value) -> Forecast {
    t.last += 1;
    let asked = Ticket(t.last);
    let document = Box::new(json!({ "Rules": rules }));
    t.engine.submit(Request::ForecastLifecycle { ticket: asked, bucket: bucket.into(), document });
    loop {
        match t.report().await {
            Report::Forecast { ticket, forecast } if ticket == asked && forecast.is_complete => return *forecast,
            Report::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_versioning_may_not_be_read_is_said_and_the_first_keys_are_named() {
    let mut t = bench().await;
    for key in ["a", "b", "c", "d"] {
        t.put(key, "12").await;
    }
    let rules = json!([{ "Status": "Enabled", "Filter": {}, "Expiration": { "Date": "2020-01-01" } }]);
    let known = forecast(&mut t, "bench", rules.clone()).await;
    assert!(known.doubts().is_empty(), "{known:?}");
    let examples: Vec<_> = known.rules[0].examples[&Some(Deed::Expire)].iter().map(|one| one.key.as_str()).collect();
    assert_eq!((known.rules[0].deeds[&Deed::Expire].items, examples), (4, vec!["a", "b", "c"]));
    t.demo.faults().add(Rule::new(Fault::Denied).on("GetBucketVersioning"));
    let unknown = forecast(&mut t, "bench", rules).await;
    let [words] = unknown.unknown.as_slice() else { panic!("{unknown:?}") };
    assert!(words.contains("s3:GetBucketVersioning denied"), "{words}");
    assert_eq!(unknown.rules[0].deeds[&Deed::Expire].items, 4, "what can be told is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_parts_of_an_upload_that_may_not_be_read_are_missed_by_name() {
    let rules =
        json!([{ "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 } }]);
    let mut t = bench_on(demo::Options::default(), small_parts()).await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListParts"));
    let forecast = forecast(&mut t, "acme-archive", rules).await;
    assert_eq!((forecast.rules[0].deeds[&Deed::Abort].items, forecast.unsized_uploads), (3, 3));
    assert!(forecast.doubts()[0].contains("3 unfinished uploads"));
}

/// A delete marker has no tags: asking for them is an error, and the rule is not about it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_about_tags_asks_for_those_of_no_marker() {
    let mut t = bench_on(demo::Options::default(), small_parts()).await;
    let rules = json!([{
        "Status": "Enabled",
        "Filter": { "And": { "Prefix": "plans/", "Tags": [{ "Key": "keep", "Value": "no" }] } },
        "NoncurrentVersionExpiration": { "NoncurrentDays": 1 }
    }]);
    let forecast = forecast(&mut t, "acme-documents", rules).await;
    assert_eq!((forecast.rules[0].untold.items, forecast.rules[0].deeds.len()), (0, 0), "{forecast:?}");
}
