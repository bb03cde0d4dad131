//! `access`: verdicts from files and from a server, as text, as JSON, and as exit codes.

use serde_json::{Value, json};

use crate::stage::{Said, Stage};

const OWNER: &str = "111122223333";
const OWNER_ID: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const READ: &str = "s3:GetObject";

/// A policy in which everyone reads, from one range of addresses.
const OFFICE: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Office","Effect":"Allow","Principal":"*",
    "Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}]}"#;

const OPEN: &str = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}]}"#;

fn ask(t: &Stage, args: &[&str]) -> Said {
    t.run(&[&["access", "s3://b/k", "--from", "docs", "--owner", OWNER, "--json"], args].concat())
}

/// The one answer to one question.
fn answer(t: &Stage, who: &str, action: &str, more: &[&str]) -> (i32, Value) {
    let said = ask(t, &[&["--as", who, "--action", action], more].concat());
    let value = said.json().remove(0);
    let answers = value.get("answers").and_then(Value::as_array).unwrap();
    assert_eq!(answers.len(), 1, "{value}");
    (said.code, answers.first().unwrap().clone())
}

fn read(t: &Stage, who: &str) -> (i32, String) {
    let (code, answer) = answer(t, who, READ, &[]);
    (code, answer.get("answer").and_then(Value::as_str).unwrap().to_owned())
}

fn is(code: i32, word: &str) -> (i32, String) {
    (code, word.to_owned())
}

#[test]
fn each_answer_has_its_exit_code() {
    let t = Stage::new();
    t.write("docs/policy.json", OFFICE);
    assert_eq!(read(&t, OWNER), is(0, "yes"));
    assert_eq!(read(&t, "anonymous"), is(1, "no"));
    t.write("docs/policy.json", OPEN);
    assert_eq!(read(&t, "anonymous"), is(0, "yes"));
    assert_eq!(read(&t, "arn:aws:iam::444455556666:user/bob"), is(3, "depends"));
    t.write("docs/account-public-access-block.denied", "");
    assert_eq!(read(&t, "anonymous"), is(3, "unknown"));
    t.write("docs/policy.denied", "");
    assert_eq!(read(&t, OWNER), is(3, "unknown"), "whatever stands beside it");
}

#[test]
fn one_object_of_json_holds_all_that_decides() {
    let t = Stage::new();
    t.write("docs/policy.json", OFFICE);
    let (code, answer) = answer(&t, "anonymous", "s3:getobject", &["--context", "aws:SourceIp=203.0.113.9"]);
    let wanted = json!({
        "who": "anonymous",
        "action": READ,
        "resource": "arn:aws:s3:::b/k",
        "answer": "yes",
        "layer": "bucket policy",
        "because": "statement 1 (Office) of the bucket policy allows it where aws:SourceIp is in 203.0.113.0/24, as here",
        "statement": "Office",
    });
    assert_eq!((code, answer), (0, wanted));
    let value = ask(&t, &[]).json().remove(0);
    assert_eq!((&value["policy_is_public"], &value["bucket_is_public"]), (&json!(false), &json!(false)));
    t.write("docs/policy.json", OPEN);
    let value = ask(&t, &[]).json().remove(0);
    assert_eq!((&value["policy_is_public"], &value["bucket_is_public"]), (&json!(true), &json!(true)));
    assert_eq!(value["answers"][0]["statement"], 1);
    std::fs::remove_file(t.path("docs/policy.json")).unwrap();
    t.write("docs/policy.denied", "");
    let value = ask(&t, &[]).json().remove(0);
    assert_eq!((&value["policy_is_public"], &value["bucket_is_public"]), (&Value::Null, &Value::Null));
}

#[test]
fn several_answers_are_for_everyone_who_is_named() {
    let t = Stage::new();
    let named = OPEN.replace("\"*\"", r#"{"AWS":["444455556666"],"Service":"cloudfront.amazonaws.com"}"#);
    t.write("docs/policy.json", named);
    let said = ask(&t, &[]);
    let value = said.json().remove(0);
    let answers = value["answers"].as_array().unwrap();
    let mut callers: Vec<_> = answers.iter().map(|answer| answer["who"].as_str().unwrap()).collect();
    callers.dedup();
    assert_eq!(callers, ["anonymous", "any-aws-user", OWNER, "444455556666", "service:cloudfront.amazonaws.com"]);
    assert_eq!((answers.len(), said.code), (5 * 7, 0), "a condition is no gap");
    t.write("docs/request-payment.denied", "");
    t.write("docs/policy.json", OPEN);
    assert_eq!(ask(&t, &[]).code, 3, "a gap is");
    let one_action = ask(&t, &["--action", "s3:ListBucket"]).json().remove(0);
    assert!(one_action["answers"].as_array().unwrap().iter().all(|answer| answer["resource"] == "arn:aws:s3:::b"));
}

#[test]
fn every_document_is_read_in_the_form_of_the_command_line() {
    let t = Stage::new();
    t.write("docs/policy.json", json!({ "Policy": OPEN }).to_string());
    assert_eq!(read(&t, "anonymous"), is(0, "yes"));
    t.write("docs/request-payment.json", r#"{"Payer":"Requester"}"#);
    assert_eq!(read(&t, "anonymous"), is(1, "no"));
    t.write("docs/request-payment.json", r#"{"Payer":"BucketOwner"}"#);
    t.write(
        "docs/head-object.json",
        r#"{"ServerSideEncryption":"aws:kms","SSEKMSKeyId":"arn:aws:kms:x:1:key/2","ContentLength":3}"#,
    );
    assert_eq!(read(&t, "anonymous"), is(1, "no"));
    t.write("docs/head-object.json", r#"{"ServerSideEncryption":"AES256"}"#);
    let owner = |id: &str| format!(r#"{{"Owner":{{"ID":"{id}"}},"Grants":[]}}"#);
    t.write("docs/bucket-acl.json", owner(OWNER_ID));
    t.write("docs/object-acl.json", owner("someone"));
    assert_eq!(read(&t, "anonymous"), is(1, "no"));
    t.write(
        "docs/ownership-controls.json",
        r#"{"OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}"#,
    );
    assert_eq!(read(&t, "anonymous"), is(0, "yes"));
    let block = r#"{"PublicAccessBlockConfiguration":{"RestrictPublicBuckets":true}}"#;
    t.write("docs/account-public-access-block.json", block);
    let (code, said) = answer(&t, "anonymous", READ, &[]);
    assert_eq!((code, &said["layer"]), (1, &json!("account Block Public Access")));
    t.write("docs/public-access-block.json", block);
    let (_, said) = answer(&t, "anonymous", READ, &[]);
    assert!(
        said["because"].as_str().unwrap().contains("RestrictPublicBuckets of the bucket Block Public Access"),
        "{said}"
    );
    t.write("docs/object-tagging.json", r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#);
    assert_eq!(read(&t, OWNER), is(0, "yes"));
}

#[test]
fn the_callers_own_policy_and_the_version_count() {
    let t = Stage::new();
    t.write("docs/policy.json", OPEN);
    t.write("own.json", r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#);
    let bob = "arn:aws:iam::444455556666:user/bob";
    let with = |action: &str| answer(&t, bob, action, &["--identity", "own.json"]).0;
    assert_eq!((with(READ), with("s3:PutObject")), (0, 1));
    let (_, versioned) = answer(&t, "anonymous", READ, &["--version-id", "v1"]);
    assert_eq!((&versioned["action"], &versioned["answer"]), (&json!("s3:GetObjectVersion"), &json!("yes")));
    for args in [&["--identity", "own.json"][..], &["--identity", "own.json", "--as", "anonymous"]] {
        let said = ask(&t, args);
        assert!(said.code == 2 && said.err.contains("--identity"), "{said:?}");
    }
    let said = ask(&t, &["--identity", "none.json", "--as", bob]);
    assert!(said.code == 2 && said.err.contains("none.json"), "{said:?}");
}

#[test]
fn what_is_wrongly_given_is_told_with_its_place_and_ends_with_two() {
    let t = Stage::new();
    t.write("docs/policy.json", "{\"Statement\": [\n  {\"Effect\": \"allow\"}]}");
    let said = ask(&t, &[]);
    assert!(
        said.code == 2 && said.out.is_empty() && said.err.contains("policy.json: line 2, column 14: Effect"),
        "{said:?}"
    );
    t.write("docs/policy.json", OPEN);
    t.write("docs/polcy.json", OPEN);
    assert!(ask(&t, &[]).err.contains("polcy.json was not read; did you mean policy.json?"));
    for args in [
        &["--action", "s3:GetObjects"][..],
        &["--as", "bob"],
        &["--context", "aws:SourceIp"],
        &["--owner", "bob"],
        &["--as", "arn:aws:iam::444455556666:user/*"],
    ] {
        assert_eq!(ask(&t, args).code, 2, "{args:?}");
    }
    let run = |args: &[&str]| t.run(&[&["access"], args].concat()).code;
    assert_eq!(run(&["s3://b/k", "--from", "docs"]), 2, "whose bucket?");
    assert_eq!(run(&["s3://b/k", "--from", "none", "--owner", OWNER]), 2);
    assert_eq!(run(&["s3://b", "--from", "docs", "--owner", OWNER, "--version-id", "v"]), 2);
    assert_eq!(run(&["docs", "--from", "docs", "--owner", OWNER]), 2);
    assert_eq!(run(&["s3://arn:aws:s3:us-west-2:111122223333:accesspoint/x/k", "--from", "docs", "--owner", OWNER]), 2);
}

#[test]
fn a_text_for_people_says_who_what_and_why() {
    let t = Stage::new();
    t.write("docs/policy.json", OFFICE);
    let printed = t.done(&["access", "s3://b/k", "--from", "docs", "--owner", OWNER]);
    assert!(printed.starts_with("Policy is public: no\nBucket is public: no\nanonymous\n  s3:ListBucket"), "{printed}");
    assert!(
        printed.contains("but the request has no aws:SourceIp")
            && printed.contains("111122223333 (the owner's account)")
    );
    t.write("docs/policy.json", OFFICE.replace("Office", r"a\u001b[2J"));
    let printed = t.done(&["access", "s3://b/k", "--from", "docs", "--owner", OWNER]);
    assert!(!printed.contains('\u{1b}'), "nothing from outside acts on the terminal");
}

#[test]
fn a_server_is_asked_for_the_same_documents() {
    let t = Stage::new();
    t.put("k", "x");
    let ask = |more: &[&str]| t.run(&[&["access", "s3://stage/k", "--json"], more].concat());
    let said = ask(&["--as", "anonymous", "--action", READ]);
    assert_eq!(said.code, 1, "{said:?}");
    let said = ask(&["--as", OWNER_ID, "--action", "s3:PutObject"]);
    assert_eq!((said.code, &said.json()[0]["answers"][0]["layer"]), (0, &json!("bucket owner")));
    assert_eq!(ask(&["--as", OWNER, "--action", READ]).code, 3, "whose number it is, this server does not say");
    assert_eq!(ask(&["--as", OWNER, "--owner", OWNER, "--action", READ]).code, 0);
    let said = ask(&[]);
    let answers = said.json()[0]["answers"].as_array().unwrap().len();
    assert_eq!((said.code, answers), (0, 3 * 7 + 2), "and what this caller tried: {said:?}");
    let missing = t.run(&["access", "s3://stage/none", "--as", OWNER_ID, "--action", READ]);
    assert!(missing.code == 0 && missing.err.contains("s3://stage/none is not there"), "{missing:?}");
    let nowhere = t.run(&["access", "s3://no-such-bucket/k", "--as", "anonymous", "--action", READ]);
    assert!(nowhere.code == 3 && nowhere.err.contains("no such bucket"), "{nowhere:?}");
}

#[test]
fn what_a_server_denies_is_unknown_and_named() {
    let t = Stage::new();
    t.put("k", "x");
    let said = t.run(&["access", "s3://stage/k", "--no-sign-request", "--as", "anonymous", "--action", READ, "--json"]);
    assert_eq!(said.code, 3, "{said:?}");
    let answer = &said.json()[0]["answers"][0];
    assert_eq!(answer["answer"], "unknown");
    assert!(answer["because"].as_str().unwrap().contains("s3:GetBucketPolicy denied"), "{answer}");
}

/// The sample buckets of the demo, and what is said of each.
#[test]
fn the_sample_buckets_are_judged_as_they_behave() {
    let t = Stage::new();
    let ask = |place: &str, action: &str| {
        let said = t.run(&["--demo", "access", place, "--as", "anonymous", "--action", action, "--json"]);
        let value = said.json().remove(0);
        (said.code, value["bucket_is_public"].as_bool(), value["answers"][0]["layer"].as_str().unwrap().to_owned())
    };
    let is = |code: i32, is_public: bool, layer: &str| (code, Some(is_public), layer.to_owned());
    assert_eq!(ask("s3://acme-website/index.html", READ), is(0, true, "bucket policy"));
    assert_eq!(ask("s3://acme-press/2025/release.txt", READ), is(0, true, "object ACL"));
    assert_eq!(ask("s3://acme-press/drafts/rocket-skates.txt", READ), is(1, true, "none"));
    assert_eq!(ask("s3://acme-press", "s3:ListBucket"), is(0, true, "bucket ACL"));
    assert_eq!(ask("s3://acme-reports/README.md", READ), is(1, false, "bucket Block Public Access"));
    assert_eq!(ask("s3://acme-data/README.md", READ).0, 1);
    assert_eq!(ask("s3://acme-archive/x", READ).0, 1);
}

/// The test beside the verdict, on the sample buckets of the demo.
#[test]
fn a_test_without_credentials_stands_beside_the_verdict() {
    let t = Stage::new();
    let ask = |place: &str| {
        let said = t.run(&["--demo", "access", place, "--as", "anonymous", "--action", READ, "--test", "--json"]);
        let value = said.json().remove(0);
        let met = |at: usize| {
            let one = &value["anonymous_test"][at];
            let request = one["request"].as_str().unwrap().to_owned();
            (request, one["status"].as_u64().unwrap(), one["agrees"].as_bool())
        };
        (said.code, met(0), met(1))
    };
    let head = |status: u64, agrees: Option<bool>| ("HEAD".to_owned(), status, agrees);
    let list = |status: u64, agrees: Option<bool>| ("LIST".to_owned(), status, agrees);
    let yes = Some(true);
    assert_eq!(ask("s3://acme-website/index.html"), (0, head(200, yes), list(403, yes)));
    assert_eq!(ask("s3://acme-press/2025/release.txt"), (0, head(200, yes), list(200, yes)));
    assert_eq!(ask("s3://acme-press/drafts/rocket-skates.txt"), (1, head(403, yes), list(200, yes)));
    assert_eq!(ask("s3://acme-reports/README.md"), (1, head(403, yes), list(403, yes)));
    assert_eq!(ask("s3://acme-archive/warm/2023.csv"), (1, head(403, yes), list(403, yes)), "in another region");
    let said = t.run(&["--demo", "access", "s3://acme-website/none", "--as", "anonymous", "--test"]);
    assert!(said.out.contains("HEAD s3://acme-website/none: 403, refused"), "{said:?}");
    assert!(said.out.contains("the verdict is yes, about which this says nothing"), "{said:?}");
    let value = t.run(&["--demo", "access", "s3://acme-website", "--json"]).json().remove(0);
    assert!(value.get("anonymous_test").is_none());
    assert_eq!(t.run(&["access", "s3://b/k", "--test", "--from", "docs", "--owner", OWNER]).code, 2);
}

#[test]
fn a_link_that_leads_nowhere_is_no_document_that_is_not_set() {
    let t = Stage::new();
    t.write("docs/public-access-block.json", "{}");
    std::os::unix::fs::symlink("nowhere", t.path("docs/policy.json")).unwrap();
    let said = ask(&t, &["--as", "anonymous", "--action", READ]);
    assert_eq!(said.code, 2, "{said:?}");
    std::fs::remove_file(t.path("docs/policy.json")).unwrap();
    std::os::unix::fs::symlink("nowhere", t.path("docs/policy.denied")).unwrap();
    assert_eq!(read(&t, "anonymous"), is(3, "unknown"));
}

#[test]
fn an_address_of_a_request_must_be_one() {
    let t = Stage::new();
    t.write("docs/policy.json", OFFICE);
    for value in ["203.0.113.0/24", "office", ""] {
        let context = format!("AWS:SourceIp={value}");
        let said = ask(&t, &["--as", "anonymous", "--action", READ, "--context", &context]);
        assert_eq!(said.code, 2, "{value}");
    }
}
