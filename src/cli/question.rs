//! Questions before something is lost.

use std::io::{self, IsTerminal as _, Write as _};

use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::output::say;
use super::session::Stop;

/// What is asked before something is lost.
pub struct Question<'a> {
    /// What is to be done to what: `delete 3 objects`.
    pub what: String,
    /// More of it, in the question alone.
    pub more: String,
    /// What is said after a no: `nothing was deleted`.
    pub refused: &'a str,
}

impl Question<'_> {
    /// Asks, and goes on only after a yes. Without a terminal to ask on it is a no.
    pub async fn ask(self) -> Result<(), Stop> {
        let Self { what, more, refused } = self;
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(Stop::Use(format!("refused to {what}, without a terminal to ask on; --yes means it")));
        }
        let _ = write!(io::stderr(), "bucketry: {what}{more} [y/N] ");
        let mut answer = String::new();
        let read = BufReader::new(tokio::io::stdin()).read_line(&mut answer).await;
        if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
            return Ok(());
        }
        say(refused);
        Err(Stop::Told)
    }
}
