//! Streams: what a pipe brings, what breaks off, what is left behind.

use std::io::Cursor;

use super::*;

/// A stream to a key of the bench.
fn to(key: &str) -> Stream {
    Stream::to(ObjectRef::new("bench", key))
}

fn failure(ended: &Ended) -> &crate::model::error::Error {
    match &ended.end {
        JobEnd::Failed(error) => error,
        end => panic!("it did not fail: {end:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_in_parts_of_which_none_is_left_when_one_fails() {
    let mut t = bench().await;
    let contents = noise(20 << 20);
    let rule = t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPart").after(1));
    let ended = t.write_stream(to("f"), Cursor::new(contents.clone())).await;
    assert_eq!(failure(&ended).kind, Kind::Denied);
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
    t.demo.faults().remove(rule);
    let ended = t.write_stream(to("f"), Cursor::new(contents.clone())).await;
    assert_eq!(ended.end, JobEnd::Done);
    let [result] = ended.results.as_slice() else { panic!("{ended:?}") };
    assert_eq!((result.bytes, &result.outcome), (20 << 20, &ItemOutcome::Done(Verified::Crc64Nvme)));
    assert!(t.get("f").await == contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_at_the_key_stays_if_it_is_to_be_kept() {
    let mut t = bench().await;
    t.put("f", "old").await;
    for (key, size) in [("f", 3), ("g", 3), ("h", 11 << 20)] {
        let stream = Stream { keeps_existing: true, ..to(key) };
        let ended = t.write_stream(stream, Cursor::new(noise(size))).await;
        assert_eq!(ended.end, JobEnd::Done);
        let [result] = ended.results.as_slice() else { panic!("{ended:?}") };
        assert_eq!(matches!(result.outcome, ItemOutcome::Skipped(_)), key == "f", "{result:?}");
    }
    assert_eq!((t.get("f").await, t.get("g").await), (b"old".to_vec(), noise(3)));
    assert!(t.get("h").await == noise(11 << 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_stays_where_a_server_refuses_the_condition_itself() {
    let mut t = bench().await;
    for (key, size, last) in [("small", 3, "PutObject"), ("large", 11 << 20, "CompleteMultipartUpload")] {
        let stream = Stream { keeps_existing: true, ..to(key) };
        let rule = t.demo.faults().add(Rule::new(Fault::NotImplemented).on(last).times(1));
        assert_eq!(t.write_stream(stream, Cursor::new(noise(size))).await.end, JobEnd::Done, "{key}");
        t.demo.faults().remove(rule);
        assert!(t.get(key).await == noise(size), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_breaks_off_goes_on_and_bytes_that_are_not_those_stored_are_an_error() {
    let mut t = bench().await;
    let contents = noise(3 << 20);
    t.put("f", contents.clone()).await;
    // More often than any single request is tried: each time something comes.
    let rule = t.demo.faults().add(Rule::new(Fault::ResetAfter(300_000)).on("GetObject").times(9));
    let (ended, out) = t.read_stream("f").await;
    assert_eq!(ended.end, JobEnd::Done);
    assert!(out == contents);
    t.demo.faults().remove(rule);
    t.demo.faults().add(Rule::new(Fault::Flip).on("GetObject"));
    let (ended, _) = t.read_stream("f").await;
    assert_eq!(failure(&ended).kind, Kind::Corrupt);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_that_is_replaced_while_it_is_read_is_not_gone_on_with() {
    let mut t = bench().await;
    t.put("f", noise(16 << 20)).await;
    t.demo.faults().add(Rule::new(Fault::ResetAfter(12 << 20)).on("GetObject").times(1));
    t.last += 1;
    let job = JobId(t.last);
    let mut chunks = t.engine.read(job, ObjectRef::new("bench", "f"));
    // What waits to be taken is less than what comes before it breaks off.
    chunks.recv().await.unwrap();
    t.put("f", noise(2 << 20)).await;
    let (ended, ()) = tokio::join!(t.follow(job, |_| panic!()), async { while chunks.recv().await.is_some() {} });
    assert!(failure(&ended).to_string().contains("changed while it was read"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_rides_out_a_busy_server_and_old_credentials() {
    // Nobody watches it: it waits for what it once had.
    let mut t = bench_with(Options { hold_limit: Some(LIMIT), ..small_parts() }).await;
    let contents = noise(11 << 20);
    t.demo.faults().add(Rule::new(Fault::SlowDown).on("UploadPart").times(9));
    assert_eq!(t.write_stream(to("busy"), Cursor::new(contents.clone())).await.end, JobEnd::Done);
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("UploadPart").times(1));
    let ended = t.write_stream(to("old"), Cursor::new(contents.clone())).await;
    assert_eq!((ended.end, ended.held), (JobEnd::Done, vec![true, false]));
    t.demo.faults().add(Rule::new(Fault::SlowDown).on("GetObject").times(9));
    t.demo.faults().add(Rule::new(Fault::ResetAfter(1 << 20)).on("GetObject").times(1));
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("GetObject").times(1));
    let (ended, out) = t.read_stream("old").await;
    assert_eq!((ended.end, ended.held), (JobEnd::Done, vec![true, false]));
    assert!(out == contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_nobody_takes_ends() {
    let mut t = bench().await;
    t.put("f", noise(6 << 20)).await;
    drop(t.engine.read(JobId(7), ObjectRef::new("bench", "f")));
    assert_eq!(t.follow(JobId(7), |_| panic!()).await.end, JobEnd::Cancelled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_is_refused_ends_a_stream_whose_pipe_says_nothing_and_both_failures_are_told() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPart"));
    t.demo.faults().add(Rule::new(Fault::Denied).on("AbortMultipartUpload"));
    let (mut writer, pipe) = tokio::io::duplex(1 << 20);
    let fed = async {
        let _ = tokio::io::AsyncWriteExt::write_all(&mut writer, &noise(6 << 20)).await;
        // It stays open.
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        ended = t.write_stream(to("f"), pipe) => ended,
        () = fed => unreachable!(),
    };
    let told = failure(&ended).to_string();
    assert!(told.contains("s3:PutObject") && told.contains("the unfinished upload is left"), "{told}");
}
