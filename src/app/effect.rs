//! What the rules ask the edges to do.

use std::path::PathBuf;

use crate::model::job::{Leaving, Request};

/// Something that only an edge can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Hand work to the engine.
    Submit(Request),
    /// Leave the program; says what becomes of the jobs that run.
    Quit(Leaving),
    /// Stop the process as the shell's job control does, and come back with the same screen.
    Suspend,
    /// Draw the whole screen anew, because something else wrote on it.
    Redraw,
    /// Run the person's editor on a file; answered by `Event::Edited`.
    Edit(PathBuf),
    /// Remove a temporary file that an object was fetched to, and that was not changed.
    Discard(PathBuf),
    /// Put a text on the clipboard of the terminal (OSC 52).
    Copy(String),
}
