//! Listings for a person: the first page at once, one report a page, until the end, the limit, or the ticket's drop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::answer;
use super::core::Core;
use super::lister::Lister;
use super::page::{Asker, Pages};
use crate::local::list::{Listing, extra_bytes};
use crate::model::entry::{Entry, EntryKind};
use crate::model::error::{Error, Kind};
use crate::model::job::{Page, PageToken, Report, Ticket};
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix, Profile};
use crate::s3::KeyPage;

/// Where a listing stops by itself: rows.
const MAX_ROWS: usize = 1_000_000;

/// Where a listing stops by itself: bytes in memory.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The first page of a local folder: rows, and the time to find them.
const FIRST_ROWS: usize = 256;
const FIRST_TIME: Duration = Duration::from_millis(20);

/// The pages behind it: rows.
const ROWS: usize = 1000;

/// Says who the caller is.
pub(super) fn identify(core: &Arc<Core>) {
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let store = core.stores.of(&Profile::OWN).await;
        let known = store.connection();
        if core.send(Report::Connected(known), &core.root).await.is_err() {
            return;
        }
        let identified = tokio::select! {
            () = core.root.cancelled() => return,
            identified = store.identify() => identified,
        };
        let report = match identified {
            Ok(connection) => {
                if let Some(caller) = &connection.caller {
                    core.know_caller(caller);
                }
                Report::Connected(connection)
            }
            Err(error) => Report::NotConnected(error),
        };
        let _ = core.send(report, &core.root).await;
    });
}

/// What of a place is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What is right below it.
    Level,
    /// All objects below it.
    All,
}

/// Lists a place.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, place: Location, depth: Depth, from: Option<PageToken>) {
    answer::with_many(core, ticket, "list", move |core, token| async move {
        let sink = Sink { core: &core, ticket, token: &token };
        match depth {
            Depth::Level => list(sink, place, from).await,
            Depth::All => list_below(sink, place).await,
        }
    });
}

/// Where pages go.
#[derive(Clone, Copy)]
struct Sink<'a> {
    core: &'a Arc<Core>,
    ticket: Ticket,
    token: &'a CancellationToken,
}

impl Sink<'_> {
    async fn page(&self, entries: Vec<Entry>, rest: Option<String>, is_last: bool) -> Result<(), Error> {
        let rest = rest.map(|rest| PageToken(rest.into()));
        let page = Page { entries, rest, is_last };
        self.core.send(Report::Page { ticket: self.ticket, page }, self.token).await
    }
}

/// How much a listing has brought so far.
#[derive(Default)]
struct Volume {
    rows: usize,
    bytes: usize,
}

impl Volume {
    fn add(&mut self, entries: &[Entry]) {
        self.rows += entries.len();
        let bytes =
            entries.iter().map(|entry| size_of::<Entry>() + entry.name.len() + extra_bytes(entry.extra.as_deref()));
        self.bytes += bytes.sum::<usize>();
    }

    fn is_full(&self) -> bool {
        self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES
    }
}

async fn list(sink: Sink<'_>, place: Location, from: Option<PageToken>) -> Result<(), Error> {
    match place {
        Location::Local(path) => list_local(sink, path, from).await,
        Location::Buckets(profile) => list_buckets(sink, profile, from).await,
        Location::S3 { bucket, prefix } => list_keys(sink, bucket, prefix, from).await,
    }
}

async fn list_local(sink: Sink<'_>, path: PathBuf, from: Option<PageToken>) -> Result<(), Error> {
    let (core, ticket, token) = (Arc::clone(sink.core), sink.ticket, sink.token.clone());
    let runtime = tokio::runtime::Handle::current();
    sink.core
        .block("list", move || {
            let sink = Sink { core: &core, ticket, token: &token };
            // The blocking thread waits for room in the channel like any other sender, and for its token.
            read_folder(&path, from.as_ref(), |entries, rest, is_last| {
                runtime.block_on(sink.page(entries, rest, is_last))
            })
        })
        .await
}

/// Reads a folder and hands on its pages.
fn read_folder(
    path: &Path,
    from: Option<&PageToken>,
    mut send: impl FnMut(Vec<Entry>, Option<String>, bool) -> Result<(), Error>,
) -> Result<(), Error> {
    let skip = from.and_then(|from| from.0.parse::<usize>().ok()).unwrap_or(0);
    let mut volume = Volume::default();
    let mut page = Vec::with_capacity(FIRST_ROWS);
    let started = Instant::now();
    for entry in Listing::open(path)?.skip(skip) {
        match entry {
            Ok(entry) => page.push(entry),
            Err(error) => {
                // What was read is no less true.
                send(page, None, false)?;
                return Err(error);
            }
        }
        let is_first = volume.rows == 0;
        if page.len() >= ROWS || is_first && (page.len() >= FIRST_ROWS || started.elapsed() >= FIRST_TIME) {
            volume.add(&page);
            let is_full = volume.is_full();
            let rest = is_full.then(|| (skip + volume.rows).to_string());
            send(std::mem::replace(&mut page, Vec::with_capacity(ROWS)), rest, is_full)?;
            if is_full {
                return Ok(());
            }
        }
    }
    send(page, None, true)
}

async fn list_buckets(sink: Sink<'_>, profile: Profile, from: Option<PageToken>) -> Result<(), Error> {
    let store = sink.core.stores.of(&profile).await;
    let mut token = from.map(|from| from.0.to_string());
    let mut volume = Volume::default();
    loop {
        let page = {
            let _permit = sink.core.lanes.interactive.acquire().await;
            store.list_buckets(token.take()).await?
        };
        volume.add(&page.entries);
        let is_full = volume.is_full() && page.next.is_some();
        let is_last = is_full || page.next.is_none();
        sink.page(page.entries, page.next.clone().filter(|_| is_full), is_last).await?;
        if is_last {
            return Ok(());
        }
        token = page.next;
    }
}

async fn list_keys(sink: Sink<'_>, bucket: BucketName, prefix: Prefix, from: Option<PageToken>) -> Result<(), Error> {
    let from = from.map(|from| from.0.to_string());
    let mut pages = Pages::start(Asker::Person(Arc::clone(sink.core)), &bucket, &prefix, true, from);
    let mut volume = Volume::default();
    while let Some(page) = pages.next().await {
        let page = page?;
        sink.core.say_region(&sink.core.store_of(&bucket).await, &bucket, sink.token).await;
        let next = page.next.clone();
        let entries = entries_of(page, &prefix);
        volume.add(&entries);
        let is_full = volume.is_full() && next.is_some();
        let is_last = is_full || next.is_none();
        sink.page(entries, next.filter(|_| is_full), is_last).await?;
        if is_last {
            return Ok(());
        }
    }
    Ok(())
}

async fn list_below(sink: Sink<'_>, place: Location) -> Result<(), Error> {
    let Location::S3 { bucket, prefix } = place else {
        let cause = "only what is in a bucket is listed to its depths";
        return Err(Error::new(Kind::Invalid, "list all below", place.to_string(), cause));
    };
    let mut lister = Lister::start(Asker::Reader(Arc::clone(sink.core)), &bucket, &prefix);
    while let Some(objects) = lister.next().await {
        let page = KeyPage { objects: objects?, ..KeyPage::default() };
        sink.page(entries_of(page, &prefix), None, false).await?;
    }
    sink.page(Vec::new(), None, true).await
}

/// Returns the rows of a page, prefixes and objects merged in the order of their keys.
fn entries_of(page: KeyPage, listed: &Prefix) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(page.prefixes.len() + page.objects.len());
    let mut prefixes = page.prefixes.into_iter().peekable();
    for object in page.objects {
        while let Some(prefix) = prefixes.next_if(|prefix| prefix.as_str() < object.key.as_str()) {
            entries.push(prefix_entry(&prefix, listed));
        }
        let mut entry = Entry::new(below(object.key.as_str(), listed), EntryKind::Object);
        entry.size = Some(object.size);
        entry.modified = object.modified;
        entry.storage_class = object.storage_class;
        entries.push(entry);
    }
    entries.extend(prefixes.map(|prefix| prefix_entry(&prefix, listed)));
    entries
}

fn prefix_entry(prefix: &Prefix, listed: &Prefix) -> Entry {
    let name = below(prefix.as_str(), listed);
    Entry::new(name.strip_suffix('/').unwrap_or(name), EntryKind::Prefix)
}

fn below<'a>(key: &'a str, listed: &Prefix) -> &'a str {
    key.strip_prefix(listed.as_str()).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::ObjectKey;
    use crate::s3::ListedObject;

    fn object(key: &str) -> ListedObject {
        ListedObject { key: ObjectKey::from(key), size: 1, modified: None, etag: None, storage_class: None }
    }

    #[test]
    fn rows_come_in_the_order_of_their_keys_without_the_common_prefix() {
        let page = KeyPage {
            prefixes: vec!["a//".into(), "a/b/".into(), "a/d/".into()],
            objects: vec![object("a/"), object("a/b"), object("a/c")],
            next: None,
        };
        let rows: Vec<_> =
            entries_of(page, &"a/".into()).into_iter().map(|row| (row.name.to_string(), row.kind)).collect();
        let row = |name: &str, kind| (name.to_owned(), kind);
        assert_eq!(
            rows,
            [
                row("", EntryKind::Object),
                row("", EntryKind::Prefix),
                row("b", EntryKind::Object),
                row("b", EntryKind::Prefix),
                row("c", EntryKind::Object),
                row("d", EntryKind::Prefix),
            ]
        );
    }

    #[test]
    fn the_first_page_of_a_folder_is_short_and_no_entry_is_lost() {
        let home = tempfile::tempdir().unwrap();
        for number in 0..2300 {
            std::fs::write(home.path().join(number.to_string()), "").unwrap();
        }
        let mut pages = Vec::new();
        read_folder(home.path(), None, |entries, rest, is_last| {
            pages.push((entries.len(), rest, is_last));
            Ok(())
        })
        .unwrap();
        assert!(pages[0].0 <= FIRST_ROWS);
        assert_eq!(pages.iter().map(|page| page.0).sum::<usize>(), 2300);
        assert!(pages.last().unwrap().2 && pages.iter().filter(|page| page.2).count() == 1);
        let mut rows = 0;
        read_folder(home.path(), Some(&PageToken("2000".into())), |entries, _, _| {
            rows += entries.len();
            Ok(())
        })
        .unwrap();
        assert_eq!(rows, 300, "a listing goes on where it stopped");
    }
}
