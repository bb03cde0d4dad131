//! What the inspector shows of one thing: sections that load, and fail, each on its own.

/// A part of the inspector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// Size, dates, class, encryption, checksums; region of a bucket; owner and mode of a file.
    Overview,
    /// S3 URI, object URL, ARN.
    Address,
    /// System and user metadata of an object.
    Metadata,
    /// Tags of an object or bucket.
    Tags,
    /// Versioning and MFA delete of a bucket.
    Versioning,
    /// Default encryption of a bucket.
    Encryption,
    /// Block Public Access of a bucket.
    PublicAccessBlock,
    /// Object Ownership of a bucket.
    Ownership,
    /// Whether Amazon calls the bucket's policy public.
    PolicyStatus,
    /// The grants of a bucket or an object.
    Acl,
    /// The bucket policy.
    Policy,
    /// How many uploads of a bucket were begun and neither joined nor aborted.
    Uploads,
}

impl Section {
    /// The sections of an object, in the order in which they are shown.
    pub const OF_OBJECT: &'static [Self] = &[Self::Overview, Self::Address, Self::Metadata, Self::Tags, Self::Acl];

    /// The sections of a bucket, in the order in which they are shown.
    pub const OF_BUCKET: &'static [Self] = &[
        Self::Overview,
        Self::Versioning,
        Self::Encryption,
        Self::PublicAccessBlock,
        Self::Ownership,
        Self::PolicyStatus,
        Self::Acl,
        Self::Policy,
        Self::Tags,
        Self::Uploads,
    ];

    /// The sections of a prefix.
    pub const OF_PREFIX: &'static [Self] = &[Self::Address];

    /// The sections of a local file or folder.
    pub const OF_FILE: &'static [Self] = &[Self::Overview];

    /// Returns the heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Address => "Address",
            Self::Metadata => "Metadata",
            Self::Tags => "Tags",
            Self::Versioning => "Versioning",
            Self::Encryption => "Default encryption",
            Self::PublicAccessBlock => "Block Public Access",
            Self::Ownership => "Object Ownership",
            Self::PolicyStatus => "Policy status",
            Self::Acl => "ACL",
            Self::Policy => "Bucket policy",
            Self::Uploads => "Unfinished uploads",
        }
    }
}

/// One line of a section, as it came: the view filters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Amazon's name for it.
    pub label: String,
    /// Its value.
    pub value: String,
}

impl Field {
    /// Returns a field.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// What a section holds once it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Lines.
    Fields(Vec<Field>),
    /// A document, pretty-printed, with line breaks.
    Document(String),
    /// The thing was read and is not set, in words: `no bucket policy`.
    NotSet(&'static str),
}

/// The first bytes of a file or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// At most [`Preview::LIMIT`] bytes, as they came.
    pub bytes: Vec<u8>,
    /// The size of the whole, in bytes.
    pub total: u64,
}

impl Preview {
    /// How much is read, in bytes.
    pub const LIMIT: u64 = 64 * 1024;
}
