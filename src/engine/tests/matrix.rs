//! Every fault at every request of every kind of work: what arrives is whole or absent, nothing is deleted that was not
//! verified, nothing is left over, and each item is told of.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::ferry::{Far, far, far_prefix};
use super::*;

/// A small and a large item, as they go in one request and in several.
const SIZES: [(&str, usize); 2] = [("small", 1000), ("large", 6 * 1024 * 1024 + 1)];

/// What goes wrong once, and is ridden out or told.
const ONCE: [Fault; 9] = [
    Fault::SlowDown,
    Fault::Internal,
    Fault::Denied,
    Fault::ExpiredToken,
    Fault::ErrorInOk,
    Fault::ResetAfter(100),
    Fault::Lost,
    Fault::Flip,
    Fault::Short,
];

/// What goes wrong each time. Others would only be waited for longer.
const ALWAYS: [Fault; 3] = [Fault::Denied, Fault::Flip, Fault::Short];

/// Every request that any of the works makes.
const OPERATIONS: [&str; 12] = [
    "ListObjectsV2",
    "HeadObject",
    "GetObject",
    "PutObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "CopyObject",
    "UploadPartCopy",
    "GetObjectTagging",
    "DeleteObject",
    "DeleteObjects",
];

/// Returns the contents of an item; made once, because there are thousands of looks at them.
fn contents(size: usize) -> &'static [u8] {
    static LARGEST: LazyLock<Vec<u8>> = LazyLock::new(|| noise(SIZES.iter().map(|(_, size)| *size).max().unwrap_or(0)));
    &LARGEST[..size]
}

/// One kind of work, on a folder or prefix of its own each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Up { is_move: bool },
    Down { is_move: bool },
    Inside { is_move: bool, policy: ConflictPolicy },
    Across { is_move: bool },
    Delete,
}

impl Kind {
    fn is_move(self) -> bool {
        match self {
            Self::Up { is_move } | Self::Down { is_move } | Self::Inside { is_move, .. } | Self::Across { is_move } => {
                is_move
            }
            Self::Delete => false,
        }
    }
}

/// The places of one run.
struct Run {
    kind: Kind,
    name: String,
}

impl Run {
    async fn prepare(&self, t: &Bench, far: &Far) {
        for (item, size) in SIZES {
            match self.kind {
                Kind::Up { .. } => drop(t.write(&format!("{}/{item}", self.name), contents(size))),
                Kind::Across { .. } => put(&far.store, &format!("{}/{item}", self.name), contents(size)).await,
                _ => t.put(&format!("{}/{item}", self.name), contents(size)).await,
            }
        }
    }

    fn work(&self, t: &Bench) -> Work {
        let (name, to) = (&self.name, format!("to-{}/", self.name));
        let (items, to) = match self.kind {
            Kind::Up { .. } => (vec![Item::Folder(t.path(name))], at(&to)),
            Kind::Down { .. } => (vec![prefix(&format!("{name}/"))], here(t.path(&to))),
            Kind::Inside { .. } => (vec![prefix(&format!("{name}/"))], at(&to)),
            Kind::Across { .. } => (vec![far_prefix(&format!("{name}/"))], at(&to)),
            Kind::Delete => return Work::Delete(vec![prefix(&format!("{name}/"))]),
        };
        let policy = match self.kind {
            Kind::Inside { policy, .. } => policy,
            _ => ConflictPolicy::Skip,
        };
        Work::Transfer(Transfer { is_move: self.kind.is_move(), policy, ..transfer(items, to) })
    }

    /// Returns what stands for an item at its source, if anything.
    async fn source(&self, t: &Bench, far: &Far, item: &str) -> Option<Vec<u8>> {
        let name = format!("{}/{item}", self.name);
        match self.kind {
            Kind::Up { .. } => std::fs::read(t.path(&name)).ok(),
            Kind::Across { .. } => stored(&far.store, &name).await,
            _ => stored(&t.store, &name).await,
        }
    }

    /// Returns what stands for an item at its target, if anything.
    async fn target(&self, t: &Bench, item: &str) -> Option<Vec<u8>> {
        let name = format!("to-{0}/{0}/{item}", self.name);
        match self.kind {
            Kind::Down { .. } => std::fs::read(t.path(&name)).ok(),
            _ => stored(&t.store, &name).await,
        }
    }

    /// Checks what must hold however the work went. `spoils` says that the server stores other bytes than it was sent,
    /// which nobody can prevent: it must be told, and no source be deleted for it.
    async fn check(&self, t: &Bench, far: &Far, ended: &Ended, spoils: bool, what: &str) {
        let mut told = BTreeSet::new();
        for (item, size) in SIZES {
            let (source, target) = (self.source(t, far, item).await, self.target(t, item).await);
            let is_whole = |found: &Option<Vec<u8>>| found.as_ref().is_some_and(|found| found == contents(size));
            let result = ended.results.iter().find(|result| result.name.ends_with(&format!("/{item}")));
            let is_done = result.is_some_and(|result| matches!(result.outcome, ItemOutcome::Done(_)));
            told.extend(result.map(|_| item));
            if self.kind == Kind::Delete {
                assert!(source.is_none() == is_done || !is_done, "{what}: {item} {ended:#?}");
                continue;
            }
            assert!(target.is_none() || is_whole(&target) || spoils && !is_done, "{what}: {item} {ended:#?}");
            assert!(!is_done || is_whole(&target), "{what}: {item} is not there {ended:#?}");
            assert!(is_whole(&source) || self.kind.is_move() && is_whole(&target), "{what}: {item} is lost {ended:#?}");
            assert!(self.kind.is_move() || is_whole(&source), "{what}: {item} {ended:#?}");
        }
        // A listing that failed is told under the prefix, or as the end of the job.
        let is_told_whole = ended.results.iter().any(|result| result.name.ends_with('/'));
        let is_failed = matches!(ended.end, JobEnd::Failed(_));
        assert!(told.len() == SIZES.len() || is_told_whole || is_failed, "{what}: {ended:#?}");
        assert_eq!((t.demo.open_uploads(), far.demo.open_uploads()), (0, 0), "{what}");
        let stray = t.tree("").into_iter().find(|name| name.contains(".bucketry") || name.contains(".part"));
        assert_eq!(stray, None, "{what}");
    }
}

async fn stored(store: &Store, key: &str) -> Option<Vec<u8>> {
    let mut body = store.get(&ObjectRef::new("bench", key), None, None).await.ok()?;
    let mut found = Vec::new();
    while let Some(chunk) = body.next_chunk().await.unwrap() {
        found.extend_from_slice(&chunk);
    }
    Some(found)
}

async fn withstand(kind: Kind) {
    let mut t = bench().await;
    let far = far(&t).await;
    let mut rounds = Vec::new();
    let plain = Run { kind, name: "plain".to_owned() };
    plain.prepare(&t, &far).await;
    t.demo.forget_requests();
    far.demo.forget_requests();
    let work = plain.work(&t);
    let ended = t.run(work).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    // Only the requests that this work makes can fail in it.
    let asked = |demo: &Demo| OPERATIONS.into_iter().filter(|operation| demo.count(operation) > 0).collect::<Vec<_>>();
    let asked = [(false, asked(&t.demo)), (true, asked(&far.demo))];
    plain.check(&t, &far, &ended, false, "without a fault").await;
    for (is_far, operation) in asked.iter().flat_map(|(is_far, all)| all.iter().map(|one| (*is_far, *one))) {
        rounds.extend(ONCE.map(|fault| (fault, is_far, operation, true)));
        rounds.extend(ALWAYS.map(|fault| (fault, is_far, operation, false)));
    }
    // The answer to a HEAD has no body that an error could be in.
    rounds.retain(|round| !matches!(round, (Fault::ErrorInOk, _, "HeadObject", _)));
    for (number, (fault, is_far, operation, is_once)) in rounds.into_iter().enumerate() {
        let run = Run { kind, name: format!("r{number}") };
        run.prepare(&t, &far).await;
        let rule = Rule::new(fault).on(operation);
        let rule = if is_once { rule.times(1) } else { rule };
        let rule = if is_far { far.demo.faults() } else { t.demo.faults() }.add(rule);
        let work = run.work(&t);
        let ended = t.run(work).await;
        if is_far { far.demo.faults() } else { t.demo.faults() }.remove(rule);
        let spoils = matches!(fault, Fault::Flip | Fault::Short) && operation != "GetObject";
        let end = if is_far { "the other end" } else { "the bench" };
        let what = format!("{kind:?}: {fault:?} of {operation} at {end}, {}", if is_once { "once" } else { "always" });
        run.check(&t, &far, &ended, spoils, &what).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_withstand_every_fault() {
    withstand(Kind::Up { is_move: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_up_withstand_every_fault() {
    withstand(Kind::Up { is_move: true }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_withstand_every_fault() {
    withstand(Kind::Down { is_move: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_down_withstand_every_fault() {
    withstand(Kind::Down { is_move: true }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_inside_s3_withstand_every_fault() {
    withstand(Kind::Inside { is_move: false, policy: ConflictPolicy::Overwrite }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guarded_moves_inside_s3_withstand_every_fault() {
    withstand(Kind::Inside { is_move: true, policy: ConflictPolicy::Skip }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_between_endpoints_withstand_every_fault() {
    withstand(Kind::Across { is_move: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_between_endpoints_withstand_every_fault() {
    withstand(Kind::Across { is_move: true }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletions_withstand_every_fault() {
    withstand(Kind::Delete).await;
}
