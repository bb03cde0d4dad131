//! The engine against the demo endpoint and temporary folders: what arrives, what is refused, what is left behind.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use super::{Engine, Leaving, Options};
use crate::demo::{self, Demo, Fault, Rule};
use crate::model::error::Kind;
use crate::model::filter::Filter;
use crate::model::job::*;
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Profile;
use crate::model::plan::{Answer, Conflict, ConflictPolicy};
use crate::model::stream::Stream;
use crate::s3::{Keys, ListPage, Settings, Store, WriteOptions};

mod anonymous;
mod browse;
mod change;
mod conflict;
mod copy;
mod document;
mod evidence;
mod exposure;
mod fault;
mod ferry;
mod files;
mod forecast;
mod given;
mod grant;
mod inspect;
mod limit;
mod list;
mod matrix;
mod moves;
mod names;
mod overlap;
mod pause;
mod publish;
mod rehearse;
mod relay_resume;
mod remove;
mod resume;
mod server_side;
mod stream;
mod sync;
mod uploads;
mod verify;

const MIB: usize = 1024 * 1024;

/// How long anything may take; reached only by a test that fails.
const LIMIT: Duration = Duration::from_mins(1);

/// A demo endpoint, an engine on it and a folder of its own.
struct Bench {
    demo: Demo,
    store: Store,
    engine: Engine,
    reports: mpsc::Receiver<Report>,
    home: tempfile::TempDir,
    last: u64,
}

/// How a job went.
#[derive(Debug)]
struct Ended {
    end: JobEnd,
    results: Vec<ItemResult>,
    held: Vec<bool>,
    questions: Vec<Conflict>,
}

impl Ended {
    fn outcome(&self, name: &str) -> &ItemOutcome {
        let found = self.results.iter().find(|result| result.name.ends_with(name));
        &found.unwrap_or_else(|| panic!("no result for {name}: {self:#?}")).outcome
    }

    fn failure(&self, name: &str) -> String {
        match self.outcome(name) {
            ItemOutcome::Failed(error) => error.to_string(),
            other => panic!("{name} did not fail: {other:?}"),
        }
    }

    fn skipped(&self, name: &str) -> &str {
        match self.outcome(name) {
            ItemOutcome::Skipped(reason) => reason,
            other => panic!("{name} was not skipped: {other:?}"),
        }
    }
}

async fn bench() -> Bench {
    bench_with(small_parts()).await
}

/// Limits at which a test need not move much: 5 MiB is the smallest part that S3 takes.
fn small_parts() -> Options {
    let mib = 1024 * 1024;
    Options {
        multipart_threshold: 6 * mib,
        part_size: Some(5 * mib),
        retry_pause: Duration::from_millis(10),
        renewal_pause: Duration::from_millis(20),
        answer_grace: Duration::from_millis(100),
        ..Options::default()
    }
}

async fn bench_with(options: Options) -> Bench {
    bench_on(demo::Options { sample: false, ..demo::Options::default() }, options).await
}

async fn bench_on(demo: demo::Options, options: Options) -> Bench {
    let demo = Demo::start(demo).await.unwrap();
    let store = open(&demo).await;
    let (sender, reports) = mpsc::channel(64);
    let engine = Engine::start(settings_of(&demo), options, sender);
    Bench { demo, store, engine, reports, home: tempfile::tempdir().unwrap(), last: 0 }
}

fn settings_of(demo: &Demo) -> Settings {
    Settings {
        endpoint_url: Some(demo.endpoint()),
        region: Some(demo.region().to_owned()),
        static_keys: Some(Keys::new(demo.access_key(), demo.secret_key())),
        ..Settings::default()
    }
}

/// Opens a store on a demo, with the bucket that every bench has.
async fn open(demo: &Demo) -> Store {
    let store = Store::open(settings_of(demo)).await;
    store.create_bucket(&"bench".into(), demo.region()).await.unwrap();
    store
}

impl Bench {
    fn path(&self, relative: &str) -> PathBuf {
        self.home.path().join(relative)
    }

    fn write(&self, relative: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    fn read(&self, relative: &str) -> Vec<u8> {
        std::fs::read(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    async fn put(&self, key: &str, contents: impl Into<Vec<u8>>) {
        put(&self.store, key, contents).await;
    }

    async fn get(&self, key: &str) -> Vec<u8> {
        get(&self.store, key).await
    }

    async fn keys(&self) -> Vec<String> {
        keys(&self.store).await
    }

    /// Returns the names in a folder and below, folders with a slash.
    fn tree(&self, relative: &str) -> Vec<String> {
        fn visit(at: &Path, root: &Path, out: &mut Vec<String>) {
            for entry in std::fs::read_dir(at).unwrap() {
                let entry = entry.unwrap();
                let name = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
                if entry.file_type().unwrap().is_dir() {
                    out.push(format!("{name}/"));
                    visit(&entry.path(), root, out);
                } else {
                    out.push(name);
                }
            }
        }
        let mut out = Vec::new();
        let root = self.path(relative);
        if root.exists() {
            visit(&root, &root, &mut out);
        }
        out.sort();
        out
    }

    fn start(&mut self, work: Work) -> JobId {
        self.last += 1;
        self.engine.submit(Request::Start { job: JobId(self.last), work });
        JobId(self.last)
    }

    async fn report(&mut self) -> Report {
        tokio::time::timeout(LIMIT, self.reports.recv()).await.expect("a report in time").unwrap()
    }

    /// Follows a job to its end and answers its questions.
    async fn follow(&mut self, job: JobId, mut answer: impl FnMut(&Conflict) -> Answer) -> Ended {
        let mut ended = Ended { end: JobEnd::Cancelled, results: Vec::new(), held: Vec::new(), questions: Vec::new() };
        loop {
            match self.report().await {
                Report::Items { job: of, results } if of == job => ended.results.extend(results),
                Report::Held { job: of, reason } if of == job => ended.held.push(reason.is_some()),
                Report::Question { job: of, question, conflict } if of == job => {
                    let answer = answer(&conflict);
                    ended.questions.push(conflict);
                    self.engine.submit(Request::Resolve { job, question, answer });
                }
                Report::Finished { job: of, end } if of == job => {
                    ended.end = end;
                    return ended;
                }
                _ => {}
            }
        }
    }

    async fn run(&mut self, work: Work) -> Ended {
        let job = self.start(work);
        self.follow(job, |conflict| panic!("unexpected question about {}", conflict.target)).await
    }

    async fn transfer(&mut self, items: Vec<Item>, to: Location) -> Ended {
        self.run(Work::Transfer(transfer(items, to))).await
    }
}

impl Bench {
    async fn write_stream(&mut self, stream: Stream, pipe: impl AsyncRead + Send + Unpin + 'static) -> Ended {
        self.last += 1;
        let job = JobId(self.last);
        self.engine.write(job, stream, pipe);
        self.follow(job, |_| panic!("a stream asks nothing")).await
    }

    async fn read_stream(&mut self, key: &str) -> (Ended, Vec<u8>) {
        self.last += 1;
        let job = JobId(self.last);
        let mut chunks = self.engine.read(job, ObjectRef::new("bench", key));
        let take = async {
            let mut out = Vec::new();
            while let Some(chunk) = chunks.recv().await {
                out.extend_from_slice(&chunk);
            }
            out
        };
        tokio::join!(self.follow(job, |_| panic!("a stream asks nothing")), take)
    }
}

async fn put(store: &Store, key: &str, contents: impl Into<Vec<u8>>) {
    let body = Bytes::from(contents.into());
    store.put(&ObjectRef::new("bench", key), body, &WriteOptions::default()).await.unwrap();
}

async fn get(store: &Store, key: &str) -> Vec<u8> {
    let mut body = store.get(&ObjectRef::new("bench", key), None, None).await.unwrap();
    let mut contents = Vec::new();
    while let Some(chunk) = body.next_chunk().await.unwrap() {
        contents.extend_from_slice(&chunk);
    }
    contents
}

async fn keys(store: &Store) -> Vec<String> {
    let (bucket, prefix) = ("bench".into(), "".into());
    let page = store.list_page(&ListPage::flat(&bucket, &prefix)).await.unwrap();
    page.objects.iter().map(|object| object.key.to_string()).collect()
}

fn transfer(items: Vec<Item>, to: Location) -> Transfer {
    Transfer::new(items, to)
}

fn moved(items: Vec<Item>, to: Location) -> Work {
    Work::Transfer(Transfer { is_move: true, ..transfer(items, to) })
}

fn with_policy(policy: ConflictPolicy, items: Vec<Item>, to: Location) -> Work {
    Work::Transfer(Transfer { policy, ..transfer(items, to) })
}

fn prefix(text: &str) -> Item {
    Item::Prefix { bucket: "bench".into(), prefix: text.into() }
}

fn object(key: &str) -> Item {
    Item::Object(ObjectRef::new("bench", key))
}

fn at(text: &str) -> Location {
    Location::S3 { bucket: "bench".into(), prefix: text.into() }
}

fn here(path: PathBuf) -> Location {
    Location::Local(path)
}

/// Bytes in which no two megabytes are equal.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = Vec::with_capacity(size + 8);
    while out.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(size);
    out
}
