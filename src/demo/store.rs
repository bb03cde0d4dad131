//! Buckets, keys and versions in memory, behind one lock that is never held while anything is awaited.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto;
use s3s::{S3Result, s3_error};

use crate::demo::account::Account;
use crate::demo::acl::Acl;
use crate::demo::checksum::{Algorithm, Sum};
use crate::demo::configuration::ById;
use crate::demo::content::Content;
use crate::model::access::document::Policy;

/// The region of most sample buckets, in which requests are signed by default.
pub const HOME_REGION: &str = "us-east-1";
/// The second region.
pub const FAR_REGION: &str = "eu-west-1";

/// The version ID of what was written while versioning was off.
pub const NULL_VERSION: &str = "null";

/// Everything the endpoint holds.
#[derive(Default)]
pub struct Store(Mutex<State>);

impl Store {
    /// Returns the state. The guard must not live across an `await`.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The buckets, and the number from which all IDs are made.
#[derive(Default)]
pub struct State {
    /// By name.
    pub buckets: BTreeMap<String, Bucket>,
    serial: u64,
}

impl State {
    /// Returns a bucket, or the error that says it does not exist.
    pub fn bucket(&self, name: &str) -> S3Result<&Bucket> {
        self.buckets.get(name).ok_or_else(no_such_bucket)
    }

    /// Returns a bucket to change, or the error that says it does not exist.
    pub fn bucket_mut(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(no_such_bucket)
    }

    /// Returns an ID that was never used: of a version or of an upload.
    pub fn new_id(&mut self) -> String {
        self.serial += 1;
        // Spread over all digits, so that nothing can rely on the order of IDs.
        let spread = self.serial.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{spread:016x}{:08x}demo", self.serial)
    }
}

fn no_such_bucket() -> s3s::S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

/// Whether new objects push older ones aside or replace them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versioning {
    /// Never switched on.
    #[default]
    Off,
    /// Every write adds a version.
    Enabled,
    /// Writes replace the `null` version and keep the others.
    Suspended,
}

/// A bucket.
pub struct Bucket {
    /// Its region.
    pub region: &'static str,
    /// When it was made.
    pub created: SystemTime,
    /// Whose it is.
    pub owner: Account,
    /// Whether it keeps versions.
    pub versioning: Versioning,
    /// The versions of each key, oldest first; no key is without one.
    pub keys: BTreeMap<String, Vec<Version>>,
    /// The unfinished uploads of each key, by upload ID.
    pub uploads: BTreeMap<String, BTreeMap<String, Upload>>,
    /// Its documents.
    pub settings: Settings,
}

/// The documents of a bucket.
#[derive(Default)]
pub struct Settings {
    pub policy: Option<Arc<Policy>>,
    pub block: Option<dto::PublicAccessBlockConfiguration>,
    pub ownership: Option<dto::ObjectOwnership>,
    pub acl: Option<Acl>,
    pub cors: Option<dto::CORSConfiguration>,
    pub lifecycle: Option<dto::BucketLifecycleConfiguration>,
    pub encryption: Option<dto::ServerSideEncryptionConfiguration>,
    pub website: Option<dto::WebsiteConfiguration>,
    pub replication: Option<dto::ReplicationConfiguration>,
    pub notification: Option<dto::NotificationConfiguration>,
    pub logging: Option<dto::LoggingEnabled>,
    pub payer: Option<dto::Payer>,
    pub tags: Option<Vec<dto::Tag>>,
    pub acceleration: Option<dto::BucketAccelerateStatus>,
    pub tiers: ById<dto::IntelligentTieringConfiguration>,
    pub inventory: ById<dto::InventoryConfiguration>,
    pub metrics: ById<dto::MetricsConfiguration>,
    pub analytics: ById<dto::AnalyticsConfiguration>,
}

impl Bucket {
    /// Makes an empty bucket with Amazon's defaults since April 2023: Block Public Access on, ACLs disabled.
    ///
    /// Amazon S3 User Guide, "Default settings for new S3 buckets FAQ".
    pub fn new(region: &'static str, owner: Account, created: SystemTime) -> Self {
        let block = dto::PublicAccessBlockConfiguration {
            block_public_acls: Some(true),
            block_public_policy: Some(true),
            ignore_public_acls: Some(true),
            restrict_public_buckets: Some(true),
        };
        let settings = Settings {
            block: Some(block),
            ownership: Some(dto::ObjectOwnership::from_static(dto::ObjectOwnership::BUCKET_OWNER_ENFORCED)),
            ..Settings::default()
        };
        Self {
            region,
            created,
            owner,
            versioning: Versioning::Off,
            keys: BTreeMap::new(),
            uploads: BTreeMap::new(),
            settings,
        }
    }

    /// Returns the current object of a key, if it has one.
    pub fn current(&self, key: &str) -> Option<&Arc<Object>> {
        self.keys.get(key)?.last()?.object.as_ref()
    }

    /// Returns whether ACLs are switched off here.
    pub fn acls_are_disabled(&self) -> bool {
        let enforced = dto::ObjectOwnership::BUCKET_OWNER_ENFORCED;
        self.settings.ownership.as_ref().is_some_and(|ownership| ownership.as_str() == enforced)
    }

    /// Adds a version, or replaces the one without an ID where versions are not kept; returns its ID if it has one.
    pub fn push(&mut self, key: &str, id: String, mut version: Version) -> Option<String> {
        let versions = self.keys.entry(key.to_owned()).or_default();
        if self.versioning == Versioning::Enabled {
            version.id.clone_from(&id);
            versions.push(version);
            return Some(id);
        }
        versions.retain(|version| version.id != NULL_VERSION);
        NULL_VERSION.clone_into(&mut version.id);
        versions.push(version);
        (self.versioning == Versioning::Suspended).then(|| NULL_VERSION.to_owned())
    }

    /// Removes one version for good, and the key with its last one; returns the version.
    pub fn remove(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.keys.get_mut(key)?;
        let at = versions.iter().position(|version| version.id == id)?;
        let removed = versions.remove(at);
        if versions.is_empty() {
            self.keys.remove(key);
        }
        Some(removed)
    }
}

/// One version of a key.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its ID; `null` where versions were not kept.
    pub id: String,
    /// When it was written.
    pub modified: SystemTime,
    /// What it holds; nothing in a delete marker.
    pub object: Option<Arc<Object>>,
}

impl Version {
    /// Makes a version whose ID is given when it is pushed.
    pub fn new(modified: SystemTime, object: Option<Arc<Object>>) -> Self {
        Self { id: String::new(), modified, object }
    }
}

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its bytes.
    pub content: Content,
    /// Its `ETag`, without quotes.
    pub etag: String,
    /// Its checksum.
    pub sum: Sum,
    /// The parts it was uploaded in; none for a single PUT.
    pub parts: Arc<[PartFacts]>,
    /// What was said of it.
    pub facts: Facts,
    /// Who wrote it, and so owns it where ACLs are not disabled.
    pub owner: Account,
    /// Who may read it, besides.
    pub acl: Acl,
    /// Its restore from an archive, if one was asked for.
    pub restore: Option<Restore>,
}

/// What stays of a part in a finished object.
#[derive(Debug, Clone)]
pub struct PartFacts {
    /// Its number.
    pub number: i32,
    /// Its size in bytes.
    pub size: u64,
    /// Its checksum.
    pub sum: Sum,
}

/// The metadata and tags of an object.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub expires: Option<dto::Timestamp>,
    pub website_redirect_location: Option<String>,
    pub metadata: dto::Metadata,
    pub tags: Vec<(String, String)>,
    /// `None` stands for STANDARD.
    pub storage_class: Option<String>,
    pub encryption: Option<String>,
    pub kms_key_id: Option<String>,
    pub bucket_key_enabled: Option<bool>,
}

/// The restore of an archived object.
#[derive(Debug, Clone, Copy)]
pub struct Restore {
    /// When the copy is there.
    pub ready: SystemTime,
    /// When it is gone again.
    pub expires: SystemTime,
}

impl Object {
    /// Makes an object that was sent in one piece.
    pub fn whole(content: Content, digest: [u8; 16], sum: Sum, facts: Facts, owner: Account) -> Self {
        let etag = crate::demo::checksum::hex(&digest);
        Self { content, etag, sum, parts: Arc::default(), facts, owner, acl: Acl::private(owner), restore: None }
    }

    /// Returns its storage class.
    pub fn class(&self) -> &str {
        self.facts.storage_class.as_deref().unwrap_or(dto::StorageClass::STANDARD)
    }

    /// Returns whether it lies in an archive, restored or not.
    pub fn is_archived(&self) -> bool {
        matches!(self.class(), dto::StorageClass::GLACIER | dto::StorageClass::DEEP_ARCHIVE)
    }

    /// Returns whether it can be read now.
    pub fn is_readable(&self, now: SystemTime) -> bool {
        !self.is_archived() || self.restore.is_some_and(|restore| restore.ready <= now && now < restore.expires)
    }
}

/// An unfinished multipart upload.
pub struct Upload {
    /// When it was begun.
    pub initiated: SystemTime,
    /// Who began it.
    pub owner: Account,
    /// What the object will be.
    pub facts: Facts,
    /// The ACL of the object.
    pub acl: Acl,
    /// The checksum that was asked for; nothing if none was named.
    pub algorithm: Option<Algorithm>,
    /// Whether the checksum will be of the whole object.
    pub is_full: bool,
    /// The parts so far.
    pub parts: BTreeMap<i32, Part>,
}

/// A part of an unfinished upload.
pub struct Part {
    /// Its bytes.
    pub content: Content,
    /// The MD5 of its bytes.
    pub digest: [u8; 16],
    /// Its checksum.
    pub sum: Sum,
    /// When it came.
    pub modified: SystemTime,
}

/// Returns the time, in whole seconds as headers and listings carry it.
pub fn now() -> SystemTime {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    UNIX_EPOCH + Duration::from_secs(seconds)
}
