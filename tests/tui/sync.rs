//! A sync on the screen: the plan is shown before anything happens, then it runs as a job.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use crate::stage::Stage;
use crate::terminal::Terminal;

/// Asks for the plan of a sync, and waits until it takes keys: it comes by itself when both places are compared.
fn planned(t: &mut Terminal, counts: &str) -> String {
    t.keys("Y").wait(counts);
    t.wait("[>Sync<]")
}

#[test]
fn a_plan_is_shown_as_counts_and_as_a_list_and_then_carried_out() {
    let stage = Stage::empty();
    stage.write("new.txt", b"new");
    stage.write("older.txt", b"same size");
    stage.write("sub/deep.txt", b"deep");
    // What is older than its object stays as it is.
    let older = fs::File::options().write(true).open(stage.files().join("older.txt")).unwrap();
    older.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    stage.put("older.txt", b"same size");
    stage.put("old.txt", b"only there");
    let mut t = stage.open();
    let screen = planned(&mut t, "2 new, 0 replaced, 7 B");
    assert!(
        screen.contains("up to S3")
            && screen.contains("copy       new.txt")
            && screen.contains("copy       sub/deep.txt"),
        "{screen}"
    );
    assert!(!screen.contains("delete     old.txt"), "nothing is deleted unasked: {screen}");
    assert_eq!(stage.keys(), ["old.txt", "older.txt"], "nothing happens before it was agreed to");
    // The list of the plan is the comparison.
    let screen = t.keys("<Esc>").wait("left only 2");
    assert!(screen.contains("right only 1") && screen.contains("newer right 1"), "{screen}");
    planned(&mut t, "2 new, 0 replaced, 7 B");
    t.keys("<Enter>").wait("2 done");
    assert_eq!(stage.keys(), ["new.txt", "old.txt", "older.txt", "sub/deep.txt"]);
    assert_eq!((stage.get("new.txt"), stage.get("sub/deep.txt")), (Some(b"new".to_vec()), Some(b"deep".to_vec())));
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn a_mirror_deletes_after_the_name_of_its_target_was_typed() {
    let stage = Stage::empty();
    stage.write("kept.txt", b"kept");
    stage.put("old.txt", b"x");
    let mut t = stage.open();
    planned(&mut t, "1 new, 0 replaced");
    // From the button to the choice of what is only there: `keep`, then `delete`.
    t.keys("<BackTab><Right>").wait("To delete 1 object, type: stage");
    t.keys("<Tab><Enter>").wait("that is not the name");
    assert_eq!(stage.keys(), ["old.txt"]);
    t.keys("stage<Enter><Enter>").wait("2 done");
    assert_eq!(stage.keys(), ["kept.txt"]);
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
