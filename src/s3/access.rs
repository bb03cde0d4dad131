//! Reads the documents that decide who may read, and the other settings of a bucket that the inspector shows.
//!
//! "None is set" is an answer here, not an error; "the server has no such thing" and "denied" are errors with their
//! own kinds, which the inspector shows per section.

use aws_sdk_s3::types::{Grant as SdkGrant, ObjectCannedAcl, Owner as SdkOwner, Payer};

use super::client::{Call, Store};
use super::dress::grantees;
use super::fault;
use crate::model::access::PublicAccessBlock;
use crate::model::access::acl::{Acl, Grant, Grantee};
use crate::model::access::layers::ObjectOwnership;
use crate::model::attributes::WrittenAcl;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;

/// Returns the four settings of a type of the SDK: that of buckets and that of accounts share no trait, only names.
macro_rules! block_of {
    ($own:expr) => {
        $crate::model::access::PublicAccessBlock {
            block_public_acls: $own.block_public_acls() == Some(true),
            ignore_public_acls: $own.ignore_public_acls() == Some(true),
            block_public_policy: $own.block_public_policy() == Some(true),
            restrict_public_buckets: $own.restrict_public_buckets() == Some(true),
        }
    };
}
pub(super) use block_of;

/// Versioning of a bucket, in Amazon's words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Versioning {
    /// `Enabled` or `Suspended`; never set if not given.
    pub status: Option<String>,
    /// `Enabled` or `Disabled`, where the server says it.
    pub mfa_delete: Option<String>,
}

impl Versioning {
    /// Returns whether deleting an object adds a delete marker.
    pub fn adds_markers(&self) -> bool {
        self.status.is_some()
    }
}

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketEncryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// The KMS key, if one is named.
    pub key: Option<String>,
    /// Whether a bucket key saves calls to KMS.
    pub has_bucket_key: bool,
}

impl Store {
    /// Returns whether an error says that this server has no such layer of access, which so neither grants nor holds
    /// back. Amazon has them all, and its 405 is about the caller (Amazon S3 API Reference, `GetBucketPolicyStatus`).
    pub fn lacks_layer(&self, error: &Error) -> bool {
        error.kind == Kind::Unsupported && !self.is_amazon() && error.code.as_deref() != Some("MethodNotAllowed")
    }

    /// Reads the versioning of a bucket.
    pub async fn versioning(&self, bucket: &BucketName) -> Result<Versioning, Error> {
        let call = section("read the versioning of", "s3:GetBucketVersioning", bucket);
        let output = self.call(&call, |client| client.get_bucket_versioning().bucket(bucket.as_str()).send()).await?;
        Ok(Versioning {
            status: output.status().map(|status| status.as_str().to_owned()),
            mfa_delete: output.mfa_delete().map(|status| status.as_str().to_owned()),
        })
    }

    /// Reads the default encryption of a bucket.
    pub async fn bucket_encryption(&self, bucket: &BucketName) -> Result<Option<BucketEncryption>, Error> {
        let call = section("read the encryption of", "s3:GetEncryptionConfiguration", bucket);
        let output = self.call(&call, |client| client.get_bucket_encryption().bucket(bucket.as_str()).send()).await;
        let Some(output) = set(output)? else { return Ok(None) };
        let rule = output.server_side_encryption_configuration().and_then(|own| own.rules().first());
        Ok(rule.and_then(|rule| {
            let default = rule.apply_server_side_encryption_by_default()?;
            Some(BucketEncryption {
                algorithm: default.sse_algorithm().as_str().to_owned(),
                key: default.kms_master_key_id().map(str::to_owned),
                has_bucket_key: rule.bucket_key_enabled() == Some(true),
            })
        }))
    }

    /// Reads the bucket's own Block Public Access.
    pub async fn public_access_block(&self, bucket: &BucketName) -> Result<Option<PublicAccessBlock>, Error> {
        let call = section("read the public access block of", "s3:GetBucketPublicAccessBlock", bucket);
        let output = self.call(&call, |client| client.get_public_access_block().bucket(bucket.as_str()).send()).await;
        let Some(output) = set(output)? else { return Ok(None) };
        Ok(output.public_access_block_configuration().map(|own| block_of!(own)))
    }

    /// Reads the Object Ownership of a bucket.
    pub async fn ownership(&self, bucket: &BucketName) -> Result<Option<ObjectOwnership>, Error> {
        let call = section("read the object ownership of", "s3:GetBucketOwnershipControls", bucket);
        let output =
            self.call(&call, |client| client.get_bucket_ownership_controls().bucket(bucket.as_str()).send()).await;
        let Some(output) = set(output)? else { return Ok(None) };
        let rule = output.ownership_controls().and_then(|own| own.rules().first());
        Ok(rule.map(|rule| ObjectOwnership(rule.object_ownership().as_str().to_owned())))
    }

    /// Reads whether Amazon calls the bucket's policy public; nothing if there is no policy.
    pub async fn policy_status(&self, bucket: &BucketName) -> Result<Option<bool>, Error> {
        let call = section("read the policy status of", "s3:GetBucketPolicyStatus", bucket);
        let output = self.call(&call, |client| client.get_bucket_policy_status().bucket(bucket.as_str()).send()).await;
        let Some(output) = set(output)? else { return Ok(None) };
        Ok(Some(output.policy_status().and_then(aws_sdk_s3::types::PolicyStatus::is_public).unwrap_or_default()))
    }

    /// Reads the bucket policy: a JSON text, as it is stored.
    pub async fn policy(&self, bucket: &BucketName) -> Result<Option<String>, Error> {
        let call = section("read the policy of", "s3:GetBucketPolicy", bucket);
        let output = self.call(&call, |client| client.get_bucket_policy().bucket(bucket.as_str()).send()).await;
        Ok(set(output)?.and_then(|output| output.policy))
    }

    /// Returns whether the requester pays.
    pub async fn requester_pays(&self, bucket: &BucketName) -> Result<bool, Error> {
        let call = section("read the request payment of", "s3:GetBucketRequestPayment", bucket);
        let output =
            self.call(&call, |client| client.get_bucket_request_payment().bucket(bucket.as_str()).send()).await?;
        Ok(output.payer() == Some(&Payer::Requester))
    }

    /// Reads the ACL of a bucket.
    pub async fn bucket_acl(&self, bucket: &BucketName) -> Result<Acl, Error> {
        let call = section("read the ACL of", "s3:GetBucketAcl", bucket);
        let output = self.call(&call, |client| client.get_bucket_acl().bucket(bucket.as_str()).send()).await?;
        Ok(acl(output.owner(), output.grants()))
    }

    /// Reads the ACL of an object.
    pub async fn object_acl(&self, object: &ObjectRef) -> Result<Acl, Error> {
        let call = Call::new("read the ACL of", object.to_string(), "s3:GetObjectAcl", &object.bucket);
        let output = self
            .call(&call, |client| {
                client
                    .get_object_acl()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_version_id(object.version.as_ref().map(ToString::to_string))
                    .set_request_payer(self.payer())
                    .send()
            })
            .await?;
        Ok(acl(output.owner(), output.grants()))
    }

    /// Replaces the ACL of an object. What it was must have been read just before: a server that does not know ACLs may take
    /// this for a write of the object itself.
    pub async fn set_object_acl(&self, object: &ObjectRef, acl: &WrittenAcl) -> Result<(), Error> {
        let call = Call::new("write the ACL of", object.to_string(), "s3:PutObjectAcl", &object.bucket);
        let (canned, grants) = match acl {
            WrittenAcl::Canned(canned) => (Some(ObjectCannedAcl::from(canned.name())), [].as_slice()),
            WrittenAcl::Grants(grants) => (None, grants.as_slice()),
        };
        self.call(&call, |client| {
            client
                .put_object_acl()
                .bucket(object.bucket.as_str())
                .key(object.key.as_str())
                .set_version_id(object.version.as_ref().map(ToString::to_string))
                .set_acl(canned.clone())
                .set_grant_full_control(grantees(grants, "FULL_CONTROL"))
                .set_grant_read(grantees(grants, "READ"))
                .set_grant_read_acp(grantees(grants, "READ_ACP"))
                .set_grant_write_acp(grantees(grants, "WRITE_ACP"))
                .set_request_payer(self.payer())
                .send()
        })
        .await
        .map(|_| ())
    }
}

fn section<'a>(operation: &'static str, permission: &'static str, bucket: &'a BucketName) -> Call<'a> {
    Call::new(operation, format!("s3://{bucket}"), permission, bucket)
}

/// Turns "no such document" into nothing. Not so any other 404: a server that does not know the question may look for
/// an object, or something in between may know nothing of the bucket.
pub(super) fn set<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.code.as_deref().is_some_and(fault::says_none_is_set) => Ok(None),
        Err(error) => Err(error),
    }
}

fn acl(owner: Option<&SdkOwner>, grants: &[SdkGrant]) -> Acl {
    Acl { owner: owner.and_then(|owner| owner.id()).map(str::to_owned), grants: grants.iter().map(grant).collect() }
}

fn grant(grant: &SdkGrant) -> Grant {
    let own = grant.grantee();
    let grantee =
        match (own.and_then(|own| own.id()), own.and_then(|own| own.uri()), own.and_then(|own| own.email_address())) {
            (Some(id), ..) => {
                let name = own.and_then(|own| own.display_name()).filter(|name| !name.is_empty());
                Grantee::Account { id: id.to_owned(), name: name.map(str::to_owned) }
            }
            (None, Some(uri), _) => Grantee::Group(uri.to_owned()),
            (None, None, Some(address)) => Grantee::Email(address.to_owned()),
            (None, None, None) => Grantee::Unnamed,
        };
    let permission = grant.permission().map_or_else(String::new, |own| own.as_str().to_owned());
    Grant { grantee, permission }
}
