//! The words of buckets: which are asked for, in which order, and when nobody wants them any more.

use super::*;
use crate::model::access::Access;
use crate::model::job::Ticket;

/// The buckets that are judged, with their tickets.
fn judged(effects: &[Effect]) -> Vec<(Ticket, String)> {
    let one = |effect: &Effect| match effect {
        Effect::Submit(Request::Judge { ticket, bucket }) => Some((*ticket, bucket.to_string())),
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

fn names(asked: &[(Ticket, String)]) -> Vec<&str> {
    asked.iter().map(|(_, name)| name.as_str()).collect()
}

fn dropped(effects: &[Effect]) -> Vec<Ticket> {
    let one = |effect: &Effect| match effect {
        Effect::Submit(Request::Drop(ticket)) => Some(*ticket),
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

fn answer(t: &mut Harness, ticket: Ticket, access: Access) -> Vec<(Ticket, String)> {
    judged(&t.report(Report::Verdict { ticket, access }))
}

/// Forty buckets in a pane, the first of which are asked for.
fn forty() -> (Harness, Vec<(Ticket, String)>) {
    let names: Vec<String> = (10..50).map(|at| format!("b{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut t = Harness::unloaded("s3://", "~/data");
    let asked = judged(&t.page("s3://", &names));
    (t, asked)
}

#[test]
fn a_few_are_asked_for_at_a_time_and_what_the_person_looks_at_first() {
    let (mut t, asked) = forty();
    assert_eq!(names(&asked), ["b10", "b11", "b12"]);
    assert!(judged(&t.keys("G")).is_empty(), "each has its turn");
    let next = answer(&mut t, asked[0].0, Access::NotPublic);
    assert_eq!(names(&next), ["b49"], "the row under the cursor");
    let next = answer(&mut t, asked[1].0, Access::NotPublic);
    let top = t.state.left.tree().top();
    assert_eq!(next[0].1, format!("b{}", 10 + top), "then those in view, and none that the window has left");
    assert!(answer(&mut t, asked[1].0, Access::CanBePublic).is_empty(), "an answer counts once");
    assert_eq!(t.state.words.get(&"b11".into()), Some(&Access::NotPublic));
}

#[test]
fn escape_stops_it_until_it_is_read_anew() {
    let (mut t, asked) = forty();
    assert_eq!(dropped(&t.keys("<esc>")), asked.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>());
    assert!(judged(&t.keys("j G g")).is_empty());
    t.state.words.learn("b10".into(), Access::NotPublic);
    let effects = t.keys("R");
    assert_eq!(names(&judged(&effects)), ["b10", "b11", "b12"], "what was known may be so no more");
}

#[test]
fn leaving_the_list_drops_what_is_on_its_way_and_keeps_what_is_known() {
    for leave in ["<enter>", "t", "i <tab> <tab>"] {
        let (mut t, asked) = forty();
        answer(&mut t, asked[0].0, Access::NotPublic);
        t.keys("j");
        let effects = t.keys(leave);
        let is_left = leave != "i <tab> <tab>";
        assert_eq!(asked[1..].iter().all(|(ticket, _)| dropped(&effects).contains(ticket)), is_left, "{leave}");
        assert!(t.state.words.get(&"b10".into()).is_some());
    }
}

#[test]
fn nothing_is_asked_where_no_column_shows_it() {
    let mut t = Harness::unloaded("s3://", "~/data").resized(40, 10);
    assert!(judged(&t.page("s3://", &["a", "b"])).is_empty());
    assert_eq!(names(&judged(&t.send(Event::Resize { width: 80, height: 24 }))), ["a", "b"]);
}

#[test]
fn what_the_inspector_finds_of_a_bucket_is_the_word_of_its_row() {
    let (mut t, _) = forty();
    let effects = t.keys("G i");
    let ticket = effects.iter().find_map(|effect| match effect {
        Effect::Submit(Request::Inspect { ticket, .. }) => Some(*ticket),
        _ => None,
    });
    answer(&mut t, ticket.unwrap(), Access::Public("by its ACL"));
    assert_eq!(t.state.words.get(&"b49".into()), Some(&Access::Public("by its ACL")));
}

#[test]
fn a_bucket_that_was_made_or_removed_makes_the_words_old() {
    let (mut t, asked) = forty();
    answer(&mut t, asked[0].0, Access::NotPublic);
    crate::app::update::report::refresh_touched(&mut t.state, &[crate::app::harness::location("s3://")]);
    assert_eq!(t.state.words.get(&"b10".into()), None);
}
