//! What an object that is written anew must be given again, because it keeps only what is sent along.

use super::core::Core;
use super::own::if_told;
use crate::model::access::acl::{Acl, Grant, Grantee};
use crate::model::access::who::is_canonical;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::s3::Store;

/// Returns its tags; none where the server knows none.
pub(super) async fn tags(store: &Store, object: &ObjectRef) -> Result<Vec<(String, String)>, Error> {
    match store.object_tags(object).await {
        Err(error) if error.kind == Kind::Unsupported => Ok(Vec::new()),
        tags => tags,
    }
}

/// Returns the ACL that must be sent along; nothing where it is the owner's alone, as it is where ACLs are disabled. Fails
/// where somebody would lose what they have.
pub(super) async fn grants(core: &Core, store: &Store, object: &ObjectRef) -> Result<Vec<Grant>, Error> {
    match store.object_acl(object).await {
        Ok(acl) => {
            if acl.grants.iter().any(|grant| grant.grantee == Grantee::Unnamed) {
                let cause = "its ACL grants something to somebody whom the server does not name, and who would lose it";
                return Err(Error::new(Kind::Unsupported, "keep the ACL of", object.to_string(), cause));
            }
            owner(core, store, object, acl.owner.as_deref()).await?;
            Ok(if is_private(&acl) { Vec::new() } else { acl.grants })
        }
        Err(error) if error.kind == Kind::Unsupported => Ok(Vec::new()),
        // It cannot be read, and would be lost wherever ACLs are not known to be disabled.
        Err(error) if error.kind == Kind::Denied => match store.ownership(&object.bucket).await {
            Ok(Some(ownership)) if ownership.disables_acls() => Ok(Vec::new()),
            _ => {
                let cause = format!("writing it anew would drop its ACL, which cannot be read: {}", error.cause);
                Err(Error { cause, ..error })
            }
        },
        Err(error) => Err(error),
    }
}

/// Returns whether an ACL is what an object has that nobody gave one.
fn is_private(acl: &Acl) -> bool {
    let is_owner = |grantee: &Grantee| matches!(grantee, Grantee::Account { id, .. } if acl.owner.as_ref() == Some(id));
    matches!(acl.grants.as_slice(), [only] if only.permission == "FULL_CONTROL" && is_owner(&only.grantee))
}

/// Fails if an object belongs to another account, and would be the caller's own when it is written anew (Amazon S3 User
/// Guide, "Controlling ownership of objects and disabling ACLs for your bucket").
///
/// Other servers than Amazon may name the caller otherwise in a list of buckets than in an ACL: of an ID that is none of
/// Amazon's the owner of the bucket tells more. Where none of that is told, another server is taken to have one owner.
pub(super) async fn owner(core: &Core, store: &Store, object: &ObjectRef, owner: Option<&str>) -> Result<(), Error> {
    let Some(owner) = owner else { return Ok(()) };
    let caller = core.accounts.of(object.bucket.profile()).canonical_id(store).await?;
    if caller.as_deref() == Some(owner)
        || if_told(store.ownership(&object.bucket).await)?.is_some_and(|own| own.disables_acls())
    {
        return Ok(());
    }
    let refused = |cause: String| Err(Error::new(Kind::Unsupported, "keep the owner of", object.to_string(), cause));
    if !caller.as_deref().is_some_and(|caller| is_canonical(caller) && is_canonical(owner)) {
        let of_bucket = if_told(store.bucket_acl(&object.bucket).await.map(Some))?.and_then(|acl| acl.owner);
        match of_bucket {
            Some(of_bucket) if of_bucket == owner => return Ok(()),
            None if caller.is_none() && !store.is_amazon() => return Ok(()),
            None if caller.is_none() => {
                return refused(format!(
                    "it belongs to {owner}, and whether that is this caller cannot be told: neither ListBuckets nor GetBucketAcl is allowed"
                ));
            }
            _ => {}
        }
    }
    let cause = format!("it belongs to another account ({owner}), and written anew it would be taken from it");
    refused(cause)
}
