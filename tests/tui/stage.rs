//! A demo endpoint and a home folder of one's own, and the program opened on both.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use bucketry::demo::{Demo, Options};
use bucketry::model::location::ObjectRef;
use bucketry::model::name::{BucketName, ObjectKey, Prefix};
use bucketry::s3::{Keys, ListPage, Settings, Store, WriteOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::terminal::{Launch, Terminal};

/// The bucket that every stage has.
pub const BUCKET: &str = "stage";

/// How often a thing that no screen tells is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How often it is looked at before the test gives up: 40 seconds.
const LOOKS: u32 = 8000;

/// What a test plays on.
pub struct Stage {
    pub demo: Demo,
    store: Store,
    home: TempDir,
}

/// One runtime for all tests of this process, because the endpoints live in it.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap())
}

fn object(key: &str) -> ObjectRef {
    ObjectRef { bucket: BucketName::from(BUCKET), key: ObjectKey::from(key.to_owned()), version: None }
}

impl Stage {
    /// An endpoint with one empty bucket.
    pub fn empty() -> Self {
        let stage = Self::with(Options { sample: false, ..Options::default() });
        runtime().block_on(stage.store.create_bucket(&BucketName::from(BUCKET), stage.demo.region())).unwrap();
        stage
    }

    /// An endpoint with the sample data.
    pub fn sample() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("files")).unwrap();
        let (demo, store) = runtime().block_on(async {
            let demo = Demo::start(options).await.unwrap();
            let settings = Settings {
                region: Some(demo.region().to_owned()),
                endpoint_url: Some(demo.endpoint()),
                static_keys: Some(Keys::new(demo.access_key(), demo.secret_key())),
                ..Settings::default()
            };
            let store = Store::open(settings).await;
            (demo, store)
        });
        Self { demo, store, home }
    }

    /// The home folder, which holds the working folder and nothing else.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The working folder, which the left pane shows.
    pub fn files(&self) -> PathBuf {
        self.home.path().join("files")
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.files().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.files().join(name)).ok()
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        let body = bytes::Bytes::copy_from_slice(bytes);
        runtime().block_on(self.store.put(&object(key), body, &WriteOptions::default())).unwrap();
    }

    /// Begins an upload with parts of so many bytes, and leaves it.
    pub fn begin_upload(&self, key: &str, parts: &[usize]) {
        runtime().block_on(async {
            let upload = self.store.create_upload(&object(key), &WriteOptions::default()).await.unwrap();
            for (size, number) in parts.iter().zip(1..) {
                let part = bytes::Bytes::from(vec![7; *size]);
                self.store.upload_part(&object(key), &upload, number, part).await.unwrap();
            }
        });
    }

    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        runtime().block_on(self.whole(&object(key)))
    }

    async fn whole(&self, object: &ObjectRef) -> Option<Vec<u8>> {
        let mut body = self.store.get(object, None, None).await.ok()?;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next_chunk().await.unwrap() {
            bytes.extend_from_slice(&chunk);
        }
        Some(bytes)
    }

    /// All objects of a bucket, with what is in them.
    pub fn contents(&self, bucket: &str) -> Vec<(String, Vec<u8>)> {
        runtime().block_on(async {
            let mut all = Vec::new();
            for object in self.listed(bucket).await {
                let bytes = self.whole(&object).await.unwrap();
                all.push((object.key.as_str().to_owned(), bytes));
            }
            all
        })
    }

    async fn listed(&self, bucket: &str) -> Vec<ObjectRef> {
        let (bucket, root) = (BucketName::from(bucket), Prefix::root());
        let page = self.store.list_page(&ListPage::flat(&bucket, &root)).await.unwrap();
        assert!(page.next.is_none(), "more than a page");
        let object = |key| ObjectRef { bucket: bucket.clone(), key, version: None };
        page.objects.into_iter().map(|listed| object(listed.key)).collect()
    }

    /// The keys of the bucket that every stage has.
    pub fn keys(&self) -> Vec<String> {
        let listed = runtime().block_on(self.listed(BUCKET));
        listed.into_iter().map(|object| object.key.as_str().to_owned()).collect()
    }

    /// How many parts of uploads the journal of the program knows.
    pub fn parts_in_the_journal(&self) -> i64 {
        let path = self.home().join(".local/share/bucketry/journal.db");
        let count = || {
            let file = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            file.query_row("SELECT count(*) FROM part", [], |row| row.get(0))
        };
        // As long as it is being made it cannot be read.
        count().unwrap_or_default()
    }

    /// Waits for what no screen tells.
    pub fn until(&self, what: &str, condition: impl Fn(&Demo) -> bool) {
        for _ in 0..LOOKS {
            if condition(&self.demo) {
                return;
            }
            runtime().block_on(async { tokio::time::sleep(LOOK_AGAIN).await });
        }
        assert!(condition(&self.demo), "never came: {what}");
    }

    /// The program, with keys that the endpoint knows, and the working folder as its own.
    pub fn launch(&self) -> Launch {
        self.surround(Launch::program(self.home()))
    }

    /// Any command in the same surroundings.
    pub fn surround(&self, launch: Launch) -> Launch {
        launch
            .folder(&self.files())
            .size(120, 36)
            .env("AWS_ENDPOINT_URL", self.demo.endpoint())
            .env("AWS_ACCESS_KEY_ID", self.demo.access_key())
            .env("AWS_SECRET_ACCESS_KEY", self.demo.secret_key())
            .env("AWS_REGION", self.demo.region())
    }

    /// The program, opened on the working folder and the bucket, and loaded.
    pub fn open(&self) -> Terminal {
        let terminal = self.launch().args([".", &format!("s3://{BUCKET}/")]).start();
        terminal.until("both panes", |screen| screen.matches(" item").count() >= 2);
        terminal
    }
}
