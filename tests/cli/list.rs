//! `ls`, `du`, `mb` and `rb`.

use std::process::Stdio;

use bucketry::demo::{Fault, Rule};

use crate::stage::{Said, Stage};

/// The columns of a line behind its time.
fn rest(line: &str) -> &str {
    line.get(20..).unwrap_or_default().trim_start()
}

#[test]
fn buckets_are_made_listed_and_removed() {
    let t = Stage::new();
    assert_eq!(t.done(&["mb", "s3://second"]), "");
    let listed = t.done(&["ls"]);
    assert_eq!(listed.lines().map(rest).collect::<Vec<_>>(), ["second", "stage"]);
    let said = t.run(&["mb", "s3://second"]);
    assert!(said.code == 1 && said.err.contains("there is a bucket of this name already"), "{said:?}");
    t.done(&["rb", "s3://second"]);
    t.put("f", "f");
    let said = t.run(&["rb", "s3://stage"]);
    assert!(said.code == 1 && said.err.contains("BucketNotEmpty"), "{said:?}");
    assert_eq!(t.run(&["rb", "s3://stage/f"]).code, 2);
}

#[test]
fn force_empties_a_bucket_that_keeps_no_versions_and_then_removes_it() {
    let t = Stage::new();
    t.put("a/f", "f");
    t.put("g", "g");
    let said = t.run(&["rb", "s3://stage", "--force"]);
    assert!(said.code == 2 && said.err.contains("refused to delete 2 objects"), "{said:?}");
    assert_eq!(t.keys(), ["a/f", "g"]);
    t.done(&["rb", "s3://stage", "--force", "--yes"]);
    assert_eq!(t.done(&["ls"]), "");
}

#[test]
fn force_deletes_nothing_where_versions_would_be_left() {
    let t = Stage::new();
    t.put("f", "f");
    t.keep_versions();
    let said = t.run(&["rb", "s3://stage", "--force", "--yes"]);
    assert!(said.code == 1 && said.err.contains("it keeps versions"), "{said:?}");
    assert_eq!(t.keys(), ["f"]);
    t.done(&["rm", "s3://stage/f"]);
    let said = t.run(&["rb", "s3://stage", "--force", "--yes"]);
    assert!(said.code == 1 && said.err.contains("what is left are versions"), "{said:?}");
}

#[test]
fn local_folders_are_listed_and_summed_up_like_prefixes() {
    let t = Stage::new();
    for (path, contents) in [("box/b", "22"), ("box/a", "1"), ("box/sub/c", "333")] {
        t.write(path, contents);
    }
    std::os::unix::fs::symlink("sub", t.path("box/link")).unwrap();
    let listed = t.done(&["ls", "box"]);
    assert_eq!(listed.lines().map(rest).collect::<Vec<_>>(), ["1 a", "2 b", "DIR link/", "DIR sub/"]);
    let listed = t.done(&["ls", "-r", "box"]);
    assert_eq!(listed.lines().map(rest).collect::<Vec<_>>(), ["1 a", "2 b", "DIR link/", "3 sub/c"]);
    assert_eq!(rest(t.done(&["ls", "box/b"]).trim_end()), "2 b");
    let found = t.run(&["du", "--json", "box", "box/b"]).json();
    assert_eq!([&found[0]["bytes"], &found[0]["files"], &found[1]["bytes"]], [6, 3, 2]);
    let said = t.run(&["ls", "nothing"]);
    assert!(said.code == 1 && said.err.contains("no such file"), "{said:?}");
}

#[test]
fn a_bucket_is_made_in_the_region_that_is_given() {
    let t = Stage::new();
    t.done(&["mb", "s3://far", "--region", t.demo.far_region()]);
    let said = t.run(&["ls", "--json"]);
    assert_eq!(said.json()[0]["region"], t.demo.far_region());
}

#[test]
fn what_is_right_below_is_listed_like_aws_s3_does() {
    let t = Stage::new();
    t.put("report.csv", "12345");
    t.put("reports/2026.csv", "1");
    assert_eq!(t.done(&["ls", "s3://stage"]).lines().map(rest).collect::<Vec<_>>(), ["5 report.csv", "PRE reports/"]);
    let listed = t.done(&["ls", "s3://stage/repo"]);
    assert!(listed.contains("                           PRE reports/\n") && listed.contains("         5 report.csv\n"));
    let listed = t.done(&["ls", "s3://stage/reports/"]);
    assert_eq!(rest(&listed).trim_end(), "1 2026.csv");
}

#[test]
fn all_below_is_listed_in_key_order_by_whole_keys_with_totals() {
    let t = Stage::new();
    for key in ["a/2", "a/1", "a-b", "b"] {
        t.put(key, "x");
    }
    let listed = t.done(&["ls", "--recursive", "--summarize", "s3://stage"]);
    let rows: Vec<_> = listed.lines().take(4).map(rest).collect();
    assert_eq!(rows, ["1 a-b", "1 a/1", "1 a/2", "1 b"]);
    assert!(listed.ends_with("\nTotal Objects: 4\n   Total Size: 4\n"), "{listed}");
    assert_eq!(t.done(&["ls", "-r", "s3://stage/a/"]).lines().map(rest).collect::<Vec<_>>(), ["1 a/1", "1 a/2"]);
}

#[test]
fn what_is_not_there_ends_with_1_and_says_why_if_the_server_did() {
    let t = Stage::new();
    let said = t.run(&["ls", "s3://stage/nothing"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert_eq!(t.run(&["ls", "s3://stage"]).code, 0, "an empty bucket is there");
    let said = t.run(&["ls", "s3://no-such-bucket"]);
    assert!(said.code == 1 && said.err.contains("NoSuchBucket") && said.err.contains("hint:"), "{said:?}");
}

#[test]
fn keys_are_printed_raw_to_a_pipe_and_json_is_one_object_a_line() {
    let t = Stage::new();
    t.put("\u{1b}[2J\u{202e}", "x");
    assert!(t.done(&["ls", "s3://stage"]).contains("\u{1b}[2J\u{202e}"));
    let said = t.run(&["ls", "--json", "s3://stage"]);
    assert_eq!(said.json()[0]["key"], "\u{1b}[2J\u{202e}");
}

#[test]
fn du_sums_up_what_is_below() {
    let t = Stage::new();
    t.put("a/1", "123");
    t.put("a/b/2", "4567");
    t.put("c", "8");
    let listed = t.done(&["du", "s3://stage/a/", "s3://stage"]);
    let rows: Vec<_> = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(rows, [["7", "2", "objects", "s3://stage/a/"], ["8", "3", "objects", "s3://stage/"]]);
    assert_eq!(t.run(&["du", "--json", "s3://stage/a/"]).json()[0]["bytes"], 7);
    let said = t.run(&["du", "s3://no-such-bucket", "s3://stage/c"]);
    assert!(said.code == 1 && said.err.contains("NoSuchBucket") && said.out.contains("s3://stage/c"), "{said:?}");
    assert_eq!(t.run(&["ls", "--json", "--summarize", "s3://stage"]).code, 2, "a sum is no row");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let t = Stage::new();
    t.put("k", "x");
    let mut child = t.command(&["ls", "-r", "s3://stage"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let said = Said::of(child);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

/// 1,200 keys in folders, and a server on which one kind of request fails for good.
fn failing(fault: Fault, is_meant: fn(&str) -> bool) -> Stage {
    let t = Stage::new();
    let keys: Vec<_> = (0..1200).map(|key| format!("{}/{key:04}", key / 120)).collect();
    t.demo.fill("stage", keys.iter().map(String::as_str));
    t.demo.faults().add(Rule::new(fault).on("ListObjectsV2").query(is_meant));
    t
}

/// What takes all that a listing brings.
const READERS: [&[&str]; 5] = [
    &["ls", "-r", "s3://stage"],
    &["du", "s3://stage"],
    &["rm", "-r", "--yes", "s3://stage"],
    &["rm", "-r", "--dry-run", "s3://stage"],
    &["mv", "-r", "-q", "s3://stage", "here"],
];

fn assert_whole(t: &Stage, args: &[&str], out: &str) {
    t.demo.faults().clear();
    match args {
        ["ls", ..] | ["rm", "-r", "--dry-run", ..] => assert_eq!(out.lines().count(), 1200, "{args:?}"),
        ["du", ..] => assert!(out.contains(" 1,200 objects "), "{out}"),
        _ => assert!(t.keys().is_empty(), "{args:?}"),
    }
}

#[test]
fn no_command_takes_a_part_of_a_listing_for_the_whole() {
    let kinds: [fn(&str) -> bool; 3] = [
        |query| query.contains("delimiter="),
        |query| !query.contains("delimiter="),
        |query| query.contains("prefix=9%2F") && !query.contains("delimiter="),
    ];
    // Most of the time they wait before they try again.
    std::thread::scope(|scope| {
        for (kind, is_meant) in kinds.into_iter().enumerate() {
            for args in READERS {
                scope.spawn(move || {
                    let t = failing(Fault::ResetAfter(50), is_meant);
                    let said = t.run(args);
                    // What only helps may fail too late to matter.
                    if said.code == 0 && kind != 1 {
                        return assert_whole(&t, args, &said.out);
                    }
                    let is_told = said.code == 1 && said.err.contains("cannot list");
                    assert!(is_told, "{kind} {args:?}: {} {}", said.code, said.err);
                });
            }
        }
    });
}

#[test]
fn who_may_not_list_folders_gets_all_the_same() {
    for args in READERS {
        let t = failing(Fault::Denied, |query| query.contains("delimiter="));
        let out = t.done(args);
        assert_whole(&t, args, &out);
    }
}
