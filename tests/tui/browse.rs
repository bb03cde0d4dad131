//! Looking around: panes, trees, filter, inspector, sizes, names from outside.

use rustix::process::Signal;

use crate::stage::Stage;
use crate::terminal::Launch;

#[test]
fn the_demo_opens_unfolds_filters_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let scratch = home.path().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let mut t = Launch::program(home.path()).args(["--demo"]).env("TMPDIR", &scratch).size(120, 36).start();
    t.wait("README.txt");
    t.wait("acme-website");
    t.keys("<Tab><End><Right>").wait("index.html");
    t.keys("/404").until("one name", |screen| screen.contains("404.html") && !screen.contains("index.html"));
    t.keys("<Esc>").wait("index.html");
    t.keys("<Left>").gone("index.html");
    assert_eq!(scratch.read_dir().unwrap().count(), 2, "the sample files and the journal");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    assert!(t.is_sane());
    assert_eq!(scratch.read_dir().unwrap().count(), 0, "both are gone");
}

#[test]
fn twenty_thousand_keys_come_page_by_page_and_both_ends_are_reached() {
    let stage = Stage::sample();
    let mut t = stage.launch().args([".", "s3://acme-data/events/"]).start();
    t.wait("20,000 items");
    t.keys("<Tab><End>").wait("19999");
    t.keys("<Home>").wait("00000");
    assert_eq!(stage.demo.count("ListObjectsV2"), 20);
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn the_inspector_says_who_may_read_and_what_an_object_is() {
    let stage = Stage::sample();
    let mut t = stage.launch().args([".", "s3://acme-website/"]).start();
    t.wait("index.html");
    t.keys("<Tab>/index<Enter>i");
    let screen = t.until("all sections", |screen| screen.contains("Public") && screen.contains("ETag"));
    assert!(!screen.contains("Not public"), "{screen}");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn the_permissions_say_why_and_a_test_without_credentials_proves_it() {
    let stage = Stage::sample();
    let mut t = stage.launch().args([".", "s3://acme-website/"]).start();
    t.wait("index.html");
    t.keys("<Tab>/index.html<Enter>P");
    let screen = t.until("the verdict", |screen| screen.contains("May anonymous callers read? yes"));
    assert!(screen.contains("Public: anyone may read, without signing in"), "{screen}");
    assert!(screen.contains("Statement 1 (PublicRead) of the bucket policy allows it"), "{screen}");
    t.keys("T").wait("HEAD 200, LIST 403 AccessDenied, as judged");
    t.keys("<Left>").wait("May anonymous callers list? no");
    t.keys("<Esc>").gone("May anonymous callers");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn a_small_screen_has_one_pane_and_tab_goes_to_the_other() {
    let stage = Stage::empty();
    stage.write("here.txt", b"x");
    stage.put("there.txt", b"y");
    let mut t = stage.launch().size(40, 10).args([".", "s3://stage/"]).start();
    t.until("one pane", |screen| screen.contains("here.txt") && !screen.contains("there.txt"));
    t.keys("<Tab>").until("the other pane", |screen| screen.contains("there.txt"));
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let stage = Stage::sample();
    let mut t = stage.launch().args([".", "s3://acme-odd-names/"]).start();
    t.wait("items");
    t.keys("<Tab>i");
    let mut seed: u32 = 7;
    let mut random = |limit: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u16::try_from((seed >> 8) % limit + 1).unwrap()
    };
    for keys in ["<Down>", "<Tab>", "c", "<Esc>", "?", "<Esc>", ":", "<Esc>", "t", "<Esc>", "<Down>", "n", "<Esc>"] {
        for _ in 0..4 {
            t.resize(random(300), random(100));
            t.keys(keys);
        }
        t.resize(1, 1);
    }
    t.keys("<Esc><Esc>");
    t.resize(120, 36);
    let is_wide = |line: &str| line.starts_with(" bucketry ") && line.ends_with("RW") && line.len() > 100;
    t.until("the screen again", |screen| screen.contains("F1 Help") && screen.lines().any(is_wide));
    // Not with q: right behind an Esc it is another key, if both are read at once.
    t.signal(Signal::TERM);
    t.exit_code();
    assert!(t.is_sane());
}

#[test]
fn what_a_name_holds_is_shown_and_never_obeyed() {
    let stage = Stage::sample();
    let mut t = stage.launch().args([".", "s3://acme-odd-names/"]).size(120, 60).start();
    t.until("both panes", |screen| screen.matches(" item").count() >= 2);
    t.keys("<Tab>");
    for shown in ["esc\\x1b[2J", "bell\\x07.txt", "new\\nline.txt", "tab\\tname.txt", "override \\u{202e}gnp"] {
        t.wait(shown);
    }
    t.keys("/title<Enter>p").wait("The key is");
    let bytes = t.bytes();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for raw in ["\x1b]0;title", "\x07", "\x1b[31mred", "\u{202e}", "\u{9b}", "\u{200b}"] {
        assert!(!holds(raw), "{raw:?} reached the terminal");
    }
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn pasted_text_goes_into_a_field_and_never_to_actions() {
    let stage = Stage::empty();
    stage.write("keep.txt", b"x");
    let mut t = stage.open();
    t.raw(b"\x1b[200~dq\r\x1b[201~").keys("/");
    t.raw(b"\x1b[200~kee\x1b[201~");
    t.until("the pasted filter", |screen| screen.contains("/ kee") && screen.contains("keep.txt"));
    t.keys("<Esc>").gone("/ kee");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    assert!(stage.read("keep.txt").is_some());
}

#[test]
fn without_colours_the_cursor_can_still_be_seen() {
    let stage = Stage::empty();
    stage.write("first.txt", b"x");
    stage.write("second.txt", b"x");
    let mut t = stage.launch().env("NO_COLOR", "1").args([".", "s3://stage/"]).start();
    t.wait("second.txt");
    t.reversed("first.txt");
    t.keys("<Down>").reversed("second.txt");
    let written = String::from_utf8_lossy(&t.bytes()).into_owned();
    assert!(!written.contains("\x1b[38;") && !written.contains("\x1b[31m") && !written.contains("\x1b[36m"));
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn dragging_to_the_other_pane_asks_about_a_copy() {
    let stage = Stage::empty();
    stage.write("first.txt", b"x");
    stage.write("second.txt", b"x");
    let mut t = stage.open();
    // SGR mouse reports: press, drag and release of the left button, columns and rows from 1 (xterm control sequences).
    t.raw(b"\x1b[<0;10;5M\x1b[<32;50;5M\x1b[<32;80;5M\x1b[<0;80;5m");
    let screen = t.wait("If exists");
    assert!(screen.contains("second.txt") && screen.contains("s3://stage/"), "{screen}");
    t.keys("<Enter>").wait("1 done");
    assert_eq!(stage.keys(), ["second.txt"]);
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
