//! Actions on the permissions screen, and how one gets there.

use super::browse::movement;
use crate::app::access::Permissions;
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::state::{Screen, State};
use crate::model::job::Item;
use crate::model::location::Location;
use crate::model::name::BucketName;

/// Shows who may do what with what is under the cursor, or else with the place that the pane shows.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(item) = state.current_item().or_else(|| item_of(state.focused().place())) else { return vec![] };
    if bucket_of(&item).is_some_and(BucketName::is_arn) {
        let words = "an access point has a policy of its own, which is not judged here; go to its bucket";
        state.notice = Some(Notice::warning(words));
        return vec![];
    }
    let Some((permissions, effects)) = Permissions::open(item, &mut state.ids) else {
        state.notice =
            Some(Notice::warning("permissions are of buckets, prefixes and objects; this is on this machine"));
        return vec![];
    };
    state.permissions = Some(permissions);
    state.screen = Screen::Access;
    effects
}

fn item_of(place: &Location) -> Option<Item> {
    match place {
        Location::S3 { bucket, prefix } if prefix.as_str().is_empty() => Some(Item::Bucket(bucket.clone())),
        Location::S3 { bucket, prefix } => Some(Item::Prefix { bucket: bucket.clone(), prefix: prefix.clone() }),
        Location::Local(_) | Location::Buckets(_) => None,
    }
}

fn bucket_of(item: &Item) -> Option<&BucketName> {
    match item {
        Item::File(_) | Item::Folder(_) => None,
        Item::Object(object) => Some(&object.bucket),
        Item::Prefix { bucket, .. } | Item::Bucket(bucket) => Some(bucket),
    }
}

/// Forgets the screen once the panes are shown again.
pub(super) fn forget_closed(state: &mut State) -> Vec<Effect> {
    let closed = state.permissions.take_if(|_| state.screen == Screen::Browse);
    closed.and_then(|mut permissions| permissions.stop()).unwrap_or_default()
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let area = layout(state).full(Screen::Access).unwrap_or_default();
    let Some(own) = &mut state.permissions else {
        state.screen = Screen::Browse;
        return vec![];
    };
    let page = isize::from(i16::try_from(own.places(area).detail.height).unwrap_or(i16::MAX)).max(1);
    match action {
        Action::PageDown | Action::PageUp => own.scroll_by(movement(action, page).unwrap_or_default(), area),
        Action::MoveDown | Action::MoveUp | Action::GoFirst | Action::GoLast if own.is_whole() => {
            own.scroll_by(movement(action, page).unwrap_or_default(), area);
        }
        Action::NextQuestion => own.move_across(1),
        Action::PreviousQuestion => own.move_across(-1),
        Action::Open => own.toggle_whole(),
        Action::Refresh => return own.read(&mut state.ids),
        Action::TestAnonymous => return own.begin_test(&mut state.ids),
        Action::Permissions => state.screen = Screen::Browse,
        Action::BackOut => return back_out(state),
        action => own.move_by(movement(action, page).unwrap_or_default()),
    }
    vec![]
}

/// Backs out of one thing at a time: what runs, the reason alone, the screen.
fn back_out(state: &mut State) -> Vec<Effect> {
    let Some(own) = &mut state.permissions else { return vec![] };
    if let Some(effects) = own.stop() {
        return effects;
    }
    if own.is_whole() {
        own.toggle_whole();
    } else {
        state.screen = Screen::Browse;
    }
    vec![]
}
