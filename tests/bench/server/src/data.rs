//! The bytes of objects: kept, or a pattern that takes no memory however long it is.

use std::fs::File;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::MemfdFlags;

/// After so many bytes the pattern begins again.
const PERIOD: u64 = 64 << 20;

/// The bytes of an object.
#[derive(Debug, Clone)]
pub enum Data {
    /// So many bytes of the pattern.
    Pattern(u64),
    /// These.
    Bytes(Arc<Vec<u8>>),
    /// Those of all of them, one behind the other.
    Joined(Arc<Vec<Data>>),
}

impl Data {
    /// Returns their number.
    pub fn len(&self) -> u64 {
        match self {
            Self::Pattern(length) => *length,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Joined(parts) => parts.iter().map(Self::len).sum(),
        }
    }

    /// Sends a range of them that begins at `start` of the object: so that parts of the pattern make up the pattern.
    pub fn send(&self, stream: &TcpStream, pattern: &Pattern, start: u64, range: Range<u64>) -> io::Result<()> {
        match self {
            Self::Pattern(_) => pattern.send(stream, start + range.start..start + range.end),
            Self::Bytes(bytes) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                (&*stream).write_all(bytes.get(place(range.start)..place(range.end)).unwrap_or_default())
            }
            Self::Joined(parts) => {
                let mut at = 0;
                for part in parts.iter() {
                    let end = at + part.len();
                    let own = range.start.max(at)..range.end.min(end);
                    if own.start < own.end {
                        part.send(stream, pattern, start + at, own.start - at..own.end - at)?;
                    }
                    at = end;
                }
                Ok(())
            }
        }
    }
}

/// Bytes without end, in which nothing can be compressed.
#[derive(Debug)]
pub struct Pattern {
    /// One period of them, in memory, from where the system sends it without a copy.
    file: File,
    checksum: OnceLock<String>,
}

impl Pattern {
    /// Makes the pattern.
    pub fn new() -> io::Result<Self> {
        let file = File::from(rustix::fs::memfd_create("pattern", MemfdFlags::CLOEXEC)?);
        let mut state = 88_172_645_463_325_252_u64;
        let mut bytes = Vec::with_capacity(usize::try_from(PERIOD).unwrap_or_default());
        while (bytes.len() as u64) < PERIOD {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        (&file).write_all(&bytes)?;
        Ok(Self { file, checksum: OnceLock::new() })
    }

    fn send(&self, stream: &TcpStream, range: Range<u64>) -> io::Result<()> {
        let mut at = range.start;
        while at < range.end {
            let mut place = at % PERIOD;
            let length = (range.end - at).min(PERIOD - place);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let sent = rustix::fs::sendfile(stream, &self.file, Some(&mut place), length)?;
            if sent == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            at += sent as u64;
        }
        Ok(())
    }

    /// Returns the CRC64NVME of the first GiB as headers carry it, computed at the first question.
    pub fn checksum_of_gib(&self) -> &str {
        self.checksum.get_or_init(|| {
            let mut bytes = vec![0; usize::try_from(PERIOD).unwrap_or_default()];
            let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
            if self.file.read_exact_at(&mut bytes, 0).is_ok() {
                (0..(1_u64 << 30) / PERIOD).for_each(|_| digest.update(&bytes));
            }
            STANDARD.encode(digest.finalize().to_be_bytes())
        })
    }
}
