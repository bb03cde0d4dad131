//! Makes a place public or private: reads what decides, plans how it is done, and writes what a choice writes.
//!
//! Each document is written only over what the plan saw, kept before and read back after. The first that does not end as it
//! should is the last that is tried.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::{answer, document, evidence, grant};
use crate::model::access::Fact;
use crate::model::access::exposure::{Choice, Exposed, Exposure, Plan, Standing, Step, StepEnd};
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};
use crate::s3::Store;

/// Plans, and says the plan.
pub(super) fn start_plan(core: &Arc<Core>, ticket: Ticket, exposure: Exposure) {
    answer::with_one(core, ticket, "judge", move |core, _| async move {
        let plan = Box::new(plan(&core, &exposure).await?);
        Ok(Report::ExposurePlanned { ticket, plan })
    });
}

/// Writes what a choice writes, and says how each step ended. A step that was begun goes to its end, and none is begun for
/// somebody who is gone: of what was agreed to, what opens is written last.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, exposure: Exposure, choice: Choice) {
    answer::to_the_end(core, ticket, "write", move |core, token| async move {
        check(&core, &exposure, &choice).await?;
        let exposed = write_all(&core, &token, &exposure, choice).await;
        Ok(Report::Exposed { ticket, exposed })
    });
}

/// Returns how it is done, from what stands there now.
pub(super) async fn plan(core: &Arc<Core>, exposure: &Exposure) -> Result<Plan, Error> {
    let evidence = evidence::gather(core, exposure.source(), None).await?;
    exposure.check(&evidence)?;
    let store = core.store_of(&exposure.bucket).await;
    let read = |kind| standing(core, &store, exposure, kind);
    let (policy, block, acl) =
        tokio::try_join!(read(DocumentKind::Policy), read(DocumentKind::PublicAccessBlock), read(DocumentKind::Acl))?;
    let mut plan = exposure.aim.plan(&exposure.scope, &evidence, &Standing { policy, block, acl });
    plan.notes.extend(evidence.notes);
    Ok(plan)
}

/// Fails if what was agreed to is not what would be offered now: each document is compared before it is written, but what it
/// lets loose may stand in others.
pub(super) async fn check(core: &Arc<Core>, exposure: &Exposure, choice: &Choice) -> Result<(), Error> {
    if plan(core, exposure).await?.choices.contains(choice) {
        return Ok(());
    }
    let cause = "what decides about it has changed since it was shown; nothing was written";
    Err(Error::new(Kind::Conflict, "make public or private", exposure.place(), cause))
}

/// Reads a document. That it may not be read, or that the server has none such, is for the plan to tell.
async fn standing(core: &Core, store: &Store, exposure: &Exposure, kind: DocumentKind) -> Result<Fact<Value>, Error> {
    let _permit = core.lanes.interactive.acquire().await;
    match store.read_document(&exposure.bucket, kind).await {
        Ok(standing) => Ok(standing.into_document().map_or(Fact::Absent, Fact::Known)),
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Unsupported) => Ok(Fact::Unread(error.to_string())),
        Err(error) => Err(error),
    }
}

async fn write_all(core: &Arc<Core>, token: &CancellationToken, exposure: &Exposure, choice: Choice) -> Exposed {
    let mut ends: Vec<StepEnd> = Vec::with_capacity(choice.steps.len());
    for step in choice.steps {
        let is_stopped = token.is_cancelled() || ends.iter().any(|end| !matches!(end, StepEnd::Written));
        ends.push(if is_stopped { StepEnd::Untried } else { write(core, exposure, step).await });
    }
    Exposed { ends }
}

/// Writes one step, and returns how that ended.
pub(super) async fn write(core: &Arc<Core>, exposure: &Exposure, step: Step) -> StepEnd {
    let is_whole = match step {
        Step::Document { kind, before, after } => {
            let store = core.store_of(&exposure.bucket).await;
            let change = DocumentWrite { seen: before, new: after, mfa: None };
            document::write(core, &store, &exposure.bucket, kind, change).await.map(|written| written.is_whole)
        }
        Step::ObjectAcl { before, after } => match exposure.object() {
            Some(object) => grant::write(core, &object, &before, after).await.map(|()| true),
            None => Ok(true),
        },
    };
    match is_whole {
        Ok(true) => StepEnd::Written,
        Ok(false) => StepEnd::Altered,
        Err(error) => StepEnd::failed(error),
    }
}
