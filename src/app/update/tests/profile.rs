//! Panes that show the buckets of another profile.

use super::*;
use crate::model::job::Item;
use crate::model::name::{BucketName, Profile};

fn far() -> Harness {
    let mut t = Harness::unloaded("s3://prod@", "s3://data/");
    t.page("s3://prod@", &["data", "logs"]);
    t.page("s3://data/", &["f"]);
    t
}

#[test]
fn a_bucket_of_another_profile_is_entered_and_left_to_the_buckets_of_that_profile() {
    let mut t = far();
    assert_eq!(listed(&t.keys("j <enter>")), ["s3://prod@logs/"]);
    t.page("s3://prod@logs/", &["2026/", "x"]);
    assert_eq!(listed(&t.keys("<enter>")), ["s3://prod@logs/2026/"]);
    t.page("s3://prod@logs/2026/", &["a"]);
    assert_eq!(listed(&t.keys("<backspace>")), ["s3://prod@logs/"]);
    t.page("s3://prod@logs/", &["2026/", "x"]);
    assert_eq!(listed(&t.keys("<backspace>")), ["s3://prod@"]);
    t.page("s3://prod@", &["data", "logs"]);
    assert_eq!(t.left(), ["data", ">logs"], "on the bucket that it came from");
}

#[test]
fn a_profile_is_gone_to_by_its_name() {
    let mut t = Harness::new();
    t.keys(":");
    t.text("s3://prod@");
    assert_eq!(listed(&t.keys("<enter>")), ["s3://prod@"]);
}

#[test]
fn what_is_copied_from_one_profile_to_another_keeps_both() {
    let mut t = far();
    t.keys("<enter>");
    t.page("s3://prod@data/", &["g"]);
    t.keys("<f5>");
    let effects = t.keys("<enter>");
    let Some(Effect::Submit(Request::Start { work: Work::Transfer(transfer), .. })) = effects.last() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (transfer.items[0].to_string(), transfer.to.to_string()),
        ("s3://prod@data/g".into(), "s3://data/".into())
    );
}

#[test]
fn a_change_in_one_bucket_is_none_in_another_of_its_name() {
    let mut t = Harness::unloaded("s3://prod@data/", "s3://data/");
    t.page("s3://prod@data/", &["f"]);
    t.page("s3://data/", &["f"]);
    let bucket = BucketName::from("data").by(&Profile::named("prod"));
    let work = Work::Delete(vec![Item::Prefix { bucket, prefix: "f".into() }]);
    super::super::report::remember_touched(&mut t.state, &Request::Start { job: JobId(3), work });
    let effects = t.report(Report::Finished { job: JobId(3), end: JobEnd::Done });
    assert_eq!(listed(&effects), ["s3://prod@data/"]);
}

#[test]
fn a_new_bucket_is_made_by_the_profile_that_is_shown() {
    let mut t = far();
    t.keys("<f7>");
    t.text("newbucket");
    t.keys("<tab>");
    t.text("eu-west-1");
    let effects = t.keys("<enter>");
    let is_made = effects.iter().any(|effect| {
        matches!(effect, Effect::Submit(Request::Start { work: Work::CreateBucket { name, .. }, .. })
            if name.to_string() == "prod@newbucket")
    });
    assert!(is_made, "{effects:?}");
}

#[test]
fn what_is_yanked_has_no_profile_nor_an_address_of_the_own_endpoint() {
    let mut t = far().connected();
    t.keys("<enter>");
    t.page("s3://prod@data/", &["g"]);
    t.keys("y");
    let dialog = t.state.dialog.as_ref().unwrap();
    let texts = format!("{dialog:?}");
    assert!(texts.contains("\"s3://data/g\"") && !texts.contains("prod@") && !texts.contains("https:"), "{texts}");
}
