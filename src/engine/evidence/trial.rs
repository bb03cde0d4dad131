//! What this caller may do, tried by requests that change nothing, and what IAM says of its own policies.

use crate::engine::inspect::unread;
use crate::model::access::action::{Action, Target};
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

/// Lists nothing at the place of an object, which may be allowed where the whole bucket is not.
pub(super) async fn listing(store: &Store, bucket: &BucketName, object: Option<&ObjectRef>) -> Trial {
    let above = object.and_then(|object| object.key.as_str().rsplit_once('/')).map(|(above, _)| format!("{above}/"));
    let prefix = Prefix::from(above.unwrap_or_default());
    let read = store.list_page(&ListPage { max_keys: Some(0), ..ListPage::folded(bucket, &prefix) }).await;
    let request =
        if prefix.is_root() { "ListObjectsV2".to_owned() } else { format!("ListObjectsV2 below {}", prefix.as_str()) };
    trial(request, "s3:ListBucket", &read)
}

/// Asks IAM about the caller, if it can be asked and the caller has policies of its own.
pub(super) async fn simulate(
    store: &Store,
    bucket: &BucketName,
    object: Option<&ObjectRef>,
    evidence: Evidence,
) -> Evidence {
    let Some(Who::Principal(principal)) = evidence.this_caller().filter(|_| store.may_simulate()) else {
        return evidence;
    };
    let name = bucket.as_str();
    let key = object.map_or("*", |object| object.key.as_str());
    let asked: Vec<_> = Action::asked()
        .map(|action| match action.target {
            Target::Bucket => (action.name, format!("arn:aws:s3:::{name}")),
            Target::Object if object.is_some_and(|object| object.version.is_some()) => {
                (action.of_version().name, format!("arn:aws:s3:::{name}/{key}"))
            }
            Target::Object => (action.name, format!("arn:aws:s3:::{name}/{key}")),
        })
        .collect();
    match store.simulate(&principal, &asked).await {
        Ok(simulated) => Evidence { simulated, ..evidence },
        Err(error) => {
            let note = format!("what the caller's own IAM policies say could not be asked: {}", unread(&error));
            Evidence { notes: [evidence.notes, vec![note]].concat(), ..evidence }
        }
    }
}
