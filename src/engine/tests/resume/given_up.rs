//! Jobs that nobody goes on with: given up, cancelled or forgotten, and what stays behind.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_given_up_leaves_nothing() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert_eq!((t.demo.open_uploads(), t.keys().await.len()), (0, 0));
    assert!(t.unfinished().await.is_empty());

    t.interrupt_a_download().await;
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert_eq!(t.tree("d"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_source_is_gone_is_cleaned_up_behind() {
    let mut t = kept_bench().await;
    let path = t.interrupt_an_upload().await;
    std::fs::remove_file(path).unwrap();
    let (ended, _) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::SomeFailed, "{ended:#?}");
    assert_eq!(t.demo.open_uploads(), 0);
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_is_not_offered() {
    let mut t = kept_bench().await;
    t.write("f", noise(16 * MIB));
    t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let job = t.start(Work::Transfer(transfer(vec![Item::File(t.path("f"))], at(""))));
    t.served("UploadPart", 1).await;
    t.engine.submit(Request::Cancel(job));
    t.follow(job, |_| panic!()).await;
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
    assert_eq!(t.demo.open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_cancelled_job_could_not_abort_is_aborted_by_the_next_start_without_asking() {
    let mut t = kept_bench().await;
    t.write("f", noise(16 * MIB));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let denied = t.demo.faults().add(Rule::new(Fault::Denied).on("AbortMultipartUpload"));
    let job = t.start(Work::Transfer(transfer(vec![Item::File(t.path("f"))], at(""))));
    t.served("UploadPart", 1).await;
    t.engine.submit(Request::Cancel(job));
    t.follow(job, |_| panic!()).await;
    assert_eq!(t.restart().await.uploads.len(), 1);
    t.demo.faults().remove(stall);
    t.demo.faults().remove(denied);
    assert!(t.unfinished().await.is_empty());
    while t.demo.open_uploads() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_given_up_for_good_where_its_bucket_is_gone() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    let uploads = t.store.list_uploads(&"bench".into(), &"".into(), None).await.unwrap().uploads;
    t.store.abort_upload(&ObjectRef::new("bench", "f"), &uploads[0].id).await.unwrap();
    t.store.delete_bucket(&"bench".into()).await.unwrap();
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_after_something_failed_leaves_nothing_of_that() {
    let mut t = kept_bench().await;
    t.put("a/big", noise(16 * MIB)).await;
    t.put("a/stalled", noise(1000)).await;
    t.demo.faults().add(Rule::new(Fault::Internal).on("GetObject").key("big").after(2));
    t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").key("stalled"));
    let job = t.start(Work::Transfer(transfer(vec![prefix("a/")], here(t.path("d")))));
    t.written_down("item", 1).await;
    assert_eq!(t.tree("d").len(), 2, "the folder and what is kept: {:?}", t.tree("d"));
    t.engine.submit(Request::Cancel(job));
    assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::Cancelled);
    assert_eq!(t.tree("d"), ["a/"]);
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forgotten_asks_no_server_and_says_which_uploads_nobody_aborts() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    let ended = t.forget().await;
    assert_eq!(ended.end, JobEnd::Done);
    assert!(matches!(ended.outcome("s3://bench/f"), ItemOutcome::Skipped(reason) if reason.contains("not aborted")));
    assert_eq!((t.demo.count("AbortMultipartUpload"), t.demo.open_uploads()), (0, 1));
    t.restart().await;
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_temporary_files_of_what_is_forgotten_go() {
    let mut t = kept_bench().await;
    t.interrupt_a_download().await;
    assert_eq!(t.forget().await.end, JobEnd::Done);
    assert!(t.tree("d").is_empty() && t.unfinished().await.is_empty());
}
