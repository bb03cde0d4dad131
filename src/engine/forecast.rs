//! Looks at what is in a bucket to say what the rules of a lifecycle document would do today. Changes nothing.
//!
//! Objects are listed by the parallel lister where no rule asks for versions and the bucket keeps none; versions come in
//! one order, page by page. Tags are read only of what a rule would touch but for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::answer;
use super::core::Core;
use super::inspect::unread;
use super::lister::Lister;
use super::page::Asker;
use crate::model::document::forecast::{self, Deed, Forecast, Rule, Standing, Subject};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix, VersionId};
use crate::s3::{ListedObject, ListedVersion, Store};

/// How often totals are sent while they grow.
const PACE: Duration = Duration::from_millis(200);

/// How many objects are asked for their tags, or uploads for their parts, at once.
const LOOKS: usize = 8;

/// Forecasts, and keeps saying so until all was looked at.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, bucket: BucketName, document: &Value) {
    let rules = forecast::rules(document);
    answer::with_many(core, ticket, "look through", move |core, token| async move {
        look_through(&core, ticket, &token, &bucket, rules).await
    });
}

/// The totals so far.
struct Totals<'a> {
    core: &'a Arc<Core>,
    ticket: Ticket,
    token: &'a CancellationToken,
    bucket: &'a BucketName,
    store: Store,
    rules: Vec<Rule>,
    now: Timestamp,
    forecast: Forecast,
    sent: Instant,
}

/// Something that was listed, and its version if it has one.
type Found = (Subject, Option<VersionId>);

async fn look_through(
    core: &Arc<Core>,
    ticket: Ticket,
    token: &CancellationToken,
    bucket: &BucketName,
    rules: Vec<Rule>,
) -> Result<(), Error> {
    let store = core.store_of(bucket).await;
    let forecast = Forecast::of(&rules);
    let (now, sent) = (Timestamp::now(), Instant::now());
    let mut totals = Totals { core, ticket, token, bucket, store, rules, now, forecast, sent };
    if totals.rules.iter().any(Rule::is_about_objects) {
        let prefix = shared_prefix(totals.rules.iter().filter(|rule| rule.is_about_objects()));
        if totals.rules.iter().any(Rule::is_about_versions) || totals.keeps_versions().await? {
            totals.versions(&prefix).await?;
        } else {
            totals.objects(&prefix).await?;
        }
    }
    if totals.rules.iter().any(Rule::is_about_uploads) {
        let prefix = shared_prefix(totals.rules.iter().filter(|rule| rule.is_about_uploads()));
        totals.uploads(&prefix).await?;
    }
    totals.forecast.is_complete = true;
    totals.send().await
}

impl Totals<'_> {
    async fn send(&mut self) -> Result<(), Error> {
        self.sent = Instant::now();
        let forecast = Box::new(self.forecast.clone());
        self.core.send(Report::Forecast { ticket: self.ticket, forecast }, self.token).await
    }

    /// Returns whether a deletion by a rule leaves an old version. A server that does not know versions keeps none. Where
    /// that may not be read only the objects are looked at, and it is said what this may hide.
    async fn keeps_versions(&mut self) -> Result<bool, Error> {
        let _permit = self.core.lanes.interactive.acquire().await;
        match self.store.versioning(self.bucket).await {
            Ok(versioning) => Ok(versioning.adds_markers()),
            Err(error) if error.kind == Kind::Unsupported => Ok(false),
            Err(error) if error.kind == Kind::Denied => {
                self.forecast.unknown.push(format!(
                    "whether the bucket keeps versions may not be read ({}): what is deleted may stay as an old version, \
                     and delete markers that hide nothing are not counted",
                    unread(&error)
                ));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    async fn objects(&mut self, prefix: &Prefix) -> Result<(), Error> {
        let mut lister = Lister::start(Asker::Reader(Arc::clone(self.core)), self.bucket, prefix);
        while let Some(objects) = lister.next().await {
            self.take(objects?.iter().map(|object| (current(object, self.now), None)).collect()).await?;
        }
        Ok(())
    }

    async fn versions(&mut self, prefix: &Prefix) -> Result<(), Error> {
        let (mut from, mut sorter) = (None, Sorter::default());
        loop {
            let page = {
                let _permit = self.core.lanes.interactive.acquire().await;
                self.store.list_versions(self.bucket, prefix, from.take()).await?
            };
            let mut found: Vec<Found> =
                page.versions.iter().flat_map(|version| sorter.next(version, self.now)).collect();
            from = page.next;
            if from.is_none() {
                found.extend(sorter.end());
            }
            self.take(found).await?;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    async fn uploads(&mut self, prefix: &Prefix) -> Result<(), Error> {
        let mut from = None;
        loop {
            let page = {
                let _permit = self.core.lanes.interactive.acquire().await;
                self.store.list_uploads(self.bucket, prefix, from.take()).await?
            };
            let next = page.next;
            let mut due = Vec::new();
            for row in page.uploads {
                let written = row.initiated.unwrap_or(self.now);
                let standing = Standing::Upload;
                let upload = Subject { key: row.key.to_string(), size: 0, class: None, written, standing };
                self.forecast.seen += 1;
                if self.rules.iter().any(|rule| rule.deed(&upload, self.now).is_some()) {
                    due.push((upload, row.id));
                }
            }
            let (store, bucket) = (&self.store, self.bucket);
            let looks = due.into_iter().map(async |(upload, id)| {
                let object = ObjectRef::new(bucket.clone(), upload.key.as_str());
                // That its parts may not be listed hides no upload.
                let sent = store.sent(&object, &id).await;
                (sent.is_err(), Subject { size: sent.ok().flatten().unwrap_or_default().bytes, ..upload })
            });
            let found: Vec<_> = stream::iter(looks.collect::<Vec<_>>()).buffered(LOOKS).collect().await;
            for (is_unsized, upload) in found {
                self.forecast.unsized_uploads += u64::from(is_unsized);
                for (at, rule) in self.rules.iter().enumerate() {
                    if let Some(deed) = rule.deed(&upload, self.now) {
                        self.forecast.add(at, Some(deed), &upload);
                    }
                }
            }
            from = next;
            if from.is_none() {
                return Ok(());
            }
            self.grown().await?;
        }
    }

    /// Adds what the rules do to what was found.
    async fn take(&mut self, found: Vec<Found>) -> Result<(), Error> {
        self.forecast.seen += found.len() as u64;
        let mut asked: Vec<(usize, Deed, Found)> = Vec::new();
        for one in found {
            for (at, rule) in self.rules.iter().enumerate() {
                match rule.deed(&one.0, self.now) {
                    Some(deed) if rule.needs_tags() => asked.push((at, deed, one.clone())),
                    Some(deed) => self.forecast.add(at, Some(deed), &one.0),
                    None => {}
                }
            }
        }
        let (core, store, bucket) = (self.core, &self.store, self.bucket);
        let looks = asked.into_iter().map(async |(at, deed, (subject, version))| {
            let object = ObjectRef { version, ..ObjectRef::new(bucket.clone(), subject.key.as_str()) };
            let _permit = core.lanes.interactive.acquire().await;
            (at, deed, subject, store.object_tags(&object).await)
        });
        let looked: Vec<_> = stream::iter(looks.collect::<Vec<_>>()).buffer_unordered(LOOKS).collect().await;
        for (at, deed, subject, tags) in looked {
            match tags {
                Ok(tags) if self.rules.get(at).is_some_and(|rule| rule.means_tags(&tags)) => {
                    self.forecast.add(at, Some(deed), &subject);
                }
                Ok(_) => {}
                Err(_) => self.forecast.add(at, None, &subject),
            }
        }
        self.grown().await
    }

    async fn grown(&mut self) -> Result<(), Error> {
        if self.sent.elapsed() < PACE { Ok(()) } else { self.send().await }
    }
}

/// Returns what all prefixes begin with: no rule touches anything else.
fn shared_prefix<'a>(rules: impl Iterator<Item = &'a Rule>) -> Prefix {
    let shared = rules.map(|rule| rule.prefix.clone()).reduce(|one, other| {
        let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
        same.map(|(c, _)| c).collect()
    });
    Prefix::from(shared.unwrap_or_default().as_str())
}

fn current(object: &ListedObject, now: Timestamp) -> Subject {
    Subject {
        key: object.key.to_string(),
        size: object.size,
        class: object.storage_class,
        written: object.modified.unwrap_or(now),
        standing: Standing::Current,
    }
}

/// Tells of each version what it is, from those before it: of a delete marker that is on top only the next one tells.
#[derive(Default)]
struct Sorter {
    key: Option<String>,
    /// When the version before was written, which pushed the next aside.
    pushed: Option<Timestamp>,
    newer: u64,
    marker: Option<Found>,
}

impl Sorter {
    fn next(&mut self, version: &ListedVersion, now: Timestamp) -> Vec<Found> {
        let written = version.modified.unwrap_or(now);
        let subject = |standing| Subject {
            key: version.key.to_string(),
            size: version.size,
            class: version.storage_class,
            written,
            standing,
        };
        let mut told = Vec::new();
        if self.key.as_deref() == Some(version.key.as_str()) {
            told.extend(self.marker.take());
            let (since, newer) = (self.pushed.unwrap_or(written), self.newer);
            let standing =
                if version.is_marker { Standing::OldMarker { since, newer } } else { Standing::Old { since, newer } };
            told.push((subject(standing), version.id.clone()));
            self.newer += 1;
        } else {
            told.extend(self.end());
            self.newer = 0;
            if version.is_marker {
                self.marker = Some((subject(Standing::Marker), version.id.clone()));
            } else {
                told.push((subject(Standing::Current), version.id.clone()));
            }
            self.key = Some(version.key.to_string());
        }
        self.pushed = Some(written);
        told
    }

    /// Returns the marker that waited, which hides nothing.
    fn end(&mut self) -> Option<Found> {
        let (subject, version) = self.marker.take()?;
        Some((Subject { standing: Standing::LoneMarker, ..subject }, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(key: &str, hour: i64, is_marker: bool) -> ListedVersion {
        ListedVersion {
            key: key.into(),
            id: None,
            is_latest: false,
            is_marker,
            size: 1,
            modified: Timestamp::from_second(hour * 3600).ok(),
            storage_class: None,
        }
    }

    fn sorted(versions: &[ListedVersion]) -> Vec<(String, Standing)> {
        let (mut sorter, now) = (Sorter::default(), Timestamp::UNIX_EPOCH);
        let mut found: Vec<_> = versions.iter().flat_map(|version| sorter.next(version, now)).collect();
        found.extend(sorter.end());
        found.into_iter().map(|(subject, _)| (subject.key, subject.standing)).collect()
    }

    #[test]
    fn each_version_is_old_since_the_one_before_it_came() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let (marker, old) = (Standing::OldMarker { since: at(9), newer: 0 }, Standing::Old { since: at(5), newer: 1 });
        let found =
            sorted(&[version("a", 9, false), version("a", 5, true), version("a", 2, false), version("b", 1, false)]);
        let wanted = [("a", Standing::Current), ("a", marker), ("a", old), ("b", Standing::Current)];
        assert_eq!(found, wanted.map(|(key, standing)| (key.to_owned(), standing)));
    }

    #[test]
    fn a_marker_that_hides_nothing_is_known_by_the_next_key_or_the_end() {
        let found =
            sorted(&[version("a", 3, true), version("a", 2, false), version("b", 1, true), version("c", 1, true)]);
        let standings: Vec<_> = found.into_iter().map(|(_, standing)| standing).collect();
        assert_eq!(standings[0], Standing::Marker);
        assert_eq!(standings[2..], [Standing::LoneMarker, Standing::LoneMarker]);
    }

    #[test]
    fn only_what_all_rules_share_is_listed() {
        let rule = |prefix: &str| serde_json::json!({ "Filter": { "Prefix": prefix }, "Expiration": { "Days": 1 } });
        let shared = |prefixes: &[&str]| {
            let document =
                serde_json::json!({ "Rules": prefixes.iter().map(|prefix| rule(prefix)).collect::<Vec<_>>() });
            shared_prefix(forecast::rules(&document).iter()).to_string()
        };
        assert_eq!(
            (shared(&["logs/a", "logs/b"]), shared(&["a"]), shared(&["a", "b"])),
            ("logs/".into(), "a".into(), String::new())
        );
    }
}
