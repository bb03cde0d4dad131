//! The actions of S3: what each is done to, and which right of an ACL allows it.
//!
//! Sources: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"; Amazon S3 User
//! Guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access policy permissions".

use super::acl::Right;

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A bucket: `arn:aws:s3:::bucket`.
    Bucket,
    /// An object: `arn:aws:s3:::bucket/key`.
    Object,
}

/// An action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Its name, as Amazon writes it.
    pub name: &'static str,
    /// What it is done to.
    pub target: Target,
}

/// Actions on a bucket.
const OF_BUCKET: &[&str] = &[
    "s3:CreateBucket",
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:DeleteBucket",
    "s3:DeleteBucketMetadataTableConfiguration",
    "s3:DeleteBucketOwnershipControls",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:GetAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAbac",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketMetadataTableConfiguration",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListTagsForResource",
    "s3:PutAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutBucketAbac",
    "s3:PutBucketAcl",
    "s3:PutBucketCORS",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutBucketWebsite",
    "s3:PutEncryptionConfiguration",
    "s3:PutIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration",
    "s3:PutReplicationConfiguration",
    "s3:TagResource",
    "s3:UntagResource",
    "s3:UpdateBucketMetadataInventoryTableConfiguration",
    "s3:UpdateBucketMetadataJournalTableConfiguration",
];

/// Actions on an object.
const OF_OBJECT: &[&str] = &[
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectTagging",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectVersionTorrent",
    "s3:InitiateReplication",
    "s3:ListMultipartUploadParts",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:RestoreObject",
    "s3:UpdateObjectEncryption",
];

/// What a person asks about first: list, read, write, delete, and change who may.
const ASKED: [&str; 7] = [
    "s3:ListBucket",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:PutObjectAcl",
    "s3:PutBucketPolicy",
    "s3:PutBucketAcl",
];

/// The actions of requests that name a version, by those of requests that do not.
const OF_VERSION: [(&str, &str); 9] = [
    ("s3:GetObject", "s3:GetObjectVersion"),
    ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    ("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    ("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
    ("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"),
    ("s3:GetObjectTorrent", "s3:GetObjectVersionTorrent"),
];

impl Action {
    /// Returns the action of a name, whose case does not count; nothing if it is none on a bucket or an object.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// Returns every action on buckets and objects.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |names: &'static [&'static str], target| names.iter().map(move |name| Self { name, target });
        of(OF_BUCKET, Target::Bucket).chain(of(OF_OBJECT, Target::Object))
    }

    /// Returns the actions that a person asks about first.
    pub fn asked() -> impl Iterator<Item = Self> {
        ASKED.iter().filter_map(|name| Self::parse(name))
    }

    /// Returns the action that a request needs when it names a version (Amazon S3 API Reference, "GetObject",
    /// "Permissions", and its like).
    #[must_use]
    pub fn of_version(self) -> Self {
        let found = OF_VERSION.iter().find(|(plain, _)| *plain == self.name);
        found.and_then(|(_, versioned)| Self::parse(versioned)).unwrap_or(self)
    }

    /// Returns the right of an ACL that allows the action, on the bucket's ACL or the object's, by where the right
    /// stands. Deleting is not in Amazon's table, but in what it says of `WRITE`.
    pub fn right(self) -> Option<(Target, Right)> {
        Some(match self.name {
            "s3:ListBucket" | "s3:ListBucketVersions" | "s3:ListBucketMultipartUploads" => {
                (Target::Bucket, Right::Read)
            }
            "s3:PutObject" | "s3:DeleteObject" => (Target::Bucket, Right::Write),
            "s3:GetBucketAcl" => (Target::Bucket, Right::ReadAcp),
            "s3:PutBucketAcl" => (Target::Bucket, Right::WriteAcp),
            "s3:GetObject" | "s3:GetObjectVersion" => (Target::Object, Right::Read),
            "s3:GetObjectAcl" | "s3:GetObjectVersionAcl" => (Target::Object, Right::ReadAcp),
            "s3:PutObjectAcl" | "s3:PutObjectVersionAcl" => (Target::Object, Right::WriteAcp),
            _ => return None,
        })
    }

    /// Returns whether the action reads the bytes of an object, or what follows from them.
    pub fn reads_contents(self) -> bool {
        const READS: [&str; 6] = [
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:GetObjectAttributes",
            "s3:GetObjectVersionAttributes",
            "s3:GetObjectTorrent",
            "s3:GetObjectVersionTorrent",
        ];
        READS.contains(&self.name)
    }

    /// Returns whether the action changes an ACL.
    pub fn changes_acl(self) -> bool {
        matches!(self.right(), Some((_, Right::WriteAcp)))
    }

    /// Returns whether the action is about the bucket policy itself, from which the owner's root user is never locked
    /// out (Amazon S3 API Reference, "PutBucketPolicy").
    pub fn is_of_policy(self) -> bool {
        matches!(self.name, "s3:GetBucketPolicy" | "s3:PutBucketPolicy" | "s3:DeleteBucketPolicy")
    }

    /// Returns whether the action makes the bucket itself, which has no policy before.
    pub fn creates_bucket(self) -> bool {
        self.name == "s3:CreateBucket"
    }

    /// Returns whether the action needs the object as it is: an archived one tells of itself, but is not there to be read.
    pub fn needs_restored(self) -> bool {
        self.reads_contents() && !self.name.ends_with("Attributes")
    }

    /// Returns whether the owner of the bucket may do it to an object that belongs to another account (Amazon S3 User
    /// Guide, "Bucket and object ownership": deny access, delete, archive and restore).
    pub fn is_of_bucket_owner(self) -> bool {
        const OWN: [&str; 8] = [
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:RestoreObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
            "s3:ReplicateObject",
            "s3:ReplicateDelete",
        ];
        self.target == Target::Bucket || OWN.contains(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
    #[test]
    fn every_action_stands_once_and_knows_what_it_is_done_to() {
        let names: BTreeSet<_> = Action::all().map(|action| action.name).collect();
        assert_eq!(names.len(), OF_BUCKET.len() + OF_OBJECT.len());
        assert_eq!(Action::parse("S3:listbucket").unwrap().target, Target::Bucket);
        assert_eq!(Action::parse("s3:GetObject").unwrap().target, Target::Object);
        assert!(Action::parse("s3:ListAllMyBuckets").is_none() && Action::parse("s3:Get*").is_none());
        assert_eq!(Action::asked().count(), ASKED.len());
        assert!(OF_VERSION.iter().all(|(plain, own)| names.contains(plain) && names.contains(own)));
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>, "Permissions".
    #[test]
    fn a_request_that_names_a_version_needs_the_action_of_versions() {
        let of = |name: &str| Action::parse(name).unwrap().of_version().name;
        assert_eq!(of("s3:GetObject"), "s3:GetObjectVersion");
        assert_eq!(of("s3:DeleteObject"), "s3:DeleteObjectVersion");
        assert_eq!((of("s3:PutObject"), of("s3:GetObjectVersion")), ("s3:PutObject", "s3:GetObjectVersion"));
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping>
    #[test]
    fn the_rights_of_acls_allow_what_amazons_table_says() {
        let right = |name: &str| Action::parse(name).unwrap().right();
        assert_eq!(right("s3:ListBucketVersions"), Some((Target::Bucket, Right::Read)));
        assert_eq!(right("s3:GetObjectVersionAcl"), Some((Target::Object, Right::ReadAcp)));
        assert_eq!(right("s3:PutObject"), Some((Target::Bucket, Right::Write)));
        assert_eq!((right("s3:GetBucketPolicy"), right("s3:GetObjectTagging")), (None, None));
    }
}
