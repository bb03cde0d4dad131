//! What objects are written with beside their bytes: what was asked for, over what the name says.

use crate::model::attributes::Given;
use crate::model::entry::StorageClass;
use crate::model::error::Error;
use crate::model::location::ObjectRef;
use crate::model::site;
use crate::s3::{Attributes, Condition, Store, WriteOptions};

/// Returns what is written with a new object.
pub(super) fn write_options(
    given: &Given,
    storage_class: Option<StorageClass>,
    object: &ObjectRef,
    condition: Condition,
) -> WriteOptions {
    let guess = mime_guess::from_path(object.key.last_part()).first_raw();
    let own = Attributes {
        content_type: guess.map(|guess| if given.is_site { site::content_type(guess) } else { guess.to_owned() }),
        cache_control: given.is_site.then(|| site::cache_control(object.key.as_str()).to_owned()),
        ..Attributes::default()
    };
    WriteOptions {
        attributes: given.attributes.over(&own),
        tags: given.tags.clone(),
        storage_class: storage_class.map(|class| class.name().to_owned()),
        encryption: given.encryption.clone(),
        acl: given.acl,
        condition,
        ..WriteOptions::default()
    }
}

/// Sets the tags, sorted by key, where the server did not take them with an upload in parts or a copy: Ceph RGW 16.2 does
/// not, and says nothing. Amazon does.
pub(super) async fn tag(store: &Store, object: &ObjectRef, tags: &[(String, String)]) -> Result<(), Error> {
    if tags.is_empty() || store.is_amazon() || store.object_tags(object).await? == tags {
        return Ok(());
    }
    store.set_object_tags(object, tags).await
}
