//! The last line: a notice, or the keys that matter most here.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::put;
use crate::app::action::{Action, Context};
use crate::app::notice::Level;
use crate::app::settings::editor::Editor;
use crate::app::state::State;
use crate::app::update::context;
use crate::model::text::{visible, width};
use crate::tui::theme::Theme;

// Of what is in a bucket 80 columns have room up to the settings, which nobody would look for.
const PANES: &[Action] = &[
    Action::Help,
    Action::Copy,
    Action::Delete,
    Action::Inspect,
    Action::Permissions,
    Action::Settings,
    Action::ToggleMark,
    Action::Move,
    Action::New,
    Action::Filter,
    Action::Yank,
    Action::Transfers,
    Action::GoTo,
    Action::Quit,
];

/// What a pane with files has nothing for.
const OF_BUCKETS: [Action; 2] = [Action::Permissions, Action::Settings];

// How to get back comes first, where little has room.
const INSPECTOR: &[Action] =
    &[Action::Help, Action::Inspect, Action::Preview, Action::Yank, Action::OtherPane, Action::Refresh, Action::Quit];
// Up to the clearing they fill 80 columns.
const TRANSFERS: &[Action] = &[
    Action::Help,
    Action::Transfers,
    Action::PauseJob,
    Action::CancelJob,
    Action::RetryJob,
    Action::LimitJob,
    Action::ClearFinished,
    Action::PauseAll,
    Action::LimitAll,
    Action::History,
    Action::RaiseJob,
    Action::Quit,
];

const COMPARE: &[Action] =
    &[Action::Help, Action::Sync, Action::NextKind, Action::BackOut, Action::Refresh, Action::Transfers, Action::Quit];

const HISTORY: &[Action] =
    &[Action::Help, Action::History, Action::Open, Action::Filter, Action::Yank, Action::Refresh, Action::Quit];

const SETTINGS: &[Action] = &[
    Action::Help,
    Action::Settings,
    Action::Open,
    Action::Edit,
    Action::EditOutside,
    Action::New,
    Action::PutBack,
    Action::Delete,
    Action::Preview,
    Action::Refresh,
    Action::Quit,
];

const ACCESS: &[Action] = &[
    Action::Help,
    Action::BackOut,
    Action::TestAnonymous,
    Action::MakePublic,
    Action::MakePrivate,
    Action::Open,
    Action::Refresh,
    Action::Transfers,
    Action::Quit,
];

const UPLOADS: &[Action] = &[
    Action::Help,
    Action::BackOut,
    Action::ToggleMark,
    Action::Delete,
    Action::AbortOlder,
    Action::Filter,
    Action::Refresh,
    Action::Transfers,
    Action::Quit,
];

// The preview of the lifecycle rules, in front of the settings.
const FORECAST: &[Action] = &[Action::Help, Action::BackOut, Action::Refresh, Action::Transfers, Action::Quit];

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
    let context = context(state);
    let actions = match context {
        Context::Panes => PANES,
        Context::Inspector => INSPECTOR,
        Context::Transfers => TRANSFERS,
        Context::Compare => COMPARE,
        Context::History => HISTORY,
        Context::Settings if state.is_typing() => &[],
        Context::Settings if state.settings.as_ref().is_some_and(|own| own.preview.is_some()) => FORECAST,
        Context::Settings => SETTINGS,
        Context::Access => ACCESS,
        Context::Uploads => UPLOADS,
    };
    let is_among_files = context == Context::Panes && !state.focused().place().is_s3();
    let shown = actions.iter().filter(|action| !(is_among_files && OF_BUCKETS.contains(action)));
    let mut keys: Vec<_> = shown.filter_map(|action| Key::of(*action, state)).collect();
    if actions.is_empty() {
        // A text takes all keys but these.
        let editor = state.settings.as_ref().and_then(|settings| settings.editor.as_ref());
        let own = editor.into_iter().flat_map(Editor::keys);
        keys.extend(own.map(|(name, label)| Key::new(name.to_owned(), label)));
    }
    let Some((last, keys)) = keys.split_last() else { return };
    let mut x = area.x + 1;
    for key in keys {
        // The way out is always there; what does not fit beside it is in the help.
        if x.saturating_add(key.width).saturating_add(GAP + last.width) > area.right() {
            break;
        }
        x = key.draw(buffer, x, area.y, theme);
    }
    if x.saturating_add(last.width) <= area.right() {
        last.draw(buffer, x, area.y, theme);
    }
}

/// Columns between two keys.
const GAP: u16 = 2;

/// A key and what it does.
struct Key {
    name: String,
    label: &'static str,
    /// In columns.
    width: u16,
}

impl Key {
    fn of(action: Action, state: &State) -> Option<Self> {
        let name = state.keymap.keys(action).first()?.to_string();
        Some(Self::new(name, action.entry().label))
    }

    fn new(name: String, label: &'static str) -> Self {
        let width = u16::try_from(width(&name) + 1 + width(label)).unwrap_or(u16::MAX);
        Self { name, label, width }
    }

    /// Draws it and returns where the next one begins.
    fn draw(&self, buffer: &mut Buffer, x: u16, y: u16, theme: &Theme) -> u16 {
        let label = x + put(buffer, x, y, self.width, &self.name, theme.key) + 1;
        label + put(buffer, label, y, self.width, self.label, theme.label) + GAP
    }
}
