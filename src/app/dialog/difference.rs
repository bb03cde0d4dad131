//! What differs in documents before they are written, and what that would do. The safe button is the focused one.
//!
//! What would open the bucket or lock its writer out is asked a second time; what takes a document away asks for the
//! name of the bucket.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::typed::TypedName;
use super::{Ids, Reply, Step};
use crate::app::field::Field;
use crate::app::keymap::{Code, Key};
use crate::model::access::exposure::{self, Choice, Exposure};
use crate::model::document::{DocumentKind, DocumentWrite, difference, hunks};
use crate::model::json::paint::with_escapes;
use crate::model::text::visible;

const CANCEL: usize = 0;
const WRITE: usize = 1;

/// Asks before a document is written or taken away, or several are.
#[derive(Debug)]
pub struct Difference {
    form: Form,
    title: String,
    /// What is done by it, where the difference alone does not say so.
    about: Vec<(Role, String)>,
    sections: Vec<Section>,
    button: &'static str,
    reply: Reply,
    dangers: Vec<String>,
    is_second: bool,
    typed: Option<TypedName>,
    was_refused: bool,
}

/// What differs in one document.
#[derive(Debug)]
struct Section {
    /// Which it is, where there are several.
    head: Option<&'static str>,
    lines: Vec<String>,
}

impl Section {
    fn new(head: Option<&'static str>, differing: &[String]) -> Self {
        Self { head, lines: hunks(differing) }
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let head = self.head.map(|head| Part::Text(Role::Label, format!("{head}:")));
        head.into_iter().chain(self.lines.iter().map(|line| difference_part(line)))
    }
}

impl Difference {
    /// Returns the question for a change of one document that has these dangers.
    pub fn new(kind: DocumentKind, bucket: &str, write: DocumentWrite, dangers: Vec<String>) -> Self {
        let differing = difference(write.seen.as_ref(), write.new.as_ref());
        let button = if write.new.is_some() { "Write" } else { "Delete" };
        Self {
            form: Form::at(0),
            title: format!("{button} {} of {}", kind.facts().title, visible(bucket)),
            about: Vec::new(),
            sections: vec![Section::new(None, &differing)],
            button,
            typed: write.new.is_none().then(|| TypedName::new(bucket)),
            reply: Reply::WriteDocument(kind, Box::new(write)),
            dangers,
            is_second: false,
            was_refused: false,
        }
    }

    /// Returns the question for what makes a place public or private.
    pub fn of_choice(exposure: Box<Exposure>, choice: Box<Choice>) -> Self {
        let dangers = exposure.dangers(&choice);
        let mut about = vec![(Role::Text, format!("To {}.", choice.title))];
        if dangers.is_empty() {
            about.extend(choice.besides.iter().map(|words| (Role::Warning, format!("! Besides: {words}"))));
        }
        let section = |step: &exposure::Step| Section::new(Some(step.title()), &step.difference());
        Self {
            form: Form::at(0),
            title: visible(&exposure.title()).into_owned(),
            about,
            sections: choice.steps.iter().map(section).collect(),
            button: "Write",
            typed: None,
            reply: Reply::Expose(exposure, choice),
            dangers,
            is_second: false,
            was_refused: false,
        }
    }

    fn second(&self) -> Sheet<'_> {
        let mut parts: Vec<Part> =
            self.dangers.iter().map(|words| Part::Text(Role::Error, format!("! {}", visible(words)))).collect();
        parts.push(Part::Gap);
        parts.push(Part::Text(Role::Text, "Is that what you want?".to_owned()));
        Sheet { title: self.title.clone().into(), tone: Tone::Danger, parts, buttons: vec!["No", "Yes, write it"] }
    }

    fn needs_name(&self) -> bool {
        !self.is_second && self.typed.as_ref().is_some_and(|typed| !typed.is_typed())
    }
}

/// Returns one line of a difference as it is shown.
pub(super) fn difference_part(line: &str) -> Part<'static> {
    let role = match line.chars().next() {
        Some('-') => Role::Warning,
        Some('+') => Role::Good,
        _ => Role::Dim,
    };
    Part::Text(role, visible(&with_escapes(line)).into_owned())
}

impl Ask for Difference {
    fn sheet(&self) -> Sheet<'_> {
        if self.is_second {
            return self.second();
        }
        let warn = |words: &String| Part::Text(Role::Error, format!("! {}", visible(words)));
        let mut parts: Vec<Part> = self.dangers.iter().map(warn).collect();
        if !parts.is_empty() {
            parts.push(Part::Gap);
        }
        parts.extend(self.about.iter().map(|(role, words)| Part::Text(*role, visible(words).into_owned())));
        for section in &self.sections {
            if section.head.is_some() {
                parts.push(Part::Gap);
            }
            parts.extend(section.parts());
        }
        if let Some(typed) = &self.typed {
            parts.push(Part::Gap);
            parts.push(Part::Text(Role::Text, format!("To go on, type: {}", typed.shown())));
            let problem = (self.was_refused && !typed.is_typed()).then(|| "that is not the name".to_owned());
            parts.push(Part::Field { label: "Name", field: &typed.field, problem });
        }
        let is_plain = self.typed.is_none() && self.dangers.is_empty();
        let tone = if is_plain { Tone::Plain } else { Tone::Danger };
        Sheet { title: self.title.clone().into(), tone, parts, buttons: vec!["Cancel", self.button] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        self.typed.as_mut().filter(|_| stop == 0 && !self.is_second).map(|typed| &mut typed.field)
    }

    fn own_key(&mut self, key: Key, _ids: &mut Ids) -> Option<Step> {
        // Enter behind the typed name goes to the button it is for; behind a wrong one it stays and says so.
        let typed = self.typed.as_ref().filter(|_| !self.is_second)?;
        if self.form.focus != 0 || key != Key::plain(Code::Enter) {
            return None;
        }
        self.was_refused = true;
        if typed.is_typed() {
            self.form = Form::at(1 + WRITE);
        }
        Some(Step::stay())
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        if button == CANCEL {
            return Step::close();
        }
        if self.needs_name() {
            self.was_refused = true;
            self.form = Form::at(0);
            return Step::stay();
        }
        if !self.is_second && !self.dangers.is_empty() {
            self.is_second = true;
            self.form = Form::at(0);
            return Step::stay();
        }
        Step::Reply(self.reply.clone())
    }
}
