//! The operations of Amazon S3 that the endpoint offers: one call each into the file of their area.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::http::Extensions;
#[allow(clippy::wildcard_imports, reason = "every operation names two of its types; the lint sleeps in tests")]
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::demo::account::caller;
use crate::demo::exchange::Exchange;
use crate::demo::faults::{Fault, Faults};
use crate::demo::store::{Settings, Store};
use crate::demo::{bucket, configuration, copy, detail, document, list, multipart, read, remove, write};
use crate::model::access::truth::Truth;

/// The operations over one store.
pub(super) struct Service {
    pub store: Arc<Store>,
    pub faults: Arc<Faults>,
    /// How long a restore takes.
    pub restore: Duration,
}

impl Service {
    /// Returns a document of a bucket, or the error by which Amazon S3 says that there is none.
    fn document<T: Clone>(
        &self,
        bucket: &str,
        pick: impl FnOnce(&Settings) -> &Option<T>,
        missing: &'static str,
    ) -> S3Result<T> {
        document::read(&self.store.lock(), bucket, pick, missing)
    }

    /// Sets a document of a bucket.
    fn set<T: Default>(&self, bucket: &str, set: impl FnOnce(&mut Settings)) -> S3Result<S3Response<T>> {
        document::change(&mut self.store.lock(), bucket, set)?;
        Ok(S3Response::new(T::default()))
    }

    /// Takes a document of a bucket away.
    fn unset<T: Default>(&self, bucket: &str, unset: impl FnOnce(&mut Settings)) -> S3Result<S3Response<T>> {
        document::change(&mut self.store.lock(), bucket, unset)?;
        Ok(S3Response::with_status(T::default(), StatusCode::NO_CONTENT))
    }
}

impl Service {
    /// Returns the fault by which what a request stores differs from what it sent.
    fn spoils(&self, extensions: &Extensions) -> Option<Fault> {
        let (id, fault) = Exchange::spoils(extensions)?;
        self.faults.strikes(id);
        Some(fault)
    }
}

#[async_trait::async_trait]
impl S3 for Service {
    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        list::buckets(&self.store.lock(), caller(req.credentials.as_ref()), &req.input).map(S3Response::new)
    }

    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let signed_for = req.region.as_ref().map(s3s::region::Region::as_str);
        bucket::create(&mut self.store.lock(), caller(req.credentials.as_ref()), signed_for, &req.input)
            .map(S3Response::new)
    }

    async fn delete_bucket(&self, req: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        bucket::delete(&mut self.store.lock(), &req.input.bucket)
            .map(|output| S3Response::with_status(output, StatusCode::NO_CONTENT))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        bucket::head(&self.store.lock(), &req.input.bucket).map(S3Response::new)
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        bucket::location(&self.store.lock(), &req.input.bucket).map(S3Response::new)
    }

    async fn get_bucket_versioning(
        &self,
        req: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        bucket::versioning(&self.store.lock(), &req.input.bucket).map(S3Response::new)
    }

    async fn put_bucket_versioning(
        &self,
        req: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        bucket::set_versioning(&mut self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn list_objects(&self, req: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        list::objects_v1(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        list::objects_v2(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn list_object_versions(
        &self,
        req: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        list::versions(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        read::get(&self.store.lock(), &req.input)
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        read::head(&self.store.lock(), &req.input)
    }

    async fn get_object_attributes(
        &self,
        req: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        read::attributes(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let (caller, spoils) = (caller(req.credentials.as_ref()), self.spoils(&req.extensions));
        write::put(&self.store, caller, req.input, &req.headers, req.trailing_headers.as_ref(), spoils)
            .await
            .map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        multipart::create(&mut self.store.lock(), caller(req.credentials.as_ref()), &req.input).map(S3Response::new)
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let spoils = self.spoils(&req.extensions);
        multipart::put_part(&self.store, req.input, &req.headers, req.trailing_headers.as_ref(), spoils)
            .await
            .map(S3Response::new)
    }

    async fn upload_part_copy(
        &self,
        req: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let (caller, spoils) = (caller(req.credentials.as_ref()), self.spoils(&req.extensions));
        copy::part(&self.store, caller, req.input, spoils).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        multipart::complete(&mut self.store.lock(), req.input).map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        multipart::abort(&mut self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        multipart::list_parts(&mut self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        multipart::list(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let (caller, spoils) = (caller(req.credentials.as_ref()), self.spoils(&req.extensions));
        copy::object(&self.store, caller, req.input, &req.headers, spoils).await.map(S3Response::new)
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        remove::object(&mut self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let caller = caller(req.credentials.as_ref());
        remove::batch(&self.store, &self.faults, caller, &req.input, &req.headers).map(S3Response::new)
    }

    async fn get_object_tagging(
        &self,
        req: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        detail::tags(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn put_object_tagging(
        &self,
        req: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        detail::set_tags(&mut self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn delete_object_tagging(
        &self,
        req: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        detail::delete_tags(&mut self.store.lock(), &req.input)
            .map(|output| S3Response::with_status(output, StatusCode::NO_CONTENT))
    }

    async fn get_object_acl(&self, req: S3Request<GetObjectAclInput>) -> S3Result<S3Response<GetObjectAclOutput>> {
        detail::acl(&self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn put_object_acl(&self, req: S3Request<PutObjectAclInput>) -> S3Result<S3Response<PutObjectAclOutput>> {
        detail::set_acl(&mut self.store.lock(), &req.input).map(S3Response::new)
    }

    async fn restore_object(&self, req: S3Request<RestoreObjectInput>) -> S3Result<S3Response<RestoreObjectOutput>> {
        let status = detail::restore(&mut self.store.lock(), &req.input, self.restore)?;
        Ok(S3Response::with_status(RestoreObjectOutput::default(), status))
    }

    async fn get_bucket_acl(&self, req: S3Request<GetBucketAclInput>) -> S3Result<S3Response<GetBucketAclOutput>> {
        let acl = document::bucket_acl(self.store.lock().bucket(&req.input.bucket)?);
        let (grants, owner) = (Some(acl.to_grants()), Some(acl.owner.to_owner()));
        Ok(S3Response::new(GetBucketAclOutput { grants, owner }))
    }

    async fn put_bucket_acl(&self, req: S3Request<PutBucketAclInput>) -> S3Result<S3Response<PutBucketAclOutput>> {
        document::set_bucket_acl(&mut self.store.lock(), &req.input)?;
        Ok(S3Response::new(PutBucketAclOutput::default()))
    }

    async fn get_bucket_policy(
        &self,
        req: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let policy = document::policy(&self.store.lock(), &req.input.bucket)?;
        Ok(S3Response::new(GetBucketPolicyOutput { policy: Some(policy.text().to_owned()) }))
    }

    async fn get_bucket_policy_status(
        &self,
        req: S3Request<GetBucketPolicyStatusInput>,
    ) -> S3Result<S3Response<GetBucketPolicyStatusOutput>> {
        let policy = document::policy(&self.store.lock(), &req.input.bucket)?;
        let policy_status = Some(PolicyStatus { is_public: Some(policy.is_public() != Truth::No) });
        Ok(S3Response::new(GetBucketPolicyStatusOutput { policy_status }))
    }

    async fn put_bucket_policy(
        &self,
        req: S3Request<PutBucketPolicyInput>,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        document::set_policy(&mut self.store.lock(), &req.input)?;
        Ok(S3Response::new(PutBucketPolicyOutput::default()))
    }

    async fn delete_bucket_policy(
        &self,
        req: S3Request<DeleteBucketPolicyInput>,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        self.unset(&req.input.bucket, |settings| settings.policy = None)
    }

    async fn get_public_access_block(
        &self,
        req: S3Request<GetPublicAccessBlockInput>,
    ) -> S3Result<S3Response<GetPublicAccessBlockOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.block, "NoSuchPublicAccessBlockConfiguration")?;
        Ok(S3Response::new(GetPublicAccessBlockOutput { public_access_block_configuration: Some(found) }))
    }

    async fn put_public_access_block(
        &self,
        req: S3Request<PutPublicAccessBlockInput>,
    ) -> S3Result<S3Response<PutPublicAccessBlockOutput>> {
        let asked = req.input.public_access_block_configuration;
        let block = PublicAccessBlockConfiguration {
            block_public_acls: Some(asked.block_public_acls.unwrap_or(false)),
            block_public_policy: Some(asked.block_public_policy.unwrap_or(false)),
            ignore_public_acls: Some(asked.ignore_public_acls.unwrap_or(false)),
            restrict_public_buckets: Some(asked.restrict_public_buckets.unwrap_or(false)),
        };
        self.set(&req.input.bucket, |settings| settings.block = Some(block))
    }

    async fn delete_public_access_block(
        &self,
        req: S3Request<DeletePublicAccessBlockInput>,
    ) -> S3Result<S3Response<DeletePublicAccessBlockOutput>> {
        self.unset(&req.input.bucket, |settings| settings.block = None)
    }

    async fn get_bucket_ownership_controls(
        &self,
        req: S3Request<GetBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<GetBucketOwnershipControlsOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.ownership, "OwnershipControlsNotFoundError")?;
        Ok(S3Response::new(GetBucketOwnershipControlsOutput {
            ownership_controls: Some(OwnershipControls {
                rules: vec![OwnershipControlsRule { object_ownership: found }],
            }),
        }))
    }

    async fn put_bucket_ownership_controls(
        &self,
        req: S3Request<PutBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<PutBucketOwnershipControlsOutput>> {
        document::set_ownership(&mut self.store.lock(), &req.input)?;
        Ok(S3Response::new(PutBucketOwnershipControlsOutput::default()))
    }

    async fn delete_bucket_ownership_controls(
        &self,
        req: S3Request<DeleteBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<DeleteBucketOwnershipControlsOutput>> {
        self.unset(&req.input.bucket, |settings| settings.ownership = None)
    }

    async fn get_bucket_cors(&self, req: S3Request<GetBucketCorsInput>) -> S3Result<S3Response<GetBucketCorsOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.cors, "NoSuchCORSConfiguration")?;
        Ok(S3Response::new(GetBucketCorsOutput { cors_rules: Some(found.cors_rules) }))
    }

    async fn put_bucket_cors(&self, req: S3Request<PutBucketCorsInput>) -> S3Result<S3Response<PutBucketCorsOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.cors = Some(input.cors_configuration);
        })
    }

    async fn delete_bucket_cors(
        &self,
        req: S3Request<DeleteBucketCorsInput>,
    ) -> S3Result<S3Response<DeleteBucketCorsOutput>> {
        self.unset(&req.input.bucket, |settings| settings.cors = None)
    }

    async fn get_bucket_encryption(
        &self,
        req: S3Request<GetBucketEncryptionInput>,
    ) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
        let found = document::encryption(&self.store.lock(), &req.input.bucket)?;
        Ok(S3Response::new(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(found) }))
    }

    async fn put_bucket_encryption(
        &self,
        req: S3Request<PutBucketEncryptionInput>,
    ) -> S3Result<S3Response<PutBucketEncryptionOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.encryption = Some(input.server_side_encryption_configuration);
        })
    }

    async fn delete_bucket_encryption(
        &self,
        req: S3Request<DeleteBucketEncryptionInput>,
    ) -> S3Result<S3Response<DeleteBucketEncryptionOutput>> {
        self.unset(&req.input.bucket, |settings| settings.encryption = None)
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        req: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.lifecycle, "NoSuchLifecycleConfiguration")?;
        Ok(S3Response::new(GetBucketLifecycleConfigurationOutput { rules: Some(found.rules), ..Default::default() }))
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        req: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketLifecycleConfigurationOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.lifecycle = input.lifecycle_configuration;
        })
    }

    async fn delete_bucket_lifecycle(
        &self,
        req: S3Request<DeleteBucketLifecycleInput>,
    ) -> S3Result<S3Response<DeleteBucketLifecycleOutput>> {
        self.unset(&req.input.bucket, |settings| settings.lifecycle = None)
    }

    async fn get_bucket_website(
        &self,
        req: S3Request<GetBucketWebsiteInput>,
    ) -> S3Result<S3Response<GetBucketWebsiteOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.website, "NoSuchWebsiteConfiguration")?;
        Ok(S3Response::new(GetBucketWebsiteOutput {
            error_document: found.error_document,
            index_document: found.index_document,
            redirect_all_requests_to: found.redirect_all_requests_to,
            routing_rules: found.routing_rules,
        }))
    }

    async fn put_bucket_website(
        &self,
        req: S3Request<PutBucketWebsiteInput>,
    ) -> S3Result<S3Response<PutBucketWebsiteOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.website = Some(input.website_configuration);
        })
    }

    async fn delete_bucket_website(
        &self,
        req: S3Request<DeleteBucketWebsiteInput>,
    ) -> S3Result<S3Response<DeleteBucketWebsiteOutput>> {
        self.unset(&req.input.bucket, |settings| settings.website = None)
    }

    async fn get_bucket_replication(
        &self,
        req: S3Request<GetBucketReplicationInput>,
    ) -> S3Result<S3Response<GetBucketReplicationOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.replication, "ReplicationConfigurationNotFoundError")?;
        Ok(S3Response::new(GetBucketReplicationOutput { replication_configuration: Some(found) }))
    }

    async fn put_bucket_replication(
        &self,
        req: S3Request<PutBucketReplicationInput>,
    ) -> S3Result<S3Response<PutBucketReplicationOutput>> {
        document::set_replication(&mut self.store.lock(), req.input)?;
        Ok(S3Response::new(PutBucketReplicationOutput::default()))
    }

    async fn delete_bucket_replication(
        &self,
        req: S3Request<DeleteBucketReplicationInput>,
    ) -> S3Result<S3Response<DeleteBucketReplicationOutput>> {
        self.unset(&req.input.bucket, |settings| settings.replication = None)
    }

    async fn get_bucket_notification_configuration(
        &self,
        req: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketNotificationConfigurationOutput>> {
        let found = self.store.lock().bucket(&req.input.bucket)?.settings.notification.clone().unwrap_or_default();
        Ok(S3Response::new(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: found.event_bridge_configuration,
            lambda_function_configurations: found.lambda_function_configurations,
            queue_configurations: found.queue_configurations,
            topic_configurations: found.topic_configurations,
        }))
    }

    async fn put_bucket_notification_configuration(
        &self,
        req: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.notification = Some(input.notification_configuration);
        })
    }

    async fn get_bucket_logging(
        &self,
        req: S3Request<GetBucketLoggingInput>,
    ) -> S3Result<S3Response<GetBucketLoggingOutput>> {
        let logging_enabled = self.store.lock().bucket(&req.input.bucket)?.settings.logging.clone();
        Ok(S3Response::new(GetBucketLoggingOutput { logging_enabled }))
    }

    async fn put_bucket_logging(
        &self,
        req: S3Request<PutBucketLoggingInput>,
    ) -> S3Result<S3Response<PutBucketLoggingOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.logging = input.bucket_logging_status.logging_enabled;
        })
    }

    async fn get_bucket_tagging(
        &self,
        req: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        let found = self.document(&req.input.bucket, |it| &it.tags, "NoSuchTagSet")?;
        Ok(S3Response::new(GetBucketTaggingOutput { tag_set: found }))
    }

    async fn put_bucket_tagging(
        &self,
        req: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        document::set_tags(&mut self.store.lock(), req.input)?;
        Ok(S3Response::with_status(PutBucketTaggingOutput::default(), StatusCode::NO_CONTENT))
    }

    async fn delete_bucket_tagging(
        &self,
        req: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        self.unset(&req.input.bucket, |settings| settings.tags = None)
    }

    async fn get_bucket_request_payment(
        &self,
        req: S3Request<GetBucketRequestPaymentInput>,
    ) -> S3Result<S3Response<GetBucketRequestPaymentOutput>> {
        let payer = self.store.lock().bucket(&req.input.bucket)?.settings.payer.clone();
        let payer = Some(payer.unwrap_or_else(|| Payer::from_static(Payer::BUCKET_OWNER)));
        Ok(S3Response::new(GetBucketRequestPaymentOutput { payer }))
    }

    async fn put_bucket_request_payment(
        &self,
        req: S3Request<PutBucketRequestPaymentInput>,
    ) -> S3Result<S3Response<PutBucketRequestPaymentOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| {
            settings.payer = Some(input.request_payment_configuration.payer);
        })
    }

    async fn list_bucket_intelligent_tiering_configurations(
        &self,
        req: S3Request<ListBucketIntelligentTieringConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketIntelligentTieringConfigurationsOutput>> {
        let found = configuration::list(&self.store.lock(), &req.input.bucket, |own| &own.tiers)?;
        Ok(S3Response::new(ListBucketIntelligentTieringConfigurationsOutput {
            intelligent_tiering_configuration_list: Some(found),
            is_truncated: Some(false),
            ..Default::default()
        }))
    }

    async fn put_bucket_intelligent_tiering_configuration(
        &self,
        req: S3Request<PutBucketIntelligentTieringConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketIntelligentTieringConfigurationOutput>> {
        let (input, item) = (&req.input, req.input.intelligent_tiering_configuration.clone());
        let (state, id) = (&mut self.store.lock(), item.id.clone());
        configuration::set(state, &input.bucket, |own| &mut own.tiers, input.id.clone(), &id, item)?;
        Ok(S3Response::new(PutBucketIntelligentTieringConfigurationOutput::default()))
    }

    async fn delete_bucket_intelligent_tiering_configuration(
        &self,
        req: S3Request<DeleteBucketIntelligentTieringConfigurationInput>,
    ) -> S3Result<S3Response<DeleteBucketIntelligentTieringConfigurationOutput>> {
        configuration::delete(&mut self.store.lock(), &req.input.bucket, |own| &mut own.tiers, &req.input.id)?;
        Ok(S3Response::with_status(
            DeleteBucketIntelligentTieringConfigurationOutput::default(),
            StatusCode::NO_CONTENT,
        ))
    }

    async fn list_bucket_inventory_configurations(
        &self,
        req: S3Request<ListBucketInventoryConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketInventoryConfigurationsOutput>> {
        let found = configuration::list(&self.store.lock(), &req.input.bucket, |own| &own.inventory)?;
        Ok(S3Response::new(ListBucketInventoryConfigurationsOutput {
            inventory_configuration_list: Some(found),
            is_truncated: Some(false),
            ..Default::default()
        }))
    }

    async fn put_bucket_inventory_configuration(
        &self,
        req: S3Request<PutBucketInventoryConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketInventoryConfigurationOutput>> {
        let (input, item) = (&req.input, req.input.inventory_configuration.clone());
        let (state, id) = (&mut self.store.lock(), item.id.clone());
        configuration::set(state, &input.bucket, |own| &mut own.inventory, input.id.clone(), &id, item)?;
        Ok(S3Response::new(PutBucketInventoryConfigurationOutput::default()))
    }

    async fn delete_bucket_inventory_configuration(
        &self,
        req: S3Request<DeleteBucketInventoryConfigurationInput>,
    ) -> S3Result<S3Response<DeleteBucketInventoryConfigurationOutput>> {
        configuration::delete(&mut self.store.lock(), &req.input.bucket, |own| &mut own.inventory, &req.input.id)?;
        Ok(S3Response::with_status(DeleteBucketInventoryConfigurationOutput::default(), StatusCode::NO_CONTENT))
    }

    async fn list_bucket_metrics_configurations(
        &self,
        req: S3Request<ListBucketMetricsConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketMetricsConfigurationsOutput>> {
        let found = configuration::list(&self.store.lock(), &req.input.bucket, |own| &own.metrics)?;
        Ok(S3Response::new(ListBucketMetricsConfigurationsOutput {
            metrics_configuration_list: Some(found),
            is_truncated: Some(false),
            ..Default::default()
        }))
    }

    async fn put_bucket_metrics_configuration(
        &self,
        req: S3Request<PutBucketMetricsConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketMetricsConfigurationOutput>> {
        let (input, item) = (&req.input, req.input.metrics_configuration.clone());
        let (state, id) = (&mut self.store.lock(), item.id.clone());
        configuration::set(state, &input.bucket, |own| &mut own.metrics, input.id.clone(), &id, item)?;
        Ok(S3Response::new(PutBucketMetricsConfigurationOutput::default()))
    }

    async fn delete_bucket_metrics_configuration(
        &self,
        req: S3Request<DeleteBucketMetricsConfigurationInput>,
    ) -> S3Result<S3Response<DeleteBucketMetricsConfigurationOutput>> {
        configuration::delete(&mut self.store.lock(), &req.input.bucket, |own| &mut own.metrics, &req.input.id)?;
        Ok(S3Response::with_status(DeleteBucketMetricsConfigurationOutput::default(), StatusCode::NO_CONTENT))
    }

    async fn list_bucket_analytics_configurations(
        &self,
        req: S3Request<ListBucketAnalyticsConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketAnalyticsConfigurationsOutput>> {
        let found = configuration::list(&self.store.lock(), &req.input.bucket, |own| &own.analytics)?;
        Ok(S3Response::new(ListBucketAnalyticsConfigurationsOutput {
            analytics_configuration_list: Some(found),
            is_truncated: Some(false),
            ..Default::default()
        }))
    }

    async fn put_bucket_analytics_configuration(
        &self,
        req: S3Request<PutBucketAnalyticsConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketAnalyticsConfigurationOutput>> {
        let (input, item) = (&req.input, req.input.analytics_configuration.clone());
        let (state, id) = (&mut self.store.lock(), item.id.clone());
        configuration::set(state, &input.bucket, |own| &mut own.analytics, input.id.clone(), &id, item)?;
        Ok(S3Response::new(PutBucketAnalyticsConfigurationOutput::default()))
    }

    async fn delete_bucket_analytics_configuration(
        &self,
        req: S3Request<DeleteBucketAnalyticsConfigurationInput>,
    ) -> S3Result<S3Response<DeleteBucketAnalyticsConfigurationOutput>> {
        configuration::delete(&mut self.store.lock(), &req.input.bucket, |own| &mut own.analytics, &req.input.id)?;
        Ok(S3Response::with_status(DeleteBucketAnalyticsConfigurationOutput::default(), StatusCode::NO_CONTENT))
    }

    async fn get_bucket_accelerate_configuration(
        &self,
        req: S3Request<GetBucketAccelerateConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketAccelerateConfigurationOutput>> {
        let status = self.store.lock().bucket(&req.input.bucket)?.settings.acceleration.clone();
        Ok(S3Response::new(GetBucketAccelerateConfigurationOutput { status, request_charged: None }))
    }

    async fn put_bucket_accelerate_configuration(
        &self,
        req: S3Request<PutBucketAccelerateConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketAccelerateConfigurationOutput>> {
        let input = req.input;
        self.set(&input.bucket, |settings| settings.acceleration = input.accelerate_configuration.status)
    }

    async fn get_object_lock_configuration(
        &self,
        req: S3Request<GetObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<GetObjectLockConfigurationOutput>> {
        self.store.lock().bucket(&req.input.bucket)?;
        Err(s3_error!(ObjectLockConfigurationNotFoundError, "Object Lock configuration does not exist for this bucket"))
    }

    async fn get_object_legal_hold(
        &self,
        req: S3Request<GetObjectLegalHoldInput>,
    ) -> S3Result<S3Response<GetObjectLegalHoldOutput>> {
        self.store.lock().bucket(&req.input.bucket)?;
        Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"))
    }

    async fn get_object_retention(
        &self,
        req: S3Request<GetObjectRetentionInput>,
    ) -> S3Result<S3Response<GetObjectRetentionOutput>> {
        self.store.lock().bucket(&req.input.bucket)?;
        Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"))
    }
}
