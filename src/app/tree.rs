//! The tree of one pane: levels that unfold in place, flattened to rows.
//!
//! A key press costs time in proportion to the window: rows are kept flat, eight bytes each, and are only rebuilt when
//! something unfolds, folds, sorts, filters, or arrives in between. A page that arrives in order behind a flat listing
//! is pushed.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use super::listing::{Listing, ListingId, Load, Rules, name_of};
use crate::model::entry::Entry;
use crate::model::error::Error;
use crate::model::job::{Item, Ticket};
use crate::model::location::Location;

mod load;
mod marks;

pub use marks::Marked;

/// One line of the flattened tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The level.
    pub listing: ListingId,
    /// The entry, or [`Row::NOTE`] for the line that says how the level itself fares.
    pub entry: u32,
}

impl Row {
    /// Stands in the place of an entry for the note of a level.
    pub const NOTE: u32 = u32::MAX;

    /// Returns whether this is a note and no entry.
    pub fn is_note(self) -> bool {
        self.entry == Self::NOTE
    }
}

/// What a line says that is not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note<'a> {
    /// The first page is on its way.
    Loading,
    /// There is nothing in it.
    Empty,
    /// There is something in it, but nothing that may be shown.
    NothingShown,
    /// It could not be read.
    Failed(&'a Error),
    /// There is more; Enter loads it.
    More,
    /// The person stopped it.
    Stopped,
}

/// Where the cursor wants to be as soon as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// The level's place.
    pub place: Location,
    /// The entry's name.
    pub name: Box<str>,
    /// Whether it holds others.
    pub is_container: bool,
}

/// What has to be asked for after a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Levels to read, with their new tickets.
    pub load: Vec<(Ticket, Location)>,
    /// Tickets that nobody waits for any more.
    pub drop: Vec<Ticket>,
}

/// The levels of one pane, from its place down.
#[derive(Debug, Clone)]
pub struct Tree {
    listings: BTreeMap<ListingId, Listing>,
    next: u32,
    rows: Vec<Row>,
    cursor: usize,
    top: usize,
    rules: Rules,
    goal: Option<Goal>,
    /// Where the cursor stays until a refresh brings its row back, and for good if it does not.
    held: Option<usize>,
    marked: Marked,
}

const ROOT: ListingId = ListingId(0);

impl Tree {
    /// Returns a tree that waits for the first page of its place.
    pub fn new(place: Location, ticket: Ticket, rules: Rules, goal: Option<Goal>) -> Self {
        Self {
            listings: BTreeMap::from([(ROOT, Listing::new(place, None, 0, ticket))]),
            next: 1,
            rows: Vec::new(),
            cursor: 0,
            top: 0,
            rules,
            goal,
            held: None,
            marked: Marked::default(),
        }
    }

    /// Returns the level that the pane shows.
    pub fn root(&self) -> &Listing {
        // The root is made with the tree and never removed; any level stands for it in a way that cannot happen.
        self.listings.get(&ROOT).unwrap_or_else(|| unreachable!("a tree has a root"))
    }

    /// Returns a level.
    pub fn listing(&self, id: ListingId) -> Option<&Listing> {
        self.listings.get(&id)
    }

    /// Returns all levels, shown, folded away, or waiting for a refresh to bring their row back.
    pub fn listings(&self) -> impl Iterator<Item = (ListingId, &Listing)> {
        self.listings.iter().map(|(id, listing)| (*id, listing))
    }

    /// Returns whether a level hangs on a row; one whose row a refresh has not brought back yet does not.
    pub fn is_attached(&self, id: ListingId) -> bool {
        let mut at = id;
        while let Some((parent, entry)) = self.listings.get(&at).and_then(|listing| listing.parent) {
            if self.listings.get(&parent).and_then(|parent| parent.children.get(&entry)) != Some(&at) {
                return false;
            }
            at = parent;
        }
        true
    }

    /// Returns a level and those below it that hang on its rows.
    fn branch(&self, id: ListingId) -> Vec<ListingId> {
        let mut branch = vec![id];
        let mut at = 0;
        while let Some(listing) = branch.get(at).and_then(|id| self.listings.get(id)) {
            branch.extend(listing.children.values());
            at += 1;
        }
        branch
    }

    /// Returns the rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the index of the row under the cursor; 0 where there is none.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Returns the index of the first row in the window.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Returns how the levels are ordered and thinned out.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns the row under the cursor.
    pub fn current(&self) -> Option<Row> {
        self.rows.get(self.cursor).copied()
    }

    /// Returns the entry of a row, with its level; nothing for a note.
    pub fn entry(&self, row: Row) -> Option<(&Listing, &Entry)> {
        let listing = self.listings.get(&row.listing)?;
        Some((listing, listing.entry(row.entry)?))
    }

    /// Returns the thing that a row stands for.
    pub fn item(&self, row: Row) -> Option<Item> {
        self.entry(row).map(|(listing, entry)| listing.item(entry))
    }

    /// Returns the place that a row can be unfolded to.
    pub fn place_of(&self, row: Row) -> Option<Location> {
        self.entry(row).and_then(|(listing, entry)| listing.place_of(entry))
    }

    /// Returns whether a row is unfolded.
    pub fn is_open(&self, row: Row) -> bool {
        self.listings.get(&row.listing).is_some_and(|listing| listing.open.contains(&row.entry))
    }

    /// Returns what the note of a level says, if it has one.
    pub fn note(&self, id: ListingId) -> Option<Note<'_>> {
        note(self.listings.get(&id)?)
    }

    /// Returns how many entries the levels that are being read have so far, if any is.
    pub fn loading(&self) -> Option<usize> {
        let mut loading = self.listings.values().filter(|listing| listing.ticket().is_some()).peekable();
        loading.peek()?;
        Some(loading.map(|listing| listing.entries().len()).sum())
    }

    // The cursor.

    /// Puts the cursor on a row, as far as there is one.
    pub fn move_to(&mut self, row: usize) {
        self.settle();
        self.cursor = row.min(self.rows.len().saturating_sub(1));
    }

    /// Lets the cursor be where it is: the person has chosen that row.
    fn settle(&mut self) {
        self.goal = None;
        self.held = None;
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        self.move_to(self.cursor.saturating_add_signed(rows));
    }

    /// Moves the window and takes the cursor along as far as it must.
    pub fn scroll_by(&mut self, rows: isize, height: usize) {
        let last = self.rows.len().saturating_sub(height);
        self.top = self.top.saturating_add_signed(rows).min(last);
        self.move_to(self.cursor.clamp(self.top, self.top.saturating_add(height.saturating_sub(1))));
    }

    /// Moves the window so that the cursor is in it.
    pub fn follow(&mut self, height: usize) {
        let height = height.max(1);
        let last = self.rows.len().saturating_sub(height);
        self.top = self.top.min(last).min(self.cursor).max((self.cursor + 1).saturating_sub(height));
    }

    /// Returns what is needed to come back to the row under the cursor later.
    pub fn bookmark(&self) -> Option<Goal> {
        let (listing, entry) = self.entry(self.current()?)?;
        let (name, is_container) = name_of(entry);
        Some(Goal { place: listing.place.clone(), name, is_container })
    }

    /// Puts the cursor on the row that the level of the current one is unfolded from.
    pub fn move_to_parent_row(&mut self) -> bool {
        let parent = self.current().and_then(|row| self.listings.get(&row.listing)).and_then(|level| level.parent);
        let Some((listing, entry)) = parent else { return false };
        self.find_row(Row { listing, entry }).is_some_and(|at| {
            self.move_to(at);
            true
        })
    }

    /// Returns the line that a row is on, if it is shown.
    pub fn find_row(&self, row: Row) -> Option<usize> {
        self.rows.iter().position(|other| *other == row)
    }

    // Order and filter.

    /// Changes the order or what is hidden.
    pub fn rearrange(&mut self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.rules);
        self.each_level(Listing::arrange);
    }

    /// Changes what names have to match; nothing typed ends the filter.
    pub fn filter(&mut self, text: &str) {
        let is_narrower = match (&mut self.rules.filter, text) {
            (None, "") => return,
            (filter, "") => {
                *filter = None;
                false
            }
            (Some(filter), text) => {
                let is_narrower = filter.is_narrowed_by(text);
                filter.retype(text);
                is_narrower
            }
            (filter, text) => {
                *filter = Some(Filter::new(text));
                false
            }
        };
        self.each_level(if is_narrower { Listing::narrow } else { Listing::arrange });
    }

    /// Applies a change to every level, the lowest first, because an entry stays for what is below it.
    fn each_level(&mut self, change: fn(&mut Listing, &mut Rules, &BTreeSet<u32>)) {
        // In another order the same line is another row.
        self.held = None;
        let mut ids: Vec<_> = self.listings.iter().map(|(id, listing)| (listing.depth, *id)).collect();
        ids.sort_unstable_by(|left, right| right.cmp(left));
        for (_, id) in ids {
            let keeps = self.kept_for_children(id);
            if let Some(listing) = self.listings.get_mut(&id) {
                change(listing, &mut self.rules, &keeps);
            }
        }
        self.rebuild();
    }

    fn kept_for_children(&self, id: ListingId) -> BTreeSet<u32> {
        let (Some(listing), Some(_)) = (self.listings.get(&id), &self.rules.filter) else { return BTreeSet::new() };
        let is_shown = |child: &ListingId| self.listings.get(child).is_some_and(|child| !child.shown().is_empty());
        let kept = listing.children.iter().filter(|(entry, child)| listing.open.contains(entry) && is_shown(child));
        kept.map(|(entry, _)| *entry).collect()
    }

    /// Shows the entries above a level that got rows while a filter is on.
    fn reveal_parents(&mut self, id: ListingId) {
        if self.rules.filter.is_none() {
            return;
        }
        let mut at = self.listings.get(&id).filter(|listing| !listing.shown().is_empty());
        let mut parents = Vec::new();
        while let Some(parent) = at.and_then(|listing| listing.parent) {
            parents.push(parent);
            at = self.listings.get(&parent.0);
        }
        for (parent, entry) in parents {
            if let Some(listing) = self.listings.get_mut(&parent) {
                listing.reveal(entry, &self.rules);
            }
        }
    }

    // Rows.

    /// Adds rows for the last entries of the root.
    fn push_last(&mut self, count: usize) {
        let Some(root) = self.listings.get(&ROOT) else { return };
        let first = root.shown().len().saturating_sub(count);
        let new = root.shown().get(first..).unwrap_or_default();
        self.rows.extend(new.iter().map(|entry| Row { listing: ROOT, entry: *entry }));
    }

    /// Flattens the tree anew and keeps the cursor on its entry.
    fn rebuild(&mut self) {
        let current = self.current();
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        flatten(&self.listings, ROOT, &mut rows);
        self.rows = rows;
        let at = current.and_then(|row| match self.rows.get(self.cursor) {
            Some(here) if *here == row => Some(self.cursor),
            _ => self.find_row(row),
        });
        self.cursor = at.unwrap_or(self.cursor).min(self.rows.len().saturating_sub(1));
    }
}

fn note(listing: &Listing) -> Option<Note<'_>> {
    let is_root = listing.parent.is_none();
    match &listing.load {
        Load::More(_) => Some(Note::More),
        Load::Stopped if !is_root => Some(Note::Stopped),
        Load::Failed(error) if !is_root => Some(Note::Failed(error)),
        Load::Loading { .. } if !is_root && listing.entries().is_empty() => Some(Note::Loading),
        Load::Done if !is_root && listing.entries().is_empty() => Some(Note::Empty),
        Load::Done if !is_root && listing.shown().is_empty() => Some(Note::NothingShown),
        _ => None,
    }
}

fn flatten(listings: &BTreeMap<ListingId, Listing>, id: ListingId, rows: &mut Vec<Row>) {
    let Some(listing) = listings.get(&id) else { return };
    if listing.open.is_empty() {
        rows.extend(listing.shown().iter().map(|entry| Row { listing: id, entry: *entry }));
    } else {
        for entry in listing.shown() {
            rows.push(Row { listing: id, entry: *entry });
            if listing.open.contains(entry)
                && let Some(child) = listing.children.get(entry)
            {
                flatten(listings, *child, rows);
            }
        }
    }
    if note(listing).is_some() {
        rows.push(Row { listing: id, entry: Row::NOTE });
    }
}

#[cfg(test)]
mod tests;
