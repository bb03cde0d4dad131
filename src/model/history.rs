//! What was transferred: one row for each item that has ended, as the journal keeps it.

use jiff::Timestamp;

use super::location::ObjectRef;

/// Which row of the history; later rows have greater numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HistoryId(pub i64);

/// One item that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its number.
    pub id: HistoryId,
    /// When it ended.
    pub ended: Timestamp,
    /// What was copied: a path or URI, unfiltered.
    pub source: String,
    /// Where it was copied to: a path or URI, unfiltered.
    pub target: String,
    /// In bytes.
    pub bytes: u64,
    /// How it ended: `done`, `skipped`, `failed`.
    pub outcome: String,
    /// How it was verified, or why it was not done; unfiltered.
    pub detail: Option<String>,
    /// The region of its bucket, if it was known.
    pub region: Option<String>,
    /// The endpoint, if it was not Amazon's.
    pub endpoint: Option<String>,
    /// The profile that was in use, if one was named.
    pub profile: Option<String>,
    /// Who asked for it: the caller's ARN, or the access key where nobody tells whose it is.
    pub caller: Option<String>,
}

impl HistoryRow {
    /// Returns the object that was written, or else the one that was read.
    pub fn object(&self) -> Option<ObjectRef> {
        ObjectRef::parse(&self.target).or_else(|| ObjectRef::parse(&self.source))
    }

    /// Returns the URL of that object, if it has one.
    pub fn url(&self) -> Option<String> {
        self.object()?.url(self.region.as_deref(), self.endpoint.as_deref())
    }

    /// Returns the last part of the name that was written.
    pub fn name(&self) -> &str {
        self.target.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }

    /// Returns how it ended, in words: `done, CRC64NVME`.
    pub fn words(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{}, {detail}", self.outcome),
            None => self.outcome.clone(),
        }
    }

    /// Returns whether a text is part of its source, its target or how it ended. The text is in small letters.
    pub fn matches(&self, wanted: &str) -> bool {
        let texts = [Some(&self.target), Some(&self.source), Some(&self.outcome), self.detail.as_ref()];
        texts.into_iter().flatten().any(|text| text.to_lowercase().contains(wanted))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An upload that was done.
    pub(crate) fn row(id: i64, target: &str) -> HistoryRow {
        HistoryRow {
            id: HistoryId(id),
            ended: "2026-11-14T09:12:00Z".parse().unwrap(),
            source: "/home/me/data/q3.parquet".to_owned(),
            target: target.to_owned(),
            bytes: 1_288_490_188,
            outcome: "done".to_owned(),
            detail: Some("CRC64NVME".to_owned()),
            region: Some("eu-west-1".to_owned()),
            endpoint: None,
            profile: None,
            caller: None,
        }
    }

    #[test]
    fn the_object_is_what_was_written_or_else_what_was_read() {
        let up = row(1, "s3://photos/2026/ä b.jpg");
        assert_eq!(up.object(), Some(ObjectRef::new("photos", "2026/ä b.jpg")));
        assert_eq!(up.url().unwrap(), "https://photos.s3.eu-west-1.amazonaws.com/2026/%C3%A4%20b.jpg");
        let down = HistoryRow { source: "s3://photos/a".to_owned(), target: "/tmp/s3://x".to_owned(), ..up };
        assert_eq!((down.object(), down.name()), (Some(ObjectRef::new("photos", "a")), "x"));
    }

    #[test]
    fn a_text_is_looked_for_in_both_names_and_in_the_end_whatever_its_letters() {
        let row = row(1, "s3://photos/Ägypten/100%_done");
        for wanted in ["ägypten", "q3.par", "crc64", "100%_", "don"] {
            assert!(row.matches(wanted), "{wanted}");
        }
        assert!(!row.matches("100_") && !row.matches("eu-west"));
    }
}
