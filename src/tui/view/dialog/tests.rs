//! Pictures of every dialog at 80x24 and 40x10.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use super::*;
use crate::app::dialog::attributes::Attributes;
use crate::app::dialog::{
    Ids, Step, ask_quit, delete, failure, limit, new_bucket, new_folder, offer, overwrite, pattern, rename, transfer,
    yank,
};
use crate::app::harness::left;
use crate::app::keymap::{Code, Key};
use crate::app::queue::Queue;
use crate::model::change::{Difference, Foreseen, Header};
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, ItemResult, JobEnd, JobId, Report, Ticket};
use crate::model::limit::ByteRate;
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Profile;
use crate::model::plan::{Conflict, Deletion, PlanSummary, Side};
use crate::tui::view::picture::picture;

mod publish;

fn draw_at(width: u16, height: u16, dialog: &Dialog, theme: &Theme) -> String {
    picture(width, height, |frame| draw(frame, frame.area(), dialog, theme))
}

fn snapshots(name: &str, dialog: &Dialog) {
    let theme = Theme::default();
    insta::assert_snapshot!(format!("{name}_80x24"), draw_at(80, 24, dialog, &theme));
    insta::assert_snapshot!(format!("{name}_40x10"), draw_at(40, 10, dialog, &theme));
}

fn object(key: &str) -> Item {
    Item::Object(ObjectRef::new("acme-logs", key))
}

fn prefix(prefix: &str) -> Item {
    Item::Prefix { bucket: "acme-logs".into(), prefix: prefix.into() }
}

fn counted(dialog: &mut Dialog, summary: PlanSummary) {
    assert!(matches!(dialog.on_report(&Report::Counted { ticket: Ticket(1), summary }), Some(Step::Stay(_))));
}

fn copy() -> Dialog {
    let items = vec![object("2026/11/access-01.gz"), object("2026/11/two\nlines"), prefix("2026/10/")];
    let to = Location::Local("/home/me/data/reports".into());
    let opening = transfer::Opening { items, to, is_move: false, base: PathBuf::from("/"), home: None };
    let mut dialog = Dialog::Transfer(Box::new(transfer::Transfer::new(opening, &mut Ids::default()).0));
    let notes = vec!["3 keys cannot be a local path and will be refused by name".to_owned()];
    let summary = PlanSummary { items: 1204, folders: 3, bytes: 13_314_398_617, notes, ..PlanSummary::default() };
    counted(&mut dialog, summary);
    dialog
}

#[test]
fn limiting_the_speed() {
    let what = "Copy big.bin".to_owned();
    snapshots("limit", &Dialog::Limit(Box::new(limit::Limit::ask(None, what, ByteRate::new(10 << 20)))));
}

#[test]
fn copying_to_a_folder() {
    snapshots("copy", &copy());
}

#[test]
fn moving_one_file_to_a_bucket() {
    let opening = transfer::Opening {
        items: vec![Item::File("/home/me/data/reports/q4.parquet".into())],
        to: Location::S3 { bucket: "acme-logs".into(), prefix: "2026/11/".into() },
        is_move: true,
        base: PathBuf::from("/"),
        home: None,
    };
    let mut dialog = Dialog::Transfer(Box::new(transfer::Transfer::new(opening, &mut Ids::default()).0));
    let summary = PlanSummary { items: 1, bytes: 1_503_238_553, is_complete: true, ..PlanSummary::default() };
    counted(&mut dialog, summary);
    snapshots("move", &dialog);
}

#[test]
fn a_field_with_the_focus_shows_the_cursor_and_what_is_wrong() {
    let mut dialog = copy();
    for key in [Key::plain(Code::Tab), Key::plain(Code::Tab), Key::ctrl('u'), Key::char('s'), Key::char(':')] {
        let _ = dialog.on_key(key, Rect::new(0, 0, 40, 10), &mut Ids::default());
    }
    for c in "//".chars() {
        let _ = dialog.on_key(Key::char(c), Rect::new(0, 0, 40, 10), &mut Ids::default());
    }
    snapshots("copy_problem", &dialog);
}

#[test]
fn a_target_that_exists() {
    let side = |size, second: i64, etag: Option<&str>| Side {
        size: Some(size),
        modified: Some(Timestamp::from_second(second).unwrap()),
        etag: etag.map(str::to_owned),
    };
    let conflict = Conflict {
        target: "s3://acme-logs/2026/11/q4.parquet".into(),
        source_side: side(1_503_238_553, 1_795_000_000, None),
        target_side: side(1_288_490_188, 1_794_000_000, Some("\"9b2cf535f27731c974343645a3985328-8\"")),
    };
    let dialog = overwrite::Overwrite::new(JobId(1), 1, conflict, TimeZone::UTC);
    snapshots("overwrite", &Dialog::Overwrite(Box::new(dialog)));
}

#[test]
fn deleting_objects_and_prefixes() {
    let delete = |items| Dialog::Delete(Box::new(delete::Delete::new(items, &mut Ids::default()).0));
    let mut dialog = delete(vec![object("2026/11/a.gz"), object("2026/11/b.gz")]);
    let summary = PlanSummary {
        items: 2,
        bytes: 2_000_000,
        is_complete: true,
        deletion: Deletion::AddsMarker,
        ..PlanSummary::default()
    };
    counted(&mut dialog, summary.clone());
    snapshots("delete_objects", &dialog);
    let mut dialog = delete(vec![prefix("2026/")]);
    counted(&mut dialog, PlanSummary { items: 20_000, deletion: Deletion::Permanent, ..summary });
    snapshots("delete_prefix", &dialog);
    snapshots("remove_bucket", &delete(vec![Item::Bucket("acme-logs".into())]));
}

#[test]
fn making_and_renaming() {
    let place = Location::S3 { bucket: "acme-logs".into(), prefix: "2026/".into() };
    snapshots("new_folder", &Dialog::NewFolder(Box::new(new_folder::NewFolder::ask(place.clone()))));
    snapshots("new_bucket", &Dialog::NewBucket(Box::new(new_bucket::NewBucket::new(Profile::OWN, "eu-west-1"))));
    snapshots("rename", &Dialog::Rename(Box::new(rename::Rename::ask(object("2026/a.jpg"), place))));
}

#[test]
fn marking_and_yanking() {
    snapshots("pattern", &Dialog::Pattern(Box::new(pattern::Pattern::ask(true))));
    let item = object("2026/11/access-01.gz");
    let menu = yank::Yank::new(&item, Some("eu-west-1"), None).with_signed(&item, jiff::tz::TimeZone::UTC, false);
    snapshots("yank", &Dialog::Yank(Box::new(menu)));
}

#[test]
fn changing_objects() {
    let known = [(Header::ContentType, "text/plain".to_owned()), (Header::CacheControl, "no-cache".to_owned())];
    let mut dialog = Dialog::Attributes(Box::new(Attributes::new(vec![object("2026/11/access-01.gz")], &known)));
    snapshots("attributes", &dialog);
    let (theme, mut ids) = (Theme::default(), Ids::default());
    insta::assert_snapshot!("attributes_120x36", draw_at(120, 36, &dialog, &theme));
    dialog.on_paste("; charset=utf-8");
    dialog.on_key(Key::plain(Code::Enter), Rect::new(0, 0, 80, 24), &mut ids);
    let line = |what: &str, was: &str, becomes: &str| Difference {
        what: what.into(),
        was: Some(was.into()),
        becomes: Some(becomes.into()),
    };
    let result = |name: &str, outcome| ItemResult { name: format!("s3://acme-logs/2026/11/{name}"), bytes: 0, outcome };
    let foreseen = Foreseen {
        differences: vec![
            line("Content-Type", "text/plain", "text/plain; charset=utf-8"),
            line("Storage class", "STANDARD", "STANDARD_IA"),
        ],
        notes: vec!["makes a new version; the old one stays, and is billed".into()],
    };
    let refused = Error::new(Kind::Archived, "change", "s3://acme-logs/2026/11/cold", "it is archived");
    let results = vec![
        result("access-01.gz", ItemOutcome::WouldChange(foreseen)),
        result("cold", ItemOutcome::Failed(refused)),
        result("so", ItemOutcome::Skipped("it is so already".into())),
    ];
    let job = JobId(1);
    dialog.on_report(&Report::Items { job, results }).unwrap();
    dialog.on_report(&Report::Finished { job, end: JobEnd::SomeFailed }).unwrap();
    snapshots("attributes_preview", &dialog);
    insta::assert_snapshot!("attributes_preview_120x36", draw_at(120, 36, &dialog, &theme));
}

#[test]
fn reading_and_leaving() {
    let mut error = Error::new(Kind::Denied, "read the policy of", "acme-logs", "access denied");
    error.permission = Some("s3:GetBucketPolicy");
    error.code = Some("AccessDenied".into());
    error.request_id = Some("4442587FB7D0A2F9".into());
    snapshots("error", &Dialog::Failure(Box::new(failure::Failure::new(error))));
    snapshots("quit", &Dialog::Quit(Box::new(ask_quit::AskQuit::new(2))));
}

#[test]
fn what_earlier_runs_have_left() {
    let mut queue = Queue::default();
    queue.add_left(vec![left(1, true), left(2, false)], &mut Ids::default(), &TimeZone::UTC);
    let jobs = queue.left().cloned().collect();
    snapshots("offer", &Dialog::Offer(Box::new(offer::Offer::new(jobs))));
}

#[test]
fn without_box_drawing_everything_is_ascii() {
    let shown = draw_at(80, 24, &copy(), &Theme::default().with_ascii());
    assert!(shown.is_ascii(), "{shown}");
}

#[test]
fn no_size_is_too_small() {
    for width in 0..24 {
        for height in 0..12 {
            draw_at(width, height, &copy(), &Theme::default());
        }
    }
}
