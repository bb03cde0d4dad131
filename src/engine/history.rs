//! Pages of the history, for whoever asks.

use std::sync::Arc;

use super::answer;
use super::core::Core;
use super::journal::HistoryPage;
use crate::model::history::HistoryId;
use crate::model::job::{Report, Ticket};

/// Reads one page and sends it.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, filter: String, before: Option<HistoryId>) {
    answer::with_one(core, ticket, "read", move |core, token| async move {
        let HistoryPage { rows, is_last } = core.journal.history(&core, filter, before, token).await?;
        Ok(Report::History { ticket, rows, is_last })
    });
}
