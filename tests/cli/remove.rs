//! `rm`.

use crate::stage::Stage;

fn stage() -> Stage {
    let t = Stage::new();
    for key in ["logs/1.gz", "logs/2.gz", "logs/keep.txt", "logs-old/1", "one"] {
        t.put(key, "x");
    }
    t
}

#[test]
fn one_object_goes_without_a_question_and_a_prefix_only_with_recursive() {
    let t = stage();
    t.done(&["rm", "s3://stage/one"]);
    for prefix in ["s3://stage/logs/", "s3://stage"] {
        let said = t.run(&["rm", prefix]);
        assert!(said.code == 2 && said.err.contains("--recursive"), "{said:?}");
    }
    assert_eq!(t.keys(), ["logs-old/1", "logs/1.gz", "logs/2.gz", "logs/keep.txt"]);
}

#[test]
fn many_objects_are_refused_without_a_terminal_and_deleted_with_yes() {
    let t = stage();
    let said = t.run(&["rm", "-r", "s3://stage/logs"]);
    assert!(said.code == 2 && said.err.contains("refused to delete 3 objects"), "{said:?}");
    assert_eq!(t.keys().len(), 5);
    let said = t.run(&["rm", "-r", "--yes", "s3://stage/logs"]);
    assert!(said.code == 0 && said.err.contains("deleted 3 items"), "{said:?}");
    assert_eq!(t.keys(), ["logs-old/1", "one"], "a prefix is no part of a name");
}

#[test]
fn filters_and_dry_run_name_what_they_mean() {
    let t = stage();
    let printed = t.done(&["rm", "-r", "s3://stage/logs", "--exclude", "*.txt", "--dry-run"]);
    assert_eq!(printed, "would delete s3://stage/logs/1.gz\nwould delete s3://stage/logs/2.gz\n");
    assert_eq!(t.keys().len(), 5);
    assert_eq!(t.run(&["rm", "-r", "s3://stage/logs", "--exclude", "*.txt"]).code, 2);
    t.done(&["rm", "-r", "-y", "s3://stage/logs", "--exclude", "*.txt"]);
    assert_eq!(t.keys(), ["logs-old/1", "logs/keep.txt", "one"]);
}

#[test]
fn a_whole_bucket_is_emptied_and_stays() {
    let t = stage();
    t.done(&["rm", "-r", "-y", "s3://stage"]);
    assert!(t.keys().is_empty());
    t.done(&["ls", "s3://stage"]);
}

#[test]
fn read_only_refuses_what_writes_and_nothing_else() {
    let t = stage();
    for args in [["--read-only", "rm", "s3://stage/one"], ["rm", "--read-only", "s3://stage/one"]] {
        let said = t.run(&args);
        assert!(said.code == 2 && said.err.contains("writing is switched off"), "{said:?}");
    }
    t.done(&["--read-only", "ls", "s3://stage"]);
    assert_eq!(t.done(&["--read-only", "cp", "s3://stage/one", "-"]), "x");
    assert_eq!(t.keys().len(), 5);
}
