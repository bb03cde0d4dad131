//! The files of the sample data, made up at start: real formats, no assets.

use std::fmt::Write;

use bytes::Bytes;

/// Returns a page.
pub fn html(title: &str, text: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  <title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/assets/style.css\">\n</head>\n<body>\n  <h1>{title}</h1>\n  <p>{text}</p>\n\
         </body>\n</html>\n"
    )
}

/// Returns a table of so many rows.
pub fn csv(rows: u32) -> String {
    let mut text = "date,product,quantity,price\n".to_owned();
    for row in 0..rows {
        let product = ["anvil", "rocket skates", "giant magnet", "bird seed"];
        let product = product.get(row as usize % product.len()).copied().unwrap_or_default();
        let (month, day) = (row / 28 % 12 + 1, row % 28 + 1);
        let _infallible =
            writeln!(text, "2024-{month:02}-{day:02},{product},{},{}.95", row * 7 % 23 + 1, row * 13 % 90 + 9);
    }
    text
}

/// Returns a list of so many records.
pub fn json(records: u32) -> String {
    let record = |number: u32| {
        format!(
            "  {{ \"id\": {number}, \"name\": \"item {number}\", \"in_stock\": {}, \"tags\": [\"a\", \"b\"] }}",
            !number.is_multiple_of(3)
        )
    };
    format!("[\n{}\n]\n", (1..=records).map(record).collect::<Vec<_>>().join(",\n"))
}

/// Returns a picture: a gradient, uncompressed (PNG specification, third edition).
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        pixels.push(0); // no filter
        for x in 0..width {
            let share = |part: u32, whole: u32| u8::try_from(part * 255 / whole.max(1)).unwrap_or(255);
            pixels.extend([share(x, width), share(y, height), 160]);
        }
    }
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // eight bits, RGB
    let mut zlib = vec![0x78, 0x01];
    zlib.extend(stored(&pixels));
    zlib.extend(adler32(&pixels).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", &header), (b"IDAT", &zlib), (b"IEND", &vec![])] {
        file.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
        let from = file.len();
        file.extend(kind);
        file.extend(body);
        let crc = crc32(file.get(from..).unwrap_or_default());
        file.extend(crc.to_be_bytes());
    }
    file
}

/// Returns the bytes as a gzip file, uncompressed (RFC 1952).
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(stored(bytes));
    file.extend(crc32(bytes).to_le_bytes());
    file.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    file
}

/// Returns the block of which the huge object is made: numbers, so that a wrong offset shows.
pub fn pattern(size: usize) -> Bytes {
    let mut block = Vec::with_capacity(size);
    for number in 0..size / 8 {
        let spread = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        block.extend(spread.to_le_bytes());
    }
    block.into()
}

/// Deflate without compression (RFC 1951, section 3.2.4).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut chunks = bytes.chunks(0xffff).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(chunk);
    }
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    u32::try_from(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes)).unwrap_or(0)
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1, 0);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    b << 16 | a
}
