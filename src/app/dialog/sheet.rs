//! What a dialog shows, as a plain description: every dialog is one, so drawing, scrolling, focus and clicks are
//! written once for all of them.

use std::borrow::Cow;

use crate::app::field::Field;

/// What a text is, as far as it changes how it looks. The view maps each to a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important text.
    Dim,
    /// The name of a value or a field.
    Label,
    /// Something to be careful about.
    Warning,
    /// Something that went wrong.
    Error,
    /// Something that went well.
    Good,
    /// The text of a field.
    Input,
    /// The text of the field that has the focus.
    InputFocused,
    /// The option that is chosen, and the row that has the focus.
    Chosen,
    /// The mark before what has the focus.
    Focus,
}

/// How serious a dialog is; its frame shows it, and its words say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// An ordinary question.
    Plain,
    /// Something may be lost.
    Danger,
    /// Something went wrong.
    Failure,
}

/// One part of a dialog, from top to bottom. `Field`, `Choice` and `Row` can have the focus: they are stops.
#[derive(Debug, Clone)]
pub enum Part<'a> {
    /// An empty line, left out where there is no room for it.
    Gap,
    /// A paragraph, wrapped. Already filtered.
    Text(Role, String),
    /// A value with its name. Already filtered.
    Pair(&'static str, Role, String),
    /// A path or URI with its label, on one line: where it is too long its beginning is cut off. Already filtered.
    Place(&'static str, String),
    /// Two things side by side: a heading for each, then rows of a name and two values. Already filtered.
    Sides {
        /// The headings.
        heads: [&'static str; 2],
        /// Name, first, second.
        rows: Vec<(&'static str, String, String)>,
    },
    /// A text field, and what is wrong with its text.
    Field {
        /// Its name.
        label: &'static str,
        /// The field itself.
        field: &'a Field,
        /// Why its text will not do. Already filtered.
        problem: Option<String>,
    },
    /// One of several.
    Choice {
        /// Its name.
        label: &'static str,
        /// What there is to choose from.
        options: Vec<Cow<'static, str>>,
        /// Which one is chosen.
        chosen: usize,
    },
    /// One line of a list from which one is picked. Already filtered.
    Row {
        /// Its name.
        label: &'static str,
        /// Its value.
        value: String,
    },
}

impl Part<'_> {
    /// Returns whether the part can have the focus.
    pub fn is_stop(&self) -> bool {
        matches!(self, Self::Field { .. } | Self::Choice { .. } | Self::Row { .. })
    }
}

/// All that a dialog shows.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// In the frame.
    pub title: Cow<'static, str>,
    /// How serious it is.
    pub tone: Tone,
    /// From top to bottom.
    pub parts: Vec<Part<'a>>,
    /// From left to right, always in view.
    pub buttons: Vec<&'static str>,
}

impl Sheet<'_> {
    /// Returns how many of the parts can have the focus; the buttons come after them.
    pub fn stops(&self) -> usize {
        self.parts.iter().filter(|part| part.is_stop()).count()
    }
}
