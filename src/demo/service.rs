//! The operations of Amazon S3 that the endpoint offers: one call each into the file of their area.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use crate::demo::account::caller;
use crate::demo::store::Store;
use crate::demo::{bucket, list, read, write};

/// The operations over one store.
pub(super) struct Service {
    pub store: Arc<Store>,
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
            .map(|output| S3Response::with_status(output, hyper::StatusCode::NO_CONTENT))
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
        let caller = caller(req.credentials.as_ref());
        write::put(&self.store, caller, req.input, &req.headers, req.trailing_headers.as_ref())
            .await
            .map(S3Response::new)
    }
}
