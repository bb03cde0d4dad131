//! What an object says of its bytes, and whether those that arrived keep it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};
use md5::digest::{Digest as _, DynDigest};

use super::body::Payload;
use super::parts::{PartsCheck, PartsTag, count_of};
use super::value::ObjectFacts;
use crate::model::job::Verified;
use crate::model::name::ETag;

/// The checksums that can be made of ranges in any order, the strongest first (Amazon S3 User Guide, "Checking object
/// integrity").
const CRCS: [(&str, CrcAlgorithm); 3] = [
    ("CRC64NVME", CrcAlgorithm::Crc64Nvme),
    ("CRC32C", CrcAlgorithm::Crc32Iscsi),
    ("CRC32", CrcAlgorithm::Crc32IsoHdlc),
];

/// A cyclic checksum of a whole object, and what it must be.
#[derive(Debug, Clone, Copy)]
pub struct Crc {
    name: &'static str,
    algorithm: CrcAlgorithm,
    expected: u64,
}

impl Crc {
    /// Returns what sums pieces of an object that has no such checksum.
    pub fn of_nothing() -> Self {
        Self { name: "CRC64NVME", algorithm: CrcAlgorithm::Crc64Nvme, expected: 0 }
    }

    /// Returns what counts one piece.
    pub fn digest(self) -> Digest {
        Digest::new(self.algorithm)
    }

    /// Returns the checksum of one piece.
    pub fn of(self, piece: &Payload) -> u64 {
        match self.algorithm {
            CrcAlgorithm::Crc64Nvme => piece.crc64(),
            algorithm => crc_fast::checksum(algorithm, &piece.bytes()),
        }
    }

    /// Returns the checksum of a piece of which no more than the CRC64NVME is known, if it is that.
    pub fn of_sum(self, crc64: u64) -> Option<u64> {
        (self.algorithm == CrcAlgorithm::Crc64Nvme).then_some(crc64)
    }

    /// Returns the checksum of two pieces together; the size of the second is in bytes.
    pub fn combine(self, first: u64, second: u64, second_size: u64) -> u64 {
        checksum_combine(self.algorithm, first, second, second_size)
    }

    /// Returns how the bytes are verified by what was computed of all of them; nothing if they are not.
    pub fn verify(self, computed: u64) -> Option<Verified> {
        (computed == self.expected).then_some(match self.algorithm {
            CrcAlgorithm::Crc64Nvme => Verified::Crc64Nvme,
            _ => Verified::Checksum(self.name),
        })
    }
}

/// What counts the bytes of an object that come in one stream.
#[derive(Debug)]
pub enum Check {
    /// A cyclic checksum.
    Crc(Crc, Box<Digest>),
    /// A cryptographic one.
    Hash(Hash),
    /// Those of the parts that it was joined of.
    Parts(PartsCheck),
    /// There is nothing to compare them with.
    Nothing,
}

/// A cryptographic checksum, and what it must be.
pub struct Hash {
    name: &'static str,
    hasher: Box<dyn DynDigest + Send>,
    expected: Vec<u8>,
    /// Whether it is known to be this checksum: what looks like an MD5 need not be one.
    is_certain: bool,
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Check {
    /// Returns the tag of parts that may be counted in any order, if that is what is checked.
    pub fn parts_tag(&self) -> Option<PartsTag> {
        match self {
            Self::Parts(parts) => parts.tag(),
            _ => None,
        }
    }

    /// Counts the next bytes.
    pub fn update(&mut self, chunk: &[u8]) {
        match self {
            Self::Crc(_, digest) => digest.update(chunk),
            Self::Hash(hash) => hash.hasher.update(chunk),
            Self::Parts(parts) => parts.update(chunk),
            Self::Nothing => {}
        }
    }

    /// Returns how the bytes are verified; nothing if they are not what is stored.
    pub fn finish(self) -> Option<Verified> {
        match self {
            Self::Crc(crc, digest) => crc.verify(digest.finalize()),
            Self::Hash(hash) => {
                let is_same = *hash.hasher.finalize() == *hash.expected;
                let otherwise = (!hash.is_certain).then_some(Verified::Size);
                if is_same { Some(Verified::Checksum(hash.name)) } else { otherwise }
            }
            Self::Parts(parts) => parts.finish(),
            Self::Nothing => Some(Verified::Size),
        }
    }
}

impl ObjectFacts {
    /// Returns the checksum that can be made of ranges.
    pub fn crc(&self) -> Option<Crc> {
        CRCS.iter().find_map(|&(name, algorithm)| {
            let bytes = self.full_checksum(name)?;
            let expected = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
            Some(Crc { name, algorithm, expected })
        })
    }

    /// Returns the checksum that is made of one stream. `has_md5_tags` says that entity tags are surely MD5s where they
    /// look like one.
    pub fn check(&self, has_md5_tags: bool) -> Check {
        if let Some(crc) = self.crc() {
            return Check::Crc(crc, Box::new(crc.digest()));
        }
        let hash = |name, hasher: Box<dyn DynDigest + Send>, expected, is_certain| {
            Check::Hash(Hash { name, hasher, expected, is_certain })
        };
        if let Some(expected) = self.full_checksum("SHA256") {
            return hash("SHA256", Box::new(sha2::Sha256::new()), expected, true);
        }
        if let Some(expected) = self.full_checksum("SHA1") {
            return hash("SHA1", Box::new(sha1::Sha1::new()), expected, true);
        }
        match self.etag.as_ref().and_then(|tag| self.md5_of(tag)) {
            Some(expected) => hash("MD5", Box::new(md5::Md5::new()), expected, has_md5_tags),
            None => Check::Nothing,
        }
    }

    /// Returns whether the tag is one of parts.
    pub fn is_joined(&self) -> bool {
        self.part_count().is_some()
    }

    pub(super) fn part_count(&self) -> Option<u64> {
        self.etag.as_ref().and_then(|tag| count_of(tag.as_str())).filter(|_| self.has_plain_tag())
    }

    /// Returns the checksum that is made of the parts, for an object that has no other; `ends` are the sizes in bytes of the
    /// first and the last one, if they are known.
    pub fn check_of_parts(&self, ends: Option<(u64, u64)>, takes_tags: bool) -> Check {
        let tag = self.etag.as_ref().filter(|_| self.is_joined());
        let check = tag.and_then(|tag| PartsCheck::new(tag.as_str(), self.size, ends, takes_tags));
        check.map_or(Check::Nothing, Check::Parts)
    }

    /// Tags of what a key of KMS encrypts are no MD5s (Amazon S3 API Reference, "Object").
    fn has_plain_tag(&self) -> bool {
        self.encryption.as_ref().is_none_or(|own| own.algorithm == "AES256")
    }

    fn full_checksum(&self, name: &str) -> Option<Vec<u8>> {
        let stored = self.checksums.iter().find(|own| own.algorithm == name && own.is_full)?;
        // moto 5.2 gives four bytes of something as a CRC64NVME (contract case "what is agreed to be replaced").
        let length = match name {
            "CRC64NVME" => 8,
            "SHA1" => 20,
            "SHA256" => 32,
            _ => 4,
        };
        STANDARD.decode(&stored.value).ok().filter(|value| value.len() == length)
    }

    /// Returns whether a copy that was made in one part has the bytes of this object, by the tag of the part; nothing if
    /// either tag need not be an MD5.
    pub fn is_same_as_part(&self, copy: &Self, part: &ETag) -> Option<bool> {
        Some(self.md5_of(self.etag.as_ref()?)? == copy.md5_of(part)?)
    }

    /// The tag of what was written with one request and no key of KMS is its MD5 (Amazon S3 API Reference, "Object").
    fn md5_of(&self, tag: &ETag) -> Option<Vec<u8>> {
        let text = tag.as_str().trim_matches('"');
        let value = u128::from_str_radix(text, 16).ok().filter(|_| self.has_plain_tag() && text.len() == 32)?;
        Some(value.to_be_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::{Checksum, Encryption};
    use super::*;

    fn verified(facts: &ObjectFacts, has_md5_tags: bool) -> Option<Verified> {
        let mut check = facts.check(has_md5_tags);
        check.update(b"12345");
        check.update(b"6789");
        check.finish()
    }

    fn with(algorithm: &'static str, value: &str) -> ObjectFacts {
        let checksums = vec![Checksum { algorithm, value: value.to_owned(), is_full: true }];
        ObjectFacts { checksums, ..ObjectFacts::default() }
    }

    #[test]
    fn bytes_are_verified_by_whatever_full_checksum_there_is() {
        // The check values of the catalogue of parametrised CRC algorithms, and of FIPS 180-4.
        for (name, value) in [
            ("CRC32", "y/Q5Jg=="),
            ("CRC32C", "4waSgw=="),
            ("SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
            ("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ] {
            let result = verified(&with(name, value), false);
            assert!(matches!(result, Some(Verified::Checksum(_))), "{name}: {result:?}");
            let mut wrong = with(name, value);
            for own in &mut wrong.checksums {
                own.value = format!("AA{}", value.get(2..).unwrap());
            }
            assert_eq!(verified(&wrong, false), None, "{name}");
        }
        assert_eq!(verified(&with("CRC64NVME", "rosUhgp5mIg="), false), Some(Verified::Crc64Nvme));
        assert_eq!(verified(&with("CRC64NVME", "0xljuA=="), true), Some(Verified::Size), "no checksum of this name");
        let composite = ObjectFacts {
            checksums: vec![Checksum { algorithm: "CRC32", value: "AAAAAA==".to_owned(), is_full: false }],
            ..ObjectFacts::default()
        };
        assert_eq!(verified(&composite, true), Some(Verified::Size), "a checksum of checksums says nothing here");
    }

    #[test]
    fn a_tag_counts_as_far_as_it_is_known_to_be_an_md5() {
        let tagged = |text: &str| ObjectFacts { etag: Some(ETag::from(text)), ..ObjectFacts::default() };
        let (right, wrong) = ("\"25f9e794323b453885f5181f1b624d0b\"", "\"00000000000000000000000000000000\"");
        assert_eq!(verified(&tagged(right), false), Some(Verified::Checksum("MD5")));
        assert_eq!(verified(&tagged(wrong), false), Some(Verified::Size));
        assert_eq!(verified(&tagged(wrong), true), None);
        assert_eq!(verified(&tagged("\"25f9e794323b453885f5181f1b624d0b-2\""), true), Some(Verified::Size));
        let kms = Encryption { algorithm: "aws:kms".to_owned(), key: None, has_bucket_key: false };
        let encrypted = ObjectFacts { encryption: Some(kms), ..tagged(wrong) };
        assert_eq!(verified(&encrypted, true), Some(Verified::Size));
    }
}
