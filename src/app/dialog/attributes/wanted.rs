//! What is typed and chosen about objects, and the change that it means.

use crate::app::dialog::sheet::Part;
use crate::app::dialog::transfer::CLASSES;
use crate::app::field::Field;
use crate::model::attributes::{CannedAcl, Encryption, WrittenAcl, check_header, metadata_pair, tag_pair};
use crate::model::change::{Change, Header, PairsChange, redirect, removed_name};
use crate::model::entry::StorageClass;

/// What takes something away.
const AWAY: &str = "-";

/// What takes away all of a list.
const ALL_AWAY: &str = "-*";

/// The encryptions that are offered.
const ENCRYPTIONS: [&str; 2] = ["AES256", "aws:kms"];

/// The stops behind the headers.
const METADATA: usize = Header::ALL.len();
const TAGS: usize = METADATA + 1;
const CLASS: usize = METADATA + 2;
const ENCRYPTION: usize = METADATA + 3;
const ACL: usize = METADATA + 4;
const KEY: usize = METADATA + 5;

/// What is typed and chosen.
#[derive(Debug)]
pub(super) struct Wanted {
    /// In the order of [`Header::ALL`], each with what was offered.
    headers: Vec<(Header, Field, String)>,
    metadata: Field,
    tags: Field,
    class: Option<StorageClass>,
    encryption: Option<&'static str>,
    key: Field,
    acl: Option<CannedAcl>,
}

impl Wanted {
    /// Returns what changes nothing, with these headers to start from.
    pub fn new(known: &[(Header, String)]) -> Self {
        let offered = |header| {
            let known = known.iter().find(|(own, _)| *own == header);
            let text = known.map(|(_, text)| text.clone()).unwrap_or_default();
            (header, Field::new(&text), text)
        };
        Self {
            headers: Header::ALL.into_iter().map(offered).collect(),
            metadata: Field::default(),
            tags: Field::default(),
            class: None,
            encryption: None,
            key: Field::default(),
            acl: None,
        }
    }

    /// Returns the field at a stop.
    pub fn field(&mut self, stop: usize) -> Option<&mut Field> {
        match stop {
            METADATA => Some(&mut self.metadata),
            TAGS => Some(&mut self.tags),
            KEY => Some(&mut self.key).filter(|_| self.encryption == Some("aws:kms")),
            stop => self.headers.get_mut(stop).map(|(_, field, _)| field),
        }
    }

    /// Chooses an option at a stop; the first is to leave it as it is.
    pub fn choose(&mut self, stop: usize, option: usize) {
        let at = option.checked_sub(1);
        match stop {
            CLASS => self.class = at.and_then(|at| CLASSES.get(at)).copied(),
            ENCRYPTION => self.encryption = at.and_then(|at| ENCRYPTIONS.get(at)).copied(),
            ACL => self.acl = at.and_then(|at| CannedAcl::ALL.get(at)).copied(),
            _ => {}
        }
    }

    /// Adds the fields and choices.
    pub fn add_to<'a>(&'a self, parts: &mut Vec<Part<'a>>) {
        for (header, field, offered) in &self.headers {
            let problem = header_change(*header, field, offered).err();
            parts.push(Part::Field { label: label(*header), field, problem });
        }
        let problem = pairs(self.metadata.text(), metadata_pair, removed_name).err();
        parts.push(Part::Field { label: "Metadata", field: &self.metadata, problem });
        let problem = pairs(self.tags.text(), tag_pair, |name| Ok(name.to_owned())).err();
        parts.push(Part::Field { label: "Tags", field: &self.tags, problem });
        let choice = |label, names: Vec<&'static str>, chosen: Option<usize>| {
            let options = std::iter::once("unchanged").chain(names).map(Into::into).collect();
            Part::Choice { label, options, chosen: chosen.map_or(0, |at| at + 1) }
        };
        let place = |class: StorageClass| CLASSES.iter().position(|own| *own == class);
        parts.push(choice("Class", CLASSES.iter().map(|class| class.name()).collect(), self.class.and_then(place)));
        let place = |algorithm: &str| ENCRYPTIONS.iter().position(|own| *own == algorithm);
        parts.push(choice("Encryption", ENCRYPTIONS.to_vec(), self.encryption.and_then(place)));
        let place = |acl: CannedAcl| CannedAcl::ALL.iter().position(|own| *own == acl);
        parts.push(choice("ACL", CannedAcl::ALL.map(CannedAcl::name).to_vec(), self.acl.and_then(place)));
        if self.encryption == Some("aws:kms") {
            parts.push(Part::Field {
                label: "KMS key",
                field: &self.key,
                problem: check_header(self.key.text()).err(),
            });
        }
    }

    /// Returns the change, or at which stop it will not do and why.
    pub fn change(&self) -> Result<Change, (usize, String)> {
        let mut headers = Vec::new();
        for (stop, (header, field, offered)) in self.headers.iter().enumerate() {
            headers.extend(header_change(*header, field, offered).map_err(|problem| (stop, problem))?);
        }
        let at = |stop| move |problem| (stop, problem);
        let key = self.key.text();
        check_header(key).map_err(at(KEY))?;
        let change = Change {
            headers,
            types: Vec::new(),
            metadata: pairs(self.metadata.text(), metadata_pair, removed_name).map_err(at(METADATA))?,
            tags: pairs(self.tags.text(), tag_pair, |name| Ok(name.to_owned())).map_err(at(TAGS))?,
            storage_class: self.class,
            encryption: self.encryption.map(|algorithm| Encryption {
                algorithm: algorithm.to_owned(),
                key: Some(key.to_owned()).filter(|key| algorithm == "aws:kms" && !key.is_empty()),
                has_bucket_key: false,
            }),
            acl: self.acl.map(WrittenAcl::Canned),
        };
        change.check().map_err(at(0))?;
        Ok(change)
    }
}

/// The short name of a header.
fn label(header: Header) -> &'static str {
    match header {
        Header::ContentType => "Type",
        Header::CacheControl => "Cache",
        Header::ContentDisposition => "Disposition",
        Header::ContentEncoding => "Encoding",
        Header::ContentLanguage => "Language",
        Header::Expires => "Expires",
        Header::WebsiteRedirect => "Redirect",
    }
}

/// Returns what becomes of a header, if it changes.
fn header_change(header: Header, field: &Field, offered: &str) -> Result<Option<(Header, Option<String>)>, String> {
    let text = field.text();
    if text == offered {
        return Ok(None);
    }
    if text.is_empty() || text == AWAY {
        return match header {
            Header::ContentType => Err("an object always has a type".to_owned()),
            _ => Ok(Some((header, None))),
        };
    }
    match header {
        Header::WebsiteRedirect => drop(redirect(text)?),
        _ => check_header(text)?,
    }
    Ok(Some((header, Some(text.to_owned()))))
}

/// Reads `key=value; -gone; -*`: what is set, what goes, and whether all goes.
fn pairs(
    text: &str,
    set: impl Fn(&str) -> Result<(String, String), String>,
    removed: impl Fn(&str) -> Result<String, String>,
) -> Result<PairsChange, String> {
    let mut change = PairsChange::default();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        match part.strip_prefix(AWAY).filter(|_| !part.contains('=')) {
            Some(_) if part == ALL_AWAY => change.clears = true,
            Some(name) => change.removes.push(removed(name)?),
            None => change.sets.push(set(part).map_err(|problem| format!("{problem}; as in a=1; -b; -*"))?),
        }
    }
    Ok(change)
}
