//! What a transfer would do, item by item, found out on the real plan and without writing anything.

use std::path::Path;
use std::sync::Arc;

use super::plan::{PlanItem, Source, Target};
use super::transfer::{Context, Settled};
use crate::local::root::Root;
use crate::model::error::Error;
use crate::model::job::{ItemOutcome, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::plan::ConflictPolicy;

/// Opens the folder that would receive; nothing if it would have to be made. May block.
pub(super) fn root(path: &Path) -> Result<Option<Root>, Error> {
    // What stands there and is no folder fails here as it would in earnest.
    if path.exists() { Root::create(path).map(Some) } else { Ok(None) }
}

/// Settles one item and says where it would go.
pub(super) async fn one(context: &Arc<Context>, item: &PlanItem) -> Result<ItemOutcome, Error> {
    let settled = match &item.target {
        Target::Local(relative) => here(context, item, relative).await?,
        Target::Object(object) => on_s3(context, item, object).await?,
    };
    context.job.progress.add_bytes(item.size);
    Ok(match settled {
        Settled::Go(target) => ItemOutcome::Planned(target),
        Settled::Skip(reason) => ItemOutcome::Skipped(reason),
    })
}

async fn here(context: &Arc<Context>, item: &PlanItem, relative: &Path) -> Result<Settled<String>, Error> {
    let shown = |path: &Path| Settled::Go(path.to_string_lossy().into_owned());
    let Some(root) = &context.root else {
        let Transfer { to: Location::Local(folder), .. } = &context.transfer else { return Ok(shown(relative)) };
        return Ok(shown(&folder.join(relative)));
    };
    if item.is_folder || matches!(item.source, Source::Folder(_)) {
        return Ok(shown(&root.path_of(relative)));
    }
    Ok(match context.aim_here(item, relative).await? {
        Settled::Go(aim) => shown(&root.path_of(&aim.relative)),
        Settled::Skip(reason) => Settled::Skip(reason),
    })
}

async fn on_s3(context: &Arc<Context>, item: &PlanItem, object: &ObjectRef) -> Result<Settled<String>, Error> {
    let is_free = context.transfer.policy == ConflictPolicy::Overwrite || item.fresh_since.is_some();
    if is_free || matches!(item.source, Source::Folder(_)) {
        return Ok(Settled::Go(object.to_string()));
    }
    Ok(match context.aim_again(item, object).await? {
        Settled::Go(aim) => Settled::Go(aim.object.to_string()),
        Settled::Skip(reason) => Settled::Skip(reason),
    })
}
