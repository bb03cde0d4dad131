//! Keys, their names, and which action each of them means in which context.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::str::FromStr;

use toml::Spanned;

use super::action::{Action, Context, TABLE};
use crate::model::fault::{Fault, line_of};

/// What was pressed, without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those on the keyboard")]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What was pressed.
    pub code: Code,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift; never set for a character, which says it itself.
    pub shift: bool,
}

/// The names of keys that are not a character, the first of each being the one that is printed.
const NAMES: &[(&str, Code)] = &[
    ("Enter", Code::Enter),
    ("Return", Code::Enter),
    ("Esc", Code::Esc),
    ("Escape", Code::Esc),
    ("Tab", Code::Tab),
    ("BackTab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Del", Code::Delete),
    ("Insert", Code::Insert),
    ("Ins", Code::Insert),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PageUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("PageDown", Code::PageDown),
    ("Space", Code::Char(' ')),
];

impl Key {
    /// Returns a key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// Returns the key of a character.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// Returns a character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self { ctrl: true, ..Self::char(c) }
    }

    /// Returns the character that the key types into a text, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl FromStr for Key {
    type Err = String;

    /// Reads `Ctrl-U`, `F5`, `space`, `?`. Names and modifiers may be written in any case.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = text;
        while let Some((modifier, tail)) = rest.split_once('-').filter(|(_, tail)| !tail.is_empty()) {
            match modifier.to_ascii_lowercase().as_str() {
                "ctrl" => key.ctrl = true,
                "alt" => key.alt = true,
                "shift" => key.shift = true,
                _ => break,
            }
            rest = tail;
        }
        key.code = code(rest).ok_or_else(|| format!("unknown key '{text}'"))?;
        Ok(key.normal())
    }
}

fn code(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control()).then_some(Code::Char(c));
    }
    if let Some(number) = name.strip_prefix(['F', 'f']).and_then(|digits| digits.parse().ok()) {
        return (1..=24).contains(&number).then_some(Code::F(number));
    }
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, code)| *code)
}

impl Key {
    /// Returns the one form of what terminals report in several: letters under Ctrl are small, characters have no Shift.
    #[must_use]
    pub fn normal(mut self) -> Self {
        if let Code::Char(c) = self.code {
            if self.ctrl {
                self.code = Code::Char(c.to_ascii_lowercase());
            }
            self.shift = false;
        }
        if self.code == Code::Tab && self.shift {
            self.code = Code::BackTab;
        }
        if self.code == Code::BackTab {
            self.shift = false;
        }
        self
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_held, name) in [(self.ctrl, "Ctrl-"), (self.alt, "Alt-"), (self.shift, "Shift-")] {
            if is_held {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "F{number}"),
            _ => Ok(()),
        }
    }
}

/// Which key means what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    meanings: HashMap<(Context, Key), Action>,
    keys: BTreeMap<Action, Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

impl Keymap {
    /// Returns the table's keys, with those of some actions replaced.
    fn new(replaced: &BTreeMap<Action, Vec<Key>>) -> Self {
        let mut map = Self { meanings: HashMap::new(), keys: BTreeMap::new() };
        for entry in TABLE {
            let keys = replaced.get(&entry.action).cloned().unwrap_or_else(|| default_keys(entry.keys));
            // A key that the person gave to one action is taken from the action that has it by default.
            let keys: Vec<Key> = keys
                .into_iter()
                .filter(|key| {
                    replaced.contains_key(&entry.action)
                        || !replaced.iter().any(|(other, keys)| keys.contains(key) && meet(*other, entry.action))
                })
                .collect();
            for (context, key) in entry.contexts.iter().flat_map(|context| keys.iter().map(move |key| (context, key))) {
                map.meanings.insert((*context, *key), entry.action);
            }
            map.keys.insert(entry.action, keys);
        }
        map
    }

    /// Reads `keymap.toml`: lines such as `copy = ["F5", "c"]`. What is not named keeps its keys.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lines: BTreeMap<Spanned<String>, Vec<Spanned<String>>> =
            toml::from_str(text).map_err(|error| Fault::from_toml(text, &error))?;
        let mut replaced: BTreeMap<Action, Vec<Key>> = BTreeMap::new();
        for (name, keys) in &lines {
            let action = Action::from_name(name.get_ref()).ok_or_else(|| {
                let valid = TABLE.iter().map(|entry| entry.name);
                Fault::unknown(line_of(text, name.span().start), "action", name.get_ref(), valid)
            })?;
            let mut parsed = Vec::new();
            for key in keys {
                let line = line_of(text, key.span().start);
                let key: Key = key.get_ref().parse().map_err(|_| unknown_key(line, key.get_ref()))?;
                let clash = replaced.iter().find(|(other, keys)| keys.contains(&key) && meet(**other, action));
                if let Some((other, _)) = clash {
                    let message = format!("{key} is given to both {} and {}", other.entry().name, name.get_ref());
                    return Err(Fault::new(line, message));
                }
                parsed.push(key);
            }
            replaced.insert(action, parsed);
        }
        Ok(Self::new(&replaced))
    }

    /// Returns what a key means somewhere.
    pub fn action(&self, context: Context, key: Key) -> Option<Action> {
        self.meanings.get(&(context, key.normal())).copied()
    }

    /// Returns the keys of an action, the most telling first.
    pub fn keys(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }
}

fn unknown_key(line: usize, name: &str) -> Fault {
    let bare = name.rsplit_once('-').map_or(name, |(_, bare)| bare);
    Fault::unknown(line, "key", bare, NAMES.iter().map(|(name, _)| *name))
}

fn default_keys(names: &[&str]) -> Vec<Key> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

/// Whether two actions can be meant in one context.
fn meet(left: Action, right: Action) -> bool {
    left != right && left.entry().contexts.iter().any(|context| right.entry().contexts.contains(context))
}

/// Returns the reference: every action with its default keys, as `keymap.toml` would say it.
pub fn reference() -> String {
    let mut out = String::from(
        "# The keys of bucketry. Copy lines from here into keymap.toml in the configuration folder and change them;\n\
         # what is not named there keeps the keys it has here. A key is a character, a name (Enter, Space, F5, PgUp)\n\
         # or either with Ctrl-, Alt- or Shift- before it. An empty list takes an action off the keyboard.\n",
    );
    for group in super::action::Group::ALL {
        let _ = write!(out, "\n# {}\n", group.title());
        for entry in TABLE.iter().filter(|entry| entry.group == group) {
            let keys = entry.keys.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "{:<44} # {}", format!("{} = [{keys}]", entry.name), entry.description);
        }
    }
    out
}

/// Returns every action with its default keys as a Markdown table: the README's.
pub fn markdown() -> String {
    let mut out = String::from("| Action | Keys |\n|---|---|\n");
    for group in super::action::Group::ALL {
        for entry in TABLE.iter().filter(|entry| entry.group == group) {
            let keys = entry.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "| {} | {keys} |", entry.description.replace('|', "\\|"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_parses_prints_as_it_is_and_means_one_thing() {
        for entry in TABLE {
            for name in entry.keys {
                let key: Key = name.parse().unwrap();
                assert_eq!(key.to_string(), *name);
                for context in entry.contexts {
                    assert_eq!(Keymap::default().action(*context, key), Some(entry.action), "{name}");
                }
            }
        }
    }

    #[test]
    fn key_names_are_read_in_any_case() {
        assert_eq!("ctrl-u".parse(), Ok(Key::ctrl('u')));
        assert_eq!("SPACE".parse(), Ok(Key::char(' ')));
        assert_eq!("f10".parse(), Ok(Key::plain(Code::F(10))));
        assert_eq!("-".parse(), Ok(Key::char('-')));
        assert_eq!("ctrl--".parse(), Ok(Key::ctrl('-')));
        assert_eq!("shift-tab".parse(), Ok(Key::plain(Code::BackTab)));
        assert!("F99".parse::<Key>().is_err() && "".parse::<Key>().is_err() && "Nope".parse::<Key>().is_err());
    }

    #[test]
    fn a_key_given_to_one_action_is_taken_from_the_other() {
        let map = Keymap::parse("copy = [\"d\"]\n").unwrap();
        assert_eq!(map.action(Context::Panes, Key::char('d')), Some(Action::Copy));
        assert_eq!(map.action(Context::Panes, Key::char('c')), None);
        assert_eq!(map.keys(Action::Delete), ["F8".parse().unwrap(), "Delete".parse().unwrap()]);
    }

    #[test]
    fn faults_name_the_line_and_the_nearest_name() {
        let fault = |text| {
            let fault = Keymap::parse(text).unwrap_err();
            format!("line {}: {}", fault.line, fault.message)
        };
        assert_eq!(fault("copy = [\"c\"]\nmoev = [\"m\"]"), "line 2: unknown action 'moev', did you mean 'move'?");
        assert_eq!(fault("copy = [\n\"Entre\"]"), "line 2: unknown key 'Entre', did you mean 'Enter'?");
        assert_eq!(fault("copy = [\"x\"]\nmove = [\"x\"]"), "line 2: x is given to both copy and move");
        assert!(fault("copy = \"c\"").starts_with("line 1:"));
    }

    #[test]
    fn the_reference_file_is_printed_from_the_table() {
        if std::env::var_os("BUCKETRY_WRITE_REFERENCE").is_some() {
            std::fs::write("assets/keymap.toml", reference()).unwrap();
            return;
        }
        assert_eq!(include_str!("../../assets/keymap.toml"), reference());
        assert_eq!(Keymap::parse(&reference()).unwrap(), Keymap::default());
    }
}
