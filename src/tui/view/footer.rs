//! The last line: a notice, or the keys that matter most here.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::put;
use crate::app::action::{Action, Context};
use crate::app::notice::Level;
use crate::app::state::State;
use crate::app::update::context;
use crate::model::text::{visible, width};
use crate::tui::theme::Theme;

const PANES: &[Action] = &[
    Action::Help,
    Action::ToggleMark,
    Action::Copy,
    Action::Move,
    Action::New,
    Action::Delete,
    Action::Inspect,
    Action::Filter,
    Action::Yank,
    Action::Transfers,
    Action::GoTo,
    Action::Quit,
];
// How to get back comes first, where little has room.
const INSPECTOR: &[Action] =
    &[Action::Help, Action::Inspect, Action::Preview, Action::Yank, Action::OtherPane, Action::Refresh, Action::Quit];
const TRANSFERS: &[Action] =
    &[Action::Help, Action::Transfers, Action::CancelJob, Action::RetryJob, Action::ClearFinished, Action::Quit];

/// Draws the footer.
pub fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) {
    let buffer = frame.buffer_mut();
    if let Some(notice) = &state.notice {
        let style = match notice.level {
            Level::Good => theme.good,
            Level::Warning => theme.warning,
            Level::Error => theme.error,
        };
        put(buffer, area.x + 1, area.y, area.width.saturating_sub(2), &visible(&notice.text), style);
        return;
    }
    let actions = match context(state) {
        Context::Panes => PANES,
        Context::Inspector => INSPECTOR,
        Context::Transfers => TRANSFERS,
    };
    let mut x = area.x + 1;
    for action in actions {
        let Some(key) = state.keymap.keys(*action).first().map(ToString::to_string) else { continue };
        let label = action.entry().label;
        let wanted = u16::try_from(width(&key) + 1 + width(label)).unwrap_or(u16::MAX);
        if x.saturating_add(wanted) > area.right() {
            break;
        }
        x += put(buffer, x, area.y, wanted, &key, theme.key) + 1;
        x += put(buffer, x, area.y, wanted, label, theme.label) + 2;
    }
}
