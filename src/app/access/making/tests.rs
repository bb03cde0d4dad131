//! Making a place public and private, as scripts of keys and reports.

use serde_json::{Value, json};

use super::*;
use crate::app::access::tests::{evidence, judged};
use crate::app::effect::Effect;
use crate::app::harness::Harness;
use crate::app::state::Screen;
use crate::model::access::evidence::Evidence;
use crate::model::access::exposure::{Aim, Plan, Standing, StepEnd};
use crate::model::access::{Fact, PublicAccessBlock};
use crate::model::error::{Error, Kind};
use crate::model::job::Ticket;

fn block() -> Value {
    json!({
        "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true
    })
}

/// The bucket `b`, of which nothing is open.
fn closed() -> Evidence {
    let mut own = evidence();
    own.layers.policy = Fact::Absent;
    own.layers.bucket_block = Fact::Known(PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    });
    own
}

/// How the object is made public, in two ways.
fn opening() -> Plan {
    let standing = Standing { policy: Fact::Absent, block: Fact::Known(block()), acl: Fact::Absent };
    let t = judged(closed());
    let exposure = Exposure::of(t.state.permissions.as_ref().unwrap().item(), Aim::Public).unwrap();
    Aim::Public.plan(&exposure.scope, &closed(), &standing)
}

fn asked(effects: &[Effect]) -> Ticket {
    match effects {
        [Effect::Submit(Request::PlanExposure { ticket, .. } | Request::Expose { ticket, .. })] => *ticket,
        effects => panic!("{effects:?}"),
    }
}

/// The ways to make it public are asked for.
pub(crate) fn looking() -> (Harness, Ticket) {
    let mut t = judged(closed());
    let ticket = asked(&t.keys("m"));
    (t, ticket)
}

/// The ways are offered.
pub(crate) fn offered() -> Harness {
    offered_with(opening())
}

/// A plan is shown.
pub(crate) fn offered_with(plan: Plan) -> Harness {
    let (mut t, ticket) = looking();
    t.report(Report::ExposurePlanned { ticket, plan: Box::new(plan) });
    t
}

/// Nothing can be done.
pub(crate) fn hopeless() -> Harness {
    let mut evidence = closed();
    evidence.layers.requester_pays = Fact::Known(true);
    let standing = Standing { policy: Fact::Absent, block: Fact::Known(block()), acl: Fact::Absent };
    offered_with(Aim::Public.plan(&scope(), &evidence, &standing))
}

fn scope() -> crate::model::access::exposure::Scope {
    crate::model::access::exposure::Scope::new("b", "k")
}

/// The difference of the first way is shown.
pub(crate) fn reviewed() -> Harness {
    let mut t = offered();
    t.keys("<enter>");
    t
}

/// It was agreed to twice; it is being written.
pub(crate) fn writing() -> (Harness, Ticket) {
    let mut t = reviewed();
    let ticket = asked(&t.keys("<tab> <enter> <tab> <enter>"));
    (t, ticket)
}

fn ended(ends: Vec<StepEnd>) -> (Harness, Vec<Effect>) {
    let (mut t, ticket) = writing();
    let effects = t.report(Report::Exposed { ticket, exposed: Exposed { ends } });
    (t, effects)
}

/// It is written, read again and tested.
pub(crate) fn made() -> Harness {
    proved(ended(vec![StepEnd::Written, StepEnd::Written]), &evidence(), 200)
}

/// The second document was refused.
pub(crate) fn half_way() -> Harness {
    let mut error = Error::new(Kind::Denied, "write the settings of", "s3://b (Policy)", "access denied");
    error.permission = Some("s3:PutBucketPolicy");
    let mut loosened = closed();
    loosened.layers.bucket_block = Fact::Absent;
    proved(ended(vec![StepEnd::Written, StepEnd::Refused(error)]), &loosened, 403)
}

/// Answers what is asked after the writing.
fn proved((mut t, effects): (Harness, Vec<Effect>), evidence: &Evidence, head: u16) -> Harness {
    use crate::model::access::anonymous::{AnonymousTest, Attempt, Probe};
    for effect in &effects {
        match effect {
            Effect::Submit(Request::Gather { ticket, .. }) => {
                t.report(Report::Gathered { ticket: *ticket, evidence: Box::new(evidence.clone()) });
            }
            Effect::Submit(Request::TestAnonymous { ticket, .. }) => {
                let attempt = |probe, target: &str, status| Attempt {
                    probe,
                    target: target.to_owned(),
                    status: Some(status),
                    code: None,
                    problem: None,
                };
                let attempts = vec![attempt(Probe::HeadObject, "s3://b/k", head), attempt(Probe::List, "s3://b/", 403)];
                t.report(Report::AnonymousTested { ticket: *ticket, test: AnonymousTest { attempts } });
            }
            _ => {}
        }
    }
    t
}

fn own(t: &Harness) -> &Permissions {
    t.state.permissions.as_ref().unwrap()
}

fn texts(t: &Harness) -> String {
    let lines = own(t).head(200).into_iter().chain(own(t).detail(200));
    lines.map(|line| line.text).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_written_before_it_was_agreed_to_twice() {
    let mut t = offered();
    assert!(t.state.dialog.is_some() && t.keys("<enter>").is_empty(), "the difference, not a request");
    assert!(t.keys("<enter>").is_empty() && t.state.dialog.is_none(), "the focused button is the safe one");
    let mut t = reviewed();
    assert!(t.keys("<tab> <enter>").is_empty(), "it is asked again");
    assert!(t.keys("<enter>").is_empty() && t.state.dialog.is_none(), "the safe one again");
    let mut t = reviewed();
    let effects = t.keys("<tab> <enter> <tab> <enter>");
    let [Effect::Submit(Request::Expose { exposure, choice, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((exposure.place().as_str(), choice.name, choice.steps.len()), ("s3://b/k", "policy", 2));
    assert!(own(&t).is_writing() && texts(&t).contains("writing Block Public Access, then Policy …"), "{}", texts(&t));
}

#[test]
fn another_way_is_picked_from_the_list_and_looking_is_given_up() {
    let mut t = offered();
    t.keys("j <enter> <tab> <enter>");
    let effects = t.keys("<tab> <enter>");
    let [Effect::Submit(Request::Expose { choice, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(choice.name, "acl");
    let (mut t, ticket) = looking();
    assert_eq!(t.keys("<esc>"), [Effect::Submit(Request::Drop(ticket))]);
    t.report(Report::ExposurePlanned { ticket, plan: Box::new(opening()) });
    assert!(t.state.dialog.is_none() && t.state.screen == Screen::Access);
    let mut t = hopeless();
    assert!(t.keys("<enter>").is_empty() && t.state.dialog.is_none(), "there is nothing but to close it");
}

#[test]
fn what_was_written_is_read_again_tested_and_proved_with_the_way_back() {
    let (t, effects) = ended(vec![StepEnd::Written, StepEnd::Written]);
    assert!(texts(&t).contains("Made public: written and read back; reading it again"), "{}", texts(&t));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Submit(Request::Gather { .. }))), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Submit(Request::TestAnonymous { .. }))));
    let mut t = made();
    let shown = texts(&t);
    for words in [
        "Made public: written and read back, and proved",
        "Policy: written and read back",
        "Proved by reading all of it again: statement 1 (PublicRead)",
        "The way back: M makes it private again",
        "As it stood before: u in the settings of the bucket (,), on Policy, then Block Public Access",
        "HEAD 200",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(shown.find("The way back") < shown.find("May anonymous callers read?"), "{shown}");
    t.keys("l");
    let shown = texts(&t);
    assert!(shown.find("The way back") > shown.find("May anonymous callers"), "{shown}");
    t.keys("R");
    assert!(!texts(&t).contains("Made public"));
}

#[test]
fn what_could_not_be_read_again_is_not_proved() {
    let (mut t, effects) = ended(vec![StepEnd::Written, StepEnd::Written]);
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Gather { ticket, .. }) => Some(*ticket),
        _ => None,
    });
    t.report(Report::Failed { ticket: asked.unwrap(), error: Error::new(Kind::Network, "open", "s3://b", "no line") });
    assert!(texts(&t).contains("but not proved: it was not read again"), "{}", texts(&t));
}

#[test]
fn what_was_not_written_is_told_document_by_document() {
    let shown = texts(&half_way());
    for words in [
        "Make public: stopped half way; see below",
        "Block Public Access: written and read back",
        "Policy: not written: cannot write the settings of s3://b (Policy): access denied",
        "What was written stands, and may take some seconds to count",
        "As it stood before: u in the settings of the bucket (,), on Block Public Access",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(!shown.contains("The way back"), "nothing was made public: {shown}");
    let error = Error::new(Kind::Conflict, "write the settings of", "s3://b", "it has changed since it was read");
    let refused = || vec![StepEnd::Refused(error.clone()), StepEnd::Untried];
    let shown = texts(&proved(ended(refused()), &closed(), 403));
    assert!(shown.contains("Make public: nothing was changed; see below"), "{shown}");
    assert!(!shown.contains("The way back"), "{shown}");
    let shown = texts(&proved(ended(vec![StepEnd::Written, StepEnd::Written]), &closed(), 403));
    assert!(shown.contains("but it is not certain") && shown.contains("It is not certain that s3://b/k is public now"));
}

#[test]
fn the_screen_stays_until_what_came_of_it_was_seen() {
    let (mut t, ticket) = writing();
    t.keys("<esc>");
    assert!(t.state.screen == Screen::Access && t.state.notice.is_some());
    assert!(t.keys("m").is_empty() && t.state.dialog.is_none(), "one thing at a time");
    t.state.screen = Screen::Browse;
    t.keys("j");
    assert!(t.state.permissions.is_some(), "it is being written");
    let effects = t.report(Report::Exposed { ticket, exposed: Exposed { ends: vec![StepEnd::Written; 2] } });
    assert!(t.state.notice.as_ref().unwrap().text.contains("Made public"), "{:?}", t.state.notice);
    let mut t = proved((t, effects), &evidence(), 200);
    t.keys("P");
    assert!(t.state.screen == Screen::Access && texts(&t).contains("and proved"));
    t.keys("<esc>");
    assert!(t.state.permissions.is_none());
}

#[test]
fn reading_alone_it_is_refused() {
    let mut t = judged(closed());
    t.state.is_read_only = true;
    for key in ["m", "M"] {
        assert!(t.keys(key).is_empty() && t.state.dialog.is_none() && t.state.notice.is_some());
    }
    let mut t = reviewed();
    t.state.is_read_only = true;
    assert!(t.keys("<tab> <enter> <tab> <enter>").is_empty() && own(&t).making().is_none());
}

/// The difference of what makes it private is shown.
pub(crate) fn closing() -> Harness {
    let mut t = judged(evidence());
    let ticket = asked(&t.keys("M"));
    let standing = Standing {
        policy: Fact::Known(serde_json::from_str(evidence().layers.policy.known().unwrap().text()).unwrap()),
        block: Fact::Absent,
        acl: Fact::Absent,
    };
    let plan = Aim::Private.plan(&scope(), &evidence(), &standing);
    t.report(Report::ExposurePlanned { ticket, plan: Box::new(plan) });
    t.keys("<enter>");
    t
}

#[test]
fn closing_is_asked_once() {
    let effects = closing().keys("<tab> <enter>");
    let [Effect::Submit(Request::Expose { choice, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(choice.name, "grants");
}
