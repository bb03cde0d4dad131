//! What is to become of objects that stay where they are: metadata, tags, storage class, encryption, ACL.
//!
//! A change is a rule from what stands to what is to stand. What it has made it leaves as it is, so a change that was
//! interrupted is simply made again. Tags and ACLs are written by themselves; all else is part of an object from its
//! writing on, and takes a copy of it onto itself.

mod applied;
mod rule;

use serde::{Deserialize, Serialize};

pub use self::applied::{Applied, Difference, Foreseen, Standing};
pub use self::rule::{grant, grant_text, redirect, removed_name, type_rule};
use super::attributes::{self, Attributes, Encryption, WrittenAcl, pairs_over};
use super::entry::StorageClass;
use super::filter::Filter;

/// Classes that only exist where they are, so that nothing can be put into them.
const PLACE_CLASSES: [StorageClass; 3] = [StorageClass::ExpressOnezone, StorageClass::Outposts, StorageClass::Snow];

/// A header that an object is stored with, apart from user metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Header {
    /// The media type.
    ContentType,
    /// How long caches may keep it.
    CacheControl,
    /// How browsers show it.
    ContentDisposition,
    /// How its bytes are encoded.
    ContentEncoding,
    /// The language it is in.
    ContentLanguage,
    /// Until when caches may keep it.
    Expires,
    /// Where a website leads to instead.
    WebsiteRedirect,
}

impl Header {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::ContentType,
        Self::CacheControl,
        Self::ContentDisposition,
        Self::ContentEncoding,
        Self::ContentLanguage,
        Self::Expires,
        Self::WebsiteRedirect,
    ];

    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentType => "Content-Type",
            Self::CacheControl => "Cache-Control",
            Self::ContentDisposition => "Content-Disposition",
            Self::ContentEncoding => "Content-Encoding",
            Self::ContentLanguage => "Content-Language",
            Self::Expires => "Expires",
            Self::WebsiteRedirect => "Website redirect",
        }
    }

    /// Returns its name in a request.
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::WebsiteRedirect => "x-amz-website-redirect-location",
            header => header.name(),
        }
    }

    /// Returns its value.
    pub fn of(self, attributes: &Attributes) -> Option<&str> {
        match self {
            Self::ContentType => attributes.content_type.as_deref(),
            Self::CacheControl => attributes.cache_control.as_deref(),
            Self::ContentDisposition => attributes.content_disposition.as_deref(),
            Self::ContentEncoding => attributes.content_encoding.as_deref(),
            Self::ContentLanguage => attributes.content_language.as_deref(),
            Self::Expires => attributes.expires.as_deref(),
            Self::WebsiteRedirect => attributes.website_redirect.as_deref(),
        }
    }

    fn set(self, attributes: &mut Attributes, value: Option<String>) {
        let slot = match self {
            Self::ContentType => &mut attributes.content_type,
            Self::CacheControl => &mut attributes.cache_control,
            Self::ContentDisposition => &mut attributes.content_disposition,
            Self::ContentEncoding => &mut attributes.content_encoding,
            Self::ContentLanguage => &mut attributes.content_language,
            Self::Expires => &mut attributes.expires,
            Self::WebsiteRedirect => &mut attributes.website_redirect,
        };
        *slot = value;
    }
}

/// What becomes of user metadata, or of tags.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PairsChange {
    /// Whether nothing stays of what is there.
    pub clears: bool,
    /// The names that go.
    pub removes: Vec<String>,
    /// What is added, or gets another value.
    pub sets: Vec<(String, String)>,
}

impl PairsChange {
    /// Returns whether it leaves everything as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn applied(&self, standing: &[(String, String)]) -> Vec<(String, String)> {
        let stays = |(name, _): &&(String, String)| !self.clears && !self.removes.contains(name);
        let kept: Vec<_> = standing.iter().filter(stays).cloned().collect();
        pairs_over(&self.sets, &kept)
    }

    fn check(&self, what: &str) -> Result<(), String> {
        match self.sets.iter().find(|(name, _)| self.removes.contains(name)) {
            Some((name, _)) => Err(format!("{what} is both given and removed: {name}")),
            None => Ok(()),
        }
    }
}

/// The media type of all names that match a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeRule {
    /// Which names it is about.
    pub takes: Filter,
    /// Their type.
    pub content_type: String,
}

/// What is to become of objects. What is not mentioned stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Change {
    /// Headers and what they become; nothing takes one away.
    pub headers: Vec<(Header, Option<String>)>,
    /// Media types by name, over the header; the last one that matches decides.
    pub types: Vec<TypeRule>,
    /// User metadata.
    pub metadata: PairsChange,
    /// Tags.
    pub tags: PairsChange,
    /// The storage class.
    pub storage_class: Option<StorageClass>,
    /// The encryption. Without a key, that of Amazon for S3.
    pub encryption: Option<Encryption>,
    /// The ACL. Written out, its owner keeps full control even if that is not among the grants.
    pub acl: Option<WrittenAcl>,
}

impl Change {
    /// Checks what can be told before any object is looked at.
    pub fn check(&self) -> Result<(), String> {
        if *self == Self::default() {
            return Err("nothing is to change".to_owned());
        }
        if self.headers.iter().any(|(header, value)| *header == Header::ContentType && value.is_none()) {
            return Err("an object always has a Content-Type; give it another".to_owned());
        }
        attributes::metadata(self.metadata.sets.clone())?;
        attributes::tags(self.tags.sets.clone())?;
        self.metadata.check("metadata")?;
        self.tags.check("a tag")?;
        if let Some(class) = self.storage_class.filter(|class| PLACE_CLASSES.contains(class)) {
            return Err(format!("{} is a class of its own kind of bucket, and no object is put into it", class.name()));
        }
        match &self.encryption {
            Some(own) if own.algorithm == "AES256" && (own.key.is_some() || own.has_bucket_key) => {
                Err("a KMS key and a bucket key go with aws:kms or aws:kms:dsse".to_owned())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
