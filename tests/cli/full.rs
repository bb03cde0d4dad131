//! Disks that are full, and disks that nobody may write to: what arrives is whole or absent, what is moved is never lost,
//! each item is told of, and nothing is left over. A journal that cannot be written hinders no work.
//!
//! Each disk is a tmpfs in a mount namespace of its own, which ends with the shell in it, however the test ends. Where
//! that is not allowed the tests are skipped, and say so.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::place::{Place, Tree, files, noise};
use crate::stage::{Said, Stage, two};

const MIB: usize = 1024 * 1024;

/// What the scripts of the tests have: `run` runs the program and prints how it ended, `keep` copies what is on the disk
/// to where the test can see it.
const PRELUDE: &str = r#"
    set -u
    mkdir -p disk && mount -t tmpfs -o "size=$SIZE" none disk || exit 99
    run() { "$BUCKETRY" "$@" && echo "exit 0" || echo "exit $?"; }
    keep() { mkdir -p "$1" && cp -a disk/. "$1"; }
"#;

/// Returns how to get a mount namespace here: as root, else as root of a user namespace.
fn namespace() -> Option<&'static str> {
    static FOUND: OnceLock<Option<&'static str>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let works = |flags: &&str| {
            let mut tried = Command::new("unshare");
            tried.args([flags, "sh", "-c", "mount -t tmpfs none /mnt"]).stderr(Stdio::null());
            tried.status().is_ok_and(|status| status.success())
        };
        let found = ["-m", "-rm"].into_iter().find(works);
        if found.is_none() {
            let reason = "no disk can be mounted here, neither as root nor in a namespace of one's own";
            let _ = writeln!(std::io::stderr(), "skipped: full and read-only disks: {reason}");
        }
        found
    })
}

/// Runs a script beside a disk of a size, `disk`; returns what all of it said, or nothing where there can be no disk.
fn with_disk(t: &Stage, size: &str, script: &str) -> Option<Said> {
    let mut command = t.surrounded("unshare");
    command.args([namespace()?, "sh", "-c", &format!("{PRELUDE}{script}")]);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("SIZE", size);
    let said = Said::of(command.env("BUCKETRY", env!("CARGO_BIN_EXE_bucketry")).spawn().unwrap());
    assert_eq!(said.code, 0, "the script: {said:?}");
    Some(said)
}

/// Some that fit on the disk, and far more that do not.
fn many() -> Tree {
    (0..120).map(|at| (format!("f/{at:03}"), noise(90_000 + at))).collect()
}

/// Checks what was copied as far as there was room: what is there is whole, what is not is told of by its name.
fn check_part(whole: &Tree, there: &Tree, said: &Said) {
    assert!(said.out.contains("exit 1"), "{said:?}");
    assert!(there.len() < whole.len(), "all of it found room");
    for (name, contents) in there {
        assert!(whole.get(name) == Some(contents), "{name} is not whole, or left over");
    }
    for name in whole.keys().filter(|name| !there.contains_key(*name)) {
        let is_told = said.err.lines().any(|line| line.contains(name.as_str()));
        assert!(is_told, "{name} is missing and nobody says so: {said:?}");
    }
}

#[test]
fn a_file_that_finds_no_room_is_absent_and_told() {
    let t = Stage::new();
    t.put("large", noise(12 * MIB));
    for options in ["", "--part-size 5MiB"] {
        let script = format!("run cp -q {options} s3://stage/large disk/; keep after");
        let Some(said) = with_disk(&t, "8m", &script) else { return };
        assert!(said.out.contains("exit 1") && said.err.contains("disk/large"), "{said:?}");
        assert!(files(&t.path("after")).is_empty(), "{:?}", files(&t.path("after")).keys());
    }
}

#[test]
fn of_many_files_those_that_find_room_are_whole_and_the_others_are_told_by_name() {
    let t = Stage::new();
    Place::Prefix(&t, "from/").fill(&many());
    let Some(said) = with_disk(&t, "4m", "run cp -r -q s3://stage/from/ disk; keep after") else { return };
    let there = files(&t.path("after"));
    assert!(!there.is_empty());
    check_part(&many(), &there, &said);
}

#[test]
fn what_is_moved_to_a_full_disk_stays_where_it_was() {
    let t = Stage::new();
    let from = Place::Prefix(&t, "from/");
    from.fill(&many());
    let Some(said) = with_disk(&t, "4m", "run mv -r -q s3://stage/from/ disk; keep after") else { return };
    let (there, left) = (files(&t.path("after")), from.found());
    check_part(&many(), &there, &said);
    for (name, contents) in many() {
        assert!(there.get(&name).or(left.get(&name)) == Some(&contents), "{name} is lost");
    }
}

#[test]
fn a_sync_to_a_full_disk_deletes_nothing() {
    let t = Stage::new();
    Place::Prefix(&t, "from/").fill(&many());
    let script = "echo kept > disk/doomed; run sync -q --delete s3://stage/from/ disk; keep after";
    let Some(said) = with_disk(&t, "4m", script) else { return };
    let mut there = files(&t.path("after"));
    assert_eq!(there.remove("doomed").as_deref(), Some(&b"kept\n"[..]));
    check_part(&many(), &there, &said);
}

#[test]
fn what_found_no_room_goes_on_when_there_is_some() {
    let t = Stage::new();
    let whole: Tree = (0..3).map(|at| (format!("{at}"), noise(6 * MIB + at))).collect();
    Place::Prefix(&t, "from/").fill(&whole);
    let copy = "run cp -r -q --resume --part-size 5MiB s3://stage/from/ disk";
    let script = format!("{copy}; mount -o remount,size=64m disk; {copy}; keep after");
    let Some(said) = with_disk(&t, "8m", &script) else { return };
    assert_eq!(said.out, "exit 1\nexit 0\n", "{said:?}");
    assert!(files(&t.path("after")) == whole, "{:?}", files(&t.path("after")).keys());
}

#[test]
fn a_disk_that_nobody_may_write_to_is_named_and_nothing_is_lost() {
    let t = Stage::new();
    let whole: Tree = (0..3).map(|at| (format!("{at}"), noise(1000 + at))).collect();
    let from = Place::Prefix(&t, "from/");
    from.fill(&whole);
    for verb in ["cp -r", "mv -r", "sync --delete"] {
        let script =
            format!("echo old > disk/0; mount -o remount,ro disk; run {verb} -q s3://stage/from/ disk; keep after");
        let Some(said) = with_disk(&t, "1m", &script) else { return };
        assert!(said.out.contains("exit 1") && said.err.contains("disk"), "{verb}: {said:?}");
        assert!(from.found() == whole, "{verb}");
        assert_eq!(files(&t.path("after")), Tree::from([("0".to_owned(), b"old\n".to_vec())]), "{verb}");
    }
    let script = "echo here > disk/f; mount -o remount,ro disk; run mv -q disk/f s3://stage/moved; keep after";
    let said = with_disk(&t, "1m", script).unwrap();
    assert!(said.out.contains("exit 1") && said.err.contains("disk/f"), "{said:?}");
    assert_eq!((t.get("moved"), t.path("after/f").exists()), (b"here\n".to_vec(), true));
}

#[test]
fn a_journal_that_finds_no_room_is_told_and_hinders_nothing() {
    let (t, far) = two();
    let whole: Tree = [("large".to_owned(), noise(12 * MIB)), ("small".to_owned(), noise(1000))].into();
    Place::Local(t.path("from")).fill(&whole);
    let fill = "head -c 64m /dev/zero > disk/full 2> /dev/null;";
    let on_it = "export XDG_DATA_HOME=$PWD/disk TMPDIR=$PWD/disk;";
    let copies = "run cp -r -q --part-size 5MiB from s3://stage/up/; run mv -r -q s3://stage/up/ s3://far@stage/; \
                  run sync -q s3://far@stage/ down";
    let Some(said) = with_disk(&t, "2m", &format!("{on_it} {fill} {copies}; rm disk/full; keep after")) else { return };
    assert_eq!(said.out, "exit 0\n".repeat(3), "{said:?}");
    let told = said.err.lines().filter(|line| line.contains("journal")).count();
    assert_eq!(told, 3, "each run says it once: {said:?}");
    assert!(Place::Prefix(&far, "").found() == whole && files(&t.path("down")) == whole && t.keys().is_empty());
    assert_eq!((t.demo.open_uploads(), far.demo.open_uploads()), (0, 0));
}

#[test]
fn a_journal_that_runs_out_of_room_in_the_middle_is_told_once_and_the_work_goes_on() {
    let t = Stage::new();
    let names: Vec<_> = (0..1500).map(|at| format!("from/{at:0200}")).collect();
    t.demo.fill("stage", names.iter().map(String::as_str));
    let script = "export XDG_DATA_HOME=$PWD/disk; run cp -r -q s3://stage/from/ down; keep after";
    let Some(said) = with_disk(&t, "512k", script) else { return };
    assert_eq!(said.out, "exit 0\n", "{said:?}");
    let told = said.err.lines().filter(|line| line.contains("journal")).count();
    assert!(told == 1, "{said:?}");
    assert_eq!(fs::read_dir(t.path("down")).unwrap().count(), 1500);
    assert!(fs::metadata(t.path("after/bucketry/journal.db")).unwrap().len() > 0, "it was begun");
}
