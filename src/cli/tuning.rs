//! How a command moves its data: the options that change the engine for the time of one command.

use clap::Args;

use crate::engine::Options;
use crate::model::limit::{ByteRate, parse_bytes};

/// The sizes that a part may have, in bytes (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
const PART_SIZES: std::ops::RangeInclusive<u64> = 5 << 20..=5 << 30;

/// How data moves.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "How it moves")]
pub struct Tuning {
    /// The size of parts, from 5 MiB to 5 GiB, each held in memory while it is sent; what is no larger goes with one
    /// request [default: by the size of the file]
    #[arg(long, value_name = "SIZE", value_parser = part_size)]
    part_size: Option<u64>,
    /// How many requests run at once, from 1 to 1024 [default: as many as make it faster]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: Option<u16>,
    /// Bytes a second to and from servers: 500KiB, 10MiB, or none [default: limit_rate of config.toml]
    #[arg(long, value_name = "RATE", value_parser = limit_rate)]
    limit_rate: Option<LimitRate>,
    /// Wait until each file, and its name, are on the disk before it counts as done
    #[arg(long)]
    fsync: bool,
}

/// A limit, or that there is none.
#[derive(Debug, Clone, Copy)]
struct LimitRate(Option<ByteRate>);

fn limit_rate(text: &str) -> Result<LimitRate, String> {
    ByteRate::parse_limit(text).map(LimitRate)
}

fn part_size(text: &str) -> Result<u64, String> {
    let bytes = parse_bytes(text).ok_or("not a size: give it as in 8MiB")?;
    if !PART_SIZES.contains(&bytes) {
        return Err("a part has 5 MiB at least and 5 GiB at most".to_owned());
    }
    Ok(bytes)
}

impl Tuning {
    /// Returns the options of the engine with what was given in place.
    pub fn tune(&self, options: Options) -> Options {
        Options {
            part_size: self.part_size.or(options.part_size),
            multipart_threshold: self.part_size.unwrap_or(options.multipart_threshold),
            concurrency: self.concurrency.map(usize::from).or(options.concurrency),
            limit: self.limit_rate.map_or(options.limit, |limit| limit.0),
            syncs_files: self.fsync || options.syncs_files,
            ..options
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_a_size_that_amazon_takes() {
        assert_eq!((part_size("5MiB"), part_size("64 MiB")), (Ok(5 << 20), Ok(64 << 20)));
        assert_eq!((part_size("5g"), part_size("5242880")), (Ok(5 << 30), Ok(5 << 20)));
        for wrong in ["", "4MiB", "5242879", "6GiB", "5 MB", "-5MiB", "many"] {
            assert!(part_size(wrong).is_err(), "{wrong}");
        }
    }
}
