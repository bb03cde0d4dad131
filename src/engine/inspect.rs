//! The inspector's sections: each is its own request, and fails by itself.

mod bucket;
mod object;

use std::path::Path;
use std::sync::Arc;

use super::core::Core;
use crate::local;
use crate::local::read::Source;
use crate::model::access::Access;
use crate::model::arn::{arn, partition};
use crate::model::error::{Error, Kind};
use crate::model::inspect::{Content, Field, Preview, Section};
use crate::model::job::{Item, Report, Ticket};
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;

/// Loads all sections of one thing, each on its own.
pub(super) async fn inspect(core: Arc<Core>, ticket: Ticket, item: Item) {
    let view = View { core, ticket };
    match item {
        Item::File(path) | Item::Folder(path) => {
            let read = view.core.block("read", move || local::metadata::fields(&path)).await;
            view.say(Section::Overview, read.map(Content::Fields)).await;
        }
        Item::Object(object) => Box::pin(object::inspect(&view, &object)).await,
        Item::Bucket(bucket) => Box::pin(bucket::inspect(&view, &bucket)).await,
        Item::Prefix { bucket, prefix } => {
            let address = address(&view, &bucket, prefix.as_str()).await;
            view.say(Section::Address, Ok(Content::Fields(address))).await;
        }
    }
}

/// Where the sections of one question go.
struct View {
    core: Arc<Core>,
    ticket: Ticket,
}

impl View {
    async fn say(&self, section: Section, result: Result<Content, Error>) {
        let report = Report::Inspected { ticket: self.ticket, section, result };
        let _ = self.core.send(report, &self.core.root).await;
    }

    async fn say_verdict(&self, access: Access) {
        let _ = self.core.send(Report::Verdict { ticket: self.ticket, access }, &self.core.root).await;
    }

    /// Runs one request in the lane of what a person waits for.
    async fn ask<T>(&self, request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let _permit = self.core.lanes.interactive.acquire().await;
        request.await
    }
}

/// Returns the lines by which a thing is addressed.
async fn address(view: &View, bucket: &BucketName, key: &str) -> Vec<Field> {
    let name = bucket.as_str();
    let mut fields = vec![Field::new("S3 URI", format!("s3://{name}/{key}"))];
    let store = view.core.store_of(bucket).await;
    let partition = partition(store.region_of(bucket).as_deref(), None);
    fields.push(Field::new("ARN", arn(partition, name, key)));
    if !bucket.is_arn() && !key.is_empty() && !key.ends_with('/') {
        fields.push(Field::new("Object URL", store.url_of(bucket, key)));
    }
    fields
}

/// Turns what a read said into the words of an unread layer.
pub(super) fn unread(error: &Error) -> String {
    match (error.kind, error.permission) {
        (Kind::Denied, Some(permission)) => format!("{permission} denied"),
        _ => error.cause.clone(),
    }
}

/// Reads the first bytes of a file or an object.
pub(super) async fn preview(core: Arc<Core>, ticket: Ticket, item: Item) {
    let read = match &item {
        Item::File(path) => preview_file(&core, path).await,
        Item::Object(object) => preview_object(&core, object).await,
        item => Err(Error::new(Kind::Invalid, "preview", item.to_string(), "it is not a file")),
    };
    let report = match read {
        Ok(preview) => Report::Previewed { ticket, preview },
        Err(error) => Report::Failed { ticket, error },
    };
    let _ = core.send(report, &core.root).await;
}

async fn preview_file(core: &Core, path: &Path) -> Result<Preview, Error> {
    let path = path.to_owned();
    core.block("read", move || {
        let source = Source::open(&path)?;
        let bytes = source.read_start(usize::try_from(Preview::LIMIT).unwrap_or(usize::MAX))?;
        Ok(Preview { bytes, total: source.identity().size })
    })
    .await
}

async fn preview_object(core: &Arc<Core>, object: &ObjectRef) -> Result<Preview, Error> {
    let store = core.store_of(&object.bucket).await;
    let _permit = core.lanes.interactive.acquire().await;
    let limit = usize::try_from(Preview::LIMIT).unwrap_or(usize::MAX);
    let mut body = match store.get(object, Some(0..Preview::LIMIT), None).await {
        // An empty object has no first byte, so a range of it cannot be had.
        Err(error) if error.code.as_deref() == Some("InvalidRange") || error.kind == Kind::Invalid => {
            let facts = store.head(object).await?;
            return match facts.size {
                0 => Ok(Preview { bytes: Vec::new(), total: 0 }),
                _ => Err(error),
            };
        }
        body => body?,
    };
    let mut bytes = Vec::new();
    while bytes.len() < limit
        && let Some(chunk) = body.next_chunk().await?
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(limit);
    Ok(Preview { bytes, total: body.facts.size })
}
