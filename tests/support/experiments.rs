//! The buckets that the verdict is tried on: what is set on each, and where Ceph's gateway (16.2) is known to do otherwise
//! than Amazon.

use crate::experiment::Caller::{self, Second, Stranger};
use crate::experiment::Wish::{self, Delete, Get, List, Put};

/// A bucket with two objects below `data/`.
pub struct Experiment {
    /// What is special about it.
    pub name: &'static str,
    /// The statements of its policy, with `BUCKET` for its ARN and `SECOND` for the second account.
    pub statements: Option<&'static str>,
    /// The version of the policy's language.
    pub version: &'static str,
    /// `BlockPublicAcls`, `IgnorePublicAcls`, `BlockPublicPolicy`, `RestrictPublicBuckets`.
    pub block: [bool; 4],
    /// The bucket's ACL: a canned one, or the right that the second account is granted.
    pub bucket_acl: &'static str,
    /// The ACL of the objects, in the same way.
    pub object_acl: &'static str,
    /// Whether the second account wrote the objects, and owns them.
    pub uploader_is_second: bool,
    /// What the gateway does otherwise.
    pub on_ceph: &'static [Known],
}

/// Whose wish the gateway answers otherwise than Amazon.
pub type Known = (Caller, Wish);

/// The gateway takes WRITE of a bucket for the right to delete what others own. With Amazon it "allows deletions and
/// overwrites" of the grantee's own (User Guide, "Access control list (ACL) overview").
const STRANGER_DELETES: &[Known] = &[(Stranger, Delete)];
const SECOND_DELETES: &[Known] = &[(Second, Delete)];
const BOTH_DELETE: &[Known] = &[(Stranger, Delete), (Second, Delete)];

/// The gateway reads the bucket's policy whoever owns the object.
const STRANGER_READS: &[Known] = &[(Stranger, Get)];

/// The gateway takes no statement with NotAction for one that allows.
const NOTHING_BUT: &[Known] =
    &[(Stranger, Get), (Stranger, List), (Stranger, Put), (Second, Get), (Second, List), (Second, Put)];

/// The gateway leaves `aws:SecureTransport` away where Amazon says `false`, and takes a negated operator for false where
/// its key is absent.
const BOTH_READ: &[Known] = &[(Stranger, Get), (Second, Get)];

/// The gateway takes several values of a negated operator for true if one of them differs.
const BOTH_LIST: &[Known] = &[(Stranger, List), (Second, List)];

/// The gateway does not look at RestrictPublicBuckets.
const UNRESTRICTED: &[Known] = &[(Stranger, Get), (Second, Get)];
const UNRESTRICTED_LIST: &[Known] = &[(Stranger, List), (Second, List), (Second, Get)];

/// Closed to all but its owner.
const CLOSED: Experiment = Experiment {
    name: "closed",
    statements: None,
    version: "2012-10-17",
    block: [false; 4],
    bucket_acl: "private",
    object_acl: "private",
    uploader_is_second: false,
    on_ceph: &[],
};

const fn policy(name: &'static str, statements: &'static str) -> Experiment {
    Experiment { name, statements: Some(statements), ..CLOSED }
}

const IGNORE: [bool; 4] = [false, true, false, false];
const RESTRICT: [bool; 4] = [false, false, false, true];
const BLOCK: [bool; 4] = [true, false, true, false];

/// Anybody may read the objects.
const READ: &str =
    r#"{"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/data/*"}"#;

/// The second account may read the objects.
const SECOND_READS: &str = r#"{"Effect": "Allow", "Principal": {"AWS": "SECOND"}, "Action": "s3:GetObject",
    "Resource": "BUCKET/*"}"#;

pub const ALL: &[Experiment] = &[
    CLOSED,
    // ACLs of buckets.
    Experiment { name: "the bucket's ACL lets all list", bucket_acl: "public-read", ..CLOSED },
    Experiment {
        name: "the bucket's ACL lets all list and write",
        bucket_acl: "public-read-write",
        on_ceph: BOTH_DELETE,
        ..CLOSED
    },
    Experiment { name: "the bucket's ACL lets any account list", bucket_acl: "authenticated-read", ..CLOSED },
    Experiment { name: "the bucket's ACL lets the second list", bucket_acl: "READ", ..CLOSED },
    Experiment {
        name: "the bucket's ACL lets the second write",
        bucket_acl: "WRITE",
        on_ceph: SECOND_DELETES,
        ..CLOSED
    },
    Experiment {
        name: "the bucket's ACL gives the second full control",
        bucket_acl: "FULL_CONTROL",
        on_ceph: SECOND_DELETES,
        ..CLOSED
    },
    // ACLs of objects.
    Experiment { name: "the objects' ACL lets all read", object_acl: "public-read", ..CLOSED },
    Experiment { name: "the objects' ACL lets any account read", object_acl: "authenticated-read", ..CLOSED },
    Experiment { name: "the objects' ACL lets the second read", object_acl: "READ", ..CLOSED },
    Experiment { name: "the objects' ACL gives the second full control", object_acl: "FULL_CONTROL", ..CLOSED },
    Experiment { name: "both ACLs let all read", bucket_acl: "public-read", object_acl: "public-read", ..CLOSED },
    // Objects of the second account.
    Experiment { name: "objects of the second", uploader_is_second: true, ..CLOSED },
    Experiment {
        name: "objects of the second that all may read",
        uploader_is_second: true,
        object_acl: "public-read",
        ..CLOSED
    },
    Experiment {
        name: "objects of the second, in a bucket that all may write to",
        uploader_is_second: true,
        bucket_acl: "public-read-write",
        on_ceph: STRANGER_DELETES,
        ..CLOSED
    },
    Experiment {
        uploader_is_second: true,
        on_ceph: STRANGER_READS,
        ..policy("a policy lets all read what the second owns", READ)
    },
    Experiment {
        uploader_is_second: true,
        ..policy(
            "the owner denies the second what the second owns",
            r#"{"Effect": "Deny", "Principal": {"AWS": "SECOND"}, "Action": "s3:GetObject", "Resource": "BUCKET/*"}"#,
        )
    },
    // Block Public Access over ACLs.
    Experiment { name: "public ACLs ignored: the bucket's", block: IGNORE, bucket_acl: "public-read-write", ..CLOSED },
    Experiment { name: "public ACLs ignored: the objects'", block: IGNORE, object_acl: "public-read", ..CLOSED },
    Experiment {
        name: "public ACLs ignored: any account's",
        block: IGNORE,
        object_acl: "authenticated-read",
        ..CLOSED
    },
    Experiment { name: "public ACLs ignored: a named account's stay", block: IGNORE, object_acl: "READ", ..CLOSED },
    Experiment {
        name: "new public ACLs blocked: what stands stays",
        block: BLOCK,
        object_acl: "public-read",
        ..CLOSED
    },
    Experiment { name: "public buckets restricted: ACLs stay", block: RESTRICT, object_acl: "public-read", ..CLOSED },
    // Policies: whom they name.
    policy("all may read", READ),
    policy(
        "all may read, by another way to say all",
        r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "BUCKET/*"}"#,
    ),
    policy("the second may read", SECOND_READS),
    policy(
        "the second may list",
        r#"{"Effect": "Allow", "Principal": {"AWS": "SECOND"}, "Action": "s3:ListBucket", "Resource": "BUCKET"}"#,
    ),
    policy(
        "the second may do all",
        r#"{"Effect": "Allow", "Principal": {"AWS": ["SECOND"]}, "Action": "s3:*",
            "Resource": ["BUCKET", "BUCKET/*"]}"#,
    ),
    // Policies: actions and resources.
    policy(
        "all may do all",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["BUCKET", "BUCKET/*"]}"#,
    ),
    policy("all may list", r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "BUCKET"}"#),
    policy(
        "listing, said of objects",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "BUCKET/*"}"#,
    ),
    policy(
        "reading, said of the bucket",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET"}"#,
    ),
    policy(
        "all may read elsewhere",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/other/*"}"#,
    ),
    policy(
        "all may write",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "BUCKET/*"}"#,
    ),
    policy(
        "all may delete",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "BUCKET/*"}"#,
    ),
    policy(
        "actions by a pattern, whose case does not count",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "S3:get*", "Resource": "BUCKET/*"}"#,
    ),
    policy(
        "keys by a pattern of one character",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/????/s*"}"#,
    ),
    policy(
        "keys by a pattern across slashes",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*er"}"#,
    ),
    policy(
        "keys in another case",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/DATA/*"}"#,
    ),
    Experiment {
        on_ceph: NOTHING_BUT,
        ..policy(
            "all but deleting",
            r#"{"Effect": "Allow", "Principal": "*", "NotAction": "s3:DeleteObject", "Resource": ["BUCKET", "BUCKET/*"]}"#,
        )
    },
    policy(
        "all but one folder",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "NotResource": "BUCKET/other/*"}"#,
    ),
    Experiment {
        version: "2008-10-17",
        ..policy(
            "a variable is plain text in the older language",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/data${*}"}"#,
        )
    },
    // Policies that deny.
    policy(
        "all may do all but delete",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["BUCKET", "BUCKET/*"]},
           {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "BUCKET/*"}"#,
    ),
    policy(
        "all may read but the second, who may unsigned",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*"},
           {"Effect": "Deny", "Principal": {"AWS": "SECOND"}, "Action": "s3:GetObject", "Resource": "BUCKET/*"}"#,
    ),
    Experiment {
        object_acl: "public-read",
        ..policy(
            "denied by the policy what the ACL allows",
            r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*"}"#,
        )
    },
    Experiment {
        bucket_acl: "public-read-write",
        on_ceph: BOTH_DELETE,
        ..policy(
            "denied to the second what the bucket's ACL allows",
            r#"{"Effect": "Deny", "Principal": {"AWS": "SECOND"}, "Action": ["s3:ListBucket", "s3:PutObject"],
                "Resource": ["BUCKET", "BUCKET/*"]}"#,
        )
    },
    // Conditions.
    policy(
        "from here",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "127.0.0.0/8"]}}}"#,
    ),
    policy(
        "from elsewhere",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#,
    ),
    policy(
        "from anywhere but elsewhere",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}}}"#,
    ),
    policy(
        "over TLS",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#,
    ),
    Experiment {
        on_ceph: BOTH_READ,
        ..policy(
            "denied without TLS",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*"},
           {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
        )
    },
    policy(
        "from here and over TLS",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1"}, "Bool": {"aws:SecureTransport": "true"}}}"#,
    ),
    Experiment {
        on_ceph: BOTH_READ,
        ..policy(
            "from here and without TLS",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1"}, "Bool": {"aws:SecureTransport": "false"}}}"#,
        )
    },
    policy(
        "listing below this prefix",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "BUCKET",
            "Condition": {"StringLike": {"s3:prefix": "da*"}}}"#,
    ),
    policy(
        "listing below another prefix",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "BUCKET",
            "Condition": {"StringEquals": {"s3:prefix": ["other/", ""]}}}"#,
    ),
    Experiment {
        on_ceph: BOTH_LIST,
        ..policy(
            "listing anywhere but below this prefix",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "BUCKET",
            "Condition": {"StringNotEquals": {"s3:prefix": ["data/", "other/"]}}}"#,
        )
    },
    policy(
        "until long from now",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"DateLessThan": {"aws:CurrentTime": "2199-01-01T00:00:00Z"}}}"#,
    ),
    policy(
        "from long from now",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2199-01-01T00:00:00Z"}}}"#,
    ),
    policy(
        "if there is a referer, it is this",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"StringEqualsIfExists": {"aws:Referer": "https://example.com"}}}"#,
    ),
    policy(
        "only with this referer",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"StringEquals": {"aws:Referer": "https://example.com"}}}"#,
    ),
    Experiment {
        on_ceph: BOTH_READ,
        ..policy(
            "any referer but this, none among them",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"StringNotEquals": {"aws:Referer": "https://example.com"}}}"#,
        )
    },
    policy(
        "without a referer",
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"Null": {"aws:Referer": "true"}}}"#,
    ),
    // Block Public Access over policies.
    Experiment { block: BLOCK, ..policy("new public policies blocked: what stands stays", READ) },
    Experiment { block: RESTRICT, on_ceph: UNRESTRICTED, ..policy("public buckets restricted: a public policy", READ) },
    Experiment { block: RESTRICT, ..policy("public buckets restricted: a policy that is not public", SECOND_READS) },
    Experiment {
        block: RESTRICT,
        on_ceph: UNRESTRICTED_LIST,
        ..policy(
            "public buckets restricted: a named account beside a public statement",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "BUCKET"},
               {"Effect": "Allow", "Principal": {"AWS": "SECOND"}, "Action": "s3:GetObject", "Resource": "BUCKET/*"}"#,
        )
    },
    Experiment {
        block: RESTRICT,
        ..policy(
            "public buckets restricted: a narrow range of addresses is not public",
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
                "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/24"}}}"#,
        )
    },
];
