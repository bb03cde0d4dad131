//! `rm`: objects go, after a question if they are many.

use clap::Args;
use serde_json::json;

use super::confirm::Loss;
use super::filters::Filters;
use super::list::EveryPage;
use super::location::{End, folder_prefix};
use super::session::{Session, Stop};
use super::telling::TellingOptions;
use crate::model::job::{Item, Purpose, Report, Request, Work};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, Prefix};
use crate::model::plan::{Deletion, PlanSummary};

/// What `rm` is given.
#[derive(Debug, Clone, Args)]
pub struct Remove {
    /// s3://bucket/key
    location: String,
    /// Delete all below; s3://bucket/logs means logs/ and not logs-old/
    #[arg(long, short)]
    recursive: bool,
    #[command(flatten)]
    filters: Filters,
    /// Print what would be deleted, and delete nothing
    #[arg(long, alias = "dryrun")]
    dry_run: bool,
    /// Do not ask before more than one object is deleted
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    told: TellingOptions,
}

impl Remove {
    /// Returns whether it only says what it would do.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

/// Runs `rm`.
pub async fn remove(session: &mut Session<'_>, remove: &Remove) -> Result<(), Stop> {
    let (bucket, key) = End::in_bucket(&remove.location, &session.base).map_err(Stop::Use)?;
    if !remove.recursive {
        let wants_recursive = |_| Stop::Use(format!("{} is deleted with --recursive", remove.location));
        let object = End::object(&remove.location, &session.base).map_err(wants_recursive)?;
        // The marker of a folder is an object like any other, if it is there; what else is below is not meant.
        if object.key.is_marker() && !EveryPage::look(session, &bucket, &folder_prefix(&key)).await?.1 {
            return Err(wants_recursive(String::new()));
        }
        let is_taken = remove.filters.0.takes(object.key.last_part());
        return finish(session, remove, if is_taken { vec![Item::Object(object)] } else { Vec::new() }).await;
    }
    let prefix = folder_prefix(&key);
    if !remove.filters.0.is_empty() || remove.dry_run {
        let (items, bytes) = matching(session, remove, &bucket, &prefix).await?;
        let total = PlanSummary { items: items.len() as u64, bytes, ..PlanSummary::default() };
        if !remove.dry_run {
            confirm(&remove.location, remove.yes, &total).await?;
        }
        return finish(session, remove, items).await;
    }
    let items = vec![Item::Prefix { bucket, prefix }];
    if !remove.yes {
        let total = count(session, &items).await?;
        confirm(&remove.location, remove.yes, &total).await?;
    }
    finish(session, remove, items).await
}

/// Returns the objects below a prefix that the filter takes, and their size.
async fn matching(
    session: &mut Session<'_>,
    remove: &Remove,
    bucket: &BucketName,
    prefix: &Prefix,
) -> Result<(Vec<Item>, u64), Stop> {
    let place = Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() };
    let mut pages = EveryPage::of(place, true);
    let (mut items, mut bytes) = (Vec::new(), 0);
    while let Some(page) = pages.next(session).await? {
        for entry in page.entries.iter().filter(|entry| remove.filters.0.takes(&entry.name)) {
            bytes += entry.size.unwrap_or_default();
            items.push(Item::Object(ObjectRef::new(bucket.clone(), format!("{prefix}{}", entry.name))));
        }
    }
    Ok((items, bytes))
}

/// Returns what would be deleted.
pub async fn count(session: &mut Session<'_>, items: &[Item]) -> Result<PlanSummary, Stop> {
    let items = items.to_vec();
    let asked = session.ask(|ticket| Request::Count { ticket, items, purpose: Purpose::Delete });
    let pick = |report| match report {
        Report::Counted { ticket, summary } if ticket == asked && summary.is_complete => Some(summary),
        _ => None,
    };
    session.answer(asked, pick).await
}

/// Asks, if there is more than one object to lose.
pub async fn confirm(location: &str, is_meant: bool, total: &PlanSummary) -> Result<(), Stop> {
    if is_meant {
        return Ok(());
    }
    let undone = match total.deletion {
        Deletion::AddsMarker => " Older versions stay.",
        Deletion::Suspended => " Versions from before versioning was suspended stay; the rest cannot be undone.",
        Deletion::Permanent => " This cannot be undone.",
        Deletion::Unknown => "",
    };
    let items = total.items + total.folders;
    Loss { items, bytes: total.bytes, nouns: ("object", "objects"), below: location, undone }.confirm().await
}

/// Deletes, or says what would be.
async fn finish(session: &mut Session<'_>, remove: &Remove, items: Vec<Item>) -> Result<(), Stop> {
    if !remove.dry_run {
        return session.run(Work::Delete(items), remove.told.telling("deleted")).await;
    }
    for item in &items {
        let name = item.to_string();
        if remove.told.json {
            session.output.json(&json!({ "item": name, "outcome": "would be deleted" })).await?;
        } else {
            let line = format!("would delete {}", session.output.name(&name));
            session.output.line(&line).await?;
        }
    }
    session.output.flush().await
}
