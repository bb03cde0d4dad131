//! A program that is run against a server of the contract.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

use bucketry::s3::Keys;

use crate::target::Target;

/// Which program, and the home folder that it has.
pub struct Program {
    path: PathBuf,
    home: PathBuf,
}

impl Program {
    pub fn new(path: PathBuf, home: &Path) -> Self {
        Self { path, home: home.to_owned() }
    }

    /// This very program.
    pub fn ours(home: &Path) -> Self {
        Self::new(PathBuf::from(env!("CARGO_BIN_EXE_bucketry")), home)
    }

    /// Runs it, which must do all, and returns what it printed.
    pub fn run(&self, t: &Target, arguments: &[&str]) -> String {
        let Keys { access_key, secret_key, .. } = &t.server.keys;
        let output = Command::new(&self.path)
            .args(arguments)
            .args(["--endpoint-url", &t.server.endpoint])
            .env_clear()
            // The one is a Python program, which opens names by its locale.
            .envs([("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")])
            .env("HOME", &self.home)
            .envs([("AWS_ACCESS_KEY_ID", access_key.as_str()), ("AWS_SECRET_ACCESS_KEY", secret_key.as_str())])
            .envs([("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_REGION", "us-east-1")])
            .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")])
            .env("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {error}", self.path.display());
        String::from_utf8(output.stdout).unwrap()
    }
}
