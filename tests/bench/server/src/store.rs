//! What the buckets hold.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use crate::data::{Data, Pattern};

/// How many keys the two buckets have that are only listed.
const LISTED: u64 = 100_000;

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its bytes.
    pub data: Data,
    /// Last modified.
    pub modified: Timestamp,
    /// The same as listings have it, so that it is written once.
    pub listed_time: Arc<str>,
    /// Headers that came with it and go with it.
    pub headers: Arc<Vec<(String, String)>>,
}

impl Object {
    /// Returns an object that was written just now.
    pub fn new(data: Data, headers: Vec<(String, String)>) -> Self {
        let modified = Timestamp::now();
        let listed_time = modified.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string().into();
        Self { data, modified, listed_time, headers: Arc::new(headers) }
    }

    /// Returns its entity tag: cheap, and none that could be taken for an MD5.
    pub fn etag(&self) -> String {
        etag(self.data.len())
    }
}

/// Returns the entity tag of so many bytes.
pub fn etag(bytes: u64) -> String {
    format!("\"{:032x}-1\"", bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A bucket's objects by their keys.
#[derive(Debug, Clone, Default)]
pub struct Bucket(Arc<RwLock<BTreeMap<String, Object>>>);

impl Bucket {
    /// Looks at the objects.
    pub fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Object>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the objects.
    pub fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Object>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The parts of unfinished uploads.
type Uploads = HashMap<String, BTreeMap<u32, Data>>;

/// All that is there.
#[derive(Debug)]
pub struct Store {
    buckets: RwLock<BTreeMap<String, Bucket>>,
    uploads: Mutex<Uploads>,
    last_upload: AtomicU64,
    /// What sinks serve.
    pub pattern: Pattern,
}

impl Store {
    /// Fills the buckets that are there from the start.
    pub fn new() -> io::Result<Self> {
        let buckets = ["sink", "sinkgb", "mem", "list", "flat"].map(|name| (name.to_owned(), Bucket::default()));
        let store = Self {
            buckets: RwLock::new(buckets.into()),
            uploads: Mutex::default(),
            last_upload: AtomicU64::default(),
            pattern: Pattern::new()?,
        };
        let small = Object::new(Data::Pattern(4096), Vec::new());
        let put = |bucket: &str, key: String, object: &Object| {
            store.bucket(bucket).map(|bucket| bucket.write().insert(key, object.clone()))
        };
        for number in 0..LISTED {
            let (folder, below) = (number / 1000, number / 100 % 10);
            put("list", format!("dir{folder:03}/sub{below}/file-{number:06}.dat"), &small);
            put("flat", format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)), &small);
        }
        put("sinkgb", "big".to_owned(), &Object::new(Data::Pattern(1 << 30), Vec::new()));
        Ok(store)
    }

    /// Returns a bucket.
    pub fn bucket(&self, name: &str) -> Option<Bucket> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Makes a bucket, if it is not there.
    pub fn make_bucket(&self, name: &str) {
        self.buckets.write().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default();
    }

    /// Returns the document that lists the buckets.
    pub fn list_buckets(&self) -> String {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        let rows: String = buckets
            .keys()
            .map(|name| {
                format!("<Bucket><Name>{name}</Name><CreationDate>2024-01-01T00:00:00.000Z</CreationDate></Bucket>")
            })
            .collect();
        format!(
            "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>1</ID></Owner>\
             <Buckets>{rows}</Buckets></ListAllMyBucketsResult>"
        )
    }

    /// Begins an upload and returns its id.
    pub fn begin_upload(&self) -> String {
        let id = format!("u{}", self.last_upload.fetch_add(1, Relaxed));
        self.uploads().insert(id.clone(), BTreeMap::new());
        id
    }

    /// Adds a part to an upload; says whether there is such an upload.
    pub fn add_part(&self, id: &str, number: u32, data: Data) -> bool {
        self.uploads().get_mut(id).map(|parts| parts.insert(number, data)).is_some()
    }

    /// Ends an upload and returns its parts in their order, if there is such an upload.
    pub fn end_upload(&self, id: &str) -> Option<Data> {
        let parts = self.uploads().remove(id)?;
        Some(Data::Joined(Arc::new(parts.into_values().collect())))
    }

    fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
