//! Texts of this program that go through the person's editor: written to a private file, and taken back from it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::answer;
use super::core::Core;
use super::edit::write_private;
use crate::local::read::Source;
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};

/// No text is longer, in bytes: more than any document that S3 takes.
const LIMIT: usize = 16 * 1024 * 1024;

/// Writes a text to a private file. Like a fetched object it is removed at the end, unless it was changed.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, name: String, text: String) {
    answer::to_the_end(core, ticket, "write", move |core, _| async move {
        let fetched = core.block("write", move || write_private(&name, text.as_bytes())).await?;
        let path = fetched.path.clone();
        core.fetched.lock().unwrap_or_else(PoisonError::into_inner).push(fetched);
        Ok(Report::Drafted { ticket, path })
    });
}

/// Reads a file that was written so. It stays: whoever has the text discards it.
pub(super) fn read(core: &Arc<Core>, ticket: Ticket, path: PathBuf) {
    answer::with_one(core, ticket, "read", move |core, _| async move {
        let text = core.block("read", move || text_of(&path)).await?;
        Ok(Report::Draft { ticket, text })
    });
}

fn text_of(path: &Path) -> Result<String, Error> {
    let refused = |cause: &str| {
        let cause = format!("{cause}; it is still in {}", path.display());
        Error::new(Kind::Invalid, "read", path.to_string_lossy(), cause)
    };
    let bytes = Source::open(path)?.read_start(LIMIT)?;
    if bytes.len() == LIMIT {
        return Err(refused("the text is longer than any document"));
    }
    String::from_utf8(bytes).map_err(|_| refused("the text is not UTF-8"))
}
