//! Objects that are edited: fetched, handed to an editor, and written back.

use super::*;

#[test]
fn an_object_that_arrives_after_writing_was_switched_off_is_not_kept() {
    let mut t = Harness::with_bucket("b", &["a"]);
    let effects = t.keys("e");
    let [Effect::Submit(Request::Fetch { ticket, object })] = effects.as_slice() else { panic!("{effects:?}") };
    t.keys("W");
    let (path, etag) = ("/tmp/x/a".into(), "\"1\"".into());
    let effects = t.report(Report::Fetched { ticket: *ticket, path, object: object.clone(), etag });
    assert_eq!(effects, [Effect::Discard("/tmp/x/a".into())]);
    assert!(t.state.editing.is_none());
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
