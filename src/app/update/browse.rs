//! Actions in the panes and in the inspector beside them.

use globset::GlobMatcher;

use super::{access, attributes, compare, edit, page, publish, settings, uploads, work};
use crate::app::action::Action;
use crate::app::dialog::{Dialog, pattern::Pattern, yank::Yank};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::app::inspector::{View, inner};
use crate::app::keymap::{Code, Key};
use crate::app::layout::{Layout, TWO_PANES, layout};
use crate::app::listing::Rules;
use crate::app::notice::Notice;
use crate::app::pane::Pane;
use crate::app::state::{Identity, Side, State};
use crate::app::tree::{Goal, Note, Tree};
use crate::model::job::Item;
use crate::model::location::Location;
use crate::model::name::Profile;

/// Does what an action says in the focused pane.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(rows) = movement(action, page(state)) {
        state.pane_mut(state.side).tree_mut().move_by(rows);
        return vec![];
    }
    let (pane, ids) = state.pane_and_ids(state.side);
    match action {
        Action::Unfold => pane.unfold(ids),
        Action::Fold => with(pane, Pane::fold),
        Action::Open => open(state),
        Action::GoParent => pane.go_parent(ids),
        Action::OtherPane => other_pane(state),
        Action::SwapPanes => swap_panes(state),
        Action::GoHome => go_home(state),
        Action::GoBack => pane.go_back(ids).unwrap_or_default(),
        Action::GoForward => pane.go_forward(ids).unwrap_or_default(),
        Action::BackOut => back_out(state),
        Action::ToggleMark => toggle_mark(state),
        Action::InvertMarks => with(pane.tree_mut(), Tree::invert_marks),
        Action::MarkAll => with(pane.tree_mut(), Tree::mark_all),
        Action::MarkPattern => ask_pattern(state, true),
        Action::UnmarkPattern => ask_pattern(state, false),
        Action::Copy => work::open_transfer(state, false),
        Action::Move => work::open_transfer(state, true),
        Action::Rename => work::open_rename(state),
        Action::New => work::open_new(state),
        Action::Delete => work::open_delete(state),
        Action::Attributes => attributes::open(state),
        Action::Edit => edit::begin(state),
        Action::Inspect => toggle_inspector(state),
        Action::Settings => settings::open(state),
        Action::Preview => preview(state),
        Action::Yank => yank(state),
        Action::Permissions => access::open(state),
        Action::Uploads => uploads::open(state),
        Action::Compare => compare::open(state, false),
        Action::Sync => compare::open(state, true),
        Action::PublishWebsite => publish::open(state),
        Action::Filter => begin_filter(state),
        Action::Sort => rearrange(pane, |rules| {
            rules.field = rules.field.next();
            rules.is_reversed = false;
        }),
        Action::ReverseSort => rearrange(pane, |rules| rules.is_reversed = !rules.is_reversed),
        Action::ToggleHidden => rearrange(pane, |rules| rules.shows_hidden = !rules.shows_hidden),
        Action::Refresh => refresh(state),
        _ => vec![],
    }
}

fn refresh(state: &mut State) -> Vec<Effect> {
    let forgotten = match state.focused().place() {
        Location::Buckets(profile) => state.words.forget(&profile.clone()),
        _ => vec![],
    };
    let (pane, ids) = state.pane_and_ids(state.side);
    [forgotten, pane.refresh(ids), state.inspector.refresh(&mut state.ids)].concat()
}

/// Asks which of the buckets in view are open to strangers, the one under the cursor first.
pub(super) fn follow_words(state: &mut State, layout: &Layout) -> Vec<Effect> {
    let shown = |side: &Side| layout.pane(*side).is_some_and(|pane| pane.columns.access.is_some());
    let sides: Vec<_> = [state.side, state.side.other()].into_iter().filter(shown).collect();
    if sides.is_empty() {
        return state.words.leave();
    }
    let mut wanted = Vec::new();
    for side in sides {
        let tree = state.pane(side).tree();
        let height = layout.pane(side).map_or(0, |pane| usize::from(pane.rows.height));
        let rows = tree.current().into_iter().chain(tree.rows().iter().skip(tree.top()).take(height).copied());
        wanted.extend(rows.filter_map(|row| match tree.item(row) {
            Some(Item::Bucket(bucket)) => Some(bucket),
            _ => None,
        }));
    }
    state.words.follow(wanted, &mut state.ids)
}

/// Changes a part; nothing has to be asked for.
fn with<T>(part: &mut T, change: impl FnOnce(&mut T)) -> Vec<Effect> {
    change(part);
    vec![]
}

fn rearrange(pane: &mut Pane, change: impl FnOnce(&mut Rules)) -> Vec<Effect> {
    with(pane.tree_mut(), |tree| tree.rearrange(change))
}

/// Returns by how many rows an action moves; the ends are further away than any row.
pub(super) fn movement(action: Action, page: isize) -> Option<isize> {
    match action {
        Action::MoveDown => Some(1),
        Action::MoveUp => Some(-1),
        Action::PageDown => Some(page),
        Action::PageUp => Some(-page),
        Action::GoFirst => Some(isize::MIN),
        Action::GoLast => Some(isize::MAX),
        _ => None,
    }
}

/// Does what an action says in the inspector.
pub(super) fn act_in_inspector(state: &mut State, action: Action) -> Vec<Effect> {
    let area = layout(state).inspector.unwrap_or_default();
    let rows = i16::try_from(inner(area).height).unwrap_or(i16::MAX);
    if let Some(lines) = movement(action, isize::from(rows).max(1)) {
        state.inspector.scroll_by(lines, area);
        return vec![];
    }
    match action {
        Action::OtherPane => other_pane(state),
        Action::Inspect | Action::BackOut => close_inspector(state),
        Action::Settings => settings::open(state),
        Action::Preview => preview(state),
        Action::Attributes => attributes::open_inspected(state),
        Action::Yank => yank(state),
        Action::Permissions => access::open(state),
        Action::Uploads => uploads::open(state),
        Action::Refresh => state.inspector.refresh(&mut state.ids),
        _ => vec![],
    }
}

/// Opens what is under the cursor: a container becomes the pane's place, anything else is inspected.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let (pane, ids) = state.pane_and_ids(state.side);
    let Some(row) = pane.tree().current() else {
        return if pane.has_failed() { pane.refresh(ids) } else { vec![] };
    };
    if row.is_note() {
        return match pane.tree().note(row.listing) {
            Some(Note::More) => pane.resume(row.listing, ids),
            Some(Note::Failed(_) | Note::Stopped) => pane.reload(row.listing, ids),
            _ => vec![],
        };
    }
    match pane.tree().place_of(row) {
        Some(place) => pane.go(place, None, ids),
        None if state.is_inspecting => vec![],
        None => toggle_inspector(state),
    }
}

/// Goes to a place in the focused pane.
pub(super) fn go(state: &mut State, place: Location) -> Vec<Effect> {
    go_to(state, place, None)
}

/// Goes to a place in the focused pane, and to a row there as soon as it has come.
pub(super) fn go_to(state: &mut State, place: Location, goal: Option<Goal>) -> Vec<Effect> {
    state.screen = crate::app::state::Screen::Browse;
    let (pane, ids) = state.pane_and_ids(state.side);
    pane.go(place, goal, ids)
}

fn go_home(state: &mut State) -> Vec<Effect> {
    let place = match (state.focused().place(), &state.home) {
        (Location::Local(_), Some(home)) => Location::Local(home.clone()),
        (Location::Local(_), None) => return vec![],
        (place, _) => Location::Buckets(place.profile().cloned().unwrap_or_default()),
    };
    go(state, place)
}

fn other_pane(state: &mut State) -> Vec<Effect> {
    if state.is_inspecting {
        // Where there is room for one only, the inspector covers the pane and keeps the focus.
        if state.is_inspector_focused && state.width >= TWO_PANES {
            state.is_inspector_focused = false;
        } else {
            focus_inspector(state);
        }
    } else {
        state.side = state.side.other();
    }
    vec![]
}

fn swap_panes(state: &mut State) -> Vec<Effect> {
    std::mem::swap(&mut state.left, &mut state.right);
    vec![]
}

/// Backs out of one thing at a time: the object to be edited, the load, the filter, the marks, the words of buckets, the
/// inspector.
fn back_out(state: &mut State) -> Vec<Effect> {
    if let Some(effects) = edit::give_up(state) {
        state.notice = Some(Notice::good("not edited"));
        return effects;
    }
    let pane = state.pane_mut(state.side);
    if let Some(effects) = pane.stop() {
        return effects;
    }
    if pane.end_filter() || pane.tree_mut().clear_marks() {
        return vec![];
    }
    if pane.place().is_buckets()
        && let Some(effects) = state.words.stop()
    {
        return effects;
    }
    if state.is_inspecting { close_inspector(state) } else { vec![] }
}

fn toggle_mark(state: &mut State) -> Vec<Effect> {
    let tree = state.pane_mut(state.side).tree_mut();
    if let Some(row) = tree.current().filter(|row| !row.is_note()) {
        let is_marked = tree.is_marked(row);
        tree.mark(row, !is_marked);
        tree.move_by(1);
    }
    vec![]
}

fn ask_pattern(state: &mut State, is_mark: bool) -> Vec<Effect> {
    state.dialog = Some(Dialog::Pattern(Box::new(Pattern::ask(is_mark))));
    vec![]
}

/// Marks or unmarks what a pattern matches, and says how many.
pub(super) fn mark_pattern(state: &mut State, pattern: &GlobMatcher, is_mark: bool) {
    let count = state.pane_mut(state.side).tree_mut().mark_pattern(pattern, is_mark);
    let rows = crate::model::text::counted(count as u64, "row", "rows");
    let verb = if is_mark { "marked" } else { "unmarked" };
    state.notice = Some(match count {
        0 => Notice::warning(format!("{} matches nothing on this level", pattern.glob().glob())),
        _ => Notice::good(format!("{verb} {rows}")),
    });
}

pub(super) fn toggle_inspector(state: &mut State) -> Vec<Effect> {
    if state.is_inspecting {
        return close_inspector(state);
    }
    state.is_inspecting = true;
    focus_what_covers(state);
    vec![]
}

/// Gives the inspector the keys; a filter that was being typed stays as it is.
pub(super) fn focus_inspector(state: &mut State) {
    state.is_inspector_focused = true;
    state.pane_mut(state.side).is_typing = false;
}

/// Gives the inspector the keys where it covers the pane.
pub(super) fn focus_what_covers(state: &mut State) {
    if state.is_inspecting && state.width < TWO_PANES {
        focus_inspector(state);
    }
}

fn close_inspector(state: &mut State) -> Vec<Effect> {
    state.is_inspecting = false;
    state.is_inspector_focused = false;
    state.inspector.close()
}

fn preview(state: &mut State) -> Vec<Effect> {
    if state.is_inspecting {
        return state.inspector.show_next(&mut state.ids);
    }
    toggle_inspector(state);
    state.inspector.show(View::Preview, &mut state.ids)
}

fn yank(state: &mut State) -> Vec<Effect> {
    let Some(item) = state.current_item() else { return vec![] };
    let bucket = match &item {
        Item::Object(object) => Some(&object.bucket),
        Item::Prefix { bucket, .. } | Item::Bucket(bucket) => Some(bucket),
        Item::File(_) | Item::Folder(_) => None,
    };
    let is_own = bucket.is_some_and(|bucket| *bucket.profile() == Profile::OWN);
    let (region, endpoint) = match &state.identity {
        // The address of another profile's endpoint is the engine's to know: the inspector has it.
        Identity::Known(connection) if is_own => (Some(connection.region.as_str()), connection.endpoint.as_deref()),
        _ => (None, None),
    };
    let region = bucket.filter(|_| is_own).and_then(|bucket| state.regions.get(bucket)).map(String::as_str).or(region);
    let menu = Yank::new(&item, region, endpoint).with_signed(&item, state.zone.clone(), state.is_read_only);
    state.dialog = Some(Dialog::Yank(Box::new(menu)));
    vec![]
}

fn begin_filter(state: &mut State) -> Vec<Effect> {
    let pane = state.pane_mut(state.side);
    pane.filter.get_or_insert_with(Field::default);
    pane.is_typing = true;
    vec![]
}

/// Takes a key into the filter.
pub(super) fn on_filter_key(state: &mut State, key: Key) -> Vec<Effect> {
    let rows = page(state);
    let pane = state.pane_mut(state.side);
    match key.code {
        Code::Esc => {
            pane.end_filter();
        }
        Code::Char('c') if key.ctrl => {
            pane.end_filter();
        }
        Code::Enter => {
            pane.is_typing = false;
            if pane.filter.as_ref().is_some_and(Field::is_empty) {
                pane.end_filter();
            }
        }
        Code::Up => pane.tree_mut().move_by(-1),
        Code::Down => pane.tree_mut().move_by(1),
        Code::PageUp => pane.tree_mut().move_by(-rows),
        Code::PageDown => pane.tree_mut().move_by(rows),
        _ => {
            let Some(field) = &mut pane.filter else { return vec![] };
            field.on_key(key);
            pane.apply_filter();
        }
    }
    vec![]
}

/// Takes pasted text into the filter, if it is being typed.
pub(super) fn on_filter_paste(state: &mut State, text: &str) {
    let pane = state.pane_mut(state.side);
    if let Some(field) = pane.filter.as_mut().filter(|_| pane.is_typing) {
        field.insert(text);
        pane.apply_filter();
    }
}
