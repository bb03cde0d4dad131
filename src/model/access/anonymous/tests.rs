//! What a test proves, and what it does not.

use std::sync::Arc;

use super::*;
use crate::model::access::document::Policy;
use crate::model::access::layers::{Kept, Layers};
use crate::model::access::who::Account;

fn attempt(probe: Probe, status: u16) -> Attempt {
    Attempt { probe, target: "s3://b/k".to_owned(), status: Some(status), code: None, problem: None }
}

/// A bucket whose objects everyone may read under a condition, and an object in it.
fn evidence(condition: &str) -> Evidence {
    let text = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{condition}}}}}"#
    );
    let layers = Layers {
        policy: Fact::Known(Arc::new(Policy::of_bucket(&text).unwrap())),
        kept: Fact::Known(Kept::default()),
        ..Layers::closed(Account::default())
    };
    Evidence { layers, ..Evidence::default() }
}

fn compared(evidence: &Evidence, probe: Probe, status: u16) -> (Answer, Agreement, &'static str) {
    let place = Place { bucket: "b".to_owned(), key: Some("k".to_owned()), ..Place::default() };
    let test = AnonymousTest { attempts: vec![attempt(probe, status)] };
    let comparison = test.compare(&place, evidence);
    let [one] = comparison.as_slice() else { panic!("{comparison:?}") };
    (one.answer, one.agreement, one.words())
}

#[test]
fn a_test_agrees_or_names_what_cannot_be_seen() {
    let open = evidence("{}");
    assert_eq!(compared(&open, Probe::HeadObject, 200).1, Agreement::Agrees);
    assert_eq!(compared(&open, Probe::List, 403).1, Agreement::Agrees);
    let (answer, agreement, words) = compared(&open, Probe::HeadObject, 403);
    assert_eq!((answer, agreement), (Answer::Yes, Agreement::Disagrees));
    assert!(words.contains("VPC endpoint") && words.contains("organization"), "{words}");
    let (answer, agreement, words) = compared(&open, Probe::List, 200);
    assert_eq!((answer, agreement), (Answer::No, Agreement::Disagrees));
    assert!(words.contains("rules of its own"), "{words}");
}

#[test]
fn a_condition_is_settled_by_the_test_and_a_gap_is_told() {
    let office = evidence(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    assert!(compared(&office, Probe::HeadObject, 200).2.ends_with("the condition holds from here"));
    assert!(compared(&office, Probe::HeadObject, 403).2.ends_with("does not hold from here"));
    let mut unread = evidence("{}");
    unread.layers.policy = Fact::Unread("s3:GetBucketPolicy denied".to_owned());
    assert_eq!(compared(&unread, Probe::HeadObject, 200).1, Agreement::Open);
    assert!(compared(&unread, Probe::HeadObject, 200).2.contains("tells more"));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>, "Permissions": 403 for a missing object without
/// s3:ListBucket.
#[test]
fn what_proves_nothing_is_no_disagreement() {
    let mut missing = evidence("{}");
    missing.layers.kept = Fact::Absent;
    assert_eq!(compared(&missing, Probe::HeadObject, 403).1, Agreement::Open);
    let mut encrypted = evidence("{}");
    encrypted.layers.kept = Fact::Known(Kept { encryption: Some("aws:kms".to_owned()), ..Kept::default() });
    for status in [200, 400, 403] {
        assert_eq!(compared(&encrypted, Probe::HeadObject, status).1, Agreement::Open, "{status}");
    }
    for status in [301, 404, 405, 500] {
        assert_eq!(compared(&evidence("{}"), Probe::HeadObject, status).1, Agreement::Open, "{status}");
    }
}

#[test]
fn what_was_met_is_told_with_status_code_and_meaning() {
    let denied = Attempt { code: Some("AccessDenied".to_owned()), ..attempt(Probe::List, 403) };
    assert_eq!((denied.outcome(), denied.is_allowed()), ("403 AccessDenied".to_owned(), Some(false)));
    assert_eq!(denied.meaning(), "refused: it may not be listed from here");
    assert_eq!(attempt(Probe::HeadObject, 200).meaning(), "anyone may read it from here");
    assert!(attempt(Probe::HeadObject, 403).meaning().contains("or it is not there"));
    assert!(attempt(Probe::HeadBucket, 301).meaning().contains("another region"));
    let silent = Attempt { status: None, problem: Some("no connection in time".to_owned()), ..denied };
    assert_eq!((silent.outcome(), silent.meaning()), ("no answer".to_owned(), "no connection in time".to_owned()));
}
