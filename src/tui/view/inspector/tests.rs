//! Pictures of the inspector.

use super::*;
use crate::app::effect::Effect;
use crate::app::state::Ids;
use crate::model::access::Access;
use crate::model::error::{Error, Kind as Cause};
use crate::model::inspect::{Content, Field, Preview, Section};
use crate::model::job::{Item, Report, Request, Ticket};
use crate::model::location::ObjectRef;
use crate::tui::view::picture::picture;

fn screen(width: u16, height: u16, inspector: &Inspector, theme: &Theme) -> String {
    picture(width, height, |frame| draw(frame, frame.area(), inspector, true, theme))
}

fn fields(values: &[(&str, &str)]) -> Content {
    Content::Fields(values.iter().map(|(label, value)| Field::new(*label, *value)).collect())
}

fn denied(permission: &'static str) -> Result<Content, Error> {
    let mut error = Error::new(Cause::Denied, "read", "acme-site", "access denied");
    error.permission = Some(permission);
    Err(error)
}

fn bucket() -> Inspector {
    let mut inspector = Inspector::default();
    inspector.follow(Some(Item::Bucket("acme-site".into())), &mut Ids::default());
    let policy = "{\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Principal\": \"*\",\n      \
                  \"Action\": \"s3:GetObject\",\n      \"Resource\": \"arn:aws:s3:::acme-site/*\"\n    }\n  ]\n}";
    let answers = [
        (Section::Overview, Ok(fields(&[("Region", "eu-west-1"), ("Created", "2026-11-02 09:12:31 +00:00")]))),
        (Section::Versioning, Ok(Content::NotSet("never switched on"))),
        (Section::Encryption, Ok(fields(&[("Algorithm", "AES256")]))),
        (Section::Ownership, Err(Error::new(Cause::Unsupported, "read", "acme-site", "not implemented"))),
        (Section::PolicyStatus, Ok(fields(&[("IsPublic", "true")]))),
        (Section::Acl, denied("s3:GetBucketAcl")),
        (Section::Policy, Ok(Content::Document(policy.into()))),
    ];
    for (section, result) in answers {
        inspector.on_report(&Report::Inspected { ticket: Ticket(1), section, result });
    }
    inspector.on_report(&Report::Verdict { ticket: Ticket(1), access: Access::Public("by its bucket policy") });
    inspector
}

fn object(bytes: &[u8], total: u64) -> Inspector {
    let (mut inspector, mut ids) = (Inspector::default(), Ids::default());
    let key = "2026/11/a-rather-long-name-that-does-not-fit\u{1b}.json";
    inspector.follow(Some(Item::Object(ObjectRef::new("acme-logs", key))), &mut ids);
    let effects = inspector.show(View::Preview, &mut ids);
    let [Effect::Submit(Request::Preview { ticket, .. })] = effects[..] else { panic!("{effects:?}") };
    inspector.on_report(&Report::Previewed { ticket, preview: Preview { bytes: bytes.into(), total } });
    inspector
}

#[test]
fn a_bucket_with_one_section_denied_and_one_not_offered() {
    let inspector = bucket();
    for (width, height) in [(60, 34), (40, 22), (40, 8)] {
        insta::assert_snapshot!(
            format!("bucket_{width}x{height}"),
            screen(width, height, &inspector, &Theme::default())
        );
    }
}

#[test]
fn text_and_hex() {
    let text = object(b"{\n  \"name\": \"caf\xc3\xa9\",\n\t\"esc\": \"\x1b[31m\"\n}\n", 40);
    insta::assert_snapshot!("text", screen(40, 8, &text, &Theme::default()));
    let bytes: Vec<u8> = (0..=255).collect();
    let hex = object(&bytes, 1 << 30);
    insta::assert_snapshot!("hex", screen(80, 10, &hex, &Theme::default()));
    insta::assert_snapshot!("hex_narrow", screen(40, 6, &hex, &Theme::default()));
}

#[test]
fn the_word_on_top_has_a_style_and_words() {
    let shown = screen(60, 10, &bucket(), &Theme::default());
    assert!(shown.contains("Access: Public"), "{shown}");
}

#[test]
fn without_box_drawing_it_is_ascii() {
    assert!(screen(60, 34, &bucket(), &Theme::default().with_ascii()).is_ascii());
}

#[test]
fn no_size_is_too_small() {
    for width in 0..30 {
        for height in 0..8 {
            screen(width, height, &bucket(), &Theme::default());
        }
    }
    screen(10, 10, &Inspector::default(), &Theme::default());
}
