//! Addresses that carry their own signature.

use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use jiff::{SignedDuration, Timestamp};

use super::client::{Call, Store};
use super::{fault, identity};
use crate::model::error::{Error, Kind};
use crate::model::job::PresignedMethod;
use crate::model::location::ObjectRef;

/// An address that carries its own signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    /// The address.
    pub url: String,
    /// When its signature ends.
    pub ends: Timestamp,
    /// When the credentials end that it was signed with, if they do.
    pub credentials_end: Option<Timestamp>,
}

impl Store {
    /// Signs an address for one object, in the region of its bucket as far as that is known by now. Sends nothing to
    /// S3.
    pub async fn presign(
        &self,
        object: &ObjectRef,
        method: PresignedMethod,
        lifetime: Duration,
    ) -> Result<Presigned, Error> {
        let permission = match method {
            PresignedMethod::Get => "s3:GetObject",
            PresignedMethod::Put => "s3:PutObject",
        };
        let call = Call::new("presign", object.to_string(), permission, &object.bucket);
        let session = self.session();
        if let Some(refusal) = &session.found.refusal {
            return Err(refusal.clone());
        }
        let Some(provider) = session.found.sdk.credentials_provider().filter(|_| session.found.is_signed) else {
            return Err(call.error(Kind::Invalid, "without credentials there is nothing to sign it with"));
        };
        if self.payer().is_some() {
            let cause = "an address cannot accept that the requester pays; who uses it says so by a header of his own";
            return Err(call.error(Kind::Unsupported, cause));
        }
        let credentials = provider.provide_credentials().await.map_err(|error| identity::no_credentials(&error))?;
        let credentials_end = credentials.expiry().and_then(|end| Timestamp::try_from(end).ok());
        let invalid = |error: &dyn std::error::Error| call.error(Kind::Invalid, error.to_string());
        let ends = SignedDuration::try_from(lifetime)
            .and_then(|lifetime| Timestamp::now().checked_add(lifetime))
            .map_err(|error| invalid(&error))?;
        let config = PresigningConfig::expires_in(lifetime).map_err(|error| invalid(&error))?;
        let region = self.region_of(&object.bucket).unwrap_or_else(|| session.found.region.clone());
        let client = session.client(&region, Some(&object.bucket));
        let version = object.version.as_ref().map(ToString::to_string);
        let (bucket, key) = (object.bucket.as_str(), object.key.as_str());
        let signed = match method {
            PresignedMethod::Get => {
                let get = client.get_object().bucket(bucket).key(key).set_version_id(version);
                Box::pin(get.presigned(config)).await.map_err(|error| words(&error))
            }
            PresignedMethod::Put => Box::pin(client.put_object().bucket(bucket).key(key).presigned(config))
                .await
                .map_err(|error| words(&error)),
        };
        let signed = signed.map_err(|cause| call.error(Kind::Other, cause))?;
        Ok(Presigned { url: signed.uri().to_owned(), ends, credentials_end })
    }
}

fn words<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(error: &SdkError<E, R>) -> String {
    fault::words(error)
}
