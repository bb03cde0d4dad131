//! `uploads`: unfinished multipart uploads, listed by asking the server, and aborted.

use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::list::EveryPage;
use super::location::End;
use super::output::{list_time, say_error};
use super::question::Question;
use super::session::{Session, Stop};
use super::telling::Telling;
use crate::model::entry::StorageClass;
use crate::model::job::{Report, Request, Work};
use crate::model::lifetime::time_of;
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix, Profile};
use crate::model::text::{counted, duration, size};
use crate::model::upload::{Holder, PendingUpload};

/// What the page of the command says at its end.
pub const PAGE_END: &str = "\
An upload in parts that was neither joined nor aborted is in no listing, and its parts are billed. This lists them, also \
those of other programs, which fail if their upload is aborted while they run: --older-than leaves the young ones out.

Uploads that a running copy of bucketry works on are marked and never aborted without --force, as far as this machine's \
journal knows them. Those marked `left` belong to an interrupted job: aborted, it starts over when it is resumed.";

/// What `uploads` is given.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Uploads {
    /// s3://bucket/prefix; without a slash at its end, all that begins like it [default: all buckets]
    location: Option<String>,
    /// Only those that were begun so long ago: seconds, or 15m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = time_of)]
    older_than: Option<Duration>,
    /// Abort them, after a question
    #[arg(long)]
    abort: bool,
    /// Do not ask
    #[arg(long, short, requires = "abort")]
    yes: bool,
    /// Abort also what a running copy of the program works on
    #[arg(long, requires = "abort")]
    force: bool,
    /// Say the size of their parts, which takes a request for each
    #[arg(long)]
    sizes: bool,
    /// Print one object of JSON a line: the uploads, or with --abort how each ended
    #[arg(long)]
    json: bool,
}

impl Uploads {
    /// Returns whether anything is changed.
    pub fn writes(&self) -> bool {
        self.abort
    }

    fn takes(&self, upload: &PendingUpload) -> bool {
        self.older_than.is_none_or(|limit| upload.age.is_some_and(|age| age >= limit))
    }
}

/// Runs `uploads`.
pub async fn uploads(session: &mut Session<'_>, uploads: &Uploads) -> Result<(), Stop> {
    let zone = TimeZone::system();
    let (mut found, mut has_failed) = (Vec::new(), false);
    for (bucket, prefix) in places(session, uploads).await? {
        match list(session, uploads, bucket, prefix, &zone, &mut found).await {
            // One bucket that may not be looked into hides no other.
            Err(Stop::Failed(error)) => {
                say_error(&error);
                has_failed = true;
            }
            listed => listed?,
        }
    }
    if uploads.abort && !found.is_empty() {
        abort(session, uploads, found).await?;
    }
    if has_failed { Err(Stop::Told) } else { Ok(()) }
}

/// Returns the bucket that was named, or all that the caller may list.
async fn places(session: &mut Session<'_>, uploads: &Uploads) -> Result<Vec<(BucketName, Prefix)>, Stop> {
    if let Some(text) = &uploads.location {
        let (bucket, key) = End::in_bucket(text, &session.base).map_err(Stop::Use)?;
        return Ok(vec![(bucket, key.into())]);
    }
    let mut places = Vec::new();
    let mut pages = EveryPage::of(Location::Buckets(Profile::OWN), false);
    while let Some(page) = pages.next(session).await? {
        places.extend(page.entries.iter().map(|entry| (BucketName::from(&*entry.name), Prefix::root())));
    }
    Ok(places)
}

/// Lists and prints those of one bucket, and adds them to what was found.
async fn list(
    session: &mut Session<'_>,
    uploads: &Uploads,
    bucket: BucketName,
    prefix: Prefix,
    zone: &TimeZone,
    found: &mut Vec<PendingUpload>,
) -> Result<(), Stop> {
    let with_sizes = uploads.sizes;
    let asked = session.ask(|ticket| Request::Uploads { ticket, bucket, prefix, with_sizes });
    loop {
        let pick = |report| match report {
            Report::Uploads { ticket, uploads, is_last } if ticket == asked => Some((uploads, is_last)),
            _ => None,
        };
        let (page, is_last) = session.answer(asked, pick).await?;
        for upload in page.into_iter().filter(|upload| uploads.takes(upload)) {
            if !uploads.json {
                let line = line(session, &upload, zone);
                session.output.line(&line).await?;
            } else if !uploads.abort {
                session.output.json(&value(&upload)).await?;
            }
            found.push(upload);
        }
        session.output.flush().await?;
        if is_last {
            return Ok(());
        }
    }
}

fn line(session: &Session<'_>, upload: &PendingUpload, zone: &TimeZone) -> String {
    let age = upload.age.map_or_else(|| "-".to_owned(), |age| duration(age.as_secs()));
    let bytes = upload.sent.map(|sent| format!("{:>10}  ", size(sent.bytes))).unwrap_or_default();
    let holder = match upload.holder {
        Some(holder) => format!("  ({})", holder.word()),
        None => String::new(),
    };
    let name = upload.upload.object.to_string();
    let (name, id) = (session.output.name(&name), session.output.name(&upload.upload.id));
    format!("{} {age:>8}  {bytes}{name}  {id}{holder}", list_time(upload.began, zone))
}

fn value(upload: &PendingUpload) -> Value {
    json!({
        "bucket": upload.upload.object.bucket.as_str(),
        "key": upload.upload.object.key.as_str(),
        "uploadId": upload.upload.id,
        "began": upload.began.map(|time| time.to_string()),
        "ageSeconds": upload.age.map(|age| age.as_secs()),
        "bytes": upload.sent.map(|sent| sent.bytes),
        "parts": upload.sent.map(|sent| sent.parts),
        "storageClass": upload.class.map(StorageClass::name),
        "initiator": upload.initiator,
        "holder": upload.holder.map(Holder::word),
    })
}

async fn abort(session: &mut Session<'_>, uploads: &Uploads, found: Vec<PendingUpload>) -> Result<(), Stop> {
    if !uploads.yes {
        let youngest = found.iter().filter_map(|upload| upload.age).min();
        let youngest = youngest.map(|age| format!(", the youngest {} old", duration(age.as_secs())));
        let what = format!("abort {}", counted(found.len() as u64, "upload", "uploads"));
        let more = format!("{}? What was sent of them is lost.", youngest.unwrap_or_default());
        Question { what, more, refused: "nothing was aborted" }.ask().await?;
    }
    let telling = Telling { verb: "aborted", is_quiet: false, is_json: uploads.json, rehearsed: None };
    let refs = found.into_iter().map(|upload| upload.upload).collect();
    session.run(Work::AbortUploads { uploads: refs, is_forced: uploads.force }, telling).await
}
