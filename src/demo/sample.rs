//! The sample data: the buckets of a small company, each of which shows something of the product.
//!
//! It is the same at every start, dates included, so that pictures and tests can rely on it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use s3s::dto;

use crate::demo::account::Account;
use crate::demo::acl::{Acl, Right, Who};
use crate::demo::checksum::{Algorithm, Hasher};
use crate::demo::content::Content;
use crate::demo::document::parse_policy;
use crate::demo::store::{
    Bucket, FAR_REGION, Facts, HOME_REGION, NULL_VERSION, Object, Part, Restore, State, Upload, Version, Versioning,
    now,
};

mod data;
pub(super) mod file;
mod hostile;

/// 2025-01-06 09:00:00 UTC, from which the dates of the sample data count.
const BEGIN: u64 = 1_736_154_000;
const HOUR: u64 = 3600;

/// Returns the names of the bucket of odd names.
#[cfg(test)]
pub(super) fn hostile_names() -> Vec<String> {
    hostile::names()
}

/// Fills in all sample buckets.
pub(super) fn fill(state: &mut State) {
    website(state);
    press(state);
    reports(state);
    documents(state);
    archive(state);
    photos(state);
    data::fill(state);
    hostile::fill(state);
    exchange(state);
}

/// Builds one bucket.
struct Builder<'a> {
    state: &'a mut State,
    name: &'static str,
    bucket: Bucket,
    hours: u64,
}

impl<'a> Builder<'a> {
    /// Starts with Amazon's defaults for new buckets.
    fn new(state: &'a mut State, name: &'static str, region: &'static str, owner: Account) -> Self {
        let age = name.bytes().map(u64::from).sum::<u64>() % 900;
        let bucket = Bucket::new(region, owner, at(0) - Duration::from_secs(age * 24 * HOUR));
        Self { state, name, bucket, hours: 0 }
    }

    /// Takes Block Public Access away.
    fn unblocked(mut self) -> Self {
        self.bucket.settings.block = None;
        self
    }

    /// Sets a policy that lets everyone read all objects.
    fn public_policy(mut self) -> Self {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"PublicRead","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{}/*"}}]}}"#,
            self.name
        );
        self.bucket.settings.policy = parse_policy(&text, self.name).ok().map(Arc::new);
        self
    }

    fn tags(mut self, tags: &[(&str, &str)]) -> Self {
        let tag = |(key, value): &(&str, &str)| dto::Tag { key: Some((*key).into()), value: Some((*value).into()) };
        self.bucket.settings.tags = Some(tags.iter().map(tag).collect());
        self
    }

    /// Adds an object, an hour younger than the last.
    fn put(&mut self, key: &str, object: Object) {
        self.hours += 7;
        let (id, modified) = (self.state.new_id(), at(self.hours));
        self.bucket.push(key, id, Version::new(modified, Some(Arc::new(object))));
    }

    /// Adds a file, of the type that its name tells.
    fn file(&mut self, key: &str, bytes: impl Into<Bytes>) {
        self.put(key, self.object(key, bytes));
    }

    fn object(&self, key: &str, bytes: impl Into<Bytes>) -> Object {
        object(bytes.into(), typed(key), self.bucket.owner)
    }

    /// Puts a delete marker on a key.
    fn delete(&mut self, key: &str) {
        self.hours += 7;
        let (id, modified) = (self.state.new_id(), at(self.hours));
        self.bucket.push(key, id, Version::new(modified, None));
    }

    /// Begins an upload so many hours after the first day, with parts of so many KiB, and leaves it.
    fn upload(&mut self, key: &str, hours: u64, parts: &[usize]) {
        let part = |kibibytes: &usize| {
            let bytes = Bytes::from(vec![b'.'; kibibytes * 1024]);
            let mut hasher = Hasher::new(Algorithm::default());
            hasher.update(&bytes);
            let (digest, sum) = hasher.finish();
            Part { content: Content::from(bytes), digest, sum, modified: at(hours) }
        };
        let (id, owner) = (self.state.new_id(), self.bucket.owner);
        let upload = Upload {
            initiated: at(hours),
            owner,
            facts: typed(key),
            acl: Acl::private(owner),
            algorithm: None,
            is_full: false,
            parts: (1..).zip(parts.iter().map(part)).collect(),
        };
        self.bucket.uploads.entry(key.to_owned()).or_default().insert(id, upload);
    }

    fn done(self) {
        self.state.buckets.insert(self.name.to_owned(), self.bucket);
    }
}

fn at(hours: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(BEGIN + hours * HOUR)
}

/// Makes an object, encrypted with Amazon's own keys as all new ones are.
fn object(bytes: Bytes, mut facts: Facts, owner: Account) -> Object {
    facts.encryption.get_or_insert_with(|| dto::ServerSideEncryption::AES256.to_owned());
    let mut hasher = Hasher::new(Algorithm::default());
    hasher.update(&bytes);
    let (digest, sum) = hasher.finish();
    Object::whole(Content::from(bytes), digest, sum, facts, owner)
}

fn typed(key: &str) -> Facts {
    let kind = mime_guess::from_path(key).first_raw().map(str::to_owned);
    Facts { content_type: kind, ..Facts::default() }
}

/// A website: public, by its policy.
fn website(state: &mut State) {
    let mut to = Builder::new(state, "acme-website", HOME_REGION, Account::Acme)
        .unblocked()
        .public_policy()
        .tags(&[("team", "web"), ("environment", "production")]);
    to.bucket.settings.website = Some(dto::WebsiteConfiguration {
        index_document: Some(dto::IndexDocument { suffix: "index.html".to_owned() }),
        error_document: Some(dto::ErrorDocument { key: "404.html".to_owned() }),
        redirect_all_requests_to: None,
        routing_rules: None,
    });
    to.bucket.settings.cors = Some(dto::CORSConfiguration {
        cors_rules: vec![dto::CORSRule {
            allowed_methods: vec!["GET".to_owned(), "HEAD".to_owned()],
            allowed_origins: vec!["https://www.acme.example".to_owned()],
            allowed_headers: None,
            expose_headers: Some(vec!["ETag".to_owned()]),
            id: None,
            max_age_seconds: Some(3600),
        }],
    });
    to.file("404.html", file::html("Not here", "There is nothing under this address."));
    let mut index = to.object("index.html", file::html("Acme", "Anvils, since 1949."));
    index.facts.cache_control = Some("public, max-age=300".to_owned());
    index.facts.content_language = Some("en".to_owned());
    to.put("index.html", index);
    to.file("about/index.html", file::html("About", "We make anvils."));
    to.file("assets/logo.png", file::png(96, 96));
    to.file("assets/style.css", "body { font-family: sans-serif; margin: 2rem; }\nh1 { color: #b22; }\n");
    to.file("assets/app.js", "document.querySelector('h1').title = 'Acme';\n");
    to.file("robots.txt", "User-agent: *\nAllow: /\n");
    to.done();
}

/// Press pictures: public, by ACLs, but for the drafts.
fn press(state: &mut State) {
    let mut to = Builder::new(state, "acme-press", HOME_REGION, Account::Acme).unblocked();
    to.bucket.settings.ownership = Some(dto::ObjectOwnership::from_static(dto::ObjectOwnership::OBJECT_WRITER));
    let mut acl = Acl::private(Account::Acme);
    acl.grants.push((Who::AllUsers, Right::Read));
    to.bucket.settings.acl = Some(acl.clone());
    for (key, size) in [("2024/anvil-front.png", 128), ("2024/anvil-side.png", 96), ("2025/new-factory.png", 160)] {
        let mut picture = to.object(key, file::png(size, size));
        picture.acl = acl.clone();
        picture.facts.metadata = [("photographer".to_owned(), "W. E. Coyote".to_owned())].into();
        to.put(key, picture);
    }
    let mut release = to.object("2025/release.txt", "FOR IMMEDIATE RELEASE\n\nAcme opens a factory.\n");
    release.acl = acl;
    to.put("2025/release.txt", release);
    to.file("drafts/rocket-skates.txt", "DRAFT, not for publication.\n");
    to.done();
}

/// Reports: the policy says public, Block Public Access holds it back.
fn reports(state: &mut State) {
    let mut to = Builder::new(state, "acme-reports", HOME_REGION, Account::Acme)
        .public_policy()
        .tags(&[("team", "finance"), ("classification", "internal")]);
    for quarter in 1..=4 {
        let key = format!("2024/q{quarter}/summary.csv");
        to.file(&key, file::csv(40 * quarter));
        to.file(&format!("2024/q{quarter}/summary.json"), file::json(12));
    }
    to.file("README.md", "# Reports\n\nOne folder for each quarter.\n");
    to.done();
}

/// Documents: versions, deleted keys, and a lifecycle that clears old versions up.
fn documents(state: &mut State) {
    let mut to = Builder::new(state, "acme-documents", HOME_REGION, Account::Acme);
    to.file("before-versions.txt", "Written before versioning was switched on: its version is null.\n");
    to.bucket.versioning = Versioning::Enabled;
    for draft in 1..=5 {
        to.file("contracts/road-runner.md", format!("# Contract\n\nDraft {draft}.\n"));
    }
    to.file("contracts/app.yaml", "service: contracts\n");
    to.file("contracts/app.yaml.bak", "service: contracts-old\n");
    to.file("contracts/app.yaml", "service: contracts\nreplicas: 2\n");
    to.file("minutes/2025-01.txt", "Present: all.\n");
    to.file("minutes/2025-02.txt", "Present: all but one.\n");
    to.delete("minutes/2025-01.txt");
    to.file("plans/rocket.txt", "First stage.\n");
    to.delete("plans/rocket.txt");
    to.file("plans/rocket.txt", "First and second stage.\n");
    to.delete("plans/rocket.txt");
    to.file("plans/tunnel.txt", "Paint it on.\n");
    to.done();
}

/// An archive in the second region: cold, colder, restored, being restored.
fn archive(state: &mut State) {
    let mut to = Builder::new(state, "acme-archive", FAR_REGION, Account::Acme).tags(&[("retention", "10 years")]);
    for year in 2015..=2019 {
        let key = format!("ledgers/{year}.csv");
        let mut ledger = to.object(&key, file::csv(60));
        ledger.facts.storage_class = Some(dto::StorageClass::DEEP_ARCHIVE.to_owned());
        to.put(&key, ledger);
    }
    let far = now() + Duration::from_secs(30 * 24 * HOUR);
    let restored = Restore { ready: at(0), expires: far };
    let running = Restore { ready: far, expires: far + Duration::from_secs(24 * HOUR) };
    for (key, restore) in
        [("tapes/2020-a.txt", None), ("tapes/2020-b.txt", Some(restored)), ("tapes/2020-c.txt", Some(running))]
    {
        let mut tape = to.object(key, format!("Tape {key}\n").repeat(50));
        tape.facts.storage_class = Some(dto::StorageClass::GLACIER.to_owned());
        tape.restore = restore;
        to.put(key, tape);
    }
    to.upload("ledgers/2020.csv", 0, &[320, 320, 320]);
    to.upload("tapes/2021/tape-0001-of-a-long-series-that-nobody-has-finished.tar", 24 * 90, &[]);
    to.upload("warm/2021.csv", 24 * 200, &[128]);
    for (key, class) in
        [("warm/2023.csv", "STANDARD_IA"), ("warm/2022.csv", "GLACIER_IR"), ("warm/2024.csv", "INTELLIGENT_TIERING")]
    {
        let mut report = to.object(key, file::csv(80));
        report.facts.storage_class = Some(class.to_owned());
        to.put(key, report);
    }
    to.done();
}

/// Photos with tags and metadata, in the second region: not public, but nothing keeps the ACL of one from being.
fn photos(state: &mut State) {
    let mut to =
        Builder::new(state, "acme-photos", FAR_REGION, Account::Acme).unblocked().tags(&[("team", "marketing")]);
    to.bucket.settings.ownership = Some(dto::ObjectOwnership::from_static(dto::ObjectOwnership::OBJECT_WRITER));
    let places =
        [("desert", "Monument Valley"), ("canyon", "Grand Canyon"), ("coast", "Big Sur"), ("city", "Flagstaff")];
    for (number, (place, name)) in places.into_iter().enumerate() {
        let size = 80 + 16 * u32::try_from(number).unwrap_or(0);
        let key = format!("2025/{place}.png");
        let mut photo = to.object(&key, file::png(size, size));
        photo.facts.tags = vec![("album".into(), "Südwesten 2025".into()), ("place".into(), name.into())];
        photo.facts.metadata =
            [("camera".to_owned(), "Acme Boxy II".to_owned()), ("caption".to_owned(), format!("Über {name}"))].into();
        photo.facts.content_disposition = Some(format!("inline; filename=\"{place}.png\""));
        to.put(&key, photo);
    }
    to.file("2025/", Bytes::new());
    to.done();
}

/// A partner's bucket, into which Acme may look.
fn exchange(state: &mut State) {
    let mut to = Builder::new(state, "partner-exchange", HOME_REGION, Account::Partner);
    let acme = Account::Acme.number();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{acme}:root"}},"Action":["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::partner-exchange","arn:aws:s3:::partner-exchange/*"]}}]}}"#
    );
    to.bucket.settings.policy = parse_policy(&text, to.name).ok().map(Arc::new);
    to.file("to-acme/offer.txt", "Ten anvils, please.\n");
    to.done();
}

/// Puts empty objects into a bucket that keeps no versions.
pub(super) fn fill_with_empty<'a>(bucket: &mut Bucket, keys: impl IntoIterator<Item = &'a str>) {
    let object = Arc::new(object(Bytes::new(), Facts::default(), bucket.owner));
    for key in keys {
        insert(bucket, key.to_owned(), now(), &object);
    }
}

/// Puts a prepared version into a bucket that keeps none.
fn insert(bucket: &mut Bucket, key: String, modified: SystemTime, object: &Arc<Object>) {
    let version = Version { id: NULL_VERSION.to_owned(), modified, object: Some(Arc::clone(object)) };
    bucket.keys.insert(key, vec![version]);
}
