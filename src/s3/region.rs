//! The region of each bucket: taken from the server's own hints, remembered, never asked for with `GetBucketLocation`.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;

/// The header by which S3 names the region of a bucket, on errors too.
const HEADER: &str = "x-amz-bucket-region";

/// What is known of buckets' regions.
#[derive(Debug, Default)]
pub(super) struct Regions(RwLock<HashMap<String, String>>);

impl Regions {
    /// Returns the region of a bucket, if it was learnt.
    pub(super) fn of(&self, bucket: &str) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }

    /// Remembers a region.
    pub(super) fn learn(&self, bucket: &str, region: &str) {
        if region.is_empty() || self.of(bucket).as_deref() == Some(region) {
            return;
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(bucket.to_owned(), region.to_owned());
    }

    /// Forgets a bucket that is gone.
    pub(super) fn forget(&self, bucket: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(bucket);
    }
}

/// What an error says about the region.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// It has nothing to do with regions.
    None,
    /// It was the wrong region, and the answer does not name the right one.
    Wrong,
    /// It was the wrong region; this is the right one.
    Region(String),
}

/// Reads the hint of an error.
pub(super) fn hint<E>(error: &SdkError<E, HttpResponse>) -> Hint {
    let Some(response) = error.raw_response() else { return Hint::None };
    let body = response.body().bytes().unwrap_or_default();
    hint_of(response.status().as_u16(), response.headers().get(HEADER), body)
}

fn hint_of(status: u16, header: Option<&str>, body: &[u8]) -> Hint {
    if !matches!(status, 301 | 307 | 400) {
        return Hint::None;
    }
    let body = String::from_utf8_lossy(body);
    let is_about_region = status != 400
        || body.contains("<Code>AuthorizationHeaderMalformed</Code>")
        || body.contains("<Code>IllegalLocationConstraintException</Code>")
        // A HEAD has no body: there the header alone has to do.
        || body.is_empty();
    if !is_about_region {
        return Hint::None;
    }
    let in_body = body.split_once("<Region>").and_then(|(_, rest)| rest.split_once("</Region>")).map(|(name, _)| name);
    match header.or(in_body).filter(|name| is_name(name)) {
        Some(region) => Hint::Region(region.to_owned()),
        None if status == 301 => Hint::Wrong,
        None => Hint::None,
    }
}

/// A region's name becomes part of a host name, so it is not taken as it comes.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Returns whether an endpoint is Amazon's.
pub(super) fn is_amazon(url: &str) -> bool {
    let host = host_of(url);
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonaws.eu"].iter().any(|end| host.ends_with(end))
}

/// Returns whether an endpoint is Amazon's for one region or for none, so that another region has another endpoint.
pub(super) fn is_regional(url: &str) -> bool {
    let host = host_of(url);
    is_amazon(url) && (host.starts_with("s3.") || host.starts_with("s3-")) && !host.contains(".vpce.")
}

/// Returns whether an endpoint is on this machine, or nobody else can read what is sent to it.
pub(super) fn is_private(url: &str) -> bool {
    let host = host_of(url);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    url.starts_with("https://")
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    host.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_names_the_region_in_its_header_or_body() {
        assert_eq!(hint_of(301, Some("eu-west-1"), b""), Hint::Region("eu-west-1".into()));
        let body = b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>ap-south-1</Region></Error>";
        assert_eq!(hint_of(400, None, body), Hint::Region("ap-south-1".into()));
        assert_eq!(hint_of(301, None, b""), Hint::Wrong);
    }

    #[test]
    fn other_errors_say_nothing_about_the_region() {
        assert_eq!(hint_of(403, Some("eu-west-1"), b""), Hint::None);
        assert_eq!(hint_of(400, Some("eu-west-1"), b"<Error><Code>InvalidArgument</Code></Error>"), Hint::None);
        assert_eq!(hint_of(301, Some("evil.example/"), b""), Hint::Wrong);
    }

    #[test]
    fn amazons_endpoints_are_told_from_others() {
        assert!(
            is_amazon("https://s3.eu-west-1.amazonaws.com") && is_amazon("https://S3.cn-north-1.amazonaws.com.cn/")
        );
        assert!(!is_amazon("http://localhost:9000") && !is_amazon("https://amazonaws.com.evil.example"));
        assert!(is_regional("https://s3.eu-west-1.amazonaws.com"));
        assert!(!is_regional("https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com"));
    }

    #[test]
    fn unsigned_payloads_go_over_tls_or_stay_on_this_machine() {
        assert!(
            is_private("https://minio.example") && is_private("http://127.0.0.1:80") && is_private("http://[::1]:80")
        );
        assert!(is_private("http://localhost:9000"));
        assert!(!is_private("http://10.0.0.1:80") && !is_private("http://localhost.evil.example"));
    }
}
