//! What a sync will do: the direction, what decides, what is left out, whether anything is deleted; its totals and the
//! first of its names. The whole list is on the screen behind it.

use std::sync::Arc;

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::typed::TypedName;
use super::{Ids, Reply, Step};
use crate::app::field::Field;
use crate::app::keymap::{Code, Key};
use crate::model::compare::{Criterion, Hand, Places};
use crate::model::filter::Filter;
use crate::model::job::Work;
use crate::model::location::Location;
use crate::model::sync::{Act, SyncPlan};
use crate::model::text::{count, counted, size, visible};

const GO: usize = 0;

/// How many names are shown of what will happen.
const SAMPLE: usize = 3;

/// Up to how many things that could not be read are counted each time that the dialog is drawn.
const MANY: usize = 1000;

/// Shows a plan and lets it be changed before it begins.
#[derive(Debug)]
pub struct Sync {
    form: Form,
    plan: SyncPlan,
    include: Field,
    exclude: Field,
    typed: TypedName,
    was_refused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Direction,
    By,
    Include,
    Exclude,
    OnlyThere,
    Typed,
}

impl Sync {
    /// Returns the plan as a question, with the button that begins it in focus.
    pub fn new(plan: SyncPlan) -> Self {
        let (include, exclude) = patterns(&plan.comparison.places.filter);
        let mut sync = Self {
            form: Form::at(0),
            typed: TypedName::new(name_of(plan.to())),
            include: Field::new(&include),
            exclude: Field::new(&exclude),
            was_refused: false,
            plan,
        };
        sync.form.focus = sync.stops().len() + GO;
        sync
    }

    fn stops(&self) -> Vec<Stop> {
        let mut stops = vec![Stop::Direction, Stop::By, Stop::Include, Stop::Exclude, Stop::OnlyThere];
        stops.extend(self.has_to_be_typed().then_some(Stop::Typed));
        stops
    }

    /// Deletions are asked for by name; what has to be compared anew deletes nothing yet.
    fn has_to_be_typed(&self) -> bool {
        self.plan.summary().deleted.items > 0 && !self.needs_comparison()
    }

    /// The rules of both fields.
    fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        let (include, exclude) = (self.include.text(), self.exclude.text());
        let mut add = |takes, text: &str| text.split_whitespace().for_each(|pattern| filter.push(takes, pattern));
        if !include.trim().is_empty() {
            add(false, "*");
            add(true, include);
        }
        add(false, exclude);
        filter
    }

    /// Returns whether the comparison was made by other rules than those that are chosen now.
    fn needs_comparison(&self) -> bool {
        let (places, by) = (&self.plan.comparison.places, self.plan.choice.by);
        by != places.by && by != Criterion::Size || self.filter() != places.filter
    }

    fn directions(&self) -> [&'static str; 2] {
        let places = &self.plan.comparison.places;
        match (places.left.is_s3(), places.right.is_s3()) {
            (false, true) => ["up to S3", "down from S3"],
            (true, false) => ["down from S3", "up to S3"],
            _ => ["to the right", "to the left"],
        }
    }

    fn part(&self, stop: Stop) -> Part<'_> {
        let choice = self.plan.choice;
        match stop {
            Stop::Direction => Part::Choice {
                label: "Direction",
                options: self.directions().map(Into::into).to_vec(),
                chosen: usize::from(choice.target == Hand::Left),
            },
            Stop::By => Part::Choice {
                label: "Compare by",
                options: Criterion::ALL.iter().map(|by| by.name().into()).collect(),
                chosen: Criterion::ALL.iter().position(|by| *by == choice.by).unwrap_or(0),
            },
            Stop::Include => Part::Field { label: "Include", field: &self.include, problem: None },
            Stop::Exclude => Part::Field { label: "Exclude", field: &self.exclude, problem: None },
            Stop::OnlyThere => Part::Choice {
                label: "Only there",
                options: vec!["keep".into(), "delete".into()],
                chosen: usize::from(choice.deletes),
            },
            Stop::Typed => {
                let problem = (self.was_refused && !self.typed.is_typed()).then(|| "that is not the name".to_owned());
                Part::Field { label: "Name", field: &self.typed.field, problem }
            }
        }
    }

    /// What will happen, in numbers.
    fn add_totals(&self, parts: &mut Vec<Part<'_>>) {
        if self.needs_comparison() {
            let words = "Other rules than before: both places are compared anew first.";
            parts.push(Part::Text(Role::Dim, words.to_owned()));
            return;
        }
        let (summary, copied) = (self.plan.summary(), self.plan.summary().copied());
        let (added, replaced) = (count(summary.added.items), count(summary.replaced.items));
        let words = format!("{added} new, {replaced} replaced, {}", size(copied.bytes));
        parts.push(Part::Pair("Copy", Role::Text, words));
        if self.plan.choice.deletes {
            let words = format!("{}, {}", count(summary.deleted.items), size(summary.deleted.bytes));
            parts.push(Part::Pair("Delete", Role::Warning, words));
        }
        let same = self.plan.comparison.tally.same;
        parts.push(Part::Pair("Same", Role::Dim, format!("{}, {}", count(same.items), size(same.bytes))));
    }

    /// The first names, and what is left alone.
    fn add_sample(&self, parts: &mut Vec<Part<'_>>) {
        if self.needs_comparison() {
            return;
        }
        let (summary, sample) = (self.plan.summary(), self.plan.sample(SAMPLE));
        for action in &sample {
            parts.push(Part::Place(act_word(action.act), visible(action.name).into_owned()));
        }
        let all = summary.copied().items + summary.deleted.items + summary.refused;
        let rest = all.saturating_sub(sample.len() as u64);
        if rest > 0 {
            parts.push(Part::Pair("", Role::Dim, format!("and {} more; Esc shows the list", count(rest))));
        }
        let mut warn = |words: String| parts.push(Part::Text(Role::Warning, format!("! {words}")));
        if summary.refused > 0 {
            let words = counted(summary.refused, "name is left alone", "names are left alone");
            warn(format!("{words}: no local name, or behind a link"));
        }
        let troubles = self.plan.troubles().take(MANY).count();
        if troubles > 0 {
            let more = if troubles == MANY { " or more" } else { "" };
            let words = counted(troubles as u64, "thing", "things");
            warn(format!("{words}{more} could not be read; nothing is deleted below"));
        }
    }

    /// What decides, in a sentence.
    fn rule_words(&self) -> &'static str {
        let (from, to) = (self.plan.from().is_s3(), self.plan.to().is_s3());
        match (self.plan.choice.by, from && !to) {
            (Criterion::Size, _) => "What is missing or of another size is copied.",
            (Criterion::Checksum, _) => "Copied: missing, other size or checksum; other time where there is none.",
            (Criterion::SizeAndTime, true) => "What is missing, of another size or of another time is copied.",
            (Criterion::SizeAndTime, false) => "What is missing, of another size or newer is copied.",
        }
    }
}

/// The word for what happens to a name.
pub fn act_word(act: Act) -> &'static str {
    match act {
        Act::Add => "copy",
        Act::Replace => "replace",
        Act::Delete => "delete",
        Act::Refuse => "refuse",
    }
}

/// The name that is typed before anything in a place is deleted.
pub(super) fn name_of(place: &Location) -> String {
    match place {
        Location::Local(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        Location::S3 { bucket, prefix } if prefix.last_part().is_empty() => bucket.to_string(),
        Location::S3 { prefix, .. } => prefix.last_part().to_owned(),
        Location::Buckets(_) => place.to_string(),
    }
}

/// The texts of the two fields by which a filter was made.
fn patterns(filter: &Filter) -> (String, String) {
    let mut rules = filter.rules().peekable();
    let is_narrow = rules.next_if_eq(&(false, "*")).is_some();
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    for (takes, pattern) in rules {
        if takes { include.push(pattern) } else { exclude.push(pattern) }
    }
    if is_narrow && include.is_empty() {
        exclude.insert(0, "*");
    }
    (include.join(" "), exclude.join(" "))
}

impl Ask for Sync {
    fn sheet(&self) -> Sheet<'_> {
        let mut parts = vec![
            Part::Place("From", visible(&self.plan.from().to_string()).into_owned()),
            Part::Place("To", visible(&self.plan.to().to_string()).into_owned()),
        ];
        self.add_totals(&mut parts);
        parts.push(Part::Gap);
        for stop in self.stops() {
            if stop == Stop::Typed {
                parts.push(Part::Gap);
                let words = format!("To delete {}, type: {}", self.deletions(), self.typed.shown());
                parts.push(Part::Text(Role::Text, words));
            }
            parts.push(self.part(stop));
            match stop {
                Stop::By => parts.push(Part::Pair("", Role::Dim, self.rule_words().to_owned())),
                Stop::OnlyThere => {
                    parts.push(Part::Gap);
                    self.add_sample(&mut parts);
                }
                _ => {}
            }
        }
        let button = if self.needs_comparison() { "Compare" } else { "Sync" };
        let tone = if self.has_to_be_typed() { Tone::Danger } else { Tone::Plain };
        Sheet { title: "Sync".into(), tone, parts, buttons: vec![button, "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        match self.stops().get(stop)? {
            Stop::Include => Some(&mut self.include),
            Stop::Exclude => Some(&mut self.exclude),
            Stop::Typed => Some(&mut self.typed.field),
            Stop::Direction | Stop::By | Stop::OnlyThere => None,
        }
    }

    fn choose(&mut self, stop: usize, option: usize) {
        match self.stops().get(stop) {
            Some(Stop::Direction) => {
                self.plan.choice.target = if option == 0 { Hand::Right } else { Hand::Left };
                self.typed = TypedName::new(name_of(self.plan.to()));
            }
            Some(Stop::By) => self.plan.choice.by = Criterion::ALL.get(option).copied().unwrap_or_default(),
            Some(Stop::OnlyThere) => self.plan.choice.deletes = option == 1,
            _ => {}
        }
    }

    fn default_button(&self, stop: usize) -> Option<usize> {
        (self.stops().get(stop) != Some(&Stop::Typed)).then_some(GO)
    }

    fn own_key(&mut self, key: Key, _ids: &mut Ids) -> Option<Step> {
        // Enter behind the typed name goes to the button it is for; behind a wrong one it stays and says so.
        if self.stops().get(self.form.focus) != Some(&Stop::Typed) || key != Key::plain(Code::Enter) {
            return None;
        }
        self.was_refused = true;
        if self.typed.is_typed() {
            self.form = Form::at(self.stops().len() + GO);
        }
        Some(Step::stay())
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button != GO {
            return self.cancel();
        }
        if self.needs_comparison() {
            let places = &self.plan.comparison.places;
            let places = Places { by: self.plan.choice.by, filter: self.filter(), ..places.clone() };
            return Step::Reply(Reply::Compare(Box::new(places), self.plan.choice));
        }
        if self.has_to_be_typed() && !self.typed.is_typed() {
            self.was_refused = true;
            self.go_to(Stop::Typed);
            return Step::stay();
        }
        Step::start(ids, Work::Sync(Arc::new(self.plan.clone())))
    }

    fn cancel(&mut self) -> Step {
        Step::Reply(Reply::Plan(self.plan.choice))
    }
}

impl Sync {
    fn go_to(&mut self, stop: Stop) {
        self.form = Form::at(self.stops().iter().position(|own| *own == stop).unwrap_or(0));
    }

    fn deletions(&self) -> String {
        let noun = if self.plan.to().is_s3() { ("object", "objects") } else { ("file", "files") };
        counted(self.plan.summary().deleted.items, noun.0, noun.1)
    }
}
