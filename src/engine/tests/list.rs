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

/// The requests of a listing of everything, told apart by what they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Keys,
    Folders,
    Cut,
    Below,
}

const ALL_ASKED: [Asked; 4] = [Asked::Keys, Asked::Folders, Asked::Cut, Asked::Below];

impl Asked {
    fn rule(self, fault: Fault) -> Rule {
        Rule::new(fault).on("ListObjectsV2").query(match self {
            Self::Keys => |query| Self::of(query) == Self::Keys,
            Self::Folders => |query| Self::of(query) == Self::Folders,
            Self::Cut => |query| Self::of(query) == Self::Cut,
            Self::Below => |query| Self::of(query) == Self::Below,
        })
    }

    fn of(query: &str) -> Self {
        let has = |is_it: fn(&str) -> bool| query.split('&').any(is_it);
        match () {
            () if has(|pair| pair.starts_with("delimiter=")) => Self::Folders,
            () if has(|pair| pair == "max-keys=1") => Self::Cut,
            () if has(|pair| pair.starts_with("prefix=") && pair != "prefix=") => Self::Below,
            () => Self::Keys,
        }
    }
}

/// Who takes a listing for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    List,
    Count,
    Delete,
}

/// Keys for which all kinds of requests are made.
fn divided() -> BTreeSet<String> {
    let hash = |key: u64| key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut keys: BTreeSet<String> = (0..1000).map(|key| format!("folders/{}/{key:05}", key / 500)).collect();
    keys.extend((0..7000).map(|key| format!("hashes/{:016x}", hash(key))));
    keys.extend((0..1200).map(|key| format!("z-{key}.jpg")));
    keys
}

/// Lists with a fault at one kind of request. Returns how it ended, and whether such a request was made.
async fn read_under(reader: Reader, asked: Asked, fault: Fault, times: u32) -> (Result<(), Error>, bool) {
    let mut t = bench().await;
    let keys = divided();
    fill(&t, &keys);
    t.demo.faults().add(asked.rule(fault).times(times));
    let ended = read(&mut t, reader, &keys).await;
    let is_asked = |query: &str| query.contains("list-type=2") && Asked::of(query) == asked;
    (ended, t.demo.requests().iter().any(|served| is_asked(&served.query)))
}

/// Reads everything. An error, or what must be all of it.
async fn read(t: &mut Bench, reader: Reader, keys: &BTreeSet<String>) -> Result<(), Error> {
    match reader {
        Reader::List => assert!(listed(t, "").await?.iter().eq(keys), "a part passes for the whole"),
        Reader::Count => {
            let items = vec![prefix("")];
            t.engine.submit(Request::Count { ticket: Ticket(1), items, purpose: Purpose::Delete });
            loop {
                match t.report().await {
                    Report::Counted { summary, .. } if summary.is_complete => {
                        assert_eq!(summary.items, keys.len() as u64, "a part passes for the whole");
                        return Ok(());
                    }
                    Report::Failed { error, .. } => return Err(error),
                    _ => {}
                }
            }
        }
        Reader::Delete => {
            let ended = t.run(Work::Delete(vec![prefix("")])).await;
            let failed = ended.results.iter().find_map(|result| match &result.outcome {
                ItemOutcome::Failed(error) => Some(error.clone()),
                _ => None,
            });
            if let Some(error) = failed {
                assert_eq!(ended.end, JobEnd::SomeFailed);
                return Err(error);
            }
            assert_eq!((ended.end, ended.results.len()), (JobEnd::Done, keys.len()), "a part passes for the whole");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_may_fail_and_the_rest_pass_for_the_whole() {
    let lasting = [Fault::SlowDown, Fault::ResetAfter(100), Fault::ExpiredToken];
    let runs = ALL_ASKED.into_iter().flat_map(|asked| {
        let lists = lasting.map(|fault| (asked, Reader::List, fault));
        lists.into_iter().chain([Reader::Count, Reader::Delete].map(|reader| (asked, reader, Fault::Internal)))
    });
    // Most of the time they wait.
    let ends = runs.map(|(asked, reader, fault)| async move {
        let (ended, is_asked) = read_under(reader, asked, fault, u32::MAX).await;
        // What only helps may be refused too late to matter: then all was listed without it.
        let is_help = matches!(asked, Asked::Folders | Asked::Cut);
        assert!(ended.is_err() == is_asked || is_help, "{reader:?} with {fault:?} of {asked:?}");
        ended.is_err().then_some(asked)
    });
    let failed = futures_util::future::join_all(ends.map(Box::pin)).await;
    assert!(failed.contains(&Some(Asked::Keys)) && failed.contains(&Some(Asked::Below)), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_by_is_ridden_out_at_every_request_of_a_listing() {
    // More than the SDK tries, and fewer than the listing does.
    let passing = [(Fault::SlowDown, 12), (Fault::Lost, 6), (Fault::ResetAfter(100), 2)];
    let runs = ALL_ASKED.into_iter().flat_map(|asked| passing.map(|(fault, times)| (asked, fault, times)));
    let ends = runs.map(|(asked, fault, times)| async move {
        let (ended, _) = read_under(Reader::List, asked, fault, times).await;
        assert!(ended.is_ok(), "{fault:?} of {asked:?}: {ended:?}");
    });
    futures_util::future::join_all(ends.map(Box::pin)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_that_is_refused_is_done_without() {
    for (fault, kind) in [(Fault::Denied, Kind::Denied), (Fault::NotImplemented, Kind::Unsupported)] {
        for reader in [Reader::List, Reader::Delete] {
            for asked in [Asked::Folders, Asked::Cut] {
                let (ended, _) = read_under(reader, asked, fault, u32::MAX).await;
                assert!(ended.is_ok(), "{reader:?} with {fault:?} of {asked:?}: {ended:?}");
            }
            let (ended, _) = read_under(reader, Asked::Keys, fault, u32::MAX).await;
            assert_eq!(ended.unwrap_err().kind, kind, "{reader:?}");
        }
    }
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
