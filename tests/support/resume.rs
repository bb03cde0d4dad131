//! What an earlier run has left on a real server is taken up, or cleaned up.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use bucketry::engine::{Engine, Options};
use bucketry::model::job::{
    Item, ItemOutcome, JobEnd, JobId, Leaving, Report, Request, Transfer, Unfinished, UnfinishedId, Work,
};
use bucketry::model::limit::ByteRate;
use bucketry::model::location::Location;
use bucketry::model::name::BucketName;
use tokio::sync::mpsc;

use crate::target::{Target, object, settings};

/// Three parts.
const SIZE: usize = 20 * 1024 * 1024;

/// How long anything may take; reached only by a test that fails.
const LIMIT: Duration = Duration::from_mins(1);

/// One run of the program.
struct Run {
    engine: Engine,
    reports: mpsc::Receiver<Report>,
}

impl Run {
    fn begin(t: &Target, data_folder: &Path, limit: Option<u64>) -> Self {
        let (sender, reports) = mpsc::channel(64);
        let limit = limit.and_then(ByteRate::new);
        let options = Options { data_folder: Some(data_folder.to_owned()), limit, ..Options::default() };
        Self { engine: Engine::start(settings(t.server, Some(t.server.keys.clone())), options, sender), reports }
    }

    async fn report(&mut self) -> Report {
        tokio::time::timeout(LIMIT, self.reports.recv()).await.unwrap().unwrap()
    }

    /// Waits until the job has sent so many bytes, and ends the program.
    async fn interrupt(mut self, bytes: u64) {
        let progress = loop {
            if let Report::Started { progress, .. } = self.report().await {
                break progress;
            }
        };
        while progress.snapshot().bytes_done < bytes {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let left = self.engine.shutdown(LIMIT, Leaving::Keep).await;
        assert_eq!((left.kept, left.uploads), (1, Vec::new()));
    }

    /// Does something about the only job that is left; returns how that ended and what was said.
    async fn go_on(&mut self, how: impl Fn(JobId, UnfinishedId, Work) -> Request) -> (JobEnd, Vec<String>) {
        self.engine.submit(Request::FindUnfinished);
        let mut notes = Vec::new();
        loop {
            match self.report().await {
                Report::Unfinished(found) => {
                    let [Unfinished { id, work, .. }] = <[_; 1]>::try_from(found).unwrap();
                    self.engine.submit(how(JobId(9), id, work));
                }
                Report::Noted { note, .. } => notes.push(note),
                Report::Items { results, .. } => {
                    notes.extend(results.into_iter().filter_map(|result| match result.outcome {
                        ItemOutcome::Failed(error) => Some(error.to_string()),
                        _ => None,
                    }));
                }
                Report::Finished { end, .. } => return (end, notes),
                _ => {}
            }
        }
    }
}

async fn open_uploads(t: &Target, bucket: &BucketName) -> usize {
    t.sdk().list_multipart_uploads().bucket(bucket.as_str()).send().await.unwrap().uploads().len()
}

fn take_up(job: JobId, unfinished: UnfinishedId, work: Work) -> Request {
    Request::TakeUp { job, unfinished, work }
}

fn give_up(job: JobId, unfinished: UnfinishedId, work: Work) -> Request {
    Request::GiveUp { job, unfinished, work }
}

pub async fn what_was_interrupted_goes_on_where_it_was_or_is_given_up(t: Target) {
    let bucket = t.bucket().await;
    let home = tempfile::tempdir().unwrap();
    let (path, data) = (home.path().join("f"), home.path().join("data"));
    let contents: Vec<u8> = (0..=250).cycle().take(SIZE).collect();
    fs::write(&path, &contents).unwrap();
    let transfer = |item, to| Work::Transfer(Transfer::new(vec![item], to));
    let slowly = Some(12 * 1024 * 1024);
    let up = || transfer(Item::File(path.clone()), Location::bucket(bucket.clone()));

    let run = Run::begin(&t, &data, slowly);
    run.engine.submit(Request::Start { job: JobId(1), work: up() });
    run.interrupt(SIZE as u64 / 2).await;
    assert_eq!(open_uploads(&t, &bucket).await, 1);
    let (end, notes) = Run::begin(&t, &data, None).go_on(take_up).await;
    assert_eq!((end, notes), (JobEnd::Done, Vec::new()));
    assert!(t.read(&object(&bucket, "f")).await == contents);
    assert_eq!(open_uploads(&t, &bucket).await, 0);

    let down = transfer(Item::Object(object(&bucket, "f")), Location::Local(home.path().join("down")));
    let run = Run::begin(&t, &data, slowly);
    run.engine.submit(Request::Start { job: JobId(1), work: down });
    run.interrupt(SIZE as u64 / 2).await;
    let (end, notes) = Run::begin(&t, &data, None).go_on(take_up).await;
    assert_eq!((end, notes), (JobEnd::Done, Vec::new()));
    assert!(fs::read(home.path().join("down/f")).unwrap() == contents);
    assert_eq!(fs::read_dir(home.path().join("down")).unwrap().count(), 1);

    t.store.delete(&object(&bucket, "f")).await.unwrap();
    let run = Run::begin(&t, &data, slowly);
    run.engine.submit(Request::Start { job: JobId(1), work: up() });
    run.interrupt(SIZE as u64 / 2).await;
    let (end, _) = Run::begin(&t, &data, None).go_on(give_up).await;
    assert_eq!((end, open_uploads(&t, &bucket).await), (JobEnd::Done, 0));
}
