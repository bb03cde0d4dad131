//! Checksums: computed as bytes arrive, checked against what the sender says, kept beside the object.
//!
//! Every object has exactly one, as on Amazon S3: the one it was sent with, else CRC64NVME (Amazon S3 User Guide,
//! "Checking object integrity in Amazon S3").

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumAlgorithm, ChecksumType};

/// The algorithms of Amazon S3 that this endpoint computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME, the default.
    #[default]
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// A checksum of an object or of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// How it was computed.
    pub algorithm: Algorithm,
    /// Its value in base64; a composite one ends in `-` and the number of parts.
    pub value: String,
    /// Whether it is of the whole content, rather than of the checksums of the parts.
    pub is_full: bool,
}

impl Algorithm {
    /// All of them, with the headers that carry them.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Crc32, "x-amz-checksum-crc32"),
        (Self::Crc32c, "x-amz-checksum-crc32c"),
        (Self::Crc64Nvme, "x-amz-checksum-crc64nvme"),
        (Self::Sha1, "x-amz-checksum-sha1"),
        (Self::Sha256, "x-amz-checksum-sha256"),
    ];

    /// Returns the algorithm of that name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(algorithm, _)| algorithm).find(|it| it.name().eq_ignore_ascii_case(name))
    }

    /// Returns Amazon's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => ChecksumAlgorithm::CRC32,
            Self::Crc32c => ChecksumAlgorithm::CRC32C,
            Self::Crc64Nvme => ChecksumAlgorithm::CRC64NVME,
            Self::Sha1 => ChecksumAlgorithm::SHA1,
            Self::Sha256 => ChecksumAlgorithm::SHA256,
        }
    }

    /// Returns whether checksums of parts can be combined to that of the whole.
    pub fn is_crc(self) -> bool {
        matches!(self, Self::Crc32 | Self::Crc32c | Self::Crc64Nvme)
    }

    fn crc(self) -> Option<crc_fast::CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(crc_fast::CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(crc_fast::CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(crc_fast::CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }
}

impl Sum {
    /// Returns the checksum of some bytes.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish().1
    }

    /// Returns the checksum as the documents of Amazon S3 carry it.
    pub fn to_dto(&self) -> Checksum {
        let value = || Some(self.value.clone());
        let kind = if self.is_full { ChecksumType::FULL_OBJECT } else { ChecksumType::COMPOSITE };
        let mut sums = Checksum { checksum_type: Some(ChecksumType::from_static(kind)), ..Default::default() };
        match self.algorithm {
            Algorithm::Crc32 => sums.checksum_crc32 = value(),
            Algorithm::Crc32c => sums.checksum_crc32c = value(),
            Algorithm::Crc64Nvme => sums.checksum_crc64nvme = value(),
            Algorithm::Sha1 => sums.checksum_sha1 = value(),
            Algorithm::Sha256 => sums.checksum_sha256 = value(),
        }
        sums
    }

    /// Returns the checksum that a document of Amazon S3 carries.
    pub fn from_dto(sums: &Checksum) -> Option<Self> {
        let found = [
            (Algorithm::Crc32, &sums.checksum_crc32),
            (Algorithm::Crc32c, &sums.checksum_crc32c),
            (Algorithm::Crc64Nvme, &sums.checksum_crc64nvme),
            (Algorithm::Sha1, &sums.checksum_sha1),
            (Algorithm::Sha256, &sums.checksum_sha256),
        ];
        let (algorithm, value) = found.into_iter().find_map(|(it, value)| Some((it, value.clone()?)))?;
        Some(Self { algorithm, value, is_full: true })
    }

    /// Returns the checksum that a trailer carries.
    pub fn from_trailers(trailers: &hyper::HeaderMap) -> Option<Self> {
        Algorithm::ALL.into_iter().find_map(|(algorithm, name)| {
            let value = trailers.get(name)?.to_str().ok()?.to_owned();
            Some(Self { algorithm, value, is_full: true })
        })
    }

    /// Returns the checksum of a whole made of parts: combined for `is_full`, else composite.
    ///
    /// Nothing if the parts carry other checksums, or the algorithm cannot be combined.
    pub fn of_parts(algorithm: Algorithm, parts: &[(Sum, u64)], is_full: bool) -> Option<Self> {
        if parts.iter().any(|(sum, _)| sum.algorithm != algorithm) {
            return None;
        }
        if !is_full {
            let mut joined = Vec::new();
            for (sum, _) in parts {
                joined.extend(BASE64_STANDARD.decode(&sum.value).ok()?);
            }
            let value = format!("{}-{}", Self::of(algorithm, &joined).value, parts.len());
            return Some(Self { algorithm, value, is_full });
        }
        let crc = algorithm.crc()?;
        let mut whole = crc_fast::checksum(crc, b"");
        for (sum, size) in parts {
            whole = crc_fast::checksum_combine(crc, whole, sum.as_number()?, *size);
        }
        Some(Self { algorithm, value: encode_crc(algorithm, whole), is_full })
    }

    /// Returns the checksum of some content of `size` bytes, repeated so many times. Only CRCs can do that.
    pub fn repeated(&self, size: u64, times: u64) -> Option<Self> {
        let crc = self.algorithm.crc()?;
        let (mut left, mut doubled, mut doubled_size) = (times, self.as_number()?, size);
        let mut whole = crc_fast::checksum(crc, b"");
        while left > 0 {
            if left & 1 == 1 {
                // All that is combined is of the same repeated content, so the order does not matter.
                whole = crc_fast::checksum_combine(crc, whole, doubled, doubled_size);
            }
            doubled = crc_fast::checksum_combine(crc, doubled, doubled, doubled_size);
            doubled_size = doubled_size.saturating_mul(2);
            left >>= 1;
        }
        Some(Self { value: encode_crc(self.algorithm, whole), ..self.clone() })
    }

    fn as_number(&self) -> Option<u64> {
        let bytes = BASE64_STANDARD.decode(&self.value).ok()?;
        Some(bytes.into_iter().fold(0, |number, byte| (number << 8) | u64::from(byte)))
    }
}

/// Returns a CRC in base64, big-endian, in as many bytes as the algorithm has.
fn encode_crc(algorithm: Algorithm, number: u64) -> String {
    let bytes = number.to_be_bytes();
    let skip = if algorithm == Algorithm::Crc64Nvme { 0 } else { 4 };
    BASE64_STANDARD.encode(bytes.get(skip..).unwrap_or(&bytes))
}

/// The MD5 and one checksum, in one pass.
pub struct Hasher {
    md5: Md5,
    sums: ChecksumHasher,
}

impl Hasher {
    /// Starts with no bytes.
    pub fn new(algorithm: Algorithm) -> Self {
        let mut sums = ChecksumHasher::default();
        match algorithm {
            Algorithm::Crc32 => sums.crc32 = Some(Crc32::new()),
            Algorithm::Crc32c => sums.crc32c = Some(Crc32c::new()),
            Algorithm::Crc64Nvme => sums.crc64nvme = Some(Crc64Nvme::new()),
            Algorithm::Sha1 => sums.sha1 = Some(Sha1::new()),
            Algorithm::Sha256 => sums.sha256 = Some(Sha256::new()),
        }
        Self { md5: Md5::new(), sums }
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sums.update(bytes);
    }

    /// Returns the MD5 and the checksum.
    pub fn finish(self) -> ([u8; 16], Sum) {
        let sum = Sum::from_dto(&self.sums.finalize()).unwrap_or_else(|| Sum {
            algorithm: Algorithm::default(),
            value: String::new(),
            is_full: true,
        });
        (self.md5.finalize(), sum)
    }
}

/// Returns bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// Returns the `ETag` of an object made of parts: the MD5 of their MD5s, a dash and their number.
pub fn etag_of_parts(digests: &[[u8; 16]]) -> String {
    format!("{}-{}", hex(&Md5::checksum(&digests.concat())), digests.len())
}

/// Returns the algorithm that a request asks for: by name, else by the trailer that it announces.
pub fn asked_algorithm(named: Option<&ChecksumAlgorithm>, headers: &hyper::HeaderMap) -> Option<Algorithm> {
    if let Some(named) = named.and_then(|named| Algorithm::parse(named.as_str())) {
        return Some(named);
    }
    let trailer = headers.get("x-amz-trailer")?.to_str().ok()?;
    Algorithm::ALL.into_iter().find(|(_, name)| trailer.eq_ignore_ascii_case(name)).map(|(algorithm, _)| algorithm)
}
