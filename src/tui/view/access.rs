//! Draws the permissions screen: the verdict, who may do what, and the reason for the answer under the cursor.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::Block;

use super::put;
use crate::app::access::layout::{Columns, Places, head};
use crate::app::access::line::{Kind, Line};
use crate::app::access::{Judged, Permissions};
use crate::model::access::finding::Answer;
use crate::model::access::table::{Question, Row};
use crate::model::access::who::Who;
use crate::model::text::{truncate, truncate_start, visible, width};
use crate::tui::theme::Theme;

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, own: &Permissions, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let places = own.places(area);
    let detail = own.detail(places.detail.width);
    let offset = own.offset(detail.len(), places.detail.height);
    let title = Span::styled(title(own, usize::from(area.width.saturating_sub(4))), theme.title);
    let mut block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border_focused).title(title);
    if detail.len() > usize::from(places.detail.height) {
        let last = (offset + usize::from(places.detail.height)).min(detail.len());
        let position = format!(" {}-{last} of {}, PgDn ", offset + 1, detail.len());
        block = block.title_bottom(Text::styled(position, theme.dim).right_aligned());
    }
    frame.render_widget(block, area);
    draw_lines(frame, places.head, &own.head(places.head.width), theme);
    if let Some(judged) = own.judged().ready() {
        draw_table(frame.buffer_mut(), &places, judged, own, theme);
    }
    let shown: Vec<_> = detail.into_iter().skip(offset).collect();
    draw_lines(frame, places.detail, &shown, theme);
}

fn title(own: &Permissions, columns: usize) -> String {
    let name = visible(&own.item().to_string()).into_owned();
    let what = "Permissions";
    let room = columns.saturating_sub(width(what) + 3);
    format!(" {what} {} ", truncate_start(&name, room))
}

fn draw_lines(frame: &mut Frame, area: Rect, lines: &[Line], theme: &Theme) {
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        frame.render_widget(text(line, theme), Rect { y, height: 1, ..area });
    }
}

fn text<'a>(line: &'a Line, theme: &Theme) -> Text<'a> {
    let style = match line.kind {
        Kind::Title => theme.title,
        Kind::Text => theme.text,
        Kind::Quiet => theme.dim,
        Kind::Trouble | Kind::Open => theme.warning,
        Kind::Failure => theme.error,
        Kind::Closed => theme.good,
        Kind::Code => return code(line.text.strip_prefix(' ').unwrap_or_default(), theme),
    };
    Text::styled(line.text.as_str(), style)
}

/// A line of the statement that decides, behind a bar: the name of a field apart from its value.
fn code<'a>(line: &'a str, theme: &Theme) -> Text<'a> {
    let bar = Span::styled(theme.glyphs.border.vertical_left, theme.title);
    let named = line.trim_start().starts_with('"').then(|| line.split_once("\": ")).flatten();
    let Some((name, value)) = named else { return Text::from(vec![bar, Span::styled(line, theme.text)]) };
    let (name, colon) = (Span::styled(name, theme.key), Span::styled("\": ", theme.key));
    Text::from(vec![bar, name, colon, Span::styled(value, theme.text)])
}

fn draw_table(buffer: &mut Buffer, places: &Places, judged: &Judged, own: &Permissions, theme: &Theme) {
    let (cursor, columns) = (own.cursor(), &places.columns);
    if places.heads.height > 0 {
        let rows = judged.table.rows.len();
        // Where some callers are out of view, which one it is of how many.
        let is_part = rows > usize::from(places.rows.height);
        let who = if is_part { format!("Who {}/{rows}", cursor.0 + 1) } else { "Who".to_owned() };
        put(buffer, places.heads.x, places.heads.y, columns.who, &who, theme.dim);
        draw_heads(buffer, places.heads, columns, cursor.1, theme);
    }
    let shown = judged.table.rows.iter().enumerate().skip(own.top());
    for ((at, row), y) in shown.zip(places.rows.y..places.rows.bottom()) {
        let line = Rect { y, height: 1, ..places.rows };
        draw_row(buffer, line, columns, row, (at == cursor.0).then_some(cursor.1), theme);
    }
    let rule = places.rule;
    for x in rule.x..if rule.height > 0 { rule.right() } else { rule.x } {
        put(buffer, x, rule.y, 1, theme.glyphs.border.horizontal_top, theme.border);
    }
}

fn draw_heads(buffer: &mut Buffer, line: Rect, columns: &Columns, selected: usize, theme: &Theme) {
    for (at, (question, (x, columns_wide))) in Question::ALL.into_iter().zip(columns.answers).enumerate() {
        let style = if at == selected { theme.title } else { theme.dim };
        put(buffer, line.x + x, line.y, columns_wide, head(question, columns.is_short), style);
    }
}

/// Draws a caller and what they may; the answer under the cursor stands in brackets.
fn draw_row(buffer: &mut Buffer, line: Rect, columns: &Columns, row: &Row, cursor: Option<usize>, theme: &Theme) {
    let is_stranger = matches!(row.who, Who::Anonymous | Who::AnyUser);
    let label = if columns.is_short && row.who == Who::AnyUser { "AWS users" } else { &row.label };
    let name = truncate(&visible(label), usize::from(columns.who)).into_owned();
    put(buffer, line.x, line.y, columns.who, &name, if cursor.is_some() { theme.title } else { theme.text });
    for (at, (cell, (x, columns_wide))) in row.cells.iter().zip(columns.answers).enumerate() {
        let answer = cell.answer();
        let word = if columns.is_short { short(answer) } else { answer.word() };
        let x = line.x + x;
        if cursor == Some(at) {
            put(buffer, x.saturating_sub(1), line.y, columns_wide + 2, &format!("[{word}]"), theme.cursor);
        } else {
            put(buffer, x, line.y, columns_wide, word, style(answer, is_stranger, theme));
        }
    }
}

/// The words where there is little room.
fn short(answer: Answer) -> &'static str {
    match answer {
        Answer::Depends => "dep",
        Answer::Unknown => "unk",
        Answer::Yes | Answer::No => answer.word(),
    }
}

fn style(answer: Answer, is_stranger: bool, theme: &Theme) -> Style {
    match answer {
        Answer::Yes if is_stranger => theme.warning,
        Answer::Yes => theme.good,
        Answer::No => theme.dim,
        Answer::Depends => theme.text,
        Answer::Unknown => theme.error,
    }
}

#[cfg(test)]
mod tests;
