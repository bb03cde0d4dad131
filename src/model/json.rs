//! JSON that knows where each value stands, for faults that name line and column.
//!
//! serde_json reads it; this keeps the text beside each value. Unlike there, a field that stands twice is a fault: which
//! of the two a server takes is not for us to guess. How it is painted is in [`paint`].

pub mod paint;

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Where something stands in a text, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.place.line, self.place.column, self.message)
    }
}

/// A value in a text.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    whole: &'a str,
    own: &'a str,
}

impl<'a> Node<'a> {
    /// Reads a text, which must be one value of JSON.
    pub fn parse(text: &'a str) -> Result<Self, Fault> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
            let place = Place { line: error.line().max(1), column: error.column().max(1) };
            let message = error.to_string();
            let words = message.split(" at line ").next().unwrap_or_default();
            Fault { place, message: format!("this is not JSON: {words}") }
        })?;
        Ok(Self { whole: text, own: raw.get() })
    }

    /// Returns where the value begins.
    pub fn place(&self) -> Place {
        self.place_at(self.start())
    }

    /// Returns the first and the last line of the value.
    pub fn lines(&self) -> (usize, usize) {
        (self.place().line, self.place_at(self.start() + self.own.len()).line)
    }

    /// Returns a fault of this value.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { place: self.place(), message: message.into() }
    }

    /// Returns the text of the value, as it is written.
    pub fn source(&self) -> &'a str {
        self.own
    }

    /// Returns whether the value is an object.
    pub fn is_object(&self) -> bool {
        self.own.starts_with('{')
    }

    /// Returns whether the value is a list.
    pub fn is_list(&self) -> bool {
        self.own.starts_with('[')
    }

    /// Returns whether the value is a text.
    pub fn is_text(&self) -> bool {
        self.own.starts_with('"')
    }

    /// Returns the fields of an object, in their order.
    pub fn fields(&self) -> Result<Vec<(String, Node<'a>)>, Fault> {
        let entries: Entries<'a> = self.read("an object")?;
        let mut fields: Vec<(String, Node<'a>)> = Vec::with_capacity(entries.0.len());
        for (name, raw) in entries.0 {
            let value = Self { whole: self.whole, own: raw.get() };
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(value.fault(format!("{name} stands twice")));
            }
            fields.push((name, value));
        }
        Ok(fields)
    }

    /// Returns one field of an object.
    pub fn field(&self, name: &str) -> Result<Option<Node<'a>>, Fault> {
        Ok(self.fields()?.into_iter().find(|(own, _)| own == name).map(|(_, value)| value))
    }

    /// Returns the items of a list.
    pub fn items(&self) -> Result<Vec<Node<'a>>, Fault> {
        let items: Vec<&'a RawValue> = self.read("a list")?;
        Ok(items.into_iter().map(|raw| Self { whole: self.whole, own: raw.get() }).collect())
    }

    /// Returns the items of a list, or a value that stands alone.
    pub fn one_or_many(&self) -> Result<Vec<Node<'a>>, Fault> {
        if self.is_list() { self.items() } else { Ok(vec![*self]) }
    }

    /// Returns a text.
    pub fn text(&self) -> Result<String, Fault> {
        self.read("a text")
    }

    /// Returns a yes or no.
    pub fn bool(&self) -> Result<bool, Fault> {
        self.read("true or false")
    }

    /// Returns a text; a number and a yes or no as they are written, which policies take for texts.
    pub fn scalar(&self) -> Result<String, Fault> {
        if self.is_text() {
            return self.text();
        }
        if self.is_object() || self.is_list() || self.own == "null" {
            return Err(self.fault("expected a text"));
        }
        Ok(self.own.to_owned())
    }

    fn read<T: Deserialize<'a>>(&self, what: &str) -> Result<T, Fault> {
        serde_json::from_str(self.own).map_err(|_| self.fault(format!("expected {what}")))
    }

    /// Returns how many bytes of the whole text stand before the value.
    fn start(&self) -> usize {
        self.own.as_ptr().addr().saturating_sub(self.whole.as_ptr().addr())
    }

    fn place_at(&self, offset: usize) -> Place {
        let before = self.whole.get(..offset).unwrap_or(self.whole);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Place { line, column }
    }
}

/// The fields of an object, with those that stand twice.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collector;

        impl<'de> Visitor<'de> for Collector {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Collector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line_and_column() {
        let text = "{\n  \"ä\": [1,\n    {\"x\": true}]\n}";
        let root = Node::parse(text).unwrap();
        let list = root.field("ä").unwrap().unwrap();
        assert_eq!(list.place(), Place { line: 2, column: 8 });
        let object = list.items().unwrap()[1];
        assert_eq!((object.place(), object.lines()), (Place { line: 3, column: 5 }, (3, 3)));
        assert_eq!(list.lines(), (2, 3));
        assert_eq!(object.fault("no").to_string(), "line 3, column 5: no");
    }

    #[test]
    fn a_text_that_is_no_json_is_refused_with_its_place() {
        let fault = Node::parse("{\n \"a\": tru }").unwrap_err();
        assert!(fault.place.line == 2 && fault.message.starts_with("this is not JSON: expected"), "{fault}");
        assert!(Node::parse("").is_err() && Node::parse("{} x").is_err());
        assert!(Node::parse(&format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))).is_ok(), "no deep recursion");
    }

    #[test]
    fn a_field_that_stands_twice_is_a_fault() {
        let fault = Node::parse(r#"{"a": 1, "a": 2}"#).unwrap().fields().unwrap_err();
        assert_eq!(fault.to_string(), "line 1, column 15: a stands twice");
    }

    #[test]
    fn one_and_many_are_read_alike_and_scalars_as_they_are_written() {
        let texts = |text: &str| {
            let nodes = Node::parse(text).unwrap().one_or_many()?;
            nodes.iter().map(Node::scalar).collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(texts(r#"["a", true, 1.50]"#).unwrap(), ["a", "true", "1.50"]);
        assert_eq!(texts(r#""a\u002fb""#).unwrap(), ["a/b"]);
        assert!(texts("[null]").is_err() && texts("[[1]]").is_err() && texts("{}").is_err());
    }
}
