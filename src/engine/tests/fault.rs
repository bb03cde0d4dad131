//! What goes wrong on the way, and what is left behind then: nothing.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_upload_leaves_no_parts_behind() {
    let mut t = bench().await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(1));
    let file = Item::File(t.write("f", noise(16 * MIB)));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    while t.demo.open_uploads() == 0 {
        tokio::task::yield_now().await;
    }
    t.engine.submit(Request::Cancel(job));
    let ended = t.follow(job, |_| panic!()).await;
    t.demo.faults().remove(stall);
    assert_eq!(ended.end, JobEnd::Cancelled);
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_aborts_uploads_and_removes_temporary_files() {
    let mut t = bench().await;
    t.put("big", noise(16 * MIB)).await;
    t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    t.demo.faults().add(Rule::new(Fault::StallAfter(MIB as u64)).on("GetObject"));
    let file = Item::File(t.write("f", noise(11 * MIB)));
    t.start(Work::Transfer(transfer(vec![file], at(""))));
    t.start(Work::Transfer(transfer(vec![object("big")], here(t.path("d")))));
    while t.demo.open_uploads() == 0 || t.tree("d").is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(t.engine.shutdown(LIMIT, Leaving::Cancel).await, crate::engine::LeftOver::default());
    assert_eq!(t.demo.open_uploads(), 0);
    assert!(t.tree("d").is_empty(), "{:?}", t.tree("d"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_cannot_be_aborted_is_told_beside_what_went_wrong_and_at_the_end() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPart").after(1));
    let abort = t.demo.faults().add(Rule::new(Fault::Denied).on("AbortMultipartUpload"));
    let file = Item::File(t.write("f", noise(16 * MIB)));
    let ended = t.transfer(vec![file], at("")).await;
    t.demo.faults().remove(abort);
    let ItemOutcome::Failed(error) = ended.outcome("/f") else { panic!("{ended:#?}") };
    let words = error.to_string();
    assert!(error.operation.contains("part") && words.contains("the unfinished upload is left"), "{words}");
    assert_eq!(t.engine.shutdown(LIMIT, Leaving::Cancel).await.uploads, ["s3://bench/f"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_server_and_broken_bodies_are_ridden_out() {
    let mut t = bench().await;
    let contents = noise(16 * MIB);
    t.write("f", &contents);
    t.demo.faults().add(Rule::new(Fault::SlowDown).on("UploadPart").times(3));
    t.demo.faults().add(Rule::new(Fault::ResetAfter(MIB as u64)).on("UploadPart").times(1));
    let ended = t.transfer(vec![Item::File(t.path("f"))], at("")).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    t.demo.faults().add(Rule::new(Fault::ResetAfter(3 * MIB as u64)).on("GetObject").times(4));
    let ended = t.transfer(vec![object("f")], here(t.path("d"))).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!(t.read("d/f"), contents);
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    let mut t = bench().await;
    let (small, large) = (noise(1000), noise(16 * MIB));
    let files = vec![Item::File(t.write("small", &small)), Item::File(t.write("large", &large))];
    // A conflict with its own write would be a question, which this test does not answer.
    for operation in ["PutObject", "CompleteMultipartUpload"] {
        t.demo.faults().add(Rule::new(Fault::Lost).on(operation).times(1));
    }
    let ended = t.transfer(files, at("")).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert_eq!((t.demo.count("PutObject"), t.demo.count("CompleteMultipartUpload")), (2, 2));
    assert!(t.get("small").await == small && t.get("large").await == large);
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_every_answer_was_lost_is_known_again_by_the_next_try_of_the_job() {
    let mut t = bench().await;
    let file = Item::File(t.write("small", noise(1000)));
    // As many as the SDK tries by itself.
    t.demo.faults().add(Rule::new(Fault::Lost).on("PutObject").times(3));
    let ended = t.transfer(vec![file], at("")).await;
    assert_eq!(*ended.outcome("/small"), ItemOutcome::Done(Verified::Crc64Nvme), "{ended:#?}");
    assert_eq!(t.demo.count("PutObject"), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_for_good_takes_no_tries_from_another() {
    let (failing, busy) = (bench().await, bench().await);
    let bucket = "bench".into();
    failing.demo.faults().add(Rule::new(Fault::Internal).on("HeadBucket"));
    // More than enough to use up the quota of the SDK.
    let ends = futures_util::future::join_all((0..50).map(|_| failing.store.head_bucket(&bucket))).await;
    assert!(ends.iter().all(Result::is_err));
    assert!(failing.demo.count("HeadBucket") < 200);
    busy.demo.forget_requests();
    busy.demo.faults().add(Rule::new(Fault::SlowDown).on("HeadBucket").times(3));
    busy.store.head_bucket(&bucket).await.unwrap();
    assert_eq!(busy.demo.count("HeadBucket"), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_parts_of_an_upload_that_met_the_same_bytes_are_not_left_behind() {
    let mut t = bench().await;
    let contents = noise(11 * MIB);
    let file = Item::File(t.write("f", &contents));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("CompleteMultipartUpload"));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    while t.demo.count("CompleteMultipartUpload") == 0 {
        tokio::task::yield_now().await;
    }
    t.put("f", contents).await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme), "{ended:#?}");
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_source_of_a_move_that_is_replaced_at_the_last_moment_is_kept() {
    let mut t = bench().await;
    t.put("f", "copied").await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("DeleteObject"));
    let job = t.start(moved(vec![object("f")], here(t.path("d"))));
    while t.demo.count("DeleteObject") == 0 {
        tokio::task::yield_now().await;
    }
    t.put("f", "written since").await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert_eq!((t.read("d/f"), t.get("f").await), (b"copied".to_vec(), b"written since".to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_whose_deletion_was_answered_into_the_void_is_done() {
    let mut t = bench().await;
    t.put("f", "x").await;
    t.demo.faults().add(Rule::new(Fault::Lost).on("DeleteObject").times(1));
    let ended = t.run(moved(vec![object("f")], here(t.path("d")))).await;
    assert_eq!((ended.end, t.keys().await), (JobEnd::Done, vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_inside_a_200_is_an_error() {
    let mut t = bench().await;
    t.put("f", "x").await;
    t.demo.faults().add(Rule::new(Fault::ErrorInOk).on("CopyObject"));
    let work = Transfer { is_move: true, policy: ConflictPolicy::Overwrite, ..transfer(vec![object("f")], at("x/")) };
    let ended = t.run(Work::Transfer(work)).await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert_eq!(t.get("f").await, b"x", "the source of a move that failed stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_last_answer_was_lost_is_found_out_by_looking() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::ErrorInOk).on("CompleteMultipartUpload").times(1));
    let contents = noise(11 * MIB);
    let file = Item::File(t.write("f", &contents));
    let ended = t.run(moved(vec![file], at(""))).await;
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme), "{ended:#?}");
    assert_eq!(t.get("f").await, contents);
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_holds_the_job_and_it_goes_on_by_itself() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("PutObject").times(3));
    for number in 0..10 {
        t.write(&format!("up/{number}"), "x");
    }
    let ended = t.transfer(vec![Item::Folder(t.path("up"))], at("")).await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(ended.held.len() >= 2 && ended.held[0] && !ended.held[ended.held.len() - 1], "{:?}", ended.held);
    assert_eq!(t.keys().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_nobody_watches_waits_for_fresh_credentials_for_a_while_and_only_if_it_had_some() {
    let mut t = bench_with(Options { hold_limit: Some(Duration::from_millis(50)), ..small_parts() }).await;
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("PutObject"));
    for number in 0..10 {
        t.write(&format!("up/{number}"), "x");
    }
    let (all, one) = (Item::Folder(t.path("up")), Item::File(t.path("up/1")));
    // It lists the target first, and that is answered.
    let ended = t.transfer(vec![all], at("")).await;
    assert_eq!((ended.end, ended.results.len(), ended.held), (JobEnd::SomeFailed, 10, vec![true]));
    let ended = t.transfer(vec![one], at("")).await;
    assert_eq!((ended.end, ended.held), (JobEnd::SomeFailed, Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_job_can_be_cancelled() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("PutObject"));
    let file = Item::File(t.write("f", "x"));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    while !matches!(t.report().await, Report::Held { .. }) {}
    t.engine.submit(Request::Cancel(job));
    assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::Cancelled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_while_a_held_job_was_cancelled_is_cleaned_up() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("CreateMultipartUpload").times(1));
    let late = t.demo.faults().add(Rule::new(Fault::Stall).on("CreateMultipartUpload"));
    let file = Item::File(t.write("f", noise(16 * MIB)));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    while !matches!(t.report().await, Report::Held { .. }) {}
    while t.demo.count("CreateMultipartUpload") < 2 {
        tokio::task::yield_now().await;
    }
    t.engine.submit(Request::Cancel(job));
    t.demo.faults().remove(late);
    assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::Cancelled);
    assert_eq!((t.demo.count("AbortMultipartUpload"), t.demo.open_uploads()), (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_could_not_be_aborted_is_named() {
    let mut t = bench().await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(1));
    t.demo.faults().add(Rule::new(Fault::Denied).on("AbortMultipartUpload"));
    let file = Item::File(t.write("f", noise(16 * MIB)));
    let job = t.start(Work::Transfer(transfer(vec![file], at(""))));
    while t.demo.open_uploads() == 0 {
        tokio::task::yield_now().await;
    }
    t.engine.submit(Request::Cancel(job));
    let ended = t.follow(job, |_| panic!()).await;
    t.demo.faults().remove(stall);
    assert!(ended.failure("/f").contains("s3:AbortMultipartUpload"), "{ended:#?}");
    assert_eq!((ended.end, t.demo.open_uploads()), (JobEnd::Cancelled, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_aborted_with_fresh_credentials_if_those_at_hand_are_old() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("UploadPart").after(1));
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("AbortMultipartUpload").times(1));
    let file = Item::File(t.write("f", noise(16 * MIB)));
    let ended = t.transfer(vec![file], at("")).await;
    assert!(ended.failure("/f").contains("s3:PutObject"), "{ended:#?}");
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_beginning_was_answered_into_the_void_is_not_left_behind() {
    let mut t = bench().await;
    // The first also exhausts the tries of the SDK, so that the job tries again.
    for times in [4, 1] {
        t.demo.faults().add(Rule::new(Fault::Lost).on("CreateMultipartUpload").times(times));
        let name = format!("f{times}");
        let file = Item::File(t.write(&name, noise(11 * MIB)));
        let ended = t.transfer(vec![file], at("")).await;
        assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
        assert_eq!(t.demo.open_uploads(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_whose_creation_was_answered_into_the_void_is_closed_all_the_same() {
    let mut t = bench().await;
    for (operation, times, name) in
        [("CreateBucket", 1, "one"), ("CreateBucket", 4, "two"), ("PutPublicAccessBlock", 4, "three")]
    {
        t.demo.faults().add(Rule::new(Fault::Lost).on(operation).times(times));
        let ended = t.run(Work::CreateBucket { name: name.into(), region: t.demo.far_region().to_owned() }).await;
        assert_eq!(ended.end, JobEnd::Done, "{operation} {times}");
        assert!(t.store.public_access_block(&name.into()).await.unwrap().unwrap().restrict_public_buckets);
    }
    let (region, made) = (t.demo.region().to_owned(), t.demo.count("CreateBucket"));
    let again = t.run(Work::CreateBucket { name: "bench".into(), region }).await;
    let JobEnd::Failed(error) = again.end else { panic!("{again:?}") };
    assert_eq!((error.kind, t.demo.count("CreateBucket")), (Kind::Conflict, made));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_replaced_during_its_download_is_never_mixed() {
    let mut t = bench().await;
    t.put("f", noise(16 * MIB)).await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").after(2));
    let job = t.start(Work::Transfer(transfer(vec![object("f")], here(t.path("d")))));
    while t.demo.count("GetObject") < 2 {
        tokio::task::yield_now().await;
    }
    t.put("f", vec![7; 16 * MIB]).await;
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert!(ended.failure("/f").contains("changed while it was read"), "{ended:#?}");
    assert!(t.tree("d").is_empty(), "{:?}", t.tree("d"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_grows_while_it_is_sent_fails_and_its_upload_is_aborted() {
    let mut t = bench().await;
    let path = t.write("f", noise(16 * MIB));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(2));
    let job = t.start(moved(vec![Item::File(path.clone())], at("")));
    while t.demo.open_uploads() == 0 {
        tokio::task::yield_now().await;
    }
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    std::io::Write::write_all(&mut file, b"more").unwrap();
    t.demo.faults().remove(stall);
    let ended = t.follow(job, |_| panic!()).await;
    assert!(ended.failure("/f").contains("changed while it was read"), "{ended:#?}");
    assert!(path.exists());
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_item_fails_by_name_and_the_rest_goes_on() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("PutObject").key("secret"));
    t.write("up/secret", "x");
    t.write("up/open", "x");
    let ended = t.run(moved(vec![Item::Folder(t.path("up"))], at(""))).await;
    assert_eq!(ended.end, JobEnd::SomeFailed);
    assert!(ended.failure("secret").contains("s3:PutObject"), "{}", ended.failure("secret"));
    assert_eq!((t.keys().await, t.tree("up")), (vec!["up/open".to_owned()], vec!["secret".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_or_a_read_only_target_is_named() {
    let mut t = bench().await;
    t.put("f", "x").await;
    let ended = t.transfer(vec![object("f")], here("/proc/nowhere".into())).await;
    assert!(matches!(&ended.end, JobEnd::Failed(error) if error.target.contains("/proc/nowhere")), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_depends_on_an_earlier_one_waits_for_it() {
    let mut t = bench().await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("PutObject"));
    let path = t.write("f", "x");
    let copy = t.start(Work::Transfer(transfer(vec![Item::File(path.clone())], at(""))));
    let delete = t.start(Work::Delete(vec![Item::File(path.clone())]));
    while t.demo.count("PutObject") == 0 && t.demo.count("HeadObject") == 0 {
        tokio::task::yield_now().await;
    }
    t.demo.faults().remove(stall);
    assert_eq!(t.follow(copy, |_| panic!()).await.end, JobEnd::Done);
    assert_eq!(t.follow(delete, |_| panic!()).await.end, JobEnd::Done);
    assert_eq!(t.get("f").await, b"x");
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_there_and_may_not_be_opened_is_not_closed() {
    let mut t = bench().await;
    t.demo.faults().add(Rule::new(Fault::Denied).on("HeadBucket"));
    t.demo.forget_requests();
    let region = t.demo.region().to_owned();
    let ended = t.run(Work::CreateBucket { name: "bench".into(), region }).await;
    let JobEnd::Failed(error) = ended.end else { panic!("{ended:#?}") };
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!((t.demo.count("CreateBucket"), t.demo.count("PutPublicAccessBlock")), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_goes_alone_waits_for_fresh_credentials_too() {
    let mut t = bench().await;
    t.put("p/\u{1}a", "1").await;
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("DeleteObject").times(1));
    let ended = t.run(Work::Delete(vec![prefix("p/")])).await;
    assert_eq!((ended.end, ended.held), (JobEnd::Done, vec![true, false]));
    assert_eq!(t.keys().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_server_right_behind_fresh_credentials_is_ridden_out() {
    let mut t = bench().await;
    let file = Item::File(t.write("f", noise(1000)));
    t.demo.faults().add(Rule::new(Fault::ExpiredToken).on("PutObject").times(1));
    // More than the SDK rides out by itself.
    t.demo.faults().add(Rule::new(Fault::SlowDown).on("PutObject").times(5));
    let ended = t.transfer(vec![file], at("")).await;
    assert_eq!((&ended.end, &ended.held), (&JobEnd::Done, &vec![true, false]), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_whose_every_answer_was_lost_is_known_again() {
    let mut t = bench().await;
    t.put("e", "old").await;
    let to = ObjectRef::new("bench", "e");
    let etag = t.store.head(&to).await.unwrap().etag.unwrap();
    let from = t.write("edited", "new");
    t.demo.faults().add(Rule::new(Fault::Lost).on("PutObject").times(4));
    let ended = t.run(Work::PutBack { from: from.clone(), to, if_match: etag }).await;
    assert_eq!((ended.end, t.get("e").await, from.exists()), (JobEnd::Done, b"new".to_vec(), false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_job_does_not_wait_for_a_silent_server_for_ever() {
    for operation in ["CopyObject", "CompleteMultipartUpload", "CreateMultipartUpload", "DeleteObjects"] {
        let mut t = bench_with(Options { trusts_copy_conditions: true, ..small_parts() }).await;
        t.put("a", "x").await;
        let stall = t.demo.faults().add(Rule::new(Fault::Stall).on(operation));
        let job = t.start(match operation {
            "CopyObject" => Work::Transfer(transfer(vec![object("a")], at("x/"))),
            "DeleteObjects" => Work::Delete(vec![object("a")]),
            _ => Work::Transfer(transfer(vec![Item::File(t.write("f", noise(11 * MIB)))], at(""))),
        });
        while t.demo.count(operation) == 0 {
            tokio::task::yield_now().await;
        }
        t.engine.submit(Request::Cancel(job));
        let ended = t.follow(job, |_| panic!()).await;
        assert_eq!(ended.end, JobEnd::Cancelled, "{operation}");
        let said = ended.results.iter().any(|result| {
            matches!(&result.outcome, ItemOutcome::Failed(error)
            if error.to_string().contains("whether it was done is not known"))
        });
        assert!(said, "{operation}: {ended:#?}");
        t.demo.faults().remove(stall);
    }
}
