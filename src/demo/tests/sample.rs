//! The sample data is what the issue lists, and is there in time.

use super::*;

#[tokio::test]
async fn all_buckets_are_there_with_their_regions() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let listed = client(&demo).list_buckets().send().await.unwrap();
    let buckets: Vec<_> = listed.buckets().iter().map(|it| (it.name().unwrap(), it.bucket_region().unwrap())).collect();
    let expected = [
        ("acme-archive", "eu-west-1"),
        ("acme-data", "us-east-1"),
        ("acme-documents", "us-east-1"),
        ("acme-odd-names", "us-east-1"),
        ("acme-photos", "eu-west-1"),
        ("acme-press", "us-east-1"),
        ("acme-reports", "us-east-1"),
        ("acme-website", "us-east-1"),
    ];
    assert_eq!(buckets, expected);
}

#[tokio::test]
async fn the_sample_data_is_made_quickly() {
    let begun = std::time::Instant::now();
    let demo = Demo::start(Options::default()).await.unwrap();
    println!("started in {:?}", begun.elapsed());
    let s3 = client(&demo);
    let begun = std::time::Instant::now();
    let page = s3.list_objects_v2().bucket("acme-data").prefix("events/").send().await.unwrap();
    println!("listed in {:?}", begun.elapsed());
    assert_eq!(page.key_count(), Some(1000));
    let mut keys = 0;
    let mut pages = s3.list_objects_v2().bucket("acme-data").prefix("events/").into_paginator().send();
    while let Some(page) = pages.next().await {
        keys += page.unwrap().contents().len();
    }
    assert_eq!(keys, 20_000);
}

#[tokio::test]
async fn every_hostile_name_is_listed_read_and_deleted() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let s3 = client(&demo);
    for name in crate::demo::sample::hostile_names() {
        let got = s3.get_object().bucket("acme-odd-names").key(&name).send().await;
        assert!(got.is_ok(), "{name:?}: {got:?}");
        let listed = s3
            .list_objects_v2()
            .bucket("acme-odd-names")
            .prefix(&name)
            .encoding_type(aws_sdk_s3::types::EncodingType::Url)
            .send()
            .await
            .unwrap();
        let keys: Vec<_> = listed.contents().iter().map(|object| decoded(object.key().unwrap())).collect();
        assert!(keys.contains(&name), "{name:?} is not in {keys:?}");
        s3.delete_object().bucket("acme-odd-names").key(&name).send().await.unwrap();
    }
    let left = s3.list_objects_v2().bucket("acme-odd-names").send().await.unwrap();
    assert_eq!(left.key_count(), Some(0));
}

fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(&name.replace('+', " ")).decode_utf8().unwrap().into_owned()
}
