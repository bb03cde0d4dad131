//! Deletions, folders and buckets, and files that are edited.

use super::*;
use crate::model::document::DocumentKind;
use crate::model::name::ETag;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prefix_is_deleted_in_batches_and_its_neighbours_stay() {
    let mut t = bench().await;
    futures_util::future::join_all((0..2500).map(async |number| t.put(&format!("a/{number}"), "x").await)).await;
    t.put("ab", "stays").await;
    t.put("a/\u{1b}", "odd").await;
    t.demo.forget_requests();
    let ended = t.run(Work::Delete(vec![prefix("a/")])).await;
    assert_eq!((ended.end.clone(), ended.results.len()), (JobEnd::Done, 2501));
    assert_eq!(t.keys().await, ["ab"]);
    assert_eq!(t.demo.count("DeleteObjects"), 3);
    assert_eq!(t.demo.count("DeleteObject"), 1, "a key that XML cannot carry goes alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_may_not_be_deleted_is_named() {
    let mut t = bench().await;
    t.put("a/open", "x").await;
    t.put("a/locked", "x").await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("DeleteObjects").key("locked"));
    let ended = t.run(Work::Delete(vec![prefix("a/")])).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("a/locked").contains("s3:DeleteObject"), "{}", ended.failure("a/locked"));
    assert_eq!(t.keys().await, ["a/locked"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_and_folders_are_deleted_without_following_links() {
    let mut t = bench().await;
    t.write("precious/f", "keep");
    t.write("doomed/sub/f", "x");
    std::os::unix::fs::symlink(t.path("precious"), t.path("doomed/link")).unwrap();
    std::os::unix::fs::symlink(t.path("precious"), t.path("top-link")).unwrap();
    let ended = t.run(Work::Delete(vec![Item::Folder(t.path("doomed")), Item::Folder(t.path("top-link"))])).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree(""), ["precious/", "precious/f"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_and_buckets_are_made_once_and_only_empty_buckets_removed() {
    let mut t = bench().await;
    assert_eq!(t.run(Work::CreateFolder(here(t.path("new/folder")))).await.end, JobEnd::Done);
    let again = t.run(Work::CreateFolder(here(t.path("new/folder")))).await.end;
    assert!(matches!(again, JobEnd::Failed(error) if error.kind == Kind::Conflict));
    assert_eq!(t.run(Work::CreateFolder(at("dir/"))).await.end, JobEnd::Done);
    assert!(matches!(t.run(Work::CreateFolder(at("dir/"))).await.end, JobEnd::Failed(_)));
    assert_eq!(t.keys().await, ["dir/"]);
    let region = t.demo.far_region().to_owned();
    let made = t.run(Work::CreateBucket { name: "made-here".into(), region }).await;
    assert_eq!(made.end, JobEnd::Done, "{made:?}");
    assert!(t.store.public_access_block(&"made-here".into()).await.unwrap().unwrap().restrict_public_buckets);
    assert!(matches!(t.run(Work::RemoveBucket("bench".into())).await.end, JobEnd::Failed(_)));
    assert_eq!(t.run(Work::RemoveBucket("made-here".into())).await.end, JobEnd::Done);
    let refused = t.run(Work::Delete(vec![Item::Bucket("bench".into())])).await;
    assert!(matches!(refused.end, JobEnd::Failed(_)));
    assert_eq!(t.keys().await, ["dir/"]);
}

async fn fetched(t: &mut Bench, object: &ObjectRef) -> (PathBuf, ETag) {
    // The first question may end after the second has begun, and would end it too if it had the same ticket.
    t.last += 1;
    t.engine.submit(Request::Fetch { ticket: Ticket(t.last), object: object.clone() });
    loop {
        match t.report().await {
            Report::Fetched { path, etag, .. } => return (path, etag),
            Report::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_object_is_written_back_with_all_it_had() {
    use std::os::unix::fs::MetadataExt;
    let mut t = bench().await;
    let options = WriteOptions {
        attributes: crate::s3::Attributes { cache_control: Some("no-store".into()), ..Default::default() },
        tags: vec![("k".into(), "v".into())],
        ..WriteOptions::default()
    };
    let to = ObjectRef::new("bench", "conf/app.yaml");
    t.store.put(&to, Bytes::from_static(b"a: 1"), &options).await.unwrap();
    let (path, etag) = fetched(&mut t, &to).await;
    assert_eq!(path.file_name().unwrap(), "app.yaml");
    assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    std::fs::write(&path, "a: 2").unwrap();
    let ended = t.run(Work::PutBack { from: path.clone(), to: to.clone(), if_match: etag }).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:?}");
    assert_eq!(t.get("conf/app.yaml").await, b"a: 2");
    let facts = t.store.head(&to).await.unwrap();
    assert_eq!(facts.attributes.cache_control.as_deref(), Some("no-store"));
    assert_eq!(t.store.object_tags(&to).await.unwrap().len(), 1);
    assert!(!path.parent().unwrap().exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_object_keeps_its_acl() {
    let sample = demo::Options { sample: true, ..demo::Options::default() };
    let mut t = bench_on(sample, small_parts()).await;
    let page = ObjectRef::new("acme-press", "2025/release.txt");
    let before = t.store.object_acl(&page).await.unwrap();
    assert!(before.is_public(), "{before:?}");
    let (path, etag) = fetched(&mut t, &page).await;
    std::fs::write(&path, "new").unwrap();
    let ended = t.run(Work::PutBack { from: path, to: page.clone(), if_match: etag }).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:?}");
    assert_eq!(t.store.object_acl(&page).await.unwrap(), before);
    // Where it cannot be read it would be lost, unless ACLs are known to be disabled.
    let (path, etag) = fetched(&mut t, &page).await;
    std::fs::write(&path, "newer").unwrap();
    for denied in ["GetObjectAcl", "GetBucketOwnershipControls"] {
        t.demo.faults().add(Rule::new(Fault::Denied).on(denied));
        let work = Work::PutBack { from: path.clone(), to: page.clone(), if_match: etag.clone() };
        let ended = t.run(work).await;
        assert!(matches!(&ended.end, JobEnd::Failed(error) if error.to_string().contains("ACL")), "{ended:?}");
    }
    // Nor is it opened for nothing.
    t.last += 1;
    t.engine.submit(Request::Fetch { ticket: Ticket(t.last), object: page });
    let refused = loop {
        match t.report().await {
            Report::Failed { error, .. } => break error,
            Report::Fetched { .. } => panic!("it was opened"),
            _ => {}
        }
    };
    assert!(refused.to_string().contains("would drop its ACL"), "{refused}");
    t.engine.shutdown(LIMIT, Leaving::Cancel).await;
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_meanwhile_is_not_written_over_and_the_edited_text_stays() {
    let mut t = bench().await;
    t.put("f", "one").await;
    let (path, etag) = fetched(&mut t, &ObjectRef::new("bench", "f")).await;
    std::fs::write(&path, "mine").unwrap();
    t.put("f", "theirs").await;
    let ended = t.run(Work::PutBack { from: path.clone(), to: ObjectRef::new("bench", "f"), if_match: etag }).await;
    assert!(matches!(&ended.end, JobEnd::Failed(error) if error.kind == Kind::Conflict), "{ended:?}");
    assert_eq!(t.get("f").await, b"theirs");
    assert_eq!(t.engine.shutdown(LIMIT, Leaving::Cancel).await.edits, std::slice::from_ref(&path));
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetched_file_that_was_not_changed_is_removed_at_the_end() {
    let mut t = bench().await;
    t.put("f", "one").await;
    let (discarded, _) = fetched(&mut t, &ObjectRef::new("bench", "f")).await;
    std::fs::write(&discarded, "begun").unwrap();
    t.engine.submit(Request::Discard(discarded.clone()));
    let other = t.write("other", "not fetched");
    t.engine.submit(Request::Discard(other.clone()));
    let (path, _) = fetched(&mut t, &ObjectRef::new("bench", "f")).await;
    assert!(t.engine.shutdown(LIMIT, Leaving::Cancel).await.edits.is_empty());
    assert!(!path.parent().unwrap().exists() && !discarded.parent().unwrap().exists());
    assert!(other.exists(), "only what was fetched is discarded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_looks_like_the_key_of_another_is_not_said_to_be_deleted() {
    let mut t = bench().await;
    let (there, likeness) = ("a\u{fffd}", "b\u{fffd}");
    t.put(there, "x").await;
    let ended = t.run(Work::Delete(vec![object(there), object(likeness)])).await;
    assert_eq!(*ended.outcome(there), ItemOutcome::Done(Verified::Nothing));
    assert!(ended.failure(likeness).contains("no UTF-8"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_of_what_only_looks_like_a_key_is_not_said_to_be_deleted_and_a_marker_goes() {
    let mut t = bench().await;
    let standing = t.store.read_document(&"bench".into(), DocumentKind::Versioning).await.unwrap();
    t.store.write_document(standing, &serde_json::json!({ "Status": "Enabled" }), None).await.unwrap();
    let (there, likeness) = (ObjectRef::new("bench", "a\u{fffd}"), ObjectRef::new("bench", "b\u{fffd}"));
    t.put(there.key.as_str(), "x").await;
    let version = t.store.head(&there).await.unwrap().version;
    t.store.delete(&there).await.unwrap();
    let page = t.store.list_versions(&"bench".into(), &"".into(), None).await.unwrap();
    let marker = page.versions.iter().find(|row| row.is_marker).unwrap().id.clone();
    let of = |object: &ObjectRef, version| Item::Object(ObjectRef { version, ..object.clone() });
    let items = vec![of(&likeness, version.clone()), of(&there, marker)];
    let ended = t.run(Work::Delete(items)).await;
    let outcome = |key: &str| ended.results.iter().find(|own| own.name.contains(key)).map(|own| &own.outcome).unwrap();
    let ItemOutcome::Failed(error) = outcome(likeness.key.as_str()) else { panic!("{ended:?}") };
    assert!(error.to_string().contains("no UTF-8"), "{error}");
    assert_eq!(*outcome(there.key.as_str()), ItemOutcome::Done(Verified::Nothing));
    assert_eq!(t.store.head(&there).await.unwrap().version, version, "it is there again");
}
