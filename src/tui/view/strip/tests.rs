//! Pictures of the strip.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::model::job::{Item, JobEnd, JobId, Report, Request, Transfer, Work};
use crate::model::location::Location;
use crate::model::progress::Progress;
use crate::tui::view::picture::picture;

fn upload() -> Work {
    Work::Transfer(Transfer::new(
        vec![Item::File("/home/me/data/reports/q4.parquet".into())],
        Location::S3 { bucket: "acme-logs".into(), prefix: "2026/11/".into() },
    ))
}

fn running() -> Queue {
    let mut queue = Queue::default();
    for id in 1..=3 {
        queue.on_submit(&Request::Start { job: JobId(id), work: upload() });
    }
    let progress = Arc::new(Progress::default());
    queue.on_report(&Report::Started { job: JobId(1), progress: Arc::clone(&progress) });
    progress.add_total(1, 1_503_238_553);
    progress.counted();
    for tick in 0..4 {
        queue.on_tick(Timestamp::from_second(tick).unwrap(), &[]);
        progress.add_bytes(327_155_712);
    }
    queue.on_tick(Timestamp::from_second(4).unwrap(), &[]);
    queue
}

fn strip(width: u16, queue: &Queue, theme: &Theme) -> String {
    picture(width, 1, |frame| draw(frame, frame.area(), queue, theme))
}

#[test]
fn a_running_job_shows_how_far_it_is_and_what_waits() {
    let shown: Vec<_> = [120, 80, 60, 40, 20].map(|width| strip(width, &running(), &Theme::default())).into();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_has_ended_says_how() {
    let mut queue = running();
    for id in 1..=3 {
        queue.on_report(&Report::Finished { job: JobId(id), end: JobEnd::Done });
    }
    insta::assert_snapshot!(strip(80, &queue, &Theme::default()));
    queue.on_key();
    assert_eq!(strip(80, &queue, &Theme::default()), "");
}

#[test]
fn without_box_drawing_it_is_ascii() {
    let shown = strip(80, &running(), &Theme::default().with_ascii());
    assert!(shown.replace('…', "~").is_ascii(), "{shown}");
}

#[test]
fn no_width_is_too_small() {
    for width in 0..130 {
        strip(width, &running(), &Theme::default());
    }
}
