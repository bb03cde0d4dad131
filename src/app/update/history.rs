//! Actions on the history screen.

use super::browse::{self, movement};
use super::report::holder;
use crate::app::action::Action;
use crate::app::dialog::{Dialog, yank::Yank};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::app::history::places;
use crate::app::keymap::{Code, Key};
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::state::{Identity, Screen, State};
use crate::app::tree::Goal;
use crate::model::history::HistoryRow;
use crate::model::job::Item;

/// Opens the history as it is now, or closes it.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::History {
        return close(state);
    }
    state.screen = Screen::History;
    state.history.read(&mut state.ids)
}

fn close(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Browse;
    state.history.stop()
}

/// Returns how many rows are shown.
fn page(state: &State) -> isize {
    let rows = layout(state).full(Screen::History).map_or(1, |area| places(area).rows.height);
    isize::from(i16::try_from(rows).unwrap_or(i16::MAX)).max(1)
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(rows) = movement(action, page(state)) {
        return state.history.move_by(rows, &mut state.ids);
    }
    match action {
        Action::BackOut => match state.history.end_filter(&mut state.ids) {
            Some(effects) => effects,
            None => close(state),
        },
        Action::Filter => {
            state.history.begin_filter();
            vec![]
        }
        Action::Refresh => state.history.read(&mut state.ids),
        Action::Open => open(state),
        Action::Yank => yank(state),
        _ => vec![],
    }
}

/// Goes to the object of the row under the cursor: in the focused pane, unless only the other one is on S3.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.history.selected().cloned() else { return vec![] };
    let Some(object) = row.object() else { return vec![] };
    if let Some(words) = elsewhere(state, &row) {
        state.notice = Some(Notice::warning(words));
        return vec![];
    }
    let name = object.key.last_part().into();
    let Some(place) = holder(&Item::Object(object)) else { return vec![] };
    let goal = Goal { place: place.clone(), name, is_container: false };
    let other = state.side.other();
    if !state.focused().place().is_s3() && state.pane(other).place().is_s3() {
        state.side = other;
    }
    let mut effects = state.history.stop();
    effects.extend(browse::go_to(state, place, Some(goal)));
    effects
}

/// Says why the object of a row cannot be gone to, if it is on another endpoint.
fn elsewhere(state: &State, row: &HistoryRow) -> Option<String> {
    let Identity::Known(connection) = &state.identity else { return None };
    if connection.endpoint == row.endpoint {
        return None;
    }
    Some(match &row.endpoint {
        Some(endpoint) => format!("that object is at {endpoint}: start bucketry with --endpoint-url"),
        None => "that object is at Amazon: start bucketry without an endpoint".to_owned(),
    })
}

fn yank(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.history.selected() else { return vec![] };
    let Some(object) = row.object() else { return vec![] };
    let item = Item::Object(object);
    let menu = Yank::new(&item, row.region.as_deref(), row.endpoint.as_deref());
    // Only what is reached now can be signed for.
    let dialog = if elsewhere(state, row).is_none() {
        menu.with_signed(&item, state.zone.clone(), state.is_read_only)
    } else {
        menu
    };
    state.dialog = Some(Dialog::Yank(Box::new(dialog)));
    vec![]
}

/// Takes a key into the filter.
pub(super) fn on_filter_key(state: &mut State, key: Key) -> Vec<Effect> {
    let rows = match key.code {
        Code::Esc => return state.history.end_filter(&mut state.ids).unwrap_or_default(),
        Code::Char('c') if key.ctrl => return state.history.end_filter(&mut state.ids).unwrap_or_default(),
        Code::Enter => {
            state.history.end_typing();
            return vec![];
        }
        Code::Up => -1,
        Code::Down => 1,
        Code::PageUp => -page(state),
        Code::PageDown => page(state),
        _ => {
            let type_key = |field: &mut Field| {
                field.on_key(key);
            };
            return state.history.retype(&mut state.ids, type_key);
        }
    };
    state.history.move_by(rows, &mut state.ids)
}
