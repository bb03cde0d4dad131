//! Counts what a job would touch while a person looks at its dialog, and says what would be lost.

use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::answer;
use super::core::Core;
use super::lister::Lister;
use super::page::Asker;
use super::walk::{What, walk};
use crate::local;
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, Purpose, Report, Ticket};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, ObjectKey, Prefix};
use crate::model::plan::{Deletion, PlanSummary};
use crate::s3::{ListPage, Store};

/// How often totals are sent while they grow.
const PACE: Duration = Duration::from_millis(200);

/// Objects that are looked at beside each other: some of those that may be, as others wait for a listing.
const LOOKS: usize = 8;

/// What no copy inside S3 takes along.
const ONLY_CURRENT: &str = "only current versions are copied; object locks are not carried over";

/// Counts, and keeps saying so until all is counted.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, items: Vec<Item>, purpose: Purpose) {
    answer::with_many(core, ticket, "count", move |core, token| async move {
        count(&core, ticket, &token, items, purpose).await
    });
}

/// The totals so far, and when they were sent last.
struct Totals<'a> {
    core: &'a Arc<Core>,
    ticket: Ticket,
    token: &'a CancellationToken,
    summary: PlanSummary,
    sent: Instant,
    /// Whether a copy of a key that XML cannot carry would go unguarded.
    guards_by_parts: bool,
}

impl Totals<'_> {
    async fn grown(&mut self) -> Result<(), Error> {
        if self.sent.elapsed() < PACE {
            return Ok(());
        }
        self.send().await
    }

    async fn send(&mut self) -> Result<(), Error> {
        self.sent = Instant::now();
        self.core.send(Report::Counted { ticket: self.ticket, summary: self.summary.clone() }, self.token).await
    }

    fn note_key(&mut self, key: &ObjectKey) {
        if self.guards_by_parts && !key.fits_xml() {
            self.note(
                "a key that XML cannot carry is copied unguarded on this server: its target is looked at just before"
                    .to_owned(),
            );
        }
    }

    fn note(&mut self, note: String) {
        if !self.summary.notes.contains(&note) {
            self.summary.notes.push(note);
        }
    }
}

async fn count(
    core: &Arc<Core>,
    ticket: Ticket,
    token: &CancellationToken,
    items: Vec<Item>,
    purpose: Purpose,
) -> Result<(), Error> {
    let mut totals =
        Totals { core, ticket, token, summary: PlanSummary::default(), sent: Instant::now(), guards_by_parts: false };
    match &purpose {
        Purpose::Transfer { to } => note_losses(&mut totals, &items, to).await,
        Purpose::Delete => totals.summary.deletion = deletion(core, &items).await,
    }
    totals.send().await?;
    for item in &items {
        match item {
            Item::File(path) | Item::Folder(path) => {
                count_local(&mut totals, path, purpose != Purpose::Delete).await?;
            }
            // All of them below.
            Item::Object(_) => {}
            Item::Prefix { bucket, prefix } => count_keys(&mut totals, bucket, prefix).await?,
            Item::Bucket(bucket) => count_keys(&mut totals, bucket, &Prefix::root()).await?,
        }
        totals.grown().await?;
    }
    count_objects(&mut totals, &items).await?;
    totals.summary.is_complete = true;
    totals.send().await
}

/// Looks at all objects that were chosen one by one, several at a time.
async fn count_objects(totals: &mut Totals<'_>, items: &[Item]) -> Result<(), Error> {
    let objects: Vec<ObjectRef> = items
        .iter()
        .filter_map(|item| match item {
            Item::Object(object) => Some(object.clone()),
            _ => None,
        })
        .collect();
    let look = |object: ObjectRef| {
        let core = Arc::clone(totals.core);
        async move {
            let _permit = core.lanes.interactive.acquire().await;
            let found = core.store_of(&object.bucket).await.head(&object).await;
            (object, found)
        }
    };
    let mut looks = stream::iter(objects).map(look).buffer_unordered(LOOKS);
    while let Some((object, found)) = looks.next().await {
        totals.summary.items += 1;
        totals.note_key(&object.key);
        match found {
            Ok(facts) => totals.summary.bytes += facts.size,
            Err(error) => totals.note(error.to_string()),
        }
        totals.grown().await?;
    }
    Ok(())
}

async fn count_local(totals: &mut Totals<'_>, path: &Path, follows_links: bool) -> Result<(), Error> {
    // Totals of batches, so that a million files are not a million messages.
    let (out, mut found) = mpsc::channel::<(u64, u64, u64)>(16);
    let (path, token) = (path.to_owned(), totals.token.clone());
    let worker = totals.core.block("count", move || {
        let mut batch = (0, 0, 0);
        let mut seen = 0;
        let _ = walk(&path, follows_links, None, |one| {
            match one.what {
                What::File(identity) => {
                    batch.0 += 1;
                    batch.2 += identity.size;
                }
                What::Folder => batch.1 += 1,
                What::Skipped(_) if !follows_links => batch.0 += 1,
                What::EmptyFolder | What::Skipped(_) | What::Failed(_) => {}
            }
            seen += 1;
            if seen % 256 == 0 && (token.is_cancelled() || out.blocking_send(std::mem::take(&mut batch)).is_err()) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        let _ = out.blocking_send(batch);
        Ok(())
    });
    let adder = async {
        while let Some((items, folders, bytes)) = found.recv().await {
            totals.summary.items += items;
            totals.summary.folders += folders;
            totals.summary.bytes += bytes;
            totals.grown().await?;
        }
        Ok(())
    };
    // The adder ends when the worker drops its end; if it fails, dropping `found` ends the worker.
    let (ended, sent) = tokio::join!(worker, adder);
    ended.and(sent)
}

async fn count_keys(totals: &mut Totals<'_>, bucket: &BucketName, prefix: &Prefix) -> Result<(), Error> {
    let mut lister = Lister::start(Asker::Reader(Arc::clone(totals.core)), bucket, prefix);
    while let Some(objects) = lister.next().await {
        for object in objects? {
            totals.note_key(&object.key);
            if object.key.is_marker() {
                totals.summary.folders += 1;
            } else {
                totals.summary.items += 1;
            }
            totals.summary.bytes += object.size;
        }
        totals.grown().await?;
    }
    Ok(())
}

/// Returns what deleting the items means: what holds for the worst of them.
async fn deletion(core: &Arc<Core>, items: &[Item]) -> Deletion {
    let mut buckets: Vec<&BucketName> = Vec::new();
    for item in items {
        let bucket = match item {
            Item::File(_) | Item::Folder(_) => return Deletion::Permanent,
            Item::Object(object) if object.version.is_some() => return Deletion::Permanent,
            Item::Object(object) => &object.bucket,
            Item::Prefix { bucket, .. } | Item::Bucket(bucket) => bucket,
        };
        if !buckets.contains(&bucket) {
            buckets.push(bucket);
        }
    }
    let mut all = Deletion::AddsMarker;
    for bucket in buckets {
        let _permit = core.lanes.interactive.acquire().await;
        match core.store_of(bucket).await.versioning(bucket).await.map(|versioning| versioning.status) {
            Ok(Some(status)) if status == "Enabled" => {}
            Ok(Some(_)) if all == Deletion::AddsMarker => all = Deletion::Suspended,
            Ok(Some(_)) => {}
            Ok(None) => return Deletion::Permanent,
            Err(error) if error.kind == Kind::Unsupported => return Deletion::Permanent,
            Err(_) => all = Deletion::Unknown,
        }
    }
    all
}

/// Says what a transfer would lose or cannot promise.
async fn note_losses(totals: &mut Totals<'_>, items: &[Item], to: &Location) {
    let Location::S3 { bucket: target, prefix } = to else {
        if items.iter().any(Item::is_s3) {
            totals.note("metadata and tags of objects have no place in local files".to_owned());
        }
        if items.iter().any(|item| is_elsewhere(item, to)) {
            totals.note("owners and extended attributes do not go along to another file system".to_owned());
        }
        return;
    };
    let store = totals.core.store_of(target).await;
    if store.capabilities().conditional_writes == Support::Unknown {
        // One look settles whether the bucket can be reached at all, and teaches the region.
        let page = ListPage { max_keys: Some(1), ..ListPage::folded(target, prefix) };
        if let Err(error) = store.list_page(&page).await {
            totals.note(error.to_string());
        }
    }
    match store.capabilities().conditional_writes {
        Support::No => totals.note(
            "this server has no conditional writes: a target is looked at just before it is written, not guarded"
                .to_owned(),
        ),
        Support::Unknown if !store.is_amazon() => totals
            .note("this server may not guard a target while it is written: each is looked at just before".to_owned()),
        // One knows it on one request, and no answer ever tells whether it knows it where parts are joined.
        Support::Yes if !store.is_amazon() => totals.note(
            "what goes in parts may be unguarded on this server: each target is looked at just before".to_owned(),
        ),
        Support::Yes | Support::Unknown => {}
    }
    if store.capabilities().guarded_replaces == Support::No {
        totals.note("this server cannot guard what is replaced: each is looked at just before".to_owned());
    }
    let from = items.iter().find_map(Item::profile);
    if from.is_some_and(|from| from != target.profile()) {
        note_ferry_losses(totals);
    } else if from.is_some() {
        totals.guards_by_parts = !store.is_amazon();
        note_copy_losses(totals, &store, items, target).await;
    } else if items.iter().any(is_link) {
        totals.note("links are followed: what they lead to is copied".to_owned());
    }
}

/// Says what a copy to another endpoint, or by another profile, cannot take along.
fn note_ferry_losses(totals: &mut Totals<'_>) {
    totals.note("the bytes go through this machine: no server may read what only the other profile may".to_owned());
    totals.note(
        "ACLs and encryption are not carried over: the copies get the target bucket's default; so does a storage class \
         that the target does not know"
            .to_owned(),
    );
    totals.note(ONLY_CURRENT.to_owned());
}

/// Returns whether a local item lies on another file system than the folder it goes to.
fn is_elsewhere(item: &Item, to: &Location) -> bool {
    let (Item::File(path) | Item::Folder(path), Location::Local(to)) = (item, to) else { return false };
    // The folder may have to be made first.
    let device =
        |path: &Path| path.ancestors().find_map(|path| local::metadata::follow(path).ok()).map(|own| own.dev());
    device(path) != device(to)
}

fn is_link(item: &Item) -> bool {
    matches!(item, Item::File(path) | Item::Folder(path) if local::metadata::is_link(path))
}

async fn note_copy_losses(totals: &mut Totals<'_>, store: &Store, items: &[Item], target: &BucketName) {
    let sources: Vec<_> = items
        .iter()
        .filter_map(|item| match item {
            Item::Object(object) => Some(&object.bucket),
            Item::Prefix { bucket, .. } | Item::Bucket(bucket) => Some(bucket),
            _ => None,
        })
        .collect();
    let enforced = |result: Result<Option<crate::model::access::layers::ObjectOwnership>, Error>| matches!(result, Ok(Some(ownership)) if ownership.disables_acls());
    let mut have_acls = false;
    for (at, bucket) in sources.iter().enumerate() {
        if sources.iter().take(at).all(|earlier| earlier != bucket) {
            have_acls |= !enforced(store.ownership(bucket).await);
        }
    }
    if have_acls {
        totals.note("ACLs are not carried over: the copies get the target bucket's default".to_owned());
    }
    if sources.iter().any(|source| store.region_of(source) != store.region_of(target)) {
        totals
            .note("a KMS key belongs to one region: the copies get the target bucket's default encryption".to_owned());
    }
    totals.note(ONLY_CURRENT.to_owned());
}
