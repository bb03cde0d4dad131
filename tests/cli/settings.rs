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
