//! ACLs and Object Ownership.

use super::Answer::{Depends, No, Yes};
use super::*;
use crate::model::access::finding::Layer;

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>: READ of a bucket lists.
#[test]
fn reading_a_bucket_lists_it_and_reads_no_object() {
    let bench = bench().bucket_acl(&[(ALL_USERS, "READ")]);
    for action in ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"] {
        assert_eq!(bench.ask("anonymous", action), Yes, "{action}");
    }
    for action in ["s3:GetObject", "s3:PutObject", "s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:GetBucketLocation"] {
        assert_eq!(bench.ask("anonymous", action), No, "{action}");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>: no bucket grant reads objects.
#[test]
fn full_control_of_a_bucket_reads_no_object() {
    let bench = bench().bucket_acl(&[(ALL_USERS, "FULL_CONTROL")]);
    for action in ["s3:ListBucket", "s3:GetBucketAcl", "s3:PutBucketAcl", "s3:PutObject"] {
        assert_eq!(bench.ask("anonymous", action), Yes, "{action}");
    }
    for action in ["s3:GetObject", "s3:GetObjectAcl", "s3:PutBucketPolicy", "s3:DeleteBucket"] {
        assert_eq!(bench.ask("anonymous", action), No, "{action}");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>: WRITE creates objects.
#[test]
fn write_creates_objects_but_overwrites_and_deletes_only_ones_own() {
    let open = || bench().bucket_acl(&[(ALL_USERS, "WRITE"), (&id(THIRD_ID), "WRITE")]).trusted();
    assert_eq!(open().ask("anonymous", "s3:PutObject"), Yes, "there is no such object");
    let theirs = open().object_acl(OWNER_ID, &[]);
    assert_eq!((theirs.ask("anonymous", "s3:PutObject"), theirs.ask("anonymous", "s3:DeleteObject")), (No, No));
    assert_eq!(open().ask("anonymous", "s3:DeleteObject"), No, "what is not known of is the owner's");
    let own = open().object_acl(THIRD_ID, &[]);
    assert_eq!((own.ask(THIRD_ID, "s3:PutObject"), own.ask(THIRD_ID, "s3:DeleteObject")), (Yes, Yes));
    assert_eq!(own.ask("anonymous", "s3:DeleteObject"), No);
    assert_eq!(own.ask(THIRD_ID, "s3:DeleteObjectVersion"), No, "that is for the bucket's owner");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>: what nobody signed belongs to nobody.
#[test]
fn what_an_unsigned_caller_wrote_an_unsigned_caller_deletes() {
    let bench = bench().bucket_acl(&[(ALL_USERS, "WRITE")]).object_acl("65a011a29cdf8ec533ec3d1ccaae921c", &[]);
    assert_eq!(bench.ask("anonymous", "s3:DeleteObject"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>: the ACL's own rights.
#[test]
fn the_acps_are_about_the_acl_itself() {
    let bench = bench().bucket_acl(&[(ALL_USERS, "READ_ACP")]).object_acl(OWNER_ID, &[(ALL_USERS, "WRITE_ACP")]);
    assert_eq!((bench.ask("anonymous", "s3:GetBucketAcl"), bench.ask("anonymous", "s3:PutBucketAcl")), (Yes, No));
    assert_eq!((bench.ask("anonymous", "s3:PutObjectAcl"), bench.ask("anonymous", "s3:GetObjectAcl")), (Yes, No));
    assert_eq!((bench.ask("anonymous", "s3:ListBucket"), bench.read("anonymous")), (No, No));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>: READ of an object.
#[test]
fn reading_an_object_reads_that_object() {
    let bench = bench().object_acl(OWNER_ID, &[(ALL_USERS, "READ")]);
    assert_eq!((bench.read("anonymous"), bench.ask("anonymous", "s3:GetObjectAcl")), (Yes, No));
    assert_eq!(bench.ask("anonymous", "s3:GetObjectTagging"), No);
    assert_eq!(bench.finding("anonymous", "s3:GetObject").layer, Layer::ObjectAcl);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups>
#[test]
fn authenticated_users_are_all_the_accounts_of_the_world() {
    let bench = bench().object_acl(OWNER_ID, &[(AUTHENTICATED, "READ")]).trusted();
    assert_eq!(bench.read("anonymous"), No);
    assert_eq!((bench.read("any-aws-user"), bench.read(OTHER), bench.read(BOB)), (Yes, Yes, Yes));
    assert_eq!(bench.read("service:cloudfront.amazonaws.com"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html>: log delivery by ACL.
#[test]
fn log_delivery_writes_by_its_group() {
    let group = r#"{"Type":"Group","URI":"http://acs.amazonaws.com/groups/s3/LogDelivery"}"#;
    let bench = bench().bucket_acl(&[(group, "WRITE"), (group, "READ_ACP")]);
    assert_eq!(bench.ask("service:logging.s3.amazonaws.com", "s3:PutObject"), Yes);
    assert_eq!((bench.ask("anonymous", "s3:PutObject"), bench.ask("any-aws-user", "s3:PutObject")), (No, No));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>: ACLs name accounts by canonical user ID.
#[test]
fn a_number_may_be_the_account_that_an_acl_names() {
    let bench = bench().object_acl(OWNER_ID, &[(&id(THIRD_ID), "READ")]).trusted();
    assert_eq!(bench.read(THIRD_ID), Yes);
    let said = bench.finding(OTHER, "s3:GetObject");
    assert!(said.answer == Depends && said.because.contains(THIRD_ID), "{said:?}");
    assert_eq!((bench.read("anonymous"), bench.read("any-aws-user")), (No, No));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>: BucketOwnerEnforced.
#[test]
fn where_acls_are_switched_off_they_open_nothing_and_cannot_be_changed() {
    let bench = bench()
        .ownership("BucketOwnerEnforced")
        .bucket_acl(&[(ALL_USERS, "FULL_CONTROL")])
        .object_acl(THIRD_ID, &[(ALL_USERS, "READ")])
        .trusted();
    for action in Action::asked() {
        assert_eq!(bench.ask("anonymous", action.name), No, "{}", action.name);
    }
    assert_eq!(bench.finding("anonymous", "s3:GetObject").layer, Layer::Ownership);
    assert_eq!((bench.read(OWNER), bench.read(THIRD_ID)), (Yes, No), "the bucket's owner owns all");
    assert_eq!(bench.ask(OWNER, "s3:PutObjectAcl"), No, "AccessControlListNotSupported");
    assert_eq!(bench.ask(OWNER, "s3:GetObjectAcl"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>: the other two leave ACLs on.
#[test]
fn the_other_ownerships_leave_acls_on() {
    for name in ["BucketOwnerPreferred", "ObjectWriter"] {
        let bench = bench().ownership(name).object_acl(OWNER_ID, &[(ALL_USERS, "READ")]);
        assert_eq!(bench.read("anonymous"), Yes, "{name}");
        assert_eq!(bench.ask(OWNER, "s3:PutObjectAcl"), Yes);
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html>: "A bucket policy applies
/// only to objects that are owned by the bucket owner".
#[test]
fn a_policy_grants_nothing_on_objects_of_other_accounts() {
    let open = || policy(&allow("\"*\"", "s3:*")).trusted();
    for name in ["ObjectWriter", "BucketOwnerPreferred"] {
        let theirs = open().ownership(name).object_acl(THIRD_ID, &[]);
        assert_eq!((theirs.read("anonymous"), theirs.read(BOB), theirs.read(OWNER)), (No, No, No), "{name}");
        let said = theirs.finding("anonymous", "s3:GetObject");
        assert!(said.because.contains("belongs to another account"), "{said:?}");
        assert_eq!(theirs.ask("anonymous", "s3:ListBucket"), Yes);
        assert_eq!(theirs.ask("anonymous", "s3:DeleteObject"), Yes, "deleting is the bucket owner's to give");
    }
    assert_eq!(open().ownership("BucketOwnerEnforced").object_acl(THIRD_ID, &[]).read("anonymous"), Yes);
    assert_eq!(open().object_acl(OWNER_ID, &[]).read("anonymous"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html>: deny and delete reach all.
#[test]
fn the_owners_deny_and_delete_reach_objects_of_other_accounts() {
    let theirs = || bench().object_acl(THIRD_ID, &[(&id(THIRD_ID), "FULL_CONTROL"), (ALL_USERS, "READ")]);
    assert_eq!(theirs().policy(&deny("\"*\"", "s3:GetObject")).read("anonymous"), No);
    assert_eq!(theirs().policy(&deny("\"*\"", "s3:GetObject")).trusted().read(THIRD_ID), No);
    let private = bench().object_acl(THIRD_ID, &[(&id(THIRD_ID), "FULL_CONTROL")]);
    assert_eq!((private.read(OWNER), private.ask(OWNER, "s3:DeleteObject")), (No, Yes));
    assert_eq!(private.ask(OWNER, "s3:RestoreObject"), Yes);
    assert_eq!(private.ask(OWNER, "s3:PutObjectAcl"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>: bucket-owner-full-control.
#[test]
fn the_bucket_owner_reads_objects_of_others_by_their_acls() {
    let grants: &[(&str, &str)] = &[(&id(THIRD_ID), "FULL_CONTROL"), (&id(OWNER_ID), "FULL_CONTROL")];
    let shared = bench().object_acl(THIRD_ID, grants);
    assert_eq!((shared.read(OWNER), shared.ask(OWNER, "s3:PutObjectAcl")), (Yes, Yes));
    assert_eq!(shared.finding(OWNER, "s3:GetObject").layer, Layer::ObjectAcl);
    assert_eq!(shared.read(ALICE), Depends, "its own account must let it");
    assert_eq!(shared.trusted().read(ALICE), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>: the owner of an object keeps its ACL.
#[test]
fn the_owner_of_an_object_always_reads_and_changes_its_acl() {
    let bench = bench().object_acl(THIRD_ID, &[]).trusted();
    assert_eq!((bench.ask(THIRD_ID, "s3:PutObjectAcl"), bench.ask(THIRD_ID, "s3:GetObjectAcl")), (Yes, Yes));
    assert_eq!(bench.read(THIRD_ID), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>: "Objects can be
/// public".
#[test]
fn what_is_asked_of_any_object_depends_on_the_acl_of_each() {
    let any = |mut bench: Bench| {
        bench.place.key = None;
        bench.read("anonymous")
    };
    assert_eq!(any(bench()), Depends);
    assert_eq!(any(bench().ownership("BucketOwnerEnforced")), No);
    assert_eq!(any(bench().block(|block| block.ignore_public_acls = true)), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>: whoever uploads owns, unless ACLs are
/// switched off, and a bucket policy grants nothing on what another account owns.
#[test]
fn of_any_object_it_depends_whose_it_is_as_long_as_acls_count() {
    let any = |ownership: &str| {
        let mut bench = policy(&allow("\"*\"", "s3:GetObject")).ownership(ownership);
        bench.place.key = None;
        bench.finding("anonymous", "s3:GetObject")
    };
    assert_eq!(any("BucketOwnerEnforced").answer, Answer::Yes);
    for ownership in ["ObjectWriter", "BucketOwnerPreferred"] {
        let finding = any(ownership);
        assert_eq!(finding.answer, Answer::Depends);
        assert!(finding.because.contains("if the object is the bucket owner's"), "{}", finding.because);
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>: told in one plain sentence.
#[test]
fn what_an_acl_grants_is_told_without_what_does_not_stand_in_the_way() {
    let mut bench = bench().bucket_acl(&[(ALL_USERS, "WRITE")]);
    bench.place.key = None;
    let deleting = bench.finding("anonymous", "s3:DeleteObject").because;
    assert_eq!(deleting, "the bucket ACL grants WRITE to AllUsers, but only if the object is the caller's own");
    let reading = bench.finding("anonymous", "s3:GetObject").because;
    assert_eq!(reading, "the ACL of each object says so for itself");
}
