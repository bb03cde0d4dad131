//! Copies inside S3.

use super::*;
use crate::s3::Attributes;

fn attributes() -> Attributes {
    Attributes {
        content_type: Some("text/csv".into()),
        cache_control: Some("max-age=60".into()),
        website_redirect: Some("/elsewhere".into()),
        user: vec![("owner".into(), "me".into())],
        ..Attributes::default()
    }
}

async fn dressed(t: &Bench, key: &str, contents: Vec<u8>) {
    let options = WriteOptions {
        attributes: attributes(),
        tags: vec![("team".into(), "red".into())],
        storage_class: Some("STANDARD_IA".into()),
        ..WriteOptions::default()
    };
    t.store.put(&ObjectRef::new("bench", key), Bytes::from(contents), &options).await.unwrap();
}

async fn assert_dressed(t: &Bench, bucket: &str, key: &str, size: u64) {
    let copy = ObjectRef::new(bucket, key);
    let facts = t.store.head(&copy).await.unwrap();
    assert_eq!((facts.size, facts.attributes), (size, attributes()));
    assert_eq!(facts.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(t.store.object_tags(&copy).await.unwrap(), [("team".to_owned(), "red".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_tags_and_class_come_along_whichever_way_the_copy_goes() {
    let mut t = bench().await;
    dressed(&t, "a/f", b"contents".to_vec()).await;
    dressed(&t, "a/empty", Vec::new()).await;
    for policy in [ConflictPolicy::Overwrite, ConflictPolicy::Skip] {
        let ended = t.run(with_policy(policy, vec![prefix("a/")], at(&format!("{}/", policy.name())))).await;
        assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
        assert_dressed(&t, "bench", &format!("{}/a/f", policy.name()), 8).await;
        assert_dressed(&t, "bench", &format!("{}/a/empty", policy.name()), 0).await;
        assert_eq!(t.get(&format!("{}/a/f", policy.name())).await, b"contents");
    }
    assert_eq!(t.demo.count("GetObject"), 2, "the bytes never come here, but for this test");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_object_is_copied_in_parts_with_all_it_has() {
    let mib = 1024 * 1024;
    let options = Options { multipart_copy_threshold: 6 * mib, part_size: Some(5 * mib), ..Options::default() };
    let mut t = bench_with(options).await;
    let contents = noise(12 * 1024 * 1024 + 1);
    dressed(&t, "big", contents.clone()).await;
    let ended = t.run(with_policy(ConflictPolicy::Overwrite, vec![object("big")], at("x/"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.demo.count("UploadPartCopy"), 3);
    assert_dressed(&t, "bench", "x/big", contents.len() as u64).await;
    assert_eq!(t.get("x/big").await, contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_inside_s3_deletes_what_was_verified_and_nothing_else() {
    let mut t = bench().await;
    t.put("a/one", "1").await;
    t.put("a/two", "2").await;
    t.put("a/sub/", "").await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPartCopy").key("two"));
    let ended = t.run(moved(vec![prefix("a/")], at("x/"))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert_eq!(t.keys().await, ["a/two", "x/a/one", "x/a/sub/"]);
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_to_a_bucket_of_another_region_is_made_by_the_server_too() {
    let mut t = bench().await;
    let far = t.demo.far_region().to_owned();
    t.store.create_bucket(&"far".into(), &far).await.unwrap();
    dressed(&t, "f", b"x".to_vec()).await;
    let ended = t.transfer(vec![object("f")], Location::bucket("far")).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_dressed(&t, "far", "f", 1).await;
}

/// The two ways of a guarded copy: in parts, and with the condition on the copy itself, as it goes on Amazon.
async fn both_ways() -> [(Bench, &'static str); 2] {
    let trusting = Options { trusts_copy_conditions: true, ..small_parts() };
    [(bench().await, "UploadPartCopy"), (bench_with(trusting).await, "CopyObject")]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_race_of_a_copy_is_a_conflict_and_never_an_overwrite() {
    for (mut t, operation) in both_ways().await {
        t.put("f", "mine").await;
        let stall = t.demo.faults().add(Rule::new(Fault::Stall).on(operation));
        let job = t.start(with_policy(ConflictPolicy::Skip, vec![object("f")], at("x/")));
        while t.demo.count(operation) == 0 {
            tokio::task::yield_now().await;
        }
        t.put("x/f", "theirs").await;
        t.demo.faults().remove(stall);
        let ended = t.follow(job, |_| panic!()).await;
        assert_eq!(ended.skipped("/f"), "the target exists");
        assert_eq!(t.get("x/f").await, b"theirs");
        assert_eq!(t.demo.open_uploads(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    // Once, and as often as the SDK tries by itself.
    for times in [1, 3] {
        for (mut t, _) in both_ways().await {
            for (key, contents) in [("f", noise(10)), ("empty", Vec::new())] {
                t.put(key, contents).await;
            }
            for operation in ["CopyObject", "CompleteMultipartUpload", "PutObject"] {
                t.demo.faults().add(Rule::new(Fault::Lost).on(operation).key("x/").times(times));
            }
            let work = with_policy(ConflictPolicy::Rename, vec![object("f"), object("empty")], at("x/"));
            let ended = t.run(work).await;
            assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
            assert_eq!(t.keys().await, ["empty", "f", "x/empty", "x/f"]);
            assert_eq!(t.demo.open_uploads(), 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_copy_would_overwrite_unguarded_is_named() {
    let mut t = bench().await;
    t.put("a/\u{1}", "x").await;
    let to = Purpose::Transfer { to: at("x/") };
    t.engine.submit(Request::Count { ticket: Ticket(9), items: vec![prefix("a/")], purpose: to });
    let summary = loop {
        if let Report::Counted { summary, .. } = t.report().await
            && summary.is_complete
        {
            break summary;
        }
    };
    assert!(summary.notes.iter().any(|note| note.contains("XML cannot carry")), "{:?}", summary.notes);
}
