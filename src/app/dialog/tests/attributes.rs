//! The dialog that changes objects where they are.

use super::*;
use crate::app::dialog::attributes::Attributes;
use crate::model::attributes::{CannedAcl, WrittenAcl};
use crate::model::change::{Difference, Foreseen, Header};
use crate::model::entry::StorageClass;
use crate::model::job::{ItemOutcome, ItemResult, JobEnd, Revision};

fn dialog(known: &[(Header, String)]) -> Script {
    Script::new(|_| Dialog::Attributes(Box::new(Attributes::new(vec![object("a.html")], known))))
}

fn rehearsed(requests: &[Request]) -> (JobId, &Revision) {
    match requests {
        [Request::Start { job, work: Work::Change(revision) }] => (*job, revision),
        other => panic!("{other:?}"),
    }
}

fn would_change(name: &str) -> ItemResult {
    let line = Difference { what: "Cache-Control".into(), was: None, becomes: Some("no-store\u{1b}".into()) };
    let foreseen = Foreseen { differences: vec![line], notes: vec!["makes a new version".into()] };
    ItemResult { name: name.into(), bytes: 0, outcome: ItemOutcome::WouldChange(foreseen) }
}

#[test]
fn what_would_change_is_shown_before_it_is_changed() {
    let mut script = dialog(&[(Header::ContentType, "text/plain".to_owned())]);
    let requests = script.keys("<down>no-store<enter>");
    let (job, revision) = rehearsed(&requests);
    assert!(revision.is_rehearsal);
    assert_eq!(revision.change.headers, [(Header::CacheControl, Some("no-store".to_owned()))]);
    assert!(script.keys("<left><enter>").is_empty() && !script.is_closed, "nothing is changed before all is looked at");
    script.dialog.on_report(&Report::Items { job, results: vec![would_change("s3://photos/a.html")] }).unwrap();
    script.dialog.on_report(&Report::Finished { job, end: JobEnd::Done }).unwrap();
    let text = script.text();
    for words in ["1 object would change", "Cache-Control: (none) -> no-store\\x1b", "makes a new version"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let requests = script.keys("<enter>");
    assert!(!rehearsed(&requests).1.is_rehearsal && script.is_closed);
}

#[test]
fn going_back_ends_the_look_and_keeps_what_was_typed() {
    let mut script = dialog(&[]);
    let requests = script.keys("<down>no-store<enter>");
    let (job, _) = rehearsed(&requests);
    assert_eq!(script.keys("<enter>"), [Request::Cancel(job)]);
    assert!(script.text().contains("no-store") && !script.is_closed);
}

#[test]
fn all_kinds_can_be_wanted_and_what_s3_refuses_is_said() {
    let mut script = dialog(&[(Header::CacheControl, "no-cache".to_owned())]);
    assert!(script.keys("<enter>").is_empty() && script.text().contains("nothing is to change"), "{}", script.text());
    let downs = "<down>".repeat(7);
    script.keys(&format!("<down><ctrl-u><up>{downs}Owner=me; -colour"));
    script.keys("<down>team=red; -*<down><right><right><down><right><down><right><right>");
    let requests = script.keys("<enter>");
    let change = rehearsed(&requests).1.change.clone();
    assert_eq!(change.headers, [(Header::CacheControl, None)]);
    assert_eq!(
        (change.metadata.sets, change.metadata.removes),
        (vec![("owner".into(), "me".into())], vec!["colour".into()])
    );
    assert!(change.tags.clears && change.tags.sets == [("team".to_owned(), "red".to_owned())]);
    assert_eq!(change.storage_class, Some(StorageClass::StandardIa));
    assert_eq!(change.encryption.unwrap().algorithm, "AES256");
    assert_eq!(change.acl, Some(WrittenAcl::Canned(CannedAcl::PublicRead)));
    let mut script = dialog(&[]);
    assert!(script.keys("-<enter>").is_empty() && script.text().contains("always has a type"), "{}", script.text());
}

#[test]
fn what_is_left_alone_stays_and_what_is_emptied_goes_as_the_dialog_says() {
    let mut script = dialog(&[(Header::CacheControl, "no-cache".to_owned()), (Header::Expires, "0".to_owned())]);
    assert!(script.text().contains("leave alone stays") && script.text().contains("empty, or set to -, goes"));
    let requests = script.keys("<down><ctrl-u><enter>");
    assert_eq!(rehearsed(&requests).1.change.headers, [(Header::CacheControl, None)]);
    // A header that was not read may be there all the same.
    let mut script = dialog(&[]);
    let requests = script.keys("<down>-<enter>");
    assert_eq!(rehearsed(&requests).1.change.headers, [(Header::CacheControl, None)]);
    let mut script = dialog(&[]);
    assert!(script.keys("<down>x<ctrl-u><enter>").is_empty() && script.text().contains("nothing is to change"));
}
