//! Statements and rules that come to those that stand in a document.

use serde_json::Value;

/// Adds one under a name that none of the others has, and returns that name; a single one may stand without a list.
pub fn add(list: &mut Value, mut item: Value) -> Option<String> {
    let mut given = None;
    for field in ["Sid", "ID"] {
        let Some(Value::String(name)) = item.get_mut(field) else { continue };
        *name = free_name(list, field, name);
        given = Some(name.clone());
    }
    if !list.is_array() {
        *list = Value::Array(vec![list.take()]);
    }
    list.as_array_mut()?.push(item);
    given
}

/// Returns a name that none of a list has in a field: the one that is wanted, or that with a number behind it. A single
/// one may stand without a list.
pub fn free_name(list: &Value, field: &str, name: &str) -> String {
    let items = list.as_array().map_or(std::slice::from_ref(list), Vec::as_slice);
    let is_taken = |name: &str| items.iter().any(|item| item.get(field).and_then(Value::as_str) == Some(name));
    let numbered = (2..).map(|number| format!("{name}{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}
