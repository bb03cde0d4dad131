//! Actions on the transfers screen.

use super::browse::movement;
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::layout::layout;
use crate::app::state::{Screen, State};

/// Opens or closes the transfers screen.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    state.screen = match state.screen {
        Screen::Browse => Screen::Transfers,
        Screen::Transfers => Screen::Browse,
    };
    vec![]
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = layout(state).transfers.map_or(1, |area| area.height / 2).max(1);
    let page = isize::from(i16::try_from(page).unwrap_or(i16::MAX));
    match action {
        Action::PageDown => state.queue.scroll_detail(page),
        Action::PageUp => state.queue.scroll_detail(-page),
        Action::BackOut => state.screen = Screen::Browse,
        Action::Open => drop(state.queue.ask_again()),
        Action::CancelJob => return state.queue.cancel(),
        Action::RetryJob => return state.queue.retry(&mut state.ids),
        Action::ClearFinished => state.queue.clear_finished(),
        action => {
            if let Some(rows) = movement(action, page) {
                state.queue.move_by(rows);
            }
        }
    }
    vec![]
}
