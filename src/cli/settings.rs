//! `settings`: the documents of a bucket, in sentences and as JSON, and how they are changed.

mod around;
mod change;
mod preview;
mod template;

use clap::{Args, builder::PossibleValuesParser};
use serde_json::{Map, Value, json};

use super::location::End;
use super::output::error_json;
use super::session::{Session, Stop};
use crate::model::document::DocumentKind;
use crate::model::document::template::{ALL, Template};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request};
use crate::model::name::BucketName;
use crate::model::text::visible;

/// What the page of the command says at its end.
pub const PAGE_END: &str = "\
Without NAME the summary of every document is printed, with it that of one, and with --json the document as `aws s3api \
put-…` takes it; what `aws s3api get-…` prints around it is taken too. Fields that the program does not know are kept.

A document is checked before it is sent; --force sends it all the same and lets the server judge. The difference is shown \
on standard error, and without a terminal to ask on --yes is needed. It is written only if nobody has changed it since \
it was read, and read again and compared afterwards. What stood there before is kept in the data folder, for --restore.

lifecycle --preview looks through the bucket and says of each rule how many objects, old versions, delete markers and \
unfinished uploads it would touch today, each rule as if there were no other. Days end at midnight in UTC.

A document that would make the bucket public, in Amazon's meaning of the word, or lock its writer out of the policy is \
told, and asked about a second time; with --yes it needs --accept-risk as well.

--template prints what stands with a template added to it, as further statements or rules, to be changed and given to \
--set -; nothing is written. A prefix behind the bucket limits it to what is below. What only you can know stands in it \
in angle brackets, and is refused until it is filled in. --templates lists them.

Exit codes: 0 all done, 1 something failed, 2 wrong use or a document with problems, 130 interrupted.";

/// What `settings` is given.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Settings {
    /// s3://bucket; with --template also s3://bucket/prefix
    location: String,
    /// Which document [default: the summaries of all]
    #[arg(value_parser = PossibleValuesParser::new(DocumentKind::ALL.map(|kind| kind.facts().name)))]
    name: Option<String>,
    /// Print the document as JSON; without NAME one object with all of them
    #[arg(long)]
    json: bool,
    /// Write the document that is in this file, or on standard input
    #[arg(long, value_name = "FILE|-", requires = "name", conflicts_with_all = ["json", "delete", "restore"])]
    set: Option<String>,
    /// Print the document with a template added to it
    #[arg(long, value_name = "TEMPLATE", requires = "name", conflicts_with_all = ["set", "delete", "restore"])]
    #[arg(value_parser = PossibleValuesParser::new(ALL.each_ref().map(|template| template.name)))]
    template: Option<String>,
    /// List the templates, with NAME those for it
    #[arg(long, conflicts_with_all = ["template", "json", "set", "delete", "restore"])]
    templates: bool,
    /// Take the document away
    #[arg(long, requires = "name", conflicts_with_all = ["json", "restore"])]
    delete: bool,
    /// Put back what stood there before this program last wrote the document
    #[arg(long, requires = "name", conflicts_with = "json")]
    restore: bool,
    /// Do not ask
    #[arg(long, short, requires = "name", conflicts_with = "json")]
    yes: bool,
    /// Of lifecycle rules: count what each would touch today, and how many bytes
    #[arg(long, requires = "name", conflicts_with_all = ["set", "delete", "restore"])]
    preview: bool,
    /// With --preview: the rules in this file, or on standard input, instead of those that are set
    #[arg(long, value_name = "FILE|-", requires = "preview")]
    document: Option<String>,
    /// Send a document that has problems
    #[arg(long, requires = "name", conflicts_with = "json")]
    force: bool,
    /// Write a document that makes the bucket public or locks its writer out
    #[arg(long, requires = "name", conflicts_with = "json")]
    accept_risk: bool,
    /// The serial number of an MFA device, a space and its code, which changes of MFA delete need
    #[arg(long, value_name = "SERIAL CODE", requires = "name", conflicts_with = "json")]
    mfa: Option<String>,
}

impl Settings {
    /// Returns whether anything is changed.
    pub fn writes(&self) -> bool {
        self.set.is_some() || self.delete || self.restore
    }
}

/// Runs `settings`.
pub async fn settings(session: &mut Session<'_>, settings: &Settings) -> Result<(), Stop> {
    let kind = settings.name.as_deref().and_then(DocumentKind::named);
    if settings.templates {
        return template::list(session, kind).await;
    }
    if let (Some(name), Some(kind)) = (&settings.template, kind) {
        let template = Template::named(name).filter(|own| own.kind == kind);
        let wrong = || Stop::Use(format!("{name} is no template for this document; --templates lists them"));
        return template::print(session, &settings.location, template.ok_or_else(wrong)?).await;
    }
    let bucket = End::bucket(&settings.location, &session.base).map_err(Stop::Use)?;
    if !settings.writes() && (settings.yes || settings.force || settings.accept_risk || settings.mfa.is_some()) {
        return Err(Stop::Use("nothing is to be changed: --set, --delete or --restore is missing".to_owned()));
    }
    match kind {
        Some(kind) if settings.preview => preview::preview(session, settings, bucket, kind).await,
        Some(kind) if settings.writes() => change::change(session, settings, bucket, kind).await,
        Some(kind) => one(session, settings, bucket, kind).await,
        None => all(session, settings, bucket).await,
    }
}

/// Reads a document.
pub async fn read(session: &mut Session<'_>, bucket: BucketName, kind: DocumentKind) -> Result<Option<Value>, Stop> {
    let asked = session.ask(|ticket| Request::ReadDocument { ticket, bucket, kind });
    session
        .answer(asked, |report| match report {
            Report::Document { ticket, document, .. } if ticket == asked => Some(document),
            _ => None,
        })
        .await
}

async fn one(
    session: &mut Session<'_>,
    settings: &Settings,
    bucket: BucketName,
    kind: DocumentKind,
) -> Result<(), Stop> {
    let document = read(session, bucket, kind).await?;
    if settings.json {
        session.output.pretty_json(&document.unwrap_or_default()).await?;
    } else {
        for line in kind.facts().summary(document.as_ref()) {
            session.output.line(&visible(&line)).await?;
        }
    }
    session.output.flush().await
}

/// Prints all documents. One that may not be read hides no other.
async fn all(session: &mut Session<'_>, settings: &Settings, bucket: BucketName) -> Result<(), Stop> {
    let asked: Vec<_> = DocumentKind::ALL
        .into_iter()
        .map(|kind| {
            let bucket = bucket.clone();
            (session.ask(|ticket| Request::ReadDocument { ticket, bucket, kind }), kind)
        })
        .collect();
    let mut found = std::collections::HashMap::new();
    while found.len() < asked.len() {
        match session.report().await {
            Report::Document { kind, document, .. } => {
                found.insert(kind, Ok(document));
            }
            Report::Failed { ticket, error } => {
                if error.kind == Kind::NoSuchBucket {
                    return Err(error.into());
                }
                found.extend(asked.iter().find(|(of, _)| *of == ticket).map(|(_, kind)| (*kind, Err(error))));
            }
            _ => {}
        }
    }
    let found = asked.iter().filter_map(|(_, kind)| Some((*kind, found.remove(kind)?)));
    let mut object = Map::new();
    let mut lines = Vec::new();
    let mut has_failed = false;
    for (kind, read) in found {
        has_failed |= read.as_ref().is_err_and(|error| error.kind != Kind::Unsupported);
        if !settings.json {
            lines.push(kind.facts().title.to_owned());
            lines.extend(said(kind, &read).iter().map(|line| format!("  {}", visible(line))));
        }
        let value = read.map_or_else(|error| json!({ "error": error_json(&error) }), Option::unwrap_or_default);
        object.insert(kind.facts().name.to_owned(), value);
    }
    if settings.json {
        session.output.json(&object.into()).await?;
    } else {
        session.output.line(&lines.join("\n")).await?;
    }
    session.output.flush().await?;
    if has_failed { Err(Stop::Told) } else { Ok(()) }
}

fn said(kind: DocumentKind, read: &Result<Option<Value>, Error>) -> Vec<String> {
    match read {
        Ok(document) => kind.facts().summary(document.as_ref()),
        Err(error) if error.kind == Kind::Unsupported => vec!["not supported by this server".to_owned()],
        Err(error) => vec![error.to_string()],
    }
}
