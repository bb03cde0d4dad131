//! The entries of a local folder, one at a time, with links told apart from what they lead to.

use std::ffi::OsStr;
use std::fs::{DirEntry, Metadata, ReadDir};
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::metadata::{Identity, Nature};
use crate::model::entry::{Entry, EntryExtra, EntryKind};
use crate::model::error::Error;

/// An open folder that yields its entries in the order of the file system.
#[derive(Debug)]
pub struct Listing {
    inner: ReadDir,
    path: PathBuf,
}

impl Listing {
    /// Opens a folder.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let inner = std::fs::read_dir(path).map_err(|error| Error::from_io("list", path.to_string_lossy(), &error))?;
        Ok(Self { inner, path: path.to_owned() })
    }
}

impl Iterator for Listing {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.inner.next()?;
        Some(match next {
            Ok(found) => Ok(entry_of(&found)),
            Err(error) => Err(Error::from_io("list", self.path.to_string_lossy(), &error)),
        })
    }
}

fn entry_of(found: &DirEntry) -> Entry {
    let path = found.path();
    let name = found.file_name();
    if let Ok(metadata) = found.metadata() {
        return describe(&path, &name, &metadata);
    }
    let mut entry = named(&name, EntryKind::File);
    entry.extra.get_or_insert_default().is_unreadable = true;
    entry
}

/// Returns the entry of a path whose own metadata is known.
fn describe(path: &Path, name: &OsStr, own: &Metadata) -> Entry {
    let mut entry;
    if own.is_symlink() {
        let followed = std::fs::metadata(path);
        entry = named(name, link_kind(followed.as_ref().ok()));
        if let Ok(target) = followed {
            fill(&mut entry, &target);
        }
        let link = std::fs::read_link(path).map(|target| target.to_string_lossy().into_owned()).ok();
        entry.extra.get_or_insert_default().link_target = link;
    } else {
        entry = named(name, kind(own));
        fill(&mut entry, own);
    }
    if !is_readable(path, entry.kind) {
        entry.extra.get_or_insert_default().is_unreadable = true;
    }
    entry
}

fn fill(entry: &mut Entry, metadata: &Metadata) {
    entry.size = metadata.is_file().then_some(metadata.len());
    entry.modified = Identity::of(metadata).modified_at();
}

fn kind(metadata: &Metadata) -> EntryKind {
    match Nature::of(metadata) {
        Nature::File => EntryKind::File,
        Nature::Folder => EntryKind::Folder,
        Nature::Special(_) => EntryKind::Special,
    }
}

fn link_kind(target: Option<&Metadata>) -> EntryKind {
    match target.map(Nature::of) {
        Some(Nature::File) => EntryKind::FileLink,
        Some(Nature::Folder) => EntryKind::FolderLink,
        Some(Nature::Special(_)) => EntryKind::Special,
        None => EntryKind::BrokenLink,
    }
}

fn is_readable(path: &Path, kind: EntryKind) -> bool {
    match kind {
        EntryKind::Folder | EntryKind::FolderLink => {
            rustix::fs::access(path, Access::READ_OK | Access::EXEC_OK).is_ok()
        }
        EntryKind::File | EntryKind::FileLink => rustix::fs::access(path, Access::READ_OK).is_ok(),
        _ => true,
    }
}

fn named(name: &OsStr, kind: EntryKind) -> Entry {
    let mut entry = Entry::new(name.to_string_lossy(), kind);
    if name.to_str().is_none() {
        entry.extra.get_or_insert_default().raw_name = Some(name.to_owned());
    }
    entry
}

/// Returns the size in memory of what few entries have.
pub fn extra_bytes(extra: Option<&EntryExtra>) -> usize {
    extra.map_or(0, |extra| {
        size_of::<EntryExtra>()
            + extra.raw_name.as_ref().map_or(0, |name| name.len())
            + extra.region.as_ref().map_or(0, String::len)
            + extra.link_target.as_ref().map_or(0, String::len)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use EntryKind::{BrokenLink, File, FileLink, Folder, FolderLink, Special};

    use super::*;

    fn listed(path: &Path) -> Vec<Entry> {
        let mut entries: Vec<_> = Listing::open(path).unwrap().map(Result::unwrap).collect();
        entries.sort_by(|one, two| one.name.cmp(&two.name));
        entries
    }

    #[test]
    fn links_special_files_and_odd_names_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("a-folder")).unwrap();
        std::fs::write(at("b-file"), "12345").unwrap();
        symlink("a-folder", at("c-folder-link")).unwrap();
        symlink("b-file", at("d-file-link")).unwrap();
        symlink("e-loop", at("e-loop")).unwrap();
        symlink("gone", at("f-broken")).unwrap();
        let fifo = at("g-fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        std::fs::write(folder.path().join(OsStr::from_bytes(b"h-\xff")), "").unwrap();
        let entries = listed(folder.path());
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, [Folder, File, FolderLink, FileLink, BrokenLink, BrokenLink, Special, File]);
        assert_eq!(entries[1].size, Some(5));
        assert_eq!(entries[3].size, Some(5), "a link shows the size of what it leads to");
        assert_eq!(entries[3].extra.as_ref().unwrap().link_target.as_deref(), Some("b-file"));
        assert_eq!(entries[7].os_name(), OsStr::from_bytes(b"h-\xff"));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_with_its_name() {
        let error = Listing::open(Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(error.to_string(), "cannot list /nowhere/at/all: no such file or directory");
    }
}
