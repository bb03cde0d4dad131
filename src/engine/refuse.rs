//! Transfers that are refused before anything is sent: onto itself, into itself, two onto one.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::core::Core;
use super::overlap::Sources;
use super::plan::key_there;
use crate::local::metadata::Identity;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, Transfer};
use crate::model::location::Location;
use crate::model::name::{self, UnsafeKeys};

/// Fails if the transfer as a whole must not begin.
pub(super) async fn check(core: &Core, transfer: &Transfer, sources: &Arc<Sources>) -> Result<(), Error> {
    let refused = |item: &Item, cause: &str| Err(Error::new(Kind::Invalid, "copy", item.to_string(), cause));
    if transfer.rename.is_some() && transfer.items.len() != 1 {
        return Err(Error::new(Kind::Invalid, "rename", "several items", "only one item can be renamed at a time"));
    }
    if transfer.takes_contents && !matches!(transfer.items.as_slice(), [item] if item.is_container()) {
        return Err(Error::new(
            Kind::Invalid,
            "copy what is in",
            "the items",
            "one folder, prefix or bucket is wanted",
        ));
    }
    if let Some(rename) = &transfer.rename
        && name::local_name(rename, UnsafeKeys::Refuse).is_err()
        && (rename.is_empty() || !transfer.to.is_s3())
    {
        return Err(Error::new(Kind::Invalid, "rename to", rename, "it is not a name"));
    }
    if let Some(rename) = transfer.rename.as_deref().filter(|rename| rename.contains('/'))
        && transfer.items.iter().any(|item| !item.is_s3())
    {
        return Err(Error::new(Kind::Invalid, "rename to", rename, "a new name has no slash"));
    }
    let profiles: HashSet<_> = transfer.items.iter().filter_map(Item::profile).collect();
    if profiles.len() > 1 {
        let cause = "they are reached by several profiles; copy what each reaches by itself";
        return Err(Error::new(Kind::Invalid, "copy", "the items", cause));
    }
    if transfer.to.is_buckets() {
        return Err(Error::new(Kind::Invalid, "copy to", "the list of buckets", "go into a bucket first"));
    }
    let mut targets = HashSet::new();
    for item in &transfer.items {
        if !targets.insert((name_there(item, transfer), item.is_container())) {
            return refused(item, "another of the chosen items has the same name");
        }
        if let Some(cause) = onto_itself_on_s3(item, transfer) {
            return refused(item, cause);
        }
    }
    let (transfer, sources) = (transfer.clone(), Arc::clone(sources));
    core.block("copy", move || {
        for item in &transfer.items {
            if transfer.is_move && sources.hold(item) {
                let cause = "it is inside another of the chosen items, which takes it along";
                return Err(Error::new(Kind::Invalid, "move", item.to_string(), cause));
            }
            if let (Item::File(path) | Item::Folder(path), Location::Local(to)) = (item, &transfer.to)
                && let Some(cause) = onto_itself_here(path, to, transfer.new_name())
            {
                return Err(Error::new(Kind::Invalid, "copy", path.to_string_lossy(), cause));
            }
        }
        Ok(())
    })
    .await
}

/// Returns the name that an item gets; bytes, because two local names may differ in what is no text.
fn name_there(item: &Item, transfer: &Transfer) -> OsString {
    match (item, transfer.new_name()) {
        (_, Some(name)) => name.into(),
        (Item::File(path) | Item::Folder(path), None) => path.file_name().unwrap_or_default().to_owned(),
        (item, None) => item.name().into(),
    }
}

fn onto_itself_on_s3(item: &Item, transfer: &Transfer) -> Option<&'static str> {
    let Location::S3 { bucket: to, prefix } = &transfer.to else { return None };
    let (bucket, key) = match item {
        Item::Object(object) => (&object.bucket, object.key.as_str()),
        Item::Prefix { bucket, prefix } => (bucket, prefix.as_str()),
        Item::Bucket(bucket) => (bucket, ""),
        Item::File(_) | Item::Folder(_) => return None,
    };
    let target = format!("{prefix}{}", key_there(item, transfer.new_name()));
    let meets = if item.is_container() { target.starts_with(key) } else { target == key };
    if bucket == to && meets {
        return Some(if target == key {
            "source and destination are the same"
        } else {
            "the destination is inside the source"
        });
    }
    // One bucket has many names; where they meet, a move would delete what it has just "copied". Where each key meets but
    // itself, by another profile, each is looked at before it is written.
    let is_own_key = target == key && bucket.profile() != to.profile();
    if transfer.is_move && bucket != to && bucket.may_be(to) && meets && !is_own_key {
        return Some("it cannot be told whether both lead to the same bucket; copy instead");
    }
    None
}

fn onto_itself_here(path: &Path, to: &Path, rename: Option<&str>) -> Option<&'static str> {
    let source = std::fs::metadata(path).ok().map(|metadata| Identity::of(&metadata))?;
    let name = rename.map(PathBuf::from).or_else(|| path.file_name().map(PathBuf::from))?;
    let target = to.join(name);
    let is_source =
        |path: &Path| std::fs::metadata(path).is_ok_and(|metadata| Identity::of(&metadata).is_same_file(&source));
    if is_source(&target) {
        return Some("source and destination are the same");
    }
    let is_folder = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
    // By inode, so that links, bind mounts and names that differ in case only are seen through.
    let mut existing = to;
    while !existing.exists() {
        existing = existing.parent()?;
    }
    let real = std::fs::canonicalize(existing).ok()?;
    (is_folder && real.ancestors().any(is_source)).then_some("the destination is inside the source")
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::location::ObjectRef;
    use crate::model::plan::ConflictPolicy;

    fn s3(item: &Item, to: &str, rename: Option<&str>, is_move: bool) -> Option<&'static str> {
        let transfer = Transfer {
            rename: rename.map(str::to_owned),
            is_move,
            policy: ConflictPolicy::Overwrite,
            ..Transfer::new(vec![item.clone()], Location::parse(to, Path::new("/"), None).unwrap())
        };
        onto_itself_on_s3(item, &transfer)
    }

    fn prefix(text: &str) -> Item {
        Item::Prefix { bucket: "b".into(), prefix: text.into() }
    }

    #[test]
    fn an_object_is_not_copied_onto_itself_nor_a_prefix_into_itself() {
        let object = Item::Object(ObjectRef::new("b", "a/f"));
        assert!(s3(&object, "s3://b/a/", None, false).is_some());
        assert!(s3(&object, "s3://b/a/", Some("g"), true).is_none());
        assert!(s3(&object, "s3://c/a/", None, true).is_none());
        let marker = Item::Object(ObjectRef::new("b", "d/"));
        assert!(s3(&marker, "s3://b/", None, true).is_some());
        assert!(s3(&marker, "s3://b/", Some("d"), true).is_some(), "a renamed marker stays a marker");
        assert!(s3(&prefix("a/"), "s3://b/a/", None, false).is_some());
        assert!(s3(&prefix("a/"), "s3://b/a/x/", None, false).is_some());
        assert!(s3(&prefix("a/"), "s3://b/", None, false).is_some());
        assert!(s3(&prefix("a/"), "s3://b/", Some("ab"), true).is_none());
        assert!(s3(&Item::Bucket("b".into()), "s3://b/copy/", None, false).is_some());
        let alias = "s3://arn:aws:s3:eu-west-1:1:accesspoint/x/a/";
        assert!(s3(&object, alias, None, true).is_some());
        assert!(s3(&object, alias, None, false).is_none());
    }

    #[test]
    fn a_move_to_another_profile_keeps_each_key_or_goes_elsewhere() {
        let object = Item::Object(ObjectRef::new("b", "a/f"));
        assert!(s3(&object, "s3://prod@b/a/", None, true).is_none());
        assert!(s3(&prefix("a/"), "s3://prod@b/", None, true).is_none());
        assert!(s3(&prefix("a/"), "s3://prod@b/a/", None, true).is_some(), "it may be inside itself");
        assert!(s3(&prefix("a/"), "s3://prod@b/a/", None, false).is_none());
        assert!(s3(&prefix("a/"), "s3://prod@c/a/", None, true).is_none());
        let alias = "s3://prod@arn:aws:s3:eu-west-1:1:accesspoint/x/a/";
        assert!(s3(&prefix("a/"), alias, None, true).is_some());
    }

    #[test]
    fn a_local_copy_onto_or_into_itself_is_seen_through_links() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        std::fs::create_dir(at("c")).unwrap();
        std::fs::write(at("f"), "").unwrap();
        std::fs::hard_link(at("f"), at("c/f")).unwrap();
        std::os::unix::fs::symlink(at("a/b"), at("link")).unwrap();
        assert!(onto_itself_here(&at("f"), home.path(), None).is_some());
        assert!(onto_itself_here(&at("f"), &at("c"), None).is_some(), "the same inode");
        assert!(onto_itself_here(&at("a"), &at("a/b"), None).is_some());
        assert!(onto_itself_here(&at("a"), &at("link"), None).is_some());
        assert!(onto_itself_here(&at("a"), &at("link/new/deep"), None).is_some());
        assert!(onto_itself_here(&at("a"), &at("c"), None).is_none());
        assert!(onto_itself_here(&at("f"), home.path(), Some("g")).is_none());
    }
}
