//! Jobs that the program did not live to finish: what the next start finds, goes on with and cleans up.

use rusqlite::{Connection, OpenFlags};

use super::*;
use crate::engine::LeftOver;

mod download;
mod given_up;
mod upload;

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
