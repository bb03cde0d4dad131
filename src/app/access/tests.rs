//! The permissions screen, as scripts of keys and reports.

use std::sync::Arc;

use super::*;
use crate::app::harness::Harness;
use crate::app::layout::layout as whole_layout;
use crate::app::state::Screen;
use crate::model::access::Fact;
use crate::model::access::acl::{Acl, Grant, Grantee};
use crate::model::access::anonymous::{Attempt, Probe};
use crate::model::access::document::Policy;
use crate::model::access::layers::{Kept, Layers};
use crate::model::access::who::Account;
use crate::model::error::Kind as Why;

/// The documents of a bucket `b` that everyone reads, that the office writes to, and that a partner lists.
pub(crate) fn evidence() -> Evidence {
    let text = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"PublicRead","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},
        {"Sid":"Office","Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*",
         "Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}},
        {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}]}"#;
    let mine = Grant {
        grantee: Grantee::Account { id: "c1da".to_owned(), name: None },
        permission: "FULL_CONTROL".to_owned(),
    };
    let acl = Acl { owner: Some("c1da".to_owned()), grants: vec![mine] };
    let layers = Layers {
        owner: Account { number: Some("111122223333".to_owned()), canonical: Some("c1da".to_owned()) },
        account_block: Fact::Absent,
        bucket_block: Fact::Absent,
        ownership: Fact::Absent,
        bucket_acl: Fact::Known(acl.clone()),
        object_acl: Fact::Known(acl),
        policy: Fact::Known(Arc::new(Policy::of_bucket(text).unwrap())),
        tags: Fact::Absent,
        kept: Fact::Known(Kept::default()),
        requester_pays: Fact::Known(false),
        said_public: Some(false),
    };
    let caller = Some("arn:aws:iam::111122223333:user/alice".to_owned());
    Evidence { layers, caller, ..Evidence::default() }
}

/// Nothing could be read.
pub(crate) fn nothing() -> Evidence {
    fn denied<T>(permission: &str) -> Fact<T> {
        Fact::Unread(format!("{permission} denied"))
    }
    let layers = Layers {
        owner: Account::default(),
        account_block: denied("s3:GetAccountPublicAccessBlock"),
        bucket_block: denied("s3:GetBucketPublicAccessBlock"),
        ownership: denied("s3:GetBucketOwnershipControls"),
        bucket_acl: denied("s3:GetBucketAcl"),
        object_acl: denied("s3:GetObjectAcl"),
        policy: denied("s3:GetBucketPolicy"),
        tags: denied("s3:GetObjectTagging"),
        kept: denied("s3:GetObject"),
        requester_pays: denied("s3:GetBucketRequestPayment"),
        said_public: None,
    };
    Evidence { layers, ..Evidence::default() }
}

/// The screen for the object `k` in `b`, which still reads.
pub(crate) fn asked() -> Harness {
    let mut t = Harness::with_bucket("b", &["k"]).connected();
    t.keys("P");
    t
}

/// The same with what was read.
pub(crate) fn judged(evidence: Evidence) -> Harness {
    let mut t = asked();
    let ticket = own(&t).reading().unwrap();
    t.report(Report::Gathered { ticket, evidence: Box::new(evidence) });
    t
}

/// Tests as anonymous, with these answers to HEAD and LIST.
pub(crate) fn tested(t: &mut Harness, head: u16, list: u16) {
    t.keys("T");
    let ticket = own(t).testing().unwrap();
    let attempt = |probe, target: &str, status: u16, code: Option<&str>| Attempt {
        probe,
        target: target.to_owned(),
        status: Some(status),
        code: code.map(str::to_owned),
        problem: None,
    };
    let code = (list == 403).then_some("AccessDenied");
    let attempts =
        vec![attempt(Probe::HeadObject, "s3://b/k", head, None), attempt(Probe::List, "s3://b/", list, code)];
    t.report(Report::AnonymousTested { ticket, test: AnonymousTest { attempts } });
}

impl Permissions {
    fn reading(&self) -> Option<Ticket> {
        match self.judged {
            Asked::Running(ticket) => Some(ticket),
            _ => None,
        }
    }

    fn testing(&self) -> Option<Ticket> {
        match self.test {
            Asked::Running(ticket) => Some(ticket),
            _ => None,
        }
    }
}

fn own(t: &Harness) -> &Permissions {
    t.state.permissions.as_ref().unwrap()
}

fn texts(t: &Harness) -> String {
    let lines = own(t).head(200).into_iter().chain(own(t).detail(200));
    lines.map(|line| line.text).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_opens_for_what_is_under_the_cursor_and_goes_back() {
    let mut t = Harness::with_bucket("b", &["k", "sub/"]);
    let effects = t.keys("P");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Gather { identity: None, .. })]), "{effects:?}");
    assert_eq!((t.state.screen, own(&t).place().prefix.as_str()), (Screen::Access, "sub/"));
    let effects = t.keys("<esc>");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Drop(_))]), "it stops first: {effects:?}");
    assert!(t.keys("<esc>").is_empty());
    assert_eq!(t.state.screen, Screen::Browse);
    assert!(t.state.permissions.is_none());
    t.keys("P t t");
    assert_eq!(t.state.screen, Screen::Access, "the queue is looked at in between");
    let effects = t.keys("P");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Drop(_))]), "what runs ends with it: {effects:?}");
}

#[test]
fn a_bucket_and_an_empty_place_are_asked_about_too_and_a_file_is_not() {
    let mut t = Harness::new();
    assert!(t.keys("P").is_empty() && t.state.notice.is_some());
    t.keys("<tab> P");
    assert_eq!(own(&t).item(), &Item::Bucket("acme-logs".into()));
    let mut t = Harness::with_bucket("b", &[]);
    t.keys("P");
    assert_eq!(own(&t).item(), &Item::Bucket("b".into()));
    let arn = "arn:aws:s3:us-west-2:111122223333:accesspoint/x";
    let mut t = Harness::with_bucket(arn, &["k"]);
    assert!(t.keys("P").is_empty() && t.state.permissions.is_none() && t.state.notice.is_some());
}

#[test]
fn the_cursor_goes_both_ways_and_stays_in_the_table() {
    let mut t = judged(evidence());
    assert_eq!((own(&t).rows(), own(&t).cursor()), (5, (0, 1)));
    t.keys("k h h h");
    assert_eq!(own(&t).cursor(), (0, 0));
    t.keys("G l l l l l l");
    assert_eq!(own(&t).cursor(), (4, 4));
    t.keys("g <backtab>");
    assert_eq!(own(&t).cursor(), (0, 3));
}

#[test]
fn the_reason_names_layer_statement_and_condition() {
    let mut t = judged(evidence());
    let shown = texts(&t);
    for words in [
        "Public: anyone may read, without signing in",
        "Policy is public: yes (the server says no) · Bucket is public: yes",
        "May anonymous callers read? yes",
        "Statement 1 (PublicRead) of the bucket policy allows it",
        "Decided by: bucket policy · s3:GetObject on arn:aws:s3:::b/k",
        "Statement 1 of 3 (PublicRead) of the bucket policy",
        "    \"Effect\": \"Allow\",",
        "Cannot be seen from here: the policies of an organization",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    t.keys("l");
    let shown = texts(&t);
    assert!(shown.contains("May anonymous callers write? depends"), "{shown}");
    assert!(shown.contains("allows it, if aws:SourceIp is in 203.0.113.0/24"), "{shown}");
    t.keys("G h h");
    let shown = texts(&t);
    assert!(shown.contains("May 444455556666 list? depends"), "{shown}");
    assert!(shown.contains("Decided by: identity policy") && shown.contains("Statement 3 of 3 of the bucket policy"));
    let mut t = judged(nothing());
    t.keys("h");
    let shown = texts(&t);
    assert!(shown.starts_with("Unknown: whether strangers may"), "{shown}");
    assert!(
        shown.contains("s3:GetBucketPolicy denied") && shown.contains("request payment: s3:GetBucketRequestPayment")
    );
    assert!(shown.contains("Who this caller is, this server does not say"), "{shown}");
}

#[test]
fn a_test_stands_beside_the_verdict_and_says_where_they_disagree() {
    let mut t = judged(evidence());
    tested(&mut t, 200, 403);
    let shown = texts(&t);
    assert!(shown.contains("Test as anonymous: HEAD 200, LIST 403 AccessDenied, as judged"), "{shown}");
    assert!(shown.contains("HEAD s3://b/k: 200, anyone may read it from here"), "{shown}");
    tested(&mut t, 403, 403);
    let shown = texts(&t);
    assert!(shown.contains("Test disagrees: HEAD 403, LIST 403 AccessDenied; see below"), "{shown}");
    assert!(shown.contains("The verdict is yes: something that cannot be seen may refuse it"), "{shown}");
    t.keys("R");
    assert!(!texts(&t).contains("Test as anonymous"), "it was of another time");
}

#[test]
fn answers_to_older_questions_are_dropped_and_failures_are_told() {
    let mut t = asked();
    let first = own(&t).reading().unwrap();
    t.keys("R");
    t.report(Report::Gathered { ticket: first, evidence: Box::new(evidence()) });
    assert!(own(&t).judged().ready().is_none());
    let ticket = own(&t).reading().unwrap();
    let error = Error::new(Why::NoSuchBucket, "open", "s3://b", "there is no such bucket");
    t.report(Report::Failed { ticket, error });
    assert!(
        texts(&t).starts_with("cannot open s3://b: there is no such bucket\ncheck the bucket's name"),
        "{}",
        texts(&t)
    );
    let effects = t.keys("T <esc>");
    assert!(matches!(effects.last(), Some(Effect::Submit(Request::Drop(_)))), "{effects:?}");
    assert!(texts(&t).contains("Test as anonymous: stopped") && t.state.screen == Screen::Access);
}

#[test]
fn the_reason_is_scrolled_and_takes_the_whole_screen() {
    let mut t = judged(evidence()).resized(40, 10);
    let area = whole_layout(&t.state).full(Screen::Access).unwrap();
    let offset = |t: &Harness| {
        let window = own(t).places(area).detail;
        own(t).offset(own(t).detail(window.width).len(), window.height)
    };
    t.keys("<pgdn>");
    assert_eq!(offset(&t), 2);
    t.keys("j");
    assert_eq!((offset(&t), own(&t).cursor().0), (0, 1), "another answer begins at its start");
    t.keys("<enter>");
    assert!(own(&t).is_whole() && own(&t).places(area).rows.height == 0);
    t.keys("j j");
    assert_eq!((offset(&t), own(&t).cursor().0), (2, 1));
    t.keys("<esc>");
    assert!(!own(&t).is_whole() && t.state.screen == Screen::Access);
}

#[test]
fn a_click_selects_an_answer() {
    let mut t = judged(evidence()).resized(80, 24);
    let area = whole_layout(&t.state).full(Screen::Access).unwrap();
    let places = own(&t).places(area);
    let (x, _) = places.columns.answers[3];
    t.mouse(crate::app::event::MouseKind::Down { is_double: false }, places.rows.x + x, places.rows.y + 2);
    assert_eq!(own(&t).cursor(), (2, 3));
}
