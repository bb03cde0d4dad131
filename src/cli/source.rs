//! Where the source of a copy is read, if not by the program's own profile.

use clap::Args;

use super::location::End;
use super::session::{Session, Stop};
use crate::model::name::Profile;

/// Returns the name of a source that no profile describes whole. It says how it is reached, so that another one is never
/// taken for it; no profile of a file has it, since brackets are not allowed there.
fn unnamed(parts: [Option<&str>; 3]) -> String {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}source {})", Profile::DECLARED, parts.join(" "))
}

/// How to reach the source; `--profile`, `--region` and `--endpoint-url` are then the target's.
#[derive(Debug, Clone, Args)]
pub struct SourceOptions {
    /// The profile that the source is read by; also written s3://NAME@bucket/key
    #[arg(id = "source_profile", long = "source-profile", value_name = "NAME")]
    profile: Option<String>,
    /// The region that requests to the source start from; its bucket is reached in its own
    #[arg(id = "source_region", long = "source-region", value_name = "REGION")]
    region: Option<String>,
    /// The endpoint of the source
    #[arg(id = "source_endpoint_url", long = "source-endpoint-url", value_name = "URL")]
    endpoint_url: Option<String>,
}

impl SourceOptions {
    /// Reads the location of a source, and says to the engine how it is reached.
    pub fn read(&self, text: &str, session: &Session<'_>) -> Result<End, Stop> {
        let end = End::parse(text, &session.base).map_err(Stop::Use)?;
        // A bucket's region is found out anyway: told alone, it is no other connection.
        if self.profile.is_none() && self.endpoint_url.is_none() {
            return Ok(end);
        }
        match end {
            End::S3 { bucket, key } if *bucket.profile() == Profile::OWN => {
                let profile = self.declare(session);
                Ok(End::S3 { bucket: bucket.by(&profile), key })
            }
            End::S3 { .. } => Err(Stop::Use(format!("{text} names a profile already; leave --source-… out"))),
            _ => Err(Stop::Use(format!("--source-… tell how a bucket is reached, and {text} is in none"))),
        }
    }

    fn declare(&self, session: &Session<'_>) -> Profile {
        let (region, endpoint) = (self.region.clone(), self.endpoint_url.clone());
        match &self.profile {
            Some(name) if region.is_none() && endpoint.is_none() => Profile::named(name.as_str()),
            name => {
                let parts = [name.as_deref(), region.as_deref(), endpoint.as_deref()];
                let profile = Profile::named(unnamed(parts));
                session.engine().declare(&profile, name.as_deref(), region, endpoint);
                profile
            }
        }
    }
}
