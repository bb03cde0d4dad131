//! A comparison in numbers, kept while it runs so that no choice has to count anew.

use super::{Difference, Hand, Kind};

/// So many names, and their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many.
    pub items: u64,
    /// The sum of their sizes.
    pub bytes: u64,
}

impl Count {
    /// Adds one of a size.
    pub fn add(&mut self, bytes: u64) {
        self.items += 1;
        self.bytes += bytes;
    }
}

impl std::ops::Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { items: self.items + other.items, bytes: self.bytes + other.bytes }
    }
}

impl std::ops::Sub for Count {
    type Output = Self;

    fn sub(self, part: Self) -> Self {
        Self { items: self.items.saturating_sub(part.items), bytes: self.bytes.saturating_sub(part.bytes) }
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, count| sum + count)
    }
}

/// All of a comparison in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Of each kind what the left and what the right side has.
    kinds: [[Count; 2]; Kind::ALL.len()],
    /// Of what one side alone has: what is behind a link.
    behind_links: [Count; 2],
    /// Names under which both sides have the same.
    pub same: Count,
    /// Names that one side has where the other could not be read.
    pub unknown: u64,
    /// Names that the filter left out, on either side.
    pub left_out: u64,
}

impl Tally {
    /// Counts a difference.
    pub(super) fn add(&mut self, difference: &Difference) {
        let Some(counts) = self.kinds.get_mut(difference.kind as usize) else { return };
        for (hand, count) in [Hand::Left, Hand::Right].into_iter().zip(counts) {
            if let Some(facts) = difference.at(hand) {
                count.add(facts.size);
            }
        }
        let one = match difference.kind {
            Kind::LeftOnly => Hand::Left,
            Kind::RightOnly => Hand::Right,
            _ => return,
        };
        if let Some(facts) = difference.at(one).filter(|facts| facts.is_behind_link())
            && let Some(count) = self.behind_links.get_mut(one as usize)
        {
            count.add(facts.size);
        }
    }

    /// Returns what one side has of a kind.
    pub fn of(&self, kind: Kind, hand: Hand) -> Count {
        self.kinds.get(kind as usize).and_then(|counts| counts.get(hand as usize)).copied().unwrap_or_default()
    }

    /// Returns how many names are of a kind.
    pub fn items(&self, kind: Kind) -> u64 {
        self.of(kind, Hand::Left).items.max(self.of(kind, Hand::Right).items)
    }

    /// Returns what one side alone has in folders that links lead to.
    pub fn behind_links(&self, hand: Hand) -> Count {
        self.behind_links.get(hand as usize).copied().unwrap_or_default()
    }
}
