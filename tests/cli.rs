//! The commands that need no screen: the built program against the demo endpoint, with real files.
#![cfg(feature = "demo")]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "cli/access.rs"]
mod access;
#[path = "cli/copy.rs"]
mod copy;
#[path = "cli/dry_run.rs"]
mod dry_run;
#[path = "cli/exposure.rs"]
mod exposure;
#[path = "cli/forecast.rs"]
mod forecast;
#[path = "cli/fsync.rs"]
mod fsync;
#[path = "cli/full.rs"]
mod full;
#[path = "cli/given.rs"]
mod given;
#[path = "cli/history.rs"]
mod history;
#[path = "cli/kill.rs"]
mod kill;
#[path = "cli/list.rs"]
mod list;
#[path = "cli/object.rs"]
mod object;
#[path = "cli/place.rs"]
mod place;
#[path = "cli/profile.rs"]
mod profile;
#[path = "cli/remove.rs"]
mod remove;
#[path = "support/serve.rs"]
mod serve;
#[path = "cli/set.rs"]
mod set;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/stage.rs"]
mod stage;
#[path = "cli/stream.rs"]
mod stream;
#[path = "cli/sync.rs"]
mod sync;
#[path = "cli/trial.rs"]
mod trial;
#[path = "cli/uploads.rs"]
mod uploads;
#[path = "cli/website.rs"]
mod website;
#[path = "cli/use.rs"]
mod wrong_use;
