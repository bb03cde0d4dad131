//! Lists all keys of a bucket through the engine and prints what it took: wall and CPU seconds, and peak memory.
//!
//! `cargo bench --bench list -- URL BUCKET [RUNS]`. The listing is the one behind a count, which looks at every key in its
//! order. Credentials come from the environment. Nothing is asserted.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a measurement may fail loudly")]

#[path = "usage.rs"]
mod usage;

use std::time::{Duration, Instant};

use bucketry::engine::{Engine, Options};
use bucketry::model::job::{Item, Leaving, Purpose, Report, Request, Ticket};
use bucketry::s3::Settings;

#[tokio::main]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let (endpoint, bucket, runs) = match given.as_slice() {
        [endpoint, bucket] => (endpoint, bucket, 1),
        [endpoint, bucket, runs] => (endpoint, bucket, runs.parse().unwrap()),
        _ => {
            println!("usage: list URL BUCKET [RUNS]");
            return;
        }
    };
    let (sender, mut reports) = tokio::sync::mpsc::channel(64);
    let settings = Settings { endpoint_url: Some(endpoint.clone()), ..Settings::default() };
    let engine = Engine::start(settings, Options::default(), sender);
    for run in 1..=runs {
        let (began, cpu) = (Instant::now(), usage::cpu_seconds());
        let items = vec![Item::Bucket(bucket.as_str().into())];
        engine.submit(Request::Count { ticket: Ticket(run), items, purpose: Purpose::Delete });
        let summary = loop {
            match reports.recv().await.unwrap() {
                Report::Counted { summary, .. } if summary.is_complete => break summary,
                Report::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        };
        println!(
            "{} keys, {:.3} s, {:.2} CPU s, peak {} KiB",
            summary.items,
            began.elapsed().as_secs_f64(),
            usage::cpu_seconds() - cpu,
            usage::peak()
        );
    }
    engine.shutdown(Duration::from_secs(5), Leaving::Cancel).await;
}
