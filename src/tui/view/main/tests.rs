//! The whole screen as pictures. They were looked at before they were accepted.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::app::event::Event;
use crate::app::harness::{Harness, entry, location};
use crate::app::state::Side;
use crate::model::access::Access;
use crate::model::entry::{Entry, EntryExtra, EntryKind, StorageClass};
use crate::model::error::{Error, Kind};
use crate::model::job::{Page, Report};
use crate::tui::theme::Theme;

fn picture_in(t: &Harness, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(t.state.width, t.state.height)).unwrap();
    terminal.draw(|frame| super::draw(frame, &t.state, theme)).unwrap();
    terminal.backend().buffer().clone()
}

fn picture(t: &Harness) -> String {
    text(&picture_in(t, &Theme::default()))
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let mut out = String::new();
    for line in buffer.content.chunks(width) {
        let mut skip = 0;
        for cell in line {
            if skip == 0 {
                out.push_str(cell.symbol());
                skip = crate::model::text::width(cell.symbol()).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}

/// The main screen of the design.
fn designed() -> Harness {
    let mut t = Harness::unloaded("~/data/reports", "s3://acme-logs/2026").connected();
    t.page("~/data/reports", &["archive/", "q3.parquet", "q4.parquet"]);
    t.page("s3://acme-logs/2026/", &["10/", "11/", "summary.csv"]);
    t.keys("<tab> j l");
    t.page("s3://acme-logs/2026/11/", &["access-01.gz", "access-02.gz"]);
    t.keys("<tab> G <space> k");
    t
}

#[test]
fn another_profile_stands_in_the_title_of_its_pane_and_in_the_header() {
    let mut t = Harness::unloaded("s3://data/", "s3://staging@data/").connected();
    t.page("s3://data/", &["f"]);
    t.page("s3://staging@data/", &["f"]);
    let header = |t: &Harness| picture(t).lines().next().unwrap().to_owned();
    assert!(picture(&t).contains("s3://staging@data/") && header(&t).contains("prod-admin"), "{}", picture(&t));
    t.keys("<tab>");
    assert!(header(&t).contains("staging") && !header(&t).contains("prod-admin"), "{}", header(&t));
}

#[test]
fn the_footer_of_a_bucket_names_permissions_and_settings_at_80_columns() {
    let t = Harness::with_bucket("photos", &["a.jpg"]).resized(80, 24);
    let footer = |t: &Harness| picture(t).lines().last().unwrap().to_owned();
    for words in ["F1 Help", "P Permissions", ", Settings", "q Quit"] {
        assert!(footer(&t).contains(words), "{words}: {}", footer(&t));
    }
    let t = Harness::unloaded("~/data", "s3://b/").resized(80, 24);
    assert!(!footer(&t).contains("Permissions") && footer(&t).contains("F6 Move"), "{}", footer(&t));
}

fn hostile() -> Harness {
    let mut t = Harness::unloaded("~/data", "s3://b/").connected();
    let local = |name: &str, kind, extra: EntryExtra| Entry { extra: Some(Box::new(extra)), ..Entry::new(name, kind) };
    let unreadable = EntryExtra { is_unreadable: true, ..EntryExtra::default() };
    let linked = EntryExtra { link_target: Some("/etc/\u{1b}[31m".into()), ..EntryExtra::default() };
    let entries = vec![
        local("locked", EntryKind::Folder, unreadable),
        local("to", EntryKind::FileLink, linked.clone()),
        local("gone", EntryKind::BrokenLink, linked),
        local("pipe", EntryKind::Special, EntryExtra::default()),
        local("b\u{fffd}d", EntryKind::File, EntryExtra { raw_name: Some("b".into()), ..EntryExtra::default() }),
    ];
    let ticket = t.ticket("~/data");
    t.report(Report::Page { ticket, page: Page { entries, rest: None, is_last: true } });
    let place = location("s3://b/");
    let names = [
        "",
        "\u{1b}[2Jred",
        "new\nline",
        "evil\u{202e}gpj.exe",
        " lead",
        "日本語のとても長い名前のファイルです.txt",
        "//",
        "e\u{301}clair",
    ];
    let mut entries: Vec<Entry> = names.iter().map(|name| entry(&place, name)).collect();
    entries.push(Entry { storage_class: Some(StorageClass::DeepArchive), ..entry(&place, "old.tar") });
    let ticket = t.ticket("s3://b/");
    t.report(Report::Page { ticket, page: Page { entries, rest: None, is_last: true } });
    t
}

#[test]
fn the_main_screen_in_three_sizes() {
    insta::assert_snapshot!("wide", picture(&designed()));
    insta::assert_snapshot!("standard", picture(&designed().resized(80, 24)));
    insta::assert_snapshot!("narrow", picture(&designed().resized(40, 10)));
}

/// The buckets of a company, one of them unfolded, with a word for each but the last.
fn buckets() -> Harness {
    let mut t = Harness::unloaded("s3://", "~/data").connected();
    t.page("s3://", &["acme-archive", "acme-photos", "acme-website", "partner-exchange-2025-europe", "zebra"]);
    t.page("~/data", &["notes.txt"]);
    let unread = vec!["s3:GetBucketPolicy denied".to_owned()];
    let words = [
        ("acme-archive", Access::NotPublic),
        ("acme-photos", Access::CanBePublic),
        ("acme-website", Access::Public("by its bucket policy")),
        ("partner-exchange-2025-europe", Access::Unknown { granted: None, unread }),
    ];
    for (bucket, access) in words {
        t.state.words.learn(bucket.into(), access);
    }
    t.keys("l");
    t.page("s3://acme-archive/", &["ledgers/", "index.csv"]);
    t
}

#[test]
fn buckets_and_which_are_open_in_three_sizes() {
    insta::assert_snapshot!("buckets_wide", picture(&buckets()));
    insta::assert_snapshot!("buckets_standard", picture(&buckets().resized(80, 24)));
    insta::assert_snapshot!("buckets_narrow", picture(&buckets().resized(40, 10)));
    let mut t = buckets().resized(80, 24);
    t.keys("<esc> j j j j j");
    assert!(picture(&t).contains("5 items · s3:GetBucketPolicy denied"), "{}", picture(&t));
    t.keys("j");
    assert!(picture(&t).contains("5 items · access stopped, R reads it"), "{}", picture(&t));
}

#[test]
fn names_from_outside_and_what_is_special_about_entries() {
    insta::assert_snapshot!("hostile", picture(&hostile()));
}

#[test]
fn a_load_a_filter_and_a_failure() {
    let mut t = Harness::unloaded("~/data", "s3://b/").connected().resized(80, 24);
    let error =
        Error::new(Kind::NoCredentials, "list", "the buckets", "no credentials: environment, profile, EC2 role");
    let ticket = t.ticket("s3://b/");
    t.report(Report::Failed { ticket, error: error.clone() });
    t.report(Report::NotConnected(error));
    t.first_page("~/data", &["one", "two", "three"]);
    t.keys("/");
    t.text("o");
    insta::assert_snapshot!("loading_and_failed", picture(&t));
}

#[test]
fn an_order_without_a_column_and_a_listing_that_is_not_whole_are_told() {
    let mut t = designed();
    t.keys("s s s");
    assert!(picture(&t).contains("Name, by type ↓"), "{}", picture(&t));
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.first_page("~/data", &["one", "two", "three"]);
    t.keys("<esc> /");
    t.text("o");
    assert!(picture(&t).contains("2 of 3+, stopped"), "{}", picture(&t));
}

#[test]
fn help_and_palette_over_the_panes() {
    let mut t = designed().resized(80, 24);
    t.keys("?");
    insta::assert_snapshot!("help", picture(&t));
    t.keys("<esc> :");
    t.text("mark");
    insta::assert_snapshot!("palette", picture(&t));
    let mut t = designed().resized(80, 24);
    t.keys(":");
    t.text("s3://ac");
    insta::assert_snapshot!("palette_place", picture(&t));
}

#[test]
fn inspector_transfers_and_a_dialog_in_their_places() {
    let mut t = designed();
    t.keys("i");
    insta::assert_snapshot!("inspecting", picture(&t));
    t.keys("i c");
    insta::assert_snapshot!("copying", picture(&t));
    t.keys("<enter> t");
    insta::assert_snapshot!("transfers", picture(&t));
}

#[test]
fn ascii_needs_no_other_character() {
    let t = designed();
    let shown = text(&picture_in(&t, &Theme::default().with_ascii()));
    assert!(shown.is_ascii(), "{shown}");
    insta::assert_snapshot!("ascii", shown);
}

#[test]
fn without_colour_cursor_and_marks_can_still_be_told() {
    let t = designed();
    let buffer = picture_in(&t, &Theme::default().without_color());
    let pane = crate::app::layout::layout(&t.state).left.unwrap();
    let cell = |row: u16, x: u16| buffer.cell((pane.rows.x + x, pane.rows.y + row)).unwrap();
    assert!(cell(1, 5).modifier.contains(ratatui::style::Modifier::REVERSED));
    assert_eq!(cell(2, 0).symbol(), "●");
}

/// What a terminal is sent to show the second picture after the first.
fn bytes_between(before: &Buffer, after: &Buffer) -> usize {
    let mut written = Vec::new();
    let mut backend = ratatui::backend::CrosstermBackend::new(&mut written);
    ratatui::backend::Backend::draw(&mut backend, before.diff(after).into_iter()).unwrap();
    written.len()
}

#[test]
fn a_cursor_move_and_a_scroll_step_write_little() {
    let names: Vec<String> = (0..400).map(|at| format!("access-2026-11-{at:05}.log.gz")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut t = Harness::with_bucket("b", &names).connected();
    let theme = Theme::default();
    for key in ["j", "k"] {
        t.keys("j j");
        let before = picture_in(&t, &theme);
        t.keys(key);
        let bytes = bytes_between(&before, &picture_in(&t, &theme));
        assert!(bytes <= 300, "{key} writes {bytes} bytes");
    }
    for key in ["<pgdn>", "<pgup>", "G"] {
        t.keys("g j");
        let before = picture_in(&t, &theme);
        t.keys(key);
        let bytes = bytes_between(&before, &picture_in(&t, &theme));
        assert!(bytes <= 6 * 1024, "{key} writes {bytes} bytes");
    }
}

#[test]
fn every_size_can_be_drawn() {
    for t in [designed(), hostile()] {
        let mut t = t;
        for width in (0..=300).step_by(29).chain(0..24) {
            for height in (0..=100).step_by(24).chain(0..12) {
                t.send(Event::Resize { width, height });
                picture(&t);
            }
        }
        t.keys("?");
        for (width, height) in [(1, 1), (20, 5), (21, 6), (40, 7)] {
            t.send(Event::Resize { width, height });
            picture(&t);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_open_can_be_drawn_in_any_size(
        keys in prop::collection::vec(prop::sample::select(vec![
            "?", ":", "i", "p", "c", "d", "n", "t", "/", "y", "+", "j", "l", "<tab>", "<esc>", "<enter>", "G", "x", "s",
        ]), 0..12),
        width in 0u16..130, height in 0u16..40, from_left in any::<bool>(),
    ) {
        let mut t = hostile().resized(width, height);
        if from_left { t.state.side = Side::Left; }
        for key in keys {
            t.keys(key);
            picture(&t);
        }
    }
}
