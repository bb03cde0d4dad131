//! The ACL of an object: written only over what was seen.

use super::*;
use crate::engine::grant;
use crate::model::access::acl::{ALL_USERS, AUTHENTICATED_USERS, Acl, Grant, Grantee};
use crate::model::attributes::{CannedAcl, WrittenAcl};
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::error::Error;

async fn written(t: &mut Bench, seen: &Acl, new: &Acl) -> Result<(), Error> {
    grant::write(&t.engine.core, &ObjectRef::new("bench", "k"), seen, new.clone()).await
}

/// A bench whose bucket counts ACLs, and takes public ones, with an object in it.
async fn bench_with_acls(data: &Path) -> Bench {
    let mut t = bench_with(Options { data_folder: Some(data.to_owned()), ..small_parts() }).await;
    t.put("k", "x").await;
    let own = |name: &str| Some(serde_json::json!({ "Rules": [{ "ObjectOwnership": name }] }));
    let change = DocumentWrite { seen: own("BucketOwnerEnforced"), new: own("ObjectWriter"), mfa: None };
    let (bucket, kind) = ("bench".into(), DocumentKind::Ownership);
    t.engine.submit(Request::WriteDocument { ticket: Ticket(9), bucket, kind, change: Box::new(change) });
    while !matches!(t.report().await, Report::DocumentWritten { .. }) {}
    let block = DocumentWrite {
        seen: t.store.read_document(&"bench".into(), DocumentKind::PublicAccessBlock).await.unwrap().into_document(),
        new: None,
        mfa: None,
    };
    let (bucket, kind) = ("bench".into(), DocumentKind::PublicAccessBlock);
    t.engine.submit(Request::WriteDocument { ticket: Ticket(10), bucket, kind, change: Box::new(block) });
    while !matches!(t.report().await, Report::DocumentWritten { .. }) {}
    t
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_is_written_over_what_was_seen_and_over_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let mut t = bench_with_acls(data.path()).await;
    let private = t.store.object_acl(&ObjectRef::new("bench", "k")).await.unwrap();
    let mut public = private.clone();
    let everyone = Grantee::Group(ALL_USERS.to_owned());
    public.grants.push(Grant { grantee: everyone, permission: "READ".to_owned() });
    let error = written(&mut t, &public, &private).await.unwrap_err();
    assert!(error.kind == Kind::Conflict && t.demo.count("PutObjectAcl") == 0, "{error}");
    written(&mut t, &private, &public).await.unwrap();
    assert!(t.store.object_acl(&ObjectRef::new("bench", "k")).await.unwrap().is_public());
    written(&mut t, &public, &private).await.unwrap();
    assert!(!t.store.object_acl(&ObjectRef::new("bench", "k")).await.unwrap().is_public());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_means_nothing_on_an_object_and_cannot_be_sent_is_not_missed() {
    let data = tempfile::tempdir().unwrap();
    let mut t = bench_with_acls(data.path()).await;
    let object = ObjectRef::new("bench", "k");
    t.store.set_object_acl(&object, &WrittenAcl::Canned(CannedAcl::PublicReadWrite)).await.unwrap();
    let seen = t.store.object_acl(&object).await.unwrap();
    assert!(seen.grants.iter().any(|grant| grant.permission == "WRITE"), "{seen:?}");
    let mut new = seen.clone();
    let grantee = Grantee::Group(AUTHENTICATED_USERS.to_owned());
    new.grants.push(Grant { grantee, permission: "READ_ACP".to_owned() });
    written(&mut t, &seen, &new).await.unwrap();
    let stored = t.store.object_acl(&object).await.unwrap();
    assert!(stored.grants.iter().any(|grant| grant.permission == "READ_ACP"), "{stored:?}");
}
