//! The caller's own account: who it is and what its Block Public Access says, for the many questions that share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::evidence::layer;
use crate::model::access::{Fact, PublicAccessBlock};
use crate::model::error::{Error, Kind};
use crate::model::job::Connection;
use crate::model::name::Profile;
use crate::s3::Store;

/// How long an answer is good: a screen of buckets asks for it many times over, and a person who has changed something
/// looks again later.
const FRESH: Duration = Duration::from_secs(30);

/// What is known of the accounts that the profiles belong to.
#[derive(Debug, Default)]
pub(super) struct Accounts(Mutex<HashMap<Profile, (Instant, Arc<Own>)>>);

/// One account.
#[derive(Debug, Default)]
pub(super) struct Own {
    connection: OnceCell<Connection>,
    block: OnceCell<Fact<PublicAccessBlock>>,
    canonical_id: OnceCell<Option<String>>,
}

impl Accounts {
    /// Returns the account of a profile; what is not known of it yet is asked for once.
    pub fn of(&self, profile: &Profile) -> Arc<Own> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(profile) {
            Some((since, own)) if since.elapsed() < FRESH => Arc::clone(own),
            _ => {
                let own = Arc::<Own>::default();
                known.insert(profile.clone(), (Instant::now(), Arc::clone(&own)));
                own
            }
        }
    }
}

impl Own {
    /// Returns who the caller is. A failure is not kept.
    pub async fn connection(&self, store: &Store) -> Result<Connection, Error> {
        self.connection.get_or_try_init(|| store.identify()).await.cloned()
    }

    /// Returns the account's Block Public Access.
    pub async fn block(&self, store: &Store, number: &str) -> Fact<PublicAccessBlock> {
        self.block.get_or_init(|| async { layer(store, store.account_block(number).await) }).await.clone()
    }
    /// Returns the canonical user ID of the account; nothing if the server does not tell it. A failure is not kept.
    pub async fn canonical_id(&self, store: &Store) -> Result<Option<String>, Error> {
        let ask = || async { if_told(store.canonical_id().await) };
        self.canonical_id.get_or_try_init(ask).await.cloned()
    }
}

/// What may not be asked for is not told; any other failure may pass.
pub(super) fn if_told<T>(asked: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match asked {
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Unsupported | Kind::NotFound) => Ok(None),
        asked => asked,
    }
}
