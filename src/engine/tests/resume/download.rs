//! Downloads that go on.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_goes_on_and_only_what_is_missing_is_read() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    let (ended, notes) = t.take_up().await;
    assert_eq!((&ended.end, notes.as_slice()), (&JobEnd::Done, [].as_slice()), "{ended:#?}");
    assert_eq!(t.demo.count("GetObject"), 2);
    assert_eq!((t.tree("d"), t.read("d/f") == noise(16 * MIB)), (vec!["f".to_owned()], true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_of_an_object_that_has_changed_starts_over_and_says_so() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    let contents = [vec![1], noise(16 * MIB - 1)].concat();
    t.put("f", contents.clone()).await;
    let (ended, notes) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(notes.iter().any(|note| note.contains("changed since")), "{notes:?}");
    assert_eq!((t.tree("d"), t.read("d/f") == contents), (vec!["f".to_owned()], true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_piece_that_the_disk_has_lost_is_read_again() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    let name = t.tree("d").remove(0);
    let path = t.path("d").join(name);
    // As after a power failure: the length is there and the bytes are not.
    std::fs::write(&path, vec![0; 16 * MIB]).unwrap();
    let (ended, _) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.demo.count("GetObject"), 4);
    assert_eq!(t.read("d/f"), noise(16 * MIB));
}

/// Copies a small and a large object down, and ends the program when the small one is done.
async fn small_one_done() -> Bench {
    let mut t = kept_bench().await;
    t.put("a/small", noise(1000)).await;
    t.put("a/stalled", noise(1000)).await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").key("stalled"));
    t.start(Work::Transfer(transfer(vec![prefix("a/")], here(t.path("d")))));
    t.written_down("item", 1).await;
    t.restart().await;
    t.demo.faults().remove(stall);
    t
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_done_and_is_not_there_any_more_is_copied_again() {
    let mut t = small_one_done().await;
    std::fs::remove_file(t.path("d/a/small")).unwrap();
    let (ended, _) = t.take_up().await;
    assert_eq!((ended.end, t.read("d/a/small")), (JobEnd::Done, noise(1000)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_done_before_the_machine_was_started_anew_is_not_relied_on() {
    let mut t = small_one_done().await;
    std::fs::remove_file(t.path("d/a/small")).unwrap();
    // As after a power failure: size and time are there and the bytes are not.
    let modified = t.store.head(&ObjectRef::new("bench", "a/small")).await.unwrap().modified.unwrap();
    std::fs::write(t.path("d/a/small"), [0; 1000]).unwrap();
    let file = std::fs::File::options().write(true).open(t.path("d/a/small")).unwrap();
    file.set_modified(modified.into()).unwrap();
    let file = Connection::open(t.path("data/journal.db")).unwrap();
    file.execute("UPDATE job SET boot = 'before'", []).unwrap();
    let [left] = <[Unfinished; 1]>::try_from(t.unfinished().await).unwrap();
    t.engine.submit(Request::TakeUp { job: JobId(9), unfinished: left.id, work: left.work });
    let answer = Answer { policy: ConflictPolicy::Overwrite, for_all: true };
    let ended = t.follow(JobId(9), |_| answer).await;
    assert_eq!((ended.end, t.read("d/a/small")), (JobEnd::Done, noise(1000)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_temporary_file_is_nobodys_contents() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    t.write("d/own", "own");
    let ended = t.transfer(vec![Item::Folder(t.path("d"))], at("up/")).await;
    assert_eq!((ended.end, t.keys().await), (JobEnd::Done, vec!["f".to_owned(), "up/d/own".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_started_over_goes_on_the_next_time() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    t.put("f", [vec![1], noise(16 * MIB - 1)].concat()).await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").after(2));
    let [left] = <[Unfinished; 1]>::try_from(t.unfinished().await).unwrap();
    t.engine.submit(Request::TakeUp { job: JobId(8), unfinished: left.id, work: left.work });
    t.served("GetObject", 4).await;
    t.written_down("range", 2).await;
    t.restart().await;
    t.demo.faults().remove(stall);
    t.demo.forget_requests();
    assert_eq!(t.tree("d").len(), 1, "the file of the first run is gone");
    let (ended, notes) = t.take_up().await;
    assert_eq!((ended.end, notes), (JobEnd::Done, Vec::new()));
    assert_eq!(t.demo.count("GetObject"), 2);
}
