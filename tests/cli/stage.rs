//! A demo endpoint and a working folder of one's own, and the program run in it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use bucketry::demo::{Demo, Options};
use bucketry::model::location::ObjectRef;
use bucketry::s3::{Keys, ListPage, ObjectFacts, Settings, Store, WriteOptions};
use bytes::Bytes;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The bucket that every stage has.
pub const BUCKET: &str = "stage";

/// How long anything may take; reached only by a test that fails.
const LIMIT: Duration = Duration::from_mins(1);

/// What a test plays on.
pub struct Stage {
    pub demo: Demo,
    store: Store,
    home: TempDir,
    /// Where the program keeps its journal.
    data: TempDir,
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// One runtime for all tests of this process, because the endpoints live in it.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap())
}

/// Waits for what the program does and does not tell.
pub fn wait(what: &str, is_so: impl Fn() -> bool) {
    let looks = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let ended = runtime().block_on(async { tokio::time::timeout(LIMIT, looks).await });
    assert!(ended.is_ok(), "in vain: {what}");
}

/// A stage whose configuration has the profile `far`, and what that leads to.
pub fn two() -> (Stage, Stage) {
    let (t, far) = (Stage::new(), Stage::new());
    let aws = t.path(".home/.aws");
    fs::create_dir_all(&aws).unwrap();
    let (endpoint, region) = (far.demo.endpoint(), far.demo.region());
    let config = format!(
        "[profile far]\nregion = {region}\nservices = far\n[services far]\ns3 =\n  endpoint_url = {endpoint}\n\
         [profile plain]\nregion = {region}\nendpoint_url = {endpoint}\n"
    );
    let (id, secret) = (far.demo.access_key(), far.demo.secret_key());
    let keys = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    fs::write(aws.join("config"), config).unwrap();
    fs::write(aws.join("credentials"), format!("[far]\n{keys}[plain]\n{keys}")).unwrap();
    (t, far)
}

impl Stage {
    /// An endpoint with one bucket, and an empty working folder.
    pub fn new() -> Self {
        let (demo, store) = runtime().block_on(async {
            let demo = Demo::start(Options { sample: false, ..Options::default() }).await.unwrap();
            let settings = Settings {
                region: Some(demo.region().to_owned()),
                endpoint_url: Some(demo.endpoint()),
                static_keys: Some(Keys::new(demo.access_key(), demo.secret_key())),
                ..Settings::default()
            };
            let store = Store::open(settings).await;
            store.create_bucket(&BUCKET.into(), demo.region()).await.unwrap();
            (demo, store)
        });
        Self { demo, store, home: tempfile::tempdir().unwrap(), data: tempfile::tempdir().unwrap() }
    }

    /// Where the program runs.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.home.path().join(relative)
    }

    pub fn write(&self, relative: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    pub fn put(&self, key: &str, contents: impl Into<Vec<u8>>) {
        let body = Bytes::from(contents.into());
        let object = ObjectRef::new(BUCKET, key);
        runtime().block_on(self.store.put(&object, body, &WriteOptions::default())).unwrap();
    }

    /// Begins an upload in parts that nobody goes on with.
    pub fn begin_upload(&self, key: &str) {
        let object = ObjectRef::new(BUCKET, key);
        runtime().block_on(self.store.create_upload(&object, &WriteOptions::default())).unwrap();
    }

    pub fn get(&self, key: &str) -> Vec<u8> {
        runtime().block_on(async {
            let mut body = self.store.get(&ObjectRef::new(BUCKET, key), None, None).await.unwrap();
            let mut contents = Vec::new();
            while let Some(chunk) = body.next_chunk().await.unwrap() {
                contents.extend_from_slice(&chunk);
            }
            contents
        })
    }

    /// What an object says about itself, and its tags.
    pub fn facts(&self, key: &str) -> (ObjectFacts, Vec<(String, String)>) {
        let object = ObjectRef::new(BUCKET, key);
        runtime().block_on(async {
            (self.store.head(&object).await.unwrap(), self.store.object_tags(&object).await.unwrap())
        })
    }

    /// Lets the bucket keep versions from now on, with the bare SDK: no command does that.
    pub fn keep_versions(&self) {
        use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
        use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.demo.region()))
            .endpoint_url(self.demo.endpoint())
            .force_path_style(true)
            .credentials_provider(Credentials::new(self.demo.access_key(), self.demo.secret_key(), None, None, "test"))
            .build();
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let client = aws_sdk_s3::Client::from_conf(config);
        let asked = client.put_bucket_versioning().bucket(BUCKET).versioning_configuration(enabled).send();
        runtime().block_on(asked).unwrap();
    }

    pub fn keys(&self) -> Vec<String> {
        let (bucket, prefix) = (BUCKET.into(), "".into());
        let page = runtime().block_on(self.store.list_page(&ListPage::flat(&bucket, &prefix))).unwrap();
        page.objects.iter().map(|object| object.key.to_string()).collect()
    }

    /// The program with the demo's credentials and nothing else of the surroundings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.surrounded(env!("CARGO_BIN_EXE_bucketry"));
        command.args(args);
        command
    }

    /// Any program in the same surroundings.
    pub fn surrounded(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder())
            .env_clear()
            .env("HOME", self.path(".home"))
            .env("XDG_DATA_HOME", self.data.path())
            .env("TZ", "UTC")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", self.demo.endpoint())
            .env("AWS_ACCESS_KEY_ID", self.demo.access_key())
            .env("AWS_SECRET_ACCESS_KEY", self.demo.secret_key())
            .env("AWS_REGION", self.demo.region())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Said {
        Said::from(self.command(args).output().unwrap())
    }

    /// Runs the program, which must do all, and returns what it printed.
    pub fn done(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {said:?}");
        said.out
    }

    /// Runs the program with something on standard input.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> Said {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Said::of(child)
    }
}

impl Said {
    pub fn of(child: Child) -> Self {
        Self::from(child.wait_with_output().unwrap())
    }

    /// Returns what was printed as JSON, line by line.
    pub fn json(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
