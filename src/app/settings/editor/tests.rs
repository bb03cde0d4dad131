//! The text of a document, by keys.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::text::visible;

fn editor(text: &str) -> Editor {
    Editor::new(DocumentKind::Cors, "photos", None, text)
}

fn press(editor: &mut Editor, keys: &str) -> Typed {
    keys.split_whitespace().map(|key| editor.on_key(key.parse().unwrap())).last().unwrap_or(Typed::Taken)
}

#[test]
fn what_is_wrong_is_known_as_one_types() {
    let document = json!({ "CORSRules": [{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }] });
    let mut t = Editor::of(DocumentKind::Cors, "photos", Some(document.clone()));
    assert_eq!(t.document(), Ok(&document));
    press(&mut t, "Down End x");
    assert_eq!((t.faults().len(), t.faults()[0].place.line), (1, 2));
    assert!(t.is_changed());
    press(&mut t, "Ctrl-U");
    assert!(!t.is_changed() && t.faults().is_empty());
    press(&mut t, "Ctrl-R");
    assert_eq!(t.faults().len(), 1);
    press(&mut t, "Ctrl-Home Ctrl-N");
    assert_eq!(t.cursor().0, 1, "to the line that is wrong");
}

#[test]
fn a_document_that_is_not_set_begins_with_its_empty_form() {
    for kind in DocumentKind::ALL {
        let t = Editor::of(kind, "photos", None);
        assert!(t.lines()[0].starts_with('{') && !t.is_changed(), "{kind:?}");
        assert!(t.faults().iter().all(|fault| !fault.message.contains("not JSON")), "{kind:?}");
    }
    assert_eq!(Editor::of(DocumentKind::Cors, "b", None).text(), "{\n  \"CORSRules\": []\n}");
}

#[test]
fn what_nobody_would_see_is_typed_and_pasted_as_an_escape() {
    let mut t = editor("");
    t.insert("\"a\u{1b}[2J\u{202e}\r\n\tb\u{200b}");
    t.on_key(Key::char('\u{2066}'));
    assert_eq!(t.lines(), ["\"a\\u001b[2J\\u202e", "  b\\u200b\\u2066"]);
}

#[test]
fn a_new_line_is_as_far_in_as_the_one_before() {
    let mut t = editor("  {");
    press(&mut t, "End Enter a Enter b");
    assert_eq!(t.lines(), ["  {", "    a", "    b"]);
}

#[test]
fn a_text_is_found_from_the_cursor_on_and_around_the_end() {
    let mut t = editor("one\ntwo One\nthree");
    press(&mut t, "Ctrl-F o n e Enter");
    assert_eq!(t.cursor(), (1, 4));
    press(&mut t, "F3");
    assert_eq!(t.cursor(), (0, 0));
    press(&mut t, "Ctrl-F Enter");
    assert_eq!(t.cursor(), (1, 4), "nothing typed is what was sought before");
    press(&mut t, "Home Up Ctrl-F x Esc");
    assert!(t.find.is_none() && t.cursor() == (0, 0));
}

#[test]
fn keys_that_mean_more_are_told() {
    let mut t = editor("{}");
    let told = ["F2", "Ctrl-O", "Esc", "Ctrl-C", "F4", "F1"].map(|key| press(&mut t, key));
    let wanted = [Typed::Save, Typed::Save, Typed::Leave, Typed::Leave, Typed::Outside, Typed::Help];
    assert_eq!((told, t.text().as_str()), (wanted, "{}"));
    assert_eq!(press(&mut t, "F3"), Typed::Taken, "it finds further");
    let mut rules = Editor::of(DocumentKind::Lifecycle, "b", None);
    assert_eq!(press(&mut rules, "F3"), Typed::Preview);
    assert!(rules.keys().contains(&("F3", "Preview")) && !t.keys().contains(&("F3", "Preview")));
}

#[test]
fn another_text_can_be_undone_and_a_click_puts_the_cursor() {
    let mut t = editor("{}").with_text_of(&json!({ "CORSRules": [] }));
    assert_eq!(t.lines().len(), 3);
    let area = Rect::new(10, 5, 30, 10);
    t.follow(area);
    t.click(area, 10 + t.gutter() + 4, 6);
    assert_eq!(t.cursor(), (1, 4));
    t.click(area, 39, 6);
    assert_eq!(t.cursor(), (1, t.lines()[1].chars().count()));
    while t.text() != "{}" {
        press(&mut t, "Ctrl-U");
    }
}

proptest! {
    #[test]
    fn any_keys_leave_a_text_that_can_be_drawn_and_a_cursor_in_the_window(
        start in any::<String>(), keys in prop::collection::vec((0u8..16, any::<char>()), 0..40), size in (0u16..30, 0u16..8),
    ) {
        let mut t = editor(&start);
        for (kind, c) in keys {
            let names = ["Enter", "Tab", "Backspace", "Delete", "Up", "Down", "Left", "Ctrl-Right", "End", "PgDn",
                "Ctrl-U", "Ctrl-W", "Ctrl-N", "F3"];
            match names.get(usize::from(kind)) {
                Some(name) => drop(press(&mut t, name)),
                None => drop(t.on_key(Key::char(c))),
            }
            let area = Rect::new(3, 3, size.0, size.1);
            t.follow(area);
            t.click(area, size.1, size.0);
            t.follow(area);
            prop_assert!(t.lines().iter().all(|line| visible(line) == line.as_str()), "{:?}", t.lines());
            let ((top, left), line) = (t.corner(), t.cursor().0);
            prop_assert!(top <= line && left <= t.column());
        }
    }
}
