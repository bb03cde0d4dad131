//! Publishes a folder as a website: finds out all that it takes, does it in an order in which nothing is open before it is
//! whole, and proves it by a visit.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::jobs::{Job, Origin};
use super::{compare, document, evidence, sync};
use crate::model::access::Fact;
use crate::model::access::evidence::Source;
use crate::model::access::exposure::{self, Aim, Standing, Step};
use crate::model::attributes::Given;
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Report, Ticket};
use crate::model::name::BucketName;
use crate::model::publication::{Plan, Publication, Wish};
use crate::model::shell::command;
use crate::model::site;
use crate::model::sync::SyncPlan;
use crate::s3::Store;

/// Finds out what it takes, and says it.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, wish: Wish) {
    let token = core.open_ticket(ticket);
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let result = tokio::select! {
            biased;
            () = token.cancelled() => Err(Error::cancelled("publish", wish.target().to_string())),
            result = Box::pin(plan(&core, &token, wish.clone())) => result,
        };
        let report = match result {
            Ok(plan) => Report::PublicationPlanned { ticket, plan: Box::new(plan) },
            Err(error) => Report::Failed { ticket, error },
        };
        let _ = core.send(report, &token).await;
        core.close_ticket(ticket);
    });
}

async fn plan(core: &Arc<Core>, token: &CancellationToken, wish: Wish) -> Result<Plan, Error> {
    let asked = wish.clone();
    let page = core.block("publish", move || asked.error_page(|name| asked.folder.join(name).is_file())).await?;
    let comparison = Arc::new(compare::whole(core, token, &wish.places()).await?);
    let given = Arc::new(Given { is_site: true, ..Given::default() });
    let files = SyncPlan { given, ..SyncPlan::new(comparison, wish.choice()) };
    let bucket = &wish.bucket;
    let store = &core.store_of(bucket).await;
    // It may lack, and teaches the bucket's region, which the address has.
    let _ = store.head_bucket(bucket).await;
    let standing = store.read_document(bucket, DocumentKind::Website).await?.into_document();
    // The error page is named by its key, wherever the website is.
    let page = page.map(|name| wish.prefix.key(&name).to_string());
    let refused = |cause| Error::new(Kind::Invalid, "publish", wish.target().to_string(), cause);
    let pages = site::document(standing.as_ref(), &wish.index, page.as_deref()).map_err(refused)?;
    let access = access(core, store, &wish).await?;
    let url = store.site_of(bucket, wish.prefix.as_str(), &wish.index);
    Ok(Plan::new(wish, files, (standing, pages), access, url))
}

/// Returns what it takes to make it public.
async fn access(core: &Arc<Core>, store: &Store, wish: &Wish) -> Result<exposure::Plan, Error> {
    let (bucket, prefix) = (wish.bucket.clone(), wish.prefix.clone());
    let source = Source::Server { bucket, prefix, object: None, owner: None };
    let evidence = evidence::gather(core, source, None).await?;
    let read = |kind| standing(store, &wish.bucket, kind);
    let (policy, block, acl) =
        tokio::try_join!(read(DocumentKind::Policy), read(DocumentKind::PublicAccessBlock), read(DocumentKind::Acl))?;
    let mut plan = Aim::Public.plan(&wish.scope(), &evidence, &Standing { policy, block, acl });
    plan.notes.extend(evidence.notes);
    Ok(plan)
}

/// Reads a document. That it may not be read, or that the server has none such, is for the plan to tell.
async fn standing(store: &Store, bucket: &BucketName, kind: DocumentKind) -> Result<Fact<Value>, Error> {
    match store.read_document(bucket, kind).await {
        Ok(standing) => Ok(standing.into_document().map_or(Fact::Absent, Fact::Known)),
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Unsupported) => Ok(Fact::Unread(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Publishes. What is not done any more after a failure is told by name.
pub(super) async fn run(job: Arc<Job>, publication: Arc<Publication>) -> Result<(), Error> {
    if job.origin != Origin::New {
        let cause = "what was agreed to was what stood there then; publish it anew: what is there is not sent again";
        return Err(Error::new(Kind::Invalid, "go on to publish", publication.wish.target().to_string(), cause));
    }
    // The visit is the last.
    job.progress.add_total(publication.steps.len() as u64 + 1, 0);
    if publication.files.summary().is_empty() {
        job.progress.counted();
    } else if let Err(error) = Box::pin(sync::run(Arc::clone(&job), Arc::new(publication.files.clone()))).await {
        leave(&job, &publication, 0, "the files could not be copied").await;
        return Err(error);
    }
    if job.meter.has_failures.load(Relaxed) {
        leave(&job, &publication, 0, "not every file could be copied").await;
        return Ok(());
    }
    for (at, step) in publication.steps.iter().enumerate() {
        if job.turn().await.is_err() {
            leave(&job, &publication, at, "it was cancelled before").await;
            return Ok(());
        }
        if let Err(error) = Box::pin(write(&job, &publication.wish.bucket, step)).await {
            if !error.is_refusal() {
                let words = format!("whether the {} was written is not known", step.title());
                job.note(words).await;
            }
            job.record(name(&publication.wish, step), 0, ItemOutcome::Failed(error)).await;
            leave(&job, &publication, at + 1, "what comes before it was not written").await;
            return Ok(());
        }
    }
    Box::pin(visit(&job, &publication)).await;
    Ok(())
}

/// Writes a document if it still is what was seen, and says how it is put back.
async fn write(job: &Job, bucket: &BucketName, step: &Step) -> Result<(), Error> {
    // The ACL of one object is none of a website's.
    let Step::Document { kind, before, after } = step else { return Ok(()) };
    let (kind, title) = (*kind, step.title());
    job.progress.begin(title);
    let change = DocumentWrite { seen: before.clone(), new: after.clone(), mfa: None };
    let store = job.core.store_of(bucket).await;
    let written = document::write(&job.core, &store, bucket, kind, change).await?;
    job.progress.add_item();
    let place = format!("s3://{bucket}");
    let back = command(["bucketry", "settings", &place, kind.facts().name, "--restore"]);
    job.note(format!("{title} written; put back by: {back}")).await;
    if written.is_whole {
        return Ok(());
    }
    let cause = "the server does not keep it as it was written";
    Err(Error::new(Kind::Other, "write the settings of", format!("{place} ({title})"), cause))
}

/// Says of the documents from one on that they were not written, of the website that it was not visited, and why.
async fn leave(job: &Job, publication: &Publication, from: usize, why: &str) {
    for step in publication.steps.iter().skip(from) {
        let outcome = ItemOutcome::Skipped(format!("not written: {why}"));
        job.record(name(&publication.wish, step), 0, outcome).await;
    }
    let outcome = ItemOutcome::Skipped(format!("not visited: {why}"));
    job.record(publication.url.clone(), 0, outcome).await;
}

fn name(wish: &Wish, step: &Step) -> String {
    format!("{} of s3://{}", step.title(), wish.bucket)
}

/// Visits the index page as anybody's browser would.
async fn visit(job: &Job, publication: &Publication) {
    let url = &publication.url;
    job.progress.begin(url);
    let store = job.core.store_of(&publication.wish.bucket).await;
    let visited = tokio::select! {
        biased;
        () = job.token.cancelled() => return,
        visited = Box::pin(store.visit(url)) => visited,
    };
    let failure = match visited {
        Ok(visit) if visit.is_served() => {
            job.progress.add_item();
            return job.note(format!("visited without a signature: {}", visit.words())).await;
        }
        Ok(visit) => {
            let words = visit.words();
            let cause = format!("it answers {words}; what was just opened may take a minute to count");
            Error::new(Kind::Other, "visit", url, cause)
        }
        Err(error) => error,
    };
    job.record(url.clone(), 0, ItemOutcome::Failed(failure)).await;
}
