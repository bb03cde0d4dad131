//! Draws the settings of a bucket: the list of its documents, and the one under the cursor or its text.

mod text;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use crate::app::inspector::Load;
use crate::app::settings::line::{self, Role, lines};
use crate::app::settings::preview::Preview;
use crate::app::settings::{Focus, Places, Row, Settings, places};
use crate::model::json::paint::Piece;
use crate::model::text::{count, pad, truncate, visible};
use crate::tui::theme::Theme;

/// The width of the names of documents.
const NAME: usize = 22;

/// Draws the screen, with the terminal's cursor in a text if that has the keys.
pub fn draw(frame: &mut Frame, area: Rect, settings: &Settings, has_keys: bool, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let places = places(area, settings.focus());
    if !places.list.is_empty() {
        draw_list(frame, &places, settings, theme);
    }
    if places.frame.is_empty() {
        return;
    }
    if let Some(preview) = &settings.preview {
        draw_preview(frame, &places, preview, theme);
        return;
    }
    match &settings.editor {
        Some(editor) => text::draw(frame, &places, editor, has_keys, theme),
        None => draw_document(frame, &places, settings, theme),
    }
}

fn frame_of(title: &str, area: Rect, has_focus: bool, theme: &Theme) -> Block<'static> {
    let style = if has_focus { theme.border_focused } else { theme.border };
    let title = truncate(title, usize::from(area.width.saturating_sub(4))).into_owned();
    let title = Span::styled(format!(" {title} "), theme.title);
    Block::bordered().border_set(theme.glyphs.border).border_style(style).title(title)
}

fn draw_list(frame: &mut Frame, places: &Places, settings: &Settings, theme: &Theme) {
    let has_focus = settings.focus() == Focus::List;
    let title = format!("Settings of s3://{}", visible(&settings.bucket().to_string()));
    frame.render_widget(frame_of(&title, places.list, has_focus, theme), places.list);
    let columns = usize::from(places.rows.width);
    let shown = settings.rows().iter().enumerate().skip(settings.top());
    for ((at, row), y) in shown.zip(places.rows.y..places.rows.bottom()) {
        let is_selected = at == settings.cursor();
        let mark = if is_selected { '>' } else { ' ' };
        let line = format!("{mark} {}", pad(row.kind.facts().title, NAME));
        let word = truncate(&row.word(), columns.saturating_sub(NAME + 3)).into_owned();
        let (base, state) = match (is_selected, has_focus) {
            (true, true) => (theme.cursor, theme.cursor),
            (true, false) => (theme.cursor_inactive, theme.cursor_inactive),
            (false, _) => (theme.text, word_style(row, theme)),
        };
        let line = Line::from(vec![Span::styled(line, base), Span::styled(" ", base), Span::styled(word, state)]);
        frame.render_widget(line.style(base), Rect { y, height: 1, ..places.rows });
    }
}

fn word_style(row: &Row, theme: &Theme) -> Style {
    match &row.document {
        Load::Ready(_) if row.is_set() => theme.good,
        Load::Denied(_) => theme.warning,
        Load::Failed(_) => theme.error,
        Load::Idle | Load::Loading | Load::Ready(_) | Load::Unsupported => theme.dim,
    }
}

fn draw_document(frame: &mut Frame, places: &Places, settings: &Settings, theme: &Theme) {
    let Some(row) = settings.selected() else { return };
    let block = frame_of(row.kind.facts().title, places.frame, settings.is_reading, theme);
    let lines = lines(row, usize::from(places.document.width));
    let top = settings.scroll().min(lines.len().saturating_sub(usize::from(places.document.height)));
    draw_lines(frame, places, block, &lines, top, theme);
}

fn draw_preview(frame: &mut Frame, places: &Places, preview: &Preview, theme: &Theme) {
    let block = frame_of("Lifecycle preview", places.frame, true, theme);
    let lines = preview.lines(usize::from(places.document.width));
    let top = preview.scroll(lines.len(), places.document.height);
    draw_lines(frame, places, block, &lines, top, theme);
}

fn draw_lines(frame: &mut Frame, places: &Places, block: Block, lines: &[line::Line], top: usize, theme: &Theme) {
    let (mut block, area) = (block, places.document);
    let height = usize::from(area.height);
    if lines.len() > height {
        let last = (top + height).min(lines.len());
        let position = format!(" {}-{last} of {} ", top + 1, count(lines.len() as u64));
        block = block.title_bottom(Line::styled(position, theme.dim).right_aligned());
    }
    frame.render_widget(block, places.frame);
    for (line, y) in lines.iter().skip(top).zip(area.y..area.bottom()) {
        let spans = line.iter().map(|(role, words)| Span::styled(words.as_str(), style(*role, theme)));
        frame.render_widget(spans.collect::<Line>(), Rect { y, height: 1, ..area });
    }
}

fn style(role: Role, theme: &Theme) -> Style {
    match role {
        Role::Text => theme.text,
        Role::Dim => theme.dim,
        Role::Warning => theme.warning,
        Role::Json(piece) => json_style(piece, theme),
    }
}

fn json_style(piece: Piece, theme: &Theme) -> Style {
    match piece {
        Piece::Name => theme.json_name,
        Piece::Text => theme.json_text,
        Piece::Value => theme.json_value,
        Piece::Mark => theme.text,
        Piece::Fault => theme.error,
    }
}

#[cfg(test)]
mod tests;
