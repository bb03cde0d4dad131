//! What the server turned out to be able to do, found out by its own answers and remembered for its endpoint.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use super::client::Store;
use super::object::Condition;
use crate::model::capability::{Capabilities, Support};
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;

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
    /// `If-Match` on writes.
    pub(super) guarded_replaces: Ability,
    /// CRC64NVME, taken and stored.
    pub(super) checksums: Ability,
    /// The server has misnamed the public access block, as RGW 16.2 does.
    pub(super) misnames_block: AtomicBool,
}

impl Abilities {
    /// Returns all that is known as plain values.
    pub(super) fn snapshot(&self) -> Capabilities {
        Capabilities {
            conditional_writes: self.conditional_writes.support(),
            guarded_replaces: self.guarded_replaces.support(),
            checksums: self.checksums.support(),
        }
    }
}

impl Store {
    /// Learns from the end of a conditional write. Success proves nothing: the server may have ignored the condition.
    ///
    /// The two conditions are two abilities: a server that fails each `If-Match` may still ignore `If-None-Match`.
    pub(super) fn learn_condition(&self, condition: &Condition, error: Option<&Error>) {
        let abilities = &self.0.abilities;
        match (condition, error.map(|error| error.kind)) {
            (Condition::IfAbsent, Some(Kind::Unsupported)) => abilities.conditional_writes.learn(false),
            (Condition::IfAbsent, Some(Kind::Conflict)) => abilities.conditional_writes.learn(true),
            (Condition::IfMatch(_), Some(Kind::Unsupported)) => abilities.guarded_replaces.learn(false),
            _ => {}
        }
    }

    /// Finds out, when a replacement was refused, whether this server refuses all of them, as RGW 16.2 does (contract
    /// case "a write if absent"): what had to match stands there still. It is remembered, and never believed of Amazon.
    pub async fn fails_every_match(&self, object: &ObjectRef, condition: &Condition, error: &Error) -> bool {
        let Condition::IfMatch(etag) = condition else { return false };
        let is_refusal = error.kind == Kind::Conflict && error.code.as_deref() == Some("PreconditionFailed");
        if !is_refusal || self.is_amazon() {
            return false;
        }
        let is_same = self.head(object).await.is_ok_and(|now| now.etag.as_ref() == Some(etag));
        if is_same {
            self.0.abilities.guarded_replaces.learn(false);
        }
        is_same
    }
}
