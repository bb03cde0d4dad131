//! Patterns of policies: `*` stands for any text, slashes and all, and `?` for any one character.
//!
//! An ARN is compared part by part, since no wildcard reaches over a colon (IAM User Guide, "IAM JSON policy elements:
//! Resource"); what stands behind the fifth colon is one part.

/// The parts of an ARN.
const PARTS: usize = 6;

/// A pattern. The cost of a comparison is at most the product of both lengths, whatever the pattern.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pattern(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Char(char),
    One,
    Any,
}

/// How much of what is below a text a pattern takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing.
    None,
    /// Some of it.
    Some,
    /// All of it.
    All,
}

impl Pattern {
    /// Returns the pattern that a text is.
    pub fn new(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push(text);
        pattern
    }

    /// Adds a text whose wildcards count.
    pub fn push(&mut self, text: &str) {
        self.0.extend(text.chars().map(|c| match c {
            '*' => Token::Any,
            '?' => Token::One,
            c => Token::Char(c),
        }));
    }

    /// Adds a text that stands for itself.
    pub fn push_literal(&mut self, text: &str) {
        self.0.extend(text.chars().map(Token::Char));
    }

    /// Returns whether the pattern takes a text whole.
    pub fn matches(&self, text: &str) -> bool {
        self.after(text).last() == Some(&true)
    }

    /// Returns how much the pattern takes of the texts that begin with a prefix.
    pub fn reach_below(&self, prefix: &str) -> Reach {
        let alive = self.after(prefix);
        if !alive.contains(&true) {
            return Reach::None;
        }
        let takes_rest = |at: usize| {
            let rest = self.0.iter().skip(at);
            rest.clone().next().is_some() && rest.clone().all(|token| *token == Token::Any)
        };
        let takes_all = alive.iter().enumerate().any(|(at, is_alive)| *is_alive && takes_rest(at));
        if takes_all { Reach::All } else { Reach::Some }
    }

    /// Returns whether the pattern takes an ARN: part by part, or as a star that takes all.
    pub fn matches_arn(&self, arn: &str) -> bool {
        let (Some(patterns), texts) = (self.parts(), arn.splitn(PARTS, ':').collect::<Vec<_>>()) else {
            return self.0 == [Token::Any];
        };
        texts.len() == PARTS && patterns.iter().zip(texts).all(|(pattern, text)| pattern.matches(text))
    }

    /// Returns the parts between the colons, if the pattern has the form of an ARN.
    pub fn parts(&self) -> Option<Vec<Self>> {
        let parts: Vec<_> = self.0.splitn(PARTS, |token| *token == Token::Char(':')).collect();
        (parts.len() == PARTS).then(|| parts.into_iter().map(|part| Self(part.to_vec())).collect())
    }

    /// Returns, for each place of the pattern, whether a comparison may stand there once a text was read.
    fn after(&self, text: &str) -> Vec<bool> {
        let mut alive = vec![false; self.0.len() + 1];
        mark(&mut alive, 0);
        self.skip_empty(&mut alive);
        for c in text.chars() {
            let mut next = vec![false; alive.len()];
            for (at, token) in self.0.iter().enumerate() {
                if alive.get(at) != Some(&true) {
                    continue;
                }
                match token {
                    Token::Any => mark(&mut next, at),
                    Token::One => mark(&mut next, at + 1),
                    Token::Char(own) if *own == c => mark(&mut next, at + 1),
                    Token::Char(_) => {}
                }
            }
            self.skip_empty(&mut next);
            alive = next;
        }
        alive
    }

    /// Goes on behind each `*` that takes nothing.
    fn skip_empty(&self, alive: &mut [bool]) {
        for (at, token) in self.0.iter().enumerate() {
            if *token == Token::Any && alive.get(at) == Some(&true) {
                mark(alive, at + 1);
            }
        }
    }
}

fn mark(alive: &mut [bool], at: usize) {
    if let Some(place) = alive.get_mut(at) {
        *place = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html>: wildcards cross slashes.
    #[test]
    fn wildcards_take_any_text_slashes_and_all() {
        let takes = |pattern: &str, text: &str| Pattern::new(pattern).matches(text);
        assert!(takes("a/*/c", "a/b/b/c") && takes("a?c", "a/c") && takes("*", "") && takes("**", "x"));
        assert!(!takes("a?c", "ac") && !takes("", "a") && !takes("a*b", "a") && takes("*.jpg", "x/y.jpg"));
        assert!(takes("*a*b*", "xxaxxbxx") && !takes("*a*b*", "xxbxxaxx"));
    }

    #[test]
    fn a_long_pattern_of_stars_takes_no_longer_than_its_length() {
        let pattern = "*a".repeat(2_000);
        assert!(!Pattern::new(&pattern).matches(&"a".repeat(1_000)));
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    #[test]
    fn no_wildcard_of_an_arn_reaches_over_a_colon() {
        let takes = |pattern: &str, arn: &str| Pattern::new(pattern).matches_arn(arn);
        assert!(takes("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b/c"));
        assert!(takes("arn:aws:iam::*:role/r", "arn:aws:iam::111122223333:role/r"));
        assert!(!takes("arn:*:role/r", "arn:aws:iam::111122223333:user/r"));
        assert!(!takes("arn:aws:s3:*::b/x", "arn:aws:s3:::b:b/x") && takes("*", "arn:aws:s3:::b"));
    }

    #[test]
    fn a_pattern_says_how_much_it_takes_of_what_is_below() {
        let reach = |pattern: &str| Pattern::new(pattern).reach_below("b/");
        assert_eq!(reach("b/*"), Reach::All);
        assert_eq!(reach("*"), Reach::All);
        assert_eq!(reach("b/logs/*"), Reach::Some);
        assert_eq!(reach("b/*.jpg"), Reach::Some);
        assert_eq!(reach("b*"), Reach::All);
        assert_eq!(reach("b/?*"), Reach::Some, "all but none: that no key is empty is not its business");
        assert_eq!(reach("c/*"), Reach::None);
        assert_eq!(reach("b"), Reach::None);
    }
}
