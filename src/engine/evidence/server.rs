//! Layers from a server.

use std::sync::Arc;

use super::bucket::{account_block, layers, owner_of};
use super::layer;
use super::trial::{listed, listing, simulate, trial};
use crate::engine::core::Core;
use crate::model::access::Fact;
use crate::model::access::acl::Acl;
use crate::model::access::case::Place;
use crate::model::access::evidence::Evidence;
use crate::model::access::layers::{Kept, Layers};
use crate::model::access::trial::Trial;
use crate::model::access::who::Account;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};
use crate::s3::{ObjectFacts, Store};

/// Reads all layers. Fails only where nothing can be read at all.
pub(super) async fn gather(
    core: &Arc<Core>,
    bucket: &BucketName,
    prefix: &Prefix,
    object: Option<&ObjectRef>,
    owner: Option<Account>,
) -> Result<Evidence, Error> {
    let store = core.store_of(bucket).await;
    let _permit = core.lanes.interactive.acquire().await;
    let head = store.head_bucket(bucket).await;
    let listed = listed(prefix, object);
    // It names no prefix: what is said to it is of the whole bucket, and not of one folder.
    let opened = listed.is_root().then(|| trial("HeadBucket", "s3:ListBucket", &head));
    match head {
        Err(error) if error.kind != Kind::Denied => return Err(error),
        _ => {}
    }
    let connection = core.accounts.of(bucket.profile()).connection(&store).await?;
    let owner = match owner {
        Some(said) => said,
        None => owner_of(&store, bucket, &connection).await,
    };
    let (layers, said, payer, account_block, listing, found) = tokio::join!(
        layers(&store, bucket),
        store.policy_status(bucket),
        store.requester_pays(bucket),
        account_block(core, &store, bucket, &owner, &connection),
        listing(&store, bucket, &listed),
        of_object(&store, object),
    );
    let OfObject { acl: object_acl, tags, kept, mut notes, trials } = found;
    if !store.is_amazon() {
        notes.push("this server has no Block Public Access for accounts that could be asked for".to_owned());
    }
    let layers = Layers {
        owner,
        account_block,
        object_acl,
        said_public: said.ok().flatten(),
        tags,
        kept,
        requester_pays: layer(&store, payer.map(Some)),
        ..layers
    };
    let trials = opened.into_iter().chain([listing]).chain(trials).filter(|_| store.is_signed()).collect();
    let layers = layers.with_owner_of_acl();
    let evidence = Evidence { layers, caller: connection.caller, trials, notes, ..Evidence::default() };
    Ok(simulate(&store, &Place::of(bucket, prefix, object), evidence).await)
}

/// What is known of one object, and what to say of it.
#[derive(Default)]
struct OfObject {
    acl: Fact<Acl>,
    tags: Fact<Vec<(String, String)>>,
    kept: Fact<Kept>,
    notes: Vec<String>,
    trials: Vec<Trial>,
}

async fn of_object(store: &Store, object: Option<&ObjectRef>) -> OfObject {
    let Some(object) = object else {
        return OfObject { acl: Fact::Absent, tags: Fact::Absent, kept: Fact::Absent, ..OfObject::default() };
    };
    let (head, acl, tags) = tokio::join!(store.head(object), store.object_acl(object), store.object_tags(object));
    let is_missing =
        [head.as_ref().err(), acl.as_ref().err()].into_iter().flatten().any(|error| error.kind == Kind::NotFound);
    let missing = || format!("{object} is not there: who may read it gets 404, or 403 without s3:ListBucket");
    let notes = is_missing.then(missing).into_iter().collect();
    let (read, read_acl) = match object.version {
        Some(_) => ("s3:GetObjectVersion", "s3:GetObjectVersionAcl"),
        None => ("s3:GetObject", "s3:GetObjectAcl"),
    };
    OfObject {
        trials: vec![trial("HeadObject", read, &head), trial("GetObjectAcl", read_acl, &acl)],
        acl: layer(store, if_there(acl.map(Some))),
        tags: layer(store, if_there(tags.map(Some))),
        kept: layer(store, if_there(head.map(|facts| Some(kept(&facts))))),
        notes,
    }
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
