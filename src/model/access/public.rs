//! What Amazon calls public.
//!
//! Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of 'public'". It is another
//! question than whether strangers come in: a policy for a small range of addresses lets them in from there and is not
//! public; one for any VPC keeps the internet out and is.

use super::action::{Action, Target};
use super::case::Place;
use super::condition::{Condition, Quantity, Test};
use super::context::Context;
use super::document::{Effect, Policy, Statement};
use super::layers::Layers;
use super::network::Block;
use super::operator::Comparison;
use super::principal::Named;
use super::resource::Resource;
use super::truth::Truth;
use super::variable::has_variable;
use super::who::{Account, Who};
use super::word::Fact;

/// The keys that with fixed values say who, in lower case. `aws:PrincipalOrgID` stands in Amazon's list as an example of
/// those that fix a principal; the others of that kind follow from it.
const KEYS: [&str; 14] = [
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalservicename",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

impl Policy {
    /// Returns whether Amazon calls the policy public.
    pub fn is_public(&self) -> Truth {
        let allowing = self.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        allowing.map(Statement::is_public).fold(Truth::No, Truth::or)
    }

    /// Returns whether a statement that Amazon calls public is about an object.
    fn opens(&self, place: &Place, owner: &Account) -> Truth {
        let bucket = place.bucket.clone();
        let object = match &place.key {
            Some(key) => Resource::Object { bucket, key: key.clone() },
            None => Resource::Objects { bucket, prefix: place.prefix.clone() },
        };
        let mut stranger = Context::default();
        stranger.add_caller(&Who::AnyUser, owner);
        let one = |statement: &Statement| {
            let mut actions = Action::all().filter(|action| action.target == Target::Object);
            let is_about = actions.any(|action| statement.actions.mean_action(action.name));
            let means = statement.resources.mean_resource(&object, &stranger, self.has_variables());
            Truth::from(is_about).and(means).and(statement.is_public())
        };
        self.statements.iter().filter(|statement| statement.effect == Effect::Allow).map(one).fold(Truth::No, Truth::or)
    }
}

impl Statement {
    /// Returns whether the statement makes its policy public, if it allows.
    pub(super) fn is_public(&self) -> Truth {
        let Some(principals) = &self.principals else { return Truth::No };
        let other = principals.named.iter().find_map(|named| match named {
            Named::Other(text) => Some(text),
            _ => None,
        });
        let is_everyone = match other {
            Some(text) if !principals.are_everyone() => {
                Truth::Unknown(format!("{text} is no principal that S3 accepts"))
            }
            // Whoever signed in elsewhere is nobody whom the list of fixed principals names.
            _ => (principals.are_everyone() || principals.are_federated()).into(),
        };
        let strange = self.conditions.iter().find_map(|condition| match &condition.test {
            Test::Other(name) => Some(name),
            _ => None,
        });
        let is_understood = match (strange, self.unknown.first()) {
            (Some(name), _) | (None, Some(name)) => Truth::Unknown(format!("{name} is nothing that S3 knows")),
            (None, None) => Truth::Yes,
        };
        is_everyone.and((!self.conditions.iter().any(fixes_who)).into()).and(is_understood)
    }
}

/// Returns whether a condition fixes who may come in. One that a request without the key passes does not.
fn fixes_who(condition: &Condition) -> bool {
    let Test::Compare(operator) = &condition.test else { return false };
    if operator.is_negated || condition.if_exists || condition.quantity == Quantity::All || condition.values.is_empty()
    {
        return false;
    }
    let key = condition.key.to_lowercase();
    match operator.comparison {
        Comparison::Address if key == "aws:sourceip" => {
            condition.values.iter().all(|value| Block::parse(value).is_some_and(|block| !block.is_broad()))
        }
        Comparison::Text | Comparison::TextIgnoringCase | Comparison::Like | Comparison::Arn => {
            KEYS.contains(&key.as_str()) && condition.values.iter().all(|value| is_fixed(&key, value))
        }
        _ => false,
    }
}

fn is_fixed(key: &str, value: &str) -> bool {
    // Of an access point, the name may be open as long as its account is not.
    let value = match value.rsplit_once(":accesspoint/") {
        Some((account, _)) if key == "s3:dataaccesspointarn" => account,
        _ => value,
    };
    !value.contains(['*', '?']) && !has_variable(value)
}

impl Layers {
    /// Returns whether Amazon calls the policy public; nothing if that is not known.
    pub fn policy_is_public(&self) -> Option<bool> {
        self.policy_publicity().known()
    }

    /// Returns whether the bucket's policy is public.
    pub(super) fn policy_publicity(&self) -> Truth {
        let computed = match self.policy.known() {
            Some(policy) => policy.is_public(),
            None => self.policy.truth(|_| false),
        };
        match (computed, self.said_public) {
            (Truth::Unknown(_), Some(said)) => said.into(),
            (computed, _) => computed,
        }
    }

    /// Returns whether what makes the policy public is about an object.
    pub(super) fn policy_publicity_for(&self, place: &Place) -> Truth {
        match (&self.policy, self.said_public) {
            (Fact::Known(policy), _) => policy.opens(place, &self.owner),
            // What the server says is of the whole bucket.
            (Fact::Unread(_), Some(false)) => Truth::No,
            (policy, _) => policy.truth(|_| false),
        }
    }
}
