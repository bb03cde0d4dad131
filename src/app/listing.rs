//! One level of a tree: the entries of one place, as they arrived, and which of them are shown in which order.
//!
//! Entries are never moved once they are here, so an index is an identity: marks, the cursor and unfolded children
//! survive sorting and filtering. Arrival order is the order by name where the server keeps it; that is checked as
//! pages arrive, and a page that breaks it is merged in.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::filter::Filter;
use crate::model::entry::{Entry, EntryKind, StorageClass};
use crate::model::error::Error;
use crate::model::job::{Item, PageToken, Ticket};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::BucketName;

/// Names a level within its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListingId(pub u32);

/// By what a level is sorted. Containers come first whatever the field, as they do when a tree is read from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortField {
    /// By the bytes of the name, which is the order of S3 itself.
    #[default]
    Name,
    /// The largest first.
    Size,
    /// The newest first.
    Time,
    /// By what stands behind the last dot.
    Type,
    /// By the storage class, as a click on its column asks for.
    Class,
}

impl SortField {
    /// Returns the field that follows, in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Name => Self::Size,
            Self::Size => Self::Time,
            Self::Time => Self::Type,
            Self::Type | Self::Class => Self::Name,
        }
    }

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Size => "size",
            Self::Time => "time",
            Self::Type => "type",
            Self::Class => "class",
        }
    }
}

/// How every level of a tree is ordered and thinned out.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The order.
    pub field: SortField,
    /// Turned round; containers stay first.
    pub is_reversed: bool,
    /// Whether names that begin with a dot are shown.
    pub shows_hidden: bool,
    /// What a name has to match, if anything.
    pub filter: Option<Filter>,
}

/// How far a level is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// Pages are on their way.
    Loading {
        /// They carry this ticket.
        ticket: Ticket,
        /// Whether the first page takes the place of what is here.
        is_refresh: bool,
        /// Whether what is unfolded below is read anew too.
        is_deep: bool,
        /// What holds again where the reading ends before its first page.
        otherwise: Box<Load>,
    },
    /// All is here.
    Done,
    /// The person stopped it.
    Stopped,
    /// The engine stopped by itself; it goes on from here if asked.
    More(PageToken),
    /// It failed; what had arrived stays.
    Failed(Error),
}

/// What a refresh takes over from the entries it replaces, by name.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Children that were unfolded once, and whether they are now.
    pub children: HashMap<(Box<str>, bool), (ListingId, bool)>,
    /// The marked ones.
    pub marks: HashSet<(Box<str>, bool)>,
}

impl Before {
    /// Takes over what an older refresh, which did not come to its end, had still to take over.
    pub fn add(&mut self, older: Self) {
        for (name, child) in older.children {
            self.children.entry(name).or_insert(child);
        }
        self.marks.extend(older.marks);
    }
}

/// One level.
#[derive(Debug, Clone)]
pub struct Listing {
    /// What it lists.
    pub place: Location,
    /// The level and the entry that it is unfolded from.
    pub parent: Option<(ListingId, u32)>,
    /// How far it is indented.
    pub depth: u16,
    /// How far it is read.
    pub load: Load,
    /// The entries that were unfolded once, and their levels.
    pub children: BTreeMap<u32, ListingId>,
    /// Those of them that are unfolded now.
    pub open: BTreeSet<u32>,
    /// The marked entries.
    pub marks: HashSet<u32>,
    /// What the pages of a refresh still have to take over.
    pub before: Option<Before>,
    entries: Vec<Entry>,
    shown: Vec<u32>,
}

/// Where a page came to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Behind all that was shown: so many more.
    AtEnd(usize),
    /// In between.
    Between,
}

impl Listing {
    /// Returns an empty level that waits for its first page.
    pub fn new(place: Location, parent: Option<(ListingId, u32)>, depth: u16, ticket: Ticket) -> Self {
        Self {
            place,
            parent,
            depth,
            load: Load::Loading { ticket, is_refresh: false, is_deep: false, otherwise: Box::new(Load::Stopped) },
            children: BTreeMap::new(),
            open: BTreeSet::new(),
            marks: HashSet::new(),
            before: None,
            entries: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Returns the entries in the order of their arrival.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns one entry.
    pub fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(index as usize)
    }

    /// Returns the indices of the entries that are shown, in their order.
    pub fn shown(&self) -> &[u32] {
        &self.shown
    }

    /// Returns the ticket of the pages that are on their way.
    pub fn ticket(&self) -> Option<Ticket> {
        match self.load {
            Load::Loading { ticket, .. } => Some(ticket),
            _ => None,
        }
    }

    /// Returns how far the level is read when what is on its way does not come.
    pub fn settled(&self) -> Load {
        match &self.load {
            Load::Loading { otherwise, .. } => (**otherwise).clone(),
            load => load.clone(),
        }
    }

    /// Returns the thing that an entry stands for.
    pub fn item(&self, entry: &Entry) -> Item {
        match (&self.place, entry.kind) {
            (Location::Local(folder), EntryKind::Folder | EntryKind::FolderLink) => {
                Item::Folder(folder.join(entry.os_name()))
            }
            (Location::Local(folder), _) => Item::File(folder.join(entry.os_name())),
            (Location::Buckets(profile), _) => Item::Bucket(BucketName::from(&*entry.name).by(profile)),
            (Location::S3 { bucket, prefix }, EntryKind::Prefix) => {
                Item::Prefix { bucket: bucket.clone(), prefix: prefix.child(&entry.name) }
            }
            (Location::S3 { bucket, prefix }, _) => {
                Item::Object(ObjectRef::new(bucket.clone(), prefix.key(&entry.name)))
            }
        }
    }

    /// Returns the place that an entry can be unfolded to.
    pub fn place_of(&self, entry: &Entry) -> Option<Location> {
        entry.kind.is_container().then(|| match self.item(entry) {
            Item::File(path) | Item::Folder(path) => Location::Local(path),
            Item::Bucket(bucket) => Location::bucket(bucket),
            Item::Prefix { bucket, prefix } => Location::S3 { bucket, prefix },
            Item::Object(object) => Location::S3 { bucket: object.bucket, prefix: object.key.as_str().into() },
        })
    }

    /// Returns the entry of a name.
    pub fn find(&self, name: &str, is_container: bool) -> Option<u32> {
        self.find_from(0, name, is_container)
    }

    /// Returns the entry of a name among those that arrived from `start` on.
    pub fn find_from(&self, start: usize, name: &str, is_container: bool) -> Option<u32> {
        let arrived = self.entries.get(start..)?;
        let found = arrived.iter().position(|entry| &*entry.name == name && entry.kind.is_container() == is_container);
        found.and_then(|at| u32::try_from(start + at).ok())
    }

    /// Throws the entries away, and returns what a refresh takes over from them.
    pub fn clear(&mut self) -> Before {
        let names = |index: &u32| self.entry(*index).map(name_of);
        let before = Before {
            children: self
                .children
                .iter()
                .filter_map(|(index, child)| Some((names(index)?, (*child, self.open.contains(index)))))
                .collect(),
            marks: self.marks.iter().filter_map(names).collect(),
        };
        self.children.clear();
        self.open.clear();
        self.marks.clear();
        self.entries.clear();
        self.shown.clear();
        before
    }

    /// Takes a page in. Costs time in proportion to the page where it arrives in order.
    pub fn append(&mut self, page: Vec<Entry>, rules: &mut Rules) -> Placed {
        let first = self.entries.len();
        self.entries.extend(page);
        let range = index(first)..index(self.entries.len());
        let mut fresh: Vec<u32> = range.filter(|at| self.passes(*at, rules)).collect();
        fresh.sort_by(|left, right| self.compare(*left, *right, rules));
        let is_behind = match (self.shown.last(), fresh.first()) {
            (Some(last), Some(first)) => self.compare(*last, *first, rules) == Ordering::Less,
            _ => true,
        };
        if is_behind {
            self.shown.extend(&fresh);
            return Placed::AtEnd(fresh.len());
        }
        self.merge(&fresh, rules);
        Placed::Between
    }

    /// Shows one entry that was held back, as when something below it matches the filter.
    pub fn reveal(&mut self, entry: u32, rules: &Rules) {
        let at = self.shown.partition_point(|shown| self.compare(*shown, entry, rules) == Ordering::Less);
        if self.shown.get(at) != Some(&entry) {
            self.shown.insert(at, entry);
        }
    }

    /// Copies the runs between the new ones whole, so that a page costs comparisons for its own rows only.
    fn merge(&mut self, fresh: &[u32], rules: &Rules) {
        let mut merged = Vec::with_capacity((self.shown.len() + fresh.len()).next_power_of_two());
        let mut rest: &[u32] = &self.shown;
        for index in fresh {
            let at = rest.partition_point(|shown| self.compare(*shown, *index, rules) == Ordering::Less);
            let (run, tail) = rest.split_at(at);
            merged.extend_from_slice(run);
            merged.push(*index);
            rest = tail;
        }
        merged.extend_from_slice(rest);
        self.shown = merged;
    }

    /// Orders and thins out all entries anew. `keeps` holds entries that stay for what is below them.
    pub fn arrange(&mut self, rules: &mut Rules, keeps: &BTreeSet<u32>) {
        let mut shown = std::mem::take(&mut self.shown);
        shown.clear();
        shown.extend((0..index(self.entries.len())).filter(|at| keeps.contains(at) || self.passes(*at, rules)));
        // Stable, and quick where the arrival order is the order by name.
        let by_name = Rules { field: SortField::Name, is_reversed: rules.is_reversed, ..Rules::default() };
        shown.sort_by(|left, right| self.compare(*left, *right, &by_name));
        if rules.field != SortField::Name {
            self.sort_by_field(&mut shown, rules);
        }
        self.shown = shown;
    }

    /// Sorts what is in order by name already; the keys are read once each, not once a comparison.
    fn sort_by_field(&self, shown: &mut [u32], rules: &Rules) {
        if matches!(rules.field, SortField::Type | SortField::Class) {
            shown.sort_by(|left, right| self.compare(*left, *right, rules));
            return;
        }
        shown.sort_by_cached_key(|at| {
            let Some(entry) = self.entry(*at) else { return (true, 0) };
            let value = match rules.field {
                SortField::Size => entry.size.map_or(-1, i128::from),
                _ => entry.modified.map_or(i128::MIN / 2, jiff::Timestamp::as_nanosecond),
            };
            (!entry.kind.is_container(), if rules.is_reversed { value } else { -value })
        });
    }

    /// Thins out further what is shown, for a filter that lets less through than the one before.
    pub fn narrow(&mut self, rules: &mut Rules, keeps: &BTreeSet<u32>) {
        let mut shown = std::mem::take(&mut self.shown);
        shown.retain(|at| keeps.contains(at) || self.passes(*at, rules));
        self.shown = shown;
    }

    fn passes(&self, at: u32, rules: &mut Rules) -> bool {
        self.entry(at).is_some_and(|entry| {
            (rules.shows_hidden || !entry.is_hidden())
                && rules.filter.as_mut().is_none_or(|filter| filter.matches(&entry.name))
        })
    }

    fn compare(&self, left: u32, right: u32, rules: &Rules) -> Ordering {
        let (Some(a), Some(b)) = (self.entry(left), self.entry(right)) else { return left.cmp(&right) };
        let by_field = || match rules.field {
            SortField::Name => Ordering::Equal,
            SortField::Size => b.size.cmp(&a.size),
            SortField::Time => b.modified.cmp(&a.modified),
            SortField::Type => extension(a).cmp(extension(b)),
            SortField::Class => class(a).cmp(class(b)),
        };
        let turned = |order: Ordering| if rules.is_reversed { order.reverse() } else { order };
        b.kind
            .is_container()
            .cmp(&a.kind.is_container())
            .then_with(|| turned(by_field().then_with(|| a.name.cmp(&b.name))))
            .then_with(|| left.cmp(&right))
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Returns what tells an entry from its neighbours: `a` and `a/` may both be there.
pub fn name_of(entry: &Entry) -> (Box<str>, bool) {
    (entry.name.clone(), entry.kind.is_container())
}

fn extension(entry: &Entry) -> &str {
    entry.name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn class(entry: &Entry) -> &str {
    entry.storage_class.map_or("", StorageClass::short)
}
