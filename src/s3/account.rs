//! What belongs to an account, not to a bucket: its Block Public Access, and which buckets are its own.

use aws_sdk_s3control::config::Region;

use super::access::{block_of, set};
use super::client::{Call, Store};
use crate::model::access::PublicAccessBlock;
use crate::model::error::{Error, Kind};
use crate::model::name::BucketName;

impl Store {
    /// Reads the Block Public Access of an account, which only Amazon has, and only tells to the account itself.
    pub async fn account_block(&self, account: &str) -> Result<Option<PublicAccessBlock>, Error> {
        const OPERATION: &str = "read the public access block of";
        let call = Call::service(OPERATION, "the account", "s3:GetAccountPublicAccessBlock");
        let session = self.session();
        let found = &session.found;
        // An S3 endpoint that is configured by name is not where accounts are asked about.
        let mut config = aws_sdk_s3control::config::Builder::from(&found.sdk);
        config.set_endpoint_url(None);
        let client = aws_sdk_s3control::Client::from_conf(config.region(Region::new(found.region.clone())).build());
        let output = self.call(&call, |_| client.get_public_access_block().account_id(account).send()).await;
        let Some(output) = set(output)? else { return Ok(None) };
        Ok(output.public_access_block_configuration().map(|own| block_of!(own)))
    }

    /// Returns whether a bucket belongs to an account; nothing if the server does not tell this caller.
    pub async fn owns(&self, account: &str, bucket: &BucketName) -> Option<bool> {
        let call = Call::new("open", format!("s3://{bucket}"), "s3:ListBucket", bucket);
        let ask = |owner: Option<&str>| {
            let owner = owner.map(str::to_owned);
            let call = &call;
            async move {
                let send = |client: aws_sdk_s3::Client| {
                    client.head_bucket().bucket(bucket.as_str()).set_expected_bucket_owner(owner.clone()).send()
                };
                self.call(call, send).await
            }
        };
        match ask(Some(account)).await {
            Ok(_) => Some(true),
            // A caller who may not open the bucket at all is denied whatever the owner.
            Err(error) if error.kind == Kind::Denied && ask(None).await.is_ok() => Some(false),
            Err(_) => None,
        }
    }

    /// Returns the canonical user ID of the caller's account, by which ACLs name it; nothing if the server tells none.
    pub async fn canonical_id(&self) -> Result<Option<String>, Error> {
        let call = Call::service("list", "the buckets", "s3:ListAllMyBuckets");
        let output = self.call(&call, |client| client.list_buckets().max_buckets(1).send()).await?;
        let owner = output.owner().and_then(|owner| owner.id());
        Ok(owner.filter(|id| !id.is_empty()).map(str::to_owned))
    }
}
