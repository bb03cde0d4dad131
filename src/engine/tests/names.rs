//! Names that S3 knows and a file system does not, and items whose names meet.

use super::*;

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
async fn a_new_name_of_a_local_file_has_no_slash() {
    let mut t = bench().await;
    let item = Item::File(t.write("f", "x"));
    let work = Transfer { rename: Some("a//b".to_owned()), ..transfer(vec![item], at("")) };
    let ended = t.run(Work::Transfer(work)).await;
    assert!(matches!(&ended.end, JobEnd::Failed(error) if error.to_string().contains("slash")), "{ended:?}");
}
