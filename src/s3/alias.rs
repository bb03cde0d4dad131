//! Three answers whose root element some server misnames, which the SDK then refuses to read.
//!
//! RGW answers `GetPublicAccessBlock` with `BlockPublicAccessBlockConfiguration`; moto answers an unset accelerate or
//! notification with the operation's name. No other wrong root is accepted: a server that does not know a
//! sub-resource may answer with a listing, and that must not pass for a document. Pinned by the contract case
//! "the access documents of a bucket".

use std::pin::Pin;
use std::task::{Context, Poll};

use aws_sdk_s3::config::ConfigBag;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_s3::config::{Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

/// The operation, the wrong root and the right one.
const ALIASES: &[(&str, &str, &str)] = &[
    ("GetPublicAccessBlock", "BlockPublicAccessBlockConfiguration", "PublicAccessBlockConfiguration"),
    ("GetBucketAccelerateConfiguration", "GetBucketAccelerateConfigurationResponse", "AccelerateConfiguration"),
    ("GetBucketNotificationConfiguration", "GetBucketNotificationResponse", "NotificationConfiguration"),
];

/// A document this long is none of the three.
const MAX_DOCUMENT: usize = 64 * 1024;

/// Renames the wrong roots before the SDK reads them.
#[derive(Debug)]
pub(super) struct RootAliases;

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
        let Some((_, wrong, right)) = ALIASES.iter().find(|(name, ..)| operation.as_deref() == Some(name)) else {
            return Ok(());
        };
        let body = context.response_mut().body_mut();
        let inner = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Renamed { inner, wrong, right, collected: BytesMut::new(), is_done: false });
        Ok(())
    }
}

/// A body that is collected whole and then given out once, with its root renamed.
struct Renamed {
    inner: SdkBody,
    wrong: &'static str,
    right: &'static str,
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
                    let renamed = rename(&this.collected, this.wrong, this.right);
                    return Poll::Ready(Some(Ok(Frame::data(renamed))));
                }
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
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
