//! Words and figures for the screen: names from outside made harmless, widths, sizes, times.
//!
//! Every name, key, header or message that comes from outside passes through [`visible`] before it is drawn or printed.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Returns the text with everything that a terminal would act on, or that would mislead a reader, as visible escapes.
///
/// Escaped are C0 and C1 controls, DEL, bidirectional controls, line and paragraph separators, what has no width, and
/// spaces that look like the plain one: nobody could tell two names apart that differ by them alone. So is U+FFFD, which
/// stands for what could not be read. What is left can be drawn: its display width is its width in columns.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    if !with_neighbours(text).any(needs_escape) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for place in with_neighbours(text) {
        match place.1 {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if !needs_escape(place) => out.push(c),
            c if u32::from(c) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(out)
}

/// Returns each character with the one before it and the one behind it.
fn with_neighbours(text: &str) -> impl Iterator<Item = (Option<char>, char, Option<char>)> {
    let before = std::iter::once(None).chain(text.chars().map(Some));
    let behind = text.chars().skip(1).map(Some).chain(std::iter::once(None));
    before.zip(text.chars()).zip(behind).map(|((before, c), behind)| (before, c, behind))
}

/// Returns whether a character is drawn as an escape where it stands.
///
/// ZWJ is kept where it makes one emoji, or a ligature behind a virama, and so are the variation selectors for text and
/// emoji; between other letters nobody would see them. The ideographic space is a common one that is two columns wide, but at an end nobody would see it either.
/// Noncharacters (Unicode 16, section 23.7) are drawn in as many ways as there are terminals.
fn needs_escape((before, c, behind): (Option<char>, char, Option<char>)) -> bool {
    match c {
        '\u{200d}' => !before.is_some_and(is_picture) || behind.is_none_or(|behind| behind.is_ascii()),
        // A keycap: a figure in a frame.
        '\u{fe0f}' if behind == Some('\u{20e3}') => false,
        '\u{fe0e}' | '\u{fe0f}' => !before.is_some_and(|before| is_picture(before) && !is_selector(before)),
        '\u{3000}' => before.is_none() || behind.is_none(),
        c => is_hidden(c) || is_like_a_space(c),
    }
}

/// Returns whether a character may be an emoji, or a mark on a letter: it is no letter or figure, nor hidden itself.
fn is_picture(c: char) -> bool {
    is_selector(c) || !c.is_ascii() && !c.is_alphanumeric() && c != '\u{200d}' && !is_hidden(c) && !is_like_a_space(c)
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// Returns whether a character has no width, moves what stands around it, or is none at all.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffd}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether a character looks like a plain space and is another.
fn is_like_a_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}')
}

/// Returns the display width in columns of a text that went through [`visible`].
pub fn width(text: &str) -> usize {
    text.width()
}

/// Returns the text cut to at most `columns` columns, with `…` where something was cut off. Never splits a cluster.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns && text.is_ascii() || text.width() <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut out = String::with_capacity(columns + 3);
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let next = used + cluster.width();
        if next > columns - 1 {
            break;
        }
        out.push_str(cluster);
        used = next;
    }
    out.push('…');
    Cow::Owned(out)
}

/// Returns the text cut at its start, keeping its end, which is the telling part of a path.
pub fn truncate_start(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut kept = Vec::new();
    let mut used = 0;
    for cluster in text.graphemes(true).rev() {
        let next = used + cluster.width();
        if next > columns - 1 {
            break;
        }
        kept.push(cluster);
        used = next;
    }
    kept.push("…");
    kept.reverse();
    Cow::Owned(kept.concat())
}

/// Returns the text in lines of at most `columns` columns, broken at spaces where there are any, else between clusters.
///
/// Spaces at a break are dropped, all others are kept. There is always at least one line. A cluster that is wider than
/// a line is drawn as `…`.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ').width();
        if used > 0 && used + bare > columns {
            end_line(&mut lines);
            used = 0;
        }
        for cluster in word.graphemes(true) {
            let cluster = truncate(cluster, columns);
            let width = cluster.width();
            if used + width > columns && cluster == " " {
                continue;
            }
            if used + width > columns && used > 0 {
                end_line(&mut lines);
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(&cluster);
            }
            used += width;
        }
    }
    end_line(&mut lines);
    lines.pop();
    lines
}

fn end_line(lines: &mut Vec<String>) {
    if let Some(line) = lines.last_mut() {
        line.truncate(line.trim_end_matches(' ').len());
    }
    lines.push(String::new());
}

/// Returns a text that can be drawn, cut or filled with spaces to just so many columns.
pub fn pad(text: &str, columns: usize) -> String {
    let cut = truncate(text, columns);
    let fill = " ".repeat(columns.saturating_sub(width(&cut)));
    format!("{cut}{fill}")
}

/// Returns a size in bytes as people read it: `0 B`, `1.2 GiB`.
pub fn size(bytes: u64) -> String {
    let digits = usize::from(bytes >= 1024);
    humansize::format_size(bytes, humansize::BINARY.decimal_places(digits).decimal_zeroes(digits))
}

/// Returns a count with thousands separated: `12,000`.
pub fn count(items: u64) -> String {
    let digits = items.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a count with its noun: `1 item`, `2 items`.
pub fn counted(items: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(items), if items == 1 { one } else { many })
}

/// Returns a duration in seconds as people read it: `45s`, `12m 05s`, `3h 07m`, `2d 4h`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// Returns a time for a column, local and at most 12 wide: `Nov 02 09:12` within a year of `now`, else `2019-11-02`.
pub fn short_time(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let local = time.to_zoned(zone.clone());
    let age = now.as_second().saturating_sub(time.as_second());
    if (-86_400..31_536_000).contains(&age) {
        local.strftime("%b %d %H:%M").to_string()
    } else {
        local.strftime("%Y-%m-%d").to_string()
    }
}

/// Returns a time in full with its zone, for the inspector: `2026-11-02 09:12:31 +01:00`.
pub fn long_time(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_bidi_and_line_characters_become_visible() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\x1b[2Jb");
        assert_eq!(visible("tab\there\n"), "tab\\there\\n");
        assert_eq!(visible("evil\u{202e}gpj.exe"), "evil\\u{202e}gpj.exe");
        assert_eq!(visible("c1\u{9b}31m"), "c1\\x9b31m");
        assert_eq!(visible("no\u{fffd}utf-8"), "no\\u{fffd}utf-8");
        assert_eq!(visible("zero\u{200b}width\u{feff}"), "zero\\u{200b}width\\u{feff}");
    }

    #[test]
    fn what_nobody_could_see_becomes_visible() {
        for (name, shown) in [
            ("a\u{a0}b", "a\\xa0b"),
            ("at 1.23\u{202f}PM", "at 1.23\\u{202f}PM"),
            ("end\u{2003}", "end\\u{2003}"),
            ("end\u{3000}", "end\\u{3000}"),
            ("a\u{34f}b", "a\\u{34f}b"),
            ("ក\u{17b4}", "ក\\u{17b4}"),
            ("a\u{fe0f}", "a\\u{fe0f}"),
            ("日\u{fe00}", "日\\u{fe00}"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("👩\u{200d}", "👩\\u{200d}"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}\\u{fe0f}"),
        ] {
            assert_eq!(visible(name), shown);
        }
    }

    #[test]
    fn ordinary_names_in_any_script_are_left_alone() {
        for name in [
            "report.csv",
            "Grüße",
            "日本語",
            "資料\u{3000}1",
            "עברית",
            "e\u{301}",
            "👩‍💻",
            "❤️",
            "1️⃣",
            "🏳️‍🌈",
            "ශ්\u{200d}රී",
        ] {
            assert_eq!(visible(name), name);
        }
    }

    #[test]
    fn cutting_counts_columns_and_never_splits_a_cluster() {
        assert_eq!(truncate("日本語", 5), "日本…");
        assert_eq!(truncate("日本語", 4), "日…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!(truncate_start("/a/long/path", 6), "…/path");
    }

    #[test]
    fn text_is_broken_at_spaces_and_long_words_between_clusters() {
        assert_eq!(wrap("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(wrap("s3://bucket/key x", 6), ["s3://b", "ucket/", "key x"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("a🉀\u{bc7}b", 2), ["a…", "b"]);
        assert_eq!((wrap("", 5), wrap("a  b", 9)), (vec![String::new()], vec!["a  b".to_owned()]));
    }

    #[test]
    fn sizes_counts_and_durations_read_well() {
        assert_eq!((size(0), size(1023), size(1024)), ("0 B".into(), "1023 B".into(), "1.0 KiB".into()));
        assert_eq!((count(0), count(999), count(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
        assert_eq!((duration(5), duration(65), duration(7384)), ("5s".into(), "1m 05s".into(), "2h 03m".into()));
    }

    proptest! {
        #[test]
        fn nothing_visible_can_move_the_cursor_or_shift_a_column(text in any::<String>(), columns in 0usize..40) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert!(width(&truncate(&shown, columns)) <= columns);
            prop_assert!(width(&truncate_start(&shown, columns)) <= columns);
            prop_assert!(wrap(&shown, columns.max(2)).iter().all(|line| width(line) <= columns.max(2)));
        }
    }
}
