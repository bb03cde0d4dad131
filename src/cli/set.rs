//! `set`: metadata, tags, storage class, encryption and ACL of objects that stay where they are.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::filters::Filters;
use super::list::EveryPage;
use super::location::{End, folder_prefix};
use super::question::Question;
use super::session::{Session, Stop};
use super::telling::{Telling, TellingOptions};
use super::written::{header, storage_class};
use crate::model::access::acl::Grant;
use crate::model::attributes::{self, CannedAcl, Encryption, WrittenAcl};
use crate::model::change::{Change, Header, PairsChange, TypeRule, grant, redirect, removed_name, type_rule};
use crate::model::entry::StorageClass;
use crate::model::job::{Item, Revision, Work};
use crate::model::location::Location;
use crate::model::name::VersionId;
use crate::model::text::{self, visible};

/// What the page of the command says at its end.
pub const PAGE_END: &str = "\
What is not mentioned stays, and what is so already is not written. Tags and the ACL are written by themselves. All else \
takes a copy of the object onto itself: it is given all that it had (headers, metadata, tags, class, encryption, ACL), goes \
through only while the object is still what was looked at, in parts above 5 GiB, and is looked at afterwards. Who may not \
read the tags or the ACL of an object cannot have it rewritten, because they would be lost. A rewrite gives the object a new \
date; where versions are kept it makes a new one, which is billed beside the old one and is locked by the bucket's default. \
Archived objects take tags and an ACL alone until they are restored.

An empty text takes a header away: --cache-control ''. An ACL replaces the one before; with --grant the owner keeps full \
control.

With --dry-run each object is looked at as in earnest, and what would change is printed, line by line. More than one object \
is asked about, unless --yes; without a terminal it is refused.

Exit codes: 0 all is as it was asked for, 1 something failed, 2 wrong use, 130 interrupted.";

/// What `set` is given.
#[derive(Debug, Clone, Args)]
pub struct Set {
    /// s3://bucket/key; several may be given
    #[arg(required = true, value_name = "LOCATION")]
    locations: Vec<String>,
    /// Change all below; s3://bucket/logs means logs/ and not logs-old/
    #[arg(long, short)]
    recursive: bool,
    #[command(flatten)]
    filters: Filters,
    /// Change this version; of one that is not the current one, tags and ACL
    #[arg(long, value_name = "ID", conflicts_with = "recursive")]
    version_id: Option<String>,
    /// Print what would change, and change nothing
    #[arg(long, alias = "dryrun")]
    dry_run: bool,
    /// Do not ask before more than one object is changed
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    told: TellingOptions,
    #[command(flatten)]
    wanted: Wanted,
}

/// What is to become of the objects.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What is set")]
struct Wanted {
    /// The media type
    #[arg(long, value_name = "TYPE", value_parser = header)]
    content_type: Option<String>,
    /// The media type of what matches, such as '*.html=text/html'; may be repeated, and the last that matches decides
    #[arg(long, value_name = "PATTERN=TYPE", value_parser = type_rule)]
    content_type_by: Vec<TypeRule>,
    /// How long caches may keep it, such as max-age=3600
    #[arg(long, value_name = "TEXT", value_parser = header_or_nothing)]
    cache_control: Option<String>,
    /// How browsers show it, such as 'attachment; filename="report.csv"'
    #[arg(long, value_name = "TEXT", value_parser = header_or_nothing)]
    content_disposition: Option<String>,
    /// How its bytes are encoded, such as gzip
    #[arg(long, value_name = "TEXT", value_parser = header_or_nothing)]
    content_encoding: Option<String>,
    /// The language it is in, such as de
    #[arg(long, value_name = "TEXT", value_parser = header_or_nothing)]
    content_language: Option<String>,
    /// Until when caches may keep it, such as 'Wed, 21 Oct 2026 07:28:00 GMT'
    #[arg(long, value_name = "DATE", value_parser = header_or_nothing)]
    expires: Option<String>,
    /// Where a website leads to instead: /page.html, or an address
    #[arg(long, value_name = "TARGET", value_parser = redirect_or_nothing)]
    website_redirect: Option<String>,
    /// One entry of user metadata; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = attributes::metadata_pair)]
    metadata: Vec<(String, String)>,
    /// The name of an entry of user metadata that goes; may be repeated
    #[arg(long, value_name = "KEY", value_parser = removed_name)]
    remove_metadata: Vec<String>,
    /// Keep no user metadata but what is given
    #[arg(long)]
    clear_metadata: bool,
    /// One tag; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = attributes::tag_pair)]
    tag: Vec<(String, String)>,
    /// The key of a tag that goes; may be repeated
    #[arg(long, value_name = "KEY")]
    remove_tag: Vec<String>,
    /// Keep no tags but what is given
    #[arg(long)]
    clear_tags: bool,
    /// The storage class, such as STANDARD_IA
    #[arg(long, value_name = "CLASS", value_parser = storage_class)]
    storage_class: Option<StorageClass>,
    /// How it is encrypted at rest
    #[arg(long, value_name = "ALGORITHM", value_parser = PossibleValuesParser::new(Encryption::ALGORITHMS))]
    sse: Option<String>,
    /// The KMS key that encrypts it [default: Amazon's for S3]
    #[arg(long, value_name = "KEY", value_parser = header, requires = "sse")]
    sse_kms_key_id: Option<String>,
    /// Save calls to KMS by a key of the bucket
    #[arg(long, requires = "sse")]
    bucket_key: bool,
    /// Who else may use it: private, public-read, bucket-owner-full-control, ...; where the bucket allows ACLs
    #[arg(long, value_name = "NAME", conflicts_with = "grant")]
    acl: Option<CannedAcl>,
    /// One grant of the ACL, such as READ=everyone, READ=any-aws-user or FULL_CONTROL=id:CANONICAL-ID; may be repeated
    #[arg(long, value_name = "PERMISSION=WHOM", value_parser = grant)]
    grant: Vec<Grant>,
}

fn header_or_nothing(text: &str) -> Result<String, String> {
    attributes::check_header(text).map(|()| text.to_owned())
}

fn redirect_or_nothing(text: &str) -> Result<String, String> {
    if text.is_empty() { Ok(String::new()) } else { redirect(text) }
}

impl Set {
    /// Returns whether it only says what it would do.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    fn telling(&self) -> Telling {
        Telling { rehearsed: self.dry_run.then_some("change"), ..self.told.telling("changed") }
    }
}

impl Wanted {
    fn change(&self) -> Result<Change, String> {
        let headers = [
            (Header::ContentType, &self.content_type),
            (Header::CacheControl, &self.cache_control),
            (Header::ContentDisposition, &self.content_disposition),
            (Header::ContentEncoding, &self.content_encoding),
            (Header::ContentLanguage, &self.content_language),
            (Header::Expires, &self.expires),
            (Header::WebsiteRedirect, &self.website_redirect),
        ];
        let given = |(header, text): (Header, &Option<String>)| {
            let text = text.clone()?;
            Some((header, Some(text).filter(|text| !text.is_empty())))
        };
        let canned = self.acl.map(WrittenAcl::Canned);
        let change = Change {
            headers: headers.into_iter().filter_map(given).collect(),
            types: self.content_type_by.clone(),
            metadata: PairsChange {
                clears: self.clear_metadata,
                removes: self.remove_metadata.clone(),
                sets: self.metadata.clone(),
            },
            tags: PairsChange { clears: self.clear_tags, removes: self.remove_tag.clone(), sets: self.tag.clone() },
            storage_class: self.storage_class,
            encryption: self.sse.clone().map(|algorithm| Encryption {
                algorithm,
                key: self.sse_kms_key_id.clone(),
                has_bucket_key: self.bucket_key,
            }),
            acl: canned.or_else(|| (!self.grant.is_empty()).then(|| WrittenAcl::Grants(self.grant.clone()))),
        };
        change.check().map(|()| change)
    }
}

/// Runs `set`.
pub async fn set(session: &mut Session<'_>, set: &Set) -> Result<(), Stop> {
    let change = Box::new(set.wanted.change().map_err(Stop::Use)?);
    if set.version_id.is_some() && set.locations.len() > 1 {
        return Err(Stop::Use("a version is that of one object".to_owned()));
    }
    let mut items = Vec::new();
    for location in &set.locations {
        items.extend(item(session, set, location).await?);
    }
    if !set.dry_run && !set.yes {
        confirm(session, set, &items).await?;
    }
    let revision = Revision { items, filter: set.filters.0.clone(), change, is_rehearsal: set.dry_run };
    session.run(Work::Change(revision), set.telling()).await
}

/// Returns what a location stands for; nothing if it is an object that the filter does not take.
async fn item(session: &mut Session<'_>, set: &Set, location: &str) -> Result<Option<Item>, Stop> {
    let (bucket, key) = End::in_bucket(location, &session.base).map_err(Stop::Use)?;
    let prefix = folder_prefix(&key);
    if set.recursive {
        return Ok(Some(Item::Prefix { bucket, prefix }));
    }
    let wants_recursive = || Stop::Use(format!("what is below {location} is changed with --recursive"));
    let mut object = End::object(location, &session.base).map_err(|_| wants_recursive())?;
    // The marker of a folder is an object like any other, if it is there; what else is below is not meant.
    if object.key.is_marker() && !EveryPage::look(session, &bucket, &prefix).await?.1 {
        return Err(wants_recursive());
    }
    object.version = set.version_id.as_deref().map(VersionId::from);
    let is_taken = set.filters.0.takes(object.key.last_part());
    Ok(is_taken.then_some(Item::Object(object)))
}

/// Asks, if there is more than one object to change.
async fn confirm(session: &mut Session<'_>, set: &Set, items: &[Item]) -> Result<(), Stop> {
    let (mut objects, mut bytes) = (0, 0);
    for item in items {
        let Item::Prefix { bucket, prefix } = item else {
            objects += 1;
            continue;
        };
        let mut pages = EveryPage::of(Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() }, true);
        while let Some(page) = pages.next(session).await? {
            for entry in page.entries.iter().filter(|entry| set.filters.0.takes(&entry.name)) {
                objects += 1;
                bytes += entry.size.unwrap_or_default();
            }
        }
    }
    if objects <= 1 {
        return Ok(());
    }
    let size = if bytes > 0 { format!(", {}", text::size(bytes)) } else { String::new() };
    let what = format!("change {}{size}", text::counted(objects, "object", "objects"));
    let more = match set.locations.as_slice() {
        [location] => format!(", below {}? What they were is not kept, but for older versions.", visible(location)),
        _ => "? What they were is not kept, but for older versions.".to_owned(),
    };
    Question { what, more, refused: "nothing was changed" }.ask().await
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        set: Set,
    }

    fn change(args: &[&str]) -> Result<Change, String> {
        let line = Line::try_parse_from(["set", "s3://b/k"].iter().chain(args)).map_err(|error| error.to_string())?;
        line.set.wanted.change()
    }

    #[test]
    fn an_empty_text_takes_a_header_away() {
        let wanted = vec![(Header::ContentType, Some("text/css".to_owned())), (Header::CacheControl, None)];
        assert_eq!(change(&["--content-type", "text/css", "--cache-control", ""]).unwrap().headers, wanted);
        assert!(change(&["--content-type", ""]).is_err());
    }

    #[test]
    fn what_cannot_be_is_refused_before_anything_is_looked_at() {
        for wrong in [
            [].as_slice(),
            &["--acl", "private", "--grant", "READ=everyone"],
            &["--bucket-key"],
            &["--sse", "AES256", "--bucket-key"],
            &["--website-redirect", "elsewhere"],
            &["--metadata", "k=ü"],
            &["--tag", "aws:x=y"],
            &["--storage-class", "OUTPOSTS"],
            &["--metadata", "a=1", "--remove-metadata", "A"],
        ] {
            assert!(change(wrong).is_err(), "{wrong:?}");
        }
        assert!(change(&["--clear-metadata"]).is_ok() && change(&["--website-redirect", ""]).is_ok());
    }
}
