//! Where the parts of the permissions screen are, for drawing, for scrolling and for the mouse.

use ratatui::layout::{Margin, Rect};

use crate::model::access::table::Question;

/// From this width on heads and answers are written in full.
const IN_FULL: u16 = 70;

/// The width of the longest answer in full, and of the longest short one.
const ANSWER: u16 = 7;
const SHORT_ANSWER: u16 = 3;

/// How much of the height the table gets at most, in percent.
const SHARE: u16 = 45;

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// The verdict in a few lines.
    pub head: Rect,
    /// The heads of the columns; of no height where there is no room.
    pub heads: Rect,
    /// The callers, one a line.
    pub rows: Rect,
    /// The line between table and reason; of no height where there is no room.
    pub rule: Rect,
    /// The reason for the answer under the cursor.
    pub detail: Rect,
    /// The columns of the table.
    pub columns: Columns,
}

/// The columns of the table, counted from its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns {
    /// The width of the callers.
    pub who: u16,
    /// The first column and the width of each answer.
    pub answers: [(u16, u16); Question::ALL.len()],
    /// Whether heads and answers are short.
    pub is_short: bool,
}

impl Columns {
    fn new(width: u16) -> Self {
        let is_short = width < IN_FULL;
        // One column on each side of an answer is for the brackets of the cursor, shared where there is little room.
        let gap = if is_short { 1 } else { 2 };
        let mut end = width.saturating_sub(1);
        let mut answers = [(0, 0); Question::ALL.len()];
        for (answer, question) in answers.iter_mut().zip(Question::ALL).rev() {
            let head = u16::try_from(head(question, is_short).len()).unwrap_or(u16::MAX);
            let own = head.max(if is_short { SHORT_ANSWER } else { ANSWER });
            end = end.saturating_sub(own);
            *answer = (end, own);
            end = end.saturating_sub(gap);
        }
        Self { who: end, answers, is_short }
    }

    /// Returns the question that a column of the table belongs to.
    pub fn at(&self, x: u16) -> Option<usize> {
        self.answers.iter().rposition(|(start, _)| start.saturating_sub(1) <= x)
    }
}

/// Returns the head of a column.
pub fn head(question: Question, is_short: bool) -> &'static str {
    match question {
        Question::List => "List",
        Question::Read => "Read",
        Question::Write => "Write",
        Question::Delete if is_short => "Del",
        Question::Delete => "Delete",
        Question::Permit if is_short => "Perm",
        Question::Permit => "Permissions",
    }
}

/// Returns what is inside the frame, with a column free on each side where there is room.
pub fn inner(area: Rect) -> Rect {
    let edge = area.inner(Margin::new(1, 1));
    if edge.width < IN_FULL { edge } else { Rect { x: edge.x + 1, width: edge.width - 2, ..edge } }
}

/// Lays the screen out for so many lines on top and so many callers.
pub(super) fn places(area: Rect, head: usize, callers: usize, is_whole: bool) -> Places {
    let inner = inner(area);
    let columns = Columns::new(inner.width);
    let below = |above: Rect, height: u16| {
        let height = height.min(inner.bottom().saturating_sub(above.bottom()));
        Rect { y: above.bottom(), height, ..inner }
    };
    let top = Rect { height: 0, ..inner };
    if is_whole {
        return Places { head: top, heads: top, rows: top, rule: top, detail: inner, columns };
    }
    // The verdict never leaves the table without room.
    let most = match inner.height {
        _ if callers == 0 => inner.height,
        // What a test met, which was just asked for, matters more than one more line of the reason.
        0..8 => 1 + u16::from(head > 2),
        8..14 => 2,
        _ => 6,
    };
    let head = below(top, u16::try_from(head).unwrap_or(most).min(most));
    let gap = below(head, u16::from(callers > 0 && inner.height >= 18));
    let heads = below(gap, u16::from(callers > 0 && inner.height >= 4));
    let share = (inner.height * SHARE / 100).saturating_sub(1).max(2);
    let rows = below(heads, u16::try_from(callers).unwrap_or(share).min(share));
    let rule = below(rows, u16::from(callers > 0 && inner.height >= 12));
    let detail = below(rule, inner.height);
    Places { head: Rect { height: head.height + gap.height, ..head }, heads, rows, rule, detail, columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_shorten_and_give_the_callers_what_is_left() {
        let wide = Columns::new(76);
        assert!(!wide.is_short && wide.who >= 20, "{wide:?}");
        let narrow = Columns::new(38);
        assert!(narrow.is_short && narrow.who >= 11, "{narrow:?}");
        assert_eq!((narrow.at(0), narrow.at(37)), (None, Some(4)));
        let (start, _) = wide.answers[2];
        assert_eq!((wide.at(start), wide.at(start - 1), wide.at(start - 2)), (Some(2), Some(2), Some(1)));
    }

    #[test]
    fn the_parts_fill_the_screen_and_never_leave_it() {
        for width in 0..130 {
            for height in 0..40 {
                for (callers, is_whole) in [(0, false), (3, false), (30, false), (3, true)] {
                    let area = Rect { x: 0, y: 1, width, height };
                    let places = places(area, 5, callers, is_whole);
                    let parts = [places.head, places.heads, places.rows, places.rule, places.detail];
                    let inner = inner(area);
                    assert_eq!(parts.iter().map(|part| part.height).sum::<u16>(), inner.height);
                    assert!(parts.iter().all(|part| part.bottom() <= inner.bottom().max(inner.y)), "{parts:?}");
                }
            }
        }
        let small = |head: usize| {
            let places = places(Rect { x: 0, y: 1, width: 40, height: 8 }, head, 5, false);
            (places.head.height, places.rows.height, places.detail.height)
        };
        assert_eq!((small(2), small(3)), ((1, 2, 2), (2, 2, 1)));
    }
}
