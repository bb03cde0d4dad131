//! Publishes a folder as a website: finds out all that it takes, does it in an order in which nothing is open before it is
//! whole, and proves it by a visit.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::jobs::{Job, Origin};
use super::{answer, compare, exposure, sync};
use crate::model::access::exposure::{Step, StepEnd};
use crate::model::attributes::Given;
use crate::model::document::DocumentKind;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Report, Ticket};
use crate::model::publication::{Plan, Publication, Wish};
use crate::model::site;
use crate::model::sync::SyncPlan;

/// Finds out what it takes, and says it.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, wish: Wish) {
    answer::with_one(core, ticket, "publish", move |core, token| async move {
        let plan = Box::new(plan(&core, &token, wish).await?);
        Ok(Report::PublicationPlanned { ticket, plan })
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
    let access = exposure::plan(core, &wish.exposure()).await?;
    let url = store.site_of(bucket, wish.prefix.as_str(), &wish.index);
    Ok(Plan::new(wish, files, (standing, pages), access, url))
}

/// Publishes. What is not done any more after a failure is told by name.
pub(super) async fn run(job: Arc<Job>, publication: Arc<Publication>) -> Result<(), Error> {
    if job.origin != Origin::New {
        let cause = "what was agreed to was what stood there then; publish it anew: what is there is not sent again";
        return Err(Error::new(Kind::Invalid, "go on to publish", publication.wish.target().to_string(), cause));
    }
    // The visit is the last.
    job.progress.add_total(publication.steps.len() as u64 + 1, 0);
    if let Err(error) = Box::pin(sync::run(Arc::clone(&job), Arc::new(publication.files.clone()))).await {
        leave(&job, &publication, 0, "the files could not be copied").await;
        return Err(error);
    }
    if job.meter.has_failures.load(Relaxed) {
        leave(&job, &publication, 0, "not every file could be copied").await;
        return Ok(());
    }
    if let Some(opening) = &publication.opening
        && let Err(error) = Box::pin(exposure::check(&job.core, &publication.wish.exposure(), opening)).await
    {
        job.record(publication.wish.exposure().place(), 0, ItemOutcome::Failed(error)).await;
        leave(&job, &publication, 0, "it cannot be opened as it was shown").await;
        return Ok(());
    }
    for (at, step) in publication.steps.iter().enumerate() {
        if job.turn().await.is_err() {
            leave(&job, &publication, at, "it was cancelled before").await;
            return Ok(());
        }
        if let Err(error) = Box::pin(write(&job, &publication.wish, step)).await {
            job.record(name(&publication.wish, step), 0, ItemOutcome::Failed(error)).await;
            leave(&job, &publication, at + 1, "what comes before it was not written").await;
            return Ok(());
        }
    }
    Box::pin(visit(&job, &publication)).await;
    Ok(())
}

/// Writes a document if it still is what was seen, and says how it is put back.
async fn write(job: &Job, wish: &Wish, step: &Step) -> Result<(), Error> {
    // The ACL of one object is none of a website's.
    if !matches!(step, Step::Document { .. }) {
        return Ok(());
    }
    let title = step.title();
    job.progress.begin(title);
    let exposure = wish.exposure();
    let end = exposure::write(&job.core, &exposure, step.clone()).await;
    if let (StepEnd::Written | StepEnd::Altered, Some(back)) = (&end, exposure.way_back(step)) {
        job.note(format!("{title} written; put back by: {back}")).await;
    }
    match end {
        StepEnd::Written => job.progress.add_item(),
        StepEnd::Altered => {
            let cause = "the server does not keep it as it was written";
            return Err(Error::new(
                Kind::Other,
                "write the settings of",
                format!("s3://{} ({title})", wish.bucket),
                cause,
            ));
        }
        StepEnd::Refused(error) => return Err(error),
        StepEnd::Uncertain(error) => {
            job.note(format!("whether the {title} was written is not known")).await;
            return Err(error);
        }
        StepEnd::Untried => {}
    }
    Ok(())
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
