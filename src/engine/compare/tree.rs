//! Walks a local folder in the order of keys on S3: by the bytes of the names below it, a folder counting as its name
//! with a slash.
//!
//! Of each folder on the way down only the names are held, and none of them is open. Links are followed, as a copy
//! follows them, and loops are not. What cannot be read is told where its name, and all below it, would have come.

use std::fs::FileType;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::walk::Ancestor;
use crate::local::metadata::{Identity, Nature};
use crate::local::write::is_temporary;
use crate::model::compare::{Cause, Facts, Found, Mark};
use crate::model::error::{Error, Kind};
use crate::model::name::NameProblem;

/// One step of a walk.
#[derive(Debug)]
pub(super) enum Step {
    /// A name.
    Found(Found),
    /// Something could not be compared; what hides it comes as a name of its own.
    Trouble {
        /// The name as filters see it.
        below: Box<str>,
        /// Where it is.
        path: PathBuf,
        /// Why.
        cause: Cause,
    },
}

/// A folder on the way down.
struct Level {
    path: PathBuf,
    /// What the names in it begin with: nothing, or text that ends in a slash.
    below: String,
    /// Sorted the other way round, so that the next one is the last.
    rest: Vec<Child>,
    ancestor: Arc<Ancestor>,
    is_behind_link: bool,
}

/// A name in a folder; of what is or may be a folder it ends in a slash.
struct Child {
    name: Box<str>,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    File,
    Folder { is_link: bool },
    Unread,
}

/// Walks all below a folder.
pub(super) fn walk(root: &Path, mut on: impl FnMut(Step) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut levels = Vec::new();
    enter(root.to_owned(), String::new(), None, false, &mut levels, &mut on)?;
    while let Some(level) = levels.last_mut() {
        let Some(child) = level.rest.pop() else {
            levels.pop();
            continue;
        };
        let below = format!("{}{}", level.below, child.name);
        let path = level.path.join(child.name.trim_end_matches('/'));
        match child.what {
            What::Unread => on(Step::Found(Found::Unread(below.into())))?,
            What::File => on_file(&path, below.into(), level.is_behind_link, &mut on)?,
            What::Folder { is_link } => {
                let (above, is_behind_link) = (Arc::clone(&level.ancestor), level.is_behind_link || is_link);
                enter(path, below, Some(above), is_behind_link, &mut levels, &mut on)?;
            }
        }
    }
    ControlFlow::Continue(())
}

fn on_file(
    path: &Path,
    below: Box<str>,
    is_behind_link: bool,
    on: &mut impl FnMut(Step) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let looked = std::fs::symlink_metadata(path).and_then(|own| Ok((Identity::of(&own), std::fs::metadata(path)?)));
    let cause = match looked {
        Ok((own, metadata)) if Nature::of(&metadata) == Nature::File => {
            let modified = Identity::of(&metadata).modified_at();
            let mark = Mark::File { identity: Box::new(own), is_behind_link };
            return on(Step::Found(Found::Entry(below, Facts { size: metadata.len(), modified, mark })));
        }
        Ok(_) => Cause::LeftOut("it has just become something else".to_owned()),
        Err(error) => Cause::Failed(Error::from_io("read", path.to_string_lossy(), &error)),
    };
    on(Step::Trouble { below: below.clone(), path: path.to_owned(), cause })?;
    on(Step::Found(Found::Unread(below)))
}

/// Reads the names in a folder, unless it is one that the walk is in already.
fn enter(
    path: PathBuf,
    below: String,
    above: Option<Arc<Ancestor>>,
    is_behind_link: bool,
    levels: &mut Vec<Level>,
    on: &mut impl FnMut(Step) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let cause = match std::fs::metadata(&path).map(|metadata| Identity::of(&metadata)) {
        Ok(own) if above.as_ref().is_some_and(|above| above.contains((own.device, own.inode))) => {
            Cause::LeftOut("a link that leads back to a folder above it".to_owned())
        }
        Ok(own) => match children(&path, &below, on)? {
            Ok(rest) => {
                let ancestor = Arc::new(Ancestor::new(above, (own.device, own.inode)));
                levels.push(Level { path, below, rest, ancestor, is_behind_link });
                return ControlFlow::Continue(());
            }
            Err(error) => Cause::Failed(Error::from_io("list", path.to_string_lossy(), &error)),
        },
        Err(error) => Cause::Failed(Error::from_io("read", path.to_string_lossy(), &error)),
    };
    on(Step::Trouble { below: below.as_str().into(), path, cause })?;
    on(Step::Found(Found::Unread(below.into())))
}

/// Returns the names in a folder, the last one first. A folder of which a part cannot be read is not read at all.
fn children(
    path: &Path,
    below: &str,
    on: &mut impl FnMut(Step) -> ControlFlow<()>,
) -> ControlFlow<(), std::io::Result<Vec<Child>>> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return ControlFlow::Continue(Err(error)),
    };
    for entry in entries {
        let (entry, kind) = match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
            Ok((kind, entry)) => (entry, kind),
            Err(error) => return ControlFlow::Continue(Err(error)),
        };
        let name = entry.file_name();
        if is_temporary(&name) {
            continue;
        }
        let told = |cause| Step::Trouble {
            below: format!("{below}{}", name.to_string_lossy()).into(),
            path: entry.path(),
            cause,
        };
        let Some(text) = name.to_str() else {
            // No key can have this name, so nothing on the other side is hidden by it.
            let cause = NameProblem::NotUtf8.to_string();
            let shown = entry.path().to_string_lossy().into_owned();
            on(told(Cause::Failed(Error::new(Kind::Invalid, "compare", shown, cause))))?;
            continue;
        };
        match nature(&entry.path(), kind) {
            Ok(What::Folder { is_link }) => {
                found.push(Child { name: format!("{text}/").into(), what: What::Folder { is_link } });
            }
            Ok(what) => found.push(Child { name: text.into(), what }),
            Err(cause) => {
                on(told(cause))?;
                // Nobody knows whether it is a file or a folder there.
                found.push(Child { name: text.into(), what: What::Unread });
                found.push(Child { name: format!("{text}/").into(), what: What::Unread });
            }
        }
    }
    found.sort_unstable_by(|one, two| two.name.cmp(&one.name));
    ControlFlow::Continue(Ok(found))
}

/// Returns what an entry of a folder is; asks the file system only where the folder does not say.
fn nature(path: &Path, kind: FileType) -> Result<What, Cause> {
    if kind.is_file() {
        return Ok(What::File);
    }
    if kind.is_dir() {
        return Ok(What::Folder { is_link: false });
    }
    match std::fs::metadata(path) {
        Ok(metadata) => match Nature::of(&metadata) {
            Nature::File => Ok(What::File),
            Nature::Folder => Ok(What::Folder { is_link: kind.is_symlink() }),
            Nature::Special(word) => Err(Cause::LeftOut(format!("{word} is never read"))),
        },
        Err(_) if kind.is_symlink() => Err(Cause::LeftOut("a link that leads nowhere".to_owned())),
        Err(error) => Err(Cause::Failed(Error::from_io("read", path.to_string_lossy(), &error))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use proptest::prelude::*;

    use super::*;

    /// Returns the names in the order of the walk, with `?` before what was not read, and the reasons.
    fn walked(root: &Path) -> (Vec<String>, Vec<String>) {
        let (mut names, mut reasons) = (Vec::new(), Vec::new());
        let _ = walk(root, |step| {
            match step {
                Step::Found(Found::Entry(name, facts)) => {
                    let is_linked = matches!(facts.mark, Mark::File { is_behind_link: true, .. });
                    names.push(format!("{name}{}", if is_linked { " behind a link" } else { "" }));
                }
                Step::Found(Found::Unread(name)) => names.push(format!("?{name}")),
                Step::Trouble { below, cause, .. } => reasons.push(match cause {
                    Cause::LeftOut(reason) => format!("{below}: {reason}"),
                    Cause::Failed(error) => format!("{below}: {error}"),
                }),
            }
            ControlFlow::Continue(())
        });
        (names, reasons)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn files_come_in_the_order_of_keys(
            names in proptest::collection::btree_set("[a\\-.!0é]{1,2}(/[a\\-.!0é]{1,2}){0,3}", 0..20)
        ) {
            let home = tempfile::tempdir().unwrap();
            let mut made = BTreeSet::new();
            for name in names.iter().filter(|name| !name.split('/').any(|part| part == "." || part == "..")) {
                let path = home.path().join(name);
                // What is a file already cannot be a folder too.
                if std::fs::create_dir_all(path.parent().unwrap()).is_ok() && std::fs::write(&path, "").is_ok() {
                    made.insert(name.clone());
                }
            }
            // A set of texts is in the order of their bytes, as keys are.
            prop_assert_eq!(walked(home.path()).0, Vec::from_iter(made));
        }
    }

    #[test]
    fn what_cannot_be_read_hides_its_name_and_all_below_it() {
        let home = tempfile::tempdir().unwrap();
        let (top, other) = (home.path().join("top"), home.path().join("other"));
        for folder in [top.join("sub"), other.clone()] {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("f"), "x").unwrap();
        }
        symlink("gone", top.join("broken")).unwrap();
        symlink("..", top.join("sub/up")).unwrap();
        symlink(&other, top.join("out")).unwrap();
        symlink(other.join("f"), top.join("linked")).unwrap();
        std::fs::write(top.join("broken-"), "").unwrap();
        std::fs::write(top.join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
        let fifo = top.join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let (names, mut reasons) = walked(&top);
        let expected =
            ["?broken", "broken-", "?broken/", "?fifo", "?fifo/", "linked", "out/f behind a link", "sub/f", "?sub/up/"];
        assert_eq!(names, expected);
        reasons.sort();
        assert_eq!(reasons.len(), 4, "{reasons:#?}");
        assert!(reasons[0].contains("not UTF-8") && reasons[1] == "broken: a link that leads nowhere", "{reasons:#?}");
        assert!(
            reasons[2].contains("FIFO") && reasons[3].starts_with("sub/up/: a link that leads back"),
            "{reasons:#?}"
        );
    }

    #[test]
    fn a_folder_that_is_gone_is_unread_and_not_empty() {
        let (names, reasons) = walked(Path::new("/no/such/folder"));
        assert_eq!((names, reasons.len()), (vec!["?".to_owned()], 1));
    }
}
