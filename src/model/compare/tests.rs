//! The rules of a comparison, and the join against what maps would say.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::model::location::Location;

fn object(size: u64, time: &str) -> Facts {
    Facts { size, modified: Some(time.parse().unwrap()), mark: Mark::Object(None) }
}

fn file(size: u64, time: &str) -> Facts {
    let identity = Identity { device: 1, inode: 1, size, modified: (0, 0), changed: None };
    Facts { mark: Mark::File { identity: Box::new(identity), is_behind_link: false }, ..object(size, time) }
}

const EARLY: &str = "2026-11-01T10:00:00Z";
const LATE: &str = "2026-11-01T10:00:01Z";

#[test]
fn size_counts_first_then_checksum_then_time() {
    use Criterion::{Checksum, Size, SizeAndTime};
    let of = |left: &Facts, right: &Facts, by, is_same| classify(left, right, by, is_same);
    let (early, late, larger) = (object(1, EARLY), file(1, LATE), file(2, EARLY));
    assert_eq!(of(&early, &larger, Size, None), Some(Kind::Size));
    assert_eq!(of(&early, &larger, Checksum, Some(true)), Some(Kind::Size));
    assert_eq!(of(&early, &late, SizeAndTime, None), Some(Kind::RightNewer));
    assert_eq!(of(&late, &early, SizeAndTime, None), Some(Kind::LeftNewer));
    assert_eq!(of(&early, &late, Size, None), None);
    assert_eq!(of(&early, &late, Checksum, Some(true)), None);
    assert_eq!(of(&early, &early, Checksum, Some(false)), Some(Kind::Contents));
    assert_eq!(of(&early, &late, Checksum, None), Some(Kind::RightNewer), "where it is not known, time decides");
}

#[test]
fn within_a_second_a_file_may_be_newer_than_an_object_and_not_the_other_way_round() {
    let (whole, part) = (EARLY, "2026-11-01T10:00:00.5Z");
    let of = |left: &Facts, right: &Facts| classify(left, right, Criterion::SizeAndTime, None);
    assert_eq!(of(&file(1, part), &object(1, whole)), Some(Kind::LeftNewer));
    assert_eq!(of(&file(1, whole), &object(1, part)), None);
    assert_eq!(of(&object(1, part), &file(1, whole)), None);
    assert_eq!(of(&object(1, whole), &file(1, part)), Some(Kind::RightNewer));
    assert_eq!(of(&object(1, part), &object(1, whole)), Some(Kind::LeftNewer));
}

#[test]
fn a_key_without_a_local_name_is_no_ordinary_difference_from_a_folder() {
    let (here, there) = (Location::Local("/x".into()), Location::bucket("b"));
    let kind =
        |name: &str, other: &Location| Difference::of_one(Hand::Right, name.into(), object(1, EARLY), other).kind;
    for name in ["../x", "a//b", "/a", "a/", ""] {
        assert_eq!(kind(name, &here), Kind::Unsafe, "{name:?}");
        assert_eq!(kind(name, &there), Kind::RightOnly, "{name:?}");
    }
    assert_eq!(kind("a/b", &here), Kind::RightOnly);
}

#[test]
fn places_overlap_by_their_names_whatever_the_bucket_is_called() {
    let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.into(), prefix: prefix.into() };
    let overlap = |left: Location, right: Location| Places::new(left, right).overlap();
    assert!(overlap(s3("b", "a/"), s3("b", "a/b/")) && overlap(s3("b", "a/b/"), s3("b", "")));
    assert!(!overlap(s3("b", "a/"), s3("b", "b/")) && !overlap(s3("b", ""), s3("c", "")));
    assert!(overlap(s3("b", ""), s3("x-s3alias", "a/")), "nobody knows whether it is the same bucket");
    assert!(!overlap(Location::Local("/a".into()), s3("b", "")));
}

/// Joins two streams and returns the names of each turn.
fn joined(left: &[Found], right: &[Found]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let (mut of_left, mut of_right, mut of_both) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let own = |found: Option<&Found>| found.unwrap().name().to_owned();
        match turn(left.peek().copied(), right.peek().copied()) {
            Turn::Left => of_left.push(own(left.next())),
            Turn::Right => of_right.push(own(right.next())),
            Turn::Both => {
                of_both.push(own(left.next()));
                right.next();
            }
            Turn::PassLeft => drop(left.next()),
            Turn::PassRight => drop(right.next()),
            Turn::End => return (of_left, of_right, of_both),
        }
    }
}

fn names() -> impl Strategy<Value = BTreeMap<String, bool>> {
    let part = prop_oneof![Just("a"), Just("b"), Just("a-"), Just("a!"), Just("é")];
    let name = proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    // Whether the name could be read; of one that could not, also what may be below it.
    proptest::collection::btree_map(name, proptest::bool::weighted(0.8), 0..12)
}

/// A stream as a walk makes it: what could not be read hides its own name, and all below it if it is a folder.
fn stream(names: &BTreeMap<String, bool>, is_folder: bool) -> Vec<Found> {
    let unread: BTreeSet<_> = names.iter().filter(|(_, is_read)| !**is_read).map(|(name, _)| name.clone()).collect();
    let is_below = |name: &str| unread.iter().any(|own| name.starts_with(&format!("{own}/")));
    let mut found = Vec::new();
    for (name, is_read) in names.iter().filter(|(name, _)| !is_below(name)) {
        if *is_read {
            found.push(Found::Entry(name.as_str().into(), object(1, EARLY)));
            continue;
        }
        found.push(Found::Unread(name.as_str().into()));
        if is_folder {
            found.push(Found::Unread(format!("{name}/").into()));
        }
    }
    found.sort_by(|one, two| one.name().cmp(two.name()));
    found
}

proptest! {
    #[test]
    fn the_join_is_what_maps_would_say(left in names(), right in names(), is_folder: bool) {
        let (left, right) = (stream(&left, is_folder), stream(&right, is_folder));
        let entries = |own: &[Found]| -> BTreeSet<String> {
            own.iter().filter(|found| matches!(found, Found::Entry(..))).map(|found| found.name().to_owned()).collect()
        };
        let is_hidden = |own: &[Found], name: &str| own.iter().any(|found| found.hides(name));
        let (of_left, of_right) = (entries(&left), entries(&right));
        let only = |own: &BTreeSet<String>, other: &BTreeSet<String>, others: &[Found]| -> Vec<String> {
            own.iter().filter(|name| !other.contains(*name) && !is_hidden(others, name)).cloned().collect()
        };
        let both: Vec<_> = of_left.intersection(&of_right).cloned().collect();
        let expected = (only(&of_left, &of_right, &right), only(&of_right, &of_left, &left), both);
        prop_assert_eq!(joined(&left, &right), expected);
    }
}

#[test]
fn a_comparison_counts_and_finds_each_kind_without_looking_at_the_others() {
    let places = Places::new(Location::Local("/x".into()), Location::bucket("b"));
    let mut all = Comparison::new(places.clone());
    let one = |hand, name: &str, size| Difference::of_one(hand, name.into(), object(size, EARLY), &places.right);
    let pair = Sides::Both(Box::new([file(3, LATE), object(5, EARLY)]));
    let differs = Difference { name: "c".into(), kind: Kind::Size, sides: pair };
    all.take(ComparedPage {
        differences: vec![one(Hand::Left, "a", 1), one(Hand::Left, "b", 2), differs],
        same: Count { items: 7, bytes: 70 },
        ..ComparedPage::default()
    });
    assert!(!all.is_complete);
    all.take(ComparedPage { differences: vec![one(Hand::Left, "d", 4)], is_last: true, ..ComparedPage::default() });
    let name = |kind, at| all.get(kind, at).map(|found| found.name.to_string());
    assert_eq!((all.len(None), all.len(Some(Kind::LeftOnly)), all.len(Some(Kind::Contents))), (4, 3, 0));
    assert_eq!(
        (name(None, 2), name(Some(Kind::LeftOnly), 2), name(Some(Kind::Size), 1)),
        (Some("c".into()), Some("d".into()), None)
    );
    assert_eq!(all.tally.of(Kind::LeftOnly, Hand::Left), Count { items: 3, bytes: 7 });
    assert_eq!((all.tally.of(Kind::Size, Hand::Left).bytes, all.tally.of(Kind::Size, Hand::Right).bytes), (3, 5));
    assert!(all.is_complete);
}
