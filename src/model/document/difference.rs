//! What differs between two documents, line by line, and whether one holds all that the other does.

use serde_json::Value;

/// Returns the lines of both documents: with `-` what only the old has, with `+` what only the new has, else with a space.
pub fn difference(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let (old, new) = (lines(old), lines(new));
    let table = common(&old, &new);
    let at = |row: usize, column: usize| table.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default();
    let (mut row, mut column, mut out) = (0, 0, Vec::new());
    loop {
        match (old.get(row), new.get(column)) {
            (Some(line), Some(same)) if line == same => {
                out.push(format!("  {line}"));
                (row, column) = (row + 1, column + 1);
            }
            (Some(line), other) if other.is_none() || at(row + 1, column) >= at(row, column + 1) => {
                out.push(format!("- {line}"));
                row += 1;
            }
            (_, Some(line)) => {
                out.push(format!("+ {line}"));
                column += 1;
            }
            (_, None) => return out,
        }
    }
}

/// How many lines are kept around one that differs.
const AROUND: usize = 2;

/// Returns the lines that differ with those around them; what is left out between them stands as `…`.
pub fn hunks(lines: &[String]) -> Vec<String> {
    let differs: Vec<usize> = (0..).zip(lines).filter(|(_, line)| !line.starts_with(' ')).map(|(at, _)| at).collect();
    let mut next = 0;
    let mut out: Vec<String> = Vec::new();
    for at in differs {
        let start = at.saturating_sub(AROUND).max(next);
        let end = (at + AROUND + 1).min(lines.len());
        if start > next {
            out.push("  …".to_owned());
        }
        out.extend(lines.get(start..end).unwrap_or_default().iter().cloned());
        next = next.max(end);
    }
    if next > 0 && next < lines.len() {
        out.push("  …".to_owned());
    }
    out
}

fn lines(document: Option<&Value>) -> Vec<String> {
    let text = document.and_then(|document| serde_json::to_string_pretty(document).ok()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Returns, for each pair of places, how long the longest run of lines is that both share from there on.
fn common(old: &[String], new: &[String]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (row, line) in old.iter().enumerate().rev() {
        let below = table.get(row + 1).cloned().unwrap_or_default();
        let Some(cells) = table.get_mut(row) else { continue };
        let mut right = 0;
        for (column, other) in new.iter().enumerate().rev() {
            let down = below.get(column).copied().unwrap_or_default();
            let aslant = below.get(column + 1).copied().unwrap_or_default();
            right = if line == other { aslant + 1 } else { down.max(right) };
            if let Some(cell) = cells.get_mut(column) {
                *cell = right;
            }
        }
    }
    table
}

/// Returns whether a stored document holds all that was written: a server may add fields (an `ID` that was not given) and
/// put the items of a list into another order, but must not drop or change one.
pub fn holds(stored: &Value, written: &Value) -> bool {
    match (stored, written) {
        (Value::Object(stored), Value::Object(written)) => written.iter().all(|(name, value)| match stored.get(name) {
            Some(stored) => holds(stored, value),
            None => is_nothing(value),
        }),
        (Value::Array(stored), Value::Array(written)) => {
            let mut left: Vec<_> = stored.iter().collect();
            stored.len() == written.len()
                && written.iter().all(|value| {
                    let found = left.iter().position(|stored| holds(stored, value));
                    found.map(|at| left.swap_remove(at)).is_some()
                })
        }
        // A policy may name one action as a text and as a list of one.
        (Value::Array(stored), written) => matches!(stored.as_slice(), [only] if holds(only, written)),
        (stored, Value::Array(written)) => matches!(written.as_slice(), [only] if holds(stored, only)),
        (stored, written) => stored == written,
    }
}

/// Returns whether a value says no more than that it is left out.
fn is_nothing(value: &Value) -> bool {
    match value {
        // An empty one may switch something on, as that of EventBridge does.
        Value::Object(fields) => !fields.is_empty() && fields.values().all(is_nothing),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(flag) => !flag,
        Value::Null => true,
        Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_difference_shows_what_goes_and_what_comes() {
        let (old, new) = (json!({ "a": 1, "b": 2 }), json!({ "a": 1, "b": 3 }));
        assert_eq!(difference(Some(&old), Some(&new)), ["  {", "    \"a\": 1,", "-   \"b\": 2", "+   \"b\": 3", "  }"]);
        assert_eq!(difference(None, Some(&json!({}))), ["+ {}"]);
        assert_eq!(difference(Some(&json!({})), None), ["- {}"]);
    }

    #[test]
    fn lines_far_from_a_difference_are_left_out() {
        let lines: Vec<String> = ["  a", "  b", "  c", "- d", "+ e", "  f", "  g", "  h"].map(str::to_owned).into();
        assert_eq!(hunks(&lines), ["  …", "  b", "  c", "- d", "+ e", "  f", "  g", "  …"]);
        assert!(hunks(&["  a".to_owned()]).is_empty());
        assert_eq!(hunks(&["- a".to_owned()]), ["- a"]);
    }

    #[test]
    fn a_server_may_add_and_reorder_but_not_drop() {
        let written = json!({ "Rules": [{ "Days": 1 }, { "Days": 2 }], "Filter": { "Prefix": "" } });
        assert!(holds(&json!({ "Rules": [{ "Days": 2, "ID": "x" }, { "Days": 1 }] }), &written));
        assert!(!holds(&json!({ "Rules": [{ "Days": 2 }, { "Days": 2 }] }), &written));
        assert!(!holds(&json!({ "Rules": [{ "Days": 1 }] }), &written));
        assert!(!holds(&json!({ "A": "x" }), &json!({ "A": "y" })));
        assert!(holds(&json!({ "Action": ["s3:Get"] }), &json!({ "Action": "s3:Get" })));
    }
}
