//! Answers on their way out.

use std::io::{self, Write as _};
use std::ops::Range;

use jiff::Timestamp;

use crate::connection::Connection;
use crate::data::Data;
use crate::store::Store;

/// What follows the head.
enum Follows {
    /// A short text.
    Text(Vec<u8>),
    /// A range of an object.
    Data(Data, Range<u64>),
    /// Nothing, although a length is told.
    Nothing(u64),
}

/// One answer.
pub struct Reply {
    status: &'static str,
    headers: String,
    follows: Follows,
}

impl Reply {
    /// Returns an answer of headers alone, each with its line end.
    pub fn new(status: &'static str, headers: String) -> Self {
        Self { status, headers, follows: Follows::Text(Vec::new()) }
    }

    /// Returns an answer that says yes.
    pub fn ok(headers: String) -> Self {
        Self::new("200 OK", headers)
    }

    /// Returns a document.
    pub fn xml(document: &str) -> Self {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}").into_bytes();
        Self { follows: Follows::Text(text), ..Self::ok("Content-Type: application/xml\r\n".to_owned()) }
    }

    /// Returns a refusal.
    pub fn error(status: &'static str, code: &str) -> Self {
        Self { status, ..Self::xml(&format!("<Error><Code>{code}</Code></Error>")) }
    }

    /// Returns a range of an object.
    pub fn data(status: &'static str, headers: String, data: Data, range: Range<u64>) -> Self {
        Self { status, headers, follows: Follows::Data(data, range) }
    }

    /// Returns the same as an answer to HEAD has it.
    pub fn without_body(self) -> Self {
        Self { follows: Follows::Nothing(self.length()), ..self }
    }

    fn length(&self) -> u64 {
        match &self.follows {
            Follows::Text(text) => text.len() as u64,
            Follows::Data(_, range) => range.end - range.start,
            Follows::Nothing(length) => *length,
        }
    }

    /// Sends it.
    pub fn send(&self, connection: &Connection, store: &Store) -> io::Result<()> {
        let Self { status, headers, follows } = self;
        let (now, length) = (http_date(Timestamp::now()), self.length());
        let head = format!(
            "HTTP/1.1 {status}\r\nServer: bench\r\nx-amz-request-id: 1\r\nDate: {now}\r\nContent-Length: \
             {length}\r\n{headers}\r\n"
        );
        match follows {
            Follows::Text(text) => connection.stream().write_all(&[head.as_bytes(), text].concat()),
            Follows::Nothing(_) => connection.send_head(head.as_bytes(), false),
            Follows::Data(data, range) => {
                connection.send_head(head.as_bytes(), range.start < range.end)?;
                data.send(connection.stream(), &store.pattern, 0, range.clone())
            }
        }
    }
}

/// Returns a time as headers have it (RFC 9110, 5.6.7).
pub fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Returns a text as XML has it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
