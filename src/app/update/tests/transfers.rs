//! What is done to transfers while they run and when they are over, by keys and by questions.

use super::*;

#[test]
fn a_limit_is_asked_for_and_told_to_the_engine_for_one_transfer_or_all() {
    let mut t = Harness::new();
    t.state.queue.on_submit(&Request::Start { job: JobId(7), work: Work::RemoveBucket("old".into()) });
    t.keys("t l <ctrl-u>");
    t.text("500 KiB");
    let rate = ByteRate::new(500 << 10);
    assert_eq!(t.keys("<enter>"), [Effect::Submit(Request::Limit { job: Some(JobId(7)), rate })]);
    assert_eq!((t.state.queue.jobs()[0].limit, t.state.queue.limit()), (rate, None));
    t.keys("L <ctrl-u>");
    t.text("fast");
    assert!(t.keys("<enter>").is_empty() && t.state.dialog.is_some(), "that is no speed");
    t.keys("<ctrl-u>");
    t.text("2 MiB");
    let rate = ByteRate::new(2 << 20);
    assert_eq!(t.keys("<enter>"), [Effect::Submit(Request::Limit { job: None, rate })]);
    assert_eq!(t.state.queue.limit(), rate);
    t.report(Report::Finished { job: JobId(7), end: JobEnd::Cancelled });
    t.keys("l");
    assert!(t.state.dialog.is_none(), "what is over is as fast as it was");
}

#[test]
fn a_paused_transfer_is_not_resumed_while_writing_is_off() {
    let mut t = Harness::new();
    t.state.queue.on_submit(&Request::Start { job: JobId(7), work: Work::RemoveBucket("old".into()) });
    assert_eq!(t.keys("t W <space>"), [Effect::Submit(Request::Pause(JobId(7)))]);
    assert!(t.keys("<space>").is_empty() && t.keys("P").is_empty() && t.state.notice.is_some());
    assert_eq!(t.keys("W <space>"), [Effect::Submit(Request::Resume(JobId(7)))]);
}

#[test]
fn a_transfer_that_waits_is_put_elsewhere_and_one_that_must_stay_says_why() {
    let mut t = Harness::new();
    for id in [7, 8] {
        let work = Work::RemoveBucket("old".into());
        t.state.queue.on_submit(&Request::Start { job: JobId(id), work });
    }
    let reorder = |is_sooner| [Effect::Submit(Request::Reorder { job: JobId(8), is_sooner })];
    assert_eq!((t.keys("t K").as_slice(), t.keys("J").as_slice()), (&reorder(true)[..], &reorder(false)[..]));
    let jobs = vec![JobId(8), JobId(7)];
    t.report(Report::Reordered { job: JobId(8), jobs: jobs.clone(), is_moved: true });
    assert!(t.state.queue.jobs().iter().map(|job| job.id).eq(jobs.iter().copied()) && t.state.notice.is_none());
    t.report(Report::Reordered { job: JobId(8), jobs, is_moved: false });
    assert!(t.state.notice.as_ref().is_some_and(|notice| notice.text.contains("stays in its place")));
}

#[test]
fn a_deletion_is_retried_only_after_another_question() {
    let mut t = Harness::with_bucket("photos", &["a.jpg", "b.jpg"]);
    let effects = t.keys("d <tab> <enter>");
    let Some(Effect::Submit(Request::Start { job, .. })) = effects.last() else { panic!("{effects:?}") };
    t.report(Report::Finished { job: *job, end: JobEnd::Cancelled });
    let effects = t.keys("t r");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Count { .. })]), "{effects:?}");
    assert!(matches!(t.state.dialog, Some(Dialog::Delete(_))));
}

fn question(job: JobId) -> Report {
    let (source_side, target_side) = Default::default();
    let conflict = Conflict { target: "/t/x".into(), source_side, target_side };
    Report::Question { job, question: 1, conflict }
}

#[test]
fn the_question_whether_to_leave_ends_with_the_last_job() {
    let mut t = Harness::with_bucket("b", &["a"]);
    let job = start_copy(&mut t);
    t.keys("q");
    assert!(matches!(t.state.dialog, Some(Dialog::Quit(_))));
    t.report(Report::Finished { job, end: JobEnd::Done });
    assert!(t.state.dialog.is_none());
}

#[test]
fn the_question_of_a_job_ends_with_the_job() {
    let mut t = Harness::with_bucket("b", &["a"]);
    let job = start_copy(&mut t);
    t.report(question(job));
    assert!(matches!(t.state.dialog, Some(Dialog::Overwrite(_))));
    t.report(Report::Finished { job, end: JobEnd::Cancelled });
    assert!(t.state.dialog.is_none());
}

#[test]
fn an_answer_that_writes_is_refused_while_writing_is_off_and_the_question_stays() {
    let mut t = Harness::with_bucket("b", &["a"]);
    let job = start_copy(&mut t);
    t.keys("W");
    assert!(t.state.notice.as_ref().is_some_and(|notice| notice.text.contains("1 job goes on")));
    t.report(question(job));
    assert!(t.keys("<right> <enter>").is_empty());
    assert!(matches!(t.state.dialog, Some(Dialog::Overwrite(_))) && t.state.notice.is_some());
    let effects = t.keys("<left> <enter>");
    assert!(matches!(effects.as_slice(), [Effect::Submit(Request::Resolve { .. })]), "{effects:?}");
}
