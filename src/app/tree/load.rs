//! Levels that are asked for, arrive page by page, and are read anew.

use super::marks::Marked;
use super::{ROOT, Row, Tree, Wanted};
use crate::app::listing::{Before, Listing, ListingId, Load, Placed, name_of};
use crate::app::state::Ids;
use crate::model::error::Error;
use crate::model::job::{Page, PageToken, Ticket};
use crate::model::location::Location;

/// How a page was taken in.
struct Appended {
    placed: Placed,
    /// The index of its first entry.
    first: usize,
    /// The unfolded levels that came back with it.
    children: Vec<ListingId>,
    /// Whether they are read anew too.
    is_deep: bool,
}

impl Tree {
    /// Unfolds a row; what was unfolded below it before comes back as it was.
    pub fn unfold(&mut self, row: Row, ids: &mut Ids) -> Wanted {
        let mut wanted = Wanted::default();
        let Some(place) = self.place_of(row) else { return wanted };
        self.settle();
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
            self.settle();
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
            listing.load = Load::Loading { ticket, is_refresh: true, is_deep, otherwise: Box::new(listing.settled()) };
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
    pub fn resume(&mut self, id: ListingId, ids: &mut Ids) -> Option<(Ticket, Location, PageToken)> {
        let listing = self.listings.get_mut(&id)?;
        let Load::More(token) = listing.load.clone() else { return None };
        let ticket = ids.ticket();
        let otherwise = Box::new(Load::More(token.clone()));
        listing.load = Load::Loading { ticket, is_refresh: false, is_deep: false, otherwise };
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
                listing.load = listing.settled();
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
        for child in appended.children.iter().filter(|_| appended.is_deep) {
            let more = self.reload(*child, true, ids);
            wanted.load.extend(more.load);
            wanted.drop.extend(more.drop);
        }
        // Where the engine stopped by itself the rest may still bring back what is missing.
        if self.listings.get(&id).is_some_and(|listing| listing.load == Load::Done) {
            if let Some(above) = self.vanished_from(id) {
                let more = self.reload(above, false, ids);
                wanted.load.extend(more.load);
            }
            wanted.drop.extend(self.drop_lost(id));
        }
        let note_after = self.note(id).is_some();
        let is_flat = id == ROOT && !was_refresh && !note_before && !note_after && appended.children.is_empty();
        match appended.placed {
            Placed::AtEnd(count) if is_flat => self.push_last(count),
            _ => {
                self.reveal_parents(id);
                self.rebuild();
            }
        }
        if let Some(held) = self.held {
            self.cursor = held.min(self.rows.len().saturating_sub(1));
        }
        self.seek(id, appended.first);
        if self.loading().is_none() {
            self.settle(); // what has not come by now is gone
        }
        Some(wanted)
    }

    /// Notes that a level could not be read. Returns the error where the level does not keep it, because it can go on
    /// from where it was.
    pub fn on_failed(&mut self, ticket: Ticket, error: Error) -> Option<Error> {
        let listing = self.waiting_for(ticket).and_then(|id| self.listings.get_mut(&id))?;
        let kept = if let Load::More(token) = listing.settled() {
            listing.load = Load::More(token);
            Some(error)
        } else {
            listing.load = Load::Failed(error);
            None
        };
        self.rebuild();
        kept
    }

    /// Throws away what a refresh replaces, when its first page is here.
    fn begin_refresh(&mut self, id: ListingId) -> bool {
        let load = self.listings.get(&id).map(|listing| &listing.load);
        let Some(&Load::Loading { ticket, is_refresh: true, is_deep, .. }) = load else { return false };
        let branch = self.branch(id);
        if self.current().is_some_and(|row| branch.contains(&row.listing)) {
            self.held.get_or_insert(self.cursor);
            self.goal = self.goal.take().or_else(|| self.bookmark());
        }
        let attached = if self.is_attached(id) { branch } else { Vec::new() };
        attached.iter().filter_map(|id| self.listings.get(id)).for_each(|listing| self.marked.forget_level(listing));
        let Some(listing) = self.listings.get_mut(&id) else { return false };
        listing.load = Load::Loading { ticket, is_refresh: false, is_deep, otherwise: Box::new(Load::Stopped) };
        let older = listing.before.take();
        let mut before = listing.clear();
        before.add(older.unwrap_or_default());
        listing.before = Some(before);
        true
    }

    /// Adds a page to its level and brings back what was unfolded and marked.
    fn append(&mut self, id: ListingId, page: Page) -> Option<Appended> {
        let is_attached = self.is_attached(id);
        let listing = self.listings.get_mut(&id)?;
        let first = listing.entries().len();
        let placed = listing.append(page.entries, &mut self.rules);
        let mut reattached = Vec::new();
        let is_deep = matches!(listing.load, Load::Loading { is_deep: true, .. });
        let mut came_back = Marked::default();
        if let Some(mut before) = listing.before.take() {
            take_over(listing, &mut before, first, &mut reattached, &mut came_back);
            listing.before = Some(before);
        }
        if page.is_last {
            listing.load = page.rest.map_or(Load::Done, Load::More);
        } else if let Load::Loading { otherwise, .. } = &mut listing.load {
            **otherwise = Load::Stopped;
        }
        for (child, entry, _) in &reattached {
            if let Some(child) = self.listings.get_mut(child) {
                child.parent = Some((id, *entry));
            }
            let branch = self.branch(*child);
            branch.iter().filter_map(|id| self.listings.get(id)).for_each(|listing| came_back.add_level(listing));
        }
        if is_attached {
            self.marked.add(came_back);
        }
        let children = reattached.into_iter().filter(|(.., is_open)| *is_open).map(|(child, ..)| child).collect();
        Some(Appended { placed, first, children, is_deep })
    }

    /// Forgets the levels below a refreshed one whose entries are not there any more. Their marks do not count since
    /// the refresh began.
    fn drop_lost(&mut self, id: ListingId) -> Vec<Ticket> {
        let before = self.listings.get_mut(&id).and_then(|listing| listing.before.take()).unwrap_or_default();
        let mut lost: Vec<ListingId> = before.children.into_values().map(|(child, _)| child).collect();
        let mut tickets = Vec::new();
        while let Some(id) = lost.pop() {
            if let Some(listing) = self.listings.remove(&id) {
                tickets.extend(listing.ticket());
                lost.extend(listing.children.values());
                lost.extend(
                    listing.before.into_iter().flat_map(|before| before.children.into_values()).map(|(id, _)| id),
                );
            }
        }
        tickets
    }

    /// Returns the level above one that was read anew and found empty: on S3 a prefix is gone with its last key, so
    /// its row is to go too. One that is being read anyway needs no word.
    fn vanished_from(&self, id: ListingId) -> Option<ListingId> {
        let listing = self.listings.get(&id)?;
        let is_gone = listing.before.is_some() && listing.entries().is_empty() && listing.place.is_s3();
        let (above, _) = listing.parent.filter(|_| is_gone && self.is_attached(id))?;
        let above_listing = self.listings.get(&above)?;
        (!above_listing.place.is_buckets() && above_listing.ticket().is_none()).then_some(above)
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
                self.held = None;
            }
            return;
        }
        if let Some(entry) = listing.find_from(first, &goal.name, goal.is_container)
            && let Some(at) = self.find_row(Row { listing: id, entry })
        {
            self.move_to(at);
        }
    }
}

/// Brings back what was unfolded and marked for the entries from `first` on. `reattached` gets the levels, with their
/// new entry and whether they are unfolded.
fn take_over(
    listing: &mut Listing,
    before: &mut Before,
    first: usize,
    reattached: &mut Vec<(ListingId, u32, bool)>,
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
            }
            reattached.push((child, entry, is_open));
        }
        if before.marks.remove(name) {
            marked.set(listing, entry, true);
        }
    }
}
