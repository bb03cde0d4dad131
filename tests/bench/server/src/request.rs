//! Requests as they come in.

use std::io::{self, Write as _};

use percent_encoding::percent_decode_str;

use crate::connection::{Body, Connection};

/// One request, read whole.
#[derive(Debug)]
pub struct Request {
    /// `GET`, `PUT`.
    pub method: String,
    /// Empty where the buckets are meant.
    pub bucket: String,
    /// Empty where the bucket is meant.
    pub key: String,
    query: Vec<(String, String)>,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    /// What came with it.
    pub body: Body,
}

impl Request {
    /// Reads the next request; nothing where the client has left.
    pub fn read(connection: &mut Connection) -> io::Result<Option<Self>> {
        let Some(first) = connection.line()? else { return Ok(None) };
        let mut words = first.split(' ');
        let (method, target) = words.next().zip(words.next()).ok_or_else(|| invalid("the request has no target"))?;
        let headers = read_headers(connection)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("http://").and_then(|rest| rest.split_once('/')).map_or(path, |(_, path)| path);
        let path = path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let mut request = Self {
            method: method.to_owned(),
            bucket: bucket.to_owned(),
            key: decoded(key),
            query: query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect(),
            headers,
            body: Body::Counted(0),
        };
        request.read_body(connection)?;
        Ok(Some(request))
    }

    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// Returns all headers.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the value of a parameter; empty where it has none.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// Returns the value of a parameter that must be there.
    pub fn needed(&self, name: &str) -> io::Result<&str> {
        self.parameter(name).ok_or_else(|| invalid("a parameter is missing"))
    }

    fn read_body(&mut self, connection: &mut Connection) -> io::Result<()> {
        if self.header("expect").is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue")) {
            connection.stream().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0_u64);
        let is_in_chunks = self.header("transfer-encoding").is_some();
        // Amazon's own chunks, inside of those of HTTP if there are any.
        let is_in_own_chunks = self.header("x-amz-content-sha256").is_some_and(|sum| sum.starts_with("STREAMING"))
            || self.header("content-encoding").is_some_and(|encoding| encoding.contains("aws-chunked"));
        let is_kept = !(self.bucket.starts_with("sink") && self.method == "PUT");
        self.body = if is_kept { Body::Kept(Vec::new()) } else { Body::Counted(0) };
        match (is_in_chunks, is_in_own_chunks && length > 0) {
            (true, _) if is_in_own_chunks => {
                let mut outer = Body::Kept(Vec::new());
                read_chunks(connection, &mut outer)?;
                let Body::Kept(outer) = outer else { return Ok(()) };
                unwrap_chunks(&outer, &mut self.body)
            }
            (true, _) | (_, true) => read_chunks(connection, &mut self.body),
            _ => connection.whole(length, &mut self.body),
        }
    }
}

/// Returns what ends a connection.
pub fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Decodes a name of a path.
pub fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

fn read_headers(connection: &mut Connection) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::with_capacity(16);
    loop {
        let line = connection.next_line()?;
        if line.is_empty() {
            return Ok(headers);
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Reads the length of a chunk: `1f400;chunk-signature=…`.
fn chunk_length(line: &str) -> io::Result<u64> {
    let digits = line.split(';').next().unwrap_or_default().trim();
    u64::from_str_radix(digits, 16).map_err(|_| invalid("a chunk has no length"))
}

fn read_chunks(connection: &mut Connection, body: &mut Body) -> io::Result<()> {
    loop {
        let length = chunk_length(&connection.next_line()?)?;
        if length == 0 {
            while !connection.next_line()?.is_empty() {}
            return Ok(());
        }
        connection.append(length, body)?;
        connection.next_line()?;
    }
}

fn unwrap_chunks(mut outer: &[u8], body: &mut Body) -> io::Result<()> {
    let broken = || invalid("a chunk is broken");
    loop {
        let end = outer.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let (line, rest) = outer.split_at_checked(end + 1).ok_or_else(broken)?;
        let length = chunk_length(&String::from_utf8_lossy(line))?;
        if length == 0 {
            return Ok(());
        }
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let (chunk, rest) = rest.split_at_checked(length).ok_or_else(broken)?;
        match body {
            Body::Kept(bytes) => bytes.extend_from_slice(chunk),
            Body::Counted(counted) => *counted += chunk.len() as u64,
        }
        outer = rest.get(2..).ok_or_else(broken)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_inside_of_chunks_are_unwrapped() {
        let sent = b"3;chunk-signature=0\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum:y\r\n\r\n";
        let mut kept = Body::Kept(Vec::new());
        unwrap_chunks(sent, &mut kept).unwrap();
        assert!(matches!(kept, Body::Kept(bytes) if bytes == b"abcde"));
        let mut counted = Body::Counted(0);
        unwrap_chunks(sent, &mut counted).unwrap();
        assert_eq!(counted.len(), 5);
        for broken in [&b"3\r\nab"[..], b"x\r\n", b"3"] {
            assert!(unwrap_chunks(broken, &mut counted).is_err(), "{broken:?}");
        }
    }
}
