//! One rule of a lifecycle document, and what it does to something on a day.

use jiff::Timestamp;
use serde_json::Value;

use super::{Deed, Standing, Subject, date, due};
use crate::model::document::look::{is_true, items, number, text};
use crate::model::entry::StorageClass;

/// Objects below this size stay in their class unless the rule's own filter is about sizes, in bytes.
const SMALL: u64 = 128 * 1024;

/// The classes from warm to cold. Nothing moves to a warmer one, nor from ONEZONE_IA to GLACIER_IR.
const COLDER: [&str; 7] =
    ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/// A class that the newer pages do not mention; the older ones (Developer Guide, "Transitioning Objects: General
/// Considerations") let objects move from it as from STANDARD.
const REDUCED: &str = "REDUCED_REDUNDANCY";

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Days(u64),
    Date(Timestamp),
}

/// A move to another class: when, how many newer old versions stay, and to which.
#[derive(Debug, Clone)]
struct Transition {
    when: When,
    newer: u64,
    class: &'static str,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its `ID`, or its place: `rule 2`.
    pub name: String,
    /// Whether it is switched off.
    pub is_off: bool,
    /// What its keys begin with.
    pub prefix: String,
    tags: Vec<(String, String)>,
    above: Option<u64>,
    below: Option<u64>,
    moves: Vec<Transition>,
    expires: Option<When>,
    removes_markers: bool,
    old_moves: Vec<Transition>,
    old_expires: Option<(u64, u64)>,
    aborts: Option<u64>,
    keeps_small_cold: bool,
}

impl When {
    fn read(own: &Value) -> Option<Self> {
        let days = || number(own, "Days").map(Self::Days);
        text(own, "Date").and_then(date).map(Self::Date).or_else(days)
    }

    /// Returns the moment from which it is due.
    fn of(self, written: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Days(days) => due(written, days),
            Self::Date(date) => Some(date),
        }
    }

    fn is_due(self, written: Timestamp, now: Timestamp) -> bool {
        self.of(written).is_some_and(|due| due <= now)
    }
}

impl Rule {
    pub(super) fn read(rule: &Value, place: usize, keeps_small_cold: bool) -> Self {
        let none = Value::Null;
        let filter = rule.get("Filter").unwrap_or(rule);
        let filter = filter.get("And").unwrap_or(filter);
        let tag = |tag: &Value| Some((text(tag, "Key")?.to_owned(), text(tag, "Value")?.to_owned()));
        let expiration = rule.get("Expiration").unwrap_or(&none);
        let transition = |own: &Value| {
            let when = When::read(own).or_else(|| number(own, "NoncurrentDays").map(When::Days))?;
            let newer = number(own, "NewerNoncurrentVersions").unwrap_or_default();
            Some(Transition { when, newer, class: StorageClass::from_name(text(own, "StorageClass")?).name() })
        };
        let moves = |name: &str| items(rule, name).iter().filter_map(transition).collect();
        let old = rule.get("NoncurrentVersionExpiration");
        Self {
            name: text(rule, "ID").map_or_else(|| format!("rule {place}"), str::to_owned),
            is_off: text(rule, "Status") == Some("Disabled"),
            prefix: text(filter, "Prefix").unwrap_or_default().to_owned(),
            tags: items(filter, "Tags").iter().chain(filter.get("Tag")).filter_map(tag).collect(),
            above: number(filter, "ObjectSizeGreaterThan"),
            below: number(filter, "ObjectSizeLessThan"),
            moves: moves("Transitions"),
            expires: When::read(expiration),
            removes_markers: is_true(expiration, "ExpiredObjectDeleteMarker"),
            old_moves: moves("NoncurrentVersionTransitions"),
            old_expires: old.map(|own| {
                let newer = number(own, "NewerNoncurrentVersions").unwrap_or_default();
                (number(own, "NoncurrentDays").unwrap_or_default(), newer)
            }),
            aborts: rule.get("AbortIncompleteMultipartUpload").and_then(|own| number(own, "DaysAfterInitiation")),
            keeps_small_cold,
        }
    }

    /// Returns whether it is about versions, which take another listing than that of objects.
    pub fn is_about_versions(&self) -> bool {
        !self.is_off && (self.removes_markers || self.old_expires.is_some() || !self.old_moves.is_empty())
    }

    /// Returns whether it is about unfinished uploads.
    pub fn is_about_uploads(&self) -> bool {
        !self.is_off && self.aborts.is_some()
    }

    /// Returns whether it is about objects and versions.
    pub fn is_about_objects(&self) -> bool {
        !self.is_off && (!self.moves.is_empty() || self.expires.is_some() || self.is_about_versions())
    }

    /// Returns whether the tags of what it is about decide.
    pub fn needs_tags(&self) -> bool {
        !self.tags.is_empty()
    }

    /// Returns whether something with these tags is meant.
    pub fn means_tags(&self, tags: &[(String, String)]) -> bool {
        self.tags.iter().all(|tag| tags.contains(tag))
    }

    /// Returns what it does to something today, its tags aside. Where several would be due, deleting goes first, and the
    /// coldest class (Amazon S3 User Guide, "Conflicts between lifecycle configuration rules").
    pub fn deed(&self, subject: &Subject, now: Timestamp) -> Option<Deed> {
        if self.is_off || !subject.key.starts_with(&self.prefix) {
            return None;
        }
        match subject.standing {
            Standing::Upload => self.abort(subject, now),
            Standing::Marker => None,
            Standing::LoneMarker => self.remove_marker(subject, now),
            _ if !self.is_of_size(subject.size) => None,
            // It has no tags that a filter could be about, and nothing that could be moved.
            Standing::OldMarker { since, newer } => {
                (self.tags.is_empty() && self.deletes_old(since, newer, now)).then_some(Deed::DeleteOld)
            }
            Standing::Current => {
                let expires = self.expires.is_some_and(|when| when.is_due(subject.written, now));
                if expires { Some(Deed::Expire) } else { self.coldest(&self.moves, subject, 0, now).map(Deed::Move) }
            }
            Standing::Old { since, newer } => {
                if self.deletes_old(since, newer, now) {
                    return Some(Deed::DeleteOld);
                }
                let aged = Subject { written: since, ..subject.clone() };
                self.coldest(&self.old_moves, &aged, newer, now).map(Deed::MoveOld)
            }
        }
    }

    fn deletes_old(&self, since: Timestamp, newer: u64, now: Timestamp) -> bool {
        self.old_expires.is_some_and(|(days, kept)| newer >= kept && When::Days(days).is_due(since, now))
    }

    /// Uploads have neither size nor tags that a filter could be about: such a rule aborts none.
    fn abort(&self, subject: &Subject, now: Timestamp) -> Option<Deed> {
        let has_others = !self.tags.is_empty() || self.above.is_some() || self.below.is_some();
        let is_due = self.aborts.is_some_and(|days| When::Days(days).is_due(subject.written, now));
        (is_due && !has_others).then_some(Deed::Abort)
    }

    /// A marker that hides nothing goes if the rule says so, or as soon as it is as old as objects must be to be deleted.
    /// It has no tags.
    fn remove_marker(&self, subject: &Subject, now: Timestamp) -> Option<Deed> {
        let expires = self.expires.is_some_and(|when| when.is_due(subject.written, now));
        ((self.removes_markers || expires) && self.tags.is_empty()).then_some(Deed::RemoveMarker)
    }

    fn is_of_size(&self, size: u64) -> bool {
        self.above.is_none_or(|above| size > above) && self.below.is_none_or(|below| size < below)
    }

    fn coldest(&self, moves: &[Transition], subject: &Subject, newer: u64, now: Timestamp) -> Option<&'static str> {
        let cold = |class: &str| COLDER.iter().position(|own| *own == class);
        let own = subject.class.map_or("STANDARD", StorageClass::name);
        let here = cold(if own == REDUCED { "STANDARD" } else { own })?;
        let is_due = |to: &&Transition| {
            newer >= to.newer && to.when.is_due(subject.written, now) && self.takes_small(to.class, subject.size)
        };
        let due = moves.iter().filter(is_due).map(|to| to.class);
        let moves_there = |class: &&str| {
            cold(class).is_some_and(|there| there > here) && !(own == "ONEZONE_IA" && *class == "GLACIER_IR")
        };
        due.filter(moves_there).max_by_key(|class| cold(class))
    }

    fn takes_small(&self, class: &str, size: u64) -> bool {
        let is_archive = matches!(class, "GLACIER" | "DEEP_ARCHIVE");
        let has_sizes = self.above.is_some() || self.below.is_some();
        size >= SMALL || has_sizes || is_archive && !self.keeps_small_cold
    }
}
