//! Servers whose documents hold more than the program knows, or that know no documents.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use bucketry::model::document::{DocumentKind, Removal};
use bucketry::model::error::Kind;
use serde_json::json;

use crate::scripted::{serve_all, store_on};
use crate::target::runtime;

const OK: &str = "200 OK\r\ncontent-type: application/xml";

#[test]
fn what_is_unknown_in_a_document_is_not_lost_by_an_edit_of_something_else() {
    const STORED: &str = "<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>p</Prefix><Newer><Deep>1</Deep></Newer>\
        </Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration><New>x</New></Rule>\
        </LifecycleConfiguration>";
    const SIZE: &str = "x-amz-transition-default-minimum-object-size: varies_by_storage_class";
    let sent = Arc::new(Mutex::new((String::new(), String::new())));
    let heard = Arc::clone(&sent);
    let endpoint = serve_all(move |head, body| {
        if head.starts_with("PUT /bucket/?lifecycle ") {
            *heard.lock().unwrap() = (head.to_owned(), body.to_owned());
            return ("200 OK".to_owned(), String::new());
        }
        assert!(head.starts_with("GET /bucket/?lifecycle "), "{head}");
        (format!("{OK}\r\n{SIZE}"), STORED.to_owned())
    });
    runtime().block_on(async {
        let store = store_on(endpoint).await;
        let standing = store.read_document(&"bucket".into(), DocumentKind::Lifecycle).await.unwrap();
        let mut document = standing.document().cloned().unwrap();
        assert_eq!(document["TransitionDefaultMinimumObjectSize"], "varies_by_storage_class");
        document["Rules"][0]["Expiration"]["Days"] = json!(2);
        assert_eq!(DocumentKind::Lifecycle.facts().problems(&document, standing.document()), []);
        store.write_document(standing, &document, None).await.unwrap();
    });
    let (asked, body) = sent.lock().unwrap().clone();
    for part in ["<Newer><Deep>1</Deep></Newer>", "<New>x</New>", "<Days>2</Days>", "<ID>a</ID>"] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(asked.contains(SIZE) && asked.to_lowercase().contains("\r\ncontent-md5: "), "{asked}");
    assert!(!body.contains("TransitionDefault"), "it travels as a header: {body}");
}

/// RGW and moto delete the bucket where they do not know the query of a DELETE.
#[test]
fn nothing_is_deleted_or_written_where_a_read_is_answered_with_something_else() {
    let listing = "<ListBucketResult><Name>bucket</Name></ListBucketResult>";
    let missing = "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>";
    for (head, body) in [
        (OK, listing),
        (OK, ""),
        (OK, "{}"),
        (OK, missing),
        ("404 Not Found\r\ncontent-type: application/xml", missing),
        ("403 Forbidden\r\ncontent-type: application/xml", "<Error><Code>AccessDenied</Code></Error>"),
    ] {
        let endpoint = serve_all(move |_, _| (head.to_owned(), body.to_owned()));
        runtime().block_on(async {
            let store = store_on(endpoint).await;
            // What is no policy but JSON is one, if an odd one.
            let kinds = DocumentKind::ALL.into_iter().filter(|kind| *kind != DocumentKind::Policy || body != "{}");
            for kind in kinds {
                // Without a read nobody can write or delete.
                let error = store.read_document(&"bucket".into(), kind).await.unwrap_err();
                assert!(matches!(error.kind, Kind::Unsupported | Kind::NotFound | Kind::Denied), "{body}: {error}");
            }
        });
    }
}

#[test]
fn what_is_not_set_or_cannot_be_deleted_is_never_asked_to_be() {
    let methods = Arc::new(Mutex::new(BTreeSet::new()));
    let heard = Arc::clone(&methods);
    let endpoint = serve_all(move |head, _| {
        heard.lock().unwrap().extend(head.split(' ').next().map(str::to_owned));
        let none = "<Error><Code>NoSuchConfiguration</Code><Message>no</Message></Error>";
        ("404 Not Found\r\ncontent-type: application/xml".to_owned(), none.to_owned())
    });
    runtime().block_on(async {
        let store = store_on(endpoint).await;
        for kind in DocumentKind::ALL {
            let standing = store.read_document(&"bucket".into(), kind).await.unwrap();
            assert_eq!(standing.document(), None);
            let error = store.delete_document(standing).await.unwrap_err();
            let can = matches!(kind.facts().removal, Removal::Delete(_));
            assert_eq!(error.kind, if can { Kind::NotFound } else { Kind::Unsupported });
        }
    });
    assert_eq!(*methods.lock().unwrap(), BTreeSet::from(["GET".to_owned()]));
}
