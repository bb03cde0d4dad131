//! The keys of where one is, printed from the table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::action::{Group, TABLE};
use crate::app::state::{Help, State};
use crate::app::update::context;
use crate::model::text::{truncate, width};
use crate::tui::theme::Theme;

/// The column of the keys.
const KEYS: usize = 20;

/// Draws the help over the screen.
pub fn draw(frame: &mut Frame, screen: Rect, state: &State, help: &Help, theme: &Theme) {
    let columns = screen.width.saturating_sub(2).min(86);
    let lines = lines(state, usize::from(columns.saturating_sub(3)), theme);
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(screen.height);
    let area = Rect { x: (screen.width - columns) / 2, y: (screen.height - height) / 2, width: columns, height };
    let top = help.top.min(lines.len().saturating_sub(usize::from(height.saturating_sub(2))));
    let title = format!(" Keys: {} ", context(state).name());
    let block = Block::bordered()
        .border_set(theme.glyphs.border)
        .border_style(theme.border_focused)
        .title(Span::styled(title, theme.title))
        .title_bottom(Line::styled(" Up Down PgUp PgDn · any other key closes ", theme.dim).right_aligned());
    frame.render_widget(Clear, area);
    let shown: Vec<Line> = lines.into_iter().skip(top).collect();
    frame.render_widget(Paragraph::new(shown).block(block), area);
}

fn lines(state: &State, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let context = context(state);
    let mut lines = Vec::new();
    for group in Group::ALL {
        let entries: Vec<_> =
            TABLE.iter().filter(|entry| entry.group == group && entry.contexts.contains(&context)).collect();
        if entries.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::raw(""));
        }
        lines.push(Line::styled(format!(" {}", group.title()), theme.title));
        for entry in entries {
            let keys = state.keymap.keys(entry.action).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let gap = " ".repeat(KEYS.saturating_sub(width(&keys)).max(1));
            let room = columns.saturating_sub(KEYS + 2);
            lines.push(Line::from(vec![
                Span::styled(format!("  {keys}"), theme.key),
                Span::raw(gap),
                Span::raw(truncate(entry.description, room).into_owned()),
            ]));
        }
    }
    if context == crate::app::action::Context::Panes {
        lines.push(Line::raw(""));
        lines.push(Line::styled(" Mouse", theme.title));
        for words in MOUSE {
            lines.push(Line::raw(format!("  {}", truncate(words, columns.saturating_sub(2)))));
        }
    }
    lines
}

const MOUSE: [&str; 3] = [
    "click moves, double click opens, the wheel scrolls, a column's head sorts",
    "drag inside a pane marks, drag to the other pane copies",
    "Shift-drag selects text as the terminal does",
];
