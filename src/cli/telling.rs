//! How a job is told about: by options of all commands that run one, and item by item.

use clap::Args;
use serde_json::{Value, json};

use super::output::{Output, error_json};
use crate::model::change::Foreseen;
use crate::model::job::{ItemOutcome, ItemResult, Verified};
use crate::model::text::visible;

/// How much is told.
#[derive(Debug, Clone, Args)]
pub struct TellingOptions {
    /// Show no progress and no totals
    #[arg(long, short)]
    pub quiet: bool,
    /// Print each item as an object of JSON on a line of its own when it ends
    #[arg(long)]
    pub json: bool,
}

impl TellingOptions {
    /// Returns how a job is told about whose items are done by this verb, in the past tense.
    pub fn telling(&self, verb: &'static str) -> Telling {
        Telling { verb, is_quiet: self.quiet, is_json: self.json, rehearsed: None }
    }
}

/// How a job is told about.
#[derive(Debug, Clone, Copy)]
pub struct Telling {
    /// What was done, in the past tense: `copied`.
    pub verb: &'static str,
    /// Whether only failures are told.
    pub is_quiet: bool,
    /// Whether each item is told as JSON when it ends.
    pub is_json: bool,
    /// What would be done, if nothing is done and each item is told: `copy`.
    pub rehearsed: Option<&'static str>,
}

/// Returns an item that has ended as JSON.
pub fn result_json(result: &ItemResult, verb: &str) -> Value {
    let mut value = json!({ "item": result.name, "bytes": result.bytes });
    let would_be = format!("would be {verb}");
    let (outcome, key, detail) = match &result.outcome {
        ItemOutcome::Done(verified) => ("done", "verified", verified_json(*verified)),
        ItemOutcome::Planned(target) => (would_be.as_str(), "target", json!(target)),
        ItemOutcome::WouldChange(foreseen) => (would_be.as_str(), "changes", changes_json(foreseen)),
        ItemOutcome::Skipped(reason) => ("skipped", "reason", json!(reason)),
        ItemOutcome::Failed(error) => ("failed", "error", error_json(error)),
    };
    if let Some(value) = value.as_object_mut() {
        value.insert("outcome".to_owned(), json!(outcome));
        value.insert(key.to_owned(), detail);
    }
    value
}

fn changes_json(foreseen: &Foreseen) -> Value {
    let lines = foreseen.differences.iter();
    let lines: Vec<_> = lines.map(|own| json!({ "what": own.what, "from": own.was, "to": own.becomes })).collect();
    json!({ "lines": lines, "notes": foreseen.notes })
}

/// Returns what was verified as JSON.
fn verified_json(verified: Verified) -> Value {
    match verified {
        Verified::Nothing => Value::Null,
        Verified::Size => json!("size"),
        Verified::Crc64Nvme => json!("CRC64NVME"),
        Verified::Checksum(name) => json!(name),
    }
}

/// Returns what would be done with an item; nothing if it would fail, which is told at the end.
pub fn would(output: &Output, verb: &str, result: &ItemResult) -> Option<String> {
    let name = output.name(&result.name);
    match &result.outcome {
        ItemOutcome::Planned(target) => Some(format!("would {verb} {name} to {}", output.name(target))),
        ItemOutcome::WouldChange(foreseen) => {
            let lines = foreseen.differences.iter().map(ToString::to_string).chain(foreseen.notes.iter().cloned());
            let lines = lines.map(|line| format!("  {}", visible(&line)));
            let all: Vec<_> = std::iter::once(format!("would {verb} {name}")).chain(lines).collect();
            Some(all.join("\n"))
        }
        ItemOutcome::Skipped(reason) => Some(format!("would leave out {name}: {}", visible(reason))),
        ItemOutcome::Done(_) | ItemOutcome::Failed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::Error;

    #[test]
    fn an_item_says_in_json_how_it_ended() {
        let result = |outcome| ItemResult { name: "s3://b/k".to_owned(), bytes: 3, outcome };
        let done = result_json(&result(ItemOutcome::Done(Verified::Crc64Nvme)), "copied");
        let wanted = json!({"item": "s3://b/k", "bytes": 3, "outcome": "done", "verified": "CRC64NVME"});
        assert_eq!(done, wanted);
        let failed = result_json(&result(ItemOutcome::Failed(Error::cancelled("read", "s3://b/k"))), "copied");
        let planned = result_json(&result(ItemOutcome::Planned("k".to_owned())), "copied");
        assert_eq!((&planned["outcome"], &planned["target"]), (&json!("would be copied"), &json!("k")));
        assert_eq!(failed["error"]["kind"], "cancelled");
    }
}
