//! What a sync will do: a comparison and a few choices. It is what is shown, and exactly what runs.
//!
//! The plan holds no list of its own: what happens to a name follows from how it differs, so a choice can change while a
//! million names are looked at, and their totals are known at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::attributes::Given;
use super::compare::{Cause, Comparison, Count, Criterion, Difference, Facts, Hand, Kind, Mark, Places, Trouble};
use super::entry::StorageClass;
use super::location::Location;

/// What is to be made the same as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct SyncPlan {
    /// How both places differ.
    pub comparison: Arc<Comparison>,
    /// What else was chosen.
    pub choice: Choice,
    /// What is given to what is written to S3 beside its bytes.
    pub given: Arc<Given>,
}

/// What of a plan is kept: what it was made of. The differences are found anew.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    places: Places,
    choice: Choice,
    given: Arc<Given>,
}

impl From<SyncPlan> for Stored {
    fn from(plan: SyncPlan) -> Self {
        Self { places: plan.comparison.places.clone(), choice: plan.choice, given: plan.given }
    }
}

impl From<Stored> for SyncPlan {
    fn from(stored: Stored) -> Self {
        let comparison = Arc::new(Comparison::new(stored.places));
        Self { comparison, choice: stored.choice, given: stored.given }
    }
}

/// What is chosen about a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The side that is made the same as the other.
    pub target: Hand,
    /// By what of the comparison is decided; no more than it was made by.
    pub by: Criterion,
    /// Whether a download takes the place of a file of the same size that is older, and not only of a newer one.
    pub is_exact: bool,
    /// Whether what only the target has is deleted.
    pub deletes: bool,
    /// The storage class of what is written to S3, if not the usual one.
    pub storage_class: Option<StorageClass>,
}

/// What happens to one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It is copied to where nothing is.
    Add,
    /// It is copied, and takes the place of what is there.
    Replace,
    /// It is deleted at the target.
    Delete,
    /// It would be copied or deleted, and is not: no local file can have its name, or it is behind a link.
    Refuse,
}

/// One name and what happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action<'a> {
    /// Relative to both places.
    pub name: &'a str,
    /// What happens.
    pub act: Act,
    /// What the source has.
    pub source: Option<&'a Facts>,
    /// What the target has, and must still have when it is written or deleted.
    pub target: Option<&'a Facts>,
}

impl Action<'_> {
    /// Returns whether it is about a local file: of these only what is behind a link is refused.
    pub fn is_of_file(&self) -> bool {
        let mark = self.target.or(self.source).map(|facts| &facts.mark);
        matches!(mark, Some(Mark::File { .. }))
    }

    /// Returns whether something was to be copied that cannot be, which a sync ends with a failure for. What is refused to
    /// be deleted is only left.
    pub fn is_failed_copy(&self) -> bool {
        self.act == Act::Refuse && self.source.is_some() && !self.is_of_file()
    }
}

/// A plan in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncSummary {
    /// Names that are new at the target.
    pub added: Count,
    /// Names whose contents at the target are replaced; the size is the source's.
    pub replaced: Count,
    /// Names that are deleted at the target.
    pub deleted: Count,
    /// Names that are neither copied nor deleted, although they would have to be.
    pub refused: u64,
}

impl SyncSummary {
    /// Returns what is copied.
    pub fn copied(&self) -> Count {
        self.added + self.replaced
    }

    /// Returns whether nothing is left to be done.
    pub fn is_empty(&self) -> bool {
        self.copied().items == 0 && self.deleted.items == 0
    }
}

impl SyncPlan {
    /// Returns whether another one is of the same places with the same options, but for what it deletes.
    pub fn is_like(&self, other: &Self) -> bool {
        let copies = |plan: &Self| Choice { deletes: false, ..plan.choice };
        self.comparison.places == other.comparison.places && copies(self) == copies(other) && self.given == other.given
    }

    /// Returns the plan of a comparison and a choice.
    pub fn new(comparison: Arc<Comparison>, choice: Choice) -> Self {
        Self { comparison, choice, given: Arc::default() }
    }

    /// Returns the place that stays as it is.
    pub fn from(&self) -> &Location {
        self.comparison.places.at(self.choice.target.other())
    }

    /// Returns the place that is made the same.
    pub fn to(&self) -> &Location {
        self.comparison.places.at(self.choice.target)
    }

    /// Returns what happens, name by name in their order, as far as anything does.
    pub fn actions(&self) -> impl Iterator<Item = Action<'_>> {
        self.comparison.differences().iter().filter_map(|difference| self.action(difference))
    }

    /// Returns what only the target has, and keeps.
    pub fn remaining(&self) -> impl Iterator<Item = &Difference> {
        let is_deleted = |own: &Difference| self.action(own).is_some_and(|action| action.act == Act::Delete);
        let is_others = |own: &Difference| own.at(self.choice.target.other()).is_none();
        self.comparison.differences().iter().filter(move |own| is_others(own) && !is_deleted(own))
    }

    /// Returns what happens to a name, if anything does.
    pub fn action<'a>(&self, difference: &'a Difference) -> Option<Action<'a>> {
        let target = difference.at(self.choice.target);
        let act = match (self.act_of(difference.kind)?, target.map(|target| &target.mark)) {
            (Act::Delete, Some(Mark::File { is_behind_link: true, .. })) => Act::Refuse,
            (act, _) => act,
        };
        Some(Action { name: &difference.name, act, source: difference.at(self.choice.target.other()), target })
    }

    /// Returns what happens to all names of a kind, but for those that are behind a link.
    ///
    /// Times are judged as `aws s3 sync` judges them (AWS CLI Command Reference, `s3 sync`). An object is as new as its
    /// upload, so a file goes up only if it is newer. A download gives its file the object's time, so a file that is newer
    /// has changed and is replaced; one that is older is left unless times have to be the same.
    fn act_of(&self, kind: Kind) -> Option<Act> {
        let Choice { target, by, is_exact, deletes, .. } = self.choice;
        let is_download = self.from().is_s3() && !self.to().is_s3();
        match (kind, target) {
            (Kind::LeftOnly, Hand::Right) | (Kind::RightOnly, Hand::Left) => Some(Act::Add),
            (Kind::LeftOnly, Hand::Left) | (Kind::RightOnly, Hand::Right) => deletes.then_some(Act::Delete),
            (Kind::LeftNewer | Kind::RightNewer, _) if by == Criterion::Size => None,
            (Kind::LeftNewer, Hand::Left) | (Kind::RightNewer, Hand::Right) => is_download.then_some(Act::Replace),
            (Kind::LeftNewer, Hand::Right) | (Kind::RightNewer, Hand::Left) => {
                (!is_download || is_exact).then_some(Act::Replace)
            }
            (Kind::Contents, _) if by != Criterion::Checksum => None,
            (Kind::Size | Kind::Contents, _) => Some(Act::Replace),
            // Only S3 can have it. What cannot exist here does not speak for its deletion there.
            (Kind::Unsafe, _) => (is_download || deletes).then_some(Act::Refuse),
        }
    }

    /// Returns the plan in numbers, without going through it.
    pub fn summary(&self) -> SyncSummary {
        let Choice { target, .. } = self.choice;
        let tally = &self.comparison.tally;
        let mut summary = SyncSummary::default();
        for kind in Kind::ALL {
            match self.act_of(kind) {
                Some(Act::Add) => summary.added = summary.added + tally.of(kind, target.other()),
                Some(Act::Replace) => summary.replaced = summary.replaced + tally.of(kind, target.other()),
                Some(Act::Delete) => {
                    let kept = tally.behind_links(target);
                    summary.deleted = summary.deleted + (tally.of(kind, target) - kept);
                    summary.refused += kept.items;
                }
                Some(Act::Refuse) => summary.refused += tally.items(kind),
                None => {}
            }
        }
        summary
    }

    /// Returns what is left to know of a plan that was carried out: its places, its choices and its totals.
    #[must_use]
    pub fn in_numbers(&self) -> Self {
        Self { comparison: Arc::new(self.comparison.in_numbers()), ..self.clone() }
    }

    /// Returns some of what happens, of all kinds in turn, without going through all.
    pub fn sample(&self, most: usize) -> Vec<Action<'_>> {
        let kinds: Vec<_> = Kind::ALL.into_iter().filter(|kind| self.act_of(*kind).is_some()).collect();
        // The first of each kind, then the second.
        let turns = (0..most).flat_map(|at| kinds.iter().filter_map(move |kind| self.comparison.get(Some(*kind), at)));
        turns.filter_map(|difference| self.action(difference)).take(most).collect()
    }

    /// Returns what could not be read at the source, and so is missing in the plan; on the other side it is merely left
    /// alone.
    pub fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        let target = self.choice.target;
        let is_told = move |trouble: &&Trouble| trouble.hand != target || matches!(trouble.cause, Cause::Failed(_));
        self.comparison.troubles.iter().filter(is_told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compare::{ComparedPage, Sides};
    use crate::model::identity::Identity;

    fn file(size: u64, is_behind_link: bool) -> Facts {
        let identity = Identity { device: 1, inode: 1, size, modified: (0, 0), changed: None };
        Facts { size, modified: None, mark: Mark::File { identity: Box::new(identity), is_behind_link } }
    }

    fn object(size: u64) -> Facts {
        Facts { size, modified: None, mark: Mark::Object(None) }
    }

    /// A folder on the left, a bucket on the right, and a name of each kind that is called after it.
    fn comparison() -> Arc<Comparison> {
        let places = Places::new(Location::Local("/x".into()), Location::bucket("b"));
        let mut comparison = Comparison::new(places);
        let one = |kind: Kind, sides| Difference { name: kind.name().into(), kind, sides };
        let both = |kind| one(kind, Sides::Both(Box::new([file(1, false), object(10)])));
        let differences = vec![
            one(Kind::LeftOnly, Sides::Left(file(100, false))),
            Difference { name: "linked".into(), ..one(Kind::LeftOnly, Sides::Left(file(1000, true))) },
            one(Kind::RightOnly, Sides::Right(object(10_000))),
            both(Kind::LeftNewer),
            both(Kind::RightNewer),
            both(Kind::Size),
            both(Kind::Contents),
            one(Kind::Unsafe, Sides::Right(object(7))),
        ];
        comparison.take(ComparedPage { differences, is_last: true, ..ComparedPage::default() });
        Arc::new(comparison)
    }

    const UP: Choice =
        Choice { target: Hand::Right, by: Criterion::Checksum, is_exact: false, deletes: false, storage_class: None };
    const DOWN: Choice = Choice { target: Hand::Left, ..UP };

    fn planned(choice: Choice) -> Vec<String> {
        let plan = SyncPlan::new(comparison(), choice);
        let words: Vec<_> = plan.actions().map(|action| format!("{:?} {}", action.act, action.name)).collect();
        // What the totals say is what the list holds.
        let sum = |acts: &[Act], is_target: bool| -> Count {
            let mut count = Count::default();
            for action in plan.actions().filter(|action| acts.contains(&action.act)) {
                count.add(if is_target { action.target } else { action.source }.unwrap().size);
            }
            count
        };
        let summary = plan.summary();
        assert_eq!((summary.added, summary.replaced), (sum(&[Act::Add], false), sum(&[Act::Replace], false)));
        assert_eq!(summary.deleted, sum(&[Act::Delete], true));
        let refused = plan.actions().filter(|action| action.act == Act::Refuse).count();
        assert_eq!(summary.refused, refused as u64);
        words
    }

    #[test]
    fn up_a_file_goes_if_it_is_new_newer_or_other() {
        let usual = ["Add left only", "Add linked", "Replace newer left", "Replace other size"];
        assert_eq!(planned(UP), [&usual[..], &["Replace other contents"]].concat());
        assert_eq!(planned(Choice { by: Criterion::SizeAndTime, is_exact: true, ..UP }), usual);
        let by_size = ["Add left only", "Add linked", "Replace other size"];
        assert_eq!(planned(Choice { by: Criterion::Size, ..UP }), by_size);
    }

    #[test]
    fn down_a_file_is_replaced_if_it_is_newer_and_if_it_is_older_only_where_times_must_be_the_same() {
        let down = Choice { by: Criterion::SizeAndTime, ..DOWN };
        let usual = ["Add right only", "Replace newer left"];
        let rest = ["Replace other size", "Refuse no local name"];
        assert_eq!(planned(down), [usual, rest].concat());
        let exact = [&usual[..], &["Replace newer right"], &rest].concat();
        assert_eq!(planned(Choice { is_exact: true, ..down }), exact);
    }

    #[test]
    fn deletions_are_at_the_target_alone_and_never_behind_links_or_for_a_name_that_cannot_be_here() {
        let up = planned(Choice { deletes: true, by: Criterion::Size, ..UP });
        let copied = ["Add left only", "Add linked"];
        assert_eq!(up, [&copied[..], &["Delete right only", "Replace other size", "Refuse no local name"]].concat());
        let down = planned(Choice { deletes: true, by: Criterion::Size, ..DOWN });
        let deleted = ["Delete left only", "Refuse linked"];
        assert_eq!(down, [&deleted[..], &["Add right only", "Replace other size", "Refuse no local name"]].concat());
    }

    #[test]
    fn between_buckets_and_between_folders_the_newer_source_is_copied() {
        for place in [Location::bucket("c"), Location::Local("/y".into())] {
            let mut comparison = (*comparison()).clone();
            comparison.places.left = place.clone();
            comparison.places.right = place;
            let plan = SyncPlan::new(Arc::new(comparison), Choice { is_exact: true, ..UP });
            assert_eq!(plan.act_of(Kind::LeftNewer), Some(Act::Replace));
            assert_eq!(plan.act_of(Kind::RightNewer), None);
        }
    }

    #[test]
    fn what_only_the_target_has_remains_unless_it_is_deleted() {
        let remaining = |deletes| {
            let plan = SyncPlan::new(comparison(), Choice { deletes, ..UP });
            plan.remaining().map(|own| own.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(remaining(false), ["right only", "no local name"]);
        assert_eq!(remaining(true), ["no local name"]);
    }

    #[test]
    fn a_plan_without_differences_is_empty() {
        let mut nothing = Comparison::new(comparison().places.clone());
        nothing.take(ComparedPage { same: Count { items: 9, bytes: 9 }, is_last: true, ..ComparedPage::default() });
        let plan = SyncPlan::new(Arc::new(nothing), Choice { deletes: true, ..UP });
        assert!(plan.summary().is_empty() && plan.actions().next().is_none());
    }
}
