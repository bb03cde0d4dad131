//! README, reference files and program say the same.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use bucketry::app::keymap;
use bucketry::cli::Args;
use bucketry::model::document::{DocumentKind, Removal};
use clap::CommandFactory as _;

fn readme() -> String {
    fs::read_to_string("README.md").unwrap()
}

#[test]
fn the_keys_in_the_readme_are_those_of_the_table() {
    let readme = readme();
    let (start, end) = ("<!-- keys -->\n", "<!-- /keys -->");
    let (before, rest) = readme.split_once(start).unwrap();
    let (shown, after) = rest.split_once(end).unwrap();
    if std::env::var_os("BUCKETRY_WRITE_REFERENCE").is_some() {
        fs::write("README.md", format!("{before}{start}{}{end}{after}", keymap::markdown())).unwrap();
        return;
    }
    assert_eq!(shown, keymap::markdown(), "BUCKETRY_WRITE_REFERENCE=1 cargo test --test docs writes it anew");
}

#[test]
fn every_option_that_the_readme_names_exists() {
    let program = Args::command();
    let known: BTreeSet<String> = std::iter::once(&program)
        .chain(program.get_subcommands())
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| argument.get_long())
        .map(|long| format!("--{long}"))
        .chain(["--release", "--path", "--test"].map(str::to_owned))
        .collect();
    let unknown: Vec<String> = readme()
        .split(|c: char| c.is_whitespace() || "`(),:;".contains(c))
        .filter(|word| word.starts_with("--") && word.len() > 4 && !word.starts_with("---"))
        .map(str::to_owned)
        .filter(|word| !known.contains(word))
        .collect();
    assert!(unknown.is_empty(), "the README names options that do not exist: {unknown:?}");
}

#[test]
fn every_option_that_shapes_a_copy_is_in_the_readme() {
    let (program, readme) = (Args::command(), readme());
    let copy = program.find_subcommand("cp").unwrap();
    let shaping = copy.get_arguments().filter(|argument| argument.get_help_heading().is_some());
    let names: Vec<_> = shaping.filter_map(|argument| argument.get_long()).collect();
    assert!(names.contains(&"metadata") && names.contains(&"part-size"), "{names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !readme.contains(&format!("`--{name}"))).collect();
    assert!(missing.is_empty(), "the README does not name {missing:?}");
}

#[test]
fn every_permission_that_an_error_may_name_is_in_the_readme() {
    let readme = readme();
    let mut missing = BTreeSet::new();
    for facts in DocumentKind::ALL.map(DocumentKind::facts) {
        let removal = match facts.removal {
            Removal::Delete(permission) => permission,
            Removal::Empty | Removal::Never => facts.write,
        };
        let named = [facts.read, facts.write, removal].into_iter();
        missing.extend(named.filter(|word| !readme.contains(&format!("`{word}`"))).map(str::to_owned));
    }
    let mut open = vec![PathBuf::from("src/s3")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let named = text.split('"').filter(|word| word.starts_with("s3:") && !word.contains([' ', '/']));
        missing.extend(named.filter(|word| !readme.contains(&format!("`{word}`"))).map(str::to_owned));
    }
    assert!(missing.is_empty(), "the README does not name {missing:?}");
}

#[test]
fn every_file_that_the_readme_shows_is_there() {
    let readme = readme();
    for (_, rest) in readme.match_indices("](").map(|(at, _)| readme.split_at(at + 2)) {
        let target = rest.split(')').next().unwrap();
        if !target.contains("://") {
            assert!(fs::exists(target).unwrap(), "{target} is missing");
        }
    }
}
