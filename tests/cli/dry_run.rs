//! `--dry-run` of `cp` and `mv`.

use crate::stage::Stage;

#[test]
fn each_item_says_where_it_would_go_and_why_it_would_stay() {
    let t = Stage::new();
    for name in ["d/a.csv", "d/b.csv", "d/c.txt"] {
        t.write(name, "new");
    }
    t.put("in/b.csv", "old");
    let args = ["cp", "-r", "d", "s3://stage/in/", "--dry-run", "--no-overwrite", "--exclude", "*.txt"];
    let said = t.run(&args);
    let mut lines: Vec<_> = said.out.lines().collect();
    lines.sort_unstable();
    let home = t.folder().to_string_lossy();
    let (would, stays) =
        (format!("would copy {home}/d/a.csv to s3://stage/in/a.csv"), format!("would leave out {home}/d/b.csv"));
    assert_eq!(said.code, 0, "{said:?}");
    assert!(lines.len() == 2 && lines[0] == would && lines[1].starts_with(&stays), "{said:?}");
    let mut found = t.run(&[&args[..], &["--json"]].concat()).json();
    found.sort_by_key(|item| item["item"].to_string());
    assert_eq!((&found[0]["outcome"], &found[0]["target"]), (&"would be copied".into(), &"s3://stage/in/a.csv".into()));
    assert_eq!(found[1]["outcome"], "skipped");
    assert_eq!((t.keys(), t.get("in/b.csv")), (vec!["in/b.csv".to_owned()], b"old".to_vec()));
}

#[test]
fn a_move_that_is_not_meant_moves_nothing_also_where_writing_is_switched_off() {
    let t = Stage::new();
    t.put("a/f", "f");
    let printed = t.done(&["mv", "-r", "s3://stage/a", "down", "--dry-run", "--read-only"]);
    assert_eq!(printed, format!("would move s3://stage/a/f to {}/down/f\n", t.folder().display()));
    let printed = t.done(&["mv", "s3://stage/a/f", "s3://stage/b/", "--dryrun"]);
    assert_eq!(printed, "would move s3://stage/a/f to s3://stage/b/f\n");
    assert!(!t.path("down").exists() && t.keys() == ["a/f"]);
    let said = t.run(&["mv", "s3://stage/none", "s3://stage/b/", "--dry-run"]);
    assert!(said.code == 1 && said.err.contains("s3://stage/none"), "{said:?}");
}
