//! The mouse: the same rectangles as drawing decide what is hit.

use super::{browse, on_chosen, on_dialog, work};
use crate::app::effect::Effect;
use crate::app::event::{Mouse, MouseKind};
use crate::app::layout::{Column, Layout, PaneLayout, layout, palette_rows};
use crate::app::listing::SortField;
use crate::app::state::{Drag, Screen, Side, State};

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
    } else if let Some(help) = &mut state.help {
        help.top = help.top.saturating_add_signed(lines);
    } else if state.palette.is_some() {
        // The palette shows its best candidates only.
    } else if state.screen == Screen::Transfers {
        state.queue.move_by(lines.signum());
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
    let layout = layout(state);
    if state.dialog.is_some() {
        return on_dialog(state, |dialog, area, ids| dialog.on_click(mouse.column, mouse.row, area, ids));
    }
    if let Some(palette) = &mut state.palette {
        let rows = palette_rows(layout.screen, palette);
        let is_hit = rows.contains((mouse.column, mouse.row).into());
        let chosen = is_hit.then(|| palette.pick(usize::from(mouse.row - rows.y)));
        return chosen.map(|chosen| on_chosen(state, chosen)).unwrap_or_default();
    }
    if state.help.take().is_some() {
        return vec![];
    }
    if let Some(area) = layout.transfers {
        state.queue.click(area, mouse.column, mouse.row);
        return vec![];
    }
    if layout.inspector.is_some_and(|area| area.contains((mouse.column, mouse.row).into())) {
        state.is_inspector_focused = true;
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
    state.drag = Some(Drag { side: state.side, row, marked_to: None });
    vec![]
}

/// A click on the head of a column sorts by it; another one turns the order round.
fn sort_by_column(state: &mut State, pane: &PaneLayout, column: u16) {
    let x = column.saturating_sub(pane.heads.x);
    let is_in = |column: Option<Column>| column.is_some_and(|column| (column.x..column.x + column.width).contains(&x));
    let field = match &pane.columns {
        columns if is_in(columns.size) => SortField::Size,
        columns if is_in(columns.modified) => SortField::Time,
        columns if is_in(columns.class) => SortField::Type,
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
    let Some(drag) = state.drag else { return vec![] };
    let Some(pane) = layout.pane(drag.side).filter(|pane| pane.row_at(mouse.column, mouse.row).is_some()) else {
        return vec![];
    };
    let tree = state.pane_mut(drag.side).tree_mut();
    let last = tree.rows().len().saturating_sub(1);
    let to = pane.row_at(mouse.column, mouse.row).map_or(drag.row, |row| (row + tree.top()).min(last));
    if to == drag.row && drag.marked_to.is_none() {
        return vec![];
    }
    if let Some(before) = drag.marked_to {
        tree.mark_range(drag.row, before, false);
    }
    tree.mark_range(drag.row, to, true);
    tree.move_to(to);
    state.drag = Some(Drag { marked_to: Some(to), ..drag });
    vec![]
}

/// Letting go over the other pane asks for a copy of what was dragged, or of the marked rows if it is one of them.
fn on_up(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let Some(drag) = state.drag.take() else { return vec![] };
    let side = layout(state).side_at(mouse.column, mouse.row);
    if side != Some(drag.side.other()) {
        return vec![];
    }
    let tree = state.pane_mut(drag.side).tree_mut();
    if let Some(to) = drag.marked_to {
        tree.mark_range(drag.row, to, false);
    }
    tree.move_to(drag.row);
    let Some(row) = tree.rows().get(drag.row).copied() else { return vec![] };
    let items = if tree.is_marked(row) { tree.selection() } else { tree.item(row).into_iter().collect() };
    work::open_transfer_of(state, items, false)
}
