//! Pictures of the history screen.

use super::*;
use crate::app::harness::Harness;
use crate::model::history::tests::row;
use crate::model::job::{Report, Request, Ticket};
use crate::tui::view::{main, picture::picture};

fn opened() -> Harness {
    let mut t = Harness::new().connected();
    let effects = t.keys("H");
    let Some(crate::app::effect::Effect::Submit(Request::History { ticket, .. })) = effects.first() else { panic!() };
    answer(&mut t, *ticket);
    t
}

fn answer(t: &mut Harness, ticket: Ticket) {
    let mut hostile = row(3, "s3://photos/2026/\u{1b}[2J\u{202e}gpj.exe");
    hostile.caller = Some("arn:aws:sts::123456789012:assumed-role/ops/me".to_owned());
    hostile.profile = Some("prod-admin".to_owned());
    let mut failed = row(2, "/home/me/data/deep/in/the/tree/of/folders/with/a/long/name/access-01.gz");
    failed.source = "s3://acme-logs/2026/access-01.gz".to_owned();
    failed.outcome = "failed".to_owned();
    failed.detail = Some("cannot read s3://acme-logs/2026/access-01.gz: access denied".to_owned());
    let rows = vec![hostile, failed, row(1, "s3://photos/2026/q3.parquet")];
    t.report(Report::History { ticket, rows, is_last: true });
}

fn screen(t: Harness, width: u16, height: u16) -> String {
    let t = t.resized(width, height);
    picture(width, height, |frame| main::draw(frame, &t.state, &Theme::default()))
}

#[test]
fn what_was_transferred_and_the_selected_row_in_full() {
    for (width, height) in [(80, 24), (120, 36), (40, 10)] {
        insta::assert_snapshot!(format!("{width}x{height}"), screen(opened(), width, height));
    }
}

#[test]
fn a_filter_is_typed_in_the_last_line_and_nothing_found_is_said() {
    let mut t = opened();
    t.keys("/");
    let effects = t.text("none");
    let Some(crate::app::effect::Effect::Submit(Request::History { ticket, .. })) = effects.last() else { panic!() };
    t.report(Report::History { ticket: *ticket, rows: vec![], is_last: true });
    let shown = screen(t, 80, 24);
    assert!(shown.contains("/ none") && shown.contains("nothing matches"), "{shown}");
}

#[test]
fn no_size_is_too_small() {
    for width in 0..50 {
        for height in 0..20 {
            screen(opened(), width, height);
        }
    }
}
