//! Objects that are changed where they are, as each server does it.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use bucketry::model::attributes::{Attributes, CannedAcl, WrittenAcl};
use bucketry::model::change::{Change, Header, PairsChange};
use bucketry::model::filter::Filter;
use bucketry::model::job::{Item, ItemOutcome, Revision, Work};
use bucketry::s3::WriteOptions;

use crate::contract::noise;
use crate::target::{Target, object};
use crate::works::Works;

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub async fn what_is_changed_keeps_the_rest_and_its_bytes(t: Target) {
    let bucket = t.bucket().await;
    let first = WriteOptions {
        attributes: Attributes {
            content_type: Some("text/csv".to_owned()),
            cache_control: Some("no-cache".to_owned()),
            content_disposition: Some("inline".to_owned()),
            user: pairs(&[("colour", "blue"), ("owner", "me")]),
            ..Attributes::default()
        },
        tags: pairs(&[("stage", "test"), ("team", "a b+c/ü")]),
        acl: Some(CannedAcl::PublicRead),
        ..WriteOptions::default()
    };
    let keys = ["a/plain", "a/ü b+%2F\u{1b}", "a/empty"];
    for key in keys {
        let body = if key == "a/empty" { noise(0) } else { noise(9) };
        t.store.put(&object(&bucket, key), body, &first).await.unwrap();
    }
    let mut works = Works::on(&t);
    let work = |change: Change| {
        let items = vec![Item::Prefix { bucket: bucket.clone(), prefix: "a/".into() }];
        Work::Change(Revision { items, filter: Filter::default(), change: Box::new(change), is_rehearsal: false })
    };
    let header = Change { headers: vec![(Header::CacheControl, Some("max-age=60".to_owned()))], ..Change::default() };
    let tags = PairsChange { removes: vec!["stage".to_owned()], sets: pairs(&[("new", "1")]), clears: false };
    let tags = Change { tags, ..Change::default() };
    let acl = Change { acl: Some(WrittenAcl::Canned(CannedAcl::Private)), ..Change::default() };
    let (mut wanted, mut wanted_tags) = (first.attributes.clone(), first.tags.clone());
    for (step, change) in [header, tags, acl].into_iter().enumerate() {
        let ended = works.run(work(change.clone())).await;
        assert!(ended.values().all(|outcome| matches!(outcome, ItemOutcome::Done(_))), "{ended:?}");
        match step {
            0 => wanted.cache_control = Some("max-age=60".to_owned()),
            1 => wanted_tags = pairs(&[("new", "1"), ("team", "a b+c/ü")]),
            _ => {}
        }
        for key in keys {
            let place = object(&bucket, key);
            let facts = t.store.head(&place).await.unwrap();
            assert_eq!(facts.attributes, wanted, "{key:?}");
            assert_eq!(t.store.object_tags(&place).await.unwrap(), wanted_tags, "{key:?}");
            assert_eq!(t.store.object_acl(&place).await.unwrap().is_public(), step < 2, "{key:?}");
            assert_eq!(t.read(&place).await, if key == "a/empty" { noise(0) } else { noise(9) }, "{key:?}");
        }
        let again = works.run(work(change)).await;
        assert!(again.values().all(|outcome| matches!(outcome, ItemOutcome::Skipped(_))), "{again:?}");
    }
}
