//! Reads the tags of buckets and objects.

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

fn sorted(tags: &[aws_sdk_s3::types::Tag]) -> Tags {
    let mut tags: Vec<_> = tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
    tags.sort();
    tags
}
