//! The one task that writes the journal: many changes share one commit, because each commit waits for the disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::database::failure;
use crate::model::error::{Error, Kind};

/// Changes that may wait for the disk before who makes them has to wait too.
const WAITING: usize = 4096;

/// How long a change that nobody waits for waits for others.
const LINGER: Duration = Duration::from_millis(200);

/// The most changes of one commit.
const BATCH: usize = 4096;

type Apply = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;
type Told = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// One change, and who waits until it is on the disk.
struct Change {
    apply: Apply,
    told: Option<Told>,
}

/// The way to the journal; its clones share it.
#[derive(Clone)]
pub(super) struct Writer {
    changes: mpsc::Sender<Change>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the task, which ends when the last way to it is gone and all is written.
    pub fn start(connection: Connection, path: PathBuf, on_failure: impl Fn(Error) + Send + 'static) -> Self {
        let (changes, inbox) = mpsc::channel(WAITING);
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || run(connection, &path, inbox, &runtime, on_failure));
        Self { changes }
    }

    /// Makes a change with the next commit, whenever that is.
    pub async fn soon(&self, change: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static) {
        let _ = self.changes.send(Change { apply: Box::new(change), told: None }).await;
    }

    /// Makes a change, and returns what came of it when it is on the disk.
    pub async fn durably<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (put, result) = (Arc::new(Mutex::new(None)), oneshot::channel());
        let (slot, (told, heard)) = (Arc::clone(&put), result);
        let apply: Apply = Box::new(move |connection| {
            let made = change(connection)?;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
            Ok(())
        });
        let told: Told = Box::new(move |result| drop(told.send(result)));
        let gone = || Error::new(Kind::Io, "keep the journal", "", "nobody writes it any more");
        self.changes.send(Change { apply, told: Some(told) }).await.map_err(|_| gone())?;
        heard.await.map_err(|_| gone())??;
        let made = put.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.ok_or_else(gone)
    }
}

fn run(
    mut connection: Connection,
    path: &Path,
    mut inbox: mpsc::Receiver<Change>,
    runtime: &Handle,
    on_failure: impl Fn(Error),
) {
    let mut has_failed = false;
    while let Some(first) = inbox.blocking_recv() {
        let batch = gather(first, &mut inbox, runtime);
        let (applied, told): (Vec<_>, Vec<_>) = batch.into_iter().map(|change| (change.apply, change.told)).unzip();
        let results = commit(&mut connection, applied).map_err(|error| failure(path, &error));
        if let Err(error) = &results {
            tracing::warn!(%error, "the journal is not kept");
            // Said once: what cannot be written once cannot be written a thousand times.
            if !std::mem::replace(&mut has_failed, true) {
                on_failure(error.clone());
            }
        }
        for (at, told) in told.into_iter().enumerate() {
            let refused = results.as_ref().map(|refused| refused.iter().find(|(which, _)| *which == at));
            let result = match refused {
                Ok(None) => Ok(()),
                Ok(Some((_, error))) => Err(failure(path, error)),
                Err(error) => Err(error.clone()),
            };
            if let Err(error) = &result {
                tracing::debug!(%error, "a change of the journal came to nothing");
            }
            if let Some(told) = told {
                told(result);
            }
        }
    }
}

/// Takes what is there, and waits a little for more if nobody waits for any of it.
fn gather(first: Change, inbox: &mut mpsc::Receiver<Change>, runtime: &Handle) -> Vec<Change> {
    let mut batch = vec![first];
    let is_urgent = |batch: &[Change]| batch.last().is_some_and(|change| change.told.is_some());
    let linger = async {
        while batch.len() < BATCH
            && !is_urgent(&batch)
            && let Some(next) = inbox.recv().await
        {
            batch.push(next);
        }
    };
    let _ = runtime.block_on(async { tokio::time::timeout(LINGER, linger).await });
    while batch.len() < BATCH
        && let Ok(next) = inbox.try_recv()
    {
        batch.push(next);
    }
    batch
}

/// Makes all changes at once, or none if the file itself fails. Returns those that were refused, which take no other along.
fn commit(connection: &mut Connection, changes: Vec<Apply>) -> rusqlite::Result<Vec<(usize, rusqlite::Error)>> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut refused = Vec::new();
    for (at, change) in changes.into_iter().enumerate() {
        let part = transaction.savepoint()?;
        match change(&part) {
            Ok(()) => part.commit()?,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                drop(part);
                refused.push((at, error));
            }
            Err(error) => return Err(error),
        }
    }
    transaction.commit()?;
    Ok(refused)
}
