//! Every fault at every request of every kind of work: what arrives is whole or absent, what it replaces stays until then,
//! nothing is deleted that was not verified, nothing is left over, each item is told of, and what passes by hinders nothing.
//!
//! Listings of more than a page have a matrix of their own, in `list`. What a disk does is in `tests/cli/full.rs`, and
//! what is left behind by a program that was killed in `tests/cli/kill.rs`.

mod change;
mod run;
mod stream;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use self::run::{Kind, Run, stored};
use super::ferry::{Far, declare, far, far_prefix};
use super::*;
use crate::demo::Faults;
use crate::s3::Patience;

/// A small and a large item, as they go in one request and in several.
const SIZES: [(&str, usize); 2] = [("small", 1000), ("large", 6 * 1024 * 1024 + 1)];

/// All kinds of work.
const KINDS: [Kind; 13] = [
    Kind::Up { is_move: false, policy: ConflictPolicy::Skip },
    Kind::Up { is_move: false, policy: ConflictPolicy::Overwrite },
    Kind::Up { is_move: true, policy: ConflictPolicy::Skip },
    Kind::Delete,
    Kind::Down { is_move: false, policy: ConflictPolicy::Skip },
    Kind::Down { is_move: false, policy: ConflictPolicy::Overwrite },
    Kind::Down { is_move: true, policy: ConflictPolicy::Skip },
    Kind::Inside { is_move: false, policy: ConflictPolicy::Overwrite },
    Kind::Inside { is_move: true, policy: ConflictPolicy::Skip },
    Kind::Across { is_move: false },
    Kind::Across { is_move: true },
    Kind::SyncUp,
    Kind::SyncDown,
];

/// What goes wrong once, and is ridden out or told.
const ONCE: [Fault; 11] = [
    Fault::SlowDown,
    Fault::Internal,
    Fault::Denied,
    Fault::ExpiredToken,
    Fault::ErrorInOk,
    Fault::ResetAfter(100),
    Fault::Stall,
    Fault::StallAfter(100),
    Fault::Lost,
    Fault::Flip,
    Fault::Short,
];

/// What goes wrong once at a request that others of its kind came before. The others end as they do at the first.
const LATER: [Fault; 2] = [Fault::Denied, Fault::Lost];

/// What goes wrong each time. Others would only be waited for longer.
const ALWAYS: [Fault; 3] = [Fault::Denied, Fault::Flip, Fault::Short];

/// What nobody would notice who does not look at a clock.
fn is_silence(fault: Fault) -> bool {
    matches!(fault, Fault::Stall | Fault::StallAfter(_))
}

/// What passes by if it happens once: the work is done all the same. A refusal is for good, an error in a 200 may be, and
/// what arrives wrong is told.
fn passes_by(fault: Fault) -> bool {
    is_silence(fault)
        || matches!(fault, Fault::SlowDown | Fault::Internal | Fault::ResetAfter(_) | Fault::Lost | Fault::ExpiredToken)
}

/// Returns why a fault cannot strike a request, for those that cannot. All others do, or the test fails.
fn cannot_strike(fault: Fault, operation: &str) -> Option<&'static str> {
    let stores = matches!(operation, "PutObject" | "UploadPart" | "CopyObject" | "UploadPartCopy");
    let has_no_answer = matches!(operation, "HeadObject" | "DeleteObject");
    match fault {
        Fault::ErrorInOk | Fault::ResetAfter(_) | Fault::StallAfter(_) if has_no_answer => {
            Some("its answer has no body that could break off, or that an error could be in")
        }
        Fault::ErrorInOk if operation == "GetObject" => Some("what comes is the object, whatever it looks like"),
        Fault::Flip if !stores && operation != "GetObject" => Some("no byte of an object is in it"),
        Fault::Short if !stores => Some("it stores nothing"),
        _ => None,
    }
}

/// Returns why a fault meets no request at all of a kind of work, for those that do not. All others do, or the test fails.
fn cannot_meet(fault: Fault, kind: Kind) -> Option<&'static str> {
    match (fault, kind) {
        (Fault::Flip | Fault::Short, Kind::Delete) => Some("a deletion moves no bytes"),
        (Fault::ErrorInOk, Kind::SyncDown) => Some("it only reads objects, whatever they look like"),
        (Fault::Short, Kind::Down { .. } | Kind::SyncDown) => Some("a download stores nothing on a server"),
        _ => None,
    }
}

/// Returns the contents of an item; made once, because there are thousands of looks at them.
fn contents(size: usize) -> &'static [u8] {
    static LARGEST: LazyLock<Vec<u8>> = LazyLock::new(|| noise(SIZES.iter().map(|(_, size)| *size).max().unwrap_or(0)));
    &LARGEST[..size]
}

/// How long a server that stands still is waited for. On a busy machine what answers may take as long, and then nothing is
/// known of the silence: it is waited for longer.
const PATIENCE: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];

/// An engine that takes the place of a bench's own while there is a silence to wait for, which that would do for minutes.
struct Impatient {
    engine: Engine,
    reports: mpsc::Receiver<Report>,
}

impl Impatient {
    fn of(t: &Bench, soon: Duration) -> Self {
        let patience = Patience {
            answer: soon,
            work: soon,
            sending: soon,
            receiving: soon,
            slowest: u64::MAX,
            slowest_unseen: u64::MAX,
        };
        let (sender, reports) = mpsc::channel(64);
        Self { engine: Engine::start(Settings { patience, ..settings_of(&t.demo) }, small_parts(), sender), reports }
    }

    /// Exchanges it with the engine of a bench.
    fn trade(&mut self, t: &mut Bench) {
        std::mem::swap(&mut self.engine, &mut t.engine);
        std::mem::swap(&mut self.reports, &mut t.reports);
    }
}

/// Returns how patiently a fault is met, one try after the other: with the bench's own patience, unless it is a silence.
fn patience_with(fault: Fault) -> Vec<Option<Duration>> {
    if is_silence(fault) { PATIENCE.map(Some).to_vec() } else { vec![None] }
}

/// Returns how often each operation was asked for.
fn asked(demo: &Demo) -> BTreeMap<String, u32> {
    let mut asked = BTreeMap::new();
    for served in demo.requests() {
        *asked.entry(served.operation).or_default() += 1;
    }
    asked
}

/// Returns where the faults of one of the two endpoints are ordered.
fn faults<'a>(is_far: bool, t: &'a Bench, far: &'a Far) -> &'a Faults {
    if is_far { &far.demo } else { &t.demo }.faults()
}

/// One fault at one request.
#[derive(Debug, Clone)]
struct Round {
    fault: Fault,
    /// Whether it happens at the other endpoint.
    is_far: bool,
    operation: String,
    /// How many requests of its kind are served before.
    before: u32,
    is_once: bool,
}

impl Round {
    /// Returns all that can go wrong with the requests that a work makes.
    fn all(is_far: bool, asked: BTreeMap<String, u32>) -> Vec<Self> {
        let mut rounds = Vec::new();
        for (operation, times) in asked {
            let round = |fault, before, is_once| Self { fault, is_far, operation: operation.clone(), before, is_once };
            rounds.extend(ONCE.map(|fault| round(fault, 0, true)));
            rounds.extend(ALWAYS.map(|fault| round(fault, 0, false)));
            for before in 1..times {
                rounds.extend(LATER.map(|fault| round(fault, before, true)));
            }
        }
        rounds.retain(|round| cannot_strike(round.fault, &round.operation).is_none());
        rounds
    }
}

async fn withstand(kind: Kind) {
    let mut t = bench().await;
    let far = far(&t).await;
    let plain = Run { kind, name: "plain".to_owned() };
    plain.prepare(&t, &far).await;
    let work = plain.work(&mut t).await;
    t.demo.forget_requests();
    far.demo.forget_requests();
    let ended = t.run(work).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    // Only the requests that this work makes can fail in it, and each of them may.
    let mut asked_here = asked(&t.demo);
    if kind == Kind::SyncDown {
        // It lists nothing itself, but the comparison before may have a page under way that it does not need any more.
        asked_here.remove("ListObjectsV2");
    }
    let rounds = [Round::all(false, asked_here), Round::all(true, asked(&far.demo))].concat();
    plain.check(&t, &far, &ended, false, "without a fault").await;
    let mut met = Vec::new();
    for (number, round) in rounds.into_iter().enumerate() {
        let what = format!("{kind:?}: {round:?}");
        let Round { fault, is_far, operation, before, is_once } = round;
        let passes_by = is_once && passes_by(fault);
        let spoils = matches!(fault, Fault::Flip | Fault::Short) && operation != "GetObject";
        let (mut has_struck, mut end) = (false, JobEnd::Done);
        for (again, soon) in patience_with(fault).into_iter().enumerate() {
            let run = Run { kind, name: format!("r{number}-{again}") };
            run.prepare(&t, &far).await;
            let work = run.work(&mut t).await;
            let rule = Rule::new(fault).on(&operation).after(before);
            let rule = faults(is_far, &t, &far).add(if is_once { rule.times(1) } else { rule });
            let ended = met_with(soon, &mut t, &far, work).await;
            let faults = faults(is_far, &t, &far);
            faults.remove(rule);
            run.check(&t, &far, &ended, spoils, &what).await;
            (has_struck, end) = (faults.struck(rule) > 0, ended.end);
            if has_struck && (!passes_by || end == JobEnd::Done) {
                break;
            }
        }
        // How many pages a listing has depends on who is faster.
        assert!(has_struck || before > 0, "{what}: it did not strike: {end:?}");
        assert!(!passes_by || end == JobEnd::Done, "{what}: it passes by: {end:?}");
        if has_struck {
            met.push((fault, before > 0));
        }
    }
    for fault in ONCE {
        assert_eq!(met.contains(&(fault, false)), cannot_meet(fault, kind).is_none(), "{kind:?}: {fault:?}");
    }
}

/// Runs a work, by an engine that has no more patience than is said.
async fn met_with(soon: Option<Duration>, t: &mut Bench, far: &Far, work: Work) -> Ended {
    let Some(soon) = soon else { return t.run(work).await };
    let mut impatient = Impatient::of(t, soon);
    declare(&impatient.engine, &far.demo);
    impatient.trade(t);
    let ended = t.run(work).await;
    impatient.trade(t);
    ended
}

/// Several at once, because most of the time they wait before they try again.
async fn all_withstand(is_meant: impl Fn(Kind) -> bool) {
    let meant = KINDS.into_iter().filter(|kind| is_meant(*kind));
    futures_util::future::join_all(meant.map(|kind| Box::pin(withstand(kind)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_and_deletions_withstand_every_fault() {
    all_withstand(|kind| matches!(kind, Kind::Up { .. } | Kind::Delete)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_withstand_every_fault() {
    all_withstand(|kind| matches!(kind, Kind::Down { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_inside_s3_withstand_every_fault() {
    all_withstand(|kind| matches!(kind, Kind::Inside { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_and_moves_between_endpoints_withstand_every_fault() {
    all_withstand(|kind| matches!(kind, Kind::Across { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syncs_withstand_every_fault() {
    all_withstand(Kind::is_sync).await;
}
