//! The program killed at any moment: what is there is whole, what is gone was moved or deleted for good reason, and the
//! next run finishes it and leaves nothing behind.
//!
//! A moment is so many requests after the start, and a little later: however fast the machine is, most of them are in the
//! middle of the work.

use std::time::Duration;

use crate::place::{Place, Tree, files, noise};
use crate::stage::{BUCKET, Stage, runtime, two};

const MIB: usize = 1024 * 1024;

/// How often each work is killed before it may come to its end.
const KILLS: usize = 6;

/// What is transferred: some in parts, many at once.
fn tree() -> Tree {
    let large = (0..2).map(|at| (format!("large/{at}"), noise(11 * MIB + at)));
    let small = (0..40).map(|at| (format!("small/{at:02}"), noise(300 + 1000 * at)));
    large.chain(small).collect()
}

/// When the program is killed.
#[derive(Debug, Clone, Copy)]
struct Moment {
    /// After so many requests.
    requests: usize,
    /// And so long behind the last of them.
    pause: Duration,
}

/// Returns moments at the start of the program and in the middle of its work, never the same twice.
fn moments(seed: usize) -> impl Iterator<Item = Moment> {
    (0..KILLS).map(move |round| {
        let spread = seed * 37 + round * 113;
        let (requests, most) = if round == 0 { (0, 120) } else { (1 + spread % 9, 25) };
        Moment { requests, pause: Duration::from_millis(spread as u64 % most) }
    })
}

/// Where the program is killed, and what it may not leave behind.
struct Yard<'a> {
    t: &'a Stage,
    far: Option<&'a Stage>,
    args: Vec<String>,
}

impl Yard<'_> {
    fn args(&self) -> Vec<&str> {
        self.args.iter().map(String::as_str).collect()
    }

    fn requests(&self) -> usize {
        self.stages().map(|stage| stage.demo.requests().len()).sum()
    }

    fn stages(&self) -> impl Iterator<Item = &Stage> {
        std::iter::once(self.t).chain(self.far)
    }

    /// Runs the command and kills it; returns whether it had come to its end before.
    fn kill(&self, moment: Moment) -> bool {
        self.stages().for_each(|stage| stage.demo.forget_requests());
        let mut child = self.t.command(&self.args()).spawn().unwrap();
        runtime().block_on(async {
            while self.requests() < moment.requests && child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(moment.pause).await;
        });
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        assert!(ended.code().is_none_or(|code| code == 0), "{:?} before {moment:?}: {ended}", self.args);
        ended.success()
    }

    /// Kills the command at all moments, with a look behind each; at least one of them is in the middle of the work.
    /// Returns whether the last had come to its end.
    fn kill_again_and_again(&self, seed: usize, goes_on: bool, look: impl Fn(Moment)) -> bool {
        let (mut killed, mut is_done) = (0, false);
        for moment in moments(seed) {
            is_done = self.kill(moment);
            killed += usize::from(!is_done);
            look(moment);
            if is_done && !goes_on {
                break;
            }
        }
        assert!(killed > 0, "{:?}: it was never killed in its middle", self.args);
        is_done
    }

    fn run_to_its_end(&self) {
        let said = self.t.run(&self.args());
        assert_eq!(said.code, 0, "{:?}: {said:?}", self.args);
    }

    fn nothing_is_left(&self) {
        assert!(self.stages().all(|stage| stage.demo.open_uploads() == 0), "{:?}: an upload is left", self.args);
        let temporary: Vec<_> = files(self.t.folder()).into_keys().filter(|name| name.contains(".bucketry-")).collect();
        assert!(temporary.is_empty(), "{:?}: {temporary:?}", self.args);
    }
}

fn args(verb: &[&str], from: &Place<'_>, to: &Place<'_>) -> Vec<String> {
    let own = verb.iter().chain(&["-q", "--part-size", "5MiB"]).map(ToString::to_string);
    own.chain([from.argument(), to.argument()]).collect()
}

fn transfer(t: &Stage, far: Option<&Stage>, verb: &str, from: &Place<'_>, to: &Place<'_>, seed: usize) {
    let whole = tree();
    from.fill(&whole);
    let is_move = verb == "mv";
    let yard = Yard { t, far, args: args(&[verb, "-r", "--resume"], from, to) };
    // When all is moved there is nothing to move any more.
    let is_done = yard.kill_again_and_again(seed, !is_move, |moment| {
        let (there, left) = (to.found(), from.found());
        for (name, contents) in &there {
            assert!(whole.get(name) == Some(contents), "{verb}: {name} is not whole after {moment:?}");
        }
        for name in whole.keys() {
            let is_safe = left.get(name) == whole.get(name) || is_move && there.contains_key(name);
            assert!(is_safe, "{verb}: {name} is lost after {moment:?}");
        }
    });
    if !(is_done && is_move) {
        yard.run_to_its_end();
    }
    assert!(to.found() == whole, "{verb}");
    assert!(from.found() == if is_move { Tree::new() } else { whole });
    yard.nothing_is_left();
}

/// Mirrors a tree over another one that has some of it already, and things of its own.
fn mirror(t: &Stage, from: &Place<'_>, to: &Place<'_>, seed: usize) {
    let whole = tree();
    from.fill(&whole);
    let old = b"what was there before".to_vec();
    let some = |names: &[&str]| -> Tree { names.iter().map(|name| ((*name).to_owned(), old.clone())).collect() };
    let (replaced, doomed) = (some(&["large/0", "small/05"]), some(&["doomed", "large/doomed"]));
    // What is left out is neither copied nor deleted.
    let kept = some(&["kept.log", "small/kept.log"]);
    for tree in [&replaced, &doomed, &kept] {
        to.fill(tree);
    }
    let options = ["sync", "--delete", "--yes", "--exclude", "*.log"];
    let yard = Yard { t, far: None, args: args(&options, from, to) };
    yard.kill_again_and_again(seed, true, |moment| {
        assert!(from.found() == whole, "the source has changed after {moment:?}");
        let there = to.found();
        let is_copied = whole.iter().all(|(name, contents)| there.get(name) == Some(contents));
        for (name, contents) in &there {
            let is_meant = [whole.get(name), replaced.get(name), doomed.get(name), kept.get(name)];
            assert!(is_meant.contains(&Some(contents)), "{name} is not whole after {moment:?}");
        }
        assert!(replaced.keys().all(|name| there.contains_key(name)), "what is replaced is lost after {moment:?}");
        assert!(kept.keys().all(|name| there.contains_key(name)), "deleted after {moment:?}, and nobody asked for it");
        let has_deleted = doomed.keys().any(|name| !there.contains_key(name));
        assert!(is_copied || !has_deleted, "deleted before all was copied, after {moment:?}");
    });
    yard.run_to_its_end();
    assert!(to.found() == whole.into_iter().chain(kept).collect(), "{:?}", yard.args);
    yard.nothing_is_left();
}

#[test]
fn an_upload_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    transfer(&t, None, "cp", &Place::Local(t.path("from")), &Place::Prefix(&t, "to/"), 1);
}

#[test]
fn a_download_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    transfer(&t, None, "cp", &Place::Prefix(&t, "from/"), &Place::Local(t.path("to")), 2);
}

#[test]
fn a_copy_inside_s3_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    transfer(&t, None, "cp", &Place::Prefix(&t, "from/"), &Place::Prefix(&t, "to/"), 3);
}

#[test]
fn a_move_up_that_is_killed_again_and_again_loses_nothing() {
    let t = Stage::new();
    transfer(&t, None, "mv", &Place::Local(t.path("from")), &Place::Prefix(&t, "to/"), 4);
}

#[test]
fn a_move_down_that_is_killed_again_and_again_loses_nothing() {
    let t = Stage::new();
    transfer(&t, None, "mv", &Place::Prefix(&t, "from/"), &Place::Local(t.path("to")), 5);
}

#[test]
fn a_move_inside_s3_that_is_killed_again_and_again_loses_nothing() {
    let t = Stage::new();
    transfer(&t, None, "mv", &Place::Prefix(&t, "from/"), &Place::Prefix(&t, "to/"), 6);
}

#[test]
fn a_copy_between_endpoints_that_is_killed_again_and_again_comes_to_its_end() {
    let (t, far) = two();
    transfer(&t, Some(&far), "cp", &Place::Prefix(&t, "from/"), &Place::Far(&far, "to/"), 7);
}

#[test]
fn a_move_between_endpoints_that_is_killed_again_and_again_loses_nothing() {
    let (t, far) = two();
    transfer(&t, Some(&far), "mv", &Place::Far(&far, "from/"), &Place::Prefix(&t, "to/"), 8);
}

#[test]
fn a_sync_up_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    t.put("to-not/a", "a");
    mirror(&t, &Place::Local(t.path("from")), &Place::Prefix(&t, "to/"), 9);
    assert_eq!(t.get("to-not/a"), b"a");
}

#[test]
fn a_sync_down_that_is_killed_again_and_again_comes_to_its_end() {
    let t = Stage::new();
    t.write("to-not/a", "a");
    mirror(&t, &Place::Prefix(&t, "from/"), &Place::Local(t.path("to")), 10);
    assert_eq!(t.read("to-not/a"), "a");
}

#[test]
fn a_deletion_that_is_killed_deletes_nothing_else() {
    let t = Stage::new();
    let (gone, kept) = (Place::Prefix(&t, "gone/"), Place::Prefix(&t, "gone-not/"));
    let many: Tree = (0..3000).map(|at| (format!("{at:04}"), Vec::new())).collect();
    t.demo.fill(BUCKET, many.keys().map(|name| format!("gone/{name}")).collect::<Vec<_>>().iter().map(String::as_str));
    kept.fill(&Tree::from([("a".to_owned(), b"a".to_vec())]));
    let args = ["rm", "-r", "-q", "--yes", "s3://stage/gone/"].map(str::to_owned).to_vec();
    let yard = Yard { t: &t, far: None, args };
    for moment in moments(11) {
        yard.kill(moment);
    }
    yard.run_to_its_end();
    assert!(gone.found().is_empty() && kept.found().len() == 1);
}
