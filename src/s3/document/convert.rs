//! XML into JSON and back, by the table of fields of a document.
//!
//! An element that is not in the table becomes a field of its own name: a text, an object, or a list where it stands more
//! than once. Written back it is the same element, so nothing that a server holds is lost by an edit of something else.

use serde_json::{Map, Value};

use super::tree::Element;
use crate::model::document::shape::{Field, Form};

/// Turns an element into an object.
pub(super) fn to_json(fields: &[Field], element: &Element) -> Result<Value, String> {
    let mut object = Map::new();
    if let Some(field) = fields.iter().find(|field| matches!(field.form, Form::Type(_))) {
        object.extend(element.kind.clone().map(|kind| (field.name.to_owned(), Value::String(kind))));
    } else if element.kind.is_some() {
        return Err(format!("{} has an xsi:type that is not known", element.name));
    }
    if !element.text.trim().is_empty() {
        return Err(format!("{} holds a text where fields are expected", element.name));
    }
    for child in &element.children {
        match fields.iter().find(|field| field.element == child.name) {
            Some(field) => add_known(&mut object, field, child)?,
            None if fields.iter().any(|field| field.name == child.name) => {
                return Err(format!("{} holds {}, which is the name of another field", element.name, child.name));
            }
            None => add_unknown(&mut object, child)?,
        }
    }
    Ok(Value::Object(object))
}

fn add_known(object: &mut Map<String, Value>, field: &Field, child: &Element) -> Result<(), String> {
    let value = match field.form {
        Form::List(item) => {
            let list = object.entry(field.name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = list {
                items.push(value(item, child)?);
            }
            return Ok(());
        }
        form => value(&form, child)?,
    };
    match object.insert(field.name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(format!("{} stands twice", child.name)),
    }
}

fn add_unknown(object: &mut Map<String, Value>, child: &Element) -> Result<(), String> {
    let value = unknown(child)?;
    match object.get_mut(&child.name) {
        None => {
            object.insert(child.name.clone(), value);
        }
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
    Ok(())
}

fn unknown(element: &Element) -> Result<Value, String> {
    if element.children.is_empty() && element.kind.is_none() {
        return Ok(Value::String(element.text.clone()));
    }
    to_json(&[], element)
}

fn value(form: &Form, element: &Element) -> Result<Value, String> {
    let text = &element.text;
    match form {
        Form::Group(fields) => to_json(fields, element),
        Form::Wrapped(name, item) => {
            if let Some(other) = element.children.iter().find(|child| child.name != *name) {
                return Err(format!("{} holds {}, which is not known", element.name, other.name));
            }
            element.children.iter().map(|child| value(item, child)).collect::<Result<_, _>>().map(Value::Array)
        }
        _ if !element.children.is_empty() || element.kind.is_some() => {
            Err(format!("{} holds more than a text", element.name))
        }
        // What is not what it should be stays the text that it is.
        Form::Number => Ok(text.trim().parse::<i64>().map_or_else(|_| text.as_str().into(), Value::from)),
        Form::Flag => Ok(text.trim().to_lowercase().parse::<bool>().map_or_else(|_| text.as_str().into(), Value::from)),
        Form::Text | Form::Word(_) | Form::Type(_) | Form::List(_) => Ok(text.as_str().into()),
    }
}

/// Turns an object into an element: fields in the order of the table, then those that are not in it.
pub(super) fn to_xml(name: &str, fields: &[Field], value: &Value) -> Result<Element, String> {
    let object = value.as_object().ok_or_else(|| format!("{name} must be an object"))?;
    let mut element = Element::new(name);
    for field in fields {
        let Some(value) = object.get(field.name) else { continue };
        match field.form {
            Form::Type(_) => element.kind = Some(scalar(field.name, value)?),
            Form::List(item) => {
                let items = value.as_array().ok_or_else(|| format!("{} must be a list", field.name))?;
                for value in items {
                    element.children.push(child(field.element, item, value)?);
                }
            }
            form => element.children.push(child(field.element, &form, value)?),
        }
    }
    for (name, value) in object.iter().filter(|(name, _)| !fields.iter().any(|field| field.name == *name)) {
        if fields.iter().any(|field| field.element == name) {
            return Err(format!("{name} is not the name of a field"));
        }
        match value {
            Value::Array(items) => {
                for value in items {
                    element.children.push(stranger(name, value)?);
                }
            }
            value => element.children.push(stranger(name, value)?),
        }
    }
    Ok(element)
}

fn stranger(name: &str, value: &Value) -> Result<Element, String> {
    if value.is_object() { to_xml(name, &[], value) } else { child(name, &Form::Text, value) }
}

fn child(name: &str, form: &Form, value: &Value) -> Result<Element, String> {
    match form {
        Form::Group(fields) => to_xml(name, fields, value),
        Form::Wrapped(item_name, item) => {
            let items = value.as_array().ok_or_else(|| format!("{name} must be a list"))?;
            let children = items.iter().map(|value| child(item_name, item, value)).collect::<Result<_, _>>()?;
            Ok(Element { children, ..Element::new(name) })
        }
        _ => Ok(Element { text: scalar(name, value)?, ..Element::new(name) }),
    }
}

fn scalar(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(format!("{name} must be a text, a number, or true or false"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::document::DocumentKind;

    fn json_of(kind: DocumentKind, text: &str) -> Value {
        let element = Element::parse(text).unwrap();
        let value = to_json(kind.facts().fields, &element).unwrap();
        // Whatever is read is the same when it was written and is read again.
        let written = to_xml(&element.name, kind.facts().fields, &value).unwrap();
        let again = Element::parse(&written.print().unwrap()).unwrap();
        assert_eq!(to_json(kind.facts().fields, &again).unwrap(), value);
        value
    }

    /// Amazon S3 API Reference, GetBucketLifecycleConfiguration, "Examples".
    #[test]
    fn a_lifecycle_becomes_what_the_command_line_of_amazon_prints() {
        let text = "<LifecycleConfiguration><Rule><ID>a</ID><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key>\
            <Value>v</Value></Tag><Tag><Key>l</Key><Value>w</Value></Tag></And></Filter><Status>Enabled</Status>\
            <Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>\
            <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>\
            </LifecycleConfiguration>";
        let tags = json!([{ "Key": "k", "Value": "v" }, { "Key": "l", "Value": "w" }]);
        let rule = json!({
            "ID": "a", "Filter": { "And": { "Prefix": "p", "Tags": tags } }, "Status": "Enabled",
            "Transitions": [{ "Days": 90, "StorageClass": "GLACIER" }],
            "Expiration": { "ExpiredObjectDeleteMarker": true }
        });
        assert_eq!(json_of(DocumentKind::Lifecycle, text), json!({ "Rules": [rule] }));
    }

    #[test]
    fn a_grant_keeps_its_type_and_a_list_its_element() {
        let text = "<AccessControlPolicy xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><Owner><ID>1</ID></Owner>\
            <AccessControlList><Grant><Grantee xsi:type=\"Group\"><URI>u</URI></Grantee><Permission>READ</Permission>\
            </Grant></AccessControlList></AccessControlPolicy>";
        let grant = json!({ "Grantee": { "Type": "Group", "URI": "u" }, "Permission": "READ" });
        assert_eq!(json_of(DocumentKind::Acl, text), json!({ "Owner": { "ID": "1" }, "Grants": [grant] }));
        assert_eq!(json_of(DocumentKind::Tags, "<Tagging><TagSet/></Tagging>"), json!({ "TagSet": [] }));
    }

    #[test]
    fn what_nobody_knows_is_kept() {
        let text = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><New>1</New><New>2</New>\
            <Newer><A/><B>x</B></Newer></CORSRule><Newest/></CORSConfiguration>";
        let rule = json!({ "AllowedMethods": ["GET"], "New": ["1", "2"], "Newer": { "A": "", "B": "x" } });
        assert_eq!(json_of(DocumentKind::Cors, text), json!({ "CORSRules": [rule], "Newest": "" }));
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let fields = DocumentKind::Cors.facts().fields;
        for text in ["<C><CORSRules/></C>", "<C>text</C>", "<C><CORSRule><ID>1</ID><ID>2</ID></CORSRule></C>"] {
            assert!(to_json(fields, &Element::parse(text).unwrap()).is_err(), "{text}");
        }
        for value in [json!([]), json!({ "CORSRules": {} }), json!({ "CORSRule": "x" }), json!({ "New": null })] {
            assert!(to_xml("C", fields, &value).is_err(), "{value}");
        }
    }
}
