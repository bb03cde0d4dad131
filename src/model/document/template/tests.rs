//! Each template is what it says.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::model::access::action::Action;
use crate::model::access::case::{Given, Place};
use crate::model::access::context::{Context, Value as ContextValue};
use crate::model::access::document::Policy;
use crate::model::access::finding::Answer;
use crate::model::access::layers::Layers;
use crate::model::access::who::{Account, Who};
use crate::model::access::word::Fact;
use crate::model::document::check;

fn here(prefix: &str) -> Here {
    let (account, region) = (Some("123456789012".to_owned()), Some("eu-west-1".to_owned()));
    Here { bucket: "photos".to_owned(), prefix: prefix.to_owned(), account, region }
}

/// The template with all that a person would fill in.
fn complete(name: &str, prefix: &str) -> Value {
    let filled = Template::named(name).unwrap().filled(&here(prefix)).to_string();
    let filled = filled.replace("<READER-ACCOUNT>", "999988887777").replace("<DISTRIBUTION>", "E1");
    serde_json::from_str(&filled.replace("<SITE>", "https://a.example")).unwrap()
}

/// Whether somebody may do something by the policy of a template.
fn judge(name: &str, who: &str, action: &str, key: Option<&str>, context: &[(&str, &str)]) -> Answer {
    let policy = Policy::of_bucket(&complete(name, "2026/").to_string()).unwrap();
    let layers = Layers {
        owner: Account::numbered("123456789012"),
        policy: Fact::Known(Arc::new(policy)),
        account_block: Fact::Absent,
        bucket_block: Fact::Absent,
        ownership: Fact::Absent,
        bucket_acl: Fact::Absent,
        object_acl: Fact::Absent,
        kept: Fact::Absent,
        requester_pays: Fact::Absent,
        ..Layers::default()
    };
    let mut keys = Context::default();
    for (key, value) in context {
        keys.set_default(key, ContextValue::Known(vec![(*value).to_owned()]));
    }
    let allowed = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let identity = Some(Arc::new(Policy::of_identity(allowed).unwrap()));
    let given = Given { context: keys, identity, ..Given::default() };
    let place = Place { bucket: "photos".to_owned(), key: key.map(str::to_owned), ..Place::default() };
    layers.permit(&place, &Who::parse(who).unwrap(), Action::parse(action).unwrap(), &given)
}

#[test]
fn each_has_no_problem_once_it_is_filled_in_and_refuses_to_be_written_before() {
    for template in &ALL {
        let filled = template.filled(&here("2026/"));
        let open = OPEN.iter().any(|name| filled.to_string().contains(&format!("<{name}>")));
        assert_eq!(check::problems(template.kind, &filled, None, "photos").is_empty(), !open, "{}", template.name);
        let done = complete(template.name, "");
        assert_eq!(check::problems(template.kind, &done, None, "photos"), [], "{}", template.name);
        assert!(!template.kind.facts().summary(Some(&done)).is_empty());
    }
    let unknown = Here { bucket: "photos".to_owned(), ..Here::default() };
    assert!(Template::named("cloudfront-only").unwrap().filled(&unknown).to_string().contains("<ACCOUNT>"));
}

#[test]
fn public_read_lets_everyone_read_below_the_place_and_nothing_else() {
    let may = |action, key| judge("public-read", "anonymous", action, key, &[]);
    assert_eq!(may("s3:GetObject", Some("2026/a.jpg")), Answer::Yes);
    assert_eq!(may("s3:GetObject", Some("2025/a.jpg")), Answer::No);
    assert_eq!(may("s3:PutObject", Some("2026/a.jpg")), Answer::No);
    assert_eq!(may("s3:ListBucket", None), Answer::No);
    let whole = Template::named("public-read").unwrap().filled(&here(""));
    assert_eq!(whole["Statement"][0]["Resource"], "arn:aws:s3:::photos/*");
}

#[test]
fn tls_only_denies_what_comes_without_tls_and_allows_nothing() {
    let owner = |tls| judge("tls-only", "123456789012", "s3:GetObject", Some("a"), &[("aws:SecureTransport", tls)]);
    assert_eq!((owner("true"), owner("false")), (Answer::Yes, Answer::No));
    assert_eq!(judge("tls-only", "anonymous", "s3:GetObject", Some("a"), &[]), Answer::No);
}

#[test]
fn account_read_lets_one_account_list_and_read_below_the_place() {
    let may = |who, action, key, context: &[(&str, &str)]| judge("account-read", who, action, key, context);
    assert_eq!(may("999988887777", "s3:GetObject", Some("2026/a.jpg"), &[]), Answer::Yes);
    assert_eq!(may("999988887777", "s3:GetObject", Some("a.jpg"), &[]), Answer::No);
    assert_eq!(may("999988887777", "s3:ListBucket", None, &[("s3:prefix", "2026/")]), Answer::Yes);
    assert_eq!(may("999988887777", "s3:ListBucket", None, &[("s3:prefix", "")]), Answer::No);
    assert_eq!(may("999988887777", "s3:PutObject", Some("2026/a.jpg"), &[]), Answer::No);
    assert_eq!(may("111122223333", "s3:GetObject", Some("2026/a.jpg"), &[]), Answer::No);
    assert_eq!(may("anonymous", "s3:GetObject", Some("2026/a.jpg"), &[]), Answer::No);
}

#[test]
fn cloudfront_only_lets_one_distribution_read() {
    let may = |who, arn| judge("cloudfront-only", who, "s3:GetObject", Some("2026/a.jpg"), &[("aws:SourceArn", arn)]);
    let (service, own) = ("service:cloudfront.amazonaws.com", "arn:aws:cloudfront::123456789012:distribution/E1");
    assert_eq!(may(service, own), Answer::Yes);
    assert_eq!(may(service, "arn:aws:cloudfront::123456789012:distribution/E2"), Answer::No);
    assert_eq!(may("anonymous", own), Answer::No);
    assert_eq!(
        Policy::of_bucket(&complete("cloudfront-only", "").to_string()).unwrap().is_public().known(),
        Some(false)
    );
}

#[test]
fn the_others_say_what_they_do() {
    let summary = |name: &str| {
        let template = Template::named(name).unwrap();
        template.kind.facts().summary(Some(&complete(name, "logs/"))).join("; ")
    };
    for (name, words) in [
        ("cors-site", &["pages of https://a.example may send GET and HEAD"][..]),
        ("archive", &["logs/", "30 days", "90 days", "365 days"]),
        ("clean-up", &["logs/", "30 days", "7 days"]),
        ("single-page-website", &["index.html"]),
    ] {
        let said = summary(name);
        assert!(words.iter().all(|word| said.contains(word)), "{name}: {said}");
    }
}

#[test]
fn what_stands_stays_and_a_name_that_is_taken_gets_a_number() {
    let template = Template::named("public-read").unwrap();
    let once = template.merged(None, &here("a/")).unwrap();
    let twice = template.merged(Some(&once), &here("b/")).unwrap();
    let sids: Vec<_> = twice["Statement"].as_array().unwrap().iter().map(|own| own["Sid"].clone()).collect();
    assert_eq!(
        (sids, &twice["Statement"][0]),
        (vec![json!("PublicRead"), json!("PublicRead2")], &once["Statement"][0])
    );
    let single = json!({ "Version": "2008-10-17", "Id": "x", "Statement": { "Sid": "Own", "Effect": "Deny" } });
    let merged = template.merged(Some(&single), &here("")).unwrap();
    assert_eq!((&merged["Version"], &merged["Id"]), (&json!("2008-10-17"), &json!("x")));
    assert_eq!(merged["Statement"].as_array().unwrap().len(), 2);
    let rules = json!({ "Rules": [{ "ID": "archive", "Status": "Disabled" }] });
    let merged = Template::named("archive").unwrap().merged(Some(&rules), &here("")).unwrap();
    assert_eq!((&merged["Rules"][0], &merged["Rules"][1]["ID"]), (&rules["Rules"][0], &json!("archive2")));
    let website = json!({ "RoutingRules": [], "IndexDocument": { "Suffix": "home.html" } });
    let merged = Template::named("single-page-website").unwrap().merged(Some(&website), &here("")).unwrap();
    assert!(merged.get("RoutingRules").is_some() && merged["IndexDocument"]["Suffix"] == "index.html");
}

#[test]
fn a_prefix_is_taken_literally_and_ends_no_text() {
    let odd = "a*b?\"$<ACCOUNT>/";
    let policy = Template::named("public-read").unwrap().filled(&here(odd));
    let resource = policy["Statement"][0]["Resource"].as_str().unwrap();
    assert!(resource.ends_with("/a${*}b${?}\"${$}<ACCOUNT>/*"), "{resource}");
    let rules = Template::named("archive").unwrap().filled(&here("a*b/"));
    assert_eq!(rules["Rules"][0]["Filter"]["Prefix"], "a*b/");
    let china = Here { region: Some("cn-north-1".to_owned()), ..here("") };
    let resource = &Template::named("public-read").unwrap().filled(&china)["Statement"][0]["Resource"];
    assert_eq!(resource, "arn:aws-cn:s3:::photos/*");
}

/// IAM User Guide, "IAM JSON policy elements: Version": without one, and in that of 2008, `${*}` is plain text.
#[test]
fn a_policy_of_an_older_version_takes_no_prefix_that_it_cannot_say() {
    let template = Template::named("public-read").unwrap();
    for version in [Some("2008-10-17"), None] {
        let mut standing = json!({ "Statement": [{ "Effect": "Deny" }] });
        if let Some(version) = version {
            standing["Version"] = json!(version);
        }
        for odd in ["a*/", "a?/"] {
            let refused = template.merged(Some(&standing), &here(odd)).unwrap_err();
            assert!(refused.contains("Version 2012-10-17") && refused.contains(odd), "{refused}");
        }
        let merged = template.merged(Some(&standing), &here("a$b/")).unwrap();
        assert_eq!(merged["Statement"][1]["Resource"], "arn:aws:s3:::photos/a$b/*", "it means itself");
        assert_eq!(merged.get("Version").and_then(Value::as_str), version, "other statements mean what they meant");
    }
    let none = template.merged(Some(&json!({})), &here("a*/")).unwrap();
    assert_eq!(none, template.filled(&here("a*/")));
}
