//! What a transfer will do, item by item, found while the first items are already on their way.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::jobs::{Job, Origin};
use super::lister::Lister;
use super::page::Asker;
use super::transfer::Context;
use super::walk::{Found, What, walk};
use crate::local::metadata::Identity;
use crate::model::error::{Error, Kind};
use crate::model::job::Item;
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{self, BucketName, ETag, MAX_KEY_BYTES, NameProblem, Prefix};
use crate::model::plan::Side;
use crate::s3::{ListPage, ListedObject};

/// Objects that are looked at beside each other.
const LOOKS: usize = 64;

/// What is said of a source that an earlier run may have moved.
const MOVED_BEFORE: &str = "it is not there any more: the interrupted run has moved it, or somebody else has";

/// Where an item comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A local file, and what it was when it was found.
    File(PathBuf, Identity),
    /// A local folder, to be made at the target.
    Folder(PathBuf),
    /// An object, and its tag when it was listed.
    Object(ObjectRef, Option<ETag>),
}

impl Source {
    /// Returns the bucket that it is in, if it is on S3.
    pub fn bucket(&self) -> Option<&BucketName> {
        match self {
            Self::Object(object, _) => Some(&object.bucket),
            Self::File(..) | Self::Folder(_) => None,
        }
    }
}

/// Where an item goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A path below the folder that receives.
    Local(PathBuf),
    /// An object.
    Object(ObjectRef),
}

/// What was shown at the target of a sync, and must still be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing.
    Absent,
    /// An object.
    Object(ETag),
    /// A file, or a link to one.
    File(Identity),
}

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) struct PlanItem {
    /// From where.
    pub source: Source,
    /// To where.
    pub target: Target,
    /// Whether a folder is made, or a marker object written.
    pub is_folder: bool,
    /// In bytes.
    pub size: u64,
    /// Last modified.
    pub modified: Option<Timestamp>,
    /// When nothing was below the target, so that it need not be looked at first.
    pub fresh_since: Option<Instant>,
    /// What the target was shown to be, where that was agreed to and nothing else; then no policy is asked.
    pub seen: Option<Seen>,
}

impl PlanItem {
    /// Returns the item as it is shown.
    pub fn name(&self) -> String {
        match &self.source {
            Source::File(path, _) | Source::Folder(path) => path.to_string_lossy().into_owned(),
            Source::Object(object, _) => object.to_string(),
        }
    }

    /// Returns the state that the source was in when it was found, to be compared after a restart.
    pub fn state(&self) -> Option<String> {
        match &self.source {
            Source::File(_, identity) => Some(identity.state()),
            Source::Object(_, etag) => etag.as_ref().map(ToString::to_string),
            Source::Folder(_) => None,
        }
    }

    /// Returns the source's side of a conflict.
    pub fn side(&self) -> Side {
        let etag = match &self.source {
            Source::Object(_, etag) => etag.as_ref().map(ToString::to_string),
            _ => None,
        };
        Side { size: Some(self.size), modified: self.modified, etag }
    }
}

/// What the planner hands to the workers.
#[derive(Debug)]
pub(super) enum Planned {
    /// To be done.
    Item(Box<PlanItem>),
    /// Left out, with the reason.
    Skipped(String, String),
    /// Cannot be done.
    Failed(String, Error),
    /// A local folder that was walked: a move removes it at the end, if it is empty then.
    Walked(PathBuf),
    /// A local folder that was walked and turned out to hold nothing that is taken along.
    Empty(PathBuf),
}

/// Plans all items of a transfer. Ends early when nobody takes what it plans.
pub(super) async fn plan(context: Arc<Context>, out: mpsc::Sender<Planned>) -> Result<(), Error> {
    let (objects, others): (Vec<_>, Vec<_>) =
        context.transfer.items.clone().into_iter().partition(|item| matches!(item, Item::Object(_)));
    // Each costs a request, and there may be thousands of them.
    let mut looks = stream::iter(objects).map(|item| plan_item(&context, item, &out)).buffer_unordered(LOOKS);
    while let Some(planned) = looks.next().await {
        planned?;
    }
    for item in others {
        plan_item(&context, item, &out).await?;
    }
    Ok(())
}

/// Plans one item; its failure is its own, unless the job has ended.
async fn plan_item(context: &Arc<Context>, item: Item, out: &mpsc::Sender<Planned>) -> Result<(), Error> {
    let planned = match &item {
        Item::File(path) | Item::Folder(path) => plan_local(context, path.clone(), &item, out).await,
        Item::Object(object) => plan_object(context, object, out).await,
        Item::Prefix { bucket, prefix } => plan_prefix(context, bucket, prefix, &item, out).await,
        Item::Bucket(bucket) => plan_prefix(context, bucket, &Prefix::root(), &item, out).await,
    };
    match planned {
        Err(error) if error.kind == Kind::NotFound && context.may_have_moved() => {
            send(out, context.counted(Planned::Skipped(item.to_string(), MOVED_BEFORE.to_owned()))).await
        }
        Err(error) if error.kind != Kind::Cancelled => send(out, Planned::Failed(item.to_string(), error)).await,
        planned => planned,
    }
}

async fn send(out: &mpsc::Sender<Planned>, planned: Planned) -> Result<(), Error> {
    out.send(planned).await.map_err(|_| Error::cancelled("plan", ""))
}

impl Context {
    /// Returns whether an earlier run may have moved what is not there: it deletes only what it has copied and verified.
    fn may_have_moved(&self) -> bool {
        self.transfer.is_move && matches!(self.job.origin, Origin::TakenUp(_))
    }

    /// Returns whether an earlier run has moved something out of a local folder.
    fn has_emptied(&self, folder: &str) -> bool {
        let below = format!("{folder}/");
        self.may_have_moved()
            && self.job.journal().is_some_and(|record| record.left(|left| left.has_done_below(&below)))
    }

    /// Counts a planned item, unless it is handed on as it is.
    fn counted(&self, planned: Planned) -> Planned {
        match &planned {
            Planned::Item(item) => self.job.progress.add_total(1, item.size),
            Planned::Skipped(..) | Planned::Failed(..) => self.job.progress.add_total(1, 0),
            Planned::Walked(_) | Planned::Empty(_) => {}
        }
        planned
    }

    /// Returns the target of a key (or of a local path written as a key) below the place that receives.
    pub(super) fn target_of_key(&self, relative: &str) -> Result<(Target, bool), NameProblem> {
        if let Location::S3 { bucket, prefix } = &self.transfer.to {
            let key = format!("{prefix}{relative}");
            if key.len() > MAX_KEY_BYTES {
                return Err(NameProblem::LongKey);
            }
            let is_folder = key.ends_with('/');
            return Ok((Target::Object(ObjectRef::new(bucket.clone(), key)), is_folder));
        }
        let name = name::local_name(relative, self.job.core.options.unsafe_keys)?;
        Ok((Target::Local(name.path), name.is_folder))
    }

    fn target_of_path(&self, relative: &Path, is_folder: bool) -> Result<Target, NameProblem> {
        match &self.transfer.to {
            Location::S3 { .. } => self.target_of_key(&name::relative_key(relative, is_folder)?).map(|found| found.0),
            _ => Ok(Target::Local(relative.to_owned())),
        }
    }
}

fn read_by_this_job(name: &str) -> Error {
    let cause = "its destination is among what this job copies; copy it by itself, or under another name first";
    Error::new(Kind::Conflict, "copy", name, cause)
}

fn unsafe_name(operation: &'static str, name: &str, problem: NameProblem) -> Error {
    let kind = if problem.goes_by_escaping() { Kind::UnsafeName } else { Kind::Invalid };
    Error::new(kind, operation, name, problem.to_string())
}

async fn plan_local(
    context: &Arc<Context>,
    path: PathBuf,
    item: &Item,
    out: &mpsc::Sender<Planned>,
) -> Result<(), Error> {
    let base = match context.transfer.new_name() {
        Some(name) => PathBuf::from(name),
        None => path.file_name().map(PathBuf::from).unwrap_or_default(),
    };
    if base.as_os_str().is_empty() && !context.transfer.takes_contents {
        return Err(Error::new(Kind::Invalid, "copy", path.to_string_lossy(), "it has no name of its own"));
    }
    let fresh_since = match &context.transfer.to {
        Location::S3 { bucket, prefix } if item.is_container() => {
            let below = if context.transfer.takes_contents {
                prefix.clone()
            } else {
                Prefix::from(format!("{prefix}{}/", base.to_string_lossy()))
            };
            nothing_below_since(&context.job, bucket, &below).await
        }
        _ => None,
    };
    let (worker, out) = (Arc::clone(context), out.clone());
    context
        .job
        .core
        .block("plan", move || {
            let is_move = worker.transfer.is_move;
            let output = worker.root.as_ref().map(|root| root.real().join(&base));
            let ended = walk(&path, !is_move, output.as_deref(), |found| {
                for planned in planned_of(&worker, &base, found, fresh_since) {
                    if worker.job.token.is_cancelled() || out.blocking_send(worker.counted(planned)).is_err() {
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            });
            if ended.is_break() { Err(Error::cancelled("plan", "")) } else { Ok(()) }
        })
        .await
}

fn planned_of(context: &Context, base: &Path, found: Found, fresh_since: Option<Instant>) -> Vec<Planned> {
    let name = found.path.to_string_lossy().into_owned();
    // What the filter knows a lone file by.
    let below = if found.below.as_os_str().is_empty() { found.path.file_name().map(Path::new) } else { None };
    // That nothing can be read of what was asked for is told, whatever the filter takes.
    let is_asked_for = found.below.as_os_str().is_empty() && matches!(found.what, What::Failed(_));
    if matches!(found.what, What::File(_) | What::Skipped(_) | What::Failed(_))
        && !is_asked_for
        && !context.transfer.filter.takes(&below.unwrap_or(&found.below).to_string_lossy())
    {
        return vec![];
    }
    let relative = if found.below.as_os_str().is_empty() { base.to_owned() } else { base.join(&found.below) };
    let item = |source: Source, is_folder: bool, identity: Option<Identity>| match context
        .target_of_path(&relative, is_folder)
    {
        Ok(Target::Local(path)) if context.is_read(&path) => Planned::Failed(name.clone(), read_by_this_job(&name)),
        Ok(Target::Object(object)) if context.sources.include(&object) => {
            Planned::Failed(name.clone(), read_by_this_job(&name))
        }
        Ok(target) => Planned::Item(Box::new(PlanItem {
            source,
            target,
            is_folder,
            size: identity.map_or(0, |identity| identity.size),
            modified: identity.and_then(|identity| identity.modified_at()),
            fresh_since,
            seen: None,
        })),
        Err(problem) => Planned::Failed(name.clone(), unsafe_name("copy", &name, problem)),
    };
    let to_local = matches!(context.transfer.to, Location::Local(_));
    let is_filtered = !context.transfer.filter.is_empty();
    match found.what {
        What::File(identity) => vec![item(Source::File(found.path, identity), false, Some(identity))],
        // It receives, or gets its place where something is taken from it.
        What::Folder if relative.as_os_str().is_empty() || is_filtered => vec![Planned::Walked(found.path)],
        What::EmptyFolder if relative.as_os_str().is_empty() => vec![],
        // Nothing is taken from it, so it is not what a move has emptied.
        What::EmptyFolder if is_filtered => vec![Planned::Empty(found.path)],
        What::Folder if to_local => {
            vec![item(Source::Folder(found.path), true, None)]
        }
        What::Folder => vec![Planned::Walked(found.path)],
        What::EmptyFolder if to_local => vec![],
        // An earlier run has moved what was in it.
        What::EmptyFolder if context.has_emptied(&name) => vec![Planned::Walked(found.path)],
        // Its marker stands for it, and takes it away when it is written.
        What::EmptyFolder => vec![Planned::Empty(found.path.clone()), item(Source::Folder(found.path), true, None)],
        // It was asked for by itself: that nothing came of it is a failure.
        What::Skipped(reason) if found.below.as_os_str().is_empty() => {
            vec![Planned::Failed(name.clone(), Error::new(Kind::Invalid, "copy", name, reason))]
        }
        What::Skipped(reason) => vec![Planned::Skipped(name, reason)],
        What::Failed(error)
            if error.kind == Kind::NotFound && found.below.as_os_str().is_empty() && context.may_have_moved() =>
        {
            vec![Planned::Skipped(name, MOVED_BEFORE.to_owned())]
        }
        What::Failed(error) => vec![Planned::Failed(name, error)],
    }
}

/// Returns the key that an item on S3 gets below the place that receives it, or how the keys of what is in it begin.
pub(super) fn key_there(item: &Item, rename: Option<&str>) -> String {
    let is_folder = match item {
        Item::Object(object) => object.key.is_marker(),
        // Of a prefix that does not end in a slash the rest of the part belongs to the name.
        Item::Prefix { prefix, .. } => prefix.as_str().ends_with('/'),
        Item::File(_) | Item::Folder(_) | Item::Bucket(_) => item.is_container(),
    };
    let name = match (rename, item) {
        // Only what is in it is taken; the empty name that a prefix has between two slashes is a name.
        (Some(""), _) => return String::new(),
        (Some(rename), _) => rename.to_owned(),
        // The marker of a prefix goes by the prefix's name.
        (None, Item::Object(object)) if is_folder => Prefix::from(object.key.as_str()).last_part().to_owned(),
        (None, item) => item.name(),
    };
    if is_folder && !name.ends_with('/') { format!("{name}/") } else { name }
}

/// Returns since when a listing has found nothing below a prefix; if it cannot be listed, nobody knows.
async fn nothing_below_since(job: &Job, bucket: &BucketName, prefix: &Prefix) -> Option<Instant> {
    let asked = Instant::now();
    let store = job.core.store_of(bucket).await;
    let page = ListPage { max_keys: Some(1), ..ListPage::flat(bucket, prefix) };
    let listed = job.call(&job.core.lanes.small, || store.list_page(&page)).await;
    listed.is_ok_and(|page| page.objects.is_empty() && page.next.is_none()).then_some(asked)
}

async fn plan_object(context: &Arc<Context>, object: &ObjectRef, out: &mpsc::Sender<Planned>) -> Result<(), Error> {
    let store = context.job.core.store_of(&object.bucket).await;
    let facts = context.job.call(&context.job.core.lanes.small, || store.head(object)).await?;
    let transfer = &context.transfer;
    if !transfer.filter.takes(object.key.last_part()) {
        return Ok(());
    }
    let relative = key_there(&Item::Object(object.clone()), transfer.new_name());
    let listed = ListedObject {
        key: object.key.clone(),
        size: facts.size,
        modified: facts.modified,
        etag: facts.etag,
        storage_class: None,
    };
    let planned = planned_object(context, object.clone(), listed, &relative, None);
    send(out, context.counted(planned)).await
}

async fn plan_prefix(
    context: &Arc<Context>,
    bucket: &BucketName,
    prefix: &Prefix,
    item: &Item,
    out: &mpsc::Sender<Planned>,
) -> Result<(), Error> {
    let transfer = &context.transfer;
    let head = key_there(item, transfer.new_name());
    let fresh_since = match &context.transfer.to {
        Location::S3 { bucket, prefix } => {
            nothing_below_since(&context.job, bucket, &Prefix::from(format!("{prefix}{head}"))).await
        }
        _ => None,
    };
    let mut lister = Lister::start(Asker::Job(Arc::clone(&context.job)), bucket, prefix);
    while let Some(objects) = lister.next().await {
        for object in objects? {
            let rest = object.key.as_str().strip_prefix(prefix.as_str()).unwrap_or_default();
            if !transfer.filter.is_empty() && (object.key.is_marker() || !transfer.filter.takes(rest)) {
                continue;
            }
            let relative = format!("{head}{rest}");
            let reference = ObjectRef::new(bucket.clone(), object.key.clone());
            let planned = planned_object(context, reference, object, &relative, fresh_since);
            send(out, context.counted(planned)).await?;
        }
    }
    Ok(())
}

fn planned_object(
    context: &Context,
    reference: ObjectRef,
    listed: ListedObject,
    relative: &str,
    fresh_since: Option<Instant>,
) -> Planned {
    let name = reference.to_string();
    // The marker of a prefix whose contents go to a folder or a bucket, which needs none.
    if relative.is_empty() && context.transfer.to.marks_nothing() {
        return Planned::Skipped(name, "it marks the folder itself, which is there".to_owned());
    }
    match context.target_of_key(relative) {
        Ok((Target::Local(_), true)) if listed.size > 0 => {
            let cause = "a key that ends in a slash and has contents cannot be a local file";
            Planned::Failed(name.clone(), Error::new(Kind::Invalid, "copy", name, cause))
        }
        Ok((Target::Object(target), _)) if context.sources.include_from(&reference, &target) => {
            Planned::Failed(name.clone(), read_by_this_job(&name))
        }
        Ok((target, is_folder)) => Planned::Item(Box::new(PlanItem {
            source: Source::Object(reference, listed.etag),
            target,
            is_folder,
            size: listed.size,
            modified: listed.modified,
            fresh_since,
            seen: None,
        })),
        Err(problem) => Planned::Failed(name.clone(), unsafe_name("copy", &name, problem)),
    }
}
