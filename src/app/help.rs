//! The help: its lines and the window they are seen through. Drawing and scrolling use the same ones.

use ratatui::layout::Rect;

use super::action::{Context, Entry, Group, TABLE};

/// What the mouse does in the panes.
const MOUSE: [&str; 3] = [
    "click moves, double click opens, the wheel scrolls, a column's head sorts",
    "drag inside a pane marks, drag to the other pane copies",
    "Shift-drag selects text as the terminal does",
];

/// The open help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Help {
    /// The first line that is shown.
    pub top: usize,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub enum Line {
    /// Nothing, before a heading.
    Gap,
    /// A heading.
    Title(&'static str),
    /// An action, shown with its keys.
    Action(&'static Entry),
    /// What is said in words alone.
    Words(&'static str),
}

/// Returns the lines for where one is.
pub fn lines(context: Context) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let entries = TABLE.iter().filter(|entry| entry.group == group && entry.contexts.contains(&context));
        add(&mut lines, group.title(), entries.map(Line::Action));
    }
    if context == Context::Panes {
        add(&mut lines, "Mouse", MOUSE.into_iter().map(Line::Words));
    }
    lines
}

fn add(lines: &mut Vec<Line>, title: &'static str, below: impl Iterator<Item = Line>) {
    let mut below = below.peekable();
    if below.peek().is_none() {
        return;
    }
    if !lines.is_empty() {
        lines.push(Line::Gap);
    }
    lines.push(Line::Title(title));
    lines.extend(below);
}

/// Returns the frame of the help when it has so many lines.
pub fn frame(screen: Rect, lines: usize) -> Rect {
    let width = screen.width.saturating_sub(2).min(86);
    let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2).min(screen.height);
    Rect { x: (screen.width - width) / 2, y: (screen.height - height) / 2, width, height }
}

/// Returns the greatest first line, which shows the last line too.
pub fn last_top(frame: Rect, lines: usize) -> usize {
    lines.saturating_sub(usize::from(frame.height.saturating_sub(2)))
}

impl Help {
    /// Scrolls by so many lines, no further than to the ends.
    pub fn scroll_by(&mut self, by: isize, screen: Rect, context: Context) {
        let lines = lines(context).len();
        self.top = self.top.saturating_add_signed(by).min(last_top(frame(screen, lines), lines));
    }
}
