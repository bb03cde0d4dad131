//! The operators of conditions, and how each compares one value of a request with one of a policy.
//!
//! Rules: IAM User Guide, "IAM JSON policy elements: Condition operators".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::network::Block;
use super::truth::Truth;
use super::variable::Filled;

/// What an operator compares, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Texts, as they are.
    Text,
    /// Texts, whatever their case.
    TextIgnoringCase,
    /// Texts with patterns.
    Like,
    /// Numbers.
    Number(Order),
    /// Times.
    Date(Order),
    /// Yes and no.
    Bool,
    /// Bytes in base64.
    Binary,
    /// Addresses with blocks.
    Address,
    /// ARNs with patterns, part by part.
    Arn,
}

/// How two things that have an order must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As one.
    Equal,
    /// The request's before the policy's.
    Less,
    /// Not behind it.
    AtMost,
    /// Behind it.
    Greater,
    /// Not before it.
    AtLeast,
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// What it compares.
    pub comparison: Comparison,
    /// Whether none of the values may fit.
    pub is_negated: bool,
}

/// Every operator but `Null`, which compares nothing.
const OPERATORS: [(&str, Comparison, bool); 25] = [
    ("StringEquals", Comparison::Text, false),
    ("StringNotEquals", Comparison::Text, true),
    ("StringEqualsIgnoreCase", Comparison::TextIgnoringCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::TextIgnoringCase, true),
    ("StringLike", Comparison::Like, false),
    ("StringNotLike", Comparison::Like, true),
    ("NumericEquals", Comparison::Number(Order::Equal), false),
    ("NumericNotEquals", Comparison::Number(Order::Equal), true),
    ("NumericLessThan", Comparison::Number(Order::Less), false),
    ("NumericLessThanEquals", Comparison::Number(Order::AtMost), false),
    ("NumericGreaterThan", Comparison::Number(Order::Greater), false),
    ("NumericGreaterThanEquals", Comparison::Number(Order::AtLeast), false),
    ("DateEquals", Comparison::Date(Order::Equal), false),
    ("DateNotEquals", Comparison::Date(Order::Equal), true),
    ("DateLessThan", Comparison::Date(Order::Less), false),
    ("DateLessThanEquals", Comparison::Date(Order::AtMost), false),
    ("DateGreaterThan", Comparison::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Comparison::Date(Order::AtLeast), false),
    ("Bool", Comparison::Bool, false),
    ("BinaryEquals", Comparison::Binary, false),
    ("IpAddress", Comparison::Address, false),
    ("NotIpAddress", Comparison::Address, true),
    ("ArnEquals", Comparison::Arn, false),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotEquals", Comparison::Arn, true),
];

impl Operator {
    /// Returns the operator of a name without qualifier and `IfExists`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "ArnNotLike" { "ArnNotEquals" } else { name };
        let found = OPERATORS.iter().find(|(own, ..)| *own == name);
        found.map(|&(_, comparison, is_negated)| Self { comparison, is_negated })
    }
}

impl Comparison {
    /// Returns whether variables are filled in where values of this kind are compared.
    pub fn takes_variables(self) -> bool {
        matches!(self, Self::Text | Self::TextIgnoringCase | Self::Like | Self::Arn)
    }

    /// Returns whether a value of a request fits one of a policy. A value of the policy that is none of its kind is
    /// unknown: no server stores it.
    pub fn fits(self, value: &str, wanted: &Filled) -> Truth {
        let text = wanted.text();
        match self {
            Self::Text => (value == text).into(),
            Self::TextIgnoringCase => (value.to_lowercase() == text.to_lowercase()).into(),
            Self::Like => wanted.pattern().matches(value).into(),
            Self::Arn => wanted.pattern().matches_arn(value).into(),
            Self::Bool => value.eq_ignore_ascii_case(&text).into(),
            Self::Binary => {
                compared(STANDARD.decode(value).ok(), STANDARD.decode(&text).ok(), &text, |one, other| one == other)
            }
            Self::Address => {
                compared(value.parse().ok(), Block::parse(&text), &text, |address, block| block.contains(address))
            }
            Self::Number(order) => {
                compared(number(value), number(&text), &text, |one, other| order.holds(&one, &other))
            }
            Self::Date(order) => compared(time(value), time(&text), &text, |one, other| order.holds(&one, &other)),
        }
    }
}

impl Order {
    fn holds<T: PartialOrd>(self, one: &T, other: &T) -> bool {
        match self {
            Self::Equal => one == other,
            Self::Less => one < other,
            Self::AtMost => one <= other,
            Self::Greater => one > other,
            Self::AtLeast => one >= other,
        }
    }
}

/// Compares what could be read of both sides.
fn compared<A, B>(value: Option<A>, wanted: Option<B>, text: &str, fits: impl FnOnce(A, B) -> bool) -> Truth {
    match (value, wanted) {
        (_, None) => Truth::Unknown(format!("{text} is no value that its operator takes")),
        (None, Some(_)) => Truth::No,
        (Some(value), Some(wanted)) => fits(value, wanted).into(),
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Reads a time: ISO 8601, down to the day, or the seconds since 1970.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>()
        && text.len() > 4
    {
        return Timestamp::from_second(seconds).ok();
    }
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().and_then(utc))
        .or_else(|| text.parse::<Date>().ok().and_then(|day| utc(day.to_datetime(jiff::civil::Time::midnight()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(operator: &str, value: &str, wanted: &str) -> Truth {
        Operator::parse(operator).unwrap().comparison.fits(value, &Filled::plain(wanted))
    }

    fn holds(operator: &str, value: &str, wanted: &str) -> bool {
        fits(operator, value, wanted).known().unwrap()
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>, for this
    /// and all that follow.
    #[test]
    fn texts_are_compared_with_their_case_unless_it_is_ignored() {
        assert!(holds("StringEquals", "a", "a") && !holds("StringEquals", "A", "a"));
        assert!(holds("StringEqualsIgnoreCase", "STRASSE", "strasse"));
        assert!(holds("StringLike", "logs/2026/x", "logs/*") && !holds("StringLike", "Logs/x", "logs/*"));
        assert!(!holds("StringEquals", "ab", "a*"), "a wildcard is one in StringLike alone");
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert!(holds("NumericEquals", "10", "10.0") && holds("NumericLessThan", "9", "10"));
        assert!(holds("NumericLessThanEquals", "10", "10") && !holds("NumericGreaterThan", "10", "10"));
        assert!(holds("NumericGreaterThanEquals", "10", "10") && !holds("NumericLessThan", "x", "10"));
        assert!(matches!(fits("NumericEquals", "1", "one"), Truth::Unknown(_)));
    }

    #[test]
    fn dates_are_compared_in_all_their_forms() {
        let now = "2026-06-30T12:00:00Z";
        assert!(holds("DateLessThan", now, "2026-07-01T00:00:00Z") && holds("DateGreaterThan", now, "2026-06-30"));
        assert!(holds("DateGreaterThanEquals", now, "1782820800") && holds("DateEquals", "1782820800", now));
        assert!(holds("DateLessThanEquals", now, "2026-06-30T14:00:00+02:00") && !holds("DateLessThan", now, now));
        assert!(matches!(fits("DateLessThan", now, "tomorrow"), Truth::Unknown(_)));
    }

    #[test]
    fn arns_are_compared_part_by_part_and_both_operators_take_wildcards() {
        let arn = "arn:aws:sns:eu-west-1:111122223333:topic";
        for operator in ["ArnEquals", "ArnLike"] {
            assert!(holds(operator, arn, "arn:aws:sns:*:111122223333:*"), "{operator}");
            assert!(!holds(operator, arn, "arn:aws:sns:*:topic"), "{operator}");
        }
    }

    #[test]
    fn bool_binary_and_address_have_forms_of_their_own() {
        assert!(holds("Bool", "true", "True") && !holds("Bool", "true", "false"));
        assert!(holds("BinaryEquals", "QmluYXJ5", "QmluYXJ5") && !holds("BinaryEquals", "QmluYXJ5", "AAAA"));
        assert!(holds("IpAddress", "203.0.113.9", "203.0.113.0/24") && !holds("IpAddress", "x", "203.0.113.0/24"));
        assert!(matches!(fits("IpAddress", "203.0.113.9", "everywhere"), Truth::Unknown(_)));
    }

    #[test]
    fn every_operator_is_known_by_its_name_alone() {
        assert_eq!(Operator::parse("ArnNotLike"), Operator::parse("ArnNotEquals"));
        assert!(Operator::parse("NotIpAddress").unwrap().is_negated);
        assert!(Operator::parse("Null").is_none() && Operator::parse("stringequals").is_none());
    }
}
