//! `completions` and `man`: what is generated from the command line itself.

use std::io::{self, Write as _};

use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;

use super::session::Stop;

/// What `completions` is given.
#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// What `man` is given.
#[derive(Debug, Clone, Args)]
pub struct Manual {
    /// The command
    command: Option<String>,
}

/// Runs `completions`.
pub fn completions(completions: &Completions) -> Result<(), Stop> {
    let mut text = Vec::new();
    clap_complete::generate(completions.shell, &mut super::Args::command(), "bucketry", &mut text);
    print(&text)
}

/// Runs `man`.
pub fn manual(manual: &Manual) -> Result<(), Stop> {
    let mut program = super::Args::command();
    program.build();
    let page = match &manual.command {
        None => program,
        Some(name) => page_of(&program, name)?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|error| super::output::stop(&error))?;
    print(&text)
}

fn page_of(program: &Command, name: &str) -> Result<Command, Stop> {
    let found = program.find_subcommand(name).filter(|found| !found.is_hide_set());
    let unknown = || Stop::Use(format!("there is no command {name}"));
    let found = found.ok_or_else(unknown)?;
    Ok(found.clone().display_name(format!("bucketry-{name}")))
}

fn print(text: &[u8]) -> Result<(), Stop> {
    io::stdout().write_all(text).map_err(|error| super::output::stop(&error))
}
