//! Times as they are typed, and for how long a signature may live.

use std::time::Duration;

use super::job::PresignedMethod;

/// Reads a time: `3600`, `90s`, `15m`, `12h`, `7d`.
pub fn time_of(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 's')) => (text.get(..at), 1),
        Some((at, 'm')) => (text.get(..at), 60),
        Some((at, 'h')) => (text.get(..at), 60 * 60),
        Some((at, 'd')) => (text.get(..at), 24 * 60 * 60),
        _ => (Some(text), 1),
    };
    let seconds = number.and_then(|number| number.parse::<u64>().ok()).and_then(|number| number.checked_mul(unit));
    Ok(seconds.map(Duration::from_secs).ok_or("write seconds, or 15m, 12h, 7d")?)
}

/// Reads for how long an address is to be good.
pub fn lifetime(text: &str) -> Result<Duration, String> {
    let lifetime = time_of(text)?;
    if lifetime.is_zero() || lifetime > PresignedMethod::LONGEST {
        return Err("a signature lives for one second at least and seven days at most".to_owned());
    }
    Ok(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_seconds_or_has_a_unit_and_ends_after_seven_days() {
        assert_eq!(lifetime("3600"), lifetime("1h"));
        assert_eq!(lifetime("7d").unwrap(), PresignedMethod::LONGEST);
        assert_eq!(lifetime("90s"), lifetime("90"));
        for wrong in ["", "h", "0", "604801", "8d", "-1", "1w", "99999999999999999999d", "1ä"] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
