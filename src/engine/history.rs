//! Pages of the history, for whoever asks.

use std::sync::Arc;

use super::core::Core;
use super::journal::HistoryPage;
use crate::model::history::HistoryId;
use crate::model::job::{Report, Ticket};

/// Reads one page and sends it.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, filter: String, before: Option<HistoryId>) {
    let token = core.open_ticket(ticket);
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let report = match core.journal.history(&core, filter, before, token.clone()).await {
            Ok(HistoryPage { rows, is_last }) => Report::History { ticket, rows, is_last },
            Err(error) => Report::Failed { ticket, error },
        };
        // Of one that nobody waits for any more the page may be short; it is not sent.
        let _ = core.send(report, &token).await;
        core.close_ticket(ticket);
    });
}
