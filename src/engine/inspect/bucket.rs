//! What the inspector shows of a bucket.

use jiff::Timestamp;

use super::View;
use super::object::{acl_content, tags_content};
use crate::engine::evidence::bucket::block_of_owner;
use crate::engine::evidence::{layer, understood};
use crate::model::access::PublicAccessBlock;
use crate::model::access::layers::{Layers, ObjectOwnership};
use crate::model::arn::{arn, partition};
use crate::model::error::{Error, Kind};
use crate::model::inspect::{Content, Field, Section};
use crate::model::name::{BucketName, Prefix};
use crate::model::text;
use crate::s3::{BucketEncryption, UploadPage, Versioning};

/// Loads all sections at once.
pub(super) async fn inspect(view: &View, bucket: &BucketName) {
    let store = &view.core.store_of(bucket).await;
    let overview = async {
        let head = view.ask(store.head_bucket(bucket)).await;
        view.core.say_region(store, bucket, &view.core.root).await;
        view.say(Section::Overview, overview(bucket, store.region_of(bucket), head)).await;
    };
    let versioning = async {
        let read = view.ask(store.versioning(bucket)).await;
        view.say(Section::Versioning, read.map(|own| versioning_content(&own))).await;
    };
    let encryption = async {
        let read = view.ask(store.bucket_encryption(bucket)).await;
        view.say(Section::Encryption, read.map(encryption_content)).await;
    };
    let tags = async {
        let read = view.ask(store.bucket_tags(bucket)).await;
        view.say(Section::Tags, read.map(|tags| tags_content(&tags))).await;
    };
    // One page and no more: the rest has a screen of its own.
    let uploads = async {
        let read = view.ask(store.list_uploads(bucket, &Prefix::root(), None)).await;
        view.say(Section::Uploads, read.map(|page| uploads_content(&page, Timestamp::now()))).await;
    };
    tokio::join!(overview, versioning, encryption, tags, uploads, access(view, bucket));
}

/// The layers that decide who may do what, each also a section, and the word behind the last of them.
async fn access(view: &View, bucket: &BucketName) {
    let store = &view.core.store_of(bucket).await;
    let policy = async {
        let read = view.ask(store.policy(bucket)).await;
        view.say(Section::Policy, read.clone().map(policy_content)).await;
        understood(layer(store, read))
    };
    let status = async {
        let read = view.ask(store.policy_status(bucket)).await;
        let said = read.as_ref().ok().copied().flatten();
        let content = read.map(|own| match own {
            None => Content::NotSet("no bucket policy"),
            Some(is_public) => Content::Fields(vec![yes_no("Public", is_public)]),
        });
        view.say(Section::PolicyStatus, content).await;
        said
    };
    let block = async {
        let read = view.ask(store.public_access_block(bucket)).await;
        view.say(Section::PublicAccessBlock, read.clone().map(block_content)).await;
        layer(store, read)
    };
    let ownership = async {
        let read = view.ask(store.ownership(bucket)).await;
        view.say(Section::Ownership, read.clone().map(ownership_content)).await;
        layer(store, read)
    };
    let acl = async {
        let read = view.ask(store.bucket_acl(bucket)).await;
        view.say(Section::Acl, read.as_ref().map(|acl| acl_content(&acl.grants)).map_err(Clone::clone)).await;
        layer(store, read.map(Some))
    };
    let account = async {
        let _permit = view.core.lanes.interactive.acquire().await;
        block_of_owner(&view.core, store, bucket).await
    };
    let (account_block, bucket_block, ownership, bucket_acl, policy, said_public) =
        tokio::join!(account, block, ownership, acl, policy, status);
    let layers =
        Layers { account_block, bucket_block, ownership, bucket_acl, policy, said_public, ..Layers::default() };
    view.say_verdict(layers.bucket_word()).await;
}

fn overview(bucket: &BucketName, region: Option<String>, head: Result<(), Error>) -> Result<Content, Error> {
    match head {
        Err(error) if error.kind != Kind::Denied => return Err(error),
        _ => {}
    }
    let name = bucket.as_str();
    let mut fields = vec![Field::new("Name", name)];
    let arn = arn(partition(region.as_deref(), None), name, "");
    fields.push(Field::new("Region", region.unwrap_or_else(|| "not known".to_owned())));
    fields.push(Field::new("S3 URI", format!("s3://{name}/")));
    fields.push(Field::new("ARN", arn));
    if let Err(error) = head {
        let permission = error.permission.unwrap_or("s3:ListBucket");
        fields.push(Field::new("Listing", format!("denied: {permission}")));
    }
    Ok(Content::Fields(fields))
}

fn versioning_content(own: &Versioning) -> Content {
    let Some(status) = &own.status else { return Content::NotSet("never enabled: deleting cannot be undone") };
    let mut fields = vec![Field::new("Status", status.clone())];
    if let Some(mfa) = &own.mfa_delete {
        fields.push(Field::new("MFA delete", mfa.clone()));
    }
    Content::Fields(fields)
}

fn encryption_content(own: Option<BucketEncryption>) -> Content {
    let Some(own) = own else { return Content::NotSet("no default encryption set") };
    let mut fields = vec![Field::new("Algorithm", own.algorithm)];
    if let Some(key) = own.key {
        fields.push(Field::new("KMS key", key));
    }
    fields.push(yes_no("Bucket key", own.has_bucket_key));
    Content::Fields(fields)
}

fn ownership_content(own: Option<ObjectOwnership>) -> Content {
    let Some(own) = own else { return Content::NotSet("no ownership controls: ACLs are enabled") };
    let acls = if own.disables_acls() { "disabled" } else { "enabled" };
    Content::Fields(vec![Field::new("Object Ownership", own.0), Field::new("ACLs", acls)])
}

fn block_content(own: Option<PublicAccessBlock>) -> Content {
    let Some(own) = own else { return Content::NotSet("not set: nothing is blocked by the bucket itself") };
    Content::Fields(vec![
        on_off("BlockPublicAcls", own.block_public_acls),
        on_off("IgnorePublicAcls", own.ignore_public_acls),
        on_off("BlockPublicPolicy", own.block_public_policy),
        on_off("RestrictPublicBuckets", own.restrict_public_buckets),
    ])
}

fn policy_content(own: Option<String>) -> Content {
    let Some(text) = own else { return Content::NotSet("no bucket policy") };
    // A policy that is not JSON is shown as it is.
    let pretty = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok());
    Content::Document(pretty.unwrap_or(text))
}

fn uploads_content(page: &UploadPage, now: Timestamp) -> Content {
    let count = text::count(page.uploads.len() as u64);
    if page.uploads.is_empty() && page.next.is_none() {
        return Content::NotSet("none");
    }
    let (count, oldest) = match page.next {
        Some(_) => (format!("at least {count}"), "Oldest of these"),
        None => (count, "Oldest"),
    };
    let mut fields = vec![Field::new("Number", count)];
    if let Some(began) = page.uploads.iter().filter_map(|upload| upload.initiated).min() {
        let age = u64::try_from(now.duration_since(began).as_secs()).unwrap_or_default();
        fields.push(Field::new(oldest, format!("begun {} ago", text::duration(age))));
    }
    Content::Fields(fields)
}

fn yes_no(label: &str, is_so: bool) -> Field {
    Field::new(label, if is_so { "yes" } else { "no" })
}

fn on_off(label: &str, is_on: bool) -> Field {
    Field::new(label, if is_on { "on" } else { "off" })
}
