//! `set`.

use crate::stage::Stage;

fn stage() -> Stage {
    let t = Stage::new();
    for key in ["site/index.html", "site/main.css", "site/raw", "site-old/x"] {
        t.put(key, "x");
    }
    t
}

#[test]
fn types_go_by_pattern_and_what_is_so_already_is_left_out() {
    let t = stage();
    let types = ["--content-type-by", "*.html=text/html", "--content-type-by", "*.css=text/css"];
    let said = t.run(&[&["set", "-r", "--yes", "s3://stage/site"], types.as_slice()].concat());
    assert!(said.code == 0 && said.err.contains("changed 2 items"), "{said:?}");
    assert!(said.err.contains("skipped 1 item: it is so already"), "{said:?}");
    let shown = t.done(&["stat", "s3://stage/site/main.css"]);
    assert!(shown.contains("text/css"), "{shown}");
    let again = t.run(&[&["set", "-r", "--yes", "--json", "s3://stage/site"], types.as_slice()].concat());
    assert!(again.json().iter().all(|item| item["outcome"] == "skipped"), "{again:?}");
}

#[test]
fn a_dry_run_lists_each_line_and_changes_nothing_also_where_writing_is_switched_off() {
    let t = stage();
    let args = ["set", "-r", "s3://stage/site", "--include", "*", "--exclude", "*.css", "--exclude", "raw"];
    let args =
        [args.as_slice(), &["--tag", "team=red", "--metadata", "a=\u{7e}b", "--dry-run", "--read-only"]].concat();
    let said = t.run(&args);
    assert_eq!(said.code, 0, "{said:?}");
    let wanted = "would change s3://stage/site/index.html\n  metadata a: (none) -> ~b\n  tag team: (none) -> red\n";
    assert_eq!(said.out, wanted);
    let found = t.run(&[args.as_slice(), &["--json"]].concat()).json();
    assert_eq!(found[0]["outcome"], "would be changed");
    assert_eq!(found[0]["changes"]["lines"][1]["to"], "red");
    assert_eq!(t.run(&args).out, wanted, "nothing was changed");
}

#[test]
fn several_objects_are_refused_without_a_terminal_and_one_is_not() {
    let t = stage();
    let said = t.run(&["set", "-r", "s3://stage/site", "--tag", "a=b"]);
    assert!(said.code == 2 && said.err.contains("refused to change 3 objects"), "{said:?}");
    let two = ["set", "s3://stage/site/raw", "s3://stage/site-old/x", "--tag", "a=b"];
    assert!(t.run(&two).err.contains("refused to change 2 objects"));
    t.done(&["set", "s3://stage/site/raw", "--tag", "a=b"]);
    t.done(&[two.as_slice(), &["--yes"]].concat());
    for wrong in [["set", "s3://stage/site/", "--clear-tags"], ["set", "s3://stage", "--clear-tags"]] {
        let said = t.run(&wrong);
        assert!(said.code == 2 && said.err.contains("--recursive"), "{said:?}");
    }
    let said = t.run(&["set", "s3://stage/site/raw"]);
    assert!(said.code == 2 && said.err.contains("nothing is to change"), "{said:?}");
    let said = t.run(&["set", "--read-only", "s3://stage/site/raw", "--clear-tags"]);
    assert!(said.code == 2 && said.err.contains("writing is switched off"), "{said:?}");
}

#[test]
fn what_fails_is_named_and_has_its_exit_code() {
    let t = stage();
    let said = t.run(&["set", "--yes", "s3://stage/none", "s3://stage/site/raw", "--cache-control", "no-store"]);
    assert!(said.code == 1 && said.err.contains("s3://stage/none"), "{said:?}");
    let shown = t.done(&["stat", "s3://stage/site/raw"]);
    assert!(shown.contains("no-store"), "{shown}");
    let said = t.run(&["set", "s3://stage/site/raw", "--acl", "public-read"]);
    assert!(said.code == 1 && said.err.contains("ACLs are disabled"), "{said:?}");
}
