//! The tree of one pane: levels that unfold in place, flattened to rows.
//!
//! A key press costs time in proportion to the window: rows are kept flat, eight bytes each, and are only rebuilt when
//! something unfolds, folds, sorts, filters, or arrives in between. A page that arrives in order behind a flat listing
//! is pushed.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use super::listing::{Before, Listing, ListingId, Load, Placed, Rules, name_of};
use super::state::Ids;
use crate::model::entry::Entry;
use crate::model::error::Error;
use crate::model::job::{Item, Page, Ticket};
use crate::model::location::Location;

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
    marked: Marked,
}

/// How a page was taken in.
struct Appended {
    placed: Placed,
    /// The index of its first entry.
    first: usize,
    /// The levels that came back with it.
    children: Vec<ListingId>,
    /// Whether they are read anew too.
    is_deep: bool,
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

    /// Returns all levels, shown or folded away.
    pub fn listings(&self) -> impl Iterator<Item = (ListingId, &Listing)> {
        self.listings.iter().map(|(id, listing)| (*id, listing))
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
        self.goal = None;
        self.cursor = row.min(self.rows.len().saturating_sub(1));
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

    fn find_row(&self, row: Row) -> Option<usize> {
        self.rows.iter().position(|other| *other == row)
    }

    // Unfolding.

    /// Unfolds a row; what was unfolded below it before comes back as it was.
    pub fn unfold(&mut self, row: Row, ids: &mut Ids) -> Wanted {
        let mut wanted = Wanted::default();
        let Some(place) = self.place_of(row) else { return wanted };
        let Some(listing) = self.listings.get_mut(&row.listing) else { return wanted };
        listing.open.insert(row.entry);
        let depth = listing.depth.saturating_add(1);
        if let Some(child) = listing.children.get(&row.entry).copied() {
            // A level that failed, or was left before it was read, is read again.
            if self.listings.get(&child).is_some_and(|child| matches!(child.load, Load::Failed(_) | Load::Stopped)) {
                wanted = self.reload(child, false, ids);
            }
        } else {
            let child = ListingId(self.next);
            self.next += 1;
            listing.children.insert(row.entry, child);
            let ticket = ids.ticket();
            wanted.load.push((ticket, place.clone()));
            self.listings.insert(child, Listing::new(place, Some((row.listing, row.entry)), depth, ticket));
        }
        self.rebuild();
        wanted
    }

    /// Folds a row; its level keeps what it has.
    pub fn fold(&mut self, row: Row) {
        if let Some(listing) = self.listings.get_mut(&row.listing)
            && listing.open.remove(&row.entry)
        {
            self.rebuild();
        }
    }

    // Reading.

    /// Reads a level anew; what is there stays until the first page comes.
    pub fn reload(&mut self, id: ListingId, is_deep: bool, ids: &mut Ids) -> Wanted {
        let mut wanted = Wanted::default();
        if let Some(listing) = self.listings.get_mut(&id) {
            wanted.drop.extend(listing.ticket());
            let ticket = ids.ticket();
            listing.load = Load::Loading { ticket, is_refresh: true, is_deep };
            wanted.load.push((ticket, listing.place.clone()));
        }
        self.rebuild();
        wanted
    }

    /// Reads the whole tree anew.
    pub fn reload_all(&mut self, ids: &mut Ids) -> Wanted {
        self.reload(ROOT, true, ids)
    }

    /// Goes on where the engine stopped by itself.
    pub fn resume(&mut self, id: ListingId, ids: &mut Ids) -> Option<(Ticket, Location, crate::model::job::PageToken)> {
        let listing = self.listings.get_mut(&id)?;
        let Load::More(token) = listing.load.clone() else { return None };
        let ticket = ids.ticket();
        listing.load = Load::Loading { ticket, is_refresh: false, is_deep: false };
        let place = listing.place.clone();
        self.rebuild();
        Some((ticket, place, token))
    }

    /// Stops reading; what is there stays. Returns the tickets to drop.
    pub fn stop(&mut self) -> Vec<Ticket> {
        let mut tickets = Vec::new();
        for listing in self.listings.values_mut() {
            if let Some(ticket) = listing.ticket() {
                tickets.push(ticket);
                listing.load = Load::Stopped;
            }
        }
        if !tickets.is_empty() {
            self.rebuild();
        }
        tickets
    }

    /// Returns the tickets that are open, for leaving the place.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.listings.values().filter_map(Listing::ticket).collect()
    }

    /// Returns whether a level of this tree waits for the ticket.
    pub fn waits_for(&self, ticket: Ticket) -> bool {
        self.waiting_for(ticket).is_some()
    }

    fn waiting_for(&self, ticket: Ticket) -> Option<ListingId> {
        self.listings.iter().find(|(_, listing)| listing.ticket() == Some(ticket)).map(|(id, _)| *id)
    }

    /// Takes a page in; nothing if it is not for this tree.
    pub fn on_page(&mut self, ticket: Ticket, page: Page, ids: &mut Ids) -> Option<Wanted> {
        let id = self.waiting_for(ticket)?;
        let mut wanted = Wanted::default();
        let note_before = self.note(id).is_some();
        let was_refresh = self.begin_refresh(id);
        let appended = self.append(id, page)?;
        for child in appended.children.into_iter().filter(|_| appended.is_deep) {
            let more = self.reload(child, true, ids);
            wanted.load.extend(more.load);
            wanted.drop.extend(more.drop);
        }
        let is_done = self.listings.get(&id).is_some_and(|listing| listing.ticket().is_none());
        if is_done {
            wanted.drop.extend(self.drop_lost(id));
        }
        let note_after = self.note(id).is_some();
        match appended.placed {
            Placed::AtEnd(count) if id == ROOT && !was_refresh && !note_before && !note_after => self.push_last(count),
            _ => {
                self.reveal_parents(id);
                self.rebuild();
            }
        }
        self.seek(id, appended.first);
        Some(wanted)
    }

    /// Notes that a level could not be read; nothing if the ticket is not of this tree.
    pub fn on_failed(&mut self, ticket: Ticket, error: Error) -> bool {
        let Some(id) = self.waiting_for(ticket) else { return false };
        if let Some(listing) = self.listings.get_mut(&id) {
            listing.load = Load::Failed(error);
        }
        self.rebuild();
        true
    }

    /// Throws away what a refresh replaces, when its first page is here.
    fn begin_refresh(&mut self, id: ListingId) -> bool {
        let goal = self.bookmark();
        let Some(listing) = self.listings.get_mut(&id) else { return false };
        let Load::Loading { ticket, is_refresh: true, is_deep } = listing.load else { return false };
        listing.load = Load::Loading { ticket, is_refresh: false, is_deep };
        self.marked.forget(listing);
        let before = listing.clear();
        listing.before = Some(before);
        if self.goal.is_none() {
            self.goal = goal;
        }
        true
    }

    /// Adds a page to its level and brings back what was unfolded and marked.
    fn append(&mut self, id: ListingId, page: Page) -> Option<Appended> {
        let listing = self.listings.get_mut(&id)?;
        let first = listing.entries().len();
        let placed = listing.append(page.entries, &mut self.rules);
        let mut reattached = Vec::new();
        let is_deep = matches!(listing.load, Load::Loading { is_deep: true, .. });
        if let Some(mut before) = listing.before.take() {
            take_over(listing, &mut before, first, &mut reattached, &mut self.marked);
            listing.before = Some(before);
        }
        if page.is_last {
            listing.load = page.rest.map_or(Load::Done, Load::More);
        }
        for (child, entry) in &reattached {
            if let Some(child) = self.listings.get_mut(child) {
                child.parent = Some((id, *entry));
            }
        }
        let children = reattached.into_iter().map(|(child, _)| child).collect();
        Some(Appended { placed, first, children, is_deep })
    }

    /// Forgets the levels below a refreshed one whose entries are not there any more.
    fn drop_lost(&mut self, id: ListingId) -> Vec<Ticket> {
        let before = self.listings.get_mut(&id).and_then(|listing| listing.before.take()).unwrap_or_default();
        let mut lost: Vec<ListingId> = before.children.into_values().map(|(child, _)| child).collect();
        let mut tickets = Vec::new();
        while let Some(id) = lost.pop() {
            if let Some(listing) = self.listings.remove(&id) {
                self.marked.forget(&listing);
                tickets.extend(listing.ticket());
                lost.extend(listing.children.values());
                lost.extend(
                    listing.before.into_iter().flat_map(|before| before.children.into_values()).map(|(id, _)| id),
                );
            }
        }
        tickets
    }

    /// Puts the cursor where it wants to be, if that has arrived.
    fn seek(&mut self, id: ListingId, first: usize) {
        let Some(goal) = &self.goal else { return };
        let Some(listing) = self.listings.get(&id) else { return };
        if listing.place != goal.place {
            // A level that came back with this page may hold the goal.
            let holder = self.listings.iter().find(|(_, other)| other.place == goal.place);
            if let Some(row) = holder
                .filter(|_| listing.place.contains(&goal.place))
                .and_then(|(id, other)| Some(Row { listing: *id, entry: other.find(&goal.name, goal.is_container)? }))
                && let Some(at) = self.find_row(row)
            {
                self.cursor = at;
            }
            return;
        }
        if let Some(entry) = listing.find_from(first, &goal.name, goal.is_container)
            && let Some(at) = self.find_row(Row { listing: id, entry })
        {
            self.cursor = at;
            self.goal = None;
        }
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

/// Brings back what was unfolded and marked for the entries from `first` on.
fn take_over(
    listing: &mut Listing,
    before: &mut Before,
    first: usize,
    reattached: &mut Vec<(ListingId, u32)>,
    marked: &mut Marked,
) {
    if before.children.is_empty() && before.marks.is_empty() {
        return;
    }
    let fresh = listing.entries().get(first..).unwrap_or_default();
    let names: Vec<_> = fresh.iter().map(name_of).collect();
    for (at, name) in names.iter().enumerate() {
        let Ok(entry) = u32::try_from(first + at) else { return };
        if let Some((child, is_open)) = before.children.remove(name) {
            listing.children.insert(entry, child);
            if is_open {
                listing.open.insert(entry);
                reattached.push((child, entry));
            }
        }
        if before.marks.remove(name) {
            marked.set(listing, entry, true);
        }
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
