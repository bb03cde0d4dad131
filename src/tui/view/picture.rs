//! Pictures of views as text, for the snapshot tests.

use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Returns what a screen of this size shows after drawing, without spaces at the ends of its lines.
pub(super) fn picture(width: u16, height: u16, draw: impl FnOnce(&mut Frame)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(draw).unwrap();
    if width == 0 || height == 0 {
        return String::new();
    }
    let shown = terminal.backend().to_string();
    let lines = shown.lines().map(|line| line.trim_matches('"').trim_end());
    lines.collect::<Vec<_>>().join("\n")
}
