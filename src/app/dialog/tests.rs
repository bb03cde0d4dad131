//! Key scripts through every dialog.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::delete::Delete;
use super::layout::Hit;
use super::overwrite::Overwrite;
use super::transfer::{Opening, Transfer};
use super::yank::Yank;
use super::*;
use crate::app::harness::left;
use crate::app::keymap::Code;
use crate::app::queue::{Job, Queue};
use crate::model::entry::StorageClass;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, JobEnd, Leaving, Purpose, Ticket};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Profile;
use crate::model::plan::{Answer, Conflict, ConflictPolicy, Deletion, PlanSummary, Side};

mod attributes;
mod delete;
mod names;
mod overwrite;
mod transfer;
mod unfinished;
mod yank;

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
    Script::new(|ids| Dialog::Transfer(Box::new(Transfer::new(opening(items, to), ids).0)))
}

fn delete(items: Vec<Item>) -> Script {
    Script::new(|ids| Dialog::Delete(Box::new(Delete::new(items, ids).0)))
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
    Script::new(|_| Dialog::Overwrite(Box::new(Overwrite::new(JobId(7), 3, conflict, TimeZone::UTC))))
}

fn left_jobs(name: &str, ids: &mut Ids) -> Vec<Job> {
    let mut queue = Queue::default();
    let mut foreign = left(2, false);
    foreign.profile = Some(name.to_owned());
    queue.add_left(vec![left(1, true), foreign], ids, &TimeZone::UTC);
    queue.left().cloned().collect()
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
fn pasted_text_goes_into_a_field_and_never_to_buttons() {
    let mut script = delete(vec![prefix("dir/")]);
    script.dialog.on_paste("dir\n\n");
    assert!(!script.is_closed && script.text().contains("dir"));
    let mut script = delete(vec![object("a")]);
    script.dialog.on_paste("\t\n");
    assert!(!script.is_closed && script.effects.is_empty());
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
            Dialog::Transfer(Box::new(Transfer::new(opening, ids).0))
        }
        6..=9 => Dialog::Delete(Box::new(Delete::new(vec![item; usize::from(which) - 5], ids).0)),
        10 => overwrite().dialog,
        11 => Dialog::NewFolder(Box::new(new_folder::NewFolder::ask(s3(name, "")))),
        12 => Dialog::NewBucket(Box::new(new_bucket::NewBucket::new(Profile::OWN, name))),
        13 => Dialog::Rename(Box::new(rename::Rename::ask(item, s3(name, "")))),
        14 => Dialog::Pattern(Box::new(pattern::Pattern::ask(false))),
        15 => Dialog::Yank(Box::new(Yank::new(&item, None, Some(name)))),
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
