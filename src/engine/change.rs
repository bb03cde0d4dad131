//! Changes objects where they are: looks at each, says what would become of it, and writes what differs.
//!
//! Tags and ACLs are written by themselves. The rest takes a copy of the object onto itself, which is given all that is
//! not changed, guarded by the entity tag, and looked at afterwards: at each moment the object is the old one or the new.
//! Nothing guards against somebody who changes the metadata of the same bytes in between, because their tag is the same.

mod place;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use self::place::Place;
use super::jobs::{Job, panicked};
use super::lister::Lister;
use super::page::Asker;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, Revision};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};

/// Objects that are open at once beyond those whose requests run, so that the next is ready when one ends.
const OPEN_AHEAD: usize = 16;

/// Runs a change to its end.
pub(super) async fn run(job: Arc<Job>, revision: Revision) -> Result<(), Error> {
    let refused = |target: String, cause: String| Err(Error::new(Kind::Invalid, "change", target, cause));
    if let Some(item) = revision.items.iter().find(|item| !matches!(item, Item::Object(_) | Item::Prefix { .. })) {
        return refused(item.to_string(), "only objects can be changed like this".to_owned());
    }
    if let Err(cause) = revision.change.check() {
        return refused("the objects".to_owned(), cause);
    }
    let mut changes = Changes { job, revision: Arc::new(revision), places: HashMap::new(), open: JoinSet::new() };
    let begun = changes.begin_all().await;
    changes.finish().await;
    changes.job.progress.counted();
    match begun {
        Ok(()) if changes.job.token.is_cancelled() => Err(Error::cancelled("change", "")),
        begun => begun,
    }
}

/// Objects on their way.
struct Changes {
    job: Arc<Job>,
    revision: Arc<Revision>,
    places: HashMap<BucketName, Arc<Place>>,
    open: JoinSet<()>,
}

impl Changes {
    async fn begin_all(&mut self) -> Result<(), Error> {
        let revision = Arc::clone(&self.revision);
        for item in &revision.items {
            match item {
                Item::Object(object) => {
                    let name = object.key.last_part().to_owned();
                    self.begin(object.clone(), name).await;
                }
                Item::Prefix { bucket, prefix } => self.begin_below(bucket, prefix).await?,
                Item::File(_) | Item::Folder(_) | Item::Bucket(_) => {}
            }
        }
        Ok(())
    }

    async fn begin_below(&mut self, bucket: &BucketName, prefix: &Prefix) -> Result<(), Error> {
        let mut lister = Lister::start(Asker::Job(Arc::clone(&self.job)), bucket, prefix);
        while let Some(objects) = lister.next().await {
            match objects {
                Ok(objects) => {
                    for object in objects {
                        let key = object.key.as_str();
                        let name = key.strip_prefix(prefix.as_str()).unwrap_or(key).to_owned();
                        if self.revision.filter.takes(&name) {
                            self.begin(ObjectRef::new(bucket.clone(), object.key), name).await;
                        }
                    }
                }
                Err(error) if error.kind == Kind::Cancelled => return Err(error),
                Err(error) => {
                    self.job.progress.add_total(1, 0);
                    self.job.stays_open(&error);
                    self.job.record(format!("s3://{bucket}/{prefix}"), 0, ItemOutcome::Failed(error)).await;
                }
            }
        }
        Ok(())
    }

    /// Begins one object, as soon as there is room for it; its name is relative to what is changed.
    async fn begin(&mut self, object: ObjectRef, name: String) {
        if self.job.token.is_cancelled() {
            return;
        }
        self.job.progress.add_total(1, 0);
        while self.open.len() >= self.job.core.lanes.small.width() + OPEN_AHEAD {
            self.join_one().await;
        }
        if !self.places.contains_key(&object.bucket) {
            let place = Arc::new(Place::open(&self.job, &object.bucket).await);
            self.places.insert(object.bucket.clone(), place);
        }
        let Some(place) = self.places.get(&object.bucket).map(Arc::clone) else { return };
        self.open.spawn(Box::pin(one(Arc::clone(&self.job), place, Arc::clone(&self.revision), object, name)));
    }

    async fn join_one(&mut self) {
        if let Some(Err(error)) = self.open.join_next().await
            && error.is_panic()
        {
            self.job.record("an object".to_owned(), 0, ItemOutcome::Failed(panicked("change"))).await;
        }
    }

    async fn finish(&mut self) {
        while !self.open.is_empty() {
            self.join_one().await;
        }
    }
}

async fn one(job: Arc<Job>, place: Arc<Place>, revision: Arc<Revision>, object: ObjectRef, name: String) {
    let shown = object.to_string();
    job.progress.begin(&shown);
    let outcome = match Box::pin(place.change(&revision, &object, &name)).await {
        Ok(outcome) => outcome,
        // Neither done nor failed: it was not come to.
        Err(error) if error.kind == Kind::Cancelled && job.token.is_cancelled() => return,
        Err(error) => {
            job.stays_open(&error);
            ItemOutcome::Failed(error.about(shown.clone()))
        }
    };
    job.record(shown, 0, outcome).await;
}
