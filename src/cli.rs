//! The command line: what may be given, and what it means.

use std::path::PathBuf;

use clap::Parser;

/// A two-pane terminal browser for Amazon S3 and compatible stores.
#[derive(Debug, Clone, Parser)]
#[command(name = "bucketry", version, about, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Args {
    /// What the left pane shows: a path or s3://bucket/prefix/ [default: the working folder]
    pub left: Option<String>,
    /// What the right pane shows [default: the buckets]
    pub right: Option<String>,

    /// The profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region that requests start from; a bucket is reached in its own
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The endpoint of a compatible store, such as http://127.0.0.1:9000
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Sign no request: for public buckets
    #[arg(long)]
    pub no_sign_request: bool,
    /// Accept that the requester pays
    #[arg(long)]
    pub request_payer: bool,

    /// Refuse everything that writes, until W is pressed
    #[arg(long)]
    pub read_only: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// Draw borders in ASCII
    #[arg(long)]
    pub ascii: bool,
    /// The theme: dark, light, mono, or a file of the themes folder
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Write down what happened, with request ids
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Print every key and what it does, as Markdown, and leave
    #[arg(long)]
    pub keys: bool,

    /// Open on an S3 endpoint inside this process, with sample data
    #[cfg(feature = "demo")]
    #[arg(long)]
    pub demo: bool,
    /// With --demo: no screen; print endpoint and keys, and serve until interrupted
    #[cfg(feature = "demo")]
    #[arg(long, requires = "demo")]
    pub serve: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn two_places_and_a_profile_can_be_given() {
        let args = Args::parse_from(["bucketry", ".", "s3://photos/2026/", "--profile", "prod"]);
        assert_eq!(args.right.as_deref(), Some("s3://photos/2026/"));
        assert_eq!(args.profile.as_deref(), Some("prod"));
    }
}
