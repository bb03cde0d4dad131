//! What is given to objects beside their bytes: written by uploads, streams and copies, whole and in parts.

use std::io::Cursor;

use super::*;
use crate::model::attributes::{Encryption, Given, pairs_over};
use crate::s3::Attributes;

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn given() -> Given {
    Given {
        attributes: Attributes {
            content_type: Some("text/x-given".into()),
            cache_control: Some("max-age=60".into()),
            user: pairs(&[("owner", "me")]),
            ..Attributes::default()
        },
        tags: pairs(&[("stage", "test"), ("team", "red")]),
        encryption: Some(Encryption { algorithm: "aws:kms".into(), key: Some("key".into()), has_bucket_key: false }),
        ..Given::default()
    }
}

fn with(given: Given, policy: ConflictPolicy, items: Vec<Item>, to: Location) -> Work {
    Work::Transfer(Transfer { given: Box::new(given), policy, ..transfer(items, to) })
}

async fn assert_given(t: &Bench, key: &str, attributes: &Attributes, tags: &[(String, String)]) {
    let object = ObjectRef::new("bench", key);
    let facts = t.store.head(&object).await.unwrap();
    assert_eq!(facts.attributes, *attributes, "{key}");
    assert_eq!(facts.encryption, given().encryption, "{key}");
    assert_eq!(t.store.object_tags(&object).await.unwrap(), tags, "{key}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_and_streams_write_what_is_given_whole_and_in_parts() {
    let mut t = bench().await;
    t.write("up/small.csv", "1,2");
    t.write("up/large.csv", noise(11 << 20));
    let ended = t.run(with(given(), ConflictPolicy::Overwrite, vec![Item::Folder(t.path("up"))], at(""))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    for (key, size) in [("piped/small", 3), ("piped/large", 11 << 20)] {
        let stream = Stream { given: Box::new(given()), ..Stream::to(ObjectRef::new("bench", key)) };
        assert_eq!(t.write_stream(stream, Cursor::new(noise(size))).await.end, JobEnd::Done);
    }
    for key in ["up/small.csv", "up/large.csv", "piped/small", "piped/large"] {
        assert_given(&t, key, &given().attributes, &given().tags).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_takes_from_its_source_what_is_not_given() {
    let mib = 1024 * 1024;
    let options = Options { multipart_copy_threshold: 6 * mib, ..small_parts() };
    let mut t = bench_with(options).await;
    let source = Attributes {
        content_type: Some("text/csv".into()),
        content_language: Some("de".into()),
        website_redirect: Some("/elsewhere".into()),
        user: pairs(&[("colour", "blue"), ("owner", "somebody")]),
        ..Attributes::default()
    };
    let tags = pairs(&[("age", "old"), ("team", "blue")]);
    let dressed = WriteOptions { attributes: source.clone(), tags: tags.clone(), ..WriteOptions::default() };
    for (key, size) in [("a/small", 3), ("a/empty", 0), ("a/large", 11 << 20)] {
        t.store.put(&ObjectRef::new("bench", key), Bytes::from(noise(size)), &dressed).await.unwrap();
    }
    for policy in [ConflictPolicy::Overwrite, ConflictPolicy::Skip] {
        let to = at(&format!("{}/", policy.name()));
        let ended = t.run(with(given(), policy, vec![prefix("a/")], to)).await;
        assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
        for name in ["small", "empty", "large"] {
            let key = format!("{}/a/{name}", policy.name());
            assert_given(&t, &key, &given().attributes.over(&source), &pairs_over(&given().tags, &tags)).await;
        }
    }
    assert_eq!(t.get("skip/a/large").await, t.get("a/large").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acl_that_the_bucket_refuses_fails_the_item_and_leaves_the_source_of_a_move() {
    let mut t = bench().await;
    let path = t.write("f", "x");
    let given = Box::new(Given { acl: Some("public-read".parse().unwrap()), ..Given::default() });
    let work = Transfer { given, is_move: true, ..transfer(vec![Item::File(path.clone())], at("")) };
    let ended = t.run(Work::Transfer(work)).await;
    assert!(ended.failure("f").contains("does not allow ACLs"), "{ended:#?}");
    assert!(path.exists() && t.keys().await.is_empty());
}
