//! What earlier runs have left: offered, decided about, and what is said of the journal itself.

use super::*;
use crate::app::harness::left;
use crate::app::queue::JobState;
use crate::model::error::Error;

fn offered(jobs: Vec<crate::model::job::Unfinished>) -> Harness {
    let mut t = Harness::new();
    t.report(Report::Unfinished(jobs));
    t
}

fn is_offer(t: &Harness) -> bool {
    matches!(t.state.dialog, Some(Dialog::Offer(_)))
}

#[test]
fn the_start_asks_what_is_left_and_offers_it_unless_there_is_nothing() {
    let begun = Harness::unloaded("~/data", "s3://").state.begin();
    assert!(begun.contains(&Effect::Submit(Request::FindUnfinished)));
    assert!(!is_offer(&offered(vec![])));
    let mut t = offered(vec![left(1, true)]);
    assert!(is_offer(&t));
    assert!(t.send(Event::Key(Key::char('x'))).is_empty() && is_offer(&t), "nobody can have seen it yet");
    assert!(t.keys("<enter>").is_empty() && !is_offer(&t), "the safe button has the focus");
    assert_eq!(t.state.queue.jobs()[0].state(), JobState::Left);
    assert_eq!(t.keys("q"), [Effect::Quit(Leaving::Cancel)], "what is left keeps nobody");
}

#[test]
fn the_offer_waits_until_nothing_else_has_the_keys() {
    let mut t = Harness::new();
    t.keys("/");
    t.report(Report::Unfinished(vec![left(1, true)]));
    assert!(!is_offer(&t));
    t.keys("<esc>");
    assert!(is_offer(&t));
    t.keys("<esc> :");
    assert!(!is_offer(&t), "it is made once");
}

#[test]
fn what_is_left_is_resumed_and_discarded_from_the_transfers_screen() {
    let mut t = offered(vec![left(1, true), left(2, true)]);
    t.keys("<esc> t k");
    let job = t.state.queue.jobs()[0].id;
    let (unfinished, work) = (left(1, true).id, left(1, true).work);
    assert_eq!(t.keys("r"), [Effect::Submit(Request::TakeUp { job, unfinished, work })]);
    assert_eq!(t.state.queue.jobs()[0].state(), JobState::Queued);
    let (job, unfinished, work) = (t.state.queue.jobs()[1].id, left(2, true).id, left(2, true).work);
    assert_eq!(t.keys("j x"), [Effect::Submit(Request::GiveUp { job, unfinished, work })]);
    assert_eq!(t.state.queue.jobs()[1].state(), JobState::Stopping);
    assert!(t.keys("x").is_empty(), "it stops already");
    t.report(Report::Finished { job, end: JobEnd::Done });
    assert_eq!(t.state.queue.jobs()[1].state(), JobState::Discarded);
    assert!(t.keys("r").is_empty(), "what was discarded is not done again");
    t.keys("c");
    assert_eq!(t.state.queue.jobs().len(), 1);
}

#[test]
fn while_writing_is_off_nothing_that_is_left_is_touched() {
    let mut t = offered(vec![left(1, true)]);
    t.state.is_read_only = true;
    assert!(t.keys("<tab> <enter>").is_empty() && is_offer(&t) && t.state.notice.is_some());
    t.keys("<esc> t");
    assert!(t.keys("r").is_empty() && t.keys("x").is_empty());
    assert_eq!(t.state.queue.jobs()[0].state(), JobState::Left);
}

#[test]
fn what_belongs_to_another_connection_is_told_and_left_alone() {
    let mut t = offered(vec![left(1, false)]);
    assert!(!is_offer(&t) && t.state.notice.as_ref().unwrap().text.contains("1 unfinished job of an earlier run"));
    t.keys("t");
    for key in ["r", "x"] {
        assert!(t.keys(key).is_empty());
        assert!(t.state.notice.as_ref().unwrap().text.contains("start bucketry with --profile prod"), "{key}");
    }
}

#[test]
fn what_nobody_can_reach_any_more_is_forgotten_alone_and_after_it_was_told_what_that_leaves() {
    let mut t = offered(vec![left(1, false), left(2, true)]);
    let words = |t: &Harness| format!("{:?}", t.state.dialog.as_ref().unwrap().sheet().parts);
    assert!(!words(&t).contains("Forget"), "each is decided about for itself: {}", words(&t));
    t.keys("<esc> t k <enter>");
    assert!(words(&t).contains("nobody aborts these uploads") && words(&t).contains("s3://photos/2026/q3.parquet"));
    assert!(t.keys("<enter>").is_empty() && !is_offer(&t), "the safe button has the focus");
    let job = t.state.queue.jobs()[0].id;
    let (unfinished, work) = (left(1, false).id, left(1, false).work);
    let forget = Effect::Submit(Request::Forget { job, unfinished, work });
    assert_eq!(t.keys("<enter> <tab> <enter>"), [forget]);
    t.report(Report::Finished { job, end: JobEnd::Done });
    assert_eq!(t.state.queue.jobs()[0].state(), JobState::Forgotten);
    assert!(t.keys("r").is_empty(), "what was forgotten is not done again");
}

#[test]
fn what_cannot_be_gone_on_with_is_discarded_or_forgotten() {
    let mut t = offered(vec![crate::model::job::Unfinished { can_go_on: false, ..left(1, true) }]);
    let buttons = t.state.dialog.as_ref().unwrap().sheet().buttons;
    assert_eq!(buttons, ["Later", "Discard", "Forget"]);
    assert!(t.keys("<esc> t r").is_empty());
    assert!(matches!(t.keys("x")[..], [Effect::Submit(Request::GiveUp { .. })]));
}

#[test]
fn a_deletion_is_resumed_only_after_a_question() {
    let mut deletion = left(1, true);
    deletion.work = Work::Delete(vec![crate::model::job::Item::Bucket("photos".into())]);
    let mut t = offered(vec![deletion]);
    assert!(t.keys("<esc> t r").is_empty() && is_offer(&t));
    assert!(matches!(t.keys("<backtab> <enter>")[..], [Effect::Submit(Request::TakeUp { .. })]));
}

#[test]
fn one_that_could_not_go_on_is_taken_up_again_and_not_begun_anew() {
    let mut t = offered(vec![left(1, true)]);
    t.keys("<esc> t r");
    let job = t.state.queue.jobs()[0].id;
    let error = Error::new(Kind::Network, "read", "s3://photos/", "no answer");
    t.report(Report::Kept { job, unfinished: left(1, true).id });
    t.report(Report::Finished { job, end: JobEnd::Failed(error) });
    t.keys("<esc>");
    let effects = t.keys("r");
    assert!(
        matches!(effects[..], [Effect::Submit(Request::TakeUp { unfinished, .. })] if unfinished == left(1, true).id)
    );
}

#[test]
fn what_failed_and_is_kept_is_not_cleared_until_it_was_decided_about() {
    let mut t = offered(vec![left(1, true)]);
    t.keys("<esc> t r");
    let job = t.state.queue.jobs()[0].id;
    t.report(Report::Kept { job, unfinished: left(1, true).id });
    t.report(Report::Finished { job, end: JobEnd::SomeFailed });
    t.keys("c");
    assert!(t.state.queue.jobs().len() == 1 && t.state.notice.as_ref().unwrap().text.contains("r goes on with it"));
    let effects = t.keys("x");
    let [Effect::Submit(Request::GiveUp { job: cleaning, unfinished, .. })] = effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(unfinished, left(1, true).id);
    assert_ne!(cleaning, job, "its reports are its own");
    t.report(Report::Finished { job: cleaning, end: JobEnd::Done });
    t.keys("k");
    assert!(t.keys("r").is_empty() && t.keys("x").is_empty(), "nothing is left of it");
    t.keys("c");
    assert!(t.state.queue.jobs().is_empty());
}

#[test]
fn a_journal_that_is_not_kept_or_was_set_aside_is_said_with_what_to_do() {
    let error = || Error::new(Kind::Corrupt, "keep the journal", "/home/me/journal.db", "malformed");
    let mut t = Harness::new();
    t.report(Report::JournalSetAside { aside: "/home/me/journal.db.damaged-1".into(), error: error() });
    let words = |t: &Harness| format!("{:?}", t.state.dialog.as_ref().unwrap().sheet().parts);
    assert!(words(&t).contains("journal.db.damaged-1") && words(&t).contains("bucketry uploads"), "{}", words(&t));
    t.keys("<esc>");
    t.report(Report::JournalFailed(error()));
    assert!(words(&t).contains("none can be resumed"), "{}", words(&t));
}
