//! Scripts of keys and reports for comparing and syncing.

use crate::app::effect::Effect;
use crate::app::harness::{Harness, location};
use crate::app::state::Screen;
use crate::model::compare::{ComparedPage, Criterion, Difference, Facts, Hand, Kind, Mark, Places};
use crate::model::job::{JobId, Report, Request, Ticket, Work};
use crate::model::sync::SyncPlan;

/// The one comparison that is asked for.
fn asked(effects: &[Effect]) -> (Ticket, Places) {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Compare { ticket, places }) => Some((*ticket, places.clone())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is compared: {effects:?}"))
}

fn started(effects: &[Effect]) -> Option<SyncPlan> {
    effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Start { work: Work::Sync(plan), .. }) => Some((**plan).clone()),
        _ => None,
    })
}

fn one(hand: Hand, name: &str) -> Difference {
    let facts = Facts { size: 1, modified: None, mark: Mark::Object(None) };
    Difference::of_one(hand, name.into(), facts, &location("s3://b/"))
}

fn page(names: &[(Hand, &str)], is_last: bool) -> ComparedPage {
    let differences = names.iter().map(|(hand, name)| one(*hand, name)).collect();
    ComparedPage { differences, is_last, ..ComparedPage::default() }
}

/// A folder and a bucket, the folder with the focus.
fn harness() -> Harness {
    let mut t = Harness::with_bucket("b", &["f"]);
    t.keys("<tab>");
    t
}

/// After `keys` the comparison has come to its end with one name on the left and two on the right.
fn compared(t: &mut Harness, keys: &str) {
    let (ticket, _) = asked(&t.keys(keys));
    let names = [(Hand::Right, "gone"), (Hand::Right, "lost"), (Hand::Left, "new")];
    t.report(Report::Compared { ticket, page: page(&names, true) });
}

#[test]
fn the_panes_are_compared_and_answers_to_an_older_question_are_dropped() {
    let mut t = harness();
    let (first, places) = asked(&t.keys("="));
    assert_eq!((places.left, places.right), (location("~/data"), location("s3://b/")));
    assert_eq!(t.state.screen, Screen::Compare);
    let effects = t.keys("R");
    assert!(effects.contains(&Effect::Submit(Request::Drop(first))));
    let (second, _) = asked(&effects);
    t.report(Report::Compared { ticket: first, page: page(&[(Hand::Left, "old")], true) });
    t.report(Report::Compared { ticket: second, page: page(&[(Hand::Left, "a")], false) });
    t.report(Report::Compared { ticket: second, page: page(&[(Hand::Left, "b")], true) });
    let names = |t: &Harness| t.state.compare.as_ref().unwrap().comparison().differences().len();
    assert_eq!(names(&t), 2);
    assert!(t.keys("<esc>").is_empty(), "nothing runs that would have to be stopped");
    assert!(t.state.compare.is_none() && t.state.screen == Screen::Browse);
}

#[test]
fn esc_stops_first_and_leaves_then() {
    let mut t = harness();
    let (ticket, _) = asked(&t.keys("="));
    assert_eq!(t.keys("<esc>"), [Effect::Submit(Request::Drop(ticket))]);
    assert_eq!(t.state.screen, Screen::Compare);
    t.keys("<esc>");
    assert_eq!(t.state.screen, Screen::Browse);
}

#[test]
fn the_list_of_buckets_is_not_compared_nor_a_place_synced_with_what_is_in_it() {
    let mut t = Harness::new();
    assert!(t.keys("=").is_empty() && t.state.notice.is_some());
    let mut t = Harness::unloaded("s3://b/", "s3://b/x/");
    assert!(t.keys("Y").is_empty() && t.state.notice.is_some() && t.state.screen == Screen::Browse);
    asked(&t.keys("="));
}

#[test]
fn kinds_are_shown_one_by_one_and_the_cursor_stays_in_range() {
    let mut t = harness();
    compared(&mut t, "=");
    let at = |t: &Harness| {
        let own = t.state.compare.as_ref().unwrap();
        (own.shown(), own.len(), own.cursor())
    };
    t.keys("G");
    assert_eq!(at(&t), (None, 3, 2));
    t.keys("<right>");
    assert_eq!(at(&t), (Some(Kind::LeftOnly), 1, 0));
    t.keys("<right> G j");
    assert_eq!(at(&t), (Some(Kind::RightOnly), 2, 1));
    t.keys("<right>");
    assert_eq!(at(&t).0, None);
    t.keys("<left>");
    assert_eq!(at(&t).0, Some(Kind::RightOnly));
}

#[test]
fn a_sync_is_shown_before_it_begins_and_goes_from_the_pane_with_the_focus() {
    let mut t = harness();
    compared(&mut t, "Y");
    assert!(t.state.dialog.is_some());
    let plan = started(&t.keys("<enter>")).unwrap();
    assert_eq!((plan.from(), plan.to()), (&location("~/data"), &location("s3://b/")));
    assert_eq!((plan.summary().added.items, plan.summary().deleted.items), (1, 0));
    assert!(t.state.compare.is_none() && t.state.screen == Screen::Browse);
    assert_eq!(t.state.queue.jobs()[0].verb(), "Sync");
    let mut t = harness();
    t.keys("<tab>");
    compared(&mut t, "Y");
    assert_eq!(started(&t.keys("<enter>")).unwrap().to(), &location("~/data"));
}

#[test]
fn deletions_are_begun_only_when_the_name_of_the_place_was_typed() {
    let mut t = harness();
    let (ticket, _) = asked(&t.keys("= Y"));
    assert!(t.state.dialog.is_none(), "not before it is known what it would do");
    t.report(Report::Compared { ticket, page: page(&[(Hand::Right, "gone"), (Hand::Right, "lost")], true) });
    t.keys("<backtab> <right>");
    assert!(started(&t.keys("<tab> <enter> <tab> <enter>")).is_none());
    t.text("x");
    assert!(started(&t.keys("<tab> <enter>")).is_none(), "that is not the name");
    t.keys("<backspace>");
    t.text("b");
    let plan = started(&t.keys("<enter> <enter>")).unwrap();
    assert_eq!(plan.summary().deleted.items, 2);
}

#[test]
fn other_rules_are_compared_by_anew_and_the_choices_stay() {
    let mut t = harness();
    compared(&mut t, "=");
    t.keys("Y <up> <up>");
    t.text("*.tmp *.log");
    let (ticket, places) = asked(&t.keys("<enter>"));
    assert!(!places.filter.takes("a/b.tmp") && places.filter.takes("a"));
    t.report(Report::Compared { ticket, page: page(&[(Hand::Left, "new")], true) });
    let plan = started(&t.keys("<enter>")).unwrap();
    assert_eq!(plan.comparison.places.filter, places.filter);

    let mut t = harness();
    compared(&mut t, "=");
    t.keys("Y <up> <up> <up> <up>");
    let size = started(&t.keys("<right> <enter>")).unwrap();
    assert_eq!((size.choice.by, size.comparison.places.by), (Criterion::Size, Criterion::SizeAndTime));
    let mut t = harness();
    compared(&mut t, "=");
    t.keys("Y <up> <up> <up> <up>");
    assert_eq!(asked(&t.keys("<left> <enter>")).1.by, Criterion::Checksum);
}

#[test]
fn a_sync_is_refused_while_writing_is_off_and_a_failed_one_is_compared_anew() {
    let mut t = harness();
    t.keys("W");
    assert!(t.keys("Y").is_empty() && t.state.dialog.is_none());
    t.keys("W");
    compared(&mut t, "Y");
    let effects = t.keys("<enter>");
    let job = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Start { job, .. }) => Some(*job),
        _ => None,
    });
    let end = crate::model::job::JobEnd::SomeFailed;
    t.report(Report::Finished { job: job.unwrap_or(JobId(0)), end });
    let (_, places) = asked(&t.keys("t r"));
    assert_eq!(places.right, location("s3://b/"));
}
