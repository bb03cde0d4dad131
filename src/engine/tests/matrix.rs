//! Every fault at every request of every kind of work: what arrives is whole or absent, what it replaces stays until then,
//! nothing is deleted that was not verified, nothing is left over, each item is told of, and what passes by hinders nothing.
//!
//! Listings of more than a page have a matrix of their own, in `list`.

use std::collections::{BTreeMap, BTreeSet};
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

/// What goes wrong once at a request that others of its kind came before. The others end as they do at the first.
const LATER: [Fault; 2] = [Fault::Denied, Fault::Lost];

/// What goes wrong each time. Others would only be waited for longer.
const ALWAYS: [Fault; 3] = [Fault::Denied, Fault::Flip, Fault::Short];

/// What passes by if it happens once: the work is done all the same. A refusal is for good, an error in a 200 may be, and
/// what arrives wrong is told.
fn passes_by(fault: Fault) -> bool {
    matches!(fault, Fault::SlowDown | Fault::Internal | Fault::ResetAfter(_) | Fault::Lost | Fault::ExpiredToken)
}

/// What stood at a target that is overwritten.
const OLD: &[u8] = b"what was there before";

/// Returns the contents of an item; made once, because there are thousands of looks at them.
fn contents(size: usize) -> &'static [u8] {
    static LARGEST: LazyLock<Vec<u8>> = LazyLock::new(|| noise(SIZES.iter().map(|(_, size)| *size).max().unwrap_or(0)));
    &LARGEST[..size]
}

/// One kind of work, on a folder or prefix of its own each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Up { is_move: bool, policy: ConflictPolicy },
    Down { is_move: bool, policy: ConflictPolicy },
    Inside { is_move: bool, policy: ConflictPolicy },
    Across { is_move: bool },
    Delete,
}

impl Kind {
    fn is_move(self) -> bool {
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
            Self::Across { .. } | Self::Delete => ConflictPolicy::Skip,
        }
    }

    /// Returns whether something else stands at each target.
    fn replaces(self) -> bool {
        self.policy() == ConflictPolicy::Overwrite
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
            let target = format!("to-{0}/{0}/{item}", self.name);
            match self.kind {
                kind if !kind.replaces() => {}
                Kind::Down { .. } => drop(t.write(&target, OLD)),
                _ => t.put(&target, OLD).await,
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
        let policy = self.kind.policy();
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
                assert!(!is_done || source.is_none(), "{what}: {item} {ended:#?}");
                continue;
            }
            let is_old = target.as_deref() == self.kind.replaces().then_some(OLD);
            assert!(is_old || is_whole(&target) || spoils && !is_done, "{what}: {item} {ended:#?}");
            assert!(!is_done || is_whole(&target), "{what}: {item} is not there {ended:#?}");
            assert!(is_whole(&source) || self.kind.is_move() && is_whole(&target), "{what}: {item} is lost {ended:#?}");
            assert!(self.kind.is_move() || is_whole(&source), "{what}: {item} {ended:#?}");
        }
        // A listing that failed is told under the prefix, or as the end of the job.
        let is_told_whole = ended
            .results
            .iter()
            .any(|result| result.name.ends_with('/') && matches!(result.outcome, ItemOutcome::Failed(_)));
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
    // Only the requests that this work makes can fail in it, and each of them may.
    let asked = |demo: &Demo| {
        let mut asked = BTreeMap::<String, u32>::new();
        for served in demo.requests() {
            *asked.entry(served.operation).or_default() += 1;
        }
        asked
    };
    let asked = [(false, asked(&t.demo)), (true, asked(&far.demo))];
    plain.check(&t, &far, &ended, false, "without a fault").await;
    for (is_far, asked) in asked {
        for (operation, times) in asked {
            let operation: &'static str = operation.leak();
            rounds.extend(ONCE.map(|fault| (fault, is_far, operation, 0, true)));
            rounds.extend(ALWAYS.map(|fault| (fault, is_far, operation, 0, false)));
            for before in 1..times {
                rounds.extend(LATER.map(|fault| (fault, is_far, operation, before, true)));
            }
        }
    }
    // The answer to a HEAD has no body that an error could be in.
    rounds.retain(|round| !matches!(round, (Fault::ErrorInOk, _, "HeadObject", ..)));
    for (number, (fault, is_far, operation, before, is_once)) in rounds.into_iter().enumerate() {
        let run = Run { kind, name: format!("r{number}") };
        run.prepare(&t, &far).await;
        let rule = Rule::new(fault).on(operation).after(before);
        let rule = if is_once { rule.times(1) } else { rule };
        let rule = if is_far { far.demo.faults() } else { t.demo.faults() }.add(rule);
        let work = run.work(&t);
        let ended = t.run(work).await;
        if is_far { far.demo.faults() } else { t.demo.faults() }.remove(rule);
        let spoils = matches!(fault, Fault::Flip | Fault::Short) && operation != "GetObject";
        let end = if is_far { "the other end" } else { "the bench" };
        let times = if is_once { "once" } else { "always" };
        let what = format!("{kind:?}: {fault:?} of {operation} at {end}, {times}, after {before} that were served");
        if is_once && passes_by(fault) {
            assert_eq!(ended.end, JobEnd::Done, "{what}: it passes by {ended:#?}");
        }
        run.check(&t, &far, &ended, spoils, &what).await;
    }
}

/// A stream to S3 or from it, of one of the sizes.
async fn stream(t: &mut Bench, key: &str, size: usize, is_up: bool) -> Result<(), String> {
    let ended = if is_up {
        t.write_stream(Stream::to(ObjectRef::new("bench", key)), std::io::Cursor::new(contents(size))).await
    } else {
        let (ended, out) = t.read_stream(key).await;
        let is_whole = out == contents(size);
        assert!(ended.end != JobEnd::Done || is_whole, "{key}: what was read is not what is stored");
        ended
    };
    if ended.end == JobEnd::Done { Ok(()) } else { Err(format!("{ended:?}")) }
}

async fn streams_withstand(is_up: bool) {
    let mut t = bench().await;
    let mut number = 0;
    for (item, size) in SIZES {
        if !is_up {
            t.put(item, contents(size)).await;
        }
        t.demo.forget_requests();
        stream(&mut t, item, size, is_up).await.unwrap();
        let asked: BTreeSet<_> = t.demo.requests().into_iter().map(|served| served.operation).collect();
        for operation in asked {
            for fault in ONCE {
                number += 1;
                let key = if is_up { format!("r{number}") } else { item.to_owned() };
                let rule = t.demo.faults().add(Rule::new(fault).on(&operation).times(1));
                let ended = stream(&mut t, &key, size, is_up).await;
                t.demo.faults().remove(rule);
                let what = format!("{fault:?} of {operation}: {ended:?}");
                assert!(ended.is_ok() || !passes_by(fault), "it passes by: {what}");
                let found = stored(&t.store, &key).await;
                let is_whole = found.as_deref() == Some(contents(size));
                let spoils = matches!(fault, Fault::Flip | Fault::Short);
                assert!(is_whole || ended.is_err() && (found.is_none() || spoils), "{what}");
                assert_eq!(t.demo.open_uploads(), 0, "{what}");
            }
        }
    }
}

/// Several at once, because most of the time they wait before they try again.
async fn all_withstand<const N: usize>(kinds: [Kind; N]) {
    futures_util::future::join_all(kinds.map(|kind| Box::pin(withstand(kind)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_withstand_every_fault() {
    tokio::join!(Box::pin(streams_withstand(true)), Box::pin(streams_withstand(false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_and_deletions_withstand_every_fault() {
    all_withstand([
        Kind::Up { is_move: false, policy: ConflictPolicy::Skip },
        Kind::Up { is_move: false, policy: ConflictPolicy::Overwrite },
        Kind::Up { is_move: true, policy: ConflictPolicy::Skip },
        Kind::Delete,
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_withstand_every_fault() {
    all_withstand([
        Kind::Down { is_move: false, policy: ConflictPolicy::Skip },
        Kind::Down { is_move: false, policy: ConflictPolicy::Overwrite },
        Kind::Down { is_move: true, policy: ConflictPolicy::Skip },
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_inside_s3_withstand_every_fault() {
    all_withstand([
        Kind::Inside { is_move: false, policy: ConflictPolicy::Overwrite },
        Kind::Inside { is_move: true, policy: ConflictPolicy::Skip },
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_and_moves_between_endpoints_withstand_every_fault() {
    all_withstand([Kind::Across { is_move: false }, Kind::Across { is_move: true }]).await;
}
