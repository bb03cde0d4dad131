//! Transfers whose targets are sources of the same job: nothing is lost, whatever order the items go in.

use super::*;

/// How many items of each kind: enough that some of them pass each other on the way.
const MANY: usize = 40;

/// Returns the texts that are in none of the contents.
fn lost(contents: &[Vec<u8>]) -> Vec<String> {
    let wanted = (0..MANY).flat_map(|n| [format!("first {n}"), format!("second {n}")]);
    wanted.filter(|text| !contents.iter().any(|found| found == text.as_bytes())).collect()
}

async fn contents(t: &Bench) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for key in t.keys().await {
        all.push(t.get(&key).await);
    }
    all
}

fn overwriting_move(items: Vec<Item>, to: Location) -> Work {
    let policy = ConflictPolicy::Overwrite;
    Work::Transfer(Transfer { is_move: true, policy, ..transfer(items, to) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prefix_inside_its_destination_loses_nothing() {
    let mut t = bench().await;
    for n in 0..MANY {
        t.put(&format!("a/a/f{n}"), format!("first {n}")).await;
        t.put(&format!("a/a/a/f{n}"), format!("second {n}")).await;
    }
    let ended = t.run(overwriting_move(vec![prefix("a/a/")], at(""))).await;
    assert_eq!(lost(&contents(&t).await), Vec::<String>::new());
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("a/a/a/f0").contains("among what this job copies"), "{ended:#?}");
    assert_eq!(t.get("a/f0").await, b"first 0", "what does not meet the rest is moved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_inside_its_destination_loses_nothing() {
    let mut t = bench().await;
    for n in 0..MANY {
        t.write(&format!("x/a/a/f{n}"), format!("first {n}"));
        t.write(&format!("x/a/a/a/f{n}"), format!("second {n}"));
    }
    let ended = t.run(overwriting_move(vec![Item::Folder(t.path("x/a/a"))], here(t.path("x")))).await;
    let files: Vec<_> = t.tree("x").into_iter().filter(|name| !name.ends_with('/')).collect();
    let contents: Vec<_> = files.iter().map(|name| t.read(&format!("x/{name}"))).collect();
    assert_eq!(lost(&contents), Vec::<String>::new());
    assert!(ended.failure("a/a/a/f0").contains("among what this job copies"), "{ended:#?}");
    assert_eq!(t.read("x/a/f0"), b"first 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_of_two_levels_do_not_pass_through_each_other() {
    let mut t = bench().await;
    for n in 0..MANY {
        t.put(&format!("p/q{n}/z"), format!("first {n}")).await;
        t.put(&format!("q{n}/z"), format!("second {n}")).await;
    }
    for n in 0..MANY {
        let items = vec![prefix(&format!("p/q{n}/")), object(&format!("q{n}/z"))];
        let ended = t.run(overwriting_move(items, at(""))).await;
        assert!(ended.failure(&format!("p/q{n}/z")).contains("among what this job copies"), "{ended:#?}");
        assert_eq!(t.get("z").await, format!("second {n}").as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_of_an_item_and_of_what_is_in_it_is_refused() {
    let mut t = bench().await;
    t.put("p/q/f", "1").await;
    let ended = t.run(moved(vec![prefix("p/"), prefix("p/q/")], at("to/"))).await;
    let JobEnd::Failed(error) = &ended.end else { panic!("{ended:#?}") };
    assert!(error.to_string().contains("inside another of the chosen items"), "{error}");
    assert_eq!(t.keys().await, ["p/q/f"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marker_is_never_moved_onto_itself() {
    let mut t = bench().await;
    t.put("d/", "").await;
    let work = Transfer { is_move: true, rename: Some("d".into()), ..transfer(vec![object("d/")], at("")) };
    let ended = t.run(Work::Transfer(work)).await;
    assert!(matches!(ended.end, JobEnd::Failed(_)), "{ended:#?}");
    assert_eq!(t.keys().await, ["d/"]);
}
