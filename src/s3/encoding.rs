//! Names on the wire: what `encoding-type=url` encodes, and what a copy source needs.

use std::borrow::Cow;

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::EncodingType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Everything but RFC 3986's unreserved characters.
const QUERY: &AsciiSet = &PATH.add(b'/');

/// Decodes a name of a listing, but only if the answer says that it is encoded: some servers ignore the wish.
///
/// A space comes as `+`, a plus as `%2B`; some servers encode slashes too, which is the same key. Amazon's keys are UTF-8; of
/// one that is not (some servers keep any bytes) this is a likeness: [`crate::model::name::ObjectKey::may_be_likeness`].
pub(super) fn decode<'a>(name: &'a str, encoding: Option<&EncodingType>) -> Cow<'a, str> {
    if encoding != Some(&EncodingType::Url) || !name.bytes().any(|byte| byte == b'+' || byte == b'%') {
        return Cow::Borrowed(name);
    }
    let spaced = name.replace('+', " ");
    Cow::Owned(percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

/// Returns the value of `x-amz-copy-source`.
pub(super) fn copy_source(bucket: &str, key: &str, version: Option<&str>) -> String {
    // An access point is named `arn:…/object/key` there (Amazon S3 API Reference, CopyObject, x-amz-copy-source).
    let middle = if bucket.starts_with("arn:") { "/object/" } else { "/" };
    let mut source = format!("{}{middle}{}", utf8_percent_encode(bucket, PATH), utf8_percent_encode(key, PATH));
    if let Some(version) = version {
        source.push_str("?versionId=");
        source.extend(utf8_percent_encode(version, QUERY));
    }
    source
}

/// Returns tags as `x-amz-tagging` wants them: a URL query.
pub(super) fn tag_query(tags: &[(String, String)]) -> Option<String> {
    let pairs: Vec<_> = tags
        .iter()
        .map(|(key, value)| format!("{}={}", utf8_percent_encode(key, QUERY), utf8_percent_encode(value, QUERY)))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

/// Returns a CRC64NVME as headers carry it.
pub(super) fn crc64_text(crc: u64) -> String {
    STANDARD.encode(crc.to_be_bytes())
}

/// Reads a CRC64NVME from a header.
pub(super) fn crc64_value(text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// Returns the SDK's time as ours.
pub(super) fn time(time: Option<&DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// Returns the SDK's signed length as a size.
pub(super) fn bytes(length: Option<i64>) -> Option<u64> {
    length.and_then(|length| u64::try_from(length).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_decoded_only_when_the_answer_says_so() {
        let url = Some(&EncodingType::Url);
        assert_eq!(decode("a+b%2Bc%20d", url), "a b+c d");
        assert_eq!(decode("a%2Fb/c", url), "a/b/c");
        assert_eq!(decode("esc%1B%0A", url), "esc\u{1b}\n");
        assert_eq!(decode("a+b%2B", None), "a+b%2B");
        assert_eq!(decode("latin%E9", url), "latin\u{fffd}", "marked as a likeness");
    }

    #[test]
    fn a_copy_source_survives_hostile_keys() {
        assert_eq!(copy_source("b", "a b+c%?#/ü", None), "b/a%20b%2Bc%25%3F%23/%C3%BC");
        assert_eq!(copy_source("b", "k", Some("a/b=")), "b/k?versionId=a%2Fb%3D");
        assert_eq!(
            copy_source("arn:aws:s3:eu-west-1:1:accesspoint/p", "k", None),
            "arn%3Aaws%3As3%3Aeu-west-1%3A1%3Aaccesspoint/p/object/k"
        );
    }

    #[test]
    fn checksums_survive_their_base64() {
        assert_eq!(crc64_value(&crc64_text(0xae8b_1486_0a79_9888)), Some(0xae8b_1486_0a79_9888));
        assert_eq!(crc64_value("AAAA"), None);
    }

    proptest! {
        #[test]
        fn every_key_survives_the_encoding_of_a_listing(key in any::<String>()) {
            let sent = utf8_percent_encode(&key, QUERY).to_string().replace("%20", "+");
            prop_assert_eq!(decode(&sent, Some(&EncodingType::Url)), key);
        }
    }
}
