//! How values that are no text are kept in files.

/// A path: as text where it is text, else as the bytes that it is made of.
///
/// For `#[serde(with = "…")]`: serde itself refuses paths that are not UTF-8, and a job that copies one has to survive
/// like any other.
pub mod path {
    use std::ffi::OsStr;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize)]
    #[serde(untagged)]
    enum Written<'a> {
        Text(&'a str),
        Bytes(&'a [u8]),
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Read {
        Text(String),
        Bytes(Vec<u8>),
    }

    /// Writes a path.
    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => Written::Text(text),
            None => Written::Bytes(OsStr::as_bytes(path.as_os_str())),
        }
        .serialize(serializer)
    }

    /// Reads a path.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(match Read::deserialize(deserializer)? {
            Read::Text(text) => text.into(),
            Read::Bytes(bytes) => std::ffi::OsString::from_vec(bytes).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use crate::model::job::Item;

    #[test]
    fn every_path_comes_back_as_it_was() {
        let odd = OsString::from_vec(vec![b'/', 0xFF, b'a']);
        for path in [OsString::from("/a/ü\u{1b}"), odd] {
            let item = Item::File(path.into());
            let text = serde_json::to_string(&item).unwrap();
            assert_eq!(serde_json::from_str::<Item>(&text).unwrap(), item);
        }
    }
}
