//! Rules of the tree: unfolding, order, filter, marks, refresh.

use std::time::Instant;

use crate::app::harness::{Harness, entry, listed, location};
use crate::app::listing::{Rules, SortField};
use crate::app::state::{Ids, Side};
use crate::app::tree::Tree;
use crate::model::job::{Item, Page, Ticket};

fn bucket() -> Harness {
    Harness::with_bucket("b", &["2025/", "2026/", "a.txt", "c.txt"])
}

#[test]
fn unfolding_inserts_the_children_below_and_folding_takes_them_away() {
    let mut t = bucket();
    assert_eq!(listed(&t.keys("j l")), ["s3://b/2026/"]);
    t.page("s3://b/2026/", &["10/", "x.gz"]);
    assert_eq!(t.right(), ["2025", ">2026", " 10", " x.gz", "a.txt", "c.txt"]);
    t.keys("h");
    assert_eq!(t.right(), ["2025", ">2026", "a.txt", "c.txt"]);
}

#[test]
fn what_was_unfolded_below_a_fold_comes_back_without_asking() {
    let mut t = bucket();
    t.keys("j l");
    t.page("s3://b/2026/", &["10/"]);
    t.keys("j l");
    t.page("s3://b/2026/10/", &["y"]);
    assert_eq!(listed(&t.keys("k h l")), Vec::<String>::new());
    assert_eq!(t.right(), ["2025", ">2026", " 10", "  y", "a.txt", "c.txt"]);
}

#[test]
fn left_on_a_child_goes_to_the_row_that_holds_it() {
    let mut t = bucket();
    t.keys("j l");
    t.page("s3://b/2026/", &["10/", "x.gz"]);
    t.keys("j j h");
    assert_eq!(t.right()[1], ">2026");
}

#[test]
fn an_empty_or_unread_level_says_so_in_a_row_of_its_own() {
    let mut t = bucket();
    t.keys("l");
    assert_eq!(t.right()[1], "Loading");
    t.page("s3://b/2025/", &[]);
    assert_eq!(t.right()[1], "Empty");
}

#[test]
fn a_page_out_of_order_is_merged_and_the_cursor_stays_on_its_entry() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.keys("<tab>");
    t.first_page("s3://b/", &["b", "d"]);
    t.keys("j");
    t.page("s3://b/", &["a", "c", "z/"]);
    assert_eq!(t.right(), ["z", "a", "b", "c", ">d"]);
}

#[test]
fn sorting_keeps_containers_first_and_turns_round() {
    let mut t = Harness::with_bucket("b", &["p/", "aaa.z", "b.y", "cc.x"]);
    t.keys("s");
    assert_eq!(t.right(), [">p", "aaa.z", "cc.x", "b.y"]);
    t.keys("S");
    assert_eq!(t.right(), [">p", "b.y", "cc.x", "aaa.z"]);
    t.keys("s s");
    assert_eq!(t.right(), [">p", "cc.x", "b.y", "aaa.z"]);
}

#[test]
fn a_filter_keeps_what_holds_a_match_and_marks_survive_it() {
    let mut t = bucket();
    t.keys("j l");
    t.page("s3://b/2026/", &["10/", "match.gz"]);
    t.keys("G <space> /");
    t.text("mtch");
    assert_eq!(t.right().iter().map(|row| row.trim_start_matches('>')).collect::<Vec<_>>(), ["2026", " match.gz"]);
    t.keys("<esc>");
    assert_eq!(t.right().len(), 6);
    assert!(t.right().iter().any(|row| row.ends_with("*c.txt")));
}

#[test]
fn hidden_names_are_shown_on_demand() {
    let mut t = Harness::with_bucket("b", &[".hidden", "a"]);
    assert_eq!(t.right(), [">a"]);
    t.keys(".");
    assert_eq!(t.right(), [".hidden", ">a"]);
}

#[test]
fn a_refresh_keeps_marks_unfolded_rows_and_the_cursor() {
    let mut t = bucket();
    t.keys("j l");
    t.page("s3://b/2026/", &["10/", "x.gz"]);
    t.keys("G <space> k");
    assert_eq!(t.right(), ["2025", "2026", " 10", " x.gz", ">a.txt", "*c.txt"]);
    assert_eq!(listed(&t.keys("R")), ["s3://b/"]);
    assert_eq!(t.right().len(), 6, "the old rows stay until the first page");
    assert_eq!(listed(&t.page("s3://b/", &["2024/", "2026/", "a.txt", "c.txt"])), ["s3://b/2026/"]);
    t.page("s3://b/2026/", &["x.gz"]);
    assert_eq!(t.right(), ["2024", "2026", " x.gz", ">a.txt", "*c.txt"]);
}

/// A bucket of two pages, with a level unfolded on the second one.
fn long_bucket() -> Harness {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.keys("<tab>");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.page("s3://b/", &["c/", "d"]);
    t.keys("j j l");
    t.page("s3://b/c/", &["x", "y"]);
    t
}

#[test]
fn a_level_that_comes_back_with_a_later_page_stands_there_once() {
    let mut t = long_bucket();
    t.keys("g R");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.page("s3://b/", &["c/", "e/"]);
    assert_eq!(t.right(), [">a", "b", "c", " x", " y", "e"]);
    t.page("s3://b/c/", &["x"]);
    assert_eq!(t.right(), [">a", "b", "c", " x", "e"]);
}

#[test]
fn a_level_stays_unfolded_when_only_the_one_above_is_read_anew() {
    let mut t = long_bucket();
    let (pane, ids) = t.state.pane_and_ids(Side::Right);
    pane.refresh_touched(&[location("s3://b/")], ids);
    t.keys("g");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.page("s3://b/", &["c/", "e/"]);
    assert_eq!(t.right(), [">a", "b", "c", " x", " y", "e"]);
}

#[test]
fn marks_and_unfolded_rows_outlive_a_refresh_that_is_stopped_or_begun_again() {
    let mut t = long_bucket();
    t.keys("j <space> G <space> R");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.keys("R");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.keys("<esc> R");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.page("s3://b/", &["c/", "d"]);
    t.page("s3://b/c/", &["x", "y"]);
    assert_eq!(
        t.right().iter().map(|row| row.trim_start_matches('>')).collect::<Vec<_>>(),
        ["a", "b", "c", "* x", " y", "*d"]
    );
    assert_eq!(t.state.right.tree().marked().count, 2);
}

#[test]
fn only_what_is_on_the_screen_counts_and_is_chosen_while_a_refresh_is_under_way() {
    let mut t = long_bucket();
    t.keys("j <space> G <space> g <space> R");
    t.first_page("s3://b/", &["a/", "b/"]);
    let chosen = |t: &Harness| t.state.right.tree().selection().iter().map(Item::to_string).collect::<Vec<_>>();
    assert_eq!((t.state.right.tree().marked().count, chosen(&t)), (1, vec!["s3://b/a/".to_owned()]));
    t.keys("<esc>");
    assert_eq!((t.state.right.tree().marked().count, chosen(&t)), (1, vec!["s3://b/a/".to_owned()]));
    t.keys("R");
    t.page("s3://b/", &["a/", "b/"]);
    assert_eq!((t.state.right.tree().marked().count, chosen(&t)), (1, vec!["s3://b/a/".to_owned()]));
}

#[test]
fn marks_that_are_cleared_during_a_refresh_do_not_come_back() {
    let mut t = long_bucket();
    t.keys("% R");
    t.first_page("s3://b/", &["a/", "b/"]);
    t.state.right.tree_mut().clear_marks();
    t.page("s3://b/", &["c/", "d"]);
    assert!(!t.right().iter().any(|row| row.contains('*')), "{:?}", t.right());
}

#[test]
fn the_cursor_stays_on_its_line_when_a_refresh_does_not_bring_its_entry_back() {
    let mut t = Harness::with_bucket("b", &["a", "bbbbb", "cc", "ddd", "eeee"]);
    t.keys("s g j j");
    assert_eq!(t.right(), ["bbbbb", "eeee", ">ddd", "cc", "a"]);
    t.keys("R");
    t.first_page("s3://b/", &["a", "bbbbb"]);
    t.page("s3://b/", &["cc", "eeee"]);
    assert_eq!(t.right(), ["bbbbb", "eeee", ">cc", "a"]);
    t.keys("R");
    t.page("s3://b/", &["a", "bbbbb", "cc", "ddd", "eeee"]);
    assert_eq!(t.right(), ["bbbbb", "eeee", "ddd", ">cc", "a"], "it is on another entry now");
}

#[test]
fn the_cursor_waits_for_its_entry_through_the_pages_of_a_deep_refresh() {
    let mut t = long_bucket();
    t.keys("G k R");
    assert_eq!(t.right(), ["a", "b", "c", " x", "> y", "d"]);
    t.first_page("s3://b/", &["a/", "b/"]);
    t.page("s3://b/", &["b2/", "c/", "d"]);
    assert_eq!(t.right(), ["a", "b", "b2", "c", " x", "> y", "d"]);
    t.page("s3://b/c/", &["w", "x", "y"]);
    assert_eq!(t.right(), ["a", "b", "b2", "c", " w", " x", "> y", "d"]);
}

#[test]
fn a_folded_level_still_knows_its_row_after_a_refresh() {
    let mut t = bucket();
    t.keys("j l");
    t.page("s3://b/2026/", &["x.gz"]);
    t.keys("h R");
    t.page("s3://b/", &["2024/", "2025/", "2026/"]);
    t.keys("l j h");
    assert_eq!(t.right(), ["2024", "2025", ">2026", " x.gz"]);
}

#[test]
fn the_entries_below_a_marked_one_are_covered_by_it() {
    let mut t = bucket();
    t.keys("j l");
    t.page("s3://b/2026/", &["x.gz"]);
    t.keys("<space> <space>");
    let selection = t.state.pane(Side::Right).tree().selection();
    assert_eq!(selection, [Item::Prefix { bucket: "b".into(), prefix: "2026/".into() }]);
}

#[test]
fn inverting_and_marking_all_work_on_the_level_of_the_cursor() {
    let mut t = Harness::with_bucket("b", &["a", "b", "c"]);
    t.keys("<space> *");
    assert_eq!(t.right(), ["a", ">*b", "*c"]);
    t.keys("%");
    assert_eq!(t.state.focused().tree().marked().count, 3);
    t.keys("%");
    assert_eq!(t.state.focused().tree().marked(), super::Marked::default());
}

#[test]
fn an_object_and_a_prefix_of_one_name_are_two_rows() {
    let mut t = Harness::with_bucket("b", &["x/", "x"]);
    t.keys("j <space> R");
    t.page("s3://b/", &["x/", "x"]);
    assert_eq!(t.right().iter().filter(|row| row.contains('*')).count(), 1);
}

/// No step may look at all rows: a hundred thousand must cost about as much as a thousand.
#[test]
fn moving_in_a_long_listing_costs_what_the_window_costs() {
    let place = location("s3://b/");
    let mut tree = Tree::new(place.clone(), Ticket(1), Rules::default(), None);
    let mut ids = Ids::default();
    for page in 0..100 {
        let entries = (0..1000).map(|at| entry(&place, &format!("key-{:08}", page * 1000 + at))).collect();
        tree.on_page(Ticket(1), Page { entries, rest: None, is_last: page == 99 }, &mut ids).unwrap();
    }
    assert_eq!(tree.rows().len(), 100_000);
    tree.rearrange(|rules| rules.field = SortField::Size);
    let start = Instant::now();
    for _ in 0..100_000 {
        tree.move_by(1);
        tree.follow(30);
    }
    // A step over all rows would take minutes here.
    assert!(start.elapsed().as_secs() < 5);
}
