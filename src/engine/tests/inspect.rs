//! The inspector and the preview.

use std::collections::HashMap;

use super::*;
use crate::model::access::Access;
use crate::model::error::Error;
use crate::model::inspect::{Content, Preview, Section};

type Sections = HashMap<Section, Result<Content, Error>>;

async fn inspected(t: &mut Bench, item: Item, sections: usize, with_verdict: bool) -> (Sections, Option<Access>) {
    t.last += 1;
    let asked = Ticket(t.last);
    t.engine.submit(Request::Inspect { ticket: asked, item });
    let (mut found, mut verdict) = (Sections::new(), None);
    while found.len() < sections || with_verdict && verdict.is_none() {
        match t.report().await {
            Report::Inspected { ticket, section, result } if ticket == asked => {
                found.insert(section, result);
            }
            Report::Verdict { access, .. } => verdict = Some(access),
            _ => {}
        }
    }
    (found, verdict)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_section_of_an_object_loads_and_fails_alone() {
    let mut t = bench().await;
    t.put("f.txt", "hello").await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("GetObjectTagging"));
    let (found, verdict) = inspected(&mut t, object("f.txt"), Section::OF_OBJECT.len(), true).await;
    let Ok(Content::Fields(fields)) = &found[&Section::Overview] else { panic!("{found:?}") };
    let labels: Vec<_> = fields.iter().map(|field| field.label.as_str()).collect();
    assert!(labels.contains(&"ETag") && labels.contains(&"Storage class"), "{labels:?}");
    assert_eq!(fields[0].value, "5 bytes");
    let denied = found[&Section::Tags].as_ref().unwrap_err();
    assert_eq!((denied.kind, denied.permission), (Kind::Denied, Some("s3:GetObjectTagging")));
    assert!(found[&Section::Acl].is_ok() && found[&Section::Metadata].is_ok());
    assert_eq!(verdict, Some(Access::NotPublic));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_shows_all_sections_and_names_what_was_denied() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("GetBucketPolicyStatus"));
    let (found, verdict) = inspected(&mut t, Item::Bucket("bench".into()), Section::OF_BUCKET.len(), true).await;
    assert!(matches!(found[&Section::Policy], Ok(Content::NotSet("no bucket policy"))), "{found:#?}");
    assert!(found[&Section::PolicyStatus].is_err());
    // Public access is blocked in a new bucket, so the policy need not be read.
    assert_eq!(verdict, Some(Access::NotPublic));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_word_is_computed_and_the_server_is_asked_only_for_a_policy_that_cannot_be_read() {
    let mut t = bench_on(demo::Options::default(), small_parts()).await;
    let (site, page) =
        (Item::Bucket("acme-website".into()), Item::Object(ObjectRef::new("acme-website", "index.html")));
    let by_policy = Some(Access::Public("by its bucket policy"));
    t.demo.faults().add(Rule::new(Fault::NotImplemented).on("GetBucketPolicyStatus"));
    for item in [site.clone(), page.clone()] {
        assert_eq!(inspected(&mut t, item, 0, true).await.1, by_policy, "this server does not say, and need not");
    }
    t.demo.faults().clear();
    t.demo.faults().add(Rule::new(Fault::Denied).on("GetBucketPolicy"));
    assert_eq!(inspected(&mut t, site.clone(), 0, true).await.1, by_policy, "the server says so");
    let unread = |granted| Some(Access::Unknown { granted, unread: vec!["s3:GetBucketPolicy denied".to_owned()] });
    assert_eq!(inspected(&mut t, page, 0, true).await.1, unread(None), "not of which objects");
    t.demo.faults().add(Rule::new(Fault::Denied).on("GetBucketPolicyStatus"));
    assert_eq!(inspected(&mut t, site, 0, true).await.1, unread(None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_look_up_wins() {
    let mut t = bench().await;
    let path = t.write("f", "x");
    for ticket in 1000..1200 {
        t.engine.submit(Request::Inspect { ticket: Ticket(ticket), item: Item::File(path.clone()) });
    }
    loop {
        if let Report::Inspected { ticket: Ticket(1199), result, .. } = t.report().await {
            assert!(result.is_ok());
            break;
        }
    }
}

async fn previewed(t: &mut Bench, item: Item) -> Result<Preview, Error> {
    t.engine.submit(Request::Preview { ticket: Ticket(1), item });
    loop {
        match t.report().await {
            Report::Previewed { preview, .. } => return Ok(preview),
            Report::Failed { error, .. } => return Err(error),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_reads_the_first_64_kib_by_one_range() {
    let mut t = bench().await;
    let contents = noise(300 * 1024);
    t.put("big", contents.clone()).await;
    t.put("empty", "").await;
    t.demo.forget_requests();
    let preview = previewed(&mut t, object("big")).await.unwrap();
    assert_eq!((preview.bytes.as_slice(), preview.total), (&contents[..65536], 300 * 1024));
    assert_eq!(t.demo.requests()[0].header("range"), Some("bytes=0-65535"));
    let preview = previewed(&mut t, object("empty")).await.unwrap();
    assert_eq!((preview.bytes.len(), preview.total), (0, 0));
    let path = t.write("local", &contents);
    assert_eq!(previewed(&mut t, Item::File(path)).await.unwrap().bytes, contents[..65536]);
    assert!(previewed(&mut t, object("nowhere")).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_word_is_that_of_some_bucket_and_what_was_denied_is_named() {
    let mut t = bench_on(demo::Options::default(), small_parts()).await;
    let mut words = Vec::new();
    for bucket in ["acme-website", "acme-photos", "acme-reports", "partner-exchange"] {
        words.push((bucket, judged(&mut t, bucket).await.word()));
    }
    let wanted = [
        ("acme-website", "Public"),
        ("acme-photos", "Can be public"),
        ("acme-reports", "Not public"),
        ("partner-exchange", "Unknown"),
    ];
    assert_eq!(words, wanted);
    let denied = judged(&mut t, "partner-exchange").await.detail();
    assert!(denied.contains("s3:GetBucketPolicy denied"), "{denied}");
}

async fn judged(t: &mut Bench, bucket: &str) -> Access {
    t.last += 1;
    let asked = Ticket(t.last);
    t.engine.submit(Request::Judge { ticket: asked, bucket: bucket.into() });
    loop {
        match t.report().await {
            Report::Verdict { ticket, access } if ticket == asked => return access,
            _ => {}
        }
    }
}
