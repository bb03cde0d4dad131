//! What the server turned out to be able to do, found out by its own answers and remembered for its endpoint.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use super::client::Store;
use super::multipart::UploadId;
use super::object::{BodyMd5, Condition, ObjectFacts};
use crate::model::capability::{Capabilities, Support};
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::ETag;

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
    /// Entity tags that are the MD5 of what was sent.
    pub(super) md5_tags: Ability,
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
    /// Learns from the end of a conditional write. Success proves nothing, as the server may have ignored the condition;
    /// nor does any other refusal than these two, by which Amazon says that it did not hold (Amazon S3 User Guide,
    /// "Conditional writes").
    pub(super) fn learn_condition(&self, condition: &Condition, error: Option<&Error>) {
        let code = error.and_then(|error| error.code.as_deref());
        if *condition == Condition::IfAbsent
            && matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict"))
        {
            self.0.abilities.conditional_writes.learn(true);
        }
    }

    /// Returns whether an entity tag of this server has turned out not to be the MD5 that it looks like.
    pub fn lacks_md5_tags(&self) -> bool {
        self.0.abilities.md5_tags.support() == Support::No
    }

    /// Returns whether a write that expects nothing at its key fails where something is. Amazon has this for all writes
    /// (Amazon S3 User Guide, "Conditional writes"); of other servers it is known when one has refused a write so.
    pub fn notices_races(&self) -> bool {
        self.is_amazon() || self.0.abilities.conditional_writes.support() == Support::Yes
    }

    /// Learns that a condition is not offered: a write with it was refused as such, and went well without it.
    ///
    /// The two conditions are two abilities: a server that fails each `If-Match` may still ignore `If-None-Match`.
    pub fn learn_lack_of(&self, condition: &Condition) {
        let abilities = &self.0.abilities;
        match condition {
            Condition::IfAbsent => abilities.conditional_writes.learn(false),
            Condition::IfMatch(_) => abilities.guarded_replaces.learn(false),
            Condition::None => {}
        }
    }

    /// Learns from a look at what was just written with a checksum, where no answer to a write has told.
    pub fn learn_checksums(&self, found: &ObjectFacts) {
        let checksums = &self.0.abilities.checksums;
        if checksums.support() == Support::Unknown {
            checksums.learn(found.crc64.is_some());
        }
    }

    /// Returns whether a body is sent with its MD5: where no newer checksum proves it, and unless the server is known to
    /// tell nothing by it.
    pub(super) fn wants_md5(&self, has_checksum: bool) -> bool {
        let abilities = &self.0.abilities;
        !has_checksum && abilities.checksums.support() != Support::Yes && abilities.md5_tags.support() != Support::No
    }

    /// Returns whether entity tags that look like an MD5 are surely one.
    pub fn has_md5_tags(&self) -> bool {
        self.is_amazon() || self.0.abilities.md5_tags.support() == Support::Yes
    }

    /// Returns whether the next part of an upload shows what its tags tell, so that the other parts better wait for it.
    pub fn awaits_md5(&self, upload: &UploadId) -> bool {
        self.wants_md5(upload.has_checksums()) && self.0.abilities.md5_tags.support() == Support::Unknown
    }

    /// Learns from the tag of a body that was sent with its MD5; returns whether it proves the body.
    ///
    /// A server that answers with the MD5 and no checksum keeps none: those that do answer with it.
    pub(super) fn learn_md5(&self, sent: Option<BodyMd5>, tag: Option<&ETag>) -> bool {
        let Some(sent) = sent else { return false };
        let abilities = &self.0.abilities;
        let is_proof = tag == Some(&sent.etag());
        if abilities.md5_tags.support() == Support::Unknown {
            abilities.md5_tags.learn(is_proof);
        }
        if is_proof && abilities.checksums.support() == Support::Unknown {
            abilities.checksums.learn(false);
        }
        is_proof
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
