//! The mouse: the same rectangles as drawing decide what is hit.

use super::{browse, history, on_chosen, on_dialog, read_only, scroll_help, settings, work};
use crate::app::compare::parts;
use crate::app::effect::Effect;
use crate::app::event::{Mouse, MouseKind};
use crate::app::layout::{Column, Layout, PaneLayout, layout, palette_first, palette_rows};
use crate::app::listing::SortField;
use crate::app::state::{Clicked, Drag, Dragged, Screen, Side, State};
use crate::app::tree::Tree;

/// How many rows the wheel turns by.
const WHEEL: isize = 3;

/// Takes a movement or button of the mouse.
pub(super) fn on_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    match mouse.kind {
        MouseKind::WheelUp => on_wheel(state, mouse, -WHEEL),
        MouseKind::WheelDown => on_wheel(state, mouse, WHEEL),
        MouseKind::Down { is_double } => on_down(state, mouse, is_double),
        MouseKind::Drag => on_drag(state, mouse),
        MouseKind::Up => on_up(state, mouse),
    }
}

fn on_wheel(state: &mut State, mouse: Mouse, lines: isize) -> Vec<Effect> {
    let layout = layout(state);
    if let Some(dialog) = &mut state.dialog {
        dialog.on_wheel(lines, layout.screen);
    } else if state.help.is_some() {
        scroll_help(state, lines);
    } else if state.palette.is_some() {
        // The palette shows its best candidates only.
    } else if state.screen == Screen::Transfers {
        state.queue.move_by(lines.signum());
    } else if let Some(compare) = state.compare.as_mut().filter(|_| layout.full(Screen::Compare).is_some()) {
        compare.move_by(lines);
    } else if let (Some(area), Some(permissions)) = (layout.full(Screen::Access), &mut state.permissions) {
        permissions.scroll_by(lines, area);
    } else if state.screen == Screen::History {
        return state.history.move_by(lines, &mut state.ids);
    } else if let Some(area) = layout.full(Screen::Settings) {
        settings::on_wheel(state, area, mouse, lines);
    } else if let Some(own) = state.uploads.as_mut().filter(|_| layout.full(Screen::Uploads).is_some()) {
        own.move_by(lines);
    } else if let Some(area) = layout.inspector.filter(|area| area.contains((mouse.column, mouse.row).into())) {
        state.inspector.scroll_by(lines, area);
    } else if let Some((side, pane)) = pane_at(&layout, mouse) {
        state.pane_mut(side).tree_mut().scroll_by(lines, usize::from(pane.rows.height));
    }
    vec![]
}

fn pane_at(layout: &Layout, mouse: Mouse) -> Option<(Side, &PaneLayout)> {
    let side = layout.side_at(mouse.column, mouse.row)?;
    Some((side, layout.pane(side)?))
}

fn on_down(state: &mut State, mouse: Mouse, is_double: bool) -> Vec<Effect> {
    state.notice = None;
    state.drag = None;
    let is_double = is_double && state.clicked == Clicked::Screen;
    state.clicked = if is_covered(state) { Clicked::Front } else { Clicked::Screen };
    let layout = layout(state);
    if state.dialog.is_some() {
        return on_dialog(state, |dialog, area, ids| dialog.on_click(mouse.column, mouse.row, area, ids));
    }
    if let Some(palette) = &mut state.palette {
        let rows = palette_rows(layout.screen, palette);
        let is_hit = rows.contains((mouse.column, mouse.row).into());
        let first = palette_first(rows, palette);
        let chosen = is_hit.then(|| palette.pick(first + usize::from(mouse.row - rows.y)));
        return chosen.map(|chosen| on_chosen(state, chosen)).unwrap_or_default();
    }
    if state.help.take().is_some() {
        return vec![];
    }
    if let Some(area) = layout.full(Screen::Transfers) {
        state.queue.click(area, mouse.column, mouse.row);
        return vec![];
    }
    if let Some(area) = layout.full(Screen::Compare) {
        let rows = parts(area).rows;
        if let Some(compare) = state.compare.as_mut().filter(|_| rows.contains((mouse.column, mouse.row).into())) {
            compare.click(usize::from(mouse.row - rows.y));
        }
        return vec![];
    }
    if let Some(area) = layout.full(Screen::Access) {
        if let Some(permissions) = &mut state.permissions {
            permissions.click(area, mouse.column, mouse.row);
        }
        return vec![];
    }
    if let Some(area) = layout.full(Screen::History) {
        let is_hit = state.history.click(area, mouse.column, mouse.row);
        return if is_hit && is_double { history::open(state) } else { vec![] };
    }
    if let Some(area) = layout.full(Screen::Settings) {
        settings::on_click(state, area, mouse, is_double);
        return vec![];
    }
    if let (Some(area), Some(own)) = (layout.full(Screen::Uploads), &mut state.uploads) {
        own.click(area, mouse.column, mouse.row);
        return vec![];
    }
    if layout.inspector.is_some_and(|area| area.contains((mouse.column, mouse.row).into())) {
        browse::focus_inspector(state);
        return vec![];
    }
    let Some((side, pane)) = pane_at(&layout, mouse) else { return vec![] };
    state.is_inspector_focused = false;
    if state.side != side {
        state.pane_mut(state.side).is_typing = false;
        state.side = side;
    }
    if pane.heads.contains((mouse.column, mouse.row).into()) {
        sort_by_column(state, pane, mouse.column);
        return vec![];
    }
    on_row(state, pane, mouse, is_double)
}

fn on_row(state: &mut State, pane: &PaneLayout, mouse: Mouse, is_double: bool) -> Vec<Effect> {
    let tree = state.pane_mut(state.side).tree_mut();
    let Some(row) = pane.row_at(mouse.column, mouse.row).map(|row| row + tree.top()) else { return vec![] };
    if row >= tree.rows().len() {
        return vec![];
    }
    tree.move_to(row);
    if is_double {
        return browse::open(state);
    }
    let start = tree.current().and_then(|row| Dragged::new(tree, row));
    state.drag = start.map(|start| Drag { side: state.side, start, marked: None });
    vec![]
}

/// A click on the head of a column sorts by it; another one turns the order round.
fn sort_by_column(state: &mut State, pane: &PaneLayout, column: u16) {
    let x = column.saturating_sub(pane.heads.x);
    let is_in = |column: Option<Column>| column.is_some_and(|column| (column.x..column.x + column.width).contains(&x));
    let field = match &pane.columns {
        columns if is_in(columns.size) => SortField::Size,
        columns if is_in(columns.modified) => SortField::Time,
        columns if is_in(columns.class) => SortField::Class,
        // The words of those that are not in view are not known.
        columns if is_in(columns.access) => return,
        _ => SortField::Name,
    };
    state.pane_mut(state.side).tree_mut().rearrange(|rules| {
        rules.is_reversed = rules.field == field && !rules.is_reversed;
        rules.field = field;
    });
}

/// Dragging inside the pane marks the rows between.
fn on_drag(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let layout = layout(state);
    let Some(mut drag) = take_drag(state) else { return vec![] };
    let tree = state.pane_mut(drag.side).tree_mut();
    let Some(from) = tree.find_row(drag.start.row) else { return vec![] };
    let row = layout.pane(drag.side).and_then(|pane| pane.row_at(mouse.column, mouse.row));
    if let Some(to) = row.map(|row| (row + tree.top()).min(tree.rows().len().saturating_sub(1)))
        && (to != from || drag.marked.is_some())
    {
        unmark(tree, drag.marked.take());
        let new = tree.mark_range(from, to);
        drag.marked = Some(new.into_iter().filter_map(|row| Dragged::new(tree, row)).collect());
        tree.move_to(to);
    }
    state.drag = Some(drag);
    vec![]
}

/// Letting go over the other pane asks for a copy of what was dragged, or of the marked rows if it is one of them.
fn on_up(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let Some(drag) = take_drag(state) else { return vec![] };
    let side = layout(state).side_at(mouse.column, mouse.row);
    if side != Some(drag.side.other()) {
        return vec![];
    }
    let tree = state.pane_mut(drag.side).tree_mut();
    let Some(line) = tree.find_row(drag.start.row) else { return vec![] };
    unmark(tree, drag.marked);
    tree.move_to(line);
    let items = if tree.is_marked(drag.start.row) { tree.selection() } else { vec![drag.start.item] };
    if state.is_read_only {
        state.notice = Some(read_only());
        return vec![];
    }
    work::open_transfer_of(state, items, false)
}

/// The drag ends where something has come up in front of the panes, or where something else is on its row by now.
fn take_drag(state: &mut State) -> Option<Drag> {
    let drag = state.drag.take().filter(|_| !is_covered(state))?;
    drag.start.is_in(state.pane(drag.side).tree()).then_some(drag)
}

/// Returns whether something is in front of the panes.
fn is_covered(state: &State) -> bool {
    state.dialog.is_some() || state.palette.is_some() || state.help.is_some()
}

/// Takes back the marks of a drag; what was marked before it stays marked.
fn unmark(tree: &mut Tree, marked: Option<Vec<Dragged>>) {
    for dragged in marked.unwrap_or_default() {
        if dragged.is_in(tree) {
            tree.mark(dragged.row, false);
        }
    }
}
