//! Targets that exist: the five policies, questions, and races that are lost.

use super::*;

fn answer(policy: ConflictPolicy, for_all: bool) -> Answer {
    Answer { policy, for_all }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_shows_both_sides_and_its_answer_holds_for_that_target() {
    let mut t = bench().await;
    t.put("x/a", "old a").await;
    t.put("x/b", "old b").await;
    let items = vec![Item::File(t.write("a", "new")), Item::File(t.write("b", "new"))];
    let job = t.start(Work::Transfer(transfer(items, at("x/"))));
    let ended = t
        .follow(job, |conflict| {
            let is_a = conflict.target.ends_with("/a");
            assert_eq!((conflict.source_side.size, conflict.target_side.size), (Some(3), Some(5)));
            assert!(conflict.target_side.etag.is_some() && conflict.target_side.modified.is_some());
            answer(if is_a { ConflictPolicy::Overwrite } else { ConflictPolicy::Skip }, false)
        })
        .await;
    assert_eq!((ended.end.clone(), ended.questions.len()), (JobEnd::Done, 2));
    assert_eq!((t.get("x/a").await, t.get("x/b").await), (b"new".to_vec(), b"old b".to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_for_all_is_asked_once() {
    let mut t = bench().await;
    for number in 0..20 {
        t.put(&format!("up/{number}"), "old").await;
        t.write(&format!("up/{number}"), "new");
    }
    let job = t.start(Work::Transfer(transfer(vec![Item::Folder(t.path("up"))], at(""))));
    let ended = t.follow(job, |_| answer(ConflictPolicy::Overwrite, true)).await;
    assert_eq!((ended.end.clone(), ended.questions.len()), (JobEnd::Done, 1));
    assert_eq!(t.get("up/7").await, b"new");
    let job = t.start(Work::Transfer(transfer(vec![prefix("up/")], here(t.home.path().to_owned()))));
    let ended = t.follow(job, |_| answer(ConflictPolicy::Skip, true)).await;
    assert_eq!((ended.results.len(), ended.questions.len()), (20, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policies_do_what_they_say_on_s3() {
    let mut t = bench().await;
    t.put("f.txt", "old").await;
    let file = Item::File(t.write("f.txt", "new"));
    let ended = t.run(with_policy(ConflictPolicy::Skip, vec![file.clone()], at(""))).await;
    assert_eq!(ended.skipped("f.txt"), "the target exists");
    t.run(with_policy(ConflictPolicy::Rename, vec![file.clone()], at(""))).await;
    t.run(with_policy(ConflictPolicy::Rename, vec![file.clone()], at(""))).await;
    assert_eq!(t.keys().await, ["f (2).txt", "f (3).txt", "f.txt"]);
    let old = std::fs::File::options().write(true).open(t.path("f.txt")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000)).unwrap();
    let ended = t.run(with_policy(ConflictPolicy::Newer, vec![file.clone()], at(""))).await;
    assert_eq!(ended.skipped("f.txt"), "the target is as new or newer");
    old.set_modified(std::time::SystemTime::now() + Duration::from_secs(100)).unwrap();
    t.run(with_policy(ConflictPolicy::Newer, vec![file.clone()], at(""))).await;
    assert_eq!(t.get("f.txt").await, b"new");
    t.put("f.txt", "old").await;
    t.run(with_policy(ConflictPolicy::Overwrite, vec![file], at(""))).await;
    assert_eq!(t.get("f.txt").await, b"new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policies_do_what_they_say_on_this_machine() {
    let mut t = bench().await;
    t.put("f.txt", "new").await;
    t.write("d/f.txt", "old");
    let to = || here(t.home.path().join("d"));
    let (skip, rename) = (
        with_policy(ConflictPolicy::Skip, vec![object("f.txt")], to()),
        with_policy(ConflictPolicy::Rename, vec![object("f.txt")], to()),
    );
    let (newer, overwrite) = (
        with_policy(ConflictPolicy::Newer, vec![object("f.txt")], to()),
        with_policy(ConflictPolicy::Overwrite, vec![object("f.txt")], to()),
    );
    assert_eq!(t.run(skip).await.skipped("f.txt"), "the target exists");
    t.run(rename).await;
    assert_eq!(t.tree("d"), ["f (2).txt", "f.txt"]);
    assert_eq!(t.read("d/f.txt"), b"old");
    let old = std::fs::File::options().write(true).open(t.path("d/f.txt")).unwrap();
    old.set_modified(std::time::SystemTime::now() + Duration::from_secs(100)).unwrap();
    assert_eq!(t.run(newer).await.skipped("f.txt"), "the target is as new or newer");
    t.run(overwrite).await;
    assert_eq!(t.read("d/f.txt"), b"new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_race_on_s3_becomes_a_question_and_never_an_overwrite() {
    let mut t = bench().await;
    // Both looks find nothing; the other writer comes while the parts are joined.
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("CompleteMultipartUpload"));
    let file = Item::File(t.write("f", noise(11 * 1024 * 1024)));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    while t.demo.count("CompleteMultipartUpload") == 0 {
        tokio::task::yield_now().await;
    }
    t.put("f", "theirs").await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| answer(ConflictPolicy::Skip, false)).await;
    assert_eq!(ended.questions.len(), 1, "{ended:#?}");
    assert_eq!(t.get("f").await, b"theirs");
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_race_on_this_machine_becomes_a_question_and_never_an_overwrite() {
    let mut t = bench().await;
    t.put("f", "from s3").await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject"));
    let job = t.start(Work::Transfer(transfer(vec![object("f")], here(t.path("d")))));
    while t.demo.count("GetObject") == 0 {
        tokio::task::yield_now().await;
    }
    t.write("d/f", "theirs");
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| answer(ConflictPolicy::Rename, false)).await;
    assert_eq!(ended.questions.len(), 1, "{ended:#?}");
    assert_eq!((t.read("d/f"), t.read("d/f (2)")), (b"theirs".to_vec(), b"from s3".to_vec()));
    assert_eq!(t.tree("d"), ["f", "f (2)"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_overwrite_is_for_what_was_shown_only() {
    let mut t = bench().await;
    t.put("f", "shown").await;
    let file = Item::File(t.write("f", "mine"));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    let question = loop {
        if let Report::Question { question, .. } = t.report().await {
            break question;
        }
    };
    t.put("f", "not shown").await;
    t.engine.submit(Request::Resolve { job, question, answer: answer(ConflictPolicy::Overwrite, false) });
    let ended = t.follow(job, |_| answer(ConflictPolicy::Skip, false)).await;
    assert_eq!(ended.questions.len(), 1, "it asks again about what is there now: {ended:#?}");
    assert_eq!(t.get("f").await, b"not shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_waits_for_an_answer_can_be_cancelled_and_other_items_go_on() {
    let mut t = bench().await;
    t.put("up/a", "old").await;
    t.write("up/a", "new");
    t.write("up/b", "new");
    let job = t.start(Work::Transfer(transfer(vec![Item::Folder(t.path("up"))], at(""))));
    let (mut asked, mut done) = (false, false);
    while !(asked && done) {
        match t.report().await {
            Report::Question { .. } => asked = true,
            Report::Items { results, .. } => done |= results.iter().any(|own| own.name.ends_with("up/b")),
            _ => {}
        }
    }
    t.engine.submit(Request::Cancel(job));
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!(ended.end, JobEnd::Cancelled);
    assert_eq!((t.get("up/a").await, t.get("up/b").await), (b"old".to_vec(), b"new".to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_conditions_is_known_by_a_write_that_went_well_without_one() {
    let mut t = bench().await;
    // At first nothing is refused, then the object, then the condition, and then it is known.
    for (name, times, is_done, is_conditional) in
        [("a", 0, true, true), ("b", 2, false, false), ("c", 1, true, false), ("d", 0, true, false)]
    {
        t.demo.faults().add(Rule::new(Fault::NotImplemented).on("PutObject").times(times));
        let file = Item::File(t.write(name, "x"));
        let ended = t.run(with_policy(ConflictPolicy::Skip, vec![file], at(""))).await;
        assert_eq!(ended.end == JobEnd::Done, is_done, "{ended:#?}");
        let requests = t.demo.requests();
        let last = requests.iter().rfind(|served| served.operation == "PutObject").unwrap();
        assert_eq!(last.header("if-none-match").is_some(), is_conditional, "{name}");
    }
    assert_eq!(t.keys().await, ["a", "c", "d"]);
    let first_tries = t.demo.requests().iter().filter(|served| served.header("if-none-match").is_some()).count();
    assert_eq!(first_tries, 3, "what was refused as a whole taught nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_parts_are_sent_is_seen_before_they_are_joined() {
    let mut t = bench().await;
    let file = Item::File(t.write("f", noise(16 * 1024 * 1024)));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(1));
    let job = t.start(with_policy(ConflictPolicy::Skip, vec![file], at("")));
    while t.demo.open_uploads() == 0 {
        tokio::task::yield_now().await;
    }
    t.put("f", "somebody else's").await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!(ended.skipped("f"), "the target exists");
    // A server that ignores the condition here would have replaced it.
    assert_eq!((t.demo.count("CompleteMultipartUpload"), t.demo.open_uploads()), (0, 0));
    assert_eq!(t.get("f").await, b"somebody else's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_write_need_not_look_once_the_server_is_known_to_notice_races() {
    let mut t = bench().await;
    let file = Item::File(t.write("f", "mine"));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("PutObject").times(1));
    let job = t.start(with_policy(ConflictPolicy::Skip, vec![file.clone()], at("")));
    while t.demo.count("PutObject") == 0 {
        tokio::task::yield_now().await;
    }
    t.put("f", "theirs").await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!(ended.skipped("/f"), "the target exists", "the race was noticed");
    t.demo.faults().add(Rule::new(Fault::Denied).on("HeadObject"));
    for size in [1000, 2 * 1024 * 1024] {
        let file = Item::File(t.write("g", noise(size)));
        let ended = t.run(with_policy(ConflictPolicy::Skip, vec![file], at(&format!("{size}/")))).await;
        assert_eq!(*ended.outcome("/g"), ItemOutcome::Done(Verified::Crc64Nvme), "{ended:#?}");
    }
}
