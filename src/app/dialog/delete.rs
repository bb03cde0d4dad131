//! Deleting: what, how much, whether it can be undone; folders, prefixes and buckets ask for the name to be typed.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::tally::Tally;
use super::transfer::add_items;
use super::typed::TypedName;
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::model::job::{Item, Purpose, Report, Request, Work};
use crate::model::plan::Deletion;

const KEEP: usize = 0;
const DELETE: usize = 1;

/// Asks before something is deleted. The safe button is the focused one.
#[derive(Debug)]
pub struct Delete {
    form: Form,
    items: Vec<Item>,
    typed: Option<TypedName>,
    tally: Tally,
    was_refused: bool,
}

impl Delete {
    /// Returns the question for these items, and the request to count them.
    pub fn new(items: Vec<Item>, ids: &mut Ids) -> (Self, Vec<Effect>) {
        let (tally, count) = Tally::begin(items.clone(), Purpose::Delete, ids);
        let typed = name_to_type(&items).map(TypedName::new);
        // A name to type has the focus, where Enter deletes nothing; else the button that keeps everything has it.
        let delete = Self { form: Form::at(0), items, typed, tally, was_refused: false };
        (delete, vec![count])
    }

    /// Whether this removes one bucket, which must be empty, rather than what is in places.
    fn bucket(&self) -> Option<&Item> {
        match self.items.as_slice() {
            [bucket @ Item::Bucket(_)] => Some(bucket),
            _ => None,
        }
    }

    fn work(&self) -> Work {
        match self.items.as_slice() {
            [Item::Bucket(name)] => Work::RemoveBucket(name.clone()),
            _ => Work::Delete(self.items.clone()),
        }
    }

    fn consequence(&self) -> (Role, &'static str) {
        if self.bucket().is_some() {
            return (Role::Dim, "Only an empty bucket can be removed: no objects, no versions, no delete markers.");
        }
        let is_s3 = self.items.iter().any(Item::is_s3);
        match (is_s3, self.tally.summary().deletion) {
            (true, Deletion::AddsMarker) => (
                Role::Text,
                "The bucket is versioned: this adds a delete marker; older versions stay and can be restored.",
            ),
            (true, Deletion::Suspended) => (
                Role::Warning,
                "Versioning is suspended: versions from before stay, what was written since cannot be brought back.",
            ),
            (true, Deletion::Unknown) if self.tally.is_over() => {
                (Role::Warning, "Whether the bucket keeps versions could not be read: this may be impossible to undo.")
            }
            (true, Deletion::Unknown) => (Role::Dim, "Finding out whether the bucket keeps versions"),
            (false, _) | (true, Deletion::Permanent) => (Role::Warning, "This cannot be undone."),
        }
    }
}

/// The name that has to be typed: that of the one container, else how many things there are.
fn name_to_type(items: &[Item]) -> Option<String> {
    if !items.iter().any(Item::is_container) {
        return None;
    }
    match items {
        [item] if !item.name().is_empty() => Some(item.name()),
        [item] => Some(item.to_string()),
        items => Some(format!("{} items", items.len())),
    }
}

impl Ask for Delete {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = Vec::new();
        add_items(&mut parts, &self.items);
        if self.bucket().is_none() {
            parts.push(self.tally.total());
        }
        parts.push(Part::Gap);
        let (role, words) = self.consequence();
        parts.push(Part::Text(role, words.to_owned()));
        parts.extend(self.tally.notes());
        if let Some(typed) = &self.typed {
            parts.push(Part::Gap);
            parts.push(Part::Text(Role::Text, format!("To go on, type: {}", typed.shown())));
            let problem = (self.was_refused && !typed.is_typed()).then(|| "that is not the name".to_owned());
            parts.push(Part::Field { label: "Name", field: &typed.field, problem });
        }
        let (title, button) = if self.bucket().is_some() { ("Remove bucket", "Remove") } else { ("Delete", "Delete") };
        Sheet { title: title.into(), tone: Tone::Danger, parts, buttons: vec!["Cancel", button] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        self.typed.as_mut().filter(|_| stop == 0).map(|typed| &mut typed.field)
    }

    fn own_key(&mut self, key: crate::app::keymap::Key, _ids: &mut Ids) -> Option<Step> {
        // Enter behind the typed name goes to the button it is for; behind a wrong one it stays and says so.
        let typed = self.typed.as_ref()?;
        if self.form.focus != 0 || key != crate::app::keymap::Key::plain(crate::app::keymap::Code::Enter) {
            return None;
        }
        self.was_refused = true;
        if typed.is_typed() {
            self.form = Form::at(1 + DELETE);
        }
        Some(Step::stay())
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button == KEEP {
            return self.cancel();
        }
        if self.typed.as_ref().is_some_and(|typed| !typed.is_typed()) {
            self.was_refused = true;
            self.form = Form::at(0);
            return Step::stay();
        }
        Step::Close(vec![self.tally.end(), Effect::Submit(Request::Start { job: ids.job(), work: self.work() })])
    }

    fn cancel(&mut self) -> Step {
        Step::Close(vec![self.tally.end()])
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        self.tally.take(report).then(Step::stay)
    }
}
