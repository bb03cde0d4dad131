//! Draws the comparison screen: how many differ and how, the names with what both sides have, and what a sync would do.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Block;

use super::{put, put_right};
use crate::app::compare::{Compare, Stage, parts};
use crate::app::dialog::sync::act_word;
use crate::app::state::State;
use crate::model::compare::{Cause, Difference, Hand, Kind, Trouble};
use crate::model::sync::{Act, SyncPlan};
use crate::model::text::{count, counted, short_time, size, truncate_start, visible, width};
use crate::tui::theme::Theme;

/// The widths of sign, size, time, and of what a sync would do.
const SIGN: u16 = 3;
const SIZE: u16 = 10;
const TIME: u16 = 12;
const ACT: u16 = 7;

/// From which width sizes are shown, and from which times too.
const WITH_SIZES: u16 = 48;
const WITH_TIMES: u16 = 76;

/// Returns the sign of a kind: where the newer or only one is, or that there is no telling.
fn sign(kind: Kind) -> &'static str {
    match kind {
        Kind::LeftOnly => "<<",
        Kind::RightOnly => ">>",
        Kind::LeftNewer => "< ",
        Kind::RightNewer => " >",
        Kind::Size => "<>",
        Kind::Contents => "!=",
        Kind::Unsafe => "!!",
    }
}

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, compare: &Compare, state: &State, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let title = Span::styled(title(compare, usize::from(area.width.saturating_sub(4))), theme.title);
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border_focused).title(title);
    frame.render_widget(block, area);
    let parts = parts(area);
    let (buffer, columns) = (frame.buffer_mut(), Columns::new(parts.rows.width));
    draw_counts(buffer, parts.counts, compare, theme);
    if parts.heads.height > 0 {
        columns.draw_heads(buffer, parts.heads, theme);
    }
    let plan = compare.plan();
    for (at, y) in (compare.top()..compare.len()).zip(parts.rows.y..parts.rows.bottom()) {
        let Some(difference) = compare.row(at) else { break };
        let line = Rect { y, height: 1, ..parts.rows };
        columns.draw_row(buffer, line, difference, &plan, state, theme);
        if at == compare.cursor() {
            buffer.set_style(line, theme.cursor);
        }
    }
    if parts.status.height > 0 {
        let (words, style) = status(compare, theme);
        put(buffer, parts.status.x + 1, parts.status.y, parts.status.width.saturating_sub(1), &words, style);
    }
}

fn title(compare: &Compare, columns: usize) -> String {
    let places = &compare.comparison().places;
    let room = columns.saturating_sub(" Compare  = ".len()) / 2;
    let [left, right] =
        [&places.left, &places.right].map(|place| truncate_start(&visible(&place.to_string()), room).into_owned());
    format!(" Compare {left} = {right} ")
}

/// All kinds with their numbers, the one that is shown alone in brackets.
fn draw_counts(buffer: &mut Buffer, area: Rect, compare: &Compare, theme: &Theme) {
    let comparison = compare.comparison();
    let kinds = Kind::ALL.into_iter().map(Some).filter(|kind| comparison.len(*kind) > 0);
    let (mut x, mut y) = (area.x, area.y);
    let mut word = |text: &str, style: Style| {
        let columns = u16::try_from(width(text)).unwrap_or(u16::MAX);
        if x > area.x && x.saturating_add(columns) > area.right() {
            (x, y) = (area.x, y.saturating_add(1));
        }
        if y < area.bottom() {
            x += put(buffer, x, y, area.right().saturating_sub(x), text, style);
        }
    };
    for kind in std::iter::once(None).chain(kinds) {
        let name = kind.map_or("all", Kind::name);
        let words = format!("{name} {}", count(comparison.len(kind) as u64));
        if kind == compare.shown() {
            word(&format!("[{words}]"), theme.title);
        } else {
            word(&format!(" {words} "), theme.text);
        }
    }
    word(&format!(" same {} ", count(comparison.tally.same.items)), theme.dim);
    if comparison.tally.unknown > 0 {
        word(&format!(" unknown {} ", count(comparison.tally.unknown)), theme.warning);
    }
}

/// How the comparison stands, else what was not compared, else what is under the cursor.
fn status(compare: &Compare, theme: &Theme) -> (String, Style) {
    let names = counted(compare.comparison().names(), "name", "names");
    match compare.stage() {
        Stage::Running(_) => return (format!("comparing {} {names} so far, Esc stops", theme.glyphs.dot), theme.text),
        Stage::Stopped => return (format!("stopped after {names}; R compares anew"), theme.warning),
        Stage::Failed(error) => return (error.to_string(), theme.error),
        Stage::Done => {}
    }
    let troubles = &compare.comparison().troubles;
    if let Some(first) = troubles.first() {
        let words = counted(troubles.len() as u64, "thing", "things");
        return (format!("{words} could not be compared: {}", trouble_words(first)), theme.warning);
    }
    match compare.row(compare.cursor()) {
        None => (format!("no differences among {names}"), theme.good),
        Some(row) => (format!("{}: {}", row.kind.name(), visible(&row.name)), theme.dim),
    }
}

fn trouble_words(trouble: &Trouble) -> String {
    match &trouble.cause {
        Cause::LeftOut(reason) => format!("{}: {}", visible(&trouble.name), visible(reason)),
        Cause::Failed(error) => error.to_string(),
    }
}

/// Where the columns begin, counted from the left; those that there is no room for are not shown.
struct Columns {
    name: u16,
    sizes: Option<[u16; 2]>,
    times: Option<[u16; 2]>,
    act: u16,
}

impl Columns {
    fn new(width: u16) -> Self {
        let mut end = width;
        let mut take = |columns: u16| {
            end = end.saturating_sub(columns + 1);
            end + 1
        };
        let act = take(ACT);
        let (mut sizes, mut times) = ([0; 2], [0; 2]);
        for hand in [1, 0] {
            let (time, size) = (times.get_mut(hand), sizes.get_mut(hand));
            if let Some(time) = time.filter(|_| width >= WITH_TIMES) {
                *time = take(TIME);
            }
            if let Some(size) = size.filter(|_| width >= WITH_SIZES) {
                *size = take(SIZE);
            }
        }
        Self {
            name: end.saturating_sub(SIGN),
            sizes: (width >= WITH_SIZES).then_some(sizes),
            times: (width >= WITH_TIMES).then_some(times),
            act,
        }
    }

    fn draw_heads(&self, buffer: &mut Buffer, line: Rect, theme: &Theme) {
        put(buffer, line.x + SIGN, line.y, self.name, "Name", theme.dim);
        for (at, words) in self.sizes.iter().flatten().zip(["Left", "Right"]) {
            put_right(buffer, cell(line, *at, SIZE), words, theme.dim);
        }
        for at in self.times.iter().flatten() {
            put_right(buffer, cell(line, *at, TIME), "Modified", theme.dim);
        }
        put(buffer, line.x + self.act, line.y, ACT, "Sync", theme.dim);
    }

    fn draw_row(
        &self,
        buffer: &mut Buffer,
        line: Rect,
        difference: &Difference,
        plan: &SyncPlan,
        state: &State,
        theme: &Theme,
    ) {
        put(buffer, line.x, line.y, SIGN, sign(difference.kind), theme.label);
        let name = truncate_start(&visible(&difference.name), usize::from(self.name)).into_owned();
        put(buffer, line.x + SIGN, line.y, self.name, &name, theme.text);
        for (at, hand) in [Hand::Left, Hand::Right].into_iter().enumerate() {
            let Some(facts) = difference.at(hand) else { continue };
            if let Some(x) = self.sizes.as_ref().and_then(|sizes| sizes.get(at)) {
                put_right(buffer, cell(line, *x, SIZE), &size(facts.size), theme.text);
            }
            let time = facts.modified.map(|time: Timestamp| short_time(time, state.now, &state.zone));
            if let (Some(x), Some(time)) = (self.times.as_ref().and_then(|times| times.get(at)), time) {
                put_right(buffer, cell(line, *x, TIME), &time, theme.dim);
            }
        }
        if let Some(action) = plan.action(difference) {
            let style = match action.act {
                Act::Add => theme.good,
                Act::Replace => theme.text,
                Act::Delete | Act::Refuse => theme.warning,
            };
            put(buffer, line.x + self.act, line.y, ACT, act_word(action.act), style);
        }
    }
}

fn cell(line: Rect, x: u16, columns: u16) -> Rect {
    Rect { x: line.x + x, width: columns, ..line }
}

#[cfg(test)]
mod tests;
