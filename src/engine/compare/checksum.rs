//! Whether two of one size have the same bytes, by what a listing says of an object and a file holds.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::engine::core::Core;
use crate::local::read::Source;
use crate::model::compare::{Facts, Hand, Mark, Places};
use crate::model::error::{Error, Kind};
use crate::model::job::Verified;
use crate::model::location::Location;
use crate::model::name::ETag;
use crate::s3::{Check, ObjectFacts};

/// What is read of a file at once, in bytes.
const CHUNK: u64 = 1024 * 1024;

/// Returns whether both have the same bytes, if that can be known without a request.
pub(super) async fn are_same(
    core: &Arc<Core>,
    token: &CancellationToken,
    places: &Places,
    name: &str,
    [left, right]: [&Facts; 2],
) -> Result<Option<bool>, Error> {
    let (file, object) = match (&left.mark, &right.mark) {
        _ if left.size == 0 => return Ok(Some(true)),
        (Mark::Object(one), Mark::Object(two)) => {
            return Ok(are_objects_same(core, places, one.as_ref(), two.as_ref()).await);
        }
        (Mark::File { .. }, Mark::Object(Some(tag))) => (Hand::Left, tag),
        (Mark::Object(Some(tag)), Mark::File { .. }) => (Hand::Right, tag),
        _ => return Ok(None),
    };
    let Location::Local(folder) = places.at(file) else { return Ok(None) };
    let facts = ObjectFacts { size: left.size, etag: Some(object.clone()), ..ObjectFacts::default() };
    let check = match facts.check(takes_tags_for_md5(core, places).await) {
        // Of an object in parts the sizes of those are not known, so another result says nothing.
        Check::Nothing => facts.check_of_parts(None, false),
        check => check,
    };
    if matches!(check, Check::Nothing) {
        return Ok(None);
    }
    let (path, token) = (folder.join(name), token.clone());
    core.block("compare", move || Ok(read_through(&path, facts.size, check, || token.is_cancelled()))).await
}

/// What looks like an MD5 is taken for one unless the server is known to give others: at worst what is the same is copied
/// once more, while the other way round what differs would be missed.
async fn takes_tags_for_md5(core: &Core, places: &Places) -> bool {
    for profile in [&places.left, &places.right].into_iter().filter_map(Location::profile) {
        if core.stores.of(profile).await.lacks_md5_tags() {
            return false;
        }
    }
    true
}

/// Tags of parts differ with the sizes of those, so only equal ones say anything.
async fn are_objects_same(core: &Core, places: &Places, one: Option<&ETag>, two: Option<&ETag>) -> Option<bool> {
    let (one, two) = (one?, two?);
    if one == two {
        return Some(true);
    }
    let is_plain = |tag: &ETag| tag.as_str().trim_matches('"').len() == 32;
    (is_plain(one) && is_plain(two) && takes_tags_for_md5(core, places).await).then_some(false)
}

/// Returns whether a file has the bytes of an object; nothing if it cannot be read as it was seen. Its copy tells why.
fn read_through(path: &Path, size: u64, mut check: Check, is_cancelled: impl Fn() -> bool) -> Option<bool> {
    let read = || -> Result<Check, Error> {
        let source = Source::open(path)?;
        let mut buffer = vec![0; usize::try_from(size.min(CHUNK)).unwrap_or_default()];
        let mut offset = 0;
        while offset < size {
            if is_cancelled() {
                return Err(Error::new(Kind::Cancelled, "compare", path.to_string_lossy(), "cancelled"));
            }
            let length = usize::try_from(size - offset).unwrap_or(usize::MAX).min(buffer.len());
            let chunk = buffer.get_mut(..length).unwrap_or_default();
            source.read_at(chunk, offset)?;
            check.update(chunk);
            offset += length as u64;
        }
        source.check_unchanged()?;
        Ok(check)
    };
    match read().ok()?.finish() {
        Some(Verified::Checksum(_) | Verified::Crc64Nvme) => Some(true),
        Some(Verified::Size | Verified::Nothing) => None,
        None => Some(false),
    }
}
