//! What the caller decides about the connection; all else comes from the standard chain.

use std::fmt;

use super::patience::Patience;

/// How to connect. The default is Amazon S3 with the standard chain.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `--profile`: wins over keys in the environment, as in the AWS CLI.
    pub profile: Option<String>,
    /// Whether region and endpoint of the environment are left alone: they are meant for the program's own profile.
    pub is_apart: bool,
    /// `--region`.
    pub region: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
    /// `--no-sign-request`: no credentials are looked for.
    pub no_sign_request: bool,
    /// `--request-payer`: the caller pays in requester-pays buckets.
    pub request_payer: bool,
    /// Keys that are known here (the demo's, a test's). With them, neither environment nor files are read.
    pub static_keys: Option<Keys>,
    /// Path style or virtual hosts; by the endpoint and the configuration if not given.
    pub path_style: Option<bool>,
    /// How long a server is waited for.
    pub patience: Patience,
}

/// An access key with its secret, which never shows.
#[derive(Clone)]
pub struct Keys {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
    /// The session token of temporary keys.
    pub session_token: Option<String>,
}

impl Settings {
    /// Returns how another profile connects, beside this one: by what its files say.
    #[must_use]
    pub fn of_profile(&self, name: &str) -> Self {
        Self {
            profile: Some(name.to_owned()),
            is_apart: true,
            request_payer: self.request_payer,
            patience: self.patience,
            ..Self::default()
        }
    }
}

impl Keys {
    /// Returns long-term keys.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self { access_key: access_key.into(), secret_key: secret_key.into(), session_token: None }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_show() {
        let settings = Settings { static_keys: Some(Keys::new("AKID", "hunter2")), ..Settings::default() };
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("AKID"), "{shown}");
    }
}
