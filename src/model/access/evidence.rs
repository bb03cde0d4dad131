//! What a verdict is founded on, and where it is read.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::document::Policy;
use super::layers::Layers;
use super::trial::{Simulated, Trial};
use super::who::Account;
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};

/// Where the layers are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From the server of a bucket.
    Server {
        /// The bucket.
        bucket: BucketName,
        /// What the keys begin with, if it is about whatever is in one folder.
        prefix: Prefix,
        /// The object, if it is about one.
        object: Option<ObjectRef>,
        /// Whose the bucket is, if that was said.
        owner: Option<Account>,
    },
    /// From a folder of documents, as the AWS command line prints them.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Whose the bucket is.
        owner: Account,
    },
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The layers.
    pub layers: Layers,
    /// The caller's own IAM policy, if it was given.
    pub identity: Option<Arc<Policy>>,
    /// The caller's ARN, where it is known.
    pub caller: Option<String>,
    /// What the caller's own policies say by IAM, where it may be asked.
    pub simulated: Vec<Simulated>,
    /// What the caller tried.
    pub trials: Vec<Trial>,
    /// Whether the caller's requests say that the requester pays.
    pub pays: bool,
    /// What a person should know beside: an object that is not there, a layer that this server does not have.
    pub notes: Vec<String>,
    /// When it was read.
    pub now: Timestamp,
}
