//! Actions on the transfers screen.

use super::browse::movement;
use super::compare;
use super::work::open_delete_of;
use crate::app::action::Action;
use crate::app::dialog::Dialog;
use crate::app::dialog::limit::Limit;
use crate::app::dialog::offer::Offer;
use crate::app::effect::Effect;
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::queue::{Decision, Job};
use crate::app::state::{Screen, State};
use crate::model::compare::Places;
use crate::model::job::{Item, JobId, Work};
use crate::model::text::counted;

/// Opens or closes the transfers screen.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    state.screen = match state.screen {
        Screen::Browse | Screen::Compare | Screen::History | Screen::Settings | Screen::Access | Screen::Uploads => {
            Screen::Transfers
        }
        Screen::Transfers if state.uploads.is_some() => Screen::Uploads,
        Screen::Transfers if state.permissions.is_some() => Screen::Access,
        Screen::Transfers if state.compare.is_some() => Screen::Compare,
        Screen::Transfers => Screen::Browse,
    };
    vec![]
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = layout(state).full(Screen::Transfers).map_or(1, |area| area.height / 2).max(1);
    let page = isize::from(i16::try_from(page).unwrap_or(i16::MAX));
    match action {
        Action::PageDown => state.queue.scroll_detail(page),
        Action::PageUp => state.queue.scroll_detail(-page),
        Action::BackOut => return toggle(state),
        Action::Open => open(state),
        Action::PauseJob => return state.queue.pause(),
        Action::PauseAll => return state.queue.pause_all(),
        Action::RaiseJob => return state.queue.reorder_request(true),
        Action::LowerJob => return state.queue.reorder_request(false),
        Action::CancelJob => return cancel(state),
        Action::RetryJob => return retry(state),
        Action::LimitJob => limit_job(state),
        Action::LimitAll => open_limit(state, None),
        Action::ClearFinished => clear(state),
        action => {
            if let Some(rows) = movement(action, page) {
                state.queue.move_by(rows);
            }
        }
    }
    vec![]
}

/// Asks how fast the transfer under the cursor may be; one that is over is as fast as it was.
fn limit_job(state: &mut State) {
    if let Some(id) = state.queue.selected().filter(|job| job.is_open()).map(|job| job.id) {
        open_limit(state, Some(id));
    }
}

/// Shows the question of the transfer under the cursor again: its own, or what becomes of it if it is left.
fn open(state: &mut State) {
    match state.queue.selected().filter(|job| job.left().is_some()).cloned() {
        Some(job) => state.dialog = Some(Dialog::Offer(Box::new(Offer::new(vec![job])))),
        None => drop(state.queue.ask_again()),
    }
}

/// Stops the transfer under the cursor, or cleans up behind it if it is left or kept.
fn cancel(state: &mut State) -> Vec<Effect> {
    match state.queue.selected() {
        Some(job) if job.left().is_some() => decide(state, Decision::Discard),
        Some(job) if job.is_kept() => state.queue.discard_kept(&mut state.ids),
        _ => state.queue.cancel(),
    }
}

fn clear(state: &mut State) {
    let kept = state.queue.clear_finished() as u64;
    if kept > 0 {
        let stay = counted(kept, "failed transfer stays", "failed transfers stay");
        let words = format!("{stay}: what was begun is kept; r goes on with it, x removes it");
        state.notice = Some(Notice::warning(words));
    }
}

/// Does what was decided about a transfer that is left, or says why that cannot be done from here.
fn decide(state: &mut State, decision: Decision) -> Vec<Effect> {
    let elsewhere = state.queue.selected().and_then(Job::left).and_then(|left| left.elsewhere.as_deref());
    if let Some(words) = elsewhere {
        state.notice = Some(Notice::warning(format!("{words}; Enter offers to forget it")));
        return vec![];
    }
    state.queue.decide(decision)
}

fn open_limit(state: &mut State, id: Option<JobId>) {
    let job = state.queue.jobs().iter().find(|job| Some(job.id) == id);
    let (what, rate) = match job {
        Some(job) => (format!("{} {}", job.verb(), job.what()), job.limit),
        None => ("all transfers together".to_owned(), state.queue.limit()),
    };
    state.dialog = Some(Dialog::Limit(Box::new(Limit::ask(id, what, rate))));
}

/// Goes on with what is left, or does again what failed, by the choices of then. A deletion is asked about anew: a prefix may hold more by now.
fn retry(state: &mut State) -> Vec<Effect> {
    let selected = state.queue.selected();
    if let Some(job) = selected.filter(|job| job.left().is_some()) {
        if job.resume_warning().is_some() {
            open(state);
            return vec![];
        }
        return decide(state, Decision::Resume);
    }
    match selected.and_then(Job::retry) {
        Some(Work::Delete(items)) => open_delete_of(state, items),
        // What was compared then is not what is there now.
        Some(Work::Sync(plan)) => {
            compare::start(state, Places { may_lack: None, ..plan.comparison.places.clone() }, plan.choice, true)
        }
        Some(Work::Publish(publication)) => {
            super::publish::open_wish(state, publication.wish.clone());
            vec![]
        }
        Some(Work::RemoveBucket(name)) => open_delete_of(state, vec![Item::Bucket(name)]),
        _ => state.queue.retry(&mut state.ids),
    }
}
