//! Statements: whom, what and which resources they mean, and that a Deny beats every Allow.

use super::Answer::{Depends, No, Yes};
use super::*;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: denied unless allowed.
#[test]
fn what_nothing_allows_is_denied() {
    let bench = bench();
    for who in ["anonymous", "any-aws-user", OTHER, BOB, SESSION, "service:cloudfront.amazonaws.com"] {
        for action in Action::asked() {
            assert_eq!(bench.ask(who, action.name), No, "{who} {}", action.name);
        }
    }
    assert!(
        bench.finding("anonymous", "s3:GetObject").because.contains("no statement of the bucket policy and no ACL")
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>: public read.
#[test]
fn a_policy_for_everyone_lets_everyone_in() {
    for principal in ["\"*\"", r#"{"AWS":"*"}"#, r#"{"AWS":["*"]}"#] {
        let bench = policy(&allow(principal, "s3:GetObject"));
        assert_eq!(bench.read("anonymous"), Yes, "{principal}: both forms include unsigned callers");
        assert_eq!(bench.read("any-aws-user"), Yes);
        assert_eq!(bench.read("service:cloudfront.amazonaws.com"), Yes);
        assert_eq!(bench.read(ALICE), Yes, "in the owner's account no other policy is needed");
        assert_eq!(bench.read(BOB), Depends, "signed, its own account must allow it too");
        assert_eq!(bench.ask("anonymous", "s3:ListBucket"), No);
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
#[test]
fn an_explicit_deny_beats_every_allow_in_either_order() {
    let (yes, no) = (allow("\"*\"", "s3:*"), deny("\"*\"", "s3:GetObject"));
    for statements in [format!("{yes},{no}"), format!("{no},{yes}")] {
        let bench = policy(&statements);
        for who in ["anonymous", "any-aws-user", ALICE, BOB, OWNER] {
            assert_eq!(bench.read(who), No, "{who}");
        }
        assert_eq!(bench.ask("anonymous", "s3:ListBucket"), Yes);
        assert!(bench.finding("anonymous", "s3:GetObject").because.contains("explicitly"));
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html>: a Deny also beats ACLs.
#[test]
fn an_explicit_deny_beats_an_acl() {
    let bench = policy(&deny("\"*\"", "s3:GetObject")).object_acl(OWNER_ID, &[(ALL_USERS, "READ")]);
    assert_eq!(bench.read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>: unsigned callers belong
/// to no account.
#[test]
fn a_deny_for_an_account_does_not_stop_the_same_person_unsigned() {
    let bench = policy(&format!("{},{}", allow("\"*\"", "s3:GetObject"), deny(&aws(OTHER), "s3:*"))).trusted();
    assert_eq!((bench.read(OTHER), bench.read(BOB), bench.read(SESSION)), (No, No, No));
    assert_eq!((bench.read("anonymous"), bench.read(ALICE)), (Yes, Yes));
    assert_eq!(bench.read("any-aws-user"), Yes, "a stranger is not of that account");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>: actions ignore case.
#[test]
fn actions_ignore_case_and_take_wildcards() {
    for action in ["s3:getobject", "S3:GETOBJECT", "s3:Get*", "s3:*", "*", "s3:Get?bject"] {
        assert_eq!(policy(&allow("\"*\"", action)).read("anonymous"), Yes, "{action}");
    }
    for action in ["s3:GetObjectAcl", "s3:GetObject?", "ec2:*", "GetObject", "s3:Put*"] {
        assert_eq!(policy(&allow("\"*\"", action)).read("anonymous"), No, "{action}");
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
#[test]
fn not_action_means_all_others() {
    let all_but =
        r#"{"Effect":"Allow","Principal":"*","NotAction":["s3:Put*","s3:Delete*"],"Resource":"arn:aws:s3:::b/*"}"#;
    let bench = policy(all_but);
    assert_eq!((bench.read("anonymous"), bench.ask("anonymous", "s3:PutObject")), (Yes, No));
    assert_eq!(bench.ask("anonymous", "s3:ListBucket"), No, "the resource is that of objects");
    let deny = r#"{"Effect":"Deny","Principal":"*","NotAction":"s3:GetObject","Resource":"*"}"#;
    let bench = policy(&format!("{},{deny}", allow("\"*\"", "s3:*")));
    assert_eq!((bench.read("anonymous"), bench.ask("anonymous", "s3:ListBucket")), (Yes, No));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
#[test]
fn not_resource_means_all_others() {
    let all_but =
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/private/*"}"#;
    let bench = policy(all_but);
    assert_eq!(bench.read("anonymous"), Yes);
    assert_eq!(bench.at("private/x").read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html>: the resource of each action.
#[test]
fn a_statement_that_mixes_bucket_and_object_grants_only_what_fits() {
    let on = |resource: &str| {
        policy(&format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":["s3:ListBucket","s3:GetObject"],"Resource":"{resource}"}}"#
        ))
    };
    let both = |bench: &Bench| (bench.ask("anonymous", "s3:ListBucket"), bench.read("anonymous"));
    assert_eq!(both(&on("arn:aws:s3:::b")), (Yes, No));
    assert_eq!(both(&on("arn:aws:s3:::b/*")), (No, Yes));
    assert_eq!(both(&on("arn:aws:s3:::b*")), (Yes, Yes));
    assert_eq!(both(&on("*")), (Yes, Yes));
    assert_eq!(both(&on("arn:aws:s3:::c/*")), (No, No));
    assert_eq!(both(&on("arn:aws:s3:::B/*")), (No, No), "resources do not ignore case");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html>: wildcards of resources.
#[test]
fn wildcards_of_resources_cross_slashes() {
    let on = |resource: &str, key: &str| {
        let text = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{resource}"}}"#
        );
        policy(&text).at(key).read("anonymous")
    };
    assert_eq!(on("b/*.jpg", "a/b/c.jpg"), Yes);
    assert_eq!(on("b/a?c", "a/c"), Yes);
    assert_eq!(on("b/logs/*", "logs/"), Yes);
    assert_eq!(on("b/logs/*", "logs"), No);
    assert_eq!(on("b/Logs/*", "logs/x"), No);
    assert_eq!(on("b/a:b/*", "a:b/c:d"), Yes);
    assert_eq!(on("b/ü*", "über"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html>: partitions.
#[test]
fn a_policy_of_another_partition_is_read_like_any() {
    for partition in ["aws", "aws-cn", "aws-us-gov"] {
        let text = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:{partition}:s3:::b/*"}}"#
        );
        assert_eq!(policy(&text).read("anonymous"), Yes, "{partition}");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>: what is asked of any object
/// depends on the object where a statement names but some.
#[test]
fn a_question_about_any_object_says_which_are_meant() {
    let mut bench = policy(
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/public/*"},
           {"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}"#,
    )
    .ownership("BucketOwnerEnforced");
    bench.place.key = None;
    let read = bench.finding("anonymous", "s3:GetObject");
    assert!(read.answer == Depends && read.because.contains("arn:aws:s3:::b/public/*"), "{read:?}");
    assert_eq!(bench.ask("anonymous", "s3:PutObject"), Yes);
    assert_eq!(bench.ask("anonymous", "s3:DeleteObject"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
#[test]
fn the_statement_that_decides_is_named_by_its_sid_or_number() {
    let named =
        r#"{"Sid":"Readers","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
    let bench = policy(&format!("{},{named}", allow(&aws(OTHER), "s3:ListBucket")));
    let label = bench.finding("anonymous", "s3:GetObject").statement.unwrap();
    assert_eq!((label.number, label.sid.as_deref()), (2, Some("Readers")));
    let label = bench.finding(OTHER, "s3:ListBucket").statement.unwrap();
    assert_eq!((label.number, label.sid), (1, None));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-policies-s3.html>: versions have actions of their own.
#[test]
fn a_version_is_read_by_the_action_of_versions() {
    let mut bench = policy(&allow("\"*\"", "s3:GetObject"));
    bench.place.version = Some("v1".to_owned());
    assert_eq!(bench.read("anonymous"), No, "s3:GetObject is for the current version");
    let mut bench =
        policy(&statement("Allow", "\"*\"", "s3:GetObjectVersion", r#"{"StringEquals":{"s3:VersionId":"v1"}}"#));
    bench.place.version = Some("v1".to_owned());
    assert_eq!(bench.read("anonymous"), Yes);
    bench.place.version = Some("v2".to_owned());
    assert_eq!(bench.read("anonymous"), No);
    bench.place.version = None;
    assert_eq!(bench.read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>, "Managing access to tagged objects".
#[test]
fn tags_of_the_object_decide_where_they_are_read_and_not_for_writing() {
    let mut bench = policy(&allow_if(r#"{"StringEquals":{"s3:ExistingObjectTag/public":"yes"}}"#));
    assert_eq!(bench.read("anonymous"), No, "no tags are set");
    bench.layers.tags = Fact::Known(vec![("public".to_owned(), "yes".to_owned())]);
    assert_eq!(bench.read("anonymous"), Yes);
    assert_eq!(bench.ask("anonymous", "s3:DeleteObject"), No, "the key is not there for deletions");
    bench.layers.tags = Fact::Known(vec![("public".to_owned(), "Yes".to_owned())]);
    assert_eq!(bench.read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html>
#[test]
fn a_service_comes_in_by_its_name_and_by_its_source() {
    let bench = policy(&statement(
        "Allow",
        r#"{"Service":"cloudfront.amazonaws.com"}"#,
        "s3:GetObject",
        r#"{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::111122223333:distribution/E1"}}"#,
    ));
    let cloudfront = "service:cloudfront.amazonaws.com";
    assert_eq!(bench.read(cloudfront), No, "the source was not said");
    assert!(bench.finding(cloudfront, "s3:GetObject").because.contains("AWS:SourceArn is"));
    let bench = bench.key("aws:SourceArn", "arn:aws:cloudfront::111122223333:distribution/E1");
    assert_eq!(bench.read(cloudfront), Yes);
    assert_eq!(bench.read("service:logging.s3.amazonaws.com"), No);
    assert_eq!((bench.read("anonymous"), bench.read(OTHER)), (No, No));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice>
#[test]
fn a_deny_for_everyone_but_services_spares_services() {
    let bench = policy(&format!(
        "{},{}",
        allow(r#"{"Service":"logging.s3.amazonaws.com"}"#, "s3:PutObject"),
        deny_if(r#"{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}"#)
    ));
    assert_eq!(bench.ask("service:logging.s3.amazonaws.com", "s3:PutObject"), Yes);
    assert_eq!(bench.ask(OWNER, "s3:PutObject"), No);
    assert_eq!(bench.ask("anonymous", "s3:PutObject"), No, "IfExists: unsigned callers do not have the key");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
#[test]
fn variables_count_in_a_policy_of_2012_alone() {
    let home = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/home/${aws:username}/*"}"#;
    let bench = policy(home).at("home/alice/x");
    assert_eq!(bench.read(ALICE), Yes);
    let mut old = bench.identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#);
    old.layers.policy = Fact::Known(reader::policy(&format!(r#"{{"Statement":{home}}}"#)).unwrap().into());
    assert_eq!(old.read(ALICE), No);
    assert_eq!(old.at("home/${aws:username}/x").read(ALICE), Yes, "plain text");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>: a variable without a value.
#[test]
fn a_variable_without_a_value_matches_nothing() {
    let home = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/home/${aws:username}/*"}"#;
    assert_eq!(policy(home).at("home/alice/x").read("anonymous"), No);
    let bob = policy(home).at("home/alice/x").key("aws:username", "alice");
    assert_eq!(bob.read("anonymous"), Yes, "said is said");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
#[test]
fn not_principal_with_allow_is_nearly_everyone() {
    let text = r#"{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
    let bench = policy(text).trusted();
    assert_eq!((bench.read("anonymous"), bench.read("any-aws-user"), bench.read("777788889999")), (Yes, Yes, Yes));
    assert_eq!(bench.read(OTHER), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>: "you must also
/// specify the account".
#[test]
fn not_principal_with_deny_spares_whoever_is_listed_by_every_name() {
    let with = |names: &str| {
        let deny = format!(r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":[{names}]}},"Action":"s3:*","Resource":"*"}}"#);
        policy(&format!("{},{deny}", allow("\"*\"", "s3:GetObject"))).trusted()
    };
    let whole = with(&format!(r#""{BOB}","{OTHER}""#));
    assert_eq!((whole.read(BOB), whole.read(OTHER)), (Yes, Yes));
    assert_eq!((whole.read("anonymous"), whole.read(ALICE), whole.read("any-aws-user")), (No, No, No));
    assert_eq!(whole.read("arn:aws:iam::444455556666:user/carol"), No, "all but Bob, though the account is listed");
    assert_eq!(whole.read(OWNER), No);
    let half = with(&format!(r#""{BOB}""#));
    assert_eq!(half.read(BOB), Depends, "the guide: it might be denied with its account");
    let session = with(&format!(r#""{SESSION}","arn:aws:iam::444455556666:role/app","{OTHER}""#));
    assert_eq!(session.read(SESSION), Yes);
    assert_eq!(session.read("arn:aws:sts::444455556666:assumed-role/app/two"), Depends);
    assert_eq!(session.read("arn:aws:sts::444455556666:assumed-role/other/one"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>: unique IDs, patterns.
#[test]
fn who_was_deleted_is_nobody_and_what_is_no_principal_is_not_judged() {
    let deleted = policy(&allow(&aws("AIDACKCEVSQ6C2EXAMPLE"), "s3:GetObject")).trusted();
    assert_eq!(deleted.read(BOB), No);
    let pattern = policy(&allow(&aws("arn:aws:iam::444455556666:user/*"), "s3:GetObject")).trusted();
    assert_eq!(pattern.read(BOB), Answer::Unknown);
}
