//! Trees of files on this machine and of objects on S3, seen through names and contents alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::stage::{BUCKET, Stage};

/// Names and contents.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Bytes that are other ones for each size.
pub fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size as u64;
    let mut out = Vec::with_capacity(size + 8);
    while out.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(size);
    out
}

/// What is below a local folder, temporary files too.
pub fn files(root: &Path) -> Tree {
    fn visit(at: &Path, root: &Path, out: &mut Tree) {
        for entry in fs::read_dir(at).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, root, out);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                out.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut out = Tree::new();
    visit(root, root, &mut out);
    out
}

/// Where a tree is.
pub enum Place<'a> {
    Local(PathBuf),
    /// A prefix at the endpoint of the surroundings.
    Prefix(&'a Stage, &'static str),
    /// A prefix at the endpoint that the profile `far` leads to.
    Far(&'a Stage, &'static str),
}

impl Place<'_> {
    /// Puts a tree there.
    pub fn fill(&self, tree: &Tree) {
        for (name, contents) in tree {
            match self {
                Self::Local(root) => {
                    let path = root.join(name);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, contents).unwrap();
                }
                Self::Prefix(stage, prefix) | Self::Far(stage, prefix) => {
                    stage.put(&format!("{prefix}{name}"), contents.clone());
                }
            }
        }
    }

    /// Returns what stands there under its own name.
    pub fn found(&self) -> Tree {
        match self {
            Self::Local(root) => {
                let all = files(root).into_iter();
                all.filter(|(name, _)| !name.contains(".bucketry-")).collect()
            }
            Self::Prefix(stage, prefix) | Self::Far(stage, prefix) => {
                let keys = stage.keys().into_iter().filter_map(|key| Some(key.strip_prefix(prefix)?.to_owned()));
                // A folder that was emptied, and killed before that was written down, looks like an empty one.
                let keys = keys.filter(|name| !name.ends_with('/'));
                keys.map(|name| (name.clone(), stage.get(&format!("{prefix}{name}")))).collect()
            }
        }
    }

    /// Returns how a command is told of it.
    pub fn argument(&self) -> String {
        match self {
            Self::Local(root) => root.to_string_lossy().into_owned(),
            Self::Prefix(_, prefix) => format!("s3://{BUCKET}/{prefix}"),
            Self::Far(_, prefix) => format!("s3://far@{BUCKET}/{prefix}"),
        }
    }
}
