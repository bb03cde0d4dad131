//! `settings BUCKET lifecycle --preview`: what the rules would touch today.

use serde_json::{Value, json};

use crate::stage::Stage;

fn preview(t: &Stage, rules: &Value) -> Value {
    t.write("rules.json", json!({ "Rules": rules }).to_string());
    let said = t.run(&["settings", "s3://stage", "lifecycle", "--preview", "--document", "rules.json", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    said.json().remove(0)
}

#[test]
fn rules_of_a_file_are_counted_and_nothing_is_written() {
    let t = Stage::new();
    t.put("logs/a", "12345");
    t.put("logs/b", "123");
    t.put("other", "1");
    t.begin_upload("logs/never");
    let past = json!({ "Date": "2020-01-01T00:00:00Z" });
    let value = preview(
        &t,
        &json!([
            { "ID": "gone", "Status": "Enabled", "Filter": { "Prefix": "logs/" }, "Expiration": past },
            { "ID": "later", "Status": "Enabled", "Filter": { "Prefix": "other" }, "Expiration": { "Days": 9 } },
            { "ID": "off", "Status": "Disabled", "Filter": {}, "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 } },
        ]),
    );
    let wanted = json!([{ "action": "expiration", "class": null, "items": 2, "bytes": 8 }]);
    assert_eq!((&value["rules"][0]["today"], &value["rules"][1]["today"]), (&wanted, &json!([])));
    assert_eq!((&value["rules"][2]["enabled"], &value["seen"]), (&json!(false), &json!(3)));
    assert_eq!((t.keys().len(), t.demo.count("PutBucketLifecycleConfiguration")), (3, 0));
    let none = t.done(&["settings", "s3://stage", "lifecycle", "--preview"]);
    assert!(none.starts_with("none:"), "{none}");
}

#[test]
fn tags_are_read_only_where_they_decide_and_what_they_hide_is_told() {
    let t = Stage::new();
    t.write("x", "12");
    t.done(&["cp", "x", "s3://stage/tagged", "--tag", "keep=no"]);
    t.put("plain", "1");
    t.put("else", "1");
    let rule = json!([{
        "Status": "Enabled", "Filter": { "Tag": { "Key": "keep", "Value": "no" } },
        "Expiration": { "Date": "2020-01-01T00:00:00Z" }
    }]);
    assert_eq!(preview(&t, &rule)["rules"][0]["today"][0]["items"], 1);
    t.demo.faults().add(bucketry::demo::Rule::new(bucketry::demo::Fault::Denied).on("GetObjectTagging"));
    let value = preview(&t, &rule);
    assert_eq!((&value["rules"][0]["untold"]["items"], &value["rules"][0]["today"]), (&json!(3), &json!([])));
    t.demo.forget_requests();
    let untagged = json!([{ "Status": "Enabled", "Filter": {}, "Expiration": { "Date": "2020-01-01T00:00:00Z" } }]);
    preview(&t, &untagged);
    assert_eq!(t.demo.count("GetObjectTagging"), 0);
}

/// The sample data is years old: what is not of today is due.
#[test]
fn old_versions_markers_and_uploads_are_counted() {
    let t = Stage::new();
    let rules = json!({ "Rules": [
        { "ID": "old", "Status": "Enabled", "Filter": { "Prefix": "contracts/" },
          "NoncurrentVersionExpiration": { "NoncurrentDays": 1, "NewerNoncurrentVersions": 2 } },
        { "ID": "current", "Status": "Enabled", "Filter": { "Prefix": "minutes/" }, "Expiration": { "Days": 1 } },
        { "ID": "markers", "Status": "Enabled", "Filter": { "Prefix": "plans/" }, "Expiration": { "ExpiredObjectDeleteMarker": true } },
    ] });
    t.write("rules.json", rules.to_string());
    // The demo works in a folder of its own.
    let path = t.path("rules.json");
    let place = ["--demo", "settings", "s3://acme-documents", "lifecycle", "--preview", "--document"];
    let printed = t.done(&[&place[..], &[path.to_str().unwrap()]].concat());
    assert!(printed.contains("today old versions deleted for good: 2 items"), "{printed}");
    assert!(printed.contains("today deleted: 1 item"), "the one that a marker hides is an old version: {printed}");
    assert!(printed.ends_with("today nothing\n"), "all markers hide something: {printed}");
    let wrong = t.run(&["settings", "s3://stage", "cors", "--preview"]);
    assert_eq!(wrong.code, 2);
    assert_eq!(t.run(&["settings", "s3://stage", "lifecycle", "--document", "rules.json"]).code, 2);
    t.write("rules.json", r#"{ "Rules": [{ "Status": "Enabled", "Filter": {} }] }"#);
    let said = t.run(&["settings", "s3://stage", "lifecycle", "--preview", "--document", "rules.json"]);
    assert!(said.code == 2 && said.err.contains("must do something"), "{said:?}");
}
