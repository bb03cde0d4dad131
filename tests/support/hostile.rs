//! Names that have broken other programs: at the S3 end, and through the engine to a local folder and away.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bucketry::model::job::{Item, ItemOutcome, Transfer, Work};
use bucketry::model::location::Location;
use bucketry::model::name::{BucketName, ObjectKey};
use bucketry::s3::{CopyOptions, WriteOptions};
use bytes::Bytes;

use crate::contract::all_keys;
use crate::servers::Which;
use crate::target::{Target, object};
use crate::works::Works;

/// The names of the field notes, and some more of their kind.
fn hostile_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "a//b",
        "/leading",
        "//",
        "dir",
        "dir/",
        "dir/x",
        "space at end ",
        " space at start",
        "Case",
        "case",
        "e\u{301}",
        "\u{e9}",
        "日本語/ключ",
        "evil\u{202e}gpj.exe",
        "c1\u{9b}31m",
        "esc\u{1b}[2J",
        "tab\there",
        "plus+%2B percent%",
        "a%2Fb/c",
        "../../x",
        "a/../../b",
        "a/./b",
        ".",
        "..",
        "C:\\x",
        "q?x=1&y#z",
        "'\"<&>;",
        "\u{feff}bom",
        "del\u{7f}",
        "cr\rhere",
        "new\nline",
        "nul\0here",
        "emoji 👩\u{200d}💻",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.push("k".repeat(1024));
    keys.push(format!("long part {}", "p".repeat(300)));
    keys
}

/// Writes an object of each name, which holds its own key, and returns the keys that the server takes.
async fn written(t: &Target, bucket: &BucketName) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for key in hostile_keys() {
        let refused = match t.server.which {
            Which::Ceph => key.contains('\0'),
            Which::Moto => key.contains('\n'),
            Which::Demo => false,
        };
        let result = t.store.put(&object(bucket, &key), Bytes::from(key.clone()), &WriteOptions::default()).await;
        if refused {
            t.has(&format!("the key {key:?}"), result.is_ok(), &[t.server.which]);
            continue;
        }
        result.unwrap_or_else(|error| panic!("{key:?}: {error}"));
        taken.insert(key);
    }
    taken
}

pub async fn hostile_keys_are_written_listed_read_copied_and_deleted(t: Target) {
    let bucket = t.bucket().await;
    let taken = written(&t, &bucket).await;
    assert_eq!(all_keys(&t, &bucket).await, taken, "each key is listed exactly as it was written");
    for key in &taken {
        let from = object(&bucket, key);
        assert_eq!(t.read(&from).await, key.as_bytes(), "{key:?}");
        assert_eq!(t.store.head(&from).await.unwrap().size, key.len() as u64, "{key:?}");
        let to = object(&bucket, "copied");
        t.store
            .copy(&from, None, &to, &CopyOptions::default())
            .await
            .unwrap_or_else(|error| panic!("{key:?}: {error}"));
        assert_eq!(t.read(&to).await, key.as_bytes(), "a copy of {key:?}");
    }
    let all = taken.iter().map(|key| ObjectKey::from(key.as_str())).chain(["copied".into()]);
    let (keys, alone): (Vec<_>, Vec<_>) = all.partition(ObjectKey::fits_xml);
    for key in alone {
        t.store.delete(&object(&bucket, key.as_str())).await.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }
    for (key, result) in t.store.delete_batch(&bucket, &keys).await.unwrap() {
        result.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }
    assert_eq!(all_keys(&t, &bucket).await, BTreeSet::new());
}

/// The rule of this program for a key that may be written as a file, said a second time in the plainest way.
fn is_path(key: &str) -> bool {
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.len() <= 255 && !part.contains('\0');
    key.split('/').all(is_part)
}

/// Counts the files below a folder.
fn files(folder: &Path) -> usize {
    let count = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path) } else { 1 }
    };
    fs::read_dir(folder).unwrap().map(count).sum()
}

pub async fn hostile_keys_are_inspected_come_down_whole_or_are_refused_and_go(t: Target) {
    let bucket = t.bucket().await;
    let taken = written(&t, &bucket).await;
    let home = tempfile::tempdir().unwrap();
    let mut works = Works::on(&t);
    for key in &taken {
        assert!(works.can_inspect(object(&bucket, key)).await, "{key:?}");
    }

    let transfer = Transfer {
        rename: Some("down".to_owned()),
        ..Transfer::new(vec![Item::Bucket(bucket.clone())], Location::Local(home.path().to_owned()))
    };
    let ended = works.run(Work::Transfer(transfer)).await;
    let down = home.path().join("down");
    let mut came = 0;
    for key in &taken {
        let outcome = ended.get(&format!("s3://{bucket}/{key}")).unwrap_or_else(|| panic!("{key:?} has no result"));
        match outcome {
            ItemOutcome::Done(_) => {
                assert!(is_path(key), "{key:?} must be refused");
                assert_eq!(fs::read(down.join(key)).unwrap(), key.as_bytes(), "{key:?}");
                came += 1;
            }
            // The folder `dir` and the file `dir` cannot both be, and what `dir/` holds has no place in a folder.
            ItemOutcome::Failed(error) => assert!(!is_path(key) || key.starts_with("dir"), "{key:?}: {error}"),
            ItemOutcome::Skipped(why) | ItemOutcome::Planned(why) => panic!("{key:?} was left out: {why}"),
            ItemOutcome::WouldChange(_) => panic!("{key:?} was only looked at"),
        }
    }
    assert_eq!(files(home.path()), came, "nothing else was written");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing lies beside the folder");

    let items = taken.iter().map(|key| Item::Object(object(&bucket, key))).collect();
    for (name, outcome) in works.run(Work::Delete(items)).await {
        assert!(matches!(outcome, ItemOutcome::Done(_)), "{name:?}: {outcome:?}");
    }
    assert_eq!(all_keys(&t, &bucket).await, BTreeSet::new());
}
