//! What a file system has beside files: links, modes, pipes.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_leads_out_of_the_target_is_refused_for_that_item_only() {
    let mut t = bench().await;
    t.put("p/out/f", "evil").await;
    t.put("p/ok", "fine").await;
    std::fs::create_dir_all(t.path("secret")).unwrap();
    std::fs::create_dir_all(t.path("d/p")).unwrap();
    symlink(t.path("secret"), t.path("d/p/out")).unwrap();
    let ended = t.transfer(vec![prefix("p/")], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("p/out/f").contains("leads out of the target folder"), "{}", ended.failure("p/out/f"));
    assert!(t.tree("secret").is_empty());
    assert_eq!(t.read("d/p/ok"), b"fine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_followed_and_what_is_no_file_is_left_out_with_a_reason() {
    let mut t = bench().await;
    t.write("else/where", "linked");
    t.write("up/real", "real");
    symlink(t.path("else"), t.path("up/link")).unwrap();
    symlink(t.path("up"), t.path("up/loop")).unwrap();
    symlink("nowhere", t.path("up/broken")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, t.path("up/fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    std::fs::write(t.path("up").join(std::ffi::OsStr::from_bytes(b"bad\xff")), "x").unwrap();
    let ended = t.transfer(vec![Item::Folder(t.path("up"))], at("")).await;
    assert_eq!(t.keys().await, ["up/link/where", "up/real"]);
    assert_eq!(ended.skipped("up/fifo"), "a FIFO is never read");
    assert_eq!(ended.skipped("up/loop"), "a link that leads back to a folder above it");
    assert_eq!(ended.skipped("up/broken"), "a link that leads nowhere");
    assert!(ended.failure("bad\u{fffd}").contains("not UTF-8"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_copies_keep_mode_time_and_contents() {
    use std::os::unix::fs::PermissionsExt;
    let mut t = bench().await;
    let contents = noise(3 * MIB + 7);
    let path = t.write("from/sub/f", &contents);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
    std::fs::create_dir(t.path("from/empty")).unwrap();
    let ended = t.transfer(vec![Item::Folder(t.path("from"))], here(t.path("to"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.tree("to"), ["from/", "from/empty/", "from/sub/", "from/sub/f"]);
    assert_eq!(t.read("to/from/sub/f"), contents);
    let (one, two) = (std::fs::metadata(&path).unwrap(), std::fs::metadata(t.path("to/from/sub/f")).unwrap());
    assert_eq!((one.mode(), one.mtime(), one.mtime_nsec()), (two.mode(), two.mtime(), two.mtime_nsec()));
}

fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_meets_its_own_output_by_a_link_ends() {
    for link_to in ["b", "", "b/a"] {
        let mut t = bench().await;
        std::fs::create_dir_all(t.path("b/a")).unwrap();
        for number in 0..50 {
            t.write(&format!("a/{number}"), "x");
        }
        std::os::unix::fs::symlink(t.path(link_to), t.path("a/l")).unwrap();
        let ended = t.transfer(vec![Item::Folder(t.path("a"))], here(t.path("b"))).await;
        assert_eq!(ended.end, JobEnd::Done, "{link_to}: {ended:#?}");
        let mut reasons = ended.results.iter().filter_map(|own| match &own.outcome {
            ItemOutcome::Skipped(reason) => Some(reason.as_str()),
            _ => None,
        });
        assert!(reasons.any(|reason| reason.contains("into the copy")), "{link_to}: {ended:#?}");
        assert!(t.tree("b").len() < 120, "{link_to}: {} entries", t.tree("b").len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_private_stays_private_on_its_way() {
    let mut t = bench().await;
    let file = t.write("src/deep/key", noise(3 * 1024 * 1024));
    set_mode(&file, 0o600);
    set_mode(&t.path("src/deep"), 0o500);
    set_mode(&t.path("src"), 0o750);
    std::fs::create_dir(t.path("d")).unwrap();
    let root = crate::local::root::Root::create(&t.path("d")).unwrap();
    let held = root.create_file(Path::new("x"), Some(0o600)).unwrap();
    let temporary = std::fs::read_dir(t.path("d")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode_of(&temporary), 0o600, "also before it has its name");
    drop(held);
    let ended = t.transfer(vec![Item::Folder(t.path("src"))], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    let modes = ["d/src", "d/src/deep", "d/src/deep/key"].map(|path| mode_of(&t.path(path)));
    assert_eq!(modes, [0o750, 0o500, 0o600]);
    // So that the folder can be removed again by who is not root.
    set_mode(&t.path("src/deep"), 0o700);
    set_mode(&t.path("d/src/deep"), 0o700);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_replaces_a_link_does_not_get_the_links_mode() {
    let mut t = bench().await;
    t.put("f", "new").await;
    t.write("d/target", "old");
    std::os::unix::fs::symlink("target", t.path("d/f")).unwrap();
    let ended = t.run(with_policy(ConflictPolicy::Overwrite, vec![object("f")], here(t.path("d")))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!((t.read("d/f"), t.read("d/target")), (b"new".to_vec(), b"old".to_vec()));
    assert_eq!(mode_of(&t.path("d/f")) & 0o022, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_file_is_never_replaced_nor_left_out_in_silence() {
    let mut t = bench().await;
    t.put("k", "k").await;
    let fifo = t.path("k");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let is_fifo = |path: &Path| std::os::unix::fs::FileTypeExt::is_fifo(&path.metadata().unwrap().file_type());
    std::os::unix::fs::symlink("k", t.path("link")).unwrap();
    for name in ["k", "link"] {
        let mut onto = transfer(vec![object("k")], here(t.path("")));
        (onto.rename, onto.policy) = (Some(name.to_owned()), ConflictPolicy::Overwrite);
        let ended = t.run(Work::Transfer(onto)).await;
        assert!(ended.failure("k").contains("a FIFO, a socket or a device"), "{ended:#?}");
        assert!(is_fifo(&t.path(name)) && t.path("link").is_symlink());
    }
    let ended = t.transfer(vec![Item::File(fifo.clone())], at("up/")).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("k").contains("a FIFO is never read"), "it was asked for by its name: {ended:#?}");
    let ended = t.transfer(vec![Item::Folder(t.path(""))], at("up/")).await;
    assert!(ended.skipped("/k").contains("a FIFO is never read"));
    assert_eq!(ended.end, JobEnd::Done);
}
