//! `website publish`: a folder becomes a website that anybody can visit.

use serde_json::{Value, json};

use crate::stage::Stage;

fn built() -> Stage {
    let t = Stage::new();
    t.write("dist/index.html", "<h1>Acme</h1>");
    t.write("dist/404.html", "nothing here");
    t.write("dist/assets/app.3f2a9c1b.js", "let x = 1;");
    t.write("dist/assets/logo.png", "png");
    // Built a while ago: an object of the same second as its file may be older.
    for name in ["index.html", "404.html", "assets/app.3f2a9c1b.js", "assets/logo.png"] {
        let file = std::fs::File::options().write(true).open(t.path("dist").join(name)).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000)).unwrap();
    }
    t
}

fn document(t: &Stage, name: &str) -> Value {
    serde_json::from_str(&t.done(&["settings", "s3://stage", name, "--json"])).unwrap()
}

fn anonymous(t: &Stage, key: &str) -> i32 {
    t.run(&["cat", &format!("s3://stage/{key}"), "--no-sign-request"]).code
}

#[test]
fn a_folder_is_published_below_a_prefix_and_a_visit_proves_it() {
    let t = built();
    t.put("secret", "shut");
    t.put("site/old.html", "old");
    let publish = ["website", "publish", "dist", "s3://stage/site", "--yes", "--delete"];
    let refused = t.run(&publish);
    assert!(refused.code == 2 && refused.err.contains("error page of the whole bucket"), "{refused:?}");
    let said = t.run(&[&publish[..], &["--accept-others"]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    let url = format!("{}/stage/site/index.html", t.demo.endpoint());
    assert!(said.out.ends_with(&format!("{url}\n")) && said.err.contains("signature: 200"), "{said:?}");
    assert!(said.out.contains("+   \"IndexDocument\"") && said.out.contains("PublicReadSite"), "{said:?}");
    assert_eq!(
        t.keys(),
        ["secret", "site/404.html", "site/assets/app.3f2a9c1b.js", "site/assets/logo.png", "site/index.html"]
    );
    let headers = |key: &str| {
        let facts = t.facts(key).0;
        (facts.attributes.content_type.unwrap(), facts.attributes.cache_control.unwrap())
    };
    assert_eq!(
        headers("site/index.html"),
        ("text/html; charset=utf-8".into(), "public, max-age=0, must-revalidate".into())
    );
    assert!(headers("site/assets/app.3f2a9c1b.js").1.contains("immutable"));
    assert_eq!(headers("site/assets/logo.png"), ("image/png".into(), "public, max-age=3600".into()));
    let wanted = json!({ "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "site/404.html" } });
    assert_eq!(document(&t, "website"), wanted);
    assert_eq!((anonymous(&t, "site/assets/logo.png"), anonymous(&t, "secret")), (0, 1));
    t.demo.forget_requests();
    let again = t.run(&["website", "publish", "dist", "s3://stage/site", "--yes", "--delete"]);
    assert!(again.code == 0 && again.out.contains("0 files to copy"), "{again:?}");
    let writes = ["PutObject", "PutBucketWebsite", "PutBucketPolicy", "PutPublicAccessBlock"];
    assert_eq!(writes.map(|operation| t.demo.count(operation)), [0; 4]);
}

#[test]
fn a_dry_run_a_missing_yes_and_a_missing_page_change_nothing() {
    let t = built();
    let publish = |more: &[&str]| t.run(&[&["website", "publish", "dist", "s3://stage"], more].concat());
    let said = publish(&["--dry-run"]);
    assert!(said.code == 0 && said.out.contains("would copy") && said.out.contains("BlockPublicPolicy"), "{said:?}");
    let said = publish(&[]);
    assert!(said.code == 2 && said.err.contains("--yes"), "{said:?}");
    for more in [
        &["--yes", "--index", "home.html"][..],
        &["--yes", "--error", "none.html"],
        &["--yes", "--index", "a/b"],
        &["--yes", "--read-only"],
    ] {
        assert_eq!(publish(more).code, 2, "{more:?}");
    }
    assert_eq!(t.run(&["website", "publish", "dist/index.html", "s3://stage", "--yes"]).code, 2);
    assert!(t.keys().is_empty());
    assert_eq!((document(&t, "website"), document(&t, "policy")), (Value::Null, Value::Null));
}

#[test]
fn what_cannot_be_opened_is_not_published_and_a_single_page_shows_itself() {
    let t = built();
    let payer = json!({ "Payer": "Requester" }).to_string();
    t.feed(&["settings", "s3://stage", "request-payment", "--set", "-", "--yes"], payer.as_bytes());
    let said = t.run(&["website", "publish", "dist", "s3://stage", "--yes"]);
    assert!(said.code == 2 && said.err.contains("the requester pays") && t.keys().is_empty(), "{said:?}");
    let payer = json!({ "Payer": "BucketOwner" }).to_string();
    t.feed(&["settings", "s3://stage", "request-payment", "--set", "-", "--yes"], payer.as_bytes());
    let said = t.run(&["website", "publish", "dist", "s3://stage", "--yes", "--single-page"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(document(&t, "website")["ErrorDocument"]["Key"], "index.html");
}

#[test]
fn what_the_folder_does_not_have_becomes_public_only_if_that_is_meant() {
    let t = built();
    t.put("backups/db.sql", "secret");
    t.put("backups/.env", "secret");
    t.write("dist/backups/.env", "secret");
    let publish = |more: &[&str]| t.run(&[&["website", "publish", "dist", "s3://stage"], more].concat());
    let words = "2 other objects already there: backups/.env, backups/db.sql";
    assert!(publish(&["--dry-run"]).out.contains(&format!("Becomes public with it: {words}\n")));
    let said = publish(&["--yes"]);
    assert!(said.code == 2 && said.err.contains(words) && said.err.contains("--accept-others"), "{said:?}");
    assert_eq!((t.keys().len(), document(&t, "policy")), (2, Value::Null));
    let said = publish(&["--yes", "--accept-others"]);
    assert_eq!((said.code, anonymous(&t, "backups/db.sql")), (0, 0), "{said:?}");
    let again = publish(&["--yes"]);
    assert!(again.code == 0 && !again.out.contains("other objects"), "nothing is opened: {again:?}");
}

#[test]
fn what_is_deleted_first_does_not_become_public_and_dot_files_stay_here() {
    let t = built();
    t.put("backups/db.sql", "secret");
    for name in [".env", ".git/config", "assets/.cache/x", ".well-known/security.txt"] {
        t.write(&format!("dist/{name}"), "x");
    }
    let said = t.run(&["website", "publish", "dist", "s3://stage", "--yes", "--delete"]);
    assert!(said.code == 0 && said.out.contains("begins with a dot: 3 files; --hidden"), "{said:?}");
    let published = [".well-known/security.txt", "404.html", "assets/app.3f2a9c1b.js", "assets/logo.png", "index.html"];
    assert_eq!(t.keys(), published);
    let said = t.run(&["website", "publish", "dist", "s3://stage", "--yes", "--hidden"]);
    assert!(said.code == 0 && t.keys().contains(&".env".to_owned()), "{said:?}");
    t.write("dist/.home", "x");
    let said = t.run(&["website", "publish", "dist", "s3://stage", "--yes", "--index", ".home"]);
    assert!(said.code == 2 && said.err.contains("--hidden"), "{said:?}");
}

#[test]
fn the_pages_of_another_website_in_the_bucket_are_replaced_only_if_that_is_meant() {
    let t = built();
    let standing = json!({ "IndexDocument": { "Suffix": "home.htm" }, "ErrorDocument": { "Key": "error.html" } });
    t.feed(&["settings", "s3://stage", "website", "--set", "-", "--yes"], standing.to_string().as_bytes());
    std::fs::remove_file(t.path("dist/404.html")).unwrap();
    let publish = |more: &[&str]| t.run(&[&["website", "publish", "dist", "s3://stage/docs"], more].concat());
    let said = publish(&["--yes"]);
    let words = "the index page of the whole bucket was home.htm and becomes index.html";
    assert!(said.code == 2 && said.err.contains(words) && said.err.contains("--accept-others"), "{said:?}");
    assert_eq!((t.keys().len(), document(&t, "website")), (0, standing));
    let said = publish(&["--yes", "--accept-others"]);
    let wanted = json!({ "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "error.html" } });
    assert_eq!((said.code, document(&t, "website")), (0, wanted), "the error page stays: {said:?}");
}
