//! Conditions in statements: operators, absent keys, several values.

use super::Answer::{Depends, No, Unknown, Yes};
use super::*;

fn read_if(condition: &str) -> Bench {
    policy(&allow_if(condition))
}

/// A bench where everyone reads unless a Deny with the condition hits.
fn denied_if(condition: &str) -> Bench {
    policy(&format!("{},{}", allow("\"*\"", "s3:*"), deny_if(condition)))
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress>
#[test]
fn a_range_of_addresses_lets_in_from_there_alone() {
    let condition = r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}}"#;
    assert_eq!(read_if(condition).read("anonymous"), No, "absent");
    assert_eq!(read_if(condition).key("aws:SourceIp", "203.0.113.9").read("anonymous"), Yes);
    assert_eq!(read_if(condition).key("AWS:sourceip", "2001:db8::1").read("anonymous"), Yes, "keys ignore case");
    assert_eq!(read_if(condition).key("aws:SourceIp", "198.51.100.1").read("anonymous"), No);
    let said = read_if(condition).finding("anonymous", "s3:GetObject");
    assert!(said.because.contains("aws:SourceIp is in 203.0.113.0/24 or 2001:db8::/32"), "{said:?}");
    assert!(said.statement.is_some());
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html>: behind an endpoint
/// `aws:SourceIp` is not there.
#[test]
fn a_deny_for_other_addresses_hits_who_has_none() {
    let bench = denied_if(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    assert_eq!((bench.read("anonymous"), bench.read(OWNER)), (No, No));
    assert!(bench.finding(OWNER, "s3:GetObject").because.ends_with("as in a request without aws:SourceIp"));
    let inside = denied_if(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#).key("aws:SourceIp", "203.0.113.9");
    assert_eq!(inside.read("anonymous"), Yes);
    assert_eq!(denied_if(r#"{"NotIpAddressIfExists":{"aws:SourceIp":"203.0.113.0/24"}}"#).read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>: "if the key
/// is not present".
#[test]
fn an_absent_key_fails_plain_operators_and_passes_negated_ones() {
    for (condition, answer) in [
        (r#"{"StringEquals":{"aws:Referer":"x"}}"#, No),
        (r#"{"StringLike":{"aws:Referer":"*"}}"#, No),
        (r#"{"StringNotEquals":{"aws:Referer":"x"}}"#, Yes),
        (r#"{"StringNotLike":{"aws:Referer":"*"}}"#, Yes),
        (r#"{"StringNotEqualsIgnoreCase":{"aws:Referer":"x"}}"#, Yes),
        (r#"{"NumericEquals":{"s3:max-keys":"1"}}"#, No),
        (r#"{"NumericNotEquals":{"s3:max-keys":"1"}}"#, Yes),
        (r#"{"NumericLessThan":{"s3:max-keys":"10"}}"#, No),
        (r#"{"DateNotEquals":{"aws:TokenIssueTime":"2020-01-01"}}"#, Yes),
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#, No),
        (r#"{"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:::x"}}"#, Yes),
        (r#"{"ArnNotEquals":{"aws:SourceArn":"arn:aws:s3:::x"}}"#, Yes),
        (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, No),
        (r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, Yes),
        (r#"{"BinaryEquals":{"x:y":"QQ=="}}"#, No),
    ] {
        assert_eq!(read_if(condition).read("anonymous"), answer, "{condition}");
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists>
#[test]
fn if_exists_passes_an_absent_key_and_tests_a_present_one() {
    for operator in
        ["StringEquals", "StringLike", "StringNotEquals", "NumericLessThan", "DateLessThan", "Bool", "ArnLike"]
    {
        let condition = format!(r#"{{"{operator}IfExists":{{"x:key":"1"}}}}"#);
        assert_eq!(read_if(&condition).read("anonymous"), Yes, "{operator}");
    }
    let referer = r#"{"StringLikeIfExists":{"aws:Referer":"https://acme.example/*"}}"#;
    assert_eq!(read_if(referer).key("aws:Referer", "https://acme.example/a").read("anonymous"), Yes);
    assert_eq!(read_if(referer).key("aws:Referer", "https://other.example/").read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>
#[test]
fn null_tests_whether_a_key_is_there() {
    assert_eq!(read_if(r#"{"Null":{"aws:Referer":"true"}}"#).read("anonymous"), Yes);
    assert_eq!(read_if(r#"{"Null":{"aws:Referer":"false"}}"#).read("anonymous"), No);
    assert_eq!(read_if(r#"{"Null":{"aws:Referer":false}}"#).key("aws:Referer", "x").read("anonymous"), Yes);
    let kms = denied_if(r#"{"Null":{"s3:x-amz-server-side-encryption":"true"}}"#);
    assert_eq!(kms.ask("anonymous", "s3:PutObject"), No);
    assert_eq!(kms.key("s3:x-amz-server-side-encryption", "AES256").ask("anonymous", "s3:PutObject"), Yes);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent>
#[test]
fn a_deny_without_mfa_misses_unsigned_callers_unless_it_says_if_exists() {
    assert_eq!(denied_if(r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#).read("anonymous"), Yes);
    assert_eq!(denied_if(r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#).read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
#[test]
fn for_all_values_passes_an_absent_key_and_for_any_value_does_not() {
    let all = r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#;
    let any = r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#;
    assert_eq!((read_if(all).read("anonymous"), read_if(any).read("anonymous")), (Yes, No));
    let with = |condition: &str, values: &[&str]| {
        values.iter().fold(read_if(condition), |bench, value| bench.key("aws:TagKeys", value)).read("anonymous")
    };
    assert_eq!((with(all, &["a"]), with(all, &["a", "b"]), with(all, &["a", "c"])), (Yes, Yes, No));
    assert_eq!((with(any, &["c", "b"]), with(any, &["c"])), (Yes, No));
    let none = r#"{"ForAllValues:StringNotEquals":{"aws:TagKeys":["a"]}}"#;
    assert_eq!((with(none, &["b", "c"]), with(none, &["b", "a"]), with(none, &[])), (Yes, No, Yes));
    let some = r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a"]}}"#;
    assert_eq!((with(some, &["a", "b"]), with(some, &["a"]), with(some, &[])), (Yes, No, No));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>
#[test]
fn values_are_alternatives_and_keys_and_operators_add_up() {
    let either = r#"{"StringEquals":{"s3:prefix":["a/","b/"]}}"#;
    let list = |bench: Bench| bench.ask("anonymous", "s3:ListBucket");
    assert_eq!(list(read_if(either).key("s3:prefix", "b/")), Yes);
    assert_eq!(list(read_if(either).key("s3:prefix", "c/")), No);
    let neither = r#"{"StringNotEquals":{"s3:prefix":["a/","b/"]}}"#;
    assert_eq!(list(read_if(neither).key("s3:prefix", "b/")), No, "negated: none of them");
    assert_eq!(list(read_if(neither).key("s3:prefix", "c/")), Yes);
    let both = r#"{"StringEquals":{"s3:prefix":"a/","s3:delimiter":"/"},"Bool":{"aws:SecureTransport":"true"}}"#;
    assert_eq!(list(read_if(both).key("s3:prefix", "a/")), No);
    assert_eq!(list(read_if(both).key("s3:prefix", "a/").key("s3:delimiter", "/")), Yes);
    assert_eq!(
        list(read_if(both).key("s3:prefix", "a/").key("s3:delimiter", "/").key("aws:SecureTransport", "false")),
        No
    );
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String>
#[test]
fn values_do_not_ignore_case_unless_the_operator_does() {
    let with = |condition: &str| read_if(condition).key("aws:Referer", "Acme/x").read("anonymous");
    assert_eq!(with(r#"{"StringEquals":{"aws:referer":"acme/x"}}"#), No);
    assert_eq!(with(r#"{"StringEqualsIgnoreCase":{"aws:referer":"acme/X"}}"#), Yes);
    assert_eq!(with(r#"{"StringLike":{"aws:referer":"Acme/*"}}"#), Yes);
    assert_eq!(with(r#"{"StringLike":{"aws:referer":"acme/*"}}"#), No);
    assert_eq!(with(r#"{"StringEquals":{"aws:referer":"Acme/*"}}"#), No);
    assert_eq!(with(r#"{"StringNotLike":{"aws:referer":"Acme/*"}}"#), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS>
#[test]
fn tls_is_taken_for_granted_unless_said_otherwise() {
    let only_tls = r#"{"Bool":{"aws:SecureTransport":"false"}}"#;
    assert_eq!(denied_if(only_tls).read("anonymous"), Yes);
    let plain = denied_if(only_tls).key("aws:SecureTransport", "false");
    assert_eq!(plain.read("anonymous"), No);
    assert!(plain.finding("anonymous", "s3:GetObject").because.contains("it does not come over TLS"));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime>
#[test]
fn the_time_is_known() {
    assert_eq!(read_if(r#"{"DateLessThan":{"aws:CurrentTime":"2026-07-01T00:00:00Z"}}"#).read("anonymous"), Yes);
    assert_eq!(read_if(r#"{"DateLessThan":{"aws:CurrentTime":"2026-06-01T00:00:00Z"}}"#).read("anonymous"), No);
    assert_eq!(read_if(r#"{"NumericGreaterThan":{"aws:EpochTime":"1700000000"}}"#).read("anonymous"), Yes);
    let said = read_if(r#"{"DateGreaterThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}}"#);
    assert_eq!(said.key("aws:CurrentTime", "2027-02-01T00:00:00Z").read("anonymous"), Yes);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid>
#[test]
fn who_is_in_an_organization_must_be_said() {
    let condition = r#"{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}"#;
    let bench = read_if(condition).trusted();
    assert_eq!((bench.read("anonymous"), bench.read(BOB), bench.read("any-aws-user")), (No, No, No));
    assert_eq!(bench.key("aws:PrincipalOrgID", "o-a1b2c3d4e5").read(BOB), Yes);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn>
#[test]
fn keys_that_follow_from_the_caller_are_known() {
    let account = read_if(r#"{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}"#).trusted();
    assert_eq!((account.read(BOB), account.read(OTHER), account.read(SESSION)), (Yes, Yes, Yes));
    assert_eq!((account.read("anonymous"), account.read("any-aws-user"), account.read("777788889999")), (No, No, No));
    let role = read_if(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/app*"}}"#).trusted();
    assert_eq!((role.read(SESSION), role.read(BOB)), (Yes, No));
    assert_eq!(role.read(OTHER), Depends, "somebody of that account");
    let path = read_if(r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/team/app"}}"#).trusted();
    assert_eq!(path.read(SESSION), Depends, "the ARN of a session does not tell the path of its role");
    assert_eq!(path.read("arn:aws:sts::444455556666:assumed-role/other/one"), No);
    let foreign = denied_if(r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#).trusted();
    assert_eq!((foreign.read("any-aws-user"), foreign.read(BOB), foreign.read("anonymous")), (No, No, No));
    assert_eq!((foreign.read(OWNER), foreign.read(ALICE)), (Yes, Yes));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount>
#[test]
fn the_account_of_the_resource_is_the_owners() {
    assert_eq!(read_if(r#"{"StringEquals":{"aws:ResourceAccount":"111122223333"}}"#).read("anonymous"), Yes);
    assert_eq!(read_if(r#"{"StringNotEquals":{"s3:ResourceAccount":"111122223333"}}"#).read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric>
#[test]
fn numbers_are_compared_by_value() {
    let with =
        |condition: &str, keys: &str| read_if(condition).key("s3:max-keys", keys).ask("anonymous", "s3:ListBucket");
    assert_eq!(with(r#"{"NumericLessThanEquals":{"s3:max-keys":"10"}}"#, "10"), Yes);
    assert_eq!(with(r#"{"NumericLessThanEquals":{"s3:max-keys":10}}"#, "9"), Yes);
    assert_eq!(with(r#"{"NumericLessThan":{"s3:max-keys":"10"}}"#, "1000"), No);
    assert_eq!(with(r#"{"NumericNotEquals":{"s3:max-keys":["1","2"]}}"#, "2"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>: variables in conditions.
#[test]
fn a_variable_in_a_condition_is_filled_in() {
    let own = r#"{"StringLike":{"s3:prefix":["home/${aws:username}/*"]}}"#;
    let list = |prefix: &str| read_if(own).trusted().key("s3:prefix", prefix).ask(ALICE, "s3:ListBucket");
    assert_eq!(list("home/alice/x"), Yes);
    assert_eq!(read_if(own).key("s3:prefix", "home/alice/x").ask("anonymous", "s3:ListBucket"), No);
    let star = r#"{"StringLike":{"s3:prefix":"a${*}b"}}"#;
    assert_eq!(read_if(star).key("s3:prefix", "a*b").ask("anonymous", "s3:ListBucket"), Yes);
    assert_eq!(read_if(star).key("s3:prefix", "axb").ask("anonymous", "s3:ListBucket"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>: there are no
/// other operators.
#[test]
fn an_operator_that_nobody_knows_is_not_judged() {
    let said = read_if(r#"{"StringMatches":{"aws:Referer":"x"}}"#).finding("anonymous", "s3:GetObject");
    assert!(said.answer == Unknown && said.because.contains("StringMatches"), "{said:?}");
    assert_eq!(denied_if(r#"{"StringMatches":{"aws:Referer":"x"}}"#).read("anonymous"), Unknown);
    assert_eq!(
        read_if(r#"{"IpAddress":{"aws:SourceIp":"everywhere"}}"#).key("aws:SourceIp", "10.0.0.1").read("anonymous"),
        Unknown
    );
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>: a condition cannot hold
/// and not hold; the first certain no decides.
#[test]
fn what_fails_for_certain_needs_no_more_knowledge() {
    let condition = r#"{"StringMatches":{"aws:Referer":"x"},"Bool":{"aws:SecureTransport":"false"}}"#;
    assert_eq!(read_if(condition).read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>, `aws:PrincipalAccount`: "For
/// anonymous requests, the request context returns anonymous."
#[test]
fn an_anonymous_request_says_so_in_place_of_its_account() {
    let without = policy(&allow_if(r#"{"Null":{"aws:PrincipalAccount":"true"}}"#));
    assert_eq!(without.read("anonymous"), Answer::No);
    let own = policy(&allow_if(r#"{"StringEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}}"#));
    assert_eq!(own.read("anonymous"), Answer::No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>, `aws:userid`: in every signed
/// request, as a unique ID that no name tells.
#[test]
fn the_unique_id_of_a_caller_is_there_and_not_known() {
    let allowing = policy(&allow_if(r#"{"StringLike":{"aws:userid":"AROAEXAMPLE:*"}}"#)).trusted();
    assert_eq!((allowing.read(SESSION), allowing.read(ALICE)), (Answer::Depends, Answer::Yes));
    let denying = deny_if(r#"{"StringNotLike":{"aws:userid":"AROAEXAMPLE:*"}}"#);
    assert_eq!(policy(&format!("{},{denying}", allow("\"*\"", "s3:*"))).trusted().read(BOB), Answer::Depends);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>, "Principal key values": what an AWS
/// user is, and whether it has a name, is open as long as nobody in particular asks.
#[test]
fn what_kind_of_user_any_user_is_nobody_knows() {
    let typed = policy(&allow_if(r#"{"StringEquals":{"aws:PrincipalType":["User","AssumedRole"]}}"#));
    assert_eq!(typed.read("any-aws-user"), Answer::Depends);
    let home =
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/home/${aws:username}/*"}"#;
    assert_eq!(policy(home).at("home/alice/x").read("any-aws-user"), Answer::Depends);
    for is_absent in ["true", "false"] {
        let named = policy(&allow_if(&format!(r#"{{"Null":{{"aws:username":"{is_absent}"}}}}"#))).trusted();
        assert_eq!((named.read("any-aws-user"), named.read(OTHER)), (Answer::Depends, Answer::Depends), "{is_absent}");
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>, `aws:ResourceAccount`: always
/// there, and unknown where the owner is known by its canonical user ID alone.
#[test]
fn the_account_of_the_resource_is_there_though_its_number_is_not_known() {
    let mut bench = policy(&allow_if(r#"{"StringEquals":{"aws:ResourceAccount":"111122223333"}}"#));
    assert_eq!(bench.read("anonymous"), Answer::Yes);
    bench.layers.owner.number = None;
    assert_eq!(bench.read("anonymous"), Answer::Depends);
}
