//! What this caller tried, and where.

use super::*;
use crate::model::access::action::Action;
use crate::model::access::evidence::Evidence;
use crate::model::access::finding::Finding;
use crate::model::access::inquiry::{Inquiry, place_of};
use crate::model::access::who::Who;

async fn gathered(t: &mut Bench, item: &Item) -> Evidence {
    t.last += 1;
    let asked = Ticket(t.last);
    let (_, source) = place_of(item).unwrap();
    t.engine.submit(Request::Gather { ticket: asked, source, identity: None });
    loop {
        match t.report().await {
            Report::Gathered { ticket, evidence } if ticket == asked => return *evidence,
            Report::Failed { ticket, error } if ticket == asked => panic!("{error}"),
            _ => {}
        }
    }
}

/// What is said of listing there, of a caller whose name nobody knows.
async fn listing(t: &mut Bench, item: &Item) -> Finding {
    let evidence = gathered(t, item).await;
    let (place, _) = place_of(item).unwrap();
    let action = Action::parse("s3:ListBucket").unwrap();
    Inquiry::open().judge_one(&place, &evidence, &Who::Unnamed, &[action]).remove(0).finding
}

#[tokio::test]
async fn a_folder_is_judged_by_what_is_tried_in_it_and_not_in_the_whole_bucket() {
    use crate::model::access::finding::Answer::{Depends, No, Yes};
    let mut t = bench().await;
    t.put("in/k", "x").await;
    let (bucket, folder, inside) = (Item::Bucket("bench".into()), prefix("in/"), object("in/k"));
    t.demo.faults().add(Rule::new(Fault::Denied).on("HeadBucket"));
    let root = listing(&mut t, &bucket).await;
    assert_eq!(root.answer, Depends, "one went well, one did not: {root:?}");
    for place in [&folder, &inside] {
        let finding = listing(&mut t, place).await;
        let words = "it was tried just now: ListObjectsV2 below in/ was answered";
        assert_eq!((finding.answer, finding.because.as_str()), (Yes, words));
    }
    t.demo.faults().clear();
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListObjectsV2"));
    assert_eq!(listing(&mut t, &folder).await.answer, No, "that the bucket may be opened tells nothing of a folder");
    assert_eq!(listing(&mut t, &bucket).await.answer, Depends);
}
