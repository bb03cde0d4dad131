//! Lists all versions of keys, delete markers among them, one page a call.

use std::cmp::Reverse;

use aws_sdk_s3::types::EncodingType;
use jiff::Timestamp;

use super::client::{Call, Store};
use super::encoding::{bytes, decode, time};
use crate::model::entry::StorageClass;
use crate::model::error::{Error, Kind};
use crate::model::name::{BucketName, ObjectKey, Prefix, VersionId};

/// One page of versions, by key, and of each key the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionPage {
    /// The versions.
    pub versions: Vec<ListedVersion>,
    /// Where it goes on: key marker and version id marker.
    pub next: Option<(String, String)>,
}

/// One version of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedVersion {
    /// The whole key.
    pub key: ObjectKey,
    /// Its id.
    pub id: Option<VersionId>,
    /// Whether it is what the key shows.
    pub is_latest: bool,
    /// Whether it is a delete marker.
    pub is_marker: bool,
    /// In bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Option<Timestamp>,
    /// The storage class, if the listing said one.
    pub storage_class: Option<StorageClass>,
}

impl Store {
    /// Lists one page of versions.
    pub async fn list_versions(
        &self,
        bucket: &BucketName,
        prefix: &Prefix,
        from: Option<(String, String)>,
    ) -> Result<VersionPage, Error> {
        let target = format!("s3://{bucket}/{prefix}");
        let call = Call::new("list the versions of", target, "s3:ListBucketVersions", bucket);
        let (key_marker, id_marker) = from.clone().unzip();
        let output = self
            .call(&call, |client| {
                client
                    .list_object_versions()
                    .bucket(bucket.as_str())
                    .set_prefix((!prefix.is_root()).then(|| prefix.to_string()))
                    .encoding_type(EncodingType::Url)
                    .set_key_marker(key_marker.clone())
                    .set_version_id_marker(id_marker.clone().filter(|marker| !marker.is_empty()))
                    .set_request_payer(self.payer())
                    .send()
            })
            .await?;
        let encoding = output.encoding_type();
        let versions = output.versions().iter().filter_map(|own| {
            Some(ListedVersion {
                key: ObjectKey::from(&*decode(own.key()?, encoding)),
                id: own.version_id().map(VersionId::from),
                is_latest: own.is_latest() == Some(true),
                is_marker: false,
                size: bytes(own.size()).unwrap_or_default(),
                modified: time(own.last_modified()),
                storage_class: own.storage_class().map(|class| StorageClass::from_name(class.as_str())),
            })
        });
        let markers = output.delete_markers().iter().filter_map(|own| {
            Some(ListedVersion {
                key: ObjectKey::from(&*decode(own.key()?, encoding)),
                id: own.version_id().map(VersionId::from),
                is_latest: own.is_latest() == Some(true),
                is_marker: true,
                size: 0,
                modified: time(own.last_modified()),
                storage_class: None,
            })
        });
        let mut versions: Vec<_> = versions.chain(markers).collect();
        // The answer holds both in one order, which the two lists of the SDK do not tell any more.
        versions.sort_by(|one, other| {
            let order = |own: &ListedVersion| (!own.is_latest, Reverse(own.modified));
            one.key.cmp(&other.key).then_with(|| order(one).cmp(&order(other)))
        });
        let next = (output.is_truncated() == Some(true)).then(|| {
            let key = decode(output.next_key_marker().unwrap_or_default(), encoding).into_owned();
            (key, output.next_version_id_marker().unwrap_or_default().to_owned())
        });
        if next.is_some() && next == from {
            return Err(call.error(Kind::Server, "the answer leads back to itself"));
        }
        Ok(VersionPage { versions, next })
    }
}
