//! What is drawn: one file a view, each a function from a part of the state to cells.

pub mod dialog;
pub mod field;
pub mod inspector;
pub mod strip;
pub mod transfers;
