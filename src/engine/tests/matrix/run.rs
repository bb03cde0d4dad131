//! One run of one kind of work, on places of its own, and what must hold behind it.

use super::*;

/// What stood at a target that is overwritten.
const OLD: &[u8] = b"what was there before";

/// What only the target of a sync has, which deletes it.
const DOOMED: &str = "doomed";

/// One kind of work, on a folder or prefix of its own each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Up { is_move: bool, policy: ConflictPolicy },
    Down { is_move: bool, policy: ConflictPolicy },
    Inside { is_move: bool, policy: ConflictPolicy },
    Across { is_move: bool },
    Delete,
    SyncUp,
    SyncDown,
}

impl Kind {
    pub fn is_move(self) -> bool {
        matches!(
            self,
            Self::Up { is_move: true, .. }
                | Self::Down { is_move: true, .. }
                | Self::Inside { is_move: true, .. }
                | Self::Across { is_move: true }
        )
    }

    fn policy(self) -> ConflictPolicy {
        match self {
            Self::Up { policy, .. } | Self::Down { policy, .. } | Self::Inside { policy, .. } => policy,
            Self::Across { .. } | Self::Delete | Self::SyncUp | Self::SyncDown => ConflictPolicy::Skip,
        }
    }

    pub fn is_sync(self) -> bool {
        matches!(self, Self::SyncUp | Self::SyncDown)
    }

    /// Returns whether its sources are files.
    pub fn reads_files(self) -> bool {
        matches!(self, Self::Up { .. } | Self::SyncUp)
    }

    /// Returns whether its targets are files.
    fn writes_files(self) -> bool {
        matches!(self, Self::Down { .. } | Self::SyncDown)
    }

    /// Returns what stands at the target of an item before.
    fn before(self, item: &str) -> Option<&'static [u8]> {
        (self.policy() == ConflictPolicy::Overwrite || self.is_sync() && item == SIZES[0].0).then_some(OLD)
    }
}

/// The places of one run.
pub struct Run {
    pub kind: Kind,
    pub name: String,
}

impl Run {
    pub async fn prepare(&self, t: &Bench, far: &Far) {
        for (item, size) in SIZES {
            let source = self.source_name(item);
            match self.kind {
                kind if kind.reads_files() => drop(t.write(&source, contents(size))),
                Kind::Across { .. } => put(&far.store, &source, contents(size)).await,
                _ => t.put(&source, contents(size)).await,
            }
            if let Some(before) = self.kind.before(item) {
                self.put_at_target(t, item, before).await;
            }
        }
        if self.kind.is_sync() {
            self.put_at_target(t, DOOMED, OLD).await;
        }
    }

    async fn put_at_target(&self, t: &Bench, item: &str, contents: &[u8]) {
        let target = self.target_name(item);
        if self.kind.writes_files() { drop(t.write(&target, contents)) } else { t.put(&target, contents).await }
    }

    /// Returns the work; what it is made of is asked for before any fault stands.
    pub async fn work(&self, t: &mut Bench) -> Work {
        let (name, to) = (&self.name, format!("to-{}/", self.name));
        let (items, to) = match self.kind {
            Kind::Up { .. } => (vec![Item::Folder(t.path(name))], at(&to)),
            Kind::Down { .. } => (vec![prefix(&format!("{name}/"))], here(t.path(&to))),
            Kind::Inside { .. } => (vec![prefix(&format!("{name}/"))], at(&to)),
            Kind::Across { .. } => (vec![far_prefix(&format!("{name}/"))], at(&to)),
            Kind::Delete => return Work::Delete(vec![prefix(&format!("{name}/"))]),
            Kind::SyncUp => return t.planned(here(t.path(name)), at(&to)).await,
            Kind::SyncDown => return t.planned(at(&format!("{name}/")), here(t.path(&to))).await,
        };
        let policy = self.kind.policy();
        Work::Transfer(Transfer { is_move: self.kind.is_move(), policy, ..transfer(items, to) })
    }

    pub fn source_name(&self, item: &str) -> String {
        format!("{}/{item}", self.name)
    }

    fn target_name(&self, item: &str) -> String {
        // A sync takes what is in its source, the others take the folder along.
        if self.kind.is_sync() { format!("to-{}/{item}", self.name) } else { format!("to-{0}/{0}/{item}", self.name) }
    }

    /// Returns what stands for an item at its source, if anything.
    pub async fn source(&self, t: &Bench, far: &Far, item: &str) -> Option<Vec<u8>> {
        let name = self.source_name(item);
        match self.kind {
            kind if kind.reads_files() => std::fs::read(t.path(&name)).ok(),
            Kind::Across { .. } => stored(&far.store, &name).await,
            _ => stored(&t.store, &name).await,
        }
    }

    /// Returns what stands for an item at its target, if anything.
    pub async fn target(&self, t: &Bench, item: &str) -> Option<Vec<u8>> {
        let name = self.target_name(item);
        if self.kind.writes_files() { std::fs::read(t.path(&name)).ok() } else { stored(&t.store, &name).await }
    }

    /// Returns whether what is found at a target is what was there before.
    pub fn is_untouched(&self, item: &str, found: Option<&Vec<u8>>) -> bool {
        found.map(Vec::as_slice) == self.kind.before(item)
    }

    /// Checks what must hold however the work went. `spoils` says that the server stores other bytes than it was sent,
    /// which nobody can prevent: it must be told, and no source be deleted for it.
    pub async fn check(&self, t: &Bench, far: &Far, ended: &Ended, spoils: bool, what: &str) {
        let mut all_whole = true;
        for (item, size) in SIZES {
            let (source, target) = (self.source(t, far, item).await, self.target(t, item).await);
            let is_whole = |found: &Option<Vec<u8>>| found.as_ref().is_some_and(|found| found == contents(size));
            all_whole &= is_whole(&target);
            let is_done = is_done(ended, item);
            if self.kind == Kind::Delete {
                assert!(!is_done || source.is_none(), "{what}: {item} {ended:#?}");
                continue;
            }
            let is_old = self.is_untouched(item, target.as_ref());
            assert!(is_old || is_whole(&target) || spoils && !is_done, "{what}: {item} {ended:#?}");
            assert!(!is_done || is_whole(&target), "{what}: {item} is not there {ended:#?}");
            assert!(is_whole(&source) || self.kind.is_move() && is_whole(&target), "{what}: {item} is lost {ended:#?}");
            assert!(self.kind.is_move() || is_whole(&source), "{what}: {item} {ended:#?}");
        }
        if self.kind.is_sync() {
            let is_gone = self.target(t, DOOMED).await.is_none();
            assert!(all_whole || !is_gone, "{what}: deleted before all was there {ended:#?}");
            assert!(is_gone || !is_done(ended, DOOMED), "{what}: told to be deleted {ended:#?}");
        }
        self.check_told(ended, what);
        nothing_is_left(t, far, what);
    }

    /// Checks that each item is told of. A listing that failed is told under the prefix, or as the end of the job.
    pub fn check_told(&self, ended: &Ended, what: &str) {
        let is_told_whole = ended
            .results
            .iter()
            .any(|result| result.name.ends_with('/') && matches!(result.outcome, ItemOutcome::Failed(_)));
        let is_failed = matches!(ended.end, JobEnd::Failed(_));
        let mut items = SIZES.map(|(item, _)| item).into_iter().chain(self.kind.is_sync().then_some(DOOMED));
        assert!(is_told_whole || is_failed || items.all(|item| told(ended, item).is_some()), "{what}: {ended:#?}");
    }
}

/// Returns how an item ended, if that was told.
pub fn told<'a>(ended: &'a Ended, item: &str) -> Option<&'a ItemOutcome> {
    let result = ended.results.iter().find(|result| result.name.ends_with(&format!("/{item}")));
    result.map(|result| &result.outcome)
}

pub fn is_done(ended: &Ended, item: &str) -> bool {
    matches!(told(ended, item), Some(ItemOutcome::Done(_)))
}

/// Checks that neither an upload nor a temporary file is left over.
pub fn nothing_is_left(t: &Bench, far: &Far, what: &str) {
    assert_eq!((t.demo.open_uploads(), far.demo.open_uploads()), (0, 0), "{what}");
    let stray = t.tree("").into_iter().find(|name| name.contains(".bucketry") || name.contains(".part"));
    assert_eq!(stray, None, "{what}");
}

pub async fn stored(store: &Store, key: &str) -> Option<Vec<u8>> {
    let mut body = store.get(&ObjectRef::new("bench", key), None, None).await.ok()?;
    let mut found = Vec::new();
    while let Some(chunk) = body.next_chunk().await.unwrap() {
        found.extend_from_slice(&chunk);
    }
    Some(found)
}
