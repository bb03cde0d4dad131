//! The dialogs that ask for a name or a pattern.

use super::*;

#[test]
fn a_folder_is_made_below_its_place() {
    let new = |place| Script::new(|_| Dialog::NewFolder(Box::new(new_folder::NewFolder::ask(place))));
    let mut script = new(s3("photos", "2026/"));
    assert!(script.keys("<enter>").is_empty() && script.text().contains("! a name is needed"));
    assert_eq!(started(&script.keys("a/b<enter>")), &Work::CreateFolder(s3("photos", "2026/a/b/")));
    let mut script = new(Location::Local("/data".into()));
    assert!(script.keys("../x<enter>").is_empty() && !script.is_closed);
    assert_eq!(started(&script.keys("<ctrl-u>x/<enter>")), &Work::CreateFolder(Location::Local("/data/x".into())));
}

#[test]
fn a_buckets_name_follows_amazons_rules() {
    use new_bucket::name_problem;
    for name in ["abc", "my.bucket-2026", "0a1"] {
        assert_eq!(name_problem(name), None, "{name}");
    }
    for name in [
        "ab",
        "Abc",
        "a_b",
        "-abc",
        "abc-",
        "a..b",
        "192.168.5.4",
        "xn--abc",
        "abc-s3alias",
        "abc--x-s3",
        "amzn-s3-demo-x",
        "sthree-abc",
        "grüße",
        "",
    ] {
        assert!(name_problem(name).is_some(), "{name}");
    }
    assert!(name_problem(&"a".repeat(64)).is_some());
}

#[test]
fn a_bucket_is_made_in_the_region_that_is_typed() {
    let mut script =
        Script::new(|_| Dialog::NewBucket(Box::new(new_bucket::NewBucket::new(Profile::OWN, "eu-west-1"))));
    assert!(script.keys("My<enter>").is_empty() && !script.is_closed);
    let requests = script.keys("<ctrl-u>my-data<tab><ctrl-u>eu-north-1<enter>");
    assert_eq!(started(&requests), &Work::CreateBucket { name: "my-data".into(), region: "eu-north-1".into() });
    assert!(script.text().contains("Public access will be blocked"));
}

#[test]
fn a_rename_moves_within_the_place_and_asks_about_what_is_there() {
    let item = object("2026/a.jpg");
    let rename = || rename::Rename::ask(item.clone(), s3("photos", "2026/"));
    let mut script = Script::new(|_| Dialog::Rename(Box::new(rename())));
    let requests = script.keys("2<enter>");
    let transfer = transferred(&requests);
    assert_eq!(transfer.rename.as_deref(), Some("a2.jpg"));
    assert!(transfer.is_move && transfer.policy == ConflictPolicy::Ask && transfer.to == s3("photos", "2026/"));
    let mut same = Script::new(|_| Dialog::Rename(Box::new(rename())));
    assert!(same.keys("<enter>").is_empty() && same.is_closed, "the same name is no rename");
}

#[test]
fn a_pattern_marks_and_a_broken_one_is_refused() {
    let mut script = Script::new(|_| Dialog::Pattern(Box::new(pattern::Pattern::ask(true))));
    script.keys("<ctrl-u>[a<enter>");
    assert!(!script.is_closed && script.text().contains('!'));
    script.keys("<ctrl-u>*.{csv,json}<enter>");
    let Some(Reply::Mark { pattern, is_mark: true }) = &script.reply else { panic!() };
    assert!(pattern.is_match("a.csv") && pattern.is_match("b.json") && !pattern.is_match("c.txt"));
}
