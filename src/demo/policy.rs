//! Bucket policies: read, judged public or not, and asked whether they allow a request.
//!
//! This evaluator is the endpoint's own, on purpose: the browser's rules must be proven against it, not by it. It
//! refuses to store what it cannot judge, rather than judging it wrongly.

use std::net::IpAddr;

use s3s::{S3Result, s3_error};
use serde_json::Value;

use crate::demo::account::{Account, Caller};

/// A policy that was read and understood.
#[derive(Debug)]
pub struct Policy {
    /// The document, as it was sent.
    pub text: String,
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    allows: bool,
    principals: Vec<Principal>,
    actions: Names,
    resources: Names,
    conditions: Vec<Condition>,
}

#[derive(Debug, PartialEq, Eq)]
enum Principal {
    Anyone,
    Account(String),
    /// A user, role or service: none that this endpoint knows.
    Other,
}

/// Patterns, all of which or none of which must match.
#[derive(Debug)]
struct Names {
    patterns: Vec<String>,
    is_negated: bool,
}

#[derive(Debug)]
struct Condition {
    operator: Operator,
    is_negated: bool,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    EqualsIgnoreCase,
    Like,
    Bool,
    Address,
    Null,
}

/// What a request asks for.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Who asks.
    pub caller: Caller,
    /// `s3:GetObject` and the like.
    pub action: &'a str,
    /// The ARN of the bucket or object.
    pub resource: &'a str,
    /// The values of condition keys, in lower case, as far as they exist.
    pub context: &'a [(&'a str, String)],
}

/// What a policy says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it.
    Denied,
    /// None speaks of it.
    Silent,
}

impl Policy {
    /// Reads a policy for a bucket.
    pub fn parse(text: &str, bucket: &str) -> S3Result<Self> {
        let document: Value = serde_json::from_str(text)
            .map_err(|_| s3_error!(MalformedPolicy, "Policies must be valid JSON and the first byte must be '{{'"))?;
        let statements = match document.get("Statement") {
            Some(Value::Array(all)) if !all.is_empty() => all.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return Err(s3_error!(MalformedPolicy, "Missing required field Statement")),
        };
        let statements = statements.into_iter().map(|it| Statement::parse(it, bucket)).collect::<S3Result<_>>()?;
        Ok(Self { text: text.to_owned(), statements })
    }

    /// Judges a request.
    pub fn judge(&self, ask: &Ask<'_>) -> Verdict {
        let mut verdict = Verdict::Silent;
        for statement in self.statements.iter().filter(|statement| statement.speaks_of(ask)) {
            if !statement.allows {
                return Verdict::Denied;
            }
            verdict = Verdict::Allowed;
        }
        verdict
    }

    /// Returns whether Amazon calls the policy public: it opens something to anyone, under no condition that pins down
    /// who that is (Amazon S3 User Guide, "The meaning of 'public'").
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.allows
                && statement.principals.contains(&Principal::Anyone)
                && !statement.conditions.iter().any(Condition::pins_down_who)
        })
    }
}

impl Statement {
    fn parse(value: &Value, bucket: &str) -> S3Result<Self> {
        let allows = match value.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(s3_error!(MalformedPolicy, "Missing required field Effect")),
        };
        if value.get("NotPrincipal").is_some() {
            return Err(s3_error!(NotImplemented, "NotPrincipal is not implemented"));
        }
        let principals = parse_principals(value.get("Principal"))?;
        let actions = Names::parse(value, "Action", "NotAction")?;
        let resources = Names::parse(value, "Resource", "NotResource")?;
        let arn = format!("arn:aws:s3:::{bucket}");
        if !resources.patterns.iter().all(|pattern| {
            pattern == "*"
                || pattern
                    .strip_prefix(&arn)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('*'))
        }) {
            return Err(s3_error!(MalformedPolicy, "Policy has invalid resource"));
        }
        let conditions = parse_conditions(value.get("Condition"))?;
        Ok(Self { allows, principals, actions, resources, conditions })
    }

    fn speaks_of(&self, ask: &Ask<'_>) -> bool {
        self.principals.iter().any(|principal| principal.is(ask.caller))
            && self.actions.matches(&ask.action.to_ascii_lowercase())
            && self.resources.matches(ask.resource)
            && self.conditions.iter().all(|condition| condition.holds(ask.context))
    }
}

impl Principal {
    fn parse(text: &str) -> Self {
        match text.strip_prefix("arn:aws:iam::").unwrap_or(text) {
            "*" => Self::Anyone,
            rest => {
                let number = rest.strip_suffix(":root").unwrap_or(rest);
                let is_number = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
                if is_number { Self::Account(number.to_owned()) } else { Self::Other }
            }
        }
    }

    fn is(&self, caller: Caller) -> bool {
        match self {
            Self::Anyone => true,
            Self::Account(number) => caller.map(Account::number) == Some(number),
            Self::Other => false,
        }
    }
}

fn parse_principals(value: Option<&Value>) -> S3Result<Vec<Principal>> {
    match value {
        Some(Value::String(text)) if text == "*" => Ok(vec![Principal::Anyone]),
        Some(Value::Object(kinds)) => {
            let mut principals = Vec::new();
            for (kind, names) in kinds {
                for name in texts(names)? {
                    let is_account = matches!(kind.as_str(), "AWS" | "CanonicalUser");
                    principals.push(match Account::with_canonical_id(&name) {
                        Some(account) => Principal::Account(account.number().to_owned()),
                        None if is_account => Principal::parse(&name),
                        None => Principal::Other,
                    });
                }
            }
            Ok(principals)
        }
        _ => Err(s3_error!(MalformedPolicy, "Invalid principal in policy")),
    }
}

impl Names {
    fn parse(statement: &Value, plain: &str, negated: &str) -> S3Result<Self> {
        let (value, is_negated) = match (statement.get(plain), statement.get(negated)) {
            (Some(value), None) => (value, false),
            (None, Some(value)) => (value, true),
            _ => return Err(s3_error!(MalformedPolicy, "Missing required field {plain}")),
        };
        let mut patterns = texts(value)?;
        if plain == "Action" {
            for pattern in &mut patterns {
                pattern.make_ascii_lowercase();
            }
        }
        Ok(Self { patterns, is_negated })
    }

    fn matches(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| is_like(name, pattern)) != self.is_negated
    }
}

fn parse_conditions(value: Option<&Value>) -> S3Result<Vec<Condition>> {
    let Some(value) = value else { return Ok(vec![]) };
    let Value::Object(operators) = value else { return Err(s3_error!(MalformedPolicy, "Invalid Condition")) };
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let (name, if_exists) = name.strip_suffix("IfExists").map_or((name.as_str(), false), |name| (name, true));
        let (operator, is_negated) = match name {
            "StringEquals" | "ArnEquals" => (Operator::Equals, false),
            "StringNotEquals" | "ArnNotEquals" => (Operator::Equals, true),
            "StringEqualsIgnoreCase" => (Operator::EqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Operator::EqualsIgnoreCase, true),
            "StringLike" | "ArnLike" => (Operator::Like, false),
            "StringNotLike" | "ArnNotLike" => (Operator::Like, true),
            "Bool" => (Operator::Bool, false),
            "IpAddress" => (Operator::Address, false),
            "NotIpAddress" => (Operator::Address, true),
            "Null" => (Operator::Null, false),
            _ => return Err(s3_error!(NotImplemented, "The condition operator {name} is not implemented")),
        };
        let Value::Object(keys) = keys else { return Err(s3_error!(MalformedPolicy, "Invalid Condition")) };
        for (key, values) in keys {
            let key = key.to_ascii_lowercase();
            conditions.push(Condition { operator, is_negated, if_exists, key, values: texts(values)? });
        }
    }
    Ok(conditions)
}

impl Condition {
    fn holds(&self, context: &[(&str, String)]) -> bool {
        let value = context.iter().find(|(key, _)| *key == self.key).map(|(_, value)| value.as_str());
        if self.operator == Operator::Null {
            let must_be_absent = self.values.iter().any(|value| value == "true");
            return value.is_none() == must_be_absent;
        }
        let Some(value) = value else { return self.if_exists || self.is_negated };
        self.values.iter().any(|wanted| self.operator.compares(value, wanted)) != self.is_negated
    }

    /// Returns whether it fixes who may come in, by one of the keys and values that Amazon accepts for that.
    fn pins_down_who(&self) -> bool {
        const KEYS: &[&str] = &[
            "aws:sourcearn",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:sourceowner",
            "aws:sourceaccount",
            "aws:userid",
            "aws:principalorgid",
            "aws:principalarn",
            "aws:principalaccount",
            "s3:dataaccesspointarn",
            "s3:dataaccesspointaccount",
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
            "aws:sourceorgid",
        ];
        let is_fixed = |value: &String| match self.operator {
            Operator::Address => prefix_bits(value).is_some_and(|bits| bits >= 8),
            _ => !value.contains(['*', '?']),
        };
        let is_known = KEYS.contains(&self.key.as_str())
            && matches!(self.operator, Operator::Equals | Operator::EqualsIgnoreCase | Operator::Like)
            || self.key == "aws:sourceip" && self.operator == Operator::Address;
        is_known && !self.is_negated && !self.if_exists && self.values.iter().all(is_fixed)
    }
}

impl Operator {
    fn compares(self, value: &str, wanted: &str) -> bool {
        match self {
            Self::Equals => value == wanted,
            Self::EqualsIgnoreCase | Self::Bool => value.eq_ignore_ascii_case(wanted),
            Self::Like => is_like(value, wanted),
            Self::Address => is_within(value, wanted),
            Self::Null => false,
        }
    }
}

/// Returns whether a text fits a pattern in which `*` stands for any text and `?` for any character.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut seen) = (0, 0);
    let mut star = None;
    while at < text.len() {
        match pattern.get(seen) {
            Some('*') => {
                star = Some((seen, at));
                seen += 1;
            }
            Some(c) if *c == '?' || text.get(at) == Some(c) => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((back, from)) = star else { return false };
                star = Some((back, from + 1));
                at = from + 1;
                seen = back + 1;
            }
        }
    }
    pattern.iter().skip(seen).all(|c| *c == '*')
}

fn prefix_bits(block: &str) -> Option<u32> {
    block.split_once('/').map_or(Some(128), |(_, bits)| bits.parse().ok())
}

/// Returns whether an address lies in a block like `192.0.2.0/24`.
fn is_within(address: &str, block: &str) -> bool {
    let base = block.split_once('/').map_or(block, |(base, _)| base);
    let (Ok(address), Ok(base)) = (address.parse::<IpAddr>(), base.parse::<IpAddr>()) else { return false };
    let (address, base, width): (u128, u128, u32) = match (address, base) {
        (IpAddr::V4(address), IpAddr::V4(base)) => (u32::from(address).into(), u32::from(base).into(), 32),
        (IpAddr::V6(address), IpAddr::V6(base)) => (address.into(), base.into(), 128),
        _ => return false,
    };
    let shift = width - prefix_bits(block).unwrap_or(width).min(width);
    address.checked_shr(shift).unwrap_or(0) == base.checked_shr(shift).unwrap_or(0)
}

/// Returns a text, or a list of texts, as a list.
fn texts(value: &Value) -> S3Result<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(is) => Ok(is.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(s3_error!(MalformedPolicy, "Expected a text or a list of texts")),
    };
    match value {
        Value::Array(all) => all.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests;
