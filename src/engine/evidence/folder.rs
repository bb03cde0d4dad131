//! Layers from a folder of documents, one file each.
//!
//! A file that is not there is a thing that is not set; one that ends in `.denied` instead is a thing that could not be
//! read.

use std::path::Path;
use std::sync::Arc;

use super::document;
use crate::local::read::Source as File;
use crate::model::access::Fact;
use crate::model::access::layers::Layers;
use crate::model::access::reader;
use crate::model::access::who::Account;
use crate::model::error::{Error, Kind};
use crate::model::json::Fault;

/// Reads all layers.
pub(super) fn layers(folder: &Path, owner: Account) -> Result<Layers, Error> {
    if !folder.is_dir() {
        return Err(Error::new(Kind::Invalid, "read", folder.to_string_lossy(), "there is no such folder"));
    }
    let folder = Folder(folder);
    let layers = Layers {
        owner,
        policy: folder.read("policy", "s3:GetBucketPolicy", |text| reader::policy(text).map(Arc::new))?,
        bucket_block: folder.read(
            "public-access-block",
            "s3:GetBucketPublicAccessBlock",
            reader::public_access_block,
        )?,
        account_block: folder.read(
            "account-public-access-block",
            "s3:GetAccountPublicAccessBlock",
            reader::public_access_block,
        )?,
        ownership: folder.read("ownership-controls", "s3:GetBucketOwnershipControls", reader::ownership)?,
        bucket_acl: folder.read("bucket-acl", "s3:GetBucketAcl", reader::acl)?,
        object_acl: folder.read("object-acl", "s3:GetObjectAcl", reader::acl)?,
        tags: folder.read("object-tagging", "s3:GetObjectTagging", reader::tags)?,
        kept: folder.read("head-object", "s3:GetObject", reader::kept)?,
        requester_pays: folder.read("request-payment", "s3:GetBucketRequestPayment", reader::requester_pays)?,
    };
    Ok(layers.with_owner_of_acl())
}

/// A folder of documents.
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn read<T>(&self, name: &str, permission: &str, read: fn(&str) -> Result<T, Fault>) -> Result<Fact<T>, Error> {
        let denied = self.0.join(format!("{name}.denied"));
        let found = document(&self.0.join(format!("{name}.json")), read)?;
        let is_denied = match File::open(&denied) {
            Err(error) if error.kind == Kind::NotFound => false,
            file => file.map(|_| true)?,
        };
        match (found, is_denied) {
            (Some(_), true) => {
                let cause = format!("{name}.json stands beside it: it was read, or it was not");
                Err(Error::new(Kind::Invalid, "read", denied.to_string_lossy(), cause))
            }
            (Some(value), false) => Ok(Fact::Known(value)),
            (None, true) => Ok(Fact::Unread(format!("{permission} denied"))),
            (None, false) => Ok(Fact::Absent),
        }
    }
}
