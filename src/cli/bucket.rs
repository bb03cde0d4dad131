//! `mb` and `rb`: buckets come and go.

use clap::Args;

use super::location::End;
use super::session::{Session, Stop, Telling};
use crate::model::job::{Report, Request, Work};

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
}

const MADE: Telling = Telling { verb: "made", is_quiet: true, is_json: false };

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
    session.run(Work::RemoveBucket(name), Telling { verb: "removed", ..MADE }).await
}
