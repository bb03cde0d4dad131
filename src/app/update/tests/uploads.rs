//! The screen of unfinished uploads.

use std::time::Duration;

use super::*;
use crate::app::uploads::Uploads;
use crate::app::uploads::parts::MOST;
use crate::model::job::{ItemOutcome, ItemResult, Verified};
use crate::model::location::ObjectRef;
use crate::model::upload::{Holder, PendingUpload, Sent, UploadRef};

const DAY: u64 = 24 * 3600;

/// An upload that was begun so many days ago.
fn pending(key: &str, days: u64) -> PendingUpload {
    let age = Duration::from_secs(days * DAY);
    PendingUpload {
        upload: UploadRef { object: ObjectRef::new("photos", key), id: format!("id-of-{key}") },
        began: Some(crate::app::harness::now() - jiff::SignedDuration::try_from(age).unwrap()),
        age: Some(age),
        sent: None,
        class: Some(StorageClass::Standard),
        initiator: None,
        holder: None,
    }
}

fn held(key: &str, days: u64, holder: Holder) -> PendingUpload {
    PendingUpload { holder: Some(holder), ..pending(key, days) }
}

fn own(t: &Harness) -> &Uploads {
    t.state.uploads.as_ref().unwrap()
}

fn keys_of(t: &Harness) -> Vec<&str> {
    own(t).shown().map(|row| row.upload.object.key.as_str()).collect()
}

fn listing(effects: &[Effect]) -> Ticket {
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Uploads { ticket, with_sizes: false, .. }) => Some(*ticket),
        _ => None,
    });
    asked.unwrap_or_else(|| panic!("{effects:?}"))
}

fn asked_parts(effects: &[Effect]) -> Vec<(Ticket, String)> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Submit(Request::UploadParts { ticket, upload }) => Some((*ticket, upload.object.key.to_string())),
        _ => None,
    });
    asked.collect()
}

fn drops(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Submit(Request::Drop(_)))).count()
}

/// Answers what is asked about parts, and what is asked then, with a kibibyte each.
fn answer_parts(t: &mut Harness, effects: &[Effect]) {
    let mut open = asked_parts(effects);
    while let Some((ticket, _)) = open.pop() {
        let sent = Some(Sent { parts: 2, bytes: 1024 });
        open.extend(asked_parts(&t.report(Report::UploadParts { ticket, sent })));
    }
}

fn opened(uploads: Vec<PendingUpload>) -> Harness {
    let mut t = Harness::with_bucket("photos", &["2026/", "a.jpg"]);
    let ticket = listing(&t.keys("j U"));
    let effects = t.report(Report::Uploads { ticket, uploads, is_last: true });
    answer_parts(&mut t, &effects);
    t
}

/// The job that aborts, and what it aborts.
fn aborting(effects: &[Effect]) -> (JobId, Vec<String>) {
    match effects {
        [Effect::Submit(Request::Start { job, work: Work::AbortUploads { uploads, is_forced: false } })] => {
            (*job, uploads.iter().map(|upload| upload.object.key.to_string()).collect())
        }
        effects => panic!("{effects:?}"),
    }
}

#[test]
fn they_open_for_what_is_under_the_cursor_and_close_again() {
    let mut t = Harness::with_bucket("photos", &["2026/", "a.jpg"]);
    let asked = t.keys("U");
    let Some(Effect::Submit(Request::Uploads { prefix, .. })) = asked.first() else { panic!("{asked:?}") };
    assert_eq!((prefix.as_str(), t.state.screen), ("2026/", Screen::Uploads));
    assert_eq!(own(&t).place(), "s3://photos/2026/");
    assert_eq!(drops(&t.keys("U")), 1, "what is on its way is dropped");
    assert!(t.state.screen == Screen::Browse && t.state.uploads.is_none());
    t.keys("j i <tab> U");
    assert_eq!(own(&t).place(), "s3://photos/", "from the inspector, of what an object is in");
    t.keys("t");
    assert_eq!(t.state.screen, Screen::Transfers);
    t.keys("t");
    assert_eq!(t.state.screen, Screen::Uploads);
    let mut local = Harness::new();
    assert!(local.keys("U").is_empty() && local.state.notice.is_some(), "there is no bucket on this machine");
}

#[test]
fn pages_are_sorted_oldest_first_and_the_cursor_stays_on_its_upload() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]);
    let ticket = listing(&t.keys("U"));
    t.report(Report::Uploads { ticket, uploads: vec![pending("a", 1), pending("b", 9)], is_last: false });
    assert_eq!(keys_of(&t), ["b", "a"]);
    t.keys("j");
    let undated = PendingUpload { began: None, age: None, ..pending("z", 0) };
    t.report(Report::Uploads { ticket, uploads: vec![undated, pending("c", 5)], is_last: true });
    assert_eq!(keys_of(&t), ["b", "c", "a", "z"]);
    assert_eq!(own(&t).selected().unwrap().upload.object.key.as_str(), "a");
    assert!(own(&t).is_whole() && !own(&t).is_loading());
}

#[test]
fn parts_are_asked_for_a_few_at_a_time_in_view_first_and_esc_stops_them() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]).resized(80, 12);
    let ticket = listing(&t.keys("U"));
    let uploads: Vec<_> = (0..MOST as u64 + 50).map(|at| pending(&format!("{at:04}"), 9000 - at)).collect();
    let first = asked_parts(&t.report(Report::Uploads { ticket, uploads, is_last: true }));
    assert_eq!(first.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>(), ["0000", "0001", "0002", "0003"]);
    t.keys("G");
    let next = t.report(Report::UploadParts { ticket: first[0].0, sent: Some(Sent { parts: 1, bytes: 7 }) });
    let [(_, key)] = asked_parts(&next).try_into().unwrap();
    assert!(key.as_str() > "1040", "what has come into view goes first: {key}");
    assert_eq!(own(&t).parts.total(), (Sent { parts: 1, bytes: 7 }, 1));
    assert_eq!(drops(&t.keys("<esc>")), 4);
    assert!(t.keys("g").is_empty() && own(&t).parts.is_stopped(), "nothing more is asked for");
    let effects = t.keys("R");
    let ticket = listing(&effects);
    let effects = t.report(Report::Uploads { ticket, uploads: vec![pending("a", 1)], is_last: true });
    assert_eq!((asked_parts(&effects).len(), keys_of(&t)), (1, vec!["a"]), "reading again asks again");
}

#[test]
fn parts_that_cannot_be_read_are_not_taken_for_nothing() {
    let mut t = Harness::with_bucket("photos", &["a.jpg"]);
    let ticket = listing(&t.keys("U"));
    let uploads = vec![pending("a", 9), pending("b", 8), pending("c", 7)];
    let asked = asked_parts(&t.report(Report::Uploads { ticket, uploads, is_last: true }));
    let error = Error::new(Kind::Denied, "list the parts of", "s3://photos/a", "access denied");
    t.report(Report::Failed { ticket: asked[0].0, error });
    t.report(Report::UploadParts { ticket: asked[1].0, sent: None });
    t.report(Report::UploadParts { ticket: asked[2].0, sent: Some(Sent { parts: 3, bytes: 500 }) });
    let all: Vec<_> = own(&t).shown().map(|row| row.upload.clone()).collect();
    let sum = own(&t).sum(&all);
    assert_eq!((sum.unread, sum.parts, sum.bytes), (1, 3, 500));
    let shown = Harness::resized(t, 80, 24);
    assert_eq!(own(&shown).parts.total().1, 2, "one that is gone has nothing, one that is denied may have anything");
}

#[test]
fn nothing_is_aborted_before_it_was_agreed_to_and_the_safe_button_has_the_focus() {
    let mut t = opened(vec![pending("a", 9), pending("b", 3), pending("c", 1)]);
    assert!(t.keys("d").is_empty() && matches!(t.state.dialog, Some(Dialog::Abort(_))));
    assert!(t.keys("<enter>").is_empty() && t.state.dialog.is_none());
    assert_eq!(aborting(&t.keys("d <tab> <enter>")).1, ["a"], "the one under the cursor");
    assert!(t.keys("d").is_empty() && t.state.dialog.is_none() && t.state.notice.is_some(), "one thing at a time");
    let mut t = opened(vec![pending("a", 9), pending("b", 3), pending("c", 1)]);
    assert_eq!(aborting(&t.keys("<space> j <space> <F8> <tab> <enter>")).1, ["a", "c"]);
    t.keys("W");
    assert!(t.keys("d o").is_empty() && t.state.dialog.is_none(), "writing is off");
}

#[test]
fn all_that_are_older_are_marked_and_asked_about() {
    let mut t = opened(vec![pending("a", 40), pending("b", 8), pending("c", 7), pending("d", 1)]);
    t.keys("o");
    assert!(matches!(t.state.dialog, Some(Dialog::Older(_))));
    t.keys("<enter>");
    let Some(Dialog::Abort(dialog)) = &t.state.dialog else { panic!() };
    assert_eq!((dialog.uploads().len(), dialog.sum.bytes, dialog.sum.parts), (3, 3072, 6));
    assert_eq!(aborting(&t.keys("<tab> <enter>")).1, ["a", "b", "c"]);
    let mut t = opened(vec![pending("a", 2)]);
    t.keys("o <enter>");
    assert!(t.state.dialog.is_none() && t.state.notice.is_some(), "none is so old");
    t.keys("o <ctrl-u>");
    t.text("1x");
    t.keys("<enter>");
    assert!(matches!(t.state.dialog, Some(Dialog::Older(_))), "that is no time");
}

/// What a running copy of the program works on cannot be chosen; what an interrupted one left is chosen only by hand.
#[test]
fn what_belongs_to_transfers_is_not_aborted_unasked() {
    let rows = || vec![held("r", 40, Holder::Running), held("l", 30, Holder::Left), pending("a", 20)];
    let mut t = opened(rows());
    for keys in ["<space>", "d"] {
        assert!(t.keys(keys).is_empty() && t.state.dialog.is_none() && t.state.notice.is_some(), "{keys}");
    }
    t.keys("%");
    assert_eq!(own(&t).marked().len(), 1, "only what is nobody's");
    t.keys("%");
    assert!(own(&t).marked().is_empty());
    t.keys("o <enter>");
    assert_eq!(aborting(&t.keys("<tab> <enter>")).1, ["a"]);
    let mut t = opened(rows());
    t.keys("j d");
    let Some(Dialog::Abort(dialog)) = &t.state.dialog else { panic!() };
    assert_eq!(dialog.sum.left, 1, "the question says so");
    assert_eq!(aborting(&t.keys("<tab> <enter>")).1, ["l"]);
}

#[test]
fn what_was_aborted_is_gone_after_it_and_what_stayed_says_why() {
    let mut t = opened(vec![pending("a", 9), pending("b", 3)]);
    let (job, _) = aborting(&t.keys("% d <tab> <enter>"));
    let result = |key: &str, outcome| ItemResult { name: format!("s3://photos/{key}"), bytes: 0, outcome };
    let failed = Error::new(Kind::Denied, "abort the upload of", "s3://photos/b", "access denied");
    let results = vec![result("a", ItemOutcome::Done(Verified::Nothing)), result("b", ItemOutcome::Failed(failed))];
    t.report(Report::Items { job, results });
    let effects = t.report(Report::Finished { job, end: JobEnd::SomeFailed });
    let ticket = listing(&effects);
    assert!(t.state.notice.as_ref().is_some_and(|notice| notice.text.starts_with("aborted 1 upload; 1 key stayed")));
    t.report(Report::Uploads { ticket, uploads: vec![pending("b", 3)], is_last: true });
    let row = own(&t).selected().unwrap();
    assert!(own(&t).kept(&row.upload).is_some_and(|words| words.contains("access denied")));
    assert!(own(&t).marked().is_empty());
}

#[test]
fn a_filter_hides_and_what_it_hides_is_not_aborted() {
    let mut t = opened(vec![pending("logs/a", 9), pending("photos/b", 3)]);
    t.keys("% /");
    t.text("phot");
    assert_eq!(keys_of(&t), ["photos/b"]);
    assert_eq!(aborting(&t.keys("<enter> d <tab> <enter>")).1, ["photos/b"]);
    t.keys("<esc>");
    assert_eq!(keys_of(&t).len(), 2);
}
