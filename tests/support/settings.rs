//! The documents of a bucket: each that a server has is written, read again the same, and taken away.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use bucketry::model::document::{DocumentKind, Removal, holds};
use bucketry::model::error::Kind;
use bucketry::model::name::BucketName;
use serde_json::{Value, json};

use crate::servers::Which;
use crate::target::Target;

/// A document with as much in it as the servers take, and those that lack it.
fn sample(kind: DocumentKind, bucket: &BucketName, standing: Option<&Value>) -> (Value, &'static [Which]) {
    let rgw: &[Which] = &[Which::Ceph];
    let amazon_alone: &[Which] = &[Which::Ceph, Which::Moto];
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "<&>\"ü" }]);
    let statement = json!({
        "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/*"), "Condition": { "Bool": { "aws:SecureTransport": "false" } }
    });
    let to = json!({ "Bucket": format!("arn:aws:s3:::{bucket}"), "Format": "CSV", "Prefix": "lists" });
    match kind {
        DocumentKind::Policy => (json!({ "Version": "2012-10-17", "Statement": [statement] }), &[]),
        DocumentKind::Acl => {
            let mut acl = standing.cloned().unwrap();
            let all = json!({ "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers" });
            let grants = acl.get_mut("Grants").and_then(Value::as_array_mut).unwrap();
            grants.push(json!({ "Grantee": all, "Permission": "READ" }));
            (acl, &[])
        }
        DocumentKind::PublicAccessBlock => {
            let block = json!({
                "BlockPublicAcls": false, "IgnorePublicAcls": true,
                "BlockPublicPolicy": false, "RestrictPublicBuckets": true
            });
            (block, &[])
        }
        DocumentKind::Ownership => (json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerPreferred" }] }), rgw),
        DocumentKind::Cors => {
            let rule = json!({
                "ID": "one", "AllowedOrigins": ["https://*.example"], "AllowedMethods": ["GET", "PUT"],
                "AllowedHeaders": ["x-*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60
            });
            (json!({ "CORSRules": [rule] }), &[])
        }
        DocumentKind::Lifecycle => {
            // RGW takes a prefix out of And and puts it beside it.
            let rule = json!({
                "ID": "logs", "Filter": { "And": { "Tags": tags } }, "Status": "Enabled",
                "Expiration": { "Days": 365 }, "NoncurrentVersionExpiration": { "NoncurrentDays": 30 }
            });
            let abort = json!({
                "ID": "abort", "Filter": { "Prefix": "in/" }, "Status": "Disabled",
                "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 7 }
            });
            (json!({ "Rules": [rule, abort] }), &[])
        }
        DocumentKind::Encryption => {
            let key = json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/data" });
            let rule = json!({ "ApplyServerSideEncryptionByDefault": key, "BucketKeyEnabled": true });
            (json!({ "Rules": [rule] }), rgw)
        }
        DocumentKind::Versioning => (json!({ "Status": "Enabled" }), &[]),
        DocumentKind::Website => {
            let rule = json!({
                "Condition": { "KeyPrefixEquals": "old/" }, "Redirect": { "ReplaceKeyPrefixWith": "new/" }
            });
            let site = json!({
                "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "404.html" },
                "RoutingRules": [rule]
            });
            (site, &[])
        }
        DocumentKind::Replication => {
            // moto 5.2 forgets the prefix of a filter.
            let rule = json!({
                "ID": "all", "Priority": 1, "Status": "Enabled", "Filter": { "Prefix": "a/" },
                "Destination": { "Bucket": "arn:aws:s3:::elsewhere", "StorageClass": "STANDARD_IA" },
                "DeleteMarkerReplication": { "Status": "Disabled" }
            });
            (json!({ "Role": "arn:aws:iam::123456789012:role/copy", "Rules": [rule] }), amazon_alone)
        }
        DocumentKind::Notification => {
            let rules = json!([{ "Name": "prefix", "Value": "in/" }, { "Name": "suffix", "Value": ".csv" }]);
            let queue = json!({
                "Id": "one", "QueueArn": "arn:aws:sqs:us-east-1:123456789012:queue", "Events": ["s3:ObjectCreated:*"],
                "Filter": { "Key": { "FilterRules": rules } }
            });
            (json!({ "QueueConfigurations": [queue] }), rgw)
        }
        DocumentKind::Logging => {
            (json!({ "LoggingEnabled": { "TargetBucket": bucket.as_str(), "TargetPrefix": "log/" } }), rgw)
        }
        DocumentKind::Tags => (json!({ "TagSet": tags }), &[]),
        DocumentKind::RequestPayment => (json!({ "Payer": "Requester" }), &[Which::Moto]),
        DocumentKind::Accelerate => (json!({ "Status": "Enabled" }), rgw),
        DocumentKind::ObjectLock => {
            let rule = json!({ "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 1 } });
            (json!({ "ObjectLockEnabled": "Enabled", "Rule": rule }), &[Which::Ceph, Which::Moto, Which::Demo])
        }
        DocumentKind::IntelligentTiering => {
            let tier = json!({ "Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS" });
            let filter = json!({ "And": { "Prefix": "a/", "Tags": tags } });
            let own = json!({ "Id": "cold & old", "Status": "Enabled", "Filter": filter, "Tierings": [tier] });
            (json!({ "IntelligentTieringConfigurationList": [own] }), amazon_alone)
        }
        DocumentKind::Inventory => {
            let own = json!({
                "Id": "all", "IsEnabled": true, "IncludedObjectVersions": "Current", "OptionalFields": ["Size", "ETag"],
                "Schedule": { "Frequency": "Daily" }, "Destination": { "S3BucketDestination": to }
            });
            // moto 5.2 gives the list another root.
            (json!({ "InventoryConfigurationList": [own] }), amazon_alone)
        }
        DocumentKind::Metrics => {
            let own = |id: &str| json!({ "Id": id, "Filter": { "Prefix": "a/" } });
            (json!({ "MetricsConfigurationList": [own("one"), own("two")] }), amazon_alone)
        }
        DocumentKind::Analytics => {
            let export = json!({ "OutputSchemaVersion": "V_1", "Destination": { "S3BucketDestination": to } });
            let own = json!({ "Id": "a", "StorageClassAnalysis": { "DataExport": export } });
            (json!({ "AnalyticsConfigurationList": [own] }), amazon_alone)
        }
    }
}

pub async fn each_document_of_a_bucket_is_written_read_the_same_and_taken_away(t: Target) {
    let mut failures = Vec::new();
    for kind in DocumentKind::ALL {
        let bucket = t.bucket().await;
        prepare(&t, &bucket, kind).await;
        if let Err(cause) = round_trip(&t, &bucket, kind).await {
            failures.push(format!("{}: {cause}", kind.facts().name));
        }
        // What a server does not know must never have become a deletion of the bucket.
        if let Err(error) = t.store.head_bucket(&bucket).await {
            failures.push(format!("{}: the bucket is gone: {error}", kind.facts().name));
        }
    }
    assert!(failures.is_empty(), "{}: {}", t.server.which.name(), failures.join("\n"));
}

/// Makes a bucket such that it takes a document.
async fn prepare(t: &Target, bucket: &BucketName, kind: DocumentKind) {
    let sdk = t.sdk();
    match kind {
        DocumentKind::Replication => {
            let standing = t.store.read_document(bucket, DocumentKind::Versioning).await.unwrap();
            t.store.write_document(standing, &json!({ "Status": "Enabled" }), None).await.unwrap();
        }
        // moto writes logs only where the writer of logs may write.
        DocumentKind::Logging if t.server.which == Which::Moto => {
            let writer = "uri=\"http://acs.amazonaws.com/groups/s3/LogDelivery\"";
            let grant = sdk.put_bucket_acl().bucket(bucket.as_str()).grant_write(writer).grant_read_acp(writer);
            grant.send().await.unwrap();
        }
        _ => {}
    }
}

async fn round_trip(t: &Target, bucket: &BucketName, kind: DocumentKind) -> Result<(), String> {
    let (name, words) = (kind.facts().name, |error: bucketry::model::error::Error| error.to_string());
    let standing = t.store.read_document(bucket, kind).await;
    let (written, lacking) = sample(kind, bucket, standing.as_ref().ok().and_then(|own| own.document()));
    assert_eq!(kind.facts().problems(&written, None), [], "{name}");
    let lacks = lacking.contains(&t.server.which);
    let standing = match standing {
        Err(error) if lacks && matches!(error.kind, Kind::Unsupported | Kind::Invalid) => {
            t.has(name, false, lacking);
            return Ok(());
        }
        standing => standing.map_err(words)?,
    };
    let before = standing.document().cloned();
    match t.store.write_document(standing, &written, None).await {
        Err(_) if lacks => {
            t.has(name, false, lacking);
            return Ok(());
        }
        result => result.map_err(words)?,
    }
    let standing = t.store.read_document(bucket, kind).await.map_err(words)?;
    let stored = standing.document().cloned().unwrap_or_default();
    let is_kept = holds(&stored, &written);
    if lacks {
        t.has(name, is_kept, lacking);
        return Ok(());
    }
    if !is_kept {
        return Err(format!("stored {stored}, written {written}"));
    }
    match kind.facts().removal {
        Removal::Never => return Ok(()),
        Removal::Delete(_) => t.store.delete_document(standing).await.map_err(words)?,
        Removal::Empty => t.store.write_document(standing, &json!({}), None).await.map_err(words)?,
    }
    let after = t.store.read_document(bucket, kind).await.map_err(words)?.into_document();
    let is_gone = after == before || after.is_none() || kind == DocumentKind::PublicAccessBlock;
    if is_gone { Ok(()) } else { Err(format!("left {after:?}, before {before:?}")) }
}
