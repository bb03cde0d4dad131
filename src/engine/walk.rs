//! Walks a local folder for a copy: links are followed, loops are not, special files are left out.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::local::metadata::{Identity, Nature};
use crate::local::write::is_temporary;
use crate::model::error::Error;

/// What a walk found.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// The path below where the walk began; empty for the beginning itself.
    pub below: PathBuf,
    /// What it is.
    pub what: What,
}

/// The kinds of things that a walk finds.
#[derive(Debug)]
pub(super) enum What {
    /// A file, or a link to one.
    File(Identity),
    /// A folder, before what is in it.
    Folder,
    /// A folder that turned out to hold nothing, or only what is left out.
    EmptyFolder,
    /// Left out, with the reason.
    Skipped(String),
    /// Could not be read.
    Failed(Error),
}

/// A folder and those above it, by which a loop is noticed.
pub(super) struct Ancestor {
    above: Option<Arc<Ancestor>>,
    place: (u64, u64),
}

impl Ancestor {
    /// Returns a folder, by device and inode, below another.
    pub fn new(above: Option<Arc<Self>>, place: (u64, u64)) -> Self {
        Self { above, place }
    }

    /// Returns whether this is the folder of a device and inode, or is below it.
    pub fn contains(self: &Arc<Self>, place: (u64, u64)) -> bool {
        let mut next = Some(self);
        while let Some(ancestor) = next {
            if ancestor.place == place {
                return true;
            }
            next = ancestor.above.as_ref();
        }
        false
    }
}

/// What a walk follows, and what it keeps out of.
#[derive(Clone, Copy)]
struct Rules<'a> {
    follows_links: bool,
    output: Option<&'a Path>,
}

impl Rules<'_> {
    /// Returns whether a folder is where the copy goes, or below that by way of a link. It may not be there yet when the
    /// walk begins, so it is looked at each time.
    fn leads_to_output(self, path: &Path, place: (u64, u64)) -> bool {
        let Some(output) = self.output.filter(|_| self.follows_links) else { return false };
        let is_output = std::fs::metadata(output).is_ok_and(|own| {
            let own = Identity::of(&own);
            (own.device, own.inode) == place
        });
        is_output
            || crate::local::metadata::is_link(path)
                && std::fs::canonicalize(path).is_ok_and(|real| real.starts_with(output))
    }
}

/// Walks a path and all below it. With `follows_links`, links to folders are entered; else they are left out.
///
/// `output` is the folder that receives what is found, if it is local: a link that leads there would copy the copy,
/// without end. Only one folder is open at a time, however deep they lie.
pub(super) fn walk(
    path: &Path,
    follows_links: bool,
    output: Option<&Path>,
    mut on: impl FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut folders: Vec<(PathBuf, PathBuf, Option<Arc<Ancestor>>)> = Vec::new();
    let rules = Rules { follows_links, output };
    visit(path.to_owned(), PathBuf::new(), None, rules, &mut folders, &mut on)?;
    while let Some((path, below, ancestor)) = folders.pop() {
        let failed = |error: &std::io::Error| What::Failed(Error::from_io("list", path.to_string_lossy(), error));
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => {
                let what = failed(&error);
                on(Found { path, below, what })?;
                continue;
            }
        };
        let mut is_empty = true;
        let mut on_entry = |found: Found| {
            is_empty &= matches!(found.what, What::Skipped(_));
            on(found)
        };
        for entry in entries {
            match entry {
                Ok(entry) if is_temporary(&entry.file_name()) => {}
                Ok(entry) => {
                    let below = below.join(entry.file_name());
                    visit(entry.path(), below, ancestor.as_ref(), rules, &mut folders, &mut on_entry)?;
                }
                Err(error) => on_entry(Found { path: path.clone(), below: below.clone(), what: failed(&error) })?,
            }
        }
        if is_empty {
            on(Found { path, below, what: What::EmptyFolder })?;
        }
    }
    ControlFlow::Continue(())
}

fn visit(
    path: PathBuf,
    below: PathBuf,
    above: Option<&Arc<Ancestor>>,
    rules: Rules<'_>,
    folders: &mut Vec<(PathBuf, PathBuf, Option<Arc<Ancestor>>)>,
    on: &mut impl FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let fail = |error: &std::io::Error| What::Failed(Error::from_io("read", path.to_string_lossy(), error));
    let metadata = match std::fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) => {
            let is_link = std::fs::symlink_metadata(&path).is_ok_and(|own| own.is_symlink());
            let what = if is_link { What::Skipped("a link that leads nowhere".to_owned()) } else { fail(&error) };
            return on(Found { path, below, what });
        }
    };
    let identity = Identity::of(&metadata);
    let place = (identity.device, identity.inode);
    match Nature::of(&metadata) {
        Nature::File => on(Found { path, below, what: What::File(identity) }),
        Nature::Special(word) => on(Found { path, below, what: What::Skipped(format!("{word} is never read")) }),
        Nature::Folder if !rules.follows_links && crate::local::metadata::is_link(&path) => {
            on(Found { path, below, what: What::Skipped("a link to a folder is not moved".to_owned()) })
        }
        Nature::Folder if above.is_some_and(|above| above.contains(place)) => {
            on(Found { path, below, what: What::Skipped("a link that leads back to a folder above it".to_owned()) })
        }
        Nature::Folder if rules.leads_to_output(&path, place) => {
            on(Found { path, below, what: What::Skipped("it leads into the copy that is being made".to_owned()) })
        }
        Nature::Folder => {
            on(Found { path: path.clone(), below: below.clone(), what: What::Folder })?;
            folders.push((path, below, Some(Arc::new(Ancestor::new(above.cloned(), place)))));
            ControlFlow::Continue(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn walked(path: &Path, follows_links: bool) -> Vec<String> {
        let mut found = Vec::new();
        let _ = walk(path, follows_links, None, |one| {
            let what = match one.what {
                What::File(_) => "file".to_owned(),
                What::Folder => "folder".to_owned(),
                What::EmptyFolder => "empty".to_owned(),
                What::Skipped(reason) => reason,
                What::Failed(error) => error.to_string(),
            };
            found.push(format!("{}: {what}", one.below.display()));
            ControlFlow::Continue(())
        });
        found.sort();
        found
    }

    #[test]
    fn links_are_followed_and_loops_and_special_files_left_out_with_a_reason() {
        let home = tempfile::tempdir().unwrap();
        let top = home.path().join("top");
        std::fs::create_dir_all(top.join("sub/empty")).unwrap();
        std::fs::create_dir(home.path().join("other")).unwrap();
        std::fs::write(home.path().join("other/f"), "").unwrap();
        std::fs::write(top.join("sub/f"), "").unwrap();
        symlink("../..", top.join("sub/up")).unwrap();
        symlink(home.path().join("other"), top.join("out")).unwrap();
        symlink("gone", top.join("broken")).unwrap();
        std::fs::create_dir(top.join("special")).unwrap();
        let fifo = top.join("special/fifo");
        rustix::fs::mknodat(rustix::fs::CWD, fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        // `sub/up` leads above where the walk began, so its one visit to `top` is the one that closes the loop.
        let found = walked(&top, true);
        assert!(found.contains(&"out/f: file".to_owned()), "{found:#?}");
        assert!(found.contains(&"sub/empty: empty".to_owned()));
        assert!(found.contains(&"broken: a link that leads nowhere".to_owned()));
        assert!(found.contains(&"special/fifo: a FIFO is never read".to_owned()));
        assert!(found.contains(&"special: empty".to_owned()), "a folder of which nothing is taken: {found:#?}");
        assert!(found.contains(&"sub/up/top: a link that leads back to a folder above it".to_owned()), "{found:#?}");
        assert!(walked(&top, false).contains(&"out: a link to a folder is not moved".to_owned()));
    }
}
