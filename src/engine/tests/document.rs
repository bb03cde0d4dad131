//! Documents of a bucket: written only over what was seen, and only where the old one can be kept.

use serde_json::{Value, json};

use super::*;
use crate::model::document::{DocumentKind, DocumentWrite, Written};
use crate::model::error::Error;
use crate::model::name::BucketName;

fn tags(value: &str) -> Value {
    json!({ "TagSet": [{ "Key": "team", "Value": value }] })
}

async fn written(t: &mut Bench, kind: DocumentKind, seen: Option<Value>, new: Option<Value>) -> Result<Written, Error> {
    let change = Box::new(DocumentWrite { seen, new, mfa: None });
    t.last += 1;
    let asked = Ticket(t.last);
    t.engine.submit(Request::WriteDocument { ticket: asked, bucket: BucketName::from("bench"), kind, change });
    loop {
        match t.report().await {
            Report::DocumentWritten { written, .. } => return Ok(written),
            Report::Failed { error, .. } => return Err(error),
            _ => {}
        }
    }
}

async fn keeping() -> (Bench, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let options = Options { data_folder: Some(data.path().to_owned()), ..small_parts() };
    (bench_with(options).await, data)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_changed_since_it_was_seen_is_not_overwritten() {
    let (mut t, _data) = keeping().await;
    let first = written(&mut t, DocumentKind::Tags, None, Some(tags("a"))).await.unwrap();
    assert!(first.is_whole && first.stored == Some(tags("a")) && first.kept.exists());
    t.demo.forget_requests();
    let error = written(&mut t, DocumentKind::Tags, None, Some(tags("b"))).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{error}");
    let error = written(&mut t, DocumentKind::Tags, Some(tags("b")), None).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{error}");
    assert_eq!((t.demo.count("PutBucketTagging"), t.demo.count("DeleteBucketTagging")), (0, 0));
    let gone = written(&mut t, DocumentKind::Tags, Some(tags("a")), None).await.unwrap();
    assert!(gone.is_whole && gone.stored.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_kept_is_not_overwritten() {
    let mut t = bench().await;
    let error = written(&mut t, DocumentKind::Tags, None, Some(tags("a"))).await.unwrap_err();
    assert!(error.cause.contains("no data folder"), "{error}");
    let (mut t, data) = keeping().await;
    std::fs::write(data.path().join("documents"), "a file where the folder must be").unwrap();
    written(&mut t, DocumentKind::Tags, None, Some(tags("a"))).await.unwrap_err();
    assert_eq!(t.demo.count("PutBucketTagging"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_switched_off_by_an_empty_document_is_gone_afterwards() {
    let (mut t, _data) = keeping().await;
    let on = json!({ "LoggingEnabled": { "TargetBucket": "bench", "TargetPrefix": "log/" } });
    let seen = Some(json!({}));
    assert!(written(&mut t, DocumentKind::Logging, seen, Some(on.clone())).await.unwrap().is_whole);
    let off = written(&mut t, DocumentKind::Logging, Some(on), None).await.unwrap();
    assert!(off.is_whole && off.stored == Some(json!({})), "{off:?}");
    let error = written(&mut t, DocumentKind::Versioning, Some(json!({})), None).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid, "{error}");
}

async fn kept(t: &mut Bench, kind: DocumentKind) -> Option<Value> {
    t.last += 1;
    t.engine.submit(Request::ReadKeptDocument { ticket: Ticket(t.last), bucket: BucketName::from("bench"), kind });
    loop {
        match t.report().await {
            Report::Document { document, .. } => return document,
            Report::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_is_refused_does_not_use_up_what_was_kept() {
    let (mut t, _data) = keeping().await;
    written(&mut t, DocumentKind::Tags, None, Some(tags("a"))).await.unwrap();
    written(&mut t, DocumentKind::Tags, Some(tags("a")), Some(tags("b"))).await.unwrap();
    let rule = t.demo.faults().add(Rule::new(Fault::Denied).on("PutBucketTagging"));
    for _ in 0..2 {
        written(&mut t, DocumentKind::Tags, Some(tags("b")), Some(tags("c"))).await.unwrap_err();
        assert_eq!(kept(&mut t, DocumentKind::Tags).await, Some(tags("a")));
    }
    t.demo.faults().remove(rule);
    written(&mut t, DocumentKind::Tags, Some(tags("b")), Some(tags("c"))).await.unwrap();
    assert_eq!(kept(&mut t, DocumentKind::Tags).await, Some(tags("b")));
}
