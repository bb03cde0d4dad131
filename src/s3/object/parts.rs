//! The tag of an object that was joined of parts: the MD5 of the MD5s of its parts, and their number.
//!
//! Amazon S3 User Guide, "Checking object integrity": composite checksums. The tag says how many parts there were, not how
//! large they were; nearly all programs make them of one size.

use md5::{Digest as _, Md5};

use crate::model::job::Verified;

const MIB: u64 = 1024 * 1024;

/// Sizes of parts that programs make if nobody tells them another, in MiB.
const USUAL: [u64; 14] = [5, 6, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256];

/// What counts the bytes of an object as its parts were counted.
#[derive(Debug)]
pub struct PartsCheck {
    expected: [u8; 16],
    count: u64,
    /// One for each size that the parts may have had.
    tries: Vec<Parts>,
    /// Whether the size of the parts is known, so that another result is another object.
    is_certain: bool,
}

/// The same tag where only one size of the parts comes into question: each part's MD5 is then made by itself.
#[derive(Debug, Clone, Copy)]
pub struct PartsTag {
    expected: [u8; 16],
    /// The size of all parts but the last, in bytes.
    size: u64,
    is_certain: bool,
}

impl PartsTag {
    /// Returns the size of pieces that hold whole parts, of at least `wanted` bytes.
    pub fn step(self, wanted: u64) -> u64 {
        wanted.max(1).next_multiple_of(self.size)
    }

    /// Returns the MD5s of the parts in a piece, one behind the other. It begins where a part does.
    pub fn sums(self, piece: &[u8]) -> Vec<u8> {
        piece.chunks(usize::try_from(self.size).unwrap_or(usize::MAX)).flat_map(Md5::digest).collect()
    }

    /// Returns how the bytes are verified by the MD5s of all parts in their order; nothing if they are not what is stored.
    pub fn verify<'a>(self, sums: impl Iterator<Item = &'a Vec<u8>>) -> Option<Verified> {
        let mut all = Md5::new();
        sums.for_each(|sums| all.update(sums));
        result(<[u8; 16]>::from(all.finalize()) == self.expected, self.is_certain)
    }
}

fn result(is_same: bool, is_certain: bool) -> Option<Verified> {
    let otherwise = (!is_certain).then_some(Verified::Size);
    if is_same { Some(Verified::Checksum("MD5 of its parts")) } else { otherwise }
}

/// Returns the number of parts that a tag tells.
pub(super) fn count_of(tag: &str) -> Option<u64> {
    tag.trim_matches('"').split_once('-')?.1.parse().ok().filter(|count| *count > 0)
}

/// The parts of one size.
#[derive(Debug)]
struct Parts {
    size: u64,
    filled: u64,
    part: Md5,
    all: Md5,
    count: u64,
}

impl PartsCheck {
    /// Returns what counts an object of a size, by its tag; nothing if the tag is none of parts.
    ///
    /// `ends` are the sizes of its first and last part, if the server told them. `takes_tags` says that what looks like such
    /// a tag is taken for one.
    pub(super) fn new(tag: &str, size: u64, ends: Option<(u64, u64)>, takes_tags: bool) -> Option<Self> {
        let (hash, _) = tag.trim_matches('"').split_once('-')?;
        let count = count_of(tag)?;
        let expected = u128::from_str_radix(hash, 16).ok().filter(|_| hash.len() == 32)?.to_be_bytes();
        // Ours, and what a program makes that divides evenly.
        let even = size.div_ceil(count).next_multiple_of(MIB);
        let usual = USUAL.iter().map(|mib| mib * MIB).chain([even]);
        let ends = if count == 1 { Some((size, size)) } else { ends };
        let mut sizes: Vec<u64> = ends.map_or_else(|| usual.collect(), |(first, _)| vec![first]);
        // Parts of many sizes whose ends belie it are as good as unheard of.
        let is_even = ends.is_some_and(|(first, last)| first.saturating_mul(count - 1).saturating_add(last) == size);
        sizes.retain(|part| *part > 0 && size.div_ceil(*part) == count);
        sizes.sort_unstable();
        sizes.dedup();
        let tries: Vec<_> = sizes.into_iter().map(Parts::of).collect();
        (!tries.is_empty()).then_some(Self { expected, count, tries, is_certain: takes_tags && is_even })
    }

    /// Counts the next bytes.
    pub(super) fn update(&mut self, chunk: &[u8]) {
        for parts in &mut self.tries {
            parts.update(chunk);
        }
    }

    /// Returns how the bytes are verified; nothing if they are not what is stored.
    pub(super) fn finish(self) -> Option<Verified> {
        let is_same = self.tries.into_iter().any(|parts| parts.finish() == (self.expected, self.count));
        result(is_same, self.is_certain)
    }

    /// Returns the tag to be compared with parts that are counted in any order, if their size is not in question.
    pub(super) fn tag(&self) -> Option<PartsTag> {
        let [parts] = self.tries.as_slice() else { return None };
        Some(PartsTag { expected: self.expected, size: parts.size, is_certain: self.is_certain })
    }
}

impl Parts {
    fn of(size: u64) -> Self {
        Self { size, filled: 0, part: Md5::new(), all: Md5::new(), count: 0 }
    }

    fn update(&mut self, mut chunk: &[u8]) {
        while !chunk.is_empty() {
            let room = usize::try_from(self.size - self.filled).unwrap_or(usize::MAX);
            let (now, rest) = chunk.split_at(room.min(chunk.len()));
            self.part.update(now);
            self.filled += now.len() as u64;
            if self.filled == self.size {
                self.close();
            }
            chunk = rest;
        }
    }

    fn close(&mut self) {
        self.all.update(self.part.finalize_reset());
        self.filled = 0;
        self.count += 1;
    }

    fn finish(mut self) -> ([u8; 16], u64) {
        if self.filled > 0 {
            self.close();
        }
        (self.all.finalize().into(), self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB_BYTES: usize = 1024 * 1024;

    /// The tag that S3 gives to parts of a size.
    fn tag(contents: &[u8], part: usize) -> String {
        let parts: Vec<_> = contents.chunks(part).map(Md5::digest).collect();
        let all = u128::from_be_bytes(Md5::digest(parts.concat()).into());
        format!("\"{all:032x}-{}\"", parts.len())
    }

    fn verified(contents: &[u8], tag: &str, ends: Option<(u64, u64)>, takes_tags: bool) -> Option<Verified> {
        let mut check = PartsCheck::new(tag, contents.len() as u64, ends, takes_tags)?;
        for chunk in contents.chunks(700_001) {
            check.update(chunk);
        }
        check.finish()
    }

    #[test]
    fn parts_of_a_usual_size_are_found_without_being_told() {
        let contents: Vec<u8> = (0..17 * MIB_BYTES).map(|at| (at / 7).to_le_bytes()[0]).collect();
        let good = Some(Verified::Checksum("MD5 of its parts"));
        for mib in [5, 8, 9, 16] {
            assert_eq!(verified(&contents, &tag(&contents, mib * MIB_BYTES), None, false), good, "{mib} MiB");
        }
        let odd = 6_000_001;
        assert_eq!(verified(&contents, &tag(&contents, odd), None, true), Some(Verified::Size));
        assert_eq!(verified(&contents, &tag(&contents, odd), Some((odd as u64, 5_825_790)), true), good);
        assert_eq!(verified(&contents, &tag(&contents, 20 * MIB_BYTES), None, true), good, "one part");
    }

    #[test]
    fn another_byte_is_noticed_where_the_size_of_the_parts_is_known() {
        let mut contents = vec![7; 12 * MIB_BYTES];
        let tag = tag(&contents, 5 * MIB_BYTES);
        contents[6 * MIB_BYTES] = 8;
        let ends = Some((5 * MIB, 2 * MIB));
        assert_eq!(verified(&contents, &tag, ends, true), None);
        assert_eq!(verified(&contents, &tag, ends, false), Some(Verified::Size));
        let uneven = Some((5 * MIB, MIB));
        assert_eq!(verified(&contents, &tag, uneven, true), Some(Verified::Size), "parts of many sizes");
        assert_eq!(verified(&contents, &tag, None, true), Some(Verified::Size));
    }

    #[test]
    fn parts_of_a_known_size_are_counted_in_pieces_too() {
        let contents: Vec<u8> = (0..=12 * MIB_BYTES).map(|at| (at / 7).to_le_bytes()[0]).collect();
        let check =
            PartsCheck::new(&tag(&contents, 5 * MIB_BYTES), contents.len() as u64, Some((5 * MIB, 2 * MIB + 1)), true);
        let tag = check.unwrap().tag().unwrap();
        assert_eq!((tag.step(1), tag.step(8 * MIB)), (5 * MIB, 10 * MIB));
        let sums: Vec<_> = contents.chunks(10 * MIB_BYTES).map(|piece| tag.sums(piece)).collect();
        assert_eq!(tag.verify(sums.iter()), Some(Verified::Checksum("MD5 of its parts")));
        assert_eq!(tag.verify(sums.iter().rev()), None);
        assert_eq!(PartsTag { is_certain: false, ..tag }.verify(sums.iter().rev()), Some(Verified::Size));
    }

    #[test]
    fn a_tag_that_is_none_of_parts_is_left_alone() {
        for tag in ["\"25f9e794323b453885f5181f1b624d0b\"", "\"x-1\"", "\"25f9e794323b453885f5181f1b624d0b-0\"", "-"] {
            assert!(PartsCheck::new(tag, 9, None, true).is_none(), "{tag}");
        }
    }
}
