//! `cp` and `mv`: from here to S3, from S3 to here, and within S3.

use clap::Args;

use super::filters::Filters;
use super::location::{self, End};
use super::object::write_out;
use super::output::say;
use super::session::{Session, Stop, Telling, verified_json};
use crate::engine::{Broken, StreamEnd, StreamOptions};
use crate::model::entry::StorageClass;
use crate::model::error::Error;
use crate::model::job::{Transfer, Work};
use crate::model::location::{Location, ObjectRef};
use crate::model::plan::ConflictPolicy;
use crate::model::text;

/// What `cp` is given.
#[derive(Debug, Clone, Args)]
pub struct Copy {
    /// A path, s3://bucket/key, or - for standard input
    source: String,
    /// A path, s3://bucket/key, or - for standard output; below what ends in a slash the name is kept
    target: String,
    #[command(flatten)]
    choices: Choices,
}

/// What `mv` is given.
#[derive(Debug, Clone, Args)]
pub struct Move {
    /// A path or s3://bucket/key
    source: String,
    /// A path or s3://bucket/key; below what ends in a slash the name is kept
    target: String,
    #[command(flatten)]
    choices: Choices,
}

#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Choices {
    /// Take all that is in the source; it gets its place right below the target
    #[arg(long, short)]
    recursive: bool,
    #[command(flatten)]
    filters: Filters,
    /// Leave what is there; without this it is overwritten
    #[arg(long, conflicts_with = "if_newer")]
    no_overwrite: bool,
    /// Overwrite only what is older than its source
    #[arg(long)]
    if_newer: bool,
    /// The storage class of what is written to S3, such as STANDARD_IA
    #[arg(long, value_name = "CLASS", value_parser = storage_class)]
    storage_class: Option<StorageClass>,
    /// Show no progress and no totals
    #[arg(long, short)]
    quiet: bool,
    /// Print each item as an object of JSON on a line of its own when it ends
    #[arg(long)]
    json: bool,
}

fn storage_class(text: &str) -> Result<StorageClass, String> {
    match StorageClass::from_name(&text.to_uppercase()) {
        StorageClass::Other => {
            let names: Vec<_> = StorageClass::ALL.iter().map(|class| class.name()).collect();
            Err(format!("there are {}", names.join(", ")))
        }
        class => Ok(class),
    }
}

/// Runs `cp`.
pub async fn copy(session: &mut Session<'_>, copy: &Copy) -> Result<(), Stop> {
    let read = |text: &str, session: &Session<'_>| End::parse(text, &session.base).map_err(Stop::Use);
    let (source, target) = (read(&copy.source, session)?, read(&copy.target, session)?);
    match (&source, &target) {
        (End::Stream, End::Stream) => Err(Stop::Use("standard input to standard output is what cat does".to_owned())),
        (End::Stream, _) => {
            let object = End::named_object(&copy.target, &session.base).map_err(Stop::Use)?;
            Box::pin(copy_in(session, &object, &copy.choices)).await
        }
        (_, End::Stream) => {
            copy.choices.refuse_for_streams()?;
            let object = End::object(&copy.source, &session.base).map_err(Stop::Use)?;
            write_out(session, &object).await
        }
        _ => run(session, source, target, &copy.choices, false).await,
    }
}

/// Runs `mv`.
pub async fn move_all(session: &mut Session<'_>, moved: &Move) -> Result<(), Stop> {
    let ends = [&moved.source, &moved.target].map(|text| End::parse(text, &session.base).map_err(Stop::Use));
    let [source, target] = ends;
    let (source, target) = (source?, target?);
    if source == End::Stream || target == End::Stream {
        return Err(Stop::Use("a stream cannot be moved; copy it".to_owned()));
    }
    run(session, source, target, &moved.choices, true).await
}

async fn run(
    session: &mut Session<'_>,
    source: End,
    target: End,
    choices: &Choices,
    is_move: bool,
) -> Result<(), Stop> {
    let others = Transfer {
        items: Vec::new(),
        to: Location::Buckets,
        rename: None,
        takes_contents: false,
        filter: choices.filters.0.clone(),
        is_move,
        policy: choices.policy(),
        storage_class: choices.storage_class,
    };
    let transfer = location::transfer(source, target, choices.recursive, others).map_err(Stop::Use)?;
    let verb = if is_move { "moved" } else { "copied" };
    session.run(Work::Transfer(transfer), choices.telling(verb)).await
}

/// Writes standard input to an object.
async fn copy_in(session: &mut Session<'_>, object: &ObjectRef, choices: &Choices) -> Result<(), Stop> {
    choices.refuse_for_streams()?;
    let options = StreamOptions { keeps_existing: choices.no_overwrite, storage_class: choices.storage_class };
    let name = object.to_string();
    let ended = Box::pin(session.engine().write_from(object, tokio::io::stdin(), options)).await;
    let value = match ended {
        Ok(StreamEnd::Written(bytes, verified)) => {
            if !choices.quiet && !choices.json {
                say(&format!("copied {}", text::size(bytes)));
            }
            serde_json::json!({ "item": name, "bytes": bytes, "outcome": "done", "verified": verified_json(verified) })
        }
        Ok(StreamEnd::Kept) => {
            let reason = "the target exists";
            if !choices.quiet && !choices.json {
                say(&format!("skipped: {reason}"));
            }
            serde_json::json!({ "item": name, "bytes": 0, "outcome": "skipped", "reason": reason })
        }
        Err(Broken::Store(error)) => return Err(error.into()),
        Err(Broken::Pipe(error)) => return Err(Error::from_io("read", "standard input", &error).into()),
    };
    if choices.json {
        session.output.json(&value).await?;
        session.output.flush().await?;
    }
    Ok(())
}

impl Copy {
    /// Returns whether the copy goes to standard output, and so writes nothing that stays.
    pub fn is_to_output(&self) -> bool {
        self.target == "-"
    }
}

impl Choices {
    fn policy(&self) -> ConflictPolicy {
        match (self.no_overwrite, self.if_newer) {
            (true, _) => ConflictPolicy::Skip,
            (_, true) => ConflictPolicy::Newer,
            _ => ConflictPolicy::Overwrite,
        }
    }

    fn telling(&self, verb: &'static str) -> Telling {
        Telling { verb, is_quiet: self.quiet, is_json: self.json }
    }

    /// A stream is one thing, and nobody knows how old it is.
    fn refuse_for_streams(&self) -> Result<(), Stop> {
        if self.recursive || self.if_newer || !self.filters.0.is_empty() {
            return Err(Stop::Use("a stream goes without --recursive, --if-newer, --include and --exclude".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_class_is_known_by_amazons_name_in_any_case() {
        assert_eq!(storage_class("standard_ia"), Ok(StorageClass::StandardIa));
        assert!(storage_class("COLD").unwrap_err().contains("GLACIER_IR"));
    }
}
