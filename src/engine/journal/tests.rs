//! The file itself: what a cut log, a damaged file and another copy of the program do to it.

use std::fs::{File, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

use super::database::{NAME, open};
use super::owner::Owner;
use crate::model::error::Kind;

fn jobs(file: &Connection) -> i64 {
    file.query_row("SELECT count(*) FROM job", [], |row| row.get(0)).unwrap()
}

fn add_job(file: &Connection, number: i64) {
    let insert = "INSERT INTO job (owner, work, tag, queued) VALUES ('o', ?1, 't', 0)";
    file.execute(insert, [format!("{number}{}", "x".repeat(200))]).unwrap();
}

fn copy(from: &Path, to: &Path, wal: usize) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::copy(from.join(NAME), to.join(NAME)).unwrap();
    let log = std::fs::read(from.join(format!("{NAME}-wal"))).unwrap();
    std::fs::write(to.join(format!("{NAME}-wal")), &log[..wal]).unwrap();
}

#[test]
fn a_log_that_is_cut_at_any_byte_loses_at_most_what_was_committed_last() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole");
    let file = open(&whole, true).unwrap().connection;
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0").unwrap();
    // What the log holds after each commit.
    let mut ends = vec![0];
    for number in 0..6 {
        add_job(&file, number);
        ends.push(usize::try_from(std::fs::metadata(whole.join(format!("{NAME}-wal"))).unwrap().len()).unwrap());
    }
    let last = *ends.last().unwrap();
    // Every byte of the last commit, and some of the others.
    let cuts = (0..last).step_by(997).chain(ends[5]..=last);
    for cut in cuts.step_by(7).chain(ends.iter().copied()) {
        let place = home.path().join("cut");
        copy(&whole, &place, cut);
        let opened = open(&place, true).unwrap();
        assert!(opened.set_aside.is_none(), "cut at {cut}");
        let committed = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(usize::try_from(jobs(&opened.connection)).unwrap(), committed, "cut at {cut}");
        drop(opened);
        std::fs::remove_dir_all(place).unwrap();
    }
}

#[test]
fn a_damaged_file_is_set_aside_and_a_new_one_begun() {
    let home = tempfile::tempdir().unwrap();
    let opened = open(home.path(), true).unwrap();
    for number in 0..100 {
        add_job(&opened.connection, number);
    }
    drop(opened);
    let path = home.path().join(NAME);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(&path, &bytes).unwrap();
    let opened = open(home.path(), true).unwrap();
    let (aside, error) = opened.set_aside.unwrap();
    assert_eq!((jobs(&opened.connection), error.kind), (0, Kind::Corrupt));
    assert_eq!(std::fs::read(aside).unwrap(), bytes, "nothing of it is lost");
}

#[test]
fn a_file_that_is_none_is_set_aside_and_one_of_a_later_version_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(NAME), "a shopping list".repeat(100)).unwrap();
    let opened = open(home.path(), true).unwrap();
    assert!(opened.set_aside.is_some());
    opened.connection.pragma_update(None, "user_version", 1000).unwrap();
    drop(opened);
    let Err(error) = open(home.path(), true) else { panic!("it was opened") };
    assert!(error.to_string().contains("later version"), "{error}");
}

#[test]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::MetadataExt as _;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let _opened = open(&folder, true).unwrap();
    assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    assert_eq!(std::fs::metadata(folder.join(NAME)).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn an_owner_lives_as_long_as_it_is_held_and_its_file_goes_with_it() {
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (Owner::register(home.path()).unwrap(), Owner::register(home.path()).unwrap());
    let name = two.name().to_owned();
    // A file that a copy of the program left that was killed.
    std::fs::write(home.path().join("owner-dead"), "").unwrap();
    assert!(one.is_alive(&name) && one.is_alive(one.name()) && !one.is_alive("owner-dead"));
    let early = |name: &str| File::create(home.path().join(name)).unwrap();
    let hours_ago = SystemTime::now() - Duration::from_hours(2);
    early("new-owner-killed").set_times(FileTimes::new().set_modified(hours_ago)).unwrap();
    drop(early("new-owner-starting"));
    assert!(one.sweep() && !one.sweep());
    let is_there = |name: &str| home.path().join(name).exists();
    assert!(!is_there("new-owner-killed") && is_there("new-owner-starting"), "it is about to be locked");
    assert!(one.is_alive(&name) && !home.path().join("owner-dead").exists());
    drop(two);
    assert!(!one.is_alive(&name));
}
