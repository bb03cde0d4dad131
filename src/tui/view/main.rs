//! The whole screen.

use ratatui::Frame;
use ratatui::text::Line;

use super::{
    access, compare, dialog, footer, header, help, history, inspector, palette, pane, settings, strip, transfers,
    uploads,
};
use crate::app::layout::{SMALLEST, layout};
use crate::app::state::{Screen, Side, State};
use crate::tui::theme::Theme;

/// Draws everything.
pub fn draw(frame: &mut Frame, state: &State, theme: &Theme) {
    let layout = layout(state);
    let area = frame.area().intersection(layout.screen);
    frame.buffer_mut().set_style(area, theme.text);
    if layout.is_too_small {
        let (width, height) = SMALLEST;
        frame.render_widget(Line::raw(format!("bucketry needs {width}x{height}")), area);
        return;
    }
    header::draw(frame, layout.header, state, theme);
    for side in [Side::Left, Side::Right] {
        if let Some(place) = layout.pane(side) {
            pane::draw(frame, place, state, side, theme);
        }
    }
    if let Some(area) = layout.inspector {
        inspector::draw(frame, area, &state.inspector, state.is_inspector_focused, theme);
    }
    if let Some(area) = layout.full(Screen::Transfers) {
        transfers::draw(frame, area, &state.queue, theme);
    }
    if let (Some(area), Some(own)) = (layout.full(Screen::Compare), &state.compare) {
        compare::draw(frame, area, own, state, theme);
    }
    if let Some(area) = layout.full(Screen::History) {
        history::draw(frame, area, state, theme);
    }
    if let (Some(area), Some(own)) = (layout.full(Screen::Settings), &state.settings) {
        let has_keys = state.dialog.is_none() && state.help.is_none();
        settings::draw(frame, area, own, has_keys, theme);
    }
    if let (Some(area), Some(permissions)) = (layout.full(Screen::Access), &state.permissions) {
        access::draw(frame, area, permissions, theme);
    }
    if let (Some(area), Some(own)) = (layout.full(Screen::Uploads), &state.uploads) {
        uploads::draw(frame, area, own, state, theme);
    }
    if !layout.strip.is_empty() {
        strip::draw(frame, layout.strip, &state.queue, theme);
    }
    footer::draw(frame, layout.footer, state, theme);
    if let Some(help) = &state.help {
        help::draw(frame, layout.screen, state, help, theme);
    }
    if let Some(palette) = &state.palette {
        palette::draw(frame, layout.screen, palette, state, theme);
    }
    if let Some(dialog) = &state.dialog {
        dialog::draw(frame, layout.screen, dialog, theme);
    }
    theme.glyphs.settle(frame.buffer_mut());
}

#[cfg(test)]
mod tests;
