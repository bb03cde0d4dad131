//! What somebody without credentials meets.

use super::*;
use crate::model::access::anonymous::{AnonymousTest, Probe};

async fn sample() -> Bench {
    bench_on(demo::Options::default(), small_parts()).await
}

impl Bench {
    async fn test_anonymous(&mut self, item: Item) -> AnonymousTest {
        self.last += 1;
        let asked = Ticket(self.last);
        self.engine.submit(Request::TestAnonymous { ticket: asked, item });
        loop {
            match self.report().await {
                Report::AnonymousTested { ticket, test } if ticket == asked => return test,
                Report::Failed { ticket, error } if ticket == asked => panic!("{error}"),
                _ => {}
            }
        }
    }
}

fn met(test: &AnonymousTest) -> Vec<(Probe, u16)> {
    test.attempts.iter().map(|attempt| (attempt.probe, attempt.status.unwrap())).collect()
}

fn of(bucket: &str, key: &str) -> Item {
    Item::Object(ObjectRef::new(bucket, key))
}

#[tokio::test]
async fn a_stranger_meets_what_is_public_and_no_more() {
    use Probe::{HeadBucket, HeadObject, List};
    let mut t = sample().await;
    let test = t.test_anonymous(of("acme-website", "index.html")).await;
    assert_eq!(met(&test), [(HeadObject, 200), (List, 403)], "the caller's own keys would list it");
    assert_eq!(test.attempts[1].code.as_deref(), Some("AccessDenied"));
    let test = t.test_anonymous(of("acme-press", "2025/release.txt")).await;
    assert_eq!(met(&test), [(HeadObject, 200), (List, 200)]);
    assert_eq!(test.attempts[1].target, "s3://acme-press/2025/");
    let test = t.test_anonymous(of("acme-press", "2025/none")).await;
    assert_eq!(
        met(&test),
        [(HeadObject, 403), (List, 200)],
        "what is not there has no ACL that would let anyone read it"
    );
    let test = t.test_anonymous(of("acme-website", "none")).await;
    assert_eq!(met(&test), [(HeadObject, 403), (List, 403)]);
    let test = t.test_anonymous(Item::Bucket("acme-data".into())).await;
    assert_eq!(met(&test), [(HeadBucket, 403), (List, 403)]);
    let inside = Item::Prefix { bucket: "acme-press".into(), prefix: "drafts/".into() };
    assert_eq!(met(&t.test_anonymous(inside).await), [(HeadBucket, 200), (List, 200)]);
}

#[tokio::test]
async fn another_region_is_followed_and_a_missing_bucket_told() {
    let mut t = sample().await;
    let test = t.test_anonymous(of("acme-archive", "warm/2023.csv")).await;
    assert_eq!(met(&test), [(Probe::HeadObject, 403), (Probe::List, 403)]);
    let test = t.test_anonymous(Item::Bucket("no-such-bucket".into())).await;
    assert_eq!(met(&test), [(Probe::HeadBucket, 404), (Probe::List, 404)]);
    assert_eq!(test.attempts[1].code.as_deref(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn a_test_sends_a_head_and_a_list_and_changes_nothing() {
    let mut t = bench().await;
    put(&t.store, "k", "x").await;
    let count = |t: &Bench| {
        let names = ["HeadObject", "ListObjectsV2", "PutObject", "GetObject", "DeleteObject"];
        names.map(|name| t.demo.count(name))
    };
    let before = count(&t);
    t.test_anonymous(object("k")).await;
    let sent = std::array::from_fn(|at| count(&t)[at] - before[at]);
    assert_eq!(sent, [1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn a_test_that_is_dropped_is_silent_and_one_of_a_file_fails() {
    let mut t = bench().await;
    t.engine.submit(Request::TestAnonymous { ticket: Ticket(77), item: object("k") });
    t.engine.submit(Request::Drop(Ticket(77)));
    t.engine.submit(Request::TestAnonymous { ticket: Ticket(78), item: Item::File("/x".into()) });
    let Report::Failed { ticket, error } = t.report().await else { panic!() };
    assert_eq!((ticket, error.kind), (Ticket(78), Kind::Invalid));
}
