//! What Amazon calls public.
//!
//! Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of 'public'". It is another
//! question than whether strangers come in: a policy for a small range of addresses lets them in from there and is not
//! public; one for any VPC keeps the internet out and is.

use super::condition::{Condition, Quantity, Test};
use super::document::{Effect, Policy, Statement};
use super::layers::Layers;
use super::network::Block;
use super::operator::Comparison;
use super::principal::Named;
use super::truth::Truth;
use super::variable::has_variable;

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

    /// Returns whether the bucket is public: by its policy, unless that is restricted, or by its ACL, unless that is
    /// ignored or switched off. Nothing if that is not known.
    pub fn bucket_is_public(&self) -> Option<bool> {
        let restricted = self.either_block(|block| block.restrict_public_buckets);
        let ignored = self.either_block(|block| block.ignore_public_acls);
        let by_policy = self.policy_publicity().and(!restricted);
        let acl = self.bucket_acl.truth(super::acl::Acl::is_public);
        by_policy.or(acl.and(!ignored).and(!self.acls_are_disabled())).known()
    }

    /// Returns whether the ACL of an object may make it public.
    pub fn objects_can_be_public(&self) -> Truth {
        (!self.acls_are_disabled()).and(!self.either_block(|block| block.ignore_public_acls))
    }

    /// Returns whether the bucket's policy is public.
    pub(super) fn policy_publicity(&self) -> Truth {
        match self.policy.known() {
            Some(policy) => policy.is_public(),
            None => self.policy.truth(|_| false),
        }
    }

    /// Returns whether a setting is on, for the account or for the bucket: the stricter of both counts.
    fn either_block(&self, is_on: fn(&super::word::PublicAccessBlock) -> bool) -> Truth {
        self.account_block.truth(is_on).or(self.bucket_block.truth(is_on))
    }
}
