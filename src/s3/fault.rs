//! The only table from the SDK's errors to ours: kind, words, code and request id.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;

use super::client::Call;
use crate::model::error::{Error, Kind};

/// Returns the error of a call.
pub(super) fn of<E>(call: &Call<'_>, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let (kind, cause) = match error {
        SdkError::ServiceError(service) => {
            let meta = service.err().meta();
            match (meta.code(), status.unwrap_or_default()) {
                // An answer that says it went well, and that the SDK cannot read, comes this way too.
                (None, status @ 200..300) => unreadable(status, error),
                (code, status) => answer(code, status, meta.message()),
            }
        }
        SdkError::ResponseError(_) => unreadable(status.unwrap_or_default(), error),
        SdkError::TimeoutError(_) => (Kind::Network, "no answer in time".to_owned()),
        other => unsent(other),
    };
    let code = match error {
        SdkError::ServiceError(service) => service.err().meta().code().map(str::to_owned),
        _ => None,
    };
    Error {
        kind,
        operation: call.operation,
        target: call.target.clone(),
        cause,
        code,
        request_id: error.request_id().map(str::to_owned),
        permission: (kind == Kind::Denied).then_some(call.permission),
    }
}

/// Returns the error of one key of a batch.
pub(super) fn of_item(
    operation: &'static str,
    target: String,
    permission: &'static str,
    code: Option<&str>,
    message: Option<&str>,
) -> Error {
    let (kind, cause) = answer(code, 0, message);
    Error {
        code: code.map(str::to_owned),
        permission: (kind == Kind::Denied).then_some(permission),
        ..Error::new(kind, operation, target, cause)
    }
}

/// Returns kind and words of an answer with an error code, or, without one, of its status.
fn answer(code: Option<&str>, status: u16, message: Option<&str>) -> (Kind, String) {
    let known = code.and_then(of_code).or_else(|| of_status(status));
    let own = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let message = message.filter(|text| !text.trim().is_empty()).map(own);
    match known {
        Some((kind, "")) => {
            (kind, message.or(code.map(str::to_owned)).unwrap_or_else(|| format!("HTTP status {status}")))
        }
        Some((kind, words)) => (kind, words.to_owned()),
        None => (Kind::Other, message.or(code.map(str::to_owned)).unwrap_or_else(|| format!("HTTP status {status}"))),
    }
}

/// Returns whether a code says that a bucket or an object has no such document.
pub(super) fn says_none_is_set(code: &str) -> bool {
    matches!(
        code,
        "NoSuchBucketPolicy"
            | "NoSuchTagSet"
            | "NoSuchTagSetError"
            | "NoSuchPublicAccessBlockConfiguration"
            | "ServerSideEncryptionConfigurationNotFoundError"
            | "OwnershipControlsNotFoundError"
            | "NoSuchCORSConfiguration"
            | "NoSuchLifecycleConfiguration"
            | "NoSuchWebsiteConfiguration"
            | "ReplicationConfigurationNotFoundError"
            | "NoSuchConfiguration"
            | "ObjectLockConfigurationNotFoundError"
            | "NoSuchObjectLockConfiguration"
    )
}

/// The table of codes (Amazon S3 API Reference, "List of error codes"). Empty words: the server's own say more.
fn of_code(code: &str) -> Option<(Kind, &'static str)> {
    Some(match code {
        "NoSuchBucket" => (Kind::NoSuchBucket, "there is no such bucket"),
        "NoSuchKey" => (Kind::NotFound, "there is no such object"),
        "NoSuchVersion" => (Kind::NotFound, "there is no such version"),
        "NoSuchUpload" => (Kind::NotFound, "there is no such upload"),
        "NotFound" | "404" => (Kind::NotFound, "not found"),
        code if says_none_is_set(code) => (Kind::NotFound, "none is set"),
        "AccessDenied" | "AllAccessDisabled" | "UnauthorizedAccess" | "AccountProblem" | "Forbidden" | "403" => {
            (Kind::Denied, "access denied")
        }
        "NotSignedUp" | "InvalidPayer" => (Kind::Denied, ""),
        "NotImplemented" | "501" => (Kind::Unsupported, "not offered by this server"),
        "MethodNotAllowed" | "405" => (Kind::Unsupported, "not offered here"),
        "UnsupportedOperation" | "UnsupportedArgument" | "NotSupported" | "FeatureNotSupported" => {
            (Kind::Unsupported, "")
        }
        "SlowDown"
        | "ServiceUnavailable"
        | "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "503"
        | "429" => (Kind::Throttled, "the server asks for fewer requests"),
        "PreconditionFailed" | "412" => (Kind::Conflict, "the condition does not hold: it exists or has changed"),
        "ConditionalRequestConflict" | "OperationAborted" => (Kind::Conflict, "another request was faster"),
        "BucketAlreadyExists" => (Kind::Conflict, "the name is taken by somebody else"),
        "BucketAlreadyOwnedByYou" => (Kind::Conflict, "you own it already"),
        "BucketNotEmpty" => (Kind::Conflict, "the bucket is not empty"),
        "InvalidBucketState" => (Kind::Conflict, ""),
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "Redirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "301" => (Kind::WrongRegion, "the bucket is in another region"),
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
            (Kind::ExpiredToken, "the credentials have expired")
        }
        "InvalidAccessKeyId" => (Kind::BadCredentials, "the server does not know the access key"),
        "SignatureDoesNotMatch" => (Kind::BadCredentials, "the secret key does not belong to the access key"),
        "InvalidToken" | "InvalidSecurity" | "UnrecognizedClientException" | "InvalidClientTokenId" => {
            (Kind::BadCredentials, "the session token is not valid")
        }
        "RequestTimeTooSkewed" => (Kind::ClockSkew, "the clocks of this machine and of the server differ too much"),
        "RequestTimeout" => (Kind::Network, "the server waited too long for the rest of the request"),
        "InternalError" | "500" => (Kind::Server, "the server failed on its side"),
        "InvalidObjectState" => (Kind::Archived, "the object is archived"),
        "BadDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch" => {
            (Kind::Corrupt, "what arrived is not what was sent")
        }
        "QuotaExceeded" => (Kind::NoSpace, "the quota is used up"),
        "EntityTooSmall"
        | "EntityTooLarge"
        | "InvalidPart"
        | "InvalidPartOrder"
        | "InvalidArgument"
        | "InvalidRequest"
        | "InvalidRange"
        | "InvalidBucketName"
        | "InvalidDigest"
        | "InvalidTag"
        | "InvalidStorageClass"
        | "InvalidLocationConstraint"
        | "KeyTooLongError"
        | "KeyTooLong"
        | "MalformedXML"
        | "MalformedACLError"
        | "MalformedPolicy"
        | "MetadataTooLarge"
        | "MissingContentLength"
        | "TooManyBuckets"
        | "BadRequest"
        | "400"
        | "416" => (Kind::Invalid, ""),
        _ => return None,
    })
}

/// The table of statuses, for answers without a code: those to a HEAD, and those of something in between.
fn of_status(status: u16) -> Option<(Kind, &'static str)> {
    Some(match status {
        301 | 307 => (Kind::WrongRegion, "the bucket is in another region"),
        401 | 403 => (Kind::Denied, "access denied"),
        404 => (Kind::NotFound, "not found"),
        405 | 501 => (Kind::Unsupported, "not offered by this server"),
        407 => (Kind::Network, "the proxy asks for a name and a password"),
        408 => (Kind::Network, "the server waited too long for the rest of the request"),
        409 | 412 => (Kind::Conflict, "the condition does not hold: it exists or has changed"),
        429 | 503 => (Kind::Throttled, "the server asks for fewer requests"),
        400 | 411 | 413 | 414 | 416 => (Kind::Invalid, ""),
        500..=599 => (Kind::Server, "the server failed on its side"),
        _ => return None,
    })
}

/// An answer that the SDK cannot read.
fn unreadable(status: u16, error: &dyn std::error::Error) -> (Kind, String) {
    match of_status(status) {
        Some((kind, words)) if !words.is_empty() => (kind, words.to_owned()),
        _ if words(error).contains("unexpected root")
            || words(error).contains("invalid root")
            || words(error).contains("invalid XML root") =>
        {
            (Kind::Unsupported, "not offered by this server: it answers with something else".to_owned())
        }
        _ => (Kind::Server, format!("the answer cannot be read: {}", words(error))),
    }
}

/// A request that never got an answer.
fn unsent(error: &(dyn std::error::Error + 'static)) -> (Kind, String) {
    let chain = chain(error);
    if let Some(found) = chain.iter().find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        return credentials(found);
    }
    for cause in &chain {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && let Some(words) = of_io(io.kind())
        {
            return (Kind::Network, words.to_owned());
        }
    }
    let text = chain.last().map(ToString::to_string).unwrap_or_default();
    let all = words(error).to_lowercase();
    let cause = if all.contains("dns error") || all.contains("failed to lookup address") {
        "the name of the server cannot be found (DNS)".to_owned()
    } else if all.contains("certificate") || all.contains("tls") || all.contains("corruptmessage") {
        format!("no safe connection (TLS): {text}")
    } else if all.contains("timed out") || all.contains("timeout") {
        "no connection in time".to_owned()
    } else if all.contains("identity") && all.contains("no ") || all.contains("no credentials") {
        return (Kind::NoCredentials, "no credentials were found".to_owned());
    } else if all.contains("connection closed") || all.contains("incomplete") {
        "the server closed the connection".to_owned()
    } else if all.contains("proxy") {
        "the proxy refused the connection".to_owned()
    } else if all.contains("endpoint params could not be built") {
        // The SDK takes such a key for one that was not given; in a batch, or as a prefix, it does not look.
        return (Kind::Invalid, "a key of white space only can be listed and deleted, and nothing else".to_owned());
    } else if matches!(all.split(':').next(), Some("failed to construct request")) {
        return (Kind::Invalid, text);
    } else {
        text
    };
    (Kind::Network, cause)
}

fn of_io(kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind as Io;
    Some(match kind {
        Io::ConnectionRefused => "the server refused the connection: nothing listens there",
        Io::ConnectionReset | Io::BrokenPipe | Io::ConnectionAborted => "the server broke the connection",
        Io::UnexpectedEof => "the server closed the connection",
        Io::TimedOut => "no connection in time",
        Io::NetworkUnreachable | Io::HostUnreachable => "the network cannot be reached",
        _ => return None,
    })
}

/// Returns kind and words of what went wrong while looking for credentials: what was tried, in one line.
pub(super) fn credentials(error: &CredentialsError) -> (Kind, String) {
    // The outermost words only say that something went wrong.
    let text = std::error::Error::source(error).map_or_else(|| error.to_string(), words);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let small = text.to_lowercase();
    let nothing = matches!(error, CredentialsError::CredentialsNotLoaded(_)) || small.contains("imds");
    if nothing {
        let tried = "neither in the environment, nor in a profile, a container or an instance role";
        return (Kind::NoCredentials, format!("no credentials were found, {tried}"));
    }
    if let CredentialsError::ProviderTimedOut(_) = error {
        return (Kind::NoCredentials, "the place where credentials come from did not answer in time".to_owned());
    }
    // Before `expired`: a missing token file is a sign-in that never was.
    if small.contains("sso/cache") && small.contains("no such file") {
        return (Kind::NoCredentials, "nobody has signed in with this profile's single sign-on".to_owned());
    }
    if small.contains("expired") {
        return (Kind::ExpiredToken, "the sign-in has expired".to_owned());
    }
    (Kind::NoCredentials, text)
}

/// Returns the words for a body that broke off.
pub(super) fn body_words(error: &(dyn std::error::Error + 'static)) -> String {
    chain(error)
        .iter()
        .find_map(|cause| cause.downcast_ref::<std::io::Error>().and_then(|io| of_io(io.kind())))
        .map_or_else(|| format!("the connection broke off: {}", words(error)), str::to_owned)
}

/// Returns an error and all its causes, outermost first.
fn chain<'a>(error: &'a (dyn std::error::Error + 'static)) -> Vec<&'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source()).collect()
}

/// Returns an error and its causes in one line.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    super::credentials::words(error)
}

#[cfg(test)]
mod tests;
