//! The text of a document in the person's own editor: written to a private file, and taken back into the text area.

use std::path::{Path, PathBuf};

use super::{changeable, save};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::settings::Waiting;
use crate::app::settings::editor::Editor;
use crate::app::state::{Screen, State};
use crate::model::document::DocumentKind;
use crate::model::job::Request;

/// Asks for a file with the text, or with that of the document under the cursor.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    let (kind, text) = match state.settings.as_ref().and_then(|settings| settings.editor.as_ref()) {
        Some(editor) => (editor.kind(), editor.text()),
        None => match changeable(state) {
            Some((kind, standing)) => (kind, Editor::of(kind, "", standing).text()),
            None => return vec![],
        },
    };
    let ticket = state.ids.ticket();
    let Some(settings) = state.settings.as_mut().filter(|settings| settings.waiting.is_none()) else { return vec![] };
    settings.waiting = Some((ticket, Waiting::Draft(kind)));
    let name = format!("{}.json", kind.facts().name);
    vec![Effect::Submit(Request::Draft { ticket, name, text: format!("{text}\n") })]
}

/// Opens the editor on the file, unless something has come in between.
pub(super) fn on_drafted(state: &mut State, kind: DocumentKind, path: PathBuf) -> Vec<Effect> {
    let may_open = is_looked_at(state) && state.editing.is_none() && !state.is_read_only;
    let Some(settings) = state.settings.as_mut().filter(|_| may_open) else {
        return vec![Effect::Discard(path)];
    };
    settings.outside = Some((path.clone(), kind));
    vec![Effect::Edit(path)]
}

/// Takes the text back when the editor has ended; returns nothing if it had another file.
pub(in crate::app::update) fn on_edited(state: &mut State, path: &Path, is_changed: bool) -> Option<Vec<Effect>> {
    let settings = state.settings.as_mut()?;
    let (path, kind) = settings.outside.take_if(|(own, _)| own == path)?;
    if !is_changed {
        state.notice.get_or_insert_with(|| Notice::good("not changed, so nothing was written"));
        return Some(vec![Effect::Discard(path)]);
    }
    let ticket = state.ids.ticket();
    settings.waiting = Some((ticket, Waiting::Text(kind, path.clone())));
    Some(vec![Effect::Submit(Request::ReadDraft { ticket, path })])
}

/// Returns whether nothing has come between the person and the settings.
/// Returns whether the settings are what a person sees, with nothing in front of them.
pub(super) fn is_looked_at(state: &State) -> bool {
    state.screen == Screen::Settings && state.dialog.is_none() && state.palette.is_none() && state.help.is_none()
}

/// Puts the text into the text area, and asks about writing it, unless something has come in between.
pub(super) fn on_text(state: &mut State, kind: DocumentKind, path: PathBuf, text: &str) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    if settings.editor.is_none() {
        let standing = settings.standing(kind).cloned().flatten();
        settings.editor = Some(Editor::of(kind, settings.bucket().as_str(), standing));
    }
    if let Some(editor) = &mut settings.editor {
        editor.replace(text.trim_end());
    }
    let mut effects = vec![Effect::Discard(path)];
    if is_looked_at(state) {
        effects.extend(save(state));
    } else {
        let words = format!("the text of {} has come back from the editor; , shows it", kind.facts().title);
        state.notice = Some(Notice::good(words));
    }
    effects
}
