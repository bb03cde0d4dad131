//! `ls` and `du` of local paths. Links are shown and not entered; what cannot be read is said, and the rest goes on.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::list::{EveryPage, List, Usage, shown_size};
use super::output::{list_time, say_error};
use super::session::{Session, Stop};
use crate::model::entry::{Entry, EntryKind};
use crate::model::error::{Error, Kind};
use crate::model::location::Location;
use crate::model::text;

/// What is in a folder, or all below it, folder by folder and sorted by name.
struct Rows {
    /// Folders that are still to be read, the next last, and where they are below the first.
    open: Vec<(PathBuf, String)>,
    is_deep: bool,
    /// The one name that is wanted, if it is not a folder that was asked for.
    only: Option<String>,
    has_failed: bool,
}

/// One row, and the name by which it is shown.
struct Row {
    name: String,
    entry: Entry,
}

impl Rows {
    fn of(path: &Path, is_folder: bool, is_deep: bool) -> Result<Self, Stop> {
        let rows = |folder: &Path, only| Self {
            open: vec![(folder.to_owned(), String::new())],
            is_deep,
            only,
            has_failed: false,
        };
        if is_folder {
            return Ok(rows(path, None));
        }
        let found = path.parent().zip(path.file_name()).filter(|_| path.symlink_metadata().is_ok());
        let missing = || Error::new(Kind::NotFound, "list", path.to_string_lossy(), "there is no such file or folder");
        let (folder, name) = found.ok_or_else(missing)?;
        Ok(rows(folder, Some(name.to_string_lossy().into_owned())))
    }

    /// Returns the rows of the next folder, or nothing after the last.
    async fn next(&mut self, session: &mut Session<'_>) -> Result<Option<Vec<Row>>, Stop> {
        let Some((folder, below)) = self.open.pop() else { return Ok(None) };
        let mut pages = EveryPage::of(Location::Local(folder.clone()), false);
        let mut entries = Vec::new();
        loop {
            match pages.next(session).await {
                Ok(Some(page)) => entries.extend(page.entries),
                Ok(None) => break,
                Err(Stop::Failed(error)) => {
                    say_error(&error);
                    self.has_failed = true;
                    break;
                }
                Err(stop) => return Err(stop),
            }
        }
        entries.retain(|entry| self.only.as_ref().is_none_or(|only| **only == *entry.name));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        if self.is_deep && self.only.is_none() {
            let folders = entries.iter().rev().filter(|entry| entry.kind == EntryKind::Folder);
            let open = folders.map(|entry| (folder.join(entry.os_name()), format!("{below}{}/", entry.name)));
            self.open.extend(open);
            entries.retain(|entry| entry.kind != EntryKind::Folder);
        }
        let row = |entry: Entry| Row { name: format!("{below}{}", entry.name), entry };
        Ok(Some(entries.into_iter().map(row).collect()))
    }

    /// Returns how it ended.
    fn end(&self) -> Result<(), Stop> {
        if self.has_failed { Err(Stop::Told) } else { Ok(()) }
    }
}

/// Runs `ls` of a path.
pub async fn list(session: &mut Session<'_>, list: &List, path: &Path, is_folder: bool) -> Result<(), Stop> {
    let zone = TimeZone::system();
    let mut rows = Rows::of(path, is_folder, list.recursive)?;
    let (mut files, mut bytes) = (0_u64, 0);
    while let Some(found) = rows.next(session).await? {
        for row in found {
            if !row.entry.kind.is_container() {
                files += 1;
                bytes += row.entry.size.unwrap_or_default();
            }
            if list.json {
                session.output.json(&row_json(&row)).await?;
            } else {
                let line = row_line(session, &row, list.human_readable, &zone);
                session.output.line(&line).await?;
            }
        }
        session.output.flush().await?;
    }
    if list.summarize && !list.json {
        let size = shown_size(bytes, list.human_readable);
        session.output.line(&format!("\nTotal Files: {files}\n Total Size: {size}")).await?;
        session.output.flush().await?;
    }
    rows.end()
}

/// Returns the columns that objects have, too: time, size, name.
fn row_line(session: &Session<'_>, row: &Row, is_for_people: bool, zone: &TimeZone) -> String {
    let name = session.output.name(&row.name);
    if row.entry.kind.is_container() {
        return format!("{:>30} {name}/", "DIR");
    }
    let size = row.entry.size.map(|bytes| shown_size(bytes, is_for_people)).unwrap_or_default();
    format!("{} {size:>10} {name}", list_time(row.entry.modified, zone))
}

fn row_json(row: &Row) -> Value {
    let kind = match row.entry.kind {
        EntryKind::Folder => "folder",
        EntryKind::File => "file",
        EntryKind::FolderLink | EntryKind::FileLink | EntryKind::BrokenLink => "link",
        EntryKind::Bucket | EntryKind::Prefix | EntryKind::Object | EntryKind::Special => "special",
    };
    let time = row.entry.modified.map(|time| time.to_string());
    json!({ "type": kind, "name": row.name, "size": row.entry.size, "lastModified": time })
}

/// Runs `du` of one path.
pub async fn usage(session: &mut Session<'_>, usage: &Usage, path: &Path, is_folder: bool) -> Result<(), Stop> {
    let mut rows = Rows::of(path, is_folder, true)?;
    let (mut files, mut bytes) = (0_u64, 0_u64);
    while let Some(found) = rows.next(session).await? {
        let plain = found.iter().filter(|row| row.entry.kind == EntryKind::File);
        (files, bytes) =
            plain.fold((files, bytes), |(files, bytes), row| (files + 1, bytes + row.entry.size.unwrap_or_default()));
    }
    let shown = path.to_string_lossy();
    if usage.json {
        session.output.json(&json!({ "location": shown, "files": files, "bytes": bytes })).await?;
    } else {
        let size = shown_size(bytes, usage.human_readable);
        let line = format!("{size:>10} {:>16} {}", text::counted(files, "file", "files"), session.output.name(&shown));
        session.output.line(&line).await?;
    }
    session.output.flush().await?;
    rows.end()
}
