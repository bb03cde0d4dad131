//! All that the program knows while it runs, owned by the loop.

use crate::model::job::{JobId, Ticket};

/// Gives out tickets and job numbers, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ids {
    last: u64,
}

impl Ids {
    /// Returns a ticket that was never used before.
    pub fn ticket(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }

    /// Returns a job number that was never used before.
    pub fn job(&mut self) -> JobId {
        self.last += 1;
        JobId(self.last)
    }
}
