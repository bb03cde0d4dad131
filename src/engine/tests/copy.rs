//! Copies and moves between this machine and S3, and on this machine.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};

use super::*;

const MIB: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_goes_up_and_comes_back_the_same() {
    let mut t = bench_with(Options::default()).await;
    t.write("up/a.txt", "hello");
    t.write("up/deep/er/b.json", "{}");
    t.write("up/deep/empty-file", "");
    std::fs::create_dir(t.path("up/empty")).unwrap();
    let big = noise(20 * MIB + 123);
    t.write("up/big.bin", &big);
    let up = t.transfer(vec![Item::Folder(t.path("up"))], at("in/")).await;
    assert_eq!(up.end, JobEnd::Done, "{up:#?}");
    assert_eq!(
        t.keys().await,
        ["in/up/a.txt", "in/up/big.bin", "in/up/deep/empty-file", "in/up/deep/er/b.json", "in/up/empty/"]
    );
    assert_eq!(*up.outcome("big.bin"), ItemOutcome::Done(Verified::Crc64Nvme));
    assert_eq!(*up.outcome("a.txt"), ItemOutcome::Done(Verified::Crc64Nvme));
    let facts = t.store.head(&ObjectRef::new("bench", "in/up/deep/er/b.json")).await.unwrap();
    assert_eq!(facts.attributes.content_type.as_deref(), Some("application/json"));
    assert_eq!(t.demo.open_uploads(), 0);

    let down = t.transfer(vec![prefix("in/up/")], here(t.path("down"))).await;
    assert_eq!(down.end, JobEnd::Done, "{down:#?}");
    let names = ["up/", "up/a.txt", "up/big.bin", "up/deep/", "up/deep/empty-file", "up/deep/er/", "up/deep/er/b.json"];
    assert_eq!(t.tree("down"), [&names[..], &["up/empty/"]].concat());
    assert_eq!(t.read("down/up/big.bin"), big);
    assert_eq!(t.read("down/up/a.txt"), b"hello");
    assert_eq!(*down.outcome("big.bin"), ItemOutcome::Done(Verified::Crc64Nvme));
    let modified = t.store.head(&ObjectRef::new("bench", "in/up/a.txt")).await.unwrap().modified.unwrap();
    assert_eq!(std::fs::metadata(t.path("down/up/a.txt")).unwrap().mtime(), modified.as_second());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_adds_up_to_all_bytes_and_items() {
    let mut t = bench().await;
    for number in 0..250 {
        t.write(&format!("many/{number}"), vec![0; number]);
    }
    t.write("many/large", noise(11 * MIB));
    let job = t.start(Work::Transfer(transfer(vec![Item::Folder(t.path("many"))], at(""))));
    let progress = loop {
        if let Report::Started { progress, .. } = t.report().await {
            break progress;
        }
    };
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!((ended.end.clone(), ended.results.len()), (JobEnd::Done, 251));
    let snapshot = progress.snapshot();
    assert_eq!((snapshot.items_done, snapshot.items_total), (251, 251));
    assert_eq!(snapshot.bytes_done, snapshot.bytes_total);
    assert!(snapshot.is_counted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_and_whole_files_share_memory_for_one_of_them_and_none_waits_for_ever() {
    let mut t = bench_with(Options { memory_bytes: 6 * MIB as u64, ..small_parts() }).await;
    for number in 0..8 {
        t.write(&format!("up/whole-{number}"), noise(2 * MIB));
        t.write(&format!("up/small-{number}"), noise(MIB / 2));
    }
    for number in 0..3 {
        t.write(&format!("up/large-{number}"), noise(11 * MIB));
    }
    let up = t.transfer(vec![Item::Folder(t.path("up"))], at("")).await;
    assert_eq!((up.end.clone(), up.results.len()), (JobEnd::Done, 19), "{up:#?}");
    assert_eq!(t.get("up/large-2").await, noise(11 * MIB));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_writes_outside_the_target() {
    let mut t = bench().await;
    let hostile = ["p/../../x", "p//abs", "p/a/../../b", "p/nul\0", &format!("p/{}", "n".repeat(300)), "p/./dot"];
    for key in hostile {
        t.put(key, "evil").await;
    }
    t.put("p/C:\\x", "fine").await;
    t.put("p/\u{1b}[2J", "fine").await;
    std::fs::create_dir_all(t.path("outer/in")).unwrap();
    let ended = t.transfer(vec![prefix("p/")], here(t.path("outer/in"))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert_eq!(
        t.tree("outer"),
        ["in/", "in/p/", "in/p/C:\\x", "in/p/\u{1b}[2J"].map(str::to_owned).as_slice().to_sorted()
    );
    assert!(ended.failure("p/../../x").contains("a part of the key is '.' or '..'"));
    assert!(ended.failure("p//abs").contains("a part of the key is empty"));
    assert_eq!(ended.results.iter().filter(|own| matches!(own.outcome, ItemOutcome::Failed(_))).count(), 6);
    // Only what the advice helps with has it.
    for (key, is_advised) in [("p/../../x", true), ("p//abs", true), ("nul\0", true), ("nnn", false)] {
        let ItemOutcome::Failed(error) = ended.outcome(key) else { panic!("{key}") };
        assert_eq!(error.hint().is_some_and(|hint| hint.contains("unsafe_keys")), is_advised, "{key}");
    }
}

trait Sorted {
    fn to_sorted(&self) -> Vec<String>;
}

impl Sorted for [String] {
    fn to_sorted(&self) -> Vec<String> {
        let mut sorted = self.to_vec();
        sorted.sort();
        sorted
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unsafe_keys_are_escaped_if_one_wishes() {
    let mut t = bench_with(Options { unsafe_keys: crate::model::name::UnsafeKeys::Escape, ..Options::default() }).await;
    t.put("p/../x", "1").await;
    t.put("p//y", "2").await;
    let ended = t.transfer(vec![prefix("p/")], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree("d"), ["p/", "p/%2E%2E/", "p/%2E%2E/x", "p/%2Fy"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_leads_out_of_the_target_is_refused_for_that_item_only() {
    let mut t = bench().await;
    t.put("p/out/f", "evil").await;
    t.put("p/ok", "fine").await;
    std::fs::create_dir_all(t.path("secret")).unwrap();
    std::fs::create_dir_all(t.path("d/p")).unwrap();
    symlink(t.path("secret"), t.path("d/p/out")).unwrap();
    let ended = t.transfer(vec![prefix("p/")], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("p/out/f").contains("leads out of the target folder"), "{}", ended.failure("p/out/f"));
    assert!(t.tree("secret").is_empty());
    assert_eq!(t.read("d/p/ok"), b"fine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_and_a_folder_of_one_name_cannot_both_exist_and_the_rest_goes_on() {
    let mut t = bench().await;
    t.put("p/dir", "file").await;
    t.put("p/dir/x", "below").await;
    t.put("p/full/", "contents").await;
    t.put("p/other", "fine").await;
    let ended = t.transfer(vec![prefix("p/")], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    let failed = ended.results.iter().filter(|own| matches!(own.outcome, ItemOutcome::Failed(_))).count();
    assert_eq!(failed, 2, "{ended:#?}");
    assert!(ended.failure("p/full/").contains("a key that ends in a slash and has contents"));
    assert_eq!(t.read("d/p/other"), b"fine");
    assert!(!t.tree("d").iter().any(|name| name.contains(".bucketry-")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_followed_and_what_is_no_file_is_left_out_with_a_reason() {
    let mut t = bench().await;
    t.write("else/where", "linked");
    t.write("up/real", "real");
    symlink(t.path("else"), t.path("up/link")).unwrap();
    symlink(t.path("up"), t.path("up/loop")).unwrap();
    symlink("nowhere", t.path("up/broken")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, t.path("up/fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    std::fs::write(t.path("up").join(std::ffi::OsStr::from_bytes(b"bad\xff")), "x").unwrap();
    let ended = t.transfer(vec![Item::Folder(t.path("up"))], at("")).await;
    assert_eq!(t.keys().await, ["up/link/where", "up/real"]);
    assert_eq!(ended.skipped("up/fifo"), "a FIFO is never read");
    assert_eq!(ended.skipped("up/loop"), "a link that leads back to a folder above it");
    assert_eq!(ended.skipped("up/broken"), "a link that leads nowhere");
    assert!(ended.failure("bad\u{fffd}").contains("not UTF-8"));
}

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
async fn a_renamed_item_goes_under_its_new_name() {
    let mut t = bench().await;
    t.write("a.txt", "1");
    let renamed =
        |items, to, name: &str| Work::Transfer(Transfer { rename: Some(name.to_owned()), ..transfer(items, to) });
    t.run(renamed(vec![Item::File(t.path("a.txt"))], at("x/"), "b.txt")).await;
    assert_eq!(t.keys().await, ["x/b.txt"]);
    t.run(renamed(vec![prefix("x/")], here(t.path("d")), "y")).await;
    assert_eq!(t.tree("d"), ["y/", "y/b.txt"]);
    let ended = t.run(renamed(vec![object("x/b.txt")], here(t.path("d")), "../evil")).await;
    assert!(matches!(ended.end, JobEnd::Failed(_)), "{ended:?}");
    assert!(!t.path("evil").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_copies_keep_mode_time_and_contents() {
    use std::os::unix::fs::PermissionsExt;
    let mut t = bench().await;
    let contents = noise(3 * MIB + 7);
    let path = t.write("from/sub/f", &contents);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
    std::fs::create_dir(t.path("from/empty")).unwrap();
    let ended = t.transfer(vec![Item::Folder(t.path("from"))], here(t.path("to"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree("to"), ["from/", "from/empty/", "from/sub/", "from/sub/f"]);
    assert_eq!(t.read("to/from/sub/f"), contents);
    let (one, two) = (std::fs::metadata(&path).unwrap(), std::fs::metadata(t.path("to/from/sub/f")).unwrap());
    assert_eq!((one.mode(), one.mtime(), one.mtime_nsec()), (two.mode(), two.mtime(), two.mtime_nsec()));
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
async fn a_transfer_onto_or_into_itself_is_refused_before_anything_is_sent() {
    let mut t = bench().await;
    t.put("a/f", "x").await;
    t.write("d/f", "x");
    std::fs::hard_link(t.path("d/f"), t.path("hard")).unwrap();
    t.demo.forget_requests();
    let mut refused = async |items: Vec<Item>, to: Location, is_move: bool| {
        let work = Transfer { is_move, policy: ConflictPolicy::Overwrite, ..transfer(items, to) };
        let ended = t.run(Work::Transfer(work)).await;
        assert!(matches!(&ended.end, JobEnd::Failed(error) if error.kind == Kind::Invalid), "{ended:?}");
        assert!(ended.results.is_empty());
    };
    refused(vec![object("a/f")], at("a/"), true).await;
    refused(vec![prefix("a/")], at("a/b/"), false).await;
    let home = t.home.path().to_owned();
    let mut refused = async |item: Item, to: PathBuf| {
        let work = Transfer { is_move: true, policy: ConflictPolicy::Overwrite, ..transfer(vec![item], here(to)) };
        let ended = t.run(Work::Transfer(work)).await;
        assert!(matches!(&ended.end, JobEnd::Failed(error) if error.kind == Kind::Invalid), "{ended:?}");
    };
    refused(Item::File(home.join("d/f")), home.join("d")).await;
    refused(Item::Folder(home.join("d")), home.join("d/sub")).await;
    assert_eq!((t.read("d/f"), t.read("hard")), (b"x".to_vec(), b"x".to_vec()));
    assert!(t.demo.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_items_of_one_name_never_replace_each_other() {
    let mut t = bench().await;
    let items = vec![Item::File(t.write("a/f", "1")), Item::File(t.write("b/f", "2"))];
    let work = Transfer { is_move: true, policy: ConflictPolicy::Overwrite, ..transfer(items, at("")) };
    let ended = t.run(Work::Transfer(work)).await;
    assert!(matches!(ended.end, JobEnd::Failed(_)));
    assert_eq!((t.read("a/f"), t.read("b/f")), (b"1".to_vec(), b"2".to_vec()));
    assert!(t.keys().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_xml_cannot_carry_go_up_with_one_request() {
    let mut t = bench().await;
    let contents = noise(11 * MIB);
    t.write("\u{1b}[2J", &contents);
    let ended = t.transfer(vec![Item::File(t.path("\u{1b}[2J"))], at("")).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.demo.count("CreateMultipartUpload"), 0);
    assert_eq!(t.get("\u{1b}[2J").await, contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_255_bytes_is_downloaded() {
    let mut t = bench().await;
    let name = "n".repeat(255);
    t.put(&name, noise(MIB)).await;
    let ended = t.transfer(vec![object(&name)], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.read(&format!("d/{name}")), noise(MIB));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_small_files_stream_through() {
    let mut t = bench().await;
    for number in 0..1500 {
        t.write(&format!("many/{}/{number}", number % 10), number.to_string());
    }
    let ended = t.transfer(vec![Item::Folder(t.path("many"))], at("")).await;
    assert_eq!((ended.end.clone(), ended.results.len()), (JobEnd::Done, 1500));
    let ended = t.transfer(vec![prefix("many/")], here(t.path("back"))).await;
    assert_eq!((ended.end.clone(), ended.results.len()), (JobEnd::Done, 1500));
    assert_eq!(t.read("back/many/7/1497"), b"1497");
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

fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
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
async fn a_copy_that_meets_its_own_output_by_a_link_ends() {
    for link_to in ["b", "", "b/a"] {
        let mut t = bench().await;
        std::fs::create_dir_all(t.path("b/a")).unwrap();
        for number in 0..50 {
            t.write(&format!("a/{number}"), "x");
        }
        std::os::unix::fs::symlink(t.path(link_to), t.path("a/l")).unwrap();
        let ended = t.transfer(vec![Item::Folder(t.path("a"))], here(t.path("b"))).await;
        assert_eq!(ended.end, JobEnd::Done, "{link_to}: {ended:#?}");
        let mut reasons = ended.results.iter().filter_map(|own| match &own.outcome {
            ItemOutcome::Skipped(reason) => Some(reason.as_str()),
            _ => None,
        });
        assert!(reasons.any(|reason| reason.contains("into the copy")), "{link_to}: {ended:#?}");
        assert!(t.tree("b").len() < 120, "{link_to}: {} entries", t.tree("b").len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_private_stays_private_on_its_way() {
    let mut t = bench().await;
    let file = t.write("src/deep/key", noise(3 * 1024 * 1024));
    set_mode(&file, 0o600);
    set_mode(&t.path("src/deep"), 0o500);
    set_mode(&t.path("src"), 0o750);
    std::fs::create_dir(t.path("d")).unwrap();
    let root = crate::local::root::Root::create(&t.path("d")).unwrap();
    let held = root.create_file(Path::new("x"), Some(0o600)).unwrap();
    let temporary = std::fs::read_dir(t.path("d")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode_of(&temporary), 0o600, "also before it has its name");
    drop(held);
    let ended = t.transfer(vec![Item::Folder(t.path("src"))], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    let modes = ["d/src", "d/src/deep", "d/src/deep/key"].map(|path| mode_of(&t.path(path)));
    assert_eq!(modes, [0o750, 0o500, 0o600]);
    // So that the folder can be removed again by who is not root.
    set_mode(&t.path("src/deep"), 0o700);
    set_mode(&t.path("d/src/deep"), 0o700);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_replaces_a_link_does_not_get_the_links_mode() {
    let mut t = bench().await;
    t.put("f", "new").await;
    t.write("d/target", "old");
    std::os::unix::fs::symlink("target", t.path("d/f")).unwrap();
    let ended = t.run(with_policy(ConflictPolicy::Overwrite, vec![object("f")], here(t.path("d")))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!((t.read("d/f"), t.read("d/target")), (b"new".to_vec(), b"old".to_vec()));
    assert_eq!(mode_of(&t.path("d/f")) & 0o022, 0);
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
async fn a_new_name_of_a_local_file_has_no_slash() {
    let mut t = bench().await;
    let item = Item::File(t.write("f", "x"));
    let work = Transfer { rename: Some("a//b".to_owned()), ..transfer(vec![item], at("")) };
    let ended = t.run(Work::Transfer(work)).await;
    assert!(matches!(&ended.end, JobEnd::Failed(error) if error.to_string().contains("slash")), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contents_of_one_folder_or_prefix_get_their_place_right_below_the_target() {
    let mut t = bench().await;
    t.write("d/a", "a");
    t.write("d/sub/b", "b");
    let contents = |item, to| Work::Transfer(Transfer { takes_contents: true, ..transfer(vec![item], to) });
    t.run(contents(Item::Folder(t.path("d")), at(""))).await;
    t.run(contents(prefix("sub/"), at("x/"))).await;
    assert_eq!(t.keys().await, ["a", "sub/b", "x/b"]);
    t.run(contents(Item::Folder(t.path("d")), here(t.path("e")))).await;
    assert_eq!(t.tree("e"), ["a", "sub/", "sub/b"]);
    t.put("odd//c", "c").await;
    t.run(contents(prefix("odd//"), at("y/"))).await;
    t.transfer(vec![prefix("odd//")], at("z/")).await;
    assert_eq!(t.get("y/c").await, t.get("z//c").await, "the name between two slashes is empty, and a name");
    let ended = t.run(contents(object("a"), at("w/"))).await;
    assert!(matches!(&ended.end, JobEnd::Failed(error) if error.kind == Kind::Invalid), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contents_are_not_copied_onto_or_into_themselves() {
    let mut t = bench().await;
    t.put("a/f", "f").await;
    t.write("d/f", "f");
    for (item, to) in [
        (prefix("a/"), at("a/")),
        (prefix("a/"), at("a/b/")),
        (Item::Folder(t.path("d")), here(t.path("d"))),
        (Item::Folder(t.path("d")), here(t.path("d/e"))),
    ] {
        let work = Work::Transfer(Transfer { takes_contents: true, is_move: true, ..transfer(vec![item], to) });
        let ended = t.run(work).await;
        assert!(matches!(&ended.end, JobEnd::Failed(error) if error.kind == Kind::Invalid), "{ended:?}");
    }
    assert_eq!((t.keys().await, t.read("d/f")), (vec!["a/f".to_owned()], b"f".to_vec()));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_file_is_never_replaced_nor_left_out_in_silence() {
    let mut t = bench().await;
    t.put("k", "k").await;
    let fifo = t.path("k");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let is_fifo = |path: &Path| std::os::unix::fs::FileTypeExt::is_fifo(&path.metadata().unwrap().file_type());
    std::os::unix::fs::symlink("k", t.path("link")).unwrap();
    for name in ["k", "link"] {
        let mut onto = transfer(vec![object("k")], here(t.path("")));
        (onto.rename, onto.policy) = (Some(name.to_owned()), ConflictPolicy::Overwrite);
        let ended = t.run(Work::Transfer(onto)).await;
        assert!(ended.failure("k").contains("a FIFO, a socket or a device"), "{ended:#?}");
        assert!(is_fifo(&t.path(name)) && t.path("link").is_symlink());
    }
    let ended = t.transfer(vec![Item::File(fifo.clone())], at("up/")).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("k").contains("a FIFO is never read"), "it was asked for by its name: {ended:#?}");
    let ended = t.transfer(vec![Item::Folder(t.path(""))], at("up/")).await;
    assert!(ended.skipped("/k").contains("a FIFO is never read"));
    assert_eq!(ended.end, JobEnd::Done);
}
