//! `sync`: makes one place the same as another, by what a comparison of both finds.

use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::confirm::Loss;
use super::filters::Filters;
use super::location::{End, folder_prefix};
use super::output::{say, say_error};
use super::progress::Display;
use super::session::{Session, Stop};
use super::telling::{Telling, TellingOptions};
use super::tuning::Tuning;
use super::written::Written;
use crate::model::compare::{Cause, Comparison, Criterion, Hand, Places};
use crate::model::error::Kind;
use crate::model::job::{Report, Request, Work};
use crate::model::location::Location;
use crate::model::progress::Progress;
use crate::model::sync::{Act, Action, Choice, SyncPlan};
use crate::model::text::visible;

/// What the page of the command says at its end.
pub const LIKE_AWS: &str = "\
What is copied is decided as `aws s3 sync` decides it: what is missing, what has another size, and of the same size a \
file that is newer than its object. On the way down an older file of the same size is left, unless \
--exact-timestamps says that times have to be the same; a download gives its file the object's time. What is left \
out by a filter is neither copied nor deleted. Markers of folders (empty objects whose key ends in a slash) are passed \
by, and a deletion leaves the folders that it empties.

Unlike there, deletions come last, and not at all if something could not be copied; more than one asks, or needs \
--yes. What changed at the target since it was compared is a conflict and stays as it is. Below what could not be read \
at the source nothing is deleted, nor behind a link to a folder, nor a key that no local file could have: `a//b`, \
`../x`. Two places of which one is in the other are refused, and so is a source folder that is not there. A sync that was \
killed is gone on with when it is run again: of what it has begun only what is missing is sent. Its items \
are told first, and what fails among them is tried once more. With other options it is left alone: `bucketry history \
--unfinished` names it.

With --checksum two of the same size are the same if the object's entity tag is the MD5 of the file (or of the parts \
that it was sent in); where it cannot be told, times decide.

Exit codes: 0 all done, 1 something failed, 2 wrong use, 130 interrupted.";

/// What `sync` is given.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Sync {
    /// A folder, or s3://bucket/prefix
    source: String,
    /// A folder, or s3://bucket/prefix: what is to become the same as the source
    target: String,
    /// Delete what only the target has
    #[arg(long)]
    delete: bool,
    /// Print what would be done, and do nothing
    #[arg(long, alias = "dryrun")]
    dry_run: bool,
    /// Decide by size alone
    #[arg(long, conflicts_with = "checksum")]
    size_only: bool,
    /// From S3 to here: also replace a file of the same size that is older than its object
    #[arg(long)]
    exact_timestamps: bool,
    /// Decide by size and checksum, and by time only where there is no checksum
    #[arg(long)]
    checksum: bool,
    #[command(flatten)]
    filters: Filters,
    /// Do not ask before more than one file or object is deleted
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    told: TellingOptions,
    #[command(flatten)]
    written: Written,
    #[command(flatten)]
    pub tuning: Tuning,
}

/// Runs `sync`.
pub async fn sync(session: &mut Session<'_>, sync: &Sync) -> Result<(), Stop> {
    let places = sync.places(session).map_err(Stop::Use)?;
    let given = Arc::new(sync.written.given_for(places.right.is_s3())?);
    let telling = sync.told.telling("synced");
    if !sync.dry_run {
        let copies = Choice { deletes: false, ..sync.choice() };
        let again =
            SyncPlan { given: Arc::clone(&given), ..SyncPlan::new(Arc::new(Comparison::new(places.clone())), copies) };
        finish_earlier(session, again, telling).await?;
    }
    let comparison = Arc::new(compare(session, places, telling.is_quiet || telling.is_json).await?);
    let plan = SyncPlan { given, ..SyncPlan::new(comparison, sync.choice()) };
    if sync.dry_run {
        return print(session, sync.told.json, &plan).await;
    }
    let deleted = plan.summary().deleted;
    if !sync.yes {
        // A name that was mistyped must not look like what was deleted.
        if deleted.items > 0 && plan.comparison.is_empty_at(Hand::Left) {
            let cause =
                format!("there is nothing below {}; --yes means that all below {} goes", sync.source, sync.target);
            return Err(Stop::Use(cause));
        }
        let nouns = if plan.to().is_s3() { ("object", "objects") } else { ("file", "files") };
        let loss = Loss { items: deleted.items, bytes: deleted.bytes, nouns, below: &sync.target, undone: "" };
        loss.confirm().await?;
    }
    session.run(Work::Sync(Arc::new(plan)), telling).await
}

/// Goes on with earlier runs of the same sync that were interrupted, so that only what is missing is sent of what they
/// have begun. What was begun for the same places with other options is left as it is, and said.
///
/// They are compared anew and delete nothing: what is to be deleted is decided, and asked for, by the run that follows.
async fn finish_earlier(session: &mut Session<'_>, again: SyncPlan, telling: Telling) -> Result<(), Stop> {
    let tell = |words: &str| {
        if !telling.is_quiet {
            say(words);
        }
    };
    for left in session.unfinished().await {
        let Work::Sync(earlier) = &left.work else { continue };
        if !left.is_from_here || (earlier.from(), earlier.to()) != (again.from(), again.to()) {
            continue;
        }
        if !again.is_like(earlier) {
            tell("an interrupted sync of these places had other options; `bucketry history --unfinished` names it");
            continue;
        }
        tell("going on with a sync that was interrupted");
        match session.take_up(left.id, Work::Sync(Arc::new(again.clone())), telling).await {
            // What failed is tried once more by the run that follows.
            Ok(()) | Err(Stop::Told) => {}
            Err(Stop::Failed(error)) if error.kind == Kind::Conflict => {
                tell("another copy of the program goes on with it");
            }
            stopped => return stopped,
        }
    }
    Ok(())
}

impl Sync {
    /// Returns whether it only says what it would do.
    pub fn is_dry(&self) -> bool {
        self.dry_run
    }

    /// The source is on the left.
    fn places(&self, session: &Session<'_>) -> Result<Places, String> {
        let (source, target) = (End::parse(&self.source, &session.base)?, End::parse(&self.target, &session.base)?);
        if let End::Local { path, is_folder } = &source
            && !(*is_folder && path.is_dir())
        {
            return Err(format!("{} is not a folder", self.source));
        }
        let places = Places::new(place(source)?, place(target)?);
        if !places.left.is_s3() && !places.right.is_s3() {
            return Err("both locations are local; one must be on S3".to_owned());
        }
        if places.overlap() {
            return Err("one of the two locations is in the other".to_owned());
        }
        Ok(Places { by: self.by(), filter: self.filters.0.clone(), may_lack: Some(Hand::Right), ..places })
    }

    fn by(&self) -> Criterion {
        match (self.size_only, self.checksum) {
            (true, _) => Criterion::Size,
            (_, true) => Criterion::Checksum,
            _ => Criterion::SizeAndTime,
        }
    }

    fn choice(&self) -> Choice {
        Choice {
            target: Hand::Right,
            by: self.by(),
            is_exact: self.exact_timestamps,
            deletes: self.delete,
            storage_class: self.written.storage_class,
        }
    }
}

pub fn place(end: End) -> Result<Location, String> {
    match end {
        End::Local { path, .. } => Ok(Location::Local(path)),
        End::S3 { bucket, key } => Ok(Location::S3 { bucket, prefix: folder_prefix(&key) }),
        End::Stream | End::Buckets(_) => Err("a folder or s3://bucket/prefix is wanted".to_owned()),
    }
}

/// Compares both places, and shows how many names were looked at.
pub async fn compare(session: &mut Session<'_>, places: Places, is_quiet: bool) -> Result<Comparison, Stop> {
    let mut comparison = Comparison::new(places.clone());
    let asked = session.ask(|ticket| Request::Compare { ticket, places });
    let (mut display, progress) = (Display::new(is_quiet), Arc::new(Progress::default()));
    progress.begin("comparing");
    display.follow(Arc::clone(&progress));
    while !comparison.is_complete {
        let report = tokio::select! {
            biased;
            report = session.report() => report,
            () = display.tick() => continue,
        };
        match report {
            Report::Compared { ticket, page } if ticket == asked => {
                let before = comparison.names();
                comparison.take(page);
                for _ in before..comparison.names() {
                    progress.add_total(1, 0);
                    progress.add_item();
                }
            }
            Report::Failed { ticket, error } if ticket == asked => return Err(error.into()),
            _ => {}
        }
    }
    Ok(comparison)
}

/// Prints what would be done, one line each; what would not be, and why, is said.
pub async fn print(session: &mut Session<'_>, is_json: bool, plan: &SyncPlan) -> Result<(), Stop> {
    let mut has_failed = false;
    for action in plan.actions() {
        has_failed |= action.is_failed_copy();
        if is_json {
            session.output.json(&action_json(plan, &action)).await?;
            continue;
        }
        let shown = |place: &Location| session.output.name(&place.below(action.name)).into_owned();
        let line = match action.act {
            Act::Add | Act::Replace => format!("would copy {} to {}", shown(plan.from()), shown(plan.to())),
            Act::Delete => format!("would delete {}", shown(plan.to())),
            Act::Refuse => format!("would refuse {}", shown(refused_at(plan, &action))),
        };
        session.output.line(&line).await?;
    }
    session.output.flush().await?;
    for trouble in plan.troubles() {
        match &trouble.cause {
            Cause::LeftOut(reason) => say(&format!("would skip {}: {}", visible(&trouble.name), visible(reason))),
            Cause::Failed(error) => {
                has_failed = true;
                say_error(error);
            }
        }
    }
    if has_failed { Err(Stop::Told) } else { Ok(()) }
}

fn refused_at<'a>(plan: &'a SyncPlan, action: &Action<'_>) -> &'a Location {
    if action.source.is_some() { plan.from() } else { plan.to() }
}

fn action_json(plan: &SyncPlan, action: &Action<'_>) -> Value {
    let at = |place: &Location| place.below(action.name);
    match action.act {
        Act::Add | Act::Replace => {
            let bytes = action.source.map(|source| source.size);
            let (item, target) = (at(plan.from()), at(plan.to()));
            json!({ "item": item, "target": target, "bytes": bytes, "outcome": "would be copied" })
        }
        Act::Delete => json!({ "item": at(plan.to()), "outcome": "would be deleted" }),
        Act::Refuse => json!({ "item": at(refused_at(plan, action)), "outcome": "would be refused" }),
    }
}
