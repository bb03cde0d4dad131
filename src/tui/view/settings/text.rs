//! Draws the text of a document: numbered lines painted as JSON, a mark and a word where something is wrong.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;

use super::{frame_of, json_style};
use crate::app::settings::Places;
use crate::app::settings::editor::Editor;
use crate::model::json::paint::pieces;
use crate::model::text::{counted, visible, width, wrap};
use crate::tui::theme::Theme;
use crate::tui::view::{field, put};

/// Draws the text with its frame and the line below it.
pub fn draw(frame: &mut Frame, places: &Places, editor: &Editor, has_keys: bool, theme: &Theme) {
    let mark = if editor.is_changed() { " (changed)" } else { "" };
    let title = format!("{}{mark}", editor.kind().facts().title);
    frame.render_widget(frame_of(&title, places.frame, true, theme), places.frame);
    let area = places.document;
    let (top, left) = editor.corner();
    let gutter = editor.gutter();
    let text = Rect { x: area.x + gutter.min(area.width), width: area.width.saturating_sub(gutter), ..area };
    for ((at, line), y) in editor.lines().iter().enumerate().skip(top).zip(area.y..area.bottom()) {
        let fault = editor.faults().iter().find(|fault| fault.place.line == at + 1);
        let sign = if fault.is_some() { '!' } else { ' ' };
        let number = format!("{:>columns$}{sign} ", at + 1, columns = usize::from(gutter.saturating_sub(2)));
        let style = if fault.is_some() { theme.error } else { theme.dim };
        put(frame.buffer_mut(), area.x, y, area.width, &number, style);
        let end = draw_line(frame, Rect { y, height: 1, ..text }, line, left, theme);
        if let Some(fault) = fault {
            let room = text.right().saturating_sub(end);
            put(frame.buffer_mut(), end, y, room, &format!("  ! {}", visible(&fault.message)), theme.warning);
        }
    }
    draw_status(frame, places.status, editor, theme);
    if has_keys && editor.find.is_none() {
        let (line, column) = (editor.cursor().0.saturating_sub(top), editor.column().saturating_sub(left));
        let place = |start: u16, offset: usize| start.saturating_add(u16::try_from(offset).unwrap_or(u16::MAX));
        let at = Position { x: place(text.x, column), y: place(area.y, line) };
        if text.contains(at) {
            frame.set_cursor_position(at);
        }
    }
}

/// Draws a line from a column on; returns the column behind it.
fn draw_line(frame: &mut Frame, area: Rect, line: &str, left: usize, theme: &Theme) -> u16 {
    let (mut column, mut x) = (0, area.x);
    for (range, piece) in pieces(line) {
        let style = json_style(piece, theme);
        for cluster in line.get(range).unwrap_or_default().graphemes(true) {
            let start = column;
            column += width(cluster);
            if start >= left {
                x += put(frame.buffer_mut(), x, area.y, area.right().saturating_sub(x), cluster, style);
            } else if column > left {
                // A wide character that begins left of the window.
                x += put(frame.buffer_mut(), x, area.y, area.right().saturating_sub(x), " ", style);
            }
        }
    }
    x
}

fn draw_status(frame: &mut Frame, area: Rect, editor: &Editor, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    if let Some(find) = &editor.find {
        let label = put(frame.buffer_mut(), area.x, area.y, area.width, "Find: ", theme.key);
        field::draw(frame, Rect { x: area.x + label, width: area.width - label, ..area }, find, true, theme);
        return;
    }
    let (words, style): (String, Style) = match editor.fault() {
        Some(fault) => {
            let problems = counted(editor.faults().len() as u64, "problem", "problems");
            (format!("{problems}, line {}: {}", fault.place.line, visible(&fault.message)), theme.warning)
        }
        None if editor.is_changed() => {
            ("nothing is wrong with it; F2 shows the difference and asks".to_owned(), theme.good)
        }
        None => ("nothing is wrong with it".to_owned(), theme.dim),
    };
    for (line, y) in wrap(&words, usize::from(area.width)).into_iter().zip(area.y..area.bottom()) {
        put(frame.buffer_mut(), area.x, y, area.width, &line, style);
    }
}
