//! Scripts of reports, and what the queue makes of them.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, ItemResult, Transfer, Verified, Work};
use crate::model::location::{Location, ObjectRef};
use crate::model::plan::{ConflictPolicy, Side};

fn object(key: &str) -> Item {
    Item::Object(ObjectRef::new("b", key))
}

fn copy(items: Vec<Item>) -> Work {
    Work::Transfer(Transfer::new(items, Location::Local("/t".into())))
}

fn start(queue: &mut Queue, id: u64, work: Work) -> Arc<Progress> {
    queue.on_submit(&Request::Start { job: JobId(id), work });
    let progress = Arc::new(Progress::default());
    queue.on_report(&Report::Started { job: JobId(id), progress: Arc::clone(&progress) });
    progress
}

fn failed(name: &str) -> ItemResult {
    let error = Error::new(Kind::Denied, "read", name, "access denied");
    ItemResult { name: name.into(), bytes: 1, outcome: ItemOutcome::Failed(error) }
}

fn done(name: &str) -> ItemResult {
    ItemResult { name: name.into(), bytes: 1, outcome: ItemOutcome::Done(Verified::Crc64Nvme) }
}

fn finish(queue: &mut Queue, id: u64, end: JobEnd) {
    queue.on_report(&Report::Finished { job: JobId(id), end });
}

fn ask(queue: &mut Queue, id: u64, question: u64) -> Vec<Effect> {
    let conflict = Conflict { target: "/t/x".into(), source_side: Side::default(), target_side: Side::default() };
    queue.on_report(&Report::Question { job: JobId(id), question, conflict }).unwrap()
}

#[test]
fn a_job_goes_from_queued_to_done() {
    let mut queue = Queue::default();
    queue.on_submit(&Request::Start { job: JobId(1), work: copy(vec![object("a")]) });
    assert_eq!(queue.jobs()[0].state(), JobState::Queued);
    let progress = Arc::new(Progress::default());
    queue.on_report(&Report::Started { job: JobId(1), progress: Arc::clone(&progress) });
    assert_eq!(queue.jobs()[0].state(), JobState::Counting);
    progress.add_total(1, 10);
    progress.counted();
    queue.on_tick(Timestamp::UNIX_EPOCH, &[]);
    assert_eq!(queue.jobs()[0].state(), JobState::Running);
    queue.on_report(&Report::Items { job: JobId(1), results: vec![done("s3://b/a")] });
    finish(&mut queue, 1, JobEnd::Done);
    assert_eq!(queue.jobs()[0].state(), JobState::Done);
    assert_eq!(queue.current().map(|job| job.id), Some(JobId(1)), "the result stays until the next key");
    queue.on_key();
    assert!(queue.current().is_none());
}

#[test]
fn speed_and_time_left_come_from_ticks() {
    let mut queue = Queue::default();
    let progress = start(&mut queue, 1, copy(vec![object("a")]));
    progress.add_total(1, 10_000);
    progress.counted();
    for tick in 0..5 {
        queue.on_tick(Timestamp::from_millisecond(tick * 100).unwrap(), &[(JobId(1), progress.snapshot())]);
        progress.add_bytes(100);
    }
    let job = &queue.jobs()[0];
    assert_eq!((job.speed(), job.seconds_left()), (Some(1000), Some(10)));
    assert_eq!(job.elapsed, Duration::from_millis(400));
}

#[test]
fn what_was_moved_before_the_first_tick_or_while_a_question_waited_is_no_speed() {
    let mut queue = Queue::default();
    let progress = start(&mut queue, 1, copy(vec![object("a")]));
    let tick = |queue: &mut Queue, milliseconds: i64| {
        queue.on_tick(Timestamp::from_millisecond(milliseconds).unwrap(), &[(JobId(1), progress.snapshot())]);
        queue.jobs()[0].speed()
    };
    progress.add_bytes(1 << 30);
    assert_eq!(tick(&mut queue, 0), None);
    assert_eq!(tick(&mut queue, 100), None);
    ask(&mut queue, 1, 1);
    progress.add_bytes(1 << 30);
    tick(&mut queue, 200);
    let skip = Answer { policy: ConflictPolicy::Skip, for_all: false };
    queue.on_submit(&Request::Resolve { job: JobId(1), question: 1, answer: skip });
    assert_eq!(tick(&mut queue, 300), None);
}

#[test]
fn questions_are_shown_one_at_a_time_and_one_answer_may_hold_for_all() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    assert!(ask(&mut queue, 1, 1).is_empty() && ask(&mut queue, 1, 2).is_empty() && ask(&mut queue, 1, 3).is_empty());
    assert_eq!(queue.jobs()[0].state(), JobState::Asking);
    assert_eq!(queue.next_question().unwrap().question, 1);
    let once = Answer { policy: ConflictPolicy::Skip, for_all: false };
    assert!(queue.on_submit(&Request::Resolve { job: JobId(1), question: 1, answer: once }).is_empty());
    assert_eq!(queue.next_question().unwrap().question, 2);
    let all = Answer { policy: ConflictPolicy::Overwrite, for_all: true };
    let more = queue.on_submit(&Request::Resolve { job: JobId(1), question: 2, answer: all });
    assert_eq!(more, [resolve(JobId(1), 3, all)]);
    assert_eq!(ask(&mut queue, 1, 4), [resolve(JobId(1), 4, all)]);
    assert_eq!((queue.next_question(), queue.jobs()[0].state()), (None, JobState::Counting));
}

#[test]
fn a_question_that_was_put_off_comes_back_when_it_is_asked_for() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    ask(&mut queue, 1, 1);
    queue.put_off(JobId(1));
    assert!(queue.next_question().is_none());
    assert!(queue.ask_again());
    assert_eq!(queue.next_question().unwrap().question, 1);
}

#[test]
fn a_cancelled_job_asks_nothing_more_and_says_that_it_stops() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    ask(&mut queue, 1, 1);
    let [Effect::Submit(request)] = &queue.cancel()[..] else { panic!() };
    queue.on_submit(request);
    assert_eq!(queue.jobs()[0].state(), JobState::Stopping);
    assert!(queue.next_question().is_none() && ask(&mut queue, 1, 2).is_empty() && queue.next_question().is_none());
    assert!(queue.cancel().is_empty());
    finish(&mut queue, 1, JobEnd::Cancelled);
    assert_eq!(queue.jobs()[0].state(), JobState::Cancelled);
}

#[test]
fn a_retry_takes_the_failed_items_only() {
    let mut queue = Queue::default();
    let folder = Item::Prefix { bucket: "b".into(), prefix: "dir/".into() };
    start(&mut queue, 1, copy(vec![object("a"), object("c"), folder.clone(), object("dir2")]));
    let rate = ByteRate::new(1000);
    queue.on_submit(&Request::Limit { job: Some(JobId(1)), rate });
    let results = vec![done("s3://b/a"), failed("s3://b/c"), failed("s3://b/dir/x")];
    queue.on_report(&Report::Items { job: JobId(1), results });
    assert!(queue.retry(&mut Ids::default()).is_empty(), "not while it runs");
    finish(&mut queue, 1, JobEnd::SomeFailed);
    let effects = queue.retry(&mut Ids::default());
    let [Effect::Submit(Request::Start { job, work: Work::Transfer(again) }), limit] = &effects[..] else { panic!() };
    assert_eq!(*limit, Effect::Submit(Request::Limit { job: Some(*job), rate }), "as slow as before");
    assert_eq!(again.items, [object("c"), folder]);
    assert_eq!(again.policy, ConflictPolicy::Skip, "nothing is replaced unasked");
}

#[test]
fn a_held_job_says_so_and_goes_on() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    let error = Error::new(Kind::ExpiredToken, "read", "s3://b/a", "the token has expired");
    queue.on_report(&Report::Held { job: JobId(1), reason: Some(error.clone()) });
    assert_eq!(queue.jobs()[0].state(), JobState::Held(error));
    queue.on_report(&Report::Held { job: JobId(1), reason: None });
    assert_eq!(queue.jobs()[0].state(), JobState::Counting);
}

#[test]
fn a_paused_job_says_so_and_waits_for_its_turn_when_it_is_resumed() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    let submit = |queue: &mut Queue, effects: Vec<Effect>| {
        for effect in &effects {
            let Effect::Submit(request) = effect else { panic!() };
            queue.on_submit(request);
        }
        effects
    };
    let pause = queue.pause();
    assert_eq!(submit(&mut queue, pause), [Effect::Submit(Request::Pause(JobId(1)))]);
    assert_eq!((queue.jobs()[0].state(), queue.jobs()[0].is_waiting()), (JobState::Paused, true));
    queue.on_report(&Report::Turn { job: JobId(1), has_turn: false });
    let resume = queue.pause();
    assert_eq!(submit(&mut queue, resume), [Effect::Submit(Request::Resume(JobId(1)))]);
    assert_eq!(queue.jobs()[0].state(), JobState::Queued);
    queue.on_report(&Report::Turn { job: JobId(1), has_turn: true });
    assert_eq!(queue.jobs()[0].state(), JobState::Counting);
}

#[test]
fn all_are_paused_unless_all_are_then_all_are_resumed() {
    let mut queue = Queue::default();
    for id in 1..=3 {
        start(&mut queue, id, copy(vec![object("a")]));
    }
    finish(&mut queue, 2, JobEnd::Done);
    queue.on_submit(&Request::Pause(JobId(1)));
    assert_eq!(queue.pause_all(), [Effect::Submit(Request::Pause(JobId(3)))]);
    queue.on_submit(&Request::Pause(JobId(3)));
    assert_eq!(queue.pause_all(), [1, 3].map(|id| Effect::Submit(Request::Resume(JobId(id)))));
}

#[test]
fn failures_outlive_thousands_of_successes() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    queue.on_report(&Report::Items { job: JobId(1), results: vec![failed("s3://b/first")] });
    let many = (0..5_000).map(|at| done(&format!("s3://b/{at}"))).collect();
    queue.on_report(&Report::Items { job: JobId(1), results: many });
    let results = &queue.jobs()[0].results;
    assert_eq!((results.done, results.failed, results.recent.len()), (5_000, 1, 2_000));
    assert_eq!(results.iter().next().unwrap().name, "s3://b/first");
    assert_eq!(results.words(), "5,000 done, 1 failed");
    assert_eq!(results.verified_words().as_deref(), Some("CRC64NVME"));
}

#[test]
fn clearing_keeps_what_is_not_over() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    start(&mut queue, 2, copy(vec![object("b")]));
    finish(&mut queue, 1, JobEnd::Done);
    queue.clear_finished();
    assert_eq!(queue.jobs().iter().map(|job| job.id).collect::<Vec<_>>(), [JobId(2)]);
    assert_eq!((queue.cursor(), queue.unfinished()), (0, 1));
}

#[test]
fn clearing_leaves_the_cursor_on_its_job() {
    let mut queue = Queue::default();
    for id in 1..=3 {
        start(&mut queue, id, copy(vec![object("a")]));
    }
    queue.move_by(-1);
    finish(&mut queue, 1, JobEnd::Done);
    queue.clear_finished();
    assert_eq!(queue.selected().map(|job| job.id), Some(JobId(2)));
}

proptest! {
    #[test]
    fn any_order_of_reports_adds_up(steps in prop::collection::vec((0u8..15, 0u64..4), 0..80)) {
        let mut queue = Queue::default();
        let mut ids = Ids::default();
        for (step, id) in steps {
            match step {
                0 if queue.jobs().iter().all(|job| job.id != JobId(id)) => {
                    drop(start(&mut queue, id, copy(vec![object("a"), object("b")])));
                }
                1 => drop(queue.on_report(&Report::Items { job: JobId(id), results: vec![done("s3://b/a")] })),
                2 => drop(queue.on_report(&Report::Items { job: JobId(id), results: vec![failed("s3://b/b")] })),
                3 => drop(ask(&mut queue, id, id)),
                4 => finish(&mut queue, id, JobEnd::SomeFailed),
                5 => queue.move_by(1),
                6 => queue.move_by(-1),
                7 => queue.scroll_detail(3),
                8 => { queue.clear_finished(); }
                9 => queue.on_tick(Timestamp::from_second(i64::try_from(id).unwrap()).unwrap(), &[]),
                10 => drop(queue.cancel()),
                11 => queue.put_off(JobId(id)),
                12 => drop(queue.on_submit(&Request::Pause(JobId(id)))),
                13 => drop(queue.on_report(&Report::Turn { job: JobId(id), has_turn: id % 2 == 0 })),
                _ => drop(queue.retry(&mut ids)),
            }
            prop_assert!(queue.cursor() == 0 || queue.cursor() < queue.jobs().len());
            prop_assert!(queue.jobs().iter().all(|job| job.results.kept() as u64 <= job.results.done + job.results.failed));
            prop_assert!(queue.unfinished() <= queue.jobs().len());
            if let Some(asked) = queue.next_question() {
                prop_assert!(queue.jobs().iter().any(|job| job.id == asked.job && !job.is_over()));
            }
        }
    }
}

#[test]
fn jobs_follow_the_engines_order_and_the_cursor_follows_its_job() {
    let mut queue = Queue::default();
    for id in 1..=5 {
        start(&mut queue, id, copy(vec![object("a")]));
    }
    finish(&mut queue, 2, JobEnd::Done);
    queue.move_by(-1);
    assert_eq!(queue.selected().map(|job| job.id), Some(JobId(4)));
    let jobs = [1, 4, 3].map(JobId).to_vec();
    queue.on_report(&Report::Reordered { job: JobId(4), jobs, is_moved: true });
    let order: Vec<_> = queue.jobs().iter().map(|job| job.id.0).collect();
    assert_eq!(order, [1, 2, 4, 3, 5], "what is over, and what the engine did not name yet, keeps its place");
    assert_eq!(queue.selected().map(|job| job.id), Some(JobId(4)));
}

#[test]
fn only_a_job_that_waits_is_put_elsewhere() {
    let mut queue = Queue::default();
    start(&mut queue, 1, copy(vec![object("a")]));
    assert!(queue.reorder_request(true).is_empty(), "it runs");
    queue.on_submit(&Request::Start { job: JobId(2), work: copy(vec![object("b")]) });
    let sooner = Request::Reorder { job: JobId(2), is_sooner: true };
    assert_eq!(queue.reorder_request(true), [Effect::Submit(sooner)]);
}
