//! The texts that an entry is known by elsewhere.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::model::arn::{arn, partition};
use crate::model::job::{Item, PresignedMethod};
use crate::model::location::ObjectRef;
use crate::model::name::{self, BucketName};
use crate::model::shell::{command, quoted};
use crate::model::site;

/// A text that carries a signature of its own, or is made of one that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The address that reads.
    Get,
    /// The address that writes.
    Put,
    /// A command that reads.
    Curl,
    /// The same by another program.
    Wget,
    /// A command that writes.
    CurlUpload,
}

impl Signed {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Get, Self::Put, Self::Curl, Self::Wget, Self::CurlUpload];

    /// Returns its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Get => "Presigned GET",
            Self::Put => "Presigned PUT",
            Self::Curl => "curl",
            Self::Wget => "wget",
            Self::CurlUpload => "curl, upload",
        }
    }

    /// Returns what the signature must allow.
    pub fn method(self) -> PresignedMethod {
        match self {
            Self::Get | Self::Curl | Self::Wget => PresignedMethod::Get,
            Self::Put | Self::CurlUpload => PresignedMethod::Put,
        }
    }

    /// Returns the text that a signed address makes. Files are named with their folder, so that no name looks like an
    /// option.
    pub fn text(self, object: &ObjectRef, url: &str) -> String {
        let file = format!("./{}", name::file_name(&object.key));
        match self {
            Self::Get | Self::Put => url.to_owned(),
            Self::Curl => command(["curl", "--fail", "--output", &file, url]),
            Self::Wget => command(["wget", "-O", &file, url]),
            Self::CurlUpload => command(["curl", "--fail", "--upload-file", &file, url]),
        }
    }
}

/// The texts of something that need no signature, the most wanted first; region and endpoint make its addresses.
pub fn texts(item: &Item, region: Option<&str>, endpoint: Option<&str>) -> Vec<(&'static str, String)> {
    match item {
        Item::File(path) | Item::Folder(path) => {
            let mut texts = vec![path_text("Path", "Path, quoted", path.as_os_str())];
            texts.extend(path.file_name().map(|name| path_text("Name", "Name, quoted", name)));
            texts
        }
        Item::Object(object) => of_object(object, region, endpoint),
        Item::Prefix { bucket, prefix } => {
            let uri = uri(bucket, prefix.as_str());
            vec![
                ("S3 URI", uri.clone()),
                ("Prefix", prefix.to_string()),
                ("ARN", arn(partition(region, None), bucket.as_str(), prefix.as_str())),
                ("aws s3 cp", aws(bucket, region, endpoint, &["s3", "cp", "--recursive", &uri, "."])),
            ]
        }
        Item::Bucket(bucket) => {
            let name = bucket.as_str();
            let uri = format!("s3://{name}");
            let list = aws(bucket, region, endpoint, &["s3", "ls", &uri]);
            vec![
                ("S3 URI", uri),
                ("Bucket", name.to_owned()),
                ("ARN", arn(partition(region, None), name, "")),
                ("aws s3 ls", list),
            ]
        }
    }
}

fn of_object(object: &ObjectRef, region: Option<&str>, endpoint: Option<&str>) -> Vec<(&'static str, String)> {
    let ObjectRef { bucket, key, version } = object;
    let uri = uri(bucket, key.as_str());
    let mut texts = vec![
        ("S3 URI", uri.clone()),
        ("Key", key.to_string()),
        ("ARN", arn(partition(region, None), bucket.as_str(), key.as_str())),
    ];
    texts.extend(object.url(region, endpoint).map(|url| ("Object URL", url)));
    // Whether the bucket has a website nobody has asked.
    let site = region.filter(|_| endpoint.is_none() && !bucket.is_arn());
    let website = site.map(|region| site::address(bucket.as_str(), region, key.as_str()));
    texts.extend(website.map(|url| ("As a website", url)));
    let file = format!("./{}", name::file_name(key));
    match version {
        None => texts.push(("aws s3 cp", aws(bucket, region, endpoint, &["s3", "cp", &uri, &file]))),
        Some(version) => {
            texts.push(("Version ID", version.to_string()));
            let key = ["--key", key.as_str(), "--version-id", version.as_str(), &file];
            let words = [["s3api", "get-object", "--bucket", bucket.as_str()].as_slice(), &key].concat();
            texts.push(("aws s3api", aws(bucket, region, endpoint, &words)));
        }
    }
    texts
}

/// A command of the AWS CLI that reaches the same bucket by the same way.
fn aws(bucket: &BucketName, region: Option<&str>, endpoint: Option<&str>, words: &[&str]) -> String {
    let mut all = vec!["aws"];
    all.extend_from_slice(words);
    if let Some(profile) = bucket.profile().name() {
        all.extend(["--profile", profile]);
    }
    if let Some(endpoint) = endpoint {
        all.extend(["--endpoint-url", endpoint]);
    }
    if let Some(region) = region {
        all.extend(["--region", region]);
    }
    command(all)
}

/// The location as every program knows it: without the profile, which is known to this machine alone.
fn uri(bucket: &BucketName, key: &str) -> String {
    format!("s3://{}/{key}", bucket.as_str())
}

/// A path or name under its label. What is not UTF-8 is no text: it is quoted as a shell reads it, so that it is still
/// the same path.
fn path_text(plain: &'static str, with_quotes: &'static str, path: &OsStr) -> (&'static str, String) {
    match path.to_str() {
        Some(text) => (plain, text.to_owned()),
        None => (with_quotes, quoted(path.as_bytes())),
    }
}
