//! One document in lines: what it says in sentences, then the document itself.

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

use super::Row;
use crate::app::inspector::Load;
use crate::model::document::DocumentKind;
use crate::model::json::paint::{Piece, pieces, with_escapes};
use crate::model::text::{truncate, visible, width, wrap};

/// Below this width sentences have no mark before them.
const NARROW: usize = 10;

/// What a part of a line is; the view maps each to a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A sentence.
    Text,
    /// Less important.
    Dim,
    /// What could not be read, and why.
    Warning,
    /// JSON.
    Json(Piece),
}

/// A line, in parts that can be drawn.
pub type Line = Vec<(Role, String)>;

/// Returns a document as it is edited: as JSON in which every character can be seen.
pub fn editable(document: &Value) -> String {
    with_escapes(&serde_json::to_string_pretty(document).unwrap_or_default())
}

/// Returns the lines of a row that fit into so many columns.
pub fn lines(row: &Row, columns: usize) -> Vec<Line> {
    let facts = row.kind.facts();
    let mut lines = Vec::new();
    match &row.document {
        Load::Idle | Load::Loading => add(&mut lines, Role::Dim, "reading …", columns),
        Load::Ready(document) => {
            for sentence in facts.summary(document.as_ref()) {
                add_sentence(&mut lines, &sentence, columns);
            }
            if let Some(document) = document {
                if row.kind == DocumentKind::Lifecycle {
                    add(&mut lines, Role::Dim, "p counts what they would touch today", columns);
                }
                lines.push(Line::new());
                for line in editable(document).lines() {
                    lines.extend(json(line, columns));
                }
            } else {
                lines.push(Line::new());
                add(&mut lines, Role::Dim, unset_hint(row.kind), columns);
            }
        }
        Load::Denied(permission) => {
            let permission = permission.unwrap_or(facts.read);
            let words = format!("This may not be read: access denied. Ask the owner for the permission {permission}.");
            add(&mut lines, Role::Warning, &words, columns);
        }
        Load::Unsupported => {
            add(&mut lines, Role::Dim, "This server has no such thing.", columns);
        }
        Load::Failed(error) => {
            add(&mut lines, Role::Warning, &error.to_string(), columns);
            if let Some(hint) = error.hint() {
                add(&mut lines, Role::Dim, &hint, columns);
            }
        }
    }
    lines
}

fn unset_hint(kind: DocumentKind) -> &'static str {
    if crate::model::document::template::Template::of(kind).next().is_some() {
        "e writes one, n begins with a template"
    } else {
        "e writes one"
    }
}

pub(super) fn add(lines: &mut Vec<Line>, role: Role, words: &str, columns: usize) {
    lines.extend(wrap(&visible(words), columns).into_iter().map(|line| vec![(role, line)]));
}

pub(super) fn add_sentence(lines: &mut Vec<Line>, sentence: &str, columns: usize) {
    if columns < NARROW {
        return add(lines, Role::Text, sentence, columns);
    }
    let room = columns.saturating_sub(2);
    for (at, line) in wrap(&visible(sentence), room).into_iter().enumerate() {
        let mark = if at == 0 { "- " } else { "  " };
        lines.push(vec![(Role::Dim, mark.to_owned()), (Role::Text, line)]);
    }
}

/// Returns a line of JSON in its pieces, broken where it is too long.
fn json(line: &str, columns: usize) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    let mut used = 0;
    for (range, piece) in pieces(line) {
        let text = line.get(range).unwrap_or_default();
        for cluster in text.graphemes(true) {
            let cluster = truncate(cluster, columns);
            let wide = width(&cluster);
            if used + wide > columns && used > 0 {
                lines.push(Line::new());
                used = 0;
            }
            used += wide;
            let Some(last) = lines.last_mut() else { continue };
            match last.last_mut() {
                Some((role, words)) if *role == Role::Json(piece) => words.push_str(&cluster),
                _ => last.push((Role::Json(piece), cluster.into_owned())),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn texts(row: &Row, columns: usize) -> Vec<String> {
        let text = |line: Line| line.into_iter().map(|(_, text)| text).collect();
        lines(row, columns).into_iter().map(text).collect()
    }

    #[test]
    fn sentences_come_first_then_the_document_and_nothing_is_cut_off() {
        let origin = format!("https://{}.example", "a".repeat(60));
        let document = json!({ "CORSRules": [{ "AllowedOrigins": [origin], "AllowedMethods": ["GET"] }] });
        let row = Row { kind: DocumentKind::Cors, document: Load::Ready(Some(document.clone())), ticket: None };
        for columns in [5, 20, 40] {
            let shown = texts(&row, columns);
            assert!(shown.iter().all(|line| width(line) <= columns), "{shown:#?}");
            let whole = shown.concat();
            assert!(whole.starts_with("- pages") || columns < NARROW, "{whole}");
            let json = editable(&document).replace('\n', "");
            assert!(whole.ends_with(&json), "{whole}");
        }
    }

    #[test]
    fn what_a_text_hides_is_seen() {
        let document = json!({ "TagSet": [{ "Key": "a\u{202e}\u{1b}[2J", "Value": "b" }] });
        let row = Row { kind: DocumentKind::Tags, document: Load::Ready(Some(document)), ticket: None };
        let shown = texts(&row, 60).join("\n");
        assert!(shown.contains("\\u202e") && !shown.contains(['\u{202e}', '\u{1b}']), "{shown}");
    }
}
