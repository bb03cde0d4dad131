//! A one-line text field: editing by keys and paste, and the part of it that fits into so many columns.
//!
//! The text may hold what no terminal should see (it may be an object's key): it is edited as it is and shown with
//! visible escapes. Control characters can be in it from the start, but can neither be typed nor pasted.

use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use super::keymap::{Code, Key};
use crate::model::text;

/// How many edits can be taken back.
const UNDO_STEPS: usize = 200;

/// A text of one line and a cursor in it.
#[derive(Debug, Clone)]
pub struct Field {
    area: TextArea<'static>,
}

/// What of a field is shown in a given width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The shown part, with visible escapes; never wider than asked for.
    pub text: String,
    /// The cursor's column in it; below the width asked for, unless that is 0.
    pub cursor: u16,
    /// Whether something is left of the shown part.
    pub is_cut_left: bool,
    /// Whether something is right of the shown part.
    pub is_cut_right: bool,
}

impl Default for Field {
    fn default() -> Self {
        Self::new("")
    }
}

impl Field {
    /// Returns a field with a text to start from and the cursor at its end.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(vec![text.to_owned()]);
        area.set_max_histories(UNDO_STEPS);
        area.move_cursor(CursorMove::End);
        Self { area }
    }

    /// Returns the text as it is, unfiltered: not for the screen.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Replaces the text and puts the cursor at its end; can be undone.
    pub fn set(&mut self, text: &str) {
        self.area.move_cursor(CursorMove::End);
        self.area.delete_line_by_head();
        self.insert(text);
    }

    /// Moves the cursor before the extension of a file name, where an edit of the name most often begins.
    pub fn move_before_extension(&mut self) {
        let text = self.text();
        let at = text.rfind('.').filter(|at| *at > 0).and_then(|at| text.get(..at)).map_or("", |stem| stem);
        let column = if at.is_empty() { text.chars().count() } else { at.chars().count() };
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(column).unwrap_or(u16::MAX)));
    }

    /// Takes a key; returns whether the key means something here, even if nothing changed.
    pub fn on_key(&mut self, key: Key) -> bool {
        if key.alt {
            return false;
        }
        if key.ctrl {
            return self.on_ctrl(key.code);
        }
        match key.code {
            Code::Char(c) if !c.is_control() => self.area.insert_char(c),
            Code::Backspace => drop(self.area.delete_char()),
            Code::Delete => drop(self.area.delete_next_char()),
            Code::Left => self.area.move_cursor(CursorMove::Back),
            Code::Right => self.area.move_cursor(CursorMove::Forward),
            Code::Home => self.area.move_cursor(CursorMove::Head),
            Code::End => self.area.move_cursor(CursorMove::End),
            _ => return false,
        }
        true
    }

    /// The keys of a shell's line. Ctrl-/ and Ctrl-_ arrive as Ctrl-7, Ctrl-H is the Backspace of some terminals.
    fn on_ctrl(&mut self, code: Code) -> bool {
        match code {
            Code::Char('w') | Code::Backspace => drop(self.area.delete_word()),
            Code::Delete => drop(self.area.delete_next_word()),
            Code::Char('u') => drop(self.area.delete_line_by_head()),
            Code::Char('k') => drop(self.area.delete_line_by_end()),
            Code::Char('h') => drop(self.area.delete_char()),
            Code::Char('a') => self.area.move_cursor(CursorMove::Head),
            Code::Char('e') => self.area.move_cursor(CursorMove::End),
            Code::Left => self.area.move_cursor(CursorMove::WordBack),
            Code::Right => self.area.move_cursor(CursorMove::WordForward),
            Code::Char('7' | '_' | '/') => drop(self.area.undo()),
            _ => return false,
        }
        true
    }

    /// Inserts pasted text at the cursor, without its control characters and line breaks.
    pub fn insert(&mut self, pasted: &str) {
        let kept: String =
            pasted.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')).collect();
        if !kept.is_empty() {
            self.area.insert_str(kept);
        }
    }

    /// Returns the part of the text that fits into so many columns and holds the cursor.
    pub fn window(&self, columns: u16) -> Window {
        let columns = usize::from(columns);
        let before: String = self.text().chars().take(self.area.cursor().1).collect();
        let whole = text::visible(self.text());
        let cursor = text::width(&text::visible(&before));
        // One column is kept for the cursor when it stands behind the last character.
        let mut dropped = 0;
        let mut start = 0;
        for cluster in whole.graphemes(true) {
            if cursor.saturating_sub(dropped) < columns.max(1) {
                break;
            }
            dropped += text::width(cluster);
            start += cluster.len();
        }
        let mut shown = String::new();
        let mut used = 0;
        for cluster in whole.get(start..).unwrap_or_default().graphemes(true) {
            let width = text::width(cluster);
            if used + width > columns {
                break;
            }
            used += width;
            shown.push_str(cluster);
        }
        let is_cut_right = start + shown.len() < whole.len();
        let cursor = u16::try_from(cursor.saturating_sub(dropped).min(columns.saturating_sub(1))).unwrap_or(u16::MAX);
        Window { text: shown, cursor, is_cut_left: start > 0, is_cut_right }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(field: &mut Field, code: Code) -> bool {
        field.on_key(Key { code, ctrl: false, alt: false, shift: false })
    }

    fn ctrl(field: &mut Field, code: Code) -> bool {
        field.on_key(Key { code, ctrl: true, alt: false, shift: false })
    }

    #[test]
    fn typing_and_deleting_happen_at_the_cursor() {
        let mut field = Field::new("ac");
        press(&mut field, Code::Left);
        press(&mut field, Code::Char('b'));
        assert_eq!(field.text(), "abc");
        press(&mut field, Code::Backspace);
        press(&mut field, Code::Home);
        press(&mut field, Code::Delete);
        assert_eq!(field.text(), "c");
    }

    #[test]
    fn words_and_lines_are_deleted_and_brought_back() {
        let mut field = Field::new("s3://photos/2026 summer");
        ctrl(&mut field, Code::Char('w'));
        assert_eq!(field.text(), "s3://photos/2026 ");
        ctrl(&mut field, Code::Char('u'));
        assert_eq!(field.text(), "");
        ctrl(&mut field, Code::Char('7'));
        ctrl(&mut field, Code::Char('7'));
        assert_eq!(field.text(), "s3://photos/2026 summer");
    }

    #[test]
    fn pasted_control_characters_and_line_breaks_are_dropped() {
        let mut field = Field::new("");
        field.insert("a\r\nb\u{1b}[2J\tc\u{85}\u{2028}d\n");
        assert_eq!(field.text(), "ab[2Jcd");
    }

    #[test]
    fn a_name_that_holds_a_line_break_is_kept_and_shown_as_an_escape() {
        let field = Field::new("two\nlines");
        assert_eq!(field.text(), "two\nlines");
        assert_eq!(field.window(20).text, "two\\nlines");
    }

    #[test]
    fn a_long_text_scrolls_so_that_the_cursor_is_seen() {
        let mut field = Field::new("0123456789");
        let window = field.window(5);
        assert_eq!((window.text.as_str(), window.cursor, window.is_cut_left), ("6789", 4, true));
        press(&mut field, Code::Home);
        let window = field.window(5);
        assert_eq!((window.text.as_str(), window.cursor, window.is_cut_right), ("01234", 0, true));
    }

    #[test]
    fn a_renaming_edit_starts_before_the_extension() {
        let mut field = Field::new("report.csv");
        field.move_before_extension();
        press(&mut field, Code::Char('2'));
        assert_eq!(field.text(), "report2.csv");
        let mut hidden = Field::new(".profile");
        hidden.move_before_extension();
        press(&mut hidden, Code::Char('2'));
        assert_eq!(hidden.text(), ".profile2");
    }

    #[test]
    fn keys_that_mean_nothing_here_are_left_to_the_dialog() {
        let mut field = Field::new("a");
        assert!(!press(&mut field, Code::Enter) && !press(&mut field, Code::Up) && !press(&mut field, Code::Tab));
    }

    proptest! {
        #[test]
        fn any_text_and_keys_stay_on_one_line_inside_the_width(
            start in any::<String>(), keys in prop::collection::vec((0u8..14, any::<char>()), 0..40), columns in 0u16..30,
        ) {
            let mut field = Field::new(&start);
            for (kind, c) in keys {
                match kind {
                    0..=3 => drop(press(&mut field, Code::Char(c))),
                    4 => drop(press(&mut field, Code::Backspace)),
                    5 => drop(press(&mut field, Code::Delete)),
                    6 => drop(press(&mut field, Code::Left)),
                    7 => drop(press(&mut field, Code::Home)),
                    8 => drop(ctrl(&mut field, Code::Char('w'))),
                    9 => drop(ctrl(&mut field, Code::Char('k'))),
                    10 => drop(ctrl(&mut field, Code::Char('7'))),
                    11 => field.insert(&format!("{c}\n{c}")),
                    12 => drop(ctrl(&mut field, Code::Left)),
                    _ => field.set(&start),
                }
                prop_assert_eq!(field.area.lines().len(), 1);
                let window = field.window(columns);
                prop_assert!(text::width(&window.text) <= usize::from(columns));
                prop_assert!(columns == 0 || window.cursor < columns);
                prop_assert!(!window.text.chars().any(char::is_control));
            }
        }
    }
}
