//! What a change would change, as far as it was found out.

use crate::app::dialog::sheet::{Part, Role};
use crate::model::change::Change;
use crate::model::error::Error;
use crate::model::job::{ItemOutcome, ItemResult, JobEnd, JobId, Report};
use crate::model::text::{counted, visible};

/// How many objects are listed; all are counted.
const LISTED: usize = 100;

/// What a change would change.
#[derive(Debug)]
pub(super) struct Preview {
    job: JobId,
    change: Box<Change>,
    listed: Vec<ItemResult>,
    changed: u64,
    same: u64,
    refused: u64,
    is_over: bool,
    failed: Option<Error>,
}

impl Preview {
    /// Returns what is known before anything was looked at.
    pub fn new(job: JobId, change: Box<Change>) -> Self {
        Self { job, change, listed: Vec::new(), changed: 0, same: 0, refused: 0, is_over: false, failed: None }
    }

    /// Returns the job that looks, while it does.
    pub fn running(&self) -> Option<JobId> {
        (!self.is_over).then_some(self.job)
    }

    /// Returns what is to be done, once all is looked at and there is something to do.
    pub fn to_do(&self) -> Option<Box<Change>> {
        (self.is_over && self.failed.is_none() && self.changed > 0).then(|| self.change.clone())
    }

    /// Takes a report; returns whether it was meant.
    pub fn on_report(&mut self, report: &Report) -> bool {
        match report {
            Report::Items { job, results } if *job == self.job => results.iter().for_each(|result| self.take(result)),
            Report::Finished { job, end } if *job == self.job => {
                self.is_over = true;
                if let JobEnd::Failed(error) = end {
                    self.failed = Some(error.clone());
                }
            }
            _ => return false,
        }
        true
    }

    fn take(&mut self, result: &ItemResult) {
        match &result.outcome {
            ItemOutcome::WouldChange(_) => self.changed += 1,
            ItemOutcome::Failed(_) => self.refused += 1,
            ItemOutcome::Skipped(_) | ItemOutcome::Done(_) | ItemOutcome::Planned(_) => {
                self.same += 1;
                return;
            }
        }
        if self.listed.len() < LISTED {
            self.listed.push(result.clone());
        }
    }

    /// Adds what is shown of it.
    pub fn add_to(&self, parts: &mut Vec<Part<'_>>) {
        let changed = counted(self.changed, "object would change", "objects would change");
        let words = format!("{changed}, {} so already", counted(self.same, "is", "are"));
        parts.push(Part::Text(Role::Text, words));
        if self.refused > 0 {
            let words = format!("! {}", counted(self.refused, "object cannot be changed", "objects cannot be changed"));
            parts.push(Part::Text(Role::Warning, words));
        }
        parts.extend(self.failed.as_ref().map(|error| Part::Text(Role::Error, error.to_string())));
        if !self.is_over {
            parts.push(Part::Text(Role::Dim, "still looking".to_owned()));
        }
        parts.push(Part::Gap);
        for result in &self.listed {
            parts.push(Part::Place("", visible(&result.name).into_owned()));
            match &result.outcome {
                ItemOutcome::WouldChange(foreseen) => {
                    let lines = foreseen.differences.iter().map(ToString::to_string);
                    parts.extend(lines.map(|line| Part::Text(Role::Text, format!("  {}", visible(&line)))));
                    let notes = foreseen.notes.iter();
                    parts.extend(notes.map(|note| Part::Text(Role::Dim, format!("  {}", visible(note)))));
                }
                ItemOutcome::Failed(error) => parts.push(Part::Text(Role::Warning, format!("  {error}"))),
                ItemOutcome::Skipped(_) | ItemOutcome::Done(_) | ItemOutcome::Planned(_) => {}
            }
        }
        let rest = (self.changed + self.refused).saturating_sub(self.listed.len() as u64);
        if rest > 0 {
            parts.push(Part::Text(Role::Dim, format!("and {rest} more")));
        }
    }
}
