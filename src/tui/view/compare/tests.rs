//! Pictures of the comparison screen.

use crate::app::event::Event;
use crate::app::harness::Harness;
use crate::model::compare::{ComparedPage, Count, Difference, Facts, Kind, Mark, Sides};
use crate::model::error::{Error, Kind as Why};
use crate::model::identity::Identity;
use crate::model::job::{Report, Ticket};
use crate::tui::theme::Theme;
use crate::tui::view::main::draw;
use crate::tui::view::picture::picture;

fn object(size: u64, time: &str) -> Facts {
    Facts { size, modified: Some(time.parse().unwrap()), mark: Mark::Object(None) }
}

fn file(size: u64, time: &str) -> Facts {
    let identity = Identity { device: 1, inode: 1, size, modified: (0, 0), changed: None };
    Facts { mark: Mark::File { identity: Box::new(identity), is_behind_link: false }, ..object(size, time) }
}

/// One of each kind, some with odd names.
fn page() -> ComparedPage {
    let (early, late) = ("2026-11-01T09:12:00Z", "2026-11-13T20:00:00Z");
    let one = |name: &str, kind, sides| Difference { name: name.into(), kind, sides };
    let both = |left, right| Sides::Both(Box::new([left, right]));
    let differences = vec![
        one("a.txt", Kind::LeftOnly, Sides::Left(file(1500, late))),
        one("data/2026/11/part-00000.parquet", Kind::LeftNewer, both(file(1 << 30, late), object(1 << 30, early))),
        one("gone\u{1b}[2J", Kind::RightOnly, Sides::Right(object(12, early))),
        one("older", Kind::RightNewer, both(file(7, early), object(7, late))),
        one("other", Kind::Size, both(file(7, early), object(8, early))),
        one("x//y", Kind::Unsafe, Sides::Right(object(1, early))),
    ];
    ComparedPage { differences, same: Count { items: 1234, bytes: 99 }, is_last: true, ..ComparedPage::default() }
}

fn ticket(t: &Harness) -> Ticket {
    match t.state.compare.as_ref().unwrap().stage() {
        crate::app::compare::Stage::Running(ticket) => *ticket,
        stage => panic!("{stage:?}"),
    }
}

fn harness(width: u16, height: u16) -> Harness {
    let mut t = Harness::with_bucket("b", &["f"]).connected().resized(width, height);
    t.keys("<tab> =");
    t
}

fn compared(width: u16, height: u16) -> Harness {
    let mut t = harness(width, height);
    let ticket = ticket(&t);
    t.report(Report::Compared { ticket, page: page() });
    t
}

fn shown(t: &Harness) -> String {
    picture(t.state.width, t.state.height, |frame| draw(frame, &t.state, &Theme::default()))
}

#[test]
fn differences_with_what_both_sides_have() {
    for (width, height) in [(120, 20), (80, 24), (40, 10)] {
        insta::assert_snapshot!(format!("{width}x{height}"), shown(&compared(width, height)));
    }
}

#[test]
fn one_kind_alone_and_how_it_stands() {
    let mut t = compared(80, 12);
    t.keys("<right> <right>");
    insta::assert_snapshot!("one_kind", shown(&t));
    let t = harness(80, 10);
    assert!(shown(&t).contains("0 names so far, Esc stops"));
    let mut t = harness(80, 10);
    let ticket = ticket(&t);
    t.report(Report::Failed { ticket, error: Error::new(Why::Denied, "list", "s3://b/", "access denied") });
    assert!(shown(&t).contains("cannot list s3://b/: access denied"));
}

#[test]
fn the_plan_of_a_sync() {
    for (width, height) in [(80, 24), (40, 10)] {
        let mut t = compared(width, height);
        t.keys("Y");
        insta::assert_snapshot!(format!("plan_{width}x{height}"), shown(&t));
        t.keys("<backtab> <right>");
        insta::assert_snapshot!(format!("mirror_{width}x{height}"), shown(&t));
    }
}

#[test]
fn no_size_is_too_small_and_ascii_is_ascii() {
    for width in 0..90 {
        for height in 0..14 {
            let mut t = compared(width, height);
            shown(&t);
            t.keys("Y");
            t.send(Event::Resize { width: height, height: width });
            shown(&t);
        }
    }
    let t = compared(80, 24);
    let ascii = Theme::default().with_ascii();
    let shown = picture(80, 24, |frame| draw(frame, &t.state, &ascii));
    assert!(shown.is_ascii(), "{shown}");
}
