//! Moves: what is deleted at the source, and what is not.

use std::os::unix::fs::{MetadataExt, symlink};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_deletes_each_source_after_its_copy_and_the_emptied_folders() {
    let mut t = bench().await;
    t.write("up/a", "1");
    t.write("up/sub/b", noise(11 * MIB));
    std::fs::create_dir(t.path("up/empty")).unwrap();
    let ended = t.run(moved(vec![Item::Folder(t.path("up"))], at("x/"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.keys().await, ["x/up/a", "x/up/empty/", "x/up/sub/b"]);
    assert!(!t.path("up").exists());

    let ended = t.run(moved(vec![prefix("x/up/")], here(t.path("back")))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree("back"), ["up/", "up/a", "up/empty/", "up/sub/", "up/sub/b"]);
    assert_eq!(t.read("back/up/sub/b"), noise(11 * MIB));
    assert!(t.keys().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_does_not_touch_what_links_lead_to() {
    let mut t = bench().await;
    t.write("precious/data", "keep");
    t.write("up/own", "1");
    symlink(t.path("precious"), t.path("up/folder-link")).unwrap();
    symlink(t.path("precious/data"), t.path("up/file-link")).unwrap();
    let ended = t.run(moved(vec![Item::Folder(t.path("up"))], at(""))).await;
    assert_eq!(ended.skipped("folder-link"), "a link to a folder is not moved");
    assert_eq!(t.keys().await, ["up/file-link", "up/own"]);
    assert_eq!(t.read("precious/data"), b"keep");
    assert_eq!(t.tree("up"), ["folder-link"], "the link that was copied is gone, the other stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_that_is_skipped_is_not_deleted_by_a_move() {
    let mut t = bench().await;
    t.write("f", "mine");
    t.put("f", "theirs").await;
    let work = Work::Transfer(Transfer {
        is_move: true,
        policy: ConflictPolicy::Skip,
        ..transfer(vec![Item::File(t.path("f"))], at(""))
    });
    let ended = t.run(work).await;
    assert_eq!(ended.skipped("f"), "the target exists");
    assert_eq!((t.read("f"), t.get("f").await), (b"mine".to_vec(), b"theirs".to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_move_renames_and_merges_where_the_target_exists() {
    let mut t = bench().await;
    t.write("from/a", "1");
    t.write("from/sub/b", "2");
    t.write("to/from/c", "3");
    let ended = t.run(moved(vec![Item::Folder(t.path("from"))], here(t.path("to")))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree("to"), ["from/", "from/a", "from/c", "from/sub/", "from/sub/b"]);
    assert!(!t.path("from").exists());
    t.write("one", "x");
    let before = std::fs::metadata(t.path("one")).unwrap().ino();
    t.run(moved(vec![Item::File(t.path("one"))], here(t.path("to")))).await;
    assert_eq!(std::fs::metadata(t.path("to/one")).unwrap().ino(), before, "a rename, not a copy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marker_that_holds_something_is_refused_and_a_move_keeps_it() {
    let mut t = bench().await;
    t.put("p/full/", "not to be lost").await;
    t.put("p/empty/", "").await;
    let ended = t.run(moved(vec![prefix("p/")], here(t.path("d")))).await;
    assert!(ended.failure("p/full/").contains("has contents"), "{ended:#?}");
    assert_eq!(t.keys().await, ["p/full/"]);
    assert_eq!(t.get("p/full/").await, b"not to be lost");
    assert_eq!(t.tree("d"), ["p/", "p/empty/"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_keeps_each_empty_folder_that_did_not_arrive() {
    use std::os::unix::ffi::OsStrExt;
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("PutObject").key("denied"));
    let bad = t.path("up").join(std::ffi::OsStr::from_bytes(b"bad\xff"));
    for folder in [t.path("up/denied"), t.path("up/fine"), bad.clone()] {
        std::fs::create_dir_all(folder).unwrap();
    }
    t.write("up/sub/f", "x");
    let ended = t.run(moved(vec![Item::Folder(t.path("up"))], at(""))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert!(bad.exists() && t.path("up/denied").exists(), "{ended:#?}");
    assert!(!t.path("up/fine").exists() && !t.path("up/sub").exists());
    assert_eq!(t.keys().await, ["up/fine/", "up/sub/f"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_links_are_moved_one_after_the_other() {
    let mut t = bench().await;
    t.write("up/one", noise(100_000));
    std::fs::hard_link(t.path("up/one"), t.path("up/two")).unwrap();
    let ended = t.run(moved(vec![Item::Folder(t.path("up"))], at(""))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(!t.path("up").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filtered_move_leaves_what_it_does_not_take() {
    let mut t = bench().await;
    t.write("d/a.csv", "a");
    t.write("d/sub/b.txt", "b");
    std::fs::create_dir(t.path("d/empty")).unwrap();
    t.put("p/a.csv", "a").await;
    t.put("p/sub/", "").await;
    t.put("p/b.txt", "b").await;
    let mut filter = Filter::default();
    filter.push(false, "*.txt");
    let filtered = |item, to| {
        let filter = filter.clone();
        Work::Transfer(Transfer { filter, takes_contents: true, is_move: true, ..transfer(vec![item], to) })
    };
    t.run(filtered(Item::Folder(t.path("d")), here(t.path("e")))).await;
    assert_eq!((t.tree("d"), t.tree("e")), (strings(&["empty/", "sub/", "sub/b.txt"]), strings(&["a.csv"])));
    t.run(filtered(prefix("p/"), at("q/"))).await;
    assert_eq!(t.keys().await, ["p/b.txt", "p/sub/", "q/a.csv"]);
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
