//! The keys of where one is, printed from the table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::help::{self, Help};
use crate::app::state::State;
use crate::app::update::context;
use crate::model::text::{truncate, width};
use crate::tui::theme::Theme;

/// The column of the keys.
const KEYS: usize = 20;

/// Draws the help over the screen.
pub fn draw(frame: &mut Frame, screen: Rect, state: &State, help: &Help, theme: &Theme) {
    let context = context(state);
    let lines = help::lines(context);
    let area = help::frame(screen, lines.len());
    let top = help.top.min(help::last_top(area, lines.len()));
    let columns = usize::from(area.width.saturating_sub(3));
    let title = format!(" Keys: {} ", context.name());
    let block = Block::bordered()
        .border_set(theme.glyphs.border)
        .border_style(theme.border_focused)
        .title(Span::styled(title, theme.title))
        .title_bottom(Line::styled(" Up Down PgUp PgDn · any other key closes ", theme.dim).right_aligned());
    frame.render_widget(Clear, area);
    let shown: Vec<Line> = lines.into_iter().skip(top).map(|line| drawn(line, state, columns, theme)).collect();
    frame.render_widget(Paragraph::new(shown).block(block), area);
}

fn drawn(line: help::Line, state: &State, columns: usize, theme: &Theme) -> Line<'static> {
    match line {
        help::Line::Gap => Line::raw(""),
        help::Line::Title(title) => Line::styled(format!(" {title}"), theme.title),
        help::Line::Words(words) => Line::raw(format!("  {}", truncate(words, columns.saturating_sub(2)))),
        help::Line::Action(entry) => {
            let keys = state.keymap.keys(entry.action).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let gap = " ".repeat(KEYS.saturating_sub(width(&keys)).max(1));
            let room = columns.saturating_sub(KEYS + 2);
            Line::from(vec![
                Span::styled(format!("  {keys}"), theme.key),
                Span::raw(gap),
                Span::raw(truncate(entry.description, room).into_owned()),
            ])
        }
    }
}
