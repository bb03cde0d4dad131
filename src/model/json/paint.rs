//! JSON on the screen: what each piece of a line is, and the characters that nobody would see.
//!
//! A text of JSON cannot hold a line break, so a line can be looked at alone, be it half typed.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use crate::model::text::visible;

/// What a piece of JSON is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    /// The name of a field.
    Name,
    /// A text.
    Text,
    /// A number, `true`, `false` or `null`.
    Value,
    /// Brackets, commas, colons and the space between them.
    Mark,
    /// What cannot stand in JSON.
    Fault,
}

/// Returns the pieces of a line, without gaps, each with its place in bytes.
pub fn pieces(line: &str) -> Vec<(Range<usize>, Piece)> {
    let mut found: Vec<(Range<usize>, Piece)> = Vec::new();
    let mut start = 0;
    while let Some(rest) = line.get(start..).filter(|rest| !rest.is_empty()) {
        let (length, piece) = first(rest);
        found.push((start..start + length, piece));
        start += length;
    }
    found
}

/// Returns the piece at the start of a text that is not empty, and how many bytes it takes.
fn first(text: &str) -> (usize, Piece) {
    let is_mark = |c: char| c.is_whitespace() || "{}[],:".contains(c);
    if text.starts_with('"') {
        return string(text);
    }
    if text.starts_with(is_mark) {
        return (text.find(|c| !is_mark(c)).unwrap_or(text.len()), Piece::Mark);
    }
    let end = text.find(|c| is_mark(c) || c == '"').unwrap_or(text.len());
    let word = text.get(..end).unwrap_or(text);
    let is_value = matches!(word, "true" | "false" | "null") || word.parse::<f64>().is_ok();
    (end, if is_value { Piece::Value } else { Piece::Fault })
}

fn string(text: &str) -> (usize, Piece) {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => {
                let behind = text.get(at + 1..).unwrap_or_default().trim_start();
                return (at + 1, if behind.starts_with(':') { Piece::Name } else { Piece::Text });
            }
            _ => {}
        }
    }
    (text.len(), Piece::Fault)
}

/// Returns a text of JSON in which every character can be seen: those that would be hidden, or would act on a terminal,
/// stand as the escapes that JSON has for them, so that it means what it meant. Line breaks are kept.
pub fn with_escapes(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let is_seen = c == '\n' || matches!(visible(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_));
        if is_seen {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(line: &str) -> Vec<(&str, Piece)> {
        pieces(line).into_iter().map(|(range, piece)| (line.get(range).unwrap(), piece)).collect()
    }

    #[test]
    fn names_texts_and_values_are_told_apart() {
        assert_eq!(
            told(r#"  "a\"b" : ["x:", 1.5e3, true, nul"#),
            [
                ("  ", Piece::Mark),
                (r#""a\"b""#, Piece::Name),
                (" : [", Piece::Mark),
                (r#""x:""#, Piece::Text),
                (", ", Piece::Mark),
                ("1.5e3", Piece::Value),
                (", ", Piece::Mark),
                ("true", Piece::Value),
                (", ", Piece::Mark),
                ("nul", Piece::Fault),
            ]
        );
        assert_eq!(told("\"open"), [("\"open", Piece::Fault)]);
    }

    #[test]
    fn json_for_a_terminal_means_the_same_and_holds_nothing_it_acts_on() {
        let value = serde_json::json!({ "key": "a\u{1b}[2J\u{202e}\u{9b}ü/\u{1f389}" });
        let text = with_escapes(&value.to_string());
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']) && text.contains('ü'), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn what_nobody_would_see_stands_as_an_escape_that_means_the_same() {
        let hidden = "a\u{202e}b\u{7f}\u{e0001}\u{200b}é";
        let shown = with_escapes(&serde_json::to_string(hidden).unwrap());
        assert_eq!(shown, r#""a\u202eb\u007f\udb40\udc01\u200bé""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), hidden);
    }

    proptest! {
        #[test]
        fn the_pieces_make_up_the_line_and_escapes_leave_no_hidden_character(line in any::<String>()) {
            let whole: String = told(&line).into_iter().map(|(part, _)| part).collect();
            prop_assert_eq!(&whole, &line);
            let json = serde_json::to_string(&line).unwrap();
            let shown = with_escapes(&json);
            prop_assert_eq!(visible(&shown), shown.as_str());
            prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), line);
        }
    }
}
