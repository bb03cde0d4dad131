//! Memory for what is in flight: bounded in all, and used again rather than given back, part after part.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What memory is counted in, in bytes.
const UNIT: usize = 4096;

/// Buffers of at least this size are kept for the next part; their sizes are multiples of it, so that they fit again.
const WORTH_KEEPING: usize = 1024 * 1024;

/// All memory that parts may take.
#[derive(Debug)]
pub(super) struct Buffers {
    budget: Arc<Semaphore>,
    units: usize,
    shelf: Mutex<Shelf>,
}

/// What is handed out and what waits to be handed out again, together never more than the budget.
#[derive(Debug, Default)]
struct Shelf {
    idle: Vec<Vec<u8>>,
    idle_bytes: usize,
    used_bytes: usize,
}

/// A piece of memory, given back when the last `Bytes` of it is gone.
#[derive(Debug)]
pub(super) struct Buffer {
    memory: Vec<u8>,
    size: usize,
    home: Arc<Buffers>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Buffers {
    /// Returns an empty shelf with a budget in bytes.
    pub fn new(bytes: u64) -> Arc<Self> {
        let units = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(UNIT).clamp(1, Semaphore::MAX_PERMITS);
        let units = units.min(u32::MAX as usize);
        Arc::new(Self { budget: Arc::new(Semaphore::new(units)), units, shelf: Mutex::default() })
    }

    /// Waits until so much memory is free, and returns it. More than the whole budget waits for all of it.
    pub async fn take(self: &Arc<Self>, size: usize) -> Buffer {
        let room = if size >= WORTH_KEEPING { size.next_multiple_of(WORTH_KEEPING) } else { size };
        let units = u32::try_from(room.div_ceil(UNIT).clamp(1, self.units)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.budget).acquire_many_owned(units).await.ok();
        let kept = {
            let mut stock = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
            stock.take(room, self.units * UNIT)
        };
        let memory = kept.unwrap_or_else(|| vec![0; room]);
        Buffer { memory, size, home: Arc::clone(self), _permit: permit }
    }
}

impl Shelf {
    /// Hands out a buffer of just this size, or makes room for a new one.
    fn take(&mut self, room: usize, budget: usize) -> Option<Vec<u8>> {
        self.used_bytes += room;
        let fitting = self.idle.iter().position(|idle| idle.len() == room);
        let kept = fitting.map(|at| self.idle.swap_remove(at));
        self.idle_bytes -= kept.as_ref().map_or(0, Vec::len);
        while self.used_bytes + self.idle_bytes > budget
            && let Some(misfit) = self.idle.pop()
        {
            self.idle_bytes -= misfit.len();
        }
        kept
    }

    fn give_back(&mut self, memory: Vec<u8>) {
        self.used_bytes -= memory.len();
        if self.used_bytes == 0 {
            // Nothing moves any more: the memory goes back to the system.
            (self.idle, self.idle_bytes) = (Vec::new(), 0);
        } else if memory.len() >= WORTH_KEEPING {
            // It was counted until now, so that it still fits in the budget.
            self.idle_bytes += memory.len();
            self.idle.push(memory);
        }
    }
}

impl Buffer {
    /// Returns the memory to write to.
    pub fn as_mut(&mut self) -> &mut [u8] {
        self.memory.get_mut(..self.size).unwrap_or_default()
    }

    /// Returns the memory as a body, without copying it.
    pub fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.memory.get(..self.size).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        self.home.shelf.lock().unwrap_or_else(PoisonError::into_inner).give_back(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_is_bounded_used_again_and_given_back() {
        let buffers = Buffers::new(4 * 1024 * 1024);
        let first = buffers.take(2 * 1024 * 1024).await;
        let second = buffers.take(2 * 1024 * 1024).await;
        assert_eq!(buffers.budget.available_permits(), 0);
        let place = first.memory.as_ptr();
        drop(first.into_bytes());
        let third = buffers.take(2 * 1024 * 1024 - 5).await;
        assert_eq!((third.memory.as_ptr(), third.as_ref().len()), (place, 2 * 1024 * 1024 - 5));
        drop((second, third));
        assert!(buffers.shelf.lock().unwrap().idle.is_empty());
        assert_eq!(buffers.budget.available_permits(), 1024);
    }

    #[tokio::test]
    async fn what_waits_on_the_shelf_counts_too() {
        let buffers = Buffers::new(8 * 1024 * 1024);
        let _other = buffers.take(1024 * 1024).await;
        for size in (1..6).map(|mib| mib * 1024 * 1024) {
            drop(buffers.take(size).await);
            let shelf = buffers.shelf.lock().unwrap();
            assert_eq!(shelf.idle_bytes, shelf.idle.iter().map(Vec::len).sum::<usize>());
            assert!(shelf.used_bytes + shelf.idle_bytes <= 8 * 1024 * 1024, "{} idle", shelf.idle_bytes);
        }
    }

    #[tokio::test]
    async fn more_than_the_budget_is_given_alone() {
        let buffers = Buffers::new(1024 * 1024);
        assert_eq!(buffers.take(5 * 1024 * 1024).await.as_mut().len(), 5 * 1024 * 1024);
    }
}
