//! `uploads`.

use bucketry::demo::{Fault, Rule};
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{Said, Stage, wait};

/// An endpoint with two uploads that nobody works on.
fn stage() -> Stage {
    let t = Stage::new();
    t.begin_upload("a/one");
    t.begin_upload("b/two, too");
    t
}

#[test]
fn what_is_unfinished_is_listed_below_a_location_and_in_all_buckets() {
    let t = stage();
    assert_eq!(t.done(&["uploads"]).lines().count(), 2);
    assert!(t.done(&["uploads", "s3://stage/a/"]).contains("  s3://stage/a/one  "));
    let said = t.run(&["uploads", "s3://stage/b", "--json", "--sizes"]);
    let rows = said.json();
    assert_eq!((rows.len(), &rows[0]["key"], &rows[0]["bytes"]), (1, &"b/two, too".into(), &0.into()), "{said:?}");
    assert!(rows[0]["uploadId"].as_str().is_some_and(|id| !id.is_empty()) && rows[0]["holder"].is_null());
    assert_eq!(t.done(&["uploads", "--older-than", "7d"]), "");
    assert_eq!(t.run(&["uploads", "--yes"]).code, 2, "yes to what?");
}

#[test]
fn they_are_aborted_after_a_question_alone() {
    let t = stage();
    let said = t.run(&["uploads", "--abort"]);
    assert!(said.code == 2 && said.err.contains("refused to abort 2 uploads"), "{said:?}");
    let said = t.run(&["uploads", "--abort", "--yes", "--read-only"]);
    assert!(said.code == 2 && said.err.contains("writing is switched off"), "{said:?}");
    assert_eq!(t.demo.open_uploads(), 2);
    let said = t.run(&["uploads", "s3://stage/a", "--abort", "--yes"]);
    assert!(said.code == 0 && said.err.contains("aborted 1 item"), "{said:?}");
    assert_eq!(t.demo.open_uploads(), 1);
}

#[test]
fn what_a_running_copy_works_on_is_marked_and_left_alone_unless_it_is_forced() {
    let t = Stage::new();
    t.write("f", vec![7; 20 << 20]);
    t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let running = t.command(&["cp", "f", "s3://stage/", "--resume"]).spawn().unwrap();
    wait("an upload", || t.demo.count("UploadPart") > 0);
    assert!(t.done(&["uploads"]).contains("(running)"));
    let said = t.run(&["uploads", "--abort", "--yes"]);
    assert!(said.code == 0 && said.err.contains("skipped 1 item: a copy of the program that runs"), "{said:?}");
    assert_eq!(t.demo.open_uploads(), 1);
    kill_process(Pid::from_raw(running.id().try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
    Said::of(running);
    assert!(t.done(&["uploads"]).contains("(left)"));
    t.done(&["uploads", "--abort", "--yes"]);
    assert_eq!(t.demo.open_uploads(), 0);
}

#[test]
fn a_bucket_that_may_not_be_looked_into_hides_no_other() {
    let t = stage();
    t.done(&["mb", "s3://other-bucket"]);
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListMultipartUploads").times(1));
    let said = t.run(&["uploads"]);
    assert!(said.code == 1 && said.err.contains("s3:ListBucketMultipartUploads"), "{said:?}");
    assert_eq!(said.out.lines().count(), 2, "other-bucket was denied, stage was not");
}
