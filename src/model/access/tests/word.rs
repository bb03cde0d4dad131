//! The one word. Rules: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>.

use super::*;
use crate::model::access::Access;

const BY_POLICY: Access = Access::Public("by its bucket policy");
const BY_ACL: Access = Access::Public("by its ACL");

fn public_read() -> Bench {
    policy(&allow("\"*\"", "s3:GetObject"))
}

impl Bench {
    fn bucket_word(&self) -> Access {
        self.layers.bucket_word()
    }

    fn object_word(&self) -> Access {
        self.layers.object_word(&self.place)
    }
}

/// "Controlling ownership of objects and disabling ACLs for your bucket": a bucket whose objects have ACLs that count may
/// hold public ones, whatever it says itself.
#[test]
fn a_bucket_that_keeps_acls_can_be_public_by_its_objects() {
    assert_eq!(bench().bucket_word(), Access::CanBePublic);
    assert_eq!(bench().ownership("BucketOwnerEnforced").bucket_word(), Access::NotPublic);
    assert_eq!(bench().block(|block| block.ignore_public_acls = true).bucket_word(), Access::NotPublic);
    assert_eq!(bench().account_block(|block| block.ignore_public_acls = true).bucket_word(), Access::NotPublic);
    assert_eq!(
        bench().block(|block| block.block_public_acls = true).bucket_word(),
        Access::CanBePublic,
        "what stands is not closed by refusing what is new"
    );
    assert_eq!(bench().object_word(), Access::NotPublic, "an object has but its own ACL");
}

#[test]
fn a_public_policy_is_public_unless_restricted() {
    assert_eq!(public_read().bucket_word(), BY_POLICY);
    assert_eq!(public_read().object_word(), BY_POLICY);
    let refusing = public_read().block(|block| {
        block.block_public_acls = true;
        block.block_public_policy = true;
    });
    assert_eq!(refusing.bucket_word(), BY_POLICY, "refusing new grants closes nothing that stands");
    let cut =
        public_read().ownership("BucketOwnerEnforced").account_block(|block| block.restrict_public_buckets = true);
    assert_eq!((cut.bucket_word(), cut.object_word()), (Access::NotPublic, Access::NotPublic));
}

#[test]
fn an_acl_is_public_unless_ignored_or_switched_off() {
    let open = || bench().bucket_acl(&[(ALL_USERS, "READ")]).object_acl(OWNER_ID, &[(AUTHENTICATED, "READ")]);
    assert_eq!((open().bucket_word(), open().object_word()), (BY_ACL, BY_ACL));
    for closed in [open().ownership("BucketOwnerEnforced"), open().block(|block| block.ignore_public_acls = true)] {
        assert_eq!((closed.bucket_word(), closed.object_word()), (Access::NotPublic, Access::NotPublic));
    }
}

#[test]
fn a_policy_opens_the_objects_that_it_is_about() {
    let part = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/open/*"}"#;
    assert_eq!(policy(part).at("open/k").object_word(), BY_POLICY);
    assert_eq!(policy(part).at("k").object_word(), Access::NotPublic);
    assert_eq!(policy(part).bucket_word(), BY_POLICY);
    let list = r#"{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"*"}"#;
    assert_eq!((policy(list).bucket_word(), policy(list).object_word()), (BY_POLICY, Access::NotPublic));
    let foreign = public_read().bucket_acl(&[]).object_acl(THIRD_ID, &[]);
    assert_eq!(foreign.object_word(), Access::NotPublic, "a policy grants nothing on another account's objects");
}

#[test]
fn what_was_not_read_is_named_where_it_could_matter_and_with_what_it_may_hold_back() {
    let unknown = |granted, unread: &[&str]| Access::Unknown {
        granted,
        unread: unread.iter().map(|read| (*read).to_owned()).collect(),
    };
    let with = |bench: Bench, change: fn(&mut Layers)| {
        let mut bench = bench;
        change(&mut bench.layers);
        bench
    };
    let no_acl = |bench| {
        with(bench, |layers| {
            layers.bucket_acl = Fact::Unread("acl".to_owned());
            layers.object_acl = Fact::Unread("acl".to_owned());
        })
    };
    let no_block = |bench| with(bench, |layers| layers.account_block = Fact::Unread("block".to_owned()));
    assert_eq!(no_acl(bench()).bucket_word(), unknown(None, &["acl"]));
    assert_eq!(no_acl(no_block(bench())).object_word(), unknown(None, &["acl", "block"]));
    assert_eq!(no_acl(bench().ownership("BucketOwnerEnforced")).bucket_word(), Access::NotPublic);
    let open = no_block(public_read());
    assert_eq!(open.bucket_word(), unknown(Some("by its bucket policy"), &["block"]));
    assert_eq!(
        open.bucket_word().detail(),
        "public by its bucket policy, unless held back by what could not be read: block"
    );
    assert_eq!(no_block(bench()).bucket_word(), unknown(None, &["block"]), "whether objects can be");
    assert_eq!(no_block(bench().ownership("BucketOwnerEnforced")).bucket_word(), Access::NotPublic);
    let no_policy = with(bench(), |layers| layers.policy = Fact::Unread("policy".to_owned()));
    assert_eq!(no_policy.bucket_word(), unknown(None, &["policy"]));
    let said = |is_public| Layers { said_public: Some(is_public), ..no_policy.layers.clone() };
    assert_eq!((said(true).bucket_word(), said(false).bucket_word()), (BY_POLICY, Access::CanBePublic));
    assert_eq!(said(true).object_word(&no_policy.place), unknown(None, &["policy"]), "of which objects is not said");
}
