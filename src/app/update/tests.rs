//! Rules, as scripts of keys and reports.

use proptest::prelude::*;

use crate::app::action::TABLE;
use crate::app::dialog::Dialog;
use crate::app::effect::Effect;
use crate::app::event::{Event, MouseKind};
use crate::app::harness::{Harness, entry, listed, location};
use crate::app::keymap::Key;
use crate::app::layout::layout;
use crate::app::listing::SortField;
use crate::app::state::{Screen, Side};
use crate::model::error::{Error, Kind};
use crate::model::job::{JobEnd, Page, Report, Request, Ticket, Work};
use crate::model::location::Location;
use crate::model::plan::Conflict;

#[test]
fn the_start_asks_for_both_places_and_for_the_caller() {
    let t = Harness::unloaded("~/data", "s3://");
    let effects = t.state.begin();
    assert!(matches!(effects.first(), Some(Effect::Submit(Request::Identify))));
    assert_eq!(listed(&effects), ["/home/me/data", "s3://"]);
}

#[test]
fn entering_a_folder_and_coming_back_restores_the_cursor() {
    let mut t = Harness::with_bucket("b", &["x/", "y/", "z"]);
    assert_eq!(listed(&t.keys("j <enter>")), ["s3://b/y/"]);
    t.page("s3://b/y/", &["1", "2"]);
    assert_eq!(listed(&t.keys("<backspace>")), ["s3://b/"]);
    t.page("s3://b/", &["x/", "y/", "z"]);
    assert_eq!(t.right(), ["x", ">y", "z"]);
}

#[test]
fn history_goes_back_and_forward_with_the_cursor() {
    let mut t = Harness::with_bucket("b", &["x/", "y/"]);
    t.keys("j <enter>");
    t.page("s3://b/y/", &["1", "2"]);
    t.keys("j");
    assert_eq!(listed(&t.keys("[")), ["s3://b/"]);
    t.page("s3://b/", &["x/", "y/"]);
    assert_eq!(t.right(), ["x", ">y"]);
    assert_eq!(listed(&t.keys("]")), ["s3://b/y/"]);
    t.page("s3://b/y/", &["1", "2"]);
    assert_eq!(t.right(), ["1", ">2"]);
}

#[test]
fn leaving_a_place_drops_its_question_and_late_pages_are_ignored() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.keys("<tab>");
    let ticket = t.ticket("s3://b/");
    let effects = t.keys("~");
    assert_eq!(effects.first(), Some(&Effect::Submit(Request::Drop(ticket))));
    let entries = vec![entry(&location("s3://b/"), "late")];
    assert!(t.report(Report::Page { ticket, page: Page { entries, rest: None, is_last: true } }).is_empty());
    assert!(t.right().is_empty());
}

#[test]
fn esc_stops_the_load_first_then_ends_the_filter_then_clears_marks() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.keys("<tab>");
    t.first_page("s3://b/", &["a", "b"]);
    let ticket = t.ticket("s3://b/");
    t.keys("<space> /");
    t.text("a");
    t.keys("<enter>");
    assert_eq!(t.keys("<esc>"), [Effect::Submit(Request::Drop(ticket))]);
    assert_eq!(t.right().len(), 1);
    t.keys("<esc>");
    assert_eq!(t.right().len(), 2);
    t.keys("<esc>");
    assert_eq!(t.state.focused().tree().marked().count, 0);
}

#[test]
fn a_listing_that_stopped_by_itself_goes_on_from_its_last_row() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.keys("<tab>");
    t.page_of("s3://b/", &["a"], true, Some("next"));
    assert_eq!(t.right(), [">a", "More"]);
    let effects = t.keys("G <enter>");
    let Some(Effect::Submit(Request::List { from: Some(token), .. })) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(&*token.0, "next");
}

#[test]
fn delete_asks_before_it_removes() {
    let mut t = Harness::with_bucket("photos", &["a.jpg", "b.jpg"]);
    let effects = t.keys("<space> d");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Count { .. })]), "{effects:?}");
    let effects = t.keys("<enter>");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit(Request::Start { .. }))), "{effects:?}");
    assert!(t.state.dialog.is_none());
}

#[test]
fn a_deletion_is_retried_only_after_another_question() {
    let mut t = Harness::with_bucket("photos", &["a.jpg", "b.jpg"]);
    let effects = t.keys("d <tab> <enter>");
    let Some(Effect::Submit(Request::Start { job, .. })) = effects.last() else { panic!("{effects:?}") };
    t.report(Report::Finished { job: *job, end: JobEnd::Cancelled });
    let effects = t.keys("t r");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Count { .. })]), "{effects:?}");
    assert!(matches!(t.state.dialog, Some(Dialog::Delete(_))));
}

#[test]
fn several_buckets_are_not_offered_for_deletion() {
    let mut t = Harness::new();
    assert!(t.keys("<tab> % d").is_empty() && t.state.dialog.is_none() && t.state.notice.is_some());
    t.keys("<esc> d");
    assert!(matches!(t.state.dialog, Some(Dialog::Delete(_))));
}

#[test]
fn the_text_of_an_error_is_copied_with_a_word_about_it() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]);
    t.keys("d <tab> <enter>");
    let job = t.state.queue.jobs()[0].id;
    t.report(Report::Finished { job, end: JobEnd::Failed(Error::new(Kind::Denied, "delete", "a.jpg", "denied")) });
    let effects = t.keys("y");
    assert!(matches!(effects.as_slice(), [Effect::Copy(_)]) && t.state.dialog.is_some(), "{effects:?}");
    assert!(t.state.notice.is_some());
}

#[test]
fn keys_that_were_meant_for_the_panes_answer_no_question_that_came_up_under_them() {
    let mut t = Harness::with_bucket("photos", &["a.jpg", "b.jpg"]);
    t.keys("c <enter>");
    let job = t.state.queue.jobs()[0].id;
    let side = crate::model::plan::Side::default();
    let conflict = Conflict { target: "a.jpg".into(), source_side: side.clone(), target_side: side };
    t.report(Report::Question { job, question: 1, conflict });
    assert!(matches!(t.state.dialog, Some(Dialog::Overwrite(_))));
    for key in ["<space>", "<enter>", "<esc>"] {
        let key = key.trim_matches(['<', '>']).parse().unwrap();
        assert!(t.send(Event::Key(key)).is_empty() && t.state.dialog.is_some());
    }
    let button = t.state.dialog.as_ref().unwrap().layout(layout(&t.state).screen).buttons[0];
    assert!(t.mouse(MouseKind::Down { is_double: false }, button.x, button.y).is_empty() && t.state.dialog.is_some());
    t.look();
    let effects = t.send(Event::Key("enter".parse().unwrap()));
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Resolve { .. })]), "{effects:?}");
}

#[test]
fn a_clock_that_is_set_back_keeps_no_dialog_from_its_keys() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]);
    t.keys("d <tab> <enter>");
    let job = t.state.queue.jobs()[0].id;
    t.report(Report::Finished { job, end: JobEnd::Failed(Error::new(Kind::Denied, "delete", "a.jpg", "denied")) });
    let before = t.state.now - jiff::SignedDuration::from_hours(1);
    t.send(Event::Tick { now: before, progress: Vec::new() });
    t.send(Event::Key("enter".parse().unwrap()));
    assert!(t.state.dialog.is_none());
}

#[test]
fn nothing_is_written_while_writing_is_off() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]);
    t.keys("W");
    for key in ["c", "m", "d", "r", "n", "e"] {
        assert!(t.keys(key).is_empty() && t.state.dialog.is_none() && t.state.notice.is_some(), "{key}");
    }
    t.keys("W c");
    assert!(t.state.dialog.is_some());
    t.state.is_read_only = true;
    let effects = t.keys("<enter>");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit(Request::Start { .. }))), "{effects:?}");
}

#[test]
fn a_copy_goes_to_the_level_under_the_other_cursor_and_refreshes_it_when_done() {
    let mut t = Harness::with_bucket("b", &["in/"]);
    t.keys("l");
    t.page("s3://b/in/", &["old"]);
    t.keys("<tab> G c");
    let effects = t.keys("<enter>");
    let started = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Start { job, work: Work::Transfer(transfer) }) => Some((*job, transfer.to.clone())),
        _ => None,
    });
    let (job, to) = started.unwrap_or_else(|| panic!("{effects:?}"));
    assert_eq!(to, location("s3://b/in/"));
    let effects = t.report(Report::Finished { job, end: JobEnd::Done });
    assert_eq!(listed(&effects), ["s3://b/", "s3://b/in/"]);
}

#[test]
fn a_palette_word_does_an_action_and_a_path_goes_there() {
    let mut t = Harness::new();
    t.keys(":");
    t.text("transf");
    t.keys("<enter>");
    assert_eq!(t.state.screen, Screen::Transfers);
    t.keys("t :");
    t.text("s3://photos/x");
    assert_eq!(listed(&t.keys("<enter>")), ["s3://photos/x/"]);
    assert_eq!(*t.state.left.place(), Location::S3 { bucket: "photos".into(), prefix: "x/".into() });
}

#[test]
fn pasted_text_goes_into_a_text_field_or_nowhere() {
    let mut t = Harness::new();
    assert!(t.send(Event::Paste("dy".into())).is_empty());
    assert!(t.state.dialog.is_none());
    t.keys("/");
    t.send(Event::Paste("q3".into()));
    assert_eq!(t.left(), [">q3.parquet"]);
}

#[test]
fn a_failed_place_says_so_and_the_other_pane_goes_on() {
    let mut t = Harness::unloaded("~/data", "s3://");
    t.page("~/data", &["a"]);
    let error = Error::new(Kind::NoCredentials, "list", "buckets", "no credentials found");
    let ticket = t.ticket("s3://");
    t.report(Report::Failed { ticket, error });
    assert!(t.state.right.has_failed());
    assert_eq!(t.left(), [">a"]);
    assert_eq!(listed(&t.keys("<tab> R")), ["s3://"]);
}

#[test]
fn ctrl_c_twice_leaves_even_when_jobs_run() {
    let mut t = Harness::with_bucket("b", &["a"]);
    t.keys("c <enter>");
    assert!(t.keys("<ctrl-c>").is_empty());
    assert!(matches!(t.state.dialog, Some(Dialog::Quit(_))));
    assert_eq!(t.keys("<ctrl-c>"), [Effect::Quit]);
}

#[test]
fn q_leaves_at_once_when_nothing_runs() {
    assert_eq!(Harness::new().keys("q"), [Effect::Quit]);
    assert_eq!(Harness::new().send(Event::Terminate), [Effect::Quit]);
}

#[test]
fn the_inspector_follows_the_cursor() {
    let mut t = Harness::with_bucket("b", &["a", "b"]);
    let inspected = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Submit(Request::Inspect { item, .. }) => Some(item.to_string()),
            _ => None,
        })
    };
    assert_eq!(inspected(t.keys("i")).as_deref(), Some("s3://b/a"));
    assert_eq!(inspected(t.keys("j")).as_deref(), Some("s3://b/b"));
    t.keys("i");
    assert_eq!(inspected(t.keys("k")), None);
}

#[test]
fn editing_an_object_fetches_it_and_puts_it_back_only_if_it_changed() {
    let mut t = Harness::with_bucket("b", &["a.txt"]);
    let effects = t.keys("e");
    let [Effect::Submit(Request::Fetch { ticket, object })] = effects.as_slice() else { panic!("{effects:?}") };
    let fetched = |ticket: Ticket| Report::Fetched {
        ticket,
        path: "/tmp/x/a.txt".into(),
        object: object.clone(),
        etag: "\"1\"".into(),
    };
    assert_eq!(t.report(fetched(*ticket)), [Effect::Edit("/tmp/x/a.txt".into())]);
    let edited = |is_changed| Event::Edited { path: "/tmp/x/a.txt".into(), is_changed, problem: None };
    assert_eq!(t.send(edited(false)), [Effect::Discard("/tmp/x/a.txt".into())]);
    let effects = t.keys("e");
    let [Effect::Submit(Request::Fetch { ticket, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    t.report(fetched(*ticket));
    let effects = t.send(edited(true));
    assert!(
        matches!(effects.as_slice(), [Effect::Submit(Request::Start { work: Work::PutBack { .. }, .. })]),
        "{effects:?}"
    );
}

/// Presses `e` on the object `a.txt` of a bucket; returns what the answer of the engine will be.
fn asked_to_edit(t: &mut Harness) -> Report {
    let effects = t.keys("e");
    let Some(Effect::Submit(Request::Fetch { ticket, object })) = effects.last() else { panic!("{effects:?}") };
    Report::Fetched { ticket: *ticket, path: "/tmp/x/a.txt".into(), object: object.clone(), etag: "\"1\"".into() }
}

#[test]
fn a_second_edit_gives_up_the_first_so_that_no_two_editors_share_the_screen() {
    let mut t = Harness::with_bucket("b", &["a.txt"]);
    let fetched = asked_to_edit(&mut t);
    let ticket = t.state.fetching.unwrap();
    let effects = t.keys("<tab> j e");
    assert_eq!(effects, [Effect::Submit(Request::Drop(ticket)), Effect::Edit("/home/me/data/notes.txt".into())]);
    assert_eq!(t.report(fetched), [Effect::Discard("/tmp/x/a.txt".into())]);
}

#[test]
fn esc_gives_up_an_object_that_is_to_be_edited() {
    let mut t = Harness::with_bucket("b", &["a.txt"]);
    let fetched = asked_to_edit(&mut t);
    let ticket = t.state.fetching.unwrap();
    assert_eq!(t.keys("<esc>"), [Effect::Submit(Request::Drop(ticket))]);
    assert_eq!(t.report(fetched), [Effect::Discard("/tmp/x/a.txt".into())]);
}

#[test]
fn an_editor_takes_no_keys_from_what_is_open_and_opens_after_it() {
    for (open, close) in [("n", "<esc>"), (":", "<esc>"), ("/", "<enter>"), ("?", "<esc>")] {
        let mut t = Harness::with_bucket("b", &["a.txt"]);
        let fetched = asked_to_edit(&mut t);
        t.keys(open);
        assert_eq!(t.report(fetched), [], "{open}");
        assert_eq!(t.keys(close), [Effect::Edit("/tmp/x/a.txt".into())], "{open}");
    }
}

#[test]
fn an_object_that_came_when_writing_was_switched_off_is_not_edited() {
    let mut t = Harness::with_bucket("b", &["a.txt"]);
    let fetched = asked_to_edit(&mut t);
    t.keys("W");
    assert_eq!(t.report(fetched), [Effect::Discard("/tmp/x/a.txt".into())]);
    assert!(t.state.editing.is_none() && t.state.notice.is_some());
}

/// The point of a row of a pane that is drawn.
fn point(t: &Harness, side: Side, row: u16) -> (u16, u16) {
    let layout = layout(&t.state);
    let rows = layout.pane(side).unwrap().rows;
    (rows.x + 5, rows.y + row)
}

#[test]
fn a_click_focuses_and_moves_and_a_double_click_opens() {
    let mut t = Harness::new();
    let (x, y) = point(&t, Side::Right, 1);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    assert_eq!((t.state.side, t.right()), (Side::Right, vec!["acme-logs".into(), ">photos".into()]));
    assert_eq!(listed(&t.mouse(MouseKind::Down { is_double: true }, x, y)), ["s3://photos/"]);
}

#[test]
fn dragging_inside_a_pane_marks_a_range() {
    let mut t = Harness::new();
    let (x, y) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.mouse(MouseKind::Drag, x, y + 2);
    t.mouse(MouseKind::Drag, x, y + 1);
    t.mouse(MouseKind::Up, x, y + 1);
    assert_eq!(t.left(), ["*archive", ">*notes.txt", "q3.parquet"]);
}

#[test]
fn dragging_to_the_other_pane_opens_the_copy_dialog_with_what_was_dragged() {
    let mut t = Harness::with_bucket("b", &["k"]);
    let (x, y) = point(&t, Side::Left, 2);
    let (to_x, to_y) = point(&t, Side::Right, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.mouse(MouseKind::Drag, x, y - 1);
    let effects = t.mouse(MouseKind::Up, to_x, to_y);
    let Some(Effect::Submit(Request::Count { items, .. })) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(items.iter().map(ToString::to_string).collect::<Vec<_>>(), ["/home/me/data/q3.parquet"]);
    assert!(matches!(t.state.dialog, Some(Dialog::Transfer(_))));
}

#[test]
fn the_head_of_a_column_sorts_and_the_wheel_turns_the_pane_under_it() {
    let names: Vec<String> = (0..100).map(|at| format!("f{at:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut t = Harness::with_bucket("b", &names);
    let pane = *layout(&t.state).pane(Side::Right).unwrap();
    let size = pane.columns.size.unwrap();
    t.mouse(MouseKind::WheelDown, pane.rows.x, pane.rows.y);
    assert_eq!(t.state.right.tree().top(), 3);
    t.mouse(MouseKind::Down { is_double: false }, pane.heads.x + size.x + 8, pane.heads.y);
    assert_eq!(t.state.right.tree().rules().field, SortField::Size);
}

fn any_event() -> impl Strategy<Value = Event> {
    let keys: Vec<Key> = TABLE.iter().flat_map(|entry| entry.keys.iter().map(|key| key.parse().unwrap())).collect();
    let names = ["a", "b/", "c.txt", "", ".h", "\u{1b}[2J", "日本/", "x\ny"];
    prop_oneof![
        8 => prop::sample::select(keys).prop_map(Event::Key),
        2 => any::<char>().prop_map(|c| Event::Key(Key::char(c).normal())),
        1 => ".{0,8}".prop_map(Event::Paste),
        2 => (0u16..320, 0u16..110).prop_map(|(width, height)| Event::Resize { width, height }),
        3 => (0u8..6, 0u16..130, 0u16..40).prop_map(|(kind, column, row)| Event::Mouse(crate::app::event::Mouse {
            kind: match kind {
                0 => MouseKind::Down { is_double: false },
                1 => MouseKind::Down { is_double: true },
                2 => MouseKind::Drag,
                3 => MouseKind::Up,
                4 => MouseKind::WheelUp,
                _ => MouseKind::WheelDown,
            },
            column,
            row,
        })),
        6 => (1u64..40, prop::collection::vec(prop::sample::select(names.to_vec()), 0..6), any::<bool>(), any::<bool>())
            .prop_map(|(ticket, names, is_last, has_rest)| {
                let place = location(if ticket % 2 == 0 { "s3://b/" } else { "/x" });
                let entries = names.into_iter().map(|name| entry(&place, name)).collect();
                let rest = (has_rest && is_last).then(|| crate::model::job::PageToken("t".into()));
                Event::Report(Report::Page { ticket: Ticket(ticket), page: Page { entries, rest, is_last } })
            }),
        1 => (1u64..40).prop_map(|ticket| Event::Report(Report::Failed {
            ticket: Ticket(ticket),
            error: Error::new(Kind::Denied, "list", "s3://b", "denied"),
        })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_sizes_or_reports_break_anything(events in prop::collection::vec(any_event(), 1..60)) {
        let mut t = Harness::new();
        for event in events {
            t.send(event);
            for side in [Side::Left, Side::Right] {
                let tree = t.state.pane(side).tree();
                prop_assert!(tree.cursor() < tree.rows().len().max(1));
                let marked: usize = tree.listings().map(|(_, level)| level.marks.len()).sum();
                prop_assert_eq!(tree.marked().count, marked as u64);
            }
        }
    }
}
