//! What a transfer reads, and so must not write over: a copy must never be taken for what is still to be copied.
//!
//! The items of a job run beside each other. If `a/a/f` goes to `a/f` while `a/a/a/f` goes to `a/a/f`, the order decides
//! what arrives, and a move may delete the only copy of the first.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::model::job::{Item, Transfer};
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;

/// All places that one transfer reads. There may be as many as there are rows to mark, and each target is looked up.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The buckets of each key.
    objects: HashMap<String, Vec<BucketName>>,
    /// The buckets of each prefix that ends in a slash, or is a whole bucket.
    prefixes: HashMap<String, Vec<BucketName>>,
    /// Prefixes that end within a name; few, if any.
    odd_prefixes: Vec<(String, BucketName)>,
    files: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
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
                    sources.objects.entry(object.key.to_string()).or_default().push(object.bucket.clone());
                }
                Item::Prefix { bucket, prefix } if prefix.as_str().ends_with('/') => {
                    sources.prefixes.entry(prefix.to_string()).or_default().push(bucket.clone());
                }
                Item::Prefix { bucket, prefix } => sources.odd_prefixes.push((prefix.to_string(), bucket.clone())),
                Item::Bucket(bucket) => sources.prefixes.entry(String::new()).or_default().push(bucket.clone()),
            }
        }
        sources
    }

    /// Returns whether writing an object would change one that is read.
    pub fn include(&self, target: &ObjectRef) -> bool {
        let key = target.key.as_str();
        let is_read = |buckets: &Vec<BucketName>| buckets.iter().any(|bucket| self.is_one(bucket, &target.bucket));
        self.objects.get(key).is_some_and(is_read) || self.cover(&target.bucket, key)
    }

    /// Returns whether writing the copy of an object would change one that is read.
    ///
    /// By another profile, at its own key, it can only meet itself. Whole buckets go from one endpoint to another like
    /// this, so it is not refused here: what stands there is looked at before it is written (`ferry`).
    pub fn include_from(&self, source: &ObjectRef, target: &ObjectRef) -> bool {
        let is_own_key = source.key == target.key && source.bucket.profile() != target.bucket.profile();
        !is_own_key && self.include(target)
    }

    /// Returns whether writing a file would change one that is read. Asks the file system, so it may block.
    pub fn include_path(&self, target: &Path) -> bool {
        if self.files.is_empty() && self.folders.is_empty() {
            return false;
        }
        let target = real_place(target);
        self.files.contains(&target) || target.ancestors().any(|above| self.folders.contains(above))
    }

    /// Returns whether an item is inside another. Asks the file system, so it may block.
    pub fn hold(&self, item: &Item) -> bool {
        match item {
            Item::File(path) | Item::Folder(path) => {
                real_place(path).ancestors().skip(1).any(|above| self.folders.contains(above))
            }
            Item::Object(object) => object.version.is_none() && self.cover(&object.bucket, object.key.as_str()),
            // Without its last slash a prefix is below those around it, and not below itself.
            Item::Prefix { bucket, prefix } => match prefix.as_str().strip_suffix('/') {
                Some(inner) => self.cover(bucket, inner),
                None => false,
            },
            Item::Bucket(_) => false,
        }
    }

    /// Returns whether a key begins with one of the prefixes.
    fn cover(&self, bucket: &BucketName, key: &str) -> bool {
        let heads = std::iter::once("").chain(key.match_indices('/').filter_map(|(at, _)| key.get(..=at)));
        let is_read = |buckets: &Vec<BucketName>| buckets.iter().any(|own| self.is_one(own, bucket));
        heads.filter_map(|head| self.prefixes.get(head)).any(is_read)
            || self.odd_prefixes.iter().any(|(prefix, own)| key.starts_with(prefix) && self.is_one(own, bucket))
    }

    /// Whether two buckets count as one. With one name and two profiles they may be one or not: see [`BucketName::may_be`].
    fn is_one(&self, bucket: &BucketName, other: &BucketName) -> bool {
        bucket == other || self.sees_aliases && bucket.may_be(other)
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
    use crate::model::name::Profile;
    use crate::model::plan::ConflictPolicy;

    fn sources(items: Vec<Item>, is_move: bool) -> Sources {
        let to = Location::Buckets(Profile::OWN);
        let policy = ConflictPolicy::Ask;
        Sources::of(&Transfer { is_move, policy, ..Transfer::new(items, to) })
    }

    #[test]
    fn objects_are_met_by_their_key_and_prefixes_by_what_is_below() {
        let object = Item::Object(ObjectRef::new("b", "x/f"));
        let sources = sources(vec![object, Item::Prefix { bucket: "b".into(), prefix: "a/a/".into() }], false);
        let meets = |bucket: &str, key: &str| sources.include(&ObjectRef::new(bucket, key));
        assert!(meets("b", "x/f") && meets("b", "a/a/f") && meets("b", "a/a/"));
        assert!(!meets("b", "x/ff") && !meets("b", "a/f") && !meets("c", "a/a/f"));
        let odd = super::tests::sources(vec![Item::Prefix { bucket: "b".into(), prefix: "lo".into() }], false);
        assert!(odd.include(&ObjectRef::new("b", "logs/1")) && !odd.include(&ObjectRef::new("b", "l/1")));
    }

    #[test]
    fn what_is_inside_another_item_is_found_and_nothing_is_inside_itself() {
        let prefix = |text: &str| Item::Prefix { bucket: "b".into(), prefix: text.into() };
        let object = |key: &str| Item::Object(ObjectRef::new("b", key));
        let all = sources(vec![prefix("p/"), prefix("p/q/"), object("p/f"), object("g")], true);
        assert!(all.hold(&prefix("p/q/")) && all.hold(&object("p/f")));
        assert!(!all.hold(&prefix("p/")) && !all.hold(&object("g")));
        let local = sources(vec![Item::Folder("/usr".into()), Item::Folder("/usr/bin".into())], true);
        assert!(local.hold(&Item::Folder("/usr/bin".into())) && !local.hold(&Item::Folder("/usr".into())));
    }

    #[test]
    fn a_move_sees_that_one_bucket_may_have_two_names() {
        let alias = ObjectRef::new("arn:aws:s3:eu-west-1:1:accesspoint/x", "a/f");
        let item = Item::Prefix { bucket: "b".into(), prefix: "a/".into() };
        assert!(sources(vec![item.clone()], true).include(&alias));
        assert!(!sources(vec![item], false).include(&alias));
    }

    #[test]
    fn a_move_sees_that_two_profiles_may_lead_to_one_bucket() {
        let far = |key: &str| ObjectRef::new(BucketName::from("b").by(&Profile::named("prod")), key);
        let item = Item::Prefix { bucket: "b".into(), prefix: "a/".into() };
        let of = |is_move| sources(vec![item.clone()], is_move);
        assert!(of(true).include(&far("a/f")) && !of(true).include(&far("c/f")) && !of(false).include(&far("a/f")));
        assert!(!of(true).include_from(&ObjectRef::new("b", "a/f"), &far("a/f")), "its own key is looked at by itself");
        assert!(of(true).include_from(&ObjectRef::new("b", "a/a/f"), &far("a/f")));
        assert!(of(true).include_from(&ObjectRef::new("b", "a/f"), &ObjectRef::new("b", "a/f")));
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
