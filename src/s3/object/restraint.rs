//! Waits that a limit asks for.

use tokio::time::{Instant, sleep_until};

use crate::model::limit::Limits;

/// Takes so many bytes, portion by portion, and returns when all of them may have moved.
pub(super) async fn take(limits: &Limits, bytes: usize) {
    let mut rest = bytes;
    while rest > 0 {
        let portion = limits.portion(rest);
        if let Some(at) = limits.take(portion, Instant::now().into_std()) {
            sleep_until(at.into()).await;
        }
        rest -= portion;
    }
}
