//! Listings, counts and completions.

use super::*;
use crate::model::entry::EntryKind;
use crate::model::plan::{Deletion, PlanSummary};

async fn listed(t: &mut Bench, place: Location) -> (Vec<(String, EntryKind)>, usize) {
    t.last += 1;
    let asked = Ticket(t.last);
    t.engine.submit(Request::List { ticket: asked, place, from: None });
    let (mut rows, mut pages) = (Vec::new(), 0);
    loop {
        match t.report().await {
            Report::Page { ticket, page } if ticket == asked => {
                rows.extend(page.entries.iter().map(|entry| (entry.name.to_string(), entry.kind)));
                pages += 1;
                if page.is_last {
                    assert!(page.rest.is_none());
                    return (rows, pages);
                }
            }
            Report::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prefix_is_listed_page_by_page_with_markers_and_hostile_names() {
    let mut t = bench().await;
    futures_util::future::join_all((0..1500).map(async |number| t.put(&format!("p/{number:04}"), "").await)).await;
    t.put("p/", "").await;
    t.put("p//x", "").await;
    t.put("p/sub/x", "").await;
    t.put("p/\u{1b}[2J", "").await;
    t.put("p/a b+c", "").await;
    let (rows, pages) = listed(&mut t, at("p/")).await;
    assert_eq!((rows.len(), pages), (1505, 2));
    assert_eq!(rows[0], (String::new(), EntryKind::Object), "the marker of the prefix itself");
    for row in [
        ("", EntryKind::Prefix),
        ("sub", EntryKind::Prefix),
        ("\u{1b}[2J", EntryKind::Object),
        ("a b+c", EntryKind::Object),
    ] {
        assert!(rows.contains(&(row.0.to_owned(), row.1)), "{row:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buckets_are_listed_and_a_region_is_said_when_it_is_learnt() {
    let mut t = bench().await;
    let far = t.demo.far_region().to_owned();
    t.store.create_bucket(&"far".into(), &far).await.unwrap();
    assert_eq!(listed(&mut t, Location::Buckets(Profile::OWN)).await.0.len(), 2);
    t.engine.submit(Request::List { ticket: Ticket(77), place: Location::bucket("far"), from: None });
    loop {
        match t.report().await {
            Report::Region { bucket, region } => {
                assert_eq!((bucket.as_str(), region), ("far", far));
                break;
            }
            Report::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_fails_says_why_and_a_dropped_one_says_nothing_more() {
    let mut t = bench().await;
    t.engine.submit(Request::List { ticket: Ticket(1), place: Location::bucket("nowhere"), from: None });
    let Report::Failed { ticket, error } = t.report().await else { panic!() };
    assert_eq!((ticket, error.kind), (Ticket(1), Kind::NoSuchBucket));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("ListObjectsV2"));
    t.engine.submit(Request::List { ticket: Ticket(2), place: at(""), from: None });
    t.engine.submit(Request::Drop(Ticket(2)));
    t.demo.faults().remove(stall);
    t.engine.submit(Request::List { ticket: Ticket(3), place: here(t.home.path().to_owned()), from: None });
    loop {
        match t.report().await {
            Report::Page { ticket: Ticket(3), .. } => break,
            Report::Region { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_waits_while_nobody_takes_its_pages_and_others_are_answered_after() {
    let mut t = bench().await;
    for number in 0..5000 {
        t.write(&format!("many/{number}"), "");
    }
    for ticket in 0..40 {
        t.engine.submit(Request::List { ticket: Ticket(100 + ticket), place: here(t.path("many")), from: None });
    }
    let mut last = 0;
    while last < 40 {
        if let Report::Page { page, .. } = t.report().await {
            last += usize::from(page.is_last);
        }
    }
}

async fn counted(t: &mut Bench, items: Vec<Item>, purpose: Purpose) -> PlanSummary {
    t.last += 1;
    t.engine.submit(Request::Count { ticket: Ticket(t.last), items, purpose });
    loop {
        match t.report().await {
            Report::Counted { summary, .. } if summary.is_complete => return summary,
            Report::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_are_counted_and_losses_named_before_anything_starts() {
    let mut t = bench().await;
    t.write("up/a", "123");
    t.write("up/sub/b", "45");
    let up = vec![Item::Folder(t.path("up"))];
    let summary = counted(&mut t, up.clone(), Purpose::Transfer { to: at("") }).await;
    assert_eq!((summary.items, summary.folders, summary.bytes), (2, 2, 5));
    t.put("p/x", "123456").await;
    t.put("p/d/", "").await;
    let summary = counted(&mut t, vec![prefix("p/")], Purpose::Transfer { to: at("q/") }).await;
    assert_eq!((summary.items, summary.folders, summary.bytes), (1, 1, 6));
    assert!(!summary.notes.is_empty());
    let summary = counted(&mut t, vec![prefix("p/")], Purpose::Delete).await;
    assert_eq!(summary.deletion, Deletion::Permanent);
    let summary = counted(&mut t, up.clone(), Purpose::Delete).await;
    assert_eq!((summary.items, summary.deletion), (2, Deletion::Permanent));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_is_completed_with_buckets_prefixes_and_paths() {
    let mut t = bench().await;
    t.put("photos/2026/x", "").await;
    t.put("photos.txt", "").await;
    t.write("docs/x", "");
    let base = t.home.path().to_owned();
    let mut completed = async |text: &str| {
        t.engine.submit(Request::Complete { ticket: Ticket(6), text: text.to_owned(), base: base.clone() });
        loop {
            match t.report().await {
                Report::Completed { texts, .. } => return texts,
                Report::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
    };
    assert_eq!(completed("s3://").await, ["s3://bench/"]);
    assert_eq!(completed("s3://bench/ph").await, ["s3://bench/photos/"]);
    assert_eq!(completed("s3://bench/photos/").await, ["s3://bench/photos/2026/"]);
    assert_eq!(completed("do").await, ["docs/"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_objects_below_a_place_are_listed_in_the_order_of_their_keys() {
    let mut t = bench().await;
    futures_util::future::join_all((0..1100).map(async |number| t.put(&format!("p/{number:04}/x"), "").await)).await;
    t.put("p-q", "").await;
    t.engine.submit(Request::ListBelow { ticket: Ticket(5), place: at("p/") });
    let mut names = Vec::new();
    loop {
        let Report::Page { ticket: Ticket(5), page } = t.report().await else { continue };
        names.extend(page.entries.iter().map(|entry| entry.name.to_string()));
        if page.is_last {
            break;
        }
    }
    assert_eq!(names.len(), 1100);
    assert_eq!(names[0], "0000/x", "named relative to the place");
    assert!(names.is_sorted());
    t.engine.submit(Request::ListBelow { ticket: Ticket(6), place: here("/".into()) });
    let error = loop {
        if let Report::Failed { ticket: Ticket(6), error } = t.report().await {
            break error;
        }
    };
    assert_eq!(error.kind, Kind::Invalid);
}
