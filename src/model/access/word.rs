//! The one word for a bucket or an object: whether it is open to strangers.
//!
//! The word is careful: it says "Public" and "Not public" only when every layer that could change it was read, and names
//! what was not.

use super::acl::Acl;
use super::case::Place;
use super::layers::Layers;
use super::truth::Truth;

/// What is known of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fact<T> {
    /// Not asked, or no answer yet.
    #[default]
    Unasked,
    /// Read.
    Known(T),
    /// The read failed; the text names it (`s3:GetBucketAcl` denied, or the error).
    Unread(String),
    /// Nothing is set, or the server has no such layer: it neither grants nor holds back anything.
    Absent,
}

/// The four settings of Block Public Access (Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Amazon's four settings, under Amazon's names")]
pub struct PublicAccessBlock {
    /// Refuses new public ACLs; closes nothing that stands.
    pub block_public_acls: bool,
    /// Takes the effect of standing public ACL grants away.
    pub ignore_public_acls: bool,
    /// Refuses new public policies; closes nothing that stands.
    pub block_public_policy: bool,
    /// Cuts a bucket with a public policy off for all but its own account and AWS services.
    pub restrict_public_buckets: bool,
}

/// The word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Strangers are let in, says by what.
    Public(&'static str),
    /// The bucket is not public, but nothing keeps the ACLs of objects in it from being.
    CanBePublic,
    /// Every layer that could open it was read, and none does.
    NotPublic,
    /// Something that decides could not be read.
    Unknown {
        /// What would open it, if what could not be read does not hold it back.
        granted: Option<&'static str>,
        /// What could not be read, each in words.
        unread: Vec<String>,
    },
}

/// How open a place is to strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// Strangers may do something.
    Public,
    /// They may not, but for what an object's own ACL may let them.
    CanBePublic,
    /// They may not, or under a condition only.
    NotPublic,
    /// Nobody can say.
    Unknown,
}

const BY_POLICY: &str = "by its bucket policy";
const BY_ACL: &str = "by its ACL";

/// A layer that may open something, and what else has to be so that it does.
struct Way {
    name: &'static str,
    grants: Truth,
    /// Whether nothing holds the grant back, each with its own words if that is not known.
    stands: Vec<Truth>,
}

impl Way {
    fn is_open(&self) -> Truth {
        self.stands.iter().cloned().fold(self.grants.clone(), Truth::and)
    }

    /// Returns what is missing to say whether it is open. Each part counts: one that did not would have decided.
    fn missing(&self) -> Vec<String> {
        if self.is_open().known().is_some() {
            return Vec::new();
        }
        let words = |truth: &Truth| match truth {
            Truth::Unknown(read) => Some(read.clone()),
            Truth::Depends(words) => Some(format!("whether {words}")),
            Truth::Yes | Truth::No => None,
        };
        std::iter::once(&self.grants).chain(&self.stands).filter_map(words).collect()
    }
}

impl Layers {
    /// Returns the word for the bucket.
    pub fn bucket_word(&self) -> Access {
        match word(&self.ways_into_bucket()) {
            Access::NotPublic => match word(&[self.by_acl(Truth::Yes)]) {
                Access::Public(_) => Access::CanBePublic,
                Access::Unknown { unread, .. } => Access::Unknown { granted: None, unread },
                closed => closed,
            },
            word => word,
        }
    }

    /// Returns whether the bucket is public: by its policy, unless that is restricted, or by its ACL, unless that is
    /// ignored or switched off. Nothing if that is not known.
    pub fn bucket_is_public(&self) -> Option<bool> {
        match word(&self.ways_into_bucket()) {
            Access::Public(_) => Some(true),
            Access::NotPublic => Some(false),
            Access::CanBePublic | Access::Unknown { .. } => None,
        }
    }

    /// Returns the word for a bucket, for any object below a prefix, or for an object.
    pub fn word(&self, place: &Place) -> Access {
        if place.key.is_none() && place.prefix.is_empty() { self.bucket_word() } else { self.object_word(place) }
    }

    /// Returns the word for an object.
    pub fn object_word(&self, place: &Place) -> Access {
        let mut policy = self.by_policy(self.policy_publicity_for(place));
        policy.stands.push(self.object_is_the_owners());
        word(&[policy, self.by_acl(self.object_acl.truth(Acl::is_public))])
    }

    fn ways_into_bucket(&self) -> [Way; 2] {
        [self.by_policy(self.policy_publicity()), self.by_acl(self.bucket_acl.truth(Acl::is_public))]
    }

    fn by_policy(&self, grants: Truth) -> Way {
        let is_cut = |block: &Fact<PublicAccessBlock>| block.truth(|block| block.restrict_public_buckets);
        Way { name: BY_POLICY, grants, stands: vec![!is_cut(&self.bucket_block), !is_cut(&self.account_block)] }
    }

    fn by_acl(&self, grants: Truth) -> Way {
        let is_ignored = |block: &Fact<PublicAccessBlock>| block.truth(|block| block.ignore_public_acls);
        let stands = vec![!is_ignored(&self.bucket_block), !is_ignored(&self.account_block), !self.acls_are_disabled()];
        Way { name: BY_ACL, grants, stands }
    }
}

fn word(ways: &[Way]) -> Access {
    if let Some(open) = ways.iter().find(|way| way.is_open() == Truth::Yes) {
        return Access::Public(open.name);
    }
    let mut unread: Vec<_> = ways.iter().flat_map(Way::missing).collect();
    if unread.is_empty() {
        return Access::NotPublic;
    }
    unread.sort();
    unread.dedup();
    let granting = ways.iter().find(|way| way.grants == Truth::Yes && !way.is_open().is_no());
    Access::Unknown { granted: granting.map(|way| way.name), unread }
}

impl Openness {
    /// Returns the word, the same everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::CanBePublic => "Can be public",
            Self::NotPublic => "Not public",
            Self::Unknown => "Unknown",
        }
    }
}

impl Access {
    /// Returns the word, the same everywhere.
    pub fn word(&self) -> &'static str {
        self.openness().word()
    }

    /// Returns how open it is.
    pub fn openness(&self) -> Openness {
        match self {
            Self::Public(_) => Openness::Public,
            Self::CanBePublic => Openness::CanBePublic,
            Self::NotPublic => Openness::NotPublic,
            Self::Unknown { .. } => Openness::Unknown,
        }
    }

    /// Returns what belongs beside the word.
    pub fn detail(&self) -> String {
        match self {
            Self::Public(by) => (*by).to_owned(),
            Self::CanBePublic => "by the ACLs of objects in it".to_owned(),
            Self::NotPublic => String::new(),
            Self::Unknown { granted: None, unread } => format!("could not be read: {}", unread.join(", ")),
            Self::Unknown { granted: Some(by), unread } => {
                format!("public {by}, unless held back by what could not be read: {}", unread.join(", "))
            }
        }
    }
}
