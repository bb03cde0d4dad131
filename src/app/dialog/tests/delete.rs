//! The question before something is deleted.

use super::*;

#[test]
fn delete_asks_before_it_removes() {
    let mut script = delete(vec![object("a.jpg"), object("b.jpg")]);
    assert!(script.keys("<enter>").is_empty(), "the focused button is the safe one");
    assert!(script.is_closed);
    let mut script = delete(vec![object("a.jpg"), object("b.jpg")]);
    assert_eq!(started(&script.keys("<tab><enter>")), &Work::Delete(vec![object("a.jpg"), object("b.jpg")]));
}

#[test]
fn a_prefix_asks_for_its_name_to_be_typed() {
    let mut script = delete(vec![prefix("2026/summer/")]);
    assert!(script.text().contains("type: summer"));
    assert!(script.keys("summ<enter><tab><tab><enter>").is_empty() && !script.is_closed);
    assert!(script.text().contains("! that is not the name"));
    assert_eq!(started(&script.keys("er<enter><enter>")), &Work::Delete(vec![prefix("2026/summer/")]));
}

#[test]
fn a_name_that_no_keyboard_types_may_be_typed_as_it_is_shown() {
    let mut script = delete(vec![prefix("a\u{1b}b/")]);
    assert!(script.text().contains("type: a\\x1bb"));
    assert!(!script.keys("a\\x1bb<enter><enter>").is_empty());
}

#[test]
fn the_consequence_is_said_as_far_as_it_is_known() {
    let mut script = delete(vec![object("a")]);
    let summary = |deletion| PlanSummary { items: 1, is_complete: true, deletion, ..Default::default() };
    for (deletion, words) in [
        (Deletion::AddsMarker, "adds a delete marker"),
        (Deletion::Permanent, "cannot be undone"),
        (Deletion::Unknown, "could not be read"),
    ] {
        script.dialog.on_report(&Report::Counted { ticket: Ticket(1), summary: summary(deletion) }).unwrap();
        assert!(script.text().contains(words), "{}", script.text());
    }
    assert!(delete(vec![Item::File("/x".into())]).text().contains("cannot be undone"));
}

#[test]
fn a_bucket_is_removed_only_with_its_name_typed() {
    let mut script = delete(vec![Item::Bucket("photos".into())]);
    assert!(script.text().contains("Only an empty bucket"));
    assert_eq!(started(&script.keys("photos<enter><enter>")), &Work::RemoveBucket("photos".into()));
}
