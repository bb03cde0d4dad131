//! What this caller may do, tried by requests that change nothing, and what IAM says of its own policies.

use crate::engine::inspect::unread;
use crate::model::access::case::Place;
use crate::model::access::evidence::Evidence;
use crate::model::access::trial::{Trial, Went};
use crate::model::access::who::Who;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};
use crate::s3::{ListPage, Store};

/// Returns what a request that was made tells of the action that it needs.
pub(super) fn trial<T>(request: impl Into<String>, action: &'static str, read: &Result<T, Error>) -> Trial {
    let went = match read {
        Ok(_) => Went::Well,
        Err(error) if error.kind == Kind::Denied => {
            Went::Refused(error.code.clone().unwrap_or_else(|| "AccessDenied".to_owned()))
        }
        Err(_) => Went::Untold,
    };
    Trial { action, request: request.into(), went }
}

/// Returns where it is to be listed: where a pane shows an object, or the prefix itself.
pub(super) fn listed(prefix: &Prefix, object: Option<&ObjectRef>) -> Prefix {
    let Some(object) = object else { return prefix.clone() };
    let above = object.key.as_str().rsplit_once('/').map(|(above, _)| format!("{above}/"));
    Prefix::from(above.unwrap_or_default())
}

/// Lists nothing below a prefix, which may be allowed where the whole bucket is not.
pub(super) async fn listing(store: &Store, bucket: &BucketName, prefix: &Prefix) -> Trial {
    let read = store.list_page(&ListPage { max_keys: Some(0), ..ListPage::folded(bucket, prefix) }).await;
    let request =
        if prefix.is_root() { "ListObjectsV2".to_owned() } else { format!("ListObjectsV2 below {}", prefix.as_str()) };
    trial(request, "s3:ListBucket", &read)
}

/// Asks IAM about the caller, if it can be asked and the caller has policies of its own.
pub(super) async fn simulate(store: &Store, place: &Place, evidence: Evidence) -> Evidence {
    let Some(Who::Principal(principal)) = evidence.this_caller().filter(|_| store.may_simulate()) else {
        return evidence;
    };
    match store.simulate(&principal, &place.to_simulate(evidence.partition())).await {
        Ok(simulated) => Evidence { simulated, ..evidence },
        Err(error) => {
            let note = format!("what the caller's own IAM policies say could not be asked: {}", unread(&error));
            Evidence { notes: [evidence.notes, vec![note]].concat(), ..evidence }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_the_prefix_itself_or_where_the_object_stands() {
        let of = |key: &str| listed(&Prefix::root(), Some(&ObjectRef::new("b", key)));
        assert_eq!((of("in/a/k"), of("k")), (Prefix::from("in/a/"), Prefix::root()));
        assert_eq!(listed(&Prefix::from("in/a/"), None), Prefix::from("in/a/"));
        assert!(listed(&Prefix::root(), None).is_root());
    }
}
