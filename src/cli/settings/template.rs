//! Templates on the command line: the list of them, and the document that one of them makes.

use super::around::connection;
use super::read;
use crate::cli::location::{End, folder_prefix};
use crate::cli::session::{Session, Stop};
use crate::model::document::DocumentKind;
use crate::model::document::template::{ALL, Here, Template};
use crate::model::text::pad;

/// The width of the names and of the kinds in the list.
const COLUMN: usize = 21;

/// Prints the templates, or those of a kind.
pub async fn list(session: &mut Session<'_>, kind: Option<DocumentKind>) -> Result<(), Stop> {
    for template in ALL.iter().filter(|own| kind.is_none_or(|kind| own.kind == kind)) {
        let (name, of) = (pad(template.name, COLUMN), pad(template.kind.facts().name, 11));
        session.output.line(&format!("{name} {of} {}", template.about)).await?;
    }
    session.output.flush().await
}

/// Prints what stands with a template added to it. Nothing is written.
pub async fn print(session: &mut Session<'_>, location: &str, template: &Template) -> Result<(), Stop> {
    let (bucket, key) = End::in_bucket(location, &session.base).map_err(Stop::Use)?;
    let connection = connection(session, &bucket).await?;
    let prefix = if key.is_empty() { key } else { folder_prefix(&key).as_str().to_owned() };
    let here = Here {
        bucket: bucket.as_str().to_owned(),
        prefix,
        account: connection.account,
        region: Some(connection.region),
    };
    let standing = read(session, bucket, template.kind).await?;
    let merged = template.merged(standing.as_ref(), &here).map_err(Stop::Use)?;
    session.output.pretty_json(&merged).await?;
    session.output.flush().await
}
