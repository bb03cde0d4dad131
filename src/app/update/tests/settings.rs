//! The settings of a bucket: reading, changing, putting back.

use serde_json::{Value, json};

use super::*;
use crate::app::inspector::Load;
use crate::app::settings::Settings;
use crate::model::document::{DocumentKind, DocumentWrite, Written};

fn cors(origin: &str) -> Value {
    json!({ "CORSRules": [{ "AllowedOrigins": [origin], "AllowedMethods": ["GET"] }] })
}

/// The screen of the bucket `photos` with its answers; the cursor is on CORS, which is what is given.
fn opened(document: Option<&Value>) -> Harness {
    let mut t = Harness::with_bucket("photos", &["2026/", "a.jpg"]);
    let effects = t.keys(",");
    for effect in &effects {
        let Effect::Submit(Request::ReadDocument { ticket, kind, bucket }) = effect else { panic!("{effect:?}") };
        assert_eq!(bucket.as_str(), "photos");
        let document = document.filter(|_| *kind == DocumentKind::Cors).cloned();
        t.report(Report::Document { ticket: *ticket, kind: *kind, document });
    }
    t.keys("j j j j");
    assert_eq!(settings(&t).selected().unwrap().kind, DocumentKind::Cors);
    t
}

fn settings(t: &Harness) -> &Settings {
    t.state.settings.as_ref().unwrap()
}

fn written(effects: &[Effect]) -> (Ticket, DocumentWrite) {
    match effects {
        [Effect::Submit(Request::WriteDocument { ticket, change, .. })] => (*ticket, (**change).clone()),
        effects => panic!("{effects:?}"),
    }
}

/// Adds a template to what stands, and agrees to write it once.
fn changed(t: &mut Harness) -> Vec<Effect> {
    t.keys("e <ctrl-end> <up> <up> <up> <end> <backspace>");
    t.text("], \"MaxAgeSeconds\": 5");
    t.keys("<F2> <right> <enter>")
}

fn done(t: &mut Harness, ticket: Ticket, stored: Option<Value>, is_whole: bool) {
    let written = Written { stored, is_whole, kept: "/x".into() };
    t.report(Report::DocumentWritten { ticket, kind: DocumentKind::Cors, written });
}

#[test]
fn the_settings_open_for_the_bucket_under_the_cursor_or_around_it() {
    let mut t = Harness::with_bucket("photos", &["2026/", "a.jpg"]);
    t.keys(",");
    assert_eq!((settings(&t).bucket().as_str(), settings(&t).prefix()), ("photos", "2026/"));
    t.keys("<esc> j ,");
    assert_eq!(settings(&t).prefix(), "");
    t.keys(", ~");
    t.page("s3://", &["acme-logs", "photos"]);
    t.keys(",");
    assert_eq!(t.state.screen, Screen::Settings);
    t.keys(", <tab>");
    assert!(t.keys(",").is_empty() && t.state.screen == Screen::Browse && t.state.notice.is_some());
}

#[test]
fn a_document_is_read_when_its_row_comes_into_view_and_dropped_when_one_leaves() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]).resized(40, 10);
    let first = t.keys(",");
    assert!(first.len() < 10, "{first:?}");
    let effects = t.keys("G");
    assert!(!effects.is_empty() && effects.len() < 10, "{effects:?}");
    let dropped = t.keys("<esc>");
    assert_eq!(dropped.len(), first.len() + effects.len());
    assert!(dropped.iter().all(|effect| matches!(effect, Effect::Submit(Request::Drop(_)))));
}

#[test]
fn each_document_fails_alone_and_cannot_be_changed_unread() {
    let mut t = opened(None);
    let effects = t.keys("R");
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::ReadDocument { ticket, kind: DocumentKind::Cors, .. }) => Some(*ticket),
        _ => None,
    });
    let error = Error { permission: Some("s3:GetBucketCORS"), ..Error::new(Kind::Denied, "read", "b", "no") };
    t.report(Report::Failed { ticket: asked.unwrap(), error });
    assert_eq!(settings(&t).selected().unwrap().word(), "denied: s3:GetBucketCORS");
    for key in ["e", "E", "n", "u", "d"] {
        assert!(t.keys(key).is_empty() && t.state.dialog.is_none() && settings(&t).editor.is_none(), "{key}");
        assert!(t.state.notice.is_some());
    }
}

#[test]
fn what_was_typed_is_written_after_its_difference_was_agreed_to() {
    let standing = cors("https://a.example");
    let mut t = opened(Some(&standing));
    let (ticket, change) = written(&changed(&mut t));
    assert_eq!(change.seen.as_ref(), Some(&standing));
    let new = change.new.unwrap();
    assert_eq!(new["CORSRules"][0]["MaxAgeSeconds"], 5);
    assert!(t.keys("x").is_empty(), "it is being written");
    done(&mut t, ticket, Some(new.clone()), true);
    assert!(settings(&t).editor.is_none());
    assert_eq!(settings(&t).standing(DocumentKind::Cors), Some(&Some(new)));
}

#[test]
fn the_focused_button_writes_nothing() {
    let mut t = opened(Some(&cors("https://a.example")));
    t.keys("n <enter>");
    assert!(
        settings(&t).editor.as_ref().is_some_and(|editor| !editor.faults().is_empty()),
        "<SITE> is to be filled in"
    );
    assert!(t.keys("<F2>").is_empty() && t.state.dialog.is_none() && t.state.notice.is_some());
    t.keys("<delete>");
    assert!(t.keys("<esc>").is_empty() && matches!(t.state.dialog, Some(Dialog::Unsaved(_))));
    assert!(t.keys("<enter>").is_empty() && settings(&t).editor.is_some(), "it stays");
    t.keys("<esc> <right> <enter>");
    assert!(settings(&t).editor.is_none());
    let mut t = opened(Some(&cors("https://a.example")));
    t.keys("e <ctrl-end> <up> <up> <up> <end> <backspace>");
    t.text("], \"MaxAgeSeconds\": 5");
    assert!(t.keys("<F2> <enter>").is_empty() && t.state.dialog.is_none() && settings(&t).editor.is_some());
}

#[test]
fn a_document_that_changed_meanwhile_is_read_again_and_the_text_stays() {
    let mut t = opened(Some(&cors("https://a.example")));
    let (ticket, change) = written(&changed(&mut t));
    t.report(Report::Failed { ticket, error: Error::new(Kind::Conflict, "write", "b", "it has changed") });
    let effects = t.keys("<enter>");
    let [Effect::Submit(Request::ReadDocument { ticket, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    let other = cors("https://b.example");
    t.report(Report::Document { ticket: *ticket, kind: DocumentKind::Cors, document: Some(other.clone()) });
    let (_, again) = written(&t.keys("<F2> <right> <enter>"));
    assert_eq!((again.seen, again.new), (Some(other), change.new));
}

#[test]
fn what_the_server_made_of_it_is_told_and_the_text_stays() {
    let mut t = opened(Some(&cors("https://a.example")));
    let (ticket, _) = written(&changed(&mut t));
    done(&mut t, ticket, Some(cors("https://a.example")), false);
    assert!(settings(&t).editor.is_some() && t.state.notice.is_some());
    let mut t = opened(Some(&cors("https://a.example")));
    let (ticket, _) = written(&changed(&mut t));
    t.report(Report::Failed { ticket, error: Error::new(Kind::Denied, "write", "b", "no") });
    assert!(matches!(t.state.dialog, Some(Dialog::Failure(_))) && settings(&t).editor.is_some());
}

#[test]
fn what_was_kept_is_put_back_through_the_same_question() {
    let standing = cors("https://a.example");
    let mut t = opened(Some(&standing));
    for (kept, keys) in [(Some(cors("https://b.example")), "<right> <enter>"), (None, "p h o t o s <enter> <enter>")] {
        let effects = t.keys("u");
        let [Effect::Submit(Request::ReadKeptDocument { ticket, .. })] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        t.report(Report::Document { ticket: *ticket, kind: DocumentKind::Cors, document: kept.clone() });
        let (ticket, change) = written(&t.keys(keys));
        assert_eq!((change.seen, change.new), (Some(standing.clone()), kept));
        done(&mut t, ticket, Some(standing.clone()), true);
    }
}

#[test]
fn a_document_is_taken_away_after_the_bucket_was_named() {
    let mut t = opened(Some(&cors("*")));
    assert!(t.keys("d <enter>").is_empty() && t.keys("<tab> <tab> <enter>").is_empty());
    let (_, change) = written(&t.keys("p h o t o s <enter> <enter>"));
    assert!(change.new.is_none() && change.seen.is_some());
    let mut t = opened(None);
    t.keys("d");
    assert!(t.state.dialog.is_none() && t.state.notice.is_some(), "there is none");
}

#[test]
fn what_opens_the_bucket_is_asked_twice() {
    let mut t = opened(None);
    t.keys("g n <enter> <F2> <right> <enter>");
    assert!(matches!(t.state.dialog, Some(Dialog::Difference(_))), "a second question");
    assert!(t.keys("<enter>").is_empty() && t.state.dialog.is_none(), "the safe button has the focus again");
    let (_, change) = written(&t.keys("<F2> <right> <enter> <right> <enter>"));
    assert_eq!(change.new.unwrap()["Statement"][0]["Resource"], "arn:aws:s3:::photos/2026/*");
}

#[test]
fn what_comes_of_a_write_is_told_even_if_one_has_looked_elsewhere() {
    let mut t = opened(Some(&cors("*")));
    t.keys("d p h o t o s <enter>");
    let (ticket, _) = written(&t.keys("<enter>"));
    t.keys("<esc> j ,");
    assert_eq!(t.state.screen, Screen::Settings);
    done(&mut t, ticket, None, true);
    assert!(t.state.notice.as_ref().is_some_and(|notice| notice.text.contains("CORS: deleted")));
    assert_eq!(settings(&t).standing(DocumentKind::Cors), Some(&None));
}

#[test]
fn where_writing_is_switched_off_nothing_is_changed() {
    let mut t = opened(Some(&cors("*")));
    t.keys("W");
    for key in ["e", "E", "n", "u", "d"] {
        assert!(t.keys(key).is_empty() && t.state.dialog.is_none() && settings(&t).editor.is_none(), "{key}");
    }
}

#[test]
fn the_persons_editor_gets_the_text_and_what_comes_back_is_judged() {
    let mut t = opened(Some(&cors("https://a.example")));
    let effects = t.keys("E");
    let [Effect::Submit(Request::Draft { ticket, name, text })] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(name == "cors.json" && text.contains("https://a.example"));
    assert_eq!(
        t.report(Report::Drafted { ticket: *ticket, path: "/tmp/x/cors.json".into() }),
        [Effect::Edit("/tmp/x/cors.json".into())]
    );
    let edited = |is_changed| Event::Edited { path: "/tmp/x/cors.json".into(), is_changed, problem: None };
    let effects = t.send(edited(true));
    let [Effect::Submit(Request::ReadDraft { ticket, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    let text = text.replace("https://a.example", "https://b.example");
    let effects = t.report(Report::Draft { ticket: *ticket, text });
    assert_eq!(effects, [Effect::Discard("/tmp/x/cors.json".into())], "not before its text is here");
    let (_, change) = written(&t.keys("<right> <enter>"));
    assert_eq!(change.new, Some(cors("https://b.example")));
    let mut t = opened(None);
    let effects = t.keys("E");
    let [Effect::Submit(Request::Draft { ticket, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    t.report(Report::Drafted { ticket: *ticket, path: "/tmp/x/cors.json".into() });
    assert_eq!(t.send(edited(false)), [Effect::Discard("/tmp/x/cors.json".into())]);
    t.keys("E");
    t.keys(",");
    let ticket = Ticket(u64::MAX);
    assert_eq!(t.report(Report::Drafted { ticket, path: "/tmp/y".into() }), [Effect::Discard("/tmp/y".into())]);
}

#[test]
fn pasted_text_goes_into_the_text_and_dialogs_that_come_up_wait_for_its_end() {
    let mut t = opened(Some(&cors("*")));
    t.keys("e");
    t.send(Event::Paste("q\u{1b}d".to_owned()));
    assert!(settings(&t).editor.as_ref().unwrap().text().starts_with("q\\u001bd{"));
    t.report(Report::Unfinished(vec![crate::app::harness::left(1, true)]));
    assert!(t.state.dialog.is_none());
    t.keys("<esc> <right> <enter>");
    assert!(matches!(t.state.dialog, Some(Dialog::Offer(_))));
}

#[test]
fn a_click_selects_and_a_second_one_reads() {
    let mut t = opened(Some(&cors("*")));
    let places = crate::app::settings::places(layout(&t.state).full(Screen::Settings).unwrap(), settings(&t).focus());
    t.mouse(MouseKind::Down { is_double: false }, places.rows.x, places.rows.y + 5);
    assert_eq!(settings(&t).selected().unwrap().kind, DocumentKind::Lifecycle);
    t.mouse(MouseKind::Down { is_double: true }, places.rows.x, places.rows.y + 4);
    assert!(settings(&t).is_reading && settings(&t).selected().unwrap().kind == DocumentKind::Cors);
    t.mouse(MouseKind::WheelDown, places.rows.x, places.rows.y);
    assert_eq!(settings(&t).selected().unwrap().kind, DocumentKind::Versioning);
    assert!(matches!(settings(&t).selected().unwrap().document, Load::Ready(None)));
}

/// The screen of `photos`, left for a list of buckets while the text of its CORS is on its way back from the editor.
fn left_with_a_text() -> (Harness, Ticket) {
    let mut t = opened(Some(&cors("https://a.example")));
    let effects = t.keys("E");
    let [Effect::Submit(Request::Draft { ticket, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    t.report(Report::Drafted { ticket: *ticket, path: "/tmp/x/cors.json".into() });
    let effects = t.send(Event::Edited { path: "/tmp/x/cors.json".into(), is_changed: true, problem: None });
    let [Effect::Submit(Request::ReadDraft { ticket, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    let ticket = *ticket;
    t.keys("<esc> ~");
    t.page("s3://", &["acme-logs", "photos"]);
    t.keys("g");
    (t, ticket)
}

#[test]
fn a_text_that_is_on_its_way_back_is_not_lost_to_the_settings_of_another_bucket() {
    let text = cors("https://b.example").to_string();
    let (mut t, ticket) = left_with_a_text();
    t.keys(",");
    assert_eq!(settings(&t).bucket().as_str(), "photos", "its text comes first");
    assert!(t.state.notice.as_ref().is_some_and(|notice| notice.text.contains("photos")));
    t.report(Report::Draft { ticket, text: text.clone() });
    let (_, change) = written(&t.keys("<right> <enter>"));
    assert_eq!(change.new, Some(cors("https://b.example")));
    let (mut t, ticket) = left_with_a_text();
    t.keys("n");
    assert!(matches!(t.state.dialog, Some(Dialog::NewBucket(_))));
    t.report(Report::Draft { ticket, text });
    assert!(matches!(t.state.dialog, Some(Dialog::NewBucket(_))), "what has come in between stays");
    t.keys("<esc> ,");
    let editor = settings(&t).editor.as_ref().unwrap();
    assert!(settings(&t).bucket().as_str() == "photos" && editor.text().contains("https://b.example"));
    t.keys("<esc> <right> <enter> , ,");
    assert_eq!(settings(&t).bucket().as_str(), "acme-logs", "after that all is as ever");
}

#[test]
fn a_change_is_judged_against_what_it_is_written_over() {
    let everyone = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"
    }] });
    let mut t = opened(None);
    t.keys("g e");
    let policy = DocumentKind::Policy;
    let text = everyone.to_string();
    let editor = t.state.settings.as_mut().unwrap();
    editor.editor.as_mut().unwrap().replace(&text);
    // Another one has written it meanwhile, and the row has it: the text is still meant for a bucket without a policy.
    editor.set(policy, Some(everyone.clone()));
    t.keys("<F2>");
    let Some(Dialog::Difference(_)) = &t.state.dialog else { panic!("{:?}", t.state.dialog) };
    assert!(t.keys("<right> <enter>").is_empty(), "it opens the bucket, and is asked twice");
}
