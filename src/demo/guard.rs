//! What stands before every operation: the log, the faults, the region, and who may do it.

use std::borrow::Cow;
use std::sync::Arc;

use hyper::{HeaderMap, Uri};
use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Error, S3ErrorCode, S3Result, header, s3_error};

use crate::demo::access::{self, Wish};
use crate::demo::account::caller;
use crate::demo::exchange::{Exchange, Log, Served, telling};
use crate::demo::faults::{Fault, Faults};
use crate::demo::store::Store;

/// Operations that any region answers.
const ANYWHERE: &[&str] = &["ListBuckets", "CreateBucket", "GetBucketLocation"];
/// Operations that upload a body, which then breaks or stalls.
const UPLOADS: &[&str] = &["PutObject", "UploadPart"];
/// Operations whose answers name the region of the bucket.
const REGION_TELLERS: &[&str] = &["HeadBucket", "ListObjects", "ListObjectsV2"];

/// The guard of one endpoint.
pub(super) struct Guard {
    pub store: Arc<Store>,
    pub faults: Arc<Faults>,
    pub log: Arc<Log>,
}

#[async_trait::async_trait]
impl S3Access for Guard {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let exchange = cx.extensions_mut().get::<Arc<Exchange>>().map(Arc::clone).unwrap_or_default();
        self.note(cx, &exchange);
        let key = cx.s3_path().get_object_key().or_else(|| listed_prefix(cx.uri())).map(str::to_owned);
        let query = cx.uri().query().unwrap_or_default().to_owned();
        self.suffer(cx.s3_op().name(), key.as_deref(), &query, &exchange).await?;
        refuse_unknown_wishes(cx.headers())?;
        self.check_region(cx, &exchange)?;
        self.check_access(cx)
    }
}

/// Refuses wishes that would be ignored: whoever makes them relies on them.
fn refuse_unknown_wishes(headers: &HeaderMap) -> S3Result<()> {
    const LACKING: [&str; 3] =
        ["x-amz-object-lock-", "x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
    let is_lacking = |name: &str| LACKING.iter().any(|lacking| name.starts_with(lacking));
    match headers.keys().find(|name| is_lacking(name.as_str())) {
        Some(name) => Err(s3_error!(NotImplemented, "The header {name} is not implemented")),
        None => Ok(()),
    }
}

/// Returns the prefix that a listing asks for, as it is sent.
fn listed_prefix(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("prefix="))
}

impl Guard {
    fn note(&self, cx: &S3AccessContext<'_>, exchange: &Exchange) {
        let entry = self.log.add(Served {
            operation: cx.s3_op().name().to_owned(),
            bucket: cx.s3_path().get_bucket_name().map(str::to_owned),
            key: cx.s3_path().get_object_key().map(str::to_owned),
            is_signed: cx.credentials().is_some(),
            status: 0,
            headers: telling(cx.headers()),
            query: unsigned_query(cx.uri()),
        });
        let _set_once = exchange.entry.set(entry);
    }

    /// Suffers the faults that come before the operation, and notes the one that comes after.
    async fn suffer(&self, operation: &str, key: Option<&str>, query: &str, exchange: &Exchange) -> S3Result<()> {
        let (latency, fault) = self.faults.pick(operation, key, query);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        match fault {
            Some((id, Fault::Stall)) => {
                self.faults.strikes(id);
                self.faults.is_gone(id).await;
            }
            Some((id, fault @ (Fault::ResetAfter(_) | Fault::StallAfter(_)))) if UPLOADS.contains(&operation) => {
                let _set_once = exchange.early.set((id, fault));
            }
            Some((id, fault)) => match fault.as_error() {
                Some(error) => {
                    self.faults.strikes(id);
                    return Err(error);
                }
                None => drop(exchange.late.set((id, fault))),
            },
            None => {}
        }
        Ok(())
    }

    /// Refuses what was signed for another region than the bucket's (Amazon S3 API Reference, "Error responses",
    /// `PermanentRedirect`; `HeadBucket`, "x-amz-bucket-region").
    fn check_region(&self, cx: &S3AccessContext<'_>, exchange: &Exchange) -> S3Result<()> {
        let Some(bucket) = cx.s3_path().get_bucket_name() else { return Ok(()) };
        let Some(region) = self.store.lock().buckets.get(bucket).map(|bucket| bucket.region) else { return Ok(()) };
        let operation = cx.s3_op().name();
        if REGION_TELLERS.contains(&operation) {
            let _set_once = exchange.region.set(region);
        }
        let signed_for = signing_region(cx.headers(), cx.uri());
        if ANYWHERE.contains(&operation) || signed_for.is_none_or(|signed_for| signed_for == region) {
            return Ok(());
        }
        let _set_once = exchange.region.set(region);
        let _set_once = exchange.details.set(format!(
            "<Endpoint>s3.{region}.amazonaws.com</Endpoint><Bucket>{bucket}</Bucket><Region>{region}</Region>"
        ));
        Err(S3Error::with_message(
            S3ErrorCode::PermanentRedirect,
            "The bucket you are attempting to access must be addressed using the specified endpoint. \
             Please send all future requests to this endpoint.",
        ))
    }

    fn check_access(&self, cx: &S3AccessContext<'_>) -> S3Result<()> {
        let caller = caller(cx.credentials());
        let operation = cx.s3_op().name();
        let Some(bucket) = cx.s3_path().get_bucket_name() else {
            return if caller.is_some() { Ok(()) } else { Err(access::denied()) };
        };
        if operation == "CreateBucket" {
            return if caller.is_some() { Ok(()) } else { Err(access::denied()) };
        }
        // Each key of a batch is judged on its own, by the operation, which has read them.
        if operation == "DeleteObjects" {
            return Ok(());
        }
        let version = query_value(cx.uri(), "versionId");
        let action = access::action(operation, version.is_some())
            .ok_or_else(|| s3_error!(NotImplemented, "{operation} is not implemented"))?;
        let key = cx.s3_path().get_object_key();
        let wish = Wish { caller, action, bucket, key, version: version.as_deref(), context: context(cx) };
        access::check(&self.store.lock(), &wish)
    }
}

/// Returns the values of condition keys that a request has.
fn context(cx: &S3AccessContext<'_>) -> Vec<(&'static str, String)> {
    let mut context = vec![("aws:sourceip", "127.0.0.1".to_owned()), ("aws:securetransport", "false".to_owned())];
    let of_query = [
        ("s3:prefix", "prefix"),
        ("s3:delimiter", "delimiter"),
        ("s3:max-keys", "max-keys"),
        ("s3:versionid", "versionId"),
    ];
    context.extend(of_query.into_iter().filter_map(|(key, name)| Some((key, query_value(cx.uri(), name)?))));
    let of_headers = [
        ("s3:x-amz-acl", "x-amz-acl"),
        ("s3:x-amz-server-side-encryption", "x-amz-server-side-encryption"),
        ("s3:x-amz-storage-class", "x-amz-storage-class"),
        ("aws:referer", "referer"),
        ("aws:useragent", "user-agent"),
    ];
    context.extend(of_headers.into_iter().filter_map(|(key, name)| Some((key, text(cx.headers(), name)?.to_owned()))));
    context
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Returns the region of the credential scope, from the header or from a presigned URL.
fn signing_region(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let scope = match text(headers, header::AUTHORIZATION.as_str()) {
        Some(header) => header.split_once("Credential=")?.1.split(',').next()?.to_owned(),
        None => query_value(uri, "X-Amz-Credential")?,
    };
    scope.split('/').rev().nth(2).map(str::to_owned)
}

/// Returns the value of a query parameter; one without a value is empty.
pub(super) fn query_value(uri: &Uri, name: &str) -> Option<String> {
    query_pairs(uri).find(|(other, _)| other == name).map(|(_, value)| value)
}

/// Returns the parameters of a query, decoded.
pub(super) fn query_pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> String {
    let text: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

fn unsigned_query(uri: &Uri) -> String {
    let is_kept = |pair: &&str| !pair.starts_with("X-Amz-");
    uri.query().unwrap_or_default().split('&').filter(is_kept).collect::<Vec<_>>().join("&")
}
