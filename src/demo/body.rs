//! Bodies on their way in and out, with the places where a fault strikes them.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use hyper::body::{Body as _, Frame, Incoming};
use s3s::stream::{ByteStream, DynByteStream, RemainingLength};
use s3s::{Body, StdError};

use crate::demo::exchange::Exchange;
use crate::demo::faults::{Fault, Faults};

type Shared = Arc<Mutex<Option<Incoming>>>;

/// The body of a request, which can break or stall after so many bytes.
pub(super) struct Intake {
    body: Shared,
    exchange: Arc<Exchange>,
    faults: Arc<Faults>,
    read: u64,
    /// What a body waits for that stalls.
    gone: Option<Gone>,
    is_released: bool,
}

/// What the operation left unread of a request.
pub(super) struct Rest(Shared);

impl Intake {
    /// Makes an intake without a body, and the handle on what will be left of it.
    pub fn new(exchange: Arc<Exchange>, faults: Arc<Faults>) -> (Self, Rest) {
        let body = Shared::default();
        (Self { body: Arc::clone(&body), exchange, faults, read: 0, gone: None, is_released: false }, Rest(body))
    }

    /// Puts the body in.
    pub fn over(self, body: Incoming) -> Body {
        *lock(&self.body) = Some(body);
        let stream: DynByteStream = Box::pin(self);
        Body::from(stream)
    }
}

fn lock(body: &Shared) -> MutexGuard<'_, Option<Incoming>> {
    body.lock().unwrap_or_else(PoisonError::into_inner)
}

fn poll_shared(body: &Shared, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
    match lock(body).as_mut() {
        Some(body) => Pin::new(body).poll_frame(cx),
        None => Poll::Ready(None),
    }
}

impl Rest {
    /// Reads the rest and throws it away.
    pub async fn drain(self) {
        while let Some(Ok(_)) = poll_fn(|cx| poll_shared(&self.0, cx)).await {}
    }
}

impl Intake {
    /// Suffers what the body suffers at this place: it breaks, or waits until it may go on.
    fn poll_fault(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), StdError>> {
        match self.exchange.early.get() {
            Some(&(id, Fault::ResetAfter(bytes))) if self.read >= bytes => {
                self.faults.strikes(id);
                self.exchange.cut();
                Poll::Ready(Err(reset()))
            }
            Some(&(id, Fault::StallAfter(bytes))) if self.read >= bytes && !self.is_released => {
                let faults = &self.faults;
                let gone = self.gone.get_or_insert_with(|| {
                    faults.strikes(id);
                    let faults = Arc::clone(faults);
                    Box::pin(async move { faults.is_gone(id).await })
                });
                ready!(gone.as_mut().poll(cx));
                self.is_released = true;
                Poll::Ready(Ok(()))
            }
            _ => Poll::Ready(Ok(())),
        }
    }
}

impl Stream for Intake {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Err(error) = ready!(self.poll_fault(cx)) {
                return Poll::Ready(Some(Err(error)));
            }
            match ready!(poll_shared(&self.body, cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.read += data.len() as u64;
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}

impl ByteStream for Intake {
    fn remaining_length(&self) -> RemainingLength {
        lock(&self.body).as_ref().map_or_else(|| RemainingLength::new_exact(0), |body| body.size_hint().into())
    }
}

fn reset() -> StdError {
    io::Error::from(io::ErrorKind::ConnectionReset).into()
}

/// How long the last bytes before a break have to leave.
const FLUSH: Duration = Duration::from_millis(20);

type Gone = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// The body of an answer that stops after so many bytes.
pub(super) struct Cut {
    body: Body,
    left: u64,
    /// What the rest waits for.
    gone: Gone,
    /// Whether there is no rest: after the wait the connection ends.
    breaks: bool,
    is_released: bool,
}

impl Cut {
    /// Ends the connection after so many bytes.
    ///
    /// It waits a moment before, in which what was written leaves; and it ends without a reset, which would take bytes
    /// away that the client has not read yet.
    pub fn breaking(body: Body, bytes: u64) -> Self {
        let flushed = Box::pin(async { tokio::time::sleep(FLUSH).await });
        Self { breaks: true, ..Self::new(body, bytes, flushed) }
    }

    /// Goes on after so many bytes only when the future is done.
    pub fn new(body: Body, bytes: u64, gone: Gone) -> Self {
        Self { body, left: bytes, gone, breaks: false, is_released: false }
    }
}

impl From<Cut> for Body {
    fn from(cut: Cut) -> Self {
        let stream: DynByteStream = Box::pin(cut);
        Self::from(stream)
    }
}

impl Stream for Cut {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 && !self.is_released && self.remaining_length().exact() != Some(0) {
            ready!(self.gone.as_mut().poll(cx));
            if self.breaks {
                return Poll::Ready(Some(Err(reset())));
            }
            self.is_released = true;
        }
        let mut chunk = match ready!(Pin::new(&mut self.body).poll_next(cx)) {
            Some(Ok(chunk)) => chunk,
            other => return Poll::Ready(other),
        };
        if !self.is_released {
            let keep = usize::try_from(self.left).unwrap_or(usize::MAX).min(chunk.len());
            let rest = chunk.split_off(keep);
            self.left -= keep as u64;
            if !rest.is_empty() {
                self.body = Body::from(
                    Box::pin(Joined { first: Some(rest), then: std::mem::take(&mut self.body) }) as DynByteStream
                );
            }
        }
        Poll::Ready(Some(Ok(chunk)))
    }
}

impl ByteStream for Cut {
    fn remaining_length(&self) -> RemainingLength {
        self.body.remaining_length()
    }
}

/// The body of an answer whose first byte is another.
pub(super) struct Flip {
    body: Body,
    is_done: bool,
}

impl Flip {
    /// Makes it of the right body.
    pub fn new(body: Body) -> Self {
        Self { body, is_done: false }
    }
}

impl From<Flip> for Body {
    fn from(flip: Flip) -> Self {
        let stream: DynByteStream = Box::pin(flip);
        Self::from(stream)
    }
}

impl Stream for Flip {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = ready!(Pin::new(&mut self.body).poll_next(cx));
        Poll::Ready(match chunk {
            Some(Ok(chunk)) if !self.is_done && !chunk.is_empty() => {
                self.is_done = true;
                let mut bytes = Vec::from(chunk);
                if let Some(first) = bytes.first_mut() {
                    *first ^= 1;
                }
                Some(Ok(bytes.into()))
            }
            other => other,
        })
    }
}

impl ByteStream for Flip {
    fn remaining_length(&self) -> RemainingLength {
        self.body.remaining_length()
    }
}

/// The rest of a chunk, and what follows it.
struct Joined {
    first: Option<Bytes>,
    then: Body,
}

impl Stream for Joined {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => Pin::new(&mut self.then).poll_next(cx),
        }
    }
}

impl ByteStream for Joined {
    fn remaining_length(&self) -> RemainingLength {
        let first = self.first.as_ref().map_or(0, Bytes::len);
        let then = self.then.remaining_length();
        then.exact().map_or_else(RemainingLength::unknown, |then| RemainingLength::new_exact(first + then))
    }
}
