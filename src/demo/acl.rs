//! Access control lists: canned or written out, whom they let in, and what a document of them looks like.

use s3s::dto::{self, Grant, Grantee, Permission, Type};
use s3s::{S3Result, s3_error};

use crate::demo::account::Account;
use crate::model::access::acl::{self, ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY};

/// Whom a grant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// One account.
    Account(Account),
    /// Everyone.
    AllUsers,
    /// Everyone with an account of any kind.
    AuthenticatedUsers,
    /// The service that writes access logs.
    LogDelivery,
}

/// What a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Read,
    Write,
    ReadAcp,
    WriteAcp,
    FullControl,
}

/// An access control list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// Whose thing it is.
    pub owner: Account,
    /// The grants, the owner's among them.
    pub grants: Vec<(Who, Right)>,
}

/// The grants that headers of a request name.
#[derive(Debug, Default)]
pub struct Headers<'a> {
    pub canned: Option<&'a str>,
    pub full_control: Option<&'a str>,
    pub read: Option<&'a str>,
    pub write: Option<&'a str>,
    pub read_acp: Option<&'a str>,
    pub write_acp: Option<&'a str>,
}

impl Headers<'_> {
    /// Returns whether the request names no ACL at all.
    pub fn is_empty(&self) -> bool {
        self.canned.is_none() && self.grants().iter().all(|(_, value)| value.is_none())
    }

    fn grants(&self) -> [(Right, Option<&str>); 5] {
        [
            (Right::FullControl, self.full_control),
            (Right::Read, self.read),
            (Right::Write, self.write),
            (Right::ReadAcp, self.read_acp),
            (Right::WriteAcp, self.write_acp),
        ]
    }
}

impl Acl {
    /// The list that lets in the owner alone.
    pub fn private(owner: Account) -> Self {
        Self { owner, grants: vec![(Who::Account(owner), Right::FullControl)] }
    }

    /// Returns the list that the headers of a request ask for.
    pub fn from_headers(headers: &Headers<'_>, owner: Account, bucket_owner: Account) -> S3Result<Self> {
        let mut acl = Self::private(owner);
        if let Some(canned) = headers.canned {
            acl.grants.extend(canned_grants(canned, bucket_owner)?);
            acl.grants.dedup();
            return Ok(acl);
        }
        let mut named = Vec::new();
        for (right, value) in headers.grants() {
            for grantee in value.unwrap_or_default().split(',').filter(|grantee| !grantee.trim().is_empty()) {
                named.push((parse_grantee(grantee)?, right));
            }
        }
        if !named.is_empty() {
            acl.grants = named;
        }
        Ok(acl)
    }

    /// Returns the list that a document writes out.
    pub fn from_document(document: &dto::AccessControlPolicy, owner: Account) -> S3Result<Self> {
        let mut grants = Vec::new();
        for grant in document.grants.iter().flatten() {
            let (Some(grantee), Some(right)) = (&grant.grantee, &grant.permission) else { return Err(malformed()) };
            grants.push((parse_who(grantee)?, Right::parse(right.as_str()).ok_or_else(malformed)?));
        }
        Ok(Self { owner, grants })
    }

    /// Returns the list as the rules of access know it.
    pub fn to_model(&self) -> acl::Acl {
        let grantee = |who: Who| match who {
            Who::Account(account) => {
                let (id, name) = (account.canonical_id().to_owned(), account.name().to_owned());
                acl::Grantee::Account { id, name: Some(name) }
            }
            Who::AllUsers => acl::Grantee::Group(acl::ALL_USERS.to_owned()),
            Who::AuthenticatedUsers => acl::Grantee::Group(acl::AUTHENTICATED_USERS.to_owned()),
            Who::LogDelivery => acl::Grantee::Group(acl::LOG_DELIVERY.to_owned()),
        };
        let grant =
            |&(who, right): &(Who, Right)| acl::Grant { grantee: grantee(who), permission: right.name().to_owned() };
        let owner = Some(self.owner.canonical_id().to_owned());
        acl::Acl { owner, grants: self.grants.iter().map(grant).collect() }
    }

    /// Returns the grants as a document.
    pub fn to_grants(&self) -> Vec<Grant> {
        self.grants
            .iter()
            .map(|&(who, right)| Grant {
                grantee: Some(to_grantee(who)),
                permission: Some(Permission::from_static(right.name())),
            })
            .collect()
    }
}

impl Right {
    const ALL: [Self; 5] = [Self::Read, Self::Write, Self::ReadAcp, Self::WriteAcp, Self::FullControl];

    fn name(self) -> &'static str {
        match self {
            Self::Read => Permission::READ,
            Self::Write => Permission::WRITE,
            Self::ReadAcp => Permission::READ_ACP,
            Self::WriteAcp => Permission::WRITE_ACP,
            Self::FullControl => Permission::FULL_CONTROL,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }
}

/// Returns what a canned ACL adds to the owner's full control (Amazon S3 User Guide, "Canned ACL").
fn canned_grants(name: &str, bucket_owner: Account) -> S3Result<Vec<(Who, Right)>> {
    Ok(match name {
        "private" | "aws-exec-read" => vec![],
        "public-read" => vec![(Who::AllUsers, Right::Read)],
        "public-read-write" => vec![(Who::AllUsers, Right::Read), (Who::AllUsers, Right::Write)],
        "authenticated-read" => vec![(Who::AuthenticatedUsers, Right::Read)],
        "bucket-owner-read" => vec![(Who::Account(bucket_owner), Right::Read)],
        "bucket-owner-full-control" => vec![(Who::Account(bucket_owner), Right::FullControl)],
        "log-delivery-write" => vec![(Who::LogDelivery, Right::Write), (Who::LogDelivery, Right::ReadAcp)],
        _ => return Err(s3_error!(InvalidArgument, "Argument format not recognized")),
    })
}

/// Reads a grantee of a header: `id=…` or `uri=…`, quoted or not.
fn parse_grantee(text: &str) -> S3Result<Who> {
    let (kind, value) = text.trim().split_once('=').ok_or_else(malformed)?;
    let value = value.trim().trim_matches('"');
    let who = match kind.trim() {
        "id" => Account::with_canonical_id(value).map(Who::Account),
        "uri" => group(value),
        _ => return Err(s3_error!(NotImplemented, "Grants by email address are not implemented")),
    };
    who.ok_or_else(|| s3_error!(InvalidArgument, "Invalid id"))
}

fn parse_who(grantee: &Grantee) -> S3Result<Who> {
    let who = match (&grantee.id, &grantee.uri) {
        (Some(id), _) => Account::with_canonical_id(id).map(Who::Account),
        (None, Some(uri)) => group(uri),
        (None, None) => return Err(s3_error!(NotImplemented, "Grants by email address are not implemented")),
    };
    who.ok_or_else(|| s3_error!(InvalidArgument, "Invalid id"))
}

fn group(uri: &str) -> Option<Who> {
    match uri {
        ALL_USERS => Some(Who::AllUsers),
        AUTHENTICATED_USERS => Some(Who::AuthenticatedUsers),
        LOG_DELIVERY => Some(Who::LogDelivery),
        _ => None,
    }
}

fn to_grantee(who: Who) -> Grantee {
    let (id, uri) = match who {
        Who::Account(account) => (Some(account), None),
        Who::AllUsers => (None, Some(ALL_USERS)),
        Who::AuthenticatedUsers => (None, Some(AUTHENTICATED_USERS)),
        Who::LogDelivery => (None, Some(LOG_DELIVERY)),
    };
    Grantee {
        display_name: id.map(|account| account.name().to_owned()),
        email_address: None,
        id: id.map(|account| account.canonical_id().to_owned()),
        type_: Type::from_static(if id.is_some() { Type::CANONICAL_USER } else { Type::GROUP }),
        uri: uri.map(str::to_owned),
    }
}

fn malformed() -> s3s::S3Error {
    s3_error!(MalformedACLError, "The XML you provided was not well-formed or did not validate")
}
