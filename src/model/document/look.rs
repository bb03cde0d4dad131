//! Looks into a document as it came: what is missing or of another form is nothing.

use serde_json::Value;

use super::Problem;

/// Returns a text.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// Returns a whole number.
pub fn number(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}

/// Returns whether a field is true.
pub fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

/// Returns the items of a list.
pub fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Returns the texts of a list.
pub fn texts<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    items(value, name).iter().filter_map(Value::as_str).collect()
}

/// Returns items as a sentence lists them: `a, b and c`.
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<_> = head.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", head.join(", "), last.as_ref())
        }
    }
}

/// Returns `1 day` or `3 days`.
pub fn days(count: u64) -> String {
    crate::model::text::counted(count, "day", "days")
}

/// Returns a sentence with a capital at its start.
pub fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Returns a problem at a path.
pub fn problem(path: impl Into<String>, message: impl Into<String>, page: &'static str) -> Problem {
    Problem { path: path.into(), message: message.into(), page }
}

/// Returns what is wrong with a list where no two items may share the value of a field.
pub fn doubles(document: &Value, list: &str, field: &str, page: &'static str) -> Vec<Problem> {
    let mut seen = std::collections::HashMap::new();
    let mut found = Vec::new();
    for (index, item) in items(document, list).iter().enumerate() {
        let Some(value) = text(item, field) else { continue };
        if let Some(first) = seen.insert(value, index) {
            found.push(problem(format!("{list}[{index}].{field}"), format!("{list}[{first}] has the same"), page));
        }
    }
    found
}

/// Returns no problem: for documents of which the table of fields says all.
pub fn no_rules(_: &Value) -> Vec<Problem> {
    Vec::new()
}
