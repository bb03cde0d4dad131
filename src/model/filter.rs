//! Which names below a folder or a prefix are taken: the rules of `--include` and `--exclude`.

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

/// Rules in the order in which they were given. Without any, everything is taken.
///
/// As in the AWS CLI (AWS CLI Command Reference, `s3`, "Use of Exclude and Include Filters") everything is taken at
/// first, and the last rule that matches a name decides; `*` matches slashes too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(bool, String)>", into = "Vec<(bool, String)>")]
pub struct Filter(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    takes: bool,
    pattern: String,
    matcher: GlobMatcher,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (self.takes, &self.pattern) == (other.takes, &other.pattern)
    }
}

impl Eq for Rule {}

impl Filter {
    /// Adds a rule behind the others. A pattern knows `*`, `?` and `[…]`, and all else is meant as it stands.
    pub fn push(&mut self, takes: bool, pattern: &str) -> Result<(), String> {
        let glob = GlobBuilder::new(&plain(pattern)).literal_separator(false).backslash_escape(false).build();
        let matcher = glob.map_err(|error| format!("{pattern}: {}", error.kind()))?.compile_matcher();
        self.0.push(Rule { takes, pattern: pattern.to_owned(), matcher });
        Ok(())
    }

    /// Returns whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the rules as they were given: whether each takes what it matches, and its pattern.
    pub fn rules(&self) -> impl Iterator<Item = (bool, &str)> {
        self.0.iter().map(|rule| (rule.takes, rule.pattern.as_str()))
    }

    /// Returns whether a name is taken: a path or a key relative to what is copied or deleted.
    pub fn takes(&self, name: &str) -> bool {
        self.0.iter().rev().find(|rule| rule.matcher.is_match(name)).is_none_or(|rule| rule.takes)
    }
}

impl TryFrom<Vec<(bool, String)>> for Filter {
    type Error = String;

    fn try_from(rules: Vec<(bool, String)>) -> Result<Self, String> {
        let mut filter = Self::default();
        rules.iter().try_for_each(|(takes, pattern)| filter.push(*takes, pattern))?;
        Ok(filter)
    }
}

impl From<Filter> for Vec<(bool, String)> {
    fn from(filter: Filter) -> Self {
        filter.0.into_iter().map(|rule| (rule.takes, rule.pattern)).collect()
    }
}

/// Takes away what only globs mean by a character: alternatives in braces, and `**`.
fn plain(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len());
    let mut is_in_class = false;
    for c in pattern.chars() {
        match c {
            '{' | '}' if !is_in_class => plain.extend(['[', c, ']']),
            '*' if !is_in_class && plain.ends_with('*') => {}
            c => plain.push(c),
        }
        is_in_class = c == '[' || is_in_class && c != ']';
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(rules: &[(bool, &str)]) -> Filter {
        let mut filter = Filter::default();
        for (takes, pattern) in rules {
            filter.push(*takes, pattern).unwrap();
        }
        filter
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
        assert!(Filter::default().push(true, "[a").is_err());
    }
}
