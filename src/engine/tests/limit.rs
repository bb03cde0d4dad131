//! How fast transfers may be, and what holds them back.

use super::*;
use crate::model::limit::ByteRate;

fn limit(rate: Option<u64>, job: Option<JobId>) -> Request {
    Request::Limit { job, rate: rate.and_then(ByteRate::new) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_move_no_faster_than_they_may_in_parts_and_whole_both_ways() {
    let options = Options { limit: ByteRate::new(8 * MIB as u64), ..small_parts() };
    let mut t = bench_with(options).await;
    let (large, whole) = (noise(9 * MIB), noise(3 * MIB));
    t.write("up/large", &large);
    t.write("up/whole", &whole);
    let began = std::time::Instant::now();
    assert_eq!(t.transfer(vec![Item::Folder(t.path("up"))], at("")).await.end, JobEnd::Done);
    // The first portions of a second leave at once.
    assert!(began.elapsed() > Duration::from_secs(1), "{:?} up", began.elapsed());
    let began = std::time::Instant::now();
    assert_eq!(t.transfer(vec![prefix("up/")], here(t.path("down"))).await.end, JobEnd::Done);
    assert!(began.elapsed() > Duration::from_secs(1), "{:?} down", began.elapsed());
    assert_eq!((t.read("down/up/large"), t.read("down/up/whole")), (large.clone(), whole));
    let began = std::time::Instant::now();
    let piped = Stream::to(ObjectRef::new("bench", "piped"));
    assert_eq!(t.write_stream(piped, std::io::Cursor::new(large)).await.end, JobEnd::Done);
    assert!(began.elapsed() > Duration::from_secs(1), "{:?} by a pipe", began.elapsed());
    let began = std::time::Instant::now();
    assert_eq!(t.read_stream("piped").await.0.end, JobEnd::Done);
    assert!(began.elapsed() > Duration::from_secs(1), "{:?} to a pipe", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_job_is_held_back_alone_and_goes_on_when_its_limit_is_lifted() {
    let mut t = bench().await;
    t.put("slow", noise(4 * MIB)).await;
    t.put("fast", noise(4 * MIB)).await;
    let slow = t.start(Work::Transfer(transfer(vec![object("slow")], here(t.path("slow")))));
    t.engine.submit(limit(Some(64 * 1024), Some(slow)));
    // At its limit the first job would take a minute.
    assert_eq!(t.transfer(vec![object("fast")], here(t.path("fast"))).await.end, JobEnd::Done);
    assert!(t.tree("slow").iter().all(|name| name.starts_with('.')), "{:?}", t.tree("slow"));
    t.engine.submit(limit(None, Some(slow)));
    assert_eq!(t.follow(slow, |_| panic!()).await.end, JobEnd::Done);
    assert_eq!(t.read("slow/slow"), noise(4 * MIB));
}
