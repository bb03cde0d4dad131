//! Conditions in words, to be read behind "only" or "if".

use super::condition::{Condition, Quantity, Test};
use super::operator::{Comparison, Order};

impl Condition {
    /// Returns the condition in words: `aws:SourceIp is in 203.0.113.0/24`.
    pub fn words(&self) -> String {
        let key = &self.key;
        let values = listed(&self.values);
        let is = |word: &str| self.values.iter().any(|value| value.eq_ignore_ascii_case(word));
        let operator = match &self.test {
            Test::Null if is("true") => return format!("{key} is absent"),
            Test::Null => return format!("{key} is present"),
            Test::Other(name) => return format!("{name} {key} {values}"),
            Test::Compare(operator) => operator,
        };
        if key.eq_ignore_ascii_case("aws:SecureTransport") && operator.comparison == Comparison::Bool {
            return if is("true") {
                "the request comes over TLS".to_owned()
            } else {
                "it does not come over TLS".to_owned()
            };
        }
        let verb = verb(operator.comparison, operator.is_negated);
        let subject = match self.quantity {
            Quantity::One => key.clone(),
            Quantity::All => format!("every value of {key}"),
            Quantity::Any => format!("some value of {key}"),
        };
        let absent = if self.if_exists { ", or is absent" } else { "" };
        format!("{subject} {verb} {values}{absent}")
    }
}

/// Returns several conditions in words.
pub fn all(conditions: &[Condition]) -> String {
    conditions.iter().map(Condition::words).collect::<Vec<_>>().join(" and ")
}

fn verb(comparison: Comparison, is_negated: bool) -> &'static str {
    match (comparison, is_negated) {
        (Comparison::Like | Comparison::Arn, false) => "is like",
        (Comparison::Like | Comparison::Arn, true) => "is not like",
        (Comparison::Address, false) => "is in",
        (Comparison::Address, true) => "is not in",
        (Comparison::Number(Order::Less), _) => "is less than",
        (Comparison::Number(Order::AtMost), _) => "is at most",
        (Comparison::Number(Order::Greater), _) => "is greater than",
        (Comparison::Number(Order::AtLeast), _) => "is at least",
        (Comparison::Date(Order::Less), _) => "is before",
        (Comparison::Date(Order::AtMost), _) => "is not after",
        (Comparison::Date(Order::Greater), _) => "is after",
        (Comparison::Date(Order::AtLeast), _) => "is not before",
        (_, false) => "is",
        (_, true) => "is not",
    }
}

fn listed(values: &[String]) -> String {
    match values {
        [] => "one of no values".to_owned(),
        values => values.join(" or "),
    }
}
