//! Reads a file by position, and knows whether it changed meanwhile.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::metadata::{Identity, Nature};
use super::passing;
use crate::model::error::{Error, Kind};

/// An open regular file and what it was when it was opened.
#[derive(Debug)]
pub struct Source {
    file: File,
    path: PathBuf,
    identity: Identity,
}

impl Source {
    /// Opens a regular file; anything else is refused, and a FIFO does not block.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let fail = |error: &std::io::Error| Error::from_io("read", path.to_string_lossy(), error);
        let flags = i32::try_from((OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY).bits()).unwrap_or(0);
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| fail(&error))?;
        let metadata = file.metadata().map_err(|error| fail(&error))?;
        match Nature::of(&metadata) {
            Nature::File => {}
            Nature::Folder => return Err(Error::new(Kind::Invalid, "read", path.to_string_lossy(), "it is a folder")),
            Nature::Special(word) => {
                return Err(Error::new(Kind::Invalid, "read", path.to_string_lossy(), format!("it is {word}")));
            }
        }
        Ok(Self { file, path: path.to_owned(), identity: Identity::of(&metadata) })
    }

    /// Returns what the file was when it was opened.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns its permission bits.
    pub fn mode(&self) -> Option<u32> {
        use std::os::unix::fs::MetadataExt;
        self.file.metadata().ok().map(|metadata| metadata.mode() & 0o777)
    }

    /// Fills the buffer from a position; a file that became shorter is an error.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), Error> {
        passing::read_exact_at(&self.file, buffer, offset).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.changed(),
            _ => Error::from_io("read", self.path.to_string_lossy(), &error),
        })
    }

    /// Reads at most `limit` bytes from the start.
    pub fn read_start(&self, limit: usize) -> Result<Vec<u8>, Error> {
        let mut buffer = vec![0; limit.min(usize::try_from(self.identity.size).unwrap_or(limit))];
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from_io("read", self.path.to_string_lossy(), &error)),
            }
        }
        buffer.truncate(filled);
        Ok(buffer)
    }

    /// Fails if the file, or what its path leads to, is not what was opened, or if it goes on after its end.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        let open = self.file.metadata().map(|metadata| Identity::of(&metadata));
        let named = std::fs::metadata(&self.path).map(|metadata| Identity::of(&metadata));
        match (open, named) {
            (Ok(open), Ok(named)) if open.is_still(&self.identity) && named.is_still(&self.identity) => {
                self.check_end()
            }
            _ => Err(self.changed()),
        }
    }

    /// Fails if there is more than the file says: files of the kernel and of gateways often say 0 bytes.
    fn check_end(&self) -> Result<(), Error> {
        match self.file.read_at(&mut [0], self.identity.size) {
            Ok(0) => Ok(()),
            Ok(_) => {
                let cause = "it holds more than the size it says, so where it ends cannot be known";
                Err(Error::new(Kind::Invalid, "read", self.path.to_string_lossy(), cause))
            }
            Err(error) => Err(Error::from_io("read", self.path.to_string_lossy(), &error)),
        }
    }

    fn changed(&self) -> Error {
        Error::new(Kind::Conflict, "read", self.path.to_string_lossy(), "the file changed while it was read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_shrinks_or_is_replaced_while_it_is_read_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let open = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Source::open(&path).unwrap()
        };
        let source = open("abc");
        source.check_unchanged().unwrap();
        std::fs::write(&path, "abcdef").unwrap();
        assert_eq!(source.check_unchanged().unwrap_err().kind, Kind::Conflict);
        let source = open("abcdef");
        std::fs::write(&path, "ab").unwrap();
        assert!(source.read_at(&mut [0; 6], 0).is_err());
        let source = open("abc");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "abc").unwrap();
        assert!(source.check_unchanged().is_err(), "another file under the same name");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_holds_more_than_it_says_is_refused() {
        let source = Source::open(Path::new("/proc/self/status")).unwrap();
        assert_eq!(source.identity().size, 0);
        assert!(source.check_unchanged().unwrap_err().to_string().contains("more than the size it says"));
    }

    #[test]
    fn a_fifo_is_refused_without_waiting_for_a_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(Source::open(&path).unwrap_err().to_string().ends_with("it is a FIFO"));
    }
}
