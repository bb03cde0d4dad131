//! What goes to standard output, and how everything else is said.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt as _, BufWriter, Stdout};

use super::Stop;
use crate::model::error::{Error, Kind};
use crate::model::json::paint::with_escapes;
use crate::model::text::visible;

/// What waits to be written at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// Standard output: data, and nothing else.
#[derive(Debug)]
pub struct Output {
    out: BufWriter<Stdout>,
    is_terminal: bool,
}

impl Output {
    /// Opens standard output.
    pub fn new() -> Self {
        Self { out: BufWriter::with_capacity(BUFFER, tokio::io::stdout()), is_terminal: io::stdout().is_terminal() }
    }

    /// Returns a name from outside as it is printed: as it came, unless a terminal would act on it.
    pub fn name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.is_terminal { visible(name) } else { Cow::Borrowed(name) }
    }

    /// Writes a line.
    pub async fn line(&mut self, line: &str) -> Result<(), Stop> {
        self.text(line).await?;
        self.text("\n").await
    }

    /// Writes a text that has its own ends of lines.
    pub async fn text(&mut self, text: &str) -> Result<(), Stop> {
        self.out.write_all(text.as_bytes()).await.map_err(|error| stop(&error))
    }

    /// Writes an object of JSON on a line of its own.
    pub async fn json(&mut self, value: &Value) -> Result<(), Stop> {
        let text = value.to_string();
        let text = if self.is_terminal { with_escapes(&text) } else { text };
        self.line(&text).await
    }

    /// Writes JSON over several lines, for people and editors.
    pub async fn pretty_json(&mut self, value: &Value) -> Result<(), Stop> {
        let text = format!("{value:#}");
        for line in text.lines() {
            let line = if self.is_terminal { with_escapes(line) } else { line.to_owned() };
            self.line(&line).await?;
        }
        Ok(())
    }

    /// Writes what waits.
    pub async fn flush(&mut self) -> Result<(), Stop> {
        self.out.flush().await.map_err(|error| stop(&error))
    }

    /// Writes bytes that are no lines.
    pub async fn raw(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.out.write_all(bytes).await.map_err(|error| stop(&error))
    }
}

/// Returns what a failure of standard output means: that nobody reads it any more is no error.
pub fn stop(error: &io::Error) -> Stop {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Stop::Closed;
    }
    Stop::Failed(Error::from_io("write", "standard output", error))
}

/// Says something on standard error.
pub fn say(line: &str) {
    // Nobody may listen, which changes nothing.
    let _ = writeln!(io::stderr(), "bucketry: {line}");
}

/// Says a line of something longer on standard error, as it is.
pub fn say_line(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Says what went wrong, with what a support desk asks for, and what to try.
pub fn say_error(error: &Error) {
    say(&error_lines(error));
}

fn error_lines(error: &Error) -> String {
    let mut lines = error.to_string();
    // Most errors name their code already.
    let code = error.code.as_deref().filter(|code| !lines.contains(*code));
    let ids = [("code", code), ("request id", error.request_id.as_deref())];
    let ids: Vec<_> = ids.into_iter().filter_map(|(name, id)| Some(format!("{name} {}", visible(id?)))).collect();
    if !ids.is_empty() {
        let _ = write!(lines, "\n  {}", ids.join(", "));
    }
    if let Some(hint) = error.hint() {
        let _ = write!(lines, "\n  hint: {hint}");
    }
    lines
}

/// Returns an error as JSON.
pub fn error_json(error: &Error) -> Value {
    json!({
        "message": error.to_string(),
        "kind": kind_word(error.kind),
        "code": error.code,
        "requestId": error.request_id,
        "hint": error.hint(),
    })
}

/// Returns the word for a kind of error. Scripts read it, so it stays when a kind gets another name here.
fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::NotFound => "not found",
        Kind::NoSuchBucket => "no such bucket",
        Kind::Denied => "denied",
        Kind::Unsupported => "unsupported",
        Kind::Throttled => "throttled",
        Kind::Conflict => "conflict",
        Kind::WrongRegion => "wrong region",
        Kind::NoCredentials => "no credentials",
        Kind::ExpiredToken => "expired token",
        Kind::BadCredentials => "bad credentials",
        Kind::ClockSkew => "clock skew",
        Kind::Network => "network",
        Kind::Server => "server",
        Kind::Invalid => "invalid",
        Kind::UnsafeName => "unsafe name",
        Kind::Corrupt => "corrupt",
        Kind::Archived => "archived",
        Kind::NoSpace => "no space",
        Kind::Io => "io",
        Kind::Cancelled => "cancelled",
        Kind::ReadOnly => "read only",
        Kind::Other => "other",
    }
}

/// Returns a time as listings of `aws s3` have it, local and to the second.
pub fn list_time(time: Option<Timestamp>, zone: &TimeZone) -> String {
    match time {
        Some(time) => time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => " ".repeat(19),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_code_request_id_and_hint() {
        let mut error = Error::new(Kind::Throttled, "read", "s3://b/k", "slow down");
        error.code = Some("SlowDown".to_owned());
        error.request_id = Some("ABC".to_owned());
        let lines = error_lines(&error);
        assert!(lines.contains("(SlowDown)\n  request id ABC\n  hint: "), "{lines}");
        assert_eq!(error_json(&error)["kind"], "throttled");
        assert_eq!(kind_word(Kind::NotFound), "not found");
    }

    #[test]
    fn a_closed_pipe_is_told_apart_from_a_full_disk() {
        assert!(matches!(stop(&io::ErrorKind::BrokenPipe.into()), Stop::Closed));
        assert!(matches!(stop(&io::ErrorKind::StorageFull.into()), Stop::Failed(_)));
    }
}
