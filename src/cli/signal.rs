//! Signals that ask the program to end.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for a signal that asks the program to end; returns its number.
pub async fn interrupted() -> u8 {
    // Read once and before the first handler: after that a signal is not ignored any more.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let heeded = kinds.into_iter().filter(|kind| !is_ignored(&status, *kind));
    let waits = heeded.map(|kind| {
        Box::pin(async move {
            match signal(kind) {
                Ok(mut signals) => {
                    signals.recv().await;
                    u8::try_from(kind.as_raw_value()).unwrap_or_default()
                }
                Err(_) => std::future::pending().await,
            }
        })
    });
    let never = Box::pin(std::future::pending());
    let waits = waits.map(futures_util::future::Either::Left).chain([futures_util::future::Either::Right(never)]);
    futures_util::future::select_all(waits).await.0
}

/// Returns whether a signal was ignored when the program began, as `nohup` has it, and a shell without job control for what
/// runs behind `&`: whoever decided that wants the program to live on. No safe call tells it, but Linux does in the
/// `SigIgn` of a process's status (proc(5)); elsewhere each signal is heeded.
fn is_ignored(status: &str, kind: SignalKind) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let bit = u32::try_from(kind.as_raw_value() - 1).unwrap_or_default();
    mask.checked_shr(bit).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_process_tells_what_it_ignores() {
        let status = "Name:\tx\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n";
        assert!(is_ignored(status, SignalKind::hangup()));
        assert!(!is_ignored(status, SignalKind::interrupt()) && !is_ignored(status, SignalKind::terminate()));
        assert!(!is_ignored("", SignalKind::hangup()));
    }
}
