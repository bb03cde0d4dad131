//! Names, and the only rules by which a key becomes a local path and a local path a key.
//!
//! An object key is not a path. `..`, an empty part, a NUL or a part of 300 bytes are all fine in a key, and each has
//! written outside the target folder, or failed half way, in some program. So a key becomes a path here or nowhere.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::bucket::{BucketName, Profile};

/// The longest part of a local path that common file systems take, in bytes.
const MAX_PART_BYTES: usize = 255;

/// The longest object key, in bytes (Amazon S3 User Guide, "Naming Amazon S3 objects").
pub const MAX_KEY_BYTES: usize = 1024;

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// Returns the text as it came, unfiltered: not for the screen.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_newtype!(
    /// The whole key of an object.
    ObjectKey
);
text_newtype!(
    /// What keys begin with: empty, or any text; as a folder it ends in a slash.
    Prefix
);
text_newtype!(
    /// The version of an object; `null` is one too.
    VersionId
);
text_newtype!(
    /// An entity tag with its quotes, as the server sent it.
    ETag
);

impl ObjectKey {
    /// Returns the part behind the last slash; for a marker object `a/b/` that is the empty text.
    pub fn last_part(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Returns whether the key ends in a slash, by which consoles mark an empty folder.
    pub fn is_marker(&self) -> bool {
        self.0.ends_with('/')
    }

    /// Returns whether XML 1.0 can carry the key: the bodies of batch deletes and multipart answers hold keys in XML.
    ///
    /// Source: Extensible Markup Language 1.0, production `Char`.
    pub fn fits_xml(&self) -> bool {
        self.0.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
            // A parser turns a raw carriage return into a line feed, so it does not survive the way.
            && !self.0.contains('\r')
    }

    /// Returns whether the key holds U+FFFD, which a listing has in the place of bytes that are no UTF-8: then it may be
    /// another key's likeness, by which that one cannot be reached.
    pub fn may_be_likeness(&self) -> bool {
        self.0.contains(char::REPLACEMENT_CHARACTER)
    }
}

impl Prefix {
    /// The prefix of a whole bucket.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns whether this is the whole bucket.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the prefix one folder up, or nothing at the root: `a/b/` gives `a/`, `a//` gives `a/`.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let inner = self.0.strip_suffix('/').unwrap_or(&self.0);
        Some(inner.rfind('/').and_then(|at| inner.get(..=at)).map_or_else(Self::root, Self::from))
    }

    /// Returns the prefix of the folder `name` below this one.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self::from(format!("{}{name}/", self.0))
    }

    /// Returns the key of the object `name` right below this prefix.
    pub fn key(&self, name: &str) -> ObjectKey {
        ObjectKey::from(format!("{}{name}", self.0))
    }

    /// Returns the last folder's name, without its slash: `b` for `a/b/`.
    pub fn last_part(&self) -> &str {
        let inner = self.0.strip_suffix('/').unwrap_or(&self.0);
        inner.rsplit_once('/').map_or(inner, |(_, name)| name)
    }
}

/// What happens to keys that cannot be a local path as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnsafeKeys {
    /// They are refused, by name, and the rest goes on.
    #[default]
    Refuse,
    /// The offending bytes are written as `%XX`. A `%` that could be read as such an escape becomes `%25`, so that two
    /// keys never meet at one path.
    Escape,
}

/// Why a name cannot exist on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// A part of the key is `.` or `..`.
    #[error("a part of the key is '.' or '..'")]
    DotPart,
    /// Two slashes in a row, or one at the start.
    #[error("a part of the key is empty")]
    EmptyPart,
    /// A NUL byte, which no path can hold.
    #[error("the key holds a NUL byte")]
    Nul,
    /// A part is longer than 255 bytes.
    #[error("a part of the key is longer than 255 bytes")]
    LongPart,
    /// The local name is not UTF-8, and keys are.
    #[error("the local name is not UTF-8")]
    NotUtf8,
    /// The path leaves its folder, or is absolute.
    #[error("the path leaves its folder")]
    Outside,
    /// The key would be longer than 1,024 bytes.
    #[error("the key would be longer than 1,024 bytes")]
    LongKey,
}

impl NameProblem {
    /// Returns whether [`UnsafeKeys::Escape`] finds a name all the same.
    pub fn goes_by_escaping(self) -> bool {
        matches!(self, Self::DotPart | Self::EmptyPart | Self::Nul)
    }
}

/// A key as a path relative to the folder it is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalName {
    /// Relative, and made of normal parts only: joined to a folder it stays inside.
    pub path: PathBuf,
    /// Whether the key ended in a slash: a marker object, which is a folder here.
    pub is_folder: bool,
}

/// Returns the name of a file by which the kind of an object is known; one word where its key ends in none.
pub fn file_name(key: &ObjectKey) -> String {
    match local_name(key.last_part(), UnsafeKeys::Escape) {
        Ok(name) if name.path.components().count() == 1 => name.path.to_string_lossy().into_owned(),
        _ => "object".to_owned(),
    }
}

/// Returns the local path for the part of a key below the folder or prefix that is copied.
///
/// The result has at least one part, and only normal ones, whatever the key.
pub fn local_name(relative_key: &str, rule: UnsafeKeys) -> Result<LocalName, NameProblem> {
    let is_folder = relative_key.len() > 1 && relative_key.ends_with('/');
    let body = if is_folder { relative_key.strip_suffix('/').unwrap_or(relative_key) } else { relative_key };
    let mut path = PathBuf::new();
    // An empty part has no byte to escape but the slash that follows it, so that slash joins the next part.
    let mut carried = String::new();
    for part in body.split('/') {
        if part.is_empty() && rule == UnsafeKeys::Escape {
            carried.push_str("%2F");
            continue;
        }
        let part = format!("{carried}{}", safe_part(part, rule)?);
        carried.clear();
        push_part(&mut path, &part)?;
    }
    if !carried.is_empty() {
        push_part(&mut path, &carried)?;
    }
    Ok(LocalName { path, is_folder })
}

fn push_part(path: &mut PathBuf, part: &str) -> Result<(), NameProblem> {
    if part.len() > MAX_PART_BYTES {
        return Err(NameProblem::LongPart);
    }
    path.push(part);
    Ok(())
}

/// Returns one part of a key as a file name.
fn safe_part(part: &str, rule: UnsafeKeys) -> Result<String, NameProblem> {
    let escape = rule == UnsafeKeys::Escape;
    match part {
        "" => return Err(NameProblem::EmptyPart),
        "." if escape => return Ok("%2E".to_owned()),
        ".." if escape => return Ok("%2E%2E".to_owned()),
        "." | ".." => return Err(NameProblem::DotPart),
        _ if !escape && part.contains('\0') => return Err(NameProblem::Nul),
        _ if !escape => return Ok(part.to_owned()),
        _ => {}
    }
    let mut out = String::with_capacity(part.len());
    for (at, c) in part.char_indices() {
        match c {
            '\0' => out.push_str("%00"),
            '%' if looks_escaped(part, at) => out.push_str("%25"),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// Returns whether a `%` and the two characters behind it would read as an escape of ours.
fn looks_escaped(part: &str, at: usize) -> bool {
    part.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Returns the key, below a prefix, for a path relative to the folder that is copied; a folder's key ends in a slash.
pub fn relative_key(relative: &Path, is_folder: bool) -> Result<String, NameProblem> {
    let mut key = String::new();
    for part in relative.components() {
        let Component::Normal(part) = part else { return Err(NameProblem::Outside) };
        if !key.is_empty() {
            key.push('/');
        }
        key.push_str(part.to_str().ok_or(NameProblem::NotUtf8)?);
    }
    if is_folder {
        key.push('/');
    }
    if key.len() > MAX_KEY_BYTES {
        return Err(NameProblem::LongKey);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(key: &str) -> NameProblem {
        local_name(key, UnsafeKeys::Refuse).unwrap_err()
    }

    fn escaped(key: &str) -> String {
        local_name(key, UnsafeKeys::Escape).unwrap().path.to_str().unwrap().to_owned()
    }

    #[test]
    fn keys_that_would_leave_the_folder_are_refused_by_name() {
        assert_eq!(refused("../../x"), NameProblem::DotPart);
        assert_eq!(refused("a/../../b"), NameProblem::DotPart);
        assert_eq!(refused("./x"), NameProblem::DotPart);
        assert_eq!(refused("/abs"), NameProblem::EmptyPart);
        assert_eq!(refused("//x"), NameProblem::EmptyPart);
        assert_eq!(refused("a//b"), NameProblem::EmptyPart);
        assert_eq!(refused("/"), NameProblem::EmptyPart);
        assert_eq!(refused(""), NameProblem::EmptyPart);
        assert_eq!(refused("a\0b"), NameProblem::Nul);
        assert_eq!(refused(&"n".repeat(300)), NameProblem::LongPart);
    }

    #[test]
    fn ordinary_and_merely_odd_keys_are_kept_as_they_are() {
        for key in ["a", "a/b.txt", "C:\\x", "trailing ", "a%2Fb/c", "...", "..a", "Grüße/日本.txt", "\u{1b}[2J"] {
            assert_eq!(local_name(key, UnsafeKeys::Refuse).unwrap().path, Path::new(key), "{key:?}");
        }
    }

    #[test]
    fn a_marker_becomes_a_folder() {
        let name = local_name("a/b/", UnsafeKeys::Refuse).unwrap();
        assert_eq!(name, LocalName { path: "a/b".into(), is_folder: true });
    }

    #[test]
    fn escaping_writes_the_offending_bytes_only() {
        assert_eq!(escaped("../../x"), "%2E%2E/%2E%2E/x");
        assert_eq!(escaped("a//b"), "a/%2Fb");
        assert_eq!(escaped("//x"), "%2F%2Fx");
        assert_eq!(escaped("a\0b"), "a%00b");
        assert_eq!(escaped("100%/a%2Fb"), "100%/a%252Fb");
        assert_eq!(escaped("/"), "%2F%2F");
    }

    #[test]
    fn a_local_name_that_is_not_utf8_has_no_key() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"bad\xff"));
        assert_eq!(relative_key(path, false), Err(NameProblem::NotUtf8));
        assert_eq!(relative_key(Path::new("../x"), false), Err(NameProblem::Outside));
        assert_eq!(relative_key(Path::new("a/b"), true).unwrap(), "a/b/");
    }

    #[test]
    fn xml_cannot_carry_control_characters() {
        assert!(ObjectKey::from("a\tb").fits_xml());
        assert!(!ObjectKey::from("a\u{1b}b").fits_xml());
        assert!(!ObjectKey::from("a\u{ffff}b").fits_xml());
    }

    #[test]
    fn the_parent_of_a_prefix_is_one_slash_up() {
        let parent = |text: &str| Prefix::from(text).parent().map(|prefix| prefix.to_string());
        assert_eq!(parent("a/b/").as_deref(), Some("a/"));
        assert_eq!(parent("a//").as_deref(), Some("a/"));
        assert_eq!(parent("/").as_deref(), Some(""));
        assert_eq!(parent("a/").as_deref(), Some(""));
        assert_eq!(parent(""), None);
    }

    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("..".to_owned()),
            Just(".".to_owned()),
            Just("/".to_owned()),
            Just("\0".to_owned()),
            Just("%".to_owned()),
            Just("2F".to_owned()),
            Just("a".to_owned()),
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn is_contained(name: &LocalName) -> bool {
        let parts: Vec<_> = name.path.components().collect();
        !parts.is_empty()
            && parts.iter().all(|part| matches!(part, Component::Normal(_)))
            && !name.path.to_str().unwrap().contains('\0')
    }

    proptest! {
        #[test]
        fn no_key_leaves_its_folder(key in hostile()) {
            for rule in [UnsafeKeys::Refuse, UnsafeKeys::Escape] {
                if let Ok(name) = local_name(&key, rule) {
                    prop_assert!(is_contained(&name), "{key:?} became {name:?}");
                }
            }
        }

        #[test]
        fn two_keys_never_meet_at_one_path(one in hostile(), two in hostile()) {
            prop_assume!(one != two);
            for rule in [UnsafeKeys::Refuse, UnsafeKeys::Escape] {
                if let (Ok(one), Ok(two)) = (local_name(&one, rule), local_name(&two, rule)) {
                    prop_assert_ne!(one, two);
                }
            }
        }

        #[test]
        fn a_kept_key_comes_back_from_its_path(key in hostile()) {
            if let Ok(name) = local_name(&key, UnsafeKeys::Refuse) {
                prop_assert_eq!(relative_key(&name.path, name.is_folder).unwrap(), key);
            }
        }
    }
}
