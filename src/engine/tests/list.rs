//! Listings of all that is below a prefix, with many requests at once.

use std::collections::BTreeSet;

use super::*;
use crate::engine::lister::Lister;
use crate::engine::page::Asker;
use crate::model::error::Error;

fn fill(t: &Bench, keys: &BTreeSet<String>) {
    t.demo.fill("bench", keys.iter().map(String::as_str));
}

fn lister(t: &Bench, below: &str) -> Lister {
    Lister::start(Asker::Reader(t.engine.core.clone()), &"bench".into(), &below.into())
}

/// Lists to the end; the pages must not be empty.
async fn listed(t: &Bench, below: &str) -> Result<Vec<String>, Error> {
    let mut lister = lister(t, below);
    let mut keys = Vec::new();
    while let Some(objects) = lister.next().await {
        let objects = objects?;
        assert!(!objects.is_empty());
        keys.extend(objects.iter().map(|object| object.key.to_string()));
    }
    assert!(lister.next().await.is_none());
    Ok(keys)
}

/// 20,000 keys: many folders, hashes, numbers, one large folder among small ones, and odd keys between them.
fn shapes() -> BTreeSet<String> {
    let hash = |key: u64| key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut keys: BTreeSet<String> = (0..6000_u64).map(|key| format!("folders/{:02}/{key:05}", key / 500)).collect();
    keys.extend((0..7000).map(|key| format!("hashes/{:016x}", hash(key))));
    keys.extend((0..4000).map(|key| format!("uneven/{}/n-{key}", if key < 50 { key } else { 30 })));
    keys.extend((0..2985).map(|key| format!("{key}.jpg")));
    let odd = ["folders/", "folders//", "folders//x", "folders/03", "folders/03/", "folders/030", "hashes/8\u{1b}"];
    let odd =
        odd.into_iter().chain(["hashes/8 +%", "hashes/9\u{ffff}", "hashes/9\u{10000}", "uneven/7/\r\n", "zz\u{e000}"]);
    keys.extend(odd.chain(["zz\u{d7ff}", "zz\u{10ffff}", "/"]).map(str::to_owned));
    assert_eq!(keys.len(), 20_000);
    keys
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_keys_below_a_prefix_are_listed_in_order_whatever_their_shape() {
    let t = bench().await;
    let keys = shapes();
    fill(&t, &keys);
    for below in ["", "folders/", "folders/03", "hashes/", "uneven/", "uneven/30/", "z", "nothing/"] {
        t.demo.forget_requests();
        let expected: Vec<_> = keys.iter().filter(|key| key.starts_with(below)).cloned().collect();
        assert!(listed(&t, below).await.unwrap() == expected, "below {below:?}");
        let requests = t.demo.count("ListObjectsV2");
        assert!(requests <= 60 + expected.len() / 50, "{requests} requests below {below:?}");
        assert!(t.demo.requests().iter().all(|served| served.query.contains("encoding-type=url")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_server_is_ridden_out_and_a_refusal_ends_the_listing() {
    let t = bench().await;
    let keys: BTreeSet<_> = (0..6000).map(|key| format!("{:02}/{key:05}", key / 500)).collect();
    fill(&t, &keys);
    t.demo.faults().add(Rule::new(Fault::SlowDown).on("ListObjectsV2").after(2).times(2));
    assert!(listed(&t, "").await.unwrap().iter().eq(&keys));
    t.demo.faults().clear();
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListObjectsV2").after(6));
    assert_eq!(listed(&t, "").await.unwrap_err().kind, Kind::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_list_this_prefix_and_none_below_gets_all_of_it() {
    let t = bench().await;
    let keys: BTreeSet<_> = (0..6000).map(|key| format!("{:02}/{key:05}", key / 500)).collect();
    fill(&t, &keys);
    // Some of the keys may have been given out before the refusal.
    for denied in ["00", "07", "11"] {
        t.demo.faults().add(Rule::new(Fault::Denied).on("ListObjectsV2").key(denied));
        assert!(listed(&t, "").await.unwrap().iter().eq(&keys), "{denied}");
        t.demo.faults().clear();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_deletes_while_it_lists_misses_nothing_and_busy_servers_are_waited_for() {
    let mut t = bench().await;
    let keys: BTreeSet<_> =
        (0..5000_u64).map(|key| format!("a/{:016x}", key.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    fill(&t, &keys);
    t.put("b", "stays").await;
    t.demo.faults().add(Rule::new(Fault::SlowDown).on("ListObjectsV2").after(3).times(6));
    let ended = t.run(Work::Delete(vec![prefix("a/")])).await;
    assert_eq!((ended.end.clone(), ended.results.len()), (JobEnd::Done, 5000));
    assert_eq!(t.keys().await, ["b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_stay_are_listed_once_while_others_come_and_go() {
    let t = bench().await;
    let stay: BTreeSet<_> = (0..5000).map(|key| format!("n-{key:05}")).collect();
    let go: BTreeSet<_> = (0..2000).map(|key| format!("n-{:05}+", key * 2)).collect();
    fill(&t, &stay);
    fill(&t, &go);
    let mut lister = lister(&t, "");
    let mut keys = Vec::new();
    let mut going = go.iter();
    while let Some(objects) = lister.next().await {
        keys.extend(objects.unwrap().iter().map(|object| object.key.to_string()));
        for key in going.by_ref().take(300) {
            t.store.delete(&ObjectRef::new("bench", key.as_str())).await.unwrap();
            t.put(&format!("{key}+"), "").await;
        }
    }
    assert!(keys.is_sorted_by(|one, other| one < other));
    keys.retain(|key| !key.contains('+'));
    assert!(keys.iter().eq(&stay));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_is_dropped_sends_nothing_more() {
    let t = bench().await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("ListObjectsV2"));
    let tasks = t.engine.core.tracker.len();
    let mut dropped = lister(&t, "");
    assert!(futures_util::FutureExt::now_or_never(dropped.next()).is_none());
    drop(dropped);
    while t.engine.core.tracker.len() > tasks {
        tokio::task::yield_now().await;
    }
    t.demo.faults().remove(stall);
    assert!(listed(&t, "").await.unwrap().is_empty());
}
