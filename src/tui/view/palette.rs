//! The palette: a field, and what could be meant by what is typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use super::{field, put, put_right};
use crate::app::layout::{palette_first, palette_frame, palette_rows};
use crate::app::palette::{Candidates, Palette};
use crate::app::state::State;
use crate::model::text::visible;
use crate::tui::theme::Theme;

/// Draws the palette over the screen.
pub fn draw(frame: &mut Frame, screen: Rect, palette: &Palette, state: &State, theme: &Theme) {
    let area = palette_frame(screen, palette);
    let title = if palette.is_place() { " Go to " } else { " Go to a place, or do " };
    let block = Block::bordered()
        .border_set(theme.glyphs.border)
        .border_style(theme.border_focused)
        .title(Span::styled(title, theme.title))
        .title_bottom(Line::styled(hint(palette), theme.dim).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let inner =
        Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: 1 }.intersection(screen);
    field::draw(frame, inner, &palette.field, true, theme);
    let rows = palette_rows(screen, palette).intersection(screen);
    let first = palette_first(rows, palette);
    for (at, y) in (first..palette.len()).zip(rows.y..rows.bottom()) {
        let line = Rect { y, height: 1, ..rows };
        draw_candidate(frame, line, palette, at, state, theme);
        let is_default = palette.chosen.is_none() && at == 0 && !palette.field.is_empty();
        let is_action = matches!(palette.candidates, Candidates::Actions(_));
        if palette.chosen == Some(at) || is_default && is_action {
            frame.buffer_mut().set_style(line, theme.cursor);
        }
    }
    if let Some(problem) = &palette.problem {
        let line = Rect { y: area.bottom().saturating_sub(2), height: 1, ..inner };
        put(frame.buffer_mut(), line.x, line.y, line.width, problem, theme.error);
    }
}

fn hint(palette: &Palette) -> &'static str {
    match (&palette.candidates, palette.is_place()) {
        (_, true) => " Tab completes · Enter goes ",
        (Candidates::Actions(actions), _) if actions.is_empty() => " Enter goes to this path ",
        _ => " /path, ~, s3://bucket or s3://profile@ goes there ",
    }
}

fn draw_candidate(frame: &mut Frame, line: Rect, palette: &Palette, at: usize, state: &State, theme: &Theme) {
    let buffer = frame.buffer_mut();
    match &palette.candidates {
        Candidates::Places(places) => {
            let place = places.get(at).map(|place| visible(place)).unwrap_or_default();
            put(buffer, line.x + 1, line.y, line.width.saturating_sub(2), &place, theme.text);
        }
        Candidates::Actions(actions) => {
            let Some(action) = actions.get(at) else { return };
            let keys = state.keymap.keys(*action).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            put(buffer, line.x + 1, line.y, line.width.saturating_sub(2), action.entry().description, theme.text);
            let right = Rect { width: line.width.saturating_sub(1), ..line };
            put_right(buffer, right, &format!("  {keys}"), theme.key);
        }
    }
}
