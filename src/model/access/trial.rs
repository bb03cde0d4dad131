//! What this caller tried just now, and what IAM says of its own policies: facts beside what the documents say.
//!
//! A request that went well proves its action, whatever could not be read. A refusal is no proof of the contrary where the
//! documents allow it, but then something that cannot be seen from here stands in the way, and both are told.

use super::action::Action;
use super::case::Place;
use super::evidence::Evidence;
use super::finding::{Answer, Finding, Layer};
use super::resource::Resource;
use super::verdict::Verdict;
use super::who::Who;
use crate::model::arn::partition;

/// A request that changes nothing, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The action that it needs.
    pub action: &'static str,
    /// The request: `HeadObject`.
    pub request: String,
    /// How it went.
    pub went: Went,
}

/// How a request went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Went {
    /// It was answered.
    Well,
    /// It was refused, with this code.
    Refused(String),
    /// It failed for a reason that tells nothing of the action.
    Untold,
}

/// What IAM says of the caller's own policies for one action (IAM API Reference, "SimulatePrincipalPolicy").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// What it says.
    pub decision: Decision,
}

/// What IAM says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// They allow it.
    Allowed,
    /// They do not.
    NotAllowed,
    /// A statement of them denies it.
    Denied,
    /// A statement of them denies it without condition keys that requests may bring, which the simulation was not given.
    DeniedWithout(Vec<String>),
    /// It depends on condition keys that the simulation was not given.
    Open(Vec<String>),
}

impl Simulated {
    /// Returns whether they take it away whatever else allows it, or may.
    pub(super) fn denies(&self) -> bool {
        matches!(self.decision, Decision::Denied | Decision::DeniedWithout(_))
    }

    /// Returns what the caller's own policies say to an action on a resource. IAM takes `b/*` for one key of that name, so
    /// what it says of any object is so of one, and may be otherwise of the next.
    pub(super) fn finding(&self, resource: &Resource) -> Finding {
        let (answer, because) = match &self.decision {
            Decision::Allowed => (Answer::Yes, "the caller's own IAM policies allow it".to_owned()),
            Decision::NotAllowed => (Answer::No, "the caller's own IAM policies do not allow it".to_owned()),
            Decision::Denied => (Answer::No, "the caller's own IAM policies deny it explicitly".to_owned()),
            Decision::DeniedWithout(keys) => {
                (Answer::Depends, format!("the caller's own IAM policies may deny it by {}", keys.join(" and ")))
            }
            Decision::Open(keys) => {
                (Answer::Depends, format!("the caller's own IAM policies decide by {}", keys.join(" and ")))
            }
        };
        let say = |answer, end| Finding::new(answer, Layer::Identity, format!("{because}{end}"));
        if matches!(resource, Resource::Objects { .. }) {
            return say(
                Answer::Depends,
                " for some keys (iam:SimulatePrincipalPolicy, which tells of one key at a time)",
            );
        }
        let finding = say(answer, " (iam:SimulatePrincipalPolicy)");
        Finding { is_held_back: self.decision == Decision::Denied, ..finding }
    }
}

impl Place {
    /// Returns what IAM is asked: each action, and the ARN of what it is done to.
    pub fn to_simulate(&self, partition: &str) -> Vec<(&'static str, String)> {
        let asked = Action::asked().map(|action| self.question(action));
        asked.map(|(action, resource)| (action.name, resource.arn(partition))).collect()
    }
}

impl Evidence {
    /// Returns the partition of Amazon's cloud that the caller is in, and so whatever it asks about: its ARN tells it.
    pub fn partition(&self) -> &str {
        partition(None, self.caller.as_deref())
    }

    /// Returns who asked the server, if one was asked: by name, where it is known.
    pub fn this_caller(&self) -> Option<Who> {
        let named = self.caller.as_deref().and_then(Who::of_arn);
        named.or_else(|| (!self.trials.is_empty()).then_some(Who::Unnamed))
    }

    /// Returns a verdict with what this caller tried, if it is about that one.
    pub(super) fn with_trial(&self, verdict: Verdict) -> Verdict {
        let caller = self.this_caller().map(|who| who.completed_by(&self.layers.owner));
        if caller.as_ref() != Some(&verdict.who) {
            return verdict;
        }
        let trials = self.trials.iter().filter(|trial| trial.action == verdict.action.name);
        Verdict { finding: tried(verdict.finding, trials), ..verdict }
    }
}

/// Returns what is to be said after some requests were tried that an action needs.
fn tried<'a>(computed: Finding, trials: impl Iterator<Item = &'a Trial>) -> Finding {
    let (mut well, mut refused) = (Vec::new(), Vec::new());
    for trial in trials {
        match &trial.went {
            Went::Well => well.push(format!("{} was answered", trial.request)),
            Went::Refused(code) => refused.push(format!("{} was refused ({code})", trial.request)),
            Went::Untold => {}
        }
    }
    // A HEAD is answered for what must be restored first, and its bytes are another matter.
    let is_of_bytes = matches!(computed.layer, Layer::Encryption | Layer::Storage);
    let (answer, is_new) = match (well.is_empty(), refused.is_empty(), computed.answer) {
        (true, true, _) => return computed,
        (false, true, answer) if is_of_bytes => (answer, false),
        (false, true, Answer::Yes) => (Answer::Yes, false),
        (false, true, _) => (Answer::Yes, true),
        (true, false, Answer::No) => (Answer::No, false),
        (true, false, Answer::Depends | Answer::Unknown) => (Answer::No, true),
        (true, false, Answer::Yes) | (false, false, _) => (Answer::Depends, true),
    };
    let said = format!("it was tried just now: {}", [well, refused].concat().join(", "));
    if !is_new {
        return Finding { because: format!("{}; {said}", computed.because), ..computed };
    }
    let because = match computed.answer {
        Answer::Yes => format!(
            "{said}, though by what could be read: {}; a policy that cannot be seen from here may stand in the way",
            computed.because
        ),
        Answer::No => format!("{said}, though by what could be read: {}", computed.because),
        Answer::Depends => format!("{said}; by what could be read it depends: {}", computed.because),
        Answer::Unknown => said,
    };
    Finding { because, ..Finding::new(answer, Layer::Trial, "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(request: &str, went: Went) -> Trial {
        Trial { action: "s3:GetObject", request: request.to_owned(), went }
    }

    fn after(answer: Answer, trials: &[Trial]) -> Finding {
        tried(Finding::new(answer, Layer::Policy, "computed"), trials.iter())
    }

    #[test]
    fn what_went_well_is_a_yes_and_what_was_refused_a_no_where_nothing_else_is_known() {
        use Answer::{Depends, No, Unknown, Yes};
        let well = || vec![trial("HeadObject", Went::Well)];
        let refused = || vec![trial("HeadObject", Went::Refused("AccessDenied".to_owned()))];
        for (computed, after_well, after_refusal) in
            [(Yes, Yes, Depends), (No, Yes, No), (Depends, Yes, No), (Unknown, Yes, No)]
        {
            assert_eq!(after(computed, &well()).answer, after_well, "{computed:?}");
            assert_eq!(after(computed, &refused()).answer, after_refusal, "{computed:?}");
        }
        assert_eq!(after(Yes, &well()).because, "computed; it was tried just now: HeadObject was answered");
        assert_eq!(
            after(No, &well()).because,
            "it was tried just now: HeadObject was answered, though by what could be read: computed",
            "they disagree, and that is said"
        );
        assert!(after(Yes, &refused()).because.contains("(AccessDenied), though by what could be read: computed;"));
        let archived = Finding::new(Depends, Layer::Storage, "it must be restored");
        assert_eq!(tried(archived, well().iter()).answer, Depends, "a HEAD reads no bytes");
        assert_eq!((after(Yes, &well()).layer, after(No, &well()).layer), (Layer::Policy, Layer::Trial));
    }

    #[test]
    fn two_that_went_differently_leave_it_open_and_what_tells_nothing_changes_nothing() {
        let both = [trial("HeadBucket", Went::Refused("403".to_owned())), trial("ListObjectsV2 below a/", Went::Well)];
        let finding = after(Answer::Unknown, &both);
        assert_eq!(finding.answer, Answer::Depends);
        let words = "it was tried just now: ListObjectsV2 below a/ was answered, HeadBucket was refused (403)";
        assert_eq!(finding.because, words);
        let computed = Finding::new(Answer::Yes, Layer::Policy, "computed");
        assert_eq!(after(Answer::Yes, &[trial("HeadObject", Went::Untold)]), computed);
    }
}
