//! What a forecast says, in sentences: the same wherever it is shown.

use jiff::tz::TimeZone;

use super::{Deed, Example, Forecast, RuleForecast, Touched};
use crate::model::text::{count, counted, size};

/// One line of what a rule does, with the keys that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// Whether it says what could not be told.
    pub is_doubt: bool,
    /// The first of those that it is about, with the day from which the rule counts: `logs/a.gz, 2026-01-02`. As they came
    /// from the server, unfiltered.
    pub examples: Vec<String>,
}

impl Deed {
    /// Returns it in words: `moved to GLACIER`.
    pub fn words(self) -> String {
        match self {
            Self::Move(class) => format!("moved to {class}"),
            Self::Expire => "deleted".to_owned(),
            Self::MoveOld(class) => format!("old versions moved to {class}"),
            Self::DeleteOld => "old versions deleted for good".to_owned(),
            Self::RemoveMarker => "delete markers removed".to_owned(),
            Self::Abort => "unfinished uploads aborted".to_owned(),
        }
    }
}

impl Example {
    /// Returns it in words; the day is that of UTC, by which rules count.
    fn words(&self, deed: Option<Deed>) -> String {
        let old = if matches!(deed, Some(Deed::DeleteOld | Deed::MoveOld(_))) { "old since " } else { "" };
        format!("{}, {old}{}", self.key, self.from.to_zoned(TimeZone::UTC).date())
    }
}

impl RuleForecast {
    /// Returns what the rule does today.
    pub fn sentences(&self) -> Vec<Sentence> {
        if self.is_off {
            return vec![plain("switched off: nothing")];
        }
        let mut sentences: Vec<_> = self
            .deeds
            .iter()
            .map(|(deed, touched)| Sentence {
                examples: self.examples_of(Some(*deed)),
                ..plain(format!("today {}: {}", deed.words(), told(touched)))
            })
            .collect();
        if self.untold.items > 0 {
            let text = format!("cannot be told without the tags, which could not be read: {}", told(&self.untold));
            sentences.push(Sentence { text, is_doubt: true, examples: self.examples_of(None) });
        }
        if sentences.is_empty() {
            sentences.push(plain("today nothing"));
        }
        sentences
    }

    fn examples_of(&self, deed: Option<Deed>) -> Vec<String> {
        self.examples.get(&deed).into_iter().flatten().map(|example| example.words(deed)).collect()
    }
}

impl Forecast {
    /// Returns what could not be told of the bucket as a whole.
    pub fn doubts(&self) -> Vec<String> {
        let uploads = (self.unsized_uploads > 0).then(|| {
            let uploads = counted(self.unsized_uploads, "unfinished upload", "unfinished uploads");
            format!("the parts of {uploads} could not be read: their bytes are missing here")
        });
        self.unknown.iter().cloned().chain(uploads).collect()
    }

    /// Returns how much was looked at.
    pub fn seen_words(&self) -> String {
        match (self.is_complete, self.seen) {
            (true, 0) => "there is nothing that a rule could be about".to_owned(),
            (true, 1) => "the one there is was looked at".to_owned(),
            (true, seen) => format!("all {} were looked at", count(seen)),
            (false, seen) => format!("{} looked at so far", count(seen)),
        }
    }
}

fn plain(text: impl Into<String>) -> Sentence {
    Sentence { text: text.into(), is_doubt: false, examples: Vec::new() }
}

fn told(touched: &Touched) -> String {
    format!("{}, {}", counted(touched.items, "item", "items"), size(touched.bytes))
}
