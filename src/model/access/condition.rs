//! Conditions: what a statement wants of a request, and whether it holds.
//!
//! Several values are alternatives, under a negated operator none of them may fit; several keys and operators must all
//! hold (IAM User Guide, "Conditions with multiple context keys or values").

use super::context::{Context, Value};
use super::operator::Operator;
use super::pattern::Pattern;
use super::truth::Truth;
use super::variable::Filled;
use crate::model::json::{Fault, Node};

/// One operator with one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is asked of the key.
    pub test: Test,
    /// Which of several values of the request must fit.
    pub quantity: Quantity,
    /// Whether a request without the key passes: `…IfExists`.
    pub if_exists: bool,
    /// The key, as it is written.
    pub key: String,
    /// The values.
    pub values: Vec<String>,
}

/// What is asked of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// That it fits.
    Compare(Operator),
    /// Whether it is there.
    Null,
    /// Something that no server knows; the name of the operator.
    Other(String),
}

/// Which of several values of the request must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The one that it has.
    One,
    /// All: `ForAllValues:`.
    All,
    /// At least one: `ForAnyValue:`.
    Any,
}

impl Condition {
    /// Reads a whole block of conditions.
    pub fn parse_all(node: &Node<'_>) -> Result<Vec<Self>, Fault> {
        let mut conditions = Vec::new();
        for (operator, keys) in node.fields()? {
            for (key, values) in keys.fields()? {
                let values = values.one_or_many()?.iter().map(Node::scalar).collect::<Result<_, _>>()?;
                conditions.push(Self::new(&operator, key, values));
            }
        }
        Ok(conditions)
    }

    fn new(operator: &str, key: String, values: Vec<String>) -> Self {
        let (quantity, name) = match operator.split_once(':') {
            Some(("ForAllValues", name)) => (Quantity::All, name),
            Some(("ForAnyValue", name)) => (Quantity::Any, name),
            _ => (Quantity::One, operator),
        };
        let (plain, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |plain| (plain, true));
        let test = match Operator::parse(plain) {
            Some(operator) => Test::Compare(operator),
            None if name == "Null" => Test::Null,
            None => Test::Other(operator.to_owned()),
        };
        Self { test, quantity, if_exists, key, values }
    }

    /// Returns whether a request meets the condition.
    pub fn holds(&self, context: &Context, has_variables: bool) -> Truth {
        let value = context.get(&self.key);
        let operator = match &self.test {
            Test::Compare(operator) => *operator,
            Test::Null => return self.is_null(value),
            Test::Other(name) => return Truth::Unknown(format!("{name} is no operator that S3 knows")),
        };
        match value {
            Some(Value::Known(values)) if !values.is_empty() => {
                let one = |value: &String| self.fits(operator, value, context, has_variables);
                match self.quantity {
                    Quantity::All => values.iter().map(one).fold(Truth::Yes, Truth::and),
                    // Of a key that has several values, none may fit what is forbidden, and one must what is wanted.
                    Quantity::One if operator.is_negated => values.iter().map(one).fold(Truth::Yes, Truth::and),
                    Quantity::One | Quantity::Any => values.iter().map(one).fold(Truth::No, Truth::or),
                }
            }
            None | Some(Value::Known(_)) => self.holds_without_key(operator).into(),
            Some(Value::Pathless(arn)) if self.values.iter().any(|wanted| is_with_path(wanted, arn)) => {
                Truth::Depends(self.words())
            }
            Some(Value::Pathless(arn)) => self.fits(operator, arn, context, has_variables),
            Some(Value::Strange) => self.fits_stranger(operator),
            Some(Value::Open | Value::Perhaps) => Truth::Depends(self.words()),
            Some(Value::Unread(read)) => Truth::Unknown(read.clone()),
        }
    }

    /// Returns whether a request without the key passes.
    fn holds_without_key(&self, operator: Operator) -> bool {
        self.if_exists
            || match self.quantity {
                Quantity::One => operator.is_negated,
                Quantity::All => true,
                Quantity::Any => false,
            }
    }

    fn is_null(&self, value: Option<&Value>) -> Truth {
        match value {
            Some(Value::Unread(read)) => return Truth::Unknown(read.clone()),
            Some(Value::Perhaps) => return Truth::Depends(self.words()),
            _ => {}
        }
        let is_absent = value.is_none();
        let wanted = |text: &String| text.eq_ignore_ascii_case("true") == is_absent;
        self.values.iter().any(wanted).into()
    }

    /// Returns whether one value of the request fits, or under a negated operator fits none.
    fn fits(&self, operator: Operator, value: &str, context: &Context, has_variables: bool) -> Truth {
        let takes_variables = has_variables && operator.comparison.takes_variables();
        let one = |wanted: &String| {
            let filled = if takes_variables { Filled::fill(wanted, context) } else { Ok(Filled::plain(wanted)) };
            match filled {
                Ok(filled) => operator.comparison.fits(value, &filled),
                // Whether "is not the missing thing" holds, the guides leave open.
                Err(Truth::No) if operator.is_negated => Truth::Unknown(format!("{wanted} has no value here")),
                Err(truth) => truth,
            }
        };
        let fits = self.values.iter().map(one).fold(Truth::No, Truth::or);
        if operator.is_negated { !fits } else { fits }
    }

    /// A stranger's value fits only what fits everything.
    fn fits_stranger(&self, operator: Operator) -> Truth {
        let one = |wanted: &String| match wanted.as_str() {
            "*" => Truth::Yes,
            text if text.contains(['*', '?']) => Truth::Depends(self.words()),
            _ => Truth::No,
        };
        let fits = self.values.iter().map(one).fold(Truth::No, Truth::or);
        if operator.is_negated { !fits } else { fits }
    }
}

/// Returns whether a value names a role with a path, and may be that of an ARN that lacks its path.
fn is_with_path(wanted: &str, arn: &str) -> bool {
    let (Some((of, path)), Some((account, name))) = (wanted.split_once(":role/"), arn.split_once(":role/")) else {
        return false;
    };
    let last = path.rsplit_once('/').map(|(_, last)| Pattern::new(last));
    last.is_some_and(|last| last.matches(name)) && Pattern::new(of).matches(account)
}
