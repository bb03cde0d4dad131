//! Pictures of the permissions screen.

use crate::app::access::making::tests::{closing, half_way, hopeless, looking, made, offered, reviewed};
use crate::app::access::tests::{asked, evidence, judged, nothing, tested};
use crate::app::harness::Harness;
use crate::tui::theme::Theme;
use crate::tui::view::main::draw;
use crate::tui::view::picture::picture;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 10)];

fn screen(t: Harness, width: u16, height: u16) -> String {
    let t = t.resized(width, height);
    picture(width, height, |frame| draw(frame, &t.state, &Theme::default()))
}

#[test]
fn who_may_do_what_and_why() {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{width}x{height}"), screen(judged(evidence()), width, height));
    }
}

#[test]
fn a_test_that_disagrees() {
    for (width, height) in SIZES {
        let mut t = judged(evidence());
        tested(&mut t, 403, 403);
        insta::assert_snapshot!(format!("tested_{width}x{height}"), screen(t, width, height));
    }
}

#[test]
fn nothing_could_be_read() {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("nothing_{width}x{height}"), screen(judged(nothing()), width, height));
    }
}

#[test]
fn it_reads() {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("reading_{width}x{height}"), screen(asked(), width, height));
    }
}

#[test]
fn the_reason_on_the_whole_screen() {
    let mut t = judged(evidence());
    t.keys("l <enter>");
    insta::assert_snapshot!("whole_40x10", screen(t, 40, 10));
}

#[test]
fn how_it_is_made_public() {
    for (width, height) in SIZES {
        let pictures = vec![
            ("looking", looking().0),
            ("ways", offered()),
            ("no_way", hopeless()),
            ("difference", reviewed()),
            ("closing", closing()),
            ("made", made()),
            ("half_way", half_way()),
        ];
        for (name, t) in pictures {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen(t, width, height));
        }
        let mut t = reviewed();
        t.keys("<tab> <enter>");
        insta::assert_snapshot!(format!("asked_again_{width}x{height}"), screen(t, width, height));
    }
}

#[test]
fn no_size_is_too_small_and_ascii_is_ascii() {
    let mut t = judged(evidence());
    for width in (0..90).step_by(3) {
        for height in 0..26 {
            t = t.resized(width, height);
            picture(width, height, |frame| draw(frame, &t.state, &Theme::default()));
        }
    }
    let t = judged(evidence());
    let ascii = Theme::default().with_ascii();
    let shown = picture(120, 36, |frame| draw(frame, &t.state, &ascii));
    assert!(shown.is_ascii(), "{shown}");
}
