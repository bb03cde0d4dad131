//! A two-pane terminal browser for Amazon S3 and compatible stores.
//!
//! # Architecture
//!
//! ```text
//! key -> Action -> update(&mut State, Event) -> Vec<Effect> -> engine task -> Report -> Event -> update -> view
//! ```
//!
//! Imports point one way, and `tests/layering.rs` holds them to it:
//!
//! ```text
//! main -> cli, config -> app            what was asked for, and the files that change the defaults
//! main -> tui -> app -> model           the screen: rules without I/O, views without state
//!         tui, cli -> engine            the loop and the commands hand on requests: the same work with a screen or without
//! main -> engine -> s3, local -> model  the work: the only place that spawns tasks, but for the demo, which is a server
//! main -> demo -> model                 an S3 endpoint with sample data, also the fast server of the tests
//! ```
//!
//! `app` and `engine` are strangers. They share [`model::job::Request`] and [`model::job::Report`], plain values: requests
//! are handed in without waiting, reports come over one bounded channel. A command of [`cli`] uses the same values bare;
//! only what is streamed (`-`, `cat`) goes to the engine by calls of its own, because no report is sent for each chunk.
//!
//! A request is for an answer or for a job. What is to be answered carries a ticket: `engine::answer` is the frame of all
//! such work, and once the ticket is dropped nobody hears of it any more. A job (`engine::jobs`) waits for its turn, asks,
//! pauses, and has an end of its own. What the cursor asks for (`engine::newest`) gives way to what it asks for next.
//!
//! | Module | What it is | Changes when |
//! |---|---|---|
//! | [`model`] | values with rules and no I/O: names, locations, entries, errors, plans, access | a rule of S3 is learnt |
//! | [`s3`] | the only place that names the SDK: one client per region, calls as plain values, errors in one table | the SDK or a server changes |
//! | [`local`] | files below a root that no name can leave | a file system surprises |
//! | [`engine`] | listing, inspection, comparison; copies, moves, deletions, syncs and changes of objects as jobs with progress that can be limited, paused and cancelled | the way data moves changes |
//! | [`app`] | state, actions, keys, dialogs: what a key or report does to the screen | behaviour changes |
//! | [`tui`] | the loop, the terminal, input, themes and the views | looks change |
//! | [`config`] | `config.toml`, `keymap.toml` and themes, with faults by file and line | an option is added |
//! | [`cli`] | the command line, and the commands that need no screen: locations, output, progress, exit codes | a command is added |
//! | `demo` | an S3 endpoint in this process that judges by the rules of [`model::access`], with faults on demand | S3 does something new |
//!
//! # Who may do what
//!
//! [`model::access`] judges: it reads policies and ACLs exactly, and says yes, no, depends or unknown with the layer that
//! decides. The engine gathers what it judges, from a server or from files; nothing in it touches either.
//!
//! The command and the screen ask the same way ([`model::access::inquiry`]): the command about one request, in which what was
//! not said is absent; the screen ([`app::access`]) about whatever request may come, so that what it brings is a condition. A
//! test without credentials is one HEAD and one LIST by a store of their own, which has no credentials that could slip in;
//! [`model::access::anonymous`] holds what they met against the verdict.
//!
//! [`model::access::exposure`] plans how a place is made public or private: the smallest change of documents, judged by the
//! same rules with the change in place, before it is written and after. The engine reads, plans and writes for the command
//! and for the screen alike; how each document ended is told by both, and both prove it by what they read again.
//! [`model::document::forecast`] says what lifecycle rules would touch today, and [`model::site`] where a website is found
//! and how its files are served. [`model::publication`] is all that it takes to publish one: the engine finds it out, the
//! command and the screen show it and ask, and what was shown is the job that runs.
//!
//! [`model::document`] knows the settings of a bucket: for each kind its JSON, a summary in sentences, and what S3 would not
//! take. They are read and written whole, what is unknown in them too, and only if they still are what was seen; the old one
//! is kept in the data folder. `check` finds what is wrong with a typed text and at which line, `danger` what a change would
//! open or lock, and `template` has documents to start from. [`app::settings`] is the screen of them: a list whose rows load
//! alone, and a text area whose text hides no character. What lifecycle rules would touch is shown there too, also by a text
//! that is not written yet.
//!
//! [`model::change`] is about objects instead, which stay where they are: their metadata, tags, class, encryption and ACL. It
//! says line by line what would become of each, and what of it has to be a copy of the object onto itself.
//!
//! # Who reaches a bucket
//!
//! A bucket's name carries the profile that it is reached by ([`model::bucket`]), and the engine opens one
//! [`s3::Store`] for each. What is learnt of a server stays with its store. A copy within one profile is the server's
//! work; between two it goes through memory. That two profiles may lead to one bucket is never ruled out: jobs wait for
//! each other as if they did, and a move looks at both ends of a key before it writes.
//!
//! # The journal
//!
//! `engine::journal` keeps what must survive the program in one SQLite file that several copies of it share: jobs, items
//! that ended, and what was begun (uploads with their parts, downloads with their ranges). One task writes, many changes
//! a commit; what nobody could find again is on the disk before it comes into being. A job belongs to the copy whose
//! lock file is held. What an ended copy left is found at the start ([`model::job::Report::Unfinished`]), stands in the
//! queue of [`app`] as left, and is taken up, given up, or forgotten where its server is gone. The items that ended are the
//! history, which is read beside the writer, by connections that cannot write, a page at a time. A damaged file is set aside, and what it knew of is found by
//! asking the server (`bucketry uploads`).
//!
//! # Rules that hold everywhere
//!
//! - Nothing from outside (keys, metadata, messages) reaches the terminal but through [`model::text`], or a path but
//!   through [`model::name`] and [`local`].
//! - The loop in [`tui`] never waits for anything but input and reports; every wait is a task of [`engine`].
//! - A task that makes something unfinished (an upload, a temporary file) removes it itself when it is cancelled, or
//!   leaves it in the journal when the program ends or another try may go well.
//! - A sync writes and deletes only what is still what was shown; what could not be read is neither missing nor the same.
//! - The last step of a write is conditional unless overwriting was chosen; a source is deleted only when its copy was
//!   verified.

pub mod app;
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod engine;
pub mod local;
pub mod model;
pub mod s3;
pub mod tui;
