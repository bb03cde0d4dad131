//! From S3: one request after the other goes on where the one before broke off, if the object is still the same.

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};

use crate::engine::jobs::Job;
use crate::model::error::{Error, Kind};
use crate::model::job::ItemOutcome;
use crate::model::location::ObjectRef;
use crate::s3::{Check, ObjectFacts, Store};

/// What is known of an object, and how far it has come.
struct Known {
    facts: ObjectFacts,
    check: Check,
    done: u64,
}

/// Hands the bytes of an object on, in order.
pub(in crate::engine) async fn read(job: &Job, object: &ObjectRef, out: mpsc::Sender<Bytes>) -> Result<(), Error> {
    let name = object.to_string();
    job.progress.add_total(1, 0);
    job.progress.begin(&name);
    let store = job.core.store_of(&object.bucket).await;
    let known = Mutex::new(None);
    let go_on = || async { go_on(job, &store, object, &out, &mut *known.lock().await).await };
    let mut before = 0;
    let known = loop {
        let ended = job.call(&job.core.lanes.parts, go_on).await;
        let now = known.lock().await.as_ref().map_or(0, |known: &Known| known.done);
        match ended {
            Ok(()) => break known.into_inner(),
            Err(error) if error.is_transient() && now > before => before = now,
            Err(error) if error.kind == Kind::Conflict => {
                return Err(Error { cause: "the object changed while it was read".to_owned(), ..error });
            }
            Err(error) => return Err(error),
        }
    };
    let verified = known.and_then(|known| known.check.finish().map(|verified| (known.done, verified)));
    let (bytes, verified) = verified
        .ok_or_else(|| Error::new(Kind::Corrupt, "read", name.clone(), "what arrived is not what is stored"))?;
    job.record(name, bytes, ItemOutcome::Done(verified)).await;
    Ok(())
}

/// Reads from where it stopped to the end, or until it breaks off.
async fn go_on(
    job: &Job,
    store: &Store,
    object: &ObjectRef,
    out: &mpsc::Sender<Bytes>,
    known: &mut Option<Known>,
) -> Result<(), Error> {
    let body = match known {
        None => store.get(object, None, None).await?,
        Some(Known { facts, done, .. }) if *done < facts.size => {
            store.get(object, Some(*done..facts.size), facts.etag.as_ref()).await?
        }
        Some(_) => return Ok(()),
    };
    job.gate.was_passed();
    let mut body = body.limited_by(&job.limits);
    let known = known.get_or_insert_with(|| {
        let facts = body.facts.clone();
        job.progress.add_total(0, facts.size);
        Known { check: facts.check(store.has_md5_tags()), facts, done: 0 }
    });
    loop {
        let chunk = match body.next_chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) if known.done < known.facts.size => {
                return Err(Error::new(Kind::Network, "read", object.to_string(), "the answer came short"));
            }
            Ok(None) => return Ok(()),
            Err(error) if known.facts.etag.is_none() && known.done > 0 => {
                let cause = format!("{}; without an entity tag it cannot be gone on with", error.cause);
                return Err(Error { kind: Kind::Other, cause, ..error });
            }
            Err(error) => return Err(error),
        };
        let size = chunk.len() as u64;
        if known.done + size > known.facts.size {
            let cause = "the server sent more than there is";
            return Err(Error::new(Kind::Corrupt, "read", object.to_string(), cause));
        }
        known.check.update(&chunk);
        known.done += size;
        job.progress.add_bytes(size);
        out.send(chunk).await.map_err(|_| Error::cancelled("read", object.to_string()))?;
    }
}
