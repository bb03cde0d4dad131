//! `-`: standard input and output.

use std::io::Write as _;
use std::process::Stdio;

use bucketry::demo::{Fault, Rule};

use crate::stage::{Said, Stage, wait};

/// Text of a size in which no two lines are equal.
fn lines(size: usize) -> Vec<u8> {
    (0_u64..).flat_map(|number| format!("{number}\n").into_bytes()).take(size).collect()
}

const MIB: usize = 1024 * 1024;

#[test]
fn standard_input_is_written_in_one_piece_or_in_parts() {
    let t = Stage::new();
    for (key, contents) in
        [("empty", Vec::new()), ("small", lines(1000)), ("exact", lines(8 * MIB)), ("large", lines(19 * MIB))]
    {
        let said = t.feed(&["cp", "-", &format!("s3://stage/{key}")], &contents);
        assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:?}");
        assert!(t.get(key) == contents, "{key}");
    }
    assert_eq!(t.demo.open_uploads(), 0);
}

#[test]
fn an_object_goes_to_standard_output_whole_even_if_the_connection_breaks() {
    let t = Stage::new();
    let contents = lines(3 * MIB);
    t.put("f", contents.clone());
    let _rule = t.demo.faults().add(Rule::new(Fault::ResetAfter(MIB as u64)).on("GetObject").times(1));
    assert!(t.done(&["cp", "s3://stage/f", "-"]).into_bytes() == contents);
}

#[test]
fn standard_input_respects_what_is_there_if_asked_to() {
    let t = Stage::new();
    t.put("f", "old");
    let said = t.feed(&["cp", "--no-overwrite", "-", "s3://stage/f"], b"new");
    assert!(said.code == 0 && said.err.contains("skipped"), "{said:?}");
    assert_eq!(t.get("f"), b"old");
    t.feed(&["cp", "-", "s3://stage/f"], b"new");
    assert_eq!(t.get("f"), b"new");
}

#[test]
fn a_stream_needs_a_whole_key_and_is_neither_moved_nor_recursive() {
    let t = Stage::new();
    t.write("file", "here");
    for args in [
        ["cp", "-", "s3://stage/dir/"].as_slice(),
        &["cp", "--expected-size", "1GiB", "file", "s3://stage/k"],
        &["cp", "-", "s3://stage"],
        &["cp", "-", "file"],
        &["cp", "-", "-"],
        &["cp", "-r", "-", "s3://stage/k"],
        &["mv", "-", "s3://stage/k"],
        &["mv", "s3://stage/k", "-"],
    ] {
        assert_eq!(t.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn an_interrupted_upload_ends_with_130_and_leaves_nothing() {
    let t = Stage::new();
    let mut child = t.command(&["cp", "-", "s3://stage/f"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&lines(20 * MIB)).unwrap();
    // The pipe holds 64 KiB: what was taken of the third part says that the upload was begun.
    assert_eq!(t.demo.open_uploads(), 1);
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let said = Said::of(child);
    drop(pipe);
    assert_eq!(said.code, 130, "{said:?}");
    assert!(said.err.contains("interrupted"), "{said:?}");
    assert_eq!((t.demo.open_uploads(), t.keys().len()), (0, 0));
}

#[test]
fn what_a_killed_stream_has_left_is_cleaned_up_by_the_next_one() {
    let t = Stage::new();
    let mut child = t.command(&["cp", "-", "s3://stage/killed"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&lines(20 * MIB)).unwrap();
    assert_eq!(t.demo.open_uploads(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(t.demo.open_uploads(), 1);
    let said = t.feed(&["cp", "-", "s3://stage/f"], b"new");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!((t.demo.open_uploads(), t.keys()), (0, vec!["f".to_owned()]));
}

#[test]
fn a_download_that_is_interrupted_leaves_no_file() {
    let t = Stage::new();
    t.put("f", lines(MIB));
    let _rule = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject"));
    let child = t.command(&["cp", "s3://stage/f", "down/"]).spawn().unwrap();
    wait("the object is asked for", || t.demo.count("GetObject") > 0);
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let said = Said::of(child);
    assert_eq!(said.code, 130, "{said:?}");
    let left: Vec<_> = std::fs::read_dir(t.path("down")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
