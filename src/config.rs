//! Files that override the defaults in `assets`: `config.toml`, `keymap.toml` and `themes/`.
//!
//! A fault in any of them stops the start, with file, line and the nearest valid name, before the screen opens.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::keymap::Keymap;
use crate::model::fault::{self, Fault};
use crate::model::limit::ByteRate;
use crate::model::name::UnsafeKeys;
use crate::model::text;

/// The reference text of `config.toml`: every setting with its default.
pub const REFERENCE: &str = include_str!("../assets/config.toml");

/// What `config.toml` says, merged over the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Config {
    /// The name of the theme.
    pub theme: String,
    /// Which characters borders are drawn with.
    pub glyphs: Glyphs,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether writing is switched off at the start.
    pub read_only: bool,
    /// Whether hidden names are shown at the start.
    pub show_hidden: bool,
    #[serde(deserialize_with = "unsafe_keys")]
    /// What happens to keys that cannot be a local path.
    pub unsafe_keys: UnsafeKeys,
    /// How much memory transfers may use, in MiB.
    pub memory_mib: u64,
    /// Whether a file is on the disk before it counts as written.
    pub fsync: bool,
    /// How fast transfers may be, all together.
    #[serde(deserialize_with = "limit")]
    pub limit_rate: Option<ByteRate>,
}

/// Which characters borders are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Glyphs {
    /// As the locale and the terminal allow.
    Auto,
    /// Box drawing.
    Unicode,
    /// `+`, `-` and `|`.
    Ascii,
}

/// A text and where it came from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, or the name of the asset.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// A file that stops the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct ConfigError {
    /// The file, harmless to print.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl ConfigError {
    /// Returns the fault as found in `source`.
    pub fn new(source: &Source, fault: &Fault) -> Self {
        Self { file: text::visible(&source.name).into_owned(), line: fault.line, message: fault.message.clone() }
    }
}

/// Returns the platform's configuration folder: `~/.config/bucketry` on Linux.
pub fn folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "bucketry").map(|dirs| dirs.config_dir().to_owned())
}

/// Returns the platform's folder for what the program keeps for itself: `~/.local/share/bucketry` on Linux.
pub fn data_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "bucketry").map(|dirs| dirs.data_local_dir().to_owned())
}

impl Config {
    /// Reads `config.toml` in the folder, if it is there, over the defaults.
    pub fn load(folder: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(source) = read(folder, "config.toml")? else {
            return Self::parse("").map_err(|fault| asset_error(&fault));
        };
        Self::parse(&source.text).map_err(|fault| ConfigError::new(&source, &fault))
    }

    /// Parses the text over the defaults.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut table: toml::Table = toml::from_str(REFERENCE).map_err(|error| Fault::from_toml(REFERENCE, &error))?;
        let theirs: toml::Table = toml::from_str(text).map_err(|error| Fault::from_toml(text, &error))?;
        for (name, value) in theirs {
            if !table.contains_key(&name) {
                return Err(Fault::unknown(
                    line_of_key(text, &name),
                    "setting",
                    &name,
                    table.keys().map(String::as_str),
                ));
            }
            // Each value is judged alone, so that a fault is told with the line of its setting.
            let mut probe: toml::Table = table.clone();
            probe.insert(name.clone(), value.clone());
            if let Err(error) = probe.try_into::<Self>() {
                let message = format!("{name}: {}", error.message().trim().replace('\n', " "));
                return Err(Fault::new(line_of_key(text, &name), message));
            }
            table.insert(name, value);
        }
        table.try_into().map_err(|error| Fault::from_toml(text, &error))
    }
}

/// Reads `keymap.toml` in the folder, if it is there, over the default keys.
pub fn keymap(folder: Option<&Path>) -> Result<Keymap, ConfigError> {
    let source =
        read(folder, "keymap.toml")?.unwrap_or_else(|| Source { name: "keymap.toml".into(), text: String::new() });
    Keymap::parse(&source.text).map_err(|fault| ConfigError::new(&source, &fault))
}

/// Returns the text of a theme: a file in `themes/` of the folder, else one of those `built_in`, by name.
pub fn theme(folder: Option<&Path>, name: &str, built_in: &[(&str, &str)]) -> Result<Source, ConfigError> {
    if !name.is_empty() && !name.contains(['/', '\\', '\0']) && !name.starts_with('.') {
        let file = format!("{name}.toml");
        if let Some(source) = read(folder.map(|folder| folder.join("themes")).as_deref(), &file)? {
            return Ok(source);
        }
    }
    if let Some((_, text)) = built_in.iter().find(|(known, _)| *known == name) {
        return Ok(Source { name: format!("assets/themes/{name}.toml"), text: (*text).to_owned() });
    }
    let own = folder.map(theme_names).unwrap_or_default();
    let known = built_in.iter().map(|(name, _)| *name).chain(own.iter().map(String::as_str));
    let source =
        read(folder, "config.toml")?.unwrap_or_else(|| Source { name: "config.toml".into(), text: String::new() });
    let line = line_of_key(&source.text, "theme");
    Err(ConfigError::new(&source, &Fault::unknown(line, "theme", name, known)))
}

fn theme_names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join("themes")) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned)).collect()
}

/// Reads a file of the folder; a missing one is no fault.
fn read(folder: Option<&Path>, file: &str) -> Result<Option<Source>, ConfigError> {
    let Some(path) = folder.map(|folder| folder.join(file)) else { return Ok(None) };
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(Source { name, text })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let source = Source { name, text: String::new() };
            Err(ConfigError::new(&source, &Fault::new(1, format!("cannot be read: {error}"))))
        }
    }
}

/// The line on which a top-level setting is given.
fn line_of_key(text: &str, name: &str) -> usize {
    let offset = text
        .lines()
        .position(|line| line.split('=').next().is_some_and(|key| key.trim().trim_matches(['"', '\'']) == name));
    offset.map_or_else(|| text.find(name).map_or(1, |at| fault::line_of(text, at)), |at| at + 1)
}

/// The reference text is part of the program, so this is only met by its own tests.
fn asset_error(fault: &Fault) -> ConfigError {
    ConfigError { file: "assets/config.toml".into(), line: fault.line, message: fault.message.clone() }
}

fn unsafe_keys<'de, D: serde::Deserializer<'de>>(from: D) -> Result<UnsafeKeys, D::Error> {
    match String::deserialize(from)?.as_str() {
        "refuse" => Ok(UnsafeKeys::Refuse),
        "escape" => Ok(UnsafeKeys::Escape),
        other => Err(serde::de::Error::unknown_variant(other, &["refuse", "escape"])),
    }
}

fn limit<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<ByteRate>, D::Error> {
    ByteRate::parse_limit(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_text_is_the_defaults() {
        let config = Config::parse("").unwrap();
        assert_eq!(config, Config::parse(REFERENCE).unwrap());
        assert_eq!((config.theme.as_str(), config.unsafe_keys, config.mouse), ("dark", UnsafeKeys::Refuse, true));
    }

    #[test]
    fn a_file_overrides_only_what_it_names() {
        let config = Config::parse("unsafe_keys = \"escape\"\nmouse = false").unwrap();
        assert_eq!((config.unsafe_keys, config.mouse, config.theme.as_str()), (UnsafeKeys::Escape, false, "dark"));
    }

    #[test]
    fn a_misspelt_setting_is_told_with_its_line_and_the_nearest_name() {
        let fault = Config::parse("mouse = true\n\nread_olny = true").unwrap_err();
        assert_eq!((fault.line, fault.message.as_str()), (3, "unknown setting 'read_olny', did you mean 'read_only'?"));
    }

    #[test]
    fn a_wrong_value_is_told_with_its_line() {
        let fault = Config::parse("mouse = true\nunsafe_keys = \"allow\"").unwrap_err();
        assert_eq!(fault.line, 2);
        assert!(fault.message.starts_with("unsafe_keys: unknown variant `allow`"), "{}", fault.message);
        assert_eq!(Config::parse("mouse = true\nmouse = ").unwrap_err().line, 2);
    }

    #[test]
    fn a_limit_has_its_unit() {
        let limit = |text: &str| Config::parse(text).map(|config| config.limit_rate).map_err(|fault| fault.message);
        assert_eq!((limit(""), limit("limit_rate = \"2 MiB\"")), (Ok(None), Ok(ByteRate::new(2 << 20))));
        assert!(limit("limit_rate = \"2 MB\"").unwrap_err().starts_with("limit_rate: not a speed"));
    }

    #[test]
    fn files_in_the_folder_are_read_and_their_faults_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), "theme = \"drak\"\n").unwrap();
        let config = Config::load(Some(folder.path())).unwrap();
        let error = theme(Some(folder.path()), &config.theme, &[("dark", "")]).unwrap_err();
        let file = folder.path().join("config.toml");
        assert_eq!(error.to_string(), format!("{}:1: unknown theme 'drak', did you mean 'dark'?", file.display()));
        std::fs::write(folder.path().join("config.toml"), "\ncolour = 1\n").unwrap();
        let error = Config::load(Some(folder.path())).unwrap_err();
        assert!(error.file.ends_with("config.toml") && error.line == 2, "{error}");
    }

    #[test]
    fn a_theme_of_the_folder_wins_and_no_name_leads_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("themes")).unwrap();
        std::fs::write(folder.path().join("themes/dark.toml"), "# mine").unwrap();
        std::fs::write(folder.path().join("secret.toml"), "x").unwrap();
        assert_eq!(theme(Some(folder.path()), "dark", &[]).unwrap().text, "# mine");
        assert!(theme(Some(folder.path()), "../secret", &[]).is_err());
    }
}
