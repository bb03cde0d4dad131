//! The directions in which modules may import, and the calls that belong to one layer only.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test helper may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which layers each layer may name, besides itself. A layer that is not listed fails the test until it is.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("app", &["model"]),
    ("s3", &["model"]),
    ("local", &["model"]),
    ("engine", &["model", "s3", "local"]),
    ("config", &["model", "app"]),
    ("tui", &["model", "app", "engine"]),
    ("cli", &["model", "engine"]),
    ("demo", &["model"]),
    ("main", &["model", "app", "engine", "s3", "tui", "cli", "config", "demo"]),
];

/// A text that may stand in the named layers (or files) only.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("aws_sdk_", &["src/s3"]),
    ("aws_config", &["src/s3"]),
    ("aws_smithy", &["src/s3"]),
    ("tokio::spawn", &["src/engine", "src/demo"]),
    ("spawn_blocking", &["src/engine", "src/demo"]),
    ("thread::spawn", &[]),
    ("unbounded_channel", &[]),
    ("thread::sleep", &[]),
    ("Timestamp::now", &["src/engine", "src/s3", "src/tui/run.rs", "src/demo", "src/main.rs"]),
    ("SystemTime::now", &["src/engine", "src/s3", "src/tui/run.rs", "src/demo"]),
    ("Instant::now", &["src/engine", "src/s3", "src/tui/run.rs", "src/tui/input.rs", "src/demo"]),
    ("Color::", &["src/tui/theme"]),
    ("s3s::", &["src/demo"]),
    ("indicatif::", &["src/cli/progress.rs"]),
    ("clap_", &["src/cli/reference.rs"]),
    (
        "std::fs::",
        &[
            "src/local",
            "src/engine",
            "src/config",
            "src/demo",
            "src/main.rs",
            "src/tui/terminal.rs",
            "src/cli/signal.rs",
        ],
    ),
];

#[test]
fn modules_import_in_one_direction() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let mut faults = BTreeSet::new();
    for file in sources() {
        let layer = layer_of(&file);
        if layer == "lib" {
            continue;
        }
        let Some(may) = allowed.get(layer.as_str()) else {
            faults.insert(format!("{} belongs to the layer {layer}, which has no place in this test", file.display()));
            continue;
        };
        for (number, named) in named_layers(&product_code(&file)) {
            if named != layer && allowed.contains_key(named.as_str()) && !may.contains(&named.as_str()) {
                faults.insert(format!("{}:{number}: {layer} must not know {named}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", Vec::from_iter(faults).join("\n"));
}

#[test]
fn what_belongs_to_one_layer_stands_nowhere_else() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in product_code(&file).lines().enumerate() {
            for (text, places) in ONLY_IN {
                if line.contains(text) && !places.iter().any(|place| is_within(&file, place)) {
                    faults.push(format!("{}:{}: {text} belongs to {places:?}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> =
        sources().into_iter().filter(|file| !fs::read_to_string(file).unwrap().starts_with("//!")).collect();
    assert!(silent.is_empty(), "these files open without `//!`: {silent:?}");
}

#[test]
fn the_test_notices_a_wrong_import() {
    let found = named_layers("use crate::{app::state::State, model::job};\nlet x = crate::engine::start();\n");
    assert_eq!(found, [(1, "app".to_owned()), (1, "model".to_owned()), (2, "engine".to_owned())]);
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `src/s3/list.rs` and `src/s3.rs` both belong to `s3`.
fn layer_of(file: &Path) -> String {
    let first = file.components().nth(1).unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn is_within(file: &Path, place: &str) -> bool {
    let file = file.to_str().unwrap();
    file == place || file.starts_with(&format!("{place}/")) || file == format!("{place}.rs")
}

/// The file without comments, and without its tests, which may reach wherever they need to.
fn product_code(file: &Path) -> String {
    let name = file.to_str().unwrap();
    if name.ends_with("/tests.rs") || name.contains("/tests/") {
        return String::new();
    }
    let text = fs::read_to_string(file).unwrap();
    let end = text.find("\n#[cfg(test)]").unwrap_or(text.len());
    text[..end].lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The layers that a code names behind `crate::` or `bucketry::`, with their line numbers.
fn named_layers(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("bucketry::")) {
        let number = code[..at].matches('\n').count() + 1;
        let rest = &code[at..][code[at..].find("::").unwrap() + 2..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (offset, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && depth == 0 && c.is_alphanumeric() => {
                        found.push((number, first_word(&group[offset..])));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            found.push((number, first_word(rest)));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
