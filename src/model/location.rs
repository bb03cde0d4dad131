//! Places that a pane can show: a local folder, the list of buckets, a bucket or a prefix in it.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::name::{BucketName, ObjectKey, Prefix, Profile, VersionId};
use super::stored;

/// A place that holds entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Location {
    /// A folder of the local file system, absolute.
    Local(#[serde(with = "stored::path")] PathBuf),
    /// The buckets that a profile may list.
    Buckets(Profile),
    /// A bucket, or the keys below a prefix of it.
    S3 {
        /// The bucket.
        bucket: BucketName,
        /// Empty for the whole bucket.
        prefix: Prefix,
    },
}

/// One object, and perhaps one version of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// The bucket it is in.
    pub bucket: BucketName,
    /// Its whole key.
    pub key: ObjectKey,
    /// The version, if not the current one.
    pub version: Option<VersionId>,
}

/// Why a text is not a location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationProblem {
    /// `s3:///key`.
    #[error("the bucket's name is missing: write s3://bucket/prefix")]
    NoBucket,
    /// `s3://@bucket`.
    #[error("the profile's name is missing: write s3://profile@bucket/prefix")]
    NoProfile,
    /// A scheme other than `s3`.
    #[error("only paths and s3:// locations are known")]
    UnknownScheme,
}

impl Location {
    /// Returns the location of a bucket's top.
    pub fn bucket(name: impl Into<BucketName>) -> Self {
        Self::S3 { bucket: name.into(), prefix: Prefix::root() }
    }

    /// Parses `s3://`, `s3://bucket/prefix`, `s3://arn:…:accesspoint/name/prefix` or a path.
    ///
    /// `profile@` before the bucket names another profile than the program's own: no bucket's name has an `@` (Amazon S3
    /// User Guide, "Bucket naming rules").
    /// Relative paths are taken from `base`, and `~` from `home`.
    pub fn parse(text: &str, base: &Path, home: Option<&Path>) -> Result<Self, LocationProblem> {
        if let Some(rest) = strip_scheme(text, "s3://") {
            return Self::parse_s3(rest);
        }
        if text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
            return Err(LocationProblem::UnknownScheme);
        }
        let path = match (text.strip_prefix('~'), home) {
            (Some(""), Some(home)) => home.to_owned(),
            (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
            _ => base.join(text),
        };
        Ok(Self::Local(normal(&path)))
    }

    fn parse_s3(rest: &str) -> Result<Self, LocationProblem> {
        let (profile, rest) = split_profile(rest)?;
        let (bucket, prefix) = split_bucket(rest);
        match (bucket, prefix) {
            ("", "") if !rest.starts_with('/') => Ok(Self::Buckets(profile)),
            ("", _) => Err(LocationProblem::NoBucket),
            (bucket, prefix) => Ok(Self::S3 { bucket: BucketName::from(bucket).by(&profile), prefix: prefix.into() }),
        }
    }

    /// Returns the place one up; the file system's root and the list of buckets have none.
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::Local(path) => path.parent().map(|parent| Self::Local(parent.to_owned())),
            Self::Buckets(_) => None,
            Self::S3 { bucket, prefix } => Some(match prefix.parent() {
                Some(prefix) => Self::S3 { bucket: bucket.clone(), prefix },
                None => Self::Buckets(bucket.profile().clone()),
            }),
        }
    }

    /// Returns whether this is a place on S3, the list of buckets included.
    pub fn is_s3(&self) -> bool {
        !matches!(self, Self::Local(_))
    }

    /// Returns whether this is a list of buckets.
    pub fn is_buckets(&self) -> bool {
        matches!(self, Self::Buckets(_))
    }

    /// Returns the profile by which the place is reached; a local one by none.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Local(_) => None,
            Self::Buckets(profile) => Some(profile),
            Self::S3 { bucket, .. } => Some(bucket.profile()),
        }
    }

    /// Returns the bucket, if the place is in one.
    pub fn bucket_name(&self) -> Option<&BucketName> {
        match self {
            Self::S3 { bucket, .. } => Some(bucket),
            _ => None,
        }
    }

    /// Returns whether the place is no prefix, and so has no marker object of its own.
    pub fn marks_nothing(&self) -> bool {
        !matches!(self, Self::S3 { prefix, .. } if !prefix.is_root())
    }

    /// Returns what has a name below this place, written as a key is, as it is shown: unfiltered.
    pub fn below(&self, name: &str) -> String {
        match self {
            Self::Local(path) => path.join(name).to_string_lossy().into_owned(),
            place => format!("{place}{name}"),
        }
    }

    /// Returns whether `other` is this place or lies below it.
    pub fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local(outer), Self::Local(inner)) => inner.starts_with(outer),
            (Self::Buckets(profile), inner) => inner.profile() == Some(profile),
            (Self::S3 { bucket, prefix }, Self::S3 { bucket: other, prefix: inner }) => {
                bucket == other && inner.as_str().starts_with(prefix.as_str())
            }
            _ => false,
        }
    }
}

/// Resolves `.` and `..` by text alone, without asking the file system.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let head = text.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| text.get(scheme.len()..)).flatten()
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Splits off the profile before the first slash; its own name may hold an `@`.
fn split_profile(rest: &str) -> Result<(Profile, &str), LocationProblem> {
    let head = rest.split('/').next().unwrap_or_default();
    match head.rfind('@') {
        None => Ok((Profile::OWN, rest)),
        Some(0) => Err(LocationProblem::NoProfile),
        Some(at) => Ok((Profile::named(head.get(..at).unwrap_or_default()), rest.get(at + 1..).unwrap_or_default())),
    }
}

/// Splits what follows `s3://` at the bucket's end; the ARN of an access point holds a slash of its own.
fn split_bucket(rest: &str) -> (&str, &str) {
    let skip = if rest.starts_with("arn:") { rest.find('/').map_or(0, |at| at + 1) } else { 0 };
    let tail = rest.get(skip..).unwrap_or_default();
    match tail.find('/') {
        Some(at) => (rest.get(..skip + at).unwrap_or_default(), tail.get(at + 1..).unwrap_or_default()),
        None => (rest, ""),
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::Buckets(profile) => write!(f, "s3://{profile}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl ObjectRef {
    /// Returns the reference to the current version.
    pub fn new(bucket: impl Into<BucketName>, key: impl Into<ObjectKey>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), version: None }
    }

    /// Parses what [`ObjectRef`] is printed as; nothing if it is the name of something else.
    pub fn parse(uri: &str) -> Option<Self> {
        let (bucket, key) = split_bucket(uri.strip_prefix("s3://")?);
        (!bucket.is_empty() && !key.is_empty()).then(|| Self::new(bucket, key))
    }

    /// Returns the object's URL: by host name on Amazon, unless the bucket's name has dots that no certificate covers; by
    /// path elsewhere. An access point has none.
    pub fn url(&self, region: Option<&str>, endpoint: Option<&str>) -> Option<String> {
        let Self { bucket, key, .. } = self;
        if bucket.is_arn() {
            return None;
        }
        let path = url_path(key.as_str());
        match (endpoint, region) {
            (Some(endpoint), _) => Some(format!("{}/{bucket}/{path}", endpoint.trim_end_matches('/'))),
            (None, Some(region)) if bucket.as_str().contains('.') => {
                Some(format!("https://s3.{region}.amazonaws.com/{bucket}/{path}"))
            }
            (None, Some(region)) => Some(format!("https://{bucket}.s3.{region}.amazonaws.com/{path}")),
            (None, None) => None,
        }
    }
}

/// Returns a key as it stands in an address.
pub fn url_path(key: &str) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(key, &KEPT).to_string()
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Location {
        Location::parse(text, Path::new("/base"), Some(Path::new("/home/me"))).unwrap()
    }

    #[test]
    fn s3_locations_split_at_the_bucket() {
        assert_eq!(parse("s3://"), Location::Buckets(Profile::OWN));
        assert_eq!(parse("S3://photos"), Location::bucket("photos"));
        assert_eq!(parse("s3://photos/a//b"), Location::S3 { bucket: "photos".into(), prefix: "a//b".into() });
        assert_eq!(parse("s3://Legacy_Name/x/"), Location::S3 { bucket: "Legacy_Name".into(), prefix: "x/".into() });
    }

    #[test]
    fn the_arn_of_an_access_point_counts_as_a_bucket() {
        let arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports";
        assert_eq!(parse(&format!("s3://{arn}/2026/")), Location::S3 { bucket: arn.into(), prefix: "2026/".into() });
        assert_eq!(parse(&format!("s3://{arn}")), Location::bucket(arn));
    }

    #[test]
    fn a_profile_may_stand_before_the_bucket() {
        let prod = Profile::named("prod");
        assert_eq!(parse("s3://prod@"), Location::Buckets(prod.clone()));
        let data = BucketName::from("data").by(&prod);
        assert_eq!(parse("s3://prod@data/a@b/"), Location::S3 { bucket: data.clone(), prefix: "a@b/".into() });
        assert_eq!(parse("s3://data/a@b"), Location::S3 { bucket: "data".into(), prefix: "a@b".into() });
        let mail = BucketName::from("data").by(&Profile::named("me@corp"));
        assert_eq!(parse("s3://me@corp@data"), Location::bucket(mail));
        let arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports";
        assert_eq!(parse(&format!("s3://prod@{arn}/k")).bucket_name().unwrap().as_str(), arn);
        for text in ["s3://prod@", "s3://prod@data/a@b/", "s3://me@corp@data/"] {
            assert_eq!(parse(text).to_string(), text);
        }
        assert_eq!(Location::parse("s3://@data", Path::new("/"), None), Err(LocationProblem::NoProfile));
        assert_eq!(Location::parse("s3://prod@/key", Path::new("/"), None), Err(LocationProblem::NoBucket));
        assert_eq!(parse("s3://prod@data").parent(), Some(parse("s3://prod@")));
        assert!(parse("s3://prod@").contains(&parse("s3://prod@data/x")));
        assert!(
            !parse("s3://").contains(&parse("s3://prod@data"))
                && !parse("s3://data").contains(&parse("s3://prod@data"))
        );
    }

    #[test]
    fn paths_are_taken_from_base_and_home() {
        assert_eq!(parse("."), Location::Local("/base".into()));
        assert_eq!(parse("../x"), Location::Local("/x".into()));
        assert_eq!(parse("~/d"), Location::Local("/home/me/d".into()));
        assert_eq!(parse("/abs"), Location::Local("/abs".into()));
    }

    #[test]
    fn other_schemes_and_missing_buckets_are_refused() {
        let parse = |text| Location::parse(text, Path::new("/"), None);
        assert_eq!(parse("s3:///key"), Err(LocationProblem::NoBucket));
        assert_eq!(parse("https://x"), Err(LocationProblem::UnknownScheme));
    }

    #[test]
    fn a_place_contains_what_lies_below_it() {
        assert!(parse("s3://b/a/").contains(&parse("s3://b/a/b/")));
        assert!(!parse("s3://b/a/").contains(&parse("s3://b/ab")));
        assert!(!parse("/a").contains(&parse("/ab")));
        assert_eq!(parse("s3://b/a/b/").parent(), Some(parse("s3://b/a/")));
        assert_eq!(parse("s3://b").parent(), Some(parse("s3://")));
    }
}
