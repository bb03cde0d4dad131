//! Actions on the comparison screen, and how one gets there.

use super::browse::movement;
use super::is_busy;
use crate::app::action::Action;
use crate::app::compare::{Compare, Stage, parts};
use crate::app::dialog::Dialog;
use crate::app::dialog::sync::Sync;
use crate::app::effect::Effect;
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::state::{Screen, Side, State};
use crate::model::compare::{Criterion, Hand, Places};
use crate::model::location::Location;
use crate::model::sync::Choice;

/// Compares what the two panes show.
pub(super) fn open(state: &mut State, wants_sync: bool) -> Vec<Effect> {
    let places = Places::new(state.left.place().clone(), state.right.place().clone());
    let target = match state.side {
        Side::Left => Hand::Right,
        Side::Right => Hand::Left,
    };
    // A download has the object's time, so that another time is another state.
    let choice = Choice { target, by: Criterion::default(), is_exact: true, deletes: false, storage_class: None };
    start(state, places, choice, wants_sync)
}

/// Compares two places; with `wants_sync` the questions of a sync follow.
pub(super) fn start(state: &mut State, places: Places, choice: Choice, wants_sync: bool) -> Vec<Effect> {
    if [&places.left, &places.right].iter().any(|place| matches!(place, Location::Buckets(_))) {
        state.notice = Some(Notice::warning("the list of buckets cannot be compared; go into a bucket first"));
        return vec![];
    }
    if wants_sync && places.overlap() {
        state.notice = Some(Notice::warning("one of the two places is in the other: they cannot be made the same"));
        return vec![];
    }
    let mut effects = forget(state);
    let (compare, asked) = Compare::start(places, choice, wants_sync, &mut state.ids);
    state.compare = Some(compare);
    state.screen = Screen::Compare;
    effects.extend(asked);
    effects
}

/// Forgets the comparison, and stops it if it runs.
fn forget(state: &mut State) -> Vec<Effect> {
    state.compare.take().and_then(|mut compare| compare.stop()).unwrap_or_default()
}

/// Goes back to the panes.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::Compare {
        state.screen = Screen::Browse;
    }
    forget(state)
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = layout(state).full(Screen::Compare).map_or(1, |area| parts(area).rows.height).max(1);
    let page = isize::from(i16::try_from(page).unwrap_or(i16::MAX));
    let Some(compare) = &mut state.compare else { return close(state) };
    if let Some(rows) = movement(action, page) {
        compare.move_by(rows);
        return vec![];
    }
    match action {
        Action::NextKind => compare.show_next(false),
        Action::PreviousKind => compare.show_next(true),
        Action::BackOut => return compare.stop().unwrap_or_else(|| close(state)),
        Action::Compare => return close(state),
        Action::Refresh => {
            let (places, choice) = (compare.comparison().places.clone(), compare.choice);
            return start(state, places, choice, false);
        }
        Action::Sync => return want_sync(state),
        _ => {}
    }
    vec![]
}

/// Asks the questions of a sync, as soon as it is known what it would do.
fn want_sync(state: &mut State) -> Vec<Effect> {
    let Some(compare) = &mut state.compare else { return vec![] };
    let (places, choice) = (compare.comparison().places.clone(), compare.choice);
    match compare.stage() {
        _ if places.overlap() => start(state, places, choice, true),
        Stage::Running(_) => {
            compare.wants_sync = true;
            state.notice = Some(Notice::good("the plan is shown when the comparison has come to its end"));
            vec![]
        }
        Stage::Done => {
            state.dialog = Some(Dialog::Sync(Box::new(Sync::new(compare.plan()))));
            vec![]
        }
        Stage::Stopped | Stage::Failed(_) => start(state, places, choice, true),
    }
}

/// Opens the questions of a sync where they are waited for, once nothing else takes the keys.
pub(super) fn open_waiting(state: &mut State) {
    if is_busy(state) || state.screen != Screen::Compare {
        return;
    }
    let Some(compare) = &mut state.compare else { return };
    if *compare.stage() == Stage::Done && std::mem::take(&mut compare.wants_sync) {
        state.dialog = Some(Dialog::Sync(Box::new(Sync::new(compare.plan()))).unasked(state.now));
    }
}
