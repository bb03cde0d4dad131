//! What a transfer reads, and so must not write over: a copy must never be taken for what is still to be copied.
//!
//! The items of a job run beside each other. If `a/a/f` goes to `a/f` while `a/a/a/f` goes to `a/a/f`, the order decides
//! what arrives, and a move may delete the only copy of the first.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::model::job::{Item, Transfer};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, ObjectKey, Prefix};

/// All places that one transfer reads.
#[derive(Debug, Default)]
pub(super) struct Sources {
    objects: HashMap<ObjectKey, Vec<BucketName>>,
    prefixes: Vec<(BucketName, Prefix)>,
    files: HashSet<PathBuf>,
    folders: Vec<PathBuf>,
    /// Whether buckets that may be one under two names count as one.
    sees_aliases: bool,
}

impl Sources {
    /// Collects what a transfer reads. Asks the file system where links lead, so it may block.
    pub fn of(transfer: &Transfer) -> Self {
        // A copy by another name at worst overwrites what was agreed to be overwritten; a move would delete it, too.
        let mut sources = Self { sees_aliases: transfer.is_move, ..Self::default() };
        for item in &transfer.items {
            match item {
                Item::File(path) => sources.files.extend(real_paths(path)),
                Item::Folder(path) => sources.folders.extend(real_paths(path)),
                // What is written does not change the versions that are there.
                Item::Object(object) if object.version.is_some() => {}
                Item::Object(object) => {
                    sources.objects.entry(object.key.clone()).or_default().push(object.bucket.clone());
                }
                Item::Prefix { bucket, prefix } => sources.prefixes.push((bucket.clone(), prefix.clone())),
                Item::Bucket(bucket) => sources.prefixes.push((bucket.clone(), Prefix::root())),
            }
        }
        sources
    }

    /// Returns whether writing an object would change one that is read.
    pub fn include(&self, target: &ObjectRef) -> bool {
        let is_bucket = |bucket: &BucketName| {
            *bucket == target.bucket
                || self.sees_aliases && (bucket.may_be_an_alias() || target.bucket.may_be_an_alias())
        };
        self.objects.get(&target.key).is_some_and(|buckets| buckets.iter().any(is_bucket))
            || self
                .prefixes
                .iter()
                .any(|(bucket, prefix)| target.key.as_str().starts_with(prefix.as_str()) && is_bucket(bucket))
    }

    /// Returns whether writing a file would change one that is read. Asks the file system, so it may block.
    pub fn include_path(&self, target: &Path) -> bool {
        if self.files.is_empty() && self.folders.is_empty() {
            return false;
        }
        let target = real_place(target);
        self.files.contains(&target) || self.folders.iter().any(|folder| target.starts_with(folder))
    }
}

/// Returns where a path is and, if it is a link, where it leads.
fn real_paths(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![real_place(path)];
    found.extend(std::fs::canonicalize(path));
    found
}

/// Returns a path whose folders are without links, as far as they exist; the last name stays what it is.
fn real_place(path: &Path) -> PathBuf {
    let above = path.ancestors().skip(1).find_map(|above| Some((above, std::fs::canonicalize(above).ok()?)));
    match above {
        Some((above, real)) => real.join(path.strip_prefix(above).unwrap_or(path)),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::location::Location;
    use crate::model::plan::ConflictPolicy;

    fn sources(items: Vec<Item>, is_move: bool) -> Sources {
        let to = Location::Buckets;
        let policy = ConflictPolicy::Ask;
        Sources::of(&Transfer { items, to, rename: None, is_move, policy, storage_class: None })
    }

    #[test]
    fn objects_are_met_by_their_key_and_prefixes_by_what_is_below() {
        let object = Item::Object(ObjectRef::new("b", "x/f"));
        let sources = sources(vec![object, Item::Prefix { bucket: "b".into(), prefix: "a/a/".into() }], false);
        let meets = |bucket: &str, key: &str| sources.include(&ObjectRef::new(bucket, key));
        assert!(meets("b", "x/f") && meets("b", "a/a/f") && meets("b", "a/a/"));
        assert!(!meets("b", "x/ff") && !meets("b", "a/f") && !meets("c", "a/a/f"));
    }

    #[test]
    fn a_move_sees_that_one_bucket_may_have_two_names() {
        let alias = ObjectRef::new("arn:aws:s3:eu-west-1:1:accesspoint/x", "a/f");
        let item = Item::Prefix { bucket: "b".into(), prefix: "a/".into() };
        assert!(sources(vec![item.clone()], true).include(&alias));
        assert!(!sources(vec![item], false).include(&alias));
    }

    #[test]
    fn local_paths_are_met_through_links() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(home.path().join("real/sub")).unwrap();
        std::fs::write(home.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("real", home.path().join("link")).unwrap();
        let at = |name: &str| home.path().join(name);
        let sources = sources(vec![Item::Folder(at("real/sub")), Item::File(at("file"))], false);
        assert!(sources.include_path(&at("link/sub/new/deep")));
        assert!(sources.include_path(&at("file")));
        assert!(!sources.include_path(&at("link/file")) && !sources.include_path(&at("real/other")));
    }
}
