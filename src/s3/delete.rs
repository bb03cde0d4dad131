//! Deletes objects: in batches where XML can carry the keys, alone where it cannot.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::types::{Delete, DeletedObject, ObjectIdentifier};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::client::{Call, Store};
use super::fault;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, ETag, ObjectKey};

/// The most keys of one batch (Amazon S3 API Reference, `DeleteObjects`).
pub const MAX_BATCH: usize = 1000;

/// How each key of a batch ended.
pub type Deleted = Vec<(ObjectKey, Result<(), Error>)>;

impl Store {
    /// Deletes the current version of at most 1,000 keys that XML can carry; says for each how it ended, in no particular
    /// order.
    ///
    /// The whole fails only if the server refused the batch as such. A key of which its answer does not speak is deleted
    /// once more, alone: silence is no proof. A key that the server was too busy for is told as such: the SDK tries whole
    /// requests again, not the keys of a batch.
    pub async fn delete_batch(&self, bucket: &BucketName, keys: &[ObjectKey]) -> Result<Deleted, Error> {
        let mut ended = Vec::with_capacity(keys.len());
        for (key, result) in self.delete_many(bucket, keys).await? {
            let result = match result {
                Some(result) => result,
                None => self.delete(&ObjectRef::new(bucket.clone(), key.clone())).await,
            };
            ended.push((key, result));
        }
        Ok(ended)
    }

    /// Deletes one object: its current version, or the one that is named.
    pub async fn delete(&self, object: &ObjectRef) -> Result<(), Error> {
        self.delete_if(object, None).await
    }

    /// Deletes one object, if it is still the same; many servers ignore the condition, so it is looked at before.
    pub async fn delete_if(&self, object: &ObjectRef, etag: Option<&ETag>) -> Result<(), Error> {
        let call = Call::new("delete", object.to_string(), "s3:DeleteObject", &object.bucket);
        self.call(&call, |client| {
            client
                .delete_object()
                .bucket(object.bucket.as_str())
                .key(object.key.as_str())
                .set_version_id(object.version.as_ref().map(ToString::to_string))
                .set_if_match(etag.map(ToString::to_string))
                .set_request_payer(self.payer())
                .send()
        })
        .await
        .map(|_| ())
    }

    /// Deletes a batch; says nothing of a key of which the answer says nothing, or by another name.
    async fn delete_many(
        &self,
        bucket: &BucketName,
        keys: &[ObjectKey],
    ) -> Result<Vec<(ObjectKey, Option<Result<(), Error>>)>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let call = Call::new("delete from", format!("s3://{bucket}"), "s3:DeleteObject", bucket);
        let identifiers: Result<Vec<_>, _> =
            keys.iter().map(|key| ObjectIdentifier::builder().key(key.as_str()).build()).collect();
        let delete = identifiers.and_then(|objects| Delete::builder().set_objects(Some(objects)).quiet(false).build());
        let delete = delete.map_err(|error| call.error(Kind::Invalid, error.to_string()))?;
        let output = self
            .call(&call, |client| {
                client
                    .delete_objects()
                    .bucket(bucket.as_str())
                    .delete(delete.clone())
                    .set_request_payer(self.payer())
                    .customize()
                    .mutate_request(add_content_md5)
                    .send()
            })
            .await?;
        let failed: HashMap<&str, &aws_sdk_s3::types::Error> =
            output.errors().iter().filter_map(|error| Some((error.key()?, error))).collect();
        let deleted: HashSet<&str> = output.deleted().iter().filter_map(DeletedObject::key).collect();
        let ended = keys.iter().map(|key| {
            let target = format!("s3://{bucket}/{key}");
            let result = match failed.get(key.as_str()) {
                // Deleting what is not there is done (Amazon's own answer; some servers call it an error).
                Some(error) if error.code() == Some("NoSuchKey") => Some(Ok(())),
                Some(error) => {
                    Some(Err(fault::of_item("delete", target, "s3:DeleteObject", error.code(), error.message())))
                }
                None => deleted.contains(key.as_str()).then_some(Ok(())),
            };
            (key.clone(), result)
        });
        Ok(ended.collect())
    }
}

/// The SDK sends a CRC of the batch; older servers (RGW 16.2, contract case "delete a batch") know only this.
fn add_content_md5(request: &mut aws_sdk_s3::config::http::HttpRequest) {
    if let Some(digest) = request.body().bytes().map(Md5::digest) {
        let _ = request.headers_mut().try_insert("content-md5", STANDARD.encode(digest));
    }
}
