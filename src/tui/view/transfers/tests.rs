//! Pictures of the transfers screen.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::app::harness::left;
use crate::app::state::Ids;
use crate::model::error::Kind;
use crate::model::job::{Item, JobEnd, JobId, Report, Request, Transfer, Work};
use crate::model::limit::ByteRate;
use crate::model::location::{Location, ObjectRef};
use crate::model::plan::{Conflict, Side};
use crate::model::progress::Progress;
use crate::tui::view::picture::picture;

fn download(keys: &[&str]) -> Work {
    Work::Transfer(Transfer::new(
        keys.iter().map(|key| Item::Object(ObjectRef::new("acme-logs", *key))).collect(),
        Location::Local("/home/me/data".into()),
    ))
}

fn add(queue: &mut Queue, id: u64, work: Work) -> Arc<Progress> {
    queue.on_submit(&Request::Start { job: JobId(id), work });
    let progress = Arc::new(Progress::default());
    queue.on_report(&Report::Started { job: JobId(id), progress: Arc::clone(&progress) });
    progress
}

fn ended(name: &str, outcome: ItemOutcome) -> ItemResult {
    ItemResult { name: name.into(), bytes: 12_582_912, outcome }
}

fn denied(target: &str) -> Error {
    let mut error = Error::new(Kind::Denied, "read", target, "access denied");
    error.permission = Some("s3:GetObject");
    error.code = Some("AccessDenied".into());
    error.request_id = Some("4442587FB7D0A2F9".into());
    error
}

/// One job that partly failed, one that runs, one that waits for an answer, one that has not begun.
fn queue() -> Queue {
    let mut queue = Queue::default();
    add(&mut queue, 1, download(&["2026/a.gz", "2026/b.gz", "2026/c.gz"]));
    let results = vec![
        ended("s3://acme-logs/2026/a.gz", ItemOutcome::Done(Verified::Crc64Nvme)),
        ended("s3://acme-logs/2026/b.gz", ItemOutcome::Failed(denied("s3://acme-logs/2026/b.gz"))),
        ended("s3://acme-logs/2026/c.gz", ItemOutcome::Skipped("the target exists".into())),
    ];
    queue.on_report(&Report::Items { job: JobId(1), results });
    queue.on_report(&Report::Finished { job: JobId(1), end: JobEnd::SomeFailed });
    let progress = add(&mut queue, 2, download(&["2026/big.bin"]));
    progress.add_total(1, 6 << 30);
    progress.counted();
    for tick in 0..4 {
        queue.on_tick(Timestamp::from_second(tick).unwrap(), &[]);
        progress.add_bytes(327_155_712);
    }
    queue.on_tick(Timestamp::from_second(4).unwrap(), &[]);
    add(&mut queue, 3, download(&["2026/e\u{1b}.gz"]));
    let conflict = Conflict { target: "/x".into(), source_side: Side::default(), target_side: Side::default() };
    queue.on_report(&Report::Question { job: JobId(3), question: 1, conflict });
    queue.on_submit(&Request::Start { job: JobId(4), work: Work::RemoveBucket("old-logs".into()) });
    queue.move_by(-3);
    queue
}

fn screen(width: u16, height: u16, queue: &Queue, theme: &Theme) -> String {
    picture(width, height, |frame| draw(frame, frame.area(), queue, theme))
}

#[test]
fn jobs_and_what_went_wrong_in_the_selected_one() {
    let queue = queue();
    for (width, height) in [(120, 36), (80, 22), (40, 8)] {
        insta::assert_snapshot!(format!("{width}x{height}"), screen(width, height, &queue, &Theme::default()));
    }
}

#[test]
fn a_paused_job_says_how_it_goes_on() {
    let mut queue = queue();
    queue.on_submit(&Request::Pause(JobId(2)));
    queue.move_by(1);
    insta::assert_snapshot!(screen(80, 16, &queue, &Theme::default()));
}

#[test]
fn limits_are_shown_in_the_head_and_with_their_job() {
    let mut queue = queue();
    queue.on_submit(&Request::Limit { job: None, rate: ByteRate::new(10 << 20) });
    queue.on_submit(&Request::Limit { job: Some(JobId(2)), rate: ByteRate::new(500 << 10) });
    queue.move_by(1);
    insta::assert_snapshot!(screen(80, 16, &queue, &Theme::default()));
}

#[test]
fn a_job_that_could_not_be_done_says_why() {
    let mut queue = Queue::default();
    add(&mut queue, 1, Work::RemoveBucket("old-logs".into()));
    let mut error = Error::new(Kind::Conflict, "remove", "old-logs", "the bucket is not empty");
    error.code = Some("BucketNotEmpty".into());
    queue.on_report(&Report::Finished { job: JobId(1), end: JobEnd::Failed(error) });
    insta::assert_snapshot!(screen(80, 12, &queue, &Theme::default()));
}

#[test]
fn what_is_left_says_what_can_be_done_about_it() {
    let mut queue = queue();
    queue.add_left(vec![left(1, true), left(2, false)], &mut Ids::default(), &TimeZone::UTC);
    queue.move_by(-9);
    insta::assert_snapshot!(screen(80, 20, &queue, &Theme::default()));
    queue.move_by(1);
    let shown = screen(120, 36, &queue, &Theme::default());
    assert!(shown.contains("start bucketry with --profile prod"), "{shown}");
}

#[test]
fn what_a_job_says_of_its_items_stands_above_them() {
    let mut queue = queue();
    let note = "s3://acme-logs/2026/\u{1b}[2J starts over: its source has changed since".to_owned();
    queue.on_report(&Report::Noted { job: JobId(1), note });
    let shown = screen(80, 24, &queue, &Theme::default());
    assert!(shown.contains("note     s3://acme-logs/2026/\\x1b[2J starts over"), "{shown}");
    queue.scroll_detail(1);
    let shown = screen(80, 24, &queue, &Theme::default());
    assert!(!shown.contains("starts over") && shown.contains("failed   s3://"), "{shown}");
}

#[test]
fn without_jobs_it_says_so() {
    assert!(screen(80, 10, &Queue::default(), &Theme::default()).contains("nothing to show yet"));
}

#[test]
fn without_box_drawing_it_is_ascii() {
    let shown = screen(80, 22, &queue(), &Theme::default().with_ascii());
    assert!(shown.replace('…', "~").is_ascii(), "{shown}");
}

#[test]
fn no_size_is_too_small() {
    for width in 0..60 {
        for height in 0..14 {
            screen(width, height, &queue(), &Theme::default());
        }
    }
}
