//! The few answers whose root element some server misnames, which the SDK then refuses to read.
//!
//! RGW answers `GetPublicAccessBlock` with `BlockPublicAccessBlockConfiguration`; moto answers some operations with the
//! operation's own name. Nothing else is accepted: a server that does not know a sub-resource may answer with a listing,
//! and that must not pass for a document. Pinned by the contract cases "the access documents of a bucket are read",
//! "deleting in a versioned bucket adds a marker" and "parts are joined in order".

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use aws_sdk_s3::config::ConfigBag;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_s3::config::{Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::probe::Abilities;

/// By this one RGW 16.2 gives itself away.
const MISNAMED_BLOCK: &str = "BlockPublicAccessBlockConfiguration";

/// The operation, the wrong root and the right one.
const ALIASES: &[(&str, &str, &str)] = &[
    ("GetPublicAccessBlock", MISNAMED_BLOCK, "PublicAccessBlockConfiguration"),
    ("GetBucketAccelerateConfiguration", "GetBucketAccelerateConfigurationResponse", "AccelerateConfiguration"),
    ("GetBucketNotificationConfiguration", "GetBucketNotificationResponse", "NotificationConfiguration"),
    ("GetBucketVersioning", "GetBucketVersioningResponse", "VersioningConfiguration"),
    ("CompleteMultipartUpload", "CompleteMultipartUploadResponse", "CompleteMultipartUploadResult"),
];

/// A document this long is none of them.
const MAX_DOCUMENT: usize = 64 * 1024;

/// Answers that some server leaves empty where Amazon's hold an empty document: RGW's after a copy without tags.
const EMPTY: &[(&str, &str)] = &[("GetObjectTagging", "<Tagging><TagSet/></Tagging>")];

/// Renames the wrong roots before the SDK reads them.
#[derive(Debug)]
pub(super) struct RootAliases(pub(super) Arc<Abilities>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for RootAliases {
    fn name(&self) -> &'static str {
        "RootAliases"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config
            .load::<aws_smithy_runtime_api::client::orchestrator::Metadata>()
            .map(|metadata| metadata.name().to_owned());
        let is_meant = |name: &&str| operation.as_deref() == Some(name);
        let alias = ALIASES.iter().find(|(name, ..)| is_meant(name)).map(|(_, wrong, right)| (*wrong, *right));
        let empty = EMPTY.iter().find(|(name, _)| is_meant(name)).map(|(_, document)| *document);
        if alias.is_none() && empty.is_none() || !context.response().status().is_success() {
            return Ok(());
        }
        // The length goes with the body that it was of.
        context.response_mut().headers_mut().remove("content-length");
        let body = context.response_mut().body_mut();
        let inner = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Renamed {
            inner,
            alias,
            empty,
            abilities: Arc::clone(&self.0),
            collected: BytesMut::new(),
            is_done: false,
        });
        Ok(())
    }
}

/// A body that is collected whole and then given out once, with its root renamed.
struct Renamed {
    inner: SdkBody,
    alias: Option<(&'static str, &'static str)>,
    empty: Option<&'static str>,
    abilities: Arc<Abilities>,
    collected: BytesMut,
    is_done: bool,
}

impl Body for Renamed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        while !this.is_done {
            match Pin::new(&mut this.inner).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        this.collected.extend_from_slice(&data);
                    }
                    if this.collected.len() > MAX_DOCUMENT {
                        return Poll::Ready(Some(Err("the answer is too long for this document".into())));
                    }
                }
                Poll::Ready(None) => {
                    this.is_done = true;
                    return Poll::Ready(Some(Ok(Frame::data(this.repaired()))));
                }
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Renamed {
    fn repaired(&self) -> Bytes {
        if let Some(document) = self.empty.filter(|_| self.collected.is_empty()) {
            return Bytes::from_static(document.as_bytes());
        }
        let collected = Bytes::copy_from_slice(&self.collected);
        let Some((wrong, right)) = self.alias else { return collected };
        let renamed = rename(&collected, wrong, right);
        if wrong == MISNAMED_BLOCK && renamed != collected {
            self.abilities.misnames_block.store(true, Relaxed);
        }
        renamed
    }
}

/// Returns whether some server is known to give a document this root in the place of the right one.
pub(super) fn stands_for(root: &str, right: &str) -> bool {
    ALIASES.iter().any(|(_, wrong, of)| *wrong == root && *of == right)
}

/// Returns the document with its root renamed, if the root is the wrong one.
fn rename(document: &[u8], wrong: &str, right: &str) -> Bytes {
    let Ok(text) = std::str::from_utf8(document) else { return Bytes::copy_from_slice(document) };
    if root_of(text) != Some(wrong) {
        return Bytes::copy_from_slice(document);
    }
    Bytes::from(
        text.replacen(&format!("<{wrong}"), &format!("<{right}"), 1)
            .replace(&format!("</{wrong}>"), &format!("</{right}>")),
    )
}

/// Returns the name of the first element.
fn root_of(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    if rest.starts_with("<?") {
        rest = rest.split_once("?>")?.1.trim_start();
    }
    rest.strip_prefix('<')?.split(['>', ' ', '/', '\n']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(text: &str) -> String {
        String::from_utf8(rename(text.as_bytes(), "Wrong", "Right").to_vec()).unwrap()
    }

    #[test]
    fn only_a_wrong_root_is_renamed() {
        assert_eq!(
            renamed("<?xml version=\"1.0\"?>\n<Wrong xmlns=\"x\"><A/></Wrong>"),
            "<?xml version=\"1.0\"?>\n<Right xmlns=\"x\"><A/></Right>"
        );
        assert_eq!(renamed("<Wrong/>"), "<Right/>");
        assert_eq!(renamed("<Other><Wrong/></Other>"), "<Other><Wrong/></Other>");
        assert_eq!(renamed("<WrongToo/>"), "<WrongToo/>");
    }
}
