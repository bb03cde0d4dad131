//! The pages of a listing of keys, with the next one fetched while the current one is used.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use super::attempt::Tries;
use super::core::Core;
use super::jobs::{Job, panicked};
use super::lanes::Way;
use crate::model::error::{Error, Kind};
use crate::model::job::JobId;
use crate::model::name::{BucketName, ObjectKey, Prefix};
use crate::s3::{KeyPage, ListPage, ListedObject};

/// All readers share one line in a lane that no job enters: first come, first served.
const READERS: JobId = JobId(0);

/// On whose behalf pages are fetched: a job's requests wait for fresh credentials, a person's do not.
#[derive(Debug, Clone)]
pub(super) enum Asker {
    /// A person looks at it.
    Person(Arc<Core>),
    /// A person waits for all of it, and looks at other things meanwhile.
    Reader(Arc<Core>),
    /// A job needs it.
    Job(Arc<Job>),
}

/// One page that is asked for, as [`ListPage`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What the keys begin with.
    pub prefix: Prefix,
    /// Whether keys are folded at the next slash.
    pub is_folded: bool,
    /// Where the page before ended.
    pub token: Option<String>,
    /// The key after which it starts, on a first page.
    pub start_after: Option<ObjectKey>,
    /// Fewer keys than the server's own page.
    pub max_keys: Option<i32>,
}

impl Asker {
    /// Returns where its tasks are counted.
    pub fn tracker(&self) -> &TaskTracker {
        match self {
            Self::Person(core) | Self::Reader(core) => &core.tracker,
            Self::Job(job) => &job.core.tracker,
        }
    }

    /// Fetches one page. That a key does not begin as it was asked for is an error.
    pub async fn list(&self, bucket: &BucketName, wanted: &Wanted) -> Result<KeyPage, Error> {
        let page = ListPage {
            bucket,
            prefix: &wanted.prefix,
            is_folded: wanted.is_folded,
            token: wanted.token.clone(),
            start_after: wanted.start_after.as_ref().map(ToString::to_string),
            max_keys: wanted.max_keys,
        };
        let listed = match self {
            Self::Person(core) => {
                let store = core.store_of(bucket).await;
                let _permit = core.lanes.interactive.acquire().await;
                store.list_page(&page).await?
            }
            Self::Reader(core) => list_for_reader(core, &page).await?,
            Self::Job(job) => {
                let store = job.core.store_of(bucket).await;
                job.call(&job.core.lanes.small, || store.list_page(&page)).await?
            }
        };
        let is_stray = |object: &&ListedObject| !object.key.as_str().starts_with(wanted.prefix.as_str());
        match listed.objects.iter().find(is_stray) {
            None => Ok(listed),
            Some(stray) => {
                let cause = format!("the server listed a key that was not asked for: {}", stray.key);
                Err(unfit(bucket, &wanted.prefix, cause))
            }
        }
    }
}

/// Fetches a page with the patience of a job, since its failure would be that of the whole listing.
async fn list_for_reader(core: &Core, page: &ListPage<'_>) -> Result<KeyPage, Error> {
    let store = core.store_of(page.bucket).await;
    let way = Way::from(&core.lanes.listings);
    let mut tries = Tries::default();
    loop {
        let place = way.lane.enter(READERS).await;
        let result = way.measure(store.list_page(page)).await;
        drop(place);
        let Err(error) = result else { return result };
        match tries.after(&error, core.options.retry_pause) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(error),
        }
    }
}

/// Returns the error of an answer that cannot be a listing of the prefix.
pub(super) fn unfit(bucket: &BucketName, prefix: &Prefix, cause: impl Into<String>) -> Error {
    Error::new(Kind::Server, "list", format!("s3://{bucket}/{prefix}"), cause)
}

/// A listing that goes on by itself, one page ahead.
#[derive(Debug)]
pub(super) struct Pages {
    asker: Asker,
    bucket: BucketName,
    prefix: Prefix,
    is_folded: bool,
    ahead: Option<JoinHandle<Result<KeyPage, Error>>>,
    round: Round,
}

/// Notices that a listing goes round in circles, whatever their length, by one token of those that came before (R. P.
/// Brent, "An improved Monte Carlo factorization algorithm", 1980).
#[derive(Debug, Default)]
struct Round {
    landmark: Option<String>,
    steps: u64,
    next_landmark: u64,
}

impl Round {
    /// Takes the next token; returns whether it was met before.
    fn closes(&mut self, token: &str) -> bool {
        if self.landmark.as_deref() == Some(token) {
            return true;
        }
        if self.steps >= self.next_landmark {
            self.landmark = Some(token.to_owned());
            self.next_landmark = (2 * self.next_landmark).max(1);
            self.steps = 0;
        }
        self.steps += 1;
        false
    }
}

impl Pages {
    /// Begins a listing, or goes on with one at a token.
    pub fn start(asker: Asker, bucket: &BucketName, prefix: &Prefix, is_folded: bool, from: Option<String>) -> Self {
        let mut pages = Self {
            asker,
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            is_folded,
            ahead: None,
            round: Round::default(),
        };
        pages.fetch(from, None);
        pages
    }

    /// Begins a flat listing behind a key, on servers that know that; others begin at the first.
    pub fn after(asker: Asker, bucket: &BucketName, prefix: &Prefix, key: Option<ObjectKey>) -> Self {
        let mut pages = Self {
            asker,
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            is_folded: false,
            ahead: None,
            round: Round::default(),
        };
        pages.fetch(None, key);
        pages
    }

    /// Returns the next page, or nothing after the last. An error is the last thing it returns.
    pub async fn next(&mut self) -> Option<Result<KeyPage, Error>> {
        // The handle stays in its place while it is awaited, so that dropping this future loses no page.
        let ahead = self.ahead.as_mut()?;
        let result = ahead.await.unwrap_or_else(|_| Err(panicked("list")));
        self.ahead = None;
        if let Ok(page) = &result
            && let Some(next) = page.next.clone()
        {
            if self.round.closes(&next) {
                return Some(Err(unfit(&self.bucket, &self.prefix, "the server goes round in circles")));
            }
            self.fetch(Some(next), None);
        }
        Some(result)
    }

    fn fetch(&mut self, token: Option<String>, start_after: Option<ObjectKey>) {
        let (asker, bucket) = (self.asker.clone(), self.bucket.clone());
        let wanted =
            Wanted { prefix: self.prefix.clone(), is_folded: self.is_folded, token, start_after, max_keys: None };
        let task = async move { asker.list(&bucket, &wanted).await };
        self.ahead = Some(self.asker.tracker().spawn(Box::pin(task)));
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(ahead) = &self.ahead {
            ahead.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_any_length_closes_wherever_it_begins_and_a_line_never_does() {
        for (before, length) in [(0, 1), (0, 2), (1, 2), (5, 3), (17, 100)] {
            let mut round = Round::default();
            let token = |step: u64| if step < before { step } else { before + (step - before) % length };
            let closed = (0..1000).find(|step| round.closes(&token(*step).to_string())).unwrap();
            assert!(closed >= before + length && closed < 4 * (before + length), "{before} {length}: {closed}");
        }
        let mut round = Round::default();
        assert!(!(0..100_000).any(|step| round.closes(&step.to_string())));
    }
}
