//! How long a server is waited for before its connection is given up.

use std::time::Duration;

/// Limits of waiting. A call that carries a body has all the time in which anything of it moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long a call without a large body may take, retries included.
    pub answer: Duration,
    /// How long a server may take to join or copy gigabytes.
    pub work: Duration,
    /// How long nothing of a body may leave, and no answer come.
    pub sending: Duration,
    /// How long a body may stand still between two chunks that come.
    pub receiving: Duration,
    /// The slowest line that is waited for, in bytes a second, for what has left us and is still with the system.
    pub slowest: u64,
    /// The same for a body that leaves in one piece, of which nobody sees whether it moves, where many share the line.
    pub slowest_unseen: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_mins(2),
            work: Duration::from_mins(30),
            sending: Duration::from_mins(2),
            receiving: Duration::from_mins(1),
            slowest: 16 * 1024,
            slowest_unseen: 4 * 1024,
        }
    }
}
