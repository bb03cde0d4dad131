//! Changes of objects where they are: what is written, what is kept, and what stops them.

use super::*;
use crate::model::access::acl::{ALL_USERS, Grant, Grantee};
use crate::model::attributes::{CannedAcl, Encryption, WrittenAcl};
use crate::model::change::{Change, Header, PairsChange, type_rule};
use crate::model::document::DocumentKind;
use crate::model::entry::StorageClass;
use crate::s3::{Attributes, ObjectFacts};

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn dressing() -> WriteOptions {
    WriteOptions {
        attributes: Attributes {
            content_type: Some("text/plain".into()),
            cache_control: Some("no-cache".into()),
            content_disposition: Some("inline".into()),
            content_encoding: Some("identity".into()),
            content_language: Some("de".into()),
            expires: Some("Wed, 21 Oct 2026 07:28:00 GMT".into()),
            website_redirect: Some("/elsewhere".into()),
            user: pairs(&[("colour", "blue"), ("owner", "me")]),
        },
        tags: pairs(&[("stage", "test"), ("team", "red")]),
        storage_class: Some("STANDARD_IA".into()),
        encryption: Some(Encryption { algorithm: "aws:kms".into(), key: Some("key".into()), has_bucket_key: true }),
        ..WriteOptions::default()
    }
}

async fn put_dressed(t: &Bench, key: &str, size: usize) {
    t.store.put(&ObjectRef::new("bench", key), Bytes::from(noise(size)), &dressing()).await.unwrap();
}

async fn head(t: &Bench, key: &str) -> ObjectFacts {
    t.store.head(&ObjectRef::new("bench", key)).await.unwrap()
}

fn work(items: Vec<Item>, change: Change) -> Work {
    Work::Change(Revision { items, filter: Filter::default(), change: Box::new(change), is_rehearsal: false })
}

fn foreseen(items: Vec<Item>, change: Change) -> Work {
    Work::Change(Revision { items, filter: Filter::default(), change: Box::new(change), is_rehearsal: true })
}

fn cached(value: &str) -> Change {
    Change { headers: vec![(Header::CacheControl, Some(value.to_owned()))], ..Change::default() }
}

fn tagged(sets: &[(&str, &str)]) -> Change {
    Change { tags: PairsChange { sets: pairs(sets), ..PairsChange::default() }, ..Change::default() }
}

fn public() -> Change {
    Change { acl: Some(WrittenAcl::Canned(CannedAcl::PublicRead)), ..Change::default() }
}

fn is_done(ended: &Ended) -> bool {
    ended.end == JobEnd::Done && ended.results.iter().all(|result| matches!(result.outcome, ItemOutcome::Done(_)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rewrite_keeps_all_that_is_not_changed_whole_and_in_parts() {
    let options = Options { multipart_copy_threshold: 6 << 20, ..small_parts() };
    let mut t = bench_with(options).await;
    for (key, size) in [("a/empty", 0), ("a/small", 9), ("a/large", 11 << 20)] {
        put_dressed(&t, key, size).await;
    }
    t.demo.forget_requests();
    let ended = t.run(work(vec![prefix("a/")], cached("max-age=60"))).await;
    assert!(is_done(&ended), "{ended:#?}");
    assert_eq!((t.demo.count("CopyObject"), t.demo.count("UploadPartCopy"), t.demo.count("GetObject")), (2, 3, 0));
    for (key, size) in [("a/empty", 0), ("a/small", 9), ("a/large", 11 << 20)] {
        let (facts, was) = (head(&t, key).await, dressing());
        let wanted = Attributes { cache_control: Some("max-age=60".into()), ..was.attributes };
        assert_eq!((facts.attributes, facts.storage_class), (wanted, was.storage_class), "{key}");
        assert_eq!(facts.encryption, was.encryption, "{key}");
        assert_eq!(t.store.object_tags(&ObjectRef::new("bench", key)).await.unwrap(), was.tags, "{key}");
        assert_eq!(t.get(key).await, noise(size), "{key}");
    }
    t.demo.forget_requests();
    let again = t.run(work(vec![prefix("a/")], cached("max-age=60"))).await;
    assert_eq!(again.skipped("a/small"), "it is so already");
    assert_eq!((t.demo.count("CopyObject"), t.demo.open_uploads()), (0, 0), "what it has made it leaves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_can_be_changed_at_once() {
    let mut t = bench().await;
    put_dressed(&t, "site/page.html", 9).await;
    put_dressed(&t, "site/raw", 9).await;
    let change = Change {
        headers: vec![(Header::ContentEncoding, None), (Header::WebsiteRedirect, Some("/new".into()))],
        types: vec![type_rule("*.html=text/html").unwrap()],
        metadata: PairsChange { clears: true, sets: pairs(&[("new", "1")]), ..PairsChange::default() },
        tags: PairsChange { removes: vec!["team".into()], sets: pairs(&[("age", "old")]), clears: false },
        storage_class: Some(StorageClass::GlacierIr),
        encryption: Some(Encryption { algorithm: "AES256".into(), key: None, has_bucket_key: false }),
        acl: None,
    };
    let ended = t.run(work(vec![prefix("site/")], change)).await;
    assert!(is_done(&ended), "{ended:#?}");
    let facts = head(&t, "site/page.html").await;
    let wanted = Attributes {
        content_type: Some("text/html".into()),
        content_encoding: None,
        website_redirect: Some("/new".into()),
        user: pairs(&[("new", "1")]),
        ..dressing().attributes
    };
    assert_eq!((facts.attributes, facts.storage_class.as_deref()), (wanted, Some("GLACIER_IR")));
    assert_eq!(facts.encryption.unwrap().algorithm, "AES256");
    let tags = t.store.object_tags(&ObjectRef::new("bench", "site/page.html")).await.unwrap();
    assert_eq!(tags, pairs(&[("age", "old"), ("stage", "test")]));
    assert_eq!(head(&t, "site/raw").await.attributes.content_type.as_deref(), Some("text/plain"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_and_acls_are_written_without_a_copy() {
    let mut t = bench().await;
    put_dressed(&t, "f", 9).await;
    let f = ObjectRef::new("bench", "f");
    assert!(is_done(&t.run(work(vec![object("f")], tagged(&[("team", "blue")]))).await));
    assert_eq!(t.store.object_tags(&f).await.unwrap(), pairs(&[("stage", "test"), ("team", "blue")]));
    let clear = Change { tags: PairsChange { clears: true, ..PairsChange::default() }, ..Change::default() };
    assert!(is_done(&t.run(work(vec![object("f")], clear)).await));
    assert!(t.store.object_tags(&f).await.unwrap().is_empty());
    let refused = t.run(work(vec![object("f")], public())).await;
    assert!(refused.failure("f").contains("BucketOwnerEnforced"), "{refused:#?}");
    assert_eq!((t.demo.count("CopyObject"), t.demo.count("PutObjectAcl")), (0, 0));
}

async fn bucket_with_acls(t: &Bench) -> ObjectRef {
    t.store.create_open_bucket(&"open".into(), t.demo.region()).await.unwrap();
    let standing = t.store.read_document(&"open".into(), DocumentKind::Ownership).await.unwrap();
    let owners = serde_json::json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerPreferred" }] });
    t.store.write_document(standing, &owners, None).await.unwrap();
    let standing = t.store.read_document(&"open".into(), DocumentKind::PublicAccessBlock).await.unwrap();
    t.store.delete_document(standing).await.unwrap();
    let object = ObjectRef::new("open", "f");
    t.store.put(&object, Bytes::from_static(b"x"), &WriteOptions::default()).await.unwrap();
    object
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acl_is_changed_by_itself_and_kept_by_a_rewrite() {
    let mut t = bench().await;
    let f = bucket_with_acls(&t).await;
    let item = || vec![Item::Object(f.clone())];
    let everyone = Grant { grantee: Grantee::Group(ALL_USERS.into()), permission: "READ".into() };
    let granted = Change { acl: Some(WrittenAcl::Grants(vec![everyone])), ..Change::default() };
    let ended = t.run(work(item(), granted.clone())).await;
    assert!(is_done(&ended), "{ended:#?}");
    assert!(t.store.object_acl(&f).await.unwrap().is_public());
    assert_eq!(t.run(work(item(), public())).await.skipped("f"), "it is so already", "by another name");
    assert!(is_done(&t.run(work(item(), cached("no-store"))).await));
    let acl = t.store.object_acl(&f).await.unwrap();
    assert!(acl.is_public() && acl.grants.len() == 2, "{acl:?}");
    let private = Change { acl: Some(WrittenAcl::Canned(CannedAcl::Private)), ..cached("max-age=1") };
    assert!(is_done(&t.run(work(item(), private)).await), "both in one rewrite");
    assert!(!t.store.object_acl(&f).await.unwrap().is_public());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_not_dropped_by_a_rewrite() {
    let mut t = bench().await;
    let f = bucket_with_acls(&t).await;
    for (operation, word) in [("GetObjectTagging", "tags"), ("GetObjectAcl", "ACL")] {
        let rule = t.demo.faults().add(Rule::new(Fault::Denied).on(operation));
        t.demo.faults().add(Rule::new(Fault::Denied).on("GetBucketOwnershipControls"));
        let ended = t.run(work(vec![Item::Object(f.clone())], cached("no-store"))).await;
        assert!(ended.failure("f").contains(word), "{ended:#?}");
        t.demo.faults().remove(rule);
    }
    assert_eq!(t.demo.count("CopyObject"), 0);
}

async fn keep_versions(t: &Bench) {
    let standing = t.store.read_document(&"bench".into(), DocumentKind::Versioning).await.unwrap();
    t.store.write_document(standing, &serde_json::json!({ "Status": "Enabled" }), None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_lists_what_would_change_and_writes_nothing() {
    let mut t = bench().await;
    put_dressed(&t, "a/f", 9).await;
    put_dressed(&t, "a/so", 9).await;
    assert!(is_done(&t.run(work(vec![object("a/so")], cached("max-age=1"))).await));
    keep_versions(&t).await;
    put_dressed(&t, "a/f", 9).await;
    t.demo.forget_requests();
    let ended = t.run(foreseen(vec![prefix("a/")], Change { ..cached("max-age=1") })).await;
    let ItemOutcome::WouldChange(foreseen) = ended.outcome("a/f") else { panic!("{ended:#?}") };
    let lines: Vec<_> = foreseen.differences.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["Cache-Control: no-cache -> max-age=1"]);
    assert!(foreseen.notes.iter().any(|note| note.contains("new version")), "{foreseen:?}");
    assert_eq!(ended.skipped("a/so"), "it is so already");
    assert_eq!((t.demo.count("CopyObject"), t.demo.count("PutObjectTagging")), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_or_failing_server_is_asked_again_and_one_object_does_not_take_the_others_along() {
    for fault in [Fault::SlowDown, Fault::Internal, Fault::ErrorInOk, Fault::Lost] {
        let mut t = bench().await;
        put_dressed(&t, "a/f", 9).await;
        put_dressed(&t, "a/g", 9).await;
        t.demo.faults().add(Rule::new(fault).on("CopyObject").key("a/f").times(2));
        t.demo.faults().add(Rule::new(Fault::Denied).on("CopyObject").key("a/g"));
        let ended = t.run(work(vec![prefix("a/")], cached("max-age=60"))).await;
        assert!(matches!(ended.outcome("a/f"), ItemOutcome::Done(_)), "{fault:?}: {ended:#?}");
        assert!(matches!(ended.outcome("a/g"), ItemOutcome::Failed(error) if error.kind == Kind::Denied), "{fault:?}");
        assert_eq!((t.get("a/f").await, t.get("a/g").await), (noise(9), noise(9)), "{fault:?}");
        assert_eq!(head(&t, "a/f").await.attributes.cache_control.as_deref(), Some("max-age=60"), "{fault:?}");
        assert_eq!(head(&t, "a/g").await.attributes, dressing().attributes, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_that_is_replaced_meanwhile_stays_as_it_is() {
    for key in ["small", "large"] {
        let options = Options { multipart_copy_threshold: 6 << 20, ..small_parts() };
        let mut t = bench_with(options).await;
        put_dressed(&t, key, if key == "small" { 9 } else { 11 << 20 }).await;
        // Between the first look and the write.
        let rule = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObjectAcl"));
        let job = t.start(work(vec![object(key)], cached("max-age=60")));
        while t.demo.count("GetObjectAcl") == 0 {
            tokio::task::yield_now().await;
        }
        t.put(key, "new").await;
        t.demo.faults().remove(rule);
        let ended = t.follow(job, |_| panic!("it asks nothing")).await;
        assert!(matches!(ended.outcome(key), ItemOutcome::Failed(error) if error.kind == Kind::Conflict), "{ended:#?}");
        assert_eq!((t.get(key).await, t.demo.open_uploads()), (b"new".to_vec(), 0));
        assert_eq!(head(&t, key).await.attributes.cache_control, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_a_copy_spoils_are_noticed() {
    for fault in [Fault::Flip, Fault::Short] {
        let mut t = bench().await;
        put_dressed(&t, "f", 9).await;
        t.demo.faults().add(Rule::new(fault).on("CopyObject"));
        let ended = t.run(work(vec![object("f")], cached("max-age=60"))).await;
        assert!(matches!(ended.outcome("f"), ItemOutcome::Failed(error) if error.kind == Kind::Corrupt), "{ended:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_object_takes_tags_alone() {
    let mut t = bench().await;
    let cold = WriteOptions { storage_class: Some("GLACIER".into()), ..WriteOptions::default() };
    t.store.put(&ObjectRef::new("bench", "cold"), Bytes::from_static(b"x"), &cold).await.unwrap();
    let ended = t.run(work(vec![object("cold")], cached("max-age=60"))).await;
    assert!(matches!(ended.outcome("cold"), ItemOutcome::Failed(error) if error.kind == Kind::Archived), "{ended:#?}");
    assert!(is_done(&t.run(work(vec![object("cold")], tagged(&[("team", "blue")]))).await));
    assert_eq!(t.demo.count("CopyObject"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_version_is_tagged_and_never_made_the_current_one() {
    let mut t = bench().await;
    keep_versions(&t).await;
    put_dressed(&t, "f", 9).await;
    let old = ObjectRef { version: head(&t, "f").await.version, ..ObjectRef::new("bench", "f") };
    t.put("f", "new").await;
    let newest = ObjectRef { version: head(&t, "f").await.version, ..ObjectRef::new("bench", "f") };
    let refused = t.run(work(vec![Item::Object(old.clone())], cached("no-store"))).await;
    assert!(
        refused.results.iter().all(
            |own| matches!(&own.outcome, ItemOutcome::Failed(error) if error.to_string().contains("older version"))
        ),
        "{refused:#?}"
    );
    assert!(is_done(&t.run(work(vec![Item::Object(old.clone())], tagged(&[("team", "old")]))).await));
    assert!(t.store.object_tags(&old).await.unwrap().contains(&("team".into(), "old".into())));
    assert!(t.store.object_tags(&newest).await.unwrap().is_empty());
    assert!(is_done(&t.run(work(vec![Item::Object(newest.clone())], cached("no-store"))).await));
    assert_eq!(
        (head(&t, "f").await.attributes.cache_control.as_deref(), t.get("f").await),
        (Some("no-store"), b"new".to_vec())
    );
    assert_eq!(t.store.head(&old).await.unwrap().attributes, dressing().attributes, "the old one stays");
}

/// The version of the object as it is now.
async fn newest(t: &Bench, key: &str) -> ObjectRef {
    ObjectRef { version: head(t, key).await.version, ..ObjectRef::new("bench", key) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_of_an_object_that_is_replaced_meanwhile_go_to_the_version_that_was_looked_at() {
    let mut t = bench().await;
    keep_versions(&t).await;
    put_dressed(&t, "f", 9).await;
    let old = newest(&t, "f").await;
    // Between the look and the write.
    let rule = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObjectTagging"));
    let job = t.start(work(vec![object("f")], tagged(&[("team", "blue")])));
    while t.demo.count("GetObjectTagging") == 0 {
        tokio::task::yield_now().await;
    }
    t.put("f", "new").await;
    t.demo.faults().remove(rule);
    let ended = t.follow(job, |_| panic!("it asks nothing")).await;
    assert!(matches!(ended.outcome("f"), ItemOutcome::Failed(error) if error.kind == Kind::Conflict), "{ended:#?}");
    let new = newest(&t, "f").await;
    assert!(t.store.object_tags(&new).await.unwrap().is_empty(), "the new object has tags of the old one");
    assert_eq!(t.store.object_tags(&old).await.unwrap(), pairs(&[("stage", "test"), ("team", "blue")]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_not_taken_from_the_account_that_it_belongs_to() {
    let mut t = bench().await;
    let f = bucket_with_acls(&t).await;
    let partner = t.demo.partner();
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": partner.number() }, "Action": "s3:*",
        "Resource": ["arn:aws:s3:::open", "arn:aws:s3:::open/*"]
    }] });
    let standing = t.store.read_document(&"open".into(), DocumentKind::Policy).await.unwrap();
    t.store.write_document(standing, &policy, None).await.unwrap();
    let keys =
        Settings { static_keys: Some(Keys::new(partner.access_key(), partner.secret_key())), ..settings_of(&t.demo) };
    let (sender, reports) = mpsc::channel(64);
    (t.engine, t.reports) = (Engine::start(keys, small_parts(), sender), reports);
    let acl = Some(WrittenAcl::Canned(CannedAcl::PublicRead));
    for change in [cached("no-store"), Change { acl, ..cached("no-store") }] {
        let ended = t.run(work(vec![Item::Object(f.clone())], change)).await;
        assert!(ended.failure("f").contains("belongs to another account"), "{ended:#?}");
    }
    assert_eq!(t.demo.count("CopyObject"), 0);
}

/// What the bucket says is enough for whoever may not list buckets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_an_object_is_can_be_known_without_a_list_of_buckets() {
    let mut t = bench().await;
    let f = bucket_with_acls(&t).await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListBuckets"));
    let ended = t.run(work(vec![Item::Object(f)], cached("no-store"))).await;
    assert!(is_done(&ended), "{ended:#?}");
}

fn account(id: &str) -> Grantee {
    Grantee::Account { id: id.to_owned(), name: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lone_grant_to_somebody_else_is_kept_by_a_rewrite() {
    let mut t = bench().await;
    let f = bucket_with_acls(&t).await;
    let theirs = Grant { grantee: account(t.demo.partner().canonical_id()), permission: "FULL_CONTROL".into() };
    t.store.set_object_acl(&f, &WrittenAcl::Grants(vec![theirs])).await.unwrap();
    let before = t.store.object_acl(&f).await.unwrap();
    let ended = t.run(work(vec![Item::Object(f.clone())], cached("no-store"))).await;
    assert!(is_done(&ended), "{ended:#?}");
    assert_eq!(t.store.object_acl(&f).await.unwrap(), before);
}
