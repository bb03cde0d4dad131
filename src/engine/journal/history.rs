//! The history: items that have ended, read beside the writer and never through it, and kept from growing for ever.
//!
//! Readers of a log that is written ahead neither wait for the writer nor hold it up (SQLite, "Write-Ahead Logging").

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::database::{self, failure};
use crate::model::error::Error;
use crate::model::history::{HistoryId, HistoryRow};

/// The most rows of one page.
pub(in crate::engine) const PAGE: usize = 200;

/// How many items of jobs that have ended are kept.
const KEPT_ITEMS: i64 = 500_000;

/// How long a job without items is kept once it has ended.
const KEPT_JOBS: Duration = Duration::from_hours(90 * 24);

/// The most rows that are removed with one commit, so that no job waits long for its own.
const REMOVED_AT_ONCE: i64 = 2_000;

/// One page of the history, newest first.
#[derive(Debug, Default)]
pub(in crate::engine) struct HistoryPage {
    /// At most [`PAGE`].
    pub rows: Vec<HistoryRow>,
    /// Whether there are no older ones.
    pub is_last: bool,
}

/// Reads the page before a row. Rows that do not match are passed over, until somebody loses interest.
pub(in crate::engine) fn page(
    folder: &Path,
    filter: &str,
    before: Option<HistoryId>,
    is_cancelled: impl Fn() -> bool,
) -> Result<HistoryPage, Error> {
    let path = folder.join(database::NAME);
    if !path.exists() {
        return Ok(HistoryPage { rows: Vec::new(), is_last: true });
    }
    let fail = |error: &rusqlite::Error| Error { operation: "read", ..failure(&path, error) };
    let file = database::open_to_read(&path).map_err(|error| fail(&error))?;
    read(&file, &filter.to_lowercase(), before, is_cancelled).map_err(|error| fail(&error))
}

fn read(
    file: &Connection,
    filter: &str,
    before: Option<HistoryId>,
    is_cancelled: impl Fn() -> bool,
) -> rusqlite::Result<HistoryPage> {
    let mut found = file.prepare(
        "SELECT item.id, item.ended, source, target, bytes, item.outcome, detail, item.region, endpoint, profile, caller \
         FROM item JOIN job ON job.id = item.job WHERE item.id < ?1 ORDER BY item.id DESC",
    )?;
    let mut rows = found.query([before.map_or(i64::MAX, |before| before.0)])?;
    let mut page = HistoryPage::default();
    while let Some(row) = rows.next()? {
        if is_cancelled() {
            return Ok(page);
        }
        let row = read_row(row)?;
        if !filter.is_empty() && !row.matches(filter) {
            continue;
        }
        if page.rows.len() == PAGE {
            return Ok(page);
        }
        page.rows.push(row);
    }
    page.is_last = true;
    Ok(page)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    Ok(HistoryRow {
        id: HistoryId(row.get(0)?),
        ended: Timestamp::from_millisecond(row.get(1)?).unwrap_or_default(),
        source: row.get(2)?,
        target: row.get(3)?,
        bytes: row.get::<_, i64>(4)?.cast_unsigned(),
        outcome: row.get(5)?,
        detail: row.get(6)?,
        region: row.get(7)?,
        endpoint: row.get(8)?,
        profile: row.get(9)?,
        caller: row.get(10)?,
    })
}

/// Removes some of what is too old; returns whether there may be more. Of a job that can be gone on with nothing goes.
pub(super) fn prune(file: &Connection) -> rusqlite::Result<bool> {
    prune_to(file, KEPT_ITEMS, REMOVED_AT_ONCE)
}

fn prune_to(file: &Connection, kept: i64, at_once: i64) -> rusqlite::Result<bool> {
    const OVER: &str = "ended IS NOT NULL AND NOT EXISTS (SELECT 1 FROM upload WHERE job = job.id)";
    let oldest = Timestamp::now() - KEPT_JOBS;
    // Numbers are given out one behind the other, so the newest need not be counted.
    let items = file.execute(
        &format!(
            "DELETE FROM item WHERE id IN ( \
               SELECT id FROM item WHERE id <= (SELECT max(id) FROM item) - ?1 \
               AND job IN (SELECT id FROM job WHERE {OVER}) LIMIT ?2)"
        ),
        params![kept, at_once],
    )?;
    let jobs = file.execute(
        &format!(
            "DELETE FROM job WHERE id IN ( \
               SELECT id FROM job WHERE {OVER} AND ended < ?1 AND NOT EXISTS (SELECT 1 FROM item WHERE job = job.id) \
               LIMIT ?2)"
        ),
        params![oldest.as_millisecond(), at_once],
    )?;
    Ok([items, jobs].into_iter().any(|removed| i64::try_from(removed).is_ok_and(|removed| removed >= at_once)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> (tempfile::TempDir, Connection) {
        let home = tempfile::tempdir().unwrap();
        let file = database::open(home.path(), true).unwrap().connection;
        (home, file)
    }

    fn add_job(file: &Connection, ended: Option<i64>) -> i64 {
        let insert = "INSERT INTO job (owner, work, tag, queued, ended, profile) VALUES ('o', '', 't', 0, ?1, 'prod')";
        file.execute(insert, [ended]).unwrap();
        file.last_insert_rowid()
    }

    fn add_item(file: &Connection, job: i64, target: &str) {
        let insert = "INSERT INTO item (job, source, target, bytes, ended, outcome, detail) \
                      VALUES (?1, '/f', ?2, 3, 1000, 'done', 'size')";
        file.execute(insert, params![job, target]).unwrap();
    }

    fn targets(page: &HistoryPage) -> Vec<&str> {
        page.rows.iter().map(|row| row.target.as_str()).collect()
    }

    #[test]
    fn pages_go_back_from_the_newest_and_none_is_missing_or_twice() {
        let (home, file) = journal();
        let job = add_job(&file, Some(0));
        for number in 0..=2 * PAGE {
            add_item(&file, job, &format!("s3://b/{number}"));
        }
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = page(home.path(), "", before, || false).unwrap();
            before = page.rows.last().map(|row| row.id);
            all.extend(page.rows.into_iter().map(|row| row.target));
            if page.is_last {
                break;
            }
        }
        let wanted: Vec<_> = (0..=2 * PAGE).rev().map(|number| format!("s3://b/{number}")).collect();
        assert_eq!(all, wanted);
    }

    #[test]
    fn a_filter_takes_its_letters_as_they_are_and_older_rows_are_looked_through_too() {
        let (home, file) = journal();
        let job = add_job(&file, Some(0));
        add_item(&file, job, "s3://b/Report_100%");
        for number in 0..PAGE + 10 {
            add_item(&file, job, &format!("s3://b/{number}"));
        }
        let found = page(home.path(), "report_100%", None, || false).unwrap();
        assert_eq!((targets(&found), found.is_last), (vec!["s3://b/Report_100%"], true));
        assert_eq!(found.rows[0].profile.as_deref(), Some("prod"));
        assert!(page(home.path(), "%", None, || false).unwrap().rows.len() == 1, "no wildcard");
        assert!(!page(home.path(), "x", None, || true).unwrap().is_last, "nobody waits for it any more");
    }

    #[test]
    fn it_can_be_read_while_somebody_writes_and_when_there_is_nothing() {
        let (home, file) = journal();
        assert!(page(&home.path().join("none"), "", None, || false).unwrap().is_last);
        let job = add_job(&file, Some(0));
        add_item(&file, job, "s3://b/1");
        file.execute_batch("BEGIN IMMEDIATE").unwrap();
        add_item(&file, job, "s3://b/2");
        assert_eq!(targets(&page(home.path(), "", None, || false).unwrap()), ["s3://b/1"]);
        file.execute_batch("COMMIT").unwrap();
        drop(file);
        assert_eq!(page(home.path(), "", None, || false).unwrap().rows.len(), 2, "also without a writer");
    }

    #[test]
    fn only_the_oldest_items_of_jobs_that_are_over_go() {
        let (home, file) = journal();
        let (open, over, with_upload) = (add_job(&file, None), add_job(&file, Some(0)), add_job(&file, Some(0)));
        let upload = "INSERT INTO upload (job, target, source, state, step, began) VALUES (?1, '', '', '', 1, 0)";
        file.execute(upload, [with_upload]).unwrap();
        let now = Timestamp::now().as_millisecond();
        let (old, young) = (add_job(&file, Some(0)), add_job(&file, Some(now)));
        for number in 0..6 {
            for job in [open, over, with_upload] {
                add_item(&file, job, &format!("s3://b/{job}/{number}"));
            }
        }
        let mut rounds = 1;
        while prune_to(&file, 3, 2).unwrap() {
            rounds += 1;
        }
        assert!(rounds > 2, "a few at a time");
        let left = page(home.path(), &format!("s3://b/{over}/"), None, || false).unwrap();
        assert_eq!(targets(&left), [format!("s3://b/{over}/5")]);
        assert_eq!(page(home.path(), "", None, || false).unwrap().rows.len(), 13, "of the others all");
        let count =
            |job: i64| file.query_row("SELECT count(*) FROM job WHERE id = ?1", [job], |row| row.get::<_, i64>(0));
        assert_eq!((count(old).unwrap(), count(young).unwrap(), count(over).unwrap()), (0, 1, 1));
    }

    #[test]
    fn what_is_not_readable_is_an_error_that_names_the_file() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(database::NAME), "a shopping list".repeat(100)).unwrap();
        let error = page(home.path(), "", None, || false).unwrap_err();
        assert!(error.to_string().contains(database::NAME), "{error}");
    }

    #[test]
    fn a_reader_cannot_write() {
        let (home, _file) = journal();
        let reader = database::open_to_read(&home.path().join(database::NAME)).unwrap();
        assert!(reader.execute("DELETE FROM job", []).is_err());
    }
}
