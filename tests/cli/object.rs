//! `cat`, `stat` and `presign`.

use crate::stage::{BUCKET, Stage};

#[test]
fn cat_writes_objects_one_behind_the_other_and_goes_on_behind_what_is_missing() {
    let t = Stage::new();
    t.put("a", "one\n");
    t.put("b", "two\n");
    assert_eq!(t.done(&["cat", "s3://stage/a", "s3://stage/b"]), "one\ntwo\n");
    let said = t.run(&["cat", "s3://stage/none", "s3://stage/b"]);
    assert_eq!((said.code, said.out.as_str()), (1, "two\n"));
    assert!(said.err.contains("s3://stage/none"), "{said:?}");
    assert_eq!(t.run(&["cat", "s3://stage/a/"]).code, 1, "it could be there");
    assert_eq!(t.run(&["cat", "s3://stage"]).code, 2);
}

#[test]
fn stat_prints_the_sections_of_the_inspector() {
    let t = Stage::new();
    t.put("a.txt", "text");
    t.write("local", "12345");
    let printed = t.done(&["stat", "s3://stage/a.txt"]);
    assert!(printed.starts_with("s3://stage/a.txt\nAccess: Not public\nOverview\n  Size: "), "{printed}");
    for part in ["\nAddress\n  S3 URI: s3://stage/a.txt\n", "\nMetadata\n", "\nTags\n  no tags\n", "\nACL\n"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(t.done(&["stat", "local"]).contains("Size: 5"));
    assert!(t.done(&["stat", "s3://stage"]).contains("\nVersioning\n"));
    let said = t.run(&["stat", "--json", "s3://stage/a.txt"]);
    assert_eq!(said.json()[0]["Address"]["S3 URI"], "s3://stage/a.txt");
    for none in ["s3://stage/none", "s3://stage/none/", "s3://no-such-bucket/a/"] {
        let said = t.run(&["stat", none]);
        assert!(said.code == 1 && said.out.is_empty() && said.err.contains(none), "{said:?}");
    }
}

#[test]
fn a_presigned_address_names_the_object_and_its_lifetime() {
    let t = Stage::new();
    t.put("a b.txt", "text");
    let url = t.done(&["presign", "s3://stage/a b.txt"]);
    assert!(url.starts_with(&format!("{}/{BUCKET}/a%20b.txt?", t.demo.endpoint())), "{url}");
    assert!(url.contains("X-Amz-Expires=3600") && url.contains("X-Amz-Signature="), "{url}");
    let said = t.run(&["presign", "--put", "--json", "--expires-in", "7d", "s3://stage/new"]);
    let value = &said.json()[0];
    assert_eq!(value["method"], "PUT");
    assert!(value["url"].as_str().unwrap().contains("X-Amz-Expires=604800"), "{value}");
    assert_eq!(t.run(&["presign", "--expires-in", "8d", "s3://stage/new"]).code, 2);
    assert_eq!(t.run(&["presign", "--no-sign-request", "s3://stage/new"]).code, 1);
    assert_eq!(t.run(&["presign", "--request-payer", "s3://stage/new"]).code, 1);
}

#[test]
fn an_address_says_when_its_credentials_end_first() {
    let t = Stage::new();
    let answer = format!(
        r#"{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"{}","SessionToken":"token","Expiration":"{}"}}"#,
        t.demo.access_key(),
        t.demo.secret_key(),
        jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2),
    );
    t.write("answer.json", answer);
    t.write("config", format!("[profile brief]\ncredential_process = cat {}\n", t.path("answer.json").display()));
    let run = |lifetime: &str| {
        let mut command = t.command(&["presign", "--profile", "brief", "--expires-in", lifetime, "s3://stage/x"]);
        let output = command.env("AWS_CONFIG_FILE", t.path("config")).env("PATH", "/usr/bin:/bin").output().unwrap();
        crate::stage::Said::from(output)
    };
    let (long, short) = (run("12h"), run("1h"));
    assert!(long.code == 0 && long.err.contains("ends with the session credentials"), "{long:?}");
    assert_eq!((short.code, short.err.as_str()), (0, ""));
}

#[test]
fn a_key_that_ends_in_a_slash_is_named_like_any_other() {
    let t = Stage::new();
    t.put("odd/dir/", "marker");
    t.put("odd/dir/f", "x");
    t.put("plain/f", "x");
    assert_eq!(t.done(&["cat", "s3://stage/odd/dir/"]), "marker");
    assert!(t.done(&["presign", "s3://stage/odd/dir/"]).contains("/odd/dir/?"));
    let printed = t.done(&["stat", "s3://stage/odd/dir/"]);
    assert!(printed.contains("  Size: ") && printed.contains("S3 URI: s3://stage/odd/dir/"), "{printed}");
    let printed = t.done(&["stat", "s3://stage/plain/"]);
    assert!(!printed.contains("  Size: "), "{printed}");
    t.done(&["rm", "s3://stage/odd/dir/"]);
    assert_eq!(t.keys(), ["odd/dir/f", "plain/f"]);
    let said = t.run(&["rm", "s3://stage/odd/dir/"]);
    assert!(said.code == 2 && said.err.contains("--recursive"), "there is no such object any more: {said:?}");
}
