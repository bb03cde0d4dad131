//! The listings: buckets, objects, versions and unfinished uploads, each in pages.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{self, EncodingType};
use s3s::{S3Result, s3_error};

use crate::demo::account::Caller;
use crate::demo::store::{Bucket, Object, State, Version, now};
use crate::demo::walk::{Row, Start, Walk};

/// The most rows of one page.
const MAX_ROWS: i32 = 1000;

/// What Amazon S3 leaves as it is in `encoding-type=url`; a space becomes a plus.
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// Writes names as the request asked for them: raw, or encoded.
#[derive(Clone, Copy)]
pub(super) struct Names(bool);

impl Names {
    /// Reads the wish.
    pub fn new(wish: Option<&EncodingType>) -> S3Result<Self> {
        match wish.map(EncodingType::as_str) {
            None => Ok(Self(false)),
            Some(EncodingType::URL) => Ok(Self(true)),
            Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    /// Writes one name.
    pub fn write(self, name: &str) -> String {
        if self.0 { utf8_percent_encode(name, URL).to_string().replace(' ', "+") } else { name.to_owned() }
    }

    fn write_opt(self, name: Option<&String>) -> Option<String> {
        name.map(|name| self.write(name))
    }

    fn commons(self, commons: &[String]) -> Option<Vec<dto::CommonPrefix>> {
        let write = |common: &String| dto::CommonPrefix { prefix: Some(self.write(common)) };
        (!commons.is_empty()).then(|| commons.iter().map(write).collect())
    }
}

/// Returns how many rows a page may have.
pub(super) fn limit(asked: Option<i32>) -> S3Result<(i32, usize)> {
    let asked = asked.unwrap_or(MAX_ROWS);
    let rows = usize::try_from(asked.min(MAX_ROWS))
        .map_err(|_| s3_error!(InvalidArgument, "Argument max-keys must be an integer between 0 and 2147483647"))?;
    Ok((asked.min(MAX_ROWS), rows))
}

/// A page of current objects, before it is written.
struct Page<'a> {
    objects: Vec<(&'a str, &'a Version, &'a Object)>,
    commons: Vec<String>,
    /// The last key or common prefix, if more follow.
    last: Option<String>,
}

fn current(versions: &[Version]) -> Option<(&Version, &Object)> {
    let last = versions.last()?;
    Some((last, last.object.as_deref()?))
}

fn page<'a>(
    bucket: &'a Bucket,
    prefix: &'a str,
    delimiter: Option<&'a str>,
    start: Start<'a>,
    rows: usize,
) -> Page<'a> {
    let mut walk =
        Walk::new(&bucket.keys, prefix, delimiter, start, |versions: &Vec<Version>| current(versions).is_some());
    let mut page = Page { objects: vec![], commons: vec![], last: None };
    let mut last = None;
    for row in walk.by_ref().take(rows) {
        match row {
            Row::Key(key, versions) => {
                page.objects.extend(current(versions).map(|(version, object)| (key, version, object)));
                last = Some(key.to_owned());
            }
            Row::Common(common) => {
                page.commons.push(common.to_owned());
                last = Some(common.to_owned());
            }
        }
    }
    page.last = last.filter(|_| walk.next().is_some());
    page
}

/// Returns whether the request asks for the state of restores.
fn wants_restore(asked: Option<&dto::OptionalObjectAttributesList>) -> bool {
    let name = dto::OptionalObjectAttributes::RESTORE_STATUS;
    asked.is_some_and(|asked| asked.iter().any(|attribute| attribute.as_str() == name))
}

/// Tells the state of a restore, for an object that has one.
fn restore_status(object: &Object) -> Option<dto::RestoreStatus> {
    let (restore, time) = (object.restore?, now());
    let is_running = time < restore.ready;
    (time < restore.expires).then(|| dto::RestoreStatus {
        is_restore_in_progress: Some(is_running),
        restore_expiry_date: (!is_running).then(|| restore.expires.into()),
    })
}

fn write_objects(page: &Page<'_>, names: Names, with_owner: bool, with_restore: bool) -> Option<Vec<dto::Object>> {
    let write = |&(key, version, object): &(&str, &Version, &Object)| dto::Object {
        checksum_algorithm: Some(vec![dto::ChecksumAlgorithm::from_static(object.sum.algorithm.name())]),
        checksum_type: object.sum.to_dto().checksum_type,
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        key: Some(names.write(key)),
        last_modified: Some(version.modified.into()),
        owner: with_owner.then(|| object.owner.to_owner()),
        restore_status: restore_status(object).filter(|_| with_restore),
        size: i64::try_from(object.content.size()).ok(),
        storage_class: Some(object.class().to_owned().into()),
    };
    (!page.objects.is_empty()).then(|| page.objects.iter().map(write).collect())
}

/// Lists current objects (`ListObjectsV2`).
pub(super) fn objects_v2(state: &State, input: &dto::ListObjectsV2Input) -> S3Result<dto::ListObjectsV2Output> {
    let bucket = state.bucket(&input.bucket)?;
    let names = Names::new(input.encoding_type.as_ref())?;
    let with_restore = wants_restore(input.optional_object_attributes.as_ref());
    let (max_keys, rows) = limit(input.max_keys)?;
    let after = match &input.continuation_token {
        Some(token) => Some(read_token(token)?),
        None => input.start_after.clone(),
    };
    let start = after.as_deref().filter(|after| !after.is_empty()).map_or(Start::First, Start::After);
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let page = page(bucket, prefix, input.delimiter.as_deref(), start, rows);
    Ok(dto::ListObjectsV2Output {
        name: Some(input.bucket.clone()),
        prefix: Some(names.write(prefix)),
        max_keys: Some(max_keys),
        key_count: i32::try_from(page.objects.len() + page.commons.len()).ok(),
        continuation_token: input.continuation_token.clone(),
        is_truncated: Some(page.last.is_some()),
        next_continuation_token: page.last.as_deref().map(write_token),
        contents: write_objects(&page, names, input.fetch_owner == Some(true), with_restore),
        common_prefixes: names.commons(&page.commons),
        delimiter: names.write_opt(input.delimiter.as_ref()),
        encoding_type: input.encoding_type.clone(),
        start_after: names.write_opt(input.start_after.as_ref()),
        request_charged: None,
    })
}

/// Lists current objects (`ListObjects`, the first version).
pub(super) fn objects_v1(state: &State, input: &dto::ListObjectsInput) -> S3Result<dto::ListObjectsOutput> {
    let bucket = state.bucket(&input.bucket)?;
    let names = Names::new(input.encoding_type.as_ref())?;
    let with_restore = wants_restore(input.optional_object_attributes.as_ref());
    let (max_keys, rows) = limit(input.max_keys)?;
    let marker = input.marker.as_deref().filter(|marker| !marker.is_empty());
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let page = page(bucket, prefix, input.delimiter.as_deref(), marker.map_or(Start::First, Start::After), rows);
    // Without a delimiter the last key is the marker, and Amazon S3 names none (API Reference, "ListObjects").
    let next = page.last.as_deref().filter(|_| input.delimiter.is_some());
    Ok(dto::ListObjectsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(names.write(prefix)),
        marker: Some(names.write(input.marker.as_deref().unwrap_or_default())),
        max_keys: Some(max_keys),
        is_truncated: Some(page.last.is_some()),
        contents: write_objects(&page, names, true, with_restore),
        common_prefixes: names.commons(&page.commons),
        delimiter: names.write_opt(input.delimiter.as_ref()),
        next_marker: next.map(|next| names.write(next)),
        encoding_type: input.encoding_type.clone(),
        request_charged: None,
    })
}

/// A continuation token says nothing to the client, so nothing can depend on its form.
fn write_token(last: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("after {last}"))
}

fn read_token(token: &str) -> S3Result<String> {
    let text = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.strip_prefix("after ").map(str::to_owned))
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

/// Lists the caller's buckets, by name, in pages if asked to (`ListBuckets`).
pub(super) fn buckets(
    state: &State,
    caller: Caller,
    input: &dto::ListBucketsInput,
) -> S3Result<dto::ListBucketsOutput> {
    let account = caller.ok_or_else(crate::demo::access::denied)?;
    let rows = match input.max_buckets {
        None => usize::MAX,
        Some(asked @ 1..=10_000) => usize::try_from(asked).unwrap_or(usize::MAX),
        Some(_) => {
            return Err(s3_error!(InvalidArgument, "Argument max-buckets must be an integer between 1 and 10000"));
        }
    };
    let after = input.continuation_token.as_deref().map(read_token).transpose()?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let mut matching = state.buckets.iter().filter(|(name, bucket)| {
        bucket.owner == account
            && name.starts_with(prefix)
            && after.as_ref().is_none_or(|after| *name > after)
            && input.bucket_region.as_ref().is_none_or(|region| region == bucket.region)
    });
    let page: Vec<_> = matching.by_ref().take(rows).collect();
    let last = page.last().map(|(name, _)| write_token(name)).filter(|_| matching.next().is_some());
    let write = |(name, bucket): &(&String, &Bucket)| dto::Bucket {
        bucket_region: Some(bucket.region.to_owned()),
        creation_date: Some(bucket.created.into()),
        name: Some((*name).clone()),
    };
    Ok(dto::ListBucketsOutput {
        buckets: Some(page.iter().map(write).collect()),
        continuation_token: last,
        owner: Some(account.to_owner()),
        prefix: input.prefix.clone(),
    })
}

/// Lists all versions and delete markers, newest first within a key (`ListObjectVersions`).
pub(super) fn versions(state: &State, input: &dto::ListObjectVersionsInput) -> S3Result<dto::ListObjectVersionsOutput> {
    let bucket = state.bucket(&input.bucket)?;
    let names = Names::new(input.encoding_type.as_ref())?;
    let (max_keys, rows) = limit(input.max_keys)?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let key_marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let id_marker = input.version_id_marker.as_deref().filter(|marker| !marker.is_empty());
    let start = match (key_marker, id_marker) {
        (None, Some(_)) => {
            return Err(s3_error!(InvalidArgument, "A version-id marker cannot be specified without a key marker."));
        }
        (None, None) => Start::First,
        (Some(key), None) => Start::After(key),
        (Some(key), Some(_)) => Start::At(key),
    };
    let mut out = dto::ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(names.write(prefix)),
        delimiter: names.write_opt(input.delimiter.as_ref()),
        key_marker: Some(names.write(key_marker.unwrap_or_default())),
        version_id_marker: Some(id_marker.unwrap_or_default().to_owned()),
        max_keys: Some(max_keys),
        encoding_type: input.encoding_type.clone(),
        is_truncated: Some(false),
        ..Default::default()
    };
    let mut commons = Vec::new();
    let mut shown = Shown { rows, last: None };
    for row in Walk::new(&bucket.keys, prefix, input.delimiter.as_deref(), start, |_| true) {
        let is_whole = match row {
            Row::Common(common) => {
                shown.take(common, None) && {
                    commons.push(common.to_owned());
                    true
                }
            }
            Row::Key(key, all) => {
                let after = id_marker.filter(|_| Some(key) == key_marker);
                all.iter()
                    .rev()
                    .enumerate()
                    .skip_while(|(_, version)| after.is_some_and(|id| version.id != id))
                    .skip(usize::from(after.is_some()))
                    .all(|(at, version)| {
                        shown.take(key, Some(&version.id)) && {
                            write_version(&mut out, names, key, version, at == 0);
                            true
                        }
                    })
            }
        };
        if !is_whole {
            let (key, id) = shown.last.unwrap_or_default();
            out.is_truncated = Some(rows > 0);
            out.next_key_marker = Some(names.write(&key));
            out.next_version_id_marker = id;
            break;
        }
    }
    out.common_prefixes = names.commons(&commons);
    Ok(out)
}

/// Counts the rows of a page of versions, and remembers the last.
struct Shown {
    rows: usize,
    last: Option<(String, Option<String>)>,
}

impl Shown {
    fn take(&mut self, key: &str, id: Option<&str>) -> bool {
        let has_room = self.rows > 0;
        if has_room {
            self.rows -= 1;
            self.last = Some((key.to_owned(), id.map(str::to_owned)));
        }
        has_room
    }
}

fn write_version(out: &mut dto::ListObjectVersionsOutput, names: Names, key: &str, version: &Version, is_latest: bool) {
    let Some(object) = &version.object else {
        return out.delete_markers.get_or_insert_default().push(dto::DeleteMarkerEntry {
            is_latest: Some(is_latest),
            key: Some(names.write(key)),
            last_modified: Some(version.modified.into()),
            owner: None,
            version_id: Some(version.id.clone()),
        });
    };
    out.versions.get_or_insert_default().push(dto::ObjectVersion {
        checksum_algorithm: Some(vec![dto::ChecksumAlgorithm::from_static(object.sum.algorithm.name())]),
        checksum_type: object.sum.to_dto().checksum_type,
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        is_latest: Some(is_latest),
        key: Some(names.write(key)),
        last_modified: Some(version.modified.into()),
        owner: Some(object.owner.to_owner()),
        restore_status: None,
        size: i64::try_from(object.content.size()).ok(),
        storage_class: Some(object.class().to_owned().into()),
        version_id: Some(version.id.clone()),
    });
}
