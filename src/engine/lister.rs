//! Lists all objects below a prefix in the order of their keys, with many requests at once.
//!
//! The first page and the folders are asked for together. Folders are listed beside each other, large ones by their own
//! folders again; a keyspace without folders is cut between guessed keys (`StartAfter`). What comes out of turn
//! waits, in bounded number. A server that cannot begin behind a key gets no cuts, and one whose listings have no order is
//! listed page after page.

mod cuts;
mod division;
mod piece;

use tokio::task::JoinSet;

use self::division::{Bounds, Division, Question};
use super::jobs::panicked;
use super::page::{Asker, Pages, unfit};
use crate::model::error::{Error, Kind};
use crate::model::name::{BucketName, ObjectKey, Prefix};
use crate::s3::{KeyPage, ListedObject};

/// Keys of a page where nobody asks for fewer (Amazon S3 API Reference, ListObjectsV2, max-keys); 64 pages at once; and
/// keys that wait, each of some hundred bytes.
const BOUNDS: Bounds = Bounds { page: 1000, width: 64, waiting: 100_000 };

/// A listing on its way. Dropping it ends its requests.
#[derive(Debug)]
pub(super) struct Lister {
    asker: Asker,
    bucket: BucketName,
    prefix: Prefix,
    manner: Manner,
}

#[derive(Debug)]
enum Manner {
    Divided {
        division: Division,
        open: JoinSet<(Question, Result<KeyPage, Error>)>,
        last: Option<ObjectKey>,
    },
    /// Page after page; what is not behind the key was given out before.
    Serial(Pages, Option<ObjectKey>),
    Over,
}

impl Lister {
    /// Begins a listing.
    pub fn start(asker: Asker, bucket: &BucketName, prefix: &Prefix) -> Self {
        let manner = if is_directory_bucket(bucket) {
            Manner::Serial(Pages::start(asker.clone(), bucket, prefix, false, None), None)
        } else {
            Manner::Divided { division: Division::new(prefix, BOUNDS), open: JoinSet::new(), last: None }
        };
        let mut lister = Self { asker, bucket: bucket.clone(), prefix: prefix.clone(), manner };
        lister.ask();
        lister
    }

    /// Returns the next objects, never none of them, or nothing after the last. An error is the last thing it returns.
    pub async fn next(&mut self) -> Option<Result<Vec<ListedObject>, Error>> {
        let found = self.find().await;
        if !matches!(found, Some(Ok(_))) {
            self.manner = Manner::Over;
        }
        found
    }

    async fn find(&mut self) -> Option<Result<Vec<ListedObject>, Error>> {
        loop {
            let told = match &mut self.manner {
                Manner::Over => return None,
                Manner::Serial(pages, after) => match pages.next().await? {
                    Err(error) => return Some(Err(error)),
                    Ok(mut page) => {
                        page.objects.retain(|object| after.as_ref().is_none_or(|after| object.key > *after));
                        if page.objects.is_empty() {
                            continue;
                        }
                        return Some(Ok(page.objects));
                    }
                },
                Manner::Divided { division, .. } => division.take(),
            };
            // What is taken makes room for more, which comes while it is used.
            self.ask();
            let Manner::Divided { division, open, last } = &mut self.manner else { continue };
            if let Some(objects) = told {
                *last = objects.last().map(|object| object.key.clone());
                return Some(Ok(objects));
            }
            // Dropping this future loses no answer.
            if division.is_over() {
                return None;
            }
            let (question, answer) = match open.join_next().await {
                Some(Ok(answered)) => answered,
                Some(Err(_)) => return Some(Err(panicked("list"))),
                // Part of it must never pass for the whole.
                None => return Some(Err(unfit(&self.bucket, &self.prefix, "the listing came to a standstill"))),
            };
            if let Err(error) = self.use_answer(&question, answer) {
                return Some(Err(error));
            }
        }
    }

    /// Asks for all that may be asked for now.
    fn ask(&mut self) {
        let Manner::Divided { division, open, .. } = &mut self.manner else { return };
        while let Some(question) = division.ask(open.len()) {
            let (asker, bucket) = (self.asker.clone(), self.bucket.clone());
            let task = async move {
                let answer = Box::pin(asker.list(&bucket, &question.wanted)).await;
                (question, answer)
            };
            open.spawn(self.asker.tracker().track_future(task));
        }
    }

    fn use_answer(&mut self, question: &Question, answer: Result<KeyPage, Error>) -> Result<(), Error> {
        let Manner::Divided { division, last, .. } = &mut self.manner else { return Ok(()) };
        let page = match answer {
            // A policy or a server may know pages of keys and nothing else. Any other failure is that of the listing: none
            // is taken for an answer.
            Err(error) if !question.is_about_keys() && is_refusal(error.kind) => {
                division.go_without(question);
                return Ok(());
            }
            // A policy may allow this very prefix and none below it (Amazon S3 User Guide, condition key s3:prefix).
            Err(error) if error.kind == Kind::Denied && question.wanted.prefix != self.prefix => {
                let after = last.take();
                let pages = Pages::after(self.asker.clone(), &self.bucket, &self.prefix, after.clone());
                self.manner = Manner::Serial(pages, after);
                return Ok(());
            }
            answer => answer?,
        };
        if division.answer(question, page).is_ok() {
            return Ok(());
        }
        if last.is_some() {
            let cause = "the server lists keys out of their order";
            return Err(unfit(&self.bucket, &self.prefix, cause));
        }
        self.manner = Manner::Serial(Pages::start(self.asker.clone(), &self.bucket, &self.prefix, false, None), None);
        Ok(())
    }
}

/// Returns whether a server does not do what it was asked, and will not the next time.
fn is_refusal(kind: Kind) -> bool {
    matches!(kind, Kind::Denied | Kind::Unsupported | Kind::Invalid)
}

/// Returns whether a bucket is a directory bucket, whose listings have no order and know no `StartAfter` (Amazon S3 API
/// Reference, ListObjectsV2; Amazon S3 User Guide, "Directory bucket naming rules").
pub(super) fn is_directory_bucket(bucket: &BucketName) -> bool {
    bucket.as_str().ends_with("--x-s3")
}

#[cfg(test)]
mod tests;
