//! Buckets, and the profile that each is reached by.
//!
//! A bucket's name alone does not say which bucket is meant: another endpoint may have one of the same name. So a name
//! carries the profile whose credentials and endpoint lead to it, wherever it goes, and no work can mistake one for the
//! other. Whether two names lead to one bucket after all cannot be told from them: see [`BucketName::may_be`].

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Whose credentials, region and endpoint are used: the program's own, or those of a profile of the AWS configuration
/// files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Profile(Option<Arc<str>>);

impl Profile {
    /// What the program was started with.
    pub const OWN: Self = Self(None);

    /// How the names of profiles begin that are in no file and last as long as the program.
    pub const DECLARED: char = '(';

    /// Returns whether it is in no file.
    pub fn is_declared(&self) -> bool {
        self.name().is_some_and(|name| name.starts_with(Self::DECLARED))
    }

    /// Returns the profile of a name.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self(Some(name.into()))
    }

    /// Returns its name, if it is not the program's own.
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for Profile {
    /// Writes what stands before a bucket: `name@`, or nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().map_or(Ok(()), |name| write!(f, "{name}@"))
    }
}

/// What a bucket is addressed by: a name (legacy ones too), or the ARN or alias of an access point; and by which profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct BucketName {
    profile: Profile,
    name: Arc<str>,
}

impl BucketName {
    /// Wraps the text as it is, for the program's own profile.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self { profile: Profile::OWN, name: name.into() }
    }

    /// Returns the bucket that has this name by a profile.
    #[must_use]
    pub fn by(self, profile: &Profile) -> Self {
        Self { profile: profile.clone(), ..self }
    }

    /// Returns the profile that it is reached by.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Returns the name as it came, unfiltered and without the profile: what the server is told, and not for the screen.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Returns whether this is an ARN rather than a name.
    pub fn is_arn(&self) -> bool {
        self.name.starts_with("arn:")
    }

    /// Returns whether this may be another name of a bucket: an access point, by its ARN or its alias (Amazon S3 User
    /// Guide, "Access point aliases").
    fn may_be_an_alias(&self) -> bool {
        self.is_arn() || ["-s3alias", "--ol-s3", "-ext-s3alias"].iter().any(|end| self.name.ends_with(end))
    }

    /// Returns whether both may lead to one bucket: an access point may to any, and two profiles to one endpoint, by
    /// whatever addresses it has.
    pub fn may_be(&self, other: &Self) -> bool {
        self.name == other.name || self.may_be_an_alias() || other.may_be_an_alias()
    }
}

impl From<&str> for BucketName {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for BucketName {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for BucketName {
    /// Writes the name behind its profile, as a location has it: `name`, `profile@name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.profile, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_by_another_profile_is_another_one_that_may_be_the_same() {
        let own = BucketName::new("data");
        let other = own.clone().by(&Profile::named("prod"));
        assert_ne!(own, other);
        assert!(own.may_be(&other) && other.may_be(&own));
        assert!(!own.may_be(&BucketName::new("date").by(&Profile::named("prod"))));
        assert!(own.may_be(&BucketName::new("x-0123456789abcdef-s3alias")));
        assert_eq!((other.to_string(), other.as_str()), ("prod@data".to_owned(), "data"));
        assert_eq!(own.to_string(), "data");
    }
}
