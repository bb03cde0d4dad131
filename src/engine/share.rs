//! Places that there are few of, shared out fairly: the next free one goes to the waiting job that has the fewest.
//!
//! So a job of a thousand parts cannot starve one of three small files, whatever the order in which they asked. Within a
//! job it is first come, first served.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::model::job::JobId;

/// Places, and who waits for one.
#[derive(Debug)]
pub(super) struct Share {
    books: Mutex<Books>,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    share: Arc<Share>,
    job: JobId,
}

/// What happened since it was last asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Use {
    /// Whether all places were taken at some time.
    pub was_full: bool,
    /// Whether all places were free at some time.
    pub was_idle: bool,
}

#[derive(Debug)]
struct Books {
    places: usize,
    taken: usize,
    jobs: BTreeMap<JobId, Line>,
    /// How many have asked so far.
    asked: u64,
    seen: Use,
}

/// One job: what it has, and who of it waits.
#[derive(Debug, Default)]
struct Line {
    taken: usize,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    wake: oneshot::Sender<Place>,
}

impl Share {
    /// Returns so many places, all free.
    pub fn new(places: usize) -> Arc<Self> {
        let books = Books { places, taken: 0, jobs: BTreeMap::new(), asked: 0, seen: Use::default() };
        Arc::new(Self { books: Mutex::new(books) })
    }

    /// Waits for a place.
    pub async fn take(self: &Arc<Self>, job: JobId) -> Place {
        let (wake, woken) = oneshot::channel();
        self.change(|books| books.ask(job, wake));
        woken.await.expect("who waits is only forgotten once it was woken")
    }

    /// Makes it more places, or fewer: then none is given out until enough have come back.
    pub fn resize(self: &Arc<Self>, places: usize) {
        self.change(|books| books.places = places);
    }

    /// Returns what happened since this was last asked.
    pub fn used(&self) -> Use {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut books.seen)
    }

    /// Changes the books and gives out what is free then.
    fn change(self: &Arc<Self>, change: impl FnOnce(&mut Books)) {
        let given = {
            let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut books);
            books.give_out()
        };
        for (job, wake) in given {
            // Who waits no longer drops the place, and so gives it back.
            drop(wake.send(Place { share: Arc::clone(self), job }));
        }
    }
}

impl Books {
    fn ask(&mut self, job: JobId, wake: oneshot::Sender<Place>) {
        self.asked += 1;
        let number = self.asked;
        self.jobs.entry(job).or_default().waiting.push_back(Waiting { number, wake });
    }

    fn give_back(&mut self, job: JobId) {
        self.taken -= 1;
        self.seen.was_idle |= self.taken == 0;
        if let Some(line) = self.jobs.get_mut(&job) {
            line.taken -= 1;
        }
    }

    /// Takes note of who gets a place now.
    fn give_out(&mut self) -> Vec<(JobId, oneshot::Sender<Place>)> {
        let mut given = Vec::new();
        while self.taken < self.places
            && let Some((job, next)) = self.next()
        {
            self.taken += 1;
            given.push((job, next.wake));
        }
        self.seen.was_full |= self.taken >= self.places;
        self.jobs.retain(|_, line| line.taken > 0 || !line.waiting.is_empty());
        given
    }

    /// Takes who is next out of its line.
    fn next(&mut self) -> Option<(JobId, Waiting)> {
        for line in self.jobs.values_mut() {
            while line.waiting.front().is_some_and(|first| first.wake.is_closed()) {
                line.waiting.pop_front();
            }
        }
        let first = |line: &Line| line.waiting.front().map(|first| (line.taken, first.number));
        let (_, job) = self.jobs.iter().filter_map(|(job, line)| Some((first(line)?, *job))).min()?;
        let line = self.jobs.get_mut(&job)?;
        line.taken += 1;
        Some((job, line.waiting.pop_front()?))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (share, job) = (Arc::clone(&self.share), self.job);
        share.change(|books| books.give_back(job));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const LARGE: JobId = JobId(1);
    const SMALL: JobId = JobId(2);

    #[tokio::test]
    async fn a_job_of_many_parts_does_not_starve_one_of_three_files() {
        let share = Share::new(4);
        let mut held: VecDeque<_> = (0..4).filter_map(|_| share.take(LARGE).now_or_never()).collect();
        assert_eq!(held.len(), 4);
        let mut parts: Vec<_> = (0..1000).map(|_| Box::pin(share.take(LARGE))).collect();
        assert!(parts.iter_mut().all(|part| part.now_or_never().is_none()));
        let mut files: Vec<_> = (0..3).map(|_| Box::pin(share.take(SMALL))).collect();
        assert!(files.iter_mut().all(|file| file.now_or_never().is_none()));
        // Each has its half; only then is it the first one's turn again.
        held.truncate(2);
        let mut begun: Vec<_> = files.iter_mut().filter_map(futures_util::FutureExt::now_or_never).collect();
        assert_eq!(begun.len(), 2);
        begun.pop();
        assert!(files.pop().unwrap().now_or_never().is_some(), "the third file comes before the next part");
        held.pop_front();
        assert!(parts.first_mut().unwrap().now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_waits_no_longer_takes_no_place() {
        let share = Share::new(1);
        let held = share.take(LARGE).await;
        let mut gone = Box::pin(share.take(LARGE));
        assert!((&mut gone).now_or_never().is_none());
        let mut woken = Box::pin(share.take(LARGE));
        assert!((&mut woken).now_or_never().is_none());
        drop(gone);
        drop(held);
        // It was given a place that it never looked at.
        drop(woken);
        assert!(share.take(SMALL).now_or_never().is_some());
        assert!(share.books.lock().unwrap().jobs.is_empty());
    }

    #[tokio::test]
    async fn fewer_places_are_given_out_once_enough_came_back() {
        let share = Share::new(4);
        let mut held: Vec<_> = (0..4).filter_map(|_| share.take(LARGE).now_or_never()).collect();
        assert_eq!(share.used(), Use { was_full: true, was_idle: false });
        share.resize(2);
        held.truncate(2);
        assert!(share.take(SMALL).now_or_never().is_none());
        held.pop();
        let next = share.take(SMALL).now_or_never();
        assert!(next.is_some() && share.take(SMALL).now_or_never().is_none());
        share.resize(3);
        assert!(share.take(SMALL).now_or_never().is_some());
        drop((held, next));
        assert!(share.used().was_idle);
    }
}
