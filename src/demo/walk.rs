//! Walks the keys of a bucket in order, as listings show them: one step a row, however many keys a prefix holds.

use std::collections::BTreeMap;
use std::collections::btree_map::Range;
use std::ops::Bound;

/// One row of a listing.
#[derive(Debug, PartialEq, Eq)]
pub enum Row<'a, V> {
    /// A key and what it holds.
    Key(&'a str, &'a V),
    /// A common prefix, delimiter included, in place of all keys that begin with it.
    Common(&'a str),
}

/// Where a listing begins.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// At the first key.
    First,
    /// Behind this key or common prefix.
    After(&'a str),
    /// At this key, of which something is left to show.
    At(&'a str),
}

/// The rows below a prefix, one after the other.
pub struct Walk<'a, V, F> {
    keys: &'a BTreeMap<String, V>,
    rest: Option<Range<'a, String, V>>,
    prefix: &'a str,
    delimiter: Option<&'a str>,
    is_visible: F,
}

impl<'a, V, F: Fn(&V) -> bool> Walk<'a, V, F> {
    /// Starts a walk; keys whose value is not visible have no row, and make no common prefix.
    pub fn new(
        keys: &'a BTreeMap<String, V>,
        prefix: &'a str,
        delimiter: Option<&'a str>,
        start: Start<'a>,
        is_visible: F,
    ) -> Self {
        let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty());
        let mut walk = Self { keys, rest: None, prefix, delimiter, is_visible };
        walk.rest = match start {
            // A marker within a common prefix stands for all of it: the prefix was shown, or comes before the marker.
            Start::After(key) if key >= prefix => match walk.common(key) {
                Some(common) => walk.behind(common),
                None => Some(walk.from(Bound::Excluded(key))),
            },
            Start::At(key) if key >= prefix => Some(walk.from(Bound::Included(key))),
            _ => Some(walk.from(Bound::Included(prefix))),
        };
        walk
    }

    fn from(&self, bound: Bound<&str>) -> Range<'a, String, V> {
        self.keys.range::<str, _>((bound, Bound::Unbounded))
    }

    /// Returns the rows behind everything that begins with `common`, or none if nothing can follow.
    fn behind(&self, common: &str) -> Option<Range<'a, String, V>> {
        successor(common).map(|next| self.from(Bound::Included(&next)))
    }

    /// Returns the part of the key that it shares with its neighbours, up to the first delimiter behind the prefix.
    fn common<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let at = key.strip_prefix(self.prefix)?.find(delimiter)?;
        key.get(..self.prefix.len() + at + delimiter.len())
    }
}

impl<'a, V, F: Fn(&V) -> bool> Iterator for Walk<'a, V, F> {
    type Item = Row<'a, V>;

    fn next(&mut self) -> Option<Row<'a, V>> {
        loop {
            let (key, value) = self.rest.as_mut()?.next()?;
            if !key.starts_with(self.prefix) {
                self.rest = None;
                return None;
            }
            if !(self.is_visible)(value) {
                continue;
            }
            let Some(common) = self.common(key) else { return Some(Row::Key(key, value)) };
            self.rest = self.behind(common);
            return Some(Row::Common(common));
        }
    }
}

/// Returns the first text that sorts behind everything that begins with `text`.
fn successor(text: &str) -> Option<String> {
    let mut next = text.to_owned();
    while let Some(last) = next.pop() {
        let bumped = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(bumped) = bumped {
            next.push(bumped);
            return Some(next);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn rows(keys: &[&str], prefix: &str, delimiter: Option<&str>, start: Start<'_>) -> Vec<String> {
        let keys: BTreeMap<String, u8> = keys.iter().map(|key| ((*key).to_owned(), 0)).collect();
        Walk::new(&keys, prefix, delimiter, start, |_| true)
            .map(|row| match row {
                Row::Key(key, _) => key.to_owned(),
                Row::Common(common) => format!("<{common}>"),
            })
            .collect()
    }

    const KEYS: &[&str] = &["/leading", "a//b", "a/b", "a/c/d", "b", "dir", "dir/", "dir/x", "e"];

    #[test]
    fn keys_are_rolled_up_at_the_first_delimiter_behind_the_prefix() {
        assert_eq!(rows(KEYS, "", Some("/"), Start::First), ["</>", "<a/>", "b", "dir", "<dir/>", "e"]);
        assert_eq!(rows(KEYS, "a/", Some("/"), Start::First), ["<a//>", "a/b", "<a/c/>"]);
        assert_eq!(rows(KEYS, "dir/", Some("/"), Start::First), ["dir/", "dir/x"]);
        assert_eq!(rows(KEYS, "a/", None, Start::First), ["a//b", "a/b", "a/c/d"]);
        assert_eq!(rows(KEYS, "nothing", Some("/"), Start::First), [""; 0]);
    }

    #[test]
    fn a_marker_is_not_shown_again_nor_is_a_common_prefix_that_holds_it() {
        assert_eq!(rows(KEYS, "", Some("/"), Start::After("a/")), ["b", "dir", "<dir/>", "e"]);
        assert_eq!(rows(KEYS, "", Some("/"), Start::After("a/b")), ["b", "dir", "<dir/>", "e"]);
        assert_eq!(rows(KEYS, "", Some("/"), Start::After("dir")), ["<dir/>", "e"]);
        assert_eq!(rows(KEYS, "", None, Start::After("a/b")), ["a/c/d", "b", "dir", "dir/", "dir/x", "e"]);
        assert_eq!(rows(KEYS, "a/", Some("/"), Start::After("0")), ["<a//>", "a/b", "<a/c/>"]);
    }

    #[test]
    fn a_common_prefix_costs_one_step_however_many_keys_it_holds() {
        let keys: BTreeMap<String, u8> = (0..10_000).map(|n| (format!("{}/{n:05}", n % 2), 0)).collect();
        let looked_at = Cell::new(0);
        let walk = Walk::new(&keys, "", Some("/"), Start::First, |_| {
            looked_at.set(looked_at.get() + 1);
            true
        });
        assert_eq!(walk.count(), 2);
        assert_eq!(looked_at.get(), 2);
    }

    #[test]
    fn the_successor_skips_what_is_no_character() {
        assert_eq!(successor("a/").as_deref(), Some("a0"));
        assert_eq!(successor("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10ffff}"), None);
    }
}
