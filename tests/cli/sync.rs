//! `sync`.

use std::fs;

use bucketry::demo::{Fault, Rule};

use crate::stage::{Stage, wait};

fn stage() -> Stage {
    let t = Stage::new();
    for (name, contents) in [("a.txt", "a"), ("sub/b.txt", "bb"), ("sub/c.log", "ccc")] {
        t.write(&format!("site/{name}"), contents);
        make_old(&t, &format!("site/{name}"));
    }
    t
}

/// Lets a file be older than its object, which may be written within the same second.
fn make_old(t: &Stage, relative: &str) {
    let file = fs::File::options().write(true).open(t.path(relative)).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000)).unwrap();
}

#[test]
fn a_folder_goes_up_and_comes_back_and_a_second_sync_does_nothing() {
    let t = stage();
    assert_eq!(t.done(&["sync", "site", "s3://stage/www"]), "", "data only");
    assert_eq!(t.keys(), ["www/a.txt", "www/sub/b.txt", "www/sub/c.log"]);
    for args in [["sync", "site", "s3://stage/www/"], ["sync", "s3://stage/www", "site"]] {
        let said = t.run(&args);
        assert!(said.code == 0 && said.err.contains("synced 0 items, 0 B"), "{said:?}");
    }
    t.done(&["sync", "s3://stage/www/", "new/folder", "-q"]);
    assert_eq!((t.read("new/folder/a.txt"), t.read("new/folder/sub/c.log")), ("a".to_owned(), "ccc".to_owned()));
    let said = t.run(&["sync", "s3://stage/www", "new/folder", "--exact-timestamps"]);
    assert!(said.err.contains("synced 0 items"), "{said:?}");
    t.done(&["sync", "s3://stage/www", "s3://stage/copy", "--storage-class", "GLACIER_IR"]);
    assert!(t.done(&["ls", "--json", "s3://stage/copy/"]).contains("\"GLACIER_IR\""));
}

#[test]
fn a_dry_run_says_what_would_happen_and_filters_hold_on_both_sides() {
    let t = stage();
    t.put("www/old.txt", "x");
    t.put("www/old.log", "x");
    t.put("www/a.txt", "other");
    let filtered = ["sync", "site", "s3://stage/www", "--delete", "--exclude", "*.log", "--dry-run"];
    let printed = t.done(&filtered);
    let (from, to) = (t.path("site").canonicalize().unwrap(), "s3://stage/www");
    let lines = [
        format!("would copy {}/a.txt to {to}/a.txt", from.display()),
        format!("would delete {to}/old.txt"),
        format!("would copy {}/sub/b.txt to {to}/sub/b.txt", from.display()),
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines);
    let json = t.run(&[&filtered[..], &["--json", "--read-only"]].concat()).json();
    assert_eq!((json[0]["outcome"].as_str(), json[0]["bytes"].as_u64()), (Some("would be copied"), Some(1)));
    assert_eq!(json[1], serde_json::json!({ "item": "s3://stage/www/old.txt", "outcome": "would be deleted" }));
    assert_eq!(t.keys(), ["www/a.txt", "www/old.log", "www/old.txt"]);
    let said = t.run(&["sync", "site", "s3://stage/www", "--read-only"]);
    assert!(said.code == 2 && said.err.contains("writing is switched off"), "{said:?}");
}

#[test]
fn a_dry_run_ends_as_the_sync_would_where_a_key_cannot_be_a_file() {
    let t = stage();
    t.put("w/ok", "1");
    t.put("w/a//b", "2");
    let dry = t.run(&["sync", "s3://stage/w", "down", "--dry-run"]);
    assert!(dry.code == 1 && dry.out.contains("would refuse s3://stage/w/a//b"), "{dry:?}");
    assert_eq!(t.run(&["sync", "s3://stage/w", "down"]).code, 1);
    // At the target it is in nobody's way: what cannot be here does not speak for its deletion there.
    t.put("t/a//b", "2");
    for more in [&["--dry-run"][..], &[]] {
        assert_eq!(t.run(&[&["sync", "site", "s3://stage/t", "--delete"][..], more].concat()).code, 0, "{more:?}");
    }
}

#[test]
fn many_deletions_need_a_yes_and_one_does_not() {
    let t = stage();
    for key in ["www/x", "www/y"] {
        t.put(key, "x");
    }
    let said = t.run(&["sync", "site", "s3://stage/www", "--delete"]);
    assert!(said.code == 2 && said.err.contains("refused to delete 2 objects, 2 B"), "{said:?}");
    assert_eq!(t.keys(), ["www/x", "www/y"], "nothing was copied either");
    let said = t.run(&["sync", "site", "s3://stage/www", "--delete", "--yes", "--json"]);
    let ended: Vec<_> = said.json().iter().map(|item| item["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ended, ["done"; 5]);
    assert_eq!(t.keys(), ["www/a.txt", "www/sub/b.txt", "www/sub/c.log"]);
    t.write("down/only", "x");
    t.done(&["sync", "s3://stage/www", "down", "--delete"]);
    assert!(!t.path("down/only").exists() && t.path("down/a.txt").exists());
}

#[test]
fn nothing_is_deleted_where_a_copy_failed() {
    let t = stage();
    t.put("www/x", "x");
    let _rule = t.demo.faults().add(Rule::new(Fault::Denied).on("PutObject").key("www/a.txt"));
    let said = t.run(&["sync", "site", "s3://stage/www", "--delete"]);
    assert!(said.code == 1 && said.err.contains("not deleted, because not everything could be copied"), "{said:?}");
    assert_eq!(t.keys(), ["www/sub/b.txt", "www/sub/c.log", "www/x"]);
}

#[test]
fn size_and_checksum_decide_where_they_are_asked_to() {
    let t = stage();
    t.done(&["sync", "site", "s3://stage/www", "-q"]);
    t.write("site/a.txt", "A");
    let says = |args: &[&str]| t.run(&[&["sync", "site", "s3://stage/www", "--dry-run"], args].concat()).out;
    assert_eq!(says(&["--size-only"]), "");
    assert!(says(&["--checksum"]).contains("a.txt"));
    let file = fs::File::options().write(true).open(t.path("site/a.txt")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(says(&[]), "");
    assert!(says(&["--checksum"]).contains("a.txt"), "of another content, whatever its time");
}

#[test]
fn what_is_no_place_to_sync_is_wrong_use() {
    let t = stage();
    for args in [
        ["sync", "site", "other"],
        ["sync", "none", "s3://stage/"],
        ["sync", "site/a.txt", "s3://stage/"],
        ["sync", "-", "s3://stage/"],
        ["sync", "site", "s3://"],
        ["sync", "s3://stage/a", "s3://stage/a/b"],
    ] {
        let said = t.run(&args);
        assert!(said.code == 2 && !said.err.is_empty(), "{args:?}: {said:?}");
    }
    assert!(t.done(&["man", "sync"]).contains("Unlike there"));
}

#[test]
fn a_source_that_holds_nothing_deletes_only_where_that_is_meant() {
    let t = Stage::new();
    t.write("one/f", "f");
    let said = t.run(&["sync", "s3://stage/typo", "one", "--delete"]);
    assert!(said.code == 2 && said.err.contains("nothing below s3://stage/typo"), "{said:?}");
    assert_eq!(t.read("one/f"), "f");
    t.done(&["sync", "s3://stage/typo", "one", "--delete", "--yes"]);
    assert!(!t.path("one/f").exists());
}

#[test]
fn a_sync_that_was_killed_is_gone_on_with_by_the_same_and_left_alone_by_another() {
    let t = Stage::new();
    t.write("site/big", vec![7; 11 * 1024 * 1024]);
    make_old(&t, "site/big");
    let args = ["sync", "site", "s3://stage/www", "--part-size", "5MiB"];
    let another = [&args[..], &["--storage-class", "STANDARD_IA"]].concat();
    for (again, begun_anew, words) in
        [(&args[..], 0, "going on with a sync that was interrupted"), (&another[..], 1, "had other options")]
    {
        let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
        t.demo.forget_requests();
        let mut killed = t.command(&args).spawn().unwrap();
        // A part is sent when the upload has been written down.
        wait("a part of the upload", || t.demo.count("UploadPart") > 0);
        killed.kill().unwrap();
        killed.wait().unwrap();
        t.demo.faults().remove(stall);
        t.demo.forget_requests();
        let said = t.run(again);
        assert!(said.code == 0 && said.err.contains(words), "{said:?}");
        // What another began is its own affair; it is named.
        let made = (t.demo.count("CreateMultipartUpload"), t.demo.open_uploads());
        assert_eq!(made, (begun_anew, begun_anew));
        assert_eq!(t.done(&["history", "--unfinished"]).contains("Sync"), begun_anew == 1);
        assert_eq!(t.keys(), ["www/big"]);
        t.done(&["rm", "s3://stage/www/big"]);
    }
}
