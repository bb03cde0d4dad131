//! An object that comes with one request.

use std::sync::Arc;

use super::corrupt;
use crate::engine::jobs::Job;
use crate::engine::transfer::Context;
use crate::engine::transfer::landing::{self, Content, LocalAim};
use crate::model::error::{Error, Kind};
use crate::model::job::Verified;
use crate::model::location::ObjectRef;
use crate::s3::ObjectFacts;

/// Objects up to this size are kept in memory until they are there, and written at once.
const IN_MEMORY: u64 = 256 * 1024;

/// Takes back the bytes of a body that did not arrive whole, unless it is told that it did.
struct Counted<'a> {
    job: &'a Job,
    bytes: u64,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.job.progress.retract_bytes(self.bytes);
    }
}

/// Fetches all of it; a small one stays in memory.
pub(super) async fn fetch(
    context: &Arc<Context>,
    object: &ObjectRef,
    aim: &LocalAim,
) -> Result<(Content, ObjectFacts, Verified), Error> {
    let job = &context.job;
    let mut body = context.store.get(object, None, None).await?.limited_by(&job.limits);
    let facts = body.facts.clone();
    let mut check = facts.check(context.takes_tags_for_md5());
    let mut counted = Counted { job, bytes: 0 };
    let mut chunks = Vec::new();
    let file = if facts.size > IN_MEMORY { Some(landing::create(context, aim, facts.size).await?) } else { None };
    while let Some(chunk) = body.next_chunk().await? {
        check.update(&chunk);
        let offset = counted.bytes;
        counted.bytes += chunk.len() as u64;
        job.progress.add_bytes(chunk.len() as u64);
        match &file {
            Some(file) => file.write_at(&chunk, offset)?,
            None => chunks.push(chunk),
        }
    }
    if counted.bytes != facts.size {
        return Err(Error::new(Kind::Corrupt, "download", object.to_string(), "the size of what arrived differs"));
    }
    let verified = check.finish().ok_or_else(|| corrupt(object))?;
    counted.bytes = 0;
    Ok((file.map_or(Content::Memory(chunks), Content::File), facts, verified))
}
