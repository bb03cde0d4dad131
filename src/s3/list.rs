//! Lists buckets, keys and unfinished uploads, one page a call.
//!
//! `encoding-type=url` is asked for on every listing and decoded here: without it one key with a control character
//! makes the XML of the whole page unreadable.

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::types::{EncodingType, Initiator, Object};
use jiff::Timestamp;

use super::client::{Call, Store};
use super::encoding::{bytes, decode, time};
use super::multipart::UploadId;
use crate::model::entry::{Entry, EntryExtra, EntryKind, StorageClass};
use crate::model::error::{Error, Kind};
use crate::model::name::{BucketName, ETag, ObjectKey, Prefix};

/// Buckets a page: Amazon pages only when asked to.
const MAX_BUCKETS: i32 = 1000;

/// One page of buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketPage {
    /// Rows of the kind `Bucket`.
    pub entries: Vec<Entry>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// What to list.
#[derive(Debug, Clone)]
pub struct ListPage<'a> {
    /// The bucket.
    pub bucket: &'a BucketName,
    /// What the keys begin with.
    pub prefix: &'a Prefix,
    /// Whether keys are folded at the next slash.
    pub is_folded: bool,
    /// Where the page before ended.
    pub token: Option<String>,
    /// The key after which it starts, on a first page.
    pub start_after: Option<String>,
    /// Fewer than the server's own 1,000.
    pub max_keys: Option<i32>,
}

impl<'a> ListPage<'a> {
    /// Returns the first page of what lies right below a prefix.
    pub fn folded(bucket: &'a BucketName, prefix: &'a Prefix) -> Self {
        Self { bucket, prefix, is_folded: true, token: None, start_after: None, max_keys: None }
    }

    /// Returns the first page of all keys below a prefix.
    pub fn flat(bucket: &'a BucketName, prefix: &'a Prefix) -> Self {
        Self { is_folded: false, ..Self::folded(bucket, prefix) }
    }

    /// Returns the page that a token of the page before stands for.
    #[must_use]
    pub fn from(mut self, token: Option<String>) -> Self {
        self.token = token;
        self
    }
}

/// One page of keys, in the server's order within each list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyPage {
    /// Prefixes one level down, whole, with their slash; only if folded.
    pub prefixes: Vec<Prefix>,
    /// Objects.
    pub objects: Vec<ListedObject>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// The whole key.
    pub key: ObjectKey,
    /// In bytes.
    pub size: u64,
    /// Last modified.
    pub modified: Option<Timestamp>,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The storage class, if the listing said one.
    pub storage_class: Option<StorageClass>,
}

/// One page of unfinished multipart uploads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadPage {
    /// The uploads.
    pub uploads: Vec<UploadRow>,
    /// Where it goes on: key marker and upload id marker.
    pub next: Option<(String, String)>,
}

/// One unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// The key that it would write.
    pub key: ObjectKey,
    /// Its id.
    pub id: UploadId,
    /// When it was begun.
    pub initiated: Option<Timestamp>,
    /// The storage class that it would be written in, if the listing said one.
    pub storage_class: Option<StorageClass>,
    /// Who began it, if the listing said it: by name, or else by id.
    pub initiator: Option<String>,
}

impl Store {
    /// Lists the caller's buckets with region and creation date.
    pub async fn list_buckets(&self, token: Option<String>) -> Result<BucketPage, Error> {
        let call = Call::service("list", "the buckets", "s3:ListAllMyBuckets");
        let output = self
            .call(&call, |client| {
                client.list_buckets().max_buckets(MAX_BUCKETS).set_continuation_token(token.clone()).send()
            })
            .await?;
        let next = output.continuation_token().filter(|next| !next.is_empty()).map(str::to_owned);
        let mut entries = Vec::with_capacity(output.buckets().len());
        for bucket in output.buckets() {
            let Some(name) = bucket.name() else { continue };
            let mut entry = Entry::new(name, EntryKind::Bucket);
            entry.modified = time(bucket.creation_date());
            if let Some(region) = bucket.bucket_region().filter(|region| !region.is_empty()) {
                self.learn_region(name, region);
                entry.extra = Some(Box::new(EntryExtra { region: Some(region.to_owned()), ..EntryExtra::default() }));
            }
            entries.push(entry);
        }
        // A server that does not page answers the same again.
        Ok(BucketPage { entries, next: next.filter(|next| Some(next) != token.as_ref()) })
    }

    /// Lists one page of keys.
    pub async fn list_page(&self, page: &ListPage<'_>) -> Result<KeyPage, Error> {
        let target = format!("s3://{}/{}", page.bucket, page.prefix);
        let call = Call::new("list", target, "s3:ListBucket", page.bucket);
        let output = self
            .call(&call, |client| {
                client
                    .list_objects_v2()
                    .bucket(page.bucket.as_str())
                    .set_prefix((!page.prefix.is_root()).then(|| page.prefix.to_string()))
                    .set_delimiter(page.is_folded.then(|| "/".to_owned()))
                    .encoding_type(EncodingType::Url)
                    .set_continuation_token(page.token.clone())
                    .set_start_after(page.start_after.clone())
                    .set_max_keys(page.max_keys)
                    .set_request_payer(self.payer())
                    .send()
            })
            .await?;
        let encoding = output.encoding_type();
        let prefixes = output
            .common_prefixes()
            .iter()
            .filter_map(|common| common.prefix())
            .map(|prefix| Prefix::from(&*decode(prefix, encoding)))
            .collect();
        let objects = output.contents().iter().filter_map(|object| listed(object, encoding)).collect();
        let next = output.next_continuation_token().filter(|next| !next.is_empty()).map(str::to_owned);
        if output.is_truncated() == Some(true) && next.is_none() {
            return Err(call.error(Kind::Server, "the answer is cut short and does not say where it goes on"));
        }
        if next.is_some() && next == page.token {
            return Err(call.error(Kind::Server, "the answer leads back to itself"));
        }
        // A server that does not say whether it is cut short, and where it goes on, has said that it is.
        Ok(KeyPage { prefixes, objects, next: next.filter(|_| output.is_truncated() != Some(false)) })
    }

    /// Lists one page of unfinished multipart uploads.
    pub async fn list_uploads(
        &self,
        bucket: &BucketName,
        prefix: &Prefix,
        from: Option<(String, String)>,
    ) -> Result<UploadPage, Error> {
        let target = format!("s3://{bucket}/{prefix}");
        let call = Call::new("list the unfinished uploads of", target, "s3:ListBucketMultipartUploads", bucket);
        let (key_marker, id_marker) = from.unzip();
        let (call, key_marker, id_marker) = (&call, &key_marker, &id_marker);
        let ask = |encoding: Option<EncodingType>| {
            self.call(call, move |client| {
                client
                    .list_multipart_uploads()
                    .bucket(bucket.as_str())
                    .set_prefix((!prefix.is_root()).then(|| prefix.to_string()))
                    .set_encoding_type(encoding.clone())
                    .set_key_marker(key_marker.clone())
                    .set_upload_id_marker(id_marker.clone())
                    .set_request_payer(self.payer())
                    .send()
            })
        };
        let mut output = ask(Some(EncodingType::Url)).await?;
        let is_silent = is_silently_encoded(&output);
        if !is_silent && may_be_silently_encoded(&output) {
            output = ask(None).await?;
        }
        let said = output.encoding_type();
        let encoding = said.or(is_silent.then_some(&EncodingType::Url));
        let uploads = output.uploads().iter().filter_map(|upload| {
            Some(UploadRow {
                key: ObjectKey::from(&*decode(upload.key()?, encoding)),
                id: UploadId::new(upload.upload_id()?),
                initiated: time(upload.initiated()),
                storage_class: upload.storage_class().map(|class| StorageClass::from_name(class.as_str())),
                initiator: upload.initiator().and_then(initiator),
            })
        });
        let next = (output.is_truncated() == Some(true)).then(|| {
            let key = decode(output.next_key_marker().unwrap_or_default(), said).into_owned();
            (key, output.next_upload_id_marker().unwrap_or_default().to_owned())
        });
        if next.is_some() && next == key_marker.clone().zip(id_marker.clone()) {
            return Err(call.error(Kind::Server, "the answer leads back to itself"));
        }
        Ok(UploadPage { uploads: uploads.collect(), next })
    }
}

/// RGW 16.2 encodes the keys of uploads and does not say so, but leaves the marker for the next page plain; that marker
/// is the last key. Pinned by the contract case "an aborted upload leaves nothing".
fn is_silently_encoded(output: &ListMultipartUploadsOutput) -> bool {
    let last = output.uploads().last().and_then(|upload| upload.key());
    let (None, Some(last), Some(marker)) = (output.encoding_type(), last, output.next_key_marker()) else {
        return false;
    };
    last != marker && decode(last, Some(&EncodingType::Url)) == marker
}

/// Where the last key has nothing to encode, that of RGW tells nothing of the others. An upload that is looked for by a wrong
/// key is not found, which passes for aborted. Pinned by the contract case "unfinished uploads are listed and aborted by
/// the command".
fn may_be_silently_encoded(output: &ListMultipartUploadsOutput) -> bool {
    let mut keys = output.uploads().iter().filter_map(|upload| upload.key());
    output.encoding_type().is_none() && keys.any(|key| key.contains(['%', '+']))
}

/// Servers tell a name, an id (for users of IAM their ARN), both, or leave either empty.
fn initiator(own: &Initiator) -> Option<String> {
    [own.display_name(), own.id()].into_iter().flatten().find(|name| !name.is_empty()).map(str::to_owned)
}

fn listed(object: &Object, encoding: Option<&EncodingType>) -> Option<ListedObject> {
    Some(ListedObject {
        key: ObjectKey::from(&*decode(object.key()?, encoding)),
        size: bytes(object.size()).unwrap_or_default(),
        modified: time(object.last_modified()),
        etag: object.e_tag().map(ETag::from),
        storage_class: object.storage_class().map(|class| StorageClass::from_name(class.as_str())),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::MultipartUpload;

    use super::*;

    fn answer(keys: &[&str], marker: Option<&str>, said: Option<EncodingType>) -> ListMultipartUploadsOutput {
        let uploads = keys.iter().map(|key| MultipartUpload::builder().key(*key).build()).collect();
        let output = ListMultipartUploadsOutput::builder().set_uploads(Some(uploads)).set_encoding_type(said);
        output.set_next_key_marker(marker.map(str::to_owned)).build()
    }

    #[test]
    fn a_silent_encoding_shows_in_the_plain_marker() {
        assert!(is_silently_encoded(&answer(&["a%20b"], Some("a b"), None)));
        assert!(!is_silently_encoded(&answer(&["a%20b"], Some("a%20b"), None)));
        assert!(!is_silently_encoded(&answer(&["a%20b"], None, None)));
    }

    #[test]
    fn where_it_does_not_show_keys_that_look_encoded_are_asked_for_plainly() {
        assert!(may_be_silently_encoded(&answer(&["a%20b", "c"], Some("c"), None)));
        assert!(!may_be_silently_encoded(&answer(&["a b", "c"], Some("c"), None)));
        assert!(!may_be_silently_encoded(&answer(&["a%20b", "c"], Some("c"), Some(EncodingType::Url))));
    }
}
