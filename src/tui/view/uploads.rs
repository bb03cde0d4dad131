//! Draws the screen of unfinished uploads: a table, oldest first, and the selected upload in full.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::{field, put};
use crate::app::history::{Places, places};
use crate::app::state::State;
use crate::app::uploads::Uploads;
use crate::app::uploads::parts::Known;
use crate::model::entry::StorageClass;
use crate::model::text::{count, counted, duration, long_time, pad, size, truncate_start, visible, width, wrap};
use crate::model::upload::{Holder, PendingUpload};
use crate::tui::theme::Theme;

/// A column of the table: its head, its width, and from which width of the table on it is shown.
const COLUMNS: [(&str, usize, usize); 6] =
    [("Age", 8, 0), ("Size", 10, 46), ("Parts", 6, 60), ("Class", 6, 68), ("Initiator", 20, 104), ("State", 7, 0)];

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, uploads: &Uploads, state: &State, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let places = places(area);
    draw_table(frame, &places, uploads, theme);
    draw_status(frame, places.status, uploads, theme);
    if let Some(row) = uploads.selected() {
        draw_detail(frame, places.detail, row, uploads, state, theme);
    }
}

fn draw_table(frame: &mut Frame, places: &Places, uploads: &Uploads, theme: &Theme) {
    let total = format!(" {} ", total(uploads));
    let room = usize::from(places.table.width).saturating_sub(width(&total) + 6);
    let place = visible(&uploads.place()).into_owned();
    let title = format!("Unfinished uploads of {place}");
    // Where there is little room, the place says more than what everything here is.
    let title = if width(&title) <= room { title } else { truncate_start(&place, room).into_owned() };
    let block = Block::bordered()
        .border_set(theme.glyphs.border)
        .border_style(theme.border_focused)
        .title(Span::styled(format!(" {title} "), theme.title))
        .title(Line::styled(total, theme.title).right_aligned());
    frame.render_widget(block, places.table);
    let columns = usize::from(places.rows.width);
    if places.heads.height > 0 {
        let heads = COLUMNS.map(|(head, ..)| head.to_owned());
        frame.render_widget(Line::styled(line(' ', " ", "Key", &heads, columns), theme.dim), places.heads);
    }
    let shown = uploads.shown().enumerate().skip(uploads.top());
    for ((at, row), y) in shown.zip(places.rows.y..places.rows.bottom()) {
        let (is_selected, is_marked) = (at == uploads.cursor(), uploads.is_marked(&row.upload));
        let style = if is_selected { theme.cursor } else { row_style(row, is_marked, uploads, theme) };
        let mark = if is_marked { theme.glyphs.marked } else { " " };
        let pointer = if is_selected { '>' } else { ' ' };
        let key = visible(row.upload.object.key.as_str()).into_owned();
        let text = line(pointer, mark, &key, &cells(row, uploads), columns);
        frame.render_widget(Line::styled(text, style), Rect { y, height: 1, ..places.rows });
    }
}

/// How many there are, and what is known of their size; `>=` where there may be more.
fn total(uploads: &Uploads) -> String {
    let (sent, summed) = uploads.parts.total();
    let more = if uploads.is_whole() { "" } else { ">= " };
    let more_bytes = if uploads.is_whole() && summed == uploads.count() { "" } else { ">= " };
    format!("{more}{}, {more_bytes}{}", counted(uploads.count(), "upload", "uploads"), size(sent.bytes))
}

fn row_style(row: &PendingUpload, is_marked: bool, uploads: &Uploads, theme: &Theme) -> Style {
    match row.holder {
        _ if is_marked => theme.marked,
        _ if uploads.kept(&row.upload).is_some() => theme.error,
        Some(Holder::Running) => theme.dim,
        Some(Holder::Left) => theme.warning,
        None => theme.text,
    }
}

fn cells(row: &PendingUpload, uploads: &Uploads) -> [String; 6] {
    let (bytes, parts) = match uploads.parts.known(&row.upload) {
        None => ("…".to_owned(), "…".to_owned()),
        Some(Known::Sent(sent)) => (size(sent.bytes), count(sent.parts)),
        Some(Known::Gone) => ("gone".to_owned(), String::new()),
        Some(Known::Unread(_)) => ("?".to_owned(), "?".to_owned()),
    };
    let state = match (uploads.kept(&row.upload), row.holder) {
        (Some(_), _) => "stayed",
        (None, Some(holder)) => holder.word(),
        (None, None) => "",
    };
    [
        row.age.map_or_else(|| "-".to_owned(), |age| duration(age.as_secs())),
        bytes,
        parts,
        row.class.map_or("", StorageClass::short).to_owned(),
        visible(row.initiator.as_deref().unwrap_or_default()).into_owned(),
        state.to_owned(),
    ]
}

/// One line of the table: the key takes what the shown columns leave, and loses its beginning where that is little.
fn line(pointer: char, mark: &str, key: &str, cells: &[String; 6], columns: usize) -> String {
    let shown = COLUMNS.iter().zip(cells).filter(|((_, _, from), _)| columns >= *from);
    let tail = shown.fold(String::new(), |tail, ((_, width, _), cell)| format!("{tail}  {}", pad(cell, *width)));
    let room = columns.saturating_sub(width(&tail) + 3);
    format!("{pointer}{mark} {}{tail}", pad(&truncate_start(key, room), room))
}

fn draw_status(frame: &mut Frame, area: Rect, uploads: &Uploads, theme: &Theme) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if area.is_empty() {
        return;
    }
    let mut start = 0;
    if let Some(filter) = &uploads.filter {
        put(frame.buffer_mut(), area.x, area.y, 2, "/ ", theme.key);
        let columns = (area.width / 2).clamp(1, 40);
        let input = Rect { x: area.x + 2, width: columns, ..area }.intersection(area);
        field::draw(frame, input, filter, uploads.is_typing, theme);
        start = columns + 3;
    }
    let (words, style) = status(uploads, theme);
    put(frame.buffer_mut(), area.x + start, area.y, area.width.saturating_sub(start), &words, style);
}

fn status(uploads: &Uploads, theme: &Theme) -> (String, Style) {
    if let Some(error) = uploads.problem() {
        return (error.to_string(), theme.error);
    }
    if uploads.is_aborting() {
        return ("aborting …".to_owned(), theme.warning);
    }
    if uploads.is_loading() {
        return ("reading … Esc stops".to_owned(), theme.warning);
    }
    let marked = uploads.marked();
    if !marked.is_empty() {
        let sum = uploads.sum(&marked);
        let more = if sum.unread > 0 { ">= " } else { "" };
        return (format!("{} marked, {more}{}", count(sum.uploads), size(sum.bytes)), theme.marked);
    }
    if uploads.parts.is_reading() {
        return ("adding up the parts … Esc stops".to_owned(), theme.warning);
    }
    match (uploads.shown_count(), uploads.count()) {
        (0, 0) if uploads.is_whole() => ("nothing was begun that is not finished".to_owned(), theme.dim),
        (0, 1..) => ("nothing matches".to_owned(), theme.dim),
        _ if !uploads.is_whole() => ("there may be more; R reads the list again".to_owned(), theme.warning),
        _ if uploads.parts.is_stopped() => ("stopped; R reads again".to_owned(), theme.warning),
        (shown, _) => (counted(shown, "upload", "uploads"), theme.dim),
    }
}

fn draw_detail(frame: &mut Frame, area: Rect, row: &PendingUpload, uploads: &Uploads, state: &State, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let key = visible(row.upload.object.key.as_str()).into_owned();
    let title = truncate_start(&key, usize::from(area.width).saturating_sub(6)).into_owned();
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border);
    let block = block.title(Span::styled(format!(" {title} "), theme.title));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let room = usize::from(inner.width);
    let began = row.began.map_or_else(|| "not told".to_owned(), |time| long_time(time, &state.zone));
    let by = row.initiator.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    let class = row.class.map(|class| format!(" {} {}", theme.glyphs.dot, class.name())).unwrap_or_default();
    // What a person must know comes first, and what may be long and helps nobody last.
    let fields = [
        ("Parts   ", parts_words(uploads.parts.known(&row.upload))),
        ("Begun   ", format!("{began}{by}{class}")),
        ("Upload  ", row.upload.id.clone()),
    ];
    let label = 8;
    let mut lines: Vec<Line> = Vec::new();
    if let Some(words) = uploads.kept(&row.upload) {
        let words = format!("It was not aborted: {}", visible(words));
        lines.extend(wrap(&words, room).into_iter().map(|line| Line::styled(line, theme.error)));
    } else if let Some(holder) = row.holder {
        lines.extend(wrap(holder_words(holder), room).into_iter().map(|line| Line::styled(line, theme.warning)));
    }
    for (name, value) in fields {
        let mut wrapped = wrap(&visible(&value), room.saturating_sub(label)).into_iter();
        let first = wrapped.next().unwrap_or_default();
        lines.push(Line::from(vec![Span::styled(name, theme.label), Span::styled(first, theme.text)]));
        lines.extend(wrapped.map(|more| Line::styled(format!("{}{more}", " ".repeat(label)), theme.text)));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn parts_words(known: Option<&Known>) -> String {
    match known {
        None => "not read yet".to_owned(),
        Some(Known::Sent(sent)) => {
            format!("{}, {} ({} bytes)", counted(sent.parts, "part", "parts"), size(sent.bytes), count(sent.bytes))
        }
        Some(Known::Gone) => "the upload is there no more: joined or aborted since it was listed".to_owned(),
        Some(Known::Unread(error)) => error.to_string(),
    }
}

fn holder_words(holder: Holder) -> &'static str {
    match holder {
        Holder::Running => "A transfer of this machine works on it; it is not aborted from here.",
        Holder::Left => {
            "An interrupted transfer of this machine goes on with it when it is resumed; aborted, that starts over."
        }
    }
}

#[cfg(test)]
mod tests;
