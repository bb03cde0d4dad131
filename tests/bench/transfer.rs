//! Runs one copy through the engine and prints what it took: wall and CPU seconds, speed, peak memory.
//!
//! `cargo bench --bench transfer -- URL FROM TO`, where `FROM` and `TO` are paths or `s3://` locations and `TO` is a
//! folder or prefix. Credentials come from the environment. Nothing is asserted; `tests/bench/copy` compares with others.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a measurement may fail loudly")]

#[path = "usage.rs"]
mod usage;

use std::time::{Duration, Instant};

use bucketry::engine::{Engine, Options};
use bucketry::model::job::{Item, ItemOutcome, JobEnd, JobId, Leaving, Report, Request, Transfer, Verified, Work};
use bucketry::model::location::{Location, ObjectRef};
use bucketry::model::name::Prefix;
use bucketry::model::plan::ConflictPolicy;
use bucketry::s3::Settings;

#[tokio::main]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [endpoint, from, to] = given.as_slice() else {
        println!("usage: transfer URL FROM TO");
        return;
    };
    let (sender, mut reports) = tokio::sync::mpsc::channel(64);
    let settings = Settings { endpoint_url: Some(endpoint.clone()), ..Settings::default() };
    let engine = Engine::start(settings, Options::default(), sender);
    let work =
        Work::Transfer(Transfer { policy: ConflictPolicy::Overwrite, ..Transfer::new(vec![item(from)], location(to)) });
    let began = Instant::now();
    engine.submit(Request::Start { job: JobId(1), work });
    let (mut items, mut bytes, mut verified) = (0_u64, 0_u64, None);
    while let Some(report) = reports.recv().await {
        match report {
            Report::Items { results, .. } => {
                for result in results {
                    let ItemOutcome::Done(how) = result.outcome else { panic!("{result:?}") };
                    verified = Some(how);
                    items += 1;
                    bytes += result.bytes;
                }
            }
            Report::Finished { end: JobEnd::Done, .. } => break,
            Report::Finished { end, .. } => panic!("{end:?}"),
            _ => {}
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let speed = bytes as f64 / seconds / f64::from(1 << 20);
    println!(
        "{items} items, {bytes} bytes, {seconds:.3} s, {speed:.0} MiB/s, {:.2} CPU s, peak {} KiB, {}",
        usage::cpu_seconds(),
        usage::peak(),
        // How the last of them was verified stands for all.
        verified.map(|how: Verified| format!("{how:?}")).unwrap_or_default()
    );
    engine.shutdown(Duration::from_secs(5), Leaving::Cancel).await;
}

fn location(text: &str) -> Location {
    Location::parse(text, &std::env::current_dir().unwrap(), None).unwrap()
}

/// A location that ends in a slash is a folder, a prefix or a bucket; any other is a file or an object.
fn item(text: &str) -> Item {
    match location(text) {
        Location::Local(path) if path.is_dir() => Item::Folder(path),
        Location::Local(path) => Item::File(path),
        Location::S3 { bucket, prefix } if prefix.is_root() => Item::Bucket(bucket),
        Location::S3 { bucket, prefix } if prefix.as_str().ends_with('/') => Item::Prefix { bucket, prefix },
        Location::S3 { bucket, prefix } => Item::Object(ObjectRef::new(bucket, Prefix::root().key(prefix.as_str()))),
        Location::Buckets(_) => panic!("a bucket is needed"),
    }
}
