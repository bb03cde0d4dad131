//! Layers from a server.

use std::sync::Arc;

use crate::engine::core::Core;
use crate::engine::inspect::unread;
use crate::model::access::document::Policy;
use crate::model::access::evidence::Evidence;
use crate::model::access::layers::{Kept, Layers};
use crate::model::access::who::Account;
use crate::model::access::{Fact, PublicAccessBlock};
use crate::model::error::{Error, Kind};
use crate::model::job::Connection;
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;
use crate::s3::{ObjectFacts, Store};

/// Reads all layers. Fails only where nothing can be read at all.
pub(super) async fn gather(
    core: &Arc<Core>,
    bucket: &BucketName,
    object: Option<&ObjectRef>,
    owner: Option<Account>,
) -> Result<Evidence, Error> {
    let store = core.store_of(bucket).await;
    let _permit = core.lanes.interactive.acquire().await;
    match store.head_bucket(bucket).await {
        Err(error) if error.kind != Kind::Denied => return Err(error),
        _ => {}
    }
    let connection = store.identify().await?;
    let owner = owner_of(&store, bucket, owner, &connection).await;
    let (policy, said, block, ownership, acl, payer, account, (object_acl, tags, kept, notes)) = tokio::join!(
        store.policy(bucket),
        store.policy_status(bucket),
        store.public_access_block(bucket),
        store.ownership(bucket),
        store.bucket_acl(bucket),
        store.requester_pays(bucket),
        account_block(&store, &owner, &connection),
        of_object(&store, object),
    );
    let (account_block, account_note) = account;
    let layers = Layers {
        owner,
        account_block,
        bucket_block: layer(&store, block),
        ownership: layer(&store, ownership),
        bucket_acl: layer(&store, acl.map(Some)),
        object_acl,
        policy: understood(layer(&store, policy)),
        tags,
        kept,
        requester_pays: layer(&store, payer.map(Some)),
    };
    Ok(Evidence {
        layers: layers.with_owner_of_acl(),
        caller: connection.caller,
        said_public: said.ok().flatten(),
        notes: notes.into_iter().chain(account_note).collect(),
        ..Evidence::default()
    })
}

/// Returns whose the bucket is: as it was said, or the caller's own account's if the server says so.
async fn owner_of(store: &Store, bucket: &BucketName, said: Option<Account>, connection: &Connection) -> Account {
    if let Some(said) = said {
        return said;
    }
    match &connection.account {
        Some(number) if store.owns(number, bucket).await == Some(true) => Account::numbered(number),
        _ => Account::default(),
    }
}

/// Reads the account's Block Public Access, which an account tells to its own callers alone.
async fn account_block(
    store: &Store,
    owner: &Account,
    connection: &Connection,
) -> (Fact<PublicAccessBlock>, Option<String>) {
    if !store.is_amazon() {
        let note = "this server has no Block Public Access for accounts that could be asked for";
        return (Fact::Absent, Some(note.to_owned()));
    }
    match (&owner.number, &connection.account) {
        (Some(number), own) if own.as_ref().is_none_or(|own| own == number) => {
            (layer(store, store.account_block(number).await), None)
        }
        _ => (Fact::Unread("s3:GetAccountPublicAccessBlock is for the owner's account alone".to_owned()), None),
    }
}

/// What is known of one object, and what to say of it.
type OfObject = (Fact<crate::model::access::acl::Acl>, Fact<Vec<(String, String)>>, Fact<Kept>, Vec<String>);

async fn of_object(store: &Store, object: Option<&ObjectRef>) -> OfObject {
    let Some(object) = object else { return (Fact::Absent, Fact::Absent, Fact::Absent, Vec::new()) };
    let (head, acl, tags) = tokio::join!(store.head(object), store.object_acl(object), store.object_tags(object));
    let is_missing =
        [head.as_ref().err(), acl.as_ref().err()].into_iter().flatten().any(|error| error.kind == Kind::NotFound);
    let missing = || format!("{object} is not there: who may read it gets 404, or 403 without s3:ListBucket");
    let notes = is_missing.then(missing).into_iter().collect();
    let head = head.map(|facts| Some(kept(&facts)));
    (layer(store, if_there(acl.map(Some))), layer(store, if_there(tags.map(Some))), layer(store, if_there(head)), notes)
}

fn kept(facts: &ObjectFacts) -> Kept {
    Kept {
        encryption: facts.encryption.as_ref().map(|own| own.algorithm.clone()),
        // Without the key, S3 answers a HEAD with an error, so whoever has the facts has no need of it.
        has_customer_key: false,
        storage_class: facts.storage_class.clone(),
        archive_status: facts.archive_status.clone(),
        restore: facts.restore.clone(),
    }
}

/// An object that is not there has nothing set.
fn if_there<T>(read: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match read {
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        read => read,
    }
}

/// Turns what a read said into a layer.
fn layer<T>(store: &Store, read: Result<Option<T>, Error>) -> Fact<T> {
    match read {
        Ok(Some(value)) => Fact::Known(value),
        Ok(None) => Fact::Absent,
        Err(error) if store.lacks_layer(&error) => Fact::Absent,
        Err(error) => Fact::Unread(unread(&error)),
    }
}

/// Reads the text of a policy. One that cannot be understood may say anything.
fn understood(text: Fact<String>) -> Fact<Arc<Policy>> {
    match text {
        Fact::Known(text) => match Policy::of_bucket(&text) {
            Ok(policy) => Fact::Known(Arc::new(policy)),
            Err(fault) => Fact::Unread(format!("it was read, but not understood: {fault}")),
        },
        Fact::Absent => Fact::Absent,
        Fact::Unread(read) => Fact::Unread(read),
        Fact::Unasked => Fact::Unasked,
    }
}
