//! The menu of what can be copied to the clipboard.

use super::*;
use crate::model::job::PresignedMethod;

fn copied(item: &Item, script: &str) -> String {
    let mut menu = Script::new(|_| Dialog::Yank(Box::new(Yank::new(item, Some("eu-west-1"), None))));
    for key in parse(script) {
        let step = menu.dialog.on_key(key, SCREEN, &mut menu.ids);
        menu.take(step);
    }
    match &menu.effects[..] {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_yanked_is_what_has_the_focus() {
    let item = object("2026/ä b.jpg");
    assert_eq!(copied(&item, "<enter>"), "s3://photos/2026/ä b.jpg");
    assert_eq!(copied(&item, "y"), "s3://photos/2026/ä b.jpg");
    assert_eq!(copied(&item, "j<enter>"), "2026/ä b.jpg");
    assert_eq!(copied(&item, "jj<tab><enter>"), "https://photos.s3.eu-west-1.amazonaws.com/2026/%C3%A4%20b.jpg");
    assert_eq!(copied(&Item::Bucket("photos".into()), "jjy"), "arn:aws:s3:::photos");
}

#[test]
fn what_needs_a_signature_is_signed_when_it_is_copied() {
    let item = object("-o it's.jpg");
    let mut menu = Script::new(|_| {
        let menu = Yank::new(&item, Some("eu-central-1"), None).with_signed(&item, TimeZone::UTC, false);
        Dialog::Yank(Box::new(menu))
    });
    assert!(menu.text().contains("s3-website.eu-central-1"), "{}", menu.text());
    menu.keys("jjjjjjjjjjj");
    assert!(menu.keys("<ctrl-u>8d").is_empty() && menu.text().contains("seven days"), "{}", menu.text());
    menu.keys("<ctrl-u>2h<up><up><up>");
    let requests = menu.keys("<enter>");
    let [Request::Presign { ticket, lifetime, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(lifetime.as_secs(), 7200);
    let time = |text: &str| text.parse().unwrap();
    let (ends, credentials_end) = (time("2026-11-22T10:00:00Z"), Some(time("2026-11-22T09:00:00Z")));
    let came = Report::Presigned { ticket: *ticket, url: "https://x/?a=1&b='".to_owned(), ends, credentials_end };
    let Some(Step::Stay(effects)) = menu.dialog.on_report(&came) else { panic!() };
    let wanted = r"curl --fail --output './-o it'\''s.jpg' 'https://x/?a=1&b='\'''";
    assert!(matches!(effects.as_slice(), [Effect::Copy(text)] if text == wanted), "{effects:?}");
    assert!(menu.text().contains("ends with the session credentials"), "{}", menu.text());
    assert!(menu.dialog.on_report(&came).is_none(), "an answer counts once");
}

#[test]
fn nothing_that_writes_is_signed_where_writing_is_switched_off() {
    let item = object("a.jpg");
    let menu = Yank::new(&item, None, None).with_signed(&item, TimeZone::UTC, true);
    let mut menu = Script::new(|_| Dialog::Yank(Box::new(menu)));
    let text = menu.text();
    assert!(text.contains("Presigned GET") && text.contains("wget"), "{text}");
    assert!(!text.contains("PUT") && !text.contains("upload"), "{text}");
    menu.keys(&"j".repeat(text.matches("signed when").count() - 1));
    menu.keys("jjjj");
    let requests = menu.keys("<up><enter>");
    assert!(matches!(requests.as_slice(), [Request::Presign { method: PresignedMethod::Get, .. }]), "{requests:?}");
}

#[test]
fn a_path_that_is_not_utf8_is_yanked_as_a_shell_reads_it() {
    use std::os::unix::ffi::OsStringExt;
    let path = |bytes: &[u8]| Item::File(PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec())));
    assert_eq!(copied(&path(b"/data/caf\xe9 it's"), "y"), "$'/data/caf\\xe9 it\\'s'");
    assert_eq!(copied(&path(b"/data/caf\xe9 it's"), "jy"), "$'caf\\xe9 it\\'s'");
    assert_eq!(copied(&path("/data/café it's".as_bytes()), "y"), "/data/café it's");
}
