//! Where a document is kept before another takes its place, so that it can be put back.
//!
//! One file for each document of each bucket, the last that was replaced. Its name is a digest, because that of a bucket
//! comes from outside; what it is of stands in it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::local::read::Source;
use crate::local::root::Root;
use crate::local::write::Replace;
use crate::model::document::DocumentKind;
use crate::model::error::{Error, Kind};

/// The folder in the data folder.
const FOLDER: &str = "documents";

/// No kept document is longer, in bytes: more than any that S3 takes.
const LIMIT: usize = 16 * 1024 * 1024;

/// A file that keeps a document.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    name: OsString,
    address: String,
    kind: DocumentKind,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    address: String,
    kind: DocumentKind,
    document: Option<Value>,
}

impl Place {
    /// Returns the place for a document of the bucket at an address.
    pub fn new(data_folder: &Path, address: String, kind: DocumentKind) -> Self {
        let digest = Sha256::digest(address.as_bytes());
        let mut name = String::new();
        for byte in digest.iter().take(16) {
            let _ = write!(name, "{byte:02x}");
        }
        let _ = write!(name, "-{}.json", kind.facts().name);
        Self { root: data_folder.to_owned(), name: name.into(), address, kind }
    }

    fn relative(&self) -> PathBuf {
        Path::new(FOLDER).join(&self.name)
    }

    /// Keeps a document, or that there was none. Returns where.
    pub fn write(&self, document: Option<&Value>) -> Result<PathBuf, Error> {
        let kept = Kept { address: self.address.clone(), kind: self.kind, document: document.cloned() };
        let path = self.root.join(self.relative());
        let fail =
            |error: serde_json::Error| Error::new(Kind::Invalid, "write", path.to_string_lossy(), error.to_string());
        let text = serde_json::to_string_pretty(&kept).map_err(fail)?;
        let root = Root::create(&self.root)?.with_private_folders();
        let mut file = root.create_file(&self.relative(), Some(0o600))?;
        file.write_at(text.as_bytes(), 0)?;
        file.sync()?;
        file.commit(&self.name, &Replace::Always)?;
        file.sync_folder()?;
        Ok(path)
    }

    /// Reads what was kept: a document, or that there was none.
    pub fn read(&self) -> Result<Option<Value>, Error> {
        let path = self.root.join(self.relative());
        let fail = |kind, cause: &str| Error::new(kind, "read", path.to_string_lossy(), cause);
        let source = Source::open(&path).map_err(|error| match error.kind {
            Kind::NotFound => fail(Kind::NotFound, "nothing is kept: this program has not written that document"),
            _ => error,
        })?;
        let text = source.read_start(LIMIT)?;
        let kept = serde_json::from_slice::<Kept>(&text).ok();
        let mine = kept.filter(|kept| kept.address == self.address && kept.kind == self.kind);
        mine.map(|kept| kept.document).ok_or_else(|| fail(Kind::Corrupt, "it is not what was kept"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_is_open_to_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let place = |address: &str| Place::new(home.path(), address.to_owned(), DocumentKind::Cors);
        let odd = place("../../\u{1b}[2J");
        assert_eq!(odd.read().unwrap_err().kind, Kind::NotFound);
        let path = odd.write(Some(&json!({ "a": 1 }))).unwrap();
        assert_eq!(path.parent().unwrap(), home.path().join(FOLDER));
        assert!(path.file_name().unwrap().to_str().unwrap().ends_with("-cors.json"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(path.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(odd.read().unwrap(), Some(json!({ "a": 1 })));
        odd.write(None).unwrap();
        assert_eq!(odd.read().unwrap(), None);
        assert_eq!(place("other").read().unwrap_err().kind, Kind::NotFound);
    }

    #[test]
    fn what_is_of_another_bucket_is_not_put_back() {
        let home = tempfile::tempdir().unwrap();
        let place = |address: &str| Place::new(home.path(), address.to_owned(), DocumentKind::Cors);
        let (one, other) = (place("one").write(None).unwrap(), place("other").write(None).unwrap());
        std::fs::copy(one, other).unwrap();
        assert_eq!(place("other").read().unwrap_err().kind, Kind::Corrupt);
    }
}
