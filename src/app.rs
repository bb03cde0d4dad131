//! The rules: a pure state machine from events to effects. No I/O, no clock, no terminal.

pub mod access;
pub mod action;
pub mod compare;
pub mod dialog;
pub mod effect;
pub mod event;
pub mod field;
pub mod filter;
#[cfg(test)]
pub(crate) mod harness;
pub mod help;
pub mod history;
pub mod inspector;
pub mod keymap;
pub mod layout;
pub mod listing;
pub mod notice;
pub mod palette;
pub mod pane;
pub mod queue;
pub mod settings;
pub mod state;
pub mod tree;
pub mod update;
pub mod uploads;
pub mod words;
