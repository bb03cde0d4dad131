//! An S3 endpoint inside the process, with sample data: for trying the program, and as the fast server of its tests.
//!
//! It is honest: signatures, regions, conditions, checksums, policies and limits are those of Amazon S3 as far as they
//! go, and what is not here answers `NotImplemented`. It knows nothing of the rest of the program, so a rule that is
//! proven against it is not proven by itself.

// First: a macro is known only behind its file.
#[macro_use]
mod asked;

mod access;
mod account;
mod acl;
mod body;
mod bucket;
mod checksum;
mod configuration;
mod content;
mod copy;
mod detail;
mod document;
mod exchange;
mod faults;
mod guard;
mod link;
mod list;
mod multipart;
mod read;
mod remove;
mod sample;
mod scratch;
mod server;
mod service;
mod store;
mod walk;
mod write;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use s3s::service::S3ServiceBuilder;

pub use crate::demo::account::Account;
pub use crate::demo::exchange::Served;
pub use crate::demo::faults::{Fault, Faults, Rule, RuleId};
pub use crate::demo::scratch::{Scratch, empty, scratch};

use crate::demo::account::Keys;
use crate::demo::exchange::Log;
use crate::demo::guard::Guard;
use crate::demo::server::{Front, Server};
use crate::demo::service::Service;
use crate::demo::store::{FAR_REGION, HOME_REGION, Store};

/// How a demo starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether it holds the sample data; without it there are no buckets.
    pub sample: bool,
    /// How long every answer takes at least.
    pub latency: Duration,
    /// How long it takes to restore an archived object.
    pub restore: Duration,
    /// Whether answers tell the checksums of objects; those of older servers do not.
    pub tells_checksums: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { sample: true, latency: Duration::ZERO, restore: Duration::from_secs(2), tells_checksums: true }
    }
}

/// A running endpoint; it stops when it is dropped.
pub struct Demo {
    server: Server,
    store: Arc<Store>,
    faults: Arc<Faults>,
    log: Arc<Log>,
}

impl Demo {
    /// Starts an endpoint on a free port of the loopback interface. It needs a tokio runtime around it.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let (store, faults, log) = (Arc::<Store>::default(), Arc::<Faults>::default(), Arc::<Log>::default());
        if options.sample {
            sample::fill(&mut store.lock());
        }
        let mut builder = S3ServiceBuilder::new(Service {
            store: Arc::clone(&store),
            faults: Arc::clone(&faults),
            restore: options.restore,
        });
        builder.set_auth(Keys);
        builder.set_access(Guard { store: Arc::clone(&store), faults: Arc::clone(&faults), log: Arc::clone(&log) });
        let front = Front {
            service: builder.build(),
            faults: Arc::clone(&faults),
            latency: options.latency,
            tells_checksums: options.tells_checksums,
            requests: AtomicU64::new(0),
        };
        let server = Server::start(front).await?;
        Ok(Self { server, store, faults, log })
    }

    /// Returns where it listens: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Returns the access key ID of the account that owns the sample buckets.
    pub fn access_key(&self) -> &'static str {
        Account::Acme.access_key()
    }

    /// Returns the secret that goes with it.
    pub fn secret_key(&self) -> &'static str {
        Account::Acme.secret_key()
    }

    /// Returns the other account, whose keys [`Account::access_key`] and [`Account::secret_key`] tell.
    pub fn partner(&self) -> Account {
        Account::Partner
    }

    /// Returns the region of most buckets.
    pub fn region(&self) -> &'static str {
        HOME_REGION
    }

    /// Returns the second region, in which some buckets are.
    pub fn far_region(&self) -> &'static str {
        FAR_REGION
    }

    /// Returns where faults are ordered.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Returns the requests that reached an operation, oldest first.
    pub fn requests(&self) -> Vec<Served> {
        self.log.to_vec()
    }

    /// Returns how often an operation was asked for, by Amazon's name.
    pub fn count(&self, operation: &str) -> usize {
        self.log.to_vec().iter().filter(|served| served.operation == operation).count()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.log.clear();
    }

    /// Puts empty objects into a bucket that keeps no versions, faster than by requests; a bucket that is not there stays so.
    pub fn fill<'a>(&self, bucket: &str, keys: impl IntoIterator<Item = &'a str>) {
        if let Some(bucket) = self.store.lock().buckets.get_mut(bucket) {
            sample::fill_with_empty(bucket, keys);
        }
    }

    /// Returns how many multipart uploads are unfinished, over all buckets.
    pub fn open_uploads(&self) -> usize {
        let state = self.store.lock();
        state.buckets.values().flat_map(|bucket| bucket.uploads.values()).map(std::collections::BTreeMap::len).sum()
    }

    /// Returns the unfinished multipart uploads, as bucket and key.
    pub fn uploads(&self) -> Vec<(String, String)> {
        let state = self.store.lock();
        let mut found = Vec::new();
        for (name, bucket) in &state.buckets {
            for (key, uploads) in &bucket.uploads {
                found.extend(uploads.iter().map(|_| (name.clone(), key.clone())));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
