//! XML as a tree that holds all of a document: what cannot be held is refused, not dropped.

use std::fmt::Write as _;

/// The namespace of Amazon's documents.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The namespace of `xsi:type`.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The one attribute that documents have.
const TYPE: &str = "type";

/// An element: with a text or with elements in it, never with both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    /// Its name, without a namespace.
    pub name: String,
    /// Its `xsi:type`.
    pub kind: Option<String>,
    /// Its text.
    pub text: String,
    /// What is in it.
    pub children: Vec<Element>,
}

impl Element {
    /// Returns an empty element.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Reads a document.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tree = roxmltree::Document::parse(text).map_err(|error| format!("it is not XML: {error}"))?;
        Self::of(tree.root_element())
    }

    fn of(node: roxmltree::Node<'_, '_>) -> Result<Self, String> {
        let mut element = Self::new(node.tag_name().name());
        for attribute in node.attributes() {
            if attribute.name() != TYPE || attribute.namespace() != Some(XSI) {
                return Err(format!("{} has an attribute, {}, that JSON cannot carry", element.name, attribute.name()));
            }
            element.kind = Some(attribute.value().to_owned());
        }
        for child in node.children() {
            if child.is_element() {
                element.children.push(Self::of(child)?);
            } else if child.is_text() {
                element.text.push_str(child.text().unwrap_or_default());
            }
        }
        if !element.children.is_empty() {
            if !element.text.trim().is_empty() {
                return Err(format!("{} holds a text among elements, which JSON cannot carry", element.name));
            }
            element.text.clear();
        }
        Ok(element)
    }

    /// Writes the document.
    pub fn print(&self) -> Result<String, String> {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out, Some(NAMESPACE))?;
        Ok(out)
    }

    fn write(&self, out: &mut String, namespace: Option<&str>) -> Result<(), String> {
        let name = &self.name;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !starts || !name.chars().all(is_name) {
            return Err(format!("{name:?} is not the name of a field"));
        }
        let _ = write!(out, "<{name}");
        if let Some(namespace) = namespace {
            let _ = write!(out, " xmlns=\"{namespace}\"");
        }
        if let Some(kind) = &self.kind {
            let _ = write!(out, " xmlns:xsi=\"{XSI}\" xsi:{TYPE}=\"{}\"", escaped(kind)?);
        }
        out.push('>');
        out.push_str(&escaped(&self.text)?);
        for child in &self.children {
            child.write(out, None)?;
        }
        let _ = write!(out, "</{name}>");
        Ok(())
    }
}

fn escaped(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' | '\n' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            // XML 1.0, production 2: no other controls, not even escaped.
            c if c.is_ascii_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                return Err("a text holds a control character, which XML cannot carry".to_owned());
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let text =
            "<A xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n <B>x &amp; &lt;y&#13;</B> <C/><!-- c --></A>";
        let read = Element::parse(text).unwrap();
        assert_eq!((read.children[0].text.as_str(), read.children[1].name.as_str()), ("x & <y\r", "C"));
        assert_eq!(Element::parse(&read.print().unwrap()).unwrap(), read);
        let typed = format!("<G xmlns:i=\"{XSI}\" i:type=\"Group\"><URI>u</URI></G>");
        let typed = Element::parse(&typed).unwrap();
        assert_eq!(typed.kind.as_deref(), Some("Group"));
        assert_eq!(Element::parse(&typed.print().unwrap()).unwrap(), typed);
    }

    #[test]
    fn what_cannot_be_held_is_refused() {
        for text in ["<A b=\"c\"/>", "<A>x<B/></A>", "<A>", "", "{}", "<!DOCTYPE a [<!ENTITY b \"c\">]><A>&b;</A>"] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
        assert!(Element { text: "\u{1b}".to_owned(), ..Element::new("A") }.print().is_err());
        assert!(Element::new("a><b").print().is_err() && Element::new("").print().is_err());
    }
}
