//! Uploads that go on.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_goes_on_and_only_what_is_missing_is_sent() {
    let mut t = kept_bench().await;
    let path = t.interrupt_an_upload().await;
    let begun = t.unfinished().await.remove(0).bytes_begun;
    // Three parts of 5 MiB and one of the rest, of which any two are there.
    assert!([6, 10].map(|mib| mib * MIB as u64).contains(&begun), "{begun}");
    let (ended, notes) = t.take_up().await;
    assert_eq!((&ended.end, notes.as_slice()), (&JobEnd::Done, [].as_slice()), "{ended:#?}");
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme));
    assert_eq!((t.demo.count("CreateMultipartUpload"), t.demo.count("UploadPart")), (0, 2));
    assert_eq!(t.get("f").await, std::fs::read(path).unwrap());
    assert_eq!(t.demo.open_uploads(), 0);
    assert!(t.unfinished().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_of_a_file_that_has_changed_starts_over_and_says_so() {
    let mut t = kept_bench().await;
    t.interrupt_an_upload().await;
    let contents = [noise(11 * MIB), vec![1]].concat();
    t.write("f", &contents);
    let (ended, notes) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(notes.iter().any(|note| note.contains("changed since")), "{notes:?}");
    assert_eq!((t.demo.count("UploadPart"), t.demo.open_uploads()), (3, 0));
    assert_eq!(t.get("f").await, contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_somebody_aborted_starts_over() {
    let mut t = kept_bench().await;
    let path = t.interrupt_an_upload().await;
    let uploads = t.store.list_uploads(&"bench".into(), &"".into(), None).await.unwrap().uploads;
    t.store.abort_upload(&ObjectRef::new("bench", "f"), &uploads[0].id).await.unwrap();
    let (ended, notes) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(notes.iter().any(|note| note.contains("is gone")), "{notes:?}");
    assert_eq!(t.get("f").await, std::fs::read(path).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_answer_never_came_is_found_by_asking_the_server() {
    let mut t = kept_bench().await;
    let path = t.write("f", noise(16 * MIB));
    t.demo.faults().add(Rule::new(Fault::Lost).on("CreateMultipartUpload"));
    t.start(Work::Transfer(transfer(vec![Item::File(path)], at(""))));
    t.served("CreateMultipartUpload", 1).await;
    while t.demo.open_uploads() == 0 {
        tokio::task::yield_now().await;
    }
    t.restart().await;
    assert!(t.demo.open_uploads() > 0);
    assert_eq!(t.give_up().await.end, JobEnd::Done);
    assert_eq!(t.demo.open_uploads(), 0);
}
