//! Editing: a file in place, an object by way of a temporary file that is put back if it was changed.

use std::path::Path;

use super::{is_busy, read_only};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::state::State;
use crate::model::job::{Item, Request, Work};
use crate::model::location::Location;

/// Begins to edit what is under the cursor. An object that was to be edited before is given up: one editor at a time.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    match state.current_item() {
        Some(Item::File(path)) => {
            let mut effects = give_up(state).unwrap_or_default();
            effects.push(Effect::Edit(path));
            effects
        }
        Some(Item::Object(object)) => {
            let mut effects = give_up(state).unwrap_or_default();
            let ticket = state.ids.ticket();
            state.fetching = Some(ticket);
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

/// Gives up the object that is to be edited and is not open yet; returns nothing if there is none.
pub(super) fn give_up(state: &mut State) -> Option<Vec<Effect>> {
    let asked = state.fetching.take().map(|ticket| Effect::Submit(Request::Drop(ticket)));
    let waiting = state.fetched.take().map(|editing| Effect::Discard(editing.path));
    let effects: Vec<_> = asked.into_iter().chain(waiting).collect();
    (!effects.is_empty()).then_some(effects)
}

/// Opens the editor on an object that was fetched, as soon as no keys are meant for anything else.
pub(super) fn open_fetched(state: &mut State) -> Vec<Effect> {
    if is_busy(state) || state.editing.is_some() {
        return vec![];
    }
    let Some(editing) = state.fetched.take() else { return vec![] };
    if state.is_read_only {
        state.notice = Some(read_only());
        return vec![Effect::Discard(editing.path)];
    }
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
    if let Some(effects) = super::settings::on_edited(state, path, is_changed) {
        return effects;
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
