//! The folder that receives a copy. Nothing is ever created outside it, whatever links stand in it.
//!
//! Folders are entered one part at a time, by descriptor and without following links. A link is followed only if it
//! leads to a place inside the root, and then that place is entered from the root again, without following links.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::metadata::Identity;
use super::write::TempFile;
use crate::model::error::{Error, Kind};

/// How many open folders are kept at hand.
const KEPT_FOLDERS: usize = 32;

/// A folder that receives files.
#[derive(Debug)]
pub struct Root {
    folder: Arc<OwnedFd>,
    /// As the user named it, for messages.
    shown: PathBuf,
    /// Without links.
    real: PathBuf,
    recent: Mutex<Vec<(PathBuf, Arc<OwnedFd>)>>,
    /// The permission bits of folders that are made, of which the umask takes its part.
    new_mode: u32,
    /// The folders that were made here.
    made: Mutex<HashSet<PathBuf>>,
    /// What the names of temporary files carry.
    tag: String,
}

/// What stands at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which file it is, and its state; of a link, the link's own.
    pub identity: Identity,
    /// Whether it is a folder (or a link to one).
    pub is_folder: bool,
    /// Whether it is a FIFO, a socket or a device (or a link to one).
    pub is_special: bool,
    /// Permission bits of a file; a link has none of its own.
    pub mode: Option<u32>,
}

impl Root {
    /// Opens the folder, and makes it first if it is missing.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let fail = |error: &std::io::Error| Error::from_io("write to", path.to_string_lossy(), error);
        std::fs::create_dir_all(path).map_err(|error| fail(&error))?;
        let real = std::fs::canonicalize(path).map_err(|error| fail(&error))?;
        let folder = rustix::fs::open(&real, folder_flags(), Mode::empty()).map_err(|error| fail(&error.into()))?;
        let (recent, made) = (Mutex::default(), Mutex::default());
        Ok(Self {
            folder: Arc::new(folder),
            shown: path.to_owned(),
            real,
            recent,
            new_mode: 0o777,
            made,
            tag: String::new(),
        })
    }

    /// Returns the whole path of a relative one, for messages.
    pub fn path_of(&self, relative: &Path) -> PathBuf {
        self.shown.join(relative)
    }

    /// Returns the folder at a relative path, made with all above it where it is missing.
    pub fn folder(&self, relative: &Path) -> Result<Arc<OwnedFd>, Error> {
        if relative.as_os_str().is_empty() {
            return Ok(Arc::clone(&self.folder));
        }
        if let Some(found) = self.recall(relative) {
            return Ok(found);
        }
        let mut folder = Arc::clone(&self.folder);
        let mut so_far = PathBuf::new();
        for part in parts(relative, &self.shown)? {
            folder = Arc::new(self.enter(&folder, &so_far, part, true)?);
            so_far.push(part);
        }
        self.keep(relative, &folder);
        Ok(folder)
    }

    /// Returns what stands at a relative path; nothing if the path or a folder above it is missing.
    pub fn look(&self, relative: &Path) -> Result<Option<Standing>, Error> {
        let (above, name) = self.split(relative)?;
        let Some(folder) = self.existing(above)? else { return Ok(None) };
        look_at(&folder, name).map_err(|error| self.fail(relative, error))
    }

    /// Begins a file at a relative path, under a temporary name beside it. It is never open to more people than it
    /// will be: with the permission bits if they are known, else as a new file.
    pub fn create_file(&self, relative: &Path, mode: Option<u32>) -> Result<TempFile, Error> {
        let (above, _) = self.split(relative)?;
        TempFile::create(self.folder(above)?, &self.path_of(relative), mode, &self.tag)
    }

    /// Opens a file at a relative path that an earlier run has left under a temporary name beside it.
    pub fn reopen_file(&self, relative: &Path, name: &str) -> Result<TempFile, Error> {
        let (above, _) = self.split(relative)?;
        TempFile::reopen(self.folder(above)?, &self.path_of(relative), name)
    }

    /// Lets the names of temporary files carry a tag that they can be found by.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.tag);
        self
    }

    /// Makes folders for their owner alone until [`Root::set_folder_mode`] says more.
    #[must_use]
    pub fn with_private_folders(mut self) -> Self {
        self.new_mode = 0o700;
        self
    }

    /// Returns where the folder is, without links.
    pub fn real(&self) -> &Path {
        &self.real
    }

    /// Gives a folder its permission bits if it was made here.
    pub fn set_folder_mode(&self, relative: &Path, mode: u32) -> Result<(), Error> {
        if !self.made.lock().unwrap_or_else(PoisonError::into_inner).contains(relative) {
            return Ok(());
        }
        let folder = self.folder(relative)?;
        rustix::fs::fchmod(&*folder, Mode::from_raw_mode(mode & 0o777)).map_err(|error| self.fail(relative, error))
    }

    /// Moves a file or a whole folder here by renaming it, if nothing stands at the relative path.
    ///
    /// Says whether it did: it cannot across file systems, nor where something stands.
    pub fn take_in(&self, from: &Path, relative: &Path) -> Result<bool, Error> {
        let (above, name) = self.split(relative)?;
        let folder = self.folder(above)?;
        #[cfg(any(target_os = "linux", target_vendor = "apple"))]
        {
            use rustix::fs::{CWD, RenameFlags, renameat_with};
            match renameat_with(CWD, from, &*folder, name, RenameFlags::NOREPLACE) {
                Ok(()) => Ok(true),
                Err(Errno::EXIST | Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
                Err(error) => Err(Error::from_io("move", from.to_string_lossy(), &error.into())),
            }
        }
        #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
        {
            let _ = (from, folder, name);
            Ok(false)
        }
    }

    /// Removes a file, or a link itself, if it is still what was seen there.
    pub fn remove_if_still(&self, relative: &Path, seen: &Identity) -> Result<(), Error> {
        let shown = || self.path_of(relative).to_string_lossy().into_owned();
        let fail = |error: Errno| Error::from_io("delete", shown(), &error.into());
        let (above, name) = self.split(relative)?;
        let now = match self.existing(above)? {
            Some(folder) => look_at(&folder, name).map_err(fail)?.map(|now| (folder, now)),
            None => None,
        };
        match now {
            Some((folder, now)) if now.identity.is_still(seen) => {
                rustix::fs::unlinkat(&*folder, name, AtFlags::empty()).map_err(fail)
            }
            Some(_) => {
                Err(Error::new(Kind::Conflict, "delete", shown(), "it changed since it was compared; it was kept"))
            }
            // Somebody else was faster, which is as good.
            None => Ok(()),
        }
    }

    fn existing(&self, above: &Path) -> Result<Option<Arc<OwnedFd>>, Error> {
        if above.as_os_str().is_empty() {
            return Ok(Some(Arc::clone(&self.folder)));
        }
        if let Some(found) = self.recall(above) {
            return Ok(Some(found));
        }
        let mut folder = Arc::clone(&self.folder);
        let mut so_far = PathBuf::new();
        for part in parts(above, &self.shown)? {
            match self.enter(&folder, &so_far, part, false) {
                Ok(next) => folder = Arc::new(next),
                Err(error) if error.kind == Kind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
            so_far.push(part);
        }
        Ok(Some(folder))
    }

    /// Enters one part; `so_far` is the path of `folder` below the root.
    fn enter(&self, folder: &OwnedFd, so_far: &Path, part: &OsStr, may_create: bool) -> Result<OwnedFd, Error> {
        let here = so_far.join(part);
        let open = || rustix::fs::openat(folder, part, folder_flags(), Mode::empty());
        match open() {
            Ok(found) => Ok(found),
            Err(Errno::NOENT) if may_create => {
                match rustix::fs::mkdirat(folder, part, Mode::from_raw_mode(self.new_mode)) {
                    Ok(()) => {
                        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(here.clone());
                    }
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(self.fail(&here, error)),
                }
                match open() {
                    Ok(found) => Ok(found),
                    Err(Errno::LOOP | Errno::NOTDIR) => self.follow(folder, &here, part),
                    Err(error) => Err(self.fail(&here, error)),
                }
            }
            // What a link gives under O_NOFOLLOW differs by system: ELOOP, or ENOTDIR beside O_DIRECTORY.
            Err(Errno::LOOP | Errno::NOTDIR) => self.follow(folder, &here, part),
            Err(error) => Err(self.fail(&here, error)),
        }
    }

    /// Enters what stands where a folder must be, if it is a link to a folder inside the root.
    fn follow(&self, folder: &OwnedFd, here: &Path, part: &OsStr) -> Result<OwnedFd, Error> {
        let stat =
            rustix::fs::statat(folder, part, AtFlags::SYMLINK_NOFOLLOW).map_err(|error| self.fail(here, error))?;
        if rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::Symlink {
            return Err(self.refuse(here, "a file stands where a folder must be"));
        }
        let real = std::fs::canonicalize(self.real.join(here))
            .map_err(|error| Error::from_io("write to", self.path_of(here).to_string_lossy(), &error))?;
        let Ok(inside) = real.strip_prefix(&self.real) else {
            return Err(self.refuse(here, "a link there leads out of the target folder"));
        };
        let mut at = rustix::fs::openat(&*self.folder, ".", folder_flags(), Mode::empty())
            .map_err(|error| self.fail(here, error))?;
        for part in parts(inside, &self.shown)? {
            at =
                rustix::fs::openat(&at, part, folder_flags(), Mode::empty()).map_err(|error| self.fail(here, error))?;
        }
        Ok(at)
    }

    fn split<'a>(&self, relative: &'a Path) -> Result<(&'a Path, &'a OsStr), Error> {
        match (relative.parent(), relative.file_name()) {
            (Some(above), Some(name)) => Ok((above, name)),
            _ => Err(self.refuse(relative, "it has no name")),
        }
    }

    fn recall(&self, relative: &Path) -> Option<Arc<OwnedFd>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = recent.iter().position(|(path, _)| path == relative)?;
        let found = recent.remove(at);
        let folder = Arc::clone(&found.1);
        recent.push(found);
        Some(folder)
    }

    fn keep(&self, relative: &Path, folder: &Arc<OwnedFd>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= KEPT_FOLDERS {
            recent.remove(0);
        }
        recent.push((relative.to_owned(), Arc::clone(folder)));
    }

    fn fail(&self, relative: &Path, error: Errno) -> Error {
        Error::from_io("write", self.path_of(relative).to_string_lossy(), &error.into())
    }

    fn refuse(&self, relative: &Path, cause: &str) -> Error {
        Error::new(Kind::Invalid, "write", self.path_of(relative).to_string_lossy(), cause)
    }
}

/// Returns what stands under a name in an open folder.
pub(super) fn look_at(folder: &impl AsFd, name: &OsStr) -> Result<Option<Standing>, Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => {
            let kind = FileType::from_raw_mode(stat.st_mode);
            // Only a link asks further; opening what it leads to cannot be avoided, a folder alone is tried.
            let is_folder = kind == FileType::Directory
                || kind == FileType::Symlink
                    && rustix::fs::openat(folder, name, flags | OFlags::DIRECTORY, Mode::empty()).is_ok();
            let mode = (kind == FileType::RegularFile).then_some(stat.st_mode & 0o777);
            let leads_to = if kind == FileType::Symlink {
                // A link that leads nowhere is nothing special.
                let behind = rustix::fs::statat(folder, name, AtFlags::empty());
                behind.map_or(FileType::RegularFile, |behind| FileType::from_raw_mode(behind.st_mode))
            } else {
                kind
            };
            let is_special = !matches!(leads_to, FileType::RegularFile | FileType::Directory);
            Ok(Some(Standing { identity: identity_of(&stat), is_folder, is_special, mode }))
        }
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the identity of an open file.
pub(super) fn identity_of_file(file: &File) -> std::io::Result<Identity> {
    Ok(Identity::of(&file.metadata()?))
}

#[expect(clippy::cast_sign_loss, reason = "a size is never negative")]
#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    clippy::cast_lossless,
    clippy::cast_possible_wrap,
    reason = "the types differ by system"
)]
fn identity_of(stat: &rustix::fs::Stat) -> Identity {
    Identity {
        device: stat.st_dev as u64,
        inode: stat.st_ino as u64,
        size: stat.st_size as u64,
        modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        changed: (stat.st_nlink as u64 == 1).then_some((stat.st_ctime as i64, stat.st_ctime_nsec as i64)),
    }
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Returns the parts of a relative path; anything but a plain name is refused.
fn parts<'a>(relative: &'a Path, shown: &Path) -> Result<Vec<&'a OsStr>, Error> {
    relative
        .components()
        .map(|part| match part {
            Component::Normal(part) => Ok(part),
            _ => Err(Error::new(
                Kind::UnsafeName,
                "write",
                shown.join(OsString::from(relative)).to_string_lossy(),
                "the path leaves its folder",
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::write::Replace;
    use super::*;

    fn write(root: &Root, relative: &str) -> Result<(), Error> {
        let mut file = root.create_file(Path::new(relative), None)?;
        file.write_at(b"x", 0)?;
        file.commit(Path::new(relative).file_name().unwrap(), &Replace::Never)
    }

    #[test]
    fn a_link_out_of_the_target_is_never_followed() {
        let home = tempfile::tempdir().unwrap();
        let (inside, outside) = (home.path().join("in"), home.path().join("out"));
        std::fs::create_dir_all(inside.join("real")).unwrap();
        std::fs::create_dir(&outside).unwrap();
        symlink(&outside, inside.join("abs")).unwrap();
        symlink("../out", inside.join("rel")).unwrap();
        symlink("real", inside.join("fine")).unwrap();
        let root = Root::create(&inside).unwrap();
        for relative in ["abs/f", "rel/f", "abs/deep/f", "rel/deep/f"] {
            let error = write(&root, relative).unwrap_err();
            assert!(error.to_string().contains("leads out of the target folder"), "{error}");
        }
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
        write(&root, "fine/f").unwrap();
        assert!(inside.join("real/f").exists(), "a link inside the target is followed");
        for relative in ["../f", "/f", "a/../../f", ""] {
            assert!(write(&root, relative).is_err(), "{relative:?}");
        }
    }

    #[test]
    fn a_root_that_is_itself_a_link_is_the_users_choice() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("real")).unwrap();
        symlink("real", home.path().join("link")).unwrap();
        let root = Root::create(&home.path().join("link")).unwrap();
        write(&root, "a/b/f").unwrap();
        assert!(home.path().join("real/a/b/f").exists());
    }

    #[test]
    fn a_file_where_a_folder_must_be_is_refused_by_name() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("dir"), "").unwrap();
        let root = Root::create(home.path()).unwrap();
        let error = write(&root, "dir/x").unwrap_err().to_string();
        assert!(error.ends_with("/dir: a file stands where a folder must be"), "{error}");
        assert!(root.look(Path::new("none/x")).unwrap().is_none());
        assert!(root.look(Path::new("dir")).unwrap().is_some());
        assert!(!home.path().join("none").exists(), "looking creates nothing");
    }
}
