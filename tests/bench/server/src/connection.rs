//! One connection: lines and bodies in, heads and bodies out, with as few copies as the system allows.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use rustix::buffer::spare_capacity;
use rustix::net::{RecvFlags, SendFlags};

/// What is read ahead of a body, in bytes.
const AHEAD: usize = 64 * 1024;

/// What is taken off the system at once, in bytes.
const AT_ONCE: usize = 4 * 1024 * 1024;

/// A connection to a client.
pub struct Connection {
    reader: BufReader<TcpStream>,
    /// Where discarded bytes would go, made for the first of them: most connections are short and discard nothing.
    nowhere: Vec<u8>,
}

/// What becomes of a body.
#[derive(Debug)]
pub enum Body {
    /// It is kept.
    Kept(Vec<u8>),
    /// It is discarded; so long it was.
    Counted(u64),
}

impl Body {
    /// Returns its length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Kept(bytes) => bytes.len() as u64,
            Self::Counted(bytes) => *bytes,
        }
    }
}

impl Connection {
    /// Takes over a stream.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { reader: BufReader::with_capacity(AHEAD, stream), nowhere: Vec::new() })
    }

    /// Returns the stream, to write to.
    pub fn stream(&self) -> &TcpStream {
        self.reader.get_ref()
    }

    /// Reads a line without its end; nothing where the client has left.
    pub fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::with_capacity(128);
        if self.reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(line.trim_ascii_end()).into_owned()))
    }

    /// Reads a line that must be there.
    pub fn next_line(&mut self) -> io::Result<String> {
        self.line()?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads all of a body of a length.
    pub fn whole(&mut self, length: u64, body: &mut Body) -> io::Result<()> {
        let Body::Kept(bytes) = body else { return self.append(length, body) };
        bytes.reserve_exact(usize::try_from(length).map_err(io::Error::other)?);
        let ahead = (self.reader.buffer().len() as u64).min(length);
        (&mut self.reader).take(ahead).read_to_end(bytes)?;
        while (bytes.len() as u64) < length {
            // There is room for just this body, so nothing of the next request is taken.
            let (_, read) = rustix::net::recv(self.reader.get_ref(), spare_capacity(bytes), RecvFlags::empty())?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    /// Reads so many bytes more of a body.
    pub fn append(&mut self, length: u64, body: &mut Body) -> io::Result<()> {
        match body {
            Body::Kept(bytes) => {
                let read = (&mut self.reader).take(length).read_to_end(bytes)?;
                if (read as u64) < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
            }
            Body::Counted(counted) => {
                *counted += length;
                self.discard(length)
            }
        }
    }

    fn discard(&mut self, length: u64) -> io::Result<()> {
        let ahead = self.reader.buffer().len().min(usize::try_from(length).unwrap_or(usize::MAX));
        self.reader.consume(ahead);
        let mut left = length - ahead as u64;
        self.nowhere.resize(AT_ONCE, 0);
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(usize::MAX).min(AT_ONCE);
            let nowhere = self.nowhere.get_mut(..room).unwrap_or_default();
            // On TCP this takes bytes off the queue without copying them (Linux, tcp(7), MSG_TRUNC).
            let (_, read) = rustix::net::recv(self.reader.get_ref(), nowhere, RecvFlags::TRUNC)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left = left.saturating_sub(read as u64);
        }
        Ok(())
    }

    /// Sends the head of an answer, which leaves together with what follows it, if anything does.
    pub fn send_head(&self, head: &[u8], is_followed: bool) -> io::Result<()> {
        let mut stream = self.stream();
        if !is_followed {
            return stream.write_all(head);
        }
        let sent = rustix::net::send(stream, head, SendFlags::MORE)?;
        stream.write_all(head.get(sent..).unwrap_or_default())
    }
}
