//! A fault in a file that a person wrote: where it is, and what was probably meant.

/// So many valid names are few enough to name them all.
const FEW: usize = 8;

/// A fault in a configuration file, keymap or theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1; 1 also where no line can be told.
    pub line: usize,
    /// What is wrong, with the nearest valid name where there is one.
    pub message: String,
}

impl Fault {
    /// Returns a fault at a line counted from 1.
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }

    /// Returns the fault of a TOML text that could not be read.
    pub fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        Self::new(line, error.message().trim().replace('\n', " "))
    }

    /// Returns the fault of a name that is not among the valid ones: `unknown theme 'drak', did you mean 'dark'?`; a few
    /// that are nothing like it are named.
    pub fn unknown<'a>(line: usize, what: &str, name: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        let name_shown = crate::model::text::visible(name);
        let valid: Vec<_> = valid.into_iter().collect();
        let hint = match nearest(name, valid.iter().copied()) {
            Some(near) => format!(", did you mean '{near}'?"),
            None if valid.len() <= FEW => format!("; there are {}", valid.join(", ")),
            None => String::new(),
        };
        Self::new(line, format!("unknown {what} '{name_shown}'{hint}"))
    }
}

/// Returns the line, counted from 1, that holds the byte at `offset`.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// Returns the valid name that is most like the given one, if any is.
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    valid
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 2)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest_valid_one() {
        let fault = Fault::unknown(3, "theme", "drak", ["dark", "light", "mono"]);
        assert_eq!(fault.message, "unknown theme 'drak', did you mean 'dark'?");
        let fault = Fault::unknown(3, "theme", "completely-different", ["dark", "light"]);
        assert_eq!(fault.message, "unknown theme 'completely-different'; there are dark, light");
        assert_eq!(nearest("completely-different", ["dark", "light"]), None);
    }

    #[test]
    fn the_line_of_a_toml_fault_is_counted_from_one() {
        let text = "a = 1\nb = = 2\n";
        let error = toml::from_str::<toml::Table>(text).unwrap_err();
        assert_eq!(Fault::from_toml(text, &error).line, 2);
    }
}
