//! A change put to one object: what would become of it, line by line, and how that is written.

use std::fmt;

use super::{Change, Header};
use crate::model::access::acl::{ALL_USERS, AUTHENTICATED_USERS, Acl, Grant, Grantee, is_same_on_object};
use crate::model::attributes::{self, Attributes, CannedAcl, Encryption, WrittenAcl};

/// What an object is, as far as the change asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// System and user metadata.
    pub attributes: Attributes,
    /// Amazon's name of the class; none is `STANDARD`.
    pub storage_class: Option<String>,
    /// How it is encrypted.
    pub encryption: Option<Encryption>,
    /// Tags, where the change is about them.
    pub tags: Vec<(String, String)>,
    /// The ACL, where the change is about it.
    pub acl: Acl,
}

/// One line of what would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about, as it is shown: `Content-Type`, `metadata owner`; unfiltered.
    pub what: String,
    /// What it is now, unfiltered.
    pub was: Option<String>,
    /// What it would be, unfiltered.
    pub becomes: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &'_ Option<String>| value.as_deref().unwrap_or("(none)").to_owned();
        write!(f, "{}: {} -> {}", self.what, shown(&self.was), shown(&self.becomes))
    }
}

/// What would become of one object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Foreseen {
    /// What would change, line by line.
    pub differences: Vec<Difference>,
    /// What else would come of it, a sentence each.
    pub notes: Vec<String>,
}

/// What an object is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What it is to be; its tags and ACL count only where the change is about them.
    pub to: Standing,
    /// The ACL that is to be written, if it changes.
    pub acl: Option<WrittenAcl>,
    /// What that changes; nothing if all is so already.
    pub differences: Vec<Difference>,
    /// Whether the object has to be copied onto itself.
    pub is_rewrite: bool,
    /// Whether its tags change.
    pub has_other_tags: bool,
}

impl Change {
    /// Puts the change to an object; its name is relative to what the change is about. Fails if S3 would not take it.
    pub fn applied(&self, name: &str, standing: &Standing) -> Result<Applied, String> {
        let mut to = standing.clone();
        for (header, value) in &self.headers {
            header.set(&mut to.attributes, value.clone());
        }
        if let Some(rule) = self.types.iter().rev().find(|rule| rule.takes.takes(name)) {
            to.attributes.content_type = Some(rule.content_type.clone());
        }
        if !self.metadata.is_empty() {
            to.attributes.user = attributes::metadata(self.metadata.applied(&standing.attributes.user))?;
        }
        if !self.tags.is_empty() {
            to.tags = attributes::tags(self.tags.applied(&standing.tags))?;
        }
        if let Some(class) = self.storage_class
            && class.name() != class_of(standing)
        {
            to.storage_class = Some(class.name().to_owned());
        }
        if let Some(wanted) = self.encryption.as_ref().filter(|own| !is_so(own, standing.encryption.as_ref())) {
            to.encryption = Some(wanted.clone());
        }
        let acl = self.acl.as_ref().and_then(|acl| self::acl(acl, &mut to.acl, &standing.acl));
        let mut differences = between(standing, &to);
        let is_rewrite = !differences.is_empty();
        let tags = pair_lines("tag", &standing.tags, &to.tags);
        let has_other_tags = !tags.is_empty();
        differences.extend(tags);
        if acl.is_some() {
            differences.extend(line(
                "ACL",
                Some(grant_words(&standing.acl.grants)),
                Some(acl_words(acl.as_ref(), &to)),
            ));
        }
        Ok(Applied { to, acl, differences, is_rewrite, has_other_tags })
    }
}

/// Returns in what two states differ that only a rewrite can change.
fn between(one: &Standing, other: &Standing) -> Vec<Difference> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let headers = Header::ALL
        .into_iter()
        .filter_map(|header| line(header.name(), text(header.of(&one.attributes)), text(header.of(&other.attributes))));
    let mut lines: Vec<_> = headers.collect();
    lines.extend(pair_lines("metadata", &one.attributes.user, &other.attributes.user));
    lines.extend(line("Storage class", Some(class_of(one).to_owned()), Some(class_of(other).to_owned())));
    let words = |standing: &Standing| standing.encryption.as_ref().map(encryption_words);
    lines.extend(line("Encryption", words(one), words(other)));
    lines
}

impl Applied {
    /// Returns what of a rewrite a server has done otherwise, by what it says of the object now.
    pub fn missed(&self, now: &Standing) -> Vec<Difference> {
        let mut now = now.clone();
        // Amazon names the key in full, and the bucket may have a bucket key of its own.
        if self.to.encryption.as_ref().is_some_and(|own| is_so(own, now.encryption.as_ref())) {
            now.encryption.clone_from(&self.to.encryption);
        }
        // What was not encrypted is so by now, as everything is (Amazon S3 User Guide, "Setting default server-side
        // encryption behavior").
        if self.to.encryption.is_none() {
            now.encryption = None;
        }
        between(&now, &self.to)
    }
}

fn class_of(standing: &Standing) -> &str {
    standing.storage_class.as_deref().unwrap_or("STANDARD")
}

/// Returns whether an object is encrypted as it is wanted. A key is known by its ARN as well as by the end of it; an alias
/// is not, so it counts as another key.
fn is_so(wanted: &Encryption, standing: Option<&Encryption>) -> bool {
    standing.is_some_and(|own| {
        let is_same_key = match (&wanted.key, &own.key) {
            (None, _) => true,
            (Some(wanted), Some(own)) => own == wanted || own.ends_with(&format!(":key/{wanted}")),
            (Some(_), None) => false,
        };
        own.algorithm == wanted.algorithm && is_same_key && (own.has_bucket_key || !wanted.has_bucket_key)
    })
}

/// Returns the ACL that must be written, if it is not so already, and notes what it then is.
fn acl(wanted: &WrittenAcl, to: &mut Acl, standing: &Acl) -> Option<WrittenAcl> {
    let (written, grants) = match wanted {
        // What it comes to depends on whose the bucket is, which the object does not say.
        WrittenAcl::Canned(canned) => (wanted.clone(), canned_grants(*canned, standing)),
        WrittenAcl::Grants(grants) => {
            let mut all = grants.clone();
            let is_owners = |grant: &Grant| matches!(&grant.grantee, Grantee::Account { id, .. } if Some(id) == standing.owner.as_ref());
            if let Some(id) = standing.owner.clone()
                && !all.iter().any(|grant| is_owners(grant) && grant.permission == "FULL_CONTROL")
            {
                let grantee = Grantee::Account { id, name: None };
                all.insert(0, Grant { grantee, permission: "FULL_CONTROL".to_owned() });
            }
            (WrittenAcl::Grants(all.clone()), Some(all))
        }
    };
    match grants {
        Some(grants) if is_same_on_object(&grants, &standing.grants) => None,
        Some(grants) => {
            to.grants = grants;
            Some(written)
        }
        None => {
            to.grants = Vec::new();
            Some(written)
        }
    }
}

/// Returns what a canned ACL grants, where that is known from the object alone (Amazon S3 User Guide, "Canned ACL").
fn canned_grants(canned: CannedAcl, standing: &Acl) -> Option<Vec<Grant>> {
    let grant = |grantee: Grantee, permission: &str| Grant { grantee, permission: permission.to_owned() };
    let group = |uri: &str, permission: &str| grant(Grantee::Group(uri.to_owned()), permission);
    let owner = grant(Grantee::Account { id: standing.owner.clone()?, name: None }, "FULL_CONTROL");
    Some(match canned {
        CannedAcl::Private => vec![owner],
        CannedAcl::PublicRead => vec![owner, group(ALL_USERS, "READ")],
        CannedAcl::PublicReadWrite => vec![owner, group(ALL_USERS, "READ"), group(ALL_USERS, "WRITE")],
        CannedAcl::AuthenticatedRead => vec![owner, group(AUTHENTICATED_USERS, "READ")],
        CannedAcl::AwsExecRead | CannedAcl::BucketOwnerRead | CannedAcl::BucketOwnerFullControl => return None,
    })
}

fn acl_words(acl: Option<&WrittenAcl>, to: &Standing) -> String {
    match acl {
        Some(WrittenAcl::Canned(canned)) => canned.name().to_owned(),
        _ => grant_words(&to.acl.grants),
    }
}

fn grant_words(grants: &[Grant]) -> String {
    let words: Vec<_> = grants.iter().map(|grant| format!("{} {}", grant.label(), grant.permission)).collect();
    words.join(", ")
}

fn encryption_words(own: &Encryption) -> String {
    let key = own.key.as_ref().map(|key| format!(", key {key}")).unwrap_or_default();
    format!("{}{key}{}", own.algorithm, if own.has_bucket_key { ", bucket key" } else { "" })
}

fn line(what: &str, was: Option<String>, becomes: Option<String>) -> Option<Difference> {
    (was != becomes).then(|| Difference { what: what.to_owned(), was, becomes })
}

/// Returns in what two lists of pairs differ, by name.
fn pair_lines(what: &str, one: &[(String, String)], other: &[(String, String)]) -> Vec<Difference> {
    let value = |pairs: &[(String, String)], name: &str| {
        pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    };
    let mut names: Vec<_> = one.iter().chain(other).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter_map(|name| line(&format!("{what} {name}"), value(one, name), value(other, name))).collect()
}
