//! Scripts of reports, and the lines that the inspector makes of them.

use proptest::prelude::*;

use super::line::Kind as LineKind;
use super::*;
use crate::model::inspect::Field;
use crate::model::location::ObjectRef;
use crate::model::text;

fn object(key: &str) -> Item {
    Item::Object(ObjectRef::new("photos", key))
}

fn bucket() -> Item {
    Item::Bucket("photos".into())
}

fn open(item: Item) -> (Inspector, Ticket, Ids) {
    let (mut inspector, mut ids) = (Inspector::default(), Ids::default());
    let effects = inspector.follow(Some(item), &mut ids);
    let [Effect::Submit(Request::Inspect { ticket, .. })] = &effects[..] else { panic!("{effects:?}") };
    (inspector, *ticket, ids)
}

fn inspected(ticket: Ticket, section: Section, result: Result<Content, Error>) -> Report {
    Report::Inspected { ticket, section, result }
}

fn fields(values: &[(&str, &str)]) -> Content {
    Content::Fields(values.iter().map(|(label, value)| Field::new(*label, *value)).collect())
}

fn shown(inspector: &Inspector, columns: u16) -> Vec<String> {
    inspector.lines(columns).into_iter().map(|line| format!("{}{}", line.label, line.text)).collect()
}

fn previewed(inspector: &mut Inspector, ids: &mut Ids, bytes: &[u8], total: u64) {
    let effects = inspector.show(View::Preview, ids);
    let [Effect::Submit(Request::Preview { ticket, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert!(
        inspector.on_report(&Report::Previewed { ticket: *ticket, preview: Preview { bytes: bytes.into(), total } })
    );
}

#[test]
fn a_name_that_a_narrow_window_would_cut_stands_on_a_line_of_its_own() {
    let (mut inspector, ticket, _) = open(bucket());
    let content = fields(&[("BlockPublicAcls", "on"), ("BlockPublicPolicy", "off")]);
    inspector.on_report(&inspected(ticket, Section::PublicAccessBlock, Ok(content)));
    let narrow = shown(&inspector, 30);
    assert!(narrow.windows(2).any(|pair| pair[0] == "BlockPublicAcls" && pair[1].trim() == "on"), "{narrow:#?}");
    assert!(shown(&inspector, 60).contains(&"BlockPublicAcls    on".to_owned()));
}

#[test]
fn each_section_says_alone_that_it_was_denied_or_is_not_offered() {
    let (mut inspector, ticket, _) = open(bucket());
    let mut denied = Error::new(Kind::Denied, "read the policy of", "photos", "access denied");
    denied.permission = Some("s3:GetBucketPolicy");
    let unsupported = Error::new(Kind::Unsupported, "read", "photos", "not implemented");
    inspector.on_report(&inspected(ticket, Section::Overview, Ok(fields(&[("Region", "eu-west-1")]))));
    inspector.on_report(&inspected(ticket, Section::Policy, Err(denied)));
    inspector.on_report(&inspected(ticket, Section::Ownership, Err(unsupported)));
    inspector.on_report(&inspected(ticket, Section::Tags, Ok(Content::NotSet("no tags"))));
    let shown = shown(&inspector, 60).join("\n");
    for text in ["Region  eu-west-1", "denied: s3:GetBucketPolicy", "not offered by this server", "no tags", "reading"]
    {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
}

#[test]
fn unfinished_uploads_name_the_key_of_their_screen_and_none_names_nothing() {
    let (mut inspector, ticket, _) = open(bucket());
    inspector.on_report(&inspected(ticket, Section::Uploads, Ok(fields(&[("Number", "at least 1,000")]))));
    let lines = shown(&inspector, 60);
    assert!(lines.iter().any(|line| line.contains("at least 1,000")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("U lists them")), "{lines:#?}");
    inspector.on_report(&inspected(ticket, Section::Uploads, Ok(Content::NotSet("none"))));
    assert!(!shown(&inspector, 60).iter().any(|line| line.contains("U lists them")));
}

#[test]
fn answers_to_an_older_question_are_dropped() {
    let (mut inspector, old, mut ids) = open(object("a.jpg"));
    let effects = inspector.follow(Some(object("b.jpg")), &mut ids);
    assert_eq!(effects.first(), Some(&Effect::Submit(Request::Drop(old))));
    assert!(!inspector.on_report(&inspected(old, Section::Overview, Ok(fields(&[("Size", "1")])))));
    assert!(!shown(&inspector, 60).iter().any(|line| line.contains("Size")));
}

#[test]
fn following_the_same_thing_asks_nothing() {
    let (mut inspector, _, mut ids) = open(object("a.jpg"));
    assert!(inspector.follow(Some(object("a.jpg")), &mut ids).is_empty());
}

#[test]
fn the_word_on_top_says_who_may_read() {
    let (mut inspector, ticket, _) = open(bucket());
    assert_eq!(shown(&inspector, 80)[0], "Access: reading");
    inspector.on_report(&Report::Verdict { ticket, access: Access::Public("by its bucket policy") });
    assert_eq!(shown(&inspector, 80)[0], "Access: Public (by its bucket policy)");
    assert_eq!(inspector.lines(80)[0].kind, LineKind::Open);
    inspector.on_report(&Report::Verdict { ticket, access: Access::NotPublic });
    assert_eq!(shown(&inspector, 80)[0], "Access: Not public");
}

#[test]
fn json_is_shown_as_it_is_and_control_characters_are_visible() {
    let (mut inspector, _, mut ids) = open(object("a.json"));
    previewed(&mut inspector, &mut ids, b"{\n  \"a\": 1\n}\n\x1b[31mred", 21);
    assert_eq!(shown(&inspector, 40), ["all 21 bytes as text", "{", "  \"a\": 1", "}", "\\x1b[31mred"]);
}

#[test]
fn what_is_not_text_is_shown_as_hex_and_can_be_turned() {
    let (mut inspector, _, mut ids) = open(object("a.gz"));
    previewed(&mut inspector, &mut ids, b"\x1f\x8b\x08\0ABCDEF", 70_000);
    assert_eq!(shown(&inspector, 50)[0], "the first 10 B of 68.4 KiB as hex");
    assert_eq!(shown(&inspector, 50)[1], "00000000  1f 8b 08 00 41 42 43 44  ....ABCD");
    assert_eq!(shown(&inspector, 50)[2], "00000008  45 46                    EF");
    inspector.show_next(&mut ids);
    assert!(shown(&inspector, 50)[0].ends_with("as text"));
    inspector.show_next(&mut ids);
    assert_eq!(inspector.view(), View::Sections);
}

#[test]
fn a_character_cut_off_by_the_limit_is_still_text() {
    let (mut inspector, _, mut ids) = open(object("a.txt"));
    previewed(&mut inspector, &mut ids, "日本".as_bytes().get(..5).unwrap(), 6);
    assert!(shown(&inspector, 50)[0].ends_with("as text"));
}

#[test]
fn the_preview_follows_the_cursor_too() {
    let (mut inspector, _, mut ids) = open(object("a.txt"));
    previewed(&mut inspector, &mut ids, b"a", 1);
    let effects = inspector.follow(Some(object("b.txt")), &mut ids);
    assert!(matches!(effects.last(), Some(Effect::Submit(Request::Preview { item, .. })) if *item == object("b.txt")));
    let effects = inspector.follow(Some(bucket()), &mut ids);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit(Request::Preview { .. }))));
}

#[test]
fn a_preview_that_fails_says_why_and_what_to_try() {
    let (mut inspector, _, mut ids) = open(object("cold.bin"));
    let effects = inspector.show(View::Preview, &mut ids);
    let [Effect::Submit(Request::Preview { ticket, .. })] = effects[..] else { panic!() };
    let error = Error::new(Kind::Archived, "read", "s3://photos/cold.bin", "the object is archived");
    assert!(inspector.on_report(&Report::Failed { ticket, error }));
    let shown = shown(&inspector, 70).join("\n");
    assert!(shown.contains("the object is archived") && shown.contains("Hint: restore"), "{shown}");
}

#[test]
fn scrolling_stops_at_both_ends() {
    let (mut inspector, _, mut ids) = open(object("a.txt"));
    previewed(&mut inspector, &mut ids, "x\n".repeat(50).as_bytes(), 100);
    inspector.scroll_by(1000, Rect::new(0, 0, 44, 12));
    assert_eq!(inspector.offset(51, 10), 41);
    inspector.scroll_by(-1, Rect::new(0, 0, 44, 12));
    assert_eq!(inspector.offset(51, 10), 40);
    inspector.scroll_by(-1000, Rect::new(0, 0, 44, 12));
    assert_eq!(inspector.offset(51, 10), 0);
}

proptest! {
    #[test]
    fn nothing_is_wider_than_the_window_or_moves_the_cursor(
        bytes in prop::collection::vec(any::<u8>(), 0..300), label in any::<String>(), value in any::<String>(),
        document in any::<String>(), columns in 2u16..90, turned in any::<bool>(),
    ) {
        let (mut inspector, ticket, mut ids) = open(object("a"));
        inspector.on_report(&inspected(ticket, Section::Overview, Ok(fields(&[(&label, &value)]))));
        inspector.on_report(&inspected(ticket, Section::Policy, Ok(Content::Document(document))));
        let sections = inspector.lines(columns);
        previewed(&mut inspector, &mut ids, &bytes, 300);
        if turned {
            inspector.show_next(&mut ids);
        }
        for line in sections.into_iter().chain(inspector.lines(columns)) {
            let line = format!("{}{}", line.label, line.text);
            prop_assert!(text::width(&line) <= usize::from(columns), "{line:?}");
            prop_assert!(!line.chars().any(char::is_control));
        }
        for columns in 0..3 {
            inspector.scroll_by(3, Rect::new(0, 0, columns, 1));
        }
    }
}
