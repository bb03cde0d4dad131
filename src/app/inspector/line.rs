//! What the inspector shows, as lines: wrapped, and filtered of everything that a terminal would act on.

use std::fmt::Write as _;

use super::{Load, Subject, View};
use crate::model::access::Access;
use crate::model::error::Error;
use crate::model::inspect::{Content, Field, Preview, Section};
use crate::model::text::{count, size, truncate, visible, width, wrap};

/// What a line is, as far as it changes how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The heading of a section.
    Heading,
    /// A value with its name, or more of the value above.
    Value,
    /// Something to read.
    Text,
    /// Something less important.
    Quiet,
    /// Something that could not be read.
    Trouble,
    /// Strangers are let in, or may be.
    Open,
    /// Nobody else may.
    Closed,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// The name before a value, padded to the width of all of them; else empty.
    pub label: String,
    /// What it says.
    pub text: String,
}

/// As wide as the names before values get.
const MAX_LABEL: usize = 22;

impl Line {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, label: String::new(), text: text.into() }
    }
}

/// Returns the lines of a subject, none wider than so many columns.
pub(super) fn lines(subject: &Subject, view: View, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    match view {
        View::Sections => sections(subject, columns, &mut lines),
        View::Preview | View::PreviewOther => preview(subject, view, columns, &mut lines),
    }
    for line in &mut lines {
        // Labels are cut before; a very narrow window cuts the rest.
        let room = columns.saturating_sub(width(&line.label));
        if width(&line.text) > room {
            line.text = truncate(&line.text, room).into_owned();
        }
    }
    lines
}

fn sections(subject: &Subject, columns: usize, lines: &mut Vec<Line>) {
    if subject.has_access() {
        let (kind, words) = access_words(subject.access.as_ref());
        add(lines, kind, &words, columns);
    }
    let label = label_width(subject, columns);
    for (section, load) in &subject.sections {
        if !lines.is_empty() {
            lines.push(Line::new(Kind::Text, ""));
        }
        lines.push(Line::new(Kind::Heading, section.title()));
        match load {
            Load::Ready(Content::Fields(fields)) if fields.is_empty() => add(lines, Kind::Quiet, "none", columns),
            Load::Ready(Content::Fields(fields)) => {
                for field in fields {
                    add_field(lines, field, label, columns);
                }
            }
            Load::Ready(Content::Document(text)) => add_document(lines, text, columns),
            Load::Ready(Content::NotSet(words)) => add(lines, Kind::Quiet, words, columns),
            other => add_state(lines, other, columns),
        }
        if *section == Section::Uploads && matches!(load, Load::Ready(Content::Fields(_))) {
            add(lines, Kind::Quiet, "U lists them, and aborts those that nobody needs", columns);
        }
    }
}

fn access_words(access: Option<&Access>) -> (Kind, String) {
    let Some(access) = access else { return (Kind::Quiet, "Access: reading".to_owned()) };
    let kind = match access {
        Access::Public(_) | Access::CanBePublic => Kind::Open,
        Access::NotPublic => Kind::Closed,
        Access::Unknown { .. } => Kind::Trouble,
    };
    let detail = access.detail();
    let detail = visible(&detail);
    let words = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
    (kind, format!("Access: {}{words}", access.word()))
}

/// What is said of a part that is not there.
fn add_state<T>(lines: &mut Vec<Line>, load: &Load<T>, columns: usize) {
    match load {
        Load::Idle | Load::Ready(_) => {}
        Load::Loading => add(lines, Kind::Quiet, "reading", columns),
        Load::Denied(Some(permission)) => add(lines, Kind::Trouble, &format!("denied: {permission}"), columns),
        Load::Denied(None) => add(lines, Kind::Trouble, "denied", columns),
        Load::Unsupported => add(lines, Kind::Quiet, "not offered by this server", columns),
        Load::Failed(error) => add_error(lines, error, columns),
    }
}

fn add_error(lines: &mut Vec<Line>, error: &Error, columns: usize) {
    add(lines, Kind::Trouble, &error.to_string(), columns);
    if let Some(id) = &error.request_id {
        add(lines, Kind::Quiet, &format!("request ID {}", visible(id)), columns);
    }
    if let Some(hint) = error.hint() {
        add(lines, Kind::Text, &format!("Hint: {hint}"), columns);
    }
}

fn add(lines: &mut Vec<Line>, kind: Kind, text: &str, columns: usize) {
    lines.extend(wrap(text, columns).into_iter().map(|text| Line::new(kind, text)));
}

fn label_width(subject: &Subject, columns: usize) -> usize {
    let fields = subject.sections.iter().filter_map(|(_, load)| match load {
        Load::Ready(Content::Fields(fields)) => Some(fields),
        _ => None,
    });
    let longest = fields.flatten().map(|field| width(&visible(&field.label))).max().unwrap_or(0);
    longest.min(MAX_LABEL).min(columns * 2 / 5)
}

fn add_field(lines: &mut Vec<Line>, field: &Field, label: usize, columns: usize) {
    let name = visible(&field.label);
    if width(&name) > label && label < MAX_LABEL {
        // Two of them cut short may look the same.
        let room = (label + 2).min(columns);
        lines.extend(wrap(&name, columns).into_iter().map(|name| Line {
            kind: Kind::Value,
            label: name,
            text: String::new(),
        }));
        let values = wrap(&visible(&field.value), columns - room).into_iter();
        lines.extend(values.map(|text| Line { kind: Kind::Value, label: " ".repeat(room), text }));
        return;
    }
    let name = truncate(&name, label);
    let fill = " ".repeat((label + 2).saturating_sub(width(&name)).min(columns));
    for (at, text) in wrap(&visible(&field.value), columns.saturating_sub(label + 2)).into_iter().enumerate() {
        let label = if at == 0 { format!("{name}{fill}") } else { " ".repeat((label + 2).min(columns)) };
        lines.push(Line { kind: Kind::Value, label, text });
    }
}

fn add_document(lines: &mut Vec<Line>, text: &str, columns: usize) {
    for line in text.lines() {
        let shown = visible(line);
        let indent = shown.len() - shown.trim_start_matches(' ').len();
        let indent = indent.min(columns / 2);
        // What is wrapped keeps its indentation, or nobody could tell where it belongs.
        for part in wrap(shown.trim_start_matches(' '), columns.saturating_sub(indent)) {
            lines.push(Line::new(Kind::Text, format!("{}{part}", " ".repeat(indent))));
        }
    }
}

fn preview(subject: &Subject, view: View, columns: usize, lines: &mut Vec<Line>) {
    match &subject.preview {
        _ if subject.item.is_container() => add(lines, Kind::Quiet, "only files and objects have a preview", columns),
        Load::Ready(preview) => {
            let is_text = is_text(&preview.bytes) == (view == View::Preview);
            add(lines, Kind::Quiet, &extent(preview, is_text), columns);
            if is_text {
                add_text(lines, &preview.bytes, columns);
            } else {
                add_hex(lines, &preview.bytes, columns);
            }
        }
        other => add_state(lines, other, columns),
    }
}

fn extent(preview: &Preview, is_text: bool) -> String {
    let shape = if is_text { "text" } else { "hex" };
    let read = preview.bytes.len() as u64;
    if read == 0 && preview.total == 0 {
        "empty".to_owned()
    } else if read < preview.total {
        format!("the first {} of {} as {shape}", size(read), size(preview.total))
    } else {
        format!("all {} bytes as {shape}", count(read))
    }
}

/// Whether the bytes read as text: UTF-8 up to a character cut off at the end, without what no text holds.
fn is_text(bytes: &[u8]) -> bool {
    let is_cut_off = |error: std::str::Utf8Error| error.error_len().is_none() && bytes.len() - error.valid_up_to() < 4;
    let is_utf8 = std::str::from_utf8(bytes).map_or_else(is_cut_off, |_| true);
    let odd = bytes.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    is_utf8 && !bytes.contains(&0) && odd * 20 <= bytes.len()
}

fn add_text(lines: &mut Vec<Line>, bytes: &[u8], columns: usize) {
    for line in String::from_utf8_lossy(bytes).lines() {
        let line = line.replace('\t', "    ");
        let shown = visible(&line);
        if width(&shown) <= columns {
            lines.push(Line::new(Kind::Text, shown.into_owned()));
        } else {
            add(lines, Kind::Text, &shown, columns);
        }
    }
}

fn add_hex(lines: &mut Vec<Line>, bytes: &[u8], columns: usize) {
    let row = match columns {
        76.. => 16,
        44..76 => 8,
        _ => 4,
    };
    for (at, chunk) in bytes.chunks(row).enumerate() {
        let mut hex = format!("{:08x} ", at * row);
        for byte in chunk {
            let _ = write!(hex, " {byte:02x}");
        }
        hex.push_str(&"   ".repeat(row - chunk.len()));
        let shown: String = chunk.iter().map(|b| if (0x20..0x7f).contains(b) { char::from(*b) } else { '.' }).collect();
        lines.push(Line::new(Kind::Text, format!("{hex}  {shown}")));
    }
}
