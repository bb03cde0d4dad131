//! Jobs that a copy of the program has not finished which does not run any more: listed, and struck out.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::output::{list_time, say};
use super::session::{Session, Stop};
use super::telling::Telling;
use crate::model::job::Unfinished;
use crate::model::text::{counted, size, visible};

/// Prints all of them, oldest first.
pub async fn list(session: &mut Session<'_>, is_json: bool, zone: &TimeZone) -> Result<(), Stop> {
    for left in session.all_left().await {
        if is_json {
            session.output.json(&value(&left)).await?;
        } else {
            let line = line(session, &left, zone);
            session.output.line(&line).await?;
        }
    }
    session.output.flush().await
}

/// Strikes one out, and says which uploads nobody aborts any more.
pub async fn forget(session: &mut Session<'_>, number: i64) -> Result<(), Stop> {
    let found = session.all_left().await.into_iter().find(|left| left.id.0 == number);
    let none = || Stop::Use(format!("there is no interrupted job {number}; --unfinished lists them"));
    let left = found.ok_or_else(none)?;
    let uploads = left.uploads.clone();
    let telling = Telling { verb: "forgot", is_quiet: true, is_json: false, rehearsed: None };
    session.forget(left, telling).await?;
    for upload in uploads {
        say(&format!("an unfinished upload is left, with its parts: {}", visible(&upload.to_string())));
    }
    Ok(())
}

fn line(session: &Session<'_>, left: &Unfinished, zone: &TimeZone) -> String {
    let name = |text: Option<String>| text.map(|text| session.output.name(&text).into_owned());
    let places = [name(left.work.from()), name(left.work.to())].into_iter().flatten().collect::<Vec<_>>().join(" -> ");
    let done = format!("{} done, {} begun", counted(left.items_done, "item", "items"), size(left.bytes_begun));
    let uploads = match left.uploads.len() as u64 {
        0 => String::new(),
        uploads => format!(", {}", counted(uploads, "upload", "uploads")),
    };
    let with = [("profile", &left.profile), ("endpoint", &left.endpoint)];
    let with = with.map(|(noun, name)| name.as_ref().map(|name| format!("  {noun} {}", visible(name))));
    let with: String = with.into_iter().flatten().collect();
    format!(
        "{:>6}  {}  {} {places}  ({done}{uploads}){with}",
        left.id.0,
        list_time(Some(left.queued), zone),
        left.work.verb()
    )
}

fn value(left: &Unfinished) -> Value {
    json!({
        "number": left.id.0,
        "queued": left.queued.to_string(),
        "work": left.work.verb(),
        "from": left.work.from(),
        "to": left.work.to(),
        "profile": left.profile,
        "endpoint": left.endpoint,
        "itemsDone": left.items_done,
        "bytesDone": left.bytes_done,
        "bytesBegun": left.bytes_begun,
        "uploads": left.uploads.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
