//! Requests of a job: within a lane, again when the server asks for patience, on hold while the credentials are old.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::body::Body;
use super::jobs::Job;
use super::lanes::{Lane, Way};
use super::share::Place;
use crate::model::error::{Error, Kind};
use crate::model::job::Report;
use crate::model::location::ObjectRef;
use crate::s3::{Condition, Store, WriteOptions, Written};

/// How often a throttled request is tried again, on top of what the SDK tries.
const THROTTLED_TRIES: u32 = 6;

/// How often a request is tried again that a network or a server lost, on top of what the SDK tries.
const LOST_TRIES: u32 = 2;

/// How often a request was tried again.
#[derive(Debug, Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Returns how long to wait before the request is tried again; nothing if the error stands.
    pub fn after(&mut self, error: &Error, first_pause: Duration) -> Option<Duration> {
        let most = match error.kind {
            Kind::Throttled => THROTTLED_TRIES,
            _ if error.is_transient() => LOST_TRIES,
            _ => 0,
        };
        let pause = first_pause * (1 << self.0);
        (self.0 < most).then(|| {
            self.0 += 1;
            pause
        })
    }
}

/// Where the requests of one job wait while its credentials are old: one tries, the others wait for it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    turn: tokio::sync::Mutex<()>,
    renewals: AtomicU64,
    /// Whether any request was answered, so that there were credentials once.
    was_open: AtomicBool,
    /// Whether it waited in vain for as long as it may.
    is_shut: AtomicBool,
}

impl Gate {
    /// Notes that a request was answered, whatever becomes of the rest of its answer.
    pub fn was_passed(&self) {
        self.was_open.store(true, Relaxed);
    }
}

impl Job {
    /// Makes a request, and drops it in the middle if the job is cancelled.
    pub async fn call<'a, T, F, Fut>(&self, way: impl Into<Way<'a>>, request: F) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        tokio::select! {
            biased;
            () = self.token.cancelled() => Err(cancelled()),
            result = self.call_to_end(way, request) => result,
        }
    }

    /// Makes a request whose answer must be known once it was sent: what creates, joins, deletes.
    ///
    /// The job's end stops it only before it is sent, while it waits to be sent again, and when the server stays silent.
    pub async fn call_to_end<'a, T, F, Fut>(&self, way: impl Into<Way<'a>>, request: F) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        let way = way.into();
        let mut tries = Tries::default();
        loop {
            let renewals = self.gate.renewals.load(Relaxed);
            let result = self.once(way, &request).await;
            let Err(error) = result else {
                self.gate.was_passed();
                return result;
            };
            match error.kind {
                _ if self.token.is_cancelled() => return Err(error),
                kind if self.waits_for_credentials(kind) => {
                    if let Some(result) = self.hold(way, error, renewals, &request).await? {
                        return result;
                    }
                }
                _ => match tries.after(&error, self.core.options.retry_pause) {
                    Some(pause) => self.pause(pause).await?,
                    None => return Err(error),
                },
            }
        }
    }

    fn waits_for_credentials(&self, kind: Kind) -> bool {
        let was_open = self.gate.was_open.load(Relaxed);
        let is_worth_it = match kind {
            // Where nobody sees it wait, credentials that were old before the work began are told at once.
            Kind::ExpiredToken => was_open || self.core.options.hold_limit.is_none(),
            // What hands out credentials may be out of reach for a while; that there are none shows at once.
            Kind::NoCredentials => was_open,
            _ => false,
        };
        is_worth_it && !self.gate.is_shut.load(Relaxed)
    }

    async fn once<T, F, Fut>(&self, way: Way<'_>, request: &F) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        let _place = self.enter(way.lane).await?;
        let silence = async {
            self.token.cancelled().await;
            tokio::time::sleep(self.core.options.answer_grace).await;
        };
        tokio::select! {
            biased;
            result = way.measure(request()) => result,
            () = silence => {
                let cause = "the server has not answered: whether it was done is not known";
                Err(Error::new(Kind::Network, "cancel", "the request", cause))
            }
        }
    }

    /// Waits until it is the job's turn: it is not while the job is paused.
    pub async fn turn(&self) -> Result<(), Error> {
        let mut turn = self.turn.clone();
        tokio::select! {
            biased;
            () = self.token.cancelled() => Err(cancelled()),
            turn = turn.wait_for(|has_turn| *has_turn) => turn.map(|_| ()).map_err(|_| cancelled()),
        }
    }

    /// Waits for a place in a lane while it is the job's turn.
    pub async fn enter(&self, lane: &Lane) -> Result<Place, Error> {
        loop {
            self.turn().await?;
            let place = tokio::select! {
                biased;
                () = self.token.cancelled() => return Err(cancelled()),
                place = lane.enter(self.id) => place,
            };
            // The turn may have ended while it waited.
            if *self.turn.borrow() {
                return Ok(place);
            }
        }
    }

    /// Writes an object with one request, however often it has to be sent. Returns the CRC64NVME of what was sent too.
    pub async fn put<'a>(
        &self,
        way: impl Into<Way<'a>>,
        store: &Store,
        object: &ObjectRef,
        body: &Body,
        options: &WriteOptions,
    ) -> Result<(Written, u64), Error> {
        let tries = AtomicU64::new(0);
        let write = || async {
            let payload = body.load(self).await?;
            tries.fetch_add(1, Relaxed);
            let crc = payload.crc64();
            store.put(object, payload, options).await.map(|written| (written, crc))
        };
        match self.call_to_end(way, write).await {
            // The conflict may be with an earlier try of this very request, whose answer was lost.
            Err(error) if error.kind == Kind::Conflict && tries.load(Relaxed) > 1 => {
                let payload = body.load(self).await?;
                let written = store.written_before(object, &payload).await.ok_or(error)?;
                payload.count();
                Ok((written, payload.crc64()))
            }
            result => result,
        }
    }

    /// Writes an empty object where none was found just now; an error if one is there by now.
    pub async fn put_marker(&self, store: &Store, object: &ObjectRef, options: &WriteOptions) -> Result<(), Error> {
        let put = |condition: Condition| async move {
            let options = WriteOptions { condition, ..options.clone() };
            self.put(&self.core.lanes.small, store, object, &Body::empty(), &options).await.map(|_| ())
        };
        match put(Condition::IfAbsent).await {
            Err(error) if error.kind == Kind::Unsupported => {
                put(Condition::None).await?;
                store.learn_lack_of(&Condition::IfAbsent);
                Ok(())
            }
            result => result,
        }
    }

    /// Waits for the time, or for the job's end.
    pub async fn pause(&self, time: Duration) -> Result<(), Error> {
        tokio::select! {
            () = self.token.cancelled() => Err(cancelled()),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }

    /// Looks for fresh credentials until the request gets another answer, and returns it; nothing if another request
    /// of this job found them meanwhile.
    async fn hold<T, F, Fut>(
        &self,
        way: Way<'_>,
        error: Error,
        renewals: u64,
        request: &F,
    ) -> Result<Option<Result<T, Error>>, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        let _turn = tokio::select! {
            () = self.token.cancelled() => return Err(cancelled()),
            turn = self.gate.turn.lock() => turn,
        };
        if self.gate.renewals.load(Relaxed) != renewals {
            return Ok(None);
        }
        if self.gate.is_shut.load(Relaxed) {
            return Err(error);
        }
        let ends = self.core.options.hold_limit.map(|limit| Instant::now() + limit);
        tracing::info!(job = self.id.0, %error, "job waits for fresh credentials");
        self.core.send(Report::Held { job: self.id, reason: Some(error) }, &self.token).await?;
        loop {
            self.core.stores.renew().await;
            match self.once(way, request).await {
                Err(error) if is_credentials(error.kind) && ends.is_some_and(|ends| Instant::now() >= ends) => {
                    self.gate.is_shut.store(true, Relaxed);
                    return Err(error);
                }
                Err(error) if is_credentials(error.kind) => self.pause(self.core.options.renewal_pause).await?,
                result => {
                    self.gate.renewals.fetch_add(1, Relaxed);
                    tracing::info!(job = self.id.0, "job goes on");
                    // The request was answered: that is not lost because the job was cancelled meanwhile.
                    let _ = self.core.send(Report::Held { job: self.id, reason: None }, &self.token).await;
                    // A busy server is no answer yet.
                    let is_answer = !result.as_ref().is_err_and(Error::is_transient);
                    return Ok(is_answer.then_some(result));
                }
            }
        }
    }
}

fn is_credentials(kind: Kind) -> bool {
    matches!(kind, Kind::ExpiredToken | Kind::NoCredentials | Kind::BadCredentials)
}

fn cancelled() -> Error {
    Error::cancelled("go on with", "the job")
}
