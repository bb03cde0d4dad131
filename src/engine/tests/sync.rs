//! Comparisons and syncs: what is found, what is made the same, and what is left alone.

use std::sync::Arc;

use super::*;
use crate::model::compare::{Comparison, Criterion, Hand, Kind as Differs, Places};
use crate::model::error::Error;
use crate::model::sync::{Choice, SyncPlan};

const UP: Choice =
    Choice { target: Hand::Right, by: Criterion::SizeAndTime, is_exact: false, deletes: false, storage_class: None };
const DOWN: Choice = Choice { target: Hand::Left, ..UP };
const MIRROR_UP: Choice = Choice { deletes: true, ..UP };
const MIRROR_DOWN: Choice = Choice { deletes: true, ..DOWN };

impl Bench {
    /// The folder `here` and the prefix `there/`.
    fn places(&self) -> Places {
        std::fs::create_dir_all(self.path("here")).unwrap();
        Places::new(Location::Local(self.path("here")), at("there/"))
    }

    async fn compare(&mut self, places: Places) -> Result<Arc<Comparison>, Error> {
        self.last += 1;
        let asked = Ticket(self.last);
        self.engine.submit(Request::Compare { ticket: asked, places: places.clone() });
        let mut comparison = Comparison::new(places);
        while !comparison.is_complete {
            match self.report().await {
                Report::Compared { ticket, page } if ticket == asked => comparison.take(page),
                Report::Failed { ticket, error } if ticket == asked => return Err(error),
                _ => {}
            }
        }
        Ok(Arc::new(comparison))
    }

    /// A sync of all of one place to another, deletions included.
    pub(super) async fn planned(&mut self, from: Location, to: Location) -> Work {
        let comparison = self.compare(Places::new(from, to)).await.unwrap();
        Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_UP)))
    }

    async fn compared(&mut self) -> Arc<Comparison> {
        let places = self.places();
        self.compare(places).await.unwrap()
    }

    async fn plan(&mut self, choice: Choice) -> Arc<SyncPlan> {
        Arc::new(SyncPlan::new(self.compared().await, choice))
    }

    async fn sync(&mut self, choice: Choice) -> Ended {
        let plan = self.plan(choice).await;
        self.run(Work::Sync(plan)).await
    }

    /// Writes a file that was last modified long ago.
    fn write_old(&self, relative: &str, contents: impl AsRef<[u8]>) {
        let path = self.write(relative, contents);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    }
}

fn found(comparison: &Comparison) -> Vec<String> {
    comparison.differences().iter().map(|found| format!("{}: {}", found.name, found.kind.name())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_and_a_prefix_are_compared_without_a_request_for_any_object() {
    let mut t = bench().await;
    for name in ["same", "a-", "a/b", "sub/deep/f"] {
        t.put(&format!("there/{name}"), "12345").await;
        t.write_old(&format!("here/{name}"), "12345");
    }
    t.put("there-not/x", "x").await;
    t.put("there/", "").await;
    t.put("there/a/only-there", "x").await;
    t.put("there/a", "x").await;
    t.put("there/size", "123").await;
    t.write("here/size", "1234");
    t.write("here/only", "x");
    t.write("here/newer", "x");
    t.put("there/newer", "y").await;
    t.write_old("here/older", "x");
    t.put("there/older", "y").await;
    let late = std::fs::File::options().write(true).open(t.path("here/newer")).unwrap();
    late.set_modified(std::time::SystemTime::now() + Duration::from_secs(100)).unwrap();
    t.demo.forget_requests();
    let comparison = t.compared().await;
    let expected = [
        "a: right only",
        "a-: newer right",
        "a/b: newer right",
        "a/only-there: right only",
        "newer: newer left",
        "older: newer right",
        "only: left only",
        "same: newer right",
        "size: other size",
        "sub/deep/f: newer right",
    ];
    assert_eq!(found(&comparison), expected);
    assert!(t.demo.requests().iter().all(|served| served.operation == "ListObjectsV2"));
    let by_size = Places { by: Criterion::Size, ..t.places() };
    let by_size = t.compare(by_size).await.unwrap();
    assert_eq!((by_size.len(None), by_size.tally.same.items), (4, 6));
    let by_checksum = Places { by: Criterion::Checksum, ..t.places() };
    let by_checksum = t.compare(by_checksum).await.unwrap();
    assert_eq!((by_checksum.len(Some(Differs::Contents)), by_checksum.tally.same.items), (2, 4), "{by_checksum:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn up_and_down_leave_the_same_trees_and_a_second_sync_finds_nothing() {
    let mut t = bench().await;
    let big = noise(7 * 1024 * 1024);
    for (name, contents) in [("a.txt", "hello"), ("deep/er/b", "{}"), ("deep/empty", ""), ("ü/\u{1b}", "odd")] {
        t.write_old(&format!("here/{name}"), contents);
    }
    t.write_old("here/big.bin", &big);
    std::fs::create_dir_all(t.path("here/nothing/in/it")).unwrap();
    let up = t.sync(UP).await;
    assert_eq!((up.end.clone(), up.results.len()), (JobEnd::Done, 5), "{up:#?}");
    let keys = ["there/a.txt", "there/big.bin", "there/deep/empty", "there/deep/er/b", "there/ü/\u{1b}"];
    assert_eq!(t.keys().await, keys);
    assert!(t.plan(MIRROR_UP).await.summary().is_empty());
    std::fs::remove_dir_all(t.path("here")).unwrap();
    let places = Places { may_lack: Some(Hand::Left), ..t.places() };
    std::fs::remove_dir_all(t.path("here")).unwrap();
    let comparison = t.compare(places).await.unwrap();
    let exact = Choice { is_exact: true, ..MIRROR_DOWN };
    let down = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, exact)))).await;
    assert_eq!(down.end, JobEnd::Done, "{down:#?}");
    let files = ["a.txt", "big.bin", "deep/", "deep/empty", "deep/er/", "deep/er/b", "ü/", "ü/\u{1b}"];
    assert_eq!(t.tree("here"), files);
    assert!(t.read("here/big.bin") == big);
    for choice in [exact, MIRROR_UP] {
        let plan = t.plan(choice).await;
        assert!(plan.summary().is_empty(), "{plan:#?}");
    }
    let nothing = t.sync(exact).await;
    assert_eq!((nothing.end, nothing.results.len()), (JobEnd::Done, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletions_take_what_only_the_target_has_and_leave_what_filters_leave_out() {
    let mut t = bench().await;
    for name in ["keep", "gone", "sub/gone", "sub/kept.log"] {
        t.put(&format!("there/{name}"), "x").await;
        t.write(&format!("other/{name}"), "x");
    }
    t.put("there-not/x", "x").await;
    t.write_old("here/keep", "x");
    let mut places = t.places();
    places.filter.push(false, "*.log");
    let comparison = t.compare(places.clone()).await.unwrap();
    t.demo.forget_requests();
    let up = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_UP)))).await;
    assert_eq!(up.end, JobEnd::Done, "{up:#?}");
    assert_eq!(t.keys().await, ["there-not/x", "there/keep", "there/sub/kept.log"]);
    assert_eq!((t.demo.count("DeleteObjects"), t.demo.count("DeleteObject"), t.demo.count("HeadObject")), (1, 0, 0));
    places.left = Location::Local(t.path("other"));
    let comparison = t.compare(places).await.unwrap();
    let down = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_DOWN)))).await;
    assert_eq!(down.end, JobEnd::Done, "{down:#?}");
    assert_eq!(t.tree("other"), ["keep", "sub/", "sub/kept.log"], "folders stay, as `aws s3 sync` leaves them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_not_what_was_shown_is_a_conflict_and_stays() {
    let mut t = bench().await;
    for name in ["new", "other", "gone"] {
        t.write_old(&format!("here/{name}"), "mine");
    }
    t.put("there/other", "was shown").await;
    t.put("there/gone", "was shown").await;
    t.put("there/doomed", "was shown").await;
    let plan = t.plan(MIRROR_UP).await;
    t.put("there/new", "not shown").await;
    t.put("there/other", "not shown").await;
    t.store.delete(&ObjectRef::new("bench", "there/gone")).await.unwrap();
    let ended = t.run(Work::Sync(plan)).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    for name in ["here/new", "here/other", "here/gone"] {
        assert!(ended.failure(name).contains("changed since it was compared"), "{ended:#?}");
    }
    assert!(ended.skipped("there/doomed").contains("not everything could be copied"), "{ended:#?}");
    assert_eq!((t.get("there/new").await, t.get("there/other").await), (b"not shown".to_vec(), b"not shown".to_vec()));

    let plan = t.plan(Choice { is_exact: true, ..MIRROR_DOWN }).await;
    for name in ["here/doomed", "here/other"] {
        t.write(name, "not shown");
    }
    let ended = t.run(Work::Sync(plan)).await;
    for name in ["there/doomed", "there/other"] {
        assert!(ended.failure(name).contains("changed since it was compared"), "{ended:#?}");
    }
    assert_eq!((t.read("here/doomed"), t.read("here/other")), (b"not shown".to_vec(), b"not shown".to_vec()));
    assert!(ended.skipped("here/gone").contains("not everything could be copied"), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_deleted_and_changed_meanwhile_is_kept() {
    let mut t = bench().await;
    for name in ["a", "b", "c", "d"] {
        t.put(&format!("there/{name}"), "x").await;
    }
    let plan = t.plan(MIRROR_UP).await;
    t.put("there/b", "theirs").await;
    t.store.delete(&ObjectRef::new("bench", "there/d")).await.unwrap();
    let ended = t.run(Work::Sync(plan)).await;
    assert!(ended.failure("there/b").contains("it was kept"), "{ended:#?}");
    assert_eq!((ended.skipped("there/d"), t.keys().await), ("it is gone already", vec!["there/b".to_owned()]));
    t.store.delete(&ObjectRef::new("bench", "there/b")).await.unwrap();
    for name in ["a", "b"] {
        t.write_old(&format!("here/{name}"), "x");
    }
    let plan = t.plan(MIRROR_DOWN).await;
    t.write("here/b", "mine");
    let ended = t.run(Work::Sync(plan)).await;
    assert!(ended.failure("here/b").contains("it was kept"), "{ended:#?}");
    assert_eq!(t.tree("here"), ["b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_is_refused_half_way_leads_to_nothing() {
    let mut t = bench().await;
    let keys: Vec<_> = (0..3000).map(|key| format!("there/{:02}/{key:04}", key / 200)).collect();
    t.demo.fill("bench", keys.iter().map(String::as_str));
    t.write("here/f", "x");
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListObjectsV2").after(4));
    let places = t.places();
    assert_eq!(t.compare(places).await.unwrap_err().kind, Kind::Denied);
    t.demo.faults().clear();
    let incomplete = Arc::new(Comparison::new(t.places()));
    let ended = t.run(Work::Sync(Arc::new(SyncPlan::new(incomplete, MIRROR_UP)))).await;
    assert!(matches!(ended.end, JobEnd::Failed(_)), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_deleted_below_what_could_not_be_read() {
    let mut t = bench().await;
    for key in ["broken", "broken/x", "loop/x", "fifo", "really-gone", "loop-"] {
        t.put(&format!("there/{key}"), "x").await;
    }
    t.places();
    std::os::unix::fs::symlink("nowhere", t.path("here/broken")).unwrap();
    std::os::unix::fs::symlink(".", t.path("here/loop")).unwrap();
    let fifo = t.path("here/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let plan = t.plan(MIRROR_UP).await;
    assert_eq!(plan.comparison.tally.unknown, 4);
    let ended = t.run(Work::Sync(plan)).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(ended.skipped("here/fifo").contains("FIFO"), "{ended:#?}");
    assert_eq!(t.keys().await, ["there/broken", "there/broken/x", "there/fifo", "there/loop/x"]);
    // A folder that is not there is no empty one.
    let gone = Places { left: Location::Local(t.path("nothing")), ..t.places() };
    assert_eq!(t.compare(gone).await.unwrap_err().kind, Kind::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_without_a_local_name_are_refused_by_name_and_never_deleted_for_it() {
    let mut t = bench().await;
    let unsafe_keys = ["there/../x", "there//b", "there/a//b", "there/full/"];
    for key in unsafe_keys.iter().chain(&["there/fine"]) {
        t.put(key, "x").await;
    }
    t.write_old("here/old", "x");
    let down = t.sync(MIRROR_DOWN).await;
    assert_eq!(down.end, JobEnd::SomeFailed);
    for key in unsafe_keys {
        assert!(down.failure(key).starts_with("cannot copy s3://bench/there/"), "{down:#?}");
    }
    assert_eq!(t.tree("here"), ["fine"], "the rest is done");
    std::fs::remove_file(t.path("here/fine")).unwrap();
    let up = t.sync(MIRROR_UP).await;
    assert_eq!(up.end, JobEnd::Done, "{up:#?}");
    assert!(up.skipped("there/a//b").contains("no local file can have its name"));
    assert_eq!(t.keys().await, ["there/../x", "there//b", "there/a//b", "there/full/"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_followed_and_nothing_is_deleted_behind_one() {
    let mut t = bench().await;
    t.places();
    t.write_old("outside/f", "x");
    t.write_old("outside/g", "x");
    std::os::unix::fs::symlink(t.path("outside"), t.path("here/out")).unwrap();
    std::os::unix::fs::symlink(t.path("outside/f"), t.path("here/file")).unwrap();
    let up = t.sync(UP).await;
    assert_eq!(up.end, JobEnd::Done, "{up:#?}");
    assert_eq!(t.keys().await, ["there/file", "there/out/f", "there/out/g"]);
    assert!(t.plan(MIRROR_DOWN).await.summary().is_empty());
    for key in ["there/file", "there/out/f"] {
        t.store.delete(&ObjectRef::new("bench", key)).await.unwrap();
    }
    let down = t.sync(MIRROR_DOWN).await;
    assert_eq!(down.end, JobEnd::Done, "{down:#?}");
    assert!(down.skipped("here/out/f").contains("a link leads to its folder"), "{down:#?}");
    assert_eq!(t.tree("outside"), ["f", "g"]);
    assert_eq!(t.tree("here"), ["out"], "of a link to a file the link goes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prefixes_are_synced_inside_the_server_and_folders_on_this_machine() {
    let mut t = bench().await;
    for (key, contents) in
        [("from/a", "a"), ("from/sub/b", "bb"), ("to/sub/b", "old"), ("to/gone", "x"), ("from/d/", "")]
    {
        t.put(key, contents).await;
    }
    let places = Places::new(at("from/"), at("to/"));
    let comparison = t.compare(places.clone()).await.unwrap();
    t.demo.forget_requests();
    let ended = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_UP)))).await;
    assert_eq!((ended.end.clone(), t.demo.count("GetObject")), (JobEnd::Done, 0), "{ended:#?}");
    assert_eq!(t.keys().await, ["from/a", "from/d/", "from/sub/b", "to/a", "to/sub/b"]);
    assert_eq!(t.get("to/sub/b").await, b"bb");
    let comparison = t.compare(places).await.unwrap();
    assert!(SyncPlan::new(comparison, MIRROR_UP).summary().is_empty());

    t.write("one/f", "f");
    t.write("one/sub/g", "g");
    t.write("two/gone", "x");
    let places = Places::new(here(t.path("one")), here(t.path("two")));
    let comparison = t.compare(places).await.unwrap();
    let ended = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_UP)))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree("two"), ["f", "sub/", "sub/g"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_in_the_other_is_refused() {
    let mut t = bench().await;
    t.put("a/b/f", "x").await;
    for (left, right) in [(at("a/"), at("a/b/")), (at("a/b/"), at("a/"))] {
        let comparison = t.compare(Places::new(left, right)).await.unwrap();
        let ended = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_UP)))).await;
        assert!(
            matches!(&ended.end, JobEnd::Failed(error) if error.to_string().contains("in the other")),
            "{ended:#?}"
        );
    }
    t.write("in/f", "x");
    std::os::unix::fs::symlink(t.path("in"), t.path("link")).unwrap();
    let places = Places::new(here(t.path("in")), here(t.path("link")));
    let comparison = t.compare(places).await.unwrap();
    let ended = t.run(Work::Sync(Arc::new(SyncPlan::new(comparison, MIRROR_UP)))).await;
    assert!(matches!(&ended.end, JobEnd::Failed(_)), "{ended:#?}");
    assert_eq!((t.keys().await, t.tree("in")), (vec!["a/b/f".to_owned()], vec!["f".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_sync_deletes_nothing() {
    let mut t = bench().await;
    t.put("there/doomed", "x").await;
    t.write_old("here/f", "x");
    let plan = t.plan(MIRROR_UP).await;
    t.demo.faults().add(Rule::new(Fault::Stall).on("PutObject"));
    let job = t.start(Work::Sync(plan));
    while t.demo.count("PutObject") == 0 {
        tokio::task::yield_now().await;
    }
    t.engine.submit(Request::Cancel(job));
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!((ended.end, t.keys().await), (JobEnd::Cancelled, vec!["there/doomed".to_owned()]));
}
