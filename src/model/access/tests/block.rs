//! Block Public Access: each of the four settings, and both levels.
//!
//! All from <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>.

use super::Answer::{Depends, No, Yes};
use super::*;
use crate::model::access::finding::Layer;

fn public_policy() -> String {
    allow("\"*\"", "s3:GetObject")
}

fn restrict(block: &mut PublicAccessBlock) {
    block.restrict_public_buckets = true;
}

fn ignore(block: &mut PublicAccessBlock) {
    block.ignore_public_acls = true;
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: "Enabling this setting
/// doesn't affect existing policies or ACLs".
#[test]
fn refusing_new_grants_closes_nothing_that_stands() {
    let both = |block: &mut PublicAccessBlock| (block.block_public_acls, block.block_public_policy) = (true, true);
    assert_eq!(policy(&public_policy()).block(both).account_block(both).read("anonymous"), Yes);
    assert_eq!(bench().block(both).object_acl(OWNER_ID, &[(ALL_USERS, "READ")]).read("anonymous"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, RestrictPublicBuckets.
#[test]
fn restricting_leaves_a_public_policy_to_the_own_account_and_to_services() {
    let bench = policy(&public_policy()).block(restrict).trusted();
    for who in ["anonymous", "any-aws-user", OTHER, BOB, SESSION] {
        assert_eq!(bench.read(who), No, "{who}");
    }
    for who in [OWNER, ALICE, "service:cloudfront.amazonaws.com"] {
        assert_eq!(bench.read(who), Yes, "{who}");
    }
    let said = bench.finding("anonymous", "s3:GetObject");
    assert_eq!(said.layer, Layer::BucketBlock);
    assert!(said.because.contains("RestrictPublicBuckets") && said.statement.is_none(), "{said:?}");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: "including non-public
/// delegation to specific accounts".
#[test]
fn restricting_cuts_off_accounts_that_another_statement_names() {
    let statements = format!("{},{}", public_policy(), allow(&aws(OTHER), "s3:PutObject"));
    let open = policy(&statements).trusted();
    assert_eq!(open.ask(OTHER, "s3:PutObject"), Yes);
    assert_eq!(open.block(restrict).ask(OTHER, "s3:PutObject"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: only a public policy is
/// restricted.
#[test]
fn restricting_does_nothing_about_a_policy_that_is_not_public() {
    let named = policy(&allow(&aws(OTHER), "s3:GetObject")).block(restrict).trusted();
    assert_eq!(named.read(OTHER), Yes);
    let narrow = allow_if(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    let narrow = policy(&narrow).block(restrict).key("aws:SourceIp", "203.0.113.9");
    assert_eq!(narrow.read("anonymous"), Yes, "not public is not the same as closed");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: one public statement
/// makes the whole policy public.
#[test]
fn restricting_cuts_off_what_a_narrow_statement_beside_a_public_one_allows() {
    let narrow = allow_if(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    let bench = policy(&format!("{narrow},{}", public_policy())).block(restrict).key("aws:SourceIp", "203.0.113.9");
    assert_eq!(bench.ask("anonymous", "s3:ListBucket"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: it is about policies.
#[test]
fn restricting_does_nothing_about_acls() {
    let bench = policy(&public_policy()).block(restrict).object_acl(OWNER_ID, &[(ALL_USERS, "READ")]);
    assert_eq!(bench.read("anonymous"), Yes);
    let listed = policy(&public_policy()).block(restrict).bucket_acl(&[(&id(THIRD_ID), "READ")]).trusted();
    assert_eq!(listed.ask(THIRD_ID, "s3:ListBucket"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, IgnorePublicAcls.
#[test]
fn ignoring_takes_public_grants_their_effect_and_no_others() {
    let grants: &[(&str, &str)] = &[(ALL_USERS, "READ"), (AUTHENTICATED, "READ"), (&id(THIRD_ID), "READ")];
    let open = bench().bucket_acl(grants).trusted();
    for who in ["anonymous", "any-aws-user", OTHER, THIRD_ID] {
        assert_eq!(open.ask(who, "s3:ListBucket"), Yes, "{who}");
    }
    let bench = open.block(ignore);
    assert_eq!(bench.ask("anonymous", "s3:ListBucket"), No);
    assert_eq!(bench.ask("any-aws-user", "s3:ListBucket"), No);
    assert_eq!(bench.ask(THIRD_ID, "s3:ListBucket"), Yes);
    let said = bench.finding("anonymous", "s3:ListBucket");
    assert!(said.layer == Layer::BucketBlock && said.because.contains("IgnorePublicAcls"), "{said:?}");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: policies are none of
/// its business.
#[test]
fn ignoring_acls_does_nothing_about_a_policy() {
    assert_eq!(policy(&public_policy()).block(ignore).read("anonymous"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: "the most restrictive
/// combination of the bucket-level and account-level settings".
#[test]
fn the_stricter_of_account_and_bucket_counts() {
    let off = |_: &mut PublicAccessBlock| {};
    let bench = policy(&public_policy()).block(off).account_block(restrict);
    let said = bench.finding("anonymous", "s3:GetObject");
    assert_eq!((said.answer, said.layer), (No, Layer::AccountBlock));
    let acl = super::bench().bucket_acl(&[(ALL_USERS, "READ")]);
    let said = acl.account_block(ignore).block(off).finding("anonymous", "s3:ListBucket");
    assert_eq!((said.answer, said.layer), (No, Layer::AccountBlock));
    assert_eq!(policy(&public_policy()).account_block(off).block(restrict).read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: the owner's users need
/// what they always need.
#[test]
fn restricting_gives_nobody_anything() {
    let bench = policy(&allow("\"*\"", "s3:ListBucket")).block(restrict);
    assert_eq!(bench.read(ALICE), Depends);
    assert_eq!(bench.read("service:cloudfront.amazonaws.com"), No);
}
