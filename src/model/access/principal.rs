//! The principals that a statement names, and whether a caller is among them.
//!
//! Rules: IAM User Guide, "AWS JSON policy elements: Principal" and "… NotPrincipal".

use super::truth::Truth;
use super::who::{Account, Kind, Principal, Who};
use crate::model::json::{Fault, Node};

/// How the unique IDs of users and roles begin, which stand in a policy for what has been deleted since (IAM User Guide,
/// "IAM identifiers", "Understanding unique ID prefixes").
const UNIQUE_IDS: [&str; 6] = ["AIDA", "AROA", "AGPA", "ANPA", "ANVA", "APKA"];

/// Somebody that a statement names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `"*"` or `{"AWS": "*"}`: everyone, signed or not.
    Everyone,
    /// An account, by number, root ARN or canonical user ID.
    Account(Account),
    /// A user, a role or a session.
    Principal(Principal),
    /// A service.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// What was deleted since: nobody.
    Deleted(String),
    /// What no server accepts.
    Other(String),
}

/// The principals of a statement, or all but them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// Those that are named.
    pub named: Vec<Named>,
    /// Whether all others are meant: `NotPrincipal`.
    pub is_negated: bool,
}

/// How a statement must name a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// Anyhow.
    Any,
    /// Other than by its account, which only delegates to it.
    Direct,
}

impl Named {
    /// Reads what stands behind a kind of principal.
    fn parse(kind: &str, text: String) -> Self {
        match (kind, text.as_str()) {
            ("AWS", "*") => Self::Everyone,
            ("AWS", id) if UNIQUE_IDS.iter().any(|start| id.starts_with(start)) => Self::Deleted(text),
            ("AWS", _) => match Account::parse(&text).map(Who::Account).or_else(|| Who::of_arn(&text)) {
                Some(Who::Account(account)) => Self::Account(account),
                Some(Who::Principal(principal)) => Self::Principal(principal),
                Some(Who::Service(name)) => Self::Service(name),
                _ => Self::Other(text),
            },
            (_, "*") => Self::Other(format!("{kind}:*")),
            ("CanonicalUser", _) => Self::Account(Account::canonical(text)),
            ("Service", _) => Self::Service(text),
            _ => Self::Federated(text),
        }
    }

    /// Returns the caller that is named, if it is one that can be asked for.
    pub fn who(&self) -> Option<Who> {
        match self {
            Self::Account(account) => Some(Who::Account(account.clone())),
            Self::Principal(principal) => Some(Who::Principal(principal.clone())),
            Self::Service(name) => Some(Who::Service(name.clone())),
            Self::Federated(name) => Some(Who::Federated(name.clone())),
            Self::Everyone | Self::Deleted(_) | Self::Other(_) => None,
        }
    }

    fn means(&self, who: &Who, owner: &Account, naming: Naming) -> Truth {
        match (self, who) {
            (Self::Everyone, _) => Truth::Yes,
            (Self::Other(text), _) => Truth::Unknown(format!("{text} is no principal that S3 accepts")),
            (Self::Account(named), Who::Account(own)) => named.is(own),
            (Self::Account(named), Who::Principal(own)) if naming == Naming::Any => named.is(&own.account),
            (Self::Principal(named), Who::Principal(own)) => named.means(own),
            (Self::Principal(named), Who::Account(own)) => {
                // The owner's account stands for its root user, which no other name names.
                let is_owner = own.is(owner);
                (!is_owner).and(named.account.is(own)).and(Truth::Depends(format!("the caller is {}", named.arn)))
            }
            (Self::Service(named), Who::Service(own)) | (Self::Federated(named), Who::Federated(own)) => {
                (named == own).into()
            }
            (Self::Federated(provider), Who::Principal(own)) => own.came_through(provider),
            _ => Truth::No,
        }
    }
}

impl Principal {
    /// Returns whether this name means a caller.
    fn means(&self, own: &Self) -> Truth {
        if self.arn == own.arn {
            return Truth::Yes;
        }
        if self.account != own.account && self.account.is(&own.account).is_no() {
            return Truth::No;
        }
        match (&self.kind, &own.kind) {
            // The ARN of a session has no path, so the names of the roles decide.
            (Kind::Role(named), Kind::Session { role, .. }) => (named == role).into(),
            (Kind::Session { role, name }, Kind::Role(own)) if role == own => {
                Truth::Depends(format!("the session is named {name}"))
            }
            _ => Truth::No,
        }
    }

    /// Returns whether the session of a role was opened through an identity provider.
    fn came_through(&self, provider: &str) -> Truth {
        let account = provider.split(':').nth(4).filter(|_| provider.starts_with("arn:"));
        let is_ours = account.is_none_or(|number| self.account.number.as_deref().is_none_or(|own| own == number));
        match self.kind {
            Kind::Role(_) | Kind::Session { .. } if is_ours => {
                Truth::Depends(format!("it signed in through {provider}"))
            }
            _ => Truth::No,
        }
    }
}

impl Principals {
    /// Reads `Principal` or `NotPrincipal`.
    pub fn parse(node: &Node<'_>, is_negated: bool) -> Result<Self, Fault> {
        if node.is_text() {
            return match node.text()?.as_str() {
                "*" => Ok(Self { named: vec![Named::Everyone], is_negated }),
                _ => {
                    Err(node.fault("a principal is \"*\", or an object with AWS, Service, Federated or CanonicalUser"))
                }
            };
        }
        let mut named = Vec::new();
        for (kind, names) in node.fields()? {
            if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind.as_str()) {
                return Err(
                    names.fault(format!("{kind} is no kind of principal: AWS, Service, Federated, CanonicalUser"))
                );
            }
            for name in names.one_or_many()? {
                named.push(Named::parse(&kind, name.text()?));
            }
        }
        Ok(Self { named, is_negated })
    }

    /// Returns whether the statement speaks of a caller.
    pub fn include(&self, who: &Who, owner: &Account, naming: Naming) -> Truth {
        if self.is_negated {
            return self.leave_in(who, owner);
        }
        self.named.iter().map(|named| named.means(who, owner, naming)).fold(Truth::No, Truth::or)
    }

    /// Returns whether somebody is meant who signed in with an identity provider.
    pub fn are_federated(&self) -> bool {
        !self.is_negated && self.named.iter().any(|named| matches!(named, Named::Federated(_)))
    }

    /// Returns the names of other accounts and of whoever is in them, services left out.
    pub fn outsiders(&self, owner: &Account) -> Vec<String> {
        if self.is_negated {
            return vec!["all but a few".to_owned()];
        }
        let is_other = |account: &Account| account.is(owner) != Truth::Yes;
        let name = |named: &Named| match named {
            Named::Everyone => Some("everyone".to_owned()),
            Named::Account(account) => is_other(account).then(|| Who::Account(account.clone()).to_string()),
            Named::Principal(own) => is_other(&own.account).then(|| own.arn.clone()),
            Named::Federated(name) => Some(name.clone()),
            Named::Service(_) | Named::Deleted(_) | Named::Other(_) => None,
        };
        self.named.iter().filter_map(name).collect()
    }

    /// Returns whether everyone is meant: by `*`, or as all but a few.
    pub fn are_everyone(&self) -> bool {
        self.is_negated != self.named.contains(&Named::Everyone)
    }

    /// Returns whether `NotPrincipal` leaves a caller among those who are meant. Each of the names that a caller has
    /// must be listed: the user and the account; the session, the role and the account.
    fn leave_in(&self, who: &Who, owner: &Account) -> Truth {
        let listed =
            |who: &Who| self.named.iter().map(|named| named.means(who, owner, Naming::Any)).fold(Truth::No, Truth::or);
        let Who::Principal(own) = who else { return !listed(who) };
        if self.named.contains(&Named::Everyone) {
            return Truth::No;
        }
        let account = listed(&Who::Account(own.account.clone())) == Truth::Yes;
        let principal = |named: &Named| match named {
            Named::Principal(named) => Some(named.means(own)),
            _ => None,
        };
        let names: Vec<_> = self.named.iter().filter_map(principal).collect();
        let exact = self.named.iter().any(|named| matches!(named, Named::Principal(it) if it.arn == own.arn));
        let role = names.iter().filter(|named| **named == Truth::Yes).count() > usize::from(exact);
        let is_whole = match own.kind {
            Kind::User(_) | Kind::FederatedUser(_) => exact && account,
            Kind::Session { .. } => exact && role && account,
            // Which session asks is not said.
            Kind::Role(_) => false,
        };
        if is_whole {
            Truth::No
        } else if names.iter().all(Truth::is_no) {
            Truth::Yes
        } else {
            Truth::Depends(format!("NotPrincipal, which does not list every name of {}, means it", own.arn))
        }
    }
}
