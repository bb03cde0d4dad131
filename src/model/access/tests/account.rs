//! Accounts: one's own, others, delegation, and the caller's own policies.

use super::Answer::{Depends, No, Yes};
use super::*;
use crate::model::access::finding::Layer;
use crate::model::access::verdict::named;

const READ_ALL: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}"#;

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-management.html>: the owner has full access.
#[test]
fn the_owners_account_may_do_everything() {
    let bench = bench();
    for action in Action::all() {
        assert_eq!(bench.ask(OWNER, action.name), Yes, "{}", action.name);
        assert_eq!(bench.ask("arn:aws:iam::111122223333:root", action.name), Yes);
    }
    assert_eq!(bench.finding(OWNER, "s3:GetObject").layer, Layer::Owner);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>: the root principal of the owner.
#[test]
fn a_deny_never_locks_the_owners_root_out_of_the_policy() {
    let bench = policy(&deny("\"*\"", "s3:*"));
    for action in ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"] {
        assert_eq!(bench.ask(OWNER, action), Yes, "{action}");
        assert_eq!(bench.ask(ALICE, action), No, "only the root user");
    }
    assert_eq!((bench.ask(OWNER, "s3:PutBucketAcl"), bench.read(OWNER)), (No, No));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html>
#[test]
fn in_the_owners_account_one_side_is_enough() {
    let direct = policy(&allow(&aws(ALICE), "s3:GetObject"));
    assert_eq!(direct.read(ALICE), Yes, "named itself, it needs no policy of its own");
    let by_identity = bench().identity(READ_ALL);
    assert_eq!((by_identity.read(ALICE), by_identity.ask(ALICE, "s3:PutObject")), (Yes, No));
    assert_eq!(by_identity.finding(ALICE, "s3:GetObject").layer, Layer::Identity);
    assert_eq!(bench().read(ALICE), Depends, "its own policies are not known");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts>: an
/// account delegates.
#[test]
fn in_the_owners_account_naming_the_account_gives_its_users_nothing() {
    let bench = policy(&allow(&aws("arn:aws:iam::111122223333:root"), "s3:GetObject"));
    assert_eq!(bench.read(ALICE), Depends);
    assert_eq!(bench.identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#).read(ALICE), No);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>
#[test]
fn across_accounts_both_sides_must_allow() {
    for principal in [OTHER, "arn:aws:iam::444455556666:root"] {
        let open = || policy(&allow(&aws(principal), "s3:GetObject"));
        assert_eq!((open().read(BOB), open().read(OTHER), open().read(SESSION)), (Depends, Depends, Depends));
        let said = open().finding(BOB, "s3:GetObject");
        assert!(said.layer == Layer::Identity && said.statement.is_some(), "{said:?}");
        assert_eq!(open().identity(READ_ALL).read(BOB), Yes);
        assert_eq!(open().identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#).read(BOB), No);
        assert_eq!((open().read("anonymous"), open().read("any-aws-user"), open().read("777788889999")), (No, No, No));
    }
    assert_eq!(bench().trusted().read(BOB), No, "its own side alone is not enough");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>: naming the
/// user itself changes nothing there.
#[test]
fn across_accounts_a_named_user_needs_its_own_policy_too() {
    let bench = policy(&allow(&aws(BOB), "s3:GetObject"));
    assert_eq!(bench.read(BOB), Depends);
    assert_eq!(bench.read("arn:aws:iam::444455556666:user/carol"), No);
    assert_eq!(bench.read(OTHER), Depends, "if whoever asks is Bob");
    assert_eq!(bench.trusted().read(BOB), Yes);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: a Deny of either side.
#[test]
fn a_deny_of_the_callers_own_policy_counts() {
    let deny =
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#;
    let bench = policy(&allow("\"*\"", "s3:*")).identity(deny);
    assert_eq!((bench.read(ALICE), bench.read(BOB)), (No, No));
    assert_eq!(bench.finding(ALICE, "s3:GetObject").layer, Layer::Identity);
    assert_eq!(bench.read("anonymous"), Yes, "who does not sign has no policy of their own");
    assert_eq!(bench.ask(BOB, "s3:ListBucket"), Yes);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles>
#[test]
fn a_role_means_all_its_sessions_and_a_session_only_itself() {
    let role = policy(&allow(&aws("arn:aws:iam::444455556666:role/team/app"), "s3:GetObject")).trusted();
    assert_eq!(role.read(SESSION), Yes, "the ARN of a session has no path");
    assert_eq!(role.read("arn:aws:iam::444455556666:role/team/app"), Yes);
    assert_eq!(role.read("arn:aws:sts::444455556666:assumed-role/other/one"), No);
    assert_eq!(role.read("arn:aws:sts::777788889999:assumed-role/app/one"), No);
    let session = policy(&allow(&aws(SESSION), "s3:GetObject")).trusted();
    assert_eq!(session.read(SESSION), Yes);
    assert_eq!(session.read("arn:aws:sts::444455556666:assumed-role/app/two"), No);
    assert_eq!(session.read("arn:aws:iam::444455556666:role/app"), Depends, "on the name of the session");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>: names do not ignore case.
#[test]
fn names_of_principals_do_not_ignore_case() {
    let bench = policy(&allow(&aws("arn:aws:iam::444455556666:user/Bob"), "s3:GetObject")).trusted();
    assert_eq!(bench.read(BOB), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html>: canonical
/// user IDs.
#[test]
fn a_canonical_user_id_in_a_policy_means_its_account() {
    let bench = policy(&allow(&format!(r#"{{"CanonicalUser":"{THIRD_ID}"}}"#), "s3:GetObject")).trusted();
    assert_eq!(bench.read(THIRD_ID), Yes);
    assert_eq!((bench.read("anonymous"), bench.read(OTHER)), (No, Depends));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated>
#[test]
fn who_came_through_a_provider_is_known_only_where_it_is_said() {
    let bench = policy(&allow(r#"{"Federated":"cognito-identity.amazonaws.com"}"#, "s3:GetObject")).trusted();
    assert_eq!(bench.read("federated:cognito-identity.amazonaws.com"), Yes);
    assert_eq!((bench.read(SESSION), bench.read(BOB), bench.read("anonymous")), (Depends, No, No));
    let saml =
        policy(&allow(r#"{"Federated":"arn:aws:iam::777788889999:saml-provider/acme"}"#, "s3:GetObject")).trusted();
    assert_eq!(saml.read(SESSION), No, "a provider of another account");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>: several kinds at once.
#[test]
fn principals_of_several_kinds_stand_beside_each_other() {
    let principal =
        format!(r#"{{"AWS":["{OTHER}","{ALICE}"],"Service":["cloudfront.amazonaws.com","logging.s3.amazonaws.com"]}}"#);
    let bench = policy(&allow(&principal, "s3:GetObject")).trusted();
    for who in [OTHER, BOB, ALICE, "service:cloudfront.amazonaws.com", "service:logging.s3.amazonaws.com"] {
        assert_eq!(bench.read(who), Yes, "{who}");
    }
    assert_eq!((bench.read("anonymous"), bench.read("service:ec2.amazonaws.com")), (No, No));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: who is not known to own the
/// bucket is judged both ways.
#[test]
fn an_account_that_may_or_may_not_own_the_bucket_is_told_so() {
    let mut bench = bench();
    bench.layers.owner = Account::canonical(OWNER_ID);
    assert_eq!((bench.read(OTHER), bench.read(OWNER_ID), bench.read("anonymous")), (Depends, Yes, No));
    bench.layers.owner = Account::default();
    let owner = Who::Account(Account::default());
    let said = bench.layers.judge(&bench.place, &owner, Action::parse("s3:GetObject").unwrap(), &bench.given);
    assert_eq!((said.who.name().as_str(), said.finding.answer), ("owner", Yes), "whoever that is");
    let denied = policy(&deny("\"*\"", "s3:GetObject"));
    assert_eq!(denied.read(OTHER), No, "denied either way");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>: where a public grant meets a user of one's
/// own without permissions, the guides leave it open.
#[test]
fn a_public_grant_for_ones_own_user_without_permissions_is_left_open() {
    let bench = bench().object_acl(OWNER_ID, &[(ALL_USERS, "READ")]);
    assert_eq!(bench.read(ALICE), Depends);
    assert_eq!(bench.identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#).read(ALICE), Depends);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html>: whom a bucket names.
#[test]
fn everyone_whom_policy_and_acls_name_is_asked_about_once() {
    let bench = policy(&format!(
        "{},{},{}",
        allow("\"*\"", "s3:GetObject"),
        allow(&format!(r#"{{"AWS":["{OTHER}","arn:aws:iam::{OTHER}:root","{OWNER}","{BOB}"],"Service":"cloudfront.amazonaws.com"}}"#), "s3:*"),
        deny(&aws(BOB), "s3:PutObject"),
    ))
    .bucket_acl(&[(&id(OWNER_ID), "FULL_CONTROL"), (&id(THIRD_ID), "READ"), (ALL_USERS, "READ")])
    .object_acl(THIRD_ID, &[]);
    let names: Vec<_> = named(&bench.layers).iter().map(Who::name).collect();
    assert_eq!(names, [OTHER, BOB, "service:cloudfront.amazonaws.com", THIRD_ID]);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>: who is not of the bucket owner's account gets
/// 405.
#[test]
fn a_policy_opens_itself_to_nobody_else() {
    let bench = policy(&allow("\"*\"", "s3:*")).trusted();
    for action in ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"] {
        for who in ["anonymous", "any-aws-user", OTHER, BOB] {
            assert_eq!(bench.ask(who, action), No, "{who} {action}");
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html>: an origin
/// access identity is a principal of its own.
#[test]
fn an_origin_access_identity_may_what_the_policy_says() {
    let identity = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";
    let bench = policy(&allow(&aws(identity), "s3:GetObject"));
    assert_eq!((bench.read(identity), bench.ask(identity, "s3:PutObject")), (Yes, No));
    assert_eq!(bench.layers.policy_is_public(), Some(false));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>: a bucket that is to be made has no policy yet.
#[test]
fn a_bucket_policy_lets_nobody_create_the_bucket() {
    let bench = policy(&allow("\"*\"", "s3:*")).trusted();
    for who in ["anonymous", "any-aws-user", BOB] {
        assert_eq!(bench.ask(who, "s3:CreateBucket"), Answer::No, "{who}");
    }
    assert_eq!(bench.ask(ALICE, "s3:CreateBucket"), Answer::Yes, "her own IAM policy says so");
}
