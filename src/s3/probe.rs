//! What the server turned out to be able to do, found out by its own answers and remembered for its endpoint.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use crate::model::capability::{Capabilities, Support};

/// One ability, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Ability(AtomicU8);

impl Ability {
    /// Returns what is known.
    pub(super) fn support(&self) -> Support {
        match self.0.load(Relaxed) {
            0 => Support::Unknown,
            1 => Support::Yes,
            _ => Support::No,
        }
    }

    /// Remembers an answer.
    pub(super) fn learn(&self, has_it: bool) {
        self.0.store(if has_it { 1 } else { 2 }, Relaxed);
    }
}

/// The abilities of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Abilities {
    /// `If-None-Match: *` on writes.
    pub(super) conditional_writes: Ability,
    /// CRC64NVME, taken and stored.
    pub(super) checksums: Ability,
    /// The server has misnamed the public access block, as RGW 16.2 does.
    pub(super) misnames_block: AtomicBool,
}

impl Abilities {
    /// Returns all that is known as plain values.
    pub(super) fn snapshot(&self) -> Capabilities {
        Capabilities { conditional_writes: self.conditional_writes.support(), checksums: self.checksums.support() }
    }
}
