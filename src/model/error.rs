//! One error for the whole program: what failed, on what, why, and what to try.
//!
//! It is a plain value (cloneable, without a boxed source) because it travels through channels, stays in the state
//! and is shown again later. The end that makes it keeps the code and the request id; nothing here loses them.

use std::fmt;

use crate::model::text;

/// Why something failed, as far as it changes what a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The bucket, key, version, file or folder does not exist.
    NotFound,
    /// The bucket does not exist, as opposed to a key in it.
    NoSuchBucket,
    /// The caller may not do this.
    Denied,
    /// The server has no such feature.
    Unsupported,
    /// The server asks for fewer requests.
    Throttled,
    /// A condition did not hold: the target exists, or the source has changed.
    Conflict,
    /// The bucket lives in another region than the request was signed for.
    WrongRegion,
    /// No credentials were found in any place.
    NoCredentials,
    /// The credentials were valid once and are not any more.
    ExpiredToken,
    /// The key, secret or session token is wrong.
    BadCredentials,
    /// The clocks of this machine and of the server differ too much.
    ClockSkew,
    /// The server could not be reached, or went away.
    Network,
    /// The server failed on its side.
    Server,
    /// What was asked for is not valid: a name, a size, a setting.
    Invalid,
    /// A name that cannot exist on the other side.
    UnsafeName,
    /// What arrived is not what was sent: size or checksum differ.
    Corrupt,
    /// The object is archived and has to be restored first.
    Archived,
    /// No space is left on the device, or the quota is used up.
    NoSpace,
    /// A local file system error of another kind.
    Io,
    /// Somebody asked for it to stop.
    Cancelled,
    /// Writing is switched off.
    ReadOnly,
    /// Anything else; the message says it.
    Other,
}

/// A failure: `cannot <operation> <target>: <cause>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure this is.
    pub kind: Kind,
    /// What was tried, as a verb phrase: `list`, `read the policy of`, `upload`.
    pub operation: &'static str,
    /// What it was tried on, as it came (unfiltered): a URI, a path.
    pub target: String,
    /// Why it failed, in words, as it came (unfiltered).
    pub cause: String,
    /// The service's error code (`AccessDenied`), if there was an answer.
    pub code: Option<String>,
    /// The service's request id, if there was an answer.
    pub request_id: Option<String>,
    /// The permission that the operation needs (`s3:GetBucketPolicy`), where one names it.
    pub permission: Option<&'static str>,
}

impl Error {
    /// Returns an error with neither code nor request id.
    pub fn new(kind: Kind, operation: &'static str, target: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            kind,
            operation,
            target: target.into(),
            cause: cause.into(),
            code: None,
            request_id: None,
            permission: None,
        }
    }

    /// Returns the error of an operation that was asked to stop.
    pub fn cancelled(operation: &'static str, target: impl Into<String>) -> Self {
        Self::new(Kind::Cancelled, operation, target, "cancelled")
    }

    /// Returns the error of a local file operation.
    pub fn from_io(operation: &'static str, target: impl Into<String>, source: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match source.kind() {
            Io::NotFound => Kind::NotFound,
            Io::PermissionDenied | Io::ReadOnlyFilesystem => Kind::Denied,
            Io::AlreadyExists => Kind::Conflict,
            Io::StorageFull | Io::QuotaExceeded => Kind::NoSpace,
            Io::InvalidFilename | Io::InvalidInput => Kind::Invalid,
            _ => Kind::Io,
        };
        let cause = source.to_string();
        // The operating system's number says nothing to a person beside its words.
        let cause = cause.split(" (os error").next().unwrap_or_default().to_lowercase();
        Self::new(kind, operation, target, cause)
    }

    /// Returns the same error about another target.
    #[must_use]
    pub fn about(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Returns the one thing worth trying, if there is one.
    pub fn hint(&self) -> Option<String> {
        hint(self.kind, self.permission)
    }

    /// Returns whether a write that failed so has surely changed nothing.
    pub fn is_refusal(&self) -> bool {
        matches!(self.kind, Kind::Conflict | Kind::Denied | Kind::Invalid | Kind::Unsupported | Kind::NotFound)
    }

    /// Returns whether trying the very same thing again may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Throttled | Kind::Network | Kind::Server)
    }
}

/// The one place that words advice.
fn hint(kind: Kind, permission: Option<&'static str>) -> Option<String> {
    let words = match kind {
        Kind::Denied => {
            return Some(permission.map_or_else(
                || "ask the owner for access".to_owned(),
                |permission| format!("ask for the permission {permission}"),
            ));
        }
        Kind::NoCredentials => {
            "set AWS_PROFILE or run `aws configure`, `aws sso login`; on EC2 attach an instance role; for public buckets use --no-sign-request"
        }
        Kind::ExpiredToken => "sign in again (`aws sso login`); a job that waits for that goes on by itself",
        Kind::BadCredentials => "check the access key, the secret and the session token of this profile",
        Kind::ClockSkew => "set the clock of this machine: requests are refused when it is more than 15 minutes off",
        Kind::WrongRegion => "start with --region set to the bucket's region",
        Kind::Network => "check the network, the endpoint and the proxy settings, and try again",
        Kind::Throttled => "the server asks for fewer requests; try again in a moment",
        Kind::Server => "the fault is on the server's side; try again in a moment",
        Kind::NoSuchBucket => "check the bucket's name; names are unique to a partition and never renamed",
        Kind::Archived => "restore the object first; that takes minutes to hours by its storage class",
        Kind::NoSpace => "free some space on the target's file system",
        Kind::ReadOnly => "press W to allow writing",
        Kind::UnsafeName => "set unsafe_keys = \"escape\" in config.toml to write it under an escaped name",
        _ => return None,
    };
    Some(words.to_owned())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.operation, text::visible(&self.target), text::visible(&self.cause))?;
        match (&self.code, self.permission, self.kind) {
            (_, Some(permission), Kind::Denied) => write!(f, " ({permission})"),
            (Some(code), _, _) => write!(f, " ({})", text::visible(code)),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_call_names_the_permission_and_hints_at_it() {
        let mut error = Error::new(Kind::Denied, "read the policy of", "acme-logs", "access denied");
        error.permission = Some("s3:GetBucketPolicy");
        assert_eq!(error.to_string(), "cannot read the policy of acme-logs: access denied (s3:GetBucketPolicy)");
        assert_eq!(error.hint().as_deref(), Some("ask for the permission s3:GetBucketPolicy"));
    }

    #[test]
    fn what_comes_from_outside_is_printed_with_visible_escapes() {
        let error = Error::new(Kind::NotFound, "read", "s3://b/\u{1b}[2J", "gone\u{202e}");
        let printed = error.to_string();
        assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'), "{printed}");
    }

    #[test]
    fn a_full_disk_is_told_apart_from_other_file_errors() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(Error::from_io("write", "/x", &full).kind, Kind::NoSpace);
    }
}
