//! What two places hold, name by name: the values of a comparison, and the rule that joins two sorted streams.
//!
//! Names are relative to the two places, with slashes between their parts, and come in the order of their bytes, which is
//! the order of keys on S3. What could not be read on one side hides what the other side has there: it is neither the
//! same nor missing.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::filter::Filter;
use super::identity::Identity;
use super::location::Location;
use super::name::{self, ETag, UnsafeKeys};

mod join;
mod tally;

pub use join::{Found, Turn, turn};
pub use tally::{Count, Tally};

/// One of the two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hand {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl Hand {
    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// By what two of one name are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Criterion {
    /// By size, and by time where the sizes are the same.
    #[default]
    SizeAndTime,
    /// By size alone.
    Size,
    /// By size, then by checksum where both sides have one; by time where not.
    Checksum,
}

impl Criterion {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::SizeAndTime, Self::Size, Self::Checksum];

    /// Returns the words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SizeAndTime => "size and time",
            Self::Size => "size only",
            Self::Checksum => "checksum",
        }
    }
}

/// What is to be compared, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The left place: a folder, a bucket or a prefix.
    pub left: Location,
    /// The right place.
    pub right: Location,
    /// By what two of one name are told apart.
    pub by: Criterion,
    /// Which names are looked at, on both sides.
    pub filter: Filter,
    /// The side of which every name is looked at all the same.
    #[serde(default)]
    pub unfiltered: Option<Hand>,
    /// The side whose folder may not be there yet, and then counts as empty. The other one has to be there: what is not
    /// mounted must not look like what was deleted.
    pub may_lack: Option<Hand>,
}

impl Places {
    /// Returns two places, compared by size and time.
    pub fn new(left: Location, right: Location) -> Self {
        Self { left, right, by: Criterion::default(), filter: Filter::default(), unfiltered: None, may_lack: None }
    }

    /// Returns one of the two places.
    pub fn at(&self, hand: Hand) -> &Location {
        match hand {
            Hand::Left => &self.left,
            Hand::Right => &self.right,
        }
    }

    /// Returns whether one place is in the other, so that what is copied to one changes the other.
    pub fn overlap(&self) -> bool {
        // One bucket has many names.
        let right = match (&self.left, &self.right) {
            (Location::S3 { bucket, .. }, Location::S3 { bucket: other, prefix }) if bucket.may_be(other) => {
                Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() }
            }
            (_, right) => right.clone(),
        };
        self.left.contains(&right) || right.contains(&self.left)
    }
}

/// What one side has under a name, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// In bytes.
    pub size: u64,
    /// Last modified.
    pub modified: Option<Timestamp>,
    /// By what it is known again.
    pub mark: Mark,
}

/// By what a file or an object is known again before it is replaced or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// An object, by its entity tag.
    Object(Option<ETag>),
    /// A file. Of a link it is the link's own, since that is what would be replaced.
    File {
        /// Which file, and its state.
        identity: Box<Identity>,
        /// Whether it is in a folder that a link leads to: there nothing is ever deleted.
        is_behind_link: bool,
    },
}

impl Facts {
    fn is_behind_link(&self) -> bool {
        matches!(self.mark, Mark::File { is_behind_link: true, .. })
    }

    fn is_local(&self) -> bool {
        matches!(self.mark, Mark::File { .. })
    }
}

/// How the two sides of a name differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only the left side has it.
    LeftOnly,
    /// Only the right side has it.
    RightOnly,
    /// Both are of one size, and the left one is newer.
    LeftNewer,
    /// Both are of one size, and the right one is newer.
    RightNewer,
    /// The sizes differ.
    Size,
    /// The sizes are the same, and the checksums differ.
    Contents,
    /// A key that cannot be a local name, so that the other side cannot have it.
    Unsafe,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::LeftOnly, Self::RightOnly, Self::LeftNewer, Self::RightNewer, Self::Size, Self::Contents, Self::Unsafe];

    /// Returns the words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LeftOnly => "left only",
            Self::RightOnly => "right only",
            Self::LeftNewer => "newer left",
            Self::RightNewer => "newer right",
            Self::Size => "other size",
            Self::Contents => "other contents",
            Self::Unsafe => "no local name",
        }
    }
}

/// What the two sides have under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sides {
    /// The left side alone has it.
    Left(Facts),
    /// The right side alone has it.
    Right(Facts),
    /// Both have it: left, right.
    Both(Box<[Facts; 2]>),
}

/// One name under which the two sides differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Relative to both places.
    pub name: Box<str>,
    /// How they differ.
    pub kind: Kind,
    /// What is there.
    pub sides: Sides,
}

impl Difference {
    /// Returns what one side has.
    pub fn at(&self, hand: Hand) -> Option<&Facts> {
        match (&self.sides, hand) {
            (Sides::Left(facts), Hand::Left) | (Sides::Right(facts), Hand::Right) => Some(facts),
            (Sides::Both(both), Hand::Left) => both.first(),
            (Sides::Both(both), Hand::Right) => both.last(),
            _ => None,
        }
    }

    /// Returns the difference of a name that one side has; `other` is the place that does not have it.
    pub fn of_one(hand: Hand, name: Box<str>, facts: Facts, other: &Location) -> Self {
        let kind = match hand {
            _ if !facts.is_local() && !other.is_s3() && !can_be_local(&name) => Kind::Unsafe,
            Hand::Left => Kind::LeftOnly,
            Hand::Right => Kind::RightOnly,
        };
        let sides = match hand {
            Hand::Left => Sides::Left(facts),
            Hand::Right => Sides::Right(facts),
        };
        Self { name, kind, sides }
    }
}

/// A key that ends in a slash is a folder here, and so cannot have contents.
fn can_be_local(name: &str) -> bool {
    name::local_name(name, UnsafeKeys::Refuse).is_ok_and(|own| !own.is_folder)
}

/// Returns how two of one name differ, if they do; `is_same` says whether their checksums are the same, where both have one.
pub fn classify(left: &Facts, right: &Facts, by: Criterion, is_same: Option<bool>) -> Option<Kind> {
    if left.size != right.size {
        return Some(Kind::Size);
    }
    match (by, is_same) {
        (Criterion::Size, _) | (_, Some(true)) => None,
        (_, Some(false)) => Some(Kind::Contents),
        _ => match order(left, right) {
            Ordering::Less => Some(Kind::RightNewer),
            Ordering::Equal => None,
            Ordering::Greater => Some(Kind::LeftNewer),
        },
    }
}

/// Returns the order of two times; what has none is as old as the other.
///
/// A download gives its file the time of the header `Last-Modified`, which has whole seconds, while listings of some
/// servers have parts of them. So an object is not newer than a file of the same second. The other way round it may be:
/// a file that was written just after its upload has to go up again.
fn order(left: &Facts, right: &Facts) -> Ordering {
    let (Some(first), Some(second)) = (left.modified, right.modified) else { return Ordering::Equal };
    let is_one_second = first.as_second() == second.as_second();
    match (first.cmp(&second), left.is_local(), right.is_local()) {
        (Ordering::Less, true, false) | (Ordering::Greater, false, true) if is_one_second => Ordering::Equal,
        (order, ..) => order,
    }
}

/// What could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// On which side.
    pub hand: Hand,
    /// The path, as it is shown: unfiltered.
    pub name: String,
    /// Why.
    pub cause: Cause,
}

/// Why something could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It is left out, with the reason: a link that leads nowhere, a FIFO.
    LeftOut(String),
    /// It could not be read.
    Failed(Error),
}

/// What a comparison found since the page before, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ComparedPage {
    /// In the order of their names.
    pub differences: Vec<Difference>,
    /// What could not be compared.
    pub troubles: Vec<Trouble>,
    /// Names under which both sides have the same, in all, and the size of one side.
    pub same: Count,
    /// Names that one side has where the other could not be read, in all.
    pub unknown: u64,
    /// Names that the filter left out, on either side, in all.
    pub left_out: u64,
    /// Whether this is the last page.
    pub is_last: bool,
}

/// A comparison, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What is compared.
    pub places: Places,
    differences: Vec<Difference>,
    /// Where the differences of each kind are.
    of_kind: [Vec<u32>; Kind::ALL.len()],
    /// What could not be compared.
    pub troubles: Vec<Trouble>,
    /// All in numbers.
    pub tally: Tally,
    /// Whether both sides were read to their ends.
    pub is_complete: bool,
}

impl Comparison {
    /// Returns a comparison that has found nothing yet.
    pub fn new(places: Places) -> Self {
        Self {
            places,
            differences: Vec::new(),
            of_kind: Default::default(),
            troubles: Vec::new(),
            tally: Tally::default(),
            is_complete: false,
        }
    }

    /// Returns the comparison without its names.
    #[must_use]
    pub fn in_numbers(&self) -> Self {
        Self { tally: self.tally, is_complete: self.is_complete, ..Self::new(self.places.clone()) }
    }

    /// Takes in what was found.
    pub fn take(&mut self, page: ComparedPage) {
        for difference in &page.differences {
            self.tally.add(difference);
        }
        for (at, difference) in (self.differences.len()..).zip(&page.differences) {
            // Four billion names do not fit into memory.
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if let Some(list) = self.of_kind.get_mut(difference.kind as usize) {
                list.push(at);
            }
        }
        self.differences.extend(page.differences);
        self.troubles.extend(page.troubles);
        self.tally.same = page.same;
        self.tally.unknown = page.unknown;
        self.tally.left_out = page.left_out;
        self.is_complete |= page.is_last;
    }

    /// Returns all differences, in the order of their names.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Returns how many names were looked at, on either side.
    pub fn names(&self) -> u64 {
        self.tally.same.items + self.tally.unknown + self.differences.len() as u64
    }

    /// Returns whether a side has nothing at all, as far as it was looked at.
    pub fn is_empty_at(&self, hand: Hand) -> bool {
        let differs = |kind: &Kind| self.tally.of(*kind, hand).items > 0;
        self.tally.same.items == 0 && !Kind::ALL.iter().any(differs)
    }

    /// Returns how many there are of a kind, or of all.
    pub fn len(&self, kind: Option<Kind>) -> usize {
        match kind {
            Some(kind) => self.of_kind.get(kind as usize).map_or(0, Vec::len),
            None => self.differences.len(),
        }
    }

    /// Returns one of a kind, or of all, counted from 0. Costs the same wherever it is.
    pub fn get(&self, kind: Option<Kind>, at: usize) -> Option<&Difference> {
        let at = match kind {
            Some(kind) => usize::try_from(*self.of_kind.get(kind as usize)?.get(at)?).ok()?,
            None => at,
        };
        self.differences.get(at)
    }
}

#[cfg(test)]
mod tests;
