//! What the file system says about one path.

use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::error::Error;
pub use crate::model::identity::Identity;
use crate::model::inspect::Field;
use crate::model::text;

impl Identity {
    /// Returns the identity of what the metadata describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.nlink() == 1).then(|| (metadata.ctime(), metadata.ctime_nsec())),
        }
    }
}

/// What a path is when links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A FIFO, socket or device; the text names it.
    Special(&'static str),
}

impl Nature {
    /// Returns what the metadata describes.
    pub fn of(metadata: &Metadata) -> Self {
        let kind = metadata.file_type();
        if kind.is_file() {
            Self::File
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_fifo() {
            Self::Special("a FIFO")
        } else if kind.is_socket() {
            Self::Special("a socket")
        } else if kind.is_block_device() || kind.is_char_device() {
            Self::Special("a device")
        } else {
            Self::Special("not a regular file")
        }
    }
}

/// Returns the metadata of what the path leads to.
pub fn follow(path: &Path) -> Result<Metadata, Error> {
    std::fs::metadata(path).map_err(|error| Error::from_io("read", path.to_string_lossy(), &error))
}

/// Returns the metadata of the path itself, which may be a link.
pub fn itself(path: &Path) -> Result<Metadata, Error> {
    std::fs::symlink_metadata(path).map_err(|error| Error::from_io("read", path.to_string_lossy(), &error))
}

/// Returns whether the path is a symbolic link.
pub fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// Returns the lines of the inspector for a file or folder.
pub fn fields(path: &Path) -> Result<Vec<Field>, Error> {
    let own = itself(path)?;
    let mut fields = Vec::new();
    let mut shown = own.clone();
    if own.is_symlink() {
        let target = std::fs::read_link(path).map(|target| target.to_string_lossy().into_owned()).unwrap_or_default();
        fields.push(Field::new("Link target", target));
        match std::fs::metadata(path) {
            Ok(metadata) => {
                fields.push(Field::new("Type", format!("link to {}", nature_word(&metadata))));
                shown = metadata;
            }
            Err(_) => fields.push(Field::new("Type", "broken link")),
        }
    } else {
        fields.push(Field::new("Type", nature_word(&own)));
    }
    if shown.is_file() {
        fields.push(Field::new("Size", exact_size(shown.len())));
    }
    fields.push(Field::new("Owner", owner(shown.uid())));
    fields.push(Field::new("Group", group(shown.gid())));
    fields.push(Field::new("Mode", format!("{} ({:04o})", mode_text(&shown), shown.mode() & 0o7777)));
    fields.push(Field::new("Modified", time(shown.mtime(), shown.mtime_nsec())));
    fields.push(Field::new("Accessed", time(shown.atime(), shown.atime_nsec())));
    fields.push(Field::new("Changed", time(shown.ctime(), shown.ctime_nsec())));
    if let Ok(created) = shown.created().map(Timestamp::try_from)
        && let Ok(created) = created
    {
        fields.push(Field::new("Created", text::long_time(created, &TimeZone::system())));
    }
    fields.push(Field::new("Links", shown.nlink().to_string()));
    fields.push(Field::new("Inode", shown.ino().to_string()));
    Ok(fields)
}

/// Returns a size as people read it, with the exact bytes.
pub fn exact_size(bytes: u64) -> String {
    if bytes < 1024 {
        text::counted(bytes, "byte", "bytes")
    } else {
        format!("{} ({} bytes)", text::size(bytes), text::count(bytes))
    }
}

fn nature_word(metadata: &Metadata) -> &'static str {
    match Nature::of(metadata) {
        Nature::File => "file",
        Nature::Folder => "folder",
        Nature::Special(word) => word,
    }
}

fn time(seconds: i64, nanos: i64) -> String {
    Timestamp::new(seconds, i32::try_from(nanos).unwrap_or(0))
        .map(|time| text::long_time(time, &TimeZone::system()))
        .unwrap_or_default()
}

fn owner(id: u32) -> String {
    match uzers::get_user_by_uid(id) {
        Some(user) => format!("{} ({id})", user.name().to_string_lossy()),
        None => id.to_string(),
    }
}

fn group(id: u32) -> String {
    match uzers::get_group_by_gid(id) {
        Some(group) => format!("{} ({id})", group.name().to_string_lossy()),
        None => id.to_string(),
    }
}

/// Returns the mode as `ls -l` writes it.
fn mode_text(metadata: &Metadata) -> String {
    let mode = metadata.mode();
    let kind = metadata.file_type();
    let first = match () {
        () if kind.is_dir() => 'd',
        () if kind.is_symlink() => 'l',
        () if kind.is_fifo() => 'p',
        () if kind.is_socket() => 's',
        () if kind.is_block_device() => 'b',
        () if kind.is_char_device() => 'c',
        () => '-',
    };
    let mut out = String::from(first);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        out.push(if bits & 4 != 0 { 'r' } else { '-' });
        out.push(if bits & 2 != 0 { 'w' } else { '-' });
        out.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(fields: &[Field], label: &str) -> String {
        fields.iter().find(|field| field.label == label).map(|field| field.value.clone()).unwrap_or_default()
    }

    #[test]
    fn a_file_says_its_type_mode_and_exact_size() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, vec![0; 2048]).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let fields = fields(&path).unwrap();
        assert_eq!(value(&fields, "Type"), "file");
        assert_eq!(value(&fields, "Mode"), "-rw-r----- (0640)");
        assert_eq!(value(&fields, "Size"), "2.0 KiB (2,048 bytes)");
        assert!(!value(&fields, "Owner").is_empty() && !value(&fields, "Modified").is_empty());
    }

    #[test]
    fn a_link_says_where_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("link");
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        let fields = fields(&path).unwrap();
        assert_eq!(value(&fields, "Link target"), "nowhere");
        assert_eq!(value(&fields, "Type"), "broken link");
    }

    #[test]
    fn a_changed_file_has_another_identity_and_stays_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "one").unwrap();
        let before = Identity::of(&follow(&path).unwrap());
        std::fs::write(&path, "three").unwrap();
        let after = Identity::of(&follow(&path).unwrap());
        assert!(after.is_same_file(&before) && !after.is_still(&before));
        // Written in place, and its time set back.
        std::fs::write(&path, "other").unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000, 0);
        file.set_modified(time).unwrap();
        let before = Identity::of(&follow(&path).unwrap());
        std::fs::write(&path, "OTHER").unwrap();
        while Identity::of(&follow(&path).unwrap()).changed == before.changed {
            // The clock of a file system ticks every few milliseconds.
            file.set_modified(time).unwrap();
        }
        file.set_modified(time).unwrap();
        let after = Identity::of(&follow(&path).unwrap());
        assert_eq!(after.modified, before.modified);
        assert!(!after.is_still(&before));
    }

    #[test]
    fn the_end_of_another_name_of_a_file_is_no_change_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, "x").unwrap();
        std::fs::hard_link(&one, &two).unwrap();
        let before = Identity::of(&follow(&two).unwrap());
        std::fs::remove_file(&one).unwrap();
        assert!(Identity::of(&follow(&two).unwrap()).is_still(&before));
    }
}
