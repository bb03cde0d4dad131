//! One of the two panes: a tree, where it has been, and the filter that is typed.

use std::collections::BTreeSet;

use super::effect::Effect;
use super::field::Field;
use super::listing::{ListingId, Load, Rules};
use super::state::Ids;
use super::tree::{Goal, Tree, Wanted};
use crate::model::job::{Page, Request, Ticket};
use crate::model::location::Location;

/// How many places are remembered.
const HISTORY: usize = 100;

/// A place that was shown, and the row that the cursor was on.
#[derive(Debug, Clone)]
struct Visit {
    place: Location,
    goal: Option<Goal>,
}

/// One pane.
#[derive(Debug, Clone)]
pub struct Pane {
    tree: Tree,
    back: Vec<Visit>,
    forward: Vec<Visit>,
    /// The object that was perhaps meant by a place without a slash at its end.
    perhaps: Option<Goal>,
    /// The text of the filter while there is one.
    pub filter: Option<Field>,
    /// Whether keys go into the filter.
    pub is_typing: bool,
}

impl Pane {
    /// Returns a pane that waits for its first page.
    pub fn new(place: Location, shows_hidden: bool, ids: &mut Ids) -> Self {
        let rules = Rules { shows_hidden, ..Rules::default() };
        let perhaps = object_of(&place);
        Self {
            tree: Tree::new(whole(place), ids.ticket(), rules, None),
            back: Vec::new(),
            forward: Vec::new(),
            perhaps,
            filter: None,
            is_typing: false,
        }
    }

    /// Returns the place that is shown.
    pub fn place(&self) -> &Location {
        &self.tree.root().place
    }

    /// Returns the tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Returns the tree to move in it.
    pub fn tree_mut(&mut self) -> &mut Tree {
        &mut self.tree
    }

    /// Returns the requests that the pane waits for from the start.
    pub fn begin(&self) -> Vec<Effect> {
        let root = self.tree.root();
        root.ticket().map(|ticket| list(ticket, root.place.clone())).into_iter().collect()
    }

    /// Goes to a place; what was on its way for the old one is dropped.
    pub fn go(&mut self, place: Location, goal: Option<Goal>, ids: &mut Ids) -> Vec<Effect> {
        let perhaps = object_of(&place);
        let place = whole(place);
        self.back.push(self.visit());
        if self.back.len() > HISTORY {
            self.back.remove(0);
        }
        self.forward.clear();
        let effects = self.show(Visit { place, goal }, ids);
        self.perhaps = perhaps;
        effects
    }

    /// Goes to the place one up, to the row it came from.
    pub fn go_parent(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let Some(parent) = self.place().parent() else { return Vec::new() };
        let name = match self.place() {
            Location::Local(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            Location::Buckets(_) => None,
            Location::S3 { bucket, prefix } if prefix.is_root() => Some(bucket.as_str().to_owned()),
            Location::S3 { prefix, .. } => Some(prefix.last_part().to_owned()),
        };
        let goal = name.map(|name| Goal { place: parent.clone(), name: name.into(), is_container: true });
        self.go(parent, goal, ids)
    }

    /// Goes back to the place before.
    pub fn go_back(&mut self, ids: &mut Ids) -> Option<Vec<Effect>> {
        let visit = self.back.pop()?;
        self.forward.push(self.visit());
        Some(self.show(visit, ids))
    }

    /// Goes forward again.
    pub fn go_forward(&mut self, ids: &mut Ids) -> Option<Vec<Effect>> {
        let visit = self.forward.pop()?;
        self.back.push(self.visit());
        Some(self.show(visit, ids))
    }

    fn visit(&self) -> Visit {
        Visit { place: self.place().clone(), goal: self.tree.bookmark() }
    }

    fn show(&mut self, visit: Visit, ids: &mut Ids) -> Vec<Effect> {
        let mut effects = drops(self.tree.tickets());
        self.perhaps = None;
        let rules = Rules { filter: None, ..self.tree.rules().clone() };
        self.filter = None;
        self.is_typing = false;
        self.tree = Tree::new(visit.place, ids.ticket(), rules, visit.goal);
        effects.extend(self.begin());
        effects
    }

    /// Stops what is being read, and says whether anything was.
    pub fn stop(&mut self) -> Option<Vec<Effect>> {
        let tickets = self.tree.stop();
        (!tickets.is_empty()).then(|| drops(tickets))
    }

    /// Reads everything anew.
    pub fn refresh(&mut self, ids: &mut Ids) -> Vec<Effect> {
        into_effects(self.tree.reload_all(ids))
    }

    /// Reads those levels anew that list one of the places or something in it, and else the nearest one above: what
    /// is not listed itself may be new there, or gone.
    pub fn refresh_touched(&mut self, touched: &[Location], ids: &mut Ids) -> Vec<Effect> {
        let mut levels: BTreeSet<ListingId> = BTreeSet::new();
        for touched in touched {
            let is_below = |place: &Location| !touched.is_buckets() && touched.contains(place);
            // A bucket does not come with its first key, nor go with its last one.
            let is_above = |place: &Location| !place.is_buckets() && place.contains(touched);
            let listings = || self.tree.listings();
            let below = listings().filter(|(_, level)| level.place == *touched || is_below(&level.place));
            let above = listings().filter(|(_, level)| is_above(&level.place)).max_by_key(|(_, level)| level.depth);
            levels.extend(below.chain(above).map(|(id, _)| id));
        }
        levels.into_iter().flat_map(|id| into_effects(self.tree.reload(id, false, ids))).collect()
    }

    /// Reads one level anew.
    pub fn reload(&mut self, listing: ListingId, ids: &mut Ids) -> Vec<Effect> {
        into_effects(self.tree.reload(listing, false, ids))
    }

    /// Returns the place that receives what is copied here: the unfolded row under the cursor, or the level it is on.
    pub fn target(&self) -> Location {
        let row = self.tree.current();
        let level = row.and_then(|row| self.tree.listing(row.listing));
        match row.and_then(|row| self.tree.place_of(row).filter(|_| self.tree.is_open(row))) {
            Some(place) => place,
            None => match level.map_or_else(|| self.place(), |level| &level.place) {
                // The list of buckets receives nothing itself, so the bucket under the cursor does.
                place if place.is_buckets() => {
                    row.and_then(|row| self.tree.place_of(row)).unwrap_or_else(|| place.clone())
                }
                place => place.clone(),
            },
        }
    }

    /// Goes on where the engine stopped by itself.
    pub fn resume(&mut self, listing: ListingId, ids: &mut Ids) -> Vec<Effect> {
        let Some((ticket, place, token)) = self.tree.resume(listing, ids) else { return Vec::new() };
        vec![Effect::Submit(Request::List { ticket, place, from: Some(token) })]
    }

    /// Unfolds the row under the cursor, or goes into it if it is unfolded.
    pub fn unfold(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let Some(row) = self.tree.current() else { return Vec::new() };
        if self.tree.is_open(row) {
            self.tree.move_by(1);
            return Vec::new();
        }
        into_effects(self.tree.unfold(row, ids))
    }

    /// Folds the row under the cursor, or goes to the row above that holds it.
    pub fn fold(&mut self) {
        let Some(row) = self.tree.current() else { return };
        if self.tree.is_open(row) {
            self.tree.fold(row);
        } else {
            self.tree.move_to_parent_row();
        }
    }

    /// Takes a page in; nothing if it is for someone else.
    pub fn on_page(&mut self, ticket: Ticket, page: Page, ids: &mut Ids) -> Result<Vec<Effect>, Page> {
        if !self.tree.waits_for(ticket) {
            return Err(page);
        }
        let mut effects = self.tree.on_page(ticket, page, ids).map(into_effects).unwrap_or_default();
        let root = self.tree.root();
        if root.load == Load::Done
            && root.entries().is_empty()
            && let Some(goal) = self.perhaps.take()
        {
            // No folder, so an object: it is shown where it is.
            effects.extend(self.show(Visit { place: goal.place.clone(), goal: Some(goal) }, ids));
        }
        Ok(effects)
    }

    /// Applies the text of the filter.
    pub fn apply_filter(&mut self) {
        let text = self.filter.as_ref().map(|field| field.text().to_owned()).unwrap_or_default();
        self.tree.filter(&text);
    }

    /// Ends the filter, and says whether there was one.
    pub fn end_filter(&mut self) -> bool {
        self.is_typing = false;
        let had = self.filter.take().is_some();
        self.tree.filter("");
        had
    }

    /// Returns whether the place could not be read and nothing of it is here.
    pub fn has_failed(&self) -> bool {
        matches!(self.tree.root().load, Load::Failed(_)) && self.tree.root().entries().is_empty()
    }
}

/// A prefix as a person types it names a folder, with or without its slash.
fn whole(place: Location) -> Location {
    match place {
        Location::S3 { bucket, prefix } if !prefix.is_root() && !prefix.as_str().ends_with('/') => {
            Location::S3 { bucket, prefix: format!("{prefix}/").into() }
        }
        place => place,
    }
}

/// Returns where an object is whose key was typed as a place.
fn object_of(place: &Location) -> Option<Goal> {
    let Location::S3 { prefix, .. } = place else { return None };
    let name = prefix.last_part().into();
    let above = place.parent().filter(|_| !prefix.is_root() && !prefix.as_str().ends_with('/'))?;
    Some(Goal { place: above, name, is_container: false })
}

fn list(ticket: Ticket, place: Location) -> Effect {
    Effect::Submit(Request::List { ticket, place, from: None })
}

fn drops(tickets: Vec<Ticket>) -> Vec<Effect> {
    tickets.into_iter().map(|ticket| Effect::Submit(Request::Drop(ticket))).collect()
}

fn into_effects(wanted: Wanted) -> Vec<Effect> {
    let mut effects = drops(wanted.drop);
    effects.extend(wanted.load.into_iter().map(|(ticket, place)| list(ticket, place)));
    effects
}
