//! `access --make`: a place is made public and private again, and an unsigned request proves it.

use serde_json::{Value, json};

use bucketry::demo::{Fault, Rule};

use crate::stage::Stage;

fn anonymous(t: &Stage, key: &str) -> i32 {
    t.run(&["cat", &format!("s3://stage/{key}"), "--no-sign-request"]).code
}

fn policy(t: &Stage) -> Value {
    serde_json::from_str(&t.done(&["settings", "s3://stage", "policy", "--json"])).unwrap()
}

fn make(t: &Stage, place: &str, aim: &str, more: &[&str]) -> crate::stage::Said {
    t.run(&[&["access", place, "--make", aim], more].concat())
}

#[test]
fn a_prefix_is_opened_by_one_statement_and_closed_by_taking_it_out() {
    let t = Stage::new();
    t.put("site/a b.txt", "open");
    t.put("secret.txt", "shut");
    assert_eq!(anonymous(&t, "site/a b.txt"), 1);
    let said = make(&t, "s3://stage/site/", "public", &["--yes"]);
    assert_eq!(said.code, 0, "{said:?}");
    for part in ["BlockPublicPolicy and RestrictPublicBuckets", "PublicReadSite", "+ ", "arn:aws:s3:::stage/site/*"] {
        assert!(said.out.contains(part), "{part}: {said:?}");
    }
    assert!(said.err.contains("public-access-block --restore") && said.err.contains("is public now"), "{said:?}");
    assert_eq!((anonymous(&t, "site/a b.txt"), anonymous(&t, "secret.txt")), (0, 1));
    let again = make(&t, "s3://stage/site/", "public", &["--yes"]);
    assert!(again.code == 0 && again.out.contains("already"), "{again:?}");
    let said = make(&t, "s3://stage/site/", "private", &["--yes"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!((anonymous(&t, "site/a b.txt"), policy(&t)), (1, Value::Null));
}

#[test]
fn a_dry_run_and_a_missing_yes_change_nothing() {
    let t = Stage::new();
    t.put("k", "x");
    let said = make(&t, "s3://stage/k", "public", &["--dry-run"]);
    assert!(said.code == 0 && said.out.contains("PublicReadK"), "{said:?}");
    let said = make(&t, "s3://stage/k", "public", &[]);
    assert!(said.code == 2 && said.err.contains("--yes"), "{said:?}");
    let said = make(&t, "s3://stage/k", "public", &["--yes", "--read-only"]);
    assert!(said.code == 2 && said.err.contains("switched off"), "{said:?}");
    assert_eq!(
        (t.demo.count("PutPublicAccessBlock"), t.demo.count("PutBucketPolicy")),
        (1, 0),
        "the stage's own alone"
    );
    assert_eq!(t.run(&["access", "s3://stage/k", "--dry-run"]).code, 2);
    assert_eq!(make(&t, "s3://stage/k", "open", &[]).code, 2);
    assert_eq!(make(&t, "s3://stage/k", "public", &["--json"]).code, 2);
}

#[test]
fn what_would_open_or_close_more_must_be_named() {
    let t = Stage::new();
    t.put("a/k", "x");
    t.put("b/k", "x");
    t.done(&["access", "s3://stage", "--make", "public", "--yes"]);
    let said = make(&t, "s3://stage/a/", "private", &["--yes"]);
    assert!(said.code == 2 && said.err.contains("--by grants") && said.out.contains("besides"), "{said:?}");
    assert_eq!((anonymous(&t, "a/k"), anonymous(&t, "b/k")), (0, 0));
    let said = make(&t, "s3://stage/a/", "private", &["--yes", "--by", "block"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!((anonymous(&t, "a/k"), anonymous(&t, "b/k")), (1, 1));
    assert_eq!(policy(&t)["Statement"][0]["Sid"], "PublicRead", "what stands there stays");
    // All of it is only held back, and would count again.
    let said = make(&t, "s3://stage/a/", "public", &["--yes"]);
    assert!(said.code == 2 && said.out.contains("counts again"), "{said:?}");
    t.done(&["access", "s3://stage/a/", "--make", "public", "--yes", "--by", "policy"]);
    assert_eq!(anonymous(&t, "b/k"), 0);
    let said = make(&t, "s3://stage/a/", "private", &["--yes", "--by", "policy"]);
    assert!(said.code == 2 && said.err.contains("offered: grants, block"), "{said:?}");
}

#[test]
fn what_stands_in_the_way_for_good_is_said_and_nothing_is_written() {
    let t = Stage::new();
    t.put("k", "x");
    let deny = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::stage/*",
        "Condition": { "Null": { "aws:PrincipalArn": "true" } }
    }, {
        "Sid": "Shut", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObjectAcl", "Resource": "arn:aws:s3:::stage/*"
    }] });
    t.feed(&["settings", "s3://stage", "policy", "--set", "-", "--yes"], deny.to_string().as_bytes());
    let said = make(&t, "s3://stage/k", "public", &["--yes"]);
    assert!(said.code == 1 && said.out.contains("statement 1 (Never)") && said.err.contains("cannot make"), "{said:?}");
    assert_eq!(policy(&t), deny);
}

#[test]
fn a_failure_half_way_says_what_was_written_and_how_it_is_put_back() {
    let t = Stage::new();
    t.put("k", "x");
    t.demo.faults().add(Rule::new(Fault::Denied).on("PutBucketPolicy"));
    let said = make(&t, "s3://stage/k", "public", &["--yes"]);
    assert!(said.code == 1 && said.err.contains("what was written stands"), "{said:?}");
    assert!(said.err.contains("settings s3://stage public-access-block --restore"), "{said:?}");
    t.done(&["settings", "s3://stage", "public-access-block", "--restore", "--yes"]);
    assert!(t.done(&["settings", "s3://stage", "public-access-block"]).starts_with("BlockPublicAcls is on"));
}

#[test]
fn the_sample_buckets_are_told_what_stands_in_their_way() {
    let t = Stage::new();
    let dry = |place: &str, aim: &str| {
        let said = t.run(&["--demo", "access", place, "--make", aim, "--dry-run"]);
        (said.code, said.out)
    };
    let (code, out) = dry("s3://acme-reports/2024/", "public");
    assert!(code == 0 && out.contains("besides: statement 1 (PublicRead) counts again"), "{out}");
    let (code, out) = dry("s3://acme-data/export/payroll.csv", "public");
    assert!(code == 1 && out.contains("encryption: the object is encrypted by KMS"), "{out}");
    let (code, out) = dry("s3://acme-press/2025/release.txt", "private");
    assert!(code == 0 && out.contains("- ") && out.contains("READ to AllUsers"), "{out}");
    let (code, out) = dry("s3://acme-website", "private");
    assert!(code == 0 && out.contains("- ") && out.contains("To be written, by --by grants"), "{out}");
    let (code, out) = dry("s3://acme-data", "private");
    assert!(code == 0 && out.contains("already"), "{out}");
}

#[test]
fn an_object_is_opened_and_closed_by_its_own_acl() {
    let t = Stage::new();
    t.put("k", "x");
    let own = json!({ "Rules": [{ "ObjectOwnership": "ObjectWriter" }] }).to_string();
    t.feed(&["settings", "s3://stage", "ownership", "--set", "-", "--yes"], own.as_bytes());
    let said = make(&t, "s3://stage/k", "public", &["--yes", "--by", "acl"]);
    assert!(said.code == 0 && said.err.contains("bucketry set s3://stage/k --acl private"), "{said:?}");
    assert_eq!((anonymous(&t, "k"), policy(&t)), (0, Value::Null));
    let said = make(&t, "s3://stage/k", "private", &["--yes"]);
    assert_eq!((said.code, anonymous(&t, "k")), (0, 1), "{said:?}");
}
