//! Making places public and private: what is offered, what is refused, and what each choice comes to.

use serde_json::{Value, json};

use super::*;
use crate::model::access::document::Policy;
use crate::model::access::layers::{Kept, ObjectOwnership};
use crate::model::access::who::Account;

const OWNER_ID: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const ALL: &str = "arn:aws:s3:::b/*";

/// A bucket `b` of which everything is known and nothing is set.
fn closed() -> (Evidence, Standing) {
    let owner = Account { number: None, canonical: Some(OWNER_ID.to_owned()) };
    let standing = Standing { policy: Fact::Absent, block: Fact::Absent, acl: Fact::Absent };
    (Evidence { layers: Layers::closed(owner), ..Evidence::default() }, standing)
}

fn with_policy(statements: &Value) -> (Evidence, Standing) {
    let (evidence, standing) = closed();
    let policy = json!({ "Version": "2012-10-17", "Id": "kept", "Statement": statements });
    (evidence, Standing { policy: Fact::Known(policy), ..standing })
}

fn allow(sid: &str, resources: &Value) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources })
}

fn all_on() -> Value {
    json!({
        "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true
    })
}

fn plan(aim: Aim, key: &str, (evidence, standing): &(Evidence, Standing)) -> Plan {
    let scope = Scope::new("b", key);
    let plan = aim.plan(&scope, evidence, standing);
    // Whatever is offered without a doubt does what it is offered for.
    for choice in plan.choices.iter().filter(|_| plan.notes.iter().all(|note| !note.contains("certain"))) {
        let layers = evidence.layers.clone().with_standing(standing).after(choice);
        let outlook = aim.outlook(&scope, &Evidence { layers, ..evidence.clone() });
        assert!(aim.is_met_by(&outlook), "{choice:?}: {outlook:?}");
    }
    plan
}

fn open(key: &str, of: &(Evidence, Standing)) -> Plan {
    plan(Aim::Public, key, of)
}

fn close(key: &str, of: &(Evidence, Standing)) -> Plan {
    plan(Aim::Private, key, of)
}

fn after(choice: &Choice, kind: DocumentKind) -> Option<&Value> {
    let found = choice.steps.iter().find_map(|step| match step {
        Step::Document { kind: own, after, .. } if *own == kind => Some(after.as_ref()),
        _ => None,
    });
    found.unwrap()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>, "Granting read-only permission
/// to a public anonymous user".
#[test]
fn a_bucket_a_prefix_and_an_object_are_opened_by_one_statement_each() {
    for (key, sid, resource) in [
        ("", "PublicRead", ALL),
        ("assets/img/", "PublicReadAssetsImg", "arn:aws:s3:::b/assets/img/*"),
        ("a/b c.txt", "PublicReadABCTxt", "arn:aws:s3:::b/a/b c.txt"),
        ("a*?${x}", "PublicReadAX", "arn:aws:s3:::b/a${*}${?}${$}{x}"),
    ] {
        let plan = open(key, &closed());
        let [choice] = plan.choices.as_slice() else { panic!("{plan:?}") };
        assert_eq!((choice.name, choice.steps.len(), choice.besides.len()), ("policy", 1, 0));
        let policy = after(choice, DocumentKind::Policy).unwrap();
        assert_eq!(policy["Statement"], json!([allow(sid, &json!(resource))]));
    }
}

#[test]
fn a_statement_is_added_to_the_policy_that_stands_and_nothing_of_that_is_lost() {
    let other = json!({ "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "s3:*", "Resource": ALL });
    let mut of = with_policy(&other);
    let plan = open("a/", &of);
    let policy = after(&plan.choices[0], DocumentKind::Policy).unwrap();
    assert_eq!((&policy["Id"], &policy["Statement"][0]), (&json!("kept"), &other));
    assert_eq!(policy["Statement"][1]["Sid"], "PublicReadA");
    of = with_policy(&json!([allow("PublicReadA", &json!("arn:aws:s3:::b/other"))]));
    let plan = open("a/", &of);
    assert_eq!(after(&plan.choices[0], DocumentKind::Policy).unwrap()["Statement"][1]["Sid"], "PublicReadA2");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, "Block public access
/// settings".
#[test]
fn only_what_stands_in_the_way_of_block_public_access_is_loosened_and_first() {
    let (evidence, standing) = closed();
    let of = (evidence, Standing { block: Fact::Known(all_on()), ..standing });
    let plan = open("a/", &of);
    let steps: Vec<_> = plan.choices[0].steps.iter().map(Step::title).collect();
    assert_eq!(steps, ["Block Public Access", "Policy"]);
    let block = after(&plan.choices[0], DocumentKind::PublicAccessBlock).unwrap();
    let wanted = json!({
        "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": false, "RestrictPublicBuckets": false
    });
    assert_eq!(*block, wanted);
    let words = &plan.obstacles[0].words;
    assert!(words.contains("BlockPublicPolicy and RestrictPublicBuckets"), "{words}");
}

#[test]
fn what_the_policy_opens_as_soon_as_it_counts_again_is_told() {
    let (evidence, standing) = with_policy(&json!([allow("Everything", &json!(ALL))]));
    let of = (evidence, Standing { block: Fact::Known(all_on()), ..standing });
    let plan = open("a/", &of);
    let [choice] = plan.choices.as_slice() else { panic!("{plan:?}") };
    assert_eq!(choice.steps.len(), 1, "the statement stands already");
    assert!(choice.besides[0].contains("statement 1 (Everything) counts again"), "{choice:?}");
    assert!(open("", &of).choices[0].besides.is_empty(), "that is what was wanted");
}

#[test]
fn what_no_choice_helps_against_leaves_no_choice() {
    let blocks = |change: fn(&mut Layers)| {
        let mut of = closed();
        change(&mut of.0.layers);
        let plan = open("k", &of);
        let stays: Vec<_> = plan.obstacles.iter().filter(|own| own.remedy == Remedy::None).collect();
        assert!(plan.choices.is_empty() && stays.len() == 1, "{plan:?}");
        stays[0].layer
    };
    let account = |layers: &mut Layers| {
        layers.account_block = Fact::Known(crate::model::access::PublicAccessBlock {
            restrict_public_buckets: true,
            ..Default::default()
        });
    };
    assert_eq!(blocks(account), Layer::AccountBlock);
    assert_eq!(blocks(|layers| layers.requester_pays = Fact::Known(true)), Layer::RequestPayment);
    let kms = Kept { encryption: Some("aws:kms".to_owned()), ..Kept::default() };
    let mut of = closed();
    of.0.layers.kept = Fact::Known(kms);
    assert_eq!(open("k", &of).obstacles.last().unwrap().layer, Layer::Encryption);
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": ALL });
    let plan = open("k", &with_policy(&json!([deny])));
    assert!(
        plan.choices.is_empty() && plan.obstacles.last().unwrap().words.contains("denies it to everyone"),
        "{plan:?}"
    );
    let unread = (closed().0, Standing { policy: Fact::Unread("s3:GetBucketPolicy denied".to_owned()), ..closed().1 });
    let mut evidence = unread.0.clone();
    evidence.layers.policy = Fact::Unread("s3:GetBucketPolicy denied".to_owned());
    assert!(open("k", &(evidence, unread.1)).choices.is_empty());
    let long = json!([allow(&"x".repeat(Policy::LIMIT), &json!("arn:aws:s3:::b/other"))]);
    assert!(open("k", &with_policy(&long)).obstacles.last().unwrap().words.contains("20480"));
}

#[test]
fn a_deny_of_some_of_it_or_under_a_condition_is_told_and_a_gap_makes_it_uncertain() {
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/a/secret/*" });
    let plan = open("a/", &with_policy(&json!([deny])));
    assert_eq!(plan.choices.len(), 1);
    assert!(plan.obstacles.iter().any(|own| own.words.contains("denies some of it")), "{plan:?}");
    let mut of = closed();
    of.0.layers.account_block = Fact::Unread("s3:GetAccountPublicAccessBlock denied".to_owned());
    let plan = open("a/", &of);
    assert!(plan.choices.len() == 1 && plan.notes[0].contains("not certain"), "{plan:?}");
}

#[test]
fn what_is_as_wanted_needs_no_change() {
    let public = with_policy(&json!([allow("All", &json!(ALL))]));
    assert!(open("a/", &public).is_reached && close("a/", &closed()).is_reached);
}

#[test]
fn the_statements_that_open_a_place_alone_are_taken_out_and_an_empty_policy_goes() {
    let of = with_policy(&json!([allow("A", &json!("arn:aws:s3:::b/a/*")), allow("B", &json!("arn:aws:s3:::b/b/*"))]));
    let plan = close("a/", &of);
    let grants = &plan.choices[0];
    assert!(grants.name == "grants" && grants.besides.is_empty(), "{grants:?}");
    let policy = after(grants, DocumentKind::Policy).unwrap();
    assert_eq!(
        (&policy["Id"], &policy["Statement"]),
        (&json!("kept"), &json!([allow("B", &json!("arn:aws:s3:::b/b/*"))]))
    );
    let lone = with_policy(&allow("A", &json!("arn:aws:s3:::b/a/*")));
    assert_eq!(after(&close("a/", &lone).choices[0], DocumentKind::Policy), None);
    assert_eq!(after(&close("", &of).choices[0], DocumentKind::Policy), None);
}

#[test]
fn what_was_opened_is_closed_again_by_the_same_plan() {
    for key in ["", "a/", "k", "a*?${x}"] {
        let mut of = closed();
        let opened = open(key, &of);
        of.1.policy = Fact::Known(after(&opened.choices[0], DocumentKind::Policy).unwrap().clone());
        let closed = close(key, &of);
        assert!(closed.choices[0].besides.is_empty(), "{closed:?}");
        assert_eq!(after(&closed.choices[0], DocumentKind::Policy), None);
    }
}

#[test]
fn a_statement_that_opens_more_is_narrowed_where_it_can_be_and_else_said() {
    let both = json!(["arn:aws:s3:::b/a/*", "arn:aws:s3:::b/b/*"]);
    let plan = close("a/", &with_policy(&json!([allow("Both", &both)])));
    let grants = &plan.choices[0];
    assert!(grants.besides.is_empty());
    assert_eq!(after(grants, DocumentKind::Policy).unwrap()["Statement"][0]["Resource"], json!(["arn:aws:s3:::b/b/*"]));
    let plan = close("a/", &with_policy(&json!([allow("All", &json!(ALL))])));
    let words = &plan.choices[0].besides[0];
    assert!(
        words.contains("statement 1 (All)") && words.contains(ALL) && words.contains("outside of s3://b/a/"),
        "{words}"
    );
}

/// Whoever is named beside everyone is let in by name.
#[test]
fn whom_a_statement_names_beside_everyone_keeps_what_it_gives() {
    let mixed = |principal: Value, resource: Value| {
        let mut statement = allow("Mixed", &resource);
        statement["Principal"] = principal;
        with_policy(&json!([statement]))
    };
    let both = json!({ "AWS": ["*", "444455556666"], "Service": "logs.amazonaws.com" });
    let named = json!({ "AWS": ["444455556666"], "Service": "logs.amazonaws.com" });
    for key in ["", "a/", "k"] {
        let plan = close(key, &mixed(both.clone(), json!(ALL)));
        let policy = after(&plan.choices[0], DocumentKind::Policy).unwrap();
        assert_eq!(policy["Statement"][0]["Principal"], named, "{key}");
        assert_eq!(
            (&policy["Statement"][0]["Sid"], policy["Statement"].as_array().unwrap().len()),
            (&json!("Mixed"), 1)
        );
    }
    let two = json!(["arn:aws:s3:::b/a/*", "arn:aws:s3:::b/b/*"]);
    let plan = close("a/", &mixed(both.clone(), two.clone()));
    let policy = after(&plan.choices[0], DocumentKind::Policy).unwrap();
    let kept = |at: usize| &policy["Statement"][at];
    assert_eq!((&kept(0)["Principal"], &kept(0)["Resource"]), (&both, &json!(["arn:aws:s3:::b/b/*"])));
    assert_eq!((&kept(1)["Principal"], &kept(1)["Resource"], &kept(1)["Sid"]), (&named, &two, &json!("Mixed2")));
    let plan = close("", &mixed(both, json!(ALL)));
    assert!(plan.choices[1].besides[0].contains("no longer lets other accounts in"), "{plan:?}");
    for everyone in [json!({ "AWS": "*" }), json!({ "AWS": ["*"] }), json!("*")] {
        let plan = close("", &mixed(everyone, json!(ALL)));
        assert_eq!(after(&plan.choices[0], DocumentKind::Policy), None);
    }
}

#[test]
fn an_action_that_fits_no_resource_any_more_goes_with_the_resource() {
    let list = json!({
        "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::b", ALL], "Extra": 1
    });
    let plan = close("a/", &with_policy(&json!([list])));
    // A statement with a field that nobody knows is not judged, but it may well be public.
    let Some(grants) = plan.choices.first() else { panic!("{plan:?}") };
    let left = &after(grants, DocumentKind::Policy).unwrap()["Statement"][0];
    assert_eq!((&left["Action"], &left["Resource"]), (&json!(["s3:ListBucket"]), &json!(["arn:aws:s3:::b"])));
    assert_eq!(left["Extra"], 1);
}

#[test]
fn whoever_a_condition_lets_in_stays_and_is_told() {
    let mut office = allow("Office", &json!(ALL));
    office["Condition"] = json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } });
    let of = with_policy(&json!([office, allow("All", &json!(ALL))]));
    let plan = close("", &of);
    let grants = &plan.choices[0];
    assert_eq!(after(grants, DocumentKind::Policy).unwrap()["Statement"][0]["Sid"], "Office");
    let outlook = Aim::Private.outlook(
        &Scope::new("b", ""),
        &Evidence { layers: of.0.layers.clone().with_standing(&of.1).after(grants), ..of.0 },
    );
    assert_eq!(outlook.answer, Answer::No, "a request without an address is nobody from there");
}

#[test]
fn what_opens_but_one_object_below_a_prefix_or_by_a_condition_or_another_action_is_not_private() {
    let one = with_policy(&json!([allow("One", &json!("arn:aws:s3:::b/in/secret.txt"))]));
    assert_eq!(after(&close("in/", &one).choices[0], DocumentKind::Policy), None);
    assert!(close("out/", &one).is_reached);
    let mut referer = allow("Referer", &json!(ALL));
    referer["Condition"] = json!({ "StringLike": { "aws:Referer": "https://example.com/*" } });
    let mut version = allow("Version", &json!(ALL));
    version["Action"] = json!("s3:GetObjectVersion");
    let mut tagging = allow("Tagging", &json!(ALL));
    tagging["Action"] = json!("s3:PutObjectTagging");
    for statement in [referer, version, tagging] {
        let of = with_policy(&json!([statement]));
        for key in ["", "in/", "k"] {
            let plan = close(key, &of);
            assert!(!plan.is_reached && !plan.choices.is_empty(), "{key}: {statement}: {plan:?}");
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: `RestrictPublicBuckets`
/// shuts out accounts that other statements name.
#[test]
fn block_public_access_closes_all_and_says_whom_else_it_shuts_out() {
    let named = json!({ "Sid": "Partner", "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "s3:GetObject", "Resource": ALL });
    let (evidence, standing) = with_policy(&json!([allow("All", &json!(ALL)), named]));
    let own = json!({ "BlockPublicAcls": true, "Unknown": 1 });
    let of = (evidence, Standing { block: Fact::Known(own), ..standing });
    let block = &close("", &of).choices[1];
    assert_eq!(block.name, "block");
    let document = after(block, DocumentKind::PublicAccessBlock).unwrap();
    assert_eq!((&document["RestrictPublicBuckets"], &document["Unknown"]), (&json!(true), &json!(1)));
    assert!(block.besides[0].contains("statement 2 (Partner)") && block.besides.len() == 1, "{block:?}");
    assert!(close("a/", &of).choices[1].besides[0].contains("statement 1 (All) no longer"));
}

#[test]
fn grants_of_acls_are_taken_out_and_those_of_objects_make_it_uncertain() {
    let group = "http://acs.amazonaws.com/groups/global/AllUsers";
    let acl = json!({
        "Owner": { "ID": OWNER_ID },
        "Grants": [
            { "Grantee": { "Type": "CanonicalUser", "ID": OWNER_ID }, "Permission": "FULL_CONTROL" },
            { "Grantee": { "Type": "Group", "URI": group }, "Permission": "READ" }
        ]
    });
    let (mut evidence, standing) = closed();
    evidence.layers.ownership = Fact::Known(ObjectOwnership("ObjectWriter".to_owned()));
    let of = (evidence, Standing { acl: Fact::Known(acl), ..standing });
    let plan = close("", &of);
    let grants = &plan.choices[0];
    assert_eq!(after(grants, DocumentKind::Acl).unwrap()["Grants"].as_array().unwrap().len(), 1);
    assert!(plan.notes[0].contains("each object"), "{plan:?}");
    let below = close("a/", &of);
    let names: Vec<_> = below.choices.iter().map(|choice| choice.name).collect();
    assert!(
        !below.is_reached && names == ["block"],
        "that keys may be listed opens no object, but an ACL of its own may"
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>: the policy grants nothing on objects of
/// other accounts.
#[test]
fn where_objects_may_be_those_of_others_a_prefix_is_not_said_to_be_public() {
    let (mut evidence, standing) = with_policy(&json!([allow("All", &json!(ALL))]));
    let place = (evidence.clone(), standing.clone());
    assert!(open("a/", &place).is_reached);
    evidence.layers.ownership = Fact::Known(ObjectOwnership("ObjectWriter".to_owned()));
    let plan = open("a/", &(evidence, standing));
    assert!(!plan.is_reached && plan.notes.iter().any(|note| note.contains("not certain")), "{plan:?}");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>, `public-read`.
#[test]
fn an_object_with_an_acl_that_counts_is_opened_and_closed_by_one_grant_too() {
    let (mut evidence, standing) = closed();
    let private = Acl { owner: Some(OWNER_ID.to_owned()), grants: Vec::new() };
    evidence.layers.ownership = Fact::Known(ObjectOwnership("ObjectWriter".to_owned()));
    evidence.layers.object_acl = Fact::Known(private.clone());
    let account = crate::model::access::PublicAccessBlock { block_public_policy: true, ..Default::default() };
    evidence.layers.account_block = Fact::Known(account);
    let mut of = (evidence, Standing { block: Fact::Known(all_on()), ..standing });
    let plan = open("k", &of);
    let [choice] = plan.choices.as_slice() else { panic!("the account refuses policies alone: {plan:?}") };
    assert!(choice.name == "acl" && choice.besides[0].contains("counts again"), "{choice:?}");
    let [Step::Document { after: Some(block), .. }, Step::ObjectAcl { before, after }] = choice.steps.as_slice() else {
        panic!("{choice:?}")
    };
    assert_eq!((&block["IgnorePublicAcls"], &block["RestrictPublicBuckets"]), (&json!(false), &json!(true)));
    assert!(*before == private && after.is_public());
    assert!(choice.steps[1].difference().iter().any(|line| line.contains("READ to AllUsers")));
    of.0.layers.object_acl = Fact::Known(after.clone());
    of.1.block = Fact::Absent;
    let grants = &close("k", &of).choices[0];
    assert_eq!(grants.steps, [Step::ObjectAcl { before: after.clone(), after: private }]);
}
