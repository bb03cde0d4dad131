//! What an object that is written anew must be given again, because it keeps only what is sent along.

use crate::model::access::acl::{Grant, Grantee};
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

/// Returns the ACL that must be sent along; nothing where it is the owner's alone, as it is where ACLs are disabled.
pub(super) async fn grants(store: &Store, object: &ObjectRef) -> Result<Vec<Grant>, Error> {
    match store.object_acl(object).await {
        Ok(acl) => {
            let is_private =
                matches!(acl.grants.as_slice(), [only] if only.permission == "FULL_CONTROL" && only.group().is_none());
            if acl.grants.iter().any(|grant| grant.grantee == Grantee::Unnamed) {
                let cause = "its ACL grants something to somebody whom the server does not name, and who would lose it";
                return Err(Error::new(Kind::Unsupported, "keep the ACL of", object.to_string(), cause));
            }
            Ok(if is_private { Vec::new() } else { acl.grants })
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
