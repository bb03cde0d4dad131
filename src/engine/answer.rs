//! The frame of all work that answers a ticket: a task that ends with an answer even if it panics, and closes its ticket.
//!
//! An error goes to who asked, too. Where the ticket was dropped meanwhile nothing is sent any more.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::jobs::panicked;
use crate::model::error::Error;
use crate::model::job::{Report, Ticket};

/// Answers with one report. The work is dropped as soon as the ticket is.
pub(super) fn with_one<W>(
    core: &Arc<Core>,
    ticket: Ticket,
    operation: &'static str,
    work: impl FnOnce(Arc<Core>, CancellationToken) -> W,
) where
    W: Future<Output = Result<Report, Error>> + Send + 'static,
{
    with_many(core, ticket, operation, |core, token| {
        let work = work(Arc::clone(&core), token.clone());
        async move { core.send(work.await?, &token).await }
    });
}

/// Answers with as many reports as the work sends. It is dropped as soon as the ticket is.
pub(super) fn with_many<W>(
    core: &Arc<Core>,
    ticket: Ticket,
    operation: &'static str,
    work: impl FnOnce(Arc<Core>, CancellationToken) -> W,
) where
    W: Future<Output = Result<(), Error>> + Send + 'static,
{
    start(core, ticket, operation, |core, token| {
        let work = work(core, token.clone());
        async move { token.run_until_cancelled(work).await.unwrap_or(Ok(())) }
    });
}

/// Answers with one report. Once begun the work goes to its end, because half way it would leave something behind that
/// nobody knows of; where the ticket was dropped before that, it is not begun.
pub(super) fn to_the_end<W>(
    core: &Arc<Core>,
    ticket: Ticket,
    operation: &'static str,
    work: impl FnOnce(Arc<Core>, CancellationToken) -> W,
) where
    W: Future<Output = Result<Report, Error>> + Send + 'static,
{
    start(core, ticket, operation, |core, token| {
        let work = work(Arc::clone(&core), token.clone());
        async move { if token.is_cancelled() { Ok(()) } else { core.send(work.await?, &token).await } }
    });
}

fn start<W>(
    core: &Arc<Core>,
    ticket: Ticket,
    operation: &'static str,
    work: impl FnOnce(Arc<Core>, CancellationToken) -> W,
) where
    W: Future<Output = Result<(), Error>> + Send + 'static,
{
    let token = core.open_ticket(ticket);
    let work = AssertUnwindSafe(Box::pin(work(Arc::clone(core), token.clone()))).catch_unwind();
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        if let Err(error) = work.await.unwrap_or_else(|_| Err(panicked(operation))) {
            let _ = core.send(Report::Failed { ticket, error }, &token).await;
        }
        core.close_ticket(ticket);
    });
}

#[cfg(test)]
mod tests {
    use tokio::sync::{mpsc, oneshot};

    use super::*;
    use crate::engine::Options;
    use crate::s3::Settings;

    const TICKET: Ticket = Ticket(1);

    fn core() -> (Arc<Core>, mpsc::Receiver<Report>) {
        let (sender, reports) = mpsc::channel(4);
        (Core::new(Settings::default(), Options::default(), sender), reports)
    }

    /// Waits for all tasks.
    async fn rest(core: &Core) {
        core.tracker.close();
        core.tracker.wait().await;
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_too() {
        let (core, mut reports) = core();
        with_one(&core, TICKET, "try", |_, _| std::future::poll_fn(|_| panic!("on purpose")));
        rest(&core).await;
        assert!(matches!(reports.try_recv(), Ok(Report::Failed { ticket: TICKET, error }) if error.operation == "try"));
    }

    #[tokio::test]
    async fn work_of_a_dropped_ticket_is_dropped() {
        let (core, mut reports) = core();
        with_many(&core, TICKET, "try", |_, _| std::future::pending());
        core.close_ticket(TICKET);
        rest(&core).await;
        assert!(reports.try_recv().is_err());
    }

    #[tokio::test]
    async fn what_must_not_stop_half_way_goes_to_its_end_though_nobody_waits() {
        let (core, mut reports) = core();
        let ((say_begun, begun), (go_on, may_go_on)) = (oneshot::channel(), oneshot::channel());
        let (say_done, mut done) = oneshot::channel();
        to_the_end(&core, TICKET, "try", |_, _| async move {
            say_begun.send(()).unwrap();
            may_go_on.await.unwrap();
            say_done.send(()).unwrap();
            Ok(Report::Completed { ticket: TICKET, texts: Vec::new() })
        });
        begun.await.unwrap();
        core.close_ticket(TICKET);
        go_on.send(()).unwrap();
        rest(&core).await;
        assert_eq!(done.try_recv(), Ok(()));
        assert!(reports.try_recv().is_err());
    }
}
