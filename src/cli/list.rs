//! `ls` and `du`: what is there, and how much of it.

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::json;

use super::folder;
use super::location::End;
use super::output::say_error;
use super::session::{Session, Stop};
use crate::model::entry::{Entry, EntryKind, StorageClass};
use crate::model::job::{Page, PageToken, Report, Request};
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix, Profile};
use crate::model::text;

/// What `ls` is given.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct List {
    /// s3://bucket/prefix; without a slash at its end, all that begins like it; or a path [default: the buckets]
    location: Option<String>,
    /// List all objects below, by their whole keys
    #[arg(long, short)]
    pub recursive: bool,
    /// Print sizes as people read them
    #[arg(long, short = 'H')]
    pub human_readable: bool,
    /// Print the number of objects and their size at the end
    #[arg(long, conflicts_with = "json")]
    pub summarize: bool,
    /// Print one object of JSON a line
    #[arg(long)]
    pub json: bool,
}

/// What `du` is given.
#[derive(Debug, Clone, Args)]
pub struct Usage {
    /// s3://bucket/prefix; without a slash at its end, all that begins like it; or a path
    #[arg(required = true)]
    locations: Vec<String>,
    /// Print sizes as people read them
    #[arg(long, short = 'H')]
    pub human_readable: bool,
    /// Print one object of JSON a line
    #[arg(long)]
    pub json: bool,
}

/// Runs `ls`.
pub async fn list(session: &mut Session<'_>, list: &List) -> Result<(), Stop> {
    let place = match &list.location {
        None => Location::Buckets(Profile::OWN),
        Some(text) => match End::parse(text, &session.base).map_err(Stop::Use)? {
            End::Buckets(profile) => Location::Buckets(profile),
            End::S3 { bucket, key } => Location::S3 { bucket, prefix: key.into() },
            End::Local { path, is_folder } => return folder::list(session, list, &path, is_folder).await,
            End::Stream => return Err(Stop::Use("a stream holds nothing to list".to_owned())),
        },
    };
    if list.recursive && place.is_buckets() {
        return Err(Stop::Use("ls --recursive lists one bucket: write s3://bucket".to_owned()));
    }
    let zone = TimeZone::system();
    let (mut objects, mut bytes, mut is_empty) = (0, 0, true);
    let mut pages = EveryPage::of(place.clone(), list.recursive);
    while let Some(page) = pages.next(session).await? {
        is_empty &= page.entries.is_empty();
        for entry in &page.entries {
            if entry.kind == EntryKind::Object {
                objects += 1;
                bytes += entry.size.unwrap_or_default();
            }
            if list.json {
                let value = entry_json(entry, &place);
                session.output.json(&value).await?;
            } else {
                let line = entry_line(session, entry, &place, list, &zone);
                session.output.line(&line).await?;
            }
        }
        session.output.flush().await?;
    }
    if list.summarize {
        let size = shown_size(bytes, list.human_readable);
        session.output.line(&format!("\nTotal Objects: {objects}\n   Total Size: {size}")).await?;
        session.output.flush().await?;
    }
    // As `aws s3 ls` has it, so that a script can ask whether there is anything.
    let is_below_nothing = matches!(&place, Location::S3 { prefix, .. } if !prefix.is_root()) && is_empty;
    if is_below_nothing { Err(Stop::Told) } else { Ok(()) }
}

/// Runs `du`.
pub async fn usage(session: &mut Session<'_>, usage: &Usage) -> Result<(), Stop> {
    let base = session.base.clone();
    let ends: Result<Vec<_>, _> = usage.locations.iter().map(|text| End::parse(text, &base)).collect();
    let ends = ends.map_err(Stop::Use)?;
    if ends.iter().any(|end| matches!(end, End::Stream | End::Buckets(_))) {
        return Err(Stop::Use("du sums up s3://bucket, s3://bucket/prefix or a path".to_owned()));
    }
    let mut has_failed = false;
    for end in ends {
        let place = match end {
            End::S3 { bucket, key } => Location::S3 { bucket, prefix: key.into() },
            End::Local { path, is_folder } => {
                folder::usage(session, usage, &path, is_folder).await?;
                continue;
            }
            End::Stream | End::Buckets(_) => continue,
        };
        let (objects, bytes) = match sum(session, &place).await {
            Err(Stop::Failed(error)) => {
                say_error(&error);
                has_failed = true;
                continue;
            }
            summed => summed?,
        };
        let shown = place.to_string();
        if usage.json {
            session.output.json(&json!({ "location": shown, "objects": objects, "bytes": bytes })).await?;
        } else {
            let name = session.output.name(&shown).into_owned();
            let (size, objects) =
                (shown_size(bytes, usage.human_readable), text::counted(objects, "object", "objects"));
            session.output.line(&format!("{size:>10} {objects:>16} {name}")).await?;
        }
        session.output.flush().await?;
    }
    if has_failed { Err(Stop::Told) } else { Ok(()) }
}

/// Returns how many objects are below a place, and how many bytes they have.
async fn sum(session: &mut Session<'_>, place: &Location) -> Result<(u64, u64), Stop> {
    let (mut objects, mut bytes) = (0, 0);
    let mut pages = EveryPage::of(place.clone(), true);
    while let Some(page) = pages.next(session).await? {
        objects += page.entries.len() as u64;
        bytes += page.entries.iter().filter_map(|entry| entry.size).sum::<u64>();
    }
    Ok((objects, bytes))
}

/// The pages of a listing, also beyond what one question brings.
pub struct EveryPage {
    place: Location,
    is_deep: bool,
    next: Next,
}

enum Next {
    Ask(Option<PageToken>),
    Asked(crate::model::job::Ticket),
    Nothing,
}

impl EveryPage {
    /// Lists what is right below a place, or all objects below it.
    pub fn of(place: Location, is_deep: bool) -> Self {
        Self { place, is_deep, next: Next::Ask(None) }
    }

    /// Returns whether there is anything below a prefix, and whether its first object is the marker of the prefix itself.
    pub async fn look(session: &mut Session<'_>, bucket: &BucketName, prefix: &Prefix) -> Result<(bool, bool), Stop> {
        let place = Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() };
        let (mut pages, mut first) = (Self::of(place, false), None);
        while let Some(page) = pages.next(session).await? {
            first = page.entries.into_iter().next();
            if first.is_some() {
                break;
            }
        }
        if let Next::Asked(ticket) = pages.next {
            session.engine().submit(Request::Drop(ticket));
        }
        let has_marker = first.as_ref().is_some_and(|entry| entry.kind == EntryKind::Object && entry.name.is_empty());
        Ok((first.is_some(), has_marker))
    }

    /// Returns the next page, or nothing after the last.
    pub async fn next(&mut self, session: &mut Session<'_>) -> Result<Option<Page>, Stop> {
        let place = self.place.clone();
        let asked = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Asked(asked) => asked,
            Next::Ask(_) if self.is_deep => session.ask(|ticket| Request::ListBelow { ticket, place }),
            Next::Ask(from) => session.ask(|ticket| Request::List { ticket, place, from }),
        };
        let pick = |report| match report {
            Report::Page { ticket, page } if ticket == asked => Some(page),
            _ => None,
        };
        let page = session.answer(asked, pick).await?;
        self.next = match (&page.rest, page.is_last) {
            (Some(rest), true) => Next::Ask(Some(rest.clone())),
            (None, true) => Next::Nothing,
            (_, false) => Next::Asked(asked),
        };
        Ok(Some(page))
    }
}

/// Returns a size as it was asked for.
pub fn shown_size(bytes: u64, is_for_people: bool) -> String {
    if is_for_people { text::size(bytes) } else { bytes.to_string() }
}

/// Returns the columns of `aws s3 ls`: time, size, name.
fn entry_line(session: &Session<'_>, entry: &Entry, place: &Location, list: &List, zone: &TimeZone) -> String {
    let time = super::output::list_time(entry.modified, zone);
    let name = shown_name(entry, place, list.recursive);
    let name = session.output.name(&name);
    match entry.kind {
        EntryKind::Prefix => format!("{:>30} {name}", "PRE"),
        EntryKind::Object => {
            let size = shown_size(entry.size.unwrap_or_default(), list.human_readable);
            format!("{time} {size:>10} {name}")
        }
        _ => format!("{time} {name}"),
    }
}

/// Returns the name of a row: the last part, or the whole key of what lies deep.
fn shown_name(entry: &Entry, place: &Location, is_deep: bool) -> String {
    let Location::S3 { prefix, .. } = place else { return entry.name.to_string() };
    // A listing names what follows the prefix, which may end within a name.
    let head = if is_deep { prefix.as_str() } else { prefix.as_str().rsplit('/').next().unwrap_or_default() };
    let slash = if entry.kind == EntryKind::Prefix { "/" } else { "" };
    format!("{head}{}{slash}", entry.name)
}

fn entry_json(entry: &Entry, place: &Location) -> serde_json::Value {
    let time = entry.modified.map(|time| time.to_string());
    let in_bucket = |bucket: &BucketName, prefix: &Prefix| {
        let key = format!("{prefix}{}", entry.name);
        match entry.kind {
            EntryKind::Prefix => json!({ "type": "prefix", "bucket": bucket.as_str(), "prefix": format!("{key}/") }),
            _ => json!({
                "type": "object",
                "bucket": bucket.as_str(),
                "key": key,
                "size": entry.size,
                "lastModified": time,
                "storageClass": entry.storage_class.map(StorageClass::name),
            }),
        }
    };
    if let Location::S3 { bucket, prefix } = place {
        return in_bucket(bucket, prefix);
    }
    let region = entry.extra.as_ref().and_then(|extra| extra.region.as_deref());
    json!({ "type": "bucket", "name": &*entry.name, "region": region, "created": time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_what_the_prefix_holds_of_its_name() {
        let at = |prefix: &str| Location::S3 { bucket: "b".into(), prefix: prefix.into() };
        let object = Entry::new("rt.csv", EntryKind::Object);
        assert_eq!(shown_name(&object, &at("2026/repo"), false), "report.csv");
        assert_eq!(shown_name(&object, &at("2026/repo"), true), "2026/report.csv");
        assert_eq!(shown_name(&Entry::new("sub", EntryKind::Prefix), &at("2026/"), false), "sub/");
        assert_eq!(
            shown_name(&Entry::new("photos", EntryKind::Bucket), &Location::Buckets(Profile::OWN), false),
            "photos"
        );
    }

    #[test]
    fn json_names_the_whole_key() {
        let place = Location::S3 { bucket: "b".into(), prefix: "a/".into() };
        assert_eq!(entry_json(&Entry::new("f", EntryKind::Object), &place)["key"], "a/f");
        assert_eq!(entry_json(&Entry::new("", EntryKind::Prefix), &place)["prefix"], "a//");
    }
}
