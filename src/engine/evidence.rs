//! Gathers what decides who may do what: the layers, each on its own, so that one that is denied hides no other.

pub(super) mod bucket;
mod folder;
mod server;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::answer;
use super::core::Core;
use super::inspect::unread;
use crate::local::read::Source as File;
use crate::model::access::document::Policy;
use crate::model::access::evidence::{Evidence, Source};
use crate::model::access::{Fact, reader};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};
use crate::model::json::Fault;
use crate::model::name::BucketName;
use crate::s3::Store;

/// How long a document may be, in bytes: many times what S3 takes of any.
const LIMIT: usize = 1 << 20;

/// Gathers, and says what was found.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, source: Source, identity: Option<PathBuf>) {
    answer::with_one(core, ticket, "judge", move |core, _| async move {
        let evidence = gather(&core, source, identity).await?;
        Ok(Report::Gathered { ticket, evidence: Box::new(evidence) })
    });
}

/// Finds the word for a bucket, and says it.
pub(super) fn start_word(core: &Arc<Core>, ticket: Ticket, bucket: BucketName) {
    answer::with_one(core, ticket, "judge", move |core, _| async move {
        Ok(Report::Verdict { ticket, access: bucket::word(&core, &bucket).await })
    });
}

/// Gathers what decides, from a server or from files.
pub(super) async fn gather(core: &Arc<Core>, source: Source, identity: Option<PathBuf>) -> Result<Evidence, Error> {
    let identity = match identity {
        None => None,
        Some(path) => {
            Some(core.block("read", move || document(&path, reader::identity)?.ok_or_else(|| missing(&path))).await?)
        }
    };
    let evidence = match source {
        Source::Server { bucket, prefix, object, owner } => {
            server::gather(core, &bucket, &prefix, object.as_ref(), owner).await?
        }
        Source::Folder { path, owner } => {
            let (layers, notes) = core.block("read", move || folder::layers(&path, owner)).await?;
            Evidence { layers, notes, ..Evidence::default() }
        }
    };
    Ok(Evidence {
        identity: identity.map(Arc::new),
        pays: core.stores.requester_pays(),
        now: Timestamp::now(),
        ..evidence
    })
}

/// Reads a document from a file; nothing if there is no such file.
fn document<T>(path: &Path, read: fn(&str) -> Result<T, Fault>) -> Result<Option<T>, Error> {
    let invalid = |cause: String| Error::new(Kind::Invalid, "read", path.to_string_lossy(), cause);
    let file = match File::open(path) {
        // A link that leads nowhere is a document all the same, which was not found.
        Err(error) if error.kind == Kind::NotFound && path.symlink_metadata().is_err() => return Ok(None),
        Err(error) if error.kind == Kind::NotFound => {
            return Err(invalid("it is a link that leads nowhere".to_owned()));
        }
        file => file?,
    };
    let bytes = file.read_start(LIMIT + 1)?;
    if bytes.len() > LIMIT {
        return Err(invalid(format!("it is longer than {LIMIT} bytes, which no such document is")));
    }
    let text = String::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8".to_owned()))?;
    read(&text).map(Some).map_err(|fault| invalid(fault.to_string()))
}

fn missing(path: &Path) -> Error {
    Error::new(Kind::Invalid, "read", path.to_string_lossy(), "there is no such file")
}

/// Turns what a read said into a layer.
pub(super) fn layer<T>(store: &Store, read: Result<Option<T>, Error>) -> Fact<T> {
    match read {
        Ok(Some(value)) => Fact::Known(value),
        Ok(None) => Fact::Absent,
        Err(error) if store.lacks_layer(&error) => Fact::Absent,
        Err(error) => Fact::Unread(unread(&error)),
    }
}

/// Reads the text of a policy. One that cannot be understood may say anything.
pub(super) fn understood(text: Fact<String>) -> Fact<Arc<Policy>> {
    match text {
        Fact::Known(text) => match Policy::of_bucket(&text) {
            Ok(policy) => Fact::Known(Arc::new(policy)),
            Err(fault) => Fact::Unread(format!("it was read, but not understood: {fault}")),
        },
        Fact::Absent => Fact::Absent,
        Fact::Unread(read) => Fact::Unread(read),
        Fact::Unasked => Fact::Unasked,
    }
}
