//! What is asked: for whom, what, and of which request. The command and the screen ask the same way.

use super::action::Action;
use super::case::{Given, Place};
use super::context::Context;
use super::evidence::{Evidence, Source};
use super::finding::Layer;
use super::layers::Layers;
use super::verdict::{Verdict, named};
use super::who::Who;
use super::word::Fact;
use crate::model::job::Item;
use crate::model::name::Prefix;

/// What nobody can see from here.
pub const UNSEEN: &str = "cannot be seen from here: the policies of an organization and of VPC endpoints, permission \
                          boundaries and session policies; each can only take away";

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    /// For whom; for everybody there is a reason to ask for, if not given.
    pub who: Option<Who>,
    /// What; what a person asks about first, if not given.
    pub action: Option<Action>,
    /// What is known of the request.
    pub context: Context,
    /// Whether the rest of what a request brings is left open, and not absent.
    pub is_open: bool,
}

impl Inquiry {
    /// Returns the questions about whatever request may come.
    pub fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Returns for whom it is asked.
    pub fn callers(&self, evidence: &Evidence) -> Vec<Who> {
        if let Some(who) = &self.who {
            return vec![who.clone()];
        }
        let mut callers = vec![Who::Anonymous, Who::AnyUser];
        callers.extend(self.this_caller(evidence));
        for who in std::iter::once(Who::Account(evidence.layers.owner.clone())).chain(named(&evidence.layers)) {
            if !callers.contains(&who) {
                callers.push(who);
            }
        }
        callers
    }

    /// Returns the answers, caller by caller.
    pub fn judge(&self, place: &Place, evidence: &Evidence) -> Vec<Verdict> {
        let actions: Vec<_> = self.action.map_or_else(|| Action::asked().collect(), |action| vec![action]);
        let callers = self.callers(evidence);
        let verdicts = callers.iter().flat_map(|who| self.judge_one(place, evidence, who, &actions));
        // Of a caller without a name nothing but what was tried is known.
        verdicts.filter(|verdict| verdict.who != Who::Unnamed || verdict.finding.layer == Layer::Trial).collect()
    }

    /// Returns the answers for one caller.
    pub fn judge_one(&self, place: &Place, evidence: &Evidence, who: &Who, actions: &[Action]) -> Vec<Verdict> {
        let own = self.who.clone().or_else(|| self.this_caller(evidence));
        let mut given = Given {
            context: self.context.clone(),
            is_open: self.is_open,
            pays: evidence.pays,
            now: evidence.now,
            ..Given::default()
        };
        let is_here = self.is_as_here(evidence);
        if own.as_ref() == Some(who) {
            given.identity.clone_from(&evidence.identity);
            // What IAM says is of nobody else.
            if is_here && own == evidence.this_caller() {
                given.simulated.clone_from(&evidence.simulated);
            }
        }
        let judge = |action: &Action| evidence.layers.judge(place, who, *action, &given);
        let verdicts = actions.iter().map(judge);
        if is_here { verdicts.map(|verdict| evidence.with_trial(verdict)).collect() } else { verdicts.collect() }
    }

    /// Returns whether it is about requests as this caller makes them, so that what it tried tells of them.
    fn is_as_here(&self, evidence: &Evidence) -> bool {
        self.context.is_empty() && evidence.identity.is_none()
    }

    fn this_caller(&self, evidence: &Evidence) -> Option<Who> {
        evidence.this_caller().filter(|who| *who != Who::Unnamed || self.is_as_here(evidence))
    }
}

/// Returns what is asked about where a thing is meant, and where the documents for it are; nothing for what is not on S3.
pub fn place_of(item: &Item) -> Option<(Place, Source)> {
    let root = Prefix::root;
    let (bucket, prefix, object) = match item {
        Item::File(_) | Item::Folder(_) => return None,
        Item::Bucket(bucket) => (bucket, root(), None),
        Item::Prefix { bucket, prefix } => (bucket, prefix.clone(), None),
        Item::Object(object) => (&object.bucket, root(), Some(object)),
    };
    let place = Place::of(bucket, &prefix, object);
    Some((place, Source::Server { bucket: bucket.clone(), prefix, object: object.cloned(), owner: None }))
}

/// Returns whether somebody is the account that the bucket belongs to.
pub fn is_owner(who: &Who, layers: &Layers) -> bool {
    matches!(who, Who::Account(account) if *account == layers.owner)
}

/// Returns what a person should know beside the answers.
pub fn notes(evidence: &Evidence) -> Vec<String> {
    let mut notes = evidence.notes.clone();
    let computed = evidence.layers.policy_is_public();
    if let Some(said) = evidence.layers.said_public.filter(|said| computed.is_some_and(|computed| computed != *said)) {
        let word = if said { "public" } else { "not public" };
        notes.push(format!(
            "the server itself calls the policy {word} (GetBucketPolicyStatus), which was computed otherwise"
        ));
    }
    notes
}

/// Returns what could not be read, each with the read that failed.
pub fn unread(layers: &Layers) -> Vec<String> {
    fn one<T>(name: &str, fact: &Fact<T>) -> Option<String> {
        match fact {
            Fact::Unread(read) => Some(format!("{name}: {read}")),
            _ => None,
        }
    }
    let all = [
        one("account Block Public Access", &layers.account_block),
        one("bucket Block Public Access", &layers.bucket_block),
        one("Object Ownership", &layers.ownership),
        one("bucket ACL", &layers.bucket_acl),
        one("object ACL", &layers.object_acl),
        one("bucket policy", &layers.policy),
        one("tags", &layers.tags),
        one("encryption and storage class", &layers.kept),
        one("request payment", &layers.requester_pays),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::access::document::Policy;
    use crate::model::access::finding::{Answer, Finding};
    use crate::model::access::layers::ObjectOwnership;
    use crate::model::access::trial::{Decision, Simulated};
    use crate::model::access::who::Account;

    fn evidence(condition: &str, principal: &str) -> Evidence {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/in/*"],
            "Condition":{condition}}}}}"#
        );
        let layers = Layers {
            policy: Fact::Known(Arc::new(Policy::of_bucket(&text).unwrap())),
            ..Layers::closed(Account::default())
        };
        Evidence { layers, ..Evidence::default() }
    }

    fn asked(inquiry: &Inquiry, evidence: &Evidence, prefix: &str, who: &str, action: &str) -> (Answer, String) {
        let place = Place { bucket: "b".to_owned(), prefix: prefix.to_owned(), ..Place::default() };
        let action = Action::parse(action).unwrap();
        let verdict = inquiry.judge_one(&place, evidence, &Who::parse(who).unwrap(), &[action]).remove(0);
        (verdict.finding.answer, verdict.finding.because)
    }

    #[test]
    fn what_a_request_may_bring_is_a_condition_where_it_is_left_open() {
        let office = evidence(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, "\"*\"");
        let closed = asked(&Inquiry::default(), &office, "in/", "anonymous", "s3:PutObject");
        assert_eq!(closed.0, Answer::No);
        let (answer, because) = asked(&Inquiry::open(), &office, "in/", "anonymous", "s3:PutObject");
        assert_eq!(answer, Answer::Depends);
        assert!(because.contains("if aws:SourceIp is in 203.0.113.0/24"), "{because}");
        let endpoint = evidence(r#"{"Null":{"aws:SourceVpce":"false"}}"#, "\"*\"");
        assert_eq!(asked(&Inquiry::open(), &endpoint, "", "anonymous", "s3:ListBucket").0, Answer::Depends);
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>: keys of the principal are
    /// only in signed requests, and `aws:SourceArn` only in those of services.
    #[test]
    fn what_a_caller_cannot_bring_stays_absent() {
        let organization = evidence(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, "\"*\"");
        for (who, answer) in [
            ("anonymous", Answer::No),
            ("any-aws-user", Answer::No),
            ("444455556666", Answer::Depends),
            ("service:cloudfront.amazonaws.com", Answer::No),
        ] {
            assert_eq!(asked(&Inquiry::open(), &organization, "", who, "s3:ListBucket").0, answer, "{who}");
        }
        let source = evidence(r#"{"StringEquals":{"aws:SourceArn":"arn:aws:x"}}"#, "\"*\"");
        let of = |who: &str| asked(&Inquiry::open(), &source, "", who, "s3:ListBucket").0;
        assert_eq!((of("anonymous"), of("service:cloudfront.amazonaws.com")), (Answer::No, Answer::Depends));
    }

    #[test]
    fn a_prefix_is_asked_about_with_what_it_lists() {
        let all = evidence(r#"{"StringLike":{"s3:prefix":"in/*"}}"#, "\"*\"");
        let list = |prefix: &str| asked(&Inquiry::open(), &all, prefix, "anonymous", "s3:ListBucket").0;
        assert_eq!((list("in/a/"), list("out/"), list("")), (Answer::Yes, Answer::No, Answer::Depends));
        let free = evidence("{}", "\"*\"");
        let put = |prefix: &str| asked(&Inquiry::open(), &free, prefix, "anonymous", "s3:PutObject").0;
        assert_eq!((put("in/"), put("out/"), put("")), (Answer::Yes, Answer::No, Answer::Depends));
    }

    #[test]
    fn everyone_with_a_reason_is_asked_for_once() {
        let evidence = evidence("{}", r#"{"AWS":["444455556666","arn:aws:iam::444455556666:user/bob"]}"#);
        let evidence = Evidence { caller: Some("arn:aws:iam::444455556666:user/bob".to_owned()), ..evidence };
        let names: Vec<_> = Inquiry::open().callers(&evidence).iter().map(Who::name).collect();
        let wanted = ["anonymous", "any-aws-user", "arn:aws:iam::444455556666:user/bob", "owner", "444455556666"];
        assert_eq!(names, wanted);
    }

    #[test]
    fn each_layer_that_was_not_read_is_named() {
        let layers = Layers { policy: Fact::Unread("s3:GetBucketPolicy denied".to_owned()), ..Layers::default() };
        assert_eq!(unread(&layers), ["bucket policy: s3:GetBucketPolicy denied"]);
    }

    /// What IAM says of all policies of bob, of the owner's account, who may do it here if his own policies allow it.
    fn simulated(place: &Place, action: &str, decision: Decision) -> Finding {
        let bob = "arn:aws:iam::111122223333:user/bob";
        let simulated = vec![Simulated { action: action.to_owned(), decision }];
        let owner = Account::parse("111122223333").unwrap();
        let evidence = evidence("{}", r#"{"AWS":"999988887777"}"#);
        let ownership = Fact::Known(ObjectOwnership("BucketOwnerEnforced".to_owned()));
        let layers = Layers { owner, ownership, ..evidence.layers.clone() };
        let evidence = Evidence { layers, caller: Some(bob.to_owned()), simulated, ..evidence };
        let (who, action) = (Who::parse(bob).unwrap(), Action::parse(action).unwrap());
        Inquiry::open().judge_one(place, &evidence, &who, &[action]).remove(0).finding
    }

    #[test]
    fn what_iam_says_of_one_key_is_no_more_than_a_condition_for_any() {
        let decided =
            || [(Decision::Allowed, Answer::Yes), (Decision::NotAllowed, Answer::No), (Decision::Denied, Answer::No)];
        let bucket = Place { bucket: "b".to_owned(), ..Place::default() };
        let prefix = Place { prefix: "home/bob/".to_owned(), ..bucket.clone() };
        let object = Place { key: Some("home/bob/k".to_owned()), ..bucket.clone() };
        for (decision, answer) in decided() {
            for place in [&bucket, &prefix] {
                let finding = simulated(place, "s3:GetObject", decision.clone());
                assert_eq!(finding.answer, Answer::Depends, "{place:?} {decision:?}: {finding:?}");
                assert!(finding.because.contains("for some keys"), "{finding:?}");
            }
            assert_eq!(simulated(&object, "s3:GetObject", decision.clone()).answer, answer, "{decision:?}");
            assert_eq!(simulated(&bucket, "s3:ListBucket", decision).answer, answer, "the bucket is one thing");
        }
        // A Deny with StringNotLike s3:prefix holds of a request without one, and tells nothing of this prefix.
        let finding = simulated(&prefix, "s3:ListBucket", Decision::DeniedWithout(vec!["s3:prefix".to_owned()]));
        assert_eq!(finding.answer, Answer::Depends, "{finding:?}");
        assert!(finding.because.contains("may deny it by s3:prefix"), "{finding:?}");
    }

    #[test]
    fn iam_is_asked_in_the_partition_of_the_caller_and_about_the_place() {
        let place = |key: Option<&str>, prefix: &str, version: Option<&str>| Place {
            bucket: "b".to_owned(),
            key: key.map(str::to_owned),
            prefix: prefix.to_owned(),
            version: version.map(str::to_owned),
        };
        for (caller, partition) in [
            (None, "aws"),
            (Some("arn:aws:iam::111122223333:user/bob"), "aws"),
            (Some("arn:aws-cn:iam::111122223333:user/bob"), "aws-cn"),
            (Some("arn:aws-us-gov:sts::111122223333:assumed-role/app/one"), "aws-us-gov"),
        ] {
            let evidence = Evidence { caller: caller.map(str::to_owned), ..Evidence::default() };
            let asked = place(None, "in/", None).to_simulate(evidence.partition());
            assert_eq!(asked[0], ("s3:ListBucket", format!("arn:{partition}:s3:::b")));
            assert_eq!(asked[1], ("s3:GetObject", format!("arn:{partition}:s3:::b/in/*")));
        }
        let asked = place(Some("k"), "", Some("v")).to_simulate("aws");
        assert_eq!(asked[1], ("s3:GetObjectVersion", "arn:aws:s3:::b/k".to_owned()));
    }
}
