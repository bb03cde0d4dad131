//! Draws a text field: visible escapes, true widths, scrolled so that the cursor is seen.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::app::field::Field;
use crate::tui::theme::Theme;

/// Draws the field in the first line of the area, with the terminal's cursor in it if it has the focus.
pub fn draw(frame: &mut Frame, area: Rect, field: &Field, is_focused: bool, theme: &Theme) {
    let area = Rect { height: area.height.min(1), ..area }.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let window = field.window(area.width);
    let fill = usize::from(area.width).saturating_sub(crate::model::text::width(&window.text));
    frame.render_widget(Span::styled(format!("{}{}", window.text, " ".repeat(fill)), theme.input), area);
    if is_focused {
        frame.set_cursor_position(Position { x: area.x + window.cursor, y: area.y });
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    #[test]
    fn the_terminals_cursor_stands_in_the_focused_field() {
        let mut terminal = Terminal::new(TestBackend::new(12, 1)).unwrap();
        let field = Field::new("a\u{1b}b");
        terminal.draw(|frame| draw(frame, frame.area(), &field, true, &Theme::default())).unwrap();
        terminal.backend().assert_buffer_lines([ratatui::text::Line::styled("a\\x1bb      ", Theme::default().input)]);
        terminal.backend_mut().assert_cursor_position((6, 0));
    }
}
