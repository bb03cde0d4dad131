//! Where everything of a dialog is: one pure function that drawing and mouse clicks share.
//!
//! The frame takes what its rows need and no more than there is; the buttons stay in view and the rows scroll. Nothing
//! here panics, whatever the area.

use ratatui::layout::Rect;

use super::form::Form;
use super::sheet::{Part, Role, Sheet};
use crate::model::text;

/// As wide as a dialog gets.
const MAX_WIDTH: u16 = 76;

/// As wide as the names before values get.
const MAX_LABEL: usize = 14;

/// Below this width two things are shown one below the other.
const SIDES_WIDTH: usize = 56;

/// A piece of a row, in one style. Already filtered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What is shown.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// One line of a dialog's body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// From left to right.
    pub spans: Vec<Span>,
    /// The stop it belongs to.
    pub stop: Option<usize>,
    /// The options that can be clicked: first column, column after the last, which option.
    pub options: Vec<(u16, u16, usize)>,
    /// The column of the text cursor.
    pub cursor: Option<u16>,
}

/// Where everything of a dialog is, in cells of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The whole dialog with its border.
    pub frame: Rect,
    /// Whether there is room for a border.
    pub has_border: bool,
    /// The part that scrolls.
    pub body: Rect,
    /// All lines of the body, in view or not.
    pub rows: Vec<Row>,
    /// The first line in view.
    pub offset: usize,
    /// The buttons, in their order.
    pub buttons: Vec<Rect>,
}

/// What is under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// This button.
    Button(usize),
    /// This stop.
    Stop(usize),
    /// This option of this stop.
    Option(usize, usize),
    /// The dialog, but nothing that can be clicked.
    Inside,
    /// Not the dialog.
    Outside,
}

impl Layout {
    /// Returns what is at this cell.
    pub fn hit(&self, column: u16, row: u16) -> Hit {
        let at = (column, row).into();
        if !self.frame.contains(at) {
            return Hit::Outside;
        }
        if let Some(button) = self.buttons.iter().position(|button| button.contains(at)) {
            return Hit::Button(button);
        }
        if !self.body.contains(at) {
            return Hit::Inside;
        }
        let line = self.rows.get(self.offset + usize::from(row - self.body.y));
        let Some((line, stop)) = line.and_then(|line| line.stop.map(|stop| (line, stop))) else { return Hit::Inside };
        let column = column - self.body.x;
        let option = line.options.iter().find(|(start, end, _)| (*start..*end).contains(&column));
        option.map_or(Hit::Stop(stop), |(_, _, option)| Hit::Option(stop, *option))
    }

    /// Returns how far the body can be scrolled.
    pub fn max_offset(&self) -> usize {
        self.rows.len().saturating_sub(usize::from(self.body.height))
    }
}

/// Returns the width of a button with this label, brackets and focus mark included.
pub fn button_width(label: &str) -> u16 {
    u16::try_from(text::width(label) + 4).unwrap_or(u16::MAX)
}

/// Lays a dialog out in the middle of an area.
pub fn layout(sheet: &Sheet, form: &Form, area: Rect) -> Layout {
    let has_border = area.width >= 10 && area.height >= 5;
    let edge: u16 = u16::from(has_border);
    // One column of air between border and text.
    let air: u16 = u16::from(area.width >= 20);
    let width = area.width.min(MAX_WIDTH);
    let inner = width.saturating_sub(2 * (edge + air));
    let mut rows = rows(sheet, form, usize::from(inner));
    let flow = flow(&sheet.buttons, inner);
    let room = area.height.saturating_sub(2 * edge);
    let button_lines = flow.last().map_or(0, |(_, line)| line + 1).min(room.saturating_sub(1).max(1));
    if rows.len() + usize::from(button_lines) > usize::from(room) {
        rows.retain(|row| !row.spans.is_empty());
    }
    let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let gap = u16::from(wanted.saturating_add(button_lines) < room);
    let body_height = wanted.min(room.saturating_sub(button_lines));
    let height = (body_height + gap + button_lines + 2 * edge).min(area.height);
    let frame = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let body = Rect { x: frame.x + edge + air, y: frame.y + edge, width: inner, height: body_height };
    let top = body.y + body_height + gap;
    let buttons = flow
        .iter()
        .zip(&sheet.buttons)
        .map(|((x, line), label)| {
            Rect { x: body.x + x, y: top + line, width: button_width(label), height: 1 }.intersection(frame)
        })
        .collect();
    let mut layout = Layout { frame, has_border, body, rows, offset: 0, buttons };
    layout.offset = offset(&layout, form);
    layout
}

/// The first line in view: where it was scrolled to, moved so far that what has the focus is seen.
fn offset(layout: &Layout, form: &Form) -> usize {
    let offset = form.scroll.min(layout.max_offset());
    if !form.follows_focus || layout.body.height == 0 {
        return offset;
    }
    let first = layout.rows.iter().position(|row| row.stop == Some(form.focus));
    let last = layout.rows.iter().rposition(|row| row.stop == Some(form.focus));
    let (Some(first), Some(last)) = (first, last) else { return offset };
    offset.max((last + 1).saturating_sub(usize::from(layout.body.height))).min(first)
}

/// Places buttons from left to right and, where they do not fit, on further lines: column and line of each.
fn flow(labels: &[&str], columns: u16) -> Vec<(u16, u16)> {
    let (mut x, mut line) = (0u16, 0u16);
    labels
        .iter()
        .map(|label| {
            let width = button_width(label);
            if x > 0 && x.saturating_add(width) > columns {
                x = 0;
                line += 1;
            }
            let place = (x, line);
            x = x.saturating_add(width).saturating_add(1);
            place
        })
        .collect()
}

fn rows(sheet: &Sheet, form: &Form, columns: usize) -> Vec<Row> {
    let page = Page { columns, label: label_width(sheet, columns), form };
    let mut rows = Vec::new();
    let mut stop = 0;
    for part in &sheet.parts {
        page.add(part, stop, &mut rows);
        stop += usize::from(part.is_stop());
    }
    rows
}

fn label_width(sheet: &Sheet, columns: usize) -> usize {
    let longest = sheet.parts.iter().map(|part| match part {
        Part::Pair(label, ..)
        | Part::Place(label, _)
        | Part::Field { label, .. }
        | Part::Choice { label, .. }
        | Part::Row { label, .. } => text::width(label),
        Part::Sides { rows, .. } => rows.iter().map(|(label, ..)| text::width(label)).max().unwrap_or(0),
        Part::Gap | Part::Text(..) => 0,
    });
    longest.max().unwrap_or(0).min(MAX_LABEL).min(columns / 3)
}

/// What all parts need to know to become rows.
struct Page<'a> {
    columns: usize,
    label: usize,
    form: &'a Form,
}

impl Page<'_> {
    fn add(&self, part: &Part, stop: usize, rows: &mut Vec<Row>) {
        match part {
            Part::Gap => rows.push(Row::default()),
            Part::Text(role, words) => self.text(*role, words, None, rows),
            Part::Pair(label, role, value) => self.pair(label, *role, value, rows),
            Part::Place(label, place) => {
                let room = self.columns.saturating_sub(self.label + 3);
                self.pair(label, Role::Text, &text::truncate_start(place, room), rows);
            }
            Part::Sides { heads, rows: values } => self.sides(*heads, values, rows),
            Part::Field { label, field, problem } => {
                rows.push(self.field(label, field, stop));
                if let Some(problem) = problem {
                    self.text(Role::Error, &format!("! {problem}"), Some(stop), rows);
                }
            }
            Part::Choice { label, options, chosen } => rows.push(self.choice(label, options, *chosen, stop)),
            Part::Row { label, value } => rows.push(self.item(label, value, stop)),
        }
    }

    fn text(&self, role: Role, words: &str, stop: Option<usize>, rows: &mut Vec<Row>) {
        for line in text::wrap(words, self.columns) {
            rows.push(Row { spans: vec![Span { text: line, role }], stop, ..Row::default() });
        }
    }

    fn pair(&self, label: &str, role: Role, value: &str, rows: &mut Vec<Row>) {
        let room = self.columns.saturating_sub(self.label + 3);
        for (at, line) in text::wrap(value, room).into_iter().enumerate() {
            let label = if at == 0 { self.label("  ", label) } else { " ".repeat(self.label + 3) };
            let spans = vec![Span { text: label, role: Role::Label }, Span { text: line, role }];
            rows.push(Row { spans, ..Row::default() });
        }
    }

    /// The mark of the focus, the name, and a space: always `label + 3` wide.
    fn label(&self, mark: &str, label: &str) -> String {
        let shown = text::truncate(label, self.label);
        let fill = " ".repeat(self.label.saturating_sub(text::width(&shown)) + 1);
        format!("{mark}{shown}{fill}")
    }

    fn heading(&self, label: &str, stop: usize) -> Vec<Span> {
        let is_focused = self.form.focus == stop;
        let (mark, role) = if is_focused { ("> ", Role::Focus) } else { ("  ", Role::Label) };
        vec![Span { text: self.label(mark, label), role }]
    }

    fn field(&self, label: &str, field: &crate::app::field::Field, stop: usize) -> Row {
        let room = self.columns.saturating_sub(self.label + 3);
        let window = field.window(u16::try_from(room).unwrap_or(u16::MAX));
        let is_focused = self.form.focus == stop;
        let fill = room.saturating_sub(text::width(&window.text));
        let role = if is_focused { Role::InputFocused } else { Role::Input };
        let mut spans = self.heading(label, stop);
        spans.push(Span { text: format!("{}{}", window.text, " ".repeat(fill)), role });
        let start = u16::try_from(self.label + 3).unwrap_or(u16::MAX);
        let cursor = (is_focused && room > 0).then(|| start.saturating_add(window.cursor));
        Row { spans, stop: Some(stop), cursor, ..Row::default() }
    }

    /// All options where they fit, the chosen one in brackets; else only that one between arrows.
    fn choice(&self, label: &str, options: &[std::borrow::Cow<str>], chosen: usize, stop: usize) -> Row {
        let mut row = Row { spans: self.heading(label, stop), stop: Some(stop), ..Row::default() };
        let start = self.label + 3;
        let whole: usize = options.iter().map(|option| text::width(option) + 2).sum();
        if start + whole > self.columns {
            let option = options.get(chosen).map_or("", |option| option);
            let shown = text::truncate(option, self.columns.saturating_sub(start + 4)).into_owned();
            row.spans.push(Span { text: format!("< {shown} >"), role: Role::Chosen });
            return row;
        }
        let mut column = start;
        for (at, option) in options.iter().enumerate() {
            let (shown, role) =
                if at == chosen { (format!("[{option}]"), Role::Chosen) } else { (format!(" {option} "), Role::Text) };
            let end = column + text::width(&shown);
            if let (Ok(start), Ok(end)) = (u16::try_from(column), u16::try_from(end)) {
                row.options.push((start, end, at));
            }
            column = end;
            row.spans.push(Span { text: shown, role });
        }
        row
    }

    fn item(&self, label: &str, value: &str, stop: usize) -> Row {
        let mut spans = self.heading(label, stop);
        let shown = text::truncate(value, self.columns.saturating_sub(self.label + 3)).into_owned();
        let role = if self.form.focus == stop { Role::Chosen } else { Role::Text };
        spans.push(Span { text: shown, role });
        Row { spans, stop: Some(stop), ..Row::default() }
    }

    fn sides(&self, heads: [&str; 2], values: &[(&'static str, String, String)], rows: &mut Vec<Row>) {
        if self.columns < SIDES_WIDTH {
            for (side, head) in heads.iter().enumerate() {
                self.text(Role::Label, head, None, rows);
                for (label, first, second) in values {
                    self.pair(label, Role::Text, if side == 0 { first } else { second }, rows);
                }
            }
            return;
        }
        let room = self.columns.saturating_sub(self.label + 3) / 2;
        let mut line = |label: &str, first: &str, second: &str, role| {
            let first = text::truncate(first, room.saturating_sub(1));
            let fill = " ".repeat(room.saturating_sub(text::width(&first)));
            let values = format!("{first}{fill}{}", text::truncate(second, room));
            let spans = vec![Span { text: self.label("  ", label), role: Role::Label }, Span { text: values, role }];
            rows.push(Row { spans, ..Row::default() });
        };
        let [first, second] = heads;
        line("", first, second, Role::Label);
        for (label, first, second) in values {
            line(label, first, second, Role::Text);
        }
    }
}
