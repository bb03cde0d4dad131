//! Draws any dialog from its description, at the places that mouse clicks use too.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use crate::app::dialog::Dialog;
use crate::app::dialog::layout::{Layout, Row, layout};
use crate::app::dialog::sheet::{Role, Sheet, Tone};
use crate::tui::theme::Theme;

/// Draws the dialog over what is there.
pub fn draw(frame: &mut Frame, area: Rect, dialog: &Dialog, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let sheet = dialog.sheet();
    let place = layout(&sheet, dialog.form(), area);
    frame.render_widget(Clear, place.frame);
    draw_border(frame, &place, &sheet, theme);
    draw_body(frame, &place, theme);
    let focus = dialog.is_ready().then_some(dialog.form().focus);
    draw_buttons(frame, &place, &sheet, focus, theme);
}

fn draw_border(frame: &mut Frame, place: &Layout, sheet: &Sheet, theme: &Theme) {
    if !place.has_border {
        return;
    }
    let style = match sheet.tone {
        Tone::Plain => theme.border_focused,
        Tone::Danger => theme.warning,
        Tone::Failure => theme.error,
    };
    let title = Span::styled(format!(" {} ", sheet.title), theme.title);
    let mut block = Block::bordered().border_set(theme.glyphs.border).border_style(style).title(title);
    let height = usize::from(place.body.height);
    if place.rows.len() > height {
        let last = (place.offset + height).min(place.rows.len());
        let position = format!(" {}-{last} of {} PgUp PgDn ", place.offset + 1, place.rows.len());
        block = block.title_bottom(Line::styled(position, theme.dim).right_aligned());
    }
    frame.render_widget(block, place.frame);
}

fn draw_body(frame: &mut Frame, place: &Layout, theme: &Theme) {
    for (row, y) in place.rows.iter().skip(place.offset).zip(place.body.y..place.body.bottom()) {
        let area = Rect { y, height: 1, ..place.body };
        frame.render_widget(line(row, theme), area);
        if let Some(column) = row.cursor.filter(|column| *column < area.width) {
            frame.set_cursor_position(Position { x: area.x + column, y });
        }
    }
}

fn line<'a>(row: &'a Row, theme: &Theme) -> Line<'a> {
    row.spans.iter().map(|span| Span::styled(span.text.as_str(), style(span.role, theme))).collect()
}

fn style(role: Role, theme: &Theme) -> Style {
    match role {
        Role::Text => theme.text,
        Role::Dim => theme.dim,
        Role::Label => theme.label,
        Role::Warning => theme.warning,
        Role::Error => theme.error,
        Role::Good => theme.good,
        Role::Input | Role::InputFocused => theme.input,
        Role::Chosen => theme.title,
        Role::Focus => theme.key,
    }
}

fn draw_buttons(frame: &mut Frame, place: &Layout, sheet: &Sheet, focus: Option<usize>, theme: &Theme) {
    let stops = sheet.stops();
    for (at, (label, area)) in sheet.buttons.iter().zip(&place.buttons).enumerate() {
        // The focus shows in the characters too, not by colour alone.
        let (words, style) = if focus == Some(stops + at) {
            (format!("[>{label}<]"), theme.cursor)
        } else {
            (format!("[ {label} ]"), theme.text)
        };
        frame.render_widget(Span::styled(words, style), *area);
    }
}

#[cfg(test)]
mod tests;
