//! What is drawn: one file a view, each a function from a part of the state to cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::text;

pub mod access;
pub mod compare;
pub mod dialog;
pub mod field;
pub mod footer;
pub mod header;
pub mod help;
pub mod history;
pub mod inspector;
pub mod main;
pub mod palette;
pub mod pane;
pub mod settings;
pub mod strip;
pub mod transfers;
pub mod uploads;

#[cfg(test)]
mod picture;

/// Writes a text that can be drawn into at most so many columns of one line; returns how many it took.
fn put(buffer: &mut Buffer, x: u16, y: u16, columns: u16, shown: &str, style: Style) -> u16 {
    let area = buffer.area;
    if y >= area.bottom() || x >= area.right() {
        return 0;
    }
    let columns = columns.min(area.right() - x);
    let cut = text::truncate(shown, usize::from(columns));
    let (end, _) = buffer.set_stringn(x, y, &*cut, usize::from(columns), style);
    end.saturating_sub(x)
}

/// Writes a text that can be drawn so that it ends at the right of the area.
fn put_right(buffer: &mut Buffer, area: Rect, shown: &str, style: Style) {
    let width = u16::try_from(text::width(shown)).unwrap_or(u16::MAX).min(area.width);
    put(buffer, area.right() - width, area.y, width, shown, style);
}
