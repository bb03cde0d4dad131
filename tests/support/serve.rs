//! A server that answers what a test tells it to.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

/// Listens until the process ends, and answers each request by its head and its body.
pub fn serve_all(answer: impl Fn(&str, &str) -> (String, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(&stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let start = head.len();
                reader.read_line(&mut head).unwrap();
                let line = head.split_at(start).1;
                if line.trim().is_empty() {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let (head, document) = answer(&head, &String::from_utf8_lossy(&body));
            let end = format!("content-length: {}\r\nconnection: close", document.len());
            write!(stream, "HTTP/1.1 {head}\r\n{end}\r\n\r\n{document}").unwrap();
        }
    });
    endpoint
}
