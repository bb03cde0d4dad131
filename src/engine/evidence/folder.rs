//! Layers from a folder of documents, one file each.
//!
//! A file that is not there is a thing that is not set; one that ends in `.denied` instead is a thing that could not be
//! read, whatever stands beside it. A name that is nearly one of these is told, since a misspelt document would be taken for
//! one that is not set.

use std::path::Path;
use std::sync::Arc;

use super::document;
use crate::model::access::Fact;
use crate::model::access::layers::Layers;
use crate::model::access::reader;
use crate::model::access::who::Account;
use crate::model::error::{Error, Kind};
use crate::model::fault::nearest;
use crate::model::json::Fault;

/// The names of the documents, without their ends.
const NAMES: [&str; 9] = [
    "policy",
    "public-access-block",
    "account-public-access-block",
    "ownership-controls",
    "bucket-acl",
    "object-acl",
    "object-tagging",
    "head-object",
    "request-payment",
];

/// Reads all layers. Beside them are notes for a person.
pub(super) fn layers(folder: &Path, owner: Account) -> Result<(Layers, Vec<String>), Error> {
    if !folder.is_dir() {
        return Err(Error::new(Kind::Invalid, "read", folder.to_string_lossy(), "there is no such folder"));
    }
    let folder = Folder(folder);
    let layers = Layers {
        owner,
        said_public: None,
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
    Ok((layers.with_owner_of_acl(), folder.misspelt()?))
}

/// A folder of documents.
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn read<T>(&self, name: &str, permission: &str, read: fn(&str) -> Result<T, Fault>) -> Result<Fact<T>, Error> {
        let denied = self.0.join(format!("{name}.denied"));
        if denied.symlink_metadata().is_ok() {
            return Ok(Fact::Unread(format!("{permission} denied")));
        }
        let found = document(&self.0.join(format!("{name}.json")), read)?;
        Ok(found.map_or(Fact::Absent, Fact::Known))
    }

    /// Returns what to say of files whose names are nearly those of documents.
    fn misspelt(&self) -> Result<Vec<String>, Error> {
        let fail = |error: &std::io::Error| Error::from_io("read", self.0.to_string_lossy(), error);
        let mut notes = Vec::new();
        for entry in std::fs::read_dir(self.0).map_err(|error| fail(&error))? {
            let name = entry.map_err(|error| fail(&error))?.file_name();
            let Some((stem, end)) = name.to_str().and_then(|name| name.rsplit_once('.')) else { continue };
            if !["json", "denied"].contains(&end) || NAMES.contains(&stem) {
                continue;
            }
            if let Some(near) = nearest(stem, NAMES) {
                notes.push(format!("{stem}.{end} was not read; did you mean {near}.{end}?"));
            }
        }
        notes.sort();
        Ok(notes)
    }
}
