//! Removes files and folders. Links are removed, never followed, and a folder is entered by descriptor, so that
//! nothing outside it can be reached by exchanging a folder for a link meanwhile.

use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::metadata::Identity;
use crate::model::error::{Error, Kind};

/// How deep folders may lie in one another: each level holds a descriptor.
const MAX_DEPTH: usize = 256;

/// What was removed, or why not.
#[derive(Debug)]
pub struct Removed {
    /// The path.
    pub path: PathBuf,
    /// The size of a file.
    pub bytes: u64,
    /// How it ended.
    pub result: Result<(), Error>,
}

struct Level {
    folder: OwnedFd,
    entries: Dir,
    path: PathBuf,
    name: OsString,
}

/// Removes a path and all below it, and says so of each; stops when told to.
pub fn remove_tree(path: &Path, mut on: impl FnMut(Removed) -> ControlFlow<()>) {
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        let error = Error::new(Kind::Invalid, "delete", path.to_string_lossy(), "it has no name of its own");
        let _ = on(Removed { path: path.to_owned(), bytes: 0, result: Err(error) });
        return;
    };
    let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let outer = match rustix::fs::open(above, flags, Mode::empty()) {
        Ok(outer) => outer,
        Err(error) => {
            let _ = on(removed(path, 0, Err(error)));
            return;
        }
    };
    let mut levels: Vec<Level> = Vec::new();
    if step(&outer, name, path, &mut levels, &mut on).is_break() {
        return;
    }
    while let Some(level) = levels.last_mut() {
        match level.entries.next() {
            Some(Ok(entry)) => {
                let name = OsStr::from_bytes(entry.file_name().to_bytes()).to_owned();
                if name == "." || name == ".." {
                    continue;
                }
                let path = level.path.join(&name);
                let Ok(folder) = rustix::io::fcntl_dupfd_cloexec(&level.folder, 0) else { return };
                if step(&folder, &name, &path, &mut levels, &mut on).is_break() {
                    return;
                }
            }
            Some(Err(error)) => {
                let path = level.path.clone();
                levels.pop();
                if on(removed(&path, 0, Err(error))).is_break() {
                    return;
                }
            }
            None => {
                let Some(done) = levels.pop() else { return };
                let parent = levels.last().map_or(&outer, |level| &level.folder);
                let result = rustix::fs::unlinkat(parent, &done.name, AtFlags::REMOVEDIR);
                if on(removed(&done.path, 0, result)).is_break() {
                    return;
                }
            }
        }
    }
}

/// Removes one entry, or enters it if it is a folder.
fn step(
    folder: &OwnedFd,
    name: &OsStr,
    path: &Path,
    levels: &mut Vec<Level>,
    on: &mut impl FnMut(Removed) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let stat = match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(error) => return on(removed(path, 0, Err(error))),
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        let bytes = u64::try_from(stat.st_size).unwrap_or(0);
        return on(removed(path, bytes, rustix::fs::unlinkat(folder, name, AtFlags::empty())));
    }
    if levels.len() >= MAX_DEPTH {
        let error = Error::new(Kind::Io, "delete", path.to_string_lossy(), "folders lie too deep in one another");
        return on(Removed { path: path.to_owned(), bytes: 0, result: Err(error) });
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = rustix::fs::openat(folder, name, flags, Mode::empty())
        .and_then(|opened| Dir::read_from(&opened).map(|entries| (opened, entries)));
    match opened {
        Ok((opened, entries)) => {
            levels.push(Level { folder: opened, entries, path: path.to_owned(), name: name.to_owned() });
            ControlFlow::Continue(())
        }
        Err(error) => on(removed(path, 0, Err(error))),
    }
}

fn removed(path: &Path, bytes: u64, result: Result<(), Errno>) -> Removed {
    let result = result.map_err(|error| Error::from_io("delete", path.to_string_lossy(), &error.into()));
    Removed { path: path.to_owned(), bytes, result }
}

/// Removes a file whose copy was verified, if it is still what was copied.
pub fn remove_unchanged(path: &Path, copied: &Identity) -> Result<(), Error> {
    let now = std::fs::metadata(path).map(|metadata| Identity::of(&metadata));
    if !now.is_ok_and(|now| now.is_still(copied)) {
        let cause = "the file changed after it was copied; it was kept";
        return Err(Error::new(Kind::Conflict, "delete", path.to_string_lossy(), cause));
    }
    remove_file(path)
}

/// Removes one file, or a link itself.
pub fn remove_file(path: &Path) -> Result<(), Error> {
    std::fs::remove_file(path).map_err(|error| Error::from_io("delete", path.to_string_lossy(), &error))
}

/// Removes a folder if nothing is left in it; says whether it did.
pub fn remove_empty_folder(path: &Path) -> bool {
    std::fs::remove_dir(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_all_below_it_and_links_are_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (doomed, kept) = (home.path().join("doomed"), home.path().join("kept"));
        std::fs::create_dir_all(doomed.join("a/b/c")).unwrap();
        std::fs::write(doomed.join("a/b/f"), "123").unwrap();
        std::fs::create_dir(&kept).unwrap();
        std::fs::write(kept.join("precious"), "keep").unwrap();
        std::os::unix::fs::symlink(&kept, doomed.join("a/link")).unwrap();
        let mut results = Vec::new();
        remove_tree(&doomed, |removed| {
            results.push(removed);
            ControlFlow::Continue(())
        });
        assert!(results.iter().all(|removed| removed.result.is_ok()), "{results:?}");
        assert_eq!(results.len(), 6);
        assert_eq!(results.last().unwrap().path, doomed);
        assert!(!doomed.exists() && kept.join("precious").exists());
    }

    #[test]
    fn it_stops_when_told_to() {
        let home = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(home.path().join(name), "").unwrap();
        }
        let mut calls = 0;
        remove_tree(home.path(), |_| {
            calls += 1;
            ControlFlow::Break(())
        });
        assert_eq!(calls, 1);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_changed_after_its_copy_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        std::fs::write(&path, "one").unwrap();
        let copied = Identity::of(&std::fs::metadata(&path).unwrap());
        std::fs::write(&path, "other").unwrap();
        assert_eq!(remove_unchanged(&path, &copied).unwrap_err().kind, Kind::Conflict);
        assert!(path.exists());
        remove_unchanged(&path, &Identity::of(&std::fs::metadata(&path).unwrap())).unwrap();
        assert!(!path.exists());
    }
}
