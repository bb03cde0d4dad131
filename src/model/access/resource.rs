//! What is asked about, and what of it a statement names.

use std::fmt;

use super::context::Context;
use super::document::Names;
use super::pattern::{Pattern, Reach};
use super::truth::Truth;
use super::variable::Filled;
use crate::model::arn::PARTITIONS;

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A bucket.
    Bucket(String),
    /// An object.
    Object {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
    /// Whichever object of a bucket.
    Objects {
        /// The bucket.
        bucket: String,
        /// What the keys begin with.
        prefix: String,
    },
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn("aws"))
    }
}

impl Resource {
    /// Returns its ARN in a partition.
    pub(super) fn arn(&self, partition: &str) -> String {
        match self {
            Self::Bucket(bucket) => format!("arn:{partition}:s3:::{bucket}"),
            Self::Object { bucket, key } => format!("arn:{partition}:s3:::{bucket}/{key}"),
            Self::Objects { bucket, prefix } => format!("arn:{partition}:s3:::{bucket}/{prefix}*"),
        }
    }

    /// Returns how much of it a pattern takes.
    pub(super) fn reach(&self, pattern: &Pattern) -> Reach {
        let whole = |is_whole: bool| if is_whole { Reach::All } else { Reach::None };
        if pattern.parts().is_none() {
            return match self {
                Self::Objects { bucket, prefix } => pattern.reach_below(&format!("arn:aws:s3:::{bucket}/{prefix}")),
                one => whole(pattern.matches(&one.to_string())),
            };
        }
        let Some(name) = name_of(pattern) else { return Reach::None };
        match self {
            Self::Bucket(bucket) => whole(name.matches(bucket)),
            Self::Object { bucket, key } => whole(name.matches(&format!("{bucket}/{key}"))),
            Self::Objects { bucket, prefix } => name.reach_below(&format!("{bucket}/{prefix}")),
        }
    }
}

/// Returns what of the pattern of an ARN is about the name behind `arn:aws:s3:::`, if it is one of S3's.
fn name_of(pattern: &Pattern) -> Option<Pattern> {
    let parts = pattern.parts()?;
    let [arn, partition, service, region, account, name] = parts.as_slice() else { return None };
    let is_s3 = arn.matches("arn") && service.matches("s3") && region.matches("") && account.matches("");
    (is_s3 && PARTITIONS.iter().any(|own| partition.matches(own))).then(|| name.clone())
}

impl Names {
    /// Returns whether each name is about one bucket or about what is in it, as S3 wants of a bucket policy.
    pub fn are_within(&self, bucket: &str) -> bool {
        let of_bucket = Resource::Bucket(bucket.to_owned());
        let of_objects = Resource::Objects { bucket: bucket.to_owned(), prefix: String::new() };
        let is_within = |name: &String| {
            let pattern = Pattern::new(name);
            of_bucket.reach(&pattern) != Reach::None || of_objects.reach(&pattern) != Reach::None
        };
        self.names.iter().all(is_within)
    }

    /// Returns whether these names of actions mean an action; their case does not count.
    pub fn mean_action(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.names.iter().any(|own| Pattern::new(&own.to_lowercase()).matches(&name)) != self.is_negated
    }

    /// Returns whether these names of resources mean a resource.
    pub fn mean_resource(&self, resource: &Resource, context: &Context, has_variables: bool) -> Truth {
        let one = |name: &String| {
            let filled = if has_variables { Filled::fill(name, context) } else { Ok(Filled::plain(name)) };
            match filled.map(|filled| resource.reach(&filled.pattern())) {
                Ok(Reach::All) => Truth::Yes,
                Ok(Reach::Some) => Truth::Depends(format!("the object is in {name}")),
                Ok(Reach::None) => Truth::No,
                // Whether "all but the missing thing" means it, the guides leave open.
                Err(Truth::No) if self.is_negated => Truth::Unknown(format!("{name} has no value here")),
                Err(truth) => truth,
            }
        };
        let means = self.names.iter().map(one).fold(Truth::No, Truth::or);
        if self.is_negated { !means } else { means }
    }
}
