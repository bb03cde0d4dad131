//! The history screen.

use super::*;
use crate::app::history::places;
use crate::model::history::tests::row;
use crate::model::history::{HistoryId, HistoryRow};
use crate::model::job::Connection;

fn asked(effects: &[Effect]) -> (Ticket, String, Option<HistoryId>) {
    let asked = effects.iter().rev().find_map(|effect| match effect {
        Effect::Submit(Request::History { ticket, filter, before }) => Some((*ticket, filter.clone(), *before)),
        _ => None,
    });
    asked.unwrap_or_else(|| panic!("{effects:?}"))
}

fn rows(ids: impl Iterator<Item = i64>) -> Vec<HistoryRow> {
    ids.map(|id| row(id, &format!("s3://photos/2026/{id}.jpg"))).collect()
}

/// The screen with its first page.
fn opened(count: i64, is_last: bool) -> Harness {
    let mut t = Harness::new();
    let (ticket, filter, before) = asked(&t.keys("H"));
    assert_eq!((filter.as_str(), before), ("", None));
    t.report(Report::History { ticket, rows: rows((1..=count).rev()), is_last });
    t
}

#[test]
fn it_opens_with_the_newest_and_goes_back_the_way_it_came() {
    let mut t = opened(3, true);
    assert_eq!((t.state.screen, t.state.history.rows().len()), (Screen::History, 3));
    t.keys("<esc>");
    assert_eq!(t.state.screen, Screen::Browse);
    t.keys("t H t");
    assert_eq!(t.state.screen, Screen::Transfers);
}

#[test]
fn further_pages_come_as_the_cursor_comes_near_them_and_one_at_a_time() {
    let mut t = opened(200, false);
    assert!(t.keys("j").is_empty(), "the end is far");
    let (ticket, _, before) = asked(&t.keys("G"));
    assert_eq!(before, Some(HistoryId(1)));
    assert!(t.keys("G").is_empty(), "one is on its way");
    t.report(Report::History { ticket, rows: rows((-9..=0).rev()), is_last: true });
    assert_eq!(t.state.history.rows().len(), 210);
    assert!(t.keys("G").is_empty() && t.state.history.cursor() == 209);
}

#[test]
fn a_filter_asks_anew_at_each_letter_and_only_the_last_answer_counts() {
    let mut t = opened(3, true);
    t.keys("/");
    let (first, filter, _) = asked(&t.text("a"));
    assert_eq!(filter, "a");
    let effects = t.text("b");
    assert_eq!(effects[0], Effect::Submit(Request::Drop(first)));
    let (second, filter, before) = asked(&effects);
    assert_eq!((filter.as_str(), before), ("ab", None));
    t.report(Report::History { ticket: first, rows: rows(7..=9), is_last: true });
    assert_eq!(t.state.history.rows().len(), 3, "an answer to an older text");
    t.report(Report::History { ticket: second, rows: rows(8..=8), is_last: true });
    assert_eq!(t.state.history.rows().len(), 1);
    t.keys("<enter> q");
    assert!(t.state.history.filter.is_some());
    assert_eq!(asked(&t.keys("<esc>")).1, "", "Esc ends the filter first");
    t.keys("<esc>");
    assert_eq!(t.state.screen, Screen::Browse);
}

#[test]
fn enter_goes_to_the_object_and_only_where_it_is() {
    let mut t = opened(3, true);
    assert_eq!(listed(&t.keys("j <enter>")), ["s3://photos/2026/"]);
    assert_eq!(t.state.screen, Screen::Browse);
    t.page("s3://photos/2026/", &["1.jpg", "2.jpg", "3.jpg"]);
    assert_eq!(t.right(), ["1.jpg", ">2.jpg", "3.jpg"]);
    assert_eq!(t.state.side, Side::Right, "the local pane stays as it is");
    let mut t = opened(3, true);
    let endpoint = Some("http://127.0.0.1:9000".to_owned());
    t.report(Report::Connected(Connection { endpoint, ..Connection::default() }));
    assert!(t.keys("<enter>").is_empty() && t.state.screen == Screen::History && t.state.notice.is_some());
}

#[test]
fn a_click_moves_the_cursor_and_a_double_click_goes_there() {
    let mut t = opened(3, true);
    let rows = places(layout(&t.state).full(Screen::History).unwrap()).rows;
    t.mouse(MouseKind::Down { is_double: false }, rows.x, rows.y + 2);
    assert_eq!(t.state.history.cursor(), 2);
    t.mouse(MouseKind::WheelUp, rows.x, rows.y);
    assert_eq!(t.state.history.cursor(), 0);
    let effects = t.mouse(MouseKind::Down { is_double: true }, rows.x, rows.y + 1);
    assert_eq!(listed(&effects), ["s3://photos/2026/"]);
}

#[test]
fn the_uri_is_yanked_as_everywhere() {
    let mut t = opened(1, true);
    assert_eq!(t.keys("y y"), [Effect::Copy("s3://photos/2026/1.jpg".into())]);
}

#[test]
fn what_cannot_be_read_says_why() {
    let mut t = Harness::new();
    let (ticket, ..) = asked(&t.keys("H"));
    t.report(Report::Failed { ticket, error: Error::new(Kind::Corrupt, "read", "journal.db", "malformed") });
    assert!(t.state.history.problem().is_some() && !t.state.history.is_loading());
}
