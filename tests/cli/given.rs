//! What `cp` and `mv` are given for the objects that they write, and how they move data.

use std::fs;

use crate::stage::Stage;

const MIB: usize = 1024 * 1024;

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn metadata_tags_and_encryption_are_written_by_files_and_streams() {
    let t = Stage::new();
    t.write("f", "f");
    let given = [
        ["--content-type", "text/x-own"],
        ["--cache-control", "max-age=60"],
        ["--content-disposition", "attachment; filename=\"f\""],
        ["--content-encoding", "gzip"],
        ["--metadata", "Owner=me"],
        ["--metadata", "colour=blue=green"],
        ["--tag", "team=red"],
        ["--sse", "aws:kms"],
        ["--sse-kms-key-id", "a-key"],
        ["--acl", "bucket-owner-full-control"],
    ]
    .concat();
    t.done(&[&["cp", "f", "s3://stage/file"][..], &given].concat());
    let said = t.feed(&[&["cp", "-", "s3://stage/stream"][..], &given].concat(), b"f");
    assert_eq!(said.code, 0, "{said:?}");
    for key in ["file", "stream"] {
        let (facts, tags) = t.facts(key);
        let own = facts.attributes;
        assert_eq!(
            (own.content_type.as_deref(), own.cache_control.as_deref()),
            (Some("text/x-own"), Some("max-age=60"))
        );
        assert_eq!(own.content_disposition.as_deref(), Some("attachment; filename=\"f\""));
        assert_eq!(own.content_encoding.as_deref(), Some("gzip"));
        assert_eq!(own.user, [pair("colour", "blue=green"), pair("owner", "me")]);
        assert_eq!(tags, [pair("team", "red")]);
        let encryption = facts.encryption.unwrap();
        assert_eq!((encryption.algorithm.as_str(), encryption.key.as_deref()), ("aws:kms", Some("a-key")));
    }
}

#[test]
fn a_copy_within_s3_keeps_what_is_not_given() {
    let t = Stage::new();
    t.write("f.csv", "1,2");
    t.done(&["cp", "f.csv", "s3://stage/", "--metadata", "owner=me", "--tag", "team=red"]);
    t.done(&["mv", "s3://stage/f.csv", "s3://stage/g", "--metadata", "stage=test", "--tag", "team=blue"]);
    let (facts, tags) = t.facts("g");
    assert_eq!(facts.attributes.content_type.as_deref(), Some("text/csv"));
    assert_eq!(facts.attributes.user, [pair("owner", "me"), pair("stage", "test")]);
    assert_eq!(tags, [pair("team", "blue")]);
    assert_eq!(t.keys(), ["g"]);
}

#[test]
fn parts_have_the_size_that_is_given_and_what_is_no_larger_goes_at_once() {
    let t = Stage::new();
    t.write("f", vec![7; 11 * MIB]);
    let way = ["--part-size", "5MiB", "--concurrency", "1", "--limit-rate", "none"];
    t.done(&[&["cp", "f", "s3://stage/"][..], &way].concat());
    assert_eq!(t.demo.count("UploadPart"), 3);
    t.done(&[&["cp", "s3://stage/f", "back", "--fsync"][..], &way].concat());
    assert_eq!(t.demo.count("GetObject"), 3);
    assert!(fs::read(t.path("back")).unwrap() == vec![7; 11 * MIB]);
    t.done(&["cp", "f", "s3://stage/whole", "--part-size", "11MiB"]);
    assert_eq!(t.demo.count("UploadPart"), 3);
}
