//! Making places public and private: planned, written in order, and told step by step.

use super::*;
use crate::model::access::exposure::{Aim, Choice, Exposed, Exposure, Plan, Step, StepEnd};
use crate::model::document::DocumentKind;
use crate::model::error::Error;

impl Bench {
    async fn planned_exposure(&mut self, exposure: &Exposure) -> Result<Plan, Error> {
        self.last += 1;
        let asked = Ticket(self.last);
        self.engine.submit(Request::PlanExposure { ticket: asked, exposure: Box::new(exposure.clone()) });
        loop {
            match self.report().await {
                Report::ExposurePlanned { ticket, plan } if ticket == asked => return Ok(*plan),
                Report::Failed { ticket, error } if ticket == asked => return Err(error),
                _ => {}
            }
        }
    }

    async fn exposed(&mut self, exposure: &Exposure, choice: &Choice) -> Exposed {
        self.expose(exposure, choice).await.unwrap()
    }

    async fn expose(&mut self, exposure: &Exposure, choice: &Choice) -> Result<Exposed, Error> {
        self.last += 1;
        let asked = Ticket(self.last);
        let (exposure, choice) = (Box::new(exposure.clone()), Box::new(choice.clone()));
        self.engine.submit(Request::Expose { ticket: asked, exposure, choice });
        loop {
            match self.report().await {
                Report::Exposed { ticket, exposed } if ticket == asked => return Ok(exposed),
                Report::Failed { ticket, error } if ticket == asked => return Err(error),
                _ => {}
            }
        }
    }

    async fn put_document(&self, kind: DocumentKind, document: serde_json::Value) {
        let standing = self.store.read_document(&"bench".into(), kind).await.unwrap();
        self.store.write_document(standing, &document, None).await.unwrap();
    }

    async fn document(&self, kind: DocumentKind) -> Option<serde_json::Value> {
        self.store.read_document(&"bench".into(), kind).await.unwrap().into_document()
    }
}

/// An object, and what makes it public or private.
async fn staged() -> (Bench, tempfile::TempDir, impl Fn(Aim) -> Exposure) {
    let data = tempfile::tempdir().unwrap();
    let t = bench_with(Options { data_folder: Some(data.path().to_owned()), ..small_parts() }).await;
    t.put("k", "x").await;
    let object = Item::Object(ObjectRef::new("bench", "k"));
    (t, data, move |aim| Exposure::of(&object, aim).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_made_public_and_private_again_and_the_old_is_kept() {
    let (mut t, _data, of) = staged().await;
    let before = t.document(DocumentKind::PublicAccessBlock).await;
    let (open, close) = (of(Aim::Public), of(Aim::Private));
    let plan = t.planned_exposure(&open).await.unwrap();
    let exposed = t.exposed(&open, &plan.choices[0]).await;
    assert!(exposed.is_whole() && exposed.ends.len() == 2, "{exposed:?}");
    assert!(t.planned_exposure(&open).await.unwrap().is_reached);
    let kind = DocumentKind::PublicAccessBlock;
    t.engine.submit(Request::ReadKeptDocument { ticket: Ticket(900), bucket: "bench".into(), kind });
    let kept = loop {
        if let Report::Document { ticket: Ticket(900), document, .. } = t.report().await {
            break document;
        }
    };
    assert!(kept.is_some() && kept == before);
    let plan = t.planned_exposure(&close).await.unwrap();
    assert!(t.exposed(&close, &plan.choices[0]).await.is_whole());
    assert_eq!(t.document(DocumentKind::Policy).await, None);
    assert!(t.planned_exposure(&close).await.unwrap().is_reached);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_behind_a_failure_is_not_tried() {
    let (mut t, _data, of) = staged().await;
    let open = of(Aim::Public);
    let choice = t.planned_exposure(&open).await.unwrap().choices.remove(0);
    let rule = t.demo.faults().add(Rule::new(Fault::Denied).on("PutBucketPolicy"));
    let exposed = t.exposed(&open, &choice).await;
    assert!(matches!(exposed.ends.as_slice(), [StepEnd::Written, StepEnd::Refused(_)]), "{exposed:?}");
    let standing: Vec<_> = exposed.standing(&choice).collect();
    assert_eq!(standing, [&choice.steps[0]], "Block Public Access");
    t.demo.faults().remove(rule);
    // The first document is not what the plan saw any more.
    assert_eq!(t.expose(&open, &choice).await.unwrap_err().kind, Kind::Conflict);
    assert_eq!(t.document(DocumentKind::Policy).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_has_changed_since_is_not_let_loose() {
    let (mut t, _data, of) = staged().await;
    let open = of(Aim::Public);
    let held = t.document(DocumentKind::PublicAccessBlock).await;
    let planned = t.planned_exposure(&open).await.unwrap().choices.remove(0);
    assert!(t.exposed(&open, &planned).await.is_whole());
    t.put_document(DocumentKind::PublicAccessBlock, held.unwrap()).await;
    let choice = t.planned_exposure(&open).await.unwrap().choices.remove(0);
    assert_eq!(choice.steps.len(), 1, "the policy stands already: {choice:?}");
    let everything = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "s3:*", "Resource": "arn:aws:s3:::bench/*"
    }, t.document(DocumentKind::Policy).await.unwrap()["Statement"][0]] });
    let block = block_of(&choice);
    t.put_document(DocumentKind::PublicAccessBlock, serde_json::json!({ "RestrictPublicBuckets": false })).await;
    t.put_document(DocumentKind::Policy, everything).await;
    t.put_document(DocumentKind::PublicAccessBlock, block).await;
    assert_eq!(t.expose(&open, &choice).await.unwrap_err().kind, Kind::Conflict);
    let block = t.document(DocumentKind::PublicAccessBlock).await.unwrap();
    assert_eq!(block["RestrictPublicBuckets"], true, "nothing was written");
    let choice = t.planned_exposure(&open).await.unwrap().choices.remove(0);
    assert!(choice.besides.iter().any(|words| words.contains("444455556666")), "{choice:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_cannot_be_read_back_is_not_said_to_be_none() {
    let (mut t, _data, of) = staged().await;
    let open = of(Aim::Public);
    let choice = t.planned_exposure(&open).await.unwrap().choices.remove(0);
    t.demo.forget_requests();
    assert!(t.exposed(&open, &choice).await.is_whole());
    let reads = u32::try_from(t.demo.count("GetBucketPolicy")).unwrap();
    let plan = t.planned_exposure(&of(Aim::Private)).await.unwrap();
    assert!(t.exposed(&of(Aim::Private), &plan.choices[0]).await.is_whole());
    t.put_document(DocumentKind::PublicAccessBlock, block_of(&choice)).await;
    // The last read is that behind the write.
    let rule = t.demo.faults().add(Rule::new(Fault::Denied).on("GetBucketPolicy").after(reads - 1));
    let exposed = t.exposed(&open, &choice).await;
    t.demo.faults().remove(rule);
    assert!(matches!(exposed.ends.as_slice(), [StepEnd::Written, StepEnd::Uncertain(_)]), "{exposed:?}");
    assert_eq!(exposed.standing(&choice).count(), 2);
    assert!(t.document(DocumentKind::Policy).await.is_some());
}

/// The Block Public Access that a choice has seen.
fn block_of(choice: &Choice) -> serde_json::Value {
    let Step::Document { before: Some(before), .. } = &choice.steps[0] else { panic!("{choice:?}") };
    before.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_that_is_not_there_is_made_nothing() {
    let (mut t, _data, _) = staged().await;
    let gone = Item::Object(ObjectRef::new("bench", "gone"));
    for aim in [Aim::Public, Aim::Private] {
        let error = t.planned_exposure(&Exposure::of(&gone, aim).unwrap()).await.unwrap_err();
        assert!(error.kind == Kind::NotFound && error.cause.contains("no such object"), "{error}");
    }
}
