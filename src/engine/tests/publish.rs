//! Websites: what it takes to publish one is found out first, and done so that nothing is open before it is whole.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::error::Error;
use crate::model::publication::{ErrorPage, Plan, Wish};

async fn keeping() -> (Bench, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let options = Options { data_folder: Some(data.path().to_owned()), ..small_parts() };
    let t = bench_with(options).await;
    t.write("dist/index.html", "<h1>Acme</h1>");
    t.write("dist/404.html", "nothing here");
    (t, data)
}

fn wish(t: &Bench, prefix: &str) -> Wish {
    Wish {
        folder: t.path("dist"),
        bucket: "bench".into(),
        prefix: prefix.into(),
        index: "index.html".into(),
        error: ErrorPage::Found,
        deletes: false,
        takes_hidden: false,
    }
}

impl Bench {
    async fn plan_site(&mut self, wish: Wish) -> Result<Plan, Error> {
        self.last += 1;
        let asked = Ticket(self.last);
        self.engine.submit(Request::PlanPublication { ticket: asked, wish: Box::new(wish) });
        loop {
            match self.report().await {
                Report::PublicationPlanned { ticket, plan } if ticket == asked => return Ok(*plan),
                Report::Failed { ticket, error } if ticket == asked => return Err(error),
                _ => {}
            }
        }
    }

    /// Publishes, and returns what was said on the way, too.
    async fn publish(&mut self, plan: Plan) -> (Ended, Vec<String>) {
        let job = self.start(Work::Publish(Arc::new(plan.publication)));
        let mut ended = Ended { end: JobEnd::Cancelled, results: Vec::new(), held: Vec::new(), questions: Vec::new() };
        let mut notes = Vec::new();
        loop {
            match self.report().await {
                Report::Items { results, .. } => ended.results.extend(results),
                Report::Noted { note, .. } => notes.push(note),
                Report::Finished { job: of, end } if of == job => {
                    ended.end = end;
                    return (ended, notes);
                }
                _ => {}
            }
        }
    }

    async fn standing(&self, kind: DocumentKind) -> Option<Value> {
        self.store.read_document(&"bench".into(), kind).await.unwrap().into_document()
    }

    async fn set(&mut self, kind: DocumentKind, new: Value) {
        let change = Box::new(DocumentWrite { seen: self.standing(kind).await, new: Some(new), mfa: None });
        self.last += 1;
        self.engine.submit(Request::WriteDocument { ticket: Ticket(self.last), bucket: "bench".into(), kind, change });
        while !matches!(self.report().await, Report::DocumentWritten { .. }) {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_website_below_a_prefix_keeps_the_error_page_of_the_bucket_and_tells_what_it_replaces() {
    let (mut t, _data) = keeping().await;
    let old = json!({ "IndexDocument": { "Suffix": "home.htm" }, "ErrorDocument": { "Key": "error.html" } });
    t.set(DocumentKind::Website, old).await;
    t.put("secret", "shut").await;
    let plan = t.plan_site(Wish { error: ErrorPage::Standing, ..wish(&t, "docs/") }).await.unwrap();
    let index = "the index page of the whole bucket was home.htm and becomes index.html";
    assert_eq!(plan.besides(), [index], "{plan:?}");
    let both = t.plan_site(wish(&t, "docs/")).await.unwrap().besides();
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both[1].contains("was error.html and becomes docs/404.html"), "{both:?}");
    assert_eq!((t.keys().await.len(), t.demo.count("PutBucketPolicy")), (1, 0), "nothing was written");
    let (ended, notes) = t.publish(plan).await;
    assert_eq!((ended.end, ended.results.len()), (JobEnd::Done, 2), "{:?}", ended.results);
    let kept = json!({ "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "error.html" } });
    assert_eq!(t.standing(DocumentKind::Website).await, Some(kept));
    assert_eq!(t.keys().await, ["docs/404.html", "docs/index.html", "secret"]);
    assert_eq!(notes.last().unwrap(), "visited without a signature: 200, text/html; charset=utf-8", "{notes:?}");
    assert!(notes[0].contains("bucketry settings s3://bench website --restore"), "{notes:?}");
    let again = t.plan_site(Wish { error: ErrorPage::Standing, ..wish(&t, "docs/") }).await.unwrap();
    assert!(again.besides().is_empty() && again.publication.steps.is_empty() && again.access.is_reached);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_opened_after_a_document_that_has_changed_since() {
    let (mut t, _data) = keeping().await;
    let plan = t.plan_site(wish(&t, "")).await.unwrap();
    assert_eq!(plan.publication.steps.len(), 3, "{plan:?}");
    let others = json!({ "IndexDocument": { "Suffix": "other" } });
    t.set(DocumentKind::Website, others.clone()).await;
    let (ended, notes) = t.publish(plan).await;
    assert_eq!((&ended.end, t.standing(DocumentKind::Website).await), (&JobEnd::SomeFailed, Some(others)));
    assert!(ended.failure("Website of s3://bench").contains("changed since it was read"), "{ended:?}");
    for name in ["Block Public Access of s3://bench", "Policy of s3://bench"] {
        assert!(ended.skipped(name).contains("not written"), "{ended:?}");
    }
    assert_eq!((t.standing(DocumentKind::Policy).await, notes.len()), (None, 0), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_opened_where_a_file_could_not_be_copied() {
    let (mut t, _data) = keeping().await;
    let plan = t.plan_site(wish(&t, "")).await.unwrap();
    std::fs::remove_file(t.path("dist/404.html")).unwrap();
    let (ended, _) = t.publish(plan).await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:?}");
    assert!(ended.skipped("Policy of s3://bench").contains("not every file"), "{ended:?}");
    assert_eq!((t.standing(DocumentKind::Website).await, t.demo.count("PutBucketPolicy")), (None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_strangers_do_not_get_is_told() {
    let (mut t, _data) = keeping().await;
    let plan = t.plan_site(wish(&t, "")).await.unwrap();
    assert!(matches!(t.publish(plan).await.0.end, JobEnd::Done));
    let mut plan = t.plan_site(wish(&t, "")).await.unwrap();
    plan.publication.url = plan.publication.url.replace("index.html", "none.html");
    let (ended, _) = t.publish(plan).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("none.html").contains("it answers 40"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_a_website_is_refused_before_anything_is_asked() {
    let (mut t, _data) = keeping().await;
    t.demo.forget_requests();
    let error = t.plan_site(Wish { index: "home.html".to_owned(), ..wish(&t, "") }).await.unwrap_err();
    assert!(error.kind == Kind::Invalid && error.cause.contains("no home.html"), "{error}");
    assert!(t.demo.requests().is_empty());
}
