//! One place as a stream of names in their order.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::tree::{Step, walk};
use crate::engine::core::Core;
use crate::engine::lister::{Lister, is_directory_bucket};
use crate::engine::page::{Asker, unfit};
use crate::model::compare::{Facts, Found, Hand, Mark, Places, Trouble};
use crate::model::error::{Error, Kind};
use crate::model::filter::Filter;
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix};
use crate::s3::ListedObject;

/// Steps of a walk that are handed over at once, and how many such batches may wait.
const BATCH: usize = 256;
const BATCHES: usize = 8;

/// One of the two sides, on its way. Dropping it ends its work.
pub(super) struct Stream {
    hand: Hand,
    filter: Filter,
    /// What could not be compared since it was last taken.
    pub troubles: Vec<Trouble>,
    /// How many names the filter left out.
    pub left_out: u64,
    waiting: std::vec::IntoIter<Step>,
    source: Source,
}

enum Source {
    Folder(mpsc::Receiver<Result<Vec<Step>, Error>>),
    Bucket(Box<Keys>),
}

impl Stream {
    /// Begins to read a place.
    pub async fn open(core: &Arc<Core>, places: &Places, hand: Hand) -> Result<Self, Error> {
        let source = match places.at(hand) {
            Location::Local(path) => Source::Folder(read_folder(core, path, places.may_lack == Some(hand)).await?),
            Location::S3 { bucket, prefix } => Source::Bucket(Box::new(Keys::start(core, bucket, prefix)?)),
            Location::Buckets(_) => {
                let cause = "go into a bucket first";
                return Err(Error::new(Kind::Invalid, "compare", "the list of buckets", cause));
            }
        };
        let filter = if places.unfiltered == Some(hand) { Filter::default() } else { places.filter.clone() };
        Ok(Self { hand, filter, troubles: Vec::new(), left_out: 0, waiting: Vec::new().into_iter(), source })
    }

    /// Returns the next name, or nothing after the last.
    pub async fn next(&mut self) -> Result<Option<Found>, Error> {
        loop {
            for step in self.waiting.by_ref() {
                match step {
                    Step::Found(Found::Entry(name, _)) if !self.filter.takes(&name) => self.left_out += 1,
                    Step::Found(found) => return Ok(Some(found)),
                    Step::Trouble { below, .. } if !self.filter.takes(&below) => {}
                    Step::Trouble { path, cause, .. } => {
                        let name = path.to_string_lossy().into_owned();
                        self.troubles.push(Trouble { hand: self.hand, name, cause });
                    }
                }
            }
            let next = match &mut self.source {
                Source::Folder(steps) => steps.recv().await.transpose()?,
                Source::Bucket(keys) => keys.next().await?,
            };
            let Some(steps) = next else { return Ok(None) };
            self.waiting = steps.into_iter();
        }
    }
}

/// Walks a folder on a thread of its own.
async fn read_folder(
    core: &Arc<Core>,
    path: &Path,
    may_be_missing: bool,
) -> Result<mpsc::Receiver<Result<Vec<Step>, Error>>, Error> {
    let (out, steps) = mpsc::channel(BATCHES);
    let looked = path.to_owned();
    let is_there = core
        .block("compare", move || match std::fs::metadata(&looked) {
            Ok(found) if found.is_dir() => Ok(true),
            Ok(_) => Err(Error::new(Kind::Invalid, "compare", looked.to_string_lossy(), "it is not a folder")),
            Err(error) if may_be_missing && error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::from_io("compare", looked.to_string_lossy(), &error)),
        })
        .await?;
    if !is_there {
        return Ok(steps);
    }
    let (worker, path) = (Arc::clone(core), path.to_owned());
    core.tracker.spawn(async move {
        let sender = out.clone();
        let walked = worker.block("compare", move || {
            let mut batch = Vec::with_capacity(BATCH);
            let ended = walk(&path, |step| {
                batch.push(step);
                if batch.len() < BATCH {
                    return ControlFlow::Continue(());
                }
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                if sender.blocking_send(Ok(full)).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if ended.is_continue() {
                // Where nobody takes it any more, nobody misses it.
                let _ = sender.blocking_send(Ok(batch));
            }
            Ok(())
        });
        // A stream that breaks off must not look like one that has ended.
        if let Err(error) = walked.await {
            let _ = out.send(Err(error)).await;
        }
    });
    Ok(steps)
}

/// The keys below a prefix.
struct Keys {
    lister: Lister,
    bucket: BucketName,
    prefix: Prefix,
    last: Option<Box<str>>,
}

impl Keys {
    fn start(core: &Arc<Core>, bucket: &BucketName, prefix: &Prefix) -> Result<Self, Error> {
        let refuse = |cause: &str| Err(Error::new(Kind::Invalid, "compare", format!("s3://{bucket}/{prefix}"), cause));
        if is_directory_bucket(bucket) {
            return refuse("the listings of a directory bucket have no order");
        }
        if !prefix.is_root() && !prefix.as_str().ends_with('/') {
            return refuse("what is compared ends in a slash");
        }
        let lister = Lister::start(Asker::Reader(Arc::clone(core)), bucket, prefix);
        Ok(Self { lister, bucket: bucket.clone(), prefix: prefix.clone(), last: None })
    }

    async fn next(&mut self) -> Result<Option<Vec<Step>>, Error> {
        let Some(objects) = self.lister.next().await.transpose()? else { return Ok(None) };
        let mut steps = Vec::with_capacity(objects.len());
        for object in objects {
            let name: Box<str> = object.key.as_str().strip_prefix(self.prefix.as_str()).unwrap_or_default().into();
            if self.last.as_ref().is_some_and(|last| name <= *last) {
                return Err(unfit(&self.bucket, &self.prefix, "the server lists keys out of their order"));
            }
            // A marker is no file: `aws s3 sync` passes it by on both sides, too.
            if !(object.key.is_marker() && object.size == 0) {
                steps.push(Step::Found(Found::Entry(name.clone(), facts(object))));
            }
            self.last = Some(name);
        }
        Ok(Some(steps))
    }
}

/// Returns what a listing says of an object.
pub(in crate::engine) fn facts(object: ListedObject) -> Facts {
    Facts { size: object.size, modified: object.modified, mark: Mark::Object(object.etag) }
}
