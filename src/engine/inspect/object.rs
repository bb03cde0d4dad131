//! What the inspector shows of an object.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{View, address};
use crate::engine::evidence::{bucket as evidence, layer};
use crate::local::metadata::exact_size;
use crate::model::access::acl::Grant;
use crate::model::access::case::Place;
use crate::model::access::layers::Layers;
use crate::model::inspect::{Content, Field, Section};
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;
use crate::model::text;
use crate::s3::{ObjectFacts, Store};

/// Loads all sections at once.
pub(super) async fn inspect(view: &View, object: &ObjectRef) {
    let store = &view.core.store_of(&object.bucket).await;
    let overview = async {
        let head = view.ask(store.head(object)).await;
        view.core.say_region(store, &object.bucket, &view.core.root).await;
        let fields = address(view, &object.bucket, object.key.as_str()).await;
        view.say(Section::Address, Ok(Content::Fields(fields))).await;
        view.say(Section::Metadata, head.as_ref().map(metadata).map_err(Clone::clone)).await;
        view.say(Section::Overview, head.map(|facts| Content::Fields(overview(&facts)))).await;
    };
    let tags = async {
        let tags = view.ask(store.object_tags(object)).await;
        view.say(Section::Tags, tags.map(|tags| tags_content(&tags))).await;
    };
    let access = async {
        let acl = async {
            let acl = view.ask(store.object_acl(object)).await;
            view.say(Section::Acl, acl.as_ref().map(|acl| acl_content(&acl.grants)).map_err(Clone::clone)).await;
            layer(store, acl.map(Some))
        };
        let (object_acl, layers) = tokio::join!(acl, bucket_layers(view, store, &object.bucket));
        let place = Place {
            bucket: object.bucket.as_str().to_owned(),
            key: Some(object.key.as_str().to_owned()),
            ..Place::default()
        };
        let layers = Layers { object_acl, ..layers }.with_owner_of_acl();
        view.say_verdict(layers.object_word(&place)).await;
    };
    tokio::join!(overview, tags, access);
}

/// Reads the layers of the bucket that an object in it shares.
async fn bucket_layers(view: &View, store: &Store, bucket: &BucketName) -> Layers {
    let _permit = view.core.lanes.interactive.acquire().await;
    let (layers, account_block) =
        tokio::join!(evidence::layers(store, bucket), evidence::block_of_owner(&view.core, store, bucket));
    Layers { account_block, ..evidence::with_status(store, bucket, layers).await }
}

/// Returns the lines of an ACL.
pub(super) fn acl_content(grants: &[Grant]) -> Content {
    if grants.is_empty() {
        return Content::NotSet("no grants");
    }
    let field = |grant: &Grant| {
        let label = grant.label();
        let who = if grant.is_public() { format!("{label} (public)") } else { label.to_owned() };
        Field::new(who, grant.permission.clone())
    };
    Content::Fields(grants.iter().map(field).collect())
}

/// Returns the lines of tags.
pub(super) fn tags_content(tags: &[(String, String)]) -> Content {
    if tags.is_empty() {
        return Content::NotSet("no tags");
    }
    Content::Fields(tags.iter().map(|(key, value)| Field::new(key.clone(), value.clone())).collect())
}

/// Returns a time in full.
pub(super) fn time(time: Timestamp) -> String {
    text::long_time(time, &TimeZone::system())
}

fn overview(facts: &ObjectFacts) -> Vec<Field> {
    let mut fields = vec![Field::new("Size", exact_size(facts.size))];
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            fields.push(Field::new(label, value));
        }
    };
    add("Last modified", facts.modified.map(time));
    add("ETag", facts.etag.as_ref().map(ToString::to_string));
    add("Storage class", Some(facts.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned())));
    add("Archive status", facts.archive_status.clone());
    add("Restore", facts.restore.clone());
    add("Expiration", facts.expiration.clone());
    let encryption = facts.encryption.as_ref();
    add("Server-side encryption", encryption.map(|own| own.algorithm.clone()));
    add("KMS key", encryption.and_then(|own| own.key.clone()));
    add("Bucket key", encryption.filter(|own| own.has_bucket_key).map(|_| "enabled".to_owned()));
    for checksum in &facts.checksums {
        let kind = if checksum.is_full { "full object" } else { "composite" };
        add(&format!("Checksum {}", checksum.algorithm), Some(format!("{} ({kind})", checksum.value)));
    }
    add("Version ID", facts.version.as_ref().map(ToString::to_string));
    add("Object lock mode", facts.lock_mode.clone());
    add("Retain until", facts.lock_until.map(time));
    add("Legal hold", facts.legal_hold.clone());
    add("Replication status", facts.replication.clone());
    add("Parts", facts.parts.map(|parts| parts.to_string()));
    fields
}

fn metadata(facts: &ObjectFacts) -> Content {
    let own = &facts.attributes;
    let system = [
        ("Content-Type", &own.content_type),
        ("Cache-Control", &own.cache_control),
        ("Content-Disposition", &own.content_disposition),
        ("Content-Encoding", &own.content_encoding),
        ("Content-Language", &own.content_language),
        ("Expires", &own.expires),
        ("x-amz-website-redirect-location", &own.website_redirect),
    ];
    let mut fields: Vec<_> =
        system.into_iter().filter_map(|(label, value)| Some(Field::new(label, value.as_ref()?.clone()))).collect();
    fields.extend(own.user.iter().map(|(name, value)| Field::new(format!("x-amz-meta-{name}"), value.clone())));
    if facts.missing_metadata > 0 {
        let words = text::counted(u64::from(facts.missing_metadata), "entry", "entries");
        fields.push(Field::new("x-amz-missing-meta", format!("{words} that no header can carry")));
    }
    if fields.is_empty() { Content::NotSet("no metadata") } else { Content::Fields(fields) }
}
