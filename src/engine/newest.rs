//! Look-ups for the cursor: one runs, one waits, and the newest wins.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::watch;

use super::core::Core;
use super::jobs::panicked;
use crate::model::job::{Report, Ticket};

/// Work that answers a ticket; dropped when a newer one comes.
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One kind of look-up.
#[derive(Debug)]
pub(super) struct Newest<R> {
    wish: watch::Sender<Option<(Ticket, R)>>,
}

impl<R: Clone + Send + Sync + 'static> Newest<R> {
    /// Starts the task that serves the wishes, one at a time.
    pub fn start(core: &Arc<Core>, serve: fn(Arc<Core>, Ticket, R) -> Work) -> Self {
        let (wish, mut wishes) = watch::channel::<Option<(Ticket, R)>>(None);
        let core = Arc::clone(core);
        let root = core.root.clone();
        core.tracker.clone().spawn(async move {
            loop {
                tokio::select! {
                    () = root.cancelled() => return,
                    changed = wishes.changed() => if changed.is_err() { return },
                }
                let Some((ticket, wish)) = wishes.borrow_and_update().clone() else { continue };
                let work = AssertUnwindSafe(serve(Arc::clone(&core), ticket, wish)).catch_unwind();
                tokio::select! {
                    () = root.cancelled() => return,
                    // The next turn of the loop sees the change again and takes the newest wish.
                    () = newer(wishes.clone()) => {}
                    // Who waits for the answer must not wait for ever.
                    result = work => if result.is_err() {
                        tracing::error!(?ticket, "a look-up panicked");
                        let _ = core.send(Report::Failed { ticket, error: panicked("look up") }, &root).await;
                    }
                }
            }
        });
        Self { wish }
    }

    /// Asks; what was asked before is dropped.
    pub fn ask(&self, ticket: Ticket, wish: R) {
        self.wish.send_replace(Some((ticket, wish)));
    }

    /// Stops answering a ticket.
    pub fn forget(&self, ticket: Ticket) {
        self.wish.send_if_modified(|wish| {
            let is_it = wish.as_ref().is_some_and(|(asked, _)| *asked == ticket);
            if is_it {
                *wish = None;
            }
            is_it
        });
    }
}

/// Waits for a change on a copy, so that the original still has it to see.
async fn newer<R>(mut wishes: watch::Receiver<R>) {
    if wishes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
