//! The rules of lifecycle documents with dates, each with its page.

use serde_json::json;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn object(key: &str, written: &str) -> Subject {
    Subject { key: key.to_owned(), size: 1 << 20, class: None, written: at(written), standing: Standing::Current }
}

fn rule(mut fields: Value) -> Rule {
    if fields.get("Filter").is_none() {
        fields["Filter"] = json!({});
    }
    fields["Status"] = json!("Enabled");
    rules(&json!({ "Rules": [fields] })).remove(0)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>, "Lifecycle rules: Based on an
/// object's age": created on 2014-01-15 at 10:30, three days, so on 2014-01-19 at 00:00.
#[test]
fn days_end_at_the_midnight_after_them() {
    let rule = rule(json!({ "Transitions": [{ "Days": 3, "StorageClass": "GLACIER" }] }));
    let subject = object("k", "2014-01-15T10:30:00Z");
    assert_eq!(rule.deed(&subject, at("2014-01-18T23:59:59Z")), None);
    assert_eq!(rule.deed(&subject, at("2014-01-19T00:00:00Z")), Some(Deed::Move("GLACIER")));
    let never = self::rule(json!({ "Expiration": { "Days": u64::MAX } }));
    assert_eq!(never.deed(&subject, at("2030-01-01T00:00:00Z")), None);
}

#[test]
fn a_date_is_due_from_its_midnight_for_whatever_is_there() {
    for written in ["2029-01-01", "2029-01-01T00:00:00.000Z", "2029-01-01T00:00:00+00:00"] {
        let rule = rule(json!({ "Expiration": { "Date": written } }));
        let subject = object("k", "2028-12-31T23:00:00Z");
        assert_eq!(rule.deed(&subject, at("2028-12-31T23:59:59Z")), None, "{written}");
        assert_eq!(rule.deed(&subject, at("2029-01-01T00:00:00Z")), Some(Deed::Expire));
    }
}

#[test]
fn a_filter_chooses_by_prefix_size_and_tags() {
    let and = json!({
        "Prefix": "a/", "Tags": [{ "Key": "k", "Value": "v" }], "ObjectSizeGreaterThan": 100, "ObjectSizeLessThan": 200
    });
    let rule = rule(json!({ "Filter": { "And": and }, "Expiration": { "Days": 1 } }));
    let now = at("2020-01-01T00:00:00Z");
    let of = |key: &str, size: u64| Subject { size, ..object(key, "2019-01-01T00:00:00Z") };
    assert_eq!(rule.deed(&of("a/x", 150), now), Some(Deed::Expire));
    for subject in [of("b/x", 150), of("a/x", 100), of("a/x", 200)] {
        assert_eq!(rule.deed(&subject, now), None, "{subject:?}");
    }
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert!(rule.needs_tags() && rule.means_tags(&[tag("x", "y"), tag("k", "v")]));
    assert!(!rule.means_tags(&[tag("k", "w")]));
    let old = self::rule(json!({ "Filter": { "Tag": { "Key": "k", "Value": "v" } }, "Expiration": { "Days": 1 } }));
    assert!(old.needs_tags());
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html>
#[test]
fn objects_move_to_colder_classes_alone_and_small_ones_stay() {
    let moves = json!([{ "Days": 30, "StorageClass": "STANDARD_IA" }, { "Days": 90, "StorageClass": "GLACIER" }]);
    let (own, now) = (rule(json!({ "Transitions": moves })), at("2020-06-01T00:00:00Z"));
    let of = |written: &str, class: StorageClass| Subject { class: Some(class), ..object("k", written) };
    assert_eq!(own.deed(&of("2020-04-15T00:00:00Z", StorageClass::Standard), now), Some(Deed::Move("STANDARD_IA")));
    assert_eq!(own.deed(&of("2020-01-15T00:00:00Z", StorageClass::Standard), now), Some(Deed::Move("GLACIER")));
    assert_eq!(own.deed(&of("2020-01-15T00:00:00Z", StorageClass::from_name("GLACIER")), now), None);
    assert_eq!(own.deed(&of("2020-01-15T00:00:00Z", StorageClass::from_name("DEEP_ARCHIVE")), now), None);
    let small = Subject { size: 1000, ..object("k", "2020-01-15T00:00:00Z") };
    assert_eq!(own.deed(&small, now), None);
    let varies = json!({
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
        "Rules": [{ "Filter": {}, "Transitions": moves }]
    });
    assert_eq!(rules(&varies)[0].deed(&small, now), Some(Deed::Move("GLACIER")), "not to STANDARD_IA");
    let sized = rule(json!({ "Filter": { "ObjectSizeGreaterThan": 1 }, "Transitions": moves }));
    assert_eq!(sized.deed(&small, now), Some(Deed::Move("GLACIER")));
    let both = rule(json!({ "Transitions": moves, "Expiration": { "Days": 100 } }));
    assert_eq!(both.deed(&object("k", "2020-01-15T00:00:00Z"), now), Some(Deed::Expire), "deleting goes first");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>, "How Amazon S3 calculates how long
/// an object has been noncurrent".
#[test]
fn old_versions_count_from_the_day_they_became_old_and_the_newest_may_stay() {
    let own = rule(json!({
        "NoncurrentVersionExpiration": { "NoncurrentDays": 10, "NewerNoncurrentVersions": 2 },
        "NoncurrentVersionTransitions": [{ "NoncurrentDays": 5, "StorageClass": "GLACIER" }]
    }));
    let now = at("2020-02-01T00:00:00Z");
    let old = |since: &str, newer: u64| Subject {
        standing: Standing::Old { since: at(since), newer },
        ..object("k", "2019-01-01T00:00:00Z")
    };
    assert_eq!(own.deed(&old("2020-01-21T12:00:00Z", 2), now), Some(Deed::DeleteOld));
    assert_eq!(own.deed(&old("2020-01-22T12:00:00Z", 2), now), Some(Deed::MoveOld("GLACIER")), "one day short");
    assert_eq!(own.deed(&old("2020-01-21T12:00:00Z", 1), now), Some(Deed::MoveOld("GLACIER")), "one of the newest two");
    assert_eq!(own.deed(&old("2020-01-30T12:00:00Z", 9), now), None);
    assert_eq!(own.deed(&object("k", "2019-01-01T00:00:00Z"), now), None, "it is no old one");
    assert!(own.is_about_versions() && own.is_about_objects() && !own.is_about_uploads());
}

#[test]
fn markers_go_when_they_hide_nothing_and_uploads_when_they_are_old() {
    let now = at("2020-02-01T00:00:00Z");
    let of = |standing| Subject { size: 0, standing, ..object("k", "2020-01-20T00:00:00Z") };
    let markers = rule(json!({ "Expiration": { "ExpiredObjectDeleteMarker": true } }));
    assert_eq!(markers.deed(&of(Standing::LoneMarker), now), Some(Deed::RemoveMarker));
    assert_eq!(markers.deed(&of(Standing::Marker), now), None);
    let days = |days: u64| rule(json!({ "Expiration": { "Days": days } }));
    assert_eq!(days(5).deed(&of(Standing::LoneMarker), now), Some(Deed::RemoveMarker));
    assert_eq!(days(50).deed(&of(Standing::LoneMarker), now), None);
    let abort = |days: u64| json!({ "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": days } });
    assert_eq!(rule(abort(7)).deed(&of(Standing::Upload), now), Some(Deed::Abort));
    assert_eq!(rule(abort(70)).deed(&of(Standing::Upload), now), None);
    let mut tagged = abort(7);
    tagged["Filter"] = json!({ "Tag": { "Key": "k", "Value": "v" } });
    assert_eq!(rule(tagged).deed(&of(Standing::Upload), now), None);
}

#[test]
fn a_rule_that_is_switched_off_does_nothing_and_all_are_told_apart() {
    let off = json!({ "Filter": {}, "Status": "Disabled", "Expiration": { "Days": 1 } });
    let all = rules(&json!({ "Rules": [off, { "ID": "named", "Prefix": "old/", "Expiration": { "Days": 1 } }] }));
    let now = at("2030-01-01T00:00:00Z");
    assert_eq!(all[0].deed(&object("old/k", "2020-01-01T00:00:00Z"), now), None);
    assert_eq!(all[1].deed(&object("old/k", "2020-01-01T00:00:00Z"), now), Some(Deed::Expire));
    let mut forecast = Forecast::of(&all);
    let sized = |size| Subject { size, ..object("old/k", "2020-01-02T00:00:00Z") };
    forecast.add(1, Some(Deed::Expire), &sized(7));
    forecast.add(1, None, &sized(3));
    assert_eq!((forecast.rules[0].name.as_str(), forecast.rules[0].is_off), ("rule 1", true));
    assert_eq!(forecast.rules[1].deeds[&Deed::Expire], Touched { items: 1, bytes: 7 });
    assert_eq!(forecast.rules[1].untold, Touched { items: 1, bytes: 3 });
}

#[test]
fn sentences_name_the_first_keys_and_what_nobody_can_tell() {
    let all = rules(
        &json!({ "Rules": [{ "NoncurrentVersionExpiration": { "NoncurrentDays": 1 } }, { "Status": "Disabled" }] }),
    );
    let mut forecast = Forecast::of(&all);
    assert_eq!(forecast.rules[0].sentences()[0].text, "today nothing");
    let old = |key: &str| Subject {
        standing: Standing::Old { since: at("2020-03-01T00:00:00Z"), newer: 0 },
        ..object(key, "2020-01-01T00:00:00Z")
    };
    for key in ["a", "b", "c", "d"] {
        forecast.add(0, Some(Deed::DeleteOld), &old(key));
    }
    forecast.add(0, None, &object("e", "2020-01-01T23:00:00Z"));
    let said = forecast.rules[0].sentences();
    assert_eq!(said[0].text, "today old versions deleted for good: 4 items, 4.0 MiB");
    assert_eq!(said[0].examples, ["a, old since 2020-03-01", "b, old since 2020-03-01", "c, old since 2020-03-01"]);
    assert_eq!((said[1].is_doubt, said[1].examples[0].as_str()), (true, "e, 2020-01-01"));
    assert_eq!(forecast.rules[1].sentences()[0].text, "switched off: nothing");
    forecast.unsized_uploads = 2;
    assert!(forecast.doubts()[0].starts_with("the parts of 2 unfinished uploads"));
}

/// A marker has neither tags nor bytes: a rule about tags leaves it, and nothing moves it, whatever the sizes.
#[test]
fn an_old_marker_is_deleted_like_an_old_version_and_never_moved() {
    let now = at("2020-02-01T00:00:00Z");
    let marker = |newer| Subject {
        size: 0,
        standing: Standing::OldMarker { since: at("2020-01-10T00:00:00Z"), newer },
        ..object("k", "2020-01-05T00:00:00Z")
    };
    let moves = json!([{ "NoncurrentDays": 5, "StorageClass": "GLACIER" }]);
    let sized = json!({ "Filter": { "ObjectSizeLessThan": 1000 }, "NoncurrentVersionTransitions": moves });
    assert_eq!(rule(sized).deed(&marker(0), now), None);
    let expiry = json!({ "NoncurrentDays": 5, "NewerNoncurrentVersions": 1 });
    let own = rule(json!({ "NoncurrentVersionExpiration": expiry }));
    assert_eq!((own.deed(&marker(0), now), own.deed(&marker(1), now)), (None, Some(Deed::DeleteOld)));
    let tagged = json!({ "Filter": { "Tag": { "Key": "k", "Value": "v" } }, "NoncurrentVersionExpiration": expiry });
    assert_eq!(rule(tagged).deed(&marker(1), now), None);
}

/// Amazon S3 Developer Guide, "Transitioning Objects: General Considerations" (of 2016, which names the class), and User
/// Guide, "Unsupported lifecycle transitions".
#[test]
fn reduced_redundancy_moves_like_standard_and_one_zone_not_to_instant_retrieval() {
    let now = at("2030-01-01T00:00:00Z");
    let to = |class: &str| rule(json!({ "Transitions": [{ "Days": 1, "StorageClass": class }] }));
    let of = |class| Subject { class: Some(class), ..object("k", "2020-01-01T00:00:00Z") };
    let reduced = of(StorageClass::ReducedRedundancy);
    assert_eq!(to("STANDARD_IA").deed(&reduced, now), Some(Deed::Move("STANDARD_IA")));
    let one_zone = of(StorageClass::OnezoneIa);
    assert_eq!(to("GLACIER_IR").deed(&one_zone, now), None);
    assert_eq!(to("GLACIER").deed(&one_zone, now), Some(Deed::Move("GLACIER")));
}
