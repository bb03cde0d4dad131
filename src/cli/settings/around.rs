//! What a change of a document is judged by: who the caller is, and all that decides about access.

use crate::cli::session::{Session, Stop};
use crate::model::access::evidence::Source;
use crate::model::document::DocumentKind;
use crate::model::document::danger::{Around, DECIDING};
use crate::model::job::{Connection, Report, Request};
use crate::model::name::{BucketName, Prefix, Profile};

/// Returns who the caller is, as far as it is known; nobody for a bucket that another profile leads to.
pub async fn connection(session: &mut Session<'_>, bucket: &BucketName) -> Result<Connection, Stop> {
    if *bucket.profile() != Profile::OWN {
        return Ok(Connection::default());
    }
    session.ask(|_| Request::Identify);
    let mut last = Connection::default();
    // What is known at once comes first, what has to be asked for second.
    let mut answers = 0;
    while answers < 2 {
        match session.report().await {
            Report::Connected(connection) => last = connection,
            Report::NotConnected(error) => return Err(error.into()),
            _ => continue,
        }
        answers += 1;
    }
    Ok(last)
}

/// Reads what a change of this kind is judged by. What may not be read is known to be unread, and stops nothing.
pub async fn around(session: &mut Session<'_>, bucket: &BucketName, kind: DocumentKind) -> Result<Around, Stop> {
    if !DECIDING.contains(&kind) {
        return Ok(Around::default());
    }
    let source = Source::Server { bucket: bucket.clone(), prefix: Prefix::root(), object: None, owner: None };
    let asked = session.ask(|ticket| Request::Gather { ticket, source, identity: None });
    let pick = |report| match report {
        Report::Gathered { ticket, evidence } if ticket == asked => Some(evidence),
        _ => None,
    };
    let evidence = session.answer(asked, pick).await?;
    Ok(Around { layers: evidence.layers, caller: evidence.caller, now: evidence.now })
}
