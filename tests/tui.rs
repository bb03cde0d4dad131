//! The program in a pseudo-terminal, against the demo endpoint: what a person does, from the first frame to the last.
#![cfg(feature = "demo")]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "tui/access.rs"]
mod access;
#[path = "tui/browse.rs"]
mod browse;
#[path = "tui/jobs.rs"]
mod jobs;
#[path = "tui/leave.rs"]
mod leave;
#[path = "tui/resume.rs"]
mod resume;
#[path = "tui/settings.rs"]
mod settings;
#[path = "tui/stage.rs"]
mod stage;
#[path = "tui/start.rs"]
mod start;
#[path = "tui/sync.rs"]
mod sync;
#[path = "tui/terminal.rs"]
mod terminal;
#[path = "tui/uploads.rs"]
mod uploads;
#[path = "tui/website.rs"]
mod website;
