//! The templates that a document can be started from.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Reply, Step};
use crate::model::document::DocumentKind;
use crate::model::document::template::Template;

/// A list of templates, one of which is added to the document.
#[derive(Debug)]
pub struct Pick {
    form: Form,
    /// The row that had the focus last.
    picked: usize,
    kind: DocumentKind,
    templates: Vec<&'static Template>,
}

impl Pick {
    /// Returns the list for a kind of document; nothing if there is no template for it.
    pub fn new(kind: DocumentKind) -> Option<Self> {
        let templates: Vec<_> = Template::of(kind).collect();
        (!templates.is_empty()).then(|| Self { form: Form::at(0), picked: 0, kind, templates })
    }
}

impl Ask for Pick {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts: Vec<Part> = Vec::new();
        for template in &self.templates {
            parts.push(Part::Row { label: "", value: template.name.to_owned() });
            parts.push(Part::Text(Role::Dim, format!("   {}", template.about)));
        }
        parts.push(Part::Gap);
        parts.push(Part::Text(Role::Dim, "It is added to what stands, and nothing is written before F2.".to_owned()));
        let title = format!("Add to {}", self.kind.facts().title);
        Sheet { title: title.into(), tone: Tone::Plain, parts, buttons: vec!["Add", "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn leave(&mut self, stop: usize, _ids: &mut Ids) -> Step {
        self.picked = if stop < self.templates.len() { stop } else { self.picked };
        Step::stay()
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        match self.templates.get(self.form.focus).or_else(|| self.templates.get(self.picked)) {
            Some(template) if button == 0 => Step::Reply(Reply::AddTemplate(template.name)),
            _ => Step::close(),
        }
    }
}
