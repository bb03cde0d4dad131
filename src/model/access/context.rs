//! What a request says of itself: the values of condition keys.
//!
//! A key that is not here is absent, which decides conditions like any value (IAM User Guide, "IAM JSON policy elements:
//! Condition operators").

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::who::{Account, Kind, Who};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Its values.
    Known(Vec<String>),
    /// The ARN of a role without its path, which the ARN of a session does not tell.
    Pathless(String),
    /// It is there, and nothing that anybody has named: what a stranger has.
    Strange,
    /// It is there, and has a value that was not said.
    Open,
    /// Whether it is there, and with which value, was not said.
    Unsaid,
    /// What would tell could not be read; the words of the read.
    Unread(String),
}

/// What any request may bring of where it comes from and goes to, and by what it is sent (IAM User Guide, "AWS global
/// condition context keys").
const OF_ORIGIN: &[&str] = &[
    "aws:RequestedRegion",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:UserAgent",
    "aws:VpcSourceIp",
];

/// What else any request may bring: its headers and parameters (Service Authorization Reference, "Condition keys for Amazon
/// S3").
const OF_REQUEST: &[&str] = &[
    "aws:Referer",
    "s3:AccessPointNetworkOrigin",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:RequestObjectTag",
    "s3:RequestObjectTagKeys",
    "s3:TlsVersion",
    "s3:delimiter",
    "s3:if-match",
    "s3:if-none-match",
    "s3:max-keys",
    "s3:prefix",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:x-amz-copy-source",
    "s3:x-amz-grant-full-control",
    "s3:x-amz-grant-read",
    "s3:x-amz-grant-read-acp",
    "s3:x-amz-grant-write",
    "s3:x-amz-grant-write-acp",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-storage-class",
    "s3:x-amz-website-redirect-location",
];

/// What only a session may bring, of how it began.
const OF_SESSION: &[&str] = &["aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:TokenIssueTime"];

/// What else only a signed request may bring.
const OF_SIGNED: &[&str] = &[
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ViaAWSService",
    "s3:authType",
    "s3:signatureAge",
    "s3:signatureversion",
];

/// What only somebody who is known may bring: no policy can mean a stranger by it.
const OF_KNOWN: &[&str] =
    &["aws:FederatedProvider", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalTag", "aws:SourceIdentity"];

/// What a service brings of whom it works for.
const OF_SERVICE: &[&str] =
    &["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceOwner"];

/// The keys of a request.
#[derive(Debug, Clone, Default)]
pub struct Context(BTreeMap<String, Value>);

impl Context {
    /// Returns whether nothing was said of the request.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a key, whose case does not count; what is set already stays.
    pub fn set_default(&mut self, key: &str, value: Value) {
        self.0.entry(key.to_lowercase()).or_insert(value);
    }

    /// Adds a value to those of a key.
    pub fn add(&mut self, key: &str, value: impl Into<String>) {
        match self.0.entry(key.to_lowercase()).or_insert_with(|| Value::Known(Vec::new())) {
            Value::Known(values) => values.push(value.into()),
            other => *other = Value::Known(vec![value.into()]),
        }
    }

    /// Returns what is known of a key; nothing if it is absent.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let key = key.to_lowercase();
        self.0.get(&key).or_else(|| {
            // A read of tags that failed leaves each of them open.
            let (family, _) = key.split_once('/')?;
            self.0.get(family)
        })
    }

    /// Adds what follows from who asks, where it was not said (IAM User Guide, "AWS global condition context keys" and
    /// "Principal key values").
    pub fn add_caller(&mut self, who: &Who, owner: &Account) {
        let known = |value: &str| Value::Known(vec![value.to_owned()]);
        match who {
            Who::Anonymous => {
                self.set_default("aws:PrincipalType", known("Anonymous"));
                self.set_default("aws:userid", known("anonymous"));
                // The page of the key: "For anonymous requests, the request context returns anonymous."
                self.set_default("aws:PrincipalAccount", known("anonymous"));
            }
            Who::AnyUser => {
                for key in ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:userid"] {
                    self.set_default(key, Value::Strange);
                }
                self.set_default("aws:PrincipalType", Value::Open);
                self.set_default("aws:username", Value::Unsaid);
                self.set_default("aws:PrincipalIsAWSService", known("false"));
            }
            Who::Account(account) => self.add_account(account, owner),
            Who::Principal(principal) => {
                let (kind, name) = match &principal.kind {
                    Kind::User(name) => ("User", Some(name)),
                    Kind::Role(_) | Kind::Session { .. } => ("AssumedRole", None),
                    Kind::FederatedUser(_) => ("FederatedUser", None),
                };
                self.set_default("aws:PrincipalType", known(kind));
                if let Some(name) = name {
                    self.set_default("aws:username", known(name));
                }
                if let Some(number) = &principal.account.number {
                    self.set_default("aws:PrincipalAccount", known(number));
                    if let Kind::FederatedUser(name) = &principal.kind {
                        self.set_default("aws:userid", known(&format!("{number}:{name}")));
                    }
                }
                // A unique ID, which no name tells.
                self.set_default("aws:userid", Value::Open);
                // Of a session, the key holds the role.
                let arn = principal.role_arn().map_or_else(|| known(&principal.arn), Value::Pathless);
                self.set_default("aws:PrincipalArn", arn);
                self.set_default("aws:PrincipalIsAWSService", known("false"));
            }
            Who::Service(name) => {
                self.set_default("aws:PrincipalIsAWSService", known("true"));
                self.set_default("aws:PrincipalServiceName", known(name));
            }
            Who::Federated(_) | Who::Unnamed => {
                for key in ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:userid"] {
                    self.set_default(key, Value::Open);
                }
                self.set_default("aws:PrincipalIsAWSService", known("false"));
            }
        }
    }

    /// The owner's account stands for its root user; any other for somebody in it.
    fn add_account(&mut self, account: &Account, owner: &Account) {
        let known = |value: &str| Value::Known(vec![value.to_owned()]);
        let is_root = account.is(owner).known() == Some(true);
        if let Some(number) = &account.number {
            self.set_default("aws:PrincipalAccount", known(number));
            if is_root {
                self.set_default("aws:PrincipalArn", known(&format!("arn:aws:iam::{number}:root")));
                self.set_default("aws:userid", known(number));
            }
        }
        if is_root {
            self.set_default("aws:PrincipalType", known("Account"));
        }
        for key in ["aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalType", "aws:userid"] {
            self.set_default(key, Value::Open);
        }
        if !is_root {
            self.set_default("aws:username", Value::Unsaid);
        }
        self.set_default("aws:PrincipalIsAWSService", known("false"));
    }

    /// Leaves open what a request of somebody may bring, where it was not said.
    pub fn leave_open(&mut self, who: &Who) {
        let more: &[&[&str]] = match who {
            Who::Anonymous => &[],
            Who::AnyUser | Who::Unnamed => &[OF_SESSION, OF_SIGNED],
            Who::Account(_) | Who::Principal(_) | Who::Federated(_) => &[OF_SESSION, OF_SIGNED, OF_KNOWN],
            Who::Service(_) => &[OF_SESSION, OF_SIGNED, OF_SERVICE],
        };
        self.leave_unsaid(&[OF_ORIGIN, OF_REQUEST]);
        self.leave_unsaid(more);
    }

    /// Leaves open what may be another thing when somebody who is known asks the same again: from where, in which session,
    /// with which tags and in which organization.
    pub fn leave_caller_open(&mut self) {
        self.leave_unsaid(&[OF_ORIGIN, OF_SESSION, OF_KNOWN]);
    }

    fn leave_unsaid(&mut self, groups: &[&[&str]]) {
        for key in groups.iter().copied().flatten() {
            self.set_default(key, Value::Unsaid);
        }
    }

    /// Adds what every request has, where it was not said: TLS, and the time, whose two forms follow from each other.
    pub fn add_common(&mut self, now: Timestamp) {
        let now = self.said_time().unwrap_or(now);
        self.set_default("aws:SecureTransport", Value::Known(vec!["true".to_owned()]));
        self.set_default("aws:CurrentTime", Value::Known(vec![now.to_string()]));
        self.set_default("aws:EpochTime", Value::Known(vec![now.as_second().to_string()]));
    }

    fn said_time(&self) -> Option<Timestamp> {
        let said = |key: &str| match self.get(key)? {
            Value::Known(values) => values.first(),
            _ => None,
        };
        let by_date = said("aws:CurrentTime").and_then(|text| text.parse().ok());
        by_date.or_else(|| Timestamp::from_second(said("aws:EpochTime")?.parse().ok()?).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(who: &str) -> Context {
        let mut context = Context::default();
        let owner = Account::numbered("111122223333");
        context.add_caller(&Who::parse(who).unwrap(), &owner);
        context
    }

    fn one(context: &Context, key: &str) -> Option<String> {
        match context.get(key)? {
            Value::Known(values) => Some(values.join(",")),
            other => Some(format!("{other:?}")),
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>, "Principal key values".
    #[test]
    fn a_caller_brings_the_keys_that_follow_from_it() {
        assert_eq!(one(&of("anonymous"), "aws:userid").as_deref(), Some("anonymous"));
        assert_eq!(one(&of("anonymous"), "aws:PrincipalArn"), None);
        let user = of("arn:aws:iam::111122223333:user/a/alice");
        assert_eq!(one(&user, "AWS:UserName").as_deref(), Some("alice"));
        assert_eq!(one(&user, "aws:PrincipalAccount").as_deref(), Some("111122223333"));
        assert_eq!(user.get("aws:userid"), Some(&Value::Open), "its unique ID does not follow from its name");
        assert_eq!(one(&of("anonymous"), "aws:PrincipalAccount").as_deref(), Some("anonymous"));
        let session = of("arn:aws:sts::111122223333:assumed-role/app/one");
        let role = Value::Pathless("arn:aws:iam::111122223333:role/app".to_owned());
        assert_eq!(session.get("aws:PrincipalArn"), Some(&role));
        let root = of("111122223333");
        assert_eq!(one(&root, "aws:PrincipalArn").as_deref(), Some("arn:aws:iam::111122223333:root"));
        assert_eq!(one(&of("444455556666"), "aws:PrincipalArn").as_deref(), Some("Open"));
        let service = of("service:logging.s3.amazonaws.com");
        assert_eq!(one(&service, "aws:PrincipalIsAWSService").as_deref(), Some("true"));
    }

    #[test]
    fn what_was_said_is_not_replaced_and_values_add_up() {
        let mut context = Context::default();
        context.add("aws:SecureTransport", "false");
        context.add("aws:TagKeys", "a");
        context.add("aws:tagkeys", "b");
        context.add_common(Timestamp::UNIX_EPOCH);
        assert_eq!(one(&context, "aws:securetransport").as_deref(), Some("false"));
        assert_eq!(one(&context, "aws:TagKeys").as_deref(), Some("a,b"));
        assert_eq!(one(&context, "aws:EpochTime").as_deref(), Some("0"));
        assert_eq!(one(&context, "aws:SourceIp"), None);
        for (key, value) in [("aws:CurrentTime", "1970-01-02T00:00:00Z"), ("aws:EpochTime", "86400")] {
            let mut context = Context::default();
            context.add(key, value);
            context.add_common(Timestamp::UNIX_EPOCH);
            let both = (one(&context, "aws:CurrentTime").unwrap(), one(&context, "aws:EpochTime").unwrap());
            assert_eq!(both, ("1970-01-02T00:00:00Z".to_owned(), "86400".to_owned()), "{key}");
        }
    }
}
