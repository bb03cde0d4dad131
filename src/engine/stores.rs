//! The stores of an engine: one for each profile that is asked for, opened when it first is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::model::name::Profile;
use crate::s3::{Settings, Store};

/// What each profile connects to.
#[derive(Debug)]
pub(super) struct Stores {
    own: Settings,
    open: Mutex<HashMap<Profile, Arc<Opening>>>,
}

/// A store, or what it takes to open it.
#[derive(Debug)]
struct Opening {
    settings: Settings,
    store: OnceCell<Store>,
}

impl Opening {
    fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self { settings, store: OnceCell::new() })
    }
}

impl Stores {
    /// Returns no store yet; the settings are those of the program's own profile.
    pub fn new(own: Settings) -> Self {
        Self { own, open: Mutex::default() }
    }

    /// Returns whether requests say that the requester pays.
    pub fn requester_pays(&self) -> bool {
        self.own.request_payer
    }

    /// Says how a profile connects that is in no file, before it is first asked for.
    pub fn declare(&self, name: &Profile, like: Option<&str>, region: Option<String>, endpoint_url: Option<String>) {
        let like = like.map_or_else(|| self.own.clone(), |like| self.own.of_profile(like));
        let (region, endpoint_url) = (region.or(like.region.clone()), endpoint_url.or(like.endpoint_url.clone()));
        let opening = Opening::new(Settings { region, endpoint_url, ..like });
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), opening);
    }

    /// Returns whether it is known how a profile connects, if it is in no file.
    pub fn knows(&self, profile: &Profile) -> bool {
        !profile.is_declared() || self.open.lock().unwrap_or_else(PoisonError::into_inner).contains_key(profile)
    }

    /// Returns the store of a profile; the first caller opens it.
    pub async fn of(&self, profile: &Profile) -> Store {
        let opening = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let settings = || profile.name().map_or_else(|| self.own.clone(), |name| self.own.of_profile(name));
            Arc::clone(open.entry(profile.clone()).or_insert_with(|| Opening::new(settings())))
        };
        opening.store.get_or_init(|| Box::pin(Store::open(opening.settings.clone()))).await.clone()
    }

    /// Asks for fresh credentials at all that are open: work may need several, and which are old is not always told.
    pub async fn renew(&self) {
        let open: Vec<_> = self.open.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        join_all(open.iter().filter_map(|opening| opening.store.get()).map(|store| Box::pin(store.renew()))).await;
    }
}
