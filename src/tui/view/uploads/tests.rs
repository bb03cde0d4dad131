//! Pictures of the screen of unfinished uploads.

use std::time::Duration;

use super::*;
use crate::app::effect::Effect;
use crate::app::harness::{Harness, now};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request};
use crate::model::location::ObjectRef;
use crate::model::upload::{Sent, UploadRef};
use crate::tui::view::{main, picture::picture};

fn pending(key: &str, hours: i64, holder: Option<Holder>) -> PendingUpload {
    PendingUpload {
        upload: UploadRef { object: ObjectRef::new("photos", key), id: format!("id\u{1b}{}", key.len()) },
        began: Some(now() - jiff::SignedDuration::from_hours(hours)),
        age: Some(Duration::from_hours(hours.unsigned_abs())),
        sent: None,
        class: Some(if hours > 100 { StorageClass::DeepArchive } else { StorageClass::Standard }),
        initiator: Some("arn:aws:iam::123456789012:user/ops".to_owned()),
        holder,
    }
}

fn opened() -> Harness {
    let mut t = Harness::with_bucket("photos", &["2026/"]).connected();
    let effects = t.keys("U");
    let Some(Effect::Submit(Request::Uploads { ticket, .. })) = effects.first() else { panic!("{effects:?}") };
    let uploads = vec![
        pending("2026/backup-of-the-whole-archive/part-0001.tar.zst", 24 * 40, None),
        pending("2026/\u{202e}gpj.exe", 50, Some(Holder::Left)),
        pending("2026/q3.parquet", 1, Some(Holder::Running)),
        pending("2026/film.mov", 300, None),
    ];
    let mut open = t.report(Report::Uploads { ticket: *ticket, uploads, is_last: true });
    while let Some(effect) = open.pop() {
        let Effect::Submit(Request::UploadParts { ticket, upload }) = effect else { continue };
        let sent = Some(Sent { parts: 213, bytes: 1_786_706_330 });
        open.extend(t.report(if upload.object.key.as_str().ends_with("mov") {
            let target = upload.object.to_string();
            Report::Failed { ticket, error: Error::new(Kind::Denied, "list the parts of", target, "access denied") }
        } else {
            Report::UploadParts { ticket, sent }
        }));
    }
    t.keys("<space>");
    t
}

fn screen(t: &Harness) -> String {
    picture(t.state.width, t.state.height, |frame| main::draw(frame, &t.state, &Theme::default()))
}

#[test]
fn the_list_with_what_is_known_of_each() {
    for (width, height) in [(120, 36), (80, 24), (40, 10)] {
        let t = opened().resized(width, height);
        insta::assert_snapshot!(format!("list_{width}x{height}"), screen(&t));
    }
}

#[test]
fn the_questions_in_front_of_it() {
    for (width, height) in [(120, 36), (80, 24), (40, 10)] {
        let mut t = opened().resized(width, height);
        t.keys("o");
        insta::assert_snapshot!(format!("older_{width}x{height}"), screen(&t));
        t.keys("<enter>");
        insta::assert_snapshot!(format!("abort_{width}x{height}"), screen(&t));
        t.keys("<esc> <esc> j d");
        insta::assert_snapshot!(format!("abort_left_{width}x{height}"), screen(&t));
    }
}

#[test]
fn an_empty_list_and_one_that_is_denied_say_so() {
    let empty = |answer: &dyn Fn(crate::model::job::Ticket) -> Report| {
        let mut t = Harness::with_bucket("photos", &["2026/"]);
        let effects = t.keys("U");
        let Some(Effect::Submit(Request::Uploads { ticket, .. })) = effects.first() else { panic!("{effects:?}") };
        t.report(answer(*ticket));
        screen(&t)
    };
    let nothing = empty(&|ticket| Report::Uploads { ticket, uploads: vec![], is_last: true });
    assert!(nothing.contains("nothing was begun that is not finished"), "{nothing}");
    let error = || Error::new(Kind::Denied, "list the unfinished uploads of", "s3://photos/2026/", "access denied");
    let denied = empty(&|ticket| Report::Failed { ticket, error: error() });
    assert!(denied.contains("cannot list the unfinished uploads of s3://photos/2026/: access denied"), "{denied}");
}

#[test]
fn no_size_is_too_small() {
    for width in (0..125).step_by(3) {
        for height in 0..20 {
            let mut t = opened().resized(width, height);
            screen(&t);
            t.keys("/ a");
            screen(&t);
        }
    }
}
