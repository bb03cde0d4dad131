//! The settings of a bucket on the screen: read, changed in the text area and in an editor, put back.

use crate::stage::Stage;
use crate::terminal::Terminal;

/// Opens the settings of the bucket, with the cursor on CORS.
fn opened(stage: &Stage) -> Terminal {
    let mut t = stage.open();
    t.keys("<Tab>,").wait("Settings of s3://stage");
    t.keys("<Down><Down><Down><Down>").wait("browsers let no page of another site read");
    t
}

#[test]
fn cors_is_edited_saved_seen_and_put_back() {
    let stage = Stage::empty();
    let mut t = opened(&stage);
    t.keys("e").wait("CORSRules");
    // Into the list of the empty document.
    t.keys("<Down><End><Left>");
    t.keys("{\"AllowedOrigins\": [\"https://a.example\"], \"AllowedMethods\": [\"PATCH\"]}")
        .wait("it must be one of GET");
    t.keys("<C-o>").wait("not written: 1 problem");
    // The cursor is where the problem is: at the quote before the word.
    t.keys("<Right><Right><Right><Right><Right><Right>");
    t.keys("<Backspace><Backspace><Backspace><Backspace><Backspace>GET").wait("nothing is wrong with it; F2");
    t.keys("<C-o>").wait("Write CORS of stage");
    assert_eq!(stage.demo.count("PutBucketCors"), 0, "nothing happens before it was agreed to");
    t.keys("<Tab><Enter>").wait("pages of https://a.example may send GET");
    t.wait("u puts back what stood there");
    t.keys("u").wait("To go on, type: stage");
    t.keys("stage<Enter><Enter>").wait("browsers let no page of another site read");
    assert_eq!((stage.demo.count("PutBucketCors"), stage.demo.count("DeleteBucketCors")), (1, 1));
    t.keys(",").gone("Settings of");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn what_an_editor_leaves_is_asked_about_and_its_file_is_gone() {
    let stage = Stage::empty();
    let scratch = stage.home().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let rules = "{\"CORSRules\":[{\"AllowedOrigins\":[\"*\"],\"AllowedMethods\":[\"HEAD\"]}]}";
    let editor = stage.home().join("editor");
    std::fs::write(&editor, format!("#!/bin/sh\ncat > \"$1\" <<'END'\n{rules}\nEND\n")).unwrap();
    std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let launch = stage.launch().env("EDITOR", &editor).env("TMPDIR", &scratch);
    let mut t = launch.args([".", "s3://stage/"]).start();
    t.until("both panes", |screen| screen.matches(" item").count() >= 2);
    t.keys("<Tab>,").wait("Settings of s3://stage");
    t.keys("<Down><Down><Down><Down>").wait("browsers let no page of another site read");
    t.keys("E").wait("Write CORS of stage");
    t.keys("<Tab><Enter>").wait("pages of any site may send HEAD");
    assert_eq!(scratch.read_dir().unwrap().count(), 0);
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn lifecycle_rules_show_what_they_would_touch_before_they_are_written() {
    let stage = Stage::empty();
    stage.put("logs/a", b"12345");
    stage.put("keep", b"1");
    let mut t = stage.open();
    t.keys("<Tab>,").wait("Settings of s3://stage");
    t.keys("<Down><Down><Down><Down>").wait("browsers let no page of another site read");
    t.keys("<Down>").wait("objects stay as they are");
    t.keys("p").wait("is not set");
    t.keys("e").wait("\"Rules\"");
    t.keys("<Down><End><Left>");
    let rule = r#"{"ID": "gone", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Date": "2020-01-01T00:00:00Z"}}"#;
    t.keys(rule).wait("nothing is wrong with it; F2");
    // F3
    t.raw(b"\x1bOR").wait("the one there is was looked at");
    t.wait("today deleted: 1 item, 5 B");
    t.wait("logs/a, ");
    assert_eq!((stage.demo.count("PutBucketLifecycleConfiguration"), stage.keys().len()), (0, 2));
    t.keys("<Esc>").wait("nothing is wrong with it; F2");
    t.keys("<Esc>").wait("was not written");
    t.keys("<Tab><Enter>,").gone("Settings of");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
