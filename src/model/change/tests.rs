//! Tests of changes: what would become of an object, and how it is written.

use super::*;
use crate::model::access::acl::{ALL_USERS, Acl, Grant, Grantee, is_same_on_object};
use crate::model::attributes::CannedAcl;

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn grant(grantee: Grantee, permission: &str) -> Grant {
    Grant { grantee, permission: permission.to_owned() }
}

fn owner() -> Grant {
    grant(Grantee::Account { id: "me".to_owned(), name: Some("Me".to_owned()) }, "FULL_CONTROL")
}

fn standing() -> Standing {
    Standing {
        attributes: Attributes {
            content_type: Some("text/plain".to_owned()),
            cache_control: Some("no-cache".to_owned()),
            user: pairs(&[("colour", "blue"), ("owner", "me")]),
            ..Attributes::default()
        },
        encryption: Some(Encryption { algorithm: "AES256".to_owned(), key: None, has_bucket_key: false }),
        tags: pairs(&[("team", "red")]),
        acl: Acl { owner: Some("me".to_owned()), grants: vec![owner()] },
        storage_class: None,
    }
}

fn lines(change: &Change) -> Vec<String> {
    let applied = change.applied("a/page.html", &standing()).unwrap();
    applied.differences.iter().map(ToString::to_string).collect()
}

fn kms(key: &str) -> Encryption {
    Encryption { algorithm: "aws:kms".to_owned(), key: Some(key.to_owned()), has_bucket_key: false }
}

#[test]
fn what_changes_is_said_line_by_line_and_the_rest_stays() {
    let change = Change {
        headers: vec![(Header::CacheControl, None), (Header::Expires, Some("0".to_owned()))],
        types: vec![type_rule("*=text/css").unwrap(), type_rule("*.html=text/html").unwrap()],
        metadata: PairsChange { removes: vec!["colour".to_owned()], sets: pairs(&[("new", "1")]), clears: false },
        storage_class: Some(StorageClass::StandardIa),
        ..Change::default()
    };
    let wanted = [
        "Content-Type: text/plain -> text/html",
        "Cache-Control: no-cache -> (none)",
        "Expires: (none) -> 0",
        "metadata colour: blue -> (none)",
        "metadata new: (none) -> 1",
        "Storage class: STANDARD -> STANDARD_IA",
    ];
    assert_eq!(lines(&change), wanted);
    let applied = change.applied("a/page.html", &standing()).unwrap();
    assert!(applied.is_rewrite && !applied.has_other_tags && applied.acl.is_none());
    assert_eq!(applied.to.attributes.user, pairs(&[("new", "1"), ("owner", "me")]));
    assert_eq!((applied.to.tags, applied.to.encryption), (standing().tags, standing().encryption));
}

#[test]
fn what_is_so_already_takes_nothing() {
    let change = Change {
        headers: vec![(Header::ContentType, Some("text/plain".to_owned())), (Header::Expires, None)],
        metadata: PairsChange { removes: vec!["gone".to_owned()], sets: pairs(&[("owner", "me")]), clears: false },
        tags: PairsChange { clears: true, sets: pairs(&[("team", "red")]), ..PairsChange::default() },
        storage_class: Some(StorageClass::Standard),
        encryption: standing().encryption,
        acl: Some(WrittenAcl::Canned(CannedAcl::Private)),
        ..Change::default()
    };
    assert_eq!(lines(&change), Vec::<String>::new());
    let made = Change {
        metadata: PairsChange { clears: true, ..PairsChange::default() },
        storage_class: Some(StorageClass::GlacierIr),
        encryption: Some(kms("k")),
        acl: Some(WrittenAcl::Canned(CannedAcl::PublicRead)),
        ..Change::default()
    };
    let once = made.applied("x", &standing()).unwrap();
    assert!(made.applied("x", &once.to).unwrap().differences.is_empty(), "a change leaves what it has made");
}

#[test]
fn tags_and_acl_alone_take_no_rewrite() {
    let tags = Change { tags: PairsChange { clears: true, ..PairsChange::default() }, ..Change::default() };
    let applied = tags.applied("x", &standing()).unwrap();
    assert!(applied.has_other_tags && !applied.is_rewrite && applied.to.tags.is_empty());
    let public = Change { acl: Some(WrittenAcl::Canned(CannedAcl::PublicRead)), ..Change::default() };
    assert_eq!(lines(&public), ["ACL: Me FULL_CONTROL -> public-read"]);
    assert!(!public.applied("x", &standing()).unwrap().is_rewrite);
    let bucket_owner = Change { acl: Some(WrittenAcl::Canned(CannedAcl::BucketOwnerRead)), ..Change::default() };
    assert!(!lines(&bucket_owner).is_empty(), "whose the bucket is is not known");
}

#[test]
fn an_acl_that_is_written_out_leaves_its_owner_in_control() {
    let everyone = grant(Grantee::Group(ALL_USERS.to_owned()), "READ");
    let change = Change { acl: Some(WrittenAcl::Grants(vec![everyone.clone()])), ..Change::default() };
    let Some(WrittenAcl::Grants(grants)) = change.applied("x", &standing()).unwrap().acl else { unreachable!() };
    assert!(is_same_on_object(&grants, &[everyone.clone(), owner()]), "{grants:?}");
    let to = Standing { acl: Acl { grants, ..standing().acl }, ..standing() };
    assert!(change.applied("x", &to).unwrap().acl.is_none());
    assert!(!is_same_on_object(&[everyone], &[]));
}

#[test]
fn a_key_is_known_by_its_arn_and_an_alias_is_another() {
    let change = |key| Change { encryption: Some(kms(key)), ..Change::default() };
    let arn = "arn:aws:kms:eu-central-1:111122223333:key/1234";
    let encrypted = Standing { encryption: Some(kms(arn)), ..standing() };
    for same in [arn, "1234"] {
        assert!(change(same).applied("x", &encrypted).unwrap().differences.is_empty(), "{same}");
    }
    for other in ["234", "alias/1234"] {
        assert!(change(other).applied("x", &encrypted).unwrap().is_rewrite, "{other}");
    }
    let default_key = Encryption { key: None, ..kms("") };
    let any = Change { encryption: Some(default_key), ..Change::default() };
    assert!(!any.applied("x", &encrypted).unwrap().is_rewrite);
    let with_bucket_key = Encryption { has_bucket_key: true, ..kms("1234") };
    let wanted = Change { encryption: Some(with_bucket_key), ..Change::default() };
    assert!(wanted.applied("x", &encrypted).unwrap().is_rewrite);
}

#[test]
fn what_a_server_did_otherwise_is_named() {
    let change = Change { headers: vec![(Header::CacheControl, Some("max-age=1".to_owned()))], ..Change::default() };
    let applied = change.applied("x", &standing()).unwrap();
    assert!(applied.missed(&applied.to).is_empty());
    let lost = Standing { attributes: Attributes { user: Vec::new(), ..applied.to.attributes.clone() }, ..standing() };
    assert_eq!(applied.missed(&lost).len(), 2, "{:?}", applied.missed(&lost));
}

#[test]
fn what_s3_would_refuse_is_refused_before() {
    assert!(Change::default().check().is_err());
    let metadata = |sets| Change { metadata: PairsChange { sets, ..PairsChange::default() }, ..Change::default() };
    assert!(metadata(pairs(&[("a", "1"), ("a", "2")])).check().is_err());
    let large = metadata(vec![("new".to_owned(), "x".repeat(2040))]);
    assert!(large.check().is_ok());
    assert!(large.applied("x", &standing()).unwrap_err().contains("2048"), "with what stands it is too much");
    let sets = (0..10).map(|number| (number.to_string(), String::new())).collect();
    let tags = Change { tags: PairsChange { sets, ..PairsChange::default() }, ..Change::default() };
    assert!(tags.check().is_ok() && tags.applied("x", &standing()).is_err());
    let both = PairsChange { removes: vec!["a".to_owned()], sets: pairs(&[("a", "1")]), clears: false };
    assert!(Change { metadata: both, ..Change::default() }.check().is_err());
    assert!(Change { headers: vec![(Header::ContentType, None)], ..Change::default() }.check().is_err());
    assert!(Change { storage_class: Some(StorageClass::Outposts), ..Change::default() }.check().is_err());
    let aes = Encryption { algorithm: "AES256".to_owned(), ..kms("k") };
    assert!(Change { encryption: Some(aes), ..Change::default() }.check().is_err());
}
