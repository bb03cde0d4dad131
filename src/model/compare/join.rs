//! The rule that joins two sorted streams.

use super::Facts;

/// One step of a stream of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file or an object.
    Entry(Box<str>, Facts),
    /// Something under this very name that could not be read, or a name that ends in a slash and all below it; without a
    /// name, the place itself.
    Unread(Box<str>),
}

impl Found {
    /// Returns the name, by which streams are sorted.
    pub fn name(&self) -> &str {
        match self {
            Self::Entry(name, _) | Self::Unread(name) => name,
        }
    }

    /// Returns whether what the other side has under a name may be here, unread.
    pub(super) fn hides(&self, name: &str) -> bool {
        match self {
            Self::Entry(..) => false,
            Self::Unread(own) => **own == *name || (own.ends_with('/') || own.is_empty()) && name.starts_with(&**own),
        }
    }
}

/// What to do about the next of both streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Only the left side has it.
    Left,
    /// Only the right side has it.
    Right,
    /// Both have it.
    Both,
    /// The left one is passed by: it could not be read, or is hidden by what could not.
    PassLeft,
    /// The right one is passed by.
    PassRight,
    /// Both streams have ended.
    End,
}

/// Returns what to do about the next of both streams.
pub fn turn(left: Option<&Found>, right: Option<&Found>) -> Turn {
    match (left, right) {
        (None, None) => Turn::End,
        // What hides something stays until all that it hides has gone by.
        (Some(left), Some(right)) if left.hides(right.name()) => Turn::PassRight,
        (Some(left), Some(right)) if right.hides(left.name()) => Turn::PassLeft,
        (Some(Found::Entry(left, _)), Some(Found::Entry(right, _))) if left == right => Turn::Both,
        (Some(left), right) if right.is_none_or(|right| left.name() < right.name()) => match left {
            Found::Entry(..) => Turn::Left,
            Found::Unread(_) => Turn::PassLeft,
        },
        (_, Some(Found::Entry(..))) => Turn::Right,
        (_, Some(Found::Unread(_)) | None) => Turn::PassRight,
    }
}
