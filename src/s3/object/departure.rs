//! A body on its way out: counted as it leaves, held back by its limits, and noticed when it stands still by itself.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::body::Payload;
use super::restraint;
use crate::model::limit::Limits;
use crate::model::progress::Progress;
use crate::s3::Patience;

/// What leaves at once, in bytes: enough to cost nothing, little enough to be a pulse on a slow line.
const FRAME: usize = 128 * 1024;

/// What the system may hold of a body that has left us, in bytes (Linux, tcp(7): the default most of `tcp_wmem`).
const HELD_BY_SYSTEM: u64 = 4 * 1024 * 1024;

/// One sending of a payload, tries of the SDK included.
pub(in crate::s3) struct Departure {
    bytes: Bytes,
    state: Arc<State>,
    patience: Patience,
}

struct State {
    /// Which try is under way.
    attempt: AtomicU64,
    /// How much has left in this try, in bytes.
    left: AtomicU64,
    moved: Mutex<Instant>,
    progress: Option<Arc<Progress>>,
    limits: Limits,
    /// Whether it leaves in one piece, of which nothing is seen.
    is_whole: AtomicBool,
    /// Whether nothing more is counted.
    is_over: AtomicBool,
}

impl State {
    fn leave(&self, attempt: u64, bytes: usize) {
        // A connection may go on sending what was refused before it was read.
        if attempt != self.attempt.load(Relaxed) {
            return;
        }
        self.touch();
        if !self.is_over.load(Relaxed) {
            self.left.fetch_add(bytes as u64, Relaxed);
            self.add(bytes as u64);
        }
    }

    fn touch(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Takes notice that nothing is to move before a time: until then it does not stand still, it waits.
    fn wait_until(&self, at: Instant) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        *moved = at.max(*moved);
    }

    fn add(&self, bytes: u64) {
        if let Some(progress) = &self.progress {
            progress.add_bytes(bytes);
        }
    }

    /// Takes back what has left: it has to leave again.
    fn return_all(&self) {
        let left = self.left.swap(0, Relaxed);
        if let Some(progress) = &self.progress {
            progress.retract_bytes(left);
        }
    }
}

impl Departure {
    /// Begins to send a payload.
    pub fn new(payload: &Payload, progress: Option<Arc<Progress>>, limits: Limits, patience: Patience) -> Self {
        let state = State {
            attempt: AtomicU64::new(0),
            left: AtomicU64::new(0),
            moved: Mutex::new(Instant::now()),
            progress,
            limits,
            is_whole: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        };
        Self { bytes: payload.bytes(), state: Arc::new(state), patience }
    }

    /// Waits until its limits let a body leave that has to leave in one piece.
    pub async fn wait_its_turn(&self, is_unsigned: bool) {
        if !is_unsigned {
            restraint::take(&self.state.limits, self.bytes.len()).await;
            self.state.touch();
        }
    }

    /// Returns the body of one try, which the SDK can make anew. Only what need not be signed may leave piece by piece.
    pub fn stream(&self, is_unsigned: bool) -> ByteStream {
        let (bytes, state) = (self.bytes.clone(), Arc::clone(&self.state));
        if !is_unsigned || bytes.is_empty() {
            state.is_whole.store(true, Relaxed);
            return ByteStream::new(SdkBody::retryable(move || {
                state.touch();
                SdkBody::from(bytes.clone())
            }));
        }
        ByteStream::new(SdkBody::retryable(move || {
            let attempt = state.attempt.fetch_add(1, Relaxed) + 1;
            state.return_all();
            SdkBody::from_body_1_x(Frames { rest: bytes.clone(), held: None, attempt, state: Arc::clone(&state) })
        }))
    }

    /// Waits for an answer as long as anything moves.
    pub async fn watch<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = std::pin::pin!(answer);
        loop {
            let deadline = self.deadline();
            match tokio::time::timeout_at(deadline, &mut answer).await {
                Ok(answer) => return Some(answer),
                Err(_) if self.deadline() <= Instant::now() => return None,
                Err(_) => {}
            }
        }
    }

    fn deadline(&self) -> Instant {
        let moved = *self.state.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let size = self.bytes.len() as u64;
        let Patience { sending, slowest, slowest_unseen, .. } = self.patience;
        let held =
            if self.state.is_whole.load(Relaxed) { size / slowest_unseen } else { size.min(HELD_BY_SYSTEM) / slowest };
        moved + sending + Duration::from_secs(held)
    }

    /// Counts all of it: it has arrived.
    pub fn arrived(&self) {
        self.state.is_over.store(true, Relaxed);
        let all = self.bytes.len() as u64;
        self.state.add(all.saturating_sub(self.state.left.swap(0, Relaxed)));
    }
}

impl Drop for Departure {
    /// What has not arrived has not left.
    fn drop(&mut self) {
        self.state.is_over.store(true, Relaxed);
        self.state.return_all();
    }
}

/// The body, frame by frame.
struct Frames {
    rest: Bytes,
    /// The length of the next frame, which is held back until its time.
    held: Option<(usize, Pin<Box<Sleep>>)>,
    attempt: u64,
    state: Arc<State>,
}

impl Frames {
    /// Returns the length of the next frame once it may leave.
    fn poll_length(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let (length, mut time) = if let Some(held) = self.held.take() {
            held
        } else {
            let limits = &self.state.limits;
            let length = limits.portion(FRAME.min(self.rest.len()));
            let Some(at) = limits.take(length, Instant::now().into_std()) else { return Poll::Ready(length) };
            self.state.wait_until(at.into());
            (length, Box::pin(sleep_until(at.into())))
        };
        if time.as_mut().poll(cx).is_pending() {
            self.held = Some((length, time));
            return Poll::Pending;
        }
        Poll::Ready(length)
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = ready!(self.poll_length(cx));
        let frame = self.rest.split_to(length);
        self.state.leave(self.attempt, length);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limit::{ByteRate, Limit};

    fn departure(size: usize) -> (Departure, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        (
            Departure::new(
                &Payload::new(Bytes::from(vec![0; size])),
                Some(Arc::clone(&progress)),
                Limits::default(),
                Patience::default(),
            ),
            progress,
        )
    }

    #[tokio::test]
    async fn what_leaves_is_counted_as_it_leaves_and_returns_with_the_next_try_and_with_failure() {
        let (departure, progress) = departure(3 * FRAME);
        let mut first = departure.stream(true);
        first.next().await.unwrap().unwrap();
        assert_eq!(progress.snapshot().bytes_done, FRAME as u64);
        let mut second = departure.stream(true);
        second.next().await.unwrap().unwrap();
        second.next().await.unwrap().unwrap();
        first.next().await.unwrap().unwrap();
        assert_eq!(progress.snapshot().bytes_done, 2 * FRAME as u64, "the first try counts no more");
        drop(departure);
        second.next().await.unwrap().unwrap();
        assert_eq!(progress.snapshot().bytes_done, 0);
    }

    #[tokio::test]
    async fn what_has_arrived_is_counted_once_and_whole() {
        for is_unsigned in [true, false] {
            let (departure, progress) = departure(2 * FRAME + 1);
            departure.stream(is_unsigned).collect().await.unwrap();
            departure.arrived();
            drop(departure);
            assert_eq!(progress.snapshot().bytes_done, 2 * FRAME as u64 + 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_held_back_leaves_as_fast_as_it_may_and_is_not_given_up() {
        for is_unsigned in [true, false] {
            let limit = Arc::new(Limit::of(ByteRate::new(FRAME as u64 / 60)));
            let payload = Payload::new(Bytes::from(vec![0; 10 * FRAME])).limited_by(&Limits::new([limit]));
            let (departure, began) = (payload.depart(Patience::default()), Instant::now());
            departure.wait_its_turn(is_unsigned).await;
            let body = departure.stream(is_unsigned);
            let left = departure.watch(async { body.collect().await.unwrap().into_bytes().len() }).await;
            assert_eq!(left, Some(10 * FRAME));
            let minutes = began.elapsed().as_secs_f64() / 60.0;
            assert!((9.8..10.1).contains(&minutes), "{minutes} min, unsigned: {is_unsigned}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stands_still_is_given_up_and_one_that_moves_is_not() {
        let (still, _) = departure(FRAME);
        let began = Instant::now();
        assert_eq!(still.watch(std::future::pending::<()>()).await, None);
        assert!(began.elapsed() < Duration::from_mins(3));
        let (moving, _) = departure(100 * FRAME);
        let slowly = async {
            let mut body = moving.stream(true);
            while let Some(frame) = body.next().await {
                frame.unwrap();
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
        };
        assert_eq!(moving.watch(slowly).await, Some(()));
    }
}
