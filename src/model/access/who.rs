//! Who asks: callers, their accounts, and the ARNs that name them.

use std::fmt;

use super::truth::Truth;

/// An account, as far as it is known: policies name it by number, ACLs by canonical user ID.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The twelve digits.
    pub number: Option<String>,
    /// The canonical user ID.
    pub canonical: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody whose request is not signed.
    Anonymous,
    /// Somebody of any account of the world, whose own account lets them do all they ask.
    AnyUser,
    /// An account: its root user, or somebody in it.
    Account(Account),
    /// A user or role, or a session of one.
    Principal(Principal),
    /// An AWS service, by its name: `cloudfront.amazonaws.com`.
    Service(String),
    /// Whoever signed in through an identity provider.
    Federated(String),
    /// Whoever asks here, where the server does not say who that is.
    Unnamed,
}

/// A user or role, or a session of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The ARN.
    pub arn: String,
    /// Its account.
    pub account: Account,
    /// What it is.
    pub kind: Kind,
}

/// What a principal is, by its name without path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An IAM user.
    User(String),
    /// A role: any session of it.
    Role(String),
    /// A session of a role.
    Session {
        /// The role.
        role: String,
        /// The session.
        name: String,
    },
    /// A session of `GetFederationToken`.
    FederatedUser(String),
}

impl Account {
    /// Returns the account that a number or a canonical user ID names; nothing if the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if is_number(text) {
            return Some(Self::numbered(text));
        }
        is_canonical(text).then(|| Self::canonical(text))
    }

    /// Returns the account with a number.
    pub fn numbered(number: impl Into<String>) -> Self {
        Self { number: Some(number.into()), canonical: None }
    }

    /// Returns the account with a canonical user ID. Servers of other make have IDs of any form.
    pub fn canonical(id: impl Into<String>) -> Self {
        let id = id.into();
        if is_number(&id) { Self::numbered(id) } else { Self { number: None, canonical: Some(id) } }
    }

    /// Returns whether both are one account. That of which nothing is known is the owner's.
    pub fn is(&self, other: &Self) -> Truth {
        if self == other {
            return Truth::Yes;
        }
        let same = |one: &Option<String>, other: &Option<String>| Some(one.as_ref()? == other.as_ref()?);
        match same(&self.number, &other.number).or_else(|| same(&self.canonical, &other.canonical)) {
            Some(is_same) => is_same.into(),
            None => Truth::Depends(format!("{self} is {other}")),
        }
    }

    /// Returns the account with all that is known of it, if the other is surely the same.
    #[must_use]
    pub fn completed_by(self, other: &Self) -> Self {
        match self.is(other) {
            Truth::Yes => Self {
                number: self.number.or_else(|| other.number.clone()),
                canonical: self.canonical.or_else(|| other.canonical.clone()),
            },
            _ => self,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.number, &self.canonical) {
            (Some(number), _) => write!(f, "account {number}"),
            (None, Some(id)) => write!(f, "the account with the canonical user ID {id}"),
            (None, None) => f.write_str("the owner's account"),
        }
    }
}

impl Who {
    /// Reads who is meant: `anonymous`, `any-aws-user`, an account, an ARN, `service:NAME`, `federated:NAME`, or
    /// `canonical:ID` for an ID that does not look like one of Amazon's.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':').filter(|(_, name)| !name.is_empty()) {
            Some(("service", name)) => return Ok(Self::Service(name.to_owned())),
            Some(("federated", name)) => return Ok(Self::Federated(name.to_owned())),
            Some(("canonical", id)) => return Ok(Self::Account(Account::canonical(id))),
            _ => {}
        }
        match text {
            "anonymous" => Ok(Self::Anonymous),
            "any-aws-user" => Ok(Self::AnyUser),
            _ => Account::parse(text).map(Self::Account).or_else(|| Self::of_arn(text)).ok_or_else(|| {
                format!(
                    "{text} is nobody: write anonymous, any-aws-user, an account of twelve digits, the ARN of a user or \
                     role, or service:NAME"
                )
            }),
        }
    }

    /// Returns whom an ARN names: `…:root` is the account.
    pub fn of_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, "", number, rest] = parts.as_slice() else { return None };
        if !partition.starts_with("aws") || arn.contains(['*', '?']) {
            return None;
        }
        // A service's own: an origin access identity (Amazon CloudFront Developer Guide, "Use an origin access identity").
        if (*service, *number) == ("iam", "cloudfront") {
            return Some(Self::Service(arn.to_owned()));
        }
        if let Some(id) = ceph_user(service, number, rest) {
            return Some(Self::Account(Account::canonical(id)));
        }
        if !is_number(number) {
            return None;
        }
        let account = Account::numbered(*number);
        if (*service, *rest) == ("iam", "root") {
            return Some(Self::Account(account));
        }
        let (what, path) = rest.split_once('/')?;
        let name = path.rsplit('/').next().filter(|name| !name.is_empty())?.to_owned();
        let kind = match (*service, what) {
            ("iam", "user") => Kind::User(name),
            ("iam", "role") => Kind::Role(name),
            ("sts", "assumed-role") => {
                let (role, name) = path.split_once('/').filter(|(role, name)| !role.is_empty() && !name.is_empty())?;
                Kind::Session { role: role.to_owned(), name: name.to_owned() }
            }
            ("sts", "federated-user") => Kind::FederatedUser(name),
            _ => return None,
        };
        Some(Self::Principal(Principal { arn: arn.to_owned(), account, kind }))
    }

    /// Returns the account that the caller belongs to.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) | Self::Principal(Principal { account, .. }) => Some(account),
            Self::Anonymous | Self::AnyUser | Self::Service(_) | Self::Federated(_) | Self::Unnamed => None,
        }
    }

    /// Returns the caller, with all that is known of its account if that is the owner's.
    #[must_use]
    pub fn completed_by(self, owner: &Account) -> Self {
        match self {
            Self::Account(account) => Self::Account(account.completed_by(owner)),
            Self::Principal(own) => Self::Principal(Principal { account: own.account.completed_by(owner), ..own }),
            other => other,
        }
    }

    /// Returns the caller as it can be asked for.
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::AnyUser => "any-aws-user".to_owned(),
            Self::Account(Account { number: Some(number), .. }) => number.clone(),
            Self::Account(Account { canonical: Some(id), .. }) if is_canonical(id) => id.clone(),
            Self::Account(Account { canonical: Some(id), .. }) => format!("canonical:{id}"),
            Self::Account(_) => "owner".to_owned(),
            Self::Principal(principal) => principal.arn.clone(),
            Self::Service(name) => format!("service:{name}"),
            Self::Federated(name) => format!("federated:{name}"),
            Self::Unnamed => "this-caller".to_owned(),
        }
    }
}

impl Principal {
    /// Returns the ARN of the role that a session is of, as far as the session tells it: without its path.
    pub fn role_arn(&self) -> Option<String> {
        let Kind::Session { role, .. } = &self.kind else { return None };
        let partition = self.arn.split(':').nth(1)?;
        Some(format!("arn:{partition}:iam::{}:role/{role}", self.account.number.as_deref()?))
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous callers"),
            Self::AnyUser => f.write_str("any AWS user"),
            Self::Account(account) => account.fmt(f),
            Self::Principal(principal) => f.write_str(&principal.arn),
            Self::Service(name) => write!(f, "the service {name}"),
            Self::Federated(name) => write!(f, "whoever signed in through {name}"),
            Self::Unnamed => f.write_str("this caller"),
        }
    }
}

/// Returns the ID of a user of Ceph's gateway, who is an account of their own there (Ceph Object Gateway, "Bucket
/// Policies": `arn:aws:iam::TENANT:user/ID`).
fn ceph_user(service: &str, tenant: &str, rest: &str) -> Option<String> {
    let id = rest.strip_prefix("user/").filter(|id| service == "iam" && !id.is_empty())?;
    let is_amazons = tenant.bytes().all(|byte| byte.is_ascii_digit()) && !tenant.is_empty();
    match tenant {
        "" => Some(id.to_owned()),
        _ if is_amazons => None,
        tenant => Some(format!("{tenant}${id}")),
    }
}

/// Returns whether a text looks like a canonical user ID of Amazon's.
pub fn is_canonical(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>, "IAM ARNs".
    #[test]
    fn every_form_of_a_caller_is_read_and_named_again() {
        for text in [
            "anonymous",
            "any-aws-user",
            "111122223333",
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
            "arn:aws:iam::111122223333:user/division/alice",
            "arn:aws-cn:iam::111122223333:role/app",
            "arn:aws:sts::111122223333:assumed-role/app/one@example.com",
            "arn:aws:sts::111122223333:federated-user/bob",
            "service:cloudfront.amazonaws.com",
            "canonical:tenant$user",
            "federated:cognito-identity.amazonaws.com",
        ] {
            assert_eq!(Who::parse(text).unwrap().name(), text);
        }
        assert_eq!(Who::of_arn("arn:aws:iam:::user/one").unwrap().name(), "canonical:one");
        assert_eq!(Who::of_arn("arn:aws:iam::acme:user/one").unwrap().name(), "canonical:acme$one");
        let root = Who::parse("arn:aws:iam::111122223333:root").unwrap();
        assert_eq!(root, Who::Account(Account::numbered("111122223333")));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in [
            "",
            "alice",
            "11112222333",
            "service:",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::1:user/alice",
            "arn:aws:s3:::bucket",
            "arn:aws:sts::111122223333:assumed-role/app",
            "arn:aws:iam::111122223333:group/all",
        ] {
            assert!(Who::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn two_names_of_accounts_are_compared_only_where_both_are_known() {
        let (one, other) = (Account::numbered("111122223333"), Account::numbered("444455556666"));
        let id = Account::canonical("c1da");
        assert_eq!((one.is(&one), one.is(&other)), (Truth::Yes, Truth::No));
        assert!(matches!(one.is(&id), Truth::Depends(_)));
        let both = Account { canonical: id.canonical.clone(), ..one.clone() };
        assert_eq!(id.completed_by(&both), both);
        assert_eq!(other.clone().completed_by(&both), other);
    }
}
