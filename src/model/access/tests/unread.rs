//! Layers that could not be read: never a guess, and never more doubt than there is.

use super::Answer::{Depends, No, Unknown, Yes};
use super::*;

fn unread<T>(read: &str) -> Fact<T> {
    Fact::Unread(format!("{read} denied"))
}

fn without_policy(mut bench: Bench) -> Bench {
    bench.layers.policy = unread("s3:GetBucketPolicy");
    bench
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: a Deny beats all, so no
/// yes is certain without the policy.
#[test]
fn an_unread_policy_leaves_every_yes_in_doubt() {
    let bench = without_policy(super::bench().object_acl(OWNER_ID, &[(ALL_USERS, "READ")]).trusted());
    for who in ["anonymous", "any-aws-user", BOB, ALICE, OWNER] {
        let said = bench.finding(who, "s3:GetObject");
        assert!(said.answer == Unknown && said.because.contains("s3:GetBucketPolicy denied"), "{who}: {said:?}");
    }
    assert_eq!(bench.ask("anonymous", "s3:ListBucket"), Unknown);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>
#[test]
fn an_unread_policy_does_not_keep_the_owners_root_from_it() {
    let bench = without_policy(super::bench());
    assert_eq!(bench.ask(OWNER, "s3:DeleteBucketPolicy"), Yes);
    assert_eq!(bench.ask(ALICE, "s3:DeleteBucketPolicy"), Unknown);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html>: a certain no needs no policy.
#[test]
fn a_certain_no_stands_whatever_was_not_read() {
    let mut bench = without_policy(super::bench());
    bench.layers.requester_pays = Fact::Known(true);
    assert_eq!(bench.read("anonymous"), No);
    let enforced = without_policy(super::bench().ownership("BucketOwnerEnforced"));
    assert_eq!(enforced.ask(OWNER, "s3:PutObjectAcl"), No);
    let mut denied = policy(&deny("\"*\"", "s3:*"));
    denied.layers.bucket_acl = unread("s3:GetBucketAcl");
    denied.layers.ownership = unread("s3:GetBucketOwnershipControls");
    assert_eq!(denied.ask("anonymous", "s3:ListBucket"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>: where ACLs are off they need not be
/// read.
#[test]
fn an_unread_acl_does_not_matter_where_acls_are_off() {
    let unread_acls = |mut bench: Bench| {
        bench.layers.object_acl = unread("s3:GetObjectAcl");
        bench.layers.bucket_acl = unread("s3:GetBucketAcl");
        bench
    };
    let open = || policy(&allow("\"*\"", "s3:GetObject"));
    assert_eq!(unread_acls(open().ownership("BucketOwnerEnforced")).read("anonymous"), Yes);
    assert_eq!(unread_acls(bench().ownership("BucketOwnerEnforced")).read("anonymous"), No);
    assert_eq!(unread_acls(bench()).read("anonymous"), Unknown);
    assert_eq!(unread_acls(open()).read("anonymous"), Unknown, "the object may be another account's");
    assert_eq!(unread_acls(open()).ask("anonymous", "s3:ListBucket"), Unknown);
    assert_eq!(unread_acls(bench().ownership("BucketOwnerEnforced")).read(OWNER), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: strangers come in by
/// public grants alone.
#[test]
fn an_unread_acl_opens_nothing_to_strangers_where_public_grants_are_ignored() {
    let mut bench = super::bench().block(|block| block.ignore_public_acls = true).trusted();
    bench.layers.object_acl = unread("s3:GetObjectAcl");
    assert_eq!((bench.read("anonymous"), bench.read("any-aws-user")), (No, No));
    assert_eq!(bench.read(BOB), Unknown, "it may be named");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
#[test]
fn an_unread_ownership_leaves_grants_in_doubt_and_policies_about_the_owners_objects_not() {
    let mut bench = super::bench().object_acl(OWNER_ID, &[(ALL_USERS, "READ")]);
    bench.layers.ownership = unread("s3:GetBucketOwnershipControls");
    assert_eq!(bench.read("anonymous"), Unknown);
    assert_eq!(bench.ask(OWNER, "s3:PutObjectAcl"), Unknown);
    assert_eq!(bench.ask("anonymous", "s3:ListBucket"), No, "nothing is granted either way");
    let mut by_policy = policy(&allow("\"*\"", "s3:GetObject")).object_acl(OWNER_ID, &[]);
    by_policy.layers.ownership = unread("s3:GetBucketOwnershipControls");
    assert_eq!(by_policy.read("anonymous"), Yes);
    by_policy.layers.object_acl = Fact::Known(acl_of(THIRD_ID, &[]));
    assert_eq!(by_policy.read("anonymous"), Unknown);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: both levels count.
#[test]
fn an_unread_block_leaves_what_it_could_close_in_doubt() {
    let both = |mut bench: Bench| {
        bench.layers.account_block = unread("s3:GetAccountPublicAccessBlock");
        bench.trusted()
    };
    let public = both(policy(&allow("\"*\"", "s3:GetObject")));
    assert_eq!((public.read("anonymous"), public.read(BOB)), (Unknown, Unknown));
    assert_eq!((public.read(OWNER), public.read(ALICE)), (Yes, Yes), "their own bucket is not restricted to them");
    assert_eq!(public.read("service:cloudfront.amazonaws.com"), Yes);
    let named = both(policy(&allow(&aws(OTHER), "s3:GetObject")));
    assert_eq!(named.read(BOB), Yes, "a policy that is not public is not restricted");
    let acl = both(bench().object_acl(OWNER_ID, &[(ALL_USERS, "READ"), (&id(THIRD_ID), "READ")]));
    assert_eq!((acl.read("anonymous"), acl.read(THIRD_ID)), (Unknown, Yes));
    let closed = both(policy(&allow("\"*\"", "s3:GetObject")).block(|block| block.restrict_public_buckets = true));
    assert_eq!(closed.read("anonymous"), No, "the bucket's own setting is enough");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>: it may be KMS.
#[test]
fn an_unread_head_leaves_reading_in_doubt_and_nothing_else() {
    let mut bench = policy(&allow("\"*\"", "s3:*"));
    bench.layers.kept = unread("s3:GetObject");
    assert_eq!((bench.read("anonymous"), bench.read(OWNER)), (Unknown, Unknown));
    assert_eq!(bench.ask("anonymous", "s3:DeleteObject"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html>
#[test]
fn an_unread_payer_leaves_others_in_doubt() {
    let mut bench = policy(&allow("\"*\"", "s3:*"));
    bench.layers.requester_pays = unread("s3:GetBucketRequestPayment");
    assert_eq!((bench.read("anonymous"), bench.read(OWNER)), (Unknown, Yes));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>
#[test]
fn unread_tags_leave_only_what_asks_for_tags_in_doubt() {
    let with = |statements: &str| {
        let mut bench = policy(statements);
        bench.layers.tags = unread("s3:GetObjectTagging");
        bench.read("anonymous")
    };
    let tagged = r#"{"StringEquals":{"s3:ExistingObjectTag/public":"yes"}}"#;
    assert_eq!(with(&allow_if(tagged)), Unknown);
    assert_eq!(with(&allow("\"*\"", "s3:GetObject")), Yes);
    assert_eq!(with(&format!("{},{}", allow("\"*\"", "s3:GetObject"), deny_if(tagged))), Unknown);
    assert_eq!(with(&allow_if(r#"{"Null":{"s3:ExistingObjectTag/public":"true"}}"#)), Unknown);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>: who owns the object is told by comparing it
/// with the bucket's owner.
#[test]
fn an_object_whose_owner_cannot_be_compared_is_told_so() {
    let mut bench = policy(&allow("\"*\"", "s3:GetObject")).object_acl(THIRD_ID, &[]);
    bench.layers.owner = Account::numbered(OWNER);
    assert_eq!(bench.read("anonymous"), Depends);
    bench.layers.bucket_acl = unread("s3:GetBucketAcl");
    assert_eq!(bench.read("anonymous"), Unknown);
    bench.layers.bucket_acl = Fact::Known(acl_of(OWNER_ID, &[]));
    bench.layers = bench.layers.with_owner_of_acl();
    assert_eq!(bench.read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: what was not asked yet is
/// not known.
#[test]
fn what_was_not_read_yet_is_unknown() {
    let mut bench = super::bench();
    bench.layers = Layers { owner: bench.layers.owner, ..Layers::default() };
    for who in ["anonymous", ALICE, BOB] {
        assert_eq!(bench.read(who), Unknown, "{who}");
    }
    assert_eq!((bench.layers.policy_is_public(), bench.layers.bucket_is_public()), (None, None));
}
