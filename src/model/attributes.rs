//! What an object has beside its bytes and is written with: metadata, tags, ACL, encryption; and Amazon's rules for them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::access::acl::Grant;

/// The most user metadata of one object, names and values together, in bytes (Amazon S3 User Guide, "User-defined object
/// metadata").
pub const MAX_METADATA_BYTES: usize = 2 * 1024;

/// The most tags of one object, and the most characters of their keys and values (Amazon S3 User Guide, "Categorizing
/// your storage using tags").
pub const MAX_TAGS: usize = 10;
const MAX_TAG_KEY: usize = 128;
const MAX_TAG_VALUE: usize = 256;

/// The characters of tags besides letters, digits and spaces (the same page).
const TAG_SIGNS: &str = "+-=._:/@";

/// The characters of a header's name besides letters and digits (RFC 9110, 5.6.2).
const TOKEN_SIGNS: &str = "!#$%&'*+-.^_`|~";

/// What is written with an object and comes back with it: system and user metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attributes {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Expires`, as it stands.
    pub expires: Option<String>,
    /// `x-amz-website-redirect-location`.
    pub website_redirect: Option<String>,
    /// User metadata without `x-amz-meta-`, sorted by name.
    pub user: Vec<(String, String)>,
}

impl Attributes {
    /// Returns these over others: what is not given here is as it is there, user metadata name by name.
    #[must_use]
    pub fn over(&self, others: &Self) -> Self {
        let first = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        Self {
            content_type: first(&self.content_type, &others.content_type),
            cache_control: first(&self.cache_control, &others.cache_control),
            content_disposition: first(&self.content_disposition, &others.content_disposition),
            content_encoding: first(&self.content_encoding, &others.content_encoding),
            content_language: first(&self.content_language, &others.content_language),
            expires: first(&self.expires, &others.expires),
            website_redirect: first(&self.website_redirect, &others.website_redirect),
            user: pairs_over(&self.user, &others.user),
        }
    }
}

/// Returns pairs over others, name by name and sorted.
pub fn pairs_over(own: &[(String, String)], others: &[(String, String)]) -> Vec<(String, String)> {
    let is_kept = |other: &&(String, String)| own.iter().all(|(name, _)| *name != other.0);
    let mut all: Vec<_> = own.iter().chain(others.iter().filter(is_kept)).cloned().collect();
    all.sort();
    all
}

/// How an object is encrypted at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// Amazon's name: `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// The KMS key, if it is encrypted with one.
    pub key: Option<String>,
    /// Whether a bucket key saves calls to KMS.
    pub has_bucket_key: bool,
}

impl Encryption {
    /// All that Amazon offers without a key of the customer's own.
    pub const ALGORITHMS: [&str; 3] = ["AES256", "aws:kms", "aws:kms:dsse"];
}

/// Amazon's ready-made ACLs of objects (Amazon S3 User Guide, "Access control list (ACL) overview", canned ACL).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CannedAcl {
    /// The owner's alone.
    Private,
    /// Everybody may read.
    PublicRead,
    /// Everybody may read and write.
    PublicReadWrite,
    /// Every AWS user may read.
    AuthenticatedRead,
    /// Amazon EC2 may read, for an image.
    AwsExecRead,
    /// The bucket's owner may read.
    BucketOwnerRead,
    /// The bucket's owner may do all.
    BucketOwnerFullControl,
}

impl CannedAcl {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Private,
        Self::PublicRead,
        Self::PublicReadWrite,
        Self::AuthenticatedRead,
        Self::AwsExecRead,
        Self::BucketOwnerRead,
        Self::BucketOwnerFullControl,
    ];

    /// Returns Amazon's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::PublicReadWrite => "public-read-write",
            Self::AuthenticatedRead => "authenticated-read",
            Self::AwsExecRead => "aws-exec-read",
            Self::BucketOwnerRead => "bucket-owner-read",
            Self::BucketOwnerFullControl => "bucket-owner-full-control",
        }
    }
}

impl FromStr for CannedAcl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|acl| acl.name() == text);
        found.ok_or_else(|| format!("there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// An ACL as it is written: all of it, and nothing stays of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrittenAcl {
    /// By Amazon's name for it.
    Canned(CannedAcl),
    /// By its grants, the owner's among them.
    Grants(Vec<Grant>),
}

/// What somebody gives to objects that are written. What is not given, a copy takes from its source and an upload from
/// its file's name and its bucket's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Given {
    /// System and user metadata.
    pub attributes: Attributes,
    /// Tags, sorted by key.
    pub tags: Vec<(String, String)>,
    /// The ACL; the owner's alone if not given.
    pub acl: Option<CannedAcl>,
    /// The encryption.
    pub encryption: Option<Encryption>,
    /// Whether they are files of a website, each with the headers that its name asks for.
    #[serde(default)]
    pub is_site: bool,
}

/// Reads a pair as it is given on a command line: `key=value`. A value may hold further equals signs.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write key=value")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Checks the value of a header: what it may not hold would be lost or changed on its way.
pub fn check_header(value: &str) -> Result<(), String> {
    if value.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
        return Err("a header carries printable ASCII only".to_owned());
    }
    if value.trim() != value {
        return Err("a header loses the spaces at its ends".to_owned());
    }
    Ok(())
}

/// Checks one pair of user metadata, and returns it as Amazon keeps it: names in small letters.
pub fn metadata_pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = pair(text)?;
    let is_token = |c: char| c.is_ascii_alphanumeric() || TOKEN_SIGNS.contains(c);
    if key.is_empty() || !key.chars().all(is_token) {
        return Err(format!("the name of metadata has letters, digits and {TOKEN_SIGNS} only"));
    }
    if key.to_ascii_lowercase().starts_with("x-amz-") {
        return Err("names of metadata are given without x-amz-meta-".to_owned());
    }
    check_header(&value)?;
    Ok((key.to_ascii_lowercase(), value))
}

/// Checks all user metadata of an object together, and sorts it.
pub fn metadata(mut pairs: Vec<(String, String)>) -> Result<Vec<(String, String)>, String> {
    let bytes: usize = pairs.iter().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > MAX_METADATA_BYTES {
        return Err(format!("metadata has {bytes} bytes, names and values together; S3 takes {MAX_METADATA_BYTES}"));
    }
    pairs.sort();
    once_each(&pairs, "metadata")?;
    Ok(pairs)
}

/// Checks one tag.
pub fn tag_pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = pair(text)?;
    let is_fine = |c: char| c.is_alphanumeric() || c == ' ' || TAG_SIGNS.contains(c);
    if key.is_empty() || key.chars().count() > MAX_TAG_KEY || value.chars().count() > MAX_TAG_VALUE {
        return Err(format!("a tag's key has 1 to {MAX_TAG_KEY} characters, its value {MAX_TAG_VALUE} at most"));
    }
    if !key.chars().chain(value.chars()).all(is_fine) {
        return Err(format!("a tag has letters, digits, spaces and {TAG_SIGNS} only"));
    }
    if key.starts_with("aws:") {
        return Err("keys that begin with aws: are Amazon's own".to_owned());
    }
    Ok((key, value))
}

/// Checks all tags of an object together, and sorts them.
pub fn tags(mut pairs: Vec<(String, String)>) -> Result<Vec<(String, String)>, String> {
    if pairs.len() > MAX_TAGS {
        return Err(format!("an object has {MAX_TAGS} tags at most"));
    }
    pairs.sort();
    once_each(&pairs, "a tag")?;
    Ok(pairs)
}

/// Checks that no key of sorted pairs is given twice.
fn once_each(pairs: &[(String, String)], what: &str) -> Result<(), String> {
    let twice = pairs.iter().zip(pairs.iter().skip(1)).find(|(one, next)| one.0 == next.0);
    twice.map_or(Ok(()), |((key, _), _)| Err(format!("{what} is given twice: {key}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_not_given_is_the_sources() {
        let source = Attributes {
            content_type: Some("text/plain".to_owned()),
            cache_control: Some("no-cache".to_owned()),
            user: pairs(&[("a", "1"), ("b", "2")]),
            ..Attributes::default()
        };
        let given = Attributes {
            content_type: Some("text/csv".to_owned()),
            user: pairs(&[("b", "3"), ("c", "4")]),
            ..Attributes::default()
        };
        let both = given.over(&source);
        assert_eq!((both.content_type.as_deref(), both.cache_control.as_deref()), (Some("text/csv"), Some("no-cache")));
        assert_eq!(both.user, pairs(&[("a", "1"), ("b", "3"), ("c", "4")]));
        assert_eq!(Attributes::default().over(&source), source);
    }

    #[test]
    fn metadata_is_what_headers_carry() {
        assert_eq!(metadata_pair("Owner=a=b"), Ok(("owner".to_owned(), "a=b".to_owned())));
        assert_eq!(metadata_pair("k="), Ok(("k".to_owned(), String::new())));
        for wrong in ["owner", "=x", "a b=x", "a:b=x", "ü=x", "k=ü", "k=a\nb", "k= x", "k=\u{1b}[", "X-Amz-Meta-k=x"]
        {
            assert!(metadata_pair(wrong).is_err(), "{wrong:?}");
        }
        assert!(metadata(pairs(&[("k", &"x".repeat(2047))])).is_ok());
        assert!(metadata(pairs(&[("k", &"x".repeat(2048))])).unwrap_err().contains("2049 bytes"));
        assert!(metadata(pairs(&[("k", "1"), ("a", "1"), ("k", "2")])).unwrap_err().contains("twice: k"));
    }

    #[test]
    fn tags_keep_to_amazons_limits() {
        assert_eq!(tag_pair("team=a b+c/ü"), Ok(("team".to_owned(), "a b+c/ü".to_owned())));
        assert!(tag_pair(&format!("{}={}", "k".repeat(128), "ü".repeat(256))).is_ok());
        for wrong in ["team", "=x", "aws:x=y", "a=b;c", "a\t=b", &format!("{}=x", "k".repeat(129))] {
            assert!(tag_pair(wrong).is_err(), "{wrong:?}");
        }
        assert!(tag_pair(&format!("k={}", "v".repeat(257))).is_err());
        let many: Vec<_> = (0..11).map(|number| (number.to_string(), String::new())).collect();
        assert!(tags(many).is_err() && tags(pairs(&[("a", "1"), ("a", "2")])).is_err());
        assert_eq!(tags(pairs(&[("b", ""), ("a", "")])), Ok(pairs(&[("a", ""), ("b", "")])));
    }

    #[test]
    fn a_canned_acl_is_known_by_amazons_name() {
        assert_eq!("public-read".parse(), Ok(CannedAcl::PublicRead));
        assert!("public".parse::<CannedAcl>().unwrap_err().contains("bucket-owner-full-control"));
        assert!(CannedAcl::ALL.iter().all(|acl| acl.name().parse() == Ok(*acl)));
    }
}
