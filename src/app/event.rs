//! What came in: keys, the mouse, pasted text, reports of the engine, the passing of time.

use std::path::PathBuf;

use jiff::Timestamp;

use super::keymap::Key;
use crate::model::job::{JobId, Report};
use crate::model::progress::Snapshot;

/// Something that happened outside the rules.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted; it goes into a text field or nowhere.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The screen has another size.
    Resize {
        /// In columns.
        width: u16,
        /// In rows.
        height: u16,
    },
    /// The engine said something.
    Report(Report),
    /// Time has passed. Comes before keys and reports too, so that the rules know the hour without asking a clock.
    Tick {
        /// The time.
        now: Timestamp,
        /// The counters of running jobs, as far as they changed.
        progress: Vec<(JobId, Snapshot)>,
    },
    /// The editor has ended.
    Edited {
        /// The file that was open in it.
        path: PathBuf,
        /// Whether the file is not what it was before.
        is_changed: bool,
        /// Why the editor could not be run, or how it failed.
        problem: Option<String>,
    },
    /// The process was to stop, and did not: there is no shell here that could continue it.
    NotSuspended,
    /// The process is asked to end (SIGTERM, SIGHUP).
    Terminate,
}

/// A movement or button of the mouse; only the left button counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// From 0, at the left.
    pub column: u16,
    /// From 0, at the top.
    pub row: u16,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The button went down.
    Down {
        /// Whether this is the second click in a short time at one place.
        is_double: bool,
    },
    /// The mouse moved with the button down.
    Drag,
    /// The button went up.
    Up,
    /// The wheel turned away from the person.
    WheelUp,
    /// The wheel turned towards the person.
    WheelDown,
}
