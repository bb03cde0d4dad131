//! One line for the person, shown in place of the footer until the next key.

use crate::model::error::Error;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something was done.
    Good,
    /// Something was not done, for a reason.
    Warning,
    /// Something failed.
    Error,
}

/// A line for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub level: Level,
    /// What it says; may hold names as they came.
    pub text: String,
}

impl Notice {
    /// Returns a notice of something that was done.
    pub fn good(text: impl Into<String>) -> Self {
        Self { level: Level::Good, text: text.into() }
    }

    /// Returns a notice of something that was not done.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { level: Level::Warning, text: text.into() }
    }

    /// Returns a notice of a failure, with the one thing to try.
    pub fn error(error: &Error) -> Self {
        let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
        Self { level: Level::Error, text: format!("{error}{hint}") }
    }
}
