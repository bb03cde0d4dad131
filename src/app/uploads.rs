//! The screen of unfinished uploads: those of a bucket, or of what is below a prefix, oldest first.
//!
//! The listing comes page by page. What the server has of each upload takes a request of its own and comes after it
//! ([`parts`]). What a transfer of this machine works on is never marked, and so never aborted from here.

pub mod parts;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use ratatui::layout::Rect;

use self::parts::Parts;
use super::effect::Effect;
use super::field::Field;
use super::filter::Filter;
use super::history::places;
use super::state::Ids;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, ItemResult, JobId, Report, Request, Ticket};
use crate::model::name::{BucketName, Prefix};
use crate::model::upload::{Holder, PendingUpload, UploadRef};

/// How many rows are kept; a longer list is to be asked for below a prefix.
const KEPT: usize = 100_000;

/// The screen.
#[derive(Debug)]
pub struct Uploads {
    bucket: BucketName,
    prefix: Prefix,
    /// Oldest first; those without a date last.
    rows: Vec<PendingUpload>,
    /// Which rows the filter lets through.
    shown: Vec<usize>,
    cursor: usize,
    top: usize,
    marked: HashSet<UploadRef>,
    /// What the server has of them.
    pub parts: Parts,
    /// What keys have to match.
    pub filter: Option<Field>,
    /// Whether the keys go into the filter.
    pub is_typing: bool,
    ticket: Option<Ticket>,
    /// Whether the next page replaces what is shown.
    is_new: bool,
    is_whole: bool,
    problem: Option<Error>,
    /// The job that aborts some of them.
    job: Option<JobId>,
    done: u64,
    /// Why some of them were not aborted, by the name of their object.
    kept: HashMap<String, String>,
}

/// What is told of some uploads before they are aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many.
    pub uploads: u64,
    /// How many parts they have, as far as that is known.
    pub parts: u64,
    /// The size of these, in bytes.
    pub bytes: u64,
    /// Of how many the parts are not known.
    pub unread: u64,
    /// How many belong to interrupted jobs of this machine.
    pub left: u64,
    /// The age of the youngest and of the oldest.
    pub ages: Option<(Duration, Duration)>,
}

impl Uploads {
    /// Returns the screen of what is below a prefix, and asks for it.
    pub fn open(bucket: BucketName, prefix: Prefix, ids: &mut Ids) -> (Self, Vec<Effect>) {
        let mut uploads = Self {
            bucket,
            prefix,
            rows: Vec::new(),
            shown: Vec::new(),
            cursor: 0,
            top: 0,
            marked: HashSet::new(),
            parts: Parts::default(),
            filter: None,
            is_typing: false,
            ticket: None,
            is_new: false,
            is_whole: false,
            problem: None,
            job: None,
            done: 0,
            kept: HashMap::new(),
        };
        let effects = uploads.read(ids);
        (uploads, effects)
    }

    /// Returns the place whose uploads these are.
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    /// Returns the rows in the order in which they are shown.
    pub fn shown(&self) -> impl Iterator<Item = &PendingUpload> {
        self.shown.iter().filter_map(|at| self.rows.get(*at))
    }

    /// Returns how many are shown.
    pub fn shown_count(&self) -> u64 {
        self.shown.len() as u64
    }

    /// Returns how many there are, whether shown or not.
    pub fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Returns the row under the cursor, counted from the first that is shown.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Returns the first row in view.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Returns the upload under the cursor.
    pub fn selected(&self) -> Option<&PendingUpload> {
        self.shown.get(self.cursor).and_then(|at| self.rows.get(*at))
    }

    /// Returns whether a page is on its way.
    pub fn is_loading(&self) -> bool {
        self.ticket.is_some()
    }

    /// Returns whether all that there are were listed.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns why they cannot be listed.
    pub fn problem(&self) -> Option<&Error> {
        self.problem.as_ref()
    }

    /// Returns why an upload was not aborted when that was last asked for.
    pub fn kept(&self, upload: &UploadRef) -> Option<&str> {
        self.kept.get(&upload.object.to_string()).map(String::as_str)
    }

    /// Asks for the list anew; what is shown stays until the answer is here.
    pub fn read(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let mut effects = self.stop();
        self.parts = Parts::default();
        let ticket = ids.ticket();
        (self.ticket, self.is_new, self.is_whole, self.problem) = (Some(ticket), true, false, None);
        let (bucket, prefix) = (self.bucket.clone(), self.prefix.clone());
        effects.push(Effect::Submit(Request::Uploads { ticket, bucket, prefix, with_sizes: false }));
        effects
    }

    /// Asks for nothing more.
    pub fn stop(&mut self) -> Vec<Effect> {
        self.is_new = false;
        let listing = self.ticket.take().map(|ticket| Effect::Submit(Request::Drop(ticket)));
        listing.into_iter().chain(self.parts.stop()).collect()
    }

    /// Stops what is on its way, if anything is.
    pub fn stop_reading(&mut self) -> Option<Vec<Effect>> {
        (self.is_loading() || self.parts.is_reading()).then(|| self.stop())
    }

    /// Takes a report; returns nothing if it was no answer to this screen.
    pub fn on_report(&mut self, report: &Report) -> Option<Vec<Effect>> {
        if self.parts.on_report(report) {
            return Some(vec![]);
        }
        match report {
            Report::Uploads { ticket, uploads, is_last } if self.ticket == Some(*ticket) => {
                Some(self.take(uploads, *is_last))
            }
            Report::Failed { ticket, error } if self.ticket == Some(*ticket) => {
                (self.ticket, self.is_new) = (None, false);
                self.problem = Some(error.clone()).filter(|error| error.kind != Kind::Cancelled);
                Some(vec![])
            }
            _ => None,
        }
    }

    fn take(&mut self, uploads: &[PendingUpload], is_last: bool) -> Vec<Effect> {
        // Who has moved the cursor stays on his upload when older ones come before it.
        let at = self.selected().filter(|_| self.cursor > 0).map(|row| row.upload.clone());
        if std::mem::take(&mut self.is_new) {
            self.rows.clear();
        }
        self.rows.extend(uploads.iter().take(KEPT - self.rows.len().min(KEPT)).cloned());
        self.rows.sort_by_key(|row| (row.began.is_none(), row.began));
        self.refilter(at);
        if is_last {
            (self.ticket, self.is_whole) = (None, true);
            let there: HashSet<&UploadRef> = self.rows.iter().map(|row| &row.upload).collect();
            self.marked.retain(|upload| there.contains(upload));
        } else if self.rows.len() >= KEPT {
            return self.ticket.take().map(|ticket| Effect::Submit(Request::Drop(ticket))).into_iter().collect();
        }
        vec![]
    }

    /// Finds what the filter lets through, and puts the cursor back on an upload if it is there.
    fn refilter(&mut self, at: Option<UploadRef>) {
        let mut filter = self.filter.as_ref().filter(|field| !field.is_empty()).map(|field| Filter::new(field.text()));
        let mut is_meant =
            |row: &PendingUpload| filter.as_mut().is_none_or(|filter| filter.matches(row.upload.object.key.as_str()));
        let rows = self.rows.iter().enumerate();
        self.shown = rows.filter(|(_, row)| is_meant(row)).map(|(at, _)| at).collect();
        let back = at.and_then(|upload| self.shown().position(|row| row.upload == upload));
        self.cursor = back.unwrap_or(self.cursor).min(self.shown.len().saturating_sub(1));
    }

    /// Asks for the parts of what is in view, and then of the oldest.
    pub fn follow(&mut self, area: Rect, ids: &mut Ids) -> Vec<Effect> {
        let height = usize::from(places(area).rows.height);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height));
        if self.is_new {
            return vec![];
        }
        let in_view = self.shown.iter().skip(self.top).take(height).filter_map(|at| self.rows.get(*at));
        let wanted = in_view.chain(self.rows.iter().take(parts::MOST));
        self.parts.follow(wanted.map(|row| &row.upload), ids)
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        self.cursor = self.cursor.saturating_add_signed(rows).min(self.shown.len().saturating_sub(1));
    }

    /// Puts the cursor on the row at this place, if there is one.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) {
        let rows = places(area).rows;
        let line = rows.contains((column, row).into()).then(|| self.top + usize::from(row - rows.y));
        if let Some(at) = line.filter(|at| *at < self.shown.len()) {
            self.cursor = at;
        }
    }

    /// Returns whether an upload is marked.
    pub fn is_marked(&self, upload: &UploadRef) -> bool {
        self.marked.contains(upload)
    }

    /// Marks or unmarks the upload under the cursor and goes on; returns whether it may be marked.
    pub fn toggle_mark(&mut self) -> bool {
        let Some(row) = self.selected() else { return true };
        if row.holder == Some(Holder::Running) {
            return false;
        }
        let upload = row.upload.clone();
        if !self.marked.remove(&upload) {
            self.marked.insert(upload);
        }
        self.move_by(1);
        true
    }

    /// Marks all that are shown and nobody works on or may take up again, or none if all of them are.
    pub fn mark_all(&mut self) {
        let free = self.free().map(|row| row.upload.clone()).collect::<Vec<_>>();
        if free.iter().all(|upload| self.marked.contains(upload)) {
            self.marked.clear();
        } else {
            self.marked.extend(free);
        }
    }

    /// Marks only those that are shown, so old, and that nobody works on or may take up again; returns how many.
    pub fn mark_older(&mut self, age: Duration) -> usize {
        let old = self.free().filter(|row| row.age.is_some_and(|own| own >= age));
        self.marked = old.map(|row| row.upload.clone()).collect();
        self.marked.len()
    }

    fn free(&self) -> impl Iterator<Item = &PendingUpload> {
        self.shown().filter(|row| row.holder.is_none())
    }

    /// Unmarks all; returns whether any was.
    pub fn clear_marks(&mut self) -> bool {
        !std::mem::take(&mut self.marked).is_empty()
    }

    /// Returns the marked ones that are shown, or else the one under the cursor.
    pub fn selection(&self) -> Vec<UploadRef> {
        let marked = self.marked();
        if marked.is_empty() { self.selected().map(|row| row.upload.clone()).into_iter().collect() } else { marked }
    }

    /// Returns the marked ones that are shown.
    pub fn marked(&self) -> Vec<UploadRef> {
        if self.marked.is_empty() {
            return Vec::new();
        }
        self.shown().map(|row| &row.upload).filter(|upload| self.marked.contains(upload)).cloned().collect()
    }

    /// Adds up what is known of some of them.
    pub fn sum(&self, uploads: &[UploadRef]) -> Sum {
        let wanted: HashSet<&UploadRef> = uploads.iter().collect();
        let mut sum = Sum { uploads: uploads.len() as u64, ..Sum::default() };
        for row in self.rows.iter().filter(|row| wanted.contains(&row.upload)) {
            match self.parts.sent(&row.upload) {
                Some(sent) => (sum.parts, sum.bytes) = (sum.parts + sent.parts, sum.bytes + sent.bytes),
                None => sum.unread += 1,
            }
            sum.left += u64::from(row.holder == Some(Holder::Left));
            if let Some(age) = row.age {
                let (youngest, oldest) = sum.ages.unwrap_or((age, age));
                sum.ages = Some((youngest.min(age), oldest.max(age)));
            }
        }
        sum
    }

    /// Notes the job that aborts some of them.
    pub fn begin_abort(&mut self, job: JobId) {
        (self.job, self.done) = (Some(job), 0);
        self.kept.clear();
    }

    /// Returns whether some are being aborted.
    pub fn is_aborting(&self) -> bool {
        self.job.is_some()
    }

    /// Takes in how some of them ended, if they are those of the screen's job.
    pub fn on_items(&mut self, job: JobId, results: &[ItemResult]) {
        if self.job != Some(job) {
            return;
        }
        for result in results {
            match &result.outcome {
                ItemOutcome::Failed(error) => drop(self.kept.insert(result.name.clone(), error.to_string())),
                ItemOutcome::Skipped(reason) => drop(self.kept.insert(result.name.clone(), reason.clone())),
                _ => self.done += 1,
            }
        }
    }

    /// Takes in that a job ended; returns how many it aborted and how many it did not if it is the screen's.
    pub fn on_finished(&mut self, job: JobId) -> Option<(u64, u64)> {
        self.job.take_if(|own| *own == job)?;
        self.marked.clear();
        Some((self.done, self.kept.len() as u64))
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

    /// Ends the filter; returns whether there was one.
    pub fn end_filter(&mut self) -> bool {
        self.is_typing = false;
        let had = self.filter.take().is_some();
        if had {
            self.refilter(self.selected().map(|row| row.upload.clone()));
        }
        had
    }

    /// Changes the text of the filter.
    pub fn retype(&mut self, change: impl FnOnce(&mut Field)) {
        let at = self.selected().map(|row| row.upload.clone());
        if let Some(field) = &mut self.filter {
            change(field);
            self.refilter(at);
        }
    }
}
