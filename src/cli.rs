//! The command line: what may be given, what it means, and the commands that need no screen.
//!
//! A command is a client of the engine like the screen: it asks and starts jobs by the same requests, and prints the
//! reports. Standard output carries data and nothing else; all that is said goes to standard error.

mod access;
mod anonymous;
mod bucket;
mod confirm;
mod endings;
mod exposure;
mod filters;
mod folder;
mod history;
mod left;
mod list;
mod location;
mod object;
mod output;
mod progress;
mod question;
mod reference;
mod remove;
mod session;
mod set;
mod settings;
mod signal;
mod source;
mod sync;
mod telling;
mod transfer;
mod tuning;
mod uploads;
mod website;
mod written;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tokio::sync::mpsc;

pub use self::location::Base;
pub use self::session::Stop;
use self::session::{Session, read_only};
use self::signal::interrupted;
use crate::engine::{CLEAN_UP, Engine, LeftOver, Options};
use crate::model::job::{Leaving, Report};
use crate::model::text::visible;

/// The number of SIGINT, which is Ctrl-C.
const INTERRUPT: u8 = 2;

/// What the pages of the commands say at their end.
const LIKE_AWS: &str = "\
As with `aws s3`, below a target that ends in a slash the name is kept, and --recursive takes what is in the source, \
with or without slashes at the ends. Unlike there, an empty folder becomes an object that marks it, a move removes the \
folders that it has emptied, `ls` prints prefixes among the objects in the order of their keys, and `rm` asks before it \
deletes more than one object. As there, what `rm` deletes need not have been there.

A location may name another profile of the AWS configuration files: s3://NAME@bucket/key is reached by its credentials, \
region and endpoint. Between two profiles the bytes go through this machine's memory, and what is moved is read and \
deleted by the source's profile.

Exit codes: 0 all done, 1 something failed, 2 wrong use, 130 interrupted.";

/// What the pages of `cp` and `mv` say besides.
const GIVEN: &str = "\
What is given to a copy within S3 (--content-type, --metadata, --tag and their kind) goes over what its source has, entry \
by entry, and all else is carried over, also in parts; `aws s3` has --metadata-directive for that, and drops what is not \
given again. --metadata and --tag take one pair each time. An ACL is never carried over. Nothing of this goes with a \
download, where it would be lost.

With --dry-run everything is listed and looked at as in earnest, and nothing is written; what another program does \
meanwhile is not foreseen.

";

/// A two-pane terminal browser for Amazon S3 and compatible stores.
#[derive(Debug, Clone, Parser)]
#[command(name = "bucketry", version, about, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Args {
    /// A command that needs no screen
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What the left pane shows: a path, s3://bucket/prefix/ or s3://profile@bucket/prefix/ [default: the working folder]
    pub left: Option<String>,
    /// What the right pane shows [default: the buckets]
    pub right: Option<String>,

    /// The profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region that requests start from; a bucket is reached in its own
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// The endpoint of a compatible store, such as http://127.0.0.1:9000
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Sign no request: for public buckets
    #[arg(long, global = true)]
    pub no_sign_request: bool,
    /// Accept that the requester pays
    #[arg(long, global = true)]
    pub request_payer: bool,

    /// Refuse everything that writes; on the screen, until W is pressed
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// Draw borders in ASCII
    #[arg(long)]
    pub ascii: bool,
    /// The theme: dark, light, mono, or a file of the themes folder
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Write down what happened, with request ids
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Print every key and what it does, as Markdown, and leave
    #[arg(long)]
    pub keys: bool,

    /// Open on an S3 endpoint inside this process, with sample data
    #[cfg(feature = "demo")]
    #[arg(long, global = true)]
    pub demo: bool,
    /// With --demo: no screen; print endpoint and keys, and serve until interrupted
    #[cfg(feature = "demo")]
    #[arg(long, requires = "demo")]
    pub serve: bool,
}

/// What needs no screen.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// List buckets, or what is below a location
    #[command(after_long_help = LIKE_AWS)]
    Ls(list::List),
    /// Copy a file or an object, or all below a folder or a prefix
    #[command(after_long_help = format!("{GIVEN}{LIKE_AWS}"))]
    Cp(transfer::Copy),
    /// Move: copy, verify, and delete each source whose copy was verified
    #[command(after_long_help = format!("{GIVEN}{LIKE_AWS}"))]
    Mv(transfer::Move),
    /// Delete an object, or all objects below a prefix
    #[command(after_long_help = LIKE_AWS)]
    Rm(remove::Remove),
    /// Make one place the same as another: copy what differs, and with --delete delete what only the target has
    #[command(after_long_help = sync::LIKE_AWS)]
    Sync(sync::Sync),
    /// Write objects to standard output, one behind the other
    Cat(object::Cat),
    /// Print what is known of objects, buckets, prefixes and files, and who may read them
    Stat(object::Stat),
    /// Say who may do what with a bucket or an object, and which layer decides; or make it public or private
    #[command(after_long_help = access::PAGE_END)]
    Access(access::Access),
    /// Print the settings of a bucket, or change one: policy, CORS, lifecycle and seventeen others
    #[command(after_long_help = settings::PAGE_END)]
    Settings(settings::Settings),
    /// Change objects where they are: metadata, headers, tags, storage class, encryption, ACL
    #[command(after_long_help = set::PAGE_END)]
    Set(Box<set::Set>),
    /// Make a bucket, with public access blocked and ACLs disabled
    Mb(bucket::Make),
    /// Remove a bucket: an empty one, unless --force empties it
    Rb(bucket::Remove),
    /// Sum up what is below locations
    Du(list::Usage),
    /// Print an address by which anybody can read or write an object for a while
    Presign(object::Presign),
    /// Print what was copied and moved, the newest first, or what was interrupted
    #[command(after_long_help = history::PAGE_END)]
    History(history::History),
    /// List unfinished multipart uploads, or abort them
    #[command(after_long_help = uploads::PAGE_END)]
    Uploads(uploads::Uploads),
    /// Publish a folder as a static website
    #[command(after_long_help = website::PAGE_END)]
    Website(website::Website),
    /// Print the completions of a shell
    Completions(reference::Completions),
    /// Print the manual page, or that of a command
    Man(reference::Manual),
}

impl Command {
    /// Returns what the command does to a store, if it writes: then it is refused where writing is switched off.
    fn writes(&self) -> Option<&'static str> {
        match self {
            Self::Cp(copy) => (!copy.is_to_output() && !copy.choices.dry_run).then_some("copy"),
            Self::Mv(moved) => (!moved.choices.dry_run).then_some("move"),
            Self::Rm(remove) => (!remove.is_dry_run()).then_some("delete"),
            Self::Sync(sync) => (!sync.is_dry()).then_some("sync"),
            Self::Set(set) => (!set.is_dry_run()).then_some("change"),
            Self::Mb(_) => Some("make"),
            Self::Rb(_) => Some("remove"),
            Self::Uploads(uploads) => uploads.writes().then_some("abort"),
            Self::Website(website) => website.writes().then_some("publish"),
            Self::Access(access) => access.writes().then_some("change who may read"),
            Self::Settings(settings) => settings.writes().then_some("write"),
            Self::History(history) => history.writes().then_some("forget"),
            Self::Ls(_)
            | Self::Cat(_)
            | Self::Stat(_)
            | Self::Du(_)
            | Self::Presign(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }

    /// Returns how the engine is to work for this command.
    pub fn tune(&self, options: Options) -> Options {
        let options = Options { keeps_failed: self.resumes(), ..options };
        match self {
            Self::Cp(transfer::Copy { choices, .. }) | Self::Mv(transfer::Move { choices, .. }) => {
                choices.tuning.tune(options)
            }
            Self::Sync(sync) => sync.tuning.tune(options),
            _ => options,
        }
    }

    /// Runs a command that asks nobody, if it is one.
    pub fn print(&self) -> Option<Result<(), Stop>> {
        match self {
            Self::Completions(completions) => Some(reference::completions(completions)),
            Self::Man(manual) => Some(reference::manual(manual)),
            _ => None,
        }
    }

    /// Returns whether an interrupted run is kept, to be gone on with.
    fn resumes(&self) -> bool {
        match self {
            Self::Cp(copy) => copy.resumes(),
            Self::Mv(moved) => moved.resumes(),
            _ => false,
        }
    }

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Stop> {
        match self {
            Self::Ls(list) => list::list(session, list).await,
            Self::Cp(copy) => transfer::copy(session, copy).await,
            Self::Mv(moved) => transfer::move_all(session, moved).await,
            Self::Rm(remove) => remove::remove(session, remove).await,
            Self::Sync(places) => Box::pin(sync::sync(session, places)).await,
            Self::Cat(cat) => object::cat(session, cat).await,
            Self::Stat(stat) => object::stat(session, stat).await,
            Self::Access(access) => Box::pin(access::access(session, access)).await,
            Self::Settings(settings) => Box::pin(settings::settings(session, settings)).await,
            Self::Set(set) => set::set(session, set).await,
            Self::Mb(make) => bucket::make(session, make).await,
            Self::Rb(remove) => bucket::remove(session, remove).await,
            Self::Du(usage) => list::usage(session, usage).await,
            Self::Presign(presign) => object::presign(session, presign).await,
            Self::History(history) => history::history(session, history).await,
            Self::Uploads(uploads) => uploads::uploads(session, uploads).await,
            Self::Website(website) => Box::pin(website::website(session, website)).await,
            Self::Completions(_) | Self::Man(_) => self.print().unwrap_or(Ok(())),
        }
    }
}

/// Runs a command on an engine, ends the engine, and returns the exit code.
pub async fn run(
    command: &Command,
    engine: &Engine,
    reports: mpsc::Receiver<Report>,
    base: Base,
    is_read_only: bool,
) -> u8 {
    let mut session = Session::new(engine, reports, base);
    let ended = if let Some(operation) = command.writes().filter(|_| is_read_only) {
        Err(Stop::Use(read_only(operation)))
    } else {
        tokio::select! {
            biased;
            signal = interrupted() => Err(Stop::Signal(signal)),
            ended = Box::pin(command.run(&mut session)) => ended,
        }
    };
    if let Err(Stop::Signal(_)) = &ended {
        session.tell_interrupted();
    }
    let leaving = match &ended {
        // A line that was dropped, or a machine that goes down: nobody has chosen to end it.
        Err(Stop::Signal(signal)) if *signal != INTERRUPT || command.resumes() => Leaving::Keep,
        _ => Leaving::Cancel,
    };
    tell_left_over(&engine.shutdown(CLEAN_UP, leaving).await);
    ended.map_or_else(Stop::tell, |()| 0)
}

/// Says what the end of the work leaves behind.
pub fn tell_left_over(left: &LeftOver) {
    if left.kept > 0 {
        output::say(
            "what has not ended is kept: the next start of the screen offers to go on with it, and so do --resume of cp and mv, and the same sync again",
        );
    }
    for object in &left.uploads {
        output::say(&format!("an unfinished upload is left, with its parts: {}", visible(object)));
    }
    for file in &left.edits {
        output::say(&format!("edited and not written back: {}", visible(&file.to_string_lossy())));
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn two_places_and_a_profile_can_be_given() {
        let args = Args::parse_from(["bucketry", ".", "s3://photos/2026/", "--profile", "prod"]);
        assert_eq!(args.right.as_deref(), Some("s3://photos/2026/"));
        assert_eq!(args.profile.as_deref(), Some("prod"));
    }
}
