//! Marks: which entries the next job is for.

use std::collections::HashSet;

use globset::GlobMatcher;

use super::{Row, Tree};
use crate::app::listing::{Listing, ListingId};
use crate::model::entry::EntryKind;
use crate::model::job::Item;

/// The sums over all marked entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marked {
    /// How many.
    pub count: u64,
    /// The sizes that are known.
    pub bytes: u64,
}

impl Marked {
    /// Marks or unmarks one entry and keeps the sums.
    pub(super) fn set(&mut self, listing: &mut Listing, entry: u32, is_marked: bool) {
        let Some(size) = listing.entry(entry).map(|entry| entry.size.unwrap_or(0)) else { return };
        if is_marked && listing.marks.insert(entry) {
            self.count += 1;
            self.bytes = self.bytes.saturating_add(size);
        } else if !is_marked && listing.marks.remove(&entry) {
            self.count = self.count.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(size);
        }
    }

    /// Takes the marks of a level that goes away out of the sums.
    pub(super) fn forget_level(&mut self, listing: &Listing) {
        self.bytes = self.bytes.saturating_sub(bytes(listing));
        self.count = self.count.saturating_sub(listing.marks.len() as u64);
    }

    /// Adds the marks of a level that came back.
    pub(super) fn add_level(&mut self, listing: &Listing) {
        self.add(Self { count: listing.marks.len() as u64, bytes: bytes(listing) });
    }

    /// Adds other sums.
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

fn bytes(listing: &Listing) -> u64 {
    let entries = listing.marks.iter().filter_map(|entry| listing.entry(*entry));
    entries.filter_map(|entry| entry.size).fold(0, u64::saturating_add)
}

impl Tree {
    /// Returns the sums over all marked entries.
    pub fn marked(&self) -> Marked {
        self.marked
    }

    /// Returns whether a row is marked.
    pub fn is_marked(&self, row: Row) -> bool {
        self.listings.get(&row.listing).is_some_and(|listing| listing.marks.contains(&row.entry))
    }

    /// Marks or unmarks a row.
    pub fn mark(&mut self, row: Row, is_marked: bool) {
        if let Some(listing) = self.listings.get_mut(&row.listing) {
            self.marked.set(listing, row.entry, is_marked);
        }
    }

    /// Marks the rows between two, both included, and returns those that were not marked before.
    pub fn mark_range(&mut self, from: usize, to: usize) -> Vec<Row> {
        let (first, last) = (from.min(to), from.max(to));
        let rows = self.rows.get(first..=last.min(self.rows.len().saturating_sub(1))).unwrap_or_default();
        let new: Vec<Row> = rows.iter().copied().filter(|row| !row.is_note() && !self.is_marked(*row)).collect();
        for row in &new {
            self.mark(*row, true);
        }
        new
    }

    /// Unmarks everything, what a refresh has not brought back yet included, and says whether there was anything.
    pub fn clear_marks(&mut self) -> bool {
        for listing in self.listings.values_mut() {
            listing.marks.clear();
            if let Some(before) = &mut listing.before {
                before.marks.clear();
            }
        }
        std::mem::take(&mut self.marked).count > 0
    }

    /// Marks what is not, and unmarks what is, on the level of the cursor.
    pub fn invert_marks(&mut self) {
        self.mark_level(|_, is_marked| !is_marked);
    }

    /// Marks the whole level of the cursor, or unmarks it if it is marked.
    pub fn mark_all(&mut self) {
        let Some(listing) = self.cursor_level().and_then(|id| self.listings.get(&id)) else { return };
        let is_all = listing.shown().iter().all(|entry| listing.marks.contains(entry));
        self.mark_level(|_, _| !is_all);
    }

    /// Marks or unmarks what a pattern matches on the level of the cursor, and says how many.
    pub fn mark_pattern(&mut self, pattern: &GlobMatcher, is_marked: bool) -> usize {
        let mut count = 0;
        self.mark_level(|name, before| {
            let is_match = pattern.is_match(name);
            count += usize::from(is_match);
            if is_match { is_marked } else { before }
        });
        count
    }

    fn cursor_level(&self) -> Option<ListingId> {
        self.current().map(|row| row.listing)
    }

    fn mark_level(&mut self, mut choose: impl FnMut(&str, bool) -> bool) {
        let Some(listing) = self.cursor_level().and_then(|id| self.listings.get_mut(&id)) else { return };
        let shown = listing.shown().to_vec();
        for at in shown {
            let Some(entry) = listing.entry(at) else { continue };
            let is_marked = choose(&entry.name, listing.marks.contains(&at));
            self.marked.set(listing, at, is_marked);
        }
    }

    /// Returns what the next job is for: the marked entries, or else the one under the cursor.
    pub fn selection(&self) -> Vec<Item> {
        self.selected(|listing, entry| listing.entry(entry).map(|entry| listing.item(entry)))
    }

    /// Returns the same for a deletion: a link to a folder is removed itself, not what it points to.
    pub fn selection_to_delete(&self) -> Vec<Item> {
        self.selected(|listing, entry| {
            let entry = listing.entry(entry)?;
            Some(match (listing.item(entry), entry.kind) {
                (Item::Folder(path), EntryKind::FolderLink) => Item::File(path),
                (item, _) => item,
            })
        })
    }

    /// Marked entries below a marked one are covered by it. The order is that of the levels and of arrival.
    fn selected(&self, item: impl Fn(&Listing, u32) -> Option<Item>) -> Vec<Item> {
        if self.marked.count == 0 {
            let row = self.current().filter(|row| !row.is_note());
            return row.and_then(|row| item(self.listings.get(&row.listing)?, row.entry)).into_iter().collect();
        }
        let mut items = Vec::new();
        let mut covered: HashSet<ListingId> = HashSet::new();
        // A level has a greater number than the one it was unfolded from, so what covers it was seen before it.
        for (id, listing) in &self.listings {
            if !self.is_attached(*id) {
                continue; // what cannot be seen is not chosen
            }
            let is_covered = listing.parent.is_some_and(|(parent, entry)| {
                covered.contains(&parent)
                    || self.listings.get(&parent).is_some_and(|parent| parent.marks.contains(&entry))
            });
            if is_covered {
                covered.insert(*id);
                continue;
            }
            let mut marks: Vec<u32> = listing.marks.iter().copied().collect();
            marks.sort_unstable();
            items.extend(marks.into_iter().filter_map(|entry| item(listing, entry)));
        }
        items
    }
}
