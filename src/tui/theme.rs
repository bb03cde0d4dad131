//! The look of each role, and the only place that names colours.
//!
//! A theme is a TOML file of roles: `title = "bold cyan"`, `cursor = "black on cyan"`, `bar = "#00afff"`.

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;

use crate::model::fault::{Fault, line_of};

mod glyphs;

pub use glyphs::Glyphs;

/// The themes that come with the program, by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident;)*) => {
        /// A style for every role, and the characters that are not text.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Theme {
            $($(#[$doc])* pub $role: Style,)*
            /// Borders, bars and marks.
            pub glyphs: Glyphs,
        }

        impl Theme {
            /// The names of the roles, as a theme file spells them.
            pub const ROLES: &'static [&'static str] = &[$(stringify!($role)),*];

            /// Returns a theme that styles nothing.
            fn plain() -> Self {
                Self { $($role: Style::new(),)* glyphs: Glyphs::BOX }
            }

            fn role_mut(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($role) => Some(&mut self.$role),)*
                    _ => None,
                }
            }
        }
    };
}

roles! {
    /// What has no other role.
    text;
    /// What matters less.
    dim;
    /// Headings and the program's name.
    title;
    /// The frame of a pane or dialog without the focus.
    border;
    /// The frame of the one that has it.
    border_focused;
    /// The row or button under the cursor.
    cursor;
    /// The row under the cursor of a pane without the focus.
    cursor_inactive;
    /// A marked row.
    marked;
    /// Folders, prefixes and buckets.
    folder;
    /// Symbolic links.
    link;
    /// What wants attention.
    warning;
    /// What failed.
    error;
    /// What went well.
    good;
    /// The part of a progress bar that is done.
    bar;
    /// The part of it that is not.
    bar_rest;
    /// A key's name.
    key;
    /// What a key or a field is for.
    label;
    /// A text field.
    input;
    /// The selected text in it, or the matched part of a name.
    selection;
    /// The name of a field in JSON.
    json_name;
    /// A text in JSON.
    json_text;
    /// A number, `true`, `false` or `null` in JSON.
    json_value;
}

impl Default for Theme {
    fn default() -> Self {
        BUILT_IN.first().and_then(|(_, text)| Self::parse(text).ok()).unwrap_or_else(Self::plain)
    }
}

impl Theme {
    /// Reads a theme file. A role that is not named has no style of its own.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lines: std::collections::BTreeMap<Spanned<String>, Spanned<String>> =
            toml::from_str(text).map_err(|error| Fault::from_toml(text, &error))?;
        let mut theme = Self::plain();
        for (name, words) in &lines {
            let line = line_of(text, name.span().start);
            let role = theme
                .role_mut(name.get_ref())
                .ok_or_else(|| Fault::unknown(line, "role", name.get_ref(), Self::ROLES.iter().copied()))?;
            *role = style(words.get_ref(), line_of(text, words.span().start))?;
        }
        Ok(theme)
    }

    /// Returns a built-in theme.
    pub fn built_in(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|(known, _)| *known == name).and_then(|(_, text)| Self::parse(text).ok())
    }

    /// Returns the theme without colours, as `NO_COLOR` asks: what the mono theme says, with these glyphs.
    #[must_use]
    pub fn without_color(self) -> Self {
        Self { glyphs: self.glyphs, ..Self::built_in("mono").unwrap_or_else(Self::plain) }
    }

    /// Returns the theme with characters that every font has.
    #[must_use]
    pub fn with_ascii(mut self) -> Self {
        self.glyphs = Glyphs::ASCII;
        self
    }
}

const COLORS: &[(&str, Color)] = &[
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
    ("default", Color::Reset),
];

const ATTRIBUTES: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// Reads `bold cyan on black`.
fn style(words: &str, line: usize) -> Result<Style, Fault> {
    let mut style = Style::new();
    let mut is_background = false;
    for word in words.split_whitespace() {
        if word == "on" {
            is_background = true;
        } else if let Some((_, attribute)) = ATTRIBUTES.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*attribute);
        } else if let Some(color) = color(word) {
            style = if is_background { style.bg(color) } else { style.fg(color) };
        } else {
            let valid = COLORS.iter().map(|(name, _)| *name).chain(ATTRIBUTES.iter().map(|(name, _)| *name));
            return Err(Fault::unknown(line, "colour or attribute", word, valid));
        }
    }
    Ok(style)
}

/// Reads a name, `#rrggbb`, or a number of the 256-colour palette.
fn color(word: &str) -> Option<Color> {
    if let Some(digits) = word.strip_prefix('#') {
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6)?;
        let [_, red, green, blue] = value.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    if let Ok(index) = word.parse() {
        return Some(Color::Indexed(index));
    }
    COLORS.iter().find(|(name, _)| *name == word).map(|(_, color)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_themes_style_every_role() {
        for (name, text) in BUILT_IN {
            Theme::parse(text).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            for role in Theme::ROLES {
                assert!(text.lines().any(|line| line.starts_with(&format!("{role} "))), "{name} lacks {role}");
            }
        }
    }

    #[test]
    fn styles_are_read_from_words() {
        let theme = Theme::parse("title = \"bold #ff8000 on 17\"\n").unwrap();
        assert_eq!(theme.title, Style::new().fg(Color::Rgb(255, 128, 0)).bg(Color::Indexed(17)).bold());
    }

    #[test]
    fn faults_name_the_line_and_the_nearest_name() {
        let fault = |text| {
            let fault = Theme::parse(text).unwrap_err();
            (fault.line, fault.message)
        };
        assert_eq!(fault("text = \"\"\ncursro = \"red\""), (2, "unknown role 'cursro', did you mean 'cursor'?".into()));
        assert_eq!(fault("text = \"gren\"").1, "unknown colour or attribute 'gren', did you mean 'green'?");
    }

    #[test]
    fn without_colour_no_role_has_one() {
        let mut theme = Theme::default().without_color();
        for name in Theme::ROLES {
            let style = *theme.role_mut(name).unwrap();
            assert!(style.fg.is_none() && style.bg.is_none(), "{name}");
        }
    }
}
