//! Where a document is kept before another takes its place, so that it can be put back.
//!
//! One file for each document of each bucket. It is written before the server is asked, so what it keeps may still stand if
//! the server refused; therefore it holds what was kept before that, too. Its name is a digest, because that of a bucket
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
    /// What was kept when that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earlier: Option<Earlier>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Earlier {
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

    fn path(&self) -> PathBuf {
        self.root.join(self.relative())
    }

    /// Keeps the document that stands and is to be replaced, or that there is none. Returns where.
    pub fn write(&self, standing: Option<&Value>) -> Result<PathBuf, Error> {
        let earlier = match self.kept() {
            // The last write has not come to be.
            Ok(kept) if kept.document.as_ref() == standing => kept.earlier,
            Ok(kept) => Some(Earlier { document: kept.document }),
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Corrupt) => None,
            Err(error) => return Err(error),
        };
        let (address, document) = (self.address.clone(), standing.cloned());
        let kept = Kept { address, kind: self.kind, document, earlier };
        let path = self.path();
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

    /// Reads what was kept last and does not stand: a document, or that there was none.
    pub fn read(&self, standing: Option<&Value>) -> Result<Option<Value>, Error> {
        let kept = self.kept()?;
        Ok(match kept.earlier {
            Some(earlier) if kept.document.as_ref() == standing => earlier.document,
            _ => kept.document,
        })
    }

    fn kept(&self) -> Result<Kept, Error> {
        let path = self.path();
        let fail = |kind, cause: &str| Error::new(kind, "read", path.to_string_lossy(), cause);
        let source = Source::open(&path).map_err(|error| match error.kind {
            Kind::NotFound => fail(Kind::NotFound, "nothing is kept: this program has not written that document"),
            _ => error,
        })?;
        let text = source.read_start(LIMIT)?;
        let kept = serde_json::from_slice::<Kept>(&text).ok();
        let mine = kept.filter(|kept| kept.address == self.address && kept.kind == self.kind);
        mine.ok_or_else(|| fail(Kind::Corrupt, "it is not what was kept"))
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
        assert_eq!(odd.read(None).unwrap_err().kind, Kind::NotFound);
        let path = odd.write(Some(&json!({ "a": 1 }))).unwrap();
        assert_eq!(path.parent().unwrap(), home.path().join(FOLDER));
        assert!(path.file_name().unwrap().to_str().unwrap().ends_with("-cors.json"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(path.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(odd.read(None).unwrap(), Some(json!({ "a": 1 })));
        odd.write(None).unwrap();
        assert_eq!(odd.read(Some(&json!({ "a": 2 }))).unwrap(), None);
        assert_eq!(place("other").read(None).unwrap_err().kind, Kind::NotFound);
    }

    #[test]
    fn what_still_stands_does_not_take_the_place_of_what_was_kept_before() {
        let home = tempfile::tempdir().unwrap();
        let place = Place::new(home.path(), "one".to_owned(), DocumentKind::Cors);
        let (a, b, c) = (json!("a"), json!("b"), json!("c"));
        place.write(Some(&a)).unwrap();
        for _ in 0..2 {
            // The server refuses what was to stand in place of b.
            place.write(Some(&b)).unwrap();
            assert_eq!(place.read(Some(&b)).unwrap().as_ref(), Some(&a));
        }
        assert_eq!(place.read(Some(&c)).unwrap().as_ref(), Some(&b), "it was taken after all");
        place.write(Some(&c)).unwrap();
        assert_eq!(place.read(Some(&c)).unwrap().as_ref(), Some(&b));
    }

    #[test]
    fn what_is_of_another_bucket_is_not_put_back() {
        let home = tempfile::tempdir().unwrap();
        let place = |address: &str| Place::new(home.path(), address.to_owned(), DocumentKind::Cors);
        let (one, other) = (place("one").write(None).unwrap(), place("other").write(None).unwrap());
        std::fs::copy(one, other).unwrap();
        assert_eq!(place("other").read(None).unwrap_err().kind, Kind::Corrupt);
    }
}
