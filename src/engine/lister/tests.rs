//! The rules of dividing and merging against a model of a server.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::division::{Bounds, Disorder, Division, Question};
use crate::engine::page::Wanted;
use crate::model::name::{ObjectKey, Prefix};
use crate::s3::{KeyPage, ListedObject};

/// What a server can do.
#[derive(Debug, Clone, Copy)]
struct Server {
    page: usize,
    knows_start_after: bool,
}

impl Server {
    /// Answers as Amazon S3 does: the token is the last row, and a folder is passed with all that is in it.
    fn answer(self, keys: &BTreeSet<String>, wanted: &Wanted) -> KeyPage {
        let most = wanted.max_keys.map_or(self.page, |most| usize::try_from(most).unwrap().min(self.page));
        let start_after = wanted.start_after.as_ref().filter(|_| self.knows_start_after).map(ObjectKey::as_str);
        let after = wanted.token.as_deref().or(start_after);
        let passed = wanted.token.as_deref().filter(|token| wanted.is_folded && token.ends_with('/'));
        let prefix = wanted.prefix.as_str();
        let mut page = KeyPage::default();
        let (mut rows, mut last) = (0, None::<String>);
        let from = after.unwrap_or_default().max(prefix);
        for key in keys.range(from.to_owned()..).take_while(|key| key.starts_with(prefix)) {
            if after.is_some_and(|after| key.as_str() <= after) || passed.is_some_and(|folder| key.starts_with(folder))
            {
                continue;
            }
            let slash = if wanted.is_folded { key.strip_prefix(prefix).unwrap().find('/') } else { None };
            let row = slash.map_or(key.as_str(), |at| key.get(..=prefix.len() + at).unwrap());
            if last.as_deref() == Some(row) {
                continue;
            }
            if rows == most {
                page.next = last;
                return page;
            }
            rows += 1;
            last = Some(row.to_owned());
            if slash.is_some() {
                page.prefixes.push(Prefix::from(row));
            } else {
                page.objects.push(object(row));
            }
        }
        page
    }
}

fn object(key: &str) -> ListedObject {
    ListedObject { key: ObjectKey::from(key), size: 1, modified: None, etag: None, storage_class: None }
}

/// What a listing told, and what it took.
#[derive(Debug, Default)]
struct Told {
    keys: Vec<String>,
    questions: usize,
    /// How often all open questions were answered at once.
    rounds: usize,
    most_held: usize,
}

/// Lists with all answers coming at once, again and again.
fn in_rounds(keys: &BTreeSet<String>, prefix: &str, bounds: Bounds) -> Told {
    let server = Server { page: bounds.page, knows_start_after: true };
    let mut division = Division::new(&prefix.into(), bounds);
    let mut told = Told::default();
    loop {
        while let Some(objects) = division.take() {
            told.keys.extend(objects.iter().map(|object| object.key.to_string()));
        }
        let mut open = Vec::<Question>::new();
        while let Some(question) = division.ask(open.len()) {
            open.push(question);
        }
        if open.is_empty() {
            return told;
        }
        told.rounds += 1;
        told.questions += open.len();
        told.most_held = told.most_held.max(division.held());
        for question in open {
            division.answer(&question, server.answer(keys, &question.wanted)).unwrap();
        }
    }
}

const REAL: Bounds = super::BOUNDS;

/// Lists 100,000 keys and returns how many questions and rounds that took; the keys must be right.
fn cost(keys: impl Iterator<Item = String>) -> (usize, usize) {
    let keys: BTreeSet<String> = keys.collect();
    let told = in_rounds(&keys, "", REAL);
    assert!(told.keys.iter().eq(&keys), "{} of {}", told.keys.len(), keys.len());
    assert!(told.most_held <= REAL.waiting + 2 * REAL.page, "{}", told.most_held);
    (told.questions, told.rounds)
}

fn assert_cost(shape: &str, cost: (usize, usize), questions: usize, rounds: usize) {
    println!("{shape}: {cost:?}");
    assert!(cost.0 <= questions && cost.1 <= rounds, "{shape}: {} questions in {} rounds", cost.0, cost.1);
}

#[test]
fn large_keyspaces_take_few_rounds_and_few_requests_that_bring_nothing() {
    let all = 0..100_000_u64;
    let hash = |key: u64| key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let folders = |key: u64| format!("dir{:03}/sub{}/file-{key:06}.dat", key / 1000, key / 100 % 10);
    assert_cost("folders", cost(all.clone().map(folders)), 110, 4);
    assert_cost("below one folder", cost(all.clone().map(|key| format!("a/b/c/{}", folders(key)))), 120, 8);
    assert_cost("hashes", cost(all.clone().map(|key| format!("{:016x}", hash(key)))), 250, 6);
    assert_cost("numbers", cost(all.clone().map(|key| format!("img-{key:09}.jpg"))), 500, 16);
    assert_cost("plain numbers", cost(all.clone().map(|key| format!("{key}.jpg"))), 500, 16);
    assert_cost("small folders", cost(all.clone().map(|key| format!("user-{:06}/{}", key / 10, key % 10))), 500, 16);
    let times = |key: u64| {
        format!("logs/2026-{:02}-{:02}T{:02}:00:{key:06}", key / 9000 + 1, key / 300 % 30 + 1, key / 13 % 23)
    };
    assert_cost("times", cost(all.clone().map(times)), 500, 18);
    let uneven =
        |key: u64| if key < 1000 { format!("a{}/x", key % 10 * 1000 + key) } else { format!("b/{:016x}", hash(key)) };
    assert_cost("one large folder", cost(all.map(uneven)), 500, 16);
}

#[test]
fn a_small_listing_takes_one_round() {
    let keys = ["a", "b/c"].map(str::to_owned).into();
    let told = in_rounds(&keys, "", REAL);
    assert_eq!((told.keys.len(), told.questions, told.rounds), (2, 2, 1));
}

#[test]
fn keys_out_of_order_are_noticed() {
    let mut division = Division::new(&Prefix::root(), REAL);
    let question = division.ask(0).unwrap();
    let page = KeyPage { objects: vec![object("b"), object("a")], ..KeyPage::default() };
    assert_eq!(division.answer(&question, page), Err(Disorder));
}

/// Keys that are made of few pieces, so that folders, markers, empty parts and near neighbours are common.
fn key() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("/".to_owned()),
        4 => Just("a".to_owned()),
        2 => Just("b".to_owned()),
        2 => (0_u32..30).prop_map(|number| number.to_string()),
        1 => Just("0".to_owned()),
        1 => Just("\u{d7ff}".to_owned()),
        1 => Just("\u{e000}".to_owned()),
        1 => Just("\u{ffff}".to_owned()),
        1 => Just("\u{10000}".to_owned()),
        1 => Just("\u{10ffff}".to_owned()),
        1 => Just("\u{1b}".to_owned()),
        1 => Just(" +%".to_owned()),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// Numbered and hashed names beside them, so that cuts are guessed.
fn keys() -> impl Strategy<Value = BTreeSet<String>> {
    let odd = proptest::collection::btree_set(key(), 0..120);
    let head = prop_oneof![Just(""), Just("a/"), Just("n-"), Just("b/b/")];
    let even = (0_u64..300, head, any::<bool>()).prop_map(|(count, head, is_hashed)| {
        let name = |key: u64| {
            let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48;
            if is_hashed { format!("{head}{hash:04x}") } else { format!("{head}{key:04}") }
        };
        (0..count).map(name).collect::<BTreeSet<_>>()
    });
    (odd, even).prop_map(|(odd, even)| odd.into_iter().chain(even).collect())
}

/// What happens between two answers.
#[derive(Debug, Clone)]
struct Step {
    /// Which of the open questions is answered.
    pick: prop::sample::Index,
    /// How many questions are asked at most before.
    asked: usize,
    /// A key that is written, or removed if it is there.
    changed: Option<String>,
    /// Whether the answer is a refusal, if it may be one.
    is_refused: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let refused = proptest::bool::weighted(0.2);
    (any::<prop::sample::Index>(), 0_usize..6, proptest::option::weighted(0.3, key()), refused)
        .prop_map(|(pick, asked, changed, is_refused)| Step { pick, asked, changed, is_refused })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn every_key_that_stays_is_told_once_and_in_order(
        keys in keys(),
        prefix in prop_oneof![3 => Just(""), 1 => Just("a"), 1 => Just("a/"), 1 => Just("n-")],
        steps in proptest::collection::vec(step(), 1..60),
        page in 1_usize..9,
        width in 1_usize..9,
        pages in 1_usize..20,
        knows_start_after in proptest::bool::weighted(0.8),
    ) {
        let server = Server { page, knows_start_after };
        let bounds = Bounds { page, width, waiting: pages * page };
        let mut division = Division::new(&prefix.into(), bounds);
        // Every key that was there at some time, and whether it was there all the time.
        let mut ever: BTreeMap<String, bool> = keys.iter().map(|key| (key.clone(), true)).collect();
        let mut now = keys;
        let mut open = Vec::<Question>::new();
        let mut told = Vec::<String>::new();
        for turn in 0.. {
            prop_assert!(turn < 20_000, "it does not end");
            let step = &steps[turn % steps.len()];
            while let Some(objects) = division.take() {
                prop_assert!(!objects.is_empty());
                told.extend(objects.iter().map(|object| object.key.to_string()));
            }
            let most = if open.is_empty() { step.asked.max(1) } else { step.asked };
            for _ in 0..most {
                open.extend(division.ask(open.len()));
            }
            prop_assert!(open.len() <= width);
            prop_assert!(division.held() <= bounds.waiting + 2 * page, "{} are held", division.held());
            if let Some(key) = step.changed.as_ref().filter(|_| turn < steps.len()) {
                ever.insert(key.clone(), false);
                if !now.remove(key) {
                    now.insert(key.clone());
                }
            }
            if open.is_empty() {
                break;
            }
            let question = open.swap_remove(step.pick.index(open.len()));
            if step.is_refused && !question.is_about_keys() {
                division.go_without(&question);
                continue;
            }
            prop_assert_eq!(division.answer(&question, server.answer(&now, &question.wanted)), Ok(()));
        }
        prop_assert!(division.is_over());
        prop_assert!(told.is_sorted_by(|one, other| one < other), "{:?}", told);
        prop_assert!(told.iter().all(|key| key.starts_with(prefix) && ever.contains_key(key)));
        let told: BTreeSet<_> = told.into_iter().collect();
        let lost: Vec<_> = ever.iter().filter(|(key, stays)| **stays && key.starts_with(prefix) && !told.contains(*key)).collect();
        prop_assert!(lost.is_empty(), "{:?}", lost);
    }
}
