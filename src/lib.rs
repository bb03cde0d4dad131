//! A two-pane terminal browser for Amazon S3 and compatible stores.
//!
//! # Architecture
//!
//! ```text
//! key -> Action -> update(&mut State, Event) -> Vec<Effect> -> engine task -> Report -> Event -> update -> view
//! ```
//!
//! Imports point one way:
//!
//! ```text
//! main -> tui -> app -> model        the screen: rules without I/O, views without state
//! main -> engine -> s3, local -> model   the work: the only place that spawns, the only place that names the SDK
//! ```
//!
//! `app` and `engine` are strangers. They share `model::job::Request` and `model::job::Report`, plain values.

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
