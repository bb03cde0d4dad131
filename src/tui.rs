//! The terminal edge: input, the loop, and views that only read.

pub mod input;
pub mod run;
pub mod terminal;
pub mod theme;
pub mod view;
