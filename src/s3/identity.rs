//! Who the caller is, where requests go, and when the credentials end.

use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError};
use jiff::Timestamp;

use super::client::{Session, Store};
use super::fault;
use crate::model::error::{Error, Kind};
use crate::model::job::Connection;

/// How long the caller's name may take: it is shown, nothing depends on it.
const LIMIT: Duration = Duration::from_secs(10);

impl Store {
    /// Returns what is known of the connection without asking anybody.
    pub fn connection(&self) -> Connection {
        let session = self.session();
        let found = &session.found;
        Connection {
            profile: found.profile.clone(),
            region: found.region.clone(),
            region_is_default: found.region_is_default,
            endpoint: found.endpoint.clone(),
            ..Connection::default()
        }
    }

    /// Returns whether requests are signed.
    pub fn is_signed(&self) -> bool {
        self.session().found.is_signed
    }

    /// Fails if there are no credentials that could be used.
    pub async fn check_credentials(&self) -> Result<(), Error> {
        let session = self.session();
        if let Some(refusal) = &session.found.refusal {
            return Err(refusal.clone());
        }
        match session.found.sdk.credentials_provider().filter(|_| session.found.is_signed) {
            Some(provider) => provider.provide_credentials().await.map(|_| ()).map_err(|error| no_credentials(&error)),
            None => Ok(()),
        }
    }

    /// Looks for credentials and asks who they belong to, if that may be asked: at Amazon, or where an STS endpoint is
    /// configured too. Fails only if there are no usable credentials.
    pub async fn identify(&self) -> Result<Connection, Error> {
        let session = self.session();
        if let Some(refusal) = &session.found.refusal {
            return Err(refusal.clone());
        }
        let mut connection = self.connection();
        let Some(provider) = session.found.sdk.credentials_provider().filter(|_| session.found.is_signed) else {
            return Ok(connection);
        };
        let credentials = provider.provide_credentials().await.map_err(|error| no_credentials(&error))?;
        connection.expires = credentials.expiry().and_then(|end| Timestamp::try_from(end).ok());
        if session.found.may_identify
            && let Ok(Some((account, caller))) = tokio::time::timeout(LIMIT, ask(&session)).await
        {
            connection.account = account;
            connection.caller = caller;
        }
        Ok(connection)
    }

    /// Returns who the requests are from, as a history should tell it: the caller's ARN, or the access key where nobody
    /// knows whose it is. Nobody, if they are not signed.
    pub async fn caller(&self) -> Option<String> {
        let connection = self.identify().await.ok()?;
        if connection.caller.is_some() {
            return connection.caller;
        }
        let session = self.session();
        let provider = session.found.sdk.credentials_provider().filter(|_| session.found.is_signed)?;
        let credentials = provider.provide_credentials().await.ok()?;
        Some(format!("access key {}", credentials.access_key_id()))
    }
}

/// Asks STS for the caller; without an answer the name stays unknown, which is no failure.
async fn ask(session: &Session) -> Option<(Option<String>, Option<String>)> {
    let client = aws_sdk_sts::Client::new(&session.found.sdk);
    match Box::pin(client.get_caller_identity().send()).await {
        Ok(output) => Some((output.account().map(str::to_owned), output.arn().map(str::to_owned))),
        Err(error) => {
            tracing::debug!(cause = %fault::words(&error), "the caller is not known");
            None
        }
    }
}

pub(super) fn no_credentials(error: &CredentialsError) -> Error {
    let (kind, cause) = fault::credentials(error);
    let kind = if kind == Kind::Other { Kind::NoCredentials } else { kind };
    Error::new(kind, "sign in to", "S3", cause)
}
