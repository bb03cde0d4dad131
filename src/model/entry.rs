//! One row of a listing: a bucket, a prefix, an object, a file, a folder.
//!
//! Entries are kept by the hundred thousand, so the struct is small and what few of them have is boxed.

use std::ffi::{OsStr, OsString};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A bucket, or an access point that is used as one.
    Bucket,
    /// Keys with a common beginning up to a slash.
    Prefix,
    /// An object.
    Object,
    /// A local folder.
    Folder,
    /// A local file.
    File,
    /// A symbolic link to a folder.
    FolderLink,
    /// A symbolic link to a file.
    FileLink,
    /// A symbolic link whose target does not exist or leads back to itself.
    BrokenLink,
    /// A FIFO, socket or device, which is never read.
    Special,
}

impl EntryKind {
    /// Returns whether the entry can be unfolded.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Bucket | Self::Prefix | Self::Folder | Self::FolderLink)
    }

    /// Returns the word beside the name that says what colour says too; empty for the ordinary kinds.
    pub fn mark(self) -> &'static str {
        match self {
            Self::FolderLink | Self::FileLink => "link",
            Self::BrokenLink => "broken link",
            Self::Special => "special",
            _ => "",
        }
    }
}

/// What few entries have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryExtra {
    /// The local name, where it is not UTF-8 and `Entry::name` only resembles it.
    pub raw_name: Option<OsString>,
    /// The region of a bucket.
    pub region: Option<String>,
    /// Where a symbolic link points to.
    pub link_target: Option<String>,
    /// The size and time cannot be read, or a folder cannot be entered.
    pub is_unreadable: bool,
}

/// One row of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The last part, as it came, without the slash of a folder or prefix. Empty for the marker object of the listed
    /// prefix itself, and for the prefix between two slashes in a row.
    pub name: Box<str>,
    /// What it is.
    pub kind: EntryKind,
    /// The storage class of an object, where the listing said it.
    pub storage_class: Option<StorageClass>,
    /// In bytes; unknown for folders and prefixes.
    pub size: Option<u64>,
    /// Last modified; for a bucket, created.
    pub modified: Option<Timestamp>,
    /// What few entries have.
    pub extra: Option<Box<EntryExtra>>,
}

impl Entry {
    /// Returns an entry of which only name and kind are known.
    pub fn new(name: impl Into<Box<str>>, kind: EntryKind) -> Self {
        Self { name: name.into(), kind, storage_class: None, size: None, modified: None, extra: None }
    }

    /// Returns the name as the local file system knows it.
    pub fn os_name(&self) -> &OsStr {
        self.extra.as_ref().and_then(|extra| extra.raw_name.as_deref()).unwrap_or(OsStr::new(&*self.name))
    }

    /// Returns whether the entry is hidden by the custom of its side: a name that begins with a dot.
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with('.')
    }

    /// Returns whether the object has to be restored before it can be read.
    pub fn is_archived(&self) -> bool {
        self.storage_class.is_some_and(StorageClass::is_archived)
    }

    /// Returns whether size, time or contents are denied to us.
    pub fn is_unreadable(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.is_unreadable)
    }
}

macro_rules! storage_classes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $short:literal;)*) => {
        /// The storage class of an object (Amazon S3 API Reference, "Object", `StorageClass`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum StorageClass {
            $($(#[$doc])* $name,)*
            /// One that came after this program.
            Other,
        }

        impl StorageClass {
            /// Every known class, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the class of Amazon's name for it.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($wire => Self::$name,)*
                    _ => Self::Other,
                }
            }

            /// Returns Amazon's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                    Self::Other => "OTHER",
                }
            }

            /// Returns a name of at most 6 columns, for the listing.
            pub fn short(self) -> &'static str {
                match self {
                    $(Self::$name => $short,)*
                    Self::Other => "other",
                }
            }
        }
    };
}

storage_classes! {
    /// The default.
    Standard = "STANDARD", "";
    /// Infrequent access.
    StandardIa = "STANDARD_IA", "IA";
    /// Infrequent access in one Availability Zone.
    OnezoneIa = "ONEZONE_IA", "1Z-IA";
    /// Moved between tiers by use.
    IntelligentTiering = "INTELLIGENT_TIERING", "INT";
    /// Archived, readable at once.
    GlacierIr = "GLACIER_IR", "GL-IR";
    /// Archived, restored within minutes to hours.
    Glacier = "GLACIER", "GLACR";
    /// Archived, restored within hours to days.
    DeepArchive = "DEEP_ARCHIVE", "DEEP";
    /// Fewer copies; not recommended by Amazon.
    ReducedRedundancy = "REDUCED_REDUNDANCY", "RRS";
    /// Directory buckets.
    ExpressOnezone = "EXPRESS_ONEZONE", "EXPR";
    /// On Outposts.
    Outposts = "OUTPOSTS", "OUTP";
    /// On Snow devices.
    Snow = "SNOW", "SNOW";
}

impl StorageClass {
    /// Returns whether objects of this class are restored before they are read.
    pub fn is_archived(self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive)
    }
}

impl fmt::Display for StorageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_stays_small() {
        assert!(size_of::<Entry>() <= 72, "{} bytes, times 100,000", size_of::<Entry>());
    }

    #[test]
    fn storage_classes_keep_amazons_names() {
        for class in StorageClass::ALL {
            assert_eq!(StorageClass::from_name(class.name()), *class);
            assert!(class.short().len() <= 6);
        }
        assert_eq!(StorageClass::from_name("SOMETHING_NEW"), StorageClass::Other);
        assert!(StorageClass::Glacier.is_archived() && !StorageClass::GlacierIr.is_archived());
    }
}
