//! The pages of a listing of keys, with the next one fetched while the current one is used.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::core::Core;
use super::jobs::{Job, panicked};
use crate::model::error::{Error, Kind};
use crate::model::name::{BucketName, Prefix};
use crate::s3::{KeyPage, ListPage};

/// On whose behalf pages are fetched: a job's requests wait for fresh credentials, a person's do not.
#[derive(Debug, Clone)]
pub(super) enum Asker {
    /// A person looks at it.
    Person(Arc<Core>),
    /// A job needs it.
    Job(Arc<Job>),
}

/// A listing that goes on by itself, one page ahead.
#[derive(Debug)]
pub(super) struct Pages {
    asker: Asker,
    bucket: BucketName,
    prefix: Prefix,
    is_folded: bool,
    ahead: Option<JoinHandle<Result<KeyPage, Error>>>,
}

impl Pages {
    /// Begins a listing, or goes on with one at a token.
    pub fn start(asker: Asker, bucket: &BucketName, prefix: &Prefix, is_folded: bool, from: Option<String>) -> Self {
        let mut pages = Self { asker, bucket: bucket.clone(), prefix: prefix.clone(), is_folded, ahead: None };
        pages.fetch(from);
        pages
    }

    /// Returns the next page, or nothing after the last. An error is the last thing it returns.
    pub async fn next(&mut self) -> Option<Result<KeyPage, Error>> {
        // The handle stays in its place while it is awaited, so that dropping this future loses no page.
        let ahead = self.ahead.as_mut()?;
        let result = ahead.await.unwrap_or_else(|_| Err(panicked("list")));
        self.ahead = None;
        if let Ok(page) = &result {
            if let Some(stray) =
                page.objects.iter().find(|object| !object.key.as_str().starts_with(self.prefix.as_str()))
            {
                let target = format!("s3://{}/{}", self.bucket, self.prefix);
                let cause = format!("the server listed a key that was not asked for: {}", stray.key);
                return Some(Err(Error::new(Kind::Server, "list", target, cause)));
            }
            if page.next.is_some() {
                self.fetch(page.next.clone());
            }
        }
        Some(result)
    }

    fn fetch(&mut self, from: Option<String>) {
        let (asker, bucket, prefix, is_folded) =
            (self.asker.clone(), self.bucket.clone(), self.prefix.clone(), self.is_folded);
        let task = async move {
            let page = if is_folded { ListPage::folded(&bucket, &prefix) } else { ListPage::flat(&bucket, &prefix) };
            let page = page.from(from);
            match asker {
                Asker::Person(core) => {
                    let store = core.store().await;
                    let _permit = core.lanes.interactive.acquire().await;
                    store.list_page(&page).await
                }
                Asker::Job(job) => {
                    let store = job.core.store().await;
                    job.call(&job.core.lanes.small, || store.list_page(&page)).await
                }
            }
        };
        let tracker = match &self.asker {
            Asker::Person(core) => &core.tracker,
            Asker::Job(job) => &job.core.tracker,
        };
        self.ahead = Some(tracker.spawn(Box::pin(task)));
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(ahead) = &self.ahead {
            ahead.abort();
        }
    }
}
