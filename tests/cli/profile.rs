//! Two endpoints: one of the surroundings, the other of a profile in the AWS configuration files.

use crate::stage::{Said, two};

fn refused(said: &Said, code: i32, words: &str) {
    assert!(said.code == code && said.err.contains(words), "{said:?}");
}

#[test]
fn a_location_may_name_a_profile_in_every_command() {
    let (t, far) = two();
    far.put("a/f", "theirs");
    t.put("a/f", "ours");
    assert!(t.done(&["ls", "s3://far@"]).contains("stage"));
    assert!(t.done(&["ls", "s3://far@stage/a/"]).contains(" f"));
    assert_eq!(t.done(&["cat", "s3://far@stage/a/f"]), "theirs");
    assert_eq!(t.done(&["cat", "s3://plain@stage/a/f"]), "theirs");
    assert!(t.done(&["du", "s3://far@stage"]).contains('6'));
    assert!(t.done(&["presign", "s3://far@stage/a/f"]).starts_with(&far.demo.endpoint()));
    assert!(t.done(&["stat", "s3://far@stage/a/f"]).contains("s3://stage/a/f"), "as others know it");
    t.done(&["mb", "s3://far@another"]);
    t.done(&["rb", "s3://far@another"]);
    assert_eq!(t.feed(&["cp", "-", "s3://far@stage/piped"], b"in").code, 0);
    t.done(&["cp", "s3://far@stage/a/f", "down"]);
    assert_eq!((t.read("down"), far.get("piped")), ("theirs".to_owned(), b"in".to_vec()));
    t.done(&["rm", "s3://far@stage/a/f"]);
    assert_eq!((far.keys(), t.get("a/f")), (vec!["piped".to_owned()], b"ours".to_vec()));
}

#[test]
fn from_one_profile_to_another_it_is_copied_and_moved_both_ways() {
    let (t, far) = two();
    far.put("a/f", "f");
    far.put("a/g", "g");
    t.done(&["cp", "-r", "s3://far@stage/a", "s3://stage/b"]);
    assert_eq!((t.keys(), far.keys().len()), (vec!["b/f".to_owned(), "b/g".to_owned()], 2));
    t.done(&["mv", "s3://far@stage/a/f", "s3://stage/a/"]);
    t.done(&["mv", "-r", "s3://stage/b", "s3://far@stage/c"]);
    assert_eq!((t.keys(), far.keys()), (vec!["a/f".to_owned()], vec!["a/g".into(), "c/f".into(), "c/g".into()]));
    assert_eq!(t.demo.count("CopyObject") + far.demo.count("CopyObject"), 0);
}

#[test]
fn the_source_may_be_told_beside_its_location() {
    let (t, far) = two();
    far.put("a", "theirs");
    let endpoint = far.demo.endpoint();
    t.done(&["cp", "s3://stage/a", "s3://stage/one", "--source-profile", "far"]);
    t.done(&["cp", "s3://stage/a", "s3://stage/two", "--source-endpoint-url", &endpoint]);
    t.done(&["cp", "s3://stage/a", "three", "--source-profile", "far", "--source-region", far.demo.region()]);
    assert_eq!(t.done(&["cp", "s3://stage/a", "-", "--source-profile", "far"]), "theirs");
    t.done(&["cp", "s3://stage/one", "s3://stage/four", "--source-region", t.demo.region()]);
    assert_eq!(t.demo.count("CopyObject"), 1, "a region alone is no other connection");
    t.done(&["mv", "s3://stage/a", "s3://stage/a", "--source-profile", "far"]);
    assert_eq!((t.keys(), far.keys().len()), (vec!["a".into(), "four".into(), "one".into(), "two".to_owned()], 0));
    assert_eq!((t.get("a"), t.read("three")), (b"theirs".to_vec(), "theirs".to_owned()));
}

#[test]
fn a_profile_that_is_not_there_or_told_twice_is_refused_by_name() {
    let (t, _far) = two();
    t.put("a", "ours");
    refused(&t.run(&["cp", "s3://nobody@stage/a", "s3://stage/b"]), 1, "the profile nobody");
    refused(&t.run(&["cp", "s3://stage/a", "s3://nobody@stage/b"]), 1, "the profile nobody");
    refused(&t.run(&["ls", "s3://nobody@"]), 1, "the profile nobody");
    refused(&t.run(&["cp", "s3://far@stage/a", "x", "--source-profile", "far"]), 2, "names a profile already");
    refused(&t.run(&["cp", "file", "s3://stage/", "--source-profile", "far"]), 2, "is in none");
    refused(&t.run(&["ls", "s3://@stage"]), 2, "the profile's name is missing");
}

#[test]
fn a_move_onto_itself_by_another_profile_keeps_the_only_copy() {
    let (t, _far) = two();
    t.put("a", "the only copy");
    let endpoint = t.demo.endpoint();
    let said = t.run(&["mv", "s3://stage/a", "s3://stage/a", "--source-endpoint-url", &endpoint]);
    refused(&said, 1, "source and destination seem to be the same");
    assert_eq!(t.get("a"), b"the only copy");
}
