//! The S3 end: the only place that names the SDK. One file an area.
//!
//! A [`Store`] is one endpoint with one set of credentials. It keeps one client per region, learns the region of each
//! bucket from the server's own hints, and never asks for `GetBucketLocation`.

mod access;
mod account;
mod alias;
mod anonymous;
mod bucket;
mod client;
mod copy;
mod credentials;
mod delete;
mod document;
mod dress;
mod encoding;
mod fault;
mod http;
mod iam;
mod identity;
mod list;
mod multipart;
mod object;
mod patience;
mod presign;
mod probe;
mod region;
mod settings;
mod tags;
mod version;
mod visit;

pub use access::{BucketEncryption, Versioning};
pub use client::Store;
pub use copy::CopyOptions;
pub use credentials::profile_names;
pub use delete::MAX_BATCH;
pub use document::StandingDocument;
pub use list::{BucketPage, KeyPage, ListPage, ListedObject, UploadPage, UploadRow};
pub use multipart::{PartDone, UploadId};
pub use object::{
    Attributes, Check, Checksum, Condition, Crc, Encryption, ObjectBody, ObjectFacts, PartsTag, Payload, WriteOptions,
    Written,
};
pub use patience::Patience;
pub use presign::Presigned;
pub use settings::{Keys, Settings};
pub use version::{ListedVersion, VersionPage};
