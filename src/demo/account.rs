//! The two accounts of the demo endpoint, and who a request comes from.

use s3s::auth::{Credentials, S3Auth, SecretKey};
use s3s::dto::Owner;
use s3s::{S3Result, s3_error};

use crate::model::access::who;

/// An account that owns buckets or visits those of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    /// The account that the browser opens with; it owns the sample buckets.
    Acme,
    /// A partner's account, for everything that crosses accounts.
    Partner,
}

/// Who a request comes from: an account, or anyone at all.
pub type Caller = Option<Account>;

impl Account {
    const ALL: [Self; 2] = [Self::Acme, Self::Partner];

    /// Returns the name that listings show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acme => "acme",
            Self::Partner => "partner",
        }
    }

    /// Returns the twelve digits.
    pub fn number(self) -> &'static str {
        match self {
            Self::Acme => "111122223333",
            Self::Partner => "444455556666",
        }
    }

    /// Returns the canonical user ID, as ACLs name an account.
    pub fn canonical_id(self) -> &'static str {
        match self {
            Self::Acme => "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
            Self::Partner => "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6",
        }
    }

    /// Returns the access key ID.
    pub fn access_key(self) -> &'static str {
        match self {
            Self::Acme => "AKIADEMOACME00EXAMPLE",
            Self::Partner => "AKIADEMOPARTNEREXAMPLE",
        }
    }

    /// Returns the secret, which opens nothing but this endpoint on the loopback interface.
    pub fn secret_key(self) -> &'static str {
        match self {
            Self::Acme => "demo/secret/of/acme/for/127001/EXAMPLEKEY",
            Self::Partner => "demo/secret/of/partner/for/127001/EXAMPLE",
        }
    }

    /// Returns the account as the rules of access know it.
    pub fn to_model(self) -> who::Account {
        who::Account { number: Some(self.number().to_owned()), canonical: Some(self.canonical_id().to_owned()) }
    }

    /// Returns the account as listings and ACLs name it.
    pub fn to_owner(self) -> Owner {
        Owner { display_name: Some(self.name().to_owned()), id: Some(self.canonical_id().to_owned()) }
    }

    /// Returns the account of a canonical user ID.
    pub fn with_canonical_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.canonical_id() == id)
    }

    fn with_access_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.access_key() == key)
    }
}

/// Returns who signed the request, if anyone did.
pub fn caller(credentials: Option<&Credentials>) -> Caller {
    credentials.and_then(|credentials| Account::with_access_key(&credentials.access_key))
}

/// The key ring against which signatures are checked.
pub struct Keys;

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        Account::with_access_key(access_key).map(|account| SecretKey::from(account.secret_key())).ok_or_else(|| {
            s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records.")
        })
    }
}
