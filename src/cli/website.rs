//! `website publish`: a folder becomes a static website, and a visit proves it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::exposure::{differences, lines};
use super::location::{End, folder_prefix};
use super::output::say;
use super::question::Question;
use super::session::{Session, Stop};
use super::sync::print;
use super::telling::Telling;
use crate::model::error::Kind;
use crate::model::job::{Report, Request, Work};
use crate::model::publication::{ErrorPage, Plan, Wish};
use crate::model::text::{counted, size, visible};

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

The index page counts for every folder of the whole bucket, and there is one error page for all of it. An error page that \
is set stays if the folder has none. Where another page is set --yes is refused, too, unless --accept-others says that it \
may be replaced.

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
    /// The page that is shown for what is not there [default: 404.html or error.html, if the folder has one]
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
    /// With --yes: other objects at the target may become public, and the bucket's index and error pages others, too
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
    let wish = publish.wish(session).map_err(Stop::Use)?;
    let place = visible(&wish.target().to_string()).into_owned();
    let plan = plan(session, wish).await?;
    if !plan.is_possible() {
        for line in lines(&plan.access) {
            say(&visible(&line));
        }
        return Err(Stop::Use(format!("cannot make {place} public, so nothing was published")));
    }
    tell(session, &plan).await?;
    if publish.dry_run {
        return Ok(());
    }
    let besides = plan.besides().join("; ");
    if !publish.yes {
        let besides = if besides.is_empty() { besides } else { format!("; besides, {}", visible(&besides)) };
        let more = format!("; everyone on the internet may read it then{besides}?");
        Question { what: format!("publish {place}"), more, refused: "nothing was changed" }.ask().await?;
    } else if !besides.is_empty() && !publish.accept_others {
        let cause = format!("refused to change more than the website: {}; --accept-others means it", visible(&besides));
        return Err(Stop::Use(cause));
    }
    let url = plan.publication.url.clone();
    let telling = Telling { verb: "published", is_quiet: false, is_json: false, rehearsed: None };
    session.run(Work::Publish(Arc::new(plan.publication)), telling).await?;
    session.output.line(&visible(&url)).await?;
    session.output.flush().await
}

impl Publish {
    fn wish(&self, session: &Session<'_>) -> Result<Wish, String> {
        let (bucket, key) = End::in_bucket(&self.target, &session.base)?;
        Ok(Wish {
            folder: self.folder(session)?,
            bucket,
            prefix: folder_prefix(&key),
            index: self.index.clone(),
            error: match &self.error {
                Some(name) => ErrorPage::Named(name.clone()),
                None if self.single_page => ErrorPage::Index,
                None => ErrorPage::Found,
            },
            deletes: self.delete,
            takes_hidden: self.hidden,
        })
    }

    fn folder(&self, session: &Session<'_>) -> Result<PathBuf, String> {
        match End::parse(&self.folder, &session.base)? {
            End::Local { path, is_folder: true } => Ok(path),
            _ => Err(format!("{} is not a folder", self.folder)),
        }
    }
}

/// Finds out all that it takes. What cannot be published is a wrong use.
async fn plan(session: &mut Session<'_>, wish: Wish) -> Result<Plan, Stop> {
    let asked = session.ask(|ticket| Request::PlanPublication { ticket, wish: Box::new(wish) });
    let pick = |report| match report {
        Report::PublicationPlanned { ticket, plan } if ticket == asked => Some(*plan),
        _ => None,
    };
    session.answer(asked, pick).await.map_err(|stop| match stop {
        Stop::Failed(error) if error.kind == Kind::Invalid => Stop::Use(error.to_string()),
        stop => stop,
    })
}

/// Prints all that is to be done.
async fn tell(session: &mut Session<'_>, plan: &Plan) -> Result<(), Stop> {
    let files = &plan.publication.files;
    if let Err(stop) = print(session, false, files).await {
        say("nothing was published: what could not be read, or has no name at the other side, is told above");
        return Err(stop);
    }
    let summary = files.summary();
    let (copied, deleted) = (summary.copied(), summary.deleted);
    let count = |count| counted(count, "file", "files");
    let mut told = vec![format!("Files: {} to copy, {}", count(copied.items), size(copied.bytes))];
    let left_out = files.comparison.tally.left_out;
    if left_out > 0 {
        told.push(format!("Left out by a name that begins with a dot: {}; --hidden takes them", count(left_out)));
    }
    if deleted.items > 0 {
        told.push(format!("{} to delete, {}", counted(deleted.items, "object", "objects"), size(deleted.bytes)));
    }
    if plan.access.is_reached {
        told.push("It is public already".to_owned());
    } else {
        told.extend(lines(&plan.access));
    }
    told.extend(differences(&plan.publication.steps));
    told.extend(plan.others().map(|others| format!("Becomes public with it: {others}")));
    told.extend(plan.replaced.iter().map(|words| format!("Besides: {words}")));
    for line in told {
        session.output.line(&visible(&line)).await?;
    }
    session.output.flush().await
}
