//! What the engine answers to the settings screen.

use serde_json::Value;

use super::{ask_difference, outside};
use crate::app::dialog::Dialog;
use crate::app::dialog::unsaved::{Unsaved, Why};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::settings::Waiting;
use crate::app::state::State;
use crate::app::update::report::show_error;
use crate::model::document::{DocumentKind, DocumentWrite, Written};
use crate::model::error::{Error, Kind};
use crate::model::job::Report;

/// Takes a report; returns nothing if it is not meant for the screen.
pub(in crate::app::update) fn on_report(state: &mut State, report: &Report) -> Option<Vec<Effect>> {
    let settings = state.settings.as_mut()?;
    if settings.on_report(report).is_some() {
        return Some(vec![]);
    }
    if settings.preview.as_mut().is_some_and(|preview| preview.on_report(report)) {
        return Some(vec![]);
    }
    let ticket = match report {
        Report::Document { ticket, .. }
        | Report::DocumentWritten { ticket, .. }
        | Report::Drafted { ticket, .. }
        | Report::Draft { ticket, .. }
        | Report::Failed { ticket, .. } => *ticket,
        _ => return None,
    };
    let waiting = settings.take_waiting(ticket)?;
    state.notice = None;
    Some(match (waiting, report) {
        (Waiting::Write(kind, new), Report::DocumentWritten { written, .. }) => {
            on_written(state, kind, new.as_ref(), written)
        }
        (Waiting::Kept(kind), Report::Document { document, .. }) => on_kept(state, kind, document.clone()),
        (Waiting::Draft(kind), Report::Drafted { path, .. }) => outside::on_drafted(state, kind, path.clone()),
        (Waiting::Text(kind, path), Report::Draft { text, .. }) => outside::on_text(state, kind, path, text),
        (waiting, Report::Failed { error, .. }) => on_failed(state, &waiting, error),
        _ => vec![],
    })
}

fn on_written(state: &mut State, kind: DocumentKind, new: Option<&Value>, written: &Written) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    settings.set(kind, written.stored.clone());
    let title = kind.facts().title;
    state.notice = Some(if written.is_whole {
        settings.editor = None;
        let verb = if new.is_some() { "written and read back" } else { "deleted" };
        let more =
            if new.is_some() && written.stored.as_ref() != new { ", and the server has filled in some" } else { "" };
        Notice::good(format!("{title}: {verb}{more}; u puts back what stood there"))
    } else {
        // The text stays beside what the server made of it.
        if let Some(editor) = &mut settings.editor {
            editor.set_standing(written.stored.clone());
        }
        Notice::warning(format!("{title}: the server keeps something else than was written; F2 shows the difference"))
    });
    // Who may do what may be another answer now.
    let mut effects = state.words.forget(settings.bucket().profile());
    effects.extend(state.inspector.refresh(&mut state.ids));
    effects
}

/// Asks about putting back what stood there, unless the person is elsewhere by now.
fn on_kept(state: &mut State, kind: DocumentKind, kept: Option<Value>) -> Vec<Effect> {
    if !outside::is_looked_at(state) {
        return vec![];
    }
    let standing = state.settings.as_ref().and_then(|settings| settings.standing(kind)).cloned();
    if let Some(seen) = standing {
        ask_difference(state, kind, DocumentWrite { seen, new: kept, mfa: None });
    }
    vec![]
}

fn on_failed(state: &mut State, waiting: &Waiting, error: &Error) -> Vec<Effect> {
    match waiting {
        Waiting::Write(kind, _) if error.kind == Kind::Conflict && state.dialog.is_none() => {
            let dialog = Dialog::Unsaved(Box::new(Unsaved::new(*kind, Why::Stale)));
            state.dialog = Some(dialog.unasked(state.now));
        }
        Waiting::Kept(_) if error.kind == Kind::NotFound => state.notice = Some(Notice::error(error)),
        // The text is open, and keys go into it: the whole error is worth a dialog all the same.
        _ => {
            let dialog = Dialog::Failure(Box::new(crate::app::dialog::failure::Failure::new(error.clone())));
            if state.dialog.is_some() {
                show_error(state, error.clone());
            } else {
                state.dialog = Some(dialog.unasked(state.now));
            }
        }
    }
    vec![]
}
