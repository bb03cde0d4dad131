//! What is on the disk before it counts as done, seen in the calls that the program makes: contents, name, folder.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use crate::stage::Stage;

/// Returns what the program does with the files of its working folder, call by call; nothing where no program may watch
/// another.
fn watched(t: &Stage, args: &[&str]) -> Option<Vec<String>> {
    const CALLS: &str = "trace=fsync,fdatasync,rename,renameat,renameat2,unlinkat";
    if !Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success()) {
        let _ = writeln!(std::io::stderr(), "skipped: what is synced: strace is missing, or must not watch here");
        return None;
    }
    let mut command = t.surrounded("strace");
    command.env("PATH", "/usr/bin:/bin").args(["-f", "-y", "-e", CALLS, "-o", "calls", env!("CARGO_BIN_EXE_bucketry")]);
    assert!(command.args(args).status().unwrap().success(), "{args:?}");
    let calls = fs::read_to_string(t.path("calls")).unwrap();
    // A call of one thread may be cut in two by one of another.
    let begun = calls.lines().filter(|line| !line.contains("resumed>"));
    Some(begun.filter(|line| line.contains("/down")).map(str::to_owned).collect())
}

/// Returns the places of the first call on a temporary file's contents, of its new name, and of the folder after that.
fn order(calls: &[String]) -> (Option<usize>, Option<usize>, Option<usize>) {
    let contents = calls.iter().position(|call| call.contains("sync(") && call.contains(".bucketry-"));
    let name = calls.iter().position(|call| call.contains("rename"));
    let folder = calls.iter().rposition(|call| call.contains("sync(") && call.contains("/down>"));
    (contents, name, folder)
}

#[test]
fn files_are_synced_before_they_get_their_names_and_their_folder_after_that() {
    let t = Stage::new();
    t.put("f", "x");
    // What is moved is deleted behind that, so it is synced whatever was asked for.
    for args in [&["cp", "--fsync", "s3://stage/f", "down/"][..], &["mv", "s3://stage/f", "down/g"]] {
        let Some(calls) = watched(&t, args) else { return };
        let (contents, name, folder) = order(&calls);
        assert!(contents.is_some() && contents < name && name < folder, "{args:?}: {calls:#?}");
    }
    t.put("f", "x");
    let calls = watched(&t, &["cp", "s3://stage/f", "down/h"]).unwrap();
    let (contents, name, folder) = order(&calls);
    assert!(contents.is_none() && name.is_some() && folder.is_none(), "{calls:#?}");
}
