//! The settings of a bucket: how one gets there, and what keys, clicks and texts do.

mod answer;
mod outside;
mod preview;

use ratatui::layout::Rect;
use serde_json::Value;

use super::browse::movement;
use super::{open_help, read_only};
use crate::app::action::Action;
use crate::app::dialog::Dialog;
use crate::app::dialog::difference::Difference;
use crate::app::dialog::template::Pick;
use crate::app::dialog::unsaved::{Unsaved, Why};
use crate::app::effect::Effect;
use crate::app::event::Mouse;
use crate::app::keymap::Key;
use crate::app::layout::layout;
use crate::app::notice::Notice;
use crate::app::settings::editor::{Editor, Typed};
use crate::app::settings::{Settings, Waiting, places};
use crate::app::state::{Identity, Screen, State};
use crate::model::access::Fact;
use crate::model::access::layers::Layers;
use crate::model::document::danger::{Around, dangers};
use crate::model::document::template::{Here, Template};
use crate::model::document::{DocumentKind, DocumentWrite, Removal};
use crate::model::job::{Connection, Item, Request};
use crate::model::location::Location;
use crate::model::name::{BucketName, Profile};

pub(super) use self::answer::on_report;
pub(super) use self::outside::on_edited;

/// Opens the settings of the bucket that is under the cursor, or that what is under it is in.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some((bucket, prefix)) = here(state) else {
        state.notice = Some(Notice::warning("there is no bucket here: go to one, and press the key again"));
        return vec![];
    };
    if let Some(settings) = state.settings.as_ref().filter(|settings| settings.is_needed()) {
        if *settings.bucket() != bucket {
            let words = format!("a change of the settings of {} is not finished: here they are", settings.bucket());
            state.notice = Some(Notice::warning(words));
        }
        state.screen = Screen::Settings;
        return vec![];
    }
    let effects = state.settings.as_mut().map(Settings::stop).unwrap_or_default();
    state.settings = Some(Settings::new(bucket, prefix));
    state.screen = Screen::Settings;
    effects
}

/// Returns the bucket under the cursor or around it, and what the keys there begin with.
pub(super) fn here(state: &State) -> Option<(BucketName, String)> {
    let of_place = |place: &Location| match place {
        Location::S3 { bucket, prefix } => Some((bucket.clone(), prefix.as_str().to_owned())),
        _ => None,
    };
    match state.current_item() {
        Some(Item::Bucket(bucket)) => Some((bucket, String::new())),
        Some(Item::Prefix { bucket, prefix }) => Some((bucket, prefix.as_str().to_owned())),
        Some(Item::Object(object)) => {
            let above = super::report::holder(&Item::Object(object));
            above.as_ref().and_then(of_place)
        }
        Some(Item::File(_) | Item::Folder(_)) | None => of_place(state.focused().place()),
    }
}

fn close(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Browse;
    state.settings.as_mut().map(Settings::stop).unwrap_or_default()
}

/// Moves the windows along, and asks for what has come into view.
pub(super) fn follow(state: &mut State, area: Option<Rect>) -> Vec<Effect> {
    match (area, &mut state.settings) {
        (Some(area), Some(settings)) => settings.follow(area, &mut state.ids),
        // Nobody comes back to a preview from the panes.
        (None, Some(settings)) if state.screen == Screen::Browse => {
            settings.preview.take().and_then(|mut preview| preview.stop()).into_iter().collect()
        }
        _ => vec![],
    }
}

/// Does what an action says.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let area = layout(state).full(Screen::Settings).unwrap_or_default();
    let Some(settings) = &mut state.settings else { return close(state) };
    let places = places(area, settings.focus());
    if settings.preview.is_some() {
        return preview::act(state, action, places.document);
    }
    let rows = if settings.is_reading { places.document.height } else { places.rows.height };
    let page = isize::from(i16::try_from(rows).unwrap_or(i16::MAX)).max(1);
    if let Some(lines) = movement(action, page) {
        if settings.is_reading {
            settings.scroll_by(lines, area);
        } else {
            settings.move_by(lines);
        }
        return vec![];
    }
    match action {
        Action::Open => settings.is_reading = true,
        Action::OtherPane => settings.is_reading = !settings.is_reading,
        Action::BackOut if settings.is_reading => settings.is_reading = false,
        Action::BackOut | Action::Settings => return close(state),
        Action::Refresh => return settings.refresh(),
        Action::Edit => edit(state, None),
        Action::EditOutside => return outside::begin(state),
        Action::New => pick_template(state),
        Action::PublishWebsite => return super::publish::open(state),
        Action::PutBack => return ask_kept(state),
        Action::Delete => ask_delete(state),
        Action::Preview => return preview::begin(state),
        _ => {}
    }
    vec![]
}

/// Returns the document under the cursor that may be changed; says why not if it may not.
fn changeable(state: &mut State) -> Option<(DocumentKind, Option<Value>)> {
    let settings = state.settings.as_ref()?;
    let kind = settings.selected()?.kind;
    let title = kind.facts().title;
    let words = match settings.standing(kind) {
        _ if settings.waiting.is_some() => "one thing at a time: the answer to the last is still on its way".to_owned(),
        Some(document) => return Some((kind, document.clone())),
        None => format!("{title} was not read, so it cannot be changed: {}", settings.selected()?.word()),
    };
    state.notice = Some(Notice::warning(words));
    None
}

/// Opens the text of the document under the cursor, or of another one that is to take its place.
fn edit(state: &mut State, text: Option<&Value>) {
    let Some((kind, standing)) = changeable(state) else { return };
    let Some(settings) = &mut state.settings else { return };
    let editor = Editor::of(kind, settings.bucket().as_str(), standing);
    settings.editor = Some(match text {
        Some(text) => editor.with_text_of(text),
        None => editor,
    });
}

/// Takes a key into the text.
pub(super) fn on_text_key(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    let Some(editor) = &mut settings.editor else { return vec![] };
    if matches!(settings.waiting, Some((_, Waiting::Write(..)))) {
        state.notice = Some(Notice::warning("it is being written"));
        return vec![];
    }
    match editor.on_key(key) {
        Typed::Taken => vec![],
        Typed::Save => save(state),
        Typed::Leave => keep_text(state).unwrap_or_else(|| {
            throw_away(state);
            vec![]
        }),
        Typed::Outside => outside::begin(state),
        Typed::Preview => preview::begin(state),
        Typed::Help => open_help(state),
    }
}

/// Takes pasted text into the text.
pub(super) fn on_paste(state: &mut State, text: &str) {
    let settings = state.settings.as_mut().filter(|settings| settings.waiting.is_none() && settings.preview.is_none());
    if let Some(editor) = settings.and_then(|settings| settings.editor.as_mut()) {
        editor.insert(text);
    }
}

/// Asks before a text that was not written is left, and shows it; nothing if there is none.
pub(super) fn keep_text(state: &mut State) -> Option<Vec<Effect>> {
    let settings = state.settings.as_mut()?;
    let kind = settings.editor.as_ref().filter(|editor| editor.is_changed())?.kind();
    let stopped = settings.preview.take().and_then(|mut preview| preview.stop());
    state.screen = Screen::Settings;
    state.dialog = Some(Dialog::Unsaved(Box::new(Unsaved::new(kind, Why::Leaving))));
    Some(stopped.into_iter().collect())
}

/// Leaves the text without writing it.
pub(super) fn throw_away(state: &mut State) {
    if let Some(settings) = &mut state.settings {
        settings.editor = None;
    }
}

/// Asks about writing the text, if nothing is wrong with it.
pub(super) fn save(state: &mut State) -> Vec<Effect> {
    let Some(settings) = &mut state.settings else { return vec![] };
    let Some(editor) = &mut settings.editor else { return vec![] };
    let new = match editor.document() {
        Ok(document) => document.clone(),
        Err(faults) => {
            let count = crate::model::text::counted(faults.len() as u64, "problem", "problems");
            let words = format!("not written: {count}; Ctrl-N goes to the next");
            editor.show_fault();
            state.notice = Some(Notice::warning(words));
            return vec![];
        }
    };
    let (kind, seen) = (editor.kind(), editor.standing().cloned());
    ask_difference(state, kind, DocumentWrite { seen, new: Some(new), mfa: None });
    vec![]
}

/// Shows what a change comes to, and asks.
fn ask_difference(state: &mut State, kind: DocumentKind, change: DocumentWrite) {
    if change.seen == change.new {
        state.notice = Some(Notice::good("it is like this already; nothing was written"));
        return;
    }
    let Some(settings) = &state.settings else { return };
    let bucket = settings.bucket().as_str();
    let caller = connection(state).and_then(|own| own.caller.clone());
    let mut documents = settings.known();
    // It is written over what was seen, and over nothing else, whatever the row was when it was read.
    documents.insert(kind, change.seen.clone().map_or(Fact::Absent, Fact::Known));
    let around = Around { layers: Layers::of_documents(documents), caller, now: state.now };
    let found = dangers(bucket, kind, change.new.as_ref(), &around);
    let dialog = Difference::new(kind, bucket, change, found);
    state.dialog = Some(Dialog::Difference(Box::new(dialog)));
}

/// Returns who the caller is; nobody for a bucket that another profile leads to.
fn connection(state: &State) -> Option<&Connection> {
    let is_own = state.settings.as_ref().is_some_and(|settings| *settings.bucket().profile() == Profile::OWN);
    match &state.identity {
        Identity::Known(connection) => Some(connection).filter(|_| is_own),
        Identity::Asked | Identity::Missing(_) => None,
    }
}

/// Writes a document that was agreed to.
pub(super) fn write(state: &mut State, kind: DocumentKind, change: Box<DocumentWrite>) -> Vec<Effect> {
    if state.is_read_only {
        state.notice = Some(read_only());
        return vec![];
    }
    let ticket = state.ids.ticket();
    let Some(settings) = &mut state.settings else { return vec![] };
    settings.waiting = Some((ticket, Waiting::Write(kind, change.new.clone())));
    state.notice = Some(Notice::good(format!("writing {} …", kind.facts().title)));
    vec![Effect::Submit(Request::WriteDocument { ticket, bucket: settings.bucket().clone(), kind, change })]
}

/// Reads anew what stands there; the text is kept, and compared with it then.
pub(super) fn read_again(state: &mut State, kind: DocumentKind) -> Vec<Effect> {
    state.settings.as_mut().map(|settings| settings.reread(kind, &mut state.ids)).unwrap_or_default()
}

/// Asks for what stood there before the last write, to be put back.
fn ask_kept(state: &mut State) -> Vec<Effect> {
    let Some((kind, _)) = changeable(state) else { return vec![] };
    let ticket = state.ids.ticket();
    let Some(settings) = &mut state.settings else { return vec![] };
    settings.waiting = Some((ticket, Waiting::Kept(kind)));
    vec![Effect::Submit(Request::ReadKeptDocument { ticket, bucket: settings.bucket().clone(), kind })]
}

fn ask_delete(state: &mut State) {
    let Some((kind, standing)) = changeable(state) else { return };
    let title = kind.facts().title;
    match standing {
        _ if kind.facts().removal == Removal::Never => {
            state.notice = Some(Notice::warning(format!("{title} cannot be taken away, only changed")));
        }
        None => state.notice = Some(Notice::warning(format!("{title} is not set"))),
        seen => ask_difference(state, kind, DocumentWrite { seen, new: None, mfa: None }),
    }
}

/// Offers the templates for the document under the cursor.
fn pick_template(state: &mut State) {
    let Some((kind, _)) = changeable(state) else { return };
    if let Some(dialog) = Pick::new(kind) {
        state.dialog = Some(Dialog::Template(Box::new(dialog)));
    } else {
        let words = format!("there is no template for {}; e edits it", kind.facts().title);
        state.notice = Some(Notice::warning(words));
    }
}

/// Opens the text of the document under the cursor with a template added to it.
pub(super) fn add_template(state: &mut State, name: &str) {
    let Some(template) = Template::named(name) else { return };
    let Some(settings) = &state.settings else { return };
    let bucket = settings.bucket();
    let region = state.regions.get(bucket).or(connection(state).map(|own| &own.region)).cloned();
    let here = Here {
        bucket: bucket.as_str().to_owned(),
        prefix: settings.prefix().to_owned(),
        account: connection(state).and_then(|own| own.account.clone()),
        region,
    };
    let standing = settings.standing(template.kind).and_then(Option::as_ref);
    match template.merged(standing, &here) {
        Ok(merged) => edit(state, Some(&merged)),
        Err(problem) => {
            state.notice = Some(Notice::warning(problem));
            return;
        }
    }
    if let Some(editor) = state.settings.as_mut().and_then(|settings| settings.editor.as_mut()) {
        editor.show_fault();
    }
}

/// Turns the wheel over the list, the document or the text.
pub(super) fn on_wheel(state: &mut State, area: Rect, mouse: Mouse, lines: isize) {
    let Some(settings) = &mut state.settings else { return };
    let places = places(area, settings.focus());
    if let Some(preview) = &mut settings.preview {
        preview.scroll_by(lines, places.document);
    } else if let Some(editor) = &mut settings.editor {
        editor.move_lines(lines);
    } else if places.frame.contains((mouse.column, mouse.row).into()) {
        settings.scroll_by(lines, area);
    } else {
        settings.move_by(lines);
    }
}

/// Does what a click says: a second one on a row goes to its document.
pub(super) fn on_click(state: &mut State, area: Rect, mouse: Mouse, is_double: bool) {
    let Some(settings) = &mut state.settings else { return };
    if settings.click(area, mouse.column, mouse.row) && is_double {
        settings.is_reading = true;
    }
}
