//! Uploads that an earlier request, or an earlier run of the program, has left.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Call, PartDone, Store, UploadId};
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{ETag, Prefix};
use crate::model::upload::Sent;
use crate::s3::list::UploadRow;

/// How far the clocks of this machine and of the server may differ, and how long the answer to a request may take, for
/// an upload to be taken for the one that was asked for.
const DOUBT: SignedDuration = SignedDuration::from_mins(1);

impl Store {
    /// Aborts what earlier tries of the request that began `upload` have begun without an answer: uploads of the same
    /// key, begun no longer before it than `since` the first try, that have no parts.
    pub async fn abort_twins(&self, object: &ObjectRef, upload: &UploadId, since: Duration) -> Result<(), Error> {
        let found = self.uploads_of(object).await?;
        // Times are told in seconds, and by the server's clock alone.
        let Some(own) = found.iter().find(|row| row.id.text == upload.text).and_then(|row| row.initiated) else {
            return Ok(());
        };
        let reach =
            SignedDuration::try_from(since).unwrap_or(SignedDuration::MAX).saturating_add(SignedDuration::from_secs(2));
        self.abort_empty(object, found.iter().filter(|row| row.id.text != upload.text), own, reach).await
    }

    /// Aborts what was asked for about then, and whose answer never came: uploads of the key that have no parts.
    pub async fn abort_asked_for(&self, object: &ObjectRef, asked: Timestamp) -> Result<(), Error> {
        let found = self.uploads_of(object).await?;
        self.abort_empty(object, found.iter(), asked, DOUBT).await
    }

    async fn abort_empty(
        &self,
        object: &ObjectRef,
        rows: impl Iterator<Item = &UploadRow>,
        about: Timestamp,
        reach: SignedDuration,
    ) -> Result<(), Error> {
        for row in rows {
            let is_near = row.initiated.is_some_and(|other| about.duration_since(other).abs() <= reach);
            if is_near && self.uploaded_parts(object, &row.id).await?.is_some_and(|parts| parts.is_empty()) {
                self.abort_upload(object, &row.id).await?;
            }
        }
        Ok(())
    }

    /// Returns the unfinished uploads of just this key.
    async fn uploads_of(&self, object: &ObjectRef) -> Result<Vec<UploadRow>, Error> {
        let prefix = Prefix::from(object.key.as_str());
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let page = match self.list_uploads(&object.bucket, &prefix, from).await {
                Err(error) if error.kind == Kind::NoSuchBucket => return Ok(found),
                page => page?,
            };
            found.extend(page.uploads.into_iter().filter(|row| row.key == object.key));
            from = page.next;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// Returns which of these parts the server has; nothing if the upload is gone.
    pub async fn parts_still_there(
        &self,
        object: &ObjectRef,
        upload: &UploadId,
        parts: Vec<PartDone>,
    ) -> Result<Option<Vec<PartDone>>, Error> {
        let Some(there) = self.uploaded_parts(object, upload).await? else { return Ok(None) };
        let is_there = |part: &PartDone| there.contains(&(part.number, bare(&part.etag), part.size));
        Ok(Some(parts.into_iter().filter(is_there).collect()))
    }

    /// Returns how many parts the server has, and how large they are together; nothing if the upload is gone.
    pub async fn sent(&self, object: &ObjectRef, upload: &UploadId) -> Result<Option<Sent>, Error> {
        let parts = self.uploaded_parts(object, upload).await?;
        let sum = |parts: Vec<(i32, String, u64)>| Sent {
            parts: parts.len() as u64,
            bytes: parts.iter().map(|(_, _, size)| size).sum(),
        };
        Ok(parts.map(sum))
    }

    /// Returns number, entity tag without quotes and size in bytes of all parts that the server has; nothing if the upload is gone.
    async fn uploaded_parts(
        &self,
        object: &ObjectRef,
        upload: &UploadId,
    ) -> Result<Option<Vec<(i32, String, u64)>>, Error> {
        let call = Call::new("list the parts of", object.to_string(), "s3:ListMultipartUploadParts", &object.bucket);
        let mut parts = Vec::new();
        let mut from = None;
        loop {
            let listed = self.call(&call, |client| {
                client
                    .list_parts()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .upload_id(upload.as_str())
                    .set_part_number_marker(from.clone())
                    .set_request_payer(self.payer())
                    .send()
            });
            let page = match listed.await {
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoSuchBucket) => return Ok(None),
                page => page?,
            };
            parts.extend(page.parts().iter().filter_map(|part| {
                let etag = bare(&ETag::from(part.e_tag()?));
                Some((part.part_number()?, etag, part.size()?.cast_unsigned()))
            }));
            let next = page.next_part_number_marker().filter(|_| page.is_truncated() == Some(true));
            // A marker that stands still would never end.
            if next.is_none() || next == from.as_deref() {
                return Ok(Some(parts));
            }
            from = next.map(str::to_owned);
        }
    }
}

/// Servers do not agree on the quotes of an entity tag in a list of parts.
fn bare(etag: &ETag) -> String {
    etag.as_str().trim_matches('"').to_owned()
}
