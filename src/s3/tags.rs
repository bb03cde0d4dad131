//! Reads the tags of buckets and objects.

use aws_sdk_s3::types::{Tag, Tagging};

use super::client::{Call, Store};
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;

/// Tags, sorted by key.
pub type Tags = Vec<(String, String)>;

impl Store {
    /// Reads the tags of an object.
    pub async fn object_tags(&self, object: &ObjectRef) -> Result<Tags, Error> {
        let call = Call::new("read the tags of", object.to_string(), "s3:GetObjectTagging", &object.bucket);
        let output = self
            .call(&call, |client| {
                client
                    .get_object_tagging()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_version_id(object.version.as_ref().map(ToString::to_string))
                    .set_request_payer(self.payer())
                    .send()
            })
            .await?;
        Ok(sorted(output.tag_set()))
    }

    /// Replaces the tags of an object: for servers that do not take them with an upload in parts or a copy.
    pub async fn set_object_tags(&self, object: &ObjectRef, tags: &[(String, String)]) -> Result<(), Error> {
        let call = Call::new("tag", object.to_string(), "s3:PutObjectTagging", &object.bucket);
        let tags: Result<Vec<_>, _> =
            tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let tagging = tags.and_then(|tags| Tagging::builder().set_tag_set(Some(tags)).build());
        let tagging = tagging.map_err(|error| call.error(Kind::Invalid, error.to_string()))?;
        self.call(&call, |client| {
            client
                .put_object_tagging()
                .bucket(object.bucket.as_str())
                .key(object.key.as_str())
                .set_version_id(object.version.as_ref().map(ToString::to_string))
                .tagging(tagging.clone())
                .set_request_payer(self.payer())
                .send()
        })
        .await
        .map(|_| ())
    }

    /// Reads the tags of a bucket; none set is an empty list.
    pub async fn bucket_tags(&self, bucket: &BucketName) -> Result<Tags, Error> {
        let call = Call::new("read the tags of", format!("s3://{bucket}"), "s3:GetBucketTagging", bucket);
        let result = self.call(&call, |client| client.get_bucket_tagging().bucket(bucket.as_str()).send()).await;
        match result {
            Ok(output) => Ok(sorted(output.tag_set())),
            Err(error) if error.kind == Kind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn sorted(tags: &[Tag]) -> Tags {
    let mut tags: Vec<_> = tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
    tags.sort();
    tags
}
