//! Jobs that the program did not live to finish: what the next start finds, goes on with and cleans up.

use rusqlite::{Connection, OpenFlags};

use super::*;
use crate::engine::LeftOver;

const MIB: usize = 1024 * 1024;

impl Bench {
    /// Ends the program with its jobs kept, and starts it anew.
    pub(super) async fn restart(&mut self) -> LeftOver {
        let left = self.engine.shutdown(LIMIT, Leaving::Keep).await;
        self.start_anew();
        left
    }

    /// Starts the program anew as if the one before had been killed: nothing was cleaned up.
    fn start_anew(&mut self) {
        let (sender, reports) = mpsc::channel(64);
        self.engine = Engine::start(settings_of(&self.demo), kept(self.home.path()), sender);
        self.reports = reports;
    }

    async fn unfinished(&mut self) -> Vec<Unfinished> {
        self.engine.submit(Request::FindUnfinished);
        loop {
            if let Report::Unfinished(found) = self.report().await {
                return found;
            }
        }
    }

    /// Takes up the only job that is left, and follows it to its end.
    pub(super) async fn take_up(&mut self) -> (Ended, Vec<String>) {
        let [left] = <[Unfinished; 1]>::try_from(self.unfinished().await).unwrap();
        assert!(left.is_from_here);
        self.last += 1;
        let job = JobId(self.last);
        self.engine.submit(Request::TakeUp { job, unfinished: left.id, work: left.work });
        self.follow_with_notes(job).await
    }

    async fn give_up(&mut self) -> Ended {
        let [left] = <[Unfinished; 1]>::try_from(self.unfinished().await).unwrap();
        self.last += 1;
        let job = JobId(self.last);
        self.engine.submit(Request::GiveUp { job, unfinished: left.id, work: left.work });
        self.follow_with_notes(job).await.0
    }

    /// Strikes out the only job that is left.
    async fn forget(&mut self) -> Ended {
        let [left] = <[Unfinished; 1]>::try_from(self.unfinished().await).unwrap();
        self.last += 1;
        let job = JobId(self.last);
        self.engine.submit(Request::Forget { job, unfinished: left.id, work: left.work });
        self.follow_with_notes(job).await.0
    }

    /// Changes the journal as another program would.
    fn change_journal(&self, statement: &str) {
        Connection::open(self.path("data/journal.db")).unwrap().execute(statement, []).unwrap();
    }

    async fn follow_with_notes(&mut self, job: JobId) -> (Ended, Vec<String>) {
        let mut ended = Ended { end: JobEnd::Cancelled, results: Vec::new(), held: Vec::new(), questions: Vec::new() };
        let mut notes = Vec::new();
        loop {
            match self.report().await {
                Report::Items { job: of, results } if of == job => ended.results.extend(results),
                Report::Noted { job: of, note } if of == job => notes.push(note),
                Report::Finished { job: of, end } if of == job => {
                    ended.end = end;
                    return (ended, notes);
                }
                _ => {}
            }
        }
    }

    /// Waits until so many requests of a kind have been served.
    async fn served(&self, operation: &str, times: usize) {
        while self.demo.count(operation) < times {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until a table of the journal has so many rows.
    pub(super) async fn written_down(&self, table: &str, rows: i64) {
        let count = || {
            let path = self.path("data/journal.db");
            let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        };
        // As long as it is being made it cannot be read.
        while count().unwrap_or_default() < rows {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Uploads a file of four parts until one of them stalls, and ends the program then.
    async fn interrupt_an_upload(&mut self) -> PathBuf {
        let path = self.write("f", noise(16 * MIB));
        let stall = self.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(2));
        self.start(Work::Transfer(transfer(vec![Item::File(path.clone())], at(""))));
        self.written_down("part", 2).await;
        let left = self.restart().await;
        assert_eq!((left.kept, left.uploads), (1, Vec::new()));
        self.demo.faults().remove(stall);
        self.demo.forget_requests();
        assert_eq!(self.demo.open_uploads(), 1);
        path
    }

    /// Downloads an object of four pieces until one of them stalls, and ends the program then.
    async fn interrupt_a_download(&mut self) {
        self.put("f", noise(16 * MIB)).await;
        let stall = self.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").after(2));
        self.start(Work::Transfer(transfer(vec![object("f")], here(self.path("d")))));
        self.written_down("range", 2).await;
        assert_eq!(self.restart().await.kept, 1);
        self.demo.faults().remove(stall);
        self.demo.forget_requests();
        assert_eq!(self.tree("d").len(), 1, "the temporary file stays");
    }
}

fn kept(home: &Path) -> Options {
    Options { data_folder: Some(home.join("data")), keeps_failed: true, ..small_parts() }
}

pub(super) async fn kept_bench() -> Bench {
    let mut t = bench().await;
    t.start_anew();
    t
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_goes_on_and_only_what_is_missing_is_sent() {
    let mut t = kept_bench().await;
    let path = t.interrupt_an_upload().await;
    let begun = t.unfinished().await.remove(0).bytes_begun;
    // Three parts of 5 MiB and one of the rest, of which any two are there.
    assert!([6, 10].map(|mib| mib * MIB as u64).contains(&begun), "{begun}");
    let (ended, notes) = t.take_up().await;
    assert_eq!((&ended.end, notes.as_slice()), (&JobEnd::Done, [].as_slice()), "{ended:#?}");
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme));
    assert_eq!((t.demo.count("CreateMultipartUpload"), t.demo.count("UploadPart")), (0, 2));
    assert_eq!(t.get("f").await, std::fs::read(path).unwrap());
    assert_eq!(t.demo.open_uploads(), 0);
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_and_what_failed_is_the_history_and_deletions_are_not() {
    let mut t = kept_bench().await;
    t.write("f", "x");
    let up = t.start(Work::Transfer(transfer(vec![Item::File(t.path("f"))], at(""))));
    t.follow(up, |_| panic!()).await;
    let down = t.start(Work::Transfer(transfer(vec![object("none")], here(t.path("d")))));
    t.follow(down, |_| panic!()).await;
    let gone = t.start(Work::Delete(vec![object("f")]));
    t.follow(gone, |_| panic!()).await;
    t.engine.core.journal.flush().await;
    t.engine.submit(Request::History { ticket: Ticket(77), filter: String::new(), before: None });
    let rows = loop {
        if let Report::History { ticket: Ticket(77), rows, is_last } = t.report().await {
            assert!(is_last);
            break rows;
        }
    };
    let [up] = &rows[..] else { panic!("{rows:#?}") };
    assert_eq!((up.name(), up.words().as_str(), up.bytes), ("f", "done, CRC64NVME", 1));
    assert_eq!(up.url(), Some(format!("{}/bench/f", t.demo.endpoint())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_of_a_file_that_has_changed_starts_over_and_says_so() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    let contents = [noise(11 * MIB), vec![1]].concat();
    t.write("f", &contents);
    let (ended, notes) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(notes.iter().any(|note| note.contains("changed since")), "{notes:?}");
    assert_eq!((t.demo.count("UploadPart"), t.demo.open_uploads()), (3, 0));
    assert_eq!(t.get("f").await, contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_somebody_aborted_starts_over() {
    let mut t = kept_bench().await;
    let path = t.interrupt_an_upload().await;
    let uploads = t.store.list_uploads(&"bench".into(), &"".into(), None).await.unwrap().uploads;
    t.store.abort_upload(&ObjectRef::new("bench", "f"), &uploads[0].id).await.unwrap();
    let (ended, notes) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(notes.iter().any(|note| note.contains("is gone")), "{notes:?}");
    assert_eq!(t.get("f").await, std::fs::read(path).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_given_up_leaves_nothing() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
    assert!(t.unfinished().await.is_empty());

    t.interrupt_a_download().await;
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert_eq!(t.tree("d"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_source_is_gone_is_cleaned_up_behind() {
    let mut t = kept_bench().await;
    let path = t.interrupt_an_upload().await;
    std::fs::remove_file(path).unwrap();
    let (ended, _) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert_eq!(t.demo.open_uploads(), 0);
    assert!(t.unfinished().await.is_empty());
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_before_is_not_done_again() {
    let mut t = kept_bench().await;
    for name in ["a/1", "a/2", "a/3", "a/4"] {
        t.write(name, name);
    }
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("PutObject").key("a/4"));
    t.start(with_policy(ConflictPolicy::Overwrite, vec![Item::Folder(t.path("a"))], at("")));
    t.written_down("item", 3).await;
    // The job must not have come to its end before it is ended.
    tokio::join!(biased; t.engine.shutdown(LIMIT, Leaving::Keep), async { t.demo.faults().remove(stall) });
    t.start_anew();
    let before = t.demo.count("PutObject");
    let (ended, _) = t.take_up().await;
    // The stalled one may have gone through when the stall ended.
    assert!(t.demo.count("PutObject") - before <= 1, "{ended:#?}");
    assert_eq!(ended.skipped("a/1"), "it was done before the interruption");
    assert_eq!(t.keys().await, ["a/1", "a/2", "a/3", "a/4"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_answer_never_came_is_found_by_asking_the_server() {
    let mut t = kept_bench().await;
    let path = t.write("f", noise(16 * MIB));
    t.demo.faults().add(Rule::new(Fault::Lost).on("CreateMultipartUpload"));
    t.start(Work::Transfer(transfer(vec![Item::File(path)], at(""))));
    t.served("CreateMultipartUpload", 1).await;
    while t.demo.open_uploads() == 0 {
        tokio::task::yield_now().await;
    }
    t.restart().await;
    assert!(t.demo.open_uploads() > 0);
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_a_copy_of_the_program_that_runs_are_nobody_elses() {
    let mut t = kept_bench().await;
    let path = t.write("f", noise(16 * MIB));
    t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    t.start(Work::Transfer(transfer(vec![Item::File(path)], at(""))));
    t.served("UploadPart", 1).await;
    let (sender, reports) = mpsc::channel(64);
    let other = Engine::start(settings_of(&t.demo), kept(t.home.path()), sender);
    let first = (std::mem::replace(&mut t.engine, other), std::mem::replace(&mut t.reports, reports));
    assert!(t.unfinished().await.is_empty(), "its owner lives");
    first.0.shutdown(LIMIT, Leaving::Keep).await;
    drop(first);
    assert_eq!(t.unfinished().await.len(), 1, "its owner is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_is_not_offered() {
    let mut t = kept_bench().await;
    t.write("f", noise(16 * MIB));
    t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let job = t.start(Work::Transfer(transfer(vec![Item::File(t.path("f"))], at(""))));
    t.served("UploadPart", 1).await;
    t.engine.submit(Request::Cancel(job));
    t.follow(job, |_| panic!()).await;
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_cancelled_job_could_not_abort_is_aborted_by_the_next_start_without_asking() {
    let mut t = kept_bench().await;
    t.write("f", noise(16 * MIB));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let denied = t.demo.faults().add(Rule::new(Fault::Denied).on("AbortMultipartUpload"));
    let job = t.start(Work::Transfer(transfer(vec![Item::File(t.path("f"))], at(""))));
    t.served("UploadPart", 1).await;
    t.engine.submit(Request::Cancel(job));
    t.follow(job, |_| panic!()).await;
    assert_eq!(t.restart().await.uploads.len(), 1);
    t.demo.faults().remove(stall);
    t.demo.faults().remove(denied);
    assert!(t.unfinished().await.is_empty());
    while t.demo.open_uploads() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_not_kept_because_its_pipe_is_gone() {
    let mut t = kept_bench().await;
    let (mut writer, pipe) = tokio::io::duplex(1 << 20);
    t.engine.write(JobId(99), Stream::to(ObjectRef::new("bench", "f")), pipe);
    tokio::io::AsyncWriteExt::write_all(&mut writer, &noise(11 * MIB)).await.unwrap();
    assert_eq!(t.demo.open_uploads(), 1);
    let left = t.restart().await;
    assert_eq!((left.kept, left.uploads, t.demo.open_uploads()), (0, Vec::new(), 0));
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_journal_everything_goes_on_and_it_is_said_once() {
    let mut t = bench().await;
    let data = t.write("not-a-folder", "");
    let (sender, reports) = mpsc::channel(64);
    let options = Options { data_folder: Some(data), ..small_parts() };
    t.engine = Engine::start(settings_of(&t.demo), options, sender);
    t.reports = reports;
    let mut said = 0;
    for name in ["a", "b"] {
        let file = Item::File(t.write(name, noise(11 * MIB)));
        let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
        loop {
            match t.report().await {
                Report::JournalFailed(_) => said += 1,
                Report::Finished { job: of, end } if of == job => {
                    assert_eq!(end, JobEnd::Done);
                    break;
                }
                _ => {}
            }
        }
    }
    assert_eq!((said, t.keys().await), (1, vec!["a".to_owned(), "b".to_owned()]));
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
async fn a_deletion_that_goes_on_leaves_what_came_since_it_was_confirmed() {
    let mut t = kept_bench().await;
    t.put("p/doomed", "d").await;
    t.put("named", "d").await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("DeleteObjects"));
    t.start(Work::Delete(vec![object("named"), prefix("p/")]));
    t.served("DeleteObjects", 1).await;
    t.restart().await;
    t.demo.faults().remove(stall);
    // Confirmed an hour ago, as far as the journal knows.
    let file = Connection::open(t.path("data/journal.db")).unwrap();
    file.execute("UPDATE job SET queued = queued - 3600000", []).unwrap();
    t.put("p/new", "n").await;
    t.put("named", "n").await;
    let (ended, _) = t.take_up().await;
    assert!(ended.skipped("p/new").contains("after the deletion was confirmed"), "{ended:#?}");
    assert!(t.keys().await.contains(&"named".to_owned()), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_given_up_for_good_where_its_bucket_is_gone() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    let uploads = t.store.list_uploads(&"bench".into(), &"".into(), None).await.unwrap().uploads;
    t.store.abort_upload(&ObjectRef::new("bench", "f"), &uploads[0].id).await.unwrap();
    t.store.delete_bucket(&"bench".into()).await.unwrap();
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert!(t.unfinished().await.is_empty());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_let_fail_is_kept_and_goes_on_with_the_next_try() {
    let mut t = kept_bench().await;
    t.put("down", noise(16 * MIB)).await;
    let up = Item::File(t.write("up", noise(16 * MIB)));
    let works = [("UploadPart", up, at("")), ("GetObject", object("down"), here(t.path("d")))];
    for (operation, item, to) in works {
        let rule = t.demo.faults().add(Rule::new(Fault::Internal).on(operation).after(2));
        let work = Work::Transfer(transfer(vec![item], to));
        let job = t.start(work.clone());
        let kept = loop {
            match t.report().await {
                Report::Kept { job: of, unfinished } if of == job => break unfinished,
                Report::Finished { end, .. } => panic!("{end:?}"),
                _ => {}
            }
        };
        assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::SomeFailed);
        t.demo.faults().remove(rule);
        t.demo.forget_requests();
        t.last += 1;
        let job = JobId(t.last);
        t.engine.submit(Request::TakeUp { job, unfinished: kept, work });
        let (ended, notes) = t.follow_with_notes(job).await;
        assert_eq!((ended.end, notes), (JobEnd::Done, Vec::new()), "nothing starts over");
    }
    assert_eq!(t.get("up").await, noise(16 * MIB));
    assert_eq!(t.read("d/down"), noise(16 * MIB));
    assert_eq!((t.demo.open_uploads(), t.tree("d")), (0, vec!["down".to_owned()]));
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_after_something_failed_leaves_nothing_of_that() {
    let mut t = kept_bench().await;
    t.put("a/big", noise(16 * MIB)).await;
    t.put("a/stalled", noise(1000)).await;
    t.demo.faults().add(Rule::new(Fault::Internal).on("GetObject").key("big").after(2));
    t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").key("stalled"));
    let job = t.start(Work::Transfer(transfer(vec![prefix("a/")], here(t.path("d")))));
    t.written_down("item", 1).await;
    assert_eq!(t.tree("d").len(), 2, "the folder and what is kept: {:?}", t.tree("d"));
    t.engine.submit(Request::Cancel(job));
    assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::Cancelled);
    assert_eq!(t.tree("d"), ["a/"]);
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forgotten_asks_no_server_and_says_which_uploads_nobody_aborts() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    let ended = t.forget().await;
    assert_eq!(ended.end, JobEnd::Done);
    assert!(matches!(ended.outcome("s3://bench/f"), ItemOutcome::Skipped(reason) if reason.contains("not aborted")));
    assert_eq!((t.demo.count("AbortMultipartUpload"), t.demo.open_uploads()), (0, 1));
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_temporary_files_of_what_is_forgotten_go() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    assert_eq!(t.forget().await.end, JobEnd::Done);
    assert!(t.tree("d").is_empty() && t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_version_has_written_down_is_offered_by_its_uploads_and_not_touched_unasked() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    t.change_journal("UPDATE job SET work = '{\"Teleport\":{}}'");
    let [left] = <[Unfinished; 1]>::try_from(t.unfinished().await).unwrap();
    assert!(!left.can_go_on && left.is_from_here, "{left:?}");
    assert_eq!(left.uploads, [ObjectRef::new("bench", "f")]);
    assert_eq!(t.demo.open_uploads(), 1);
    let ended = t.give_up().await;
    assert_eq!((ended.end, t.demo.open_uploads()), (JobEnd::Done, 0));
    assert!(t.unfinished().await.is_empty());
}
