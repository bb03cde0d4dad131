//! Copies between two endpoints, and between two profiles that may be one.

use super::*;
use crate::model::name::{BucketName, Profile};
use crate::s3::Attributes;

/// The other endpoint, which the engine reaches by the profile `far`.
pub(super) struct Far {
    pub(super) demo: Demo,
    pub(super) store: Store,
}

/// Starts another endpoint with a bucket of the same name as the bench's, and tells the bench's engine of it.
pub(super) async fn far(t: &Bench) -> Far {
    far_on(t, demo::Options { sample: false, ..demo::Options::default() }).await
}

pub(super) async fn far_on(t: &Bench, options: demo::Options) -> Far {
    let demo = Demo::start(options).await.unwrap();
    declare(&t.engine, &demo);
    let store = open(&demo).await;
    Far { demo, store }
}

/// Tells an engine of the other endpoint.
pub(super) fn declare(engine: &Engine, demo: &Demo) {
    engine.declare(&Profile::named("far"), None, None, Some(demo.endpoint()));
}

fn far_bucket() -> BucketName {
    BucketName::from("bench").by(&Profile::named("far"))
}

pub(super) fn far_prefix(text: &str) -> Item {
    Item::Prefix { bucket: far_bucket(), prefix: text.into() }
}

pub(super) fn far_object(key: &str) -> Item {
    Item::Object(ObjectRef::new(far_bucket(), key))
}

fn far_at(text: &str) -> Location {
    Location::S3 { bucket: far_bucket(), prefix: text.into() }
}

fn attributes() -> Attributes {
    Attributes {
        content_type: Some("text/csv".into()),
        cache_control: Some("max-age=60".into()),
        content_disposition: Some("inline".into()),
        content_encoding: Some("gzip".into()),
        content_language: Some("de".into()),
        expires: Some("Wed, 21 Oct 2026 07:28:00 GMT".into()),
        website_redirect: Some("/elsewhere".into()),
        user: vec![("owner".into(), "me".into())],
    }
}

fn tags() -> Vec<(String, String)> {
    vec![("team".into(), "red & blue".into())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_to_another_endpoint_takes_all_it_has_along_small_and_large() {
    let mut t = bench().await;
    let far = far(&t).await;
    let options = WriteOptions {
        attributes: attributes(),
        tags: tags(),
        storage_class: Some("STANDARD_IA".into()),
        ..WriteOptions::default()
    };
    let items = [("empty", 0), ("small", 1000), ("large", 12 * MIB + 1)];
    for (name, size) in items {
        let object = ObjectRef::new("bench", format!("a/{name}"));
        far.store.put(&object, Bytes::from(noise(size)), &options).await.unwrap();
    }
    for policy in [ConflictPolicy::Overwrite, ConflictPolicy::Skip] {
        let to = at(&format!("{}/", policy.name()));
        let ended = t.run(with_policy(policy, vec![far_prefix("a/")], to)).await;
        assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
        for (name, size) in items {
            let verified = ended.outcome(&format!("/{name}"));
            assert_eq!(*verified, ItemOutcome::Done(Verified::Crc64Nvme), "{name}");
            let copy = ObjectRef::new("bench", format!("{}/a/{name}", policy.name()));
            let facts = t.store.head(&copy).await.unwrap();
            assert_eq!((facts.size, facts.attributes), (size as u64, attributes()), "{name}");
            assert_eq!(facts.storage_class.as_deref(), Some("STANDARD_IA"), "{name}");
            assert_eq!(t.store.object_tags(&copy).await.unwrap(), tags(), "{name}");
            assert!(t.get(copy.key.as_str()).await == noise(size), "{name}");
        }
    }
    for demo in [&t.demo, &far.demo] {
        assert_eq!((demo.count("CopyObject"), demo.count("UploadPartCopy"), demo.open_uploads()), (0, 0, 0));
    }
    assert_eq!(far.demo.count("PutObject"), items.len(), "nothing is written at the source");
    assert_eq!(t.tree(""), [""; 0], "and nothing to the disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_goes_to_one_of_the_same_name_elsewhere_and_what_is_there_is_asked_for() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "same", "theirs").await;
    put(&far.store, "d/new", "new").await;
    put(&far.store, "d/", "").await;
    t.put("same", "ours, longer").await;
    let whole = Transfer { takes_contents: true, is_move: true, ..transfer(vec![Item::Bucket(far_bucket())], at("")) };
    let job = t.start(Work::Transfer(whole));
    let ended = t.follow(job, |_| Answer { policy: ConflictPolicy::Overwrite, for_all: false }).await;
    assert_eq!((&ended.end, ended.questions.len()), (&JobEnd::Done, 1), "{ended:#?}");
    assert_eq!((t.keys().await, keys(&far.store).await), (vec!["d/".into(), "d/new".into(), "same".into()], vec![]));
    assert_eq!(t.get("same").await, b"theirs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_the_other_way_round_and_to_and_from_local_files_by_the_same_profile() {
    let mut t = bench().await;
    let far = far(&t).await;
    t.put("f", noise(7 * MIB)).await;
    assert_eq!(t.transfer(vec![object("f")], far_at("x/")).await.end, JobEnd::Done);
    assert!(get(&far.store, "x/f").await == noise(7 * MIB));
    assert_eq!(t.run(moved(vec![far_object("x/f")], here(t.path("d")))).await.end, JobEnd::Done);
    let file = Item::File(t.path("d/f"));
    assert_eq!(t.transfer(vec![file], far_at("y/")).await.end, JobEnd::Done);
    assert_eq!(t.transfer(vec![far_object("y/f")], far_at("z/")).await.end, JobEnd::Done);
    assert_eq!(
        far.demo.count("CopyObject") + far.demo.count("UploadPartCopy"),
        2,
        "within one profile the server copies"
    );
    assert_eq!(t.run(Work::Delete(vec![far_prefix("y/")])).await.end, JobEnd::Done);
    assert_eq!((keys(&far.store).await, t.keys().await), (vec!["z/f".to_owned()], vec!["f".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_deletes_at_the_source_what_was_verified_and_nothing_else() {
    let mut t = bench().await;
    let far = far(&t).await;
    for name in ["one", "two"] {
        put(&far.store, &format!("a/{name}"), name).await;
    }
    t.demo.faults().add(Rule::new(Fault::Denied).on("PutObject").key("two"));
    let ended = t.run(moved(vec![far_prefix("a/")], at("x/"))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert_eq!((keys(&far.store).await, t.keys().await), (vec!["a/two".to_owned()], vec!["x/a/one".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_copy_leaves_no_parts_behind() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "big", noise(16 * MIB)).await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(1));
    let job = t.start(moved(vec![far_object("big")], at("")));
    while t.demo.count("UploadPart") < 2 {
        tokio::task::yield_now().await;
    }
    t.engine.submit(Request::Cancel(job));
    let ended = t.follow(job, |_| panic!()).await;
    t.demo.faults().remove(stall);
    assert_eq!(ended.end, JobEnd::Cancelled);
    assert_eq!((t.demo.open_uploads(), t.keys().await.len(), keys(&far.store).await.len()), (0, 0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_changes_on_the_way_makes_no_copy_of_two_states() {
    let options = Options { memory_bytes: 5 * MIB as u64, ..small_parts() };
    let mut t = bench_with(options).await;
    let far = far(&t).await;
    put(&far.store, "big", noise(16 * MIB)).await;
    // With memory for one part, the others are still to be read.
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let job = t.start(moved(vec![far_object("big")], at("")));
    while t.demo.count("UploadPart") == 0 {
        tokio::task::yield_now().await;
    }
    put(&far.store, "big", "another").await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert!(ended.failure("/big").contains("the object changed while it was read"), "{ended:#?}");
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
    assert_eq!(get(&far.store, "big").await, b"another");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_byte_at_either_end_fails_the_copy_and_the_source_stays() {
    for is_source in [true, false] {
        let mut t = bench().await;
        let far = far(&t).await;
        put(&far.store, "a/small", noise(1000)).await;
        put(&far.store, "a/large", noise(12 * MIB)).await;
        let demo = if is_source { &far.demo } else { &t.demo };
        demo.faults().add(Rule::new(Fault::Flip));
        let ended = t.run(moved(vec![far_prefix("a/")], at("x/"))).await;
        let said = if is_source { "the checksum of what arrived differs" } else { "checksum" };
        assert!(ended.failure("/small").contains(said) && ended.failure("/large").contains(said), "{ended:#?}");
        assert_eq!((keys(&far.store).await.len(), t.demo.open_uploads()), (2, 0));
        assert!(!is_source || t.keys().await.is_empty(), "wrong bytes from the source are never written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_source_says_nothing_of_checksums_its_tags_tell_wrong_bytes() {
    let mut t = bench().await;
    let far = far_on(&t, demo::Options { sample: false, tells_checksums: false, ..demo::Options::default() }).await;
    put(&far.store, "small", noise(1000)).await;
    put(&far.store, "large", noise(12 * MIB)).await;
    let file = Item::File(t.write("f", noise(16 * MIB)));
    assert_eq!(t.transfer(vec![file], far_at("joined/")).await.end, JobEnd::Done);
    for (key, by) in [("small", "MD5"), ("large", "MD5"), ("joined/f", "MD5 of its parts")] {
        let flip = far.demo.faults().add(Rule::new(Fault::Flip).on("GetObject").times(1));
        let ended = t.run(moved(vec![far_object(key)], at("x/"))).await;
        let name = key.rsplit('/').next().unwrap();
        assert!(ended.failure(name).contains("the checksum of what arrived differs"), "{key} {ended:#?}");
        far.demo.faults().remove(flip);
        assert_eq!(t.keys().await, [""; 0]);
        let ended = t.run(moved(vec![far_object(key)], at(""))).await;
        assert_eq!(*ended.outcome(name), ItemOutcome::Done(Verified::Checksum(by)), "{key}");
        assert_eq!(t.run(Work::Delete(vec![object(name)])).await.end, JobEnd::Done);
    }
    assert_eq!((keys(&far.store).await, t.demo.open_uploads()), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn busy_servers_and_broken_bodies_at_both_ends_are_ridden_out() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "f", noise(16 * MIB)).await;
    for demo in [&far.demo, &t.demo] {
        for operation in ["GetObject", "UploadPart"] {
            demo.faults().add(Rule::new(Fault::SlowDown).on(operation).times(3));
            demo.faults().add(Rule::new(Fault::ResetAfter(MIB as u64)).on(operation).times(2));
        }
    }
    let ended = t.transfer(vec![far_object("f")], at("")).await;
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme), "{ended:#?}");
    t.demo.faults().clear();
    assert!(t.get("f").await == noise(16 * MIB));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_read_the_tags_is_told_so_before_anything_is_written() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "f", "x").await;
    far.demo.faults().add(Rule::new(Fault::Denied).on("GetObjectTagging"));
    let ended = t.transfer(vec![far_object("f")], at("")).await;
    assert!(ended.failure("/f").contains("s3:GetObjectTagging"), "{ended:#?}");
    assert_eq!(t.keys().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_onto_itself_by_another_profile_and_another_address_loses_nothing() {
    let mut t = bench().await;
    t.put("f", "the only copy").await;
    t.put("a/f", "x").await;
    t.put("a/a/f", "y").await;
    let (_, port) = t.demo.endpoint().rsplit_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())).unwrap();
    for endpoint in [t.demo.endpoint(), format!("http://localhost:{port}")] {
        t.engine.declare(&Profile::named("far"), None, None, Some(endpoint));
        for is_move in [true, false] {
            for policy in [ConflictPolicy::Overwrite, ConflictPolicy::Newer, ConflictPolicy::Rename] {
                let work = Transfer { is_move, policy, ..transfer(vec![far_object("f")], at("")) };
                let ended = t.run(Work::Transfer(work)).await;
                assert!(ended.failure("/f").contains("seem to be the same"), "{ended:#?}");
                let work = Transfer { is_move, policy, ..transfer(vec![prefix("a/")], far_at("")) };
                let ended = t.run(Work::Transfer(work)).await;
                assert!(ended.failure("/a/f").contains("seem to be the same"), "{ended:#?}");
            }
        }
        // Into itself, and out of itself: the order would decide what is left.
        let into = t.run(moved(vec![prefix("a/")], far_at("a/"))).await;
        assert!(
            matches!(&into.end, JobEnd::Failed(error) if error.to_string().contains("cannot be told")),
            "{into:#?}"
        );
        let policy = ConflictPolicy::Skip;
        let out = transfer(vec![prefix("a/")], far_at(""));
        let out = Transfer { takes_contents: true, is_move: true, policy, ..out };
        let out = t.run(Work::Transfer(out)).await;
        assert!(out.failure("/a/a/f").contains("is among what this job copies"), "{out:#?}");
        assert_eq!(t.get("a/a/f").await, b"y");
        assert_eq!(t.get("f").await, b"the only copy");
        assert_eq!(t.keys().await, ["a/a/f", "a/f", "f"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_class_that_the_target_does_not_know_gives_way_to_its_default_unless_it_was_asked_for() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "plain", "x").await;
    for key in ["one", "two"] {
        let options = WriteOptions { storage_class: Some("STANDARD_IA".into()), ..WriteOptions::default() };
        far.store.put(&ObjectRef::new("bench", key), Bytes::from_static(b"x"), &options).await.unwrap();
    }
    let overwrite =
        |key: &str| Transfer { policy: ConflictPolicy::Overwrite, ..transfer(vec![far_object(key)], at("")) };
    // So that it is known to take checksums, and a refusal is not about them.
    assert_eq!(t.run(Work::Transfer(overwrite("plain"))).await.end, JobEnd::Done);
    t.demo.faults().add(Rule::new(Fault::NotImplemented).on("PutObject").times(1));
    assert_eq!(t.run(Work::Transfer(overwrite("one"))).await.end, JobEnd::Done);
    assert_eq!(t.store.head(&ObjectRef::new("bench", "one")).await.unwrap().storage_class, None);
    t.demo.faults().add(Rule::new(Fault::NotImplemented).on("PutObject").times(1));
    let asked = Transfer { storage_class: Some(crate::model::entry::StorageClass::StandardIa), ..overwrite("two") };
    assert!(t.run(Work::Transfer(asked)).await.failure("/two").contains("not"), "what was asked for is not left out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_copy_to_another_endpoint_loses_is_said_before() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "f", "x").await;
    let purpose = Purpose::Transfer { to: at("") };
    t.engine.submit(Request::Count { ticket: Ticket(9), items: vec![far_object("f")], purpose });
    let notes = loop {
        match t.report().await {
            Report::Counted { summary, .. } if summary.is_complete => break summary.notes,
            _ => {}
        }
    };
    for words in ["go through this machine", "ACLs and encryption are not carried over", "only current versions"] {
        assert!(notes.iter().any(|note| note.contains(words)), "{words}: {notes:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_behind_a_profile_is_completed_by_what_that_reaches() {
    let mut t = bench().await;
    let far = far(&t).await;
    put(&far.store, "photos/2026/a.jpg", "x").await;
    let base = t.home.path().to_owned();
    for (typed, offered) in [
        ("s3://far@", "s3://far@bench/"),
        ("s3://far@be", "s3://far@bench/"),
        ("s3://far@bench/ph", "s3://far@bench/photos/"),
    ] {
        t.engine.submit(Request::Complete { ticket: Ticket(6), text: typed.to_owned(), base: base.clone() });
        let texts = loop {
            match t.report().await {
                Report::Completed { texts, .. } => break texts,
                Report::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        };
        assert_eq!(texts, [offered], "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_of_several_profiles_are_not_copied_at_once() {
    let mut t = bench().await;
    let ended = t.transfer(vec![object("a"), far_object("b")], here(t.path("d"))).await;
    assert!(
        matches!(&ended.end, JobEnd::Failed(error) if error.to_string().contains("several profiles")),
        "{ended:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_that_is_in_no_file_is_named() {
    let mut t = bench().await;
    let nowhere = BucketName::from("b").by(&Profile::named("no such profile"));
    let ended = t.transfer(vec![Item::Object(ObjectRef::new(nowhere, "k"))], here(t.path("d"))).await;
    assert!(ended.failure("/k").contains("the profile no such profile: it is neither in"), "{ended:#?}");
    t.put("f", "x").await;
    let to = Location::bucket(BucketName::from("b").by(&Profile::named("no such profile")));
    let ended = t.transfer(vec![object("f")], to).await;
    let JobEnd::Failed(error) = &ended.end else { panic!("{ended:#?}") };
    assert!(error.to_string().contains("the profile no such profile"), "at once, and nothing waits for it: {error}");
}
