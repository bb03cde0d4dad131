//! The questions about jobs that are not finished: on leaving, and at the next start.

use super::*;

#[test]
fn the_question_about_leaving_ends_with_the_last_job() {
    let mut script = Script::new(|_| Dialog::Quit(Box::new(ask_quit::AskQuit::new(2))));
    let finished = |job| Report::Finished { job: JobId(job), end: JobEnd::Cancelled };
    assert!(matches!(script.dialog.on_report(&finished(1)), Some(Step::Stay(_))));
    assert!(script.text().contains("1 job is not finished."), "{}", script.text());
    assert!(matches!(script.dialog.on_report(&finished(2)), Some(Step::Close(_))));
}

#[test]
fn leaving_with_running_jobs_needs_more_than_enter() {
    let quit = || Script::new(|_| Dialog::Quit(Box::new(ask_quit::AskQuit::new(2))));
    let mut script = quit();
    assert!(script.keys("<enter>").is_empty() && script.is_closed);
    for (keys, leaving) in [("<tab><enter>", Leaving::Keep), ("<tab><tab><enter>", Leaving::Cancel)] {
        let mut script = quit();
        for key in parse(keys) {
            let step = script.dialog.on_key(key, SCREEN, &mut script.ids);
            script.take(step);
        }
        assert_eq!(script.effects, [Effect::Quit(leaving)]);
    }
}

#[test]
fn what_is_left_is_decided_about_together_and_only_what_is_from_here() {
    let offer = || Script::new(|ids| Dialog::Offer(Box::new(offer::Offer::new(left_jobs("prod", ids)))));
    assert!(offer().keys("<enter>").is_empty(), "the button that has the focus changes nothing");
    let work = || left(1, true).work;
    let (job, unfinished) = (JobId(1), left(1, true).id);
    assert_eq!(offer().click_on_button(0), [Request::TakeUp { job, unfinished, work: work() }]);
    assert_eq!(offer().keys("<tab><enter>"), [Request::GiveUp { job, unfinished, work: work() }]);
    let text = offer().text();
    for words in ["2 unfinished jobs", "aborts their uploads", "24.0 MiB, no item whole yet", "with --profile prod"] {
        assert!(text.replace('\n', " ").contains(words), "{words}: {text}");
    }
}
