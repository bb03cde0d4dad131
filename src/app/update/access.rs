//! Actions on the permissions screen, and how one gets there.

use super::browse::movement;
use super::read_only;
use crate::app::access::Permissions;
use crate::app::action::Action;
use crate::app::dialog::Dialog;
use crate::app::dialog::difference::Difference;
use crate::app::dialog::way::Ways;
use crate::app::effect::Effect;
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::state::{Screen, State};
use crate::model::access::exposure::{Aim, Choice, Exposure};
use crate::model::job::{Item, Report};
use crate::model::location::Location;
use crate::model::name::BucketName;

/// Shows who may do what with what is under the cursor, or else with the place that the pane shows.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    if state.permissions.is_some() {
        // Nobody has seen yet what came of what was written.
        state.screen = Screen::Access;
        let words =
            "first, what came of what was written last; Esc leaves it, and P shows the permissions of the cursor";
        state.notice = Some(Notice::warning(words));
        return vec![];
    }
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

/// Shows what is still being written, and says whether anything is: nobody should leave before its end is known.
pub(super) fn keeps_writing(state: &mut State) -> bool {
    if !state.permissions.as_ref().is_some_and(Permissions::is_writing) {
        return false;
    }
    state.screen = Screen::Access;
    state.notice = Some(Notice::warning("it is being written; what comes of it is told here (Ctrl-C twice leaves)"));
    true
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
    if state.screen == Screen::Access
        && let Some(own) = &mut state.permissions
    {
        own.see();
    }
    let closed = state.permissions.take_if(|own| state.screen == Screen::Browse && !own.is_untold());
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
        Action::Permissions | Action::BackOut if own.is_writing() => {
            state.notice = Some(Notice::warning("it is being written; what comes of it is told here"));
        }
        Action::Refresh => {
            own.forget_making();
            return own.read(&mut state.ids);
        }
        Action::MakePublic => return make(state, Aim::Public),
        Action::MakePrivate => return make(state, Aim::Private),
        Action::TestAnonymous => return own.begin_test(&mut state.ids),
        Action::Permissions => state.screen = Screen::Browse,
        Action::BackOut => return back_out(state),
        action => own.move_by(movement(action, page).unwrap_or_default()),
    }
    vec![]
}

/// Offers the ways to make the place public or private.
fn make(state: &mut State, aim: Aim) -> Vec<Effect> {
    let Some(own) = &state.permissions else { return vec![] };
    let words = match own.item() {
        _ if own.is_writing() => "one thing at a time: the last is still being written",
        Item::Object(object) if object.version.is_some() => "a version is as public as its object; go to that",
        item => {
            let Some(exposure) = Exposure::of(item, aim) else { return vec![] };
            let (dialog, effects) = Ways::new(exposure, &mut state.ids);
            state.dialog = Some(Dialog::Ways(Box::new(dialog)));
            return effects;
        }
    };
    state.notice = Some(Notice::warning(words));
    vec![]
}

/// Shows what a way writes, and asks.
pub(super) fn review(state: &mut State, exposure: Box<Exposure>, way: Box<Choice>) {
    state.dialog = Some(Dialog::Difference(Box::new(Difference::of_choice(exposure, way))));
}

/// Writes what was agreed to.
pub(super) fn expose(state: &mut State, exposure: Box<Exposure>, way: Box<Choice>) -> Vec<Effect> {
    if state.is_read_only {
        state.notice = Some(read_only());
        return vec![];
    }
    let Some(own) = &mut state.permissions else { return vec![] };
    own.begin_making(exposure, way, &mut state.ids)
}

/// Takes a report; returns nothing if it is not meant for the screen.
pub(super) fn on_report(state: &mut State, report: &Report) -> Option<Vec<Effect>> {
    let own = state.permissions.as_mut()?;
    if own.on_report(report) {
        return Some(vec![]);
    }
    own.on_written(report).then(|| prove(state))
}

/// Reads again what was written, and tests it, in whatever way the writing ended.
fn prove(state: &mut State) -> Vec<Effect> {
    let Some(own) = &mut state.permissions else { return vec![] };
    let profile = bucket_of(own.item()).map(BucketName::profile);
    let mut effects = profile.map(|profile| state.words.forget(profile)).unwrap_or_default();
    effects.extend(state.inspector.refresh(&mut state.ids));
    if state.screen != Screen::Access {
        let words = own.outcome().map(|line| format!("{} · {}; its screen (P) shows more", own.item(), line.text));
        state.notice = words.map(Notice::warning);
    }
    effects.extend(own.read(&mut state.ids));
    effects.extend(own.begin_test(&mut state.ids));
    effects
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
