//! The permissions screen: who may do what at one place, why, and what a request without credentials met.
//!
//! The cursor is on one answer of the table; what stands below is the reason for that answer.

pub mod layout;
pub mod line;
pub mod making;

use ratatui::layout::Rect;

use self::layout::{Places, places};
use self::line::{Line, detail, head};
use self::making::Making;
use super::effect::Effect;
use super::state::Ids;
use crate::model::access::anonymous::AnonymousTest;
use crate::model::access::case::Place;
use crate::model::access::evidence::Evidence;
use crate::model::access::inquiry::place_of;
use crate::model::access::table::{Cell, Question, Table};
use crate::model::error::Error;
use crate::model::job::{Item, Report, Request, Ticket};

/// Something that is asked for, and takes its time.
#[derive(Debug, Clone)]
pub enum Asked<T> {
    /// Nobody asked.
    Not,
    /// On its way; the answer carries this ticket.
    Running(Ticket),
    /// Here it is.
    Done(T),
    /// It was stopped by the person.
    Stopped,
    /// It could not be had.
    Failed(Error),
}

/// What was read, and what was judged by it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What was read.
    pub evidence: Evidence,
    /// The answers.
    pub table: Table,
}

/// The permissions screen.
#[derive(Debug)]
pub struct Permissions {
    item: Item,
    place: Place,
    judged: Asked<Judged>,
    test: Asked<AnonymousTest>,
    making: Option<Box<Making>>,
    row: usize,
    column: usize,
    top: usize,
    scroll: usize,
    is_whole: bool,
}

impl<T> Asked<T> {
    /// Returns what came, if it came.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Done(value) => Some(value),
            _ => None,
        }
    }

    /// Returns whether the answer with this ticket is waited for.
    pub fn waits_for(&self, other: Ticket) -> bool {
        matches!(self, Self::Running(ticket) if *ticket == other)
    }

    /// Stops waiting; returns the request that says so, if it was waited for.
    pub fn stop(&mut self) -> Option<Effect> {
        let Self::Running(ticket) = *self else { return None };
        *self = Self::Stopped;
        Some(Effect::Submit(Request::Drop(ticket)))
    }
}

impl Permissions {
    /// Opens the screen for something on S3; nothing for anything else.
    pub fn open(item: Item, ids: &mut Ids) -> Option<(Self, Vec<Effect>)> {
        let (place, _) = place_of(&item)?;
        let mut own = Self {
            item,
            place,
            judged: Asked::Not,
            test: Asked::Not,
            making: None,
            row: 0,
            // Reading is what is asked most.
            column: 1,
            top: 0,
            scroll: 0,
            is_whole: false,
        };
        let effects = own.read(ids);
        Some((own, effects))
    }

    /// Returns what it is about.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// Returns the place that was judged.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns what was judged.
    pub fn judged(&self) -> &Asked<Judged> {
        &self.judged
    }

    /// Returns the test without credentials.
    pub fn test(&self) -> &Asked<AnonymousTest> {
        &self.test
    }

    /// Reads all that decides, anew if it was read before; a test is of that time, and goes with it.
    pub fn read(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let mut effects = self.stop().unwrap_or_default();
        let Some((_, source)) = place_of(&self.item) else { return effects };
        let ticket = ids.ticket();
        (self.judged, self.test) = (Asked::Running(ticket), Asked::Not);
        self.scroll = 0;
        effects.push(Effect::Submit(Request::Gather { ticket, source, identity: None }));
        effects
    }

    /// Tests what somebody without credentials meets.
    pub fn begin_test(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let mut effects: Vec<_> = self.test.stop().into_iter().collect();
        let ticket = ids.ticket();
        self.test = Asked::Running(ticket);
        effects.push(Effect::Submit(Request::TestAnonymous { ticket, item: self.item.clone() }));
        effects
    }

    /// Stops what runs; returns nothing if nothing does.
    pub fn stop(&mut self) -> Option<Vec<Effect>> {
        let effects: Vec<_> = [self.judged.stop(), self.test.stop()].into_iter().flatten().collect();
        (!effects.is_empty()).then_some(effects)
    }

    /// Takes a report; returns whether it was an answer to this screen's questions.
    pub fn on_report(&mut self, report: &Report) -> bool {
        match report {
            Report::Gathered { ticket, evidence } if self.judged.waits_for(*ticket) => {
                let table = Table::new(&self.place, evidence);
                self.row = self.row.min(table.rows.len().saturating_sub(1));
                self.judged = Asked::Done(Judged { evidence: (**evidence).clone(), table });
            }
            Report::AnonymousTested { ticket, test } if self.test.waits_for(*ticket) => {
                self.test = Asked::Done(test.clone());
            }
            Report::Failed { ticket, error } if self.judged.waits_for(*ticket) => {
                self.judged = Asked::Failed(error.clone());
            }
            Report::Failed { ticket, error } if self.test.waits_for(*ticket) => {
                self.test = Asked::Failed(error.clone());
            }
            _ => return false,
        }
        true
    }

    /// Returns how many callers there are.
    pub fn rows(&self) -> usize {
        self.judged.ready().map_or(0, |judged| judged.table.rows.len())
    }

    /// Returns where the cursor is: its row and its column, counted from 0.
    pub fn cursor(&self) -> (usize, usize) {
        (self.row, self.column)
    }

    /// Returns the answer under the cursor.
    pub fn selected(&self) -> Option<&Cell> {
        self.judged.ready()?.table.cell(self.row, self.column)
    }

    /// Returns the first row in view.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Returns whether the reason has the whole screen.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        self.select(self.row.saturating_add_signed(rows), self.column);
    }

    /// Moves the cursor by so many columns.
    pub fn move_across(&mut self, columns: isize) {
        self.select(self.row, self.column.saturating_add_signed(columns));
    }

    fn select(&mut self, row: usize, column: usize) {
        let cell = (row.min(self.rows().saturating_sub(1)), column.min(Question::ALL.len() - 1));
        if cell != (self.row, self.column) {
            self.scroll = 0;
            if let Some(making) = &mut self.making {
                making.step_back();
            }
        }
        (self.row, self.column) = cell;
    }

    /// Gives the reason the whole screen, or takes it back.
    pub fn toggle_whole(&mut self) {
        self.is_whole = !self.is_whole;
        self.scroll = 0;
    }

    /// Puts the cursor on the answer at a point, if there is one.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) {
        let places = self.places(area);
        if !places.rows.contains((column, row).into()) {
            return;
        }
        let at = self.top + usize::from(row - places.rows.y);
        if at < self.rows() {
            let x = column - places.rows.x;
            self.select(at, places.columns.at(x).unwrap_or(self.column));
        }
    }

    /// Moves the window so that the cursor is in it.
    pub fn follow(&mut self, area: Rect) {
        let height = usize::from(self.places(area).rows.height);
        self.top = self.top.min(self.row).max((self.row + 1).saturating_sub(height.max(1)));
    }

    /// Returns where the parts of the screen are.
    pub fn places(&self, area: Rect) -> Places {
        let columns = layout::inner(area).width;
        places(area, head(self, columns).len(), self.rows(), self.is_whole)
    }

    /// Returns the lines on top, in the order in which they matter.
    pub fn head(&self, columns: u16) -> Vec<Line> {
        head(self, columns)
    }

    /// Returns what came of the last writing in one line, if there was one.
    pub fn outcome(&self) -> Option<Line> {
        self.making.as_deref().map(line::outcome)
    }

    /// Returns the lines of the reason.
    pub fn detail(&self, columns: u16) -> Vec<Line> {
        detail(self, columns)
    }

    /// Returns the first line of the reason in view, of so many lines in a window of so many rows.
    pub fn offset(&self, lines: usize, rows: u16) -> usize {
        self.scroll.min(lines.saturating_sub(usize::from(rows)))
    }

    /// Scrolls the reason by so many lines, when the screen has this area.
    pub fn scroll_by(&mut self, lines: isize, area: Rect) {
        let window = self.places(area).detail;
        let count = self.detail(window.width).len();
        self.scroll = self.offset(count, window.height).saturating_add_signed(lines);
        self.scroll = self.offset(count, window.height);
    }
}

#[cfg(test)]
pub(crate) mod tests;
