//! What clicks, drags and the wheel do.

use super::*;

fn chosen_action(t: &Harness) -> Option<Action> {
    let palette = t.state.palette.as_ref()?;
    let Candidates::Actions(actions) = &palette.candidates else { return None };
    actions.get(palette.chosen?).copied()
}

/// The point of a row of a pane that is drawn.
fn point(t: &Harness, side: Side, row: u16) -> (u16, u16) {
    let layout = layout(&t.state);
    let rows = layout.pane(side).unwrap().rows;
    (rows.x + 5, rows.y + row)
}

fn counted(effects: &[Effect]) -> Vec<String> {
    let Some(Effect::Submit(Request::Count { items, .. })) = effects.first() else { panic!("{effects:?}") };
    items.iter().map(ToString::to_string).collect()
}

#[test]
fn keys_go_to_the_inspector_and_not_into_a_filter_once_it_is_clicked() {
    let mut t = Harness::with_bucket("b", &["a", "b"]);
    t.keys("i /");
    let area = layout(&t.state).inspector.unwrap();
    t.mouse(MouseKind::Down { is_double: false }, area.x + 2, area.y + 2);
    t.text("p");
    assert!(t.state.right.filter.as_ref().is_some_and(Field::is_empty));
    assert_eq!(t.state.inspector.view(), View::Preview);
}

#[test]
fn a_double_click_on_a_file_ends_the_typing_where_the_inspector_covers_the_pane() {
    let mut t = Harness::with_bucket("b", &["a", "b"]).resized(60, 20);
    t.keys("/");
    let (x, y) = point(&t, Side::Right, 0);
    t.mouse(MouseKind::Down { is_double: true }, x, y);
    assert!(t.state.is_inspector_focused && !t.state.right.is_typing);
}

#[test]
fn a_double_click_that_closes_something_opens_nothing_below_it() {
    let mut t = Harness::with_bucket("b", &["p/"]);
    let (x, y) = point(&t, Side::Right, 0);
    t.keys("?");
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    assert!(t.state.help.is_none());
    assert!(t.mouse(MouseKind::Down { is_double: true }, x, y).is_empty());
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    assert_eq!(listed(&t.mouse(MouseKind::Down { is_double: true }, x, y)), ["s3://b/p/"]);
}

#[test]
fn a_click_in_the_palette_does_what_stands_there_when_it_has_scrolled() {
    let mut t = Harness::new();
    t.keys(":");
    while !matches!(chosen_action(&t), Some(Action::Transfers)) {
        t.keys("<down>");
    }
    let rows = palette_rows(layout(&t.state).screen, t.state.palette.as_ref().unwrap());
    assert!(t.state.palette.as_ref().unwrap().chosen.unwrap() >= usize::from(rows.height), "it has scrolled");
    t.mouse(MouseKind::Down { is_double: false }, rows.x + 2, rows.bottom() - 1);
    assert_eq!(t.state.screen, Screen::Transfers);
}

#[test]
fn a_click_focuses_and_moves_and_a_double_click_opens() {
    let mut t = Harness::new();
    let (x, y) = point(&t, Side::Right, 1);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    assert_eq!((t.state.side, t.right()), (Side::Right, vec!["acme-logs".into(), ">photos".into()]));
    assert_eq!(listed(&t.mouse(MouseKind::Down { is_double: true }, x, y)), ["s3://photos/"]);
}

#[test]
fn dragging_inside_a_pane_marks_a_range() {
    let mut t = Harness::new();
    let (x, y) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.mouse(MouseKind::Drag, x, y + 2);
    t.mouse(MouseKind::Drag, x, y + 1);
    t.mouse(MouseKind::Up, x, y + 1);
    assert_eq!(t.left(), ["*archive", ">*notes.txt", "q3.parquet"]);
}

#[test]
fn dragging_to_the_other_pane_opens_the_copy_dialog_with_what_was_dragged() {
    let mut t = Harness::with_bucket("b", &["k"]);
    let (x, y) = point(&t, Side::Left, 2);
    let (to_x, to_y) = point(&t, Side::Right, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.mouse(MouseKind::Drag, x, y - 1);
    let effects = t.mouse(MouseKind::Up, to_x, to_y);
    let Some(Effect::Submit(Request::Count { items, .. })) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(items.iter().map(ToString::to_string).collect::<Vec<_>>(), ["/home/me/data/q3.parquet"]);
    assert!(matches!(t.state.dialog, Some(Dialog::Transfer(_))));
}

#[test]
fn dragging_one_of_the_marked_rows_copies_all_of_them_whatever_way_the_mouse_went() {
    let mut t = Harness::with_bucket("b", &["1", "2", "3", "4"]);
    t.keys("<space> <space> <space>");
    let (x, y) = point(&t, Side::Right, 1);
    let (to_x, _) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.mouse(MouseKind::Drag, x, y + 2);
    t.mouse(MouseKind::Drag, x, y + 1);
    assert_eq!(t.right(), ["*1", "*2", ">*3", "4"]);
    let effects = t.mouse(MouseKind::Up, to_x, y + 1);
    assert_eq!(counted(&effects), ["s3://b/1", "s3://b/2", "s3://b/3"]);
}

#[test]
fn a_drag_ends_when_something_else_comes_to_stand_on_its_row() {
    let mut t = Harness::with_bucket("b", &["b", "c"]);
    let (x, y) = point(&t, Side::Right, 0);
    let (to_x, _) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.keys("R");
    t.page("s3://b/", &["a", "b", "c"]);
    t.mouse(MouseKind::Drag, x, y + 2);
    assert_eq!(t.state.right.tree().marked().count, 0);
    assert!(t.mouse(MouseKind::Up, to_x, y).is_empty() && t.state.dialog.is_none());
}

#[test]
fn a_drag_goes_on_from_its_entry_when_rows_arrive_above_it() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    t.first_page("s3://b/", &["b", "c"]);
    let (x, y) = point(&t, Side::Right, 0);
    let (to_x, _) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    t.page("s3://b/", &["a"]);
    assert_eq!(counted(&t.mouse(MouseKind::Up, to_x, y)), ["s3://b/b"]);
}

#[test]
fn a_drag_does_not_take_the_place_of_a_dialog_that_came_up_meanwhile() {
    let mut t = Harness::with_bucket("b", &["b"]);
    let job = start_copy(&mut t);
    let (x, y) = point(&t, Side::Right, 0);
    let (to_x, _) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    let error = Error::new(Kind::Denied, "copy", "b", "denied");
    t.report(Report::Finished { job, end: JobEnd::Failed(error) });
    assert!(t.mouse(MouseKind::Up, to_x, y).is_empty());
    assert!(matches!(t.state.dialog, Some(Dialog::Failure(_))));
}

#[test]
fn dragging_to_the_other_pane_asks_nothing_while_writing_is_off() {
    let mut t = Harness::with_bucket("b", &["b"]);
    t.keys("W");
    let (x, y) = point(&t, Side::Right, 0);
    let (to_x, _) = point(&t, Side::Left, 0);
    t.mouse(MouseKind::Down { is_double: false }, x, y);
    assert!(t.mouse(MouseKind::Up, to_x, y).is_empty());
    assert!(t.state.dialog.is_none() && t.state.notice.is_some());
}

#[test]
fn the_head_of_a_column_sorts_and_the_wheel_turns_the_pane_under_it() {
    let names: Vec<String> = (0..100).map(|at| format!("f{at:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut t = Harness::with_bucket("b", &names);
    let pane = *layout(&t.state).pane(Side::Right).unwrap();
    let size = pane.columns.size.unwrap();
    t.mouse(MouseKind::WheelDown, pane.rows.x, pane.rows.y);
    assert_eq!(t.state.right.tree().top(), 3);
    t.mouse(MouseKind::Down { is_double: false }, pane.heads.x + size.x + 8, pane.heads.y);
    assert_eq!(t.state.right.tree().rules().field, SortField::Size);
}

#[test]
fn the_head_of_the_classes_sorts_by_class() {
    let mut t = Harness::unloaded("~/data", "s3://b/");
    let place = location("s3://b/");
    let class = |name: &str, class| Entry { storage_class: Some(class), ..entry(&place, name) };
    let entries = vec![class("a", StorageClass::StandardIa), class("b", StorageClass::DeepArchive)];
    let ticket = t.ticket("s3://b/");
    t.report(Report::Page { ticket, page: Page { entries, rest: None, is_last: true } });
    let pane = *layout(&t.state).pane(Side::Right).unwrap();
    t.mouse(MouseKind::Down { is_double: false }, pane.heads.x + pane.columns.class.unwrap().x + 2, pane.heads.y);
    assert_eq!(t.right(), ["b", ">a"]);
}
