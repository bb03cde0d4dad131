//! Which names below a folder or a prefix are taken: the rules of `--include` and `--exclude`.

use serde::{Deserialize, Serialize};

/// Rules in the order in which they were given. Without any, everything is taken.
///
/// As in the AWS CLI (AWS CLI Command Reference, `s3`, "Use of Exclude and Include Filters") everything is taken at
/// first, and the last rule that matches a name decides; `*` matches slashes too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(bool, String)>", into = "Vec<(bool, String)>")]
pub struct Filter(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    takes: bool,
    /// As it was given.
    text: String,
    pattern: Vec<Piece>,
}

/// What one or more characters of a name may be. Patterns are those of Python's `fnmatch`, which the AWS CLI uses: they
/// are about characters and not bytes, because `?` leaves out `é` as well as `e`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// `*`: any characters, or none.
    Any,
    /// `?`: any one character.
    One,
    /// A character that means itself.
    Just(char),
    /// `[a-c]`, or `[!a-c]`, which is any other.
    Class { is_other: bool, ranges: Vec<(char, char)> },
}

impl Filter {
    /// Returns the filter that takes what matches a pattern, and nothing else.
    pub fn only(pattern: &str) -> Self {
        let mut filter = Self::default();
        filter.push(false, "*");
        filter.push(true, pattern);
        filter
    }

    /// Adds a rule behind the others. A pattern knows `*`, `?` and `[…]`, and all else is meant as it stands.
    pub fn push(&mut self, takes: bool, pattern: &str) {
        self.0.push(Rule { takes, text: pattern.to_owned(), pattern: pieces(pattern) });
    }

    /// Returns whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the rules as they were given: whether each takes what it matches, and its pattern.
    pub fn rules(&self) -> impl Iterator<Item = (bool, &str)> {
        self.0.iter().map(|rule| (rule.takes, rule.text.as_str()))
    }

    /// Returns whether a name is taken: a path or a key relative to what is copied or deleted.
    pub fn takes(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        self.0.iter().rev().find(|rule| matches(&rule.pattern, &name)).is_none_or(|rule| rule.takes)
    }
}

impl From<Vec<(bool, String)>> for Filter {
    fn from(rules: Vec<(bool, String)>) -> Self {
        let mut filter = Self::default();
        for (takes, pattern) in &rules {
            filter.push(*takes, pattern);
        }
        filter
    }
}

impl From<Filter> for Vec<(bool, String)> {
    fn from(filter: Filter) -> Self {
        filter.0.into_iter().map(|rule| (rule.takes, rule.text)).collect()
    }
}

impl Piece {
    fn is(&self, c: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Just(own) => *own == c,
            Self::Class { is_other, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *is_other
            }
        }
    }
}

/// Reads a pattern. Each text is one: a bracket that is never closed means itself.
fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let pattern: Vec<char> = pattern.chars().collect();
    let mut rest = pattern.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        pieces.push(match first {
            '*' => Piece::Any,
            '?' => Piece::One,
            '[' => match class(behind) {
                Some((class, behind)) => {
                    rest = behind;
                    class
                }
                None => Piece::Just('['),
            },
            c => Piece::Just(*c),
        });
    }
    // Two stars are one, and would only be tried twice.
    pieces.dedup_by(|one, other| *one == Piece::Any && *other == Piece::Any);
    pieces
}

/// Reads a class behind its bracket, and returns what follows it.
fn class(text: &[char]) -> Option<(Piece, &[char])> {
    let is_other = text.first() == Some(&'!');
    let text = text.get(usize::from(is_other)..)?;
    // A closing bracket in the first place is a member.
    let end = 1 + text.iter().skip(1).position(|c| *c == ']')?;
    let (mut members, behind) = (text.get(..end)?, text.get(end + 1..)?);
    let mut ranges = Vec::new();
    loop {
        match members {
            [first, '-', last, rest @ ..] => {
                ranges.push((*first, *last));
                members = rest;
            }
            [one, rest @ ..] => {
                ranges.push((*one, *one));
                members = rest;
            }
            [] => return Some((Piece::Class { is_other, ranges }, behind)),
        }
    }
}

/// Returns whether a pattern matches a whole name. Only the last star is ever tried anew, so it takes time in proportion to
/// both lengths at most.
fn matches(pattern: &[Piece], name: &[char]) -> bool {
    let (mut piece, mut place) = (0, 0);
    // Behind the last star, and where the name goes on if it takes a character more.
    let mut star = None;
    loop {
        match (pattern.get(piece), name.get(place)) {
            (Some(Piece::Any), _) => {
                piece += 1;
                star = Some((piece, place));
            }
            (Some(one), Some(c)) if one.is(*c) => {
                piece += 1;
                place += 1;
            }
            (None, None) => return true,
            _ => match star {
                Some((behind, from)) if from < name.len() => {
                    (piece, place) = (behind, from + 1);
                    star = Some((behind, place));
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(rules: &[(bool, &str)]) -> Filter {
        let mut filter = Filter::default();
        for (takes, pattern) in rules {
            filter.push(*takes, pattern);
        }
        filter
    }

    fn is_left_out(pattern: &str, name: &str) -> bool {
        !filter(&[(false, pattern)]).takes(name)
    }

    #[test]
    fn everything_is_taken_until_a_rule_says_otherwise_and_the_last_one_that_matches_decides() {
        assert!(filter(&[]).takes("a/b"));
        let only_text = filter(&[(false, "*"), (true, "*.txt")]);
        assert!(only_text.takes("a/b.txt") && !only_text.takes("a/b.png"));
        assert!(!filter(&[(true, "*.txt"), (false, "*")]).takes("a.txt"));
    }

    #[test]
    fn a_star_passes_slashes_and_braces_mean_themselves() {
        let rules = filter(&[(false, "logs/*.gz"), (false, "{a,b}"), (false, "x[0-9]?"), (false, "**/deep")]);
        assert!(!rules.takes("logs/2026/11/x.gz") && !rules.takes("{a,b}") && !rules.takes("x12"));
        assert!(rules.takes("a") && rules.takes("xyz") && rules.takes("deep") && !rules.takes("very/deep"));
    }

    #[test]
    fn patterns_are_about_characters_and_not_bytes() {
        for name in ["cafe.txt", "café.txt", "caf漢.txt", "caf\u{1f600}.txt"] {
            assert!(is_left_out("caf?.txt", name) && !is_left_out("caf??.txt", name), "{name}");
            assert!(is_left_out("caf[!x].txt", name), "{name}");
        }
        assert!(is_left_out("caf[é].txt", "café.txt") && is_left_out("[à-ü]*", "été") && !is_left_out("[a-z]", "é"));
    }

    #[test]
    fn classes_are_those_of_fnmatch() {
        assert!(
            is_left_out("[a", "[a") && is_left_out("a[", "a[") && !is_left_out("[a", "a") && is_left_out("[]", "[]")
        );
        assert!(is_left_out("[^x]", "^") && is_left_out("[^x]", "x") && !is_left_out("[^x]", "a"));
        assert!(is_left_out("[]a]", "]") && is_left_out("[!]a]", "b") && !is_left_out("[!]a]", "]"));
        assert!(is_left_out("[a-]", "-") && !is_left_out("[c-a]", "b") && is_left_out("\\*", "\\x"));
    }

    #[test]
    fn stars_are_tried_anew_until_the_end_fits() {
        assert!(is_left_out("*ab*ab", "ab-ab-ab") && !is_left_out("*ab*abc", "ab-ab-ab") && is_left_out("*", ""));
        assert!(is_left_out("a*", "a") && !is_left_out("a*b", "a") && !is_left_out("", "a") && is_left_out("", ""));
        let hostile = "*a".repeat(50);
        assert!(!is_left_out(&format!("{hostile}b"), &"a".repeat(10_000)));
    }
}
