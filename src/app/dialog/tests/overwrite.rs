//! The question of a job that meets something at its target.

use super::*;

fn answer(policy: ConflictPolicy, for_all: bool) -> Request {
    Request::Resolve { job: JobId(7), question: 3, answer: Answer { policy, for_all } }
}

#[test]
fn a_conflict_shows_both_sides_and_leaves_the_target_unless_told_otherwise() {
    let mut script = overwrite();
    assert!(script.text().contains("The source is newer and larger."), "{}", script.text());
    assert_eq!(script.keys("<enter>"), [answer(ConflictPolicy::Skip, false)]);
    assert_eq!(overwrite().keys("<right><enter>"), [answer(ConflictPolicy::Overwrite, false)]);
    assert_eq!(overwrite().keys("<up><right><tab><tab><tab><enter>"), [answer(ConflictPolicy::Newer, true)]);
    assert_eq!(overwrite().keys("<right><right><right><right><right><enter>"), [Request::Cancel(JobId(7))]);
}

#[test]
fn a_conflict_can_be_put_off_and_ends_with_its_job() {
    let mut script = overwrite();
    assert!(script.keys("<esc>").is_empty());
    assert!(matches!(script.reply, Some(Reply::Later(JobId(7)))));
    let mut script = overwrite();
    let finished = |job| Report::Finished { job: JobId(job), end: JobEnd::Cancelled };
    assert!(script.dialog.on_report(&finished(8)).is_none());
    assert!(matches!(script.dialog.on_report(&finished(7)), Some(Step::Close(_))));
}

#[test]
fn buttons_and_options_can_be_clicked() {
    assert_eq!(overwrite().click_on_button(1), [answer(ConflictPolicy::Overwrite, false)]);
    let mut script = overwrite();
    let place = script.dialog.layout(SCREEN);
    let spot = (place.body.y..place.body.bottom())
        .flat_map(|row| (place.body.x..place.body.right()).map(move |column| (column, row)))
        .find(|(column, row)| place.hit(*column, *row) == Hit::Option(0, 1))
        .unwrap();
    let step = script.dialog.on_click(spot.0, spot.1, SCREEN, &mut script.ids);
    script.take(step);
    assert_eq!(script.click_on_button(0), [answer(ConflictPolicy::Skip, true)]);
}
