//! Opens the dialogs of what changes things.

use crate::app::dialog::Dialog;
use crate::app::dialog::delete::Delete;
use crate::app::dialog::new_bucket::NewBucket;
use crate::app::dialog::new_folder::NewFolder;
use crate::app::dialog::rename::Rename;
use crate::app::dialog::transfer::{Opening, Transfer};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::state::{Identity, State};
use crate::model::job::Item;
use crate::model::location::Location;
use crate::model::name::Profile;

/// Asks where to copy or move the selection of the focused pane.
pub(super) fn open_transfer(state: &mut State, is_move: bool) -> Vec<Effect> {
    let items = state.focused().tree().selection();
    open_transfer_of(state, items, is_move)
}

/// Asks where to copy or move these things of the focused pane.
pub(super) fn open_transfer_of(state: &mut State, items: Vec<Item>, is_move: bool) -> Vec<Effect> {
    if items.is_empty() {
        return vec![];
    }
    if items.iter().any(|item| matches!(item, Item::Bucket(_))) && is_move {
        state.notice = Some(Notice::warning("buckets cannot be moved; copy what is in them"));
        return vec![];
    }
    let to = state.pane(state.side.other()).target();
    let opening = Opening { items, to, is_move, base: state.base(), home: state.home.clone() };
    let (dialog, effects) = Transfer::new(opening, &mut state.ids);
    state.dialog = Some(Dialog::Transfer(Box::new(dialog)));
    effects
}

/// Asks for the new name of what is under the cursor.
pub(super) fn open_rename(state: &mut State) -> Vec<Effect> {
    let tree = state.focused().tree();
    let Some((listing, item)) = tree.current().and_then(|row| Some((tree.listing(row.listing)?, tree.item(row)?)))
    else {
        return vec![];
    };
    if matches!(item, Item::Bucket(_)) {
        state.notice = Some(Notice::warning("a bucket keeps its name for as long as it exists"));
        return vec![];
    }
    let dialog = Rename::ask(item, listing.place.clone());
    state.dialog = Some(Dialog::Rename(Box::new(dialog)));
    vec![]
}

/// Asks for the name of a new folder, or of a new bucket in the list of buckets.
pub(super) fn open_new(state: &mut State) -> Vec<Effect> {
    let tree = state.focused().tree();
    let level = match tree.current().and_then(|row| Some((row, tree.listing(row.listing)?))) {
        Some((row, listing)) => Some(&listing.place).filter(|_| !tree.is_open(row)),
        None => Some(state.focused().place()),
    };
    state.dialog = Some(match (level, &state.identity) {
        (Some(Location::Buckets(Profile::OWN)), Identity::Known(connection)) => {
            Dialog::NewBucket(Box::new(NewBucket::new(Profile::OWN, &connection.region)))
        }
        (Some(Location::Buckets(profile)), _) => Dialog::NewBucket(Box::new(NewBucket::new(profile.clone(), ""))),
        _ => Dialog::NewFolder(Box::new(NewFolder::ask(state.focused().target()))),
    });
    vec![]
}

/// Asks whether the selection is to be deleted.
pub(super) fn open_delete(state: &mut State) -> Vec<Effect> {
    let items = state.focused().tree().selection_to_delete();
    open_delete_of(state, items)
}

/// Asks whether these things are to be deleted.
pub(super) fn open_delete_of(state: &mut State, items: Vec<Item>) -> Vec<Effect> {
    if items.is_empty() {
        return vec![];
    }
    if items.len() > 1 && items.iter().any(|item| matches!(item, Item::Bucket(_))) {
        state.notice = Some(Notice::warning("buckets are removed one at a time, and only when they are empty"));
        return vec![];
    }
    let (dialog, effects) = Delete::new(items, &mut state.ids);
    state.dialog = Some(Dialog::Delete(Box::new(dialog)));
    effects
}
