//! What Amazon calls public.
//!
//! All from <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, "The meaning of
//! 'public'".

use super::*;

fn is_public(condition: &str) -> Option<bool> {
    policy(&allow_if(condition)).layers.policy_is_public()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, its own examples.
#[test]
fn amazons_examples_are_as_amazon_says() {
    assert_eq!(is_public("{}"), Some(true));
    assert_eq!(is_public(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#), Some(true));
    assert_eq!(is_public(r#"{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#), Some(false));
    assert_eq!(is_public(r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#), Some(true));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: the list of keys.
#[test]
fn a_fixed_value_of_each_listed_key_makes_it_not_public() {
    for (key, value) in [
        ("aws:SourceArn", "arn:aws:sns:us-east-1:111122223333:topic"),
        ("aws:SourceVpce", "vpce-1a2b3c4d"),
        ("aws:SourceVpc", "vpc-91237329"),
        ("aws:SourceAccount", "111122223333"),
        ("aws:SourceOwner", "111122223333"),
        ("aws:userid", "AIDACKCEVSQ6C2EXAMPLE"),
        ("aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/app"),
        ("aws:PrincipalAccount", "111122223333"),
        ("s3:x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:us-east-1:111122223333:key/1"),
        ("s3:DataAccessPointArn", "arn:aws:s3:us-west-2:111122223333:accesspoint/one"),
        ("s3:DataAccessPointAccount", "111122223333"),
    ] {
        let with = |operator: &str, value: &str| is_public(&format!(r#"{{"{operator}":{{"{key}":"{value}"}}}}"#));
        assert_eq!(with("StringEquals", value), Some(false), "{key}");
        assert_eq!(with("StringLike", value), Some(false), "{key}");
        assert_eq!(with("StringEquals", "${aws:username}"), Some(true), "{key}: a variable is not fixed");
        assert_eq!(with("StringNotEquals", value), Some(true), "{key}: all others");
        assert_eq!(with("StringEqualsIfExists", value), Some(true), "{key}: or without it");
        assert_eq!(with("ForAllValues:StringEquals", value), Some(true), "{key}: or without it");
        assert_eq!(with("ForAnyValue:StringEquals", value), Some(false), "{key}");
        assert_eq!(with("StringLike", "*"), Some(true), "{key}");
        let list = format!(r#"{{"StringLike":{{"{key}":["{value}","x*"]}}}}"#);
        assert_eq!(is_public(&list), Some(true), "{key}: all values must be fixed");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: no other key fixes who.
#[test]
fn other_keys_leave_it_public() {
    for condition in [
        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#"{"StringLike":{"aws:Referer":"https://acme.example/*"}}"#,
        r#"{"StringEquals":{"aws:UserAgent":"secret"}}"#,
        r#"{"DateLessThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}}"#,
        r#"{"StringEquals":{"s3:prefix":"public/"}}"#,
        r#"{"StringEquals":{"s3:ExistingObjectTag/public":"yes"}}"#,
        r#"{"StringEquals":{"aws:PrincipalTag/team":"a"}}"#,
        r#"{"Null":{"aws:SourceVpce":"false"}}"#,
    ] {
        assert_eq!(is_public(condition), Some(true), "{condition}");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: "one or more of".
#[test]
fn one_fixed_key_is_enough_beside_others() {
    assert_eq!(
        is_public(r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"},"StringLike":{"aws:SourceVpc":"vpc-*"}}"#),
        Some(false)
    );
    assert_eq!(
        is_public(r#"{"Bool":{"aws:SecureTransport":"true"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#),
        Some(false)
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, aws:SourceIp.
#[test]
fn the_broadest_range_of_addresses_decides() {
    let with = |blocks: &str| is_public(&format!(r#"{{"IpAddress":{{"aws:SourceIp":{blocks}}}}}"#));
    assert_eq!(with(r#""203.0.113.0/24""#), Some(false));
    assert_eq!(with(r#""203.0.0.0/8""#), Some(false));
    assert_eq!(with(r#""202.0.0.0/7""#), Some(true));
    assert_eq!(with(r#"["203.0.113.0/24","0.0.0.0/0"]"#), Some(true));
    assert_eq!(with(r#""2001:db8::/32""#), Some(false));
    assert_eq!(with(r#""2001::/16""#), Some(true));
    assert_eq!(with(r#"["10.0.0.0/8","192.168.0.0/16"]"#), Some(false));
    assert_eq!(is_public(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#), Some(true));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: sources with wildcards,
/// and the note on access points.
#[test]
fn a_wildcard_is_not_fixed_but_in_the_name_of_an_access_point() {
    assert_eq!(is_public(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:*:topic"}}"#), Some(true));
    assert_eq!(is_public(r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:topic"}}"#), Some(false));
    assert_eq!(is_public(r#"{"StringLike":{"aws:userid":"AROAEXAMPLEID:*"}}"#), Some(true));
    let point = |arn: &str| is_public(&format!(r#"{{"ArnLike":{{"s3:DataAccessPointArn":"{arn}"}}}}"#));
    assert_eq!(point("arn:aws:s3:us-west-2:111122223333:accesspoint/*"), Some(false));
    assert_eq!(point("arn:aws:s3:us-west-2:*:accesspoint/one"), Some(true));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: fixed principals.
#[test]
fn fixed_principals_are_not_public_and_everyone_in_any_form_is() {
    let of = |principal: &str| policy(&allow(principal, "s3:GetObject")).layers.policy_is_public();
    for fixed in [
        &aws(OTHER),
        &aws(BOB),
        r#"{"Service":"cloudfront.amazonaws.com"}"#,
        &format!(r#"{{"CanonicalUser":"{THIRD_ID}"}}"#),
    ] {
        assert_eq!(of(fixed), Some(false), "{fixed}");
    }
    for everyone in
        ["\"*\"", r#"{"AWS":"*"}"#, r#"{"AWS":["*","111122223333"]}"#, r#"{"AWS":"*","Service":"s3.amazonaws.com"}"#]
    {
        assert_eq!(of(everyone), Some(true), "{everyone}");
    }
    let all_but = r#"{"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
    assert_eq!(policy(all_but).layers.policy_is_public(), Some(true));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: what is granted counts.
#[test]
fn a_deny_makes_nothing_public_and_takes_nothing_back() {
    assert_eq!(policy(&deny("\"*\"", "s3:*")).layers.policy_is_public(), Some(false));
    let both = format!("{},{}", allow("\"*\"", "s3:GetObject"), deny("\"*\"", "s3:GetObject"));
    assert_eq!(policy(&both).layers.policy_is_public(), Some(true));
    assert_eq!(bench().layers.policy_is_public(), Some(false));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: not public is not the
/// same as closed, and public not the same as open.
#[test]
fn not_public_may_be_open_and_public_may_be_closed() {
    let narrow =
        policy(&allow_if(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#)).key("aws:SourceIp", "203.0.113.9");
    assert_eq!((narrow.layers.policy_is_public(), narrow.read("anonymous")), (Some(false), Answer::Yes));
    let vpc = policy(&allow_if(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#));
    assert_eq!((vpc.layers.policy_is_public(), vpc.read("anonymous")), (Some(true), Answer::No));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: policies, ACLs and the
/// settings together.
#[test]
fn a_bucket_is_public_by_policy_or_acl_unless_that_is_closed() {
    let public = |bench: Bench| bench.layers.bucket_is_public();
    let by_policy = || policy(&allow("\"*\"", "s3:GetObject"));
    let by_acl = || bench().bucket_acl(&[(AUTHENTICATED, "READ_ACP")]);
    assert_eq!((public(bench()), public(by_policy()), public(by_acl())), (Some(false), Some(true), Some(true)));
    assert_eq!(public(by_policy().block(|block| block.restrict_public_buckets = true)), Some(false));
    assert_eq!(public(by_policy().account_block(|block| block.restrict_public_buckets = true)), Some(false));
    assert_eq!(public(by_policy().block(|block| block.ignore_public_acls = true)), Some(true));
    assert_eq!(public(by_acl().block(|block| block.ignore_public_acls = true)), Some(false));
    assert_eq!(public(by_acl().block(|block| block.restrict_public_buckets = true)), Some(true));
    assert_eq!(public(by_acl().ownership("BucketOwnerEnforced")), Some(false));
    let log = r#"{"Type":"Group","URI":"http://acs.amazonaws.com/groups/s3/LogDelivery"}"#;
    assert_eq!(public(bench().bucket_acl(&[(log, "WRITE")])), Some(false));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: what was not read is not
/// guessed.
#[test]
fn what_was_not_read_makes_it_unknown_only_where_it_could_matter() {
    let with = |change: fn(&mut Layers), bench: Bench| {
        let mut layers = bench.layers;
        change(&mut layers);
        (layers.policy_is_public(), layers.bucket_is_public())
    };
    let by_policy = || policy(&allow("\"*\"", "s3:GetObject"));
    let no_policy: fn(&mut Layers) = |layers| layers.policy = Fact::Unread("x".to_owned());
    let no_block: fn(&mut Layers) = |layers| layers.account_block = Fact::Unread("x".to_owned());
    let no_acl: fn(&mut Layers) = |layers| layers.bucket_acl = Fact::Unread("x".to_owned());
    assert_eq!(with(no_policy, bench()), (None, None));
    assert_eq!(with(no_policy, bench().bucket_acl(&[(ALL_USERS, "READ")])), (None, Some(true)));
    assert_eq!(with(no_policy, bench().block(|block| block.restrict_public_buckets = true)), (None, Some(false)));
    assert_eq!(with(no_block, by_policy()), (Some(true), None));
    assert_eq!(with(no_block, bench()), (Some(false), Some(false)));
    assert_eq!(with(no_acl, bench()), (Some(false), None));
    assert_eq!(with(no_acl, bench().ownership("BucketOwnerEnforced")), (Some(false), Some(false)));
    assert_eq!(is_public(r#"{"StringMatches":{"aws:SourceVpc":"vpc-1"}}"#), None);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: its first example of a
/// public policy names `graph.facebook.com`.
#[test]
fn who_signed_in_elsewhere_is_the_public() {
    let bench = policy(&allow(r#"{"Federated":"graph.facebook.com"}"#, "s3:PutObject"));
    assert_eq!(bench.layers.policy_is_public(), Some(true));
}
