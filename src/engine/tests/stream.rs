//! Streams: what a pipe brings, what breaks off, what is left behind.

use std::io::Cursor;

use super::*;
use crate::engine::{Broken, StreamEnd, StreamOptions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_in_parts_of_which_none_is_left_when_one_fails() {
    let t = bench().await;
    let contents = noise(20 << 20);
    let to = ObjectRef::new("bench", "f");
    let rule = t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPart").after(1));
    let ended = t.engine.write_from(&to, Cursor::new(contents.clone()), StreamOptions::default()).await;
    assert!(matches!(&ended, Err(Broken::Store(error)) if error.kind == Kind::Denied), "{ended:?}");
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
    t.demo.faults().remove(rule);
    let ended = t.engine.write_from(&to, Cursor::new(contents.clone()), StreamOptions::default()).await;
    assert!(matches!(ended, Ok(StreamEnd::Written(bytes, Verified::Crc64Nvme)) if bytes == 20 << 20), "{ended:?}");
    assert!(t.get("f").await == contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_at_the_key_stays_if_it_is_to_be_kept() {
    let t = bench().await;
    t.put("f", "old").await;
    let options = StreamOptions { keeps_existing: true, ..StreamOptions::default() };
    let ended = t.engine.write_from(&ObjectRef::new("bench", "f"), Cursor::new("new"), options.clone()).await;
    assert!(matches!(ended, Ok(StreamEnd::Kept)), "{ended:?}");
    let ended = t.engine.write_from(&ObjectRef::new("bench", "g"), Cursor::new("new"), options).await;
    assert!(matches!(ended, Ok(StreamEnd::Written(3, _))), "{ended:?}");
    assert_eq!((t.get("f").await, t.get("g").await), (b"old".to_vec(), b"new".to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_breaks_off_goes_on_and_bytes_that_are_not_those_stored_are_an_error() {
    let t = bench().await;
    let contents = noise(3 << 20);
    t.put("f", contents.clone()).await;
    let from = ObjectRef::new("bench", "f");
    t.demo.faults().add(Rule::new(Fault::ResetAfter(1 << 20)).on("GetObject").times(2));
    let mut out = Vec::new();
    t.engine.read_to(&from, &mut out).await.unwrap();
    assert!(out == contents);
    t.demo.faults().add(Rule::new(Fault::Flip).on("GetObject"));
    let ended = t.engine.read_to(&from, &mut Vec::new()).await;
    assert!(matches!(&ended, Err(Broken::Store(error)) if error.kind == Kind::Corrupt), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_is_refused_ends_a_stream_whose_pipe_says_nothing_and_both_failures_are_told() {
    let t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPart"));
    t.demo.faults().add(Rule::new(Fault::Denied).on("AbortMultipartUpload"));
    let (mut writer, pipe) = tokio::io::duplex(1 << 20);
    let to = ObjectRef::new("bench", "f");
    let written = t.engine.write_from(&to, pipe, StreamOptions::default());
    let fed = async {
        tokio::io::AsyncWriteExt::write_all(&mut writer, &noise(6 << 20)).await.unwrap();
        // It stays open.
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        ended = tokio::time::timeout(LIMIT, written) => ended.unwrap(),
        () = fed => unreachable!(),
    };
    let Err(Broken::Store(error)) = ended else { panic!("{ended:?}") };
    let told = error.to_string();
    assert!(told.contains("s3:PutObject") && told.contains("the unfinished upload is left"), "{told}");
}
