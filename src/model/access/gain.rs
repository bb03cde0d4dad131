//! What a policy or an ACL lets strangers do that an earlier one did not, read off the documents as they are written.
//!
//! A name, a condition or a principal that is not surely covered by the earlier document counts as a gain: what is told
//! once too often does less harm than what is not told.

use super::acl::{ALL_USERS, Acl, Grant, Right};
use super::action::Action;
use super::condition::{Condition, Test};
use super::document::{Effect, Names, Policy, Statement};
use super::finding::{Label, Layer};
use super::pattern::Pattern;
use super::principal::{Named, Principals};
use super::truth::Truth;
use super::words;

/// The rights of an ACL.
const RIGHTS: [Right; 4] = [Right::Read, Right::Write, Right::ReadAcp, Right::WriteAcp];

impl Policy {
    /// Returns what the policy lets everyone do that an earlier one did not, each in words: by statements that Amazon calls
    /// public, or because something that they allow is denied to everyone no more.
    pub fn gains_over(&self, earlier: &Self) -> Vec<String> {
        let (stood, stands) = (earlier.openings(), self.openings());
        // A policy of 2008 has no variables: the same name may mean something else.
        let is_comparable = self.has_variables() == earlier.has_variables()
            || ![self, earlier].into_iter().any(|policy| policy.text().contains("${"));
        let covering =
            |all: &[&Statement], one: &Statement| if is_comparable { one.beyond(all) } else { one.beyond(&[]) };
        let allowed = stands.iter().filter_map(|own| {
            let what = covering(&stood, own)?;
            Some(format!("{} allows {what}", Label::of(own, Layer::Policy)))
        });
        let denials = self.denials();
        let denied = earlier.denials().into_iter().filter(|denial| stands.iter().any(|own| own.shares_action(denial)));
        let freed =
            denied.filter_map(|denial| Some(format!("nothing denies {} any more", covering(&denials, denial)?)));
        allowed.chain(freed).collect()
    }

    /// Returns the statements that let everyone in, or may.
    fn openings(&self) -> Vec<&Statement> {
        let is_opening = |own: &&Statement| own.effect == Effect::Allow && own.is_public() != Truth::No;
        self.statements.iter().filter(is_opening).collect()
    }

    /// Returns the statements that keep everyone out.
    fn denials(&self) -> Vec<&Statement> {
        let are_everyone = |own: &Statement| own.principals.as_ref().is_some_and(Principals::are_everyone);
        self.statements.iter().filter(|own| own.effect == Effect::Deny && are_everyone(own)).collect()
    }
}

impl Statement {
    /// Returns in words what of the statement none of others covers; nothing if they cover all of it.
    fn beyond(&self, others: &[&Self]) -> Option<String> {
        let (mut actions, mut resources): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for action in &self.actions.names {
            for resource in &self.resources.names {
                if !others.iter().any(|other| other.covers(self, action, resource)) {
                    actions.push(action);
                    resources.push(resource);
                }
            }
        }
        if actions.is_empty() {
            return None;
        }
        let what = format!("{} on {}", listed(actions, &self.actions), listed(resources, &self.resources));
        let conditions = words::all(&self.conditions);
        Some(if conditions.is_empty() { what } else { format!("{what} if {conditions}") })
    }

    /// Returns whether the statement surely means whatever another does by one of its actions and one of its resources.
    fn covers(&self, other: &Self, action: &str, resource: &str) -> bool {
        let takes_action = |own: &str| {
            let (own, name) = (own.to_lowercase(), action.to_lowercase());
            own == name || has_only_stars(&own) && Pattern::new(&own).matches(&name)
        };
        let takes_resource =
            |own: &str| own == resource || has_only_stars(own) && Pattern::new(own).matches_arn(resource);
        covers_names(&self.actions, &other.actions, takes_action)
            && covers_names(&self.resources, &other.resources, takes_resource)
            && self.covers_principals(other)
            && self.conditions.iter().all(|own| other.conditions.iter().any(|theirs| own.is_implied_by(theirs)))
    }

    fn covers_principals(&self, other: &Self) -> bool {
        let is_star = |own: &Principals| !own.is_negated && own.named.contains(&Named::Everyone);
        self.principals == other.principals || self.principals.as_ref().is_some_and(is_star)
    }

    /// Returns whether there is an action that both are about.
    fn shares_action(&self, other: &Self) -> bool {
        Action::all().any(|action| self.actions.mean_action(action.name) && other.actions.mean_action(action.name))
    }
}

impl Condition {
    /// Returns whether the condition surely holds wherever another does: it is the same, or has more alternatives.
    fn is_implied_by(&self, other: &Self) -> bool {
        let form = |own: &Self| Self { values: Vec::new(), key: own.key.to_lowercase(), ..own.clone() };
        let has_all = |one: &Self, values: &[String]| values.iter().all(|value| one.values.contains(value));
        form(self) == form(other)
            && match &self.test {
                Test::Compare(operator) if operator.is_negated => has_all(other, &self.values),
                Test::Compare(_) => has_all(self, &other.values),
                Test::Null | Test::Other(_) => self.values == other.values,
            }
    }
}

impl Acl {
    /// Returns what the ACL grants to everyone, or to every AWS user, that an earlier one did not, each in words.
    pub fn gains_over(&self, earlier: &Self) -> Vec<String> {
        let stood: Vec<&Grant> = earlier.grants.iter().filter(|grant| grant.is_public()).collect();
        let gained = self.grants.iter().filter(|grant| grant.is_public()).filter_map(|grant| {
            let is_for = |old: &Grant| old.group() == Some(ALL_USERS) || old.group() == grant.group();
            let is_new = |right: &Right| !stood.iter().any(|old| is_for(old) && old.gives(*right));
            let rights: Vec<_> = RIGHTS.into_iter().filter(|right| grant.gives(*right) && is_new(right)).collect();
            let names: Vec<_> = rights.into_iter().map(Right::name).collect();
            (!names.is_empty()).then(|| format!("{} to {}", names.join(", "), grant.label()))
        });
        gained.collect()
    }
}

/// Returns whether one of the names takes what another list means by one of its own. What all but some names are is
/// covered by the same list alone.
fn covers_names(wide: &Names, other: &Names, takes: impl Fn(&str) -> bool) -> bool {
    if wide.is_negated || other.is_negated { wide == other } else { wide.names.iter().any(|own| takes(own)) }
}

/// Returns whether a name, held against another one that has wildcards too, can be read as if that were plain: a star takes
/// them with all that they stand for, `?` and a variable do not.
fn has_only_stars(name: &str) -> bool {
    !name.contains('?') && !name.contains("${")
}

fn listed(mut names: Vec<&str>, of: &Names) -> String {
    names.sort_unstable();
    names.dedup();
    let all = if of.is_negated { "all but " } else { "" };
    format!("{all}{}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::access::acl::{AUTHENTICATED_USERS, Grantee};

    fn policy(statements: &[&Value]) -> Policy {
        Policy::of_bucket(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()).unwrap()
    }

    fn statement(effect: &str, actions: &Value, resources: &Value, condition: &Value) -> Value {
        json!({ "Effect": effect, "Principal": "*", "Action": actions, "Resource": resources, "Condition": condition })
    }

    fn allow(actions: &Value, resources: &Value) -> Value {
        statement("Allow", actions, resources, &json!({}))
    }

    fn gains(earlier: &[&Value], later: &[&Value]) -> Vec<String> {
        policy(later).gains_over(&policy(earlier))
    }

    #[test]
    fn an_action_or_a_resource_more_is_a_gain_and_one_less_is_none() {
        let read = allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::b/docs/*"));
        let all = allow(&json!("s3:*"), &json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]));
        let both = [&read, &all];
        assert_eq!(gains(&[&read], &both), ["statement 2 allows s3:* on arn:aws:s3:::b, arn:aws:s3:::b/*"]);
        assert!(gains(&both, &[&all]).is_empty() && gains(&[&all], &[&read]).is_empty());
        let wider = allow(&json!("s3:getobject"), &json!("arn:aws:s3:::b/*"));
        assert_eq!(gains(&[&read], &[&wider]), ["statement 1 allows s3:getobject on arn:aws:s3:::b/*"]);
        assert!(gains(&[&wider], &[&read]).is_empty());
        // A question mark takes one character, and a star of the later name stands for many.
        let one = allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::b/?"));
        assert_eq!(gains(&[&one], &[&allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::b/*"))]).len(), 1);
        let negated = |name: &str| json!({ "Effect": "Allow", "Principal": "*", "NotAction": name, "Resource": "arn:aws:s3:::b/*" });
        assert!(gains(&[&negated("s3:GetObject")], &[&negated("s3:GetObject")]).is_empty());
        assert_eq!(gains(&[&negated("s3:GetObject")], &[&negated("s3:PutObject")]).len(), 1);
    }

    #[test]
    fn two_statements_are_as_good_as_one() {
        let (get, list) = (json!("s3:GetObject"), json!("s3:GetObjectVersion"));
        let on = json!("arn:aws:s3:::b/*");
        let one = [&allow(&json!([get, list]), &on)];
        assert!(gains(&[&allow(&get, &on), &allow(&list, &on)], &one).is_empty());
        assert!(gains(&one, &[&allow(&get, &on), &allow(&list, &on)]).is_empty());
    }

    #[test]
    fn a_condition_that_goes_or_takes_more_is_a_gain() {
        let (get, on) = (json!("s3:GetObject"), json!("arn:aws:s3:::b/*"));
        let from = |names: &Value| statement("Allow", &get, &on, &json!({ "StringLike": { "aws:Referer": names } }));
        let (one, two) = (from(&json!(["https://a/*"])), from(&json!(["https://a/*", "https://b/*"])));
        assert_eq!(gains(&[&one], &[&allow(&get, &on)]).len(), 1);
        assert!(gains(&[&allow(&get, &on)], &[&one]).is_empty() && gains(&[&two], &[&one]).is_empty());
        assert!(gains(&[&one], &[&two]).concat().contains("if aws:Referer is like"));
        let not = |names: &Value| statement("Allow", &get, &on, &json!({ "StringNotLike": { "aws:Referer": names } }));
        let (narrow, wide) = (not(&json!(["a", "b"])), not(&json!(["a"])));
        assert!(gains(&[&wide], &[&narrow]).is_empty() && gains(&[&narrow], &[&wide]).len() == 1);
    }

    #[test]
    fn what_is_denied_no_more_is_a_gain_where_something_allows_it() {
        let (get, on) = (json!("s3:GetObject"), json!("arn:aws:s3:::b/*"));
        let read = allow(&get, &on);
        let deny = |actions: &str, on: &str| statement("Deny", &json!(actions), &json!(on), &json!({}));
        let secret = deny("s3:*", "arn:aws:s3:::b/secret/*");
        let stood = [&read, &secret];
        assert_eq!(gains(&stood, &[&read]), ["nothing denies s3:* on arn:aws:s3:::b/secret/* any more"]);
        assert!(gains(&stood, &[&read, &deny("s3:*", "arn:aws:s3:::b/*")]).is_empty());
        assert_eq!(gains(&stood, &[&read, &deny("s3:*", "arn:aws:s3:::b/secret/a*")]).len(), 1);
        assert!(gains(&stood, &[]).is_empty(), "nothing is allowed");
        assert!(gains(&[&read, &deny("s3:PutObject", "arn:aws:s3:::b/*")], &[&read]).is_empty());
    }

    #[test]
    fn a_name_with_a_variable_is_not_comparable_with_one_of_2008() {
        let on = json!("arn:aws:s3:::b/${aws:username}/*");
        let later = policy(&[&allow(&json!("s3:GetObject"), &on)]);
        let earlier = Policy::of_bucket(&later.text().replace("2012-10-17", "2008-10-17")).unwrap();
        assert!(later.gains_over(&later).is_empty());
        assert_eq!(later.gains_over(&earlier).len(), 1);
    }

    #[test]
    fn each_right_of_a_grant_counts_and_everyone_covers_every_user() {
        let acl = |grants: &[(&str, &str)]| {
            let one = |&(group, permission): &(&str, &str)| Grant {
                grantee: Grantee::Group(group.to_owned()),
                permission: permission.to_owned(),
            };
            Acl { owner: None, grants: grants.iter().map(one).collect() }
        };
        let read = acl(&[(ALL_USERS, "READ")]);
        let full = acl(&[(ALL_USERS, "FULL_CONTROL")]);
        assert_eq!(full.gains_over(&read), ["WRITE, READ_ACP, WRITE_ACP to AllUsers"]);
        assert!(read.gains_over(&full).is_empty());
        let users = acl(&[(AUTHENTICATED_USERS, "READ")]);
        assert!(users.gains_over(&read).is_empty());
        assert_eq!(read.gains_over(&users), ["READ to AllUsers"]);
    }
}
