//! The HTTP side: connections, request IDs, what goes around the operations, and the faults that strike a body.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::service::S3Service;
use s3s::stream::ByteStream;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::demo::body::{Cut, Flip, Intake};
use crate::demo::exchange::Exchange;
use crate::demo::faults::{Fault, Faults};
use crate::demo::guard::query_pairs;
use crate::demo::link::Link;

/// How long the rest of a refused upload is read, so that its sender sees the answer and not a broken pipe.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// Query parameters that stand for a document or a mode which `s3s` does not know. It would fall back to the plain
/// operation: `DELETE bucket?unknown` would delete the bucket. What is not in this list does not exist here.
const KNOWN: &[&str] = &[
    "acl",
    "accelerate",
    "analytics",
    "attributes",
    "continuation-token",
    "cors",
    "delete",
    "delimiter",
    "encoding-type",
    "encryption",
    "fetch-owner",
    "id",
    "intelligent-tiering",
    "inventory",
    "key-marker",
    "legal-hold",
    "lifecycle",
    "list-type",
    "location",
    "logging",
    "marker",
    "max-buckets",
    "bucket-region",
    "max-keys",
    "max-parts",
    "max-uploads",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "part-number-marker",
    "partNumber",
    "policy",
    "policyStatus",
    "prefix",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "select-type",
    "start-after",
    "tagging",
    "torrent",
    "upload-id-marker",
    "uploadId",
    "uploads",
    "version-id-marker",
    "versionId",
    "versioning",
    "versions",
    "website",
    "session",
    "metadataTable",
];

/// A running server; it stops, with all its connections, when it is dropped.
pub(super) struct Server {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The task owns the connections' tasks, which end with it.
        self.accepting.abort();
    }
}

/// What every connection needs.
pub(super) struct Front {
    pub service: S3Service,
    pub faults: Arc<Faults>,
    pub latency: Duration,
    pub tells_checksums: bool,
    pub requests: AtomicU64,
}

impl Server {
    /// Listens on a free port of the loopback interface.
    pub async fn start(front: Front) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let front = Arc::new(front);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        if let Ok((stream, _)) = accepted {
                            connections.spawn(serve(stream, Arc::clone(&front)));
                        }
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { address, accepting })
    }
}

async fn serve(stream: TcpStream, front: Arc<Front>) {
    // Without it a small answer waits for the acknowledgement of its head: 44 ms.
    let _best_effort = stream.set_nodelay(true);
    let link = Link::new(stream);
    let reset = link.reset();
    let service = service_fn(move |request| {
        let (front, reset) = (Arc::clone(&front), reset.clone());
        async move { front.answer(request).await.inspect_err(|_| reset.arm()) }
    });
    // A connection ends for the client's reasons or for a fault's: neither is of interest here.
    let _ended = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(link), service).await;
}

/// Says that there is no answer, and the connection ends: a body broke, as a fault ordered.
#[derive(Debug, thiserror::Error)]
#[error("the connection breaks")]
struct Broken;

impl Front {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Broken> {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let exchange = Arc::new(Exchange::default());
        let may_drain = !request.headers().contains_key(EXPECT);
        if let Some(refusal) = refuse_unknown(request.method(), request.uri()) {
            return Ok(finish(refusal, number, &exchange));
        }
        let (intake, rest) = Intake::new(Arc::clone(&exchange), Arc::clone(&self.faults));
        let mut request = request.map(|body| intake.over(body));
        request.extensions_mut().insert(Arc::clone(&exchange));
        let response = self.service.call(request).await.map_err(|_| Broken)?;
        if exchange.is_cut() {
            return Err(Broken);
        }
        if let Some((id, Fault::Lost)) = exchange.late.get() {
            self.faults.strikes(*id);
            return Err(Broken);
        }
        if may_drain && response.status().as_u16() >= 400 {
            let _gave_up = tokio::time::timeout(DRAIN_LIMIT, rest.drain()).await;
        }
        let mut response = finish(response, number, &exchange);
        if !self.tells_checksums {
            silence(&mut response);
        }
        exchange.answered(response.status().as_u16());
        Ok(self.strike(response, &exchange))
    }

    /// Lets a fault strike the answer.
    fn strike(&self, response: Response<Body>, exchange: &Exchange) -> Response<Body> {
        let Some(&(id, fault)) = exchange.late.get() else { return response };
        let faults = Arc::clone(&self.faults);
        // What has no body, and what has less, has none that could break there.
        let has_more_than =
            |bytes| response.body().remaining_length().exact().is_none_or(|length| length as u64 > bytes);
        let strikes = match fault {
            Fault::ErrorInOk => response.status() == StatusCode::OK,
            Fault::StallAfter(bytes) | Fault::ResetAfter(bytes) => has_more_than(bytes),
            Fault::Flip => exchange.is("GetObject") && has_more_than(0),
            _ => false,
        };
        if !strikes {
            return response;
        }
        self.faults.strikes(id);
        match fault {
            Fault::ErrorInOk => {
                let text = "<Error><Code>InternalError</Code>\
                            <Message>We encountered an internal error. Please try again.</Message></Error>";
                with_document(response, text.to_owned())
            }
            Fault::StallAfter(bytes) => {
                let gone = Box::pin(async move { faults.is_gone(id).await });
                response.map(|body| Cut::new(body, bytes, gone).into())
            }
            Fault::ResetAfter(bytes) => response.map(|body| Cut::breaking(body, bytes).into()),
            Fault::Flip => response.map(|body| Flip::new(body).into()),
            _ => response,
        }
    }
}

/// Answers what `s3s` would take for something else.
fn refuse_unknown(method: &Method, uri: &Uri) -> Option<Response<Body>> {
    let is_plain = |name: &str| name.starts_with("X-Amz-") || name.starts_with("x-") || name.starts_with("response-");
    // The query of a signed URL of the second version.
    let is_old = |name: &str| matches!(name, "AWSAccessKeyId" | "Signature" | "Expires");
    let unknown = query_pairs(uri)
        .map(|(name, _)| name)
        .find(|name| !is_plain(name) && !is_old(name) && !KNOWN.contains(&name.as_str()));
    // A GET of something unknown reads what it names, which is answered honestly too: it is not here.
    let name = unknown.or_else(|| (*method == Method::PATCH).then(|| "PATCH".to_owned()))?;
    let error = s3s::S3Error::with_message(
        s3s::S3ErrorCode::NotImplemented,
        format!(
            "A header or query you provided implies functionality that is not implemented: {}",
            name.escape_debug()
        ),
    );
    error.to_http_response().ok()
}

/// Adds the request ID, the region and the details of an error, and makes the document one that can be parsed.
fn finish(mut response: Response<Body>, number: u64, exchange: &Exchange) -> Response<Body> {
    let id = format!("{:016X}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-amz-request-id", &id);
    set("x-amz-id-2", &format!("demo/{id}"));
    set("server", "bucketry-demo");
    if let Some(region) = exchange.region.get() {
        set("x-amz-bucket-region", region);
    }
    let is_error = response.status().is_redirection() || response.status().as_u16() >= 400;
    let is_xml = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/xml");
    let Some(document) = response.body().bytes().filter(|_| is_xml || is_error) else { return response };
    let Ok(document) = std::str::from_utf8(&document) else { return response };
    let mut document = visible_controls(document);
    if is_error && let Some(at) = document.rfind("</Error>") {
        let details = exchange.details.get().map(String::as_str).unwrap_or_default();
        document.insert_str(at, &format!("{details}<RequestId>{id}</RequestId><HostId>demo/{id}</HostId>"));
    }
    if document.is_empty() { response } else { with_document(response, document) }
}

/// Takes away what an answer says of checksums, as older servers say nothing.
fn silence(response: &mut Response<Body>) {
    let is_sum = |name: &HeaderName| name.as_str().starts_with("x-amz-checksum-");
    let named: Vec<_> = response.headers().keys().filter(|name| is_sum(name)).cloned().collect();
    for name in named {
        response.headers_mut().remove(name);
    }
    let document = response.body().bytes().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    let Some(mut document) = document.filter(|text| text.contains("<Checksum")) else { return };
    while let Some(element) = checksum_element(&document) {
        document.replace_range(element, "");
    }
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(document);
}

/// Returns where the first element about a checksum stands; none of them holds another of its name.
fn checksum_element(document: &str) -> Option<Range<usize>> {
    let start = document.find("<Checksum")?;
    let name = document.get(start + 1..)?.split('>').next()?;
    let end = format!("</{name}>");
    let length = document.get(start..)?.find(&end)? + end.len();
    Some(start..start + length)
}

/// Writes control characters as references, as Amazon S3 does, where `s3s` writes them raw.
///
/// The documents of `s3s` have no white space of their own, so every control character stands in a value.
fn visible_controls(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        if c.is_control() && c < '\u{80}' {
            use std::fmt::Write;
            let _infallible = write!(out, "&#x{:x};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn with_document(mut response: Response<Body>, document: String) -> Response<Body> {
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    *response.body_mut() = Body::from(document);
    response
}
