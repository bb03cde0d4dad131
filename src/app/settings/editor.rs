//! The text of a document that is changed, and what is wrong with it as it stands.
//!
//! The text holds no character that nobody would see: those of the document stand as escapes of JSON, and what is typed or
//! pasted becomes one. So what is drawn is what is there, and a column of the text is a column of the screen.

use ratatui::layout::Rect;
use serde_json::Value;
use tui_textarea::{CursorMove, TextArea};

use super::line::editable;
use crate::app::field::Field;
use crate::app::keymap::{Code, Key};
use crate::model::document::{DocumentKind, check};
use crate::model::json::{Fault, paint::with_escapes};
use crate::model::text::width;

/// How many edits can be taken back.
const UNDO_STEPS: usize = 1000;

/// What a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// It was taken.
    Taken,
    /// The document is to be written.
    Save,
    /// The text is to be left.
    Leave,
    /// The text is to go to the person's editor.
    Outside,
    /// The keys are to be shown.
    Help,
    /// What the rules would touch is to be shown.
    Preview,
}

/// The keys, in the order in which they are told: the most wanted first.
const KEYS: [(&str, &str); 7] = [
    ("F2", "Save"),
    ("Esc", "Leave"),
    ("Ctrl-F", "Find"),
    ("Ctrl-U", "Undo"),
    ("Ctrl-R", "Redo"),
    ("Ctrl-N", "Next problem"),
    ("F4", "$EDITOR"),
];

/// The key that lifecycle rules have beside them, told behind the first two.
const PREVIEW: (&str, &str) = ("F3", "Preview");

/// A text area, and the document that it is to become.
#[derive(Debug)]
pub struct Editor {
    kind: DocumentKind,
    bucket: String,
    standing: Option<Value>,
    area: TextArea<'static>,
    start: Vec<String>,
    read: Result<Value, Vec<Fault>>,
    top: usize,
    left: usize,
    /// What is looked for, while it is typed.
    pub find: Option<Field>,
    sought: String,
}

impl Editor {
    /// Returns the text of a document of a bucket, to be changed; what stands there is what it is compared with.
    pub fn new(kind: DocumentKind, bucket: &str, standing: Option<Value>, text: &str) -> Self {
        let mut editor = Self {
            kind,
            bucket: bucket.to_owned(),
            start: Vec::new(),
            standing,
            area: area(text),
            read: Ok(Value::Null),
            top: 0,
            left: 0,
            find: None,
            sought: String::new(),
        };
        editor.start = editor.area.lines().to_vec();
        editor.judge();
        editor
    }

    /// Returns the text of what stands there, or of an empty document of its kind.
    pub fn of(kind: DocumentKind, bucket: &str, standing: Option<Value>) -> Self {
        let text = editable(&standing.clone().unwrap_or_else(|| kind.facts().empty()));
        Self::new(kind, bucket, standing, &text)
    }

    /// Returns what stands there, but with the text of another document.
    #[must_use]
    pub fn with_text_of(mut self, document: &Value) -> Self {
        self.replace(&editable(document));
        self
    }

    /// Returns the keys that are told, with what they do.
    pub fn keys(&self) -> Vec<(&'static str, &'static str)> {
        let mut keys = KEYS.to_vec();
        if self.kind == DocumentKind::Lifecycle {
            keys.insert(2, PREVIEW);
        }
        keys
    }

    /// Returns which document it is.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Returns what stands there.
    pub fn standing(&self) -> Option<&Value> {
        self.standing.as_ref()
    }

    /// Takes in what stands there by now; the text stays.
    pub fn set_standing(&mut self, standing: Option<Value>) {
        self.standing = standing;
        self.judge();
    }

    /// Returns the lines of the text.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Returns the text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Returns line and character of the cursor, counted from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Returns the first line in view and the first column.
    pub fn corner(&self) -> (usize, usize) {
        (self.top, self.left)
    }

    /// Returns whether the text is another than at the start.
    pub fn is_changed(&self) -> bool {
        self.area.lines() != self.start
    }

    /// Returns the document that the text is, or what is wrong with it.
    pub fn document(&self) -> Result<&Value, &[Fault]> {
        self.read.as_ref().map_err(Vec::as_slice)
    }

    /// Returns what is wrong with the text.
    pub fn faults(&self) -> &[Fault] {
        self.read.as_ref().err().map_or(&[], Vec::as_slice)
    }

    /// Returns what is wrong that is to be said now: at the cursor's line, or the first there is.
    pub fn fault(&self) -> Option<&Fault> {
        let line = self.cursor().0 + 1;
        self.faults().iter().find(|fault| fault.place.line == line).or_else(|| self.faults().first())
    }

    fn judge(&mut self) {
        self.read = check::read(self.kind, &self.text(), self.standing.as_ref(), &self.bucket);
    }

    /// Puts another text in the place of this one; can be undone.
    pub fn replace(&mut self, text: &str) {
        self.area.select_all();
        self.area.cut();
        self.area.insert_str(harmless(text));
        self.area.move_cursor(CursorMove::Top);
        self.judge();
    }

    /// Takes a key.
    pub fn on_key(&mut self, key: Key) -> Typed {
        if self.find.is_some() {
            self.on_find_key(key);
            return Typed::Taken;
        }
        match key.code {
            Code::F(2) => return Typed::Save,
            Code::Char('o') if key.ctrl => return Typed::Save,
            Code::F(1) => return Typed::Help,
            // Where it means this, Ctrl-F and Enter find further.
            Code::F(3) if self.kind == DocumentKind::Lifecycle => return Typed::Preview,
            Code::F(4) => return Typed::Outside,
            Code::Esc => return Typed::Leave,
            Code::Char('c') if key.ctrl => return Typed::Leave,
            _ if key.alt => {}
            Code::Char(c) if key.ctrl => self.on_ctrl(c),
            Code::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Code::Enter => self.break_line(),
            Code::Tab => self.insert("  "),
            Code::F(3) => self.find_next(),
            _ => self.move_or_delete(key),
        }
        Typed::Taken
    }

    /// Ctrl-/ and Ctrl-_ arrive as Ctrl-7, Ctrl-H is the Backspace of some terminals.
    fn on_ctrl(&mut self, c: char) {
        match c {
            'f' => self.find = Some(Field::default()),
            'n' => self.next_fault(),
            'u' | '7' | '_' | '/' => self.edit(TextArea::undo),
            'r' => self.edit(TextArea::redo),
            'w' => self.edit(TextArea::delete_word),
            'k' => self.edit(TextArea::delete_line_by_end),
            'h' => self.edit(TextArea::delete_char),
            'a' => self.area.move_cursor(CursorMove::Head),
            'e' => self.area.move_cursor(CursorMove::End),
            _ => {}
        }
    }

    fn move_or_delete(&mut self, key: Key) {
        let movement = match (key.code, key.ctrl) {
            (Code::Backspace, false) => return self.edit(TextArea::delete_char),
            (Code::Backspace, true) => return self.edit(TextArea::delete_word),
            (Code::Delete, false) => return self.edit(TextArea::delete_next_char),
            (Code::Delete, true) => return self.edit(TextArea::delete_next_word),
            (Code::PageUp, _) => return self.jump(self.cursor().0.saturating_sub(PAGE), self.cursor().1),
            (Code::PageDown, _) => return self.jump(self.cursor().0.saturating_add(PAGE), self.cursor().1),
            (Code::Up, _) => CursorMove::Up,
            (Code::Down, _) => CursorMove::Down,
            (Code::Left, false) => CursorMove::Back,
            (Code::Right, false) => CursorMove::Forward,
            (Code::Left, true) => CursorMove::WordBack,
            (Code::Right, true) => CursorMove::WordForward,
            (Code::Home, false) => CursorMove::Head,
            (Code::End, false) => CursorMove::End,
            (Code::Home, true) => CursorMove::Top,
            (Code::End, true) => CursorMove::Bottom,
            _ => return,
        };
        self.area.move_cursor(movement);
    }

    fn edit<T>(&mut self, change: impl FnOnce(&mut TextArea<'static>) -> T) {
        change(&mut self.area);
        self.judge();
    }

    /// Inserts typed or pasted text at the cursor.
    pub fn insert(&mut self, text: &str) {
        match &mut self.find {
            Some(field) => field.insert(text),
            None => self.edit(|area| area.insert_str(harmless(text))),
        }
    }

    /// Begins a new line that is as far in as this one, or further behind a bracket that opens.
    fn break_line(&mut self) {
        let (line, column) = self.cursor();
        let before: String = self.lines().get(line).map(|own| own.chars().take(column).collect()).unwrap_or_default();
        let indent = before.chars().take_while(|c| *c == ' ').count();
        let more = if before.trim_end().ends_with(['{', '[']) { 2 } else { 0 };
        self.edit(|area| area.insert_str(format!("\n{}", " ".repeat(indent + more))));
    }

    /// Puts the cursor at a line and a character, both counted from 0, or at the last there is.
    fn jump(&mut self, line: usize, column: usize) {
        let line = line.min(self.lines().len().saturating_sub(1));
        let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(short(line), short(column)));
    }

    /// Goes to the next thing that is wrong, and from the last to the first.
    pub fn next_fault(&mut self) {
        let (line, column) = self.cursor();
        let places = || self.faults().iter().map(|fault| fault.place);
        let here = (line + 1, column + 1);
        let next = places().find(|place| (place.line, place.column) > here).or_else(|| places().next());
        if let Some(place) = next {
            self.jump(place.line - 1, place.column - 1);
        }
    }

    /// Goes to what is wrong first, if anything is.
    pub fn show_fault(&mut self) {
        if let Some(place) = self.faults().first().map(|fault| fault.place) {
            self.jump(place.line - 1, place.column - 1);
        }
    }

    /// Moves the cursor by so many lines.
    pub fn move_lines(&mut self, lines: isize) {
        let (line, column) = self.cursor();
        self.jump(line.saturating_add_signed(lines), column);
    }

    fn on_find_key(&mut self, key: Key) {
        let Some(field) = &mut self.find else { return };
        match key.code {
            Code::Esc => self.find = None,
            Code::Char('c') if key.ctrl => self.find = None,
            Code::Enter | Code::F(3) => {
                // Nothing typed is what was sought before.
                if !field.is_empty() {
                    self.sought = field.text().to_lowercase();
                }
                self.find = None;
                self.find_next();
            }
            _ => drop(field.on_key(key)),
        }
    }

    /// Goes to where the sought text stands next, behind the cursor or from the first line on; case does not count.
    fn find_next(&mut self) {
        if self.sought.is_empty() {
            return;
        }
        let (line, column) = self.cursor();
        let count = self.lines().len();
        let found = (0..=count).find_map(|far| {
            let at = (line + far) % count.max(1);
            let text = self.lines().get(at)?.to_lowercase();
            let from = if far == 0 { column + 1 } else { 0 };
            let start = text.char_indices().nth(from).map_or(text.len(), |(byte, _)| byte);
            let byte = start + text.get(start..)?.find(&self.sought)?;
            Some((at, text.get(..byte)?.chars().count()))
        });
        if let Some((line, column)) = found {
            self.jump(line, column);
        }
    }

    /// Returns how many columns the numbers of the lines take, with the mark of a problem and the air behind them.
    pub fn gutter(&self) -> u16 {
        let digits = self.lines().len().max(1).ilog10() + 1;
        u16::try_from(digits).unwrap_or(u16::MAX).saturating_add(2)
    }

    /// Returns the column of the text that the cursor stands in, counted from 0.
    pub fn column(&self) -> usize {
        let (line, at) = self.cursor();
        let before: String = self.lines().get(line).map(|own| own.chars().take(at).collect()).unwrap_or_default();
        width(&before)
    }

    /// Moves the window so that the cursor is in it.
    pub fn follow(&mut self, area: Rect) {
        let (line, column) = (self.cursor().0, self.column());
        let rows = usize::from(area.height).max(1);
        let columns = usize::from(area.width.saturating_sub(self.gutter())).max(1);
        self.top = self.top.min(line).max((line + 1).saturating_sub(rows));
        self.left = self.left.min(column).max((column + 1).saturating_sub(columns));
    }

    /// Puts the cursor where the mouse was clicked.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) {
        if !area.contains((column, row).into()) {
            return;
        }
        let line = self.top + usize::from(row - area.y);
        let wanted = self.left + usize::from((column - area.x).saturating_sub(self.gutter()));
        let Some(text) = self.lines().get(line) else { return };
        let mut before = String::new();
        let at = text.chars().take_while(|c| {
            before.push(*c);
            width(&before) <= wanted
        });
        let at = at.count();
        self.jump(line, at);
    }
}

/// How many lines a page has: a fixed number, because the text does not know its window.
const PAGE: usize = 10;

fn area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(harmless(text).split('\n').map(str::to_owned).collect());
    area.set_max_histories(UNDO_STEPS);
    area
}

/// Returns a text in which every character can be seen.
fn harmless(text: &str) -> String {
    with_escapes(&text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "  "))
}

#[cfg(test)]
mod tests;
