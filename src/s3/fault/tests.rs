//! The table, row by row.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ErrorMetadata, ProvideErrorMetadata};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::*;
use crate::model::name::BucketName;

type Failure = SdkError<GetObjectError, HttpResponse>;

fn told(failure: &Failure) -> Error {
    let bucket = BucketName::from("b");
    of(&Call::new("read", "s3://b/k", "s3:GetObject", &bucket), failure)
}

fn refused(status: u16, code: Option<&str>, message: Option<&str>) -> Error {
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    let source = GetObjectError::generic(meta.build());
    assert_eq!(source.code(), code);
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
    response.headers_mut().insert("x-amz-request-id", "R1");
    told(&SdkError::service_error(source, response))
}

#[test]
fn each_code_has_its_kind() {
    for (status, code, kind) in [
        (404, "NoSuchKey", Kind::NotFound),
        (404, "NoSuchBucket", Kind::NoSuchBucket),
        (404, "NoSuchBucketPolicy", Kind::NotFound),
        (403, "AccessDenied", Kind::Denied),
        (403, "InvalidAccessKeyId", Kind::BadCredentials),
        (403, "SignatureDoesNotMatch", Kind::BadCredentials),
        (403, "RequestTimeTooSkewed", Kind::ClockSkew),
        (403, "InvalidObjectState", Kind::Archived),
        (400, "ExpiredToken", Kind::ExpiredToken),
        (400, "InvalidToken", Kind::BadCredentials),
        (400, "EntityTooSmall", Kind::Invalid),
        (400, "BadDigest", Kind::Corrupt),
        (301, "PermanentRedirect", Kind::WrongRegion),
        (409, "BucketNotEmpty", Kind::Conflict),
        (412, "PreconditionFailed", Kind::Conflict),
        (405, "MethodNotAllowed", Kind::Unsupported),
        (501, "NotImplemented", Kind::Unsupported),
        (503, "SlowDown", Kind::Throttled),
        (500, "InternalError", Kind::Server),
    ] {
        let error = refused(status, Some(code), None);
        assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)));
        assert_eq!(error.request_id.as_deref(), Some("R1"), "{code}");
        assert!(!error.cause.is_empty());
    }
}

#[test]
fn an_answer_without_a_code_is_told_by_its_status() {
    assert_eq!(refused(404, None, None).kind, Kind::NotFound);
    assert_eq!(refused(412, None, None).kind, Kind::Conflict);
    assert_eq!(refused(502, None, None).kind, Kind::Server);
    let denied = refused(403, None, None);
    assert_eq!((denied.kind, denied.permission), (Kind::Denied, Some("s3:GetObject")));
}

#[test]
fn an_unknown_code_keeps_the_servers_words() {
    let error = refused(418, Some("Teapot"), Some("I am short and stout."));
    assert_eq!((error.kind, error.cause.as_str()), (Kind::Other, "I am short and stout"));
    assert_eq!(refused(499, Some("SomethingNew"), Some(" ")).cause, "SomethingNew");
}

#[test]
fn each_failure_to_reach_the_server_has_its_own_words() {
    use std::io::{Error as Io, ErrorKind};
    for (kind, words) in [
        (ErrorKind::ConnectionRefused, "refused"),
        (ErrorKind::ConnectionReset, "broke"),
        (ErrorKind::TimedOut, "in time"),
        (ErrorKind::NetworkUnreachable, "network"),
    ] {
        let error = told(&Failure::dispatch_failure(ConnectorError::io(Io::from(kind).into())));
        assert!(error.kind == Kind::Network && error.cause.contains(words), "{error}");
    }
    let lookup = Io::other("failed to lookup address information: Name or service not known");
    let error = told(&Failure::dispatch_failure(ConnectorError::io(lookup.into())));
    assert!(error.kind == Kind::Network && error.cause.contains("DNS"), "{error}");
    let error = told(&Failure::timeout_error("late"));
    assert!(error.kind == Kind::Network && error.cause.contains("in time"), "{error}");
}

#[test]
fn missing_credentials_are_no_network_failure() {
    let kinds = [
        (CredentialsError::not_loaded_no_source(), Kind::NoCredentials),
        (CredentialsError::provider_error("the SSO session has expired"), Kind::ExpiredToken),
        (
            CredentialsError::provider_error("failed to read `/h/.aws/sso/cache/x.json`: No such file"),
            Kind::NoCredentials,
        ),
        (CredentialsError::invalid_configuration("the profile is odd"), Kind::NoCredentials),
    ];
    for (error, kind) in kinds {
        let told = told(&Failure::dispatch_failure(ConnectorError::other(error.into(), None)));
        assert_eq!(told.kind, kind, "{told}");
        assert!(!told.cause.contains("an error occurred while loading"), "{told}");
    }
}

#[test]
fn a_key_of_a_batch_is_told_like_a_request() {
    let error = of_item("delete", "s3://b/k".to_owned(), "s3:DeleteObject", Some("AccessDenied"), None);
    assert_eq!((error.kind, error.permission), (Kind::Denied, Some("s3:DeleteObject")));
}
