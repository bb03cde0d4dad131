//! The local end: blocking calls on files and folders, and the rules that keep writes inside their folder.

pub mod list;
pub mod metadata;
mod passing;
pub mod read;
pub mod remove;
pub mod root;
pub mod write;
