//! What tells one state of one local file from another.

use jiff::Timestamp;

/// A file and its state, by which it is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The file system.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
    /// In bytes.
    pub size: u64,
    /// Last modified: seconds and nanoseconds.
    pub modified: (i64, i64),
    /// When the file or what is known of it last changed, which no program can set back: seconds and nanoseconds. A
    /// file of several names has none, since removing another of them changes it.
    pub changed: Option<(i64, i64)>,
}

impl Identity {
    /// Returns whether this is the same file in the same state.
    pub fn is_still(&self, earlier: &Self) -> bool {
        let is_touched = matches!((self.changed, earlier.changed), (Some(now), Some(then)) if now != then);
        self.is_same_file(earlier) && (self.size, self.modified) == (earlier.size, earlier.modified) && !is_touched
    }

    /// Returns whether both are the same file, whatever its state.
    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Returns the state as text, to be compared after a restart. The number of the file system is left out: it may be
    /// another one after the machine was started anew.
    pub fn state(&self) -> String {
        let (seconds, nanoseconds) = self.modified;
        let changed =
            self.changed.map(|(seconds, nanoseconds)| format!("{seconds}.{nanoseconds:09}")).unwrap_or_default();
        format!("{} {} {seconds}.{nanoseconds:09} {changed}", self.inode, self.size)
    }

    /// Returns when the file was last modified.
    pub fn modified_at(&self) -> Option<Timestamp> {
        Timestamp::new(self.modified.0, i32::try_from(self.modified.1).unwrap_or(0)).ok()
    }
}
