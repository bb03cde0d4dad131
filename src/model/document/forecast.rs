//! What the rules of a lifecycle document do today: to which objects, versions and uploads, and how many bytes.
//!
//! Rules: Amazon S3 User Guide, "Lifecycle configuration elements" (days count from the creation, or for old versions from
//! the day that they became old, and end at the midnight in UTC after that), "Transitioning objects using Amazon S3
//! Lifecycle" (which class moves to which, and that objects below 128 KiB stay). Each rule is told on its own, as if there
//! were no other.

mod rule;
mod words;

use std::collections::BTreeMap;

use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::Value;

use super::look::{items, text};
use crate::model::entry::StorageClass;
pub use rule::Rule;
pub use words::Sentence;

/// What a rule may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The key.
    pub key: String,
    /// In bytes; of an upload, its parts.
    pub size: u64,
    /// The storage class; the standard one if none was said.
    pub class: Option<StorageClass>,
    /// When it was written, or begun.
    pub written: Timestamp,
    /// What it is.
    pub standing: Standing,
}

/// What something is that a rule may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The object that its key shows.
    Current,
    /// An old version.
    Old {
        /// When the version came that pushed it aside.
        since: Timestamp,
        /// How many old versions of its key are newer.
        newer: u64,
    },
    /// A delete marker that a newer version hides.
    OldMarker {
        /// When the version came that pushed it aside.
        since: Timestamp,
        /// How many old versions of its key are newer.
        newer: u64,
    },
    /// A delete marker that hides other versions.
    Marker,
    /// A delete marker that hides nothing any more.
    LoneMarker,
    /// An unfinished upload.
    Upload,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// The object moves to another class.
    Move(&'static str),
    /// The object is deleted; where versions are kept it becomes an old one.
    Expire,
    /// The old version moves to another class.
    MoveOld(&'static str),
    /// The old version is deleted for good.
    DeleteOld,
    /// The delete marker is removed.
    RemoveMarker,
    /// The upload is aborted.
    Abort,
}

/// How many, and how large together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touched {
    /// How many.
    pub items: u64,
    /// In bytes.
    pub bytes: u64,
}

/// One of those that a rule touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its key.
    pub key: String,
    /// From when the days of the rule count: its creation, or the day that it became old.
    pub from: Timestamp,
}

/// What one rule does today.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleForecast {
    /// Its `ID`, or its place: `rule 2`.
    pub name: String,
    /// Whether it is switched off, and so does nothing.
    pub is_off: bool,
    /// What it does, and to how many.
    pub deeds: BTreeMap<Deed, Touched>,
    /// Those of which nobody can tell, because their tags could not be read.
    pub untold: Touched,
    /// The first of those for each thing that it does, and, without one, of those of which nobody can tell.
    pub examples: BTreeMap<Option<Deed>, Vec<Example>>,
}

/// What all rules of a document do today.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Rule by rule, in their order.
    pub rules: Vec<RuleForecast>,
    /// How many objects, versions and uploads were looked at.
    pub seen: u64,
    /// Whether all were.
    pub is_complete: bool,
    /// What of the bucket itself could not be read, so that more or less may be touched.
    pub unknown: Vec<String>,
    /// Of how many uploads the parts could not be read: their bytes are missing from the totals.
    pub unsized_uploads: u64,
}

/// How many examples are kept for each thing that a rule does.
pub const EXAMPLES: usize = 3;

impl Deed {
    /// Returns its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Move(_) => "transition",
            Self::Expire => "expiration",
            Self::MoveOld(_) => "noncurrent-version-transition",
            Self::DeleteOld => "noncurrent-version-expiration",
            Self::RemoveMarker => "expired-object-delete-marker",
            Self::Abort => "abort-incomplete-multipart-upload",
        }
    }

    /// Returns the class that is moved to.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Self::Move(class) | Self::MoveOld(class) => Some(class),
            _ => None,
        }
    }
}

impl Subject {
    /// Returns from when the days of a rule count for it.
    fn from(&self) -> Timestamp {
        match self.standing {
            Standing::Old { since, .. } | Standing::OldMarker { since, .. } => since,
            Standing::Current | Standing::Marker | Standing::LoneMarker | Standing::Upload => self.written,
        }
    }
}

impl Touched {
    fn add(&mut self, bytes: u64) {
        self.items += 1;
        self.bytes += bytes;
    }
}

impl Forecast {
    /// Returns the forecast of some rules before anything was looked at.
    pub fn of(rules: &[Rule]) -> Self {
        let one =
            |rule: &Rule| RuleForecast { name: rule.name.clone(), is_off: rule.is_off, ..RuleForecast::default() };
        Self { rules: rules.iter().map(one).collect(), ..Self::default() }
    }

    /// Adds what a rule does to something, or that nobody can tell.
    pub fn add(&mut self, rule: usize, deed: Option<Deed>, subject: &Subject) {
        let Some(forecast) = self.rules.get_mut(rule) else { return };
        match deed {
            Some(deed) => forecast.deeds.entry(deed).or_default().add(subject.size),
            None => forecast.untold.add(subject.size),
        }
        let examples = forecast.examples.entry(deed).or_default();
        if examples.len() < EXAMPLES {
            examples.push(Example { key: subject.key.clone(), from: subject.from() });
        }
    }
}

/// Returns the rules of a document.
pub fn rules(document: &Value) -> Vec<Rule> {
    let default = text(document, "TransitionDefaultMinimumObjectSize");
    let keeps_small_cold = default != Some("varies_by_storage_class");
    items(document, "Rules").iter().zip(1..).map(|(rule, number)| Rule::read(rule, number, keeps_small_cold)).collect()
}

/// Returns the midnight in UTC at which so many days have gone by. None is ever due that the calendar does not hold.
fn due(from: Timestamp, days: u64) -> Option<Timestamp> {
    let days = i64::try_from(days).ok()?.checked_add(1)?;
    let day = from.to_zoned(TimeZone::UTC).date().checked_add(Span::new().try_days(days).ok()?).ok()?;
    day.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

/// Returns a date as the document writes it.
fn date(text: &str) -> Option<Timestamp> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| day().map(|midnight| midnight.timestamp()))
}

#[cfg(test)]
mod tests;
