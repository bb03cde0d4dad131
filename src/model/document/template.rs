//! Templates to start a document from: files of the program, filled in from the place one is at.
//!
//! A placeholder is a name in angle brackets. What the place does not tell stays as it is, and is refused until somebody
//! has filled it in. A template is added to what stands, as further statements or rules, and takes nothing away.

use serde_json::{Map, Value};

use super::DocumentKind;
use super::addition::add;
use crate::model::access::variable::literal;
use crate::model::arn::partition;

/// What is left for a person to fill in.
const OPEN: [&str; 3] = ["READER-ACCOUNT", "DISTRIBUTION", "SITE"];

/// What the place tells, if it is known. The prefix comes last, since it alone may hold what looks like another.
const TOLD: [&str; 4] = ["ACCOUNT", "PARTITION", "BUCKET", "PREFIX"];

/// A document to start from.
#[derive(Debug)]
pub struct Template {
    /// Its name on the command line and on the screen.
    pub name: &'static str,
    /// What kind of document it is.
    pub kind: DocumentKind,
    /// What it does.
    pub about: &'static str,
    text: &'static str,
}

/// All of them, by kind.
pub const ALL: [Template; 8] = [
    Template {
        name: "public-read",
        kind: DocumentKind::Policy,
        about: "everyone may read the objects below the place one is at",
        text: include_str!("../../../assets/templates/public-read.json"),
    },
    Template {
        name: "tls-only",
        kind: DocumentKind::Policy,
        about: "nobody may do anything without TLS",
        text: include_str!("../../../assets/templates/tls-only.json"),
    },
    Template {
        name: "account-read",
        kind: DocumentKind::Policy,
        about: "one other account may list and read below the place one is at",
        text: include_str!("../../../assets/templates/account-read.json"),
    },
    Template {
        name: "cloudfront-only",
        kind: DocumentKind::Policy,
        about: "one CloudFront distribution may read below the place one is at",
        text: include_str!("../../../assets/templates/cloudfront-only.json"),
    },
    Template {
        name: "cors-site",
        kind: DocumentKind::Cors,
        about: "pages of one site may read",
        text: include_str!("../../../assets/templates/cors-site.json"),
    },
    Template {
        name: "archive",
        kind: DocumentKind::Lifecycle,
        about: "to Standard-IA after 30 days, to Glacier after 90, deleted after 365",
        text: include_str!("../../../assets/templates/archive.json"),
    },
    Template {
        name: "clean-up",
        kind: DocumentKind::Lifecycle,
        about: "old versions are deleted after 30 days, unfinished uploads aborted after 7",
        text: include_str!("../../../assets/templates/clean-up.json"),
    },
    Template {
        name: "single-page-website",
        kind: DocumentKind::Website,
        about: "index.html for every folder, and for every path that is not there",
        text: include_str!("../../../assets/templates/single-page-website.json"),
    },
];

/// The place one is at, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Here {
    /// The bucket, by its name alone.
    pub bucket: String,
    /// What the keys begin with; nothing for the whole bucket.
    pub prefix: String,
    /// The number of the caller's account.
    pub account: Option<String>,
    /// The region of the bucket.
    pub region: Option<String>,
}

impl Here {
    fn value(&self, name: &str, has_variables: bool) -> Option<String> {
        match name {
            "BUCKET" => Some(self.bucket.clone()),
            "PREFIX" if has_variables => Some(literal(&self.prefix)),
            "PREFIX" => Some(self.prefix.clone()),
            "ACCOUNT" => self.account.clone(),
            "PARTITION" => Some(partition(self.region.as_deref(), None).to_owned()),
            _ => None,
        }
    }
}

/// Returns the placeholder that a text still holds.
pub fn placeholder(text: &str) -> Option<&'static str> {
    OPEN.into_iter().chain(TOLD).find(|name| text.contains(&format!("<{name}>")))
}

impl Template {
    /// Returns the template of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|own| own.name == name)
    }

    /// Returns the templates of a kind.
    pub fn of(kind: DocumentKind) -> impl Iterator<Item = &'static Self> {
        ALL.iter().filter(move |own| own.kind == kind)
    }

    /// Returns the document, filled in from the place one is at.
    pub fn filled(&self, here: &Here) -> Value {
        self.filled_for(here, self.kind == DocumentKind::Policy)
    }

    fn filled_for(&self, here: &Here, has_variables: bool) -> Value {
        let mut document = serde_json::from_str(self.text).unwrap_or_default();
        fill(&mut document, here, has_variables);
        document
    }

    /// Returns what stands with the template added to it: its statements and rules come behind those that stand, under
    /// names that none of them has. A document without such a list gets the fields of the template.
    ///
    /// Fails if it stands in a version of the policy language that cannot say what the prefix is.
    pub fn merged(&self, standing: Option<&Value>, here: &Here) -> Result<Value, String> {
        let Some(Value::Object(standing)) = standing else { return Ok(self.filled(here)) };
        let keeps_version = self.kind == DocumentKind::Policy && standing.contains_key("Statement");
        if keeps_version && !has_variables(standing) && here.prefix.contains(['*', '?']) {
            return Err(format!(
                "the prefix {} has a * or ?, which the policy that stands there cannot say as itself, because it is not of Version {LATEST}",
                here.prefix
            ));
        }
        let has_variables = self.kind == DocumentKind::Policy && (!keeps_version || has_variables(standing));
        let mut merged = standing.clone();
        let Value::Object(filled) = self.filled_for(here, has_variables) else { return Ok(Value::Object(merged)) };
        for (name, value) in filled {
            match (merged.get_mut(&name), value) {
                (Some(list), Value::Array(items)) => {
                    for item in items {
                        add(list, item);
                    }
                }
                // A policy keeps the version that its statements were written for; none is the first.
                _ if name == "Version" && keeps_version => {}
                (_, value) => drop(merged.insert(name, value)),
            }
        }
        Ok(Value::Object(merged))
    }
}

/// The version of the policy language in which `${…}` is something (IAM User Guide, "IAM JSON policy elements: Version").
const LATEST: &str = "2012-10-17";

fn has_variables(policy: &Map<String, Value>) -> bool {
    policy.get("Version").and_then(Value::as_str) == Some(LATEST)
}

fn fill(value: &mut Value, here: &Here, has_variables: bool) {
    match value {
        Value::String(text) => {
            for name in TOLD {
                if let Some((before, behind)) = text.split_once(&format!("<{name}>"))
                    && let Some(own) = here.value(name, has_variables)
                {
                    *text = format!("{before}{own}{behind}");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, here, has_variables)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, here, has_variables)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
