//! Access control lists: whom they grant what.
//!
//! Rules: Amazon S3 User Guide, "Access control list (ACL) overview".

use serde::{Deserialize, Serialize};

use super::truth::Truth;
use super::who::{Account, Who};

/// The group of everyone, signed or not.
pub const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
/// The group of every AWS account of the world.
pub const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
/// The group that delivers server access logs.
pub const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/// The service that the group of log delivery stands for.
const LOGGING: &str = "logging.s3.amazonaws.com";

/// An access control list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acl {
    /// The canonical user ID of whom the bucket or object belongs to.
    pub owner: Option<String>,
    /// The grants, the owner's among them.
    pub grants: Vec<Grant>,
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// To whom.
    pub grantee: Grantee,
    /// What, in Amazon's word: `READ`, `FULL_CONTROL`.
    pub permission: String,
}

/// Whom a grant is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grantee {
    /// An account.
    Account {
        /// The canonical user ID.
        id: String,
        /// The name that the server shows for it.
        name: Option<String>,
    },
    /// A group, by its address.
    Group(String),
    /// An account by its email address.
    Email(String),
    /// Somebody that the server does not name.
    Unnamed,
}

/// What a grant may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// `READ`: list a bucket, read an object.
    Read,
    /// `WRITE`: create objects in a bucket.
    Write,
    /// `READ_ACP`.
    ReadAcp,
    /// `WRITE_ACP`.
    WriteAcp,
}

impl Acl {
    /// Returns whether it grants anything to strangers: what Amazon calls a public ACL.
    pub fn is_public(&self) -> bool {
        self.grants.iter().any(Grant::is_public)
    }

    /// Returns the accounts that it names.
    pub fn accounts(&self) -> impl Iterator<Item = Account> {
        let granted = self.grants.iter().filter_map(|grant| match &grant.grantee {
            Grantee::Account { id, .. } => Some(id),
            _ => None,
        });
        self.owner.iter().chain(granted).map(Account::canonical)
    }
}

impl Grant {
    /// Returns whether it grants to everyone, or to every AWS user, which is as good as everyone.
    pub fn is_public(&self) -> bool {
        matches!(&self.grantee, Grantee::Group(uri) if uri == ALL_USERS || uri == AUTHENTICATED_USERS)
    }

    /// Returns whether it grants a right. `WRITE` of an object's ACL does nothing, and nothing asks for it.
    pub fn gives(&self, right: Right) -> bool {
        self.permission == "FULL_CONTROL" || self.permission == right.name()
    }

    /// Returns the address of the group, if it is for one.
    pub fn group(&self) -> Option<&str> {
        match &self.grantee {
            Grantee::Group(uri) => Some(uri),
            _ => None,
        }
    }

    /// Returns for whom it is, as it is shown: a display name, an ID, an address, or a group.
    pub fn label(&self) -> &str {
        match &self.grantee {
            Grantee::Account { id, name } => name.as_deref().unwrap_or(id),
            Grantee::Group(uri) => uri.rsplit('/').next().unwrap_or(uri),
            Grantee::Email(address) => address,
            Grantee::Unnamed => "unknown",
        }
    }

    /// Returns for whom it is, as a header of a write takes it: `id="…"`, `uri="…"`.
    pub fn header(&self) -> String {
        match &self.grantee {
            Grantee::Account { id, .. } => format!("id=\"{id}\""),
            Grantee::Group(uri) => format!("uri=\"{uri}\""),
            Grantee::Email(address) => format!("emailAddress=\"{address}\""),
            Grantee::Unnamed => String::new(),
        }
    }

    /// Returns whether it is for a caller.
    pub fn means(&self, who: &Who) -> Truth {
        match (&self.grantee, who) {
            (Grantee::Group(uri), _) if uri == ALL_USERS => Truth::Yes,
            (Grantee::Group(uri), who) if uri == AUTHENTICATED_USERS => {
                (!matches!(who, Who::Anonymous | Who::Service(_))).into()
            }
            (Grantee::Group(uri), Who::Service(name)) => (uri == LOG_DELIVERY && name == LOGGING).into(),
            (Grantee::Account { id, .. }, who) => who.account().map_or(Truth::No, |own| Account::canonical(id).is(own)),
            (Grantee::Email(address), who) if who.account().is_some() => {
                Truth::Depends(format!("{address} is the address of its account"))
            }
            _ => Truth::No,
        }
    }
}

impl Right {
    /// Returns Amazon's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadAcp => "READ_ACP",
            Self::WriteAcp => "WRITE_ACP",
        }
    }
}

/// Returns whether two lists grant the same on an object, whatever their order and the names that are shown for accounts. `WRITE` of an
/// object means nothing, and no header of a write takes it.
pub fn is_same_on_object(one: &[Grant], other: &[Grant]) -> bool {
    let words = |grants: &[Grant]| {
        let mut words: Vec<_> = grants
            .iter()
            .filter(|grant| grant.permission != "WRITE")
            .map(|grant| (grant.permission.clone(), grant.header()))
            .collect();
        words.sort();
        words.dedup();
        words
    };
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(grantee: Grantee, permission: &str) -> Grant {
        Grant { grantee, permission: permission.to_owned() }
    }

    fn group(uri: &str) -> Grant {
        grant(Grantee::Group(uri.to_owned()), "READ")
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups>
    #[test]
    fn the_groups_mean_whom_amazon_says() {
        let who = |text: &str| Who::parse(text).unwrap();
        assert_eq!(group(ALL_USERS).means(&Who::Anonymous), Truth::Yes);
        assert_eq!(group(AUTHENTICATED_USERS).means(&Who::Anonymous), Truth::No);
        assert_eq!(group(AUTHENTICATED_USERS).means(&Who::AnyUser), Truth::Yes);
        assert_eq!(group(AUTHENTICATED_USERS).means(&who("444455556666")), Truth::Yes);
        assert_eq!(group(LOG_DELIVERY).means(&Who::AnyUser), Truth::No);
        assert_eq!(group(LOG_DELIVERY).means(&who("service:logging.s3.amazonaws.com")), Truth::Yes);
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, "The meaning of
    /// 'public'", "ACLs".
    #[test]
    fn a_grant_of_any_kind_to_strangers_is_public_and_one_for_log_delivery_is_not() {
        let acl = |grant| Acl { owner: None, grants: vec![grant] };
        assert!(acl(grant(Grantee::Group(AUTHENTICATED_USERS.to_owned()), "READ_ACP")).is_public());
        assert!(acl(group(ALL_USERS)).is_public() && !acl(group(LOG_DELIVERY)).is_public());
        assert!(!acl(grant(Grantee::Account { id: "c1da".to_owned(), name: None }, "FULL_CONTROL")).is_public());
    }

    #[test]
    fn a_canonical_id_is_an_account_only_where_that_is_known() {
        let to = grant(Grantee::Account { id: "c1da".to_owned(), name: None }, "READ");
        let both = Account { number: Some("444455556666".to_owned()), canonical: Some("c1da".to_owned()) };
        assert_eq!(to.means(&Who::Account(both)), Truth::Yes);
        assert!(matches!(to.means(&Who::parse("444455556666").unwrap()), Truth::Depends(_)));
        assert_eq!((to.means(&Who::Anonymous), to.means(&Who::AnyUser)), (Truth::No, Truth::No));
        assert!(to.gives(Right::Read) && !to.gives(Right::Write));
    }
}
