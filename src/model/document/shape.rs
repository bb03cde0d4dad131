//! The fields of documents: how each is called in JSON and in XML, and what it may hold.
//!
//! One table serves both ends: the rules find what S3 would refuse by it, and the S3 end turns JSON into XML and back.
//! Names and values are those of Amazon's service model, which `aws s3api` is made from.

use serde_json::Value;

use super::{Document, Layout, Problem};

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its name in XML.
    pub element: &'static str,
    /// What it holds.
    pub form: Form,
    /// Whether S3 refuses a document without it.
    pub is_required: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The attribute `xsi:type`, one of these words.
    Type(&'static [&'static str]),
    /// Fields.
    Group(&'static [Field]),
    /// A list, each item an element of the field's own name.
    List(&'static Form),
    /// A list, each item an element of this name within that of the field.
    Wrapped(&'static str, &'static Form),
}

impl Field {
    const fn new(name: &'static str, form: Form) -> Self {
        Self { name, element: name, form, is_required: false }
    }

    /// Returns the field as one that S3 insists on.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Returns the field with another name in XML.
    #[must_use]
    pub const fn as_element(mut self, element: &'static str) -> Self {
        self.element = element;
        self
    }
}

/// Returns a field that holds a text.
pub const fn text(name: &'static str) -> Field {
    Field::new(name, Form::Text)
}

/// Returns a field that holds a whole number.
pub const fn number(name: &'static str) -> Field {
    Field::new(name, Form::Number)
}

/// Returns a field that is true or false.
pub const fn flag(name: &'static str) -> Field {
    Field::new(name, Form::Flag)
}

/// Returns a field that holds one of some words.
pub const fn word(name: &'static str, words: &'static [&'static str]) -> Field {
    Field::new(name, Form::Word(words))
}

/// Returns a field that holds fields.
pub const fn group(name: &'static str, fields: &'static [Field]) -> Field {
    Field::new(name, Form::Group(fields))
}

/// Returns a field that holds a list without an element around it; each item is an element of this name.
pub const fn list(name: &'static str, element: &'static str, item: &'static Form) -> Field {
    Field::new(name, Form::List(item)).as_element(element)
}

/// Returns a field that holds a list; each item is an element of this name within the field's.
pub const fn wrapped(name: &'static str, item_element: &'static str, item: &'static Form) -> Field {
    Field::new(name, Form::Wrapped(item_element, item))
}

/// `Enabled` or `Disabled`.
pub const STATUS: Field = word("Status", &["Enabled", "Disabled"]).required();

/// A tag.
pub const TAG: &[Field] = &[text("Key").required(), text("Value").required()];

/// Which objects it is about: by prefix, by tag, or by both.
pub const BY_PREFIX_AND_TAGS: Field = group(
    "Filter",
    &[text("Prefix"), group("Tag", TAG), group("And", &[text("Prefix"), list("Tags", "Tag", &Form::Group(TAG))])],
);

/// Classes that objects move to with time.
pub const COLDER: &[&str] =
    &["GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"];

/// Whom a grant is for.
pub const GRANTEE: &[Field] = &[
    Field::new("Type", Form::Type(&["CanonicalUser", "AmazonCustomerByEmail", "Group"]))
        .required()
        .as_element("xsi:type"),
    text("ID"),
    text("DisplayName"),
    text("EmailAddress"),
    text("URI"),
];

/// Returns what does not fit the table.
pub(super) fn problems(facts: &Document, document: &Value, standing: Option<&Value>) -> Vec<Problem> {
    let mut check = Check { page: facts.page, found: Vec::new() };
    if !matches!(facts.layout, Layout::Json) {
        check.group(facts.fields, facts.headers, document, standing, "");
    }
    check.found
}

struct Check {
    page: &'static str,
    found: Vec<Problem>,
}

impl Check {
    fn add(&mut self, path: &str, message: String) {
        self.found.push(Problem { path: path.to_owned(), message, page: self.page });
    }

    fn group(
        &mut self,
        fields: &[Field],
        headers: &[(&str, &str)],
        value: &Value,
        standing: Option<&Value>,
        path: &str,
    ) {
        let Some(object) = value.as_object() else { return self.add(path, "it must be an object: {…}".to_owned()) };
        for (name, value) in object {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let standing = standing.and_then(|standing| standing.get(name));
            match fields.iter().find(|field| field.name == name) {
                Some(field) => self.value(&field.form, value, standing, &path),
                None if headers.iter().any(|(field, _)| field == name) => self.value(&Form::Text, value, None, &path),
                // What a server has given out is no slip of the hand.
                None if standing.is_some() => {}
                None => self.unknown(fields, name, &path),
            }
        }
        for field in fields.iter().filter(|field| field.is_required && !object.contains_key(field.name)) {
            self.add(path, format!("{} is missing", field.name));
        }
    }

    fn unknown(&mut self, fields: &[Field], name: &str, path: &str) {
        let like = fields.iter().map(|field| (strsim::damerau_levenshtein(field.name, name), field.name)).min();
        let hint = like.filter(|(far, _)| *far <= 3).map(|(_, name)| format!("; did you mean {name}?"));
        self.add(path, format!("there is no such field{}", hint.unwrap_or_default()));
    }

    fn value(&mut self, form: &Form, value: &Value, standing: Option<&Value>, path: &str) {
        match form {
            Form::Text if !value.is_string() => self.add(path, "it must be a text".to_owned()),
            Form::Number if !value.is_i64() && !value.is_u64() => {
                self.add(path, "it must be a whole number".to_owned());
            }
            Form::Flag if !value.is_boolean() => self.add(path, "it must be true or false".to_owned()),
            Form::Word(words) | Form::Type(words) if !value.as_str().is_some_and(|text| words.contains(&text)) => {
                self.add(path, format!("it must be one of {}", words.join(", ")));
            }
            Form::Text | Form::Number | Form::Flag | Form::Word(_) | Form::Type(_) => {}
            Form::Group(fields) => self.group(fields, &[], value, standing, path),
            Form::List(item) | Form::Wrapped(_, item) => {
                let Some(items) = value.as_array() else {
                    return self.add(path, "it must be a list: […]".to_owned());
                };
                for (index, value) in items.iter().enumerate() {
                    // Items move about in an edit, so a field may stand in any of them.
                    let others = standing.and_then(Value::as_array).into_iter().flatten();
                    let like = others.max_by_key(|other| shared(other, value));
                    self.value(item, value, like, &format!("{path}[{index}]"));
                }
            }
        }
    }
}

/// Returns how many fields of an item another has as well.
fn shared(other: &Value, value: &Value) -> usize {
    let (Some(other), Some(value)) = (other.as_object(), value.as_object()) else { return 0 };
    value.keys().filter(|name| other.contains_key(*name)).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::document::DocumentKind;

    fn problems(document: &serde_json::Value, standing: Option<&serde_json::Value>) -> Vec<String> {
        let found = DocumentKind::Cors.facts().problems(document, standing);
        found.into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_path() {
        let rule = json!({ "AllowedMethod": ["GET"], "AllowedOrigins": "*", "MaxAgeSeconds": "90" });
        let found = problems(&json!({ "CORSRules": [rule] }), None);
        assert_eq!(
            found,
            [
                "CORSRules[0].AllowedMethod: there is no such field; did you mean AllowedMethods?",
                "CORSRules[0].AllowedOrigins: it must be a list: […]",
                "CORSRules[0].MaxAgeSeconds: it must be a whole number",
                "CORSRules[0]: AllowedMethods is missing",
            ]
        );
        assert_eq!(problems(&json!({}), None), [": CORSRules is missing"]);
    }

    #[test]
    fn a_field_that_the_server_has_given_out_is_no_problem() {
        let rule =
            |age: u64| json!({ "AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": age, "New": 1 });
        let standing = json!({ "CORSRules": [rule(1)], "Newer": {} });
        let edited = json!({ "CORSRules": [rule(2)], "Newer": {} });
        assert!(problems(&edited, Some(&standing)).is_empty());
        assert_eq!(problems(&edited, None).len(), 2);
    }
}
