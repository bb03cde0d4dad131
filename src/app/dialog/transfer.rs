//! Copy and move: where to, under which name, what happens to what is there, what is kept and what is lost.
//!
//! The totals are counted while a person looks. They are counted anew when the target changes to another kind of
//! place or another bucket, because what would be lost depends on it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::tally::Tally;
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::model::entry::StorageClass;
use crate::model::filter::Filter;
use crate::model::job::{self, Item, Purpose, Report, Request, Work};
use crate::model::location::Location;
use crate::model::name::Prefix;
use crate::model::plan::ConflictPolicy;
use crate::model::text::visible;

/// How many of the items are listed by name.
const LISTED: usize = 4;

/// The storage classes that are offered, besides leaving it as it is.
pub(super) const CLASSES: [StorageClass; 7] = [
    StorageClass::Standard,
    StorageClass::StandardIa,
    StorageClass::OnezoneIa,
    StorageClass::IntelligentTiering,
    StorageClass::GlacierIr,
    StorageClass::Glacier,
    StorageClass::DeepArchive,
];

/// What the dialog is opened with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What is copied or moved.
    pub items: Vec<Item>,
    /// The place that is offered as the target.
    pub to: Location,
    /// Whether the sources are deleted afterwards.
    pub is_move: bool,
    /// Where relative paths start.
    pub base: PathBuf,
    /// What `~` means.
    pub home: Option<PathBuf>,
}

/// Asks where to copy or move, and how.
#[derive(Debug)]
pub struct Transfer {
    form: Form,
    opening: Opening,
    /// The target as it was offered: a path that is not UTF-8 survives as long as it is not edited.
    offered: String,
    to: Field,
    name: Option<Field>,
    policy: ConflictPolicy,
    storage_class: Option<StorageClass>,
    counted_for: Location,
    tally: Tally,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    To,
    Name,
    Policy,
    Class,
}

impl Transfer {
    /// Returns the dialog, with the button that goes on in focus, and the request to count.
    pub fn new(opening: Opening, ids: &mut Ids) -> (Self, Vec<Effect>) {
        let offered = folder_text(&opening.to);
        let name = match opening.items.as_slice() {
            [item] => Some(Field::new(&item.name())),
            _ => None,
        };
        let (tally, count) = count(&opening, opening.to.clone(), ids);
        let mut transfer = Self {
            form: Form::at(0),
            to: Field::new(&offered),
            offered,
            name,
            policy: ConflictPolicy::default(),
            storage_class: None,
            counted_for: opening.to.clone(),
            tally,
            opening,
        };
        transfer.form.focus = transfer.stops().len();
        (transfer, vec![count])
    }

    /// The stops from top to bottom.
    fn stops(&self) -> Vec<Stop> {
        let mut stops = vec![Stop::To];
        stops.extend(self.name.is_some().then_some(Stop::Name));
        stops.push(Stop::Policy);
        stops.extend(self.offers_class().then_some(Stop::Class));
        stops
    }

    fn offers_class(&self) -> bool {
        self.target().is_ok_and(|to| to.is_s3())
    }

    /// The place that was typed, or why it will not do.
    fn target(&self) -> Result<Location, String> {
        if self.to.text() == self.offered {
            return receiving(self.opening.to.clone());
        }
        if self.to.text().trim().is_empty() {
            return Err("say where to: a folder, or s3://bucket/prefix/".to_owned());
        }
        let parsed = Location::parse(self.to.text(), &self.opening.base, self.opening.home.as_deref());
        parsed.map_err(|problem| problem.to_string()).and_then(receiving)
    }

    /// The new name if it was changed, or why it will not do.
    fn rename(&self) -> Result<Option<String>, String> {
        let (Some(name), [item]) = (&self.name, self.opening.items.as_slice()) else { return Ok(None) };
        if name.text() == item.name() {
            return Ok(None);
        }
        let is_local = self.target().is_ok_and(|to| !to.is_s3());
        check_name(name.text(), is_local).map(|()| Some(name.text().to_owned()))
    }

    fn transfer(&self) -> Result<job::Transfer, Stop> {
        let to = self.target().map_err(|_| Stop::To)?;
        let rename = self.rename().map_err(|_| Stop::Name)?;
        let storage_class = self.storage_class.filter(|_| to.is_s3());
        Ok(job::Transfer {
            items: self.opening.items.clone(),
            to,
            rename,
            takes_contents: false,
            filter: Filter::default(),
            is_move: self.opening.is_move,
            policy: self.policy,
            storage_class,
            given: Box::default(),
            is_rehearsal: false,
        })
    }

    fn classes(&self) -> Vec<Cow<'static, str>> {
        let unset = if self.opening.items.iter().any(Item::is_s3) { "as the source" } else { "bucket's default" };
        std::iter::once(unset.into()).chain(CLASSES.iter().map(|class| class.name().into())).collect()
    }

    fn part(&self, stop: Stop) -> Part<'_> {
        match stop {
            Stop::To => Part::Field { label: "To", field: &self.to, problem: self.target().err() },
            Stop::Name => {
                let field = self.name.as_ref().unwrap_or(&self.to);
                Part::Field { label: "Name", field, problem: self.rename().err() }
            }
            Stop::Policy => Part::Choice {
                label: "If exists",
                options: ConflictPolicy::ALL.iter().map(|policy| policy.name().into()).collect(),
                chosen: ConflictPolicy::ALL.iter().position(|policy| *policy == self.policy).unwrap_or(0),
            },
            Stop::Class => {
                let chosen = CLASSES.iter().position(|class| Some(*class) == self.storage_class);
                Part::Choice { label: "Class", options: self.classes(), chosen: chosen.map_or(0, |at| at + 1) }
            }
        }
    }

    fn verb(&self) -> &'static str {
        if self.opening.is_move { "Move" } else { "Copy" }
    }
}

/// What happens to a target that exists, in a sentence.
fn policy_words(policy: ConflictPolicy) -> &'static str {
    match policy {
        ConflictPolicy::Ask => "Both sides are shown, and you decide.",
        ConflictPolicy::Overwrite => "What is there is replaced without asking.",
        ConflictPolicy::Skip => "What is there stays.",
        ConflictPolicy::Newer => "What is there is replaced if the source is newer.",
        ConflictPolicy::Rename => "What is there stays; the new one becomes name (2).",
    }
}

/// What survives the way, whatever the items: what depends on them comes as notes of the count.
fn kept_words(items: &[Item], to: &Location) -> &'static str {
    match (items.iter().any(Item::is_s3), to.is_s3()) {
        (false, true) => "Kept: contents, names. Set: content type by name. Not kept: owner, mode.",
        (true, false) => "Kept: contents, names, modified time. Not kept: metadata, tags, ACLs.",
        (true, true) => "Kept: contents, names, metadata, tags, storage class.",
        (false, false) => "Kept: contents, names, modified time, permissions.",
    }
}

/// Lists the first items by name, and says how many more there are.
pub(super) fn add_items(parts: &mut Vec<Part<'_>>, items: &[Item]) {
    let shown = if items.len() == LISTED + 1 { LISTED + 1 } else { LISTED };
    for (at, item) in items.iter().take(shown).enumerate() {
        let label = if at == 0 { "What" } else { "" };
        parts.push(Part::Place(label, visible(&item.to_string()).into_owned()));
    }
    if items.len() > shown {
        parts.push(Part::Pair("", Role::Dim, format!("and {} more", items.len() - shown)));
    }
}

/// Begins to count what goes to a place: what is lost there depends on it.
fn count(opening: &Opening, to: Location, ids: &mut Ids) -> (Tally, Effect) {
    Tally::begin(opening.items.clone(), Purpose::Transfer { to }, ids)
}

/// Returns why a name cannot be given, in a plain sentence.
pub(super) fn check_name(name: &str, is_local: bool) -> Result<(), String> {
    let problem = match name {
        "" => "a name is needed",
        "." | ".." => "'.' and '..' are no names",
        name if name.contains('/') => "a name holds no slash",
        name if is_local && name.len() > 255 => "the name is longer than 255 bytes",
        name if name.len() > crate::model::name::MAX_KEY_BYTES => "a key has at most 1,024 bytes",
        _ => return Ok(()),
    };
    Err(problem.to_owned())
}

/// The text that is offered for a place: a folder or prefix ends in a slash.
fn folder_text(place: &Location) -> String {
    let text = place.to_string();
    if text.ends_with('/') { text } else { format!("{text}/") }
}

/// Returns the place as one that receives: a prefix is a folder, with or without the slash that was typed.
fn receiving(place: Location) -> Result<Location, String> {
    match place {
        Location::Buckets(_) => Err("choose a bucket: s3://bucket/prefix/".to_owned()),
        Location::S3 { bucket, prefix } if !prefix.is_root() && !prefix.as_str().ends_with('/') => {
            Ok(Location::S3 { bucket, prefix: Prefix::from(format!("{prefix}/")) })
        }
        place => Ok(place),
    }
}

impl Ask for Transfer {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = Vec::new();
        add_items(&mut parts, &self.opening.items);
        parts.push(self.tally.total());
        parts.push(Part::Gap);
        for stop in self.stops() {
            parts.push(self.part(stop));
            if stop == Stop::Policy {
                parts.push(Part::Pair("", Role::Dim, policy_words(self.policy).to_owned()));
            }
        }
        parts.push(Part::Gap);
        if let Ok(to) = self.target() {
            parts.push(Part::Text(Role::Dim, kept_words(&self.opening.items, &to).to_owned()));
        }
        if self.opening.is_move {
            parts.push(Part::Text(Role::Dim, "Each source is deleted after its copy was verified.".to_owned()));
        }
        parts.extend(self.tally.notes());
        Sheet { title: self.verb().into(), tone: Tone::Plain, parts, buttons: vec![self.verb(), "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        match self.stops().get(stop)? {
            Stop::To => Some(&mut self.to),
            Stop::Name => self.name.as_mut(),
            Stop::Policy | Stop::Class => None,
        }
    }

    fn choose(&mut self, stop: usize, option: usize) {
        match self.stops().get(stop) {
            Some(Stop::Policy) => self.policy = ConflictPolicy::ALL.get(option).copied().unwrap_or_default(),
            Some(Stop::Class) => {
                self.storage_class = option.checked_sub(1).and_then(|at| CLASSES.get(at)).copied();
            }
            _ => {}
        }
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button != 0 {
            return self.cancel();
        }
        match self.transfer() {
            Ok(transfer) => {
                let start = Request::Start { job: ids.job(), work: Work::Transfer(transfer) };
                Step::Close(vec![self.tally.end(), Effect::Submit(start)])
            }
            Err(stop) => {
                self.form = Form::at(self.stops().iter().position(|at| *at == stop).unwrap_or(0));
                Step::stay()
            }
        }
    }

    fn leave(&mut self, stop: usize, ids: &mut Ids) -> Step {
        let Ok(to) = self.target() else { return Step::stay() };
        let is_same = to.bucket_name() == self.counted_for.bucket_name() && to.is_s3() == self.counted_for.is_s3();
        if stop != 0 || is_same {
            return Step::stay();
        }
        let end = self.tally.end();
        let (tally, count) = count(&self.opening, to.clone(), ids);
        (self.tally, self.counted_for) = (tally, to);
        Step::Stay(vec![end, count])
    }

    fn cancel(&mut self) -> Step {
        Step::Close(vec![self.tally.end()])
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        self.tally.take(report).then(Step::stay)
    }
}
