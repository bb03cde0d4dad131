//! Listings of both versions.

use std::collections::BTreeMap;
use std::ops::Bound;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::reply::{Reply, escaped};
use crate::request::Request;
use crate::store::{Bucket, Object};

/// The most rows of a page.
const MOST: usize = 1000;

/// What `encoding-type=url` leaves as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// What was asked for.
struct Asked<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    after: &'a str,
    most: usize,
    is_encoded: bool,
}

/// A page of a listing.
#[derive(Default)]
struct Page {
    rows: String,
    prefixes: Vec<String>,
    count: usize,
    /// The last key or prefix that is on it.
    last: String,
    is_cut: bool,
}

/// Lists a bucket.
pub fn answer(bucket: &Bucket, request: &Request) -> Reply {
    let text = |name: &str| request.parameter(name).unwrap_or_default();
    let is_second = text("list-type") == "2";
    let token = request.parameter("continuation-token").or(request.parameter("start-after")).unwrap_or_default();
    let asked = Asked {
        prefix: text("prefix"),
        delimiter: text("delimiter"),
        after: if is_second { token } else { text("marker") },
        most: text("max-keys").parse().unwrap_or(MOST).min(MOST),
        is_encoded: text("encoding-type") == "url",
    };
    let page = page(&bucket.read(), &asked);
    let mut head = format!("<Name>{}</Name><Prefix>{}</Prefix>", request.bucket, asked.written(asked.prefix));
    head += &format!("<MaxKeys>{}</MaxKeys><IsTruncated>{}</IsTruncated>", asked.most, page.is_cut);
    if asked.is_encoded {
        head += "<EncodingType>url</EncodingType>";
    }
    if !asked.delimiter.is_empty() {
        head += &format!("<Delimiter>{}</Delimiter>", asked.written(asked.delimiter));
    }
    if is_second {
        head += &format!("<KeyCount>{}</KeyCount>", page.count);
    }
    if page.is_cut {
        let (name, next) = if is_second {
            ("NextContinuationToken", escaped(&page.last))
        } else {
            ("NextMarker", asked.written(&page.last))
        };
        head += &format!("<{name}>{next}</{name}>");
    }
    let prefixes: String = page
        .prefixes
        .iter()
        .map(|prefix| format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", asked.written(prefix)))
        .collect();
    let rows = page.rows;
    Reply::xml(&format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{head}{rows}{prefixes}</ListBucketResult>"
    ))
}

impl Asked<'_> {
    /// Returns a name as it was asked to be written.
    fn written(&self, name: &str) -> String {
        if self.is_encoded { utf8_percent_encode(name, PLAIN).to_string() } else { escaped(name) }
    }

    /// Returns the prefix by which a key is folded up, if it is.
    fn folded(&self, key: &str) -> Option<String> {
        let rest = key.strip_prefix(self.prefix).filter(|_| !self.delimiter.is_empty())?;
        let (head, _) = rest.split_once(self.delimiter)?;
        Some(format!("{}{head}{}", self.prefix, self.delimiter))
    }

    /// Returns where the page begins.
    fn start(&self) -> Bound<String> {
        if self.after <= self.prefix {
            return Bound::Included(self.prefix.to_owned());
        }
        match self.folded(self.after) {
            Some(prefix) if prefix == self.after => Bound::Included(behind(&prefix)),
            _ => Bound::Excluded(self.after.to_owned()),
        }
    }
}

/// Returns the first text that no longer begins with a prefix whose last character is ASCII.
fn behind(prefix: &str) -> String {
    let mut text = prefix.to_owned();
    let last = text.pop().unwrap_or_default();
    text.push(char::from_u32(u32::from(last) + 1).unwrap_or(char::MAX));
    text
}

fn page(objects: &BTreeMap<String, Object>, asked: &Asked<'_>) -> Page {
    let mut page = Page { rows: String::with_capacity(300 * asked.most), ..Page::default() };
    let mut start = asked.start();
    'prefix: loop {
        for (key, object) in objects.range((start.clone(), Bound::Unbounded)) {
            if !key.starts_with(asked.prefix) {
                return page;
            }
            if page.count >= asked.most {
                page.is_cut = asked.most > 0;
                return page;
            }
            page.count += 1;
            if let Some(prefix) = asked.folded(key) {
                // What lies below it is passed over at once.
                start = Bound::Included(behind(&prefix));
                page.last.clone_from(&prefix);
                page.prefixes.push(prefix);
                continue 'prefix;
            }
            page.last.clone_from(key);
            add_row(&mut page.rows, &asked.written(key), object);
        }
        return page;
    }
}

fn add_row(rows: &mut String, key: &str, object: &Object) {
    let (etag, size) = (object.etag(), object.data.len().to_string());
    let parts = [
        "<Contents><Key>",
        key,
        "</Key><LastModified>",
        &object.listed_time,
        "</LastModified><ETag>&quot;",
        etag.trim_matches('"'),
        "&quot;</ETag><Size>",
        &size,
        "</Size><StorageClass>STANDARD</StorageClass></Contents>",
    ];
    rows.extend(parts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;

    /// Lists page by page and returns what each page ends with, and all that is folded up.
    fn walk(keys: &[&str], asked: &Asked<'_>) -> (Vec<String>, Vec<String>) {
        let object = |key: &&str| ((*key).to_owned(), Object::new(Data::Pattern(1), Vec::new()));
        let objects: BTreeMap<_, _> = keys.iter().map(object).collect();
        let (mut ends, mut prefixes, mut after) = (Vec::new(), Vec::new(), asked.after.to_owned());
        loop {
            let page = page(&objects, &Asked { after: &after, ..*asked });
            ends.push(page.last.clone());
            prefixes.extend(page.prefixes);
            if !page.is_cut {
                return (ends, prefixes);
            }
            after = page.last;
        }
    }

    const KEYS: [&str; 6] = ["a", "b/1", "b/2", "b/c/3", "b0", "d/4"];

    #[test]
    fn keys_come_page_by_page_and_are_folded_up_once() {
        let asked = Asked { prefix: "", delimiter: "", after: "", most: 4, is_encoded: false };
        assert_eq!(walk(&KEYS, &asked), (vec!["b/c/3".to_owned(), "d/4".to_owned()], vec![]));
        let folded = Asked { delimiter: "/", most: 2, ..asked };
        assert_eq!(walk(&KEYS, &folded).0, ["b/", "d/"]);
        assert_eq!(walk(&KEYS, &folded).1, ["b/", "d/"]);
        let below = Asked { prefix: "b/", delimiter: "/", ..asked };
        assert_eq!(walk(&KEYS, &below), (vec!["b/c/".to_owned()], vec!["b/c/".to_owned()]));
        assert_eq!(walk(&KEYS, &Asked { after: "b/2", most: 9, ..asked }).0, ["d/4"]);
    }
}
