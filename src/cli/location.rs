//! What the locations of a command mean. Slashes at the end count as they do for `aws s3`.

use std::path::{Path, PathBuf};

use crate::model::job::{Item, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, Prefix, Profile};

/// One location of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// `-`: standard input or output.
    Stream,
    /// A path.
    Local {
        /// Absolute.
        path: PathBuf,
        /// Whether it is a folder, or ends in a slash and so is meant to become one.
        is_folder: bool,
    },
    /// `s3://bucket/key`.
    S3 {
        /// The bucket.
        bucket: BucketName,
        /// All behind the bucket's slash: a key, a prefix, or nothing.
        key: String,
    },
    /// `s3://` alone, or behind it a profile.
    Buckets(Profile),
}

/// Where paths start.
#[derive(Debug, Clone)]
pub struct Base {
    /// The working folder.
    pub folder: PathBuf,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
}

impl End {
    /// Reads a location. Looks whether a path is a folder.
    pub fn parse(text: &str, base: &Base) -> Result<Self, String> {
        if text == "-" {
            return Ok(Self::Stream);
        }
        if text.is_empty() {
            return Err("a location is empty".to_owned());
        }
        match Location::parse(text, &base.folder, base.home.as_deref()) {
            Err(problem) => Err(format!("{text}: {problem}")),
            Ok(Location::Buckets(profile)) => Ok(Self::Buckets(profile)),
            Ok(Location::S3 { bucket, prefix }) => Ok(Self::S3 { bucket, key: prefix.to_string() }),
            Ok(Location::Local(path)) => {
                let is_folder = text.ends_with('/') || path.is_dir();
                Ok(Self::Local { path, is_folder })
            }
        }
    }

    /// Reads a location that must be in a bucket; returns the bucket and all behind its slash.
    pub fn in_bucket(text: &str, base: &Base) -> Result<(BucketName, String), String> {
        Self::parse(text, base)?.into_bucket(text)
    }

    /// Reads a location that must be an object.
    pub fn object(text: &str, base: &Base) -> Result<ObjectRef, String> {
        Self::parse(text, base)?.into_object(text)
    }

    /// Reads a location that must be an object with a name to write to: one that ends in a slash stands for a folder.
    pub fn named_object(text: &str, base: &Base) -> Result<ObjectRef, String> {
        match Self::object(text, base)? {
            object if object.key.is_marker() => Err(format!("{text} has no name: write s3://bucket/key")),
            object => Ok(object),
        }
    }

    /// Returns the object that a location is, or why it is none; `text` is how it was written.
    pub fn into_object(self, text: &str) -> Result<ObjectRef, String> {
        match self.into_bucket(text)? {
            (_, key) if key.is_empty() => Err(format!("{text} is not an object: write s3://bucket/key")),
            (bucket, key) => Ok(ObjectRef::new(bucket, key)),
        }
    }

    fn into_bucket(self, text: &str) -> Result<(BucketName, String), String> {
        match self {
            Self::S3 { bucket, key } => Ok((bucket, key)),
            _ => Err(format!("{text} is not on S3: write s3://bucket/key")),
        }
    }

    /// Reads a location that must be a bucket.
    pub fn bucket(text: &str, base: &Base) -> Result<BucketName, String> {
        match Self::in_bucket(text, base)? {
            (bucket, key) if key.is_empty() => Ok(bucket),
            _ => Err(format!("{text} is not a bucket: write s3://bucket")),
        }
    }
}

/// Returns whether what stands behind a bucket's slash is a bucket's top or a prefix, rather than a key.
fn is_prefix(key: &str) -> bool {
    key.is_empty() || key.ends_with('/')
}

/// Returns the prefix that a recursive command means: `s3://b/logs` is `logs/` and not `logs-old/`.
pub fn folder_prefix(key: &str) -> Prefix {
    if is_prefix(key) { key.into() } else { format!("{key}/").into() }
}

/// Returns what a copy or a move of one location to another means. What else there is to decide is left as in `others`.
pub fn transfer(source: End, target: End, is_recursive: bool, others: Transfer) -> Result<Transfer, String> {
    let item = source_item(source, is_recursive)?;
    if let (Item::File(_) | Item::Folder(_), End::Local { .. }) = (&item, &target) {
        return Err("both locations are local; one must be on S3".to_owned());
    }
    let (to, rename) = match target {
        End::Stream | End::Buckets(_) => return Err("the target must be a path or s3://bucket/key".to_owned()),
        End::Local { path, is_folder } if is_recursive || is_folder => (Location::Local(path), None),
        End::Local { path, .. } => {
            let (folder, name) = split_path(&path).ok_or("the target has no name")?;
            (Location::Local(folder), Some(name))
        }
        End::S3 { bucket, key } if is_recursive => (Location::S3 { bucket, prefix: folder_prefix(&key) }, None),
        End::S3 { bucket, key } if is_prefix(&key) => (Location::S3 { bucket, prefix: key.into() }, None),
        End::S3 { bucket, key } => {
            let (prefix, name) = key
                .rsplit_once('/')
                .map_or(("", key.as_str()), |(above, name)| (key.get(..=above.len()).unwrap_or_default(), name));
            (Location::S3 { bucket, prefix: prefix.into() }, Some(name.to_owned()))
        }
    };
    Ok(Transfer { items: vec![item], to, rename, takes_contents: is_recursive, ..others })
}

fn source_item(source: End, is_recursive: bool) -> Result<Item, String> {
    let wants_recursive = |what: &str| Err(format!("{what} is copied with --recursive"));
    match source {
        End::Stream | End::Buckets(_) => Err("the source must be a path or s3://bucket/key".to_owned()),
        End::Local { path, is_folder: true } if is_recursive => Ok(Item::Folder(path)),
        // What is not there may be a folder that an interrupted move has emptied and removed.
        End::Local { path, .. } if is_recursive && !path.exists() => Ok(Item::Folder(path)),
        End::Local { path, .. } if is_recursive => Err(format!("{} is not a folder", path.display())),
        End::Local { path, is_folder: true } => wants_recursive(&format!("the folder {}", path.display())),
        End::Local { path, .. } => Ok(Item::File(path)),
        End::S3 { bucket, key } if is_recursive && key.is_empty() => Ok(Item::Bucket(bucket)),
        End::S3 { bucket, key } if is_recursive => Ok(Item::Prefix { bucket, prefix: folder_prefix(&key) }),
        End::S3 { bucket, key } if is_prefix(&key) => wants_recursive(&format!("the prefix s3://{bucket}/{key}")),
        End::S3 { bucket, key } => Ok(Item::Object(ObjectRef::new(bucket, key))),
    }
}

fn split_path(path: &Path) -> Option<(PathBuf, String)> {
    Some((path.parent()?.to_owned(), path.file_name()?.to_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::plan::ConflictPolicy;

    fn end(text: &str) -> End {
        End::parse(text, &Base { folder: "/usr".into(), home: None }).unwrap()
    }

    fn copy(source: &str, target: &str, is_recursive: bool) -> Result<Transfer, String> {
        let others = Transfer {
            policy: ConflictPolicy::Overwrite,
            ..Transfer::new(Vec::new(), Location::Buckets(Profile::OWN))
        };
        transfer(end(source), end(target), is_recursive, others)
    }

    /// Returns where a copy goes and under which name.
    fn goes(source: &str, target: &str) -> (String, Option<String>) {
        let transfer = copy(source, target, false).unwrap();
        (transfer.to.to_string(), transfer.rename)
    }

    #[test]
    fn a_file_keeps_its_name_below_a_slash_and_takes_the_key_without_one() {
        let own = |to: &str| (to.to_owned(), None);
        let named = |to: &str, name: &str| (to.to_owned(), Some(name.to_owned()));
        assert_eq!(goes("f", "s3://b/dir/"), own("s3://b/dir/"));
        assert_eq!(goes("f", "s3://b"), own("s3://b/"));
        assert_eq!(goes("f", "s3://b/dir"), named("s3://b/", "dir"));
        assert_eq!(goes("f", "s3://b/a//g"), named("s3://b/a//", "g"));
        assert_eq!(goes("s3://b/a/f", "s3://c/x/y"), named("s3://c/x/", "y"));
    }

    #[test]
    fn an_object_goes_into_a_folder_that_is_there_or_ends_in_a_slash() {
        assert_eq!(goes("s3://b/f", "bin"), ("/usr/bin".to_owned(), None));
        assert_eq!(goes("s3://b/f", "."), ("/usr".to_owned(), None));
        assert_eq!(goes("s3://b/f", "new/"), ("/usr/new".to_owned(), None));
        assert_eq!(goes("s3://b/f", "new"), ("/usr".to_owned(), Some("new".to_owned())));
    }

    #[test]
    fn recursive_takes_the_contents_with_or_without_slashes() {
        for (source, target) in [("s3://b/logs", "s3://c/x"), ("s3://b/logs/", "s3://c/x/")] {
            let transfer = copy(source, target, true).unwrap();
            assert!(transfer.takes_contents && transfer.rename.is_none());
            assert_eq!(transfer.items, [Item::Prefix { bucket: "b".into(), prefix: "logs/".into() }]);
            assert_eq!(transfer.to.to_string(), "s3://c/x/");
        }
        assert_eq!(copy("bin", "s3://c", true).unwrap().items, [Item::Folder("/usr/bin".into())]);
        assert_eq!(copy("s3://b", "new", true).unwrap().items, [Item::Bucket("b".into())]);
    }

    #[test]
    fn what_holds_others_is_refused_without_recursive_and_a_file_with_it() {
        assert!(copy("bin", "s3://b/", false).unwrap_err().contains("--recursive"));
        assert!(copy("s3://b/logs/", ".", false).unwrap_err().contains("--recursive"));
        assert!(copy("s3://b", ".", false).unwrap_err().contains("--recursive"));
        assert!(copy("bin/sh", "s3://b/", true).unwrap_err().contains("not a folder"));
    }

    #[test]
    fn what_is_not_there_is_left_to_the_run_that_may_know_what_became_of_it() {
        let gone = copy("no-such-folder", "s3://b/", true).unwrap();
        assert_eq!(gone.items, [Item::Folder("/usr/no-such-folder".into())]);
    }

    #[test]
    fn one_end_must_be_on_s3_and_no_end_may_be_the_list_of_buckets() {
        assert!(copy("f", "g", false).unwrap_err().contains("on S3"));
        assert!(copy("f", "s3://", false).is_err() && copy("s3://", ".", true).is_err());
        assert!(End::parse("", &Base { folder: "/".into(), home: None }).is_err());
    }

    #[test]
    fn an_object_a_bucket_and_what_is_in_one_are_told_apart() {
        let base = Base { folder: "/".into(), home: None };
        assert!(End::object("s3://b/k", &base).is_ok() && End::object("s3://b", &base).is_err());
        assert_eq!(End::object("s3://b/k/", &base), Ok(ObjectRef::new("b", "k/")), "a marker is an object");
        assert!(End::named_object("s3://b/k", &base).is_ok() && End::named_object("s3://b/k/", &base).is_err());
        assert!(End::bucket("s3://b", &base).is_ok() && End::bucket("s3://b/k", &base).is_err());
        assert!(End::in_bucket("file", &base).is_err());
    }
}
