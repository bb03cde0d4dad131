//! The file behind the journal: its tables, how it is opened, and what happens to one that is damaged.
//!
//! SQLite keeps what was committed through a crash of the program, of the machine, and a cut of its log at any byte: the
//! log is appended with checksums (WAL) and flushed with every commit (`synchronous=FULL`), so at most the last commit
//! is lost (SQLite, "Write-Ahead Logging"; "PRAGMA synchronous").

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::model::error::{Error, Kind};

/// The name of the file in the data folder.
pub(super) const NAME: &str = "journal.db";

/// How long one copy of the program waits for another that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// What tells our files from those of others: "bukt".
const APPLICATION: i32 = 0x6275_6B74;

/// The version of the tables below.
const VERSION: i32 = 1;

/// Jobs, what they have done (which is the history of transfers too), and what they have left half way.
const TABLES: &str = "
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    -- The lock file of the copy of the program that runs it.
    owner TEXT NOT NULL,
    work TEXT NOT NULL,
    -- What its temporary files are known by.
    tag TEXT NOT NULL,
    profile TEXT, region TEXT, endpoint TEXT, caller TEXT,
    -- Since when the machine runs: what was not synced may be lost when it is another time.
    boot TEXT,
    queued INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT
);
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    source TEXT NOT NULL,
    -- The state that the source was in.
    state TEXT,
    target TEXT NOT NULL,
    region TEXT,
    bytes INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT
);
CREATE INDEX item_by_job ON item (job);
CREATE TABLE upload (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    target TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    step INTEGER NOT NULL,
    began INTEGER NOT NULL,
    -- Nothing as long as the server was only asked for one.
    upload TEXT,
    has_checksums INTEGER
);
CREATE INDEX upload_by_job ON upload (job);
CREATE TABLE part (
    upload INTEGER NOT NULL REFERENCES upload ON DELETE CASCADE,
    number INTEGER NOT NULL,
    etag TEXT NOT NULL,
    size INTEGER NOT NULL,
    crc64 INTEGER,
    by_md5 INTEGER NOT NULL,
    PRIMARY KEY (upload, number)
) WITHOUT ROWID;
CREATE TABLE download (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    step INTEGER NOT NULL,
    target BLOB NOT NULL,
    temporary TEXT NOT NULL
);
CREATE INDEX download_by_job ON download (job);
CREATE TABLE range (
    download INTEGER NOT NULL REFERENCES download ON DELETE CASCADE,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (download, start)
) WITHOUT ROWID;
CREATE TABLE folder (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    path BLOB NOT NULL,
    PRIMARY KEY (job, path)
) WITHOUT ROWID;
";

/// An open file, and what had to be done to open it.
pub(super) struct Opened {
    /// The file.
    pub connection: Connection,
    /// Where the file was put that was there before and could not be read.
    pub set_aside: Option<(PathBuf, Error)>,
}

/// Makes the folder, for its owner alone: what was copied is nobody else's business.
pub(super) fn make_folder(folder: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Error::from_io("create", folder.to_string_lossy(), &error))
}

/// Opens the file in a folder, and makes both if they are missing. A damaged one is set aside, never removed.
///
/// All of it is read only if `is_suspect`: later, damage shows where it is met.
pub(super) fn open(folder: &Path, is_suspect: bool) -> Result<Opened, Error> {
    make_folder(folder)?;
    let path = folder.join(NAME);
    match open_file(&path, is_suspect) {
        Ok(connection) => Ok(Opened { connection, set_aside: None }),
        Err(error) if is_damage(&error) => {
            // Of several copies that find it only one renames it, and the others find the new one.
            let _turn = lock(folder)?;
            if let Ok(connection) = open_file(&path, true) {
                return Ok(Opened { connection, set_aside: None });
            }
            let cause = failure(&path, &error);
            let aside = set_aside(&path)?;
            let connection = open_file(&path, false).map_err(|error| failure(&path, &error))?;
            Ok(Opened { connection, set_aside: Some((aside, cause)) })
        }
        Err(error) => Err(failure(&path, &error)),
    }
}

/// Waits until no other copy of the program sets the file aside.
fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("set-aside.lock");
    let fail = |error: std::io::Error| Error::from_io("set aside", path.to_string_lossy(), &error);
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(fail)?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).map_err(|error| fail(error.into()))?;
    Ok(file)
}

/// Returns the error of a statement as others are told.
pub(super) fn failure(path: &Path, error: &rusqlite::Error) -> Error {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Kind::NoSpace,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Corrupt,
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => Kind::Denied,
        _ => Kind::Io,
    };
    Error::new(kind, "keep the journal", path.to_string_lossy(), error.to_string())
}

fn open_file(path: &Path, is_suspect: bool) -> rusqlite::Result<Connection> {
    // SQLite would make it open to all.
    let _ = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        prepare(&connection)?;
    }
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION && version > VERSION {
        let words = "a later version of the program has written it".to_owned();
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISMATCH),
            Some(words),
        ));
    }
    let found: String = match application {
        APPLICATION if !is_suspect => return Ok(connection),
        APPLICATION => connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?,
        _ => "it is of another program".to_owned(),
    };
    if found == "ok" {
        return Ok(connection);
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(found)))
}

/// Opens the file beside whoever writes it; nothing can be changed by this.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Makes the tables, unless another copy of the program was faster.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", VERSION)?;
    }
    connection.execute_batch("COMMIT")
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Renames the file with its log, so that a person, or a later version, can still look into it.
fn set_aside(path: &Path) -> Result<PathBuf, Error> {
    let now = Timestamp::now().as_millisecond();
    let named = |tail: &str, end: &str| {
        let mut name = OsString::from(path);
        name.push(tail);
        name.push(end);
        PathBuf::from(name)
    };
    let aside = named(&format!(".damaged-{now}"), "");
    for end in ["-wal", "-shm", ""] {
        let (from, to) = (named(end, ""), named(&format!(".damaged-{now}"), end));
        match std::fs::rename(&from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::from_io("set aside", from.to_string_lossy(), &error));
            }
            _ => {}
        }
    }
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(aside)
}
