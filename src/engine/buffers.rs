//! Memory for what is in flight: bounded in all, and used again rather than given back, part after part.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What the budget is counted in, in bytes.
const UNIT: u64 = 4096;

/// Buffers of at least this size are kept for the next part.
const WORTH_KEEPING: usize = 1024 * 1024;

/// All memory that parts may take.
#[derive(Debug)]
pub(super) struct Buffers {
    budget: Arc<Semaphore>,
    units: u32,
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    idle: Vec<Vec<u8>>,
    in_use: usize,
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
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, u32::MAX >> 4);
        Arc::new(Self { budget: Arc::new(Semaphore::new(units as usize)), units, shelf: Mutex::default() })
    }

    /// Waits until so much memory is free, and returns it. More than the whole budget waits for all of it.
    pub async fn take(self: &Arc<Self>, size: usize) -> Buffer {
        let units = u32::try_from((size as u64).div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.units);
        let permit = Arc::clone(&self.budget).acquire_many_owned(units).await.ok();
        let mut memory = {
            let mut stock = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
            stock.in_use += 1;
            let fitting = stock.idle.iter().position(|idle| idle.len() >= size && size >= WORTH_KEEPING);
            fitting.map(|at| stock.idle.swap_remove(at)).unwrap_or_default()
        };
        if memory.len() < size {
            memory = vec![0; size];
        }
        Buffer { memory, size, home: Arc::clone(self), _permit: permit }
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
        let mut stock = self.home.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        stock.in_use = stock.in_use.saturating_sub(1);
        if stock.in_use == 0 {
            // Nothing moves any more: the memory goes back to the system.
            stock.idle = Vec::new();
        } else if memory.len() >= WORTH_KEEPING {
            stock.idle.push(memory);
        }
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
        let third = buffers.take(1024 * 1024).await;
        assert_eq!((third.memory.as_ptr(), third.as_ref().len()), (place, 1024 * 1024));
        drop((second, third));
        assert!(buffers.shelf.lock().unwrap().idle.is_empty());
        assert_eq!(buffers.budget.available_permits(), 1024);
    }

    #[tokio::test]
    async fn more_than_the_budget_is_given_alone() {
        let buffers = Buffers::new(1024 * 1024);
        assert_eq!(buffers.take(5 * 1024 * 1024).await.as_mut().len(), 5 * 1024 * 1024);
    }
}
