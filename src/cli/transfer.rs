//! `cp` and `mv`: from here to S3, from S3 to here, within S3, and from one S3 to another.

use clap::Args;

use super::filters::Filters;
use super::location::{self, End};
use super::session::{Session, Stop};
use super::source::SourceOptions;
use super::telling::{Telling, TellingOptions};
use super::tuning::Tuning;
use super::written::Written;
use crate::model::job::{Transfer, Work};
use crate::model::limit::parse_bytes;
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Profile;
use crate::model::plan::ConflictPolicy;
use crate::model::stream::Stream;

/// What `cp` is given.
#[derive(Debug, Clone, Args)]
pub struct Copy {
    /// A path, s3://bucket/key, or - for standard input
    source: String,
    /// A path, s3://bucket/key, or - for standard output; below what ends in a slash the name is kept
    target: String,
    /// About how long standard input will be: 3GiB, or 2TiB. Without it, up to 1 TiB find room in the memory of
    /// config.toml, and more where that is more
    #[arg(long, value_name = "SIZE", value_parser = size)]
    expected_size: Option<u64>,
    #[command(flatten)]
    pub choices: Choices,
}

fn size(text: &str) -> Result<u64, String> {
    parse_bytes(text).ok_or_else(|| "not a size: give it as in 300GiB".to_owned())
}

/// What `mv` is given.
#[derive(Debug, Clone, Args)]
pub struct Move {
    /// A path or s3://bucket/key
    source: String,
    /// A path or s3://bucket/key; below what ends in a slash the name is kept
    target: String,
    #[command(flatten)]
    pub choices: Choices,
}

/// What both are given.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Choices {
    /// Take all that is in the source; it gets its place right below the target
    #[arg(long, short)]
    recursive: bool,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    source: SourceOptions,
    /// Leave what is there; without this it is overwritten
    #[arg(long, conflicts_with = "if_newer")]
    no_overwrite: bool,
    /// Overwrite only what is older than its source
    #[arg(long)]
    if_newer: bool,
    /// Go on with an earlier run of the same command that was interrupted; only what is missing is copied. This run is kept
    /// too if it is interrupted
    #[arg(long)]
    resume: bool,
    /// Print what would be done, and write nothing
    #[arg(long, alias = "dryrun", conflicts_with = "resume")]
    pub dry_run: bool,
    #[command(flatten)]
    told: TellingOptions,
    #[command(flatten)]
    written: Written,
    #[command(flatten)]
    pub tuning: Tuning,
}

/// Runs `cp`.
pub async fn copy(session: &mut Session<'_>, copy: &Copy) -> Result<(), Stop> {
    let source = copy.choices.source.read(&copy.source, session)?;
    let target = End::parse(&copy.target, &session.base).map_err(Stop::Use)?;
    if copy.expected_size.is_some() && source != End::Stream {
        return Err(Stop::Use("only of standard input the size is not known; leave --expected-size out".to_owned()));
    }
    match (source, target) {
        (End::Stream, End::Stream) => Err(Stop::Use("standard input to standard output is what cat does".to_owned())),
        (End::Stream, _) => {
            let object = End::named_object(&copy.target, &session.base).map_err(Stop::Use)?;
            copy_in(session, object, copy.expected_size, &copy.choices).await
        }
        (source, End::Stream) => {
            copy.choices.refuse_for_streams()?;
            copy.choices.written.given_for(false)?;
            let object = source.into_object(&copy.source).map_err(Stop::Use)?;
            session.read(object).await
        }
        (source, target) => run(session, source, target, &copy.choices, false).await,
    }
}

/// Runs `mv`.
pub async fn move_all(session: &mut Session<'_>, moved: &Move) -> Result<(), Stop> {
    let source = moved.choices.source.read(&moved.source, session)?;
    let target = End::parse(&moved.target, &session.base).map_err(Stop::Use)?;
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
    let given = choices.written.given_for(!matches!(target, End::Local { .. }))?;
    let others = Transfer {
        filter: choices.filters.0.clone(),
        is_move,
        policy: choices.policy(),
        storage_class: choices.written.storage_class,
        given: Box::new(given),
        is_rehearsal: choices.dry_run,
        ..Transfer::new(Vec::new(), Location::Buckets(Profile::OWN))
    };
    let transfer = location::transfer(source, target, choices.recursive, others).map_err(Stop::Use)?;
    let work = Work::Transfer(transfer);
    if choices.resume {
        return session.resume(work, choices.telling(is_move)).await;
    }
    session.run(work, choices.telling(is_move)).await
}

/// Writes standard input to an object.
async fn copy_in(
    session: &mut Session<'_>,
    object: ObjectRef,
    expected_bytes: Option<u64>,
    choices: &Choices,
) -> Result<(), Stop> {
    choices.refuse_for_streams()?;
    let stream = Stream {
        to: object,
        keeps_existing: choices.no_overwrite,
        storage_class: choices.written.storage_class,
        given: Box::new(choices.written.given()?),
        expected_bytes,
    };
    session.write(stream, choices.telling(false)).await
}

impl Copy {
    /// Returns whether an interrupted run is kept.
    pub fn resumes(&self) -> bool {
        self.choices.resume
    }

    /// Returns whether the copy goes to standard output, and so writes nothing that stays.
    pub fn is_to_output(&self) -> bool {
        self.target == "-"
    }
}

impl Move {
    /// Returns whether an interrupted run is kept.
    pub fn resumes(&self) -> bool {
        self.choices.resume
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

    fn telling(&self, is_move: bool) -> Telling {
        let (verb, would) = if is_move { ("moved", "move") } else { ("copied", "copy") };
        let rehearsed = self.dry_run.then_some(would);
        Telling { rehearsed, ..self.told.telling(verb) }
    }

    /// A stream is one thing, and nobody knows how old it is.
    fn refuse_for_streams(&self) -> Result<(), Stop> {
        if self.recursive || self.if_newer || self.resume || self.dry_run || !self.filters.0.is_empty() {
            let without = "a stream goes without --recursive, --if-newer, --resume, --dry-run, --include and --exclude";
            return Err(Stop::Use(without.to_owned()));
        }
        Ok(())
    }
}
