//! Keys and reports in, effects out: the harness of rule and screen tests.

pub mod site;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::effect::Effect;
use super::event::{Event, Mouse, MouseKind};
use super::keymap::{Key, Keymap};
use super::state::{Setup, Side, State};
use super::update::update;
use crate::model::access::Access;
use crate::model::entry::{Entry, EntryKind, StorageClass};
use crate::model::job::{
    Connection, Item, Page, PageToken, Report, Request, Ticket, Transfer, Unfinished, UnfinishedId, Work,
};
use crate::model::location::{Location, ObjectRef};

/// A state that is driven by scripts.
pub struct Harness {
    pub state: State,
}

/// Saturday, 14 November 2026, noon, in UTC.
pub fn now() -> Timestamp {
    "2026-11-14T12:00:00Z".parse().unwrap()
}

pub fn location(text: &str) -> Location {
    Location::parse(text, std::path::Path::new("/home/me"), Some(std::path::Path::new("/home/me"))).unwrap()
}

/// `name/` is a container of the place's kind, everything else has a size.
pub fn entry(place: &Location, name: &str) -> Entry {
    let kind = match (place, name.ends_with('/')) {
        (Location::Local(_), true) => EntryKind::Folder,
        (Location::Local(_), false) => EntryKind::File,
        (Location::Buckets(_), _) => EntryKind::Bucket,
        (_, true) => EntryKind::Prefix,
        (_, false) => EntryKind::Object,
    };
    let mut entry = Entry::new(name.trim_end_matches('/'), kind);
    if !kind.is_container() {
        entry.size = Some(name.len() as u64 * 1000);
        entry.storage_class = place.is_s3().then_some(StorageClass::StandardIa);
    }
    if kind != EntryKind::Prefix {
        entry.modified = Some("2026-11-01T09:12:00Z".parse().unwrap());
    }
    entry
}

impl Harness {
    /// A local folder with three entries on the left, the buckets on the right, of which all is known.
    pub fn new() -> Self {
        let mut harness = Self::unloaded("~/data", "s3://");
        harness.page("~/data", &["archive/", "notes.txt", "q3.parquet"]);
        for bucket in ["acme-logs", "photos"] {
            harness.state.words.learn(bucket.into(), Access::NotPublic);
        }
        harness.page("s3://", &["acme-logs", "photos"]);
        harness
    }

    /// The same with a bucket on the right, which has the focus.
    pub fn with_bucket(bucket: &str, names: &[&str]) -> Self {
        let place = format!("s3://{bucket}/");
        let mut harness = Self::unloaded("~/data", &place);
        harness.page("~/data", &["archive/", "notes.txt", "q3.parquet"]);
        harness.page(&place, names);
        harness.keys("<tab>");
        harness
    }

    /// Nothing has arrived yet.
    pub fn unloaded(left: &str, right: &str) -> Self {
        let state = State::new(Setup {
            left: location(left),
            right: location(right),
            keymap: Keymap::default(),
            is_read_only: false,
            shows_hidden: false,
            limit: None,
            home: Some("/home/me".into()),
            base: "/home/me".into(),
            now: now(),
            zone: TimeZone::UTC,
        });
        let mut harness = Self { state };
        harness.send(Event::Resize { width: 120, height: 36 });
        harness
    }

    pub fn connected(mut self) -> Self {
        self.send(Event::Report(Report::Connected(Connection {
            profile: Some("prod-admin".into()),
            region: "eu-west-1".into(),
            account: Some("123456789012".into()),
            expires: Some("2026-11-14T12:42:00Z".parse().unwrap()),
            ..Connection::default()
        })));
        self
    }

    pub fn resized(mut self, width: u16, height: u16) -> Self {
        self.send(Event::Resize { width, height });
        self
    }

    pub fn send(&mut self, event: Event) -> Vec<Effect> {
        update(&mut self.state, event)
    }

    pub fn report(&mut self, report: Report) -> Vec<Effect> {
        self.send(Event::Report(report))
    }

    /// A person has looked at a dialog that came up by itself.
    pub fn look(&mut self) {
        let later = self.state.now + jiff::SignedDuration::from_secs(1);
        self.send(Event::Tick { now: later, progress: Vec::new() });
    }

    /// Keys between spaces: `j`, `<space>`, `<ctrl-u>`; they come after a look at what came up.
    pub fn keys(&mut self, script: &str) -> Vec<Effect> {
        if self.state.dialog.as_ref().is_some_and(|dialog| !dialog.is_ready()) {
            self.look();
        }
        let mut effects = Vec::new();
        for word in script.split_whitespace() {
            let name = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')).unwrap_or(word);
            effects.extend(self.send(Event::Key(name.parse().unwrap())));
        }
        effects
    }

    /// Types a text, key by key.
    pub fn text(&mut self, text: &str) -> Vec<Effect> {
        text.chars().flat_map(|c| self.send(Event::Key(Key::char(c)))).collect()
    }

    pub fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> Vec<Effect> {
        self.send(Event::Mouse(Mouse { kind, column, row }))
    }

    /// The ticket that a place waits for.
    pub fn ticket(&self, place: &str) -> Ticket {
        let place = location(place);
        let levels = [&self.state.left, &self.state.right].into_iter().flat_map(|pane| pane.tree().listings());
        let found = levels.filter(|(_, level)| level.place == place).find_map(|(_, level)| level.ticket());
        found.unwrap_or_else(|| panic!("nothing waits for {place}"))
    }

    /// The last page of a place arrives.
    pub fn page(&mut self, place: &str, names: &[&str]) -> Vec<Effect> {
        self.page_of(place, names, true, None)
    }

    /// A page arrives that is not the last.
    pub fn first_page(&mut self, place: &str, names: &[&str]) -> Vec<Effect> {
        self.page_of(place, names, false, None)
    }

    pub fn page_of(&mut self, place: &str, names: &[&str], is_last: bool, rest: Option<&str>) -> Vec<Effect> {
        let ticket = self.ticket(place);
        let place = location(place);
        let entries = names.iter().map(|name| entry(&place, name)).collect();
        let rest = rest.map(|token| PageToken(token.into()));
        self.report(Report::Page { ticket, page: Page { entries, rest, is_last } })
    }

    /// The rows of a pane, indented, with `>` at the cursor and `*` at marks.
    pub fn rows(&self, side: Side) -> Vec<String> {
        let tree = self.state.pane(side).tree();
        let line = |(at, row): (usize, &super::tree::Row)| {
            let cursor = if at == tree.cursor() { ">" } else { "" };
            let mark = if tree.is_marked(*row) { "*" } else { "" };
            let (name, depth) = match tree.entry(*row) {
                Some((level, entry)) => (entry.name.to_string(), level.depth),
                None => (format!("{:?}", tree.note(row.listing).unwrap()), 0),
            };
            format!("{cursor}{mark}{}{name}", " ".repeat(usize::from(depth)))
        };
        tree.rows().iter().enumerate().map(line).collect()
    }

    pub fn left(&self) -> Vec<String> {
        self.rows(Side::Left)
    }

    pub fn right(&self) -> Vec<String> {
        self.rows(Side::Right)
    }
}

/// A copy of a file to a bucket that an earlier run has left half way.
pub fn left(id: i64, is_from_here: bool) -> Unfinished {
    let work = Work::Transfer(Transfer::new(
        vec![Item::File("/home/me/data/q3.parquet".into())],
        location("s3://photos/2026/"),
    ));
    Unfinished {
        id: UnfinishedId(id),
        work,
        can_go_on: true,
        queued: "2026-11-13T18:30:00Z".parse().unwrap(),
        profile: (!is_from_here).then(|| "prod".to_owned()),
        endpoint: None,
        is_from_here,
        items_done: 0,
        bytes_done: 0,
        bytes_begun: 25_165_824,
        uploads: vec![ObjectRef::new("photos", "2026/q3.parquet")],
    }
}

/// The places that are asked for.
pub fn listed(effects: &[Effect]) -> Vec<String> {
    let place = |effect: &Effect| match effect {
        Effect::Submit(Request::List { place, .. }) => Some(place.to_string()),
        _ => None,
    };
    effects.iter().filter_map(place).collect()
}
