//! Statements and rules that come to those that stand in a document.

use serde_json::Value;

/// Adds one under a name that none of the others has, and returns that name; a single one may stand without a list.
pub fn add(list: &mut Value, mut item: Value) -> Option<String> {
    if !list.is_array() {
        *list = Value::Array(vec![list.take()]);
    }
    let list = list.as_array_mut()?;
    let mut given = None;
    for field in ["Sid", "ID"] {
        let Some(Value::String(name)) = item.get_mut(field) else { continue };
        let is_taken = |name: &str| list.iter().any(|other| other.get(field).and_then(Value::as_str) == Some(name));
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default();
        name.clone_from(&free);
        given = Some(free);
    }
    list.push(item);
    given
}
