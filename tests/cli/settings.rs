//! `settings`: the documents of a bucket.

use serde_json::{Value, json};

use crate::stage::{Said, Stage};

const CORS: &str = r#"{ "CORSRules": [{ "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"] }] }"#;

/// Writes a document from standard input, without a question.
fn set(t: &Stage, name: &str, text: &str) -> Said {
    t.feed(&["settings", "s3://stage", name, "--set", "-", "--yes"], text.as_bytes())
}

fn json_of(t: &Stage, name: &str) -> Value {
    serde_json::from_str(&t.done(&["settings", "s3://stage", name, "--json"])).unwrap()
}

#[test]
fn all_settings_are_printed_in_sentences_and_as_json() {
    let t = Stage::new();
    let printed = t.done(&["settings", "s3://stage"]);
    for part in ["Policy\n  none", "\nBlock Public Access\n  BlockPublicAcls is on", "\nCORS\n  none", "\nInventory\n"]
    {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let said = t.run(&["settings", "s3://stage", "--json"]);
    let value = &said.json()[0];
    assert_eq!((&value["cors"], &value["request-payment"]["Payer"]), (&Value::Null, &json!("BucketOwner")));
    let said = t.run(&["settings", "s3://no-such-bucket"]);
    assert!(said.code == 1 && said.out.is_empty(), "{said:?}");
    assert_eq!(t.run(&["settings", "s3://stage/key"]).code, 2);
    assert_eq!(t.run(&["settings", "s3://stage", "colour"]).code, 2);
    assert_eq!(t.run(&["settings", "s3://stage", "cors", "--yes"]).code, 2, "yes to what?");
}

#[test]
fn a_document_is_written_shown_deleted_and_put_back() {
    let t = Stage::new();
    let said = set(&t, "cors", CORS);
    assert!(said.code == 0 && said.err.contains("+ ") && said.err.contains("--restore"), "{said:?}");
    assert_eq!(t.done(&["settings", "s3://stage", "cors"]), "pages of https://a.example may send GET\n");
    assert_eq!(json_of(&t, "cors"), serde_json::from_str::<Value>(CORS).unwrap());
    let again = set(&t, "cors", CORS);
    assert!(again.code == 0 && again.err.contains("nothing was written"), "{again:?}");
    t.done(&["settings", "s3://stage", "cors", "--delete", "--yes"]);
    assert_eq!(json_of(&t, "cors"), Value::Null);
    t.done(&["settings", "s3://stage", "cors", "--restore", "--yes"]);
    assert_eq!(json_of(&t, "cors"), serde_json::from_str::<Value>(CORS).unwrap());
    t.done(&["settings", "s3://stage", "cors", "--restore", "--yes"]);
    assert_eq!(json_of(&t, "cors"), Value::Null, "that there was none is put back, too");
    let said = t.run(&["settings", "s3://stage", "website", "--restore", "--yes"]);
    assert!(said.code == 1 && said.err.contains("nothing is kept"), "{said:?}");
}

#[test]
fn what_get_prints_is_taken_and_a_file_as_well() {
    let t = Stage::new();
    t.write("own.json", r#"{ "OwnershipControls": { "Rules": [{ "ObjectOwnership": "ObjectWriter" }] } }"#);
    t.done(&["settings", "s3://stage", "ownership", "--set", "own.json", "--yes"]);
    assert_eq!(json_of(&t, "ownership"), json!({ "Rules": [{ "ObjectOwnership": "ObjectWriter" }] }));
}

#[test]
fn nothing_is_written_without_a_yes_or_where_writing_is_switched_off() {
    let t = Stage::new();
    let said = t.feed(&["settings", "s3://stage", "cors", "--set", "-"], CORS.as_bytes());
    assert!(said.code == 2 && said.err.contains("--yes"), "{said:?}");
    let said = t.feed(&["settings", "s3://stage", "cors", "--set", "-", "--yes", "--read-only"], CORS.as_bytes());
    assert!(said.code == 2 && said.err.contains("switched off"), "{said:?}");
    let said = t.run(&["settings", "s3://stage", "versioning", "--delete", "--yes"]);
    assert!(said.code == 2 && said.err.contains("can only be changed"), "{said:?}");
    assert_eq!(json_of(&t, "cors"), Value::Null);
    assert_eq!(t.demo.count("PutBucketCors"), 0);
}

#[test]
fn a_document_with_problems_is_refused_unless_it_is_forced() {
    let t = Stage::new();
    for text in ["", "{", "null", "[]"] {
        assert_eq!(set(&t, "cors", text).code, 2, "{text}");
    }
    let odd = CORS.replace("GET", "PATCH");
    let said = set(&t, "cors", &odd);
    assert!(said.code == 2 && said.err.contains("CORSRules[0].AllowedMethods[0]: it must be one of"), "{said:?}");
    assert_eq!(json_of(&t, "cors"), Value::Null);
    let said = t.feed(&["settings", "s3://stage", "cors", "--set", "-", "--yes", "--force"], odd.as_bytes());
    assert_eq!(said.code, 0, "the server may take it: {said:?}");
}

#[test]
fn a_template_is_added_to_what_stands_and_printed_to_be_written() {
    let t = Stage::new();
    let listed = t.done(&["settings", "s3://stage", "--templates"]);
    assert!(listed.contains("public-read") && listed.contains("single-page-website"), "{listed}");
    let listed = t.done(&["settings", "s3://stage", "lifecycle", "--templates"]);
    assert!(listed.contains("clean-up") && !listed.contains("public-read"), "{listed}");
    for (template, at) in [("archive", "s3://stage/logs"), ("clean-up", "s3://stage")] {
        let printed = t.done(&["settings", at, "lifecycle", "--template", template]);
        assert_eq!(t.demo.count("PutBucketLifecycleConfiguration"), usize::from(template == "clean-up"));
        assert_eq!(set(&t, "lifecycle", &printed).code, 0, "{printed}");
    }
    let rules = json_of(&t, "lifecycle")["Rules"].clone();
    assert_eq!((&rules[0]["ID"], &rules[0]["Filter"]["Prefix"]), (&json!("archive"), &json!("logs/")));
    assert_eq!(rules[1]["ID"], "clean-up");
    let printed = t.done(&["settings", "s3://stage", "cors", "--template", "cors-site"]);
    let said = set(&t, "cors", &printed);
    assert!(said.code == 2 && said.err.contains("<SITE> is still to be filled in"), "{said:?}");
    assert_eq!(set(&t, "cors", &printed.replace("<SITE>", "https://a.example")).code, 0);
    assert_eq!(t.run(&["settings", "s3://stage", "cors", "--template", "archive"]).code, 2);
    assert_eq!(t.run(&["settings", "s3://stage", "--template", "archive"]).code, 2);
}

#[test]
fn what_opens_the_bucket_or_locks_the_writer_out_must_be_meant() {
    let t = Stage::new();
    t.done(&["settings", "s3://stage", "public-access-block", "--delete", "--yes"]);
    let open = t.done(&["settings", "s3://stage", "policy", "--template", "public-read"]);
    let said = set(&t, "policy", &open);
    assert!(
        said.code == 2 && said.err.contains("makes the bucket public") && said.err.contains("--accept-risk"),
        "{said:?}"
    );
    assert_eq!(t.demo.count("PutBucketPolicy"), 0);
    let accept = ["settings", "s3://stage", "policy", "--set", "-", "--yes", "--accept-risk"];
    assert_eq!(t.feed(&accept, open.as_bytes()).code, 0);
    let more = t.done(&["settings", "s3://stage/logs/", "policy", "--template", "public-read"]);
    assert!(more.contains("PublicRead2") && more.contains("stage/logs/*"), "{more}");
    let deny = open.replace("Allow", "Deny").replace("s3:GetObject", "s3:*").replace("stage/*", "stage");
    let said = set(&t, "policy", &deny);
    assert!(said.code == 2 && said.err.contains("out of the policy"), "{said:?}");
    let other = open.replace("stage/*", "other/*");
    let said = set(&t, "policy", &other);
    assert!(
        said.code == 2 && said.err.contains("Statement[0].Resource: it names what is not in this bucket"),
        "{said:?}"
    );
}
