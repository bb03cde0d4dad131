//! Texts as a shell reads them: the one place that quotes for commands that somebody pastes.

use std::fmt::Write as _;

use super::text::visible;

/// The characters besides letters and digits that mean themselves to every shell, wherever they stand in a word.
const PLAIN: &str = "@:,./-_";

/// Returns one word of a command line that a shell reads as exactly these bytes.
///
/// What a terminal would act on, and what is no UTF-8, is written in `$'…'`, which bash, zsh and ksh read. So what is
/// pasted holds no line break that would run half of it.
pub fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || PLAIN.contains(c)) => {
            text.to_owned()
        }
        Ok(text) if visible(text) == text => format!("'{}'", text.replace('\'', r"'\''")),
        _ => escaped(bytes),
    }
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = "$'".to_owned();
    for byte in bytes {
        match byte {
            b'\'' | b'\\' => text.extend(['\\', char::from(*byte)]),
            // Behind an escaped quote, bash would look it up in the history.
            b'!' => text.push_str("\\x21"),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('\'');
    text
}

/// Returns a command of words that a shell reads as they are.
pub fn command<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| quoted(word.as_bytes())).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_only_where_it_must_be() {
        assert_eq!(quoted(b"s3://bucket/a-b_c.gz"), "s3://bucket/a-b_c.gz");
        assert_eq!(quoted(b""), "''");
        assert_eq!(quoted("ä b".as_bytes()), "'ä b'");
        assert_eq!(quoted(b"it's"), r"'it'\''s'");
        assert_eq!(quoted(b"~root"), "'~root'");
        assert_eq!(quoted(b"a\xe9'\\"), r"$'a\xe9\'\\'");
        assert_eq!(command(["aws", "s3", "cp", "s3://b/$(x)", "."]), "aws s3 cp 's3://b/$(x)' .");
    }

    /// Asks a real shell what it makes of them.
    #[test]
    fn a_shell_reads_hostile_words_as_they_are() {
        let mut words: Vec<Vec<u8>> = [
            "$(touch /tmp/x)",
            "`id`",
            "a;b",
            "a&&b",
            "a|b",
            ">x",
            "a\nb",
            "\n",
            "a\r\nb",
            "!history",
            "#no",
            "*",
            "?",
            "[a]",
            "{a,b}",
            "~",
            "-rf",
            "'",
            "\"",
            "\\",
            "\\'",
            "$'x'",
            "a'b\"c`d$e",
            "\t",
            "\u{1b}[2J",
            "\u{202e}x",
            "ü \u{1f389}",
            "%s%n",
            "a b  c ",
            "=x",
            "\u{7f}",
            "\u{9b}",
            "end\\",
        ]
        .map(|word| word.as_bytes().to_vec())
        .to_vec();
        words.extend((1..=255_u8).map(|byte| vec![b'a', byte, b'1']));
        for word in words {
            let quoted = quoted(&word);
            assert!(!quoted.chars().any(char::is_control), "{quoted:?}");
            let said = std::process::Command::new("bash").args(["-c", &format!("printf %s {quoted}")]).output();
            // Not every machine has the shell.
            let Ok(said) = said else { return };
            assert_eq!(said.stdout, word, "{quoted}");
        }
    }
}
