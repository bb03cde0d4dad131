//! The dialogs: questions that take all keys until they are answered or left.
//!
//! Each is a struct of its own that describes what it shows as a [`sheet::Sheet`]; moving through it (`form`) and
//! where everything is (`layout`) are written once. A dialog gets plain values when it is opened and answers with a
//! [`Step`].

pub mod abort;
pub mod ask_quit;
pub mod attributes;
pub mod delete;
pub mod difference;
pub mod failure;
pub mod form;
pub mod layout;
pub mod limit;
pub mod new_bucket;
pub mod new_folder;
pub mod offer;
pub mod older;
pub mod overwrite;
pub mod pattern;
pub mod publish;
pub mod published;
pub mod rename;
pub mod sheet;
pub mod single;
pub mod sync;
mod tally;
pub mod template;
pub mod transfer;
pub mod typed;
pub mod unsaved;
pub mod way;
pub mod yank;

use std::time::Duration;

use globset::GlobMatcher;
use jiff::Timestamp;
use ratatui::layout::Rect;

use self::form::{Ask, Form};
use self::sheet::Sheet;
use self::single::Single;
use super::effect::Effect;
use super::keymap::Key;
pub use super::state::Ids;
use crate::model::access::exposure::{Choice as Way, Exposure};
use crate::model::compare::Places;
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::job::{JobId, Report, Request, Work};
use crate::model::sync::Choice;
use crate::model::upload::UploadRef;

/// What a dialog wants after an event.
#[derive(Debug, Clone)]
pub enum Step {
    /// It stays open.
    Stay(Vec<Effect>),
    /// It is done, and this is to be done.
    Close(Vec<Effect>),
    /// It is done, and the rules themselves have something to do.
    Reply(Reply),
}

/// What a dialog asks of the rules, as opposed to the edges.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Mark (or unmark) the rows of the focused pane whose names match.
    Mark {
        /// What the name has to match.
        pattern: GlobMatcher,
        /// Whether they are marked or unmarked.
        is_mark: bool,
    },
    /// The job's question stays open; do not ask again by yourself.
    Later(JobId),
    /// Compare anew, and then ask about the sync again.
    Compare(Box<Places>, Choice),
    /// The sync was not begun; the list shows what it would do.
    Plan(Choice),
    /// Write a document of the bucket whose settings are open.
    WriteDocument(DocumentKind, Box<DocumentWrite>),
    /// Read a document of it anew; the text stays.
    ReadAgain(DocumentKind),
    /// Leave the text of a document without writing it.
    ThrowAway,
    /// Show what a way to make a place public or private writes, and ask.
    Review(Box<Exposure>, Box<Way>),
    /// Make a place public or private that way.
    Expose(Box<Exposure>, Box<Way>),
    /// Add a template to the document under the cursor.
    AddTemplate(&'static str),
    /// Mark the unfinished uploads that are so old, and ask about aborting them.
    AbortOlder(Duration),
    /// Abort these uploads.
    AbortUploads(Vec<UploadRef>),
}

impl Step {
    /// Returns a step that changes nothing outside.
    pub fn stay() -> Self {
        Self::Stay(Vec::new())
    }

    /// Returns a step that only closes the dialog.
    pub fn close() -> Self {
        Self::Close(Vec::new())
    }

    /// Returns a step that closes the dialog and begins a job.
    pub fn start(ids: &mut Ids, work: Work) -> Self {
        Self::Close(vec![Effect::Submit(Request::Start { job: ids.job(), work })])
    }

    /// Goes on with another step if this one stays open, keeping the effects of both.
    #[must_use]
    pub fn then(self, next: impl FnOnce() -> Self) -> Self {
        let Self::Stay(first) = self else { return self };
        match next() {
            Self::Stay(second) => Self::Stay([first, second].concat()),
            Self::Close(second) => Self::Close([first, second].concat()),
            reply @ Self::Reply(_) => reply,
        }
    }
}

/// The open dialog.
#[derive(Debug)]
pub enum Dialog {
    /// Copy or move.
    Transfer(Box<transfer::Transfer>),
    /// A job found a target that exists.
    Overwrite(Box<overwrite::Overwrite>),
    /// Delete, perhaps with a name to type.
    Delete(Box<delete::Delete>),
    /// Change objects where they are.
    Attributes(Box<attributes::Attributes>),
    /// Make a folder or a prefix.
    NewFolder(Box<Single<new_folder::NewFolder>>),
    /// Make a bucket.
    NewBucket(Box<new_bucket::NewBucket>),
    /// Give an entry another name.
    Rename(Box<Single<rename::Rename>>),
    /// Mark or unmark by a pattern.
    Pattern(Box<Single<pattern::Pattern>>),
    /// What of an entry goes to the clipboard.
    Yank(Box<yank::Yank>),
    /// Make one place the same as another.
    Sync(Box<sync::Sync>),
    /// Publish a folder as a website.
    Publish(Box<publish::Publish>),
    /// How that ended.
    Published(Box<published::Published>),
    /// How fast transfers may be.
    Limit(Box<Single<limit::Limit>>),
    /// Something went wrong.
    Failure(Box<failure::Failure>),
    /// Earlier runs have left jobs.
    Offer(Box<offer::Offer>),
    /// Leave while jobs run.
    Quit(Box<ask_quit::AskQuit>),
    /// Write or delete a document of a bucket, after a look at what differs.
    Difference(Box<difference::Difference>),
    /// The text of a document was not written.
    Unsaved(Box<unsaved::Unsaved>),
    /// Start a document from a template.
    Template(Box<template::Pick>),
    /// How a place is made public or private.
    Ways(Box<way::Ways>),
    /// Abort unfinished uploads.
    Abort(Box<abort::Abort>),
    /// From which age on they are to be aborted.
    Older(Box<Single<older::Older>>),
}

impl Dialog {
    /// Takes a key. The area is the whole screen, in which the dialog is centred.
    pub fn on_key(&mut self, key: Key, area: Rect, ids: &mut Ids) -> Step {
        form::on_key(self.ask_mut(), key, area, ids)
    }

    /// Returns the dialog as one that comes up by itself, now: it takes no keys until it can have been seen.
    #[must_use]
    pub fn unasked(mut self, now: Timestamp) -> Self {
        self.ask_mut().form_mut().came = Some(now);
        self
    }

    /// Takes notice of the time.
    pub fn pass_time(&mut self, now: Timestamp) {
        self.ask_mut().form_mut().pass_time(now);
    }

    /// Returns whether it takes keys.
    pub fn is_ready(&self) -> bool {
        self.form().came.is_none()
    }

    /// Takes pasted text.
    pub fn on_paste(&mut self, pasted: &str) {
        form::on_paste(self.ask_mut(), pasted);
    }

    /// Takes a click of the left button.
    pub fn on_click(&mut self, column: u16, row: u16, area: Rect, ids: &mut Ids) -> Step {
        form::on_click(self.ask_mut(), column, row, area, ids)
    }

    /// Takes the wheel: so many lines down, or up if negative.
    pub fn on_wheel(&mut self, lines: isize, area: Rect) {
        form::on_wheel(self.ask_mut(), lines, area);
    }

    /// Takes a report; returns nothing if it is not meant for this dialog.
    pub fn on_report(&mut self, report: &Report) -> Option<Step> {
        self.ask_mut().on_report(report)
    }

    /// Leaves the dialog as Esc does, giving up what it waits for.
    pub fn cancel(&mut self) -> Step {
        self.ask_mut().cancel()
    }

    /// Describes what is shown.
    pub fn sheet(&self) -> Sheet<'_> {
        self.ask().sheet()
    }

    /// Returns what has the focus.
    pub fn form(&self) -> &Form {
        self.ask().form()
    }

    /// Returns where everything is when the screen has this area.
    pub fn layout(&self, area: Rect) -> layout::Layout {
        layout::layout(&self.sheet(), self.form(), area)
    }

    fn ask(&self) -> &dyn Ask {
        match self {
            Self::Transfer(dialog) => &**dialog,
            Self::Overwrite(dialog) => &**dialog,
            Self::Delete(dialog) => &**dialog,
            Self::Attributes(dialog) => &**dialog,
            Self::NewFolder(dialog) => &**dialog,
            Self::NewBucket(dialog) => &**dialog,
            Self::Rename(dialog) => &**dialog,
            Self::Pattern(dialog) => &**dialog,
            Self::Yank(dialog) => &**dialog,
            Self::Sync(dialog) => &**dialog,
            Self::Publish(dialog) => &**dialog,
            Self::Published(dialog) => &**dialog,
            Self::Limit(dialog) => &**dialog,
            Self::Failure(dialog) => &**dialog,
            Self::Offer(dialog) => &**dialog,
            Self::Quit(dialog) => &**dialog,
            Self::Difference(dialog) => &**dialog,
            Self::Unsaved(dialog) => &**dialog,
            Self::Template(dialog) => &**dialog,
            Self::Ways(dialog) => &**dialog,
            Self::Abort(dialog) => &**dialog,
            Self::Older(dialog) => &**dialog,
        }
    }

    fn ask_mut(&mut self) -> &mut dyn Ask {
        match self {
            Self::Transfer(dialog) => &mut **dialog,
            Self::Overwrite(dialog) => &mut **dialog,
            Self::Delete(dialog) => &mut **dialog,
            Self::Attributes(dialog) => &mut **dialog,
            Self::NewFolder(dialog) => &mut **dialog,
            Self::NewBucket(dialog) => &mut **dialog,
            Self::Rename(dialog) => &mut **dialog,
            Self::Pattern(dialog) => &mut **dialog,
            Self::Yank(dialog) => &mut **dialog,
            Self::Sync(dialog) => &mut **dialog,
            Self::Publish(dialog) => &mut **dialog,
            Self::Published(dialog) => &mut **dialog,
            Self::Limit(dialog) => &mut **dialog,
            Self::Failure(dialog) => &mut **dialog,
            Self::Offer(dialog) => &mut **dialog,
            Self::Quit(dialog) => &mut **dialog,
            Self::Difference(dialog) => &mut **dialog,
            Self::Unsaved(dialog) => &mut **dialog,
            Self::Template(dialog) => &mut **dialog,
            Self::Ways(dialog) => &mut **dialog,
            Self::Abort(dialog) => &mut **dialog,
            Self::Older(dialog) => &mut **dialog,
        }
    }
}

#[cfg(test)]
mod tests;
