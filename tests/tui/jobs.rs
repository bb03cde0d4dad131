//! Copies, conflicts, deletions, and what is left when they are stopped.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use bucketry::demo::{Fault, Rule};
use rustix::process::Signal;

use crate::stage::Stage;
use crate::terminal::Terminal;

/// Bytes that no compression or repetition makes equal by accident.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..length).map(step).collect()
}

/// Types keys that open the copy dialog, and goes on in it.
pub fn copy(t: &mut Terminal, keys: &str) {
    t.keys(keys).wait("If exists");
    t.keys("<Enter>").gone("If exists");
}

/// Starts to copy a file of 40 MiB to a server that takes no part.
fn stalled_upload(stage: &Stage) -> Terminal {
    stage.write("big.bin", &noise(40 * 1024 * 1024));
    stage.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let mut t = stage.open();
    copy(&mut t, "c");
    stage.until("an upload", |demo| demo.open_uploads() == 1);
    t
}

#[test]
fn files_and_folders_go_up() {
    let stage = Stage::empty();
    let big = noise(17 * 1024 * 1024);
    stage.write("big.bin", &big);
    stage.write("folder/one.txt", b"one");
    stage.write("folder/deep/two.txt", b"two");
    fs::create_dir(stage.files().join("folder/empty")).unwrap();
    let mut t = stage.open();
    copy(&mut t, "%c");
    t.wait("4 done");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    assert_eq!(stage.keys(), ["big.bin", "folder/deep/two.txt", "folder/empty/", "folder/one.txt"]);
    assert!(stage.get("big.bin").unwrap() == big, "every byte");
    assert_eq!(stage.demo.count("CompleteMultipartUpload"), 1);
}

#[test]
fn objects_and_prefixes_come_down() {
    let stage = Stage::empty();
    let big = noise(17 * 1024 * 1024);
    stage.put("big.bin", &big);
    stage.put("folder/one.txt", b"one");
    stage.put("folder/deep/two.txt", b"two");
    stage.put("folder/empty/", b"");
    let mut t = stage.open();
    copy(&mut t, "<Tab>%c");
    let whole = || {
        stage.read("big.bin").is_some_and(|bytes| bytes == big)
            && stage.read("folder/one.txt").as_deref() == Some(b"one")
            && stage.read("folder/deep/two.txt").as_deref() == Some(b"two")
            && stage.files().join("folder/empty").is_dir()
    };
    t.wait("4 done");
    assert!(whole());
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    assert_eq!(fs::read_dir(stage.files()).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn an_existing_target_is_asked_about_and_the_answer_holds() {
    let stage = Stage::empty();
    stage.write("a.txt", b"new a");
    stage.write("b.txt", b"new b");
    stage.put("a.txt", b"old a");
    stage.put("b.txt", b"old b");
    let mut t = stage.open();
    copy(&mut t, "c");
    t.wait("[>Skip<]");
    t.keys("<Enter>").gone("Target exists");
    t.wait("skipped");
    copy(&mut t, "<Down>c");
    t.wait("[>Skip<]");
    t.keys("<Tab><Enter>").gone("Target exists");
    t.wait("1 done");
    assert_eq!(stage.get("b.txt").unwrap(), b"new b");
    assert_eq!(stage.get("a.txt").unwrap(), b"old a", "skipped means untouched");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn a_cancelled_upload_leaves_nothing_on_the_server() {
    let stage = Stage::empty();
    let mut t = stalled_upload(&stage);
    t.keys("t").wait("running");
    t.keys("x").wait("cancelled");
    stage.until("the upload aborted", |demo| demo.open_uploads() == 0);
    stage.demo.faults().clear();
    assert_eq!(stage.keys(), Vec::<String>::new());
    t.keys("<Esc>").wait("F8 Delete");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn a_cancelled_download_leaves_no_file() {
    let stage = Stage::empty();
    stage.put("big.bin", &noise(20 * 1024 * 1024));
    stage.demo.faults().add(Rule::new(Fault::StallAfter(1_000_000)).on("GetObject"));
    let mut t = stage.open();
    copy(&mut t, "<Tab>c");
    stage.until("a range asked for", |demo| demo.count("GetObject") > 0);
    t.keys("t").wait("running");
    t.keys("x").wait("cancelled");
    assert_eq!(fs::read_dir(stage.files()).unwrap().count(), 0);
    t.keys("<Esc>").wait("F8 Delete");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn leaving_with_a_running_job_asks_and_cleans_up() {
    let stage = Stage::empty();
    let mut t = stalled_upload(&stage);
    t.keys("q").wait("not finished");
    t.keys("<Enter>").gone("not finished");
    t.keys("q").wait("not finished");
    t.keys("<Tab><Tab><Enter>");
    assert_eq!(t.exit_code(), 0);
    assert!(t.is_sane());
    assert_eq!(stage.demo.open_uploads(), 0);
}

#[test]
fn a_signal_with_a_job_running_keeps_its_upload_for_the_next_start() {
    let stage = Stage::empty();
    let mut t = stalled_upload(&stage);
    t.signal(Signal::TERM);
    t.exit_code();
    assert_eq!(stage.demo.open_uploads(), 1);
}

#[test]
fn an_object_is_deleted_after_a_question_and_a_prefix_after_its_name() {
    let stage = Stage::empty();
    stage.put("alone.txt", b"x");
    stage.put("folder/one.txt", b"1");
    stage.put("folder/two.txt", b"2");
    stage.put("folders.txt", b"neighbour");
    let mut t = stage.open();
    t.keys("<Tab><Home>/alone<Enter>d").wait("cannot be undone");
    t.keys("<Enter>").gone("cannot be undone");
    assert_eq!(stage.keys().len(), 4, "the button in focus is the safe one");
    t.keys("d").wait("cannot be undone");
    t.keys("<Tab><Enter>").gone("cannot be undone");
    t.wait("0 of 2");
    assert_eq!(stage.keys().len(), 3);
    t.keys("<Esc>").wait("folder/");
    t.keys("<Home>d").wait("To go on, type");
    t.keys("folder<Tab><Tab><Enter>").gone("To go on, type");
    t.wait("Delete folder: 2 done");
    assert_eq!(stage.keys(), ["folders.txt"]);
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn read_only_refuses_to_copy_and_says_so() {
    let stage = Stage::empty();
    stage.write("a.txt", b"a");
    let mut t = stage.launch().args(["--read-only", ".", "s3://stage/"]).start();
    t.until("both panes", |screen| screen.contains("RO") && screen.matches(" item").count() >= 2);
    t.keys("c").wait("writing is switched off; press W to allow it");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    assert_eq!(stage.demo.count("PutObject"), 0);
}

/// Where a key may lie below a folder by the rule that this program promises, said a second time in the plainest way.
/// The place of a marker object ends in a slash.
fn lies_at(key: &str) -> Option<&str> {
    let is_part =
        |part: &str| !part.is_empty() && part != "." && part != ".." && part.len() <= 255 && !part.contains('\0');
    key.strip_suffix('/').unwrap_or(key).split('/').all(is_part).then_some(key)
}

/// All files below a folder by their path, and folders that hold nothing with a slash behind.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let entries: Vec<_> = fs::read_dir(&folder).unwrap().map(Result::unwrap).collect();
        let name = |path: &Path| {
            let below = path.strip_prefix(root).unwrap();
            assert!(below.components().all(|part| matches!(part, Component::Normal(_))));
            below.to_str().unwrap().to_owned()
        };
        if entries.is_empty() && folder != root {
            found.insert(format!("{}/", name(&folder)), Vec::new());
        }
        for entry in entries {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                found.insert(name(&entry.path()), fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

#[test]
fn hostile_names_come_down_whole_or_are_refused_and_nothing_lands_outside() {
    let stage = Stage::sample();
    let contents = stage.contents("acme-odd-names");
    let mut t = stage.launch().args([".", "s3://acme-odd-names/"]).start();
    t.until("both panes", |screen| screen.matches(" item").count() >= 2);
    copy(&mut t, "<Tab>%c");
    t.wait("press t for what failed");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);

    let found = tree(&stage.files());
    let expected: BTreeMap<_, _> = contents.iter().filter_map(|(key, bytes)| Some((lies_at(key)?, bytes))).collect();
    for (path, bytes) in &found {
        assert_eq!(expected.get(path.as_str()), Some(&bytes), "{path:?} is what the object was");
    }
    for name in expected.keys() {
        // Of a key and the folder of the same name that others need, the one that came first stands.
        let is_folder = stage.files().join(name).is_dir();
        let stands_in_the_way = |file: &String| name.starts_with(&format!("{file}/"));
        let is_blocked = found.keys().any(stands_in_the_way);
        assert!(found.contains_key(*name) || is_folder || is_blocked, "{name:?} came down");
    }
    assert!(expected.len() < contents.len(), "some were refused");
    let mut home: Vec<_> = fs::read_dir(stage.home()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    home.sort();
    assert_eq!(home, [".local", "files"], "nothing lies outside but the journal");
}
