//! A change of a document: checked, shown, asked about, written and compared.

use std::path::PathBuf;

use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::around::around;
use super::{Settings, read};
use crate::cli::location::End;
use crate::cli::output::{say, say_line};
use crate::cli::question::Question;
use crate::cli::session::{Session, Stop};
use crate::model::document::danger::dangers;
use crate::model::document::{DocumentKind, DocumentWrite, Removal, Written, check, difference};
use crate::model::error::Error;
use crate::model::job::{Report, Request};
use crate::model::name::BucketName;
use crate::model::text::{counted, visible};

/// No document is longer, in bytes: more than any that S3 takes.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Changes a document as the command line says.
pub async fn change(
    session: &mut Session<'_>,
    settings: &Settings,
    bucket: BucketName,
    kind: DocumentKind,
) -> Result<(), Stop> {
    let facts = kind.facts();
    let new = match &settings.set {
        Some(from) => Some(load_document(session, kind, from).await?),
        None if settings.restore => kept(session, bucket.clone(), kind).await?,
        None => None,
    };
    let what = format!("the {} of s3://{bucket}", facts.title);
    if new.is_none() && facts.removal == Removal::Never {
        return Err(Stop::Use(format!("cannot take away {what}: it can only be changed")));
    }
    let seen = read(session, bucket.clone(), kind).await?;
    if let Some(new) = &new {
        check(settings, kind, new, seen.as_ref(), bucket.as_str(), &what)?;
    }
    if seen == new {
        say(&format!("{} is like this already; nothing was written", visible(&what)));
        return Ok(());
    }
    tell_difference(seen.as_ref(), new.as_ref());
    let around = around(session, &bucket, kind).await?;
    let dangers = dangers(bucket.as_str(), kind, new.as_ref(), &around);
    for danger in &dangers {
        say(&visible(danger));
    }
    if !dangers.is_empty() && settings.yes && !settings.accept_risk {
        return Err(Stop::Use(format!("refused to write {what}; --accept-risk means it")));
    }
    if !settings.yes {
        let verb = if new.is_some() { "write" } else { "delete" };
        let what = format!("{verb} {}", visible(&what));
        Question { what, more: "?".to_owned(), refused: "nothing was written" }.ask().await?;
        if !dangers.is_empty() && !settings.accept_risk {
            let what = "write it although it is dangerous".to_owned();
            Question { what, more: ", as said above?".to_owned(), refused: "nothing was written" }.ask().await?;
        }
    }
    let change = DocumentWrite { seen, new: new.clone(), mfa: settings.mfa.clone() };
    let written = write(session, bucket, kind, change).await?;
    tell(&written, new.as_ref(), &what)
}

/// Writes a document, if it still is what was seen.
async fn write(
    session: &mut Session<'_>,
    bucket: BucketName,
    kind: DocumentKind,
    change: DocumentWrite,
) -> Result<Written, Stop> {
    let change = Box::new(change);
    let asked = session.ask(|ticket| Request::WriteDocument { ticket, bucket, kind, change });
    let pick = |report| match report {
        Report::DocumentWritten { ticket, written, .. } if ticket == asked => Some(written),
        _ => None,
    };
    session.answer(asked, pick).await
}

/// Says what came of it.
fn tell(written: &Written, new: Option<&Value>, what: &str) -> Result<(), Stop> {
    let kept = written.kept.to_string_lossy().into_owned();
    say(&format!("what stood there is kept in {}; --restore puts it back", visible(&kept)));
    if !written.is_whole {
        say(&format!("{} is not what was written; the server keeps it so:", visible(what)));
        tell_difference(new, written.stored.as_ref());
        return Err(Stop::Told);
    }
    if new.is_some() && written.stored.as_ref() != new {
        say("written; the server has filled in:");
        tell_difference(new, written.stored.as_ref());
    } else {
        say(if new.is_some() { "written" } else { "deleted" });
    }
    Ok(())
}

fn tell_difference(old: Option<&Value>, new: Option<&Value>) {
    for line in difference(old, new) {
        say_line(&visible(&line));
    }
}

/// Refuses a document that S3 would not take.
fn check(
    settings: &Settings,
    kind: DocumentKind,
    new: &Value,
    seen: Option<&Value>,
    bucket: &str,
    what: &str,
) -> Result<(), Stop> {
    let problems = check::problems(kind, new, seen, bucket);
    for problem in &problems {
        say(&visible(&problem.to_string()));
    }
    if problems.is_empty() || settings.force {
        return Ok(());
    }
    let count = counted(problems.len() as u64, "problem", "problems");
    Err(Stop::Use(format!("refused to write {what}: it has {count}; --force writes it all the same")))
}

/// Returns what was kept when the document was last written.
async fn kept(session: &mut Session<'_>, bucket: BucketName, kind: DocumentKind) -> Result<Option<Value>, Stop> {
    let asked = session.ask(|ticket| Request::ReadKeptDocument { ticket, bucket, kind });
    let pick = |report| match report {
        Report::Document { ticket, document, .. } if ticket == asked => Some(document),
        _ => None,
    };
    session.answer(asked, pick).await
}

/// Reads a document from a file or standard input.
pub async fn load_document(session: &Session<'_>, kind: DocumentKind, from: &str) -> Result<Value, Stop> {
    Ok(kind.facts().bare(parse(&load(session, from).await?, from)?))
}

async fn load(session: &Session<'_>, from: &str) -> Result<String, Stop> {
    let mut text = String::new();
    let fail = |error: std::io::Error| Stop::Failed(Error::from_io("read", from, &error));
    match End::parse(from, &session.base).map_err(Stop::Use)? {
        End::Stream => {
            tokio::io::stdin().take(LIMIT).read_to_string(&mut text).await.map_err(fail)?;
        }
        End::Local { path, .. } => {
            let path: PathBuf = path;
            let file = tokio::fs::File::open(path).await.map_err(fail)?;
            file.take(LIMIT).read_to_string(&mut text).await.map_err(fail)?;
        }
        End::S3 { .. } | End::Buckets(_) => return Err(Stop::Use(format!("{from} is not a file"))),
    }
    Ok(text)
}

fn parse(text: &str, from: &str) -> Result<Value, Stop> {
    match serde_json::from_str(text) {
        Ok(Value::Null) => Err(Stop::Use(format!("{from} holds no document; --delete takes one away"))),
        Ok(value) => Ok(value),
        Err(error) => Err(Stop::Use(format!("{from} is not JSON: {error}"))),
    }
}
