//! Writes the ACL of one object: only over what was seen, and compared afterwards.
//!
//! S3 has no condition for this write, so the ACL is read again right before.

use super::core::Core;
use super::document::not_read_back;
use crate::model::access::acl::{Acl, Grantee, is_same_on_object};
use crate::model::attributes::WrittenAcl;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;

/// Writes it, and fails unless it is kept as it was written.
pub(super) async fn write(core: &Core, object: &ObjectRef, seen: &Acl, new: Acl) -> Result<(), Error> {
    let refused = |kind, cause: &str| Error::new(kind, "write the ACL of", object.to_string(), cause);
    if new.grants.iter().any(|grant| grant.grantee == Grantee::Unnamed) {
        return Err(refused(Kind::Unsupported, "it grants something to somebody whom the server does not name"));
    }
    let store = core.store_of(&object.bucket).await;
    let _permit = core.lanes.interactive.acquire().await;
    if !is_same_on_object(&store.object_acl(object).await?.grants, &seen.grants) {
        return Err(refused(Kind::Conflict, "it has changed since it was read; nothing was written"));
    }
    store.set_object_acl(object, &WrittenAcl::Grants(new.grants.clone())).await?;
    if is_same_on_object(&store.object_acl(object).await.map_err(not_read_back)?.grants, &new.grants) {
        return Ok(());
    }
    Err(refused(Kind::Server, "the server does not keep it as it was written"))
}
