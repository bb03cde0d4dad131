//! The data bucket: one of each kind of file, 20,000 keys under one prefix, and an object of 6 GiB that takes no memory.

use std::sync::Arc;

use bytes::Bytes;
use s3s::dto;

use super::{Builder, at, insert};
use crate::demo::account::Account;
use crate::demo::checksum::{Algorithm, Sum};
use crate::demo::content::Content;
use crate::demo::sample::file;
use crate::demo::store::{Facts, HOME_REGION, Object, PartFacts, State};

const EVENTS: u32 = 20_000;
const BLOCK_BYTES: usize = 256 * 1024;
pub(super) const HUGE_BYTES: u64 = 6 * 1024 * 1024 * 1024;
pub(super) const PART_BYTES: u64 = 8 * 1024 * 1024;

/// Fills in the bucket `acme-data`.
pub(super) fn fill(state: &mut State) {
    let mut to = Builder::new(state, "acme-data", HOME_REGION, Account::Acme).tags(&[
        ("team", "data"),
        ("environment", "production"),
        ("cost-center", "4711"),
    ]);
    to.bucket.settings.lifecycle = Some(lifecycle());
    to.file("README.md", "# Acme data\n\n- `events/`: one small file an event\n- `export/`: what others fetch\n");
    to.file("config/app.json", file::json(30));
    to.file("config/empty.txt", Bytes::new());
    to.file("config/notes.txt", "Grüße aus der Wüste.\nTabs\tand umlauts are fine.\n".repeat(20));
    to.file("export/orders.csv", file::csv(2_000));
    let mut packed = to.object("export/orders.csv.gz", file::gzip(file::csv(2_000).as_bytes()));
    packed.facts.content_encoding = Some("gzip".to_owned());
    packed.facts.content_type = Some("text/csv".to_owned());
    to.put("export/orders.csv.gz", packed);
    to.file("export/chart.png", file::png(200, 120));
    let mut secret = to.object("export/payroll.csv", file::csv(100));
    secret.facts.encryption = Some("aws:kms".to_owned());
    secret.facts.kms_key_id =
        Some("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".to_owned());
    secret.facts.bucket_key_enabled = Some(true);
    secret.facts.tags = vec![("classification".into(), "confidential".into()), ("owner".into(), "finance".into())];
    secret.facts.metadata =
        [("source-system".to_owned(), "payroll".to_owned()), ("rows".to_owned(), "100".to_owned())].into();
    to.put("export/payroll.csv", secret);
    to.put("backup/disk-image.bin", huge());
    to.file("empty-folder/", Bytes::new());
    events(&mut to);
    to.done();
}

/// Many keys of few contents: what counts is the listing.
fn events(to: &mut Builder<'_>) {
    let contents: Vec<_> = (0..16)
        .map(|kind| {
            let text = format!("{{\"event\": \"order\", \"kind\": {kind}}}\n").repeat(kind + 1);
            Arc::new(to.object("event.json", text))
        })
        .collect();
    for number in 0..EVENTS {
        let content = contents.get(number as usize * 7 % contents.len());
        let key = format!("events/event-{number:05}.json");
        let modified = at(u64::from(number) / 3);
        if let Some(content) = content {
            insert(&mut to.bucket, key, modified, content);
        }
    }
}

/// An object of 6 GiB out of one block, uploaded, as it were, in parts of 8 MiB.
pub(super) fn huge() -> Object {
    let block = file::pattern(BLOCK_BYTES);
    let algorithm = Algorithm::default();
    let of_block = Sum::of(algorithm, &block);
    let block_bytes = BLOCK_BYTES as u64;
    let of_part = of_block.repeated(block_bytes, PART_BYTES / block_bytes).unwrap_or_else(|| of_block.clone());
    let sum = of_block.repeated(block_bytes, HUGE_BYTES / block_bytes).unwrap_or(of_block);
    let parts = HUGE_BYTES / PART_BYTES;
    let facts = Facts {
        content_type: Some("application/octet-stream".to_owned()),
        encryption: Some(dto::ServerSideEncryption::AES256.to_owned()),
        metadata: [("made-of".to_owned(), "a pattern".to_owned())].into(),
        ..Facts::default()
    };
    let content = Content::Pattern { block, size: HUGE_BYTES };
    let mut object = Object::whole(content, [0; 16], sum, facts, Account::Acme);
    // The MD5 of a part, which would take too long to count at every start; a test counts it.
    ETAG.clone_into(&mut object.etag);
    object.parts = (1..)
        .take(usize::try_from(parts).unwrap_or(0))
        .map(|number| PartFacts { number, size: PART_BYTES, sum: of_part.clone() })
        .collect();
    object
}

pub(super) const ETAG: &str = "ec257a3222d310ebe2e46f2c81ab27ea-768";

fn lifecycle() -> dto::BucketLifecycleConfiguration {
    let rule = dto::LifecycleRule {
        abort_incomplete_multipart_upload: Some(dto::AbortIncompleteMultipartUpload { days_after_initiation: Some(7) }),
        expiration: None,
        filter: Some(dto::LifecycleRuleFilter { prefix: Some(String::new()), ..Default::default() }),
        id: Some("abort-stale-uploads".to_owned()),
        noncurrent_version_expiration: None,
        noncurrent_version_transitions: None,
        prefix: None,
        status: dto::ExpirationStatus::from_static(dto::ExpirationStatus::ENABLED),
        transitions: None,
    };
    dto::BucketLifecycleConfiguration { rules: vec![rule] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::checksum::{Hasher, etag_of_parts};

    #[test]
    fn the_etag_and_checksums_of_the_huge_object_are_those_of_its_bytes() {
        let object = huge();
        let mut hasher = Hasher::new(Algorithm::default());
        object.content.read(0..PART_BYTES).for_each(|chunk| hasher.update(&chunk));
        let (digest, sum) = hasher.finish();
        assert_eq!(object.parts[0].sum, sum);
        let count = object.parts.len();
        assert_eq!(object.etag, etag_of_parts(&vec![digest; count]));
        assert_eq!(object.sum, Sum::of_parts(Algorithm::default(), &vec![(sum, PART_BYTES); count], true).unwrap());
    }
}
