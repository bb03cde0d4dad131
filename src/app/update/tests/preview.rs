//! What lifecycle rules would touch, on the settings screen.

use serde_json::{Value, json};

use super::*;
use crate::app::settings::{Focus, Settings};
use crate::model::document::DocumentKind;
use crate::model::document::forecast::{self, Forecast};

fn rules(days: u64) -> Value {
    json!({ "Rules": [{ "ID": "old", "Status": "Enabled", "Filter": {}, "Expiration": { "Days": days } }] })
}

/// The settings of the bucket `photos` with the cursor on the lifecycle rules.
fn opened(document: Option<&Value>) -> Harness {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]);
    for effect in t.keys(",") {
        let Effect::Submit(Request::ReadDocument { ticket, kind, .. }) = effect else { continue };
        let document = document.filter(|_| kind == DocumentKind::Lifecycle).cloned();
        t.report(Report::Document { ticket, kind, document });
    }
    for _ in 0..DocumentKind::ALL.len() {
        if settings(&t).selected().unwrap().kind != DocumentKind::Lifecycle {
            t.keys("j");
        }
    }
    assert_eq!(settings(&t).selected().unwrap().kind, DocumentKind::Lifecycle);
    t
}

fn settings(t: &Harness) -> &Settings {
    t.state.settings.as_ref().unwrap()
}

fn asked(effects: &[Effect]) -> (Ticket, Value) {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::ForecastLifecycle { ticket, document, .. }) => Some((*ticket, (**document).clone())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{effects:?}"))
}

fn said(t: &Harness) -> String {
    let lines = settings(t).preview.as_ref().unwrap().lines(80);
    let text = |line: Vec<(_, String)>| line.into_iter().map(|(_, text)| text).collect::<String>();
    lines.into_iter().map(text).collect::<Vec<_>>().join("\n")
}

/// What the bucket says of a document after so much was looked at.
fn grown(ticket: Ticket, document: &Value, seen: u64, is_complete: bool) -> Report {
    let forecast = Forecast::of(&forecast::rules(document));
    Report::Forecast { ticket, forecast: Box::new(Forecast { seen, is_complete, ..forecast }) }
}

#[test]
fn the_rules_that_are_set_are_looked_at_and_esc_stops_then_closes() {
    let mut t = opened(Some(&rules(30)));
    let (ticket, document) = asked(&t.keys("p"));
    assert_eq!(document, rules(30));
    assert!(said(&t).contains("looking …; Esc stops"), "{}", said(&t));
    t.report(grown(ticket, &document, 1000, false));
    assert!(said(&t).contains("1,000 looked at so far; Esc stops"), "{}", said(&t));
    assert_eq!(t.keys("<esc>"), [Effect::Submit(Request::Drop(ticket))]);
    assert!(said(&t).contains("there may be more") && said(&t).contains("old: "), "{}", said(&t));
    t.report(grown(ticket, &document, 9000, true));
    assert!(!said(&t).contains("9,000"), "nobody waits for it any more");
    let (again, _) = asked(&t.keys("R"));
    t.report(grown(again, &document, 9000, true));
    assert!(said(&t).contains("all 9,000 were looked at"), "{}", said(&t));
    assert!(t.keys("<esc>").is_empty() && settings(&t).preview.is_none());
    assert_eq!(t.state.screen, Screen::Settings);
}

#[test]
fn a_text_is_looked_at_before_it_is_written_and_stays_as_it_is() {
    let mut t = opened(Some(&rules(30)));
    t.keys("e");
    let faulty = settings(&t).editor.as_ref().unwrap().text();
    t.keys("<ctrl-end> <end> <backspace>");
    assert!(
        t.keys("<F3>").is_empty() && settings(&t).preview.is_none() && t.state.notice.is_some(),
        "it is no document"
    );
    t.text("}");
    assert_eq!(settings(&t).editor.as_ref().unwrap().text(), faulty);
    let text = faulty.replace("30", "7");
    t.keys("<ctrl-home>");
    if let Some(editor) = &mut t.state.settings.as_mut().unwrap().editor {
        editor.replace(&text);
    }
    let (ticket, document) = asked(&t.keys("<F3>"));
    assert_eq!((document, settings(&t).focus()), (rules(7), Focus::Preview));
    assert!(said(&t).contains("the rules of the text, which is not written"), "{}", said(&t));
    t.text("xj,");
    t.send(Event::Paste("{".to_owned()));
    assert_eq!(settings(&t).editor.as_ref().unwrap().text(), text, "keys do not go into the text behind it");
    assert_eq!(t.keys("<esc>"), [Effect::Submit(Request::Drop(ticket))]);
    t.keys("<esc>");
    assert_eq!((settings(&t).focus(), settings(&t).editor.as_ref().unwrap().text()), (Focus::Text, text.clone()));
    for on_the_way in ["<F3> q", "<F3> t q"] {
        let effects = t.keys(on_the_way);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Quit(_))), "{on_the_way}: {effects:?}");
        assert!(matches!(t.state.dialog, Some(Dialog::Unsaved(_))) && t.state.screen == Screen::Settings);
        t.keys("<esc>");
        assert_eq!((settings(&t).focus(), settings(&t).editor.as_ref().unwrap().text()), (Focus::Text, text.clone()));
    }
}

#[test]
fn other_documents_have_no_preview_and_no_rules_are_said_to_be_none() {
    let mut t = opened(None);
    assert!(t.keys("p").is_empty() && settings(&t).preview.is_none());
    assert!(t.state.notice.as_ref().unwrap().text.contains("is not set"));
    t.keys("g");
    assert!(t.keys("p").is_empty() && settings(&t).preview.is_none() && t.state.notice.is_some());
}

#[test]
fn nobody_waits_for_a_preview_that_is_left() {
    let mut t = opened(Some(&rules(30)));
    let (ticket, _) = asked(&t.keys("p"));
    let effects = t.keys(",");
    assert!(effects.contains(&Effect::Submit(Request::Drop(ticket))) && t.state.screen == Screen::Browse);
    let mut t = opened(Some(&rules(30)));
    let (ticket, _) = asked(&t.keys("p"));
    assert!(t.keys("t").is_empty(), "the transfers screen may be looked at meanwhile");
    assert!(t.keys("t").contains(&Effect::Submit(Request::Drop(ticket))), "from the panes nobody comes back to it");
}

#[test]
fn a_look_that_fails_says_why() {
    let mut t = opened(Some(&rules(30)));
    let (ticket, _) = asked(&t.keys("p"));
    let error = Error::new(Kind::Denied, "list", "s3://photos", "access denied");
    t.report(Report::Failed { ticket, error });
    assert!(said(&t).contains("cannot list s3://photos: access denied"), "{}", said(&t));
}
