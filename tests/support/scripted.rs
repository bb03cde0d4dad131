//! Servers that answer what no honest one does, and what the S3 end makes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bucketry::model::capability::Support;
use bucketry::model::error::Kind;
use bucketry::s3::{Condition, Keys, ListPage, Settings, Store, WriteOptions};
use bytes::Bytes;

pub use crate::serve::serve_all;
use crate::target::{object, runtime};

/// Listens until the process ends, and answers each request by its first line: status line and head, and the document.
pub fn serve(answer: impl Fn(&str) -> (&'static str, String) + Send + 'static) -> String {
    serve_all(move |head, _| {
        let (head, document) = answer(head.lines().next().unwrap_or_default());
        (head.to_owned(), document)
    })
}

pub async fn store_on(endpoint: String) -> Store {
    Store::open(Settings {
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(endpoint),
        static_keys: Some(Keys::new("access", "secret")),
        ..Settings::default()
    })
    .await
}

#[test]
fn a_key_that_the_answer_to_its_batch_does_not_name_is_asked_for_alone() {
    let alone = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&alone);
    let endpoint = serve(move |first| {
        if first.starts_with("DELETE") {
            counter.fetch_add(1, Relaxed);
            let error = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
            return ("403 Forbidden\r\ncontent-type: application/xml", error.to_owned());
        }
        let rows = "<Deleted><Key>named</Key></Deleted><Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        ("200 OK\r\ncontent-type: application/xml", format!("<DeleteResult>{rows}</DeleteResult>"))
    });
    runtime().block_on(async {
        let keys = ["named".into(), "nameless".into()];
        let ended = store_on(endpoint).await.delete_batch(&"bucket".into(), &keys).await.unwrap();
        let kinds: Vec<_> = ended.iter().map(|(_, result)| result.as_ref().err().map(|error| error.kind)).collect();
        assert_eq!((kinds, alone.load(Relaxed)), (vec![None, Some(Kind::Denied)], 1), "{ended:?}");
    });
}

#[test]
fn a_refusal_that_is_not_of_the_condition_teaches_nothing_about_it() {
    for (head, code) in [
        ("409 Conflict\r\ncontent-type: application/xml", "ObjectNotAppendable"),
        ("501 Not Implemented\r\ncontent-type: application/xml", "NotImplemented"),
    ] {
        let endpoint = serve(move |_| (head, format!("<Error><Code>{code}</Code><Message>no</Message></Error>")));
        runtime().block_on(async {
            let store = store_on(endpoint).await;
            let options = WriteOptions { condition: Condition::IfAbsent, ..WriteOptions::default() };
            let place = object(&"bucket".into(), "key");
            store.put(&place, Bytes::from_static(b"x"), &options).await.unwrap_err();
            assert_eq!(store.capabilities().conditional_writes, Support::Unknown, "{code}");
        });
    }
}

#[test]
fn a_listing_goes_on_where_the_server_says_unless_it_says_that_it_is_whole() {
    for (answer, wanted) in [
        ("<NextContinuationToken>more</NextContinuationToken>", Some("more")),
        ("<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>", Some("more")),
        ("<IsTruncated>false</IsTruncated><NextContinuationToken>more</NextContinuationToken>", None),
        ("<NextContinuationToken></NextContinuationToken>", None),
        ("", None),
    ] {
        let document = format!("<ListBucketResult>{answer}</ListBucketResult>");
        let endpoint = serve(move |_| ("200 OK\r\ncontent-type: application/xml", document.clone()));
        runtime().block_on(async {
            let (bucket, prefix) = ("bucket".into(), "".into());
            let page = store_on(endpoint).await.list_page(&ListPage::flat(&bucket, &prefix)).await.unwrap();
            assert_eq!(page.next.as_deref(), wanted, "{answer}");
        });
    }
}
