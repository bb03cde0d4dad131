//! Pictures of the settings screen.

use serde_json::{Value, json};

use super::*;
use crate::app::effect::Effect;
use crate::app::harness::Harness;
use crate::model::document::DocumentKind;
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request};
use crate::tui::view::{main, picture::picture};

fn document(kind: DocumentKind) -> Option<Value> {
    Some(match kind {
        DocumentKind::Policy => json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "PublicRead", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::photos/2026/\u{202e}*"
            }]
        }),
        DocumentKind::Versioning => json!({ "Status": "Enabled" }),
        DocumentKind::RequestPayment => json!({ "Payer": "BucketOwner" }),
        _ => return None,
    })
}

/// The answers to all that was asked for.
fn answer(t: &mut Harness, effects: &[Effect]) {
    for effect in effects {
        let Effect::Submit(Request::ReadDocument { ticket, kind, .. }) = effect else { continue };
        let (ticket, kind) = (*ticket, *kind);
        let failed =
            |kind| Report::Failed { ticket, error: Error::new(kind, "read", "s3://photos", "the server said no") };
        t.report(match kind {
            DocumentKind::Acl => failed(Kind::Denied),
            DocumentKind::Accelerate => failed(Kind::Unsupported),
            DocumentKind::Website => failed(Kind::Network),
            DocumentKind::Logging => continue,
            kind => Report::Document { ticket, kind, document: document(kind) },
        });
    }
}

fn opened() -> Harness {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]).connected();
    let effects = t.keys(",");
    answer(&mut t, &effects);
    t
}

fn screen(t: &Harness) -> String {
    picture(t.state.width, t.state.height, |frame| main::draw(frame, &t.state, &Theme::default()))
}

#[test]
fn the_list_and_the_document_under_the_cursor() {
    for (width, height) in [(120, 36), (80, 24), (40, 10)] {
        let t = opened().resized(width, height);
        insta::assert_snapshot!(format!("list_{width}x{height}"), screen(&t));
    }
}

#[test]
fn the_document_alone_where_there_is_no_room_for_two() {
    let mut t = opened().resized(40, 10);
    t.keys("<enter> j");
    insta::assert_snapshot!(screen(&t));
}

#[test]
fn a_text_with_what_is_wrong_at_its_line() {
    for (width, height) in [(120, 36), (80, 24), (40, 10)] {
        let mut t = opened().resized(width, height);
        t.keys("e <down> <down> <down> <down> <down> <end> <backspace>");
        t.text("x");
        insta::assert_snapshot!(format!("text_{width}x{height}"), screen(&t));
    }
}

#[test]
fn the_difference_is_shown_before_anything_is_written() {
    for (width, height) in [(120, 36), (80, 24), (40, 10)] {
        let mut t = opened();
        t.keys("n <enter> <F2>");
        t = t.resized(width, height);
        insta::assert_snapshot!(format!("difference_{width}x{height}"), screen(&t));
    }
}

#[test]
fn the_templates_of_a_document() {
    let mut t = opened().resized(80, 24);
    t.keys("n");
    insta::assert_snapshot!(screen(&t));
}

#[test]
fn no_size_is_too_small() {
    for width in 0..50 {
        for height in 0..16 {
            let mut t = opened().resized(width, height);
            screen(&t);
            t.keys("<enter> <end>");
            screen(&t);
            t.keys("e <end> <down> x <ctrl-f>");
            screen(&t);
        }
    }
}

/// The preview of rules of which one cannot be told, and one is switched off.
fn previewed(width: u16, height: u16) -> Harness {
    use crate::model::document::forecast::{self, Deed, Forecast, Standing, Subject};
    let rules = json!({ "Rules": [
        { "ID": "logs go cold", "Status": "Enabled", "Filter": { "Prefix": "logs/" },
          "Transitions": [{ "Days": 30, "StorageClass": "GLACIER" }], "Expiration": { "Days": 365 } },
        { "Status": "Enabled", "Filter": { "Tag": { "Key": "keep", "Value": "no" } }, "Expiration": { "Days": 1 } },
        { "ID": "off", "Status": "Disabled", "Filter": {}, "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 } },
    ] });
    let mut t = Harness::with_bucket("photos", &["a.jpg"]).connected().resized(width, height);
    t.keys(",");
    let settings = t.state.settings.as_mut().unwrap();
    settings.set(DocumentKind::Lifecycle, Some(rules.clone()));
    let at = settings.rows().iter().position(|row| row.kind == DocumentKind::Lifecycle).unwrap();
    settings.move_by(isize::try_from(at).unwrap());
    let effects = t.keys("p");
    let ticket = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::ForecastLifecycle { ticket, .. }) => Some(*ticket),
        _ => None,
    });
    let mut forecast = Forecast::of(&forecast::rules(&rules));
    let subject = |key: &str| Subject {
        key: key.to_owned(),
        size: 3 << 30,
        class: None,
        written: "2026-01-02T03:04:05Z".parse().unwrap(),
        standing: Standing::Current,
    };
    for key in ["logs/a\u{202e}.gz", "logs/b.gz", "logs/c.gz", "logs/d.gz"] {
        forecast.add(0, Some(Deed::Move("GLACIER")), &subject(key));
    }
    forecast.add(0, Some(Deed::Expire), &subject("logs/old.gz"));
    forecast.add(1, None, &subject("report.csv"));
    forecast.seen = 12_345;
    forecast.unknown = vec!["whether the bucket keeps versions may not be read".to_owned()];
    t.report(Report::Forecast { ticket: ticket.unwrap(), forecast: Box::new(forecast) });
    t
}

#[test]
fn what_lifecycle_rules_would_touch() {
    for (width, height) in [(120, 36), (80, 24), (40, 10)] {
        insta::assert_snapshot!(format!("preview_{width}x{height}"), screen(&previewed(width, height)));
    }
    let mut t = previewed(40, 10);
    t.keys("<pgdn>");
    insta::assert_snapshot!("preview_further_40x10", screen(&t));
}

#[test]
fn no_size_is_too_small_for_a_preview() {
    for width in (0..125).step_by(5) {
        for height in 0..14 {
            screen(&previewed(width, height));
        }
    }
}
