//! `bucketry sync` beside `aws s3 sync`: the same input leaves the same trees.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bucketry::model::name::{BucketName, Prefix};
use bucketry::s3::ListPage;

use crate::program::Program;
use crate::servers::{Which, aws_program};
use crate::target::{Target, object};

/// Names and bytes.
type Tree = BTreeMap<String, Vec<u8>>;

/// How old a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// Older than any object of a test.
    Old,
    /// Newer than any.
    New,
}

/// A name, and the file and the object that it has.
type Before = (&'static str, Option<(&'static str, Age)>, Option<&'static str>);

/// What there is under each name before a sync.
const BEFORE: &[Before] = &[
    ("same", Some(("same", Age::Old)), Some("same")),
    ("size", Some(("longer", Age::Old)), Some("short")),
    ("newer-here", Some(("here", Age::New)), Some("both")),
    ("newer-there", Some(("here", Age::Old)), Some("both")),
    ("only-here", Some(("here", Age::Old)), None),
    ("only-there", None, Some("there")),
    // In the order of keys `a` stands before `a-`, and `a.` before what is in `a`.
    ("a-", Some(("x", Age::Old)), None),
    ("a.b", None, Some("x")),
    ("a/b", Some(("x", Age::Old)), Some("x")),
    ("a/c/d", None, Some("x")),
    ("a0", Some(("x", Age::Old)), None),
    ("Grüße/a b+%41.txt", Some(("ü", Age::Old)), None),
    ("Grüße/日本", None, Some("ü")),
    ("empty", Some(("", Age::Old)), None),
    ("none/empty", None, Some("")),
    ("logs/here.log", Some(("log", Age::Old)), None),
    ("logs/there.log", None, Some("log")),
    ("logs/both.log", Some(("log", Age::New)), Some("gol")),
    ("logs/keep/here.log", Some(("log", Age::Old)), None),
    ("logs/keep/there.log", None, Some("log")),
    // The marker of a folder is no file.
    ("marked/", None, Some("")),
];

/// From here to there, from there to here, and from there to another bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Across,
}

const ALL_WAYS: &[Way] = &[Way::Up, Way::Down, Way::Across];

/// What is said besides the two places, and on which ways.
const OPTIONS: &[(&[&str], &[Way])] = &[
    (&[], ALL_WAYS),
    (&["--delete"], ALL_WAYS),
    (&["--delete", "--exclude", "logs/*", "--include", "logs/keep/*"], ALL_WAYS),
    (&["--size-only", "--delete", "--exclude", "*", "--include", "*r*"], &[Way::Up]),
    (&["--exact-timestamps"], &[Way::Down]),
];

/// One of the two programs, and what is its own: a folder and two buckets.
struct Side {
    program: Program,
    home: tempfile::TempDir,
    bucket: BucketName,
    other: BucketName,
}

impl Side {
    async fn new(t: &Target, program: Program) -> Self {
        let side =
            Self { program, home: tempfile::tempdir().unwrap(), bucket: t.bucket().await, other: t.bucket().await };
        for (name, here, there) in BEFORE {
            if let Some((contents, age)) = here {
                write(&side.home.path().join(name), contents, *age);
            }
            // The aws CLI 1.46 fails to read an empty object of RGW 16.2: "argument of type 'NoneType' is not iterable".
            let is_unreadable = *name == "none/empty" && t.server.which == Which::Ceph;
            if let Some(contents) = there.filter(|_| !is_unreadable) {
                t.put(&side.bucket, &format!("there/{name}"), contents).await;
            }
        }
        fs::create_dir_all(side.home.path().join("folder/empty")).unwrap();
        t.put(&side.bucket, "there-not/x", "x").await;
        t.put(&side.other, "there/only-other", "x").await;
        t.put(&side.other, "there/size", "of another size").await;
        side
    }

    fn here(&self) -> String {
        self.home.path().to_str().unwrap().to_owned()
    }

    fn there(&self) -> String {
        format!("s3://{}/there", self.bucket)
    }

    fn beside(&self) -> String {
        format!("s3://{}/there", self.other)
    }

    /// All that it has by now: files and the objects of both buckets.
    async fn trees(&self, t: &Target) -> [Tree; 3] {
        [files(self.home.path()), objects(t, &self.bucket).await, objects(t, &self.other).await]
    }

    fn aws_sync(&self, t: &Target, arguments: &[&str]) -> String {
        self.program.run(t, &[&["s3", "sync"], arguments].concat())
    }

    fn sync(&self, t: &Target, arguments: &[&str]) -> String {
        self.program.run(t, &[&["sync", "--yes"], arguments].concat())
    }
}

fn write(path: &Path, contents: &str, age: Age) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
    let time = match age {
        Age::Old => UNIX_EPOCH + Duration::from_secs(1_000_000_000),
        Age::New => SystemTime::now() + Duration::from_hours(24),
    };
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn files(root: &Path) -> Tree {
    let (mut found, mut open) = (Tree::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

async fn objects(t: &Target, bucket: &BucketName) -> Tree {
    let mut found = Tree::new();
    let page = t.store.list_page(&ListPage::flat(bucket, &Prefix::root())).await.unwrap();
    for listed in page.objects {
        let contents = t.read(&object(bucket, listed.key.as_str())).await;
        found.insert(listed.key.to_string(), contents);
    }
    found
}

pub async fn a_sync_leaves_what_aws_s3_sync_leaves(t: Target) {
    let Some(aws) = aws_program() else { return };
    let home = tempfile::tempdir().unwrap();
    for (options, ways) in OPTIONS {
        for way in *ways {
            let (theirs, own) = (
                Side::new(&t, Program::new(aws.clone(), home.path())).await,
                Side::new(&t, Program::ours(home.path())).await,
            );
            let ends = |side: &Side| match way {
                Way::Up => [side.here(), side.there()],
                Way::Down => [side.there(), side.here()],
                Way::Across => [side.there(), side.beside()],
            };
            let before = own.trees(&t).await;
            assert_eq!(before, theirs.trees(&t).await);
            let ([from, to], [their_from, their_to]) = (ends(&own), ends(&theirs));
            theirs.aws_sync(&t, &[&[their_from.as_str(), &their_to], *options].concat());
            own.sync(&t, &[&[from.as_str(), &to], *options].concat());
            let after = own.trees(&t).await;
            assert_eq!(after, theirs.trees(&t).await, "{way:?} {options:?}");
            assert_ne!(after, before, "{way:?} {options:?}: something was to be done");
        }
    }
}

pub async fn what_one_has_synced_is_the_same_to_the_other(t: Target) {
    let Some(aws) = aws_program() else { return };
    let home = tempfile::tempdir().unwrap();
    let (theirs, own) =
        (Side::new(&t, Program::new(aws, home.path())).await, Side::new(&t, Program::ours(home.path())).await);
    for (name, here, _) in BEFORE.iter().filter(|(_, here, _)| here.is_some_and(|(_, age)| age == Age::New)) {
        let (contents, _) = here.unwrap();
        for side in [&theirs, &own] {
            write(&side.home.path().join(name), contents, Age::Old);
        }
    }
    let ends = [theirs.here(), theirs.there()];
    theirs.aws_sync(&t, &[&ends[0], &ends[1], "--delete"]);
    for [from, to] in [[&ends[0], &ends[1]], [&ends[1], &ends[0]]] {
        assert_eq!(own.sync(&t, &[from, to, "--delete", "--dry-run"]), "", "after theirs");
    }
    let ends = [own.here(), own.there()];
    own.sync(&t, &[&ends[1], &ends[0], "--delete", "--exact-timestamps"]);
    for [from, to] in [[&ends[1], &ends[0]], [&ends[0], &ends[1]]] {
        assert_eq!(theirs.aws_sync(&t, &[from, to, "--delete", "--dryrun"]), "", "after ours");
    }
    assert_eq!(own.sync(&t, &[&ends[1], &ends[0], "--exact-timestamps", "--dry-run"]), "");
}
