//! Editing: a file in place, an object by way of a temporary file that is put back if it was changed.

use std::path::Path;

use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::state::{Editing, State};
use crate::model::job::{Item, Request, Work};
use crate::model::location::Location;

/// Begins to edit what is under the cursor.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    match state.current_item() {
        Some(Item::File(path)) => vec![Effect::Edit(path)],
        Some(Item::Object(object)) => {
            let ticket = state.ids.ticket();
            let before = state.fetching.replace(ticket);
            let mut effects: Vec<_> = before.map(|ticket| Effect::Submit(Request::Drop(ticket))).into_iter().collect();
            state.notice = Some(Notice::good(format!("reading {object} to edit it")));
            effects.push(Effect::Submit(Request::Fetch { ticket, object }));
            effects
        }
        Some(_) => {
            state.notice = Some(Notice::warning("only files and objects can be edited"));
            vec![]
        }
        None => vec![],
    }
}

/// Opens the editor on an object that was fetched.
pub(super) fn on_fetched(state: &mut State, editing: Editing) -> Vec<Effect> {
    state.fetching = None;
    state.notice = None;
    let path = editing.path.clone();
    state.editing = Some(editing);
    vec![Effect::Edit(path)]
}

/// Puts an edited object back; a file needs no more than a fresh look at its folder.
pub(super) fn on_edited(state: &mut State, path: &Path, is_changed: bool, problem: Option<String>) -> Vec<Effect> {
    if let Some(problem) = problem {
        state.notice = Some(Notice::warning(problem));
    }
    let object = state.editing.take_if(|editing| editing.path == *path);
    match object {
        Some(editing) if is_changed => {
            let job = state.ids.job();
            let work = Work::PutBack { from: editing.path, to: editing.object, if_match: editing.etag };
            vec![Effect::Submit(Request::Start { job, work })]
        }
        Some(editing) => {
            state.notice.get_or_insert_with(|| Notice::good("not changed, so nothing was written"));
            vec![Effect::Discard(editing.path)]
        }
        None => {
            let folder = path.parent().map(|folder| Location::Local(folder.to_owned()));
            super::report::refresh_touched(state, folder.as_slice())
        }
    }
}
