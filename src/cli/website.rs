//! `website publish`: a folder becomes a static website, and a visit proves it.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::exposure::{self, differences, lines};
use super::location::{End, folder_prefix};
use super::output::say;
use super::question::Question;
use super::session::{Session, Stop};
use super::settings::{read, write};
use super::sync::{compare, print};
use super::telling::Telling;
use crate::model::access::exposure::{Aim, Choice, Exposure, Scope};
use crate::model::attributes::Given;
use crate::model::compare::{Criterion, Hand, Places};
use crate::model::document::{DocumentKind, DocumentWrite, difference};
use crate::model::filter::Filter;
use crate::model::job::{Report, Request, Work};
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix};
use crate::model::site;
use crate::model::sync::{Choice as SyncChoice, SyncPlan};
use crate::model::text::{counted, size, truncate, visible};

/// The page for what is not there, if the folder has it and no other is named.
const NOT_FOUND: &str = "404.html";

/// How many names of other objects are told, and how wide one is at most, in columns.
const NAMED: usize = 3;
const WIDEST: usize = 60;

/// What the page of the command says at its end.
pub const PAGE_END: &str = "\
Files go up as `sync` decides: what is missing, has another size, or is newer. What begins with a dot is left out, and all \
below it, but for .well-known/; --hidden takes it too. Texts are served as UTF-8. A name that holds a digest \
(app.3f2a9c1b.js) may be cached for ever, pages are asked for again each time, all else after an hour. Files that are the \
same already keep the headers that they have.

Then the bucket's index and error pages are set, its objects below the place are made public as `access --make public` \
does it, and the website is visited once without a signature. All of it is shown and asked for once, before anything is \
written; without a terminal to ask on --yes is needed. At Amazon the address is that of the website endpoint, elsewhere \
that of the index page.

Objects that are at the target and not in the folder become public with it. They are counted in the question, and --yes is \
refused for them unless --accept-others says that everyone may read them, too, or --delete takes them away.

The index page counts for every folder; the error page is one for the whole bucket.

Exit codes: 0 published, 1 something failed or the visit did not end with 200, 2 wrong use, 130 interrupted.";

/// What `website` is given.
#[derive(Debug, Clone, Args)]
pub struct Website {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Copy a folder to a bucket, set its index and error pages, make it public, and visit it
    #[command(after_long_help = PAGE_END)]
    Publish(Publish),
}

/// What `website publish` is given.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Publish {
    /// The folder that the website was built in
    folder: String,
    /// s3://bucket, or s3://bucket/prefix
    target: String,
    /// The page that a folder shows
    #[arg(long, value_name = "NAME", default_value = "index.html")]
    index: String,
    /// The page that is shown for what is not there [default: 404.html, if the folder has one]
    #[arg(long, value_name = "KEY", conflicts_with = "single_page")]
    error: Option<String>,
    /// Show the index page for all that is not there: one page that finds its own way
    #[arg(long)]
    single_page: bool,
    /// Delete what only the target has
    #[arg(long)]
    delete: bool,
    /// Take what begins with a dot, too: .env, .git/
    #[arg(long)]
    hidden: bool,
    /// With --yes: other objects that are at the target may become public, too
    #[arg(long)]
    accept_others: bool,
    /// Print what would be done, and do nothing
    #[arg(long, alias = "dryrun")]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Website {
    /// Returns whether anything is changed.
    pub fn writes(&self) -> bool {
        let Command::Publish(publish) = &self.command;
        !publish.dry_run
    }
}

/// Runs `website`.
pub async fn website(session: &mut Session<'_>, website: &Website) -> Result<(), Stop> {
    let Command::Publish(publish) = &website.command;
    let site = publish.site(session).map_err(Stop::Use)?;
    let plan = site.plan(session, publish).await?;
    plan.tell(session).await?;
    if publish.dry_run {
        return Ok(());
    }
    if !publish.yes {
        let what = format!("publish {}", visible(&plan.exposure.place()));
        let others = plan.others.as_ref().map_or(String::new(), |others| format!(", and {}", visible(others)));
        let more = format!("; everyone on the internet may read it then{others}?");
        Question { what, more, refused: "nothing was changed" }.ask().await?;
    } else if let Some(others) = plan.others.as_ref().filter(|_| !publish.accept_others) {
        let cause = format!("refused to make public {}; --accept-others means it", visible(others));
        return Err(Stop::Use(cause));
    } else if plan.opening.as_ref().is_some_and(|choice| !choice.besides.is_empty()) {
        let cause =
            "refused to open more than the website; make it public first, by `access --make public --by policy`";
        return Err(Stop::Use(cause.to_owned()));
    }
    plan.carry_out(session).await?;
    site.visit(session).await
}

/// A website that is to be published.
struct Site {
    places: Places,
    bucket: BucketName,
    prefix: Prefix,
    index: String,
    error: Option<String>,
}

/// All that is to be written for it.
struct Plan {
    files: SyncPlan,
    bucket: BucketName,
    pages: (Option<Value>, Value),
    exposure: Exposure,
    /// How it is opened; nothing if it is open.
    opening: Option<Choice>,
    /// What else it opens at the target, in words.
    others: Option<String>,
    told: Vec<String>,
}

impl Publish {
    fn site(&self, session: &Session<'_>) -> Result<Site, String> {
        let End::Local { path: folder, is_folder: true } = End::parse(&self.folder, &session.base)? else {
            return Err(format!("{} is not a folder", self.folder));
        };
        let (bucket, key) = End::in_bucket(&self.target, &session.base)?;
        if bucket.is_arn() {
            return Err(format!("{} is an access point, which can be no website", self.target));
        }
        let prefix = folder_prefix(&key);
        let missing = |name: &str| !folder.join(name).is_file();
        if self.index.is_empty() || self.index.contains('/') {
            return Err("the index page is a name without a slash: S3 looks for it in every folder".to_owned());
        }
        if missing(&self.index) {
            return Err(format!("{} has no {}, which a website begins with", self.folder, self.index));
        }
        let error = match &self.error {
            Some(name) if missing(name) => return Err(format!("{} has no {name}", self.folder)),
            Some(name) => Some(name.clone()),
            None if self.single_page => Some(self.index.clone()),
            None => Some(NOT_FOUND.to_owned()).filter(|name| !missing(name)),
        };
        let filter = if self.hidden { Filter::default() } else { site::without_hidden() };
        if let Some(name) = error.iter().chain([&self.index]).find(|name| !filter.takes(name)) {
            return Err(format!("{name} begins with a dot, and is left out without --hidden"));
        }
        let target = Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() };
        let places = Places {
            by: Criterion::SizeAndTime,
            filter,
            // Whatever is there becomes public.
            unfiltered: Some(Hand::Right),
            may_lack: Some(Hand::Right),
            ..Places::new(Location::Local(folder), target)
        };
        // The error page is named by its key, wherever the website is.
        let error = error.map(|name| prefix.key(&name).to_string());
        Ok(Site { places, bucket, prefix, index: self.index.clone(), error })
    }
}

impl Site {
    /// Finds out what is to be written, and refuses before anything is what could not be published.
    async fn plan(&self, session: &mut Session<'_>, publish: &Publish) -> Result<Plan, Stop> {
        let comparison = Arc::new(compare(session, self.places.clone(), false).await?);
        let choice = SyncChoice {
            target: Hand::Right,
            by: Criterion::SizeAndTime,
            is_exact: false,
            deletes: publish.delete,
            storage_class: None,
        };
        let given = Arc::new(Given { is_site: true, ..Given::default() });
        let files = SyncPlan { given, ..SyncPlan::new(comparison, choice) };
        let standing = read(session, self.bucket.clone(), DocumentKind::Website).await?;
        let pages = site::document(standing.as_ref(), &self.index, self.error.as_deref());
        let pages = pages.map_err(|cause| Stop::Use(format!("cannot publish s3://{}: {cause}", self.bucket)))?;
        let scope = Scope::new(self.bucket.as_str(), self.prefix.as_str());
        let exposure = Exposure { bucket: self.bucket.clone(), scope, aim: Aim::Public, owner: None };
        let mut access = exposure::plan(session, &exposure).await?;
        let mut told = if access.is_reached { vec!["It is public already".to_owned()] } else { lines(&access) };
        let opening = (!access.is_reached && !access.choices.is_empty()).then(|| access.choices.remove(0));
        if opening.is_none() && !access.is_reached {
            for line in told {
                say(&visible(&line));
            }
            return Err(Stop::Use(format!("cannot make {} public, so nothing was published", exposure.place())));
        }
        told.extend(opening.iter().flat_map(differences));
        let others = opening.as_ref().and_then(|_| others(&files));
        told.extend(others.iter().map(|others| format!("Becomes public with it: {others}")));
        Ok(Plan { files, bucket: self.bucket.clone(), pages: (standing, pages), exposure, opening, others, told })
    }

    /// Visits the website, prints its address, and fails unless the index page was served.
    async fn visit(&self, session: &mut Session<'_>) -> Result<(), Stop> {
        let (bucket, prefix, index) = (self.bucket.clone(), self.prefix.clone(), self.index.clone());
        let asked = session.ask(|ticket| Request::Visit { ticket, bucket, prefix, index });
        let pick = |report| match report {
            Report::Visited { ticket, url, answer } if ticket == asked => Some((url, answer)),
            _ => None,
        };
        let (url, answer) = session.answer(asked, pick).await?;
        session.output.line(&visible(&url)).await?;
        session.output.flush().await?;
        match answer? {
            200 => {
                say("visited without a signature: 200");
                Ok(())
            }
            status => {
                say(&format!("visited without a signature: {status}; what was just opened may take a minute to count"));
                Err(Stop::Told)
            }
        }
    }
}

/// Returns in words what stays at the target and is not of the folder, with the first names.
fn others(files: &SyncPlan) -> Option<String> {
    // What the folder hides by what could not be read there stays, too.
    let count = files.remaining().count() as u64 + files.comparison.tally.unknown;
    let mut names: Vec<_> = files.remaining().take(NAMED).map(|own| truncate(&own.name, WIDEST)).collect();
    if count > names.len() as u64 {
        names.push("…".into());
    }
    (count > 0)
        .then(|| format!("{} already there: {}", counted(count, "other object", "other objects"), names.join(", ")))
}

impl Plan {
    /// Prints all that is to be done.
    async fn tell(&self, session: &mut Session<'_>) -> Result<(), Stop> {
        print(session, false, &self.files).await?;
        let summary = self.files.summary();
        let (copied, deleted) = (summary.copied(), summary.deleted);
        let files = |count| counted(count, "file", "files");
        let words = format!("Files: {} to copy, {}", files(copied.items), size(copied.bytes));
        session.output.line(&words).await?;
        let left_out = self.files.comparison.tally.left_out;
        if left_out > 0 {
            let words = format!("Left out by a name that begins with a dot: {}; --hidden takes them", files(left_out));
            session.output.line(&words).await?;
        }
        if deleted.items > 0 {
            let words = format!("{} to delete, {}", counted(deleted.items, "object", "objects"), size(deleted.bytes));
            session.output.line(&words).await?;
        }
        let (before, after) = (self.pages.0.as_ref(), Some(&self.pages.1));
        if before != after {
            session.output.line("Website:").await?;
            for line in difference(before, after) {
                session.output.line(&format!("  {}", visible(&line))).await?;
            }
        }
        for line in &self.told {
            session.output.line(&visible(line)).await?;
        }
        session.output.flush().await
    }

    /// Writes the files, the pages and what makes them public, in this order, so that nothing is open before it is whole.
    async fn carry_out(self, session: &mut Session<'_>) -> Result<(), Stop> {
        if !self.files.summary().is_empty() {
            let telling = Telling { verb: "published", is_quiet: false, is_json: false, rehearsed: None };
            session.run(Work::Sync(Arc::new(self.files)), telling).await?;
        }
        let (seen, new) = self.pages;
        if seen.as_ref() != Some(&new) {
            let change = DocumentWrite { seen, new: Some(new), mfa: None };
            let written = write(session, self.bucket.clone(), DocumentKind::Website, change).await?;
            if !written.is_whole {
                say("the server does not keep the index and error pages as they were written");
                return Err(Stop::Told);
            }
            say("index and error pages are set");
        }
        match &self.opening {
            Some(choice) => exposure::apply(session, &self.exposure, choice).await,
            None => Ok(()),
        }
    }
}
