//! The history screen: pages of what was transferred, newest first, further ones loaded as the cursor comes near them.

use ratatui::layout::Rect;

use super::effect::Effect;
use super::field::Field;
use super::state::Ids;
use crate::model::error::Error;
use crate::model::history::HistoryRow;
use crate::model::job::{Report, Request, Ticket};

/// How near the cursor comes to the last loaded row before the next page is asked for.
const NEAR: usize = 100;

/// How many rows are kept; older ones are found by filtering.
const KEPT: usize = 100_000;

/// The rows of the history as far as they are loaded.
#[derive(Debug, Clone, Default)]
pub struct History {
    rows: Vec<HistoryRow>,
    cursor: usize,
    top: usize,
    /// What rows have to match.
    pub filter: Option<Field>,
    /// Whether the keys go into the filter.
    pub is_typing: bool,
    ticket: Option<Ticket>,
    /// Whether the next page replaces what is shown, because it answers another question.
    is_new: bool,
    is_whole: bool,
    problem: Option<Error>,
}

impl History {
    /// Returns the rows that are loaded, newest first.
    pub fn rows(&self) -> &[HistoryRow] {
        &self.rows
    }

    /// Returns the row under the cursor, counted from the first.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Returns the first row in view.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Returns the row under the cursor.
    pub fn selected(&self) -> Option<&HistoryRow> {
        self.rows.get(self.cursor)
    }

    /// Returns whether a page is on its way.
    pub fn is_loading(&self) -> bool {
        self.ticket.is_some()
    }

    /// Returns whether there are no older rows.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns why it cannot be read.
    pub fn problem(&self) -> Option<&Error> {
        self.problem.as_ref()
    }

    /// Asks from the newest row on; what is shown stays until the answer is here.
    pub fn read(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let mut effects = self.stop();
        self.is_new = true;
        effects.push(self.ask(ids));
        effects
    }

    /// Asks for no more.
    pub fn stop(&mut self) -> Vec<Effect> {
        self.ticket.take().map(|ticket| Effect::Submit(Request::Drop(ticket))).into_iter().collect()
    }

    fn ask(&mut self, ids: &mut Ids) -> Effect {
        let ticket = ids.ticket();
        self.ticket = Some(ticket);
        self.problem = None;
        let filter = self.filter.as_ref().map(|field| field.text().to_owned()).unwrap_or_default();
        let before = self.rows.last().filter(|_| !self.is_new).map(|row| row.id);
        Effect::Submit(Request::History { ticket, filter, before })
    }

    /// Asks for the next page if the cursor is near the end of what is loaded.
    fn go_on(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let is_near = self.cursor + NEAR >= self.rows.len() && self.rows.len() < KEPT;
        if !is_near || self.is_whole || self.is_loading() {
            return Vec::new();
        }
        vec![self.ask(ids)]
    }

    /// Takes a report; returns whether it was an answer to this screen's question.
    pub fn on_report(&mut self, report: &Report) -> bool {
        match report {
            Report::History { ticket, rows, is_last } if self.ticket == Some(*ticket) => {
                if std::mem::take(&mut self.is_new) {
                    self.rows.clear();
                    self.cursor = 0;
                }
                self.rows.extend_from_slice(rows);
                self.is_whole = *is_last;
            }
            Report::Failed { ticket, error } if self.ticket == Some(*ticket) => self.problem = Some(error.clone()),
            _ => return false,
        }
        self.ticket = None;
        true
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, rows: isize, ids: &mut Ids) -> Vec<Effect> {
        self.cursor = self.cursor.saturating_add_signed(rows).min(self.rows.len().saturating_sub(1));
        self.go_on(ids)
    }

    /// Puts the cursor on the row at this place, if there is one; returns whether there is.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) -> bool {
        let rows = places(area).rows;
        let line = rows.contains((column, row).into()).then(|| self.top + usize::from(row - rows.y));
        let Some(at) = line.filter(|at| *at < self.rows.len()) else { return false };
        self.cursor = at;
        true
    }

    /// Moves the window so that the cursor is in it.
    pub fn follow(&mut self, height: usize) {
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height));
    }

    /// Lets the keys go into the filter.
    pub fn begin_filter(&mut self) {
        self.filter.get_or_insert_with(Field::default);
        self.is_typing = true;
    }

    /// Ends the typing; an empty filter is none.
    pub fn end_typing(&mut self) {
        self.is_typing = false;
        self.filter.take_if(|field| field.is_empty());
    }

    /// Ends the filter; returns what has to be asked, or nothing if there was none.
    pub fn end_filter(&mut self, ids: &mut Ids) -> Option<Vec<Effect>> {
        self.is_typing = false;
        let had = self.filter.take()?;
        Some(if had.is_empty() { Vec::new() } else { self.read(ids) })
    }

    /// Changes the text of the filter, and asks anew if it is another one then.
    pub fn retype(&mut self, ids: &mut Ids, change: impl FnOnce(&mut Field)) -> Vec<Effect> {
        let Some(field) = &mut self.filter else { return Vec::new() };
        let before = field.text().to_owned();
        change(field);
        if field.text() == before { Vec::new() } else { self.read(ids) }
    }
}

/// Where the parts of the history screen are, and of that of the unfinished uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// The table with its border.
    pub table: Rect,
    /// The heads of the columns; of no height where there is no room.
    pub heads: Rect,
    /// The rows.
    pub rows: Rect,
    /// The line of the filter and of the count.
    pub status: Rect,
    /// The selected row in full, with its border; of no height where there is no room.
    pub detail: Rect,
}

/// The height of the selected row in full.
const DETAIL: u16 = 8;

/// Lays the screen out.
pub fn places(area: Rect) -> Places {
    let detail = if area.height >= 2 * DETAIL { DETAIL } else { 0 };
    let table = Rect { height: area.height - detail, ..area };
    let edge = |length: u16| u16::from(length > 2);
    let inner = Rect {
        x: table.x + edge(table.width),
        y: table.y + edge(table.height),
        width: table.width.saturating_sub(2),
        height: table.height.saturating_sub(2),
    };
    let (heads, status) = (u16::from(inner.height >= 4), u16::from(inner.height >= 2));
    Places {
        table,
        heads: Rect { height: heads, ..inner },
        rows: Rect { y: inner.y + heads, height: inner.height - heads - status, ..inner },
        status: Rect { y: (inner.y + inner.height).saturating_sub(status), height: status, ..inner },
        detail: Rect { y: table.bottom(), height: detail, ..area },
    }
}
