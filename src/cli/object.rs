//! `cat`, `stat` and `presign`: single objects.

use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::list::EveryPage;
use super::location::{End, folder_prefix};
use super::output::{error_json, say, say_error};
use super::session::{Session, Stop};
use crate::model::access::Access;
use crate::model::error::{Error, Kind};
use crate::model::inspect::{Content, Section};
use crate::model::job::{Item, PresignedMethod, Report, Request, Ticket};
use crate::model::lifetime::lifetime;
use crate::model::location::ObjectRef;
use crate::model::text::{self, visible};

/// What `cat` is given.
#[derive(Debug, Clone, Args)]
pub struct Cat {
    /// s3://bucket/key
    #[arg(required = true)]
    locations: Vec<String>,
}

/// What `stat` is given.
#[derive(Debug, Clone, Args)]
pub struct Stat {
    /// s3://bucket/key, s3://bucket, s3://bucket/prefix/ or a path
    #[arg(required = true)]
    locations: Vec<String>,
    /// Print one object of JSON a line, one for each location
    #[arg(long)]
    json: bool,
}

/// What `presign` is given.
#[derive(Debug, Clone, Args)]
pub struct Presign {
    /// s3://bucket/key
    location: String,
    /// For how long: seconds, or 15m, 12h, 7d, which is the most
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = lifetime)]
    expires_in: Duration,
    /// Allow to write the object instead of reading it
    #[arg(long)]
    put: bool,
    /// Print one object of JSON
    #[arg(long)]
    json: bool,
}

/// Runs `cat`.
pub async fn cat(session: &mut Session<'_>, cat: &Cat) -> Result<(), Stop> {
    let base = session.base.clone();
    let objects: Result<Vec<_>, _> = cat.locations.iter().map(|text| End::object(text, &base)).collect();
    let mut has_failed = false;
    for object in objects.map_err(Stop::Use)? {
        match session.read(object).await {
            Err(Stop::Failed(error)) => {
                say_error(&error);
                has_failed = true;
            }
            ended => ended?,
        }
    }
    if has_failed { Err(Stop::Told) } else { Ok(()) }
}

/// Runs `presign`.
pub async fn presign(session: &mut Session<'_>, presign: &Presign) -> Result<(), Stop> {
    let object = End::object(&presign.location, &session.base).map_err(Stop::Use)?;
    let method = if presign.put { PresignedMethod::Put } else { PresignedMethod::Get };
    let lifetime = presign.expires_in;
    let asked = session.ask(|ticket| Request::Presign { ticket, object, method, lifetime });
    let pick = |report| match report {
        Report::Presigned { ticket, url, ends, credentials_end } if ticket == asked => {
            Some((url, ends, credentials_end))
        }
        _ => None,
    };
    let (url, ends, credentials_end) = session.answer(asked, pick).await?;
    let early_end = credentials_end.filter(|end| *end < ends);
    if let Some(end) = early_end {
        let end = text::long_time(end, &TimeZone::system());
        say(&format!("the address ends with the session credentials that signed it, at {end}"));
    }
    if presign.json {
        let method = if presign.put { "PUT" } else { "GET" };
        let ends = early_end.unwrap_or(ends).to_string();
        session.output.json(&json!({ "url": url, "method": method, "ends": ends })).await?;
    } else {
        session.output.line(&url).await?;
    }
    session.output.flush().await
}

/// Runs `stat`.
pub async fn stat(session: &mut Session<'_>, stat: &Stat) -> Result<(), Stop> {
    let base = session.base.clone();
    let items: Result<Vec<_>, _> =
        stat.locations.iter().map(|text| Ok((text, item(End::parse(text, &base)?, text)?))).collect();
    let items = items.map_err(Stop::Use)?;
    let mut has_failed = false;
    for (text, item) in &items {
        if let Item::Prefix { bucket, prefix } = item {
            match EveryPage::look(session, bucket, prefix).await {
                Ok((_, true)) => {
                    let marker = Item::Object(ObjectRef::new(bucket.clone(), prefix.as_str()));
                    has_failed |= !tell(session, stat, text, &marker).await?;
                }
                Ok((true, false)) => {}
                Ok((false, false)) => {
                    say_error(&Error::new(Kind::NotFound, "stat", item.to_string(), "nothing begins like this"));
                    has_failed = true;
                    continue;
                }
                Err(Stop::Failed(error)) => {
                    say_error(&error);
                    has_failed = true;
                    continue;
                }
                Err(stop) => return Err(stop),
            }
        }
        has_failed |= !tell(session, stat, text, item).await?;
    }
    if has_failed { Err(Stop::Told) } else { Ok(()) }
}

/// Tells what is known of one item; returns whether anything is.
async fn tell(session: &mut Session<'_>, stat: &Stat, text: &str, item: &Item) -> Result<bool, Stop> {
    let known = Known::ask(session, item).await;
    // Without the first section there is no such thing, or nothing may be known of it.
    if let Some(error) = known.failure() {
        say_error(error);
        return Ok(false);
    }
    if stat.json {
        session.output.json(&known.json(text)).await?;
    } else {
        let lines = known.lines(&item.to_string());
        session.output.line(&lines).await?;
    }
    session.output.flush().await?;
    Ok(true)
}

fn item(end: End, text: &str) -> Result<Item, String> {
    match end {
        End::Local { path, is_folder: true } => Ok(Item::Folder(path)),
        End::Local { path, .. } => Ok(Item::File(path)),
        End::S3 { bucket, key } if key.is_empty() => Ok(Item::Bucket(bucket)),
        End::S3 { bucket, key } if key.ends_with('/') => Ok(Item::Prefix { bucket, prefix: folder_prefix(&key) }),
        End::S3 { bucket, key } => Ok(Item::Object(ObjectRef::new(bucket, key))),
        End::Stream | End::Buckets(_) => Err(format!("{text} is neither a path nor in a bucket")),
    }
}

/// What is known of one thing.
struct Known {
    sections: Vec<(Section, Result<Content, Error>)>,
    access: Option<Access>,
}

impl Known {
    /// Asks for all sections and waits until the last is there.
    async fn ask(session: &mut Session<'_>, item: &Item) -> Self {
        let wanted = match item {
            Item::Object(_) => Section::OF_OBJECT,
            Item::Bucket(_) => Section::OF_BUCKET,
            Item::Prefix { .. } => Section::OF_PREFIX,
            Item::File(_) | Item::Folder(_) => Section::OF_FILE,
        };
        let has_verdict = matches!(item, Item::Object(_) | Item::Bucket(_));
        let asked: Ticket = session.ask(|ticket| Request::Inspect { ticket, item: item.clone() });
        let mut known = Self { sections: Vec::new(), access: None };
        while known.sections.len() < wanted.len() || has_verdict && known.access.is_none() {
            match session.report().await {
                Report::Inspected { ticket, section, result } if ticket == asked => {
                    known.sections.push((section, result));
                }
                Report::Verdict { ticket, access } if ticket == asked => known.access = Some(access),
                Report::Failed { ticket, error } if ticket == asked => {
                    known.sections = wanted.first().map(|first| (*first, Err(error))).into_iter().collect();
                    return known;
                }
                _ => {}
            }
        }
        known.sections.sort_by_key(|(section, _)| wanted.iter().position(|own| own == section));
        known
    }

    /// Returns why nothing is known at all, if so.
    fn failure(&self) -> Option<&Error> {
        self.sections.first().and_then(|(_, result)| result.as_ref().err())
    }

    fn lines(&self, name: &str) -> String {
        let mut lines = vec![visible(name).into_owned()];
        if let Some(access) = &self.access {
            lines.push(format!("Access: {} {}", access.word(), visible(&access.detail())).trim_end().to_owned());
        }
        for (section, result) in &self.sections {
            lines.push(section.title().to_owned());
            match result {
                Ok(Content::Fields(fields)) => {
                    let line = |label: &str, value: &str| format!("  {}: {}", visible(label), visible(value));
                    lines.extend(fields.iter().map(|field| line(&field.label, &field.value)));
                }
                Ok(Content::Document(text)) => {
                    lines.extend(text.lines().map(|line| format!("  {}", visible(line))));
                }
                Ok(Content::NotSet(words)) => lines.push(format!("  {words}")),
                Err(error) if error.kind == Kind::Unsupported => {
                    lines.push("  not supported by this server".to_owned());
                }
                Err(error) => lines.push(format!("  {error}")),
            }
        }
        lines.join("\n")
    }

    fn json(&self, location: &str) -> Value {
        let mut value = Map::new();
        value.insert("location".to_owned(), json!(location));
        if let Some(access) = &self.access {
            value.insert("access".to_owned(), json!({ "word": access.word(), "detail": access.detail() }));
        }
        for (section, result) in &self.sections {
            let content = match result {
                Ok(Content::Fields(fields)) => {
                    fields.iter().map(|field| (field.label.clone(), json!(field.value))).collect::<Map<_, _>>().into()
                }
                Ok(Content::Document(text)) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
                Ok(Content::NotSet(_)) => Value::Null,
                Err(error) => json!({ "error": error_json(error) }),
            };
            value.insert(section.title().to_owned(), content);
        }
        value.into()
    }
}
