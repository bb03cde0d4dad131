//! Transfers that only say what they would do.

use super::*;

fn rehearsal(policy: ConflictPolicy, items: Vec<Item>, to: Location) -> Transfer {
    Transfer { is_rehearsal: true, is_move: true, policy, ..transfer(items, to) }
}

/// Requests that change something.
const WRITES: [&str; 6] =
    ["PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "DeleteObject", "DeleteObjects"];

fn assert_planned(ended: &Ended, name: &str, target: &str) {
    let planned = matches!(ended.outcome(name), ItemOutcome::Planned(to) if to.ends_with(target));
    assert!(planned, "{name} to {target}: {ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_says_where_each_file_would_go_and_which_would_stay() {
    let mut t = bench().await;
    t.put("in/up/there", "old").await;
    t.write("up/new", "new");
    t.write("up/there", "new");
    let before = WRITES.map(|operation| t.demo.count(operation));
    let items = vec![Item::Folder(t.path("up"))];
    let ended = t.run(Work::Transfer(rehearsal(ConflictPolicy::Skip, items.clone(), at("in/")))).await;
    assert_planned(&ended, "up/new", "s3://bench/in/up/new");
    assert_eq!(ended.skipped("up/there"), "the target exists");
    let ended = t.run(Work::Transfer(rehearsal(ConflictPolicy::Rename, items.clone(), at("in/")))).await;
    assert_planned(&ended, "up/there", "s3://bench/in/up/there (2)");
    let ended = t.run(Work::Transfer(rehearsal(ConflictPolicy::Overwrite, items, at("in/")))).await;
    assert_planned(&ended, "up/there", "s3://bench/in/up/there");
    assert_eq!(WRITES.map(|operation| t.demo.count(operation)), before);
    assert_eq!(t.tree("up"), ["new", "there"], "a move that is not meant deletes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_makes_no_folder_and_a_copy_within_s3_no_object() {
    let mut t = bench().await;
    for key in ["a/", "a/f", "a/sub/g", "a/../h"] {
        t.put(key, if key.ends_with('/') { "" } else { "x" }).await;
    }
    let to = here(t.path("down"));
    let ended = t.run(Work::Transfer(rehearsal(ConflictPolicy::Skip, vec![prefix("a/")], to.clone()))).await;
    assert_planned(&ended, "/a/f", "down/a/f");
    assert!(ended.failure("/h").contains(".."), "{ended:#?}");
    assert!(!t.path("down").exists());
    t.write("down/a/f", "mine");
    let ended = t.run(Work::Transfer(rehearsal(ConflictPolicy::Skip, vec![prefix("a/")], to))).await;
    assert_eq!(ended.skipped("/a/f"), "the target exists");
    assert_eq!(t.tree("down"), ["a/", "a/f"]);
    let ended = t.run(Work::Transfer(rehearsal(ConflictPolicy::Skip, vec![prefix("a/")], at("b/")))).await;
    assert_planned(&ended, "/a/sub/g", "s3://bench/b/a/sub/g");
    assert_eq!(t.keys().await.len(), 4);
}
