//! What is read changes in the middle: what arrives is all of one state, or does not arrive, and what is new is not lost.

use super::run::{Kind, Run, is_done, nothing_is_left, told};
use super::*;

/// What happens to a source while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Replaced,
    Removed,
    Grown,
    Truncated,
}

const CHANGES: [Change; 4] = [Change::Replaced, Change::Removed, Change::Grown, Change::Truncated];

/// Returns why a change cannot meet a kind of work, for those that cannot.
fn cannot(change: Change, kind: Kind) -> Option<&'static str> {
    match (change, kind) {
        (_, Kind::Delete) => Some("a deletion reads nothing that could change under it"),
        (Change::Grown | Change::Truncated, kind) if !kind.reads_files() => {
            Some("an object does not grow or shrink, it is replaced")
        }
        _ => None,
    }
}

/// Returns the request that reads, or sends, the second piece of the large item.
fn second_piece(kind: Kind) -> (bool, &'static str) {
    match kind {
        Kind::Across { .. } => (true, "GetObject"),
        Kind::Inside { .. } => (false, "UploadPartCopy"),
        kind if kind.reads_files() => (false, "UploadPart"),
        _ => (false, "GetObject"),
    }
}

impl Change {
    /// Returns what a source is from then on, if it is there.
    fn result(self, before: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Replaced => Some(before.iter().map(|byte| !byte).collect()),
            Self::Removed => None,
            Self::Grown => Some([before, b"more"].concat()),
            Self::Truncated => before.get(..before.len() / 2).map(<[u8]>::to_vec),
        }
    }

    async fn make(self, t: &Bench, far: &Far, kind: Kind, name: &str, new: Option<&Vec<u8>>) {
        let store = if matches!(kind, Kind::Across { .. }) { &far.store } else { &t.store };
        match (kind.reads_files(), new) {
            (false, Some(new)) => put(store, name, new.clone()).await,
            (false, None) => store.delete(&ObjectRef::new("bench", name)).await.unwrap(),
            (true, None) => std::fs::remove_file(t.path(name)).unwrap(),
            (true, Some(new)) if self == Self::Replaced => {
                let beside = t.write(&format!("{name}-new"), new);
                std::fs::rename(beside, t.path(name)).unwrap();
            }
            (true, Some(new)) => drop(t.write(name, new)),
        }
    }
}

async fn withstand(kinds: &[Kind]) {
    let copies_in_parts = Options { multipart_copy_threshold: 6 * 1024 * 1024, ..small_parts() };
    let mut t = bench_with(copies_in_parts).await;
    let far = far(&t).await;
    let (large, size) = SIZES[1];
    for (number, kind) in kinds.iter().copied().enumerate() {
        for change in CHANGES.into_iter().filter(|change| cannot(*change, kind).is_none()) {
            let what = format!("{kind:?}: {change:?}");
            let run = Run { kind, name: format!("{number}-{change:?}") };
            run.prepare(&t, &far).await;
            let work = run.work(&mut t).await;
            let (is_far, operation) = second_piece(kind);
            let stall = faults(is_far, &t, &far).add(Rule::new(Fault::Stall).on(operation).key(large).after(1));
            let job = t.start(work);
            while faults(is_far, &t, &far).struck(stall) == 0 {
                tokio::task::yield_now().await;
            }
            let new = change.result(contents(size));
            change.make(&t, &far, kind, &run.source_name(large), new.as_ref()).await;
            faults(is_far, &t, &far).remove(stall);
            let ended = t.follow(job, |_| panic!("{what}")).await;

            let (source, target) = (run.source(&t, &far, large).await, run.target(&t, large).await);
            let (is_old, is_new) = (target.as_deref() == Some(contents(size)), target.is_some() && target == new);
            let is_absent = run.is_untouched(large, target.as_ref());
            assert!(is_old || is_new || is_absent, "{what}: it is mixed {ended:#?}");
            assert!(source == new || is_new && kind.is_move(), "{what}: what is new is lost {ended:#?}");
            assert!(!is_done(&ended, large) || is_old || is_new, "{what}: {ended:#?}");
            // What was opened before its name went away is still what it was.
            if !(kind.reads_files() && matches!(change, Change::Replaced | Change::Removed)) {
                assert!(matches!(told(&ended, large), Some(ItemOutcome::Failed(_))), "{what}: {ended:#?}");
                assert!(is_absent, "{what}: {ended:#?}");
            }
            let (other, size) = SIZES[0];
            assert!(is_done(&ended, other), "{what}: {ended:#?}");
            assert!(run.target(&t, other).await.as_deref() == Some(contents(size)), "{what}");
            run.check_told(&ended, &what);
            nothing_is_left(&t, &far, &what);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_it_is_read_is_never_mixed_and_never_lost() {
    for change in CHANGES {
        assert!(KINDS.iter().any(|kind| cannot(change, *kind).is_none()), "{change:?} meets nothing");
    }
    let (some, others) = KINDS.split_at(KINDS.len() / 2);
    tokio::join!(Box::pin(withstand(some)), Box::pin(withstand(others)));
}
