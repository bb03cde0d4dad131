//! How much there is to copy or to delete, counted while a person looks.

use super::Ids;
use super::sheet::{Part, Role};
use crate::app::effect::Effect;
use crate::model::error::Error;
use crate::model::job::{Item, Purpose, Report, Request, Ticket};
use crate::model::plan::PlanSummary;
use crate::model::text::{counted, size, visible};

/// The totals of some items: so far, in the end, or why they cannot be known.
#[derive(Debug)]
pub struct Tally {
    ticket: Ticket,
    summary: PlanSummary,
    failed: Option<Error>,
}

impl Tally {
    /// Begins to count: returns the totals and the request.
    pub fn begin(items: Vec<Item>, purpose: Purpose, ids: &mut Ids) -> (Self, Effect) {
        let ticket = ids.ticket();
        let tally = Self { ticket, summary: PlanSummary::default(), failed: None };
        (tally, Effect::Submit(Request::Count { ticket, items, purpose }))
    }

    /// Returns what is known so far.
    pub fn summary(&self) -> &PlanSummary {
        &self.summary
    }

    /// Returns whether nothing more will become known.
    pub fn is_over(&self) -> bool {
        self.summary.is_complete || self.failed.is_some()
    }

    /// Returns the request that ends the counting, if it still goes on.
    pub fn end(&self) -> Effect {
        Effect::Submit(Request::Drop(self.ticket))
    }

    /// Takes in a report; returns whether it was about this.
    pub fn take(&mut self, report: &Report) -> bool {
        match report {
            Report::Counted { ticket, summary } if *ticket == self.ticket => self.summary = summary.clone(),
            Report::Failed { ticket, error } if *ticket == self.ticket => self.failed = Some(error.clone()),
            _ => return false,
        }
        true
    }

    /// Returns the line of totals.
    pub fn total(&self) -> Part<'static> {
        if let Some(error) = &self.failed {
            return Part::Pair("Total", Role::Warning, format!("not counted: {error}"));
        }
        let summary = &self.summary;
        let mut words = counted(summary.items, "item", "items");
        if summary.folders > 0 {
            words = format!("{words}, {}", counted(summary.folders, "folder", "folders"));
        }
        words = format!("{words}, {}", size(summary.bytes));
        if summary.is_complete {
            Part::Pair("Total", Role::Text, words)
        } else {
            Part::Pair("Total", Role::Dim, format!("counting: {words} so far"))
        }
    }

    /// Returns what was noticed while it was counted.
    pub fn notes(&self) -> Vec<Part<'static>> {
        self.summary.notes.iter().map(|note| Part::Text(Role::Warning, format!("! {}", visible(note)))).collect()
    }
}
