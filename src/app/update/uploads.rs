//! Actions on the screen of unfinished uploads, and how one gets there.

use std::time::Duration;

use ratatui::layout::Rect;

use super::browse::movement;
use super::{read_only, settings};
use crate::app::action::Action;
use crate::app::dialog::Dialog;
use crate::app::dialog::abort::Abort;
use crate::app::dialog::older::Older;
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::app::history::places;
use crate::app::keymap::{Code, Key};
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::state::{Screen, State};
use crate::app::uploads::Uploads;
use crate::model::job::{JobEnd, Report, Request, Work};
use crate::model::text::{counted, duration};
use crate::model::upload::{Holder, UploadRef};

/// What is said of an upload that is sent right now.
const RUNNING: &str = "a transfer works on it: cancel that one on the transfers screen (t)";

/// Shows the uploads of the bucket or prefix under the cursor, or of the place that the pane shows.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some((bucket, prefix)) = settings::here(state) else {
        state.notice = Some(Notice::warning("there is no bucket here: go to one, and press the key again"));
        return vec![];
    };
    let (uploads, effects) = Uploads::open(bucket, prefix.as_str().into(), &mut state.ids);
    let dropped = state.uploads.replace(Box::new(uploads)).map(|mut old| old.stop()).unwrap_or_default();
    state.screen = Screen::Uploads;
    [dropped, effects].concat()
}

/// Forgets the screen once the panes are shown again.
pub(super) fn forget_closed(state: &mut State) -> Vec<Effect> {
    let closed = state.uploads.take_if(|_| state.screen == Screen::Browse);
    closed.map(|mut uploads| uploads.stop()).unwrap_or_default()
}

/// Moves the window along, asks for the parts of what has come into view, and tells the open question what is known.
pub(super) fn follow(state: &mut State, area: Option<Rect>) -> Vec<Effect> {
    let (Some(area), Some(uploads)) = (area, &mut state.uploads) else { return vec![] };
    if let Some(Dialog::Abort(dialog)) = &mut state.dialog {
        dialog.sum = uploads.sum(dialog.uploads());
    }
    uploads.follow(area, &mut state.ids)
}

/// Returns how many rows are shown.
fn page(state: &State) -> isize {
    let rows = layout(state).full(Screen::Uploads).map_or(1, |area| places(area).rows.height);
    isize::from(i16::try_from(rows).unwrap_or(i16::MAX)).max(1)
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = page(state);
    let Some(uploads) = &mut state.uploads else {
        state.screen = Screen::Browse;
        return vec![];
    };
    if let Some(rows) = movement(action, page) {
        uploads.move_by(rows);
        return vec![];
    }
    match action {
        Action::ToggleMark => toggle_mark(state),
        Action::MarkAll => uploads.mark_all(),
        Action::Filter => uploads.begin_filter(),
        Action::Refresh => return uploads.read(&mut state.ids),
        Action::Delete => ask_abort(state, None),
        Action::AbortOlder => {
            state.dialog = Some(Dialog::Older(Box::new(Older::ask(uploads.is_whole()))));
        }
        Action::Uploads => state.screen = Screen::Browse,
        Action::BackOut => return back_out(state),
        _ => {}
    }
    vec![]
}

fn toggle_mark(state: &mut State) {
    if state.uploads.as_mut().is_some_and(|uploads| !uploads.toggle_mark()) {
        state.notice = Some(Notice::warning(RUNNING));
    }
}

/// Backs out of one thing at a time: what is read, the filter, the marks, the screen.
fn back_out(state: &mut State) -> Vec<Effect> {
    let Some(uploads) = &mut state.uploads else { return vec![] };
    if let Some(effects) = uploads.stop_reading() {
        return effects;
    }
    if !uploads.end_filter() && !uploads.clear_marks() {
        state.screen = Screen::Browse;
    }
    vec![]
}

/// Asks about aborting the marked ones, or the one under the cursor.
fn ask_abort(state: &mut State, older_than: Option<Duration>) {
    let Some(uploads) = &state.uploads else { return };
    let chosen = uploads.selection();
    let is_running = uploads.selected().is_some_and(|row| row.holder == Some(Holder::Running));
    let words = match chosen.as_slice() {
        [] => "there is nothing to abort",
        _ if uploads.is_aborting() => "one thing at a time: some are being aborted; t shows how far that is",
        _ if is_running && uploads.marked().is_empty() => RUNNING,
        chosen => {
            let dialog = Abort::new(chosen.to_vec(), &uploads.place(), older_than, uploads.sum(chosen));
            state.dialog = Some(Dialog::Abort(Box::new(dialog)));
            return;
        }
    };
    state.notice = Some(Notice::warning(words));
}

/// Marks those that are so old, and asks about aborting them.
pub(super) fn abort_older(state: &mut State, age: Duration) {
    let Some(uploads) = &mut state.uploads else { return };
    if uploads.mark_older(age) == 0 {
        let words = format!("none that is free is older than {}", duration(age.as_secs()));
        state.notice = Some(Notice::warning(words));
    } else {
        ask_abort(state, Some(age));
    }
}

/// Aborts what was agreed to.
pub(super) fn abort(state: &mut State, uploads: Vec<UploadRef>) -> Vec<Effect> {
    if state.is_read_only {
        state.notice = Some(read_only());
        return vec![];
    }
    let job = state.ids.job();
    if let Some(own) = &mut state.uploads {
        own.begin_abort(job);
    }
    vec![Effect::Submit(Request::Start { job, work: Work::AbortUploads { uploads, is_forced: false } })]
}

/// Takes a report; returns nothing if it is not meant for the screen.
pub(super) fn on_report(state: &mut State, report: &Report) -> Option<Vec<Effect>> {
    state.uploads.as_mut()?.on_report(report)
}

/// Takes in what a job says, if it is the screen's: what it has aborted is in the list no more.
pub(super) fn on_job(state: &mut State, report: &Report) -> Vec<Effect> {
    let Some(uploads) = &mut state.uploads else { return vec![] };
    match report {
        Report::Items { job, results } => uploads.on_items(*job, results),
        Report::Finished { job, end } => {
            let Some((done, kept)) = uploads.on_finished(*job) else { return vec![] };
            let done = counted(done, "upload", "uploads");
            match end {
                JobEnd::Done | JobEnd::SomeFailed if kept > 0 => {
                    let words = format!("aborted {done}; {} stayed, which say why", counted(kept, "key", "keys"));
                    state.notice = Some(Notice::warning(words));
                }
                JobEnd::Done => state.notice = Some(Notice::good(format!("aborted {done}"))),
                JobEnd::SomeFailed | JobEnd::Failed(_) | JobEnd::Cancelled => {}
            }
            return uploads.read(&mut state.ids);
        }
        _ => {}
    }
    vec![]
}

/// Takes a key into the filter.
pub(super) fn on_filter_key(state: &mut State, key: Key) -> Vec<Effect> {
    let page = page(state);
    let Some(uploads) = &mut state.uploads else { return vec![] };
    match key.code {
        Code::Esc => drop(uploads.end_filter()),
        Code::Char('c') if key.ctrl => drop(uploads.end_filter()),
        Code::Enter => uploads.end_typing(),
        Code::Up => uploads.move_by(-1),
        Code::Down => uploads.move_by(1),
        Code::PageUp => uploads.move_by(-page),
        Code::PageDown => uploads.move_by(page),
        _ => uploads.retype(|field: &mut Field| {
            field.on_key(key);
        }),
    }
    vec![]
}
