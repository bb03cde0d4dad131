//! Draws the history screen: what was transferred, newest first, and the selected row in full.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::{field, put};
use crate::app::history::{History, Places, places};
use crate::app::state::State;
use crate::model::history::HistoryRow;
use crate::model::text::{count, counted, long_time, pad, short_time, size, truncate_start, visible, width, wrap};
use crate::tui::theme::Theme;

/// A column of the table: its head, its width, and from which width of the table on it is shown.
const COLUMNS: [(&str, usize, usize); 3] = [("Ended", 12, 60), ("How", 10, 0), ("Size", 10, 36)];

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let places = places(area);
    draw_table(frame, &places, state, theme);
    draw_status(frame, places.status, &state.history, theme);
    if let Some(row) = state.history.selected() {
        draw_detail(frame, places.detail, row, state, theme);
    }
}

fn draw_table(frame: &mut Frame, places: &Places, state: &State, theme: &Theme) {
    let title = Span::styled(" History ", theme.title);
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border_focused).title(title);
    frame.render_widget(block, places.table);
    let columns = usize::from(places.rows.width);
    if places.heads.height > 0 {
        let heads = COLUMNS.map(|(head, ..)| head.to_owned());
        frame.render_widget(Line::styled(line(' ', "What", &heads, columns), theme.dim), places.heads);
    }
    let history = &state.history;
    let shown = history.rows().iter().enumerate().skip(history.top());
    for ((at, row), y) in shown.zip(places.rows.y..places.rows.bottom()) {
        let is_selected = at == history.cursor();
        let style = if is_selected { theme.cursor } else { outcome_style(row, theme) };
        let how = if row.outcome == "done" { row.detail.as_deref() } else { None }.unwrap_or(&row.outcome);
        let cells = [short_time(row.ended, state.now, &state.zone), visible(how).into_owned(), size(row.bytes)];
        let mark = if is_selected { '>' } else { ' ' };
        let text = line(mark, &visible(&row.target), &cells, columns);
        frame.render_widget(Line::styled(text, style), Rect { y, height: 1, ..places.rows });
    }
}

fn outcome_style(row: &HistoryRow, theme: &Theme) -> Style {
    match row.outcome.as_str() {
        "done" => theme.text,
        "skipped" => theme.dim,
        _ => theme.error,
    }
}

/// One line of the table: the first cell takes what the shown columns leave, and loses its beginning where that is little.
fn line(mark: char, first: &str, cells: &[String; 3], columns: usize) -> String {
    let shown = COLUMNS.iter().zip(cells).filter(|((_, _, from), _)| columns >= *from);
    let tail = shown.fold(String::new(), |tail, ((_, width, _), cell)| format!("{tail}  {}", pad(cell, *width)));
    let room = columns.saturating_sub(width(&tail) + 2);
    format!("{mark}{}{tail}", pad(&truncate_start(first, room), room))
}

fn draw_status(frame: &mut Frame, area: Rect, history: &History, theme: &Theme) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if area.is_empty() {
        return;
    }
    let (words, style) = status(history, theme);
    let mut start = 0;
    if let Some(filter) = &history.filter {
        put(frame.buffer_mut(), area.x, area.y, 2, "/ ", theme.key);
        let columns = (area.width / 2).clamp(1, 40);
        let input = Rect { x: area.x + 2, width: columns, ..area }.intersection(area);
        field::draw(frame, input, filter, history.is_typing, theme);
        start = columns + 3;
    }
    put(frame.buffer_mut(), area.x + start, area.y, area.width.saturating_sub(start), &words, style);
}

fn status(history: &History, theme: &Theme) -> (String, Style) {
    let rows = history.rows().len() as u64;
    if let Some(error) = history.problem() {
        return (error.to_string(), theme.error);
    }
    if history.is_loading() {
        return (if rows == 0 { "reading …".to_owned() } else { format!("{}, reading …", count(rows)) }, theme.warning);
    }
    let words = match (rows, &history.filter) {
        (0, None) => "nothing was transferred yet".to_owned(),
        (0, Some(_)) => "nothing matches".to_owned(),
        (rows, _) if history.is_whole() => counted(rows, "item", "items"),
        (rows, _) => format!(">= {}", counted(rows, "item", "items")),
    };
    (words, theme.dim)
}

fn draw_detail(frame: &mut Frame, area: Rect, row: &HistoryRow, state: &State, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let title = Span::styled(format!(" {} ", visible(row.name())), theme.title);
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border).title(title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let room = usize::from(inner.width).saturating_sub(6);
    let mut lines: Vec<Line> = Vec::new();
    let places = [("From  ", Some(row.source.clone())), ("To    ", Some(row.target.clone())), ("URL   ", row.url())];
    for (label, place) in places {
        let Some(place) = place else { continue };
        let place = truncate_start(&visible(&place), room).into_owned();
        lines.push(Line::from(vec![Span::styled(label, theme.label), Span::styled(place, theme.text)]));
    }
    let when = long_time(row.ended, &state.zone);
    let by = [row.profile.as_deref().map(|profile| format!("profile {profile}")), row.caller.clone()];
    let mut words = format!("{when} {dot} {} bytes {dot} {}", count(row.bytes), row.words(), dot = theme.glyphs.dot);
    for part in by.into_iter().flatten() {
        words = format!("{words} {} {part}", theme.glyphs.dot);
    }
    lines.extend(wrap(&visible(&words), room + 6).into_iter().map(|line| Line::styled(line, theme.dim)));
    frame.render_widget(Paragraph::new(lines), inner);
}

#[cfg(test)]
mod tests;
