//! What policies mean, statement by statement.

use super::*;

fn policy(statement: &str) -> Policy {
    Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#), "b").unwrap()
}

fn judge(policy: &Policy, caller: Caller, action: &str, resource: &str, context: &[(&str, String)]) -> Verdict {
    policy.judge(&Ask { caller, action, resource, context })
}

/// A statement that lets everyone read, under a condition.
fn read(condition: &str) -> Policy {
    policy(&format!(
        r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{condition}}}"#
    ))
}

#[test]
fn a_policy_is_public_unless_something_pins_down_who() {
    // Amazon S3 User Guide, "The meaning of 'public'", with its examples.
    assert!(read("{}").is_public());
    assert!(read(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#).is_public());
    assert!(!read(r#"{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#).is_public());
    assert!(!read(r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#).is_public());
    assert!(read(r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#).is_public());
    assert!(read(r#"{"StringEquals":{"aws:Referer":"https://acme.example"}}"#).is_public());
    let named = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:*","Resource":"arn:aws:s3:::b"}"#;
    assert!(!policy(named).is_public());
    let denied = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}"#;
    assert!(!policy(denied).is_public());
}

#[test]
fn a_deny_outweighs_every_allow() {
    let both = policy(
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"},
           {"Effect":"Deny","Principal":"*","NotAction":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#,
    );
    assert_eq!(judge(&both, None, "s3:GetObject", "arn:aws:s3:::b/k", &[]), Verdict::Allowed);
    assert_eq!(judge(&both, None, "s3:GetObjectAcl", "arn:aws:s3:::b/k", &[]), Verdict::Denied);
    assert_eq!(judge(&both, None, "s3:ListBucket", "arn:aws:s3:::b", &[]), Verdict::Silent);
}

#[test]
fn a_missing_key_fails_a_condition_unless_it_is_negated_or_optional() {
    let is_open = |condition: &str, context: &[(&str, String)]| {
        judge(&read(condition), None, "s3:GetObject", "arn:aws:s3:::b/k", context) == Verdict::Allowed
    };
    let referer = [("aws:referer", "https://acme.example/".to_owned())];
    assert!(is_open(r#"{"StringLike":{"aws:Referer":"https://acme.example/*"}}"#, &referer));
    assert!(!is_open(r#"{"StringLike":{"aws:Referer":"https://acme.example/*"}}"#, &[]));
    assert!(is_open(r#"{"StringLikeIfExists":{"aws:Referer":"https://acme.example/*"}}"#, &[]));
    assert!(is_open(r#"{"StringNotLike":{"aws:Referer":"https://other.example/*"}}"#, &[]));
    assert!(is_open(r#"{"Null":{"aws:Referer":"true"}}"#, &[]));
    assert!(!is_open(r#"{"Bool":{"aws:SecureTransport":true}}"#, &[("aws:securetransport", "false".to_owned())]));
}

#[test]
fn patterns_and_blocks_match_as_they_should() {
    assert!(is_like("arn:aws:s3:::b/a/b/c", "arn:aws:s3:::b/*/c"));
    assert!(is_like("abc", "a?c") && !is_like("ac", "a?c") && is_like("", "*") && !is_like("a", ""));
    assert!(is_within("192.0.2.77", "192.0.2.0/24") && !is_within("192.0.3.1", "192.0.2.0/24"));
    assert!(is_within("10.0.0.1", "0.0.0.0/0") && is_within("10.0.0.1", "10.0.0.1"));
    assert!(is_within("2001:db8::1", "2001:db8::/32") && !is_within("10.0.0.1", "::/0"));
}

#[test]
fn a_policy_for_another_bucket_is_malformed() {
    let other = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bb/*"}}"#;
    assert_eq!(Policy::parse(other, "b").unwrap_err().code(), &s3s::S3ErrorCode::MalformedPolicy);
}
