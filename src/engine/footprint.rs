//! Which places a job reads and writes, so that a job that depends on an earlier one waits for it.

use crate::model::job::{Item, Revision, Transfer, Work};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, Prefix, Profile};
use crate::model::sync::SyncPlan;

/// The places of a job.
#[derive(Debug, Default)]
pub(super) struct Footprint {
    reads: Vec<Location>,
    writes: Vec<Location>,
}

impl Footprint {
    /// Returns the places that some work touches.
    pub fn of(work: &Work) -> Self {
        match work {
            Work::Transfer(transfer) => of_transfer(transfer),
            Work::Change(revision) if revision.is_rehearsal => {
                Self { reads: revision.items.iter().map(place).collect(), writes: Vec::new() }
            }
            Work::Delete(items) | Work::Change(Revision { items, .. }) => {
                Self { reads: Vec::new(), writes: items.iter().map(place).collect() }
            }
            Work::Publish(publication) => Self::of_sync(&publication.files),
            Work::Sync(plan) => Self::of_sync(plan),
            Work::Stream(stream) => Self { reads: Vec::new(), writes: vec![object(&stream.to)] },
            Work::CreateFolder(place) => Self { reads: Vec::new(), writes: vec![below(place, "")] },
            Work::CreateBucket { name, .. } | Work::RemoveBucket(name) => {
                Self { reads: Vec::new(), writes: vec![Location::bucket(by_any(name))] }
            }
            // No object is touched by it.
            Work::AbortUploads { .. } => Self::default(),
            Work::PutBack { from, to, .. } => {
                Self { reads: Vec::new(), writes: vec![Location::Local(from.clone()), object(to)] }
            }
        }
    }

    fn of_sync(plan: &SyncPlan) -> Self {
        Self { reads: vec![below(plan.from(), "")], writes: vec![below(plan.to(), "")] }
    }

    /// Returns the places of a job that only reads an object.
    pub fn of_reading(read: &ObjectRef) -> Self {
        Self { reads: vec![object(read)], writes: Vec::new() }
    }

    /// Returns whether the other job has to wait for this one.
    pub fn is_in_the_way_of(&self, other: &Self) -> bool {
        let meet = |one: &[Location], two: &[Location]| {
            one.iter().any(|one| two.iter().any(|two| one.contains(two) || two.contains(one)))
        };
        meet(&self.writes, &other.writes) || meet(&self.writes, &other.reads) || meet(&self.reads, &other.writes)
    }
}

fn of_transfer(transfer: &Transfer) -> Footprint {
    let sources: Vec<_> = transfer.items.iter().map(place).collect();
    let mut writes: Vec<_> = transfer
        .items
        .iter()
        .map(|item| {
            let name = transfer.new_name().map_or_else(|| item.name(), str::to_owned);
            below(&transfer.to, &name)
        })
        .collect();
    if transfer.is_move {
        writes.extend(sources);
        return Footprint { reads: Vec::new(), writes };
    }
    Footprint { reads: sources, writes }
}

fn place(item: &Item) -> Location {
    match item {
        Item::File(path) | Item::Folder(path) => Location::Local(path.clone()),
        Item::Object(reference) => object(reference),
        Item::Prefix { bucket, prefix } => Location::S3 { bucket: by_any(bucket), prefix: prefix.clone() },
        Item::Bucket(bucket) => Location::bucket(by_any(bucket)),
    }
}

fn object(object: &ObjectRef) -> Location {
    Location::S3 { bucket: by_any(&object.bucket), prefix: Prefix::from(object.key.as_str()) }
}

fn below(place: &Location, name: &str) -> Location {
    match place {
        Location::Local(path) if name.is_empty() => Location::Local(path.clone()),
        Location::Local(path) => Location::Local(path.join(name)),
        Location::S3 { bucket, prefix } => {
            Location::S3 { bucket: by_any(bucket), prefix: format!("{prefix}{name}").into() }
        }
        Location::Buckets(profile) => Location::Buckets(profile.clone()),
    }
}

/// Two profiles may lead to one bucket, so a job waits for the other where the names are the same.
fn by_any(bucket: &BucketName) -> BucketName {
    bucket.clone().by(&Profile::OWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(item: &str, to: &str) -> Footprint {
        Footprint::of(&Work::Transfer(Transfer::new(vec![Item::File(item.into())], Location::Local(to.into()))))
    }

    #[test]
    fn a_deletion_waits_for_the_copy_of_what_it_deletes() {
        let deletion = Footprint::of(&Work::Delete(vec![Item::Folder("/a".into())]));
        assert!(copy("/a/f", "/b").is_in_the_way_of(&deletion));
        assert!(deletion.is_in_the_way_of(&copy("/a/f", "/b")));
        assert!(!deletion.is_in_the_way_of(&copy("/c/f", "/b")));
    }

    #[test]
    fn a_job_waits_where_another_profile_may_lead_to_the_same_keys() {
        let delete = |text: &str| match Location::parse(text, "/".as_ref(), None).unwrap() {
            Location::S3 { bucket, prefix } => Footprint::of(&Work::Delete(vec![Item::Prefix { bucket, prefix }])),
            _ => unreachable!(),
        };
        assert!(delete("s3://data/a/").is_in_the_way_of(&delete("s3://prod@data/a/b/")));
        assert!(!delete("s3://data/a/").is_in_the_way_of(&delete("s3://prod@other/a/")));
    }

    #[test]
    fn two_copies_into_one_folder_run_beside_each_other() {
        assert!(!copy("/a/f", "/b").is_in_the_way_of(&copy("/a/g", "/b")));
        assert!(copy("/a/f", "/b").is_in_the_way_of(&copy("/c/f", "/b")), "both write /b/f");
    }
}
