//! What a program leaves that is killed, or whose line is dropped: the next start offers it.

use bucketry::demo::{Fault, Rule};
use rustix::process::Signal;

use crate::jobs::{copy, noise};
use crate::stage::Stage;
use crate::terminal::Terminal;

const BIG: usize = 40 * 1024 * 1024;

/// Uploads a file of five parts until all but the first two stall, and ends the program by a signal.
fn interrupted(stage: &Stage, signal: Signal) {
    stage.write("big.bin", &noise(BIG));
    stage.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart").after(2));
    let mut t = stage.open();
    copy(&mut t, "c");
    stage.until("two parts in the journal", |_| stage.parts_in_the_journal() >= 2);
    t.signal(signal);
    t.exit_code();
    stage.demo.faults().clear();
    stage.demo.forget_requests();
    assert_eq!((stage.demo.open_uploads(), stage.keys().len()), (1, 0), "it is kept");
}

/// Starts the program again and looks at what it offers.
fn offered(stage: &Stage) -> Terminal {
    let t = stage.open();
    t.wait("1 unfinished job of an earlier run.");
    // Drawn with the focus, it takes keys.
    let screen = t.wait("[>Later<]");
    assert!(screen.contains("Copy big.bin") && screen.contains("s3://stage/"), "{screen}");
    t
}

#[test]
fn what_was_killed_goes_on_from_the_dialog_and_sends_only_what_is_missing() {
    let stage = Stage::empty();
    interrupted(&stage, Signal::KILL);
    let mut t = offered(&stage);
    t.keys("<BackTab><Enter>").wait("1 done");
    assert!(stage.get("big.bin").unwrap() == noise(BIG), "every byte");
    assert_eq!((stage.demo.count("CreateMultipartUpload"), stage.demo.open_uploads()), (0, 0));
    t.keys("Hj").wait("CRC64NVME");
    t.keys("<Enter>").wait("big.bin");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn after_a_dropped_line_it_waits_on_the_transfers_screen_until_it_is_discarded() {
    let stage = Stage::empty();
    interrupted(&stage, Signal::HUP);
    let mut t = offered(&stage);
    t.keys("<Enter>").gone("Later");
    t.keys("t").wait("r resumes it");
    t.keys("x").wait("discarded");
    stage.until("the upload aborted", |demo| demo.open_uploads() == 0);
    assert_eq!(stage.keys(), Vec::<String>::new());
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    let mut t = stage.open();
    t.keys("t").wait("nothing to show yet");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
