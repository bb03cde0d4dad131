//! Unfinished uploads: listed with what the server tells, looked into one by one, aborted.

use std::collections::HashMap;

use super::*;
use crate::model::entry::StorageClass;
use crate::model::inspect::{Content, Section};
use crate::model::name::Prefix;
use crate::model::upload::{Holder, PendingUpload, Sent, UploadRef};

impl Bench {
    fn ticket(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }

    async fn begun(&self, key: &str, class: Option<&str>, parts: &[usize]) -> UploadRef {
        let object = ObjectRef::new("bench", key);
        let options = WriteOptions { storage_class: class.map(str::to_owned), ..WriteOptions::default() };
        let id = self.store.create_upload(&object, &options).await.unwrap();
        for (size, number) in parts.iter().zip(1..) {
            self.store.upload_part(&object, &id, number, Bytes::from(noise(*size))).await.unwrap();
        }
        UploadRef { object, id: id.as_str().to_owned() }
    }

    async fn pending(&mut self, below: &str) -> Vec<PendingUpload> {
        let asked = self.ticket();
        let (bucket, prefix) = ("bench".into(), Prefix::from(below));
        self.engine.submit(Request::Uploads { ticket: asked, bucket, prefix, with_sizes: false });
        let mut found = Vec::new();
        loop {
            match self.report().await {
                Report::Uploads { ticket, uploads, is_last } if ticket == asked => {
                    found.extend(uploads);
                    if is_last {
                        return found;
                    }
                }
                Report::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
    }

    async fn parts(&mut self, upload: &UploadRef) -> Result<Option<Sent>, Kind> {
        let asked = self.ticket();
        self.engine.submit(Request::UploadParts { ticket: asked, upload: upload.clone() });
        loop {
            match self.report().await {
                Report::UploadParts { ticket, sent } if ticket == asked => return Ok(sent),
                Report::Failed { ticket, error } if ticket == asked => return Err(error.kind),
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_listed_with_class_and_initiator_and_their_parts_are_counted_one_by_one() {
    let mut t = bench().await;
    let cold = t.begun("a/cold", Some("STANDARD_IA"), &[300, 200]).await;
    t.begun("b", None, &[]).await;
    let listed = t.pending("a/").await;
    let [row] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!((&row.upload, row.class, row.sent), (&cold, Some(StorageClass::StandardIa), None));
    assert!(row.initiator.as_ref().is_some_and(|name| !name.is_empty()) && row.began.is_some());
    assert_eq!(t.demo.count("ListParts"), 0, "a listing is a listing");
    assert_eq!(t.parts(&cold).await, Ok(Some(Sent { parts: 2, bytes: 500 })));
    t.demo.faults().add(Rule::new(Fault::Denied).on("ListParts").times(1));
    assert_eq!(t.parts(&cold).await, Err(Kind::Denied));
    let ended = t.run(Work::AbortUploads { uploads: vec![cold.clone()], is_forced: false }).await;
    assert_eq!((ended.end, t.demo.open_uploads()), (JobEnd::Done, 1));
    assert_eq!(t.parts(&cold).await, Ok(None), "it is gone");
}

/// There is no journal here that could tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_run_works_on_is_known_and_left_alone_also_without_a_journal() {
    let mut t = bench().await;
    let path = t.write("f", noise(16 << 20));
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let copy = t.start(Work::Transfer(transfer(vec![Item::File(path)], at(""))));
    while t.demo.count("UploadPart") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let listed = t.pending("").await;
    assert_eq!(listed.iter().map(|row| row.holder).collect::<Vec<_>>(), [Some(Holder::Running)]);
    let uploads = vec![listed[0].upload.clone()];
    let ended = t.run(Work::AbortUploads { uploads, is_forced: false }).await;
    assert!(ended.skipped("f").contains("runs works on it"), "{ended:?}");
    assert_eq!(t.demo.open_uploads(), 1);
    t.demo.faults().remove(stall);
    t.engine.submit(Request::Cancel(copy));
    t.follow(copy, |_| panic!("nothing to ask")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_joined_meanwhile_is_not_said_to_be_aborted() {
    let mut t = bench().await;
    let (here, gone) = (t.begun("here", None, &[10]).await, t.begun("gone", None, &[10]).await);
    t.store.abort_upload(&gone.object, &crate::s3::UploadId::new(gone.id.as_str())).await.unwrap();
    let ended = t.run(Work::AbortUploads { uploads: vec![here, gone], is_forced: false }).await;
    assert!(matches!(ended.outcome("/here"), ItemOutcome::Done(_)));
    assert!(ended.skipped("/gone").contains("not there any more"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inspector_of_a_bucket_says_how_many_there_are_by_one_page() {
    let mut t = bench().await;
    let section = async |t: &mut Bench| {
        let asked = t.ticket();
        t.engine.submit(Request::Inspect { ticket: asked, item: Item::Bucket("bench".into()) });
        loop {
            if let Report::Inspected { section: Section::Uploads, result, .. } = t.report().await {
                return result.unwrap();
            }
        }
    };
    assert_eq!(section(&mut t).await, Content::NotSet("none"));
    for key in ["a", "b"] {
        t.begun(key, None, &[]).await;
    }
    t.demo.forget_requests();
    let Content::Fields(fields) = section(&mut t).await else { panic!() };
    let fields: HashMap<_, _> = fields.into_iter().map(|field| (field.label, field.value)).collect();
    assert_eq!(fields["Number"], "2");
    assert!(fields["Oldest"].starts_with("begun ") && fields["Oldest"].ends_with(" ago"), "{fields:?}");
    assert_eq!(t.demo.count("ListMultipartUploads"), 1);
}
