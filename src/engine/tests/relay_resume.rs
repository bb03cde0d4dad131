//! Copies between endpoints that the program did not live to finish: only what is missing is sent again.

use super::ferry::{Far, declare, far_object, far_on};
use super::resume::kept_bench;
use super::*;

/// Copies an object of four parts from another endpoint until one of them stalls, and ends the program then.
async fn interrupted(tells_checksums: bool) -> (Bench, Far) {
    let mut t = kept_bench().await;
    let far = far_on(&t, demo::Options { sample: false, tells_checksums, ..demo::Options::default() }).await;
    put(&far.store, "f", noise(16 * MIB)).await;
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(2));
    t.start(moved(vec![far_object("f")], at("")));
    t.written_down("part", 2).await;
    assert_eq!(t.restart().await.kept, 1);
    declare(&t.engine, &far.demo);
    t.demo.faults().remove(stall);
    assert_eq!(t.demo.open_uploads(), 1);
    (t, far)
}

fn forget_requests(t: &Bench, far: &Far) {
    t.demo.forget_requests();
    far.demo.forget_requests();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_between_endpoints_goes_on_and_only_what_is_missing_is_read_and_sent() {
    let (mut t, far) = interrupted(true).await;
    forget_requests(&t, &far);
    let (ended, notes) = t.take_up().await;
    assert_eq!((&ended.end, notes.as_slice()), (&JobEnd::Done, [].as_slice()), "{ended:#?}");
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Crc64Nvme));
    assert_eq!((t.demo.count("CreateMultipartUpload"), t.demo.count("UploadPart")), (0, 2));
    assert_eq!(far.demo.count("GetObject"), 2);
    assert!(t.get("f").await == noise(16 * MIB));
    assert_eq!((keys(&far.store).await, t.demo.open_uploads()), (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_is_read_again_where_only_all_of_it_can_be_compared_with_the_source() {
    let (mut t, far) = interrupted(false).await;
    forget_requests(&t, &far);
    let (ended, _) = t.take_up().await;
    assert_eq!(*ended.outcome("/f"), ItemOutcome::Done(Verified::Checksum("MD5")), "{ended:#?}");
    assert_eq!((t.demo.count("CreateMultipartUpload"), t.demo.count("UploadPart")), (0, 2));
    assert_eq!(far.demo.count("GetObject"), 4);
    assert!(t.get("f").await == noise(16 * MIB));
    assert_eq!((keys(&far.store).await, t.demo.open_uploads()), (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_was_replaced_starts_over_and_that_is_said() {
    let (mut t, far) = interrupted(true).await;
    put(&far.store, "f", vec![7; 16 * MIB]).await;
    forget_requests(&t, &far);
    let (ended, notes) = t.take_up().await;
    assert_eq!(ended.end, JobEnd::Done, "{ended:#?}");
    assert!(matches!(notes.as_slice(), [note] if note.contains("its source has changed since")), "{notes:?}");
    assert_eq!((t.demo.count("CreateMultipartUpload"), t.demo.count("UploadPart")), (1, 4));
    assert!(t.get("f").await == vec![7; 16 * MIB]);
    assert_eq!((keys(&far.store).await, t.demo.open_uploads()), (Vec::new(), 0));
}
