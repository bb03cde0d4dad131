//! `bucketry uploads`: what a server lists as unfinished is listed, and aborted.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use bucketry::model::name::Prefix;
use bucketry::s3::WriteOptions;
use bytes::Bytes;
use serde_json::Value;

use crate::program::Program;
use crate::servers::Which;
use crate::target::{Target, object};

/// Keys that a listing has to encode, and one that is not asked for.
const KEYS: [&str; 3] = ["in/a b+c", "in/Grüße", "other"];

pub async fn unfinished_uploads_are_listed_and_aborted_by_the_command(t: Target) {
    let bucket = t.bucket().await;
    for key in KEYS {
        let object = object(&bucket, key);
        let upload = t.store.create_upload(&object, &WriteOptions::default()).await.unwrap();
        t.store.upload_part(&object, &upload, 1, Bytes::from_static(b"0123456789")).await.unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let program = Program::ours(home.path());
    let (all, below) = (format!("s3://{bucket}"), format!("s3://{bucket}/in/"));
    let listed = |place: &str| {
        let printed = program.run(&t, &["uploads", place, "--json", "--sizes"]);
        let row = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            let key = row.get("key").and_then(Value::as_str).unwrap();
            (key.to_owned(), row.get("bytes").and_then(Value::as_u64))
        };
        let mut rows: Vec<_> = printed.lines().map(row).collect();
        rows.sort();
        rows
    };
    // moto 5 answers ListParts with something else.
    let has_sizes = listed(&all).iter().all(|(_, bytes)| bytes.is_some());
    let bytes = t.has("the parts of an unfinished upload", has_sizes, &[Which::Moto]).then_some(10);
    let expected = |keys: &[&str]| {
        let mut rows: Vec<_> = keys.iter().map(|key| ((*key).to_owned(), bytes)).collect();
        rows.sort();
        rows
    };
    assert_eq!(listed(&all), expected(&KEYS));
    assert_eq!(listed(&below), expected(&KEYS[..2]));
    // moto 5 says of each that it was begun in 2010.
    let has_ages = program.run(&t, &["uploads", &all, "--older-than", "7d"]).is_empty();
    t.has("the time when an upload was begun", has_ages, &[Which::Moto]);
    program.run(&t, &["uploads", &below, "--abort", "--yes"]);
    assert_eq!(listed(&all), expected(&KEYS[2..]));
    program.run(&t, &["uploads", &all, "--abort", "--yes"]);
    assert!(t.store.list_uploads(&bucket, &Prefix::root(), None).await.unwrap().uploads.is_empty());
}
