//! The table and the line on top of it.

use std::sync::Arc;

use super::*;
use crate::model::access::acl::{ALL_USERS, AUTHENTICATED_USERS, Acl, Grant, Grantee};
use crate::model::access::document::Policy;
use crate::model::access::layers::{Layers, ObjectOwnership};
use crate::model::access::who::Account;
use crate::model::access::{Fact, PublicAccessBlock};

/// A bucket whose ACLs are switched off, of which everything is known and nothing is set.
fn closed() -> Evidence {
    Evidence { layers: Layers::closed(Account::numbered("111122223333")), ..Evidence::default() }
}

fn policy(statement: &str) -> Evidence {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let policy = Fact::Known(Arc::new(Policy::of_bucket(&text).unwrap()));
    Evidence { layers: Layers { policy, ..closed().layers }, ..Evidence::default() }
}

fn readable(principal: &str, condition: &str) -> Evidence {
    policy(&format!(
        r#"{{"Sid":"Read","Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{condition}}}"#
    ))
}

fn object() -> Place {
    Place { bucket: "b".to_owned(), key: Some("k".to_owned()), ..Place::default() }
}

fn bucket() -> Place {
    Place { bucket: "b".to_owned(), ..Place::default() }
}

fn line(place: &Place, evidence: &Evidence) -> String {
    let headline = Table::new(place, evidence).headline;
    format!("{}: {}", headline.openness.word(), headline.because)
}

#[test]
fn the_line_on_top_says_what_strangers_may() {
    assert_eq!(line(&object(), &closed()), "Not public: nothing lets strangers in");
    assert_eq!(line(&object(), &readable("\"*\"", "{}")), "Public: anyone may read, without signing in");
    let office = readable("\"*\"", r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    assert_eq!(line(&object(), &office), "Not public: but strangers may read under a condition");
    let denied = Fact::Unread("s3:GetBucketPolicy denied".to_owned());
    let unread = Evidence { layers: Layers { policy: denied, ..closed().layers }, ..Evidence::default() };
    let told = "Unknown: whether strangers may list, read, write and delete cannot be said";
    assert_eq!(line(&object(), &unread), told, "a policy is its owner's alone to change");
}

#[test]
fn a_grant_to_every_aws_user_is_as_good_as_public() {
    let grant = Grant { grantee: Grantee::Group(AUTHENTICATED_USERS.to_owned()), permission: "READ".to_owned() };
    let acl = Acl { owner: None, grants: vec![grant] };
    let layers = Layers { bucket_acl: Fact::Known(acl), ownership: Fact::Absent, ..closed().layers };
    let evidence = Evidence { layers, ..Evidence::default() };
    assert_eq!(line(&bucket(), &evidence), "Public: every AWS user of the world may list");
}

/// Amazon S3 User Guide, "Using the S3 console to review bucket access": objects can be public where ACLs count.
#[test]
fn where_acls_count_a_bucket_can_be_public_and_an_object_says_it_itself() {
    let mut evidence = closed();
    evidence.layers.ownership = Fact::Known(ObjectOwnership("ObjectWriter".to_owned()));
    assert_eq!(line(&bucket(), &evidence), "Can be public: the ACL of an object may open that object");
    assert_eq!(line(&object(), &evidence), "Not public: nothing lets strangers in");
    let grant = Grant { grantee: Grantee::Group(ALL_USERS.to_owned()), permission: "READ".to_owned() };
    evidence.layers.object_acl = Fact::Known(Acl { owner: None, grants: vec![grant] });
    assert!(line(&object(), &evidence).starts_with("Public: "));
    let block = PublicAccessBlock { ignore_public_acls: true, ..PublicAccessBlock::default() };
    evidence.layers.account_block = Fact::Known(block);
    assert_eq!(line(&object(), &evidence), "Not public: nothing lets strangers in");
    assert_eq!(line(&bucket(), &evidence), "Not public: nothing lets strangers in");
}

#[test]
fn a_public_policy_that_is_held_back_is_told() {
    let mut evidence = readable("\"*\"", "{}");
    let block = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    evidence.layers.bucket_block = Fact::Known(block);
    let told = "Not public: the policy is public, but Block Public Access holds it back";
    assert_eq!(line(&object(), &evidence), told);
    let table = Table::new(&object(), &evidence);
    let finding = &table.cell(0, 1).unwrap().verdict().unwrap().finding;
    let held = finding.held.as_ref().and_then(|label| label.sid.as_deref());
    assert_eq!((finding.answer, held), (Answer::No, Some("Read")), "what it holds back is told too");
}

#[test]
fn rows_are_named_as_people_say_and_cells_know_their_statement() {
    let named =
        r#"{"AWS":["444455556666","arn:aws:iam::111122223333:user/team/alice"],"Service":"cloudfront.amazonaws.com"}"#;
    let evidence = Evidence { caller: Some("arn:aws:iam::1:x".to_owned()), ..readable(named, "{}") };
    let table = Table::new(&object(), &evidence);
    let labels: Vec<_> = table.rows.iter().map(|row| row.label.as_str()).collect();
    let wanted = [
        "anonymous",
        "any AWS user",
        "the owner",
        "444455556666",
        "user alice of 111122223333",
        "cloudfront.amazonaws.com",
    ];
    assert_eq!(labels, wanted);
    let alice = table.cell(4, 1).unwrap();
    assert_eq!(alice.answer(), Answer::Yes);
    let statement = alice.verdict().unwrap().finding.statement.as_ref().unwrap();
    let text = evidence.layers.policy.known().unwrap().statement_text(statement.number).unwrap();
    assert!(text.starts_with("{\n  \"Sid\": \"Read\",\n  \"Effect\": \"Allow\""), "{text}");
    assert!(table.cell(4, 5).is_none() && table.cell(6, 0).is_none());
}

#[test]
fn one_of_several_actions_is_enough_and_what_is_held_back_is_told_first() {
    let evidence = closed();
    let table = Table::new(&object(), &evidence);
    let owner = table.cell(2, 4).unwrap();
    assert_eq!((owner.answer(), owner.others().count()), (Answer::Yes, 2));
    assert_eq!(owner.verdict().unwrap().action.name, "s3:PutBucketPolicy", "ACLs are switched off");
}
