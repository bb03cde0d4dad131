//! Reads, writes and deletes the documents of a bucket, as JSON.
//!
//! To write or delete one takes a [`StandingDocument`], which only a read of the same document gives: a `DELETE` with a
//! query that a server does not know deletes the bucket (RGW for eight of these, moto for five). A read counts if the
//! answer has the right root, or says by the code of this very document that none is set.

mod carrier;
mod convert;
mod tree;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use self::tree::Element;
use super::alias;
use super::client::{Call, Store};
use super::fault;
use crate::model::document::shape::{Field, Form};
use crate::model::document::{Document, DocumentKind, Layout, Removal};
use crate::model::error::{Error, Kind};
use crate::model::name::BucketName;

/// More pages of a list than Amazon has: 1,000 configurations, 100 a page.
const MAX_PAGES: usize = 100;

/// A document as it was just read: the leave to write or delete it, once.
#[derive(Debug)]
pub struct StandingDocument {
    bucket: BucketName,
    kind: DocumentKind,
    document: Option<Value>,
}

impl StandingDocument {
    /// Returns the document; nothing if none is set.
    pub fn document(&self) -> Option<&Value> {
        self.document.as_ref()
    }

    /// Returns the document; nothing if none is set.
    pub fn into_document(self) -> Option<Value> {
        self.document
    }
}

impl Store {
    /// Reads a document.
    pub async fn read_document(&self, bucket: &BucketName, kind: DocumentKind) -> Result<StandingDocument, Error> {
        let facts = kind.facts();
        let call = call("read", facts, facts.read, bucket);
        let read = match facts.layout {
            Layout::Each(list, element) => self.read_each(&call, facts, list, element).await,
            Layout::Json | Layout::Xml => self.read_whole(&call, facts).await.map(Some),
        };
        let document = match read {
            Err(error) if error.code.as_deref().is_some_and(fault::says_none_is_set) => None,
            read => read?,
        };
        Ok(StandingDocument { bucket: bucket.clone(), kind, document })
    }

    async fn read_whole(&self, call: &Call<'_>, facts: &Document) -> Result<Value, Error> {
        let answer = self.carry_get(call, facts.query, facts.headers).await?;
        if matches!(facts.layout, Layout::Json) {
            // Such a server answers with a listing, or with what the bucket's page is.
            let read = serde_json::from_str::<Value>(&answer.text).ok().filter(Value::is_object);
            return read.ok_or_else(|| call.error(Kind::Unsupported, NOT_OFFERED));
        }
        let mut document = object_of(call, facts.fields, &rooted(call, facts, &answer.text)?)?;
        for (field, header) in facts.headers {
            if let (Some(value), Some(object)) = (answer.headers.get(*header), document.as_object_mut()) {
                object.insert((*field).to_owned(), value.as_str().into());
            }
        }
        Ok(document)
    }

    /// Reads all pages of a list of configurations; nothing if there are none.
    async fn read_each(
        &self,
        call: &Call<'_>,
        facts: &Document,
        list: &str,
        element: &str,
    ) -> Result<Option<Value>, Error> {
        let (mut items, mut token) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let query = token.take().map_or_else(
                || facts.query.to_owned(),
                |token: String| format!("{}&continuation-token={}", facts.query, encoded(&token)),
            );
            let answer = self.carry_get(call, &query, &[]).await?;
            let page = rooted(call, facts, &answer.text)?;
            for child in &page.children {
                match child.name.as_str() {
                    "NextContinuationToken" => token = Some(child.text.clone()).filter(|token| !token.is_empty()),
                    "IsTruncated" | "ContinuationToken" => {}
                    name if name == element => items.push(object_of(call, item_fields(facts), child)?),
                    other => {
                        return Err(
                            call.error(Kind::Unsupported, format!("the list holds {other}, which is not known"))
                        );
                    }
                }
            }
            if token.is_none() {
                let document = Map::from_iter([(list.to_owned(), Value::Array(items.clone()))]);
                return Ok((!items.is_empty()).then_some(Value::Object(document)));
            }
        }
        Err(call.error(Kind::Server, "the list of configurations does not end"))
    }

    /// Writes a document in the place of what stands there. `mfa` is the serial number of a device and its code, which
    /// changes of MFA delete need.
    pub async fn write_document(
        &self,
        standing: StandingDocument,
        document: &Value,
        mfa: Option<&str>,
    ) -> Result<(), Error> {
        let facts = standing.kind.facts();
        let call = call("write", facts, facts.write, &standing.bucket);
        match facts.layout {
            Layout::Json => self.carry_put(&call, facts.query, "application/json", &document.to_string(), &[]).await,
            Layout::Xml => {
                let mut body = document.clone();
                let mut headers: Vec<_> = mfa.map(|mfa| ("x-amz-mfa", mfa.to_owned())).into_iter().collect();
                for (field, header) in facts.headers {
                    if let Some(Value::String(value)) = body.as_object_mut().and_then(|own| own.shift_remove(*field)) {
                        headers.push((*header, value));
                    }
                }
                self.write_one(&call, facts.query, facts.root, facts.fields, &body, &headers).await
            }
            Layout::Each(list, element) => {
                let items =
                    |document: Option<&Value>| by_id(document, list).map_err(|cause| call.error(Kind::Invalid, cause));
                let (old, new) = (items(standing.document.as_ref())?, items(Some(document))?);
                for (id, item) in &new {
                    if old.iter().any(|(old_id, old)| old_id == id && old == item) {
                        continue;
                    }
                    let query = format!("{}&id={}", facts.query, encoded(id));
                    self.write_one(&call, &query, element, item_fields(facts), item, &[]).await?;
                }
                for (id, _) in old.iter().filter(|(old, _)| !new.iter().any(|(id, _)| id == old)) {
                    self.carry_delete(&call, &format!("{}&id={}", facts.query, encoded(id))).await?;
                }
                Ok(())
            }
        }
    }

    async fn write_one(
        &self,
        call: &Call<'_>,
        query: &str,
        root: &str,
        fields: &[Field],
        document: &Value,
        headers: &[(&'static str, String)],
    ) -> Result<(), Error> {
        let element = convert::to_xml(root, fields, document);
        let text = element.and_then(|element| element.print()).map_err(|cause| call.error(Kind::Invalid, cause))?;
        self.carry_put(call, query, "application/xml", &text, headers).await
    }

    /// Deletes a document that is set.
    pub async fn delete_document(&self, standing: StandingDocument) -> Result<(), Error> {
        let facts = standing.kind.facts();
        let permission = match facts.removal {
            Removal::Delete(permission) => permission,
            Removal::Empty | Removal::Never => {
                let cause = "S3 has no such operation for this document";
                return Err(call("delete", facts, facts.write, &standing.bucket).error(Kind::Unsupported, cause));
            }
        };
        let call = call("delete", facts, permission, &standing.bucket);
        let Some(document) = &standing.document else {
            return Err(call.error(Kind::NotFound, "none is set"));
        };
        if let Layout::Each(list, _) = facts.layout {
            for (id, _) in by_id(Some(document), list).map_err(|cause| call.error(Kind::Invalid, cause))? {
                self.carry_delete(&call, &format!("{}&id={}", facts.query, encoded(&id))).await?;
            }
            return Ok(());
        }
        self.carry_delete(&call, facts.query).await
    }
}

/// What is said where the answer is another document.
const NOT_OFFERED: &str = "not offered by this server: it answers with something else";

fn call<'a>(verb: &str, facts: &Document, permission: &'static str, bucket: &'a BucketName) -> Call<'a> {
    let operation = match verb {
        "read" => "read the settings of",
        "write" => "write the settings of",
        _ => "delete the settings of",
    };
    Call::new(operation, format!("s3://{bucket} ({})", facts.title), permission, bucket)
}

/// Reads an answer, and checks that it is the document that was asked for.
fn rooted(call: &Call<'_>, facts: &Document, text: &str) -> Result<Element, Error> {
    let element = Element::parse(text).map_err(|cause| call.error(Kind::Unsupported, cause))?;
    if element.name == facts.root || alias::stands_for(&element.name, facts.root) {
        return Ok(element);
    }
    Err(call.error(Kind::Unsupported, NOT_OFFERED))
}

fn object_of(call: &Call<'_>, fields: &[Field], element: &Element) -> Result<Value, Error> {
    convert::to_json(fields, element).map_err(|cause| call.error(Kind::Unsupported, cause))
}

/// Returns the fields of one configuration of a list.
fn item_fields(facts: &Document) -> &'static [Field] {
    match facts.fields.first().map(|field| field.form) {
        Some(Form::List(Form::Group(fields))) => fields,
        _ => &[],
    }
}

/// Returns the configurations of a list with their names.
fn by_id(document: Option<&Value>, list: &str) -> Result<Vec<(String, Value)>, String> {
    let items = document.and_then(|document| document.get(list)).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .map(|item| {
            let id = item.get("Id").and_then(Value::as_str).filter(|id| !id.is_empty());
            id.map(|id| (id.to_owned(), item.clone())).ok_or_else(|| format!("an item of {list} has no Id"))
        })
        .collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
