//! Draws the inspector: the sections of what is looked at, or its first bytes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::{Block, Clear};

use crate::app::inspector::line::{Kind, Line};
use crate::app::inspector::{Inspector, View, inner};
use crate::model::text::{truncate, truncate_start, visible, width};
use crate::tui::theme::Theme;

/// Draws the inspector.
pub fn draw(frame: &mut Frame, area: Rect, inspector: &Inspector, is_focused: bool, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    frame.render_widget(Clear, area);
    let border = if is_focused { theme.border_focused } else { theme.border };
    let mut block = Block::bordered().border_set(theme.glyphs.border).border_style(border);
    let title = title(inspector, usize::from(area.width.saturating_sub(4)));
    block = block.title(Span::styled(title, theme.title));
    let inner = inner(area);
    let lines = inspector.lines(inner.width);
    let offset = inspector.offset(lines.len(), inner.height);
    if lines.len() > usize::from(inner.height) {
        let last = (offset + usize::from(inner.height)).min(lines.len());
        let position = format!(" {}-{last} of {} ", offset + 1, lines.len());
        block = block.title_bottom(Text::styled(position, theme.dim).right_aligned());
    }
    frame.render_widget(block, area);
    for (line, y) in lines.iter().skip(offset).zip(inner.y..inner.bottom()) {
        frame.render_widget(text(line, theme), Rect { y, height: 1, ..inner });
    }
    if inspector.subject().is_none() {
        let words = truncate("nothing under the cursor", usize::from(inner.width)).into_owned();
        frame.render_widget(Span::styled(words, theme.dim), inner);
    }
}

fn title(inspector: &Inspector, columns: usize) -> String {
    let what = if inspector.view() == View::Sections { "Inspect" } else { "Preview" };
    let Some(subject) = inspector.subject() else { return format!(" {what} ") };
    let name = visible(&subject.item.to_string()).into_owned();
    let room = columns.saturating_sub(width(what) + 3);
    format!(" {what} {} ", truncate_start(&name, room))
}

fn text<'a>(line: &'a Line, theme: &Theme) -> Text<'a> {
    let label = Span::styled(line.label.as_str(), theme.label);
    Text::from(vec![label, Span::styled(line.text.as_str(), style(line.kind, theme))])
}

fn style(kind: Kind, theme: &Theme) -> Style {
    match kind {
        Kind::Heading => theme.title,
        Kind::Value | Kind::Text => theme.text,
        Kind::Quiet => theme.dim,
        Kind::Trouble | Kind::Open => theme.warning,
        Kind::Closed => theme.good,
    }
}

#[cfg(test)]
mod tests;
