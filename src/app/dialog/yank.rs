//! What of an entry goes to the clipboard.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

use super::form::{Ask, Form};
use super::sheet::{Part, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::keymap::Key;
use crate::model::job::Item;
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;
use crate::model::text::visible;

/// A list of texts, one of which is copied.
#[derive(Debug)]
pub struct Yank {
    form: Form,
    /// The row that had the focus last.
    picked: usize,
    texts: Vec<(&'static str, String)>,
}

impl Yank {
    /// Returns the menu for something; region and endpoint make the object's URL.
    pub fn new(item: &Item, region: Option<&str>, endpoint: Option<&str>) -> Self {
        let mut texts = texts(item);
        if let Item::Object(object) = item {
            texts.extend(object.url(region, endpoint).map(|url| ("Object URL", url)));
        }
        Self { form: Form::at(0), picked: 0, texts }
    }

    fn copy(&self) -> Step {
        let focused = self.texts.get(self.form.focus).or_else(|| self.texts.get(self.picked));
        Step::Close(focused.map(|(_, text)| Effect::Copy(text.clone())).into_iter().collect())
    }
}

/// The texts of something that can be copied, the most wanted first.
fn texts(item: &Item) -> Vec<(&'static str, String)> {
    match item {
        Item::File(path) | Item::Folder(path) => {
            let mut texts = vec![path_text("Path", "Path, quoted", path.as_os_str())];
            texts.extend(path.file_name().map(|name| path_text("Name", "Name, quoted", name)));
            texts
        }
        Item::Object(ObjectRef { bucket, key, .. }) => {
            vec![
                ("S3 URI", uri(bucket, key.as_str())),
                ("Key", key.to_string()),
                ("ARN", arn(bucket.as_str(), key.as_str())),
            ]
        }
        Item::Prefix { bucket, prefix } => {
            vec![
                ("S3 URI", uri(bucket, prefix.as_str())),
                ("Prefix", prefix.to_string()),
                ("ARN", arn(bucket.as_str(), prefix.as_str())),
            ]
        }
        Item::Bucket(bucket) => {
            let name = bucket.as_str();
            vec![("S3 URI", format!("s3://{name}")), ("Bucket", name.to_owned()), ("ARN", arn(name, ""))]
        }
    }
}

/// The location as every program knows it: without the profile, which is known to this machine alone.
fn uri(bucket: &BucketName, key: &str) -> String {
    format!("s3://{}/{key}", bucket.as_str())
}

/// A path or name under its label. What is not UTF-8 is no text: it is quoted as a shell reads it, so that it is still
/// the same path.
fn path_text(plain: &'static str, quoted: &'static str, path: &OsStr) -> (&'static str, String) {
    if let Some(text) = path.to_str() {
        return (plain, text.to_owned());
    }
    let mut text = "$'".to_owned();
    for byte in path.as_bytes() {
        match byte {
            b'\'' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('\'');
    (quoted, text)
}

/// The ARN of a bucket or of what is in it; an access point is addressed by its ARN already.
fn arn(bucket: &str, key: &str) -> String {
    match (bucket.starts_with("arn:"), key.is_empty()) {
        (true, true) => bucket.to_owned(),
        (true, false) => format!("{bucket}/object/{key}"),
        (false, true) => format!("arn:aws:s3:::{bucket}"),
        (false, false) => format!("arn:aws:s3:::{bucket}/{key}"),
    }
}

impl Ask for Yank {
    fn sheet(&self) -> Sheet<'_> {
        let parts = self.texts.iter().map(|(label, text)| Part::Row { label, value: visible(text).into_owned() });
        Sheet {
            title: "Copy to clipboard".into(),
            tone: Tone::Plain,
            parts: parts.collect(),
            buttons: vec!["Copy", "Cancel"],
        }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn leave(&mut self, stop: usize, _ids: &mut Ids) -> Step {
        self.picked = if stop < self.texts.len() { stop } else { self.picked };
        Step::stay()
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        if button == 0 { self.copy() } else { Step::close() }
    }

    fn own_key(&mut self, key: Key, _ids: &mut Ids) -> Option<Step> {
        (key == Key::char('y')).then(|| self.copy())
    }
}
