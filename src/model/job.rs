//! The words between the rules and the engine: [`Request`] is work, [`Report`] is what the work said.
//!
//! Rules and engine are strangers that share these plain values and nothing else. Every answer carries the ticket or
//! the job it belongs to; an answer that matches none is dropped, in one place.

mod item;
mod outcome;
mod report;
mod request;
mod revision;
mod transfer;
mod unfinished;
mod work;

pub use self::item::Item;
pub use self::outcome::{ItemOutcome, ItemResult, JobEnd, Verified};
pub use self::report::{Connection, Page, Report};
pub use self::request::{PageToken, PresignedMethod, Purpose, Request};
pub use self::revision::Revision;
pub use self::transfer::Transfer;
pub use self::unfinished::{Leaving, Unfinished, UnfinishedId};
pub use self::work::Work;

/// Which question an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ticket(pub u64);

/// Which job a report belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct JobId(pub u64);
