//! Rules, as scripts of keys and reports.

use proptest::prelude::*;

use crate::app::action::{Action, TABLE};
use crate::app::dialog::Dialog;
use crate::app::effect::Effect;
use crate::app::event::{Event, MouseKind};
use crate::app::field::Field;
use crate::app::harness::{Harness, entry, listed, location};
use crate::app::inspector::View;
use crate::app::keymap::Key;
use crate::app::layout::{layout, palette_rows};
use crate::app::listing::{Load, SortField};
use crate::app::palette::Candidates;
use crate::app::state::{Screen, Side};
use crate::model::entry::{Entry, StorageClass};
use crate::model::error::{Error, Kind};
use crate::model::job::{JobEnd, JobId, Leaving, Page, Report, Request, Ticket, Work};
use crate::model::limit::ByteRate;
use crate::model::location::Location;
use crate::model::plan::Conflict;

mod edit;
mod history;
mod left;
mod mouse;
mod preview;
mod profile;
mod publish;
mod settings;
mod transfers;
mod uploads;
mod words;

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
    assert_eq!(listed(&effects), ["s3://b/in/"]);
}

/// Copies what is under the cursor to the other pane.
fn start_copy(t: &mut Harness) -> JobId {
    let effects = [t.keys("c"), t.keys("<enter>")].concat();
    let started = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Start { job, .. }) => Some(*job),
        _ => None,
    });
    started.unwrap_or_else(|| panic!("{effects:?}"))
}

/// The places that are read anew when the job ends that these effects begin.
fn listed_after(t: &mut Harness, effects: &[Effect]) -> Vec<String> {
    let started = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Start { job, .. }) => Some(*job),
        _ => None,
    });
    let job = started.unwrap_or_else(|| panic!("{effects:?}"));
    listed(&t.report(Report::Finished { job, end: JobEnd::Done }))
}

#[test]
fn a_place_that_is_new_is_seen_in_the_nearest_level_above_it() {
    let mut t = Harness::new();
    t.keys("n");
    t.text("x/y");
    let effects = t.keys("<enter>");
    assert_eq!(listed_after(&mut t, &effects), ["/home/me/data"]);
    let mut t = Harness::with_bucket("b", &["in/"]);
    t.keys("n");
    t.text("x/y");
    let effects = t.keys("<enter>");
    assert_eq!(listed_after(&mut t, &effects), ["s3://b/"]);
}

#[test]
fn a_prefix_goes_with_its_last_key_and_so_do_those_above_that_held_nothing_else() {
    let mut t = Harness::with_bucket("b", &["a", "p/"]);
    t.keys("g l");
    t.page("s3://b/p/", &["q/"]);
    t.keys("j l");
    t.page("s3://b/p/q/", &["only"]);
    t.keys("j d");
    let effects = t.keys("<tab> <enter>");
    assert_eq!(listed_after(&mut t, &effects), ["s3://b/p/q/"]);
    assert_eq!(listed(&t.page("s3://b/p/q/", &[])), ["s3://b/p/"]);
    assert_eq!(listed(&t.page("s3://b/p/", &[])), ["s3://b/"]);
    assert!(t.page("s3://b/", &["a"]).is_empty());
    assert_eq!(t.right(), [">a"]);
}

#[test]
fn the_inspector_is_read_anew_when_a_job_has_changed_what_it_shows() {
    let mut t = Harness::with_bucket("b", &["a"]);
    let job = start_copy(&mut t);
    t.keys("i");
    assert_eq!(inspected(&t.report(Report::Finished { job, end: JobEnd::Done })), None, "the copy went elsewhere");
    let work = Work::CreateBucket { name: "new".into(), region: "eu-west-1".into() };
    super::report::remember_touched(&mut t.state, &Request::Start { job: JobId(99), work });
    assert_eq!(inspected(&t.report(Report::Finished { job: JobId(99), end: JobEnd::Done })), None, "a bucket is new");
    let effects = [t.keys("d"), t.keys("<tab> <enter>")].concat();
    let started = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Start { job, .. }) => Some(*job),
        _ => None,
    });
    let effects = t.report(Report::Finished { job: started.unwrap(), end: JobEnd::SomeFailed });
    assert_eq!(inspected(&effects).as_deref(), Some("s3://b/a"));
    assert_eq!(inspected(&t.keys("R")).as_deref(), Some("s3://b/a"));
}

#[test]
fn a_pane_that_is_covered_keeps_its_window() {
    let names: Vec<String> = (0..100).map(|at| format!("f{at:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut t = Harness::with_bucket("b", &names);
    t.keys("<pgdn> <pgdn> k k k k k");
    let top = t.state.right.tree().top();
    assert_ne!(top, t.state.right.tree().cursor());
    t.keys("t t");
    assert_eq!(t.state.right.tree().top(), top);
    t.keys("<tab> i i <tab>");
    assert_eq!(t.state.right.tree().top(), top);
}

#[test]
fn the_inspector_takes_the_keys_when_the_screen_becomes_too_narrow_for_both() {
    let mut t = Harness::with_bucket("b", &["a", "b"]);
    t.keys("i");
    t.send(Event::Resize { width: 60, height: 20 });
    t.keys("j <space>");
    assert_eq!(t.right(), [">a", "b"]);
}

#[test]
fn loading_more_can_be_tried_again_when_it_was_stopped_or_failed() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.keys("<tab>");
    t.page_of("s3://b/", &["a"], true, Some("next"));
    t.keys("G <enter> <esc>");
    assert_eq!(t.right(), [">a", "More"]);
    t.keys("G <enter>");
    let error = Error::new(Kind::Network, "list", "b", "connection reset");
    t.report(Report::Failed { ticket: t.ticket("s3://b/"), error });
    assert!(t.state.notice.is_some());
    assert!(matches!(t.keys("G <enter>").as_slice(), [Effect::Submit(Request::List { from: Some(_), .. })]));
}

#[test]
fn a_refresh_that_is_stopped_before_its_first_page_leaves_everything_as_it_was() {
    let mut t = Harness::with_bucket("b", &["a"]);
    t.keys("R <esc>");
    assert_eq!(t.state.right.tree().root().load, Load::Done);
    t.keys("R R <esc>");
    assert_eq!(t.state.right.tree().root().load, Load::Done);
    t.keys("R");
    t.first_page("s3://b/", &["a"]);
    t.keys("<esc>");
    assert_eq!(t.state.right.tree().root().load, Load::Stopped);
}

#[test]
fn the_help_scrolls_no_further_than_its_ends() {
    let mut t = Harness::new();
    t.keys("? G");
    let last = t.state.help.unwrap().top;
    assert!(last > 0);
    t.keys("<pgdn> <pgdn>");
    t.mouse(MouseKind::WheelDown, 5, 5);
    assert_eq!(t.state.help.unwrap().top, last);
    t.keys("<up>");
    assert_eq!(t.state.help.unwrap().top, last - 1);
    t.keys("g");
    assert_eq!(t.state.help.unwrap().top, 0);
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
    assert_eq!(t.keys("<ctrl-c>"), [Effect::Quit(Leaving::Cancel)]);
}

#[test]
fn q_leaves_at_once_when_nothing_runs() {
    assert_eq!(Harness::new().keys("q"), [Effect::Quit(Leaving::Cancel)]);
    assert_eq!(Harness::new().send(Event::Terminate), [Effect::Quit(Leaving::Keep)]);
}

/// What the inspector asks for.
fn inspected(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Inspect { item, .. }) => Some(item.to_string()),
        _ => None,
    })
}

#[test]
fn the_inspector_follows_the_cursor() {
    let mut t = Harness::with_bucket("b", &["a", "b"]);
    assert_eq!(inspected(&t.keys("i")).as_deref(), Some("s3://b/a"));
    assert_eq!(inspected(&t.keys("j")).as_deref(), Some("s3://b/b"));
    t.keys("i");
    assert_eq!(inspected(&t.keys("k")), None);
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
                let attached = tree.listings().filter(|(id, _)| tree.is_attached(*id));
                let marked: usize = attached.map(|(_, level)| level.marks.len()).sum();
                prop_assert_eq!(tree.marked().count, marked as u64);
            }
        }
    }
}

#[test]
fn an_object_that_is_gone_to_by_its_key_is_shown_where_it_is() {
    let mut t = Harness::with_bucket("b", &["a.txt"]);
    t.keys(":");
    t.text("s3://b/logs/one.gz");
    assert_eq!(listed(&t.keys("<enter>")), ["s3://b/logs/one.gz/"]);
    // Nothing is below it, so it is no folder.
    assert_eq!(listed(&t.page("s3://b/logs/one.gz/", &[])), ["s3://b/logs/"]);
    t.page("s3://b/logs/", &["old/", "one.gz", "two.gz"]);
    assert_eq!(t.right(), ["old", ">one.gz", "two.gz"]);
    // A folder that is empty stays one, and so does what is named with its slash.
    t.keys(":");
    t.text("s3://b/logs/none/");
    t.keys("<enter>");
    assert_eq!(listed(&t.page("s3://b/logs/none/", &[])), [""; 0]);
}

#[test]
fn a_start_at_an_object_shows_it_where_it_is() {
    let mut t = Harness::unloaded("~/data", "s3://b/a.txt");
    assert_eq!(listed(&t.page("s3://b/a.txt/", &[])), ["s3://b/"]);
    t.page("s3://b/", &["0.txt", "a.txt"]);
    assert_eq!(t.right(), ["0.txt", ">a.txt"]);
}
