//! One piece of a keyspace: what is known of it, and what is asked about it.

use super::cuts::Cut;
use crate::engine::page::Wanted;
use crate::model::name::{ObjectKey, Prefix};
use crate::s3::{KeyPage, ListedObject};

/// Keys of a page that are kept to guess from.
const KEPT: usize = 32;

/// The keys that begin with a prefix, are greater than `after` and not greater than `until`.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Never used twice.
    pub number: u64,
    /// What its keys begin with.
    pub prefix: Prefix,
    /// Where it begins; the key itself belongs to the piece before.
    pub after: Option<ObjectKey>,
    /// Where it ends; the key itself still belongs to it.
    pub until: Option<ObjectKey>,
    /// Keys that were listed and not taken yet.
    pub waiting: Vec<ListedObject>,
    /// How far it was listed.
    pub reached: Option<ObjectKey>,
    /// Where its listing goes on.
    pub token: Option<String>,
    /// Whether all of its keys were listed.
    pub is_over: bool,
    /// How many keys the page on its way may bring; none if no page is on its way.
    pub asked: usize,
    /// How many keys it has brought.
    pub listed: usize,
    /// How many keys it holds, as far as can be guessed.
    pub expected: Option<usize>,
    /// Whether it is known to be more than a page.
    pub is_large: bool,
    /// What is known of the folders in it.
    pub folders: Folders,
    /// The folder before the folded page that comes next, if it is not a piece of its own.
    pub head: Option<Prefix>,
    /// Some keys of its last page, and how many that page held.
    pub sample: (Vec<ObjectKey>, usize),
    /// Pages to come before it is worth another look for cuts.
    pub patience: u32,
    /// The cuts that are being asked for.
    pub probing: Option<Probing>,
}

/// What is known of the folders of a piece.
#[derive(Debug, Default)]
pub(super) enum Folders {
    /// Nothing yet; a folded page may be asked for, at a token if it is not the first.
    Open(Option<String>),
    /// A folded page is on its way.
    Asked,
    /// A folded page came, and waits for the page of keys that is on its way.
    Held(KeyPage),
    /// There are none, or too small ones.
    #[default]
    Closed,
}

/// Cuts that are asked for before they are made: is there a key between one and the next?
#[derive(Debug)]
pub(super) struct Probing {
    /// In their order.
    pub cuts: Vec<Cut>,
    /// The first key behind each.
    pub found: Vec<Option<ObjectKey>>,
    /// How many were asked for.
    pub asked: usize,
    /// How many were answered.
    pub answered: usize,
    /// How many keys the piece had brought when they were guessed.
    pub listed: usize,
    /// How many keys were expected behind that.
    pub total: f64,
}

impl Piece {
    /// Returns the key up to which all are listed.
    pub fn position(&self) -> Option<&ObjectKey> {
        self.after.as_ref().max(self.reached.as_ref())
    }

    /// Returns whether a key lies behind all that are listed.
    pub fn is_ahead(&self, key: &str) -> bool {
        self.position().is_none_or(|position| key > position.as_str())
    }

    /// Returns whether the piece reaches to a key.
    pub fn reaches(&self, key: &ObjectKey) -> bool {
        self.until.as_ref().is_none_or(|until| key <= until)
    }

    /// Returns how many keys it holds, and how many may come with the pages on their way.
    pub fn held(&self, page: usize) -> usize {
        let folded = match &self.folders {
            Folders::Open(_) | Folders::Closed => 0,
            Folders::Asked => page,
            Folders::Held(page) => page.objects.len(),
        };
        self.waiting.len() + self.asked + folded
    }

    /// Returns how many keys it may still bring, in keys of a page.
    pub fn remaining(&self, page: usize) -> usize {
        match self.expected {
            _ if self.is_over => 0,
            Some(expected) => expected.saturating_sub(self.listed).max(1),
            None if self.is_large => 4 * page,
            None => page,
        }
    }

    /// Returns how many keys to ask for: a page, or fewer if it ends at a cut soon, where the next piece has them already.
    pub fn size(&self, page: usize) -> usize {
        match (&self.until, self.expected) {
            (Some(_), Some(expected)) => {
                let left = expected.saturating_sub(self.listed);
                // Three standard deviations of what is spread at random, so that a second page is rarely needed.
                (left + left / 16 + 3 * left.isqrt() + 8).min(page)
            }
            _ => page,
        }
    }

    /// Returns the page of keys to ask for, of at most so many.
    pub fn wanted(&self, size: usize, page: usize) -> Wanted {
        Wanted {
            prefix: self.prefix.clone(),
            is_folded: false,
            start_after: self.position().filter(|_| self.token.is_none()).cloned(),
            token: self.token.clone(),
            max_keys: i32::try_from(size).ok().filter(|_| size < page),
        }
    }

    /// Keeps some keys of a page to guess from.
    pub fn remember(&mut self, page: &[ListedObject]) {
        let step = page.len().div_ceil(KEPT).max(1);
        let spread = page.iter().step_by(step).chain(page.last()).map(|object| object.key.clone());
        let mut keys: Vec<_> = spread.collect();
        keys.dedup();
        self.sample = (keys, page.len());
    }
}
