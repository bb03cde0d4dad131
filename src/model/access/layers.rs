//! The layers that decide together, as far as they could be read.

use std::sync::Arc;

use super::acl::Acl;
use super::document::Policy;
use super::truth::Truth;
use super::who::Account;
use super::word::{Fact, PublicAccessBlock};

/// What the layers of a bucket, and of one object in it, say. What is not set is [`Fact::Absent`].
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Whose bucket it is.
    pub owner: Account,
    /// The Block Public Access of the owner's account.
    pub account_block: Fact<PublicAccessBlock>,
    /// The bucket's own.
    pub bucket_block: Fact<PublicAccessBlock>,
    /// Object Ownership.
    pub ownership: Fact<ObjectOwnership>,
    /// The ACL of the bucket.
    pub bucket_acl: Fact<Acl>,
    /// The ACL of the object.
    pub object_acl: Fact<Acl>,
    /// The bucket policy.
    pub policy: Fact<Arc<Policy>>,
    /// Whether the server calls the policy public, where it says so. It counts where that cannot be computed.
    pub said_public: Option<bool>,
    /// The tags of the object.
    pub tags: Fact<Vec<(String, String)>>,
    /// How the object is kept.
    pub kept: Fact<Kept>,
    /// Whether the requester pays.
    pub requester_pays: Fact<bool>,
}

/// Whether ACLs count, and whose an object becomes (Amazon S3 User Guide, "Controlling ownership of objects and disabling
/// ACLs for your bucket").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectOwnership(pub String);

/// How an object is kept, as far as reading it depends on that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub encryption: Option<String>,
    /// Whether a key of the customer is needed.
    pub has_customer_key: bool,
    /// The storage class; the standard one has none.
    pub storage_class: Option<String>,
    /// `ARCHIVE_ACCESS` and its like, of objects in Intelligent-Tiering.
    pub archive_status: Option<String>,
    /// The state of a restore, in Amazon's words.
    pub restore: Option<String>,
}

impl ObjectOwnership {
    /// Returns whether ACLs are switched off, and the bucket's owner owns all.
    pub fn disables_acls(&self) -> bool {
        self.0 == "BucketOwnerEnforced"
    }
}

impl Kept {
    /// Returns whether KMS has to decrypt it.
    pub fn needs_kms(&self) -> bool {
        self.encryption.as_deref().is_some_and(|algorithm| algorithm.starts_with("aws:kms"))
    }

    /// Returns whether it must be restored before it can be read.
    pub fn is_archived(&self) -> bool {
        let class = self.storage_class.as_deref().unwrap_or_default();
        let is_cold = matches!(class, "GLACIER" | "DEEP_ARCHIVE") || self.archive_status.is_some();
        is_cold && !self.restore.as_deref().is_some_and(|state| state.contains("ongoing-request=\"false\""))
    }
}

impl<T> Fact<T> {
    /// Returns whether it is so; what is not set is not.
    pub fn truth(&self, is_so: impl FnOnce(&T) -> bool) -> Truth {
        match self {
            Self::Known(value) => is_so(value).into(),
            Self::Absent => Truth::No,
            Self::Unread(read) => Truth::Unknown(read.clone()),
            Self::Unasked => Truth::Unknown("it was not read yet".to_owned()),
        }
    }

    /// Returns the value, if there is one and it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

impl Layers {
    /// Returns whether ACLs are switched off.
    pub fn acls_are_disabled(&self) -> Truth {
        self.ownership.truth(ObjectOwnership::disables_acls)
    }

    /// Returns whether the object belongs to the bucket's owner. Where ACLs are switched off it always does; an object
    /// of which nothing is known is taken for one of the owner's.
    pub fn object_is_the_owners(&self) -> Truth {
        let by_acl = match &self.object_acl {
            Fact::Known(Acl { owner: Some(id), .. }) => match Account::canonical(id).is(&self.owner) {
                // The canonical user ID of the bucket's owner stands in the bucket's ACL.
                Truth::Depends(words) => match &self.bucket_acl {
                    Fact::Unread(read) => Truth::Unknown(read.clone()),
                    _ => Truth::Depends(words),
                },
                truth => truth,
            },
            acl => !acl.truth(|_| false),
        };
        self.acls_are_disabled().or(by_acl)
    }

    /// Returns the caller's view of the owner: with the canonical user ID that the bucket's ACL tells.
    #[must_use]
    pub fn with_owner_of_acl(mut self) -> Self {
        let told = self.bucket_acl.known().and_then(|acl| acl.owner.clone()).map(Account::canonical);
        if let Some(told) = told {
            self.owner.number = self.owner.number.or(told.number);
            self.owner.canonical = self.owner.canonical.or(told.canonical);
        }
        self
    }
}

#[cfg(test)]
impl Layers {
    /// A bucket whose ACLs are switched off, of which everything is known and nothing is set.
    pub fn closed(owner: Account) -> Self {
        Self {
            owner,
            account_block: Fact::Absent,
            bucket_block: Fact::Absent,
            ownership: Fact::Known(ObjectOwnership("BucketOwnerEnforced".to_owned())),
            bucket_acl: Fact::Absent,
            object_acl: Fact::Absent,
            policy: Fact::Absent,
            said_public: None,
            tags: Fact::Absent,
            kept: Fact::Absent,
            requester_pays: Fact::Absent,
        }
    }
}
