//! Opens the dialog that changes objects where they are.

use crate::app::dialog::Dialog;
use crate::app::dialog::attributes::Attributes;
use crate::app::effect::Effect;
use crate::app::inspector::{Inspector, Load};
use crate::app::notice::Notice;
use crate::app::state::State;
use crate::model::change::Header;
use crate::model::inspect::{Content, Section};
use crate::model::job::Item;

/// Asks what is to become of the marked objects, or of that under the cursor.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let items = state.focused().tree().selection_to_delete();
    open_of(state, items)
}

/// Asks what is to become of that which the inspector looks at.
pub(super) fn open_inspected(state: &mut State) -> Vec<Effect> {
    let items = state.inspector.subject().map(|subject| subject.item.clone()).into_iter().collect();
    open_of(state, items)
}

fn open_of(state: &mut State, items: Vec<Item>) -> Vec<Effect> {
    if items.is_empty() {
        return vec![];
    }
    if !items.iter().all(|item| matches!(item, Item::Object(_) | Item::Prefix { .. })) {
        state.notice = Some(Notice::warning("only objects have attributes to change"));
        return vec![];
    }
    let known = known(&state.inspector, &items);
    state.dialog = Some(Dialog::Attributes(Box::new(Attributes::new(items, &known))));
    vec![]
}

/// Returns the headers of a single object, as far as the inspector has read them.
fn known(inspector: &Inspector, items: &[Item]) -> Vec<(Header, String)> {
    let [item] = items else { return Vec::new() };
    let subject = inspector.subject().filter(|subject| subject.item == *item);
    let sections = subject.map(|subject| subject.sections.as_slice()).unwrap_or_default();
    let fields = sections.iter().find_map(|(section, load)| match load {
        Load::Ready(Content::Fields(fields)) if *section == Section::Metadata => Some(fields),
        _ => None,
    });
    let value = |header: Header| {
        let field = fields?.iter().find(|field| field.label == header.wire_name())?;
        Some((header, field.value.clone()))
    };
    Header::ALL.into_iter().filter_map(value).collect()
}
