//! The fuzzy filter: which names match what was typed.

use std::fmt;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What was typed, ready to be matched against names.
#[derive(Clone)]
pub struct Filter {
    text: String,
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.text).finish()
    }
}

impl Filter {
    /// Returns the filter of a text: words in any order, each fuzzy; capitals count if there are any.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            pattern: Pattern::parse(text, CaseMatching::Smart, Normalization::Smart),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    /// Replaces the text.
    pub fn retype(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.pattern.reparse(text, CaseMatching::Smart, Normalization::Smart);
    }

    /// Returns what was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether a longer text lets through a part of what this one does, and nothing else.
    pub fn is_narrowed_by(&self, text: &str) -> bool {
        !text.contains(['!', '^', '$', '\'', '\\']) && !self.text.is_empty() && text.starts_with(&self.text)
    }

    /// Returns whether a name matches.
    pub fn matches(&mut self, name: &str) -> bool {
        self.score(name).is_some()
    }

    /// Returns how well a name matches; more is better.
    pub fn score(&mut self, name: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(name, &mut self.buffer), &mut self.matcher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_match_in_order_with_gaps() {
        let mut filter = Filter::new("rpt");
        assert!(filter.matches("report.txt") && !filter.matches("tpr"));
        filter.retype("");
        assert!(filter.matches("anything"));
    }

    #[test]
    fn only_a_longer_plain_text_narrows() {
        assert!(Filter::new("ab").is_narrowed_by("abc"));
        assert!(!Filter::new("ab").is_narrowed_by("a"));
        assert!(!Filter::new("ab").is_narrowed_by("ab !c"));
    }
}
