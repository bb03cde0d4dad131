//! Files that come into being whole: written under a temporary name, renamed when all is there.

use std::ffi::OsStr;
use std::fs::{File, FileTimes};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use jiff::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::metadata::Identity;
use super::root::{identity_of_file, look_at};
use crate::model::error::{Error, Kind};

/// How the names of all temporary files begin.
const TEMPORARY: &str = ".bucketry-";

/// What a file may take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Nothing: what stands there is a conflict.
    Never,
    /// What was seen there, if it is still the same.
    IfStill(Identity),
    /// Anything but a folder.
    Always,
}

/// A file under a temporary name, removed when it is dropped before its commit.
#[derive(Debug)]
pub struct TempFile {
    file: File,
    folder: Arc<OwnedFd>,
    name: String,
    shown: PathBuf,
    is_committed: bool,
    /// Whether it stays when it is dropped before its commit, because somebody can go on with it.
    keeps: Option<Arc<AtomicBool>>,
    is_kept: AtomicBool,
}

impl TempFile {
    /// Creates an empty file in a folder; `shown` is where it will go, for messages. `mode` is what it may be open to,
    /// and `tag` what its name can be known by.
    pub fn create(folder: Arc<OwnedFd>, shown: &Path, mode: Option<u32>, tag: &str) -> Result<Self, Error> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let name = temporary_name(tag);
            match rustix::fs::openat(&*folder, &name, flags, Mode::from_raw_mode(mode.unwrap_or(0o666) & 0o777)) {
                Ok(file) => {
                    let file = File::from(file);
                    return Ok(Self {
                        file,
                        folder,
                        name,
                        shown: shown.to_owned(),
                        is_committed: false,
                        keeps: None,
                        is_kept: AtomicBool::default(),
                    });
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(Error::from_io("write", shown.to_string_lossy(), &error.into())),
            }
        }
    }

    /// Opens a file that an earlier run has left under a temporary name.
    pub fn reopen(folder: Arc<OwnedFd>, shown: &Path, name: &str) -> Result<Self, Error> {
        let fail = |error: std::io::Error| Error::from_io("write", shown.to_string_lossy(), &error);
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let opened = rustix::fs::openat(&*folder, name, flags, Mode::empty());
        let file = File::from(opened.map_err(|error| fail(error.into()))?);
        if !file.metadata().map_err(fail)?.is_file() {
            return Err(Error::new(Kind::Invalid, "write", shown.to_string_lossy(), "it is not a regular file"));
        }
        let name = name.to_owned();
        Ok(Self {
            file,
            folder,
            name,
            shown: shown.to_owned(),
            is_committed: false,
            keeps: None,
            is_kept: AtomicBool::default(),
        })
    }

    /// Lets the file stay when it is dropped before its commit while `keeps` is set.
    pub fn keep_while(&mut self, keeps: Arc<AtomicBool>) {
        self.keeps = Some(keeps);
    }

    /// Lets the file stay when it is dropped before its commit.
    pub fn keep(&self) {
        self.is_kept.store(true, Relaxed);
    }

    /// Returns its temporary name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes the space that the file will need, so that a full disk is known before anything is fetched.
    pub fn preallocate(&self, bytes: u64) -> Result<(), Error> {
        if bytes == 0 {
            return Ok(());
        }
        #[cfg(target_os = "linux")]
        if let Some(available) = available_memory(&self.file) {
            let enough = if available < bytes { Err(Errno::NOSPC.into()) } else { self.file.set_len(bytes) };
            return enough.map_err(|error| self.fail(&error));
        }
        #[cfg(target_os = "linux")]
        match rustix::fs::fallocate(&self.file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
            Ok(()) => return Ok(()),
            Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => return Err(self.fail(&error.into())),
            // Many file systems cannot; the length alone is set then.
            Err(_) => {}
        }
        self.file.set_len(bytes).map_err(|error| self.fail(&error))
    }

    /// Writes all of a chunk at a position.
    pub fn write_at(&self, chunk: &[u8], offset: u64) -> Result<(), Error> {
        self.file.write_all_at(chunk, offset).map_err(|error| self.fail(&error))
    }

    /// Reads back what was written at a position, until the chunk is full.
    pub fn read_at(&self, chunk: &mut [u8], offset: u64) -> Result<(), Error> {
        self.file.read_exact_at(chunk, offset).map_err(|error| self.fail(&error))
    }

    /// Returns the size that the file has now.
    pub fn size(&self) -> Result<u64, Error> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(|error| self.fail(&error))
    }

    /// Cuts or extends the file.
    pub fn set_size(&self, bytes: u64) -> Result<(), Error> {
        self.file.set_len(bytes).map_err(|error| self.fail(&error))
    }

    /// Sets the time of last modification.
    pub fn set_modified(&self, time: Timestamp) -> Result<(), Error> {
        self.file.set_times(FileTimes::new().set_modified(time.into())).map_err(|error| self.fail(&error))
    }

    /// Sets the permission bits.
    pub fn set_mode(&self, mode: u32) -> Result<(), Error> {
        use std::os::unix::fs::PermissionsExt;
        self.file.set_permissions(std::fs::Permissions::from_mode(mode & 0o777)).map_err(|error| self.fail(&error))
    }

    /// Waits until the contents are on the disk: a move deletes the source after this, and not before.
    pub fn sync(&self) -> Result<(), Error> {
        self.file.sync_all().map_err(|error| self.fail(&error))
    }

    /// Gives the file its name. A conflict leaves it as it is, for another try.
    pub fn commit(&mut self, name: &OsStr, replace: &Replace) -> Result<(), Error> {
        let standing = look_at(&*self.folder, name).map_err(|error| self.fail(&error.into()))?;
        if standing.is_some_and(|standing| standing.is_folder) {
            return Err(self.refuse(Kind::Invalid, "a folder stands where the file must be"));
        }
        match replace {
            Replace::Never => self.rename_without_replacing(name)?,
            Replace::IfStill(seen) => {
                if !standing.is_some_and(|standing| standing.identity.is_still(seen)) {
                    return Err(self.refuse(Kind::Conflict, "the target changed meanwhile"));
                }
                self.rename(name)?;
            }
            Replace::Always => self.rename(name)?,
        }
        self.is_committed = true;
        Ok(())
    }

    /// Waits until the new name is on the disk.
    pub fn sync_folder(&self) -> Result<(), Error> {
        rustix::fs::fsync(&*self.folder).map_err(|error| self.fail(&error.into()))
    }

    /// Returns which file this is.
    pub fn identity(&self) -> Result<Identity, Error> {
        identity_of_file(&self.file).map_err(|error| self.fail(&error))
    }

    fn rename(&self, name: &OsStr) -> Result<(), Error> {
        rustix::fs::renameat(&*self.folder, &self.name, &*self.folder, name).map_err(|error| self.fail(&error.into()))
    }

    fn rename_without_replacing(&self, name: &OsStr) -> Result<(), Error> {
        let folder = &*self.folder;
        match rename_noreplace(folder, OsStr::new(&self.name), folder, name) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => Err(self.refuse(Kind::Conflict, "the target exists")),
            Err(error) => Err(self.fail(&error.into())),
        }
    }

    fn fail(&self, error: &std::io::Error) -> Error {
        Error::from_io("write", self.shown.to_string_lossy(), error)
    }

    fn refuse(&self, kind: Kind, cause: &str) -> Error {
        Error::new(kind, "write", self.shown.to_string_lossy(), cause)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let is_kept = self.is_kept.load(Relaxed) || self.keeps.as_ref().is_some_and(|keeps| keeps.load(Relaxed));
        if !self.is_committed && !is_kept {
            let _ = rustix::fs::unlinkat(&*self.folder, &self.name, AtFlags::empty());
        }
    }
}

/// Renames and fails with `EEXIST` if the new name is taken, on file systems that cannot do so at once too.
pub(super) fn rename_noreplace(from: &OwnedFd, old: &OsStr, to: &OwnedFd, new: &OsStr) -> Result<(), Errno> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    match rustix::fs::renameat_with(from, old, to, new, rustix::fs::RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
        result => return result,
    }
    match rustix::fs::linkat(from, old, to, new, AtFlags::empty()) {
        Ok(()) => return rustix::fs::unlinkat(from, old, AtFlags::empty()),
        Err(Errno::EXIST) => return Err(Errno::EXIST),
        Err(Errno::XDEV) => return Err(Errno::XDEV),
        Err(_) => {}
    }
    // Neither is possible (exFAT, some FUSE): the name is taken with an empty file, which is then replaced.
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    drop(rustix::fs::openat(to, new, flags, Mode::from_raw_mode(0o600))?);
    rustix::fs::renameat(from, old, to, new).inspect_err(|_| {
        let _ = rustix::fs::unlinkat(to, new, AtFlags::empty());
    })
}

/// Makes a folder, and those above it; one that exists is a conflict.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    let fail = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::new(Kind::Conflict, "create", path.to_string_lossy(), "it exists already")
        }
        _ => Error::from_io("create", path.to_string_lossy(), error),
    };
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(|error| fail(&error))?;
    }
    std::fs::create_dir(path).map_err(|error| fail(&error))
}

/// Makes a private folder for files that only this user may see.
pub fn private_folder() -> Result<PathBuf, Error> {
    use std::os::unix::fs::DirBuilderExt;
    let above = std::env::temp_dir();
    loop {
        let path = above.join(format!("bucketry-{:016x}", random()));
        match std::fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::from_io("create", path.to_string_lossy(), &error)),
        }
    }
}

/// Short, hidden, and not to be guessed: it fits where the final name has all 255 bytes.
fn temporary_name(tag: &str) -> String {
    format!("{TEMPORARY}{tag}-{:016x}", random())
}

/// Returns whether a file is one of ours that did not come to its name, or has not yet: it is no part of a folder's
/// contents. Nobody else has names like these.
pub fn is_temporary(name: &OsStr) -> bool {
    let is_hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY)).and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(tag, number)| (tag.is_empty() || is_hex(tag, 8)) && is_hex(number, 16))
}

/// Removes the files in a folder that have a temporary name with this tag, except those that are named.
pub fn remove_temporary(folder: &Path, tag: &str, except: &[String]) -> Result<(), Error> {
    let begin = format!("{TEMPORARY}{tag}-");
    let fail = |error: std::io::Error| Error::from_io("clean up in", folder.to_string_lossy(), &error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(fail)?,
    };
    for entry in entries {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let is_ours = is_temporary(&name)
            && name.to_str().is_some_and(|name| name.starts_with(&begin) && !except.iter().any(|own| own == name));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            std::fs::remove_file(entry.path()).map_err(fail)?;
        }
    }
    Ok(())
}

/// Returns a number that nobody guesses. The keys of a new hash state are the standard library's only randomness.
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Returns how many bytes a file system in memory can still take; nothing where it lies on a disk or has no limit.
///
/// There all that is taken beforehand is written at once, with zeros, and that takes as long as what is fetched.
#[cfg(target_os = "linux")]
fn available_memory(file: &File) -> Option<u64> {
    /// Of tmpfs, see <https://man7.org/linux/man-pages/man2/statfs.2.html>.
    const TMPFS_MAGIC: u64 = 0x0102_1994;
    let found = rustix::fs::fstatfs(file).ok()?;
    let is_in_memory = u64::try_from(found.f_type) == Ok(TMPFS_MAGIC) && found.f_blocks > 0;
    is_in_memory.then(|| found.f_bavail.saturating_mul(u64::try_from(found.f_bsize).unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::super::root::Root;
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn temporary_names_are_known_and_no_other_is_taken_for_one() {
        for tag in ["", "0123abcd"] {
            assert!(is_temporary(OsStr::new(&temporary_name(tag))), "{}", temporary_name(tag));
        }
        for name in [
            ".bucketry",
            ".bucketry-",
            ".bucketry-notes-2026",
            ".bucketry-0123abcd-",
            "bucketry-0123abcd-0123456789abcdef",
        ] {
            assert!(!is_temporary(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        let root = Root::create(home.path()).unwrap();
        let long = "n".repeat(255);
        let mut file = root.create_file(Path::new(&long), None).unwrap();
        file.preallocate(5).unwrap();
        file.write_at(b"lo", 3).unwrap();
        file.write_at(b"hel", 0).unwrap();
        assert!(names(home.path())[0].starts_with(".bucketry-"));
        file.commit(OsStr::new(&long), &Replace::Never).unwrap();
        assert_eq!(names(home.path()), std::slice::from_ref(&long));
        assert_eq!(std::fs::read(home.path().join(&long)).unwrap(), b"hello");
        drop(root.create_file(Path::new("gone"), None).unwrap());
        assert_eq!(names(home.path()), [long], "a dropped file leaves nothing behind");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn more_than_fits_is_known_before_anything_is_written() {
        for home in [tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap()] {
            let file = Root::create(home.path()).unwrap().create_file(Path::new("f"), None).unwrap();
            assert!(file.preallocate(1 << 60).is_err());
            file.preallocate(1 << 20).unwrap();
            assert_eq!(file.size().unwrap(), 1 << 20);
        }
    }

    #[test]
    fn what_stands_there_is_a_conflict_and_stays() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        std::fs::write(&path, "old").unwrap();
        let seen = Identity::of(&std::fs::metadata(&path).unwrap());
        let root = Root::create(home.path()).unwrap();
        let mut file = root.create_file(Path::new("f"), None).unwrap();
        file.write_at(b"new", 0).unwrap();
        assert_eq!(file.commit(OsStr::new("f"), &Replace::Never).unwrap_err().kind, Kind::Conflict);
        std::fs::write(&path, "newer").unwrap();
        assert_eq!(file.commit(OsStr::new("f"), &Replace::IfStill(seen)).unwrap_err().kind, Kind::Conflict);
        assert_eq!(std::fs::read(&path).unwrap(), b"newer");
        let seen = Identity::of(&std::fs::metadata(&path).unwrap());
        file.commit(OsStr::new("f"), &Replace::IfStill(seen)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_folder_is_never_replaced_and_a_link_is_replaced_itself() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("dir")).unwrap();
        std::fs::write(home.path().join("precious"), "keep").unwrap();
        std::os::unix::fs::symlink("precious", home.path().join("link")).unwrap();
        let root = Root::create(home.path()).unwrap();
        let mut file = root.create_file(Path::new("dir"), None).unwrap();
        assert_eq!(file.commit(OsStr::new("dir"), &Replace::Always).unwrap_err().kind, Kind::Invalid);
        file.commit(OsStr::new("link"), &Replace::Always).unwrap();
        assert_eq!(std::fs::read(home.path().join("precious")).unwrap(), b"keep");
    }

    #[test]
    fn a_private_folder_is_closed_to_others() {
        use std::os::unix::fs::MetadataExt;
        let path = private_folder().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        std::fs::remove_dir(path).unwrap();
    }
}
