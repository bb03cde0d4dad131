//! `history`: what was transferred and what was interrupted, from this machine's journal. It asks no server.

use std::borrow::Cow;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::left;
use super::output::{Output, list_time};
use super::session::{Session, Stop};
use crate::model::history::{HistoryId, HistoryRow};
use crate::model::job::{Report, Request};
use crate::model::text::size;

/// What the page of the command says at its end.
pub const PAGE_END: &str = "\
The newest come first. The history is that of this machine and user: all that was copied or moved, by whatever copy of \
the program, with and without a screen; of deletions it knows nothing. No server is asked, and no credentials are needed. \
The newest 500,000 items are kept. What was left out (as it was there already, or by a choice) was not copied and is not in it. \
Who did it is known where the program asked for its identity, as the screen does; a command asks nobody, so there it is empty.

--unfinished lists the jobs that a copy of the program has not finished which does not run any more. The screen offers \
them at its start, to be resumed or discarded. One whose server is gone can be neither: --forget strikes it out, removes \
its temporary files here, and says which uploads nobody will abort.

--csv is RFC 4180 with a header. So that no spreadsheet runs a name as a formula, a cell that begins with = + - or @, or \
with a tab or a carriage return, gets a ' before it. --json gives every name as it is.";

/// What `history` is given.
#[derive(Debug, Clone, Args)]
pub struct History {
    /// Only what has this text in a name or in how it ended, in capitals or not
    filter: Option<String>,
    /// Print one object of JSON a line
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print comma-separated values with a header
    #[arg(long)]
    csv: bool,
    /// Print so many at the most
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print the interrupted jobs instead, each with its number
    #[arg(long, conflicts_with_all = ["filter", "csv", "limit"])]
    unfinished: bool,
    /// Strike out the interrupted job of this number, and ask no server; its temporary files here are removed
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["filter", "csv", "limit", "json", "unfinished"])]
    forget: Option<i64>,
}

impl History {
    /// Returns whether anything is changed.
    pub fn writes(&self) -> bool {
        self.forget.is_some()
    }
}

/// The columns of `--csv`; the keys of `--json` are the same.
const COLUMNS: [&str; 12] =
    ["ended", "name", "bytes", "source", "target", "uri", "url", "outcome", "detail", "caller", "profile", "endpoint"];

/// Runs `history`.
pub async fn history(session: &mut Session<'_>, history: &History) -> Result<(), Stop> {
    if let Some(number) = history.forget {
        return left::forget(session, number).await;
    }
    let zone = TimeZone::system();
    if history.unfinished {
        return left::list(session, history.json, &zone).await;
    }
    let mut left = history.limit.unwrap_or(usize::MAX);
    let mut before = None;
    if history.csv {
        session.output.text(&csv_line(COLUMNS.map(Cow::Borrowed))).await?;
    }
    while left > 0 {
        let (rows, is_last) = page(session, history, before).await?;
        before = rows.last().map(|row| row.id);
        for row in rows.iter().take(left) {
            print(&mut session.output, row, history, &zone).await?;
        }
        left -= rows.len().min(left);
        session.output.flush().await?;
        if is_last {
            break;
        }
    }
    session.output.flush().await
}

async fn page(
    session: &mut Session<'_>,
    history: &History,
    before: Option<HistoryId>,
) -> Result<(Vec<HistoryRow>, bool), Stop> {
    let filter = history.filter.clone().unwrap_or_default();
    let asked = session.ask(|ticket| Request::History { ticket, filter, before });
    let pick = |report| match report {
        Report::History { ticket, rows, is_last } if ticket == asked => Some((rows, is_last)),
        _ => None,
    };
    session.answer(asked, pick).await
}

async fn print(output: &mut Output, row: &HistoryRow, history: &History, zone: &TimeZone) -> Result<(), Stop> {
    if history.json {
        return output.json(&Value::Object(COLUMNS.map(str::to_owned).into_iter().zip(values(row)).collect())).await;
    }
    if history.csv {
        let cells = values(row).map(|value| match value {
            Value::String(text) => Cow::Owned(output.name(&text).into_owned()),
            Value::Null => Cow::Borrowed(""),
            value => Cow::Owned(value.to_string()),
        });
        return output.text(&csv_line(cells)).await;
    }
    let (time, words) = (list_time(Some(row.ended), zone), row.words());
    let line = format!(
        "{time} {:>10}  {}  {} -> {}",
        size(row.bytes),
        output.name(&words),
        output.name(&row.source),
        output.name(&row.target)
    );
    output.line(&line).await
}

/// The cells of a row, in the order of the columns.
fn values(row: &HistoryRow) -> [Value; 12] {
    [
        json!(row.ended.to_string()),
        json!(row.name()),
        json!(row.bytes),
        json!(row.source),
        json!(row.target),
        json!(row.object().map(|object| object.to_string())),
        json!(row.url()),
        json!(row.outcome),
        json!(row.detail),
        json!(row.caller),
        json!(row.profile),
        json!(row.endpoint),
    ]
}

/// A record of RFC 4180 with its end of line.
fn csv_line(cells: [Cow<'_, str>; 12]) -> String {
    cells.map(|cell| csv_cell(&cell)).join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection"), in quotes where its text needs them.
fn csv_cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (text, cell) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"\n", "\"say \"\"x\"\"\n\""),
            ("=1+1", "'=1+1"),
            ("-a,b", "\"'-a,b\""),
            ("@x", "'@x"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
