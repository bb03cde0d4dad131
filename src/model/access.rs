//! Who may do what, and why: the documents that decide, and the verdict over all of them.
//!
//! ```text
//! documents                        one question                    the verdict
//! document  a policy               who       who asks              verdict   all layers together
//!   principal  whom it names       action    what, done to what      by_policy  statements that allow or deny
//!   resource   what it names       context   keys of the request     by_acl     grants
//!   condition  when it counts      case      all that is known       beyond     KMS, Requester Pays, archives
//! acl       grants                                                 public    what Amazon calls public
//! layers    what could be read     truth     yes, no, depends,     finding   an answer, its layer and its reason
//! reader    as the AWS CLI prints            unknown               trial     what was tried just now
//! ```
//!
//! Two rules hold everywhere. What could not be read is never taken for what is not set: it makes the answer unknown
//! wherever it could change it. A condition key that was not said is absent, as Amazon takes it.
//!
//! [`inquiry`] asks all of it for everybody there is a reason to ask for, [`table`] puts the answers together, and
//! [`anonymous`] holds what a request without credentials met against them. [`word`] is the one word for a bucket or an
//! object, founded on the same layers.

pub mod acl;
pub mod action;
pub mod anonymous;
mod beyond;
mod by_acl;
mod by_policy;
pub mod case;
pub mod condition;
pub mod context;
pub mod document;
pub mod evidence;
pub mod exposure;
pub mod finding;
mod gain;
pub mod inquiry;
pub mod layers;
mod network;
mod operator;
mod pattern;
pub mod principal;
mod public;
pub mod reader;
pub mod resource;
pub mod table;
pub mod trial;
pub mod truth;
pub mod variable;
pub mod verdict;
pub mod who;
pub mod word;
mod words;

pub use word::{Access, Fact, PublicAccessBlock};

#[cfg(test)]
mod tests;
