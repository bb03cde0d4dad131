//! All that it takes to publish a website, and the second question about what opens, replaces or deletes something.

use crate::app::dialog::difference::difference_part;
use crate::app::dialog::sheet::{Part, Role};
use crate::app::dialog::sync::name_of;
use crate::app::dialog::typed::TypedName;
use crate::model::access::exposure::Remedy;
use crate::model::document::hunks;
use crate::model::publication::Plan;
use crate::model::text::{count, counted, size, visible};

/// What it takes.
#[derive(Debug)]
pub(super) struct Preview {
    /// The plan.
    pub plan: Plan,
    /// The name that is typed before anything is deleted.
    pub typed: Option<TypedName>,
    /// Whether it was not, when it should have been.
    pub was_refused: bool,
    /// Whether it is asked for a second time.
    pub is_second: bool,
    // Found once, because a plan may have very many names, and a document many lines.
    /// All that changes and is not of the website.
    besides: Vec<String>,
    /// What differs in each document, by its title.
    differences: Vec<(&'static str, Vec<String>)>,
    /// How much could not be read.
    troubles: u64,
}

impl Preview {
    /// Returns a plan as it is shown.
    pub fn new(plan: Plan) -> Self {
        let deletes = plan.is_possible() && plan.publication.files.summary().deleted.items > 0;
        let typed = deletes.then(|| TypedName::new(name_of(plan.publication.files.to())));
        let besides = if plan.is_possible() { plan.besides() } else { Vec::new() };
        let steps = plan.publication.steps.iter();
        let differences = steps.map(|step| (step.title(), hunks(&step.difference()))).collect();
        let troubles = plan.publication.files.troubles().count() as u64;
        Self { plan, typed, was_refused: false, is_second: false, besides, differences, troubles }
    }

    /// Returns whether a name has to be typed, and is not.
    pub fn needs_name(&self) -> bool {
        self.typed.as_ref().is_some_and(|typed| !typed.is_typed())
    }

    /// Returns whether something opens, is replaced for the whole bucket, or is deleted.
    pub fn is_asked_twice(&self) -> bool {
        self.plan.opening().is_some() || !self.besides.is_empty() || self.typed.is_some()
    }

    /// Returns the button that goes on; nothing if it cannot be published.
    pub fn button(&self) -> Option<&'static str> {
        let word = if self.does_nothing() { "Visit" } else { "Publish" };
        self.plan.is_possible().then_some(word)
    }

    fn does_nothing(&self) -> bool {
        let publication = &self.plan.publication;
        publication.files.summary().is_empty() && publication.steps.is_empty()
    }

    /// Adds all that it takes.
    pub fn add_to<'a>(&'a self, parts: &mut Vec<Part<'a>>) {
        let publication = &self.plan.publication;
        parts.push(Part::Place("To", visible(&publication.wish.target().to_string()).into_owned()));
        parts.push(Part::Place("Address", visible(&publication.url).into_owned()));
        self.add_files(parts);
        self.add_access(parts);
        parts.extend(self.besides.iter().map(|words| warning(words)));
        if let Some(typed) = &self.typed {
            parts.push(Part::Gap);
            parts.push(Part::Text(Role::Text, format!("To delete {}, type: {}", self.deletions(), typed.shown())));
            let problem = (self.was_refused && !typed.is_typed()).then(|| "that is not the name".to_owned());
            parts.push(Part::Field { label: "Name", field: &typed.field, problem });
        }
        for (title, lines) in &self.differences {
            parts.extend([Part::Gap, Part::Text(Role::Label, format!("{title}:"))]);
            parts.extend(lines.iter().map(|line| difference_part(line)));
        }
        let notes = &self.plan.access.notes;
        if !notes.is_empty() {
            parts.push(Part::Gap);
        }
        parts.extend(notes.iter().map(|note| Part::Text(Role::Dim, format!("Note: {}", visible(note)))));
    }

    fn add_files(&self, parts: &mut Vec<Part<'_>>) {
        let files = &self.plan.publication.files;
        let (summary, tally) = (files.summary(), &files.comparison.tally);
        let (added, replaced) = (count(summary.added.items), count(summary.replaced.items));
        let words = format!("{added} new, {replaced} changed, {}", size(summary.copied().bytes));
        parts.push(Part::Pair("Upload", Role::Text, words));
        if summary.deleted.items > 0 {
            let words = format!("{}, {}", self.deletions(), size(summary.deleted.bytes));
            parts.push(Part::Pair("Delete", Role::Warning, words));
        }
        parts.push(Part::Pair("Same", Role::Dim, format!("{}, {}", count(tally.same.items), size(tally.same.bytes))));
        if tally.left_out > 0 {
            let words = counted(tally.left_out, "name that begins with a dot", "names that begin with a dot");
            parts.push(Part::Pair("Left out", Role::Dim, words));
        }
        if self.troubles > 0 {
            let words = counted(self.troubles, "thing could not be read", "things could not be read");
            parts.push(Part::Text(Role::Warning, format!("! {words}")));
        }
    }

    /// Whether it is public, what stands in the way of that, and what becomes of that.
    fn add_access(&self, parts: &mut Vec<Part<'_>>) {
        let access = &self.plan.access;
        let words = match self.plan.opening() {
            _ if access.is_reached => (Role::Text, "it is already".to_owned()),
            Some(opening) => (Role::Warning, visible(&opening.title).into_owned()),
            None => (Role::Error, "cannot be made so from here, so nothing is published".to_owned()),
        };
        parts.push(Part::Pair("Public", words.0, words.1));
        for obstacle in &access.obstacles {
            let remedy = match obstacle.remedy {
                Remedy::Lifted => " (switched off as far as it needs)",
                Remedy::Passed | Remedy::None => "",
            };
            let words = format!("{}: {}{remedy}", obstacle.layer.name(), visible(&obstacle.words));
            parts.push(Part::Pair("In the way", Role::Text, words));
        }
    }

    /// Adds the second question.
    pub fn add_question(&self, parts: &mut Vec<Part<'_>>) {
        let publication = &self.plan.publication;
        if self.plan.opening().is_some() {
            let place = publication.wish.target().to_string();
            let words =
                format!("everyone on the internet may read all that is in {place}, and all that comes there later");
            parts.push(warning(&words));
        }
        parts.extend(self.besides.iter().map(|words| warning(words)));
        if self.typed.is_some() {
            parts.push(warning(&format!("{} deleted that the folder does not have", self.deletions())));
        }
        parts.extend([Part::Gap, Part::Text(Role::Text, "Is that what you want?".to_owned())]);
    }

    fn deletions(&self) -> String {
        counted(self.plan.publication.files.summary().deleted.items, "object", "objects")
    }
}

fn warning(words: &str) -> Part<'static> {
    Part::Text(Role::Error, format!("! {}", visible(words)))
}
