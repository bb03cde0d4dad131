//! Key scripts through every dialog.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::layout::Hit;
use super::transfer::Opening;
use super::*;
use crate::app::harness::left;
use crate::app::keymap::Code;
use crate::app::queue::{Job, Queue};
use crate::model::entry::StorageClass;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, JobEnd, Leaving, PresignedMethod, Purpose, Ticket};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Profile;
use crate::model::plan::{Answer, Conflict, ConflictPolicy, Deletion, PlanSummary, Side};

mod attributes;

const SCREEN: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };

/// A dialog and what came of it.
struct Script {
    dialog: Dialog,
    ids: Ids,
    is_closed: bool,
    effects: Vec<Effect>,
    reply: Option<Reply>,
}

impl Script {
    fn new(open: impl FnOnce(&mut Ids) -> Dialog) -> Self {
        let mut ids = Ids::default();
        let dialog = open(&mut ids);
        Self { dialog, ids, is_closed: false, effects: vec![], reply: None }
    }

    /// Types a script: `<tab>` is a key, everything else is typed; returns the jobs that were started and the answers.
    fn keys(&mut self, script: &str) -> Vec<Request> {
        for key in parse(script) {
            let step = self.dialog.on_key(key, SCREEN, &mut self.ids);
            self.take(step);
        }
        self.requests()
    }

    fn take(&mut self, step: Step) {
        assert!(!self.is_closed, "a closed dialog got a key");
        match step {
            Step::Stay(effects) => self.effects.extend(effects),
            Step::Close(effects) => {
                self.effects.extend(effects);
                self.is_closed = true;
            }
            Step::Reply(reply) => {
                self.reply = Some(reply);
                self.is_closed = true;
            }
        }
    }

    /// What was submitted since the last call, but for dropped counts.
    fn requests(&mut self) -> Vec<Request> {
        let effects = std::mem::take(&mut self.effects);
        let requests = effects.into_iter().filter_map(|effect| match effect {
            Effect::Submit(Request::Drop(_)) => None,
            Effect::Submit(request) => Some(request),
            other => panic!("{other:?}"),
        });
        requests.collect()
    }

    fn click_on_button(&mut self, button: usize) -> Vec<Request> {
        let place = self.dialog.layout(SCREEN).buttons[button];
        let step = self.dialog.on_click(place.x, place.y, SCREEN, &mut self.ids);
        self.take(step);
        self.requests()
    }

    fn text(&self) -> String {
        let rows = self.dialog.layout(SCREEN).rows;
        let lines = rows.iter().map(|row| row.spans.iter().map(|span| span.text.as_str()).collect::<String>());
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn parse(script: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        if let Some((name, tail)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            keys.push(name.parse().unwrap());
            rest = tail;
        } else {
            keys.push(Key::char(first));
            rest = rest.strip_prefix(first).unwrap();
        }
    }
    keys
}

fn object(key: &str) -> Item {
    Item::Object(ObjectRef::new("photos", key))
}

fn prefix(prefix: &str) -> Item {
    Item::Prefix { bucket: "photos".into(), prefix: prefix.into() }
}

fn s3(bucket: &str, prefix: &str) -> Location {
    Location::S3 { bucket: bucket.into(), prefix: prefix.into() }
}

fn opening(items: Vec<Item>, to: Location) -> Opening {
    Opening { items, to, is_move: false, base: PathBuf::from("/base"), home: Some(PathBuf::from("/home/me")) }
}

fn copy(items: Vec<Item>, to: Location) -> Script {
    Script::new(|ids| Dialog::Transfer(Box::new(transfer::Transfer::new(opening(items, to), ids).0)))
}

fn delete(items: Vec<Item>) -> Script {
    Script::new(|ids| Dialog::Delete(Box::new(delete::Delete::new(items, ids).0)))
}

fn started(requests: &[Request]) -> &Work {
    match requests {
        [Request::Start { work, .. }] => work,
        other => panic!("{other:?}"),
    }
}

fn transferred(requests: &[Request]) -> &crate::model::job::Transfer {
    match started(requests) {
        Work::Transfer(transfer) => transfer,
        other => panic!("{other:?}"),
    }
}

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
    let (dialog, effects) = transfer::Transfer::new(opening(vec![prefix("2026/")], s3("x", "")), &mut ids);
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

#[test]
fn delete_asks_before_it_removes() {
    let mut script = delete(vec![object("a.jpg"), object("b.jpg")]);
    assert!(script.keys("<enter>").is_empty(), "the focused button is the safe one");
    assert!(script.is_closed);
    let mut script = delete(vec![object("a.jpg"), object("b.jpg")]);
    assert_eq!(started(&script.keys("<tab><enter>")), &Work::Delete(vec![object("a.jpg"), object("b.jpg")]));
}

#[test]
fn a_prefix_asks_for_its_name_to_be_typed() {
    let mut script = delete(vec![prefix("2026/summer/")]);
    assert!(script.text().contains("type: summer"));
    assert!(script.keys("summ<enter><tab><tab><enter>").is_empty() && !script.is_closed);
    assert!(script.text().contains("! that is not the name"));
    assert_eq!(started(&script.keys("er<enter><enter>")), &Work::Delete(vec![prefix("2026/summer/")]));
}

#[test]
fn a_name_that_no_keyboard_types_may_be_typed_as_it_is_shown() {
    let mut script = delete(vec![prefix("a\u{1b}b/")]);
    assert!(script.text().contains("type: a\\x1bb"));
    assert!(!script.keys("a\\x1bb<enter><enter>").is_empty());
}

#[test]
fn the_consequence_is_said_as_far_as_it_is_known() {
    let mut script = delete(vec![object("a")]);
    let summary = |deletion| PlanSummary { items: 1, is_complete: true, deletion, ..Default::default() };
    for (deletion, words) in [
        (Deletion::AddsMarker, "adds a delete marker"),
        (Deletion::Permanent, "cannot be undone"),
        (Deletion::Unknown, "could not be read"),
    ] {
        script.dialog.on_report(&Report::Counted { ticket: Ticket(1), summary: summary(deletion) }).unwrap();
        assert!(script.text().contains(words), "{}", script.text());
    }
    assert!(delete(vec![Item::File("/x".into())]).text().contains("cannot be undone"));
}

#[test]
fn a_bucket_is_removed_only_with_its_name_typed() {
    let mut script = delete(vec![Item::Bucket("photos".into())]);
    assert!(script.text().contains("Only an empty bucket"));
    assert_eq!(started(&script.keys("photos<enter><enter>")), &Work::RemoveBucket("photos".into()));
}

fn overwrite() -> Script {
    let side = |size, second: i64| Side {
        size: Some(size),
        modified: Some(Timestamp::from_second(second).unwrap()),
        etag: None,
    };
    let conflict = Conflict {
        target: "/data/a.jpg".into(),
        source_side: side(2048, 1_700_000_000),
        target_side: side(10, 1_600_000_000),
    };
    Script::new(|_| Dialog::Overwrite(Box::new(overwrite::Overwrite::new(JobId(7), 3, conflict, TimeZone::UTC))))
}

fn answer(policy: ConflictPolicy, for_all: bool) -> Request {
    Request::Resolve { job: JobId(7), question: 3, answer: Answer { policy, for_all } }
}

#[test]
fn a_conflict_shows_both_sides_and_leaves_the_target_unless_told_otherwise() {
    let mut script = overwrite();
    assert!(script.text().contains("The source is newer and larger."), "{}", script.text());
    assert_eq!(script.keys("<enter>"), [answer(ConflictPolicy::Skip, false)]);
    assert_eq!(overwrite().keys("<right><enter>"), [answer(ConflictPolicy::Overwrite, false)]);
    assert_eq!(overwrite().keys("<up><right><tab><tab><tab><enter>"), [answer(ConflictPolicy::Newer, true)]);
    assert_eq!(overwrite().keys("<right><right><right><right><right><enter>"), [Request::Cancel(JobId(7))]);
}

#[test]
fn a_conflict_can_be_put_off_and_ends_with_its_job() {
    let mut script = overwrite();
    assert!(script.keys("<esc>").is_empty());
    assert!(matches!(script.reply, Some(Reply::Later(JobId(7)))));
    let mut script = overwrite();
    let finished = |job| Report::Finished { job: JobId(job), end: JobEnd::Cancelled };
    assert!(script.dialog.on_report(&finished(8)).is_none());
    assert!(matches!(script.dialog.on_report(&finished(7)), Some(Step::Close(_))));
}

#[test]
fn buttons_and_options_can_be_clicked() {
    assert_eq!(overwrite().click_on_button(1), [answer(ConflictPolicy::Overwrite, false)]);
    let mut script = overwrite();
    let place = script.dialog.layout(SCREEN);
    let spot = (place.body.y..place.body.bottom())
        .flat_map(|row| (place.body.x..place.body.right()).map(move |column| (column, row)))
        .find(|(column, row)| place.hit(*column, *row) == Hit::Option(0, 1))
        .unwrap();
    let step = script.dialog.on_click(spot.0, spot.1, SCREEN, &mut script.ids);
    script.take(step);
    assert_eq!(script.click_on_button(0), [answer(ConflictPolicy::Skip, true)]);
}

#[test]
fn a_folder_is_made_below_its_place() {
    let new = |place| Script::new(|_| Dialog::NewFolder(Box::new(new_folder::NewFolder::ask(place))));
    let mut script = new(s3("photos", "2026/"));
    assert!(script.keys("<enter>").is_empty() && script.text().contains("! a name is needed"));
    assert_eq!(started(&script.keys("a/b<enter>")), &Work::CreateFolder(s3("photos", "2026/a/b/")));
    let mut script = new(Location::Local("/data".into()));
    assert!(script.keys("../x<enter>").is_empty() && !script.is_closed);
    assert_eq!(started(&script.keys("<ctrl-u>x/<enter>")), &Work::CreateFolder(Location::Local("/data/x".into())));
}

#[test]
fn a_buckets_name_follows_amazons_rules() {
    use new_bucket::name_problem;
    for name in ["abc", "my.bucket-2026", "0a1"] {
        assert_eq!(name_problem(name), None, "{name}");
    }
    for name in [
        "ab",
        "Abc",
        "a_b",
        "-abc",
        "abc-",
        "a..b",
        "192.168.5.4",
        "xn--abc",
        "abc-s3alias",
        "abc--x-s3",
        "amzn-s3-demo-x",
        "sthree-abc",
        "grüße",
        "",
    ] {
        assert!(name_problem(name).is_some(), "{name}");
    }
    assert!(name_problem(&"a".repeat(64)).is_some());
}

#[test]
fn a_bucket_is_made_in_the_region_that_is_typed() {
    let mut script =
        Script::new(|_| Dialog::NewBucket(Box::new(new_bucket::NewBucket::new(Profile::OWN, "eu-west-1"))));
    assert!(script.keys("My<enter>").is_empty() && !script.is_closed);
    let requests = script.keys("<ctrl-u>my-data<tab><ctrl-u>eu-north-1<enter>");
    assert_eq!(started(&requests), &Work::CreateBucket { name: "my-data".into(), region: "eu-north-1".into() });
    assert!(script.text().contains("Public access will be blocked"));
}

#[test]
fn a_rename_moves_within_the_place_and_asks_about_what_is_there() {
    let item = object("2026/a.jpg");
    let rename = || rename::Rename::ask(item.clone(), s3("photos", "2026/"));
    let mut script = Script::new(|_| Dialog::Rename(Box::new(rename())));
    let requests = script.keys("2<enter>");
    let transfer = transferred(&requests);
    assert_eq!(transfer.rename.as_deref(), Some("a2.jpg"));
    assert!(transfer.is_move && transfer.policy == ConflictPolicy::Ask && transfer.to == s3("photos", "2026/"));
    let mut same = Script::new(|_| Dialog::Rename(Box::new(rename())));
    assert!(same.keys("<enter>").is_empty() && same.is_closed, "the same name is no rename");
}

#[test]
fn a_pattern_marks_and_a_broken_one_is_refused() {
    let mut script = Script::new(|_| Dialog::Pattern(Box::new(pattern::Pattern::ask(true))));
    script.keys("<ctrl-u>[a<enter>");
    assert!(!script.is_closed && script.text().contains('!'));
    script.keys("<ctrl-u>*.{csv,json}<enter>");
    let Some(Reply::Mark { pattern, is_mark: true }) = &script.reply else { panic!() };
    assert!(pattern.is_match("a.csv") && pattern.is_match("b.json") && !pattern.is_match("c.txt"));
}

fn copied(item: &Item, script: &str) -> String {
    let mut menu = Script::new(|_| Dialog::Yank(Box::new(yank::Yank::new(item, Some("eu-west-1"), None))));
    for key in parse(script) {
        let step = menu.dialog.on_key(key, SCREEN, &mut menu.ids);
        menu.take(step);
    }
    match &menu.effects[..] {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_yanked_is_what_has_the_focus() {
    let item = object("2026/ä b.jpg");
    assert_eq!(copied(&item, "<enter>"), "s3://photos/2026/ä b.jpg");
    assert_eq!(copied(&item, "y"), "s3://photos/2026/ä b.jpg");
    assert_eq!(copied(&item, "j<enter>"), "2026/ä b.jpg");
    assert_eq!(copied(&item, "jj<tab><enter>"), "https://photos.s3.eu-west-1.amazonaws.com/2026/%C3%A4%20b.jpg");
    assert_eq!(copied(&Item::Bucket("photos".into()), "jjy"), "arn:aws:s3:::photos");
}

#[test]
fn what_needs_a_signature_is_signed_when_it_is_copied() {
    let item = object("-o it's.jpg");
    let mut menu = Script::new(|_| {
        let menu = yank::Yank::new(&item, Some("eu-central-1"), None).with_signed(&item, TimeZone::UTC, false);
        Dialog::Yank(Box::new(menu))
    });
    assert!(menu.text().contains("s3-website.eu-central-1"), "{}", menu.text());
    menu.keys("jjjjjjjjjjj");
    assert!(menu.keys("<ctrl-u>8d").is_empty() && menu.text().contains("seven days"), "{}", menu.text());
    menu.keys("<ctrl-u>2h<up><up><up>");
    let requests = menu.keys("<enter>");
    let [Request::Presign { ticket, lifetime, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(lifetime.as_secs(), 7200);
    let time = |text: &str| text.parse().unwrap();
    let (ends, credentials_end) = (time("2026-11-22T10:00:00Z"), Some(time("2026-11-22T09:00:00Z")));
    let came = Report::Presigned { ticket: *ticket, url: "https://x/?a=1&b='".to_owned(), ends, credentials_end };
    let Some(Step::Stay(effects)) = menu.dialog.on_report(&came) else { panic!() };
    let wanted = r"curl --fail --output './-o it'\''s.jpg' 'https://x/?a=1&b='\'''";
    assert!(matches!(effects.as_slice(), [Effect::Copy(text)] if text == wanted), "{effects:?}");
    assert!(menu.text().contains("ends with the session credentials"), "{}", menu.text());
    assert!(menu.dialog.on_report(&came).is_none(), "an answer counts once");
}

#[test]
fn nothing_that_writes_is_signed_where_writing_is_switched_off() {
    let item = object("a.jpg");
    let menu = yank::Yank::new(&item, None, None).with_signed(&item, TimeZone::UTC, true);
    let mut menu = Script::new(|_| Dialog::Yank(Box::new(menu)));
    let text = menu.text();
    assert!(text.contains("Presigned GET") && text.contains("wget"), "{text}");
    assert!(!text.contains("PUT") && !text.contains("upload"), "{text}");
    menu.keys(&"j".repeat(text.matches("signed when").count() - 1));
    menu.keys("jjjj");
    let requests = menu.keys("<up><enter>");
    assert!(matches!(requests.as_slice(), [Request::Presign { method: PresignedMethod::Get, .. }]), "{requests:?}");
}

#[test]
fn a_path_that_is_not_utf8_is_yanked_as_a_shell_reads_it() {
    use std::os::unix::ffi::OsStringExt;
    let path = |bytes: &[u8]| Item::File(PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec())));
    assert_eq!(copied(&path(b"/data/caf\xe9 it's"), "y"), "$'/data/caf\\xe9 it\\'s'");
    assert_eq!(copied(&path(b"/data/caf\xe9 it's"), "jy"), "$'caf\\xe9 it\\'s'");
    assert_eq!(copied(&path("/data/café it's".as_bytes()), "y"), "/data/café it's");
}

#[test]
fn an_error_tells_code_request_id_and_hint() {
    let mut error = Error::new(Kind::Denied, "read the policy of", "acme-logs", "access denied");
    error.permission = Some("s3:GetBucketPolicy");
    error.code = Some("AccessDenied".into());
    error.request_id = Some("ABC123".into());
    let script = Script::new(|_| Dialog::Failure(Box::new(failure::Failure::new(error))));
    for text in ["read the policy of acme-logs", "AccessDenied", "ABC123", "ask for the permission s3:GetBucketPolicy"]
    {
        assert!(script.text().contains(text), "{}", script.text());
    }
}

#[test]
fn the_question_about_leaving_ends_with_the_last_job() {
    let mut script = Script::new(|_| Dialog::Quit(Box::new(ask_quit::AskQuit::new(2))));
    let finished = |job| Report::Finished { job: JobId(job), end: JobEnd::Cancelled };
    assert!(matches!(script.dialog.on_report(&finished(1)), Some(Step::Stay(_))));
    assert!(script.text().contains("1 job is not finished."), "{}", script.text());
    assert!(matches!(script.dialog.on_report(&finished(2)), Some(Step::Close(_))));
}

#[test]
fn leaving_with_running_jobs_needs_more_than_enter() {
    let quit = || Script::new(|_| Dialog::Quit(Box::new(ask_quit::AskQuit::new(2))));
    let mut script = quit();
    assert!(script.keys("<enter>").is_empty() && script.is_closed);
    for (keys, leaving) in [("<tab><enter>", Leaving::Keep), ("<tab><tab><enter>", Leaving::Cancel)] {
        let mut script = quit();
        for key in parse(keys) {
            let step = script.dialog.on_key(key, SCREEN, &mut script.ids);
            script.take(step);
        }
        assert_eq!(script.effects, [Effect::Quit(leaving)]);
    }
}

#[test]
fn pasted_text_goes_into_a_field_and_never_to_buttons() {
    let mut script = delete(vec![prefix("dir/")]);
    script.dialog.on_paste("dir\n\n");
    assert!(!script.is_closed && script.text().contains("dir"));
    let mut script = delete(vec![object("a")]);
    script.dialog.on_paste("\t\n");
    assert!(!script.is_closed && script.effects.is_empty());
}

fn left_jobs(name: &str, ids: &mut Ids) -> Vec<Job> {
    let mut queue = Queue::default();
    let mut foreign = left(2, false);
    foreign.profile = Some(name.to_owned());
    queue.add_left(vec![left(1, true), foreign], ids, &TimeZone::UTC);
    queue.left().cloned().collect()
}

#[test]
fn what_is_left_is_decided_about_together_and_only_what_is_from_here() {
    let offer = || Script::new(|ids| Dialog::Offer(Box::new(offer::Offer::new(left_jobs("prod", ids)))));
    assert!(offer().keys("<enter>").is_empty(), "the button that has the focus changes nothing");
    let work = || left(1, true).work;
    let (job, unfinished) = (JobId(1), left(1, true).id);
    assert_eq!(offer().click_on_button(0), [Request::TakeUp { job, unfinished, work: work() }]);
    assert_eq!(offer().keys("<tab><enter>"), [Request::GiveUp { job, unfinished, work: work() }]);
    let text = offer().text();
    for words in ["2 unfinished jobs", "aborts their uploads", "24.0 MiB, no item whole yet", "with --profile prod"] {
        assert!(text.replace('\n', " ").contains(words), "{words}: {text}");
    }
}

fn any_dialog(which: u8, name: &str, ids: &mut Ids) -> Dialog {
    let item = match which % 4 {
        0 => object(name),
        1 => prefix(&format!("{name}/")),
        2 => Item::Bucket(name.into()),
        _ => Item::File(PathBuf::from(name)),
    };
    let error = Error::new(Kind::Other, "read", name, name);
    match which {
        0..=5 => {
            let opening = opening(vec![item; usize::from(which)], s3(name, name));
            Dialog::Transfer(Box::new(transfer::Transfer::new(opening, ids).0))
        }
        6..=9 => Dialog::Delete(Box::new(delete::Delete::new(vec![item; usize::from(which) - 5], ids).0)),
        10 => overwrite().dialog,
        11 => Dialog::NewFolder(Box::new(new_folder::NewFolder::ask(s3(name, "")))),
        12 => Dialog::NewBucket(Box::new(new_bucket::NewBucket::new(Profile::OWN, name))),
        13 => Dialog::Rename(Box::new(rename::Rename::ask(item, s3(name, "")))),
        14 => Dialog::Pattern(Box::new(pattern::Pattern::ask(false))),
        15 => Dialog::Yank(Box::new(yank::Yank::new(&item, None, Some(name)))),
        16 => Dialog::Offer(Box::new(offer::Offer::new(left_jobs(name, ids)))),
        18 => Dialog::Attributes(Box::new(super::attributes::Attributes::new(vec![item], &[]))),
        17 => Dialog::Quit(Box::new(ask_quit::AskQuit::new(usize::MAX))),
        _ => Dialog::Failure(Box::new(failure::Failure::new(error))),
    }
}

proptest! {
    #[test]
    fn random_keys_clicks_and_sizes_never_panic_and_buttons_stay_in_view(
        which in 0u8..21, name in any::<String>(), width in 0u16..120, height in 0u16..40,
        steps in prop::collection::vec((0u8..20, any::<char>(), 0u16..120, 0u16..40), 0..30),
    ) {
        let mut ids = Ids::default();
        let mut dialog = any_dialog(which, &name, &mut ids);
        let area = Rect::new(0, 0, width, height);
        for (step, c, column, row) in steps {
            let key = match step {
                0 => Code::Tab, 1 => Code::BackTab, 2 => Code::Up, 3 => Code::Down, 4 => Code::Left, 5 => Code::Right,
                6 => Code::Enter, 7 => Code::PageDown, 8 => Code::PageUp, 9 => Code::Home, 10 => Code::Backspace,
                _ => Code::Char(c),
            };
            let _ = match step {
                18 => dialog.on_click(column, row, area, &mut ids),
                19 => { dialog.on_paste(&name); dialog.on_wheel(-3, area); Step::stay() }
                _ => dialog.on_key(Key::plain(key), area, &mut ids),
            };
            let place = dialog.layout(area);
            prop_assert_eq!(place.frame.intersection(area), place.frame);
            prop_assert_eq!(place.body.intersection(area).area(), place.body.area());
            prop_assert!(place.buttons.iter().all(|button| button.intersection(area).area() == button.area()));
            if width >= 40 && height >= 10 {
                prop_assert!(place.buttons.iter().all(|button| button.area() > 0), "{:?}", place.buttons);
                prop_assert!(place.body.height > 0 || place.rows.is_empty());
            }
            let sheet = dialog.sheet();
            prop_assert!(dialog.form().focus < sheet.stops() + sheet.buttons.len());
        }
    }
}
