//! The cheapest S3-speaking source and sink: what is measured against it is the client, not the server.
//!
//! ```text
//! bench-server [PORT [LATENCY_MS]]
//! ```
//!
//! It listens on the loopback interface alone, on a free port unless one is given, and prints its address on a line. No
//! signature is checked; each connection has a thread. Buckets that begin with `sink` discard what is written and serve a
//! pattern (`sinkgb/big` is 1 GiB with its checksum); `mem` keeps bytes; `list` holds 100,000 keys in 1,000 prefixes,
//! `flat` as many in none. Each answer comes so much later as the latency says.

mod bucket;
mod connection;
mod data;
mod list;
mod object;
mod reply;
mod request;
mod store;

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use crate::connection::Connection;
use crate::reply::Reply;
use crate::request::Request;
use crate::store::Store;

/// The stack of a thread, in bytes: there may be thousands.
const STACK: usize = 256 * 1024;

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| {
        text.parse::<u16>().map_err(|_| io::Error::other(format!("{text}: use: bench-server [PORT [LATENCY_MS]]")))
    });
    let port = numbers.next().transpose()?.unwrap_or(0);
    let latency = Duration::from_millis(numbers.next().transpose()?.unwrap_or(0).into());
    let store = Arc::new(Store::new()?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    for stream in listener.incoming() {
        let store = Arc::clone(&store);
        let serve = move || -> io::Result<()> {
            let mut connection = Connection::new(stream?)?;
            // What is not understood, or breaks off, ends its connection and nothing else.
            while let Some(request) = Request::read(&mut connection)? {
                let reply = answer(&store, request)?;
                wait(latency);
                reply.send(&connection, &store)?;
            }
            Ok(())
        };
        std::thread::Builder::new().stack_size(STACK).spawn(serve)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "to be late is what is asked for")]
fn wait(latency: Duration) {
    if !latency.is_zero() {
        std::thread::sleep(latency);
    }
}

/// Finds the answer to a request.
fn answer(store: &Store, request: Request) -> io::Result<Reply> {
    let is_head = request.method == "HEAD";
    let reply = if request.bucket.is_empty() {
        Reply::xml(&store.list_buckets())
    } else if request.key.is_empty() {
        bucket::answer(store, &request)
    } else {
        object::answer(store, request)?
    };
    Ok(if is_head { reply.without_body() } else { reply })
}
