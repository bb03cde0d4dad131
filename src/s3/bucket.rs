//! Creates and removes buckets.

use std::sync::atomic::Ordering::Relaxed;

use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership, PublicAccessBlockConfiguration,
};

use super::client::{Call, Store};
use crate::model::error::{Error, Kind};
use crate::model::name::BucketName;

impl Store {
    /// Creates a bucket with ACLs disabled and public access blocked, as Amazon's console does.
    ///
    /// Both are Amazon's defaults since April 2023; they are asked for all the same, because other servers differ. A
    /// server without them still gets its bucket: what it has no word for it cannot have opened.
    /// One that is there already is refused: us-east-1 would call it a success (Amazon S3 API Reference, `CreateBucket`,
    /// `BucketAlreadyOwnedByYou`), and what follows would close a bucket that others rely on.
    pub async fn create_bucket(&self, name: &BucketName, region: &str) -> Result<(), Error> {
        self.check_bucket_is_new(name).await?;
        self.create_open_bucket(name, region).await?;
        self.close_bucket(name).await
    }

    /// Refuses a name that is taken.
    pub async fn check_bucket_is_new(&self, name: &BucketName) -> Result<(), Error> {
        match self.head_bucket(name).await {
            Ok(()) => {
                let cause = "there is a bucket of this name already";
                Err(Error::new(Kind::Conflict, "create the bucket", name.to_string(), cause))
            }
            Err(error) if error.kind == Kind::NoSuchBucket => Ok(()),
            // There is one, somebody else's or the caller's own with a policy against him. To create it "again" could go
            // well, and what follows would close it.
            Err(error) if error.kind == Kind::Denied => {
                let cause = "the name is taken: there is such a bucket, which this caller may not open";
                Err(Error { kind: Kind::Conflict, operation: "create the bucket", cause: cause.to_owned(), ..error })
            }
            Err(error) => Err(error),
        }
    }

    /// Creates a bucket that is new, with ACLs disabled and the server's default for public access.
    ///
    /// That the caller owns it already can only mean that an earlier try went well and its answer was lost.
    pub async fn create_open_bucket(&self, name: &BucketName, region: &str) -> Result<(), Error> {
        let call = Call::new("create the bucket", name.to_string(), "s3:CreateBucket", name);
        let before = self.region_of(name);
        self.learn_region(name.as_str(), region);
        match self.create_closed(&call, name, region).await {
            Err(error) if error.code.as_deref() != Some("BucketAlreadyOwnedByYou") => {
                match before {
                    Some(before) => self.learn_region(name.as_str(), &before),
                    None => self.forget_region(name.as_str()),
                }
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Blocks public access to a bucket as far as the server knows that.
    pub async fn close_bucket(&self, name: &BucketName) -> Result<(), Error> {
        match self.block_public_access(name, true).await {
            Err(error) if error.kind == Kind::Unsupported => return Ok(()),
            result => result?,
        }
        // Under BlockPublicAcls RGW 16.2 denies every write, whatever its ACL, so the bucket would be useless. The other
        // three leave nothing open. Contract case "a bucket is created closed and removed empty".
        let _ = self.public_access_block(name).await;
        if self.0.abilities.misnames_block.load(Relaxed) {
            self.block_public_access(name, false).await?;
        }
        Ok(())
    }

    async fn block_public_access(&self, name: &BucketName, block_acls: bool) -> Result<(), Error> {
        let call = Call::new("block public access to", name.to_string(), "s3:PutBucketPublicAccessBlock", name);
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(block_acls)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        self.call(&call, |client| {
            client.put_public_access_block().bucket(name.as_str()).public_access_block_configuration(all.clone()).send()
        })
        .await
        .map(|_| ())
    }

    async fn create_closed(&self, call: &Call<'_>, name: &BucketName, region: &str) -> Result<(), Error> {
        // us-east-1 is the one region that must not be named (Amazon S3 API Reference, CreateBucket).
        let named = Some(region).filter(|region| *region != "us-east-1");
        match self.create_in(call, name, named).await {
            // Elsewhere the region that requests are signed for is often just a word; the server has one place.
            Err(error) if error.code.as_deref() == Some("InvalidLocationConstraint") && !self.is_amazon() => {
                self.create_in(call, name, None).await
            }
            result => result,
        }
    }

    async fn create_in(&self, call: &Call<'_>, name: &BucketName, region: Option<&str>) -> Result<(), Error> {
        let place = region.map(|region| {
            CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build()
        });
        let create = |ownership: Option<ObjectOwnership>| {
            let place = place.clone();
            self.call(call, move |client| {
                client
                    .create_bucket()
                    .bucket(name.as_str())
                    .set_create_bucket_configuration(place.clone())
                    .set_object_ownership(ownership.clone())
                    .send()
            })
        };
        match create(Some(ObjectOwnership::BucketOwnerEnforced)).await {
            Err(error) if error.kind == Kind::Unsupported => create(None).await.map(|_| ()),
            result => result.map(|_| ()),
        }
    }

    /// Removes an empty bucket.
    pub async fn delete_bucket(&self, name: &BucketName) -> Result<(), Error> {
        let call = Call::new("remove the bucket", name.to_string(), "s3:DeleteBucket", name);
        self.call(&call, |client| client.delete_bucket().bucket(name.as_str()).send()).await?;
        self.forget_region(name.as_str());
        Ok(())
    }

    /// Asks whether a bucket exists and may be listed; learns its region.
    pub async fn head_bucket(&self, name: &BucketName) -> Result<(), Error> {
        let call = Call::new("open", format!("s3://{name}"), "s3:ListBucket", name);
        let result = self.call(&call, |client| client.head_bucket().bucket(name.as_str()).send()).await;
        // The answer to a HEAD has no body, so no code; what is not found can only be the bucket.
        let output = result.map_err(|error| match error.kind {
            Kind::NotFound => Error { kind: Kind::NoSuchBucket, cause: "there is no such bucket".to_owned(), ..error },
            _ => error,
        })?;
        if let Some(region) = output.bucket_region() {
            self.learn_region(name.as_str(), region);
        }
        Ok(())
    }
}
