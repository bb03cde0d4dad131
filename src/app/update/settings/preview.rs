//! What lifecycle rules would touch today: of what stands there, and of a text before it is written.

use ratatui::layout::Rect;

use super::close;
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::settings::editor::Editor;
use crate::app::settings::preview::Preview;
use crate::app::state::State;
use crate::app::update::browse::movement;
use crate::model::document::DocumentKind;
use crate::model::text::counted;

/// Looks through the bucket, by the rules of the text if one is open, else by those that are set.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    let facts = DocumentKind::Lifecycle.facts();
    let kind = settings.editor.as_ref().map(Editor::kind).or(settings.selected().map(|row| row.kind));
    let words = match &mut settings.editor {
        _ if kind != Some(DocumentKind::Lifecycle) => "only lifecycle rules have a preview".to_owned(),
        Some(editor) => match editor.document() {
            Ok(document) => {
                let document = document.clone();
                return look(state, document, true);
            }
            Err(faults) => {
                let count = counted(faults.len() as u64, "problem", "problems");
                editor.show_fault();
                format!("not counted: {count}; Ctrl-N goes to the next")
            }
        },
        None => match settings.standing(DocumentKind::Lifecycle).cloned() {
            Some(Some(document)) => return look(state, document, false),
            Some(None) => {
                format!("{} is not set; e writes rules, and F3 there counts before they are written", facts.title)
            }
            None => format!("{} was not read", facts.title),
        },
    };
    state.notice = Some(Notice::warning(words));
    vec![]
}

fn look(state: &mut State, document: serde_json::Value, is_of_text: bool) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    let stopped = settings.preview.take().and_then(|mut preview| preview.stop());
    let (preview, effect) = Preview::begin(settings.bucket().clone(), document, is_of_text, &mut state.ids);
    settings.preview = Some(Box::new(preview));
    stopped.into_iter().chain([effect]).collect()
}

/// Does what an action says while the preview is open: Esc stops it first, and closes it then.
pub(super) fn act(state: &mut State, action: Action, area: Rect) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    let Some(preview) = &mut settings.preview else { return vec![] };
    let page = isize::from(i16::try_from(area.height).unwrap_or(i16::MAX)).max(1);
    if let Some(lines) = movement(action, page) {
        preview.scroll_by(lines, area);
        return vec![];
    }
    match action {
        Action::BackOut => {
            let stopped = preview.stop();
            if stopped.is_none() {
                settings.preview = None;
            }
            stopped.into_iter().collect()
        }
        Action::Preview | Action::Refresh => {
            let (document, is_of_text) = (preview.document().clone(), preview.is_of_text);
            look(state, document, is_of_text)
        }
        // A text that is open behind it is not left like this.
        Action::Settings if settings.editor.is_none() => {
            let stopped = settings.preview.take().and_then(|mut preview| preview.stop());
            stopped.into_iter().chain(close(state)).collect()
        }
        _ => vec![],
    }
}
