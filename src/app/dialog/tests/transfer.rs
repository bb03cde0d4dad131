//! The dialog of a copy or a move.

use super::*;

#[test]
fn enter_copies_to_the_offered_place() {
    let mut script = copy(vec![object("a.jpg")], Location::Local("/data".into()));
    let requests = script.keys("<enter>");
    let transfer = transferred(&requests);
    assert_eq!(transfer.to, Location::Local("/data".into()));
    assert_eq!((transfer.rename.as_deref(), transfer.policy), (None, ConflictPolicy::Ask));
    assert!(script.is_closed);
}

#[test]
fn the_totals_are_counted_while_one_looks_and_given_up_on_leaving() {
    let mut ids = Ids::default();
    let (dialog, effects) = Transfer::new(opening(vec![prefix("2026/")], s3("x", "")), &mut ids);
    let [Effect::Submit(Request::Count { ticket, purpose: Purpose::Transfer { .. }, .. })] = effects[..] else {
        panic!()
    };
    let mut script = Script::new(|_| Dialog::Transfer(Box::new(dialog)));
    assert!(script.text().contains("counting: 0 items"));
    let notes = vec!["ACLs are not carried over".to_owned()];
    let summary =
        PlanSummary { items: 1204, folders: 3, bytes: 1 << 30, is_complete: true, notes, ..Default::default() };
    let report = Report::Counted { ticket, summary };
    script.dialog.on_report(&report).unwrap();
    assert!(script.text().contains("1,204 items, 3 folders, 1.0 GiB"), "{}", script.text());
    assert!(script.text().contains("! ACLs are not carried over"));
    assert!(
        script.dialog.on_report(&Report::Counted { ticket: Ticket(99), summary: PlanSummary::default() }).is_none()
    );
    let step = script.dialog.on_key(Key::plain(Code::Esc), SCREEN, &mut script.ids);
    let Step::Close(effects) = step else { panic!() };
    assert_eq!(effects, [Effect::Submit(Request::Drop(ticket))]);
}

#[test]
fn the_target_can_be_typed_and_a_prefix_is_a_folder_without_its_slash_too() {
    let mut script = copy(vec![object("a.jpg"), object("b.jpg")], Location::Local("/data".into()));
    let requests = script.keys("<tab><tab><ctrl-u>");
    assert_eq!(requests, []);
    assert!(script.text().contains("! say where to"));
    script.keys("<enter>");
    assert!(!script.is_closed, "nothing is copied to nowhere");
    let requests = script.keys("s3://logs/2026<enter>");
    let [Request::Count { .. }, Request::Start { work: Work::Transfer(transfer), .. }] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(transfer.to, s3("logs", "2026/"));
}

#[test]
fn the_list_of_buckets_receives_nothing() {
    let mut script = copy(vec![object("a.jpg")], Location::Buckets(Profile::OWN));
    assert!(script.text().contains("! choose a bucket"));
    assert!(script.keys("<enter>").is_empty() && !script.is_closed);
}

#[test]
fn another_bucket_is_counted_anew_because_what_is_lost_may_differ() {
    let mut script = copy(vec![object("a.jpg")], s3("here", ""));
    assert!(script.keys("<tab><tab>x/<tab>").is_empty(), "the same bucket");
    let requests = script.keys("<BackTab><ctrl-u>s3://there/<tab>");
    assert!(
        matches!(&requests[..], [Request::Count { purpose: Purpose::Transfer { to }, .. }] if *to == s3("there", ""))
    );
}

#[test]
fn one_item_can_get_another_name_and_a_bad_one_is_refused() {
    let mut script = copy(vec![object("dir/a.jpg")], Location::Local("/data".into()));
    script.keys("<tab><tab><tab><ctrl-u>x/y<enter>");
    assert!(!script.is_closed && script.text().contains("! a name holds no slash"), "{}", script.text());
    let requests = script.keys("<ctrl-u>b.jpg<enter>");
    assert_eq!(transferred(&requests).rename.as_deref(), Some("b.jpg"));
}

#[test]
fn policy_and_storage_class_are_chosen_with_the_arrows() {
    let mut script = copy(vec![Item::File("/x/a".into())], s3("b", ""));
    let requests = script.keys("<tab><tab><tab><tab><right><right><tab><right><right><enter>");
    let transfer = transferred(&requests);
    assert_eq!(transfer.policy, ConflictPolicy::Skip);
    assert_eq!(transfer.storage_class, Some(StorageClass::StandardIa));
}

#[test]
fn a_storage_class_is_offered_for_s3_only() {
    assert!(!copy(vec![object("a")], Location::Local("/x".into())).text().contains("Class"));
    assert!(copy(vec![object("a")], s3("b", "")).text().contains("Class"));
}

#[test]
fn a_path_that_is_not_utf8_survives_unless_it_is_edited() {
    use std::os::unix::ffi::OsStringExt;
    let path = PathBuf::from(std::ffi::OsString::from_vec(b"/bad\xff".to_vec()));
    let mut script = copy(vec![object("a")], Location::Local(path.clone()));
    assert_eq!(transferred(&script.keys("<enter>")).to, Location::Local(path));
}
