//! Values: what the program talks about. No I/O, no async, no clock.

pub mod access;
pub mod attributes;
pub mod bucket;
pub mod capability;
pub mod compare;
pub mod document;
pub mod entry;
pub mod error;
pub mod fault;
pub mod filter;
pub mod history;
pub mod identity;
pub mod inspect;
pub mod job;
pub mod json;
pub mod limit;
pub mod location;
pub mod name;
pub mod plan;
pub mod progress;
pub mod site;
pub mod stored;
pub mod stream;
pub mod sync;
pub mod text;
pub mod upload;
