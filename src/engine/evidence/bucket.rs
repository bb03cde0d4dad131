//! The layers of a bucket, which all objects in it share.

use crate::engine::core::Core;
use crate::engine::inspect::unread;
use crate::model::access::layers::Layers;
use crate::model::access::who::Account;
use crate::model::access::{Access, Fact, PublicAccessBlock};
use crate::model::job::Connection;
use crate::model::name::BucketName;
use crate::s3::Store;

use super::{layer, understood};

/// Reads the word for a bucket.
pub(in crate::engine) async fn word(core: &Core, bucket: &BucketName) -> Access {
    let store = core.store_of(bucket).await;
    let _permit = core.lanes.interactive.acquire().await;
    let (layers, account_block) = tokio::join!(layers(&store, bucket), block_of_owner(core, &store, bucket));
    Layers { account_block, ..with_status(&store, bucket, layers).await }.bucket_word()
}

/// Reads what stands at the bucket itself.
pub(in crate::engine) async fn layers(store: &Store, bucket: &BucketName) -> Layers {
    let (policy, block, ownership, acl) = tokio::join!(
        store.policy(bucket),
        store.public_access_block(bucket),
        store.ownership(bucket),
        store.bucket_acl(bucket),
    );
    Layers {
        policy: understood(layer(store, policy)),
        bucket_block: layer(store, block),
        ownership: layer(store, ownership),
        bucket_acl: layer(store, acl.map(Some)),
        ..Layers::default()
    }
}

/// Asks the server whether a policy is public that could not be read.
pub(in crate::engine) async fn with_status(store: &Store, bucket: &BucketName, layers: Layers) -> Layers {
    match layers.policy {
        Fact::Unread(_) => Layers { said_public: store.policy_status(bucket).await.ok().flatten(), ..layers },
        _ => layers,
    }
}

/// Returns whose a bucket is, as far as its server tells the caller.
pub(super) async fn owner_of(store: &Store, bucket: &BucketName, connection: &Connection) -> Account {
    match &connection.account {
        Some(number) if store.owns(number, bucket).await == Some(true) => Account::numbered(number),
        _ => Account::default(),
    }
}

/// Reads the Block Public Access of the account that a bucket belongs to.
pub(in crate::engine) async fn block_of_owner(
    core: &Core,
    store: &Store,
    bucket: &BucketName,
) -> Fact<PublicAccessBlock> {
    if !store.is_amazon() {
        return Fact::Absent;
    }
    let own = core.accounts.of(bucket.profile());
    match own.connection(store).await {
        Ok(connection) => {
            account_block(core, store, bucket, &owner_of(store, bucket, &connection).await, &connection).await
        }
        Err(error) => Fact::Unread(unread(&error)),
    }
}

/// Reads an account's Block Public Access, which only Amazon has, and an account tells to its own callers alone.
pub(super) async fn account_block(
    core: &Core,
    store: &Store,
    bucket: &BucketName,
    owner: &Account,
    connection: &Connection,
) -> Fact<PublicAccessBlock> {
    if !store.is_amazon() {
        return Fact::Absent;
    }
    match (&owner.number, &connection.account) {
        (Some(number), Some(own)) if own == number => core.accounts.of(bucket.profile()).block(store, number).await,
        (Some(number), None) => layer(store, store.account_block(number).await),
        _ => Fact::Unread("s3:GetAccountPublicAccessBlock is for the owner's account alone".to_owned()),
    }
}
