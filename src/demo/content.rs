//! What an object holds: bytes in memory, or a pattern that is made up while it is read.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use s3s::StdError;
use s3s::stream::{ByteStream, RemainingLength};

use crate::demo::faults::Fault;

/// How much of a body is handed to the connection at once, in bytes.
const CHUNK_BYTES: u64 = 256 * 1024;

/// The content of an object or of a part. Cloning it copies no bytes.
#[derive(Debug, Clone)]
pub enum Content {
    /// Bytes in memory, in one or more pieces: completing a multipart upload joins pieces, it copies nothing.
    Held {
        /// The pieces, none of them empty.
        pieces: Arc<[Bytes]>,
        /// Their size together, in bytes.
        size: u64,
    },
    /// A block repeated over and over.
    Pattern {
        /// The block.
        block: Bytes,
        /// The size of the whole, in bytes.
        size: u64,
    },
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::from(vec![bytes])
    }
}

impl From<Vec<Bytes>> for Content {
    fn from(pieces: Vec<Bytes>) -> Self {
        let pieces: Arc<[Bytes]> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        let size = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self::Held { pieces, size }
    }
}

impl Content {
    /// Returns the size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Held { size, .. } | Self::Pattern { size, .. } => *size,
        }
    }

    /// Returns a reader of a range, which must lie within the content.
    pub fn read(&self, range: Range<u64>) -> Reader {
        let range = range.start..range.end.min(self.size());
        Reader { content: self.clone(), range, piece: 0, piece_start: 0 }
    }

    /// Returns the content as a fault makes it.
    pub fn spoiled(self, fault: Option<Fault>) -> Self {
        let mut bytes = match fault {
            Some(Fault::Flip | Fault::Short) => self.pieces(0..self.size()).concat(),
            _ => return self,
        };
        match (fault, bytes.last_mut()) {
            (Some(Fault::Flip), Some(last)) => *last ^= 1,
            _ => drop(bytes.pop()),
        }
        Self::from(Bytes::from(bytes))
    }

    /// Returns the pieces of a range, to become part of another content.
    pub fn pieces(&self, range: Range<u64>) -> Vec<Bytes> {
        self.read(range).collect()
    }
}

/// Reads a range of a content, chunk by chunk.
#[derive(Debug)]
pub struct Reader {
    content: Content,
    range: Range<u64>,
    piece: usize,
    piece_start: u64,
}

impl Reader {
    /// Returns the rest of the piece that holds the next byte.
    fn rest_of_piece(&mut self) -> Option<Bytes> {
        match &self.content {
            Content::Pattern { block, .. } => {
                let at = usize::try_from(self.range.start % block.len() as u64).ok()?;
                Some(block.slice(at..))
            }
            Content::Held { pieces, .. } => loop {
                let piece = pieces.get(self.piece)?;
                let at = usize::try_from(self.range.start - self.piece_start).ok()?;
                if at < piece.len() {
                    return Some(piece.slice(at..));
                }
                self.piece += 1;
                self.piece_start += piece.len() as u64;
            },
        }
    }
}

impl Iterator for Reader {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let left = self.range.end.saturating_sub(self.range.start);
        if left == 0 {
            return None;
        }
        let mut chunk = self.rest_of_piece()?;
        chunk.truncate(usize::try_from(left.min(CHUNK_BYTES)).unwrap_or(usize::MAX));
        self.range.start += chunk.len() as u64;
        Some(chunk)
    }
}

impl Stream for Reader {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.next().map(Ok))
    }
}

impl ByteStream for Reader {
    fn remaining_length(&self) -> RemainingLength {
        let left = self.range.end.saturating_sub(self.range.start);
        usize::try_from(left).map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &Content, range: Range<u64>) -> Vec<u8> {
        content.read(range).flat_map(|chunk| chunk.to_vec()).collect()
    }

    #[test]
    fn a_range_is_read_across_pieces() {
        let content = Content::from(vec![Bytes::from("abc"), Bytes::new(), Bytes::from("defg")]);
        assert_eq!(content.size(), 7);
        assert_eq!(read(&content, 0..7), b"abcdefg");
        assert_eq!(read(&content, 2..5), b"cde");
        assert_eq!(read(&content, 4..4), b"");
    }

    #[test]
    fn a_pattern_repeats_without_being_held() {
        let content = Content::Pattern { block: Bytes::from("0123456789"), size: 1 << 40 };
        assert_eq!(read(&content, 18..33), b"890123456789012");
        assert_eq!(read(&content, (1 << 40) - 3..1 << 40), b"345");
    }
}
