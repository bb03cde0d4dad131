//! Turns: how many threads work at once, where more than that would only keep one another waiting.

use std::sync::{Condvar, Mutex, PoisonError};

/// So many threads at once; the others sleep until one is done. No task has to run between two of them, so that
/// they go on while all of those are busy.
#[derive(Debug)]
pub(super) struct Turns {
    free: Mutex<usize>,
    freed: Condvar,
}

/// Gives its place back when it goes, after a panic too.
struct Turn<'a>(&'a Turns);

impl Turns {
    /// Returns turns for so many threads at once.
    pub fn new(places: usize) -> Self {
        Self { free: Mutex::new(places), freed: Condvar::new() }
    }

    /// Waits for a place and works there. Blocks: for threads that may.
    pub fn take<T>(&self, work: impl FnOnce() -> T) -> T {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner) -= 1;
        let _turn = Turn(self);
        work()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[test]
    fn no_more_than_so_many_work_at_once_and_all_get_their_turn() {
        let (turns, at_once, most, done) =
            (Turns::new(2), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        turns.take(|| {
                            most.fetch_max(at_once.fetch_add(1, SeqCst) + 1, SeqCst);
                            std::thread::yield_now();
                            at_once.fetch_sub(1, SeqCst);
                        });
                        done.fetch_add(1, SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 400);
        assert!(most.into_inner() <= 2);
    }

    #[test]
    fn a_panic_takes_no_place_along() {
        let turns = Turns::new(1);
        assert!(catch_unwind(AssertUnwindSafe(|| turns.take(|| panic!("on purpose")))).is_err());
        assert_eq!(turns.take(|| 1), 1);
    }
}
