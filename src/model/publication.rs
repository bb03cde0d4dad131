//! A website that is published: what is wished for, all that it takes, and what changes with it that is not of the site.
//!
//! The plan is what is shown, and its [`Publication`] exactly what runs: files first, then the index and error pages, then
//! what makes them public, so that nothing is open before it is whole.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::access::exposure::{self, Aim, Choice, Exposure, Scope, Step};
use super::compare::{Criterion, Hand, Places};
use super::document::DocumentKind;
use super::error::{Error, Kind};
use super::filter::Filter;
use super::location::Location;
use super::name::{BucketName, Prefix};
use super::site;
use super::stored;
use super::sync::{self, SyncPlan};
use super::text::{counted, truncate, visible};

/// How many names of other objects are told, and how wide one is at most, in columns.
const NAMED: usize = 3;
const WIDEST: usize = 60;

/// A website that is wished for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The folder that it was built in.
    #[serde(with = "stored::path")]
    pub folder: PathBuf,
    /// The bucket that it goes to.
    pub bucket: BucketName,
    /// Where in the bucket; at its top, or below what ends in a slash.
    pub prefix: Prefix,
    /// The page that a folder shows.
    pub index: String,
    /// The page for what is not there.
    pub error: ErrorPage,
    /// Whether what only the bucket has is deleted.
    pub deletes: bool,
    /// Whether names that begin with a dot are taken.
    pub takes_hidden: bool,
}

/// The page that is shown for what is not there. There is one for the whole bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorPage {
    /// The first of [`site::ERROR_PAGES`] that the folder has; else as it stands.
    Found,
    /// This file of the folder.
    Named(String),
    /// The index page: one page that finds its own way.
    Index,
    /// As it stands.
    Standing,
}

impl Wish {
    /// Returns the place that it goes to.
    pub fn target(&self) -> Location {
        Location::S3 { bucket: self.bucket.clone(), prefix: self.prefix.clone() }
    }

    /// Returns the objects that are to be public.
    pub fn exposure(&self) -> Exposure {
        let scope = Scope::new(self.bucket.as_str(), self.prefix.as_str());
        Exposure { bucket: self.bucket.clone(), scope, aim: Aim::Public, owner: None }
    }

    /// Returns which files go up.
    fn filter(&self) -> Filter {
        if self.takes_hidden { Filter::default() } else { site::without_hidden() }
    }

    /// Returns the file that is shown for what is not there, if there is to be a new one, and fails if the pages cannot be
    /// those of this folder. `has` says whether it has a file.
    pub fn error_page(&self, has: impl Fn(&str) -> bool) -> Result<Option<String>, Error> {
        let refused = |cause: String| Error::new(Kind::Invalid, "publish", self.folder.to_string_lossy(), cause);
        if self.bucket.is_arn() {
            return Err(refused(format!("s3://{} is an access point, which can be no website", self.bucket)));
        }
        // Amazon S3 User Guide, "Configuring an index document".
        if self.index.is_empty() || self.index.contains('/') {
            return Err(refused(
                "the index page is a name without a slash: S3 looks for it in every folder".to_owned(),
            ));
        }
        if !has(&self.index) {
            return Err(refused(format!("it has no {}, which a website begins with", self.index)));
        }
        let page = match &self.error {
            ErrorPage::Named(name) if !has(name) => return Err(refused(format!("it has no {name}"))),
            ErrorPage::Named(name) => Some(name.clone()),
            ErrorPage::Index => Some(self.index.clone()),
            ErrorPage::Found => site::ERROR_PAGES.into_iter().find(|name| has(name)).map(str::to_owned),
            ErrorPage::Standing => None,
        };
        let filter = self.filter();
        if let Some(name) = page.iter().chain([&self.index]).find(|name| !filter.takes(name)) {
            let cause = format!("{name} begins with a dot, and is left out unless hidden files are taken (--hidden)");
            return Err(refused(cause));
        }
        Ok(page)
    }

    /// Returns what is compared to find out which files go up.
    pub fn places(&self) -> Places {
        Places {
            by: Criterion::SizeAndTime,
            filter: self.filter(),
            // Whatever is there becomes public.
            unfiltered: Some(Hand::Right),
            may_lack: Some(Hand::Right),
            ..Places::new(Location::Local(self.folder.clone()), self.target())
        }
    }

    /// Returns what is chosen about its files.
    pub fn choice(&self) -> sync::Choice {
        sync::Choice {
            target: Hand::Right,
            by: Criterion::SizeAndTime,
            is_exact: false,
            deletes: self.deletes,
            storage_class: None,
        }
    }
}

/// All that is written to publish a website.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// What was wished for.
    pub wish: Wish,
    /// The files that go up, and what is deleted.
    pub files: SyncPlan,
    /// The documents of the bucket that are written when the files are there, in this order. They are not kept for another
    /// run: what was agreed to was what stood there then.
    #[serde(skip)]
    pub steps: Vec<Step>,
    /// How it is made public, of which the last of them are; nothing if it was public.
    #[serde(skip)]
    pub opening: Option<Choice>,
    /// Where a browser finds it.
    pub url: String,
}

impl Publication {
    /// Returns what is left to know of it when it is over.
    #[must_use]
    pub fn in_numbers(&self) -> Self {
        Self { files: self.files.in_numbers(), ..self.clone() }
    }
}

/// How a website is published.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What is written.
    pub publication: Publication,
    /// How it is made public.
    pub access: exposure::Plan,
    /// The pages of the whole bucket that become others, in words.
    pub replaced: Vec<String>,
}

impl Plan {
    /// Returns the plan for files, the website document as it stands and as it is to be, and what it takes to make it
    /// public, of which the first way is taken.
    pub fn new(
        wish: Wish,
        files: SyncPlan,
        pages: (Option<Value>, Value),
        access: exposure::Plan,
        url: String,
    ) -> Self {
        let (before, after) = pages;
        let replaced = site::replaced(before.as_ref(), &after, &wish.prefix);
        let pages = (before.as_ref() != Some(&after)).then(|| Step::Document {
            kind: DocumentKind::Website,
            before,
            after: Some(after),
        });
        let publication = Publication { wish, files, steps: pages.into_iter().collect(), opening: None, url };
        let mut plan = Self { publication, access, replaced };
        if plan.is_possible() {
            plan.publication.opening = plan.opening().cloned();
            let steps = plan.publication.opening.iter().flat_map(|choice| choice.steps.clone());
            plan.publication.steps.extend(steps);
        } else {
            plan.publication.steps.clear();
        }
        plan
    }

    /// Returns how it is opened; nothing if it is open, or cannot be.
    pub fn opening(&self) -> Option<&Choice> {
        self.access.choices.first().filter(|_| !self.access.is_reached)
    }

    /// Returns whether it would be public in the end. What would not be is not published.
    pub fn is_possible(&self) -> bool {
        self.access.is_reached || self.opening().is_some()
    }

    /// Returns in words what stays at the target, is not of the folder, and becomes public with it, with the first names.
    pub fn others(&self) -> Option<String> {
        self.opening()?;
        let files = &self.publication.files;
        // What the folder hides by what could not be read there stays, too.
        let count = files.remaining().count() as u64 + files.comparison.tally.unknown;
        let mut names: Vec<_> = files.remaining().take(NAMED).map(|own| truncate(&own.name, WIDEST)).collect();
        if count > names.len() as u64 {
            names.push("…".into());
        }
        let counted = counted(count, "other object", "other objects");
        (count > 0).then(|| format!("{counted} already there: {}", names.join(", ")))
    }

    /// Returns all that changes and is not of the website, in words: what nobody agrees to who only agrees to publish it.
    pub fn besides(&self) -> Vec<String> {
        let others = self.others().map(|others| format!("becomes public with it: {others}"));
        let opening = self.opening().map(|choice| choice.besides.clone()).unwrap_or_default();
        others.into_iter().chain(self.replaced.iter().cloned()).chain(opening).collect()
    }
}

/// What a visitor of a website got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The status of the answer.
    pub status: u16,
    /// Its content type, unfiltered.
    pub content_type: Option<String>,
}

impl Visit {
    /// Returns whether the page was served.
    pub fn is_served(&self) -> bool {
        self.status == 200
    }

    /// Returns what came, in words, filtered.
    pub fn words(&self) -> String {
        let kind = self.content_type.as_deref().unwrap_or("no content type");
        format!("{}, {}", self.status, visible(kind))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::compare::Comparison;

    fn wish(error: ErrorPage) -> Wish {
        Wish {
            folder: "/dist".into(),
            bucket: "b".into(),
            prefix: "docs/".into(),
            index: "index.html".into(),
            error,
            deletes: false,
            takes_hidden: false,
        }
    }

    fn page(wish: &Wish, files: &[&str]) -> Result<Option<String>, String> {
        wish.error_page(|name| files.contains(&name)).map_err(|error| error.cause)
    }

    #[test]
    fn the_error_page_is_a_file_of_the_folder_or_stays_as_it_is() {
        let all = ["index.html", "404.html", "error.html", "e.html"];
        let found = |error| page(&wish(error), &all).unwrap();
        assert_eq!(found(ErrorPage::Found).as_deref(), Some("404.html"));
        assert_eq!(found(ErrorPage::Named("e.html".into())).as_deref(), Some("e.html"));
        assert_eq!(found(ErrorPage::Index).as_deref(), Some("index.html"));
        assert_eq!(found(ErrorPage::Standing), None);
        assert_eq!(
            page(&wish(ErrorPage::Found), &["index.html", "error.html"]).unwrap().as_deref(),
            Some("error.html")
        );
        assert_eq!(page(&wish(ErrorPage::Found), &["index.html"]).unwrap(), None);
    }

    #[test]
    fn pages_that_the_folder_lacks_or_leaves_out_are_refused() {
        assert!(page(&wish(ErrorPage::Found), &[]).unwrap_err().contains("no index.html"));
        assert!(page(&wish(ErrorPage::Named("x".into())), &["index.html"]).unwrap_err().contains("no x"));
        let hidden = Wish { index: ".home".into(), ..wish(ErrorPage::Standing) };
        assert!(page(&hidden, &[".home"]).unwrap_err().contains("begins with a dot"));
        assert!(page(&Wish { takes_hidden: true, ..hidden }, &[".home"]).is_ok());
        let deep = Wish { index: "a/b".into(), ..wish(ErrorPage::Standing) };
        assert!(page(&deep, &["a/b"]).unwrap_err().contains("without a slash"));
    }

    #[test]
    fn pages_of_the_whole_bucket_that_become_others_are_told() {
        let wish = wish(ErrorPage::Found);
        let files = SyncPlan::new(Arc::new(Comparison::new(wish.places())), wish.choice());
        let access = exposure::Plan { is_reached: true, ..exposure::Plan::default() };
        let (before, after) = (
            json!({ "IndexDocument": { "Suffix": "home.htm" } }),
            json!({ "IndexDocument": { "Suffix": "index.html" } }),
        );
        let plan = |before| {
            let pages = (before, after.clone());
            Plan::new(wish.clone(), files.clone(), pages, access.clone(), String::new())
        };
        let changed = plan(Some(before));
        assert_eq!((changed.publication.steps.len(), changed.besides().len()), (1, 1), "{changed:?}");
        let new = plan(None);
        assert_eq!((new.publication.steps.len(), new.besides().len()), (1, 0), "nobody has had one");
        let same = plan(Some(after.clone()));
        assert!(same.publication.steps.is_empty() && same.besides().is_empty());
        let kept = serde_json::to_string(&changed.publication).unwrap();
        let kept: Publication = serde_json::from_str(&kept).unwrap();
        assert!(kept.wish == wish && kept.steps.is_empty(), "another run opens nothing: {kept:?}");
    }
}
