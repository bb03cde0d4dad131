//! Copies between this machine and S3, and on this machine.

use std::os::unix::fs::MetadataExt;

use super::*;

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
