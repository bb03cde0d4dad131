//! Faults strike what they were ordered for, as often as ordered, and nothing else.

use aws_sdk_s3::types::{CompletedMultipartUpload, Delete, ObjectIdentifier};

use super::*;

async fn bucket() -> (Demo, Client) {
    let demo = empty().await;
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    put(&s3, "acme-test", "big", &"0123456789".repeat(100_000)).await;
    put(&s3, "acme-test", "small", "x").await;
    (demo, s3)
}

#[tokio::test]
async fn errors_come_by_operation_key_and_count() {
    let (demo, s3) = bucket().await;
    let read = |key: &str| s3.get_object().bucket("acme-test").key(key).send();
    demo.faults().add(Rule::new(Fault::SlowDown).on("GetObject").key("big").times(2));
    assert_eq!(failure(read("big").await), (503, "SlowDown".to_owned()));
    read("small").await.unwrap();
    assert_eq!(failure(read("big").await).0, 503);
    read("big").await.unwrap();
    for (fault, expected) in [
        (Fault::Internal, (500, "InternalError")),
        (Fault::Denied, (403, "AccessDenied")),
        (Fault::ExpiredToken, (400, "ExpiredToken")),
    ] {
        let rule = demo.faults().add(Rule::new(fault).after(1));
        read("small").await.unwrap();
        let (status, code) = failure(read("small").await);
        assert_eq!((status, code.as_str()), expected);
        demo.faults().remove(rule);
        read("small").await.unwrap();
    }
}

#[tokio::test]
async fn a_reset_breaks_the_body_of_the_answer() {
    let (demo, s3) = bucket().await;
    demo.faults().add(Rule::new(Fault::ResetAfter(1000)).on("GetObject").times(1));
    let read = || s3.get_object().bucket("acme-test").key("big").send();
    let broken = read().await.unwrap().body.collect().await;
    assert!(broken.is_err(), "{broken:?}");
    assert_eq!(read().await.unwrap().body.collect().await.unwrap().to_vec().len(), 1_000_000);
}

#[tokio::test]
async fn a_reset_breaks_the_body_of_an_upload_and_nothing_is_stored() {
    let (demo, s3) = bucket().await;
    demo.faults().add(Rule::new(Fault::ResetAfter(1000)).on("PutObject").times(1));
    let body = || ByteStream::from(vec![7; 1_000_000]);
    let write = || s3.put_object().bucket("acme-test").key("new").body(body()).send();
    let broken = write().await.unwrap_err();
    assert!(broken.raw_response().is_none(), "{broken:?}");
    assert_eq!(failure(s3.head_object().bucket("acme-test").key("new").send().await).0, 404);
    write().await.unwrap();
}

#[tokio::test]
async fn a_refused_upload_gets_its_answer_although_its_body_was_not_wanted() {
    let (demo, s3) = bucket().await;
    demo.faults().add(Rule::new(Fault::SlowDown).on("PutObject").times(1));
    let body = ByteStream::from(vec![7; 8_000_000]);
    let refused = s3.put_object().bucket("acme-test").key("new").body(body).send().await;
    assert_eq!(failure(refused), (503, "SlowDown".to_owned()));
}

#[tokio::test]
async fn an_error_can_come_inside_a_200() {
    let (demo, s3) = bucket().await;
    demo.faults().add(Rule::new(Fault::ErrorInOk).on("CopyObject").times(1));
    demo.faults().add(Rule::new(Fault::ErrorInOk).on("CompleteMultipartUpload"));
    demo.faults().add(Rule::new(Fault::Denied).on("DeleteObjects").key("small"));
    let copy = || s3.copy_object().bucket("acme-test").key("copy").copy_source("acme-test/small").send();
    assert_eq!(failure(copy().await), (200, "InternalError".to_owned()));
    copy().await.unwrap();
    let id = s3.create_multipart_upload().bucket("acme-test").key("m").send().await.unwrap().upload_id.unwrap();
    let part = s3.upload_part().bucket("acme-test").key("m").upload_id(&id).part_number(1);
    let etag = part.body(ByteStream::from_static(b"x")).send().await.unwrap().e_tag.unwrap();
    let part = aws_sdk_s3::types::CompletedPart::builder().part_number(1).e_tag(etag).build();
    let request = s3.complete_multipart_upload().bucket("acme-test").key("m").upload_id(id);
    let failed = request.multipart_upload(CompletedMultipartUpload::builder().parts(part).build()).send().await;
    assert_eq!(failure(failed), (200, "InternalError".to_owned()));
    let object = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
    let delete = Delete::builder().objects(object("small")).objects(object("big")).build().unwrap();
    let deleted = s3.delete_objects().bucket("acme-test").delete(delete).send().await.unwrap();
    assert_eq!(deleted.deleted()[0].key(), Some("big"));
    assert_eq!((deleted.errors()[0].key(), deleted.errors()[0].code()), (Some("small"), Some("AccessDenied")));
}

#[tokio::test]
async fn a_stall_lasts_until_it_is_lifted() {
    let (demo, s3) = bucket().await;
    let before = demo.faults().add(Rule::new(Fault::Stall).on("HeadObject"));
    let head = tokio::spawn(s3.head_object().bucket("acme-test").key("small").send());
    while demo.count("HeadObject") == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!head.is_finished());
    assert_eq!(demo.requests().last().unwrap().status, 0);
    demo.faults().remove(before);
    head.await.unwrap().unwrap();
    demo.faults().add(Rule::new(Fault::StallAfter(10)).on("GetObject"));
    let mut body = s3.get_object().bucket("acme-test").key("big").send().await.unwrap().body;
    assert_eq!(body.try_next().await.unwrap().unwrap().len(), 10);
    demo.faults().clear();
    let mut rest = 0;
    while let Some(chunk) = body.try_next().await.unwrap() {
        rest += chunk.len();
    }
    assert_eq!(rest, 999_990);
}

#[tokio::test]
async fn the_body_of_an_upload_stalls_until_it_is_lifted() {
    let (demo, s3) = bucket().await;
    let stall = demo.faults().add(Rule::new(Fault::StallAfter(1000)).on("PutObject"));
    let body = ByteStream::from(vec![7; 1_000_000]);
    let write = tokio::spawn(s3.put_object().bucket("acme-test").key("new").body(body).send());
    while demo.faults().struck(stall) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!write.is_finished());
    demo.faults().remove(stall);
    write.await.unwrap().unwrap();
    assert_eq!(s3.head_object().bucket("acme-test").key("new").send().await.unwrap().content_length(), Some(1_000_000));
}

#[tokio::test]
async fn a_rule_counts_how_often_it_struck_and_not_how_often_it_was_meant() {
    let (demo, s3) = bucket().await;
    let head = || s3.head_object().bucket("acme-test").key("small").send();
    let denied = demo.faults().add(Rule::new(Fault::Denied).on("HeadObject").after(1).times(1));
    for struck in [0, 1, 1] {
        let _refused_once = head().await;
        assert_eq!(demo.faults().struck(denied), struck);
    }
    demo.faults().clear();
    let rule = demo.faults().add(Rule::new(Fault::ResetAfter(100)).on("HeadObject"));
    head().await.unwrap();
    assert_eq!(demo.faults().struck(rule), 0, "there is no body that could break");
}

#[tokio::test]
async fn latency_is_added() {
    let (demo, s3) = bucket().await;
    demo.faults().add(Rule::new(Fault::Latency(Duration::from_millis(60))).on("HeadBucket"));
    let begun = std::time::Instant::now();
    s3.head_bucket().bucket("acme-test").send().await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_dropped_endpoint_answers_no_more() {
    let (demo, s3) = bucket().await;
    drop(demo);
    let gone = s3.head_bucket().bucket("acme-test").send().await.unwrap_err();
    assert!(gone.raw_response().is_none());
}
