//! Policy variables: `${aws:username}` in resources and in the values of conditions.
//!
//! Only a policy of Version 2012-10-17 has them; in any other they are plain text (IAM User Guide, "IAM policy elements:
//! Variables and tags").

use super::context::{Context, Value};
use super::pattern::Pattern;
use super::truth::Truth;

/// A text of a policy, cut into what stands there and what was filled in.
#[derive(Debug, Default)]
pub struct Filled(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Written(String),
    Filled(String),
}

impl Filled {
    /// Returns a text in which variables are plain text.
    pub fn plain(text: &str) -> Self {
        Self(vec![Piece::Written(text.to_owned())])
    }

    /// Fills in the variables of a text. Fails with what that means for a comparison: that it cannot succeed without the
    /// key, or what is not known.
    pub fn fill(text: &str, context: &Context) -> Result<Self, Truth> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, variable, after)) = next_variable(rest) {
            pieces.push(Piece::Written(before.to_owned()));
            pieces.push(Piece::Filled(value_of(variable, context)?));
            rest = after;
        }
        pieces.push(Piece::Written(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Returns it as a text that is compared as it is.
    pub fn text(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Written(text) | Piece::Filled(text) => text.as_str(),
            })
            .collect()
    }

    /// Returns it as a pattern; what was filled in has no wildcards.
    pub fn pattern(&self) -> Pattern {
        let mut pattern = Pattern::default();
        for piece in &self.0 {
            match piece {
                Piece::Written(text) => pattern.push(text),
                Piece::Filled(text) => pattern.push_literal(text),
            }
        }
        pattern
    }
}

/// Returns whether a text holds a variable, wherever it counts.
pub fn has_variable(text: &str) -> bool {
    next_variable(text).is_some()
}

/// Returns a text as a policy has to write it where it stands for itself alone.
pub fn literal(text: &str) -> String {
    let escape = |c: char| if "*?$".contains(c) { format!("${{{c}}}") } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// Splits a text at its first `${…}`.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (variable, after) = rest.split_once('}')?;
    Some((before, variable, after))
}

fn value_of(variable: &str, context: &Context) -> Result<String, Truth> {
    // These stand for the characters that else are wildcards or begin a variable.
    if ["*", "?", "$"].contains(&variable) {
        return Ok(variable.to_owned());
    }
    let (key, default) = match variable.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\'').to_owned())),
        None => (variable.trim(), None),
    };
    match (context.get(key), default) {
        (Some(Value::Known(values)), default) => match (values.as_slice(), default) {
            ([value], _) => Ok(value.clone()),
            ([], Some(default)) => Ok(default),
            _ => Err(Truth::No),
        },
        (Some(Value::Open | Value::Unsaid), _) => Err(Truth::Depends(format!("the value of {key} fits"))),
        (Some(Value::Unread(read)), _) => Err(Truth::Unknown(read.clone())),
        (None, Some(default)) => Ok(default),
        (Some(Value::Pathless(arn)), _) => Ok(arn.clone()),
        (Some(Value::Strange), _) | (None, None) => Err(Truth::No),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let mut context = Context::default();
        context.add("aws:username", "al*ce");
        context
    }

    fn fill(text: &str) -> Result<String, Truth> {
        Filled::fill(text, &context()).map(|filled| filled.text())
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    #[test]
    fn variables_are_filled_in_with_their_defaults_and_special_characters() {
        assert_eq!(fill("home/${aws:username}/x"), Ok("home/al*ce/x".to_owned()));
        assert_eq!(fill("${aws:PrincipalTag/team, 'company-wide'}"), Ok("company-wide".to_owned()));
        assert_eq!(fill("a${*}b${?}c${$}"), Ok("a*b?c$".to_owned()));
        assert_eq!(fill("${aws:PrincipalTag/team}"), Err(Truth::No));
        assert_eq!(fill("no ${end"), Ok("no ${end".to_owned()));
    }

    #[test]
    fn what_is_filled_in_is_no_wildcard() {
        let pattern = Filled::fill("${aws:username}/*", &context()).unwrap().pattern();
        assert!(pattern.matches("al*ce/x") && !pattern.matches("alice/x"));
        let star = Filled::fill("${*}x", &context()).unwrap().pattern();
        assert!(star.matches("*x") && !star.matches("ax"));
    }
}
