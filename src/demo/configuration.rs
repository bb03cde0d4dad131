//! Configurations of which a bucket has several, each by its ID: inventory, metrics, analytics, archive tiers.

use std::collections::BTreeMap;

use s3s::{S3Result, s3_error};

use crate::demo::document::not_set;
use crate::demo::store::{Settings, State};

/// Configurations by their IDs.
pub(super) type ById<T> = BTreeMap<String, T>;

/// Sets a configuration, whose ID must be that of the request.
pub(super) fn set<T>(
    state: &mut State,
    bucket: &str,
    pick: impl FnOnce(&mut Settings) -> &mut ById<T>,
    id: String,
    own_id: &str,
    item: T,
) -> S3Result<()> {
    if id != own_id {
        return Err(s3_error!(InvalidArgument, "The Id in the query must be that of the configuration"));
    }
    pick(&mut state.bucket_mut(bucket)?.settings).insert(id, item);
    Ok(())
}

/// Returns all configurations.
pub(super) fn list<T: Clone>(
    state: &State,
    bucket: &str,
    pick: impl FnOnce(&Settings) -> &ById<T>,
) -> S3Result<Vec<T>> {
    Ok(pick(&state.bucket(bucket)?.settings).values().cloned().collect())
}

/// Takes a configuration away.
pub(super) fn delete<T>(
    state: &mut State,
    bucket: &str,
    pick: impl FnOnce(&mut Settings) -> &mut ById<T>,
    id: &str,
) -> S3Result<()> {
    let gone = pick(&mut state.bucket_mut(bucket)?.settings).remove(id);
    gone.map(drop).ok_or_else(|| not_set("NoSuchConfiguration"))
}
