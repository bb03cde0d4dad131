//! The settings of a bucket: the list of its documents, one of them in full, and the text of one that is changed.
//!
//! Each document is read alone, once its row comes into view, and fails alone. One thing at a time is asked beside that:
//! a write, or what stood there before.

pub mod editor;
pub mod line;
pub mod preview;

use std::collections::HashMap;
use std::path::PathBuf;

use ratatui::layout::Rect;
use serde_json::Value;

use self::editor::Editor;
use self::preview::Preview;
use super::effect::Effect;
use super::inspector::Load;
use super::layout::TWO_PANES;
use super::state::Ids;
use crate::model::access::Fact;
use crate::model::document::DocumentKind;
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request, Ticket};
use crate::model::name::BucketName;

/// One document of the list.
#[derive(Debug)]
pub struct Row {
    /// Which.
    pub kind: DocumentKind,
    /// What stands there; nothing if none is set.
    pub document: Load<Option<Value>>,
    ticket: Option<Ticket>,
}

impl Row {
    /// Returns whether something is set: servers tell of some documents as empty where none is.
    pub fn is_set(&self) -> bool {
        let facts = self.kind.facts();
        match &self.document {
            Load::Ready(Some(document)) => facts.summary(Some(document)) != [facts.unset],
            _ => false,
        }
    }

    /// Returns how it stands, in a word or two.
    pub fn word(&self) -> String {
        match &self.document {
            Load::Idle | Load::Loading => "reading …".to_owned(),
            Load::Ready(_) if self.is_set() => "set".to_owned(),
            Load::Ready(_) => "not set".to_owned(),
            Load::Denied(permission) => format!("denied: {}", permission.unwrap_or(self.kind.facts().read)),
            Load::Unsupported => "not on this server".to_owned(),
            Load::Failed(_) => "cannot be read".to_owned(),
        }
    }
}

/// What is waited for beside the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Waiting {
    /// A document is written: what is to stand there.
    Write(DocumentKind, Option<Value>),
    /// What was kept when it was last written.
    Kept(DocumentKind),
    /// The file that takes its text to the editor.
    Draft(DocumentKind),
    /// The text that comes back from the editor, and the file that has it until then.
    Text(DocumentKind, PathBuf),
}

/// The screen.
#[derive(Debug)]
pub struct Settings {
    bucket: BucketName,
    prefix: String,
    rows: Vec<Row>,
    cursor: usize,
    top: usize,
    /// Whether the keys go to the document and not to the list.
    pub is_reading: bool,
    scroll: usize,
    /// The text of a document that is changed.
    pub editor: Option<Editor>,
    /// What the lifecycle rules would touch today, in front of the rest.
    pub preview: Option<Box<Preview>>,
    /// What is waited for.
    pub waiting: Option<(Ticket, Waiting)>,
    /// The file that is open in the person's editor, and what it is of.
    pub outside: Option<(PathBuf, DocumentKind)>,
}

impl Settings {
    /// Returns the settings of a bucket, none of them read yet; templates are for what is below the prefix.
    pub fn new(bucket: BucketName, prefix: String) -> Self {
        let row = |kind| Row { kind, document: Load::Idle, ticket: None };
        Self {
            bucket,
            prefix,
            rows: DocumentKind::ALL.map(row).into(),
            cursor: 0,
            top: 0,
            is_reading: false,
            scroll: 0,
            editor: None,
            preview: None,
            waiting: None,
            outside: None,
        }
    }

    /// Returns the bucket.
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    /// Returns what the keys begin with at the place from which the screen was opened.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the list.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the row under the cursor, counted from 0.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Returns the first row in view.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Returns how many lines of the document are above those in view.
    pub fn scroll(&self) -> usize {
        self.scroll
    }

    /// Returns whether the keys go into a text.
    pub fn is_typing(&self) -> bool {
        self.focus() == Focus::Text
    }

    /// Returns what has the keys.
    pub fn focus(&self) -> Focus {
        match (&self.editor, self.is_reading) {
            _ if self.preview.is_some() => Focus::Preview,
            (Some(_), _) => Focus::Text,
            (None, true) => Focus::Document,
            (None, false) => Focus::List,
        }
    }

    /// Returns the row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    fn row_mut(&mut self, kind: DocumentKind) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.kind == kind)
    }

    /// Returns a document that was read: nothing if it was not, and nothing in it if none is set.
    pub fn standing(&self, kind: DocumentKind) -> Option<&Option<Value>> {
        self.rows.iter().find(|row| row.kind == kind).and_then(|row| match &row.document {
            Load::Ready(document) => Some(document),
            _ => None,
        })
    }

    /// Returns the documents as far as they are known.
    pub fn known(&self) -> HashMap<DocumentKind, Fact<Value>> {
        let fact = |row: &Row| match &row.document {
            Load::Idle | Load::Loading => Fact::Unasked,
            Load::Ready(Some(document)) => Fact::Known(document.clone()),
            Load::Ready(None) | Load::Unsupported => Fact::Absent,
            Load::Denied(_) | Load::Failed(_) => Fact::Unread(format!("{} {}", row.kind.facts().title, row.word())),
        };
        self.rows.iter().map(|row| (row.kind, fact(row))).collect()
    }

    /// Moves the cursor of the list.
    pub fn move_by(&mut self, rows: isize) {
        let at = self.cursor.saturating_add_signed(rows).min(self.rows.len().saturating_sub(1));
        if at != self.cursor {
            self.cursor = at;
            self.scroll = 0;
        }
    }

    /// Scrolls the document, no further than to its ends.
    pub fn scroll_by(&mut self, lines: isize, area: Rect) {
        let place = places(area, self.focus()).document;
        let all = self.selected().map_or(0, |row| line::lines(row, usize::from(place.width)).len());
        let last = all.saturating_sub(usize::from(place.height));
        self.scroll = self.scroll.saturating_add_signed(lines).min(last);
    }

    /// Moves the windows so that the cursors are in them, and asks for what has come into view.
    pub fn follow(&mut self, area: Rect, ids: &mut Ids) -> Vec<Effect> {
        let places = places(area, self.focus());
        if let Some(editor) = self.editor.as_mut().filter(|_| self.preview.is_none()) {
            editor.follow(places.document);
        }
        let height = usize::from(places.rows.height);
        if height > 0 {
            self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height));
        }
        let seen = self.top..self.top + height;
        let cursor = self.cursor;
        let bucket = &self.bucket;
        let rows = self.rows.iter_mut().enumerate();
        let wanted =
            rows.filter(|(at, row)| (seen.contains(at) || *at == cursor) && matches!(row.document, Load::Idle));
        wanted.map(|(_, row)| ask(row, bucket, ids)).collect()
    }

    /// Reads a document anew.
    pub fn reread(&mut self, kind: DocumentKind, ids: &mut Ids) -> Vec<Effect> {
        let bucket = self.bucket.clone();
        self.row_mut(kind).map(|row| ask(row, &bucket, ids)).into_iter().collect()
    }

    /// Reads everything anew: what is in view now, the rest as it comes into view.
    pub fn refresh(&mut self) -> Vec<Effect> {
        let dropped = self.stop();
        for row in &mut self.rows {
            row.document = Load::Idle;
        }
        dropped
    }

    /// Waits for no row any more, and looks at nothing.
    pub fn stop(&mut self) -> Vec<Effect> {
        let looks = self.preview.as_mut().and_then(|preview| preview.stop());
        let tickets = self.rows.iter_mut().filter_map(|row| {
            let ticket = row.ticket.take()?;
            row.document = Load::Idle;
            Some(Effect::Submit(Request::Drop(ticket)))
        });
        tickets.chain(looks).collect()
    }

    /// Returns whether something is under way here that would be lost with the screen: a write, of which it tells what comes of
    /// it, or a text that somebody has typed.
    pub fn is_needed(&self) -> bool {
        self.editor.is_some()
            || self.outside.is_some()
            || matches!(self.waiting, Some((_, Waiting::Write(..) | Waiting::Text(..))))
    }

    /// Takes what a row waits for; returns the kind if the report was such an answer.
    pub fn on_report(&mut self, report: &Report) -> Option<DocumentKind> {
        let (ticket, answer) = match report {
            Report::Document { ticket, document, .. } => (*ticket, Ok(document.clone())),
            Report::Failed { ticket, error } => (*ticket, Err(error.clone())),
            _ => return None,
        };
        let row = self.rows.iter_mut().find(|row| row.ticket == Some(ticket))?;
        row.ticket = None;
        row.document = match answer {
            Err(Error { kind: Kind::Cancelled, .. }) => Load::Idle,
            answer => Load::from_result(answer),
        };
        let (kind, document) = (row.kind, row.document.clone());
        self.bound_scroll();
        if let (Load::Ready(document), Some(editor)) = (document, &mut self.editor)
            && editor.kind() == kind
        {
            editor.set_standing(document);
        }
        Some(kind)
    }

    /// Takes in what stands there after a write.
    pub fn set(&mut self, kind: DocumentKind, document: Option<Value>) {
        if let Some(row) = self.row_mut(kind) {
            row.document = Load::Ready(document);
            row.ticket = None;
        }
        self.bound_scroll();
    }

    /// Another document begins at its start.
    fn bound_scroll(&mut self) {
        if self.selected().is_some_and(|row| row.ticket.is_none()) && !self.is_reading {
            self.scroll = 0;
        }
    }

    /// Takes what is waited for, if this ticket is about it.
    pub fn take_waiting(&mut self, ticket: Ticket) -> Option<Waiting> {
        self.waiting.take_if(|(own, _)| *own == ticket).map(|(_, waiting)| waiting)
    }

    /// Does what a click means; returns whether it hit something.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) -> bool {
        let places = places(area, self.focus());
        let at = (column, row).into();
        if self.preview.is_some() {
            return false;
        }
        if let Some(editor) = &mut self.editor {
            editor.click(places.document, column, row);
            return false;
        }
        if places.document.contains(at) {
            self.is_reading = true;
        } else if places.rows.contains(at) {
            self.is_reading = false;
            let line = self.top + usize::from(row - places.rows.y);
            if line < self.rows.len() {
                self.move_by(
                    isize::try_from(line).unwrap_or_default() - isize::try_from(self.cursor).unwrap_or_default(),
                );
                return true;
            }
        }
        false
    }
}

fn ask(row: &mut Row, bucket: &BucketName, ids: &mut Ids) -> Effect {
    let ticket = ids.ticket();
    row.ticket = Some(ticket);
    if !matches!(row.document, Load::Ready(_)) {
        row.document = Load::Loading;
    }
    Effect::Submit(Request::ReadDocument { ticket, bucket: bucket.clone(), kind: row.kind })
}

/// Where the parts of the screen are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// The list with its border; of no size where the document has all the room.
    pub list: Rect,
    /// The rows of the list.
    pub rows: Rect,
    /// The document with its border; of no size where the list has all the room.
    pub frame: Rect,
    /// The lines of the document.
    pub document: Rect,
    /// The lines below a text that say what is wrong with it.
    pub status: Rect,
}

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    List,
    /// The document under the cursor.
    Document,
    /// The text of a document.
    Text,
    /// What the lifecycle rules would touch.
    Preview,
}

/// How wide the list is beside the document.
const LIST: u16 = 36;

/// Below this width a text has all the room: its lines are long, and so is what is said about them.
const WIDE: u16 = 110;

/// Lays the screen out: list and document side by side, or, where there is no room for two, what has the keys.
pub fn places(area: Rect, focus: Focus) -> Places {
    let least = if focus == Focus::Text { WIDE } else { TWO_PANES };
    let (list, frame) = match (area.width >= least, focus) {
        (true, _) => {
            let list = LIST.max(area.width / 3);
            let frame = Rect { x: area.x + list, width: area.width - list, ..area };
            (Rect { width: list, ..area }, frame)
        }
        (false, Focus::List) => (area, Rect::default()),
        (false, Focus::Document | Focus::Text | Focus::Preview) => (Rect::default(), area),
    };
    let document = inner(frame);
    let status = match (focus, document.height) {
        (Focus::Text, 10..) => 2,
        (Focus::Text, 3..) => 1,
        _ => 0,
    };
    Places {
        list,
        rows: inner(list),
        frame,
        document: Rect { height: document.height - status, ..document },
        status: Rect { y: document.bottom() - status, height: status, ..document },
    }
}

/// Returns what is within a border, with a column of air where there is room.
fn inner(frame: Rect) -> Rect {
    let edge = |length: u16| u16::from(length > 2);
    let (x, y) = (edge(frame.width), edge(frame.height));
    Rect {
        x: frame.x + x,
        y: frame.y + y,
        width: frame.width.saturating_sub(2 * x),
        height: frame.height.saturating_sub(2 * y),
    }
}
