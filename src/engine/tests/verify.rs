//! Bytes that are not what they were: none of them passes for a copy, and no source is deleted for them.

use super::*;

/// A small and a large item, as they go in one request and in several.
const SIZES: [(&str, usize); 2] = [("small", 1000), ("large", 16 * MIB)];

/// What the server says itself of parts that do not make up the whole.
const REFUSED: &str = "what arrived is not what was sent";

async fn silent_bench() -> Bench {
    let silent = demo::Options { sample: false, tells_checksums: false, ..demo::Options::default() };
    bench_on(silent, parts_to_spare()).await
}

/// Parts that may lose a byte and are still large enough for the server.
fn parts_to_spare() -> Options {
    Options { part_size: Some(6 * MIB as u64), ..small_parts() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_with_a_wrong_byte_is_not_kept() {
    let mut t = bench().await;
    for (name, size) in SIZES {
        t.put(name, noise(size)).await;
        let flip = t.demo.faults().add(Rule::new(Fault::Flip).on("GetObject"));
        let ended = t.run(moved(vec![object(name)], here(t.path("d")))).await;
        assert!(ended.failure(name).contains("the checksum of what arrived differs"), "{ended:#?}");
        t.demo.faults().remove(flip);
    }
    assert!(t.tree("d").is_empty(), "{:?}", t.tree("d"));
    assert_eq!(t.keys().await, ["large", "small"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_was_changed_once_on_its_way_is_read_again() {
    let mut t = bench().await;
    for (name, size) in SIZES {
        t.put(name, noise(size)).await;
        t.demo.faults().add(Rule::new(Fault::Flip).on("GetObject").times(1));
        let job = t.start(Work::Transfer(transfer(vec![object(name)], here(t.path("d")))));
        let (mut counted, mut notes) = (None, 0);
        let end = loop {
            match t.report().await {
                Report::Started { progress, .. } => counted = Some(progress),
                Report::Noted { .. } => notes += 1,
                Report::Finished { job: of, end } if of == job => break end,
                _ => {}
            }
        };
        let counted = counted.unwrap().snapshot();
        assert_eq!((end, notes), (JobEnd::Done, 1), "{name}");
        assert_eq!((counted.bytes_done, counted.bytes_total), (size as u64, size as u64), "{name}");
        assert!(t.read(&format!("d/{name}")) == noise(size), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_stored_otherwise_fails_and_its_source_stays() {
    for fault in [Fault::Flip, Fault::Short] {
        let mut t = bench().await;
        t.demo.faults().add(Rule::new(fault));
        for (name, size) in SIZES {
            let path = t.write(name, noise(size));
            let ended = t.run(moved(vec![Item::File(path.clone())], at(""))).await;
            assert!(ended.failure(name).contains("stored another checksum"), "{fault:?} {ended:#?}");
            assert!(path.exists());
        }
        assert_eq!(t.demo.open_uploads(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_said_of_checksums_the_size_is_compared() {
    let mut t = silent_bench().await;
    t.demo.faults().add(Rule::new(Fault::Short));
    for (name, size) in SIZES {
        let path = t.write(name, noise(size));
        let ended = t.run(moved(vec![Item::File(path.clone())], at(""))).await;
        let said = ended.failure(name);
        assert!(said.contains("the size on the server differs") || said.contains(REFUSED), "{ended:#?}");
        assert!(path.exists());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_said_of_checksums_the_tag_proves_the_bytes() {
    let mut t = silent_bench().await;
    for (name, size) in SIZES {
        let path = t.write(name, noise(size));
        let ended = t.transfer(vec![Item::File(path)], at("")).await;
        assert_eq!(*ended.outcome(name), ItemOutcome::Done(Verified::Checksum("MD5")), "{name}");
    }
    let ended = t.transfer(vec![object("small")], here(t.path("d"))).await;
    assert_eq!(*ended.outcome("small"), ItemOutcome::Done(Verified::Checksum("MD5")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_not_its_source_fails_and_the_source_stays() {
    for (fault, said) in [(Fault::Flip, "the checksum of the copy differs"), (Fault::Short, "the size of the copy")] {
        let mut t = bench_with(parts_to_spare()).await;
        for (name, size) in SIZES {
            t.put(&format!("from/{name}"), noise(size)).await;
        }
        t.demo.faults().add(Rule::new(fault));
        // One goes by CopyObject, the other in parts.
        for policy in [ConflictPolicy::Overwrite, ConflictPolicy::Skip] {
            let to = at(&format!("{policy:?}/"));
            let work = Transfer { is_move: true, policy, ..transfer(vec![prefix("from/")], to) };
            let ended = t.run(Work::Transfer(work)).await;
            for (name, _) in SIZES {
                let told = ended.failure(name);
                let is_refused = policy == ConflictPolicy::Skip && told.contains(REFUSED);
                assert!(told.contains(said) || is_refused, "{fault:?} {policy:?} {ended:#?}");
            }
        }
        assert!(t.demo.count("CopyObject") > 0 && t.demo.count("UploadPartCopy") > 0);
        assert_eq!(t.keys().await.iter().filter(|key| key.starts_with("from/")).count(), 2);
        assert_eq!(t.demo.open_uploads(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_said_of_checksums_the_tag_tells_wrong_bytes_of_large_objects_too() {
    let mut t = silent_bench().await;
    t.put("large", noise(16 * MIB)).await;
    let flip = t.demo.faults().add(Rule::new(Fault::Flip).on("GetObject"));
    let ended = t.run(moved(vec![object("large")], here(t.path("d")))).await;
    assert!(ended.failure("large").contains("the checksum of what arrived differs"), "{ended:#?}");
    assert_eq!((t.tree("d").len(), t.keys().await.len()), (0, 1));
    t.demo.faults().remove(flip);
    let ended = t.run(moved(vec![object("large")], here(t.path("d")))).await;
    assert_eq!(*ended.outcome("large"), ItemOutcome::Done(Verified::Checksum("MD5")));
    assert_eq!(t.keys().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_said_of_checksums_the_tag_of_the_parts_tells_wrong_bytes() {
    let mut t = silent_bench().await;
    let file = Item::File(t.write("f", noise(16 * MIB)));
    t.transfer(vec![file], at("")).await;
    let tag = t.store.head(&ObjectRef::new("bench", "f")).await.unwrap().etag.unwrap();
    assert!(tag.as_str().contains("-3"), "{tag}");
    let flip = t.demo.faults().add(Rule::new(Fault::Flip).on("GetObject"));
    let ended = t.run(moved(vec![object("f")], here(t.path("d")))).await;
    assert!(ended.failure("/f").contains("the checksum of what arrived differs"), "{ended:#?}");
    assert_eq!((t.tree("d").len(), t.keys().await.len()), (0, 1));
    t.demo.faults().remove(flip);
    let ended = t.run(moved(vec![object("f")], here(t.path("d")))).await;
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Checksum("MD5 of its parts")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_said_of_checksums_the_tag_of_the_part_tells_a_wrong_copy() {
    let mut t = silent_bench().await;
    t.put("from/f", noise(3 * MIB)).await;
    let flip = t.demo.faults().add(Rule::new(Fault::Flip).on("UploadPartCopy"));
    let ended = t.run(moved(vec![object("from/f")], at("to/"))).await;
    assert!(ended.failure("from/f").contains("the entity tag of the copy differs"), "{ended:#?}");
    assert_eq!(t.keys().await, ["from/f", "to/f"]);
    t.demo.faults().remove(flip);
    let ended = t.run(moved(vec![object("from/f")], at("again/"))).await;
    assert_eq!(*ended.outcome("from/f"), ItemOutcome::Done(Verified::Checksum("ETag")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_items_that_meet_in_one_file_are_told_apart() {
    let mut t = bench().await;
    t.put("x/a", "first").await;
    t.put("x/b", "second").await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").key("x/b"));
    let work = with_policy(ConflictPolicy::Overwrite, vec![prefix("x/")], here(t.path("d")));
    let job = t.start(work);
    while t.tree("d") != ["x/", "x/a"] {
        tokio::task::yield_now().await;
    }
    // As on a file system to which both names are one.
    std::fs::hard_link(t.path("d/x/a"), t.path("d/x/b")).unwrap();
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert!(ended.failure("x/b").contains("another item of this job"), "{ended:#?}");
    assert_eq!((t.read("d/x/a"), t.read("d/x/b")), (b"first".to_vec(), b"first".to_vec()));
}
