//! The program killed at any moment: what is there is whole, what is gone was moved or deleted for good reason, and the
//! next run finishes it and leaves nothing behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::stage::{BUCKET, Said, Stage, runtime};

const MIB: usize = 1024 * 1024;

/// How often each work is killed before it may come to its end.
const KILLS: u64 = 9;

/// Names and contents of what is transferred: some in parts, many at once.
type Tree = BTreeMap<String, Vec<u8>>;

fn tree() -> Tree {
    let large = (0..3).map(|at| (format!("large/{at}"), noise(20 * MIB + at)));
    let small = (0..60).map(|at| (format!("small/{at:02}"), noise(300 + 1000 * at)));
    large.chain(small).collect()
}

/// Bytes that are other ones for each size.
fn noise(size: usize) -> Vec<u8> {
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
fn files(root: &Path) -> Tree {
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

/// One kind of end, seen through its names and contents.
enum Place<'a> {
    Local(PathBuf),
    Prefix(&'a Stage, &'static str),
}

impl Place<'_> {
    fn fill(&self, tree: &Tree) {
        for (name, contents) in tree {
            match self {
                Self::Local(root) => {
                    let path = root.join(name);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, contents).unwrap();
                }
                Self::Prefix(stage, prefix) => stage.put(&format!("{prefix}{name}"), contents.clone()),
            }
        }
    }

    /// What stands there under its own name.
    fn found(&self) -> Tree {
        match self {
            Self::Local(root) => {
                let all = files(root).into_iter();
                all.filter(|(name, _)| !name.contains(".bucketry-")).collect()
            }
            Self::Prefix(stage, prefix) => {
                let keys = stage.keys().into_iter().filter_map(|key| Some(key.strip_prefix(prefix)?.to_owned()));
                // A folder that was emptied, and killed before that was written down, looks like an empty one.
                let keys = keys.filter(|name| !name.ends_with('/'));
                keys.map(|name| (name.clone(), stage.get(&format!("{prefix}{name}")))).collect()
            }
        }
    }

    fn argument(&self) -> String {
        match self {
            Self::Local(root) => root.to_string_lossy().into_owned(),
            Self::Prefix(_, prefix) => format!("s3://{BUCKET}/{prefix}"),
        }
    }
}

/// Runs a command and kills it after a while; returns whether it had come to its end before.
fn kill(t: &Stage, args: &[&str], after: Duration) -> bool {
    let mut child = t.command(args).spawn().unwrap();
    runtime().block_on(async { tokio::time::sleep(after).await });
    child.kill().unwrap();
    child.wait().unwrap().success()
}

/// Moments between the start of the program and its end, never the same twice.
fn moments(seed: u64) -> impl Iterator<Item = Duration> {
    (0..KILLS).map(move |round| Duration::from_millis(20 + (seed * 37 + round * 113) % 700))
}

fn transfer(t: &Stage, verb: &str, from: &Place<'_>, to: &Place<'_>, seed: u64) {
    let whole = tree();
    from.fill(&whole);
    let (source, target) = (from.argument(), to.argument());
    let args = [verb, "-r", "-q", "--resume", &source, &target];
    let mut is_done = false;
    for after in moments(seed) {
        is_done = kill(t, &args, after);
        let (there, left) = (to.found(), from.found());
        for (name, contents) in &there {
            assert!(whole.get(name) == Some(contents), "{verb} to {target}: {name} is not whole after {after:?}");
        }
        for name in whole.keys() {
            let is_safe = left.get(name) == whole.get(name) || verb == "mv" && there.contains_key(name);
            assert!(is_safe, "{verb} from {source}: {name} is lost after {after:?}");
        }
        if is_done && verb == "mv" {
            break; // There is nothing to move any more.
        }
    }
    if !is_done || verb == "cp" {
        let said = t.run(&args);
        assert_eq!(said.code, 0, "{verb} from {source}: {said:?}");
    }
    assert!(to.found() == whole, "{verb} to {target}");
    assert!(from.found() == if verb == "mv" { Tree::new() } else { whole });
    nothing_is_left(t);
}

fn nothing_is_left(t: &Stage) {
    assert_eq!(t.demo.open_uploads(), 0);
    let temporary: Vec<_> = files(t.folder()).into_keys().filter(|name| name.contains(".bucketry-")).collect();
    assert!(temporary.is_empty(), "{temporary:?}");
}

#[test]
fn an_upload_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    transfer(&t, "cp", &Place::Local(t.path("from")), &Place::Prefix(&t, "to/"), 1);
}

#[test]
fn a_download_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    transfer(&t, "cp", &Place::Prefix(&t, "from/"), &Place::Local(t.path("to")), 2);
}

#[test]
fn a_copy_inside_s3_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    transfer(&t, "cp", &Place::Prefix(&t, "from/"), &Place::Prefix(&t, "to/"), 3);
}

#[test]
fn moves_that_are_killed_again_and_again_lose_nothing() {
    let t = Stage::new();
    transfer(&t, "mv", &Place::Local(t.path("from")), &Place::Prefix(&t, "to/"), 4);
    let t = Stage::new();
    transfer(&t, "mv", &Place::Prefix(&t, "from/"), &Place::Local(t.path("to")), 5);
    let t = Stage::new();
    transfer(&t, "mv", &Place::Prefix(&t, "from/"), &Place::Prefix(&t, "to/"), 6);
}

#[test]
fn a_deletion_that_is_killed_deletes_nothing_else() {
    let t = Stage::new();
    let (gone, kept) = (Place::Prefix(&t, "gone/"), Place::Prefix(&t, "gone-not/"));
    let many: Tree = (0..3000).map(|at| (format!("{at:04}"), Vec::new())).collect();
    t.demo.fill(BUCKET, many.keys().map(|name| format!("gone/{name}")).collect::<Vec<_>>().iter().map(String::as_str));
    kept.fill(&Tree::from([("a".to_owned(), b"a".to_vec())]));
    let args = ["rm", "-r", "-q", "--yes", "s3://stage/gone/"];
    for after in moments(7) {
        kill(&t, &args, after);
    }
    let said: Said = t.run(&args);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(gone.found().is_empty() && kept.found().len() == 1);
}
