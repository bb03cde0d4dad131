//! The comparison screen: how two places differ, name by name, and what a sync would do about it.
//!
//! Nothing here goes through all names: what is shown is a window into lists that the comparison keeps by kind.

use std::sync::Arc;

use ratatui::layout::{Margin, Rect};

use super::effect::Effect;
use super::state::Ids;
use crate::model::compare::{ComparedPage, Comparison, Difference, Kind, Places};
use crate::model::error::Error;
use crate::model::job::{Request, Ticket};
use crate::model::sync::{Choice, SyncPlan};

/// How a comparison stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It is on its way; its answers carry this ticket.
    Running(Ticket),
    /// Both sides were read to their ends.
    Done,
    /// It was stopped by the person.
    Stopped,
    /// It could not go on.
    Failed(Error),
}

/// The comparison screen.
#[derive(Debug)]
pub struct Compare {
    comparison: Arc<Comparison>,
    stage: Stage,
    /// What a sync would do; the list shows it beside each name.
    pub choice: Choice,
    /// Whether the questions of a sync are to be asked as soon as the comparison has come to its end.
    pub wants_sync: bool,
    shown: Option<Kind>,
    cursor: usize,
    top: usize,
}

impl Compare {
    /// Begins a comparison.
    pub fn start(places: Places, choice: Choice, wants_sync: bool, ids: &mut Ids) -> (Self, Vec<Effect>) {
        let ticket = ids.ticket();
        let effects = vec![Effect::Submit(Request::Compare { ticket, places: places.clone() })];
        let comparison = Arc::new(Comparison::new(places));
        let stage = Stage::Running(ticket);
        (Self { comparison, stage, choice, wants_sync, shown: None, cursor: 0, top: 0 }, effects)
    }

    /// Returns what was found so far.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// Returns how the comparison stands.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Returns what a sync would do by what was found and chosen so far.
    pub fn plan(&self) -> SyncPlan {
        SyncPlan::new(Arc::clone(&self.comparison), self.choice)
    }

    /// Returns the kind that is shown alone, if not all are.
    pub fn shown(&self) -> Option<Kind> {
        self.shown
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.comparison.len(self.shown)
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a row, counted from 0.
    pub fn row(&self, at: usize) -> Option<&Difference> {
        self.comparison.get(self.shown, at)
    }

    /// Returns the row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor.min(self.len().saturating_sub(1))
    }

    /// Returns the first row in view.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Takes in what was found, if it answers this comparison.
    pub fn take(&mut self, ticket: Ticket, page: ComparedPage) {
        if self.stage != Stage::Running(ticket) {
            return;
        }
        if page.is_last {
            self.stage = Stage::Done;
        }
        // Nobody else holds it while it grows.
        Arc::make_mut(&mut self.comparison).take(page);
    }

    /// Takes notice of a failure; returns whether it is one of this comparison.
    pub fn fail(&mut self, ticket: Ticket, error: &Error) -> bool {
        let is_own = self.stage == Stage::Running(ticket);
        if is_own {
            self.stage = Stage::Failed(error.clone());
            self.wants_sync = false;
        }
        is_own
    }

    /// Stops the comparison; returns nothing if it does not run.
    pub fn stop(&mut self) -> Option<Vec<Effect>> {
        let Stage::Running(ticket) = self.stage else { return None };
        self.stage = Stage::Stopped;
        self.wants_sync = false;
        Some(vec![Effect::Submit(Request::Drop(ticket))])
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        self.cursor = self.cursor().saturating_add_signed(rows).min(self.len().saturating_sub(1));
    }

    /// Puts the cursor on a row of the window, counted from its top.
    pub fn click(&mut self, row: usize) {
        self.cursor = (self.top + row).min(self.len().saturating_sub(1));
    }

    /// Moves the window so that the cursor is in it.
    pub fn follow(&mut self, rows: usize) {
        let (cursor, last) = (self.cursor(), self.len().saturating_sub(rows));
        self.top = self.top.max((cursor + 1).saturating_sub(rows)).min(cursor).min(last);
    }

    /// Shows the next kind that there is any of alone, or the one before; between the last and the first all are shown.
    pub fn show_next(&mut self, is_back: bool) {
        let mut order = vec![None];
        order.extend(Kind::ALL.into_iter().map(Some).filter(|kind| self.comparison.len(*kind) > 0));
        let now = order.iter().position(|kind| *kind == self.shown).unwrap_or(0);
        let step = if is_back { order.len() - 1 } else { 1 };
        self.shown = order.get((now + step) % order.len()).copied().flatten();
        (self.cursor, self.top) = (0, 0);
    }
}

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// How many there are of each kind.
    pub counts: Rect,
    /// The heads of the columns; of no height where there is no room.
    pub heads: Rect,
    /// The differences, one a line.
    pub rows: Rect,
    /// How the comparison stands, and what is under the cursor; of no height where there is no room.
    pub status: Rect,
}

/// Returns where the parts of the screen are, for drawing and for the mouse.
pub fn parts(area: Rect) -> Parts {
    let inner = area.inner(Margin::new(1, 1));
    let counts = Rect { height: inner.height.min(if inner.height >= 12 { 2 } else { 1 }), ..inner };
    let rest = inner.height - counts.height;
    let status = u16::from(rest >= 2);
    let heads = u16::from(rest >= 5);
    let heads = Rect { y: counts.bottom(), height: heads, ..inner };
    let rows = Rect { y: heads.bottom(), height: rest - heads.height - status, ..inner };
    Parts { counts, heads, rows, status: Rect { y: rows.bottom(), height: status, ..inner } }
}

#[cfg(test)]
mod tests;
