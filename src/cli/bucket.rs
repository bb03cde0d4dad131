//! `mb` and `rb`: buckets come and go.

use clap::Args;

use super::location::End;
use super::remove::{confirm, count};
use super::session::{Session, Stop};
use super::telling::Telling;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, Report, Request, Work};
use crate::model::name::{BucketName, Prefix};
use crate::model::plan::Deletion;

/// What `mb` is given.
#[derive(Debug, Clone, Args)]
pub struct Make {
    /// s3://bucket; it is made in the region of --region, or of the configuration
    location: String,
}

/// What `rb` is given.
#[derive(Debug, Clone, Args)]
pub struct Remove {
    /// s3://bucket
    location: String,
    /// Delete all objects in it first; refused where the bucket keeps versions, which would be left
    #[arg(long)]
    force: bool,
    /// Do not ask before more than one object is deleted
    #[arg(long, short, requires = "force")]
    yes: bool,
}

const MADE: Telling = Telling { verb: "made", is_quiet: true, is_json: false, rehearsed: None };

/// Runs `mb`.
pub async fn make(session: &mut Session<'_>, make: &Make) -> Result<(), Stop> {
    let name = End::bucket(&make.location, &session.base).map_err(Stop::Use)?;
    let asked = session.ask(|_| Request::Identify);
    let pick = |report| match report {
        Report::Connected(connection) => Some(Ok(connection.region)),
        Report::NotConnected(error) => Some(Err(error)),
        _ => None,
    };
    let region = session.answer(asked, pick).await??;
    session.run(Work::CreateBucket { name, region }, MADE).await
}

/// Runs `rb`.
pub async fn remove(session: &mut Session<'_>, remove: &Remove) -> Result<(), Stop> {
    let name = End::bucket(&remove.location, &session.base).map_err(Stop::Use)?;
    if remove.force {
        empty(session, remove, &name).await?;
    }
    match session.run(Work::RemoveBucket(name), Telling { verb: "removed", ..MADE }).await {
        Err(Stop::Failed(error)) if remove.force && error.code.as_deref() == Some("BucketNotEmpty") => {
            let cause = format!("{}; what is left are versions, or objects that came meanwhile", error.cause);
            Err(Error { cause, ..error }.into())
        }
        ended => ended,
    }
}

/// Deletes all objects of a bucket, if that leaves nothing.
async fn empty(session: &mut Session<'_>, remove: &Remove, bucket: &BucketName) -> Result<(), Stop> {
    let items = vec![Item::Prefix { bucket: bucket.clone(), prefix: Prefix::root() }];
    let total = count(session, &items).await?;
    if total.items + total.folders == 0 {
        return Ok(());
    }
    if total.deletion != Deletion::Permanent {
        let cause = if total.deletion == Deletion::Unknown {
            "whether it keeps versions could not be read, and a bucket that holds versions cannot be removed; nothing was \
             deleted"
        } else {
            "it keeps versions: deleting its objects would hide them, and a bucket that holds versions cannot be \
                     removed; nothing was deleted"
        };
        return Err(Error::new(Kind::Unsupported, "empty", format!("s3://{bucket}"), cause).into());
    }
    confirm(&remove.location, remove.yes, &total).await?;
    session.run(Work::Delete(items), Telling { verb: "deleted", is_quiet: false, ..MADE }).await
}
