//! Publishing a website on the screen: what is asked, what it takes, how it ends.

use super::*;
use crate::app::harness::site;
use crate::model::job::{ItemOutcome, ItemResult};
use crate::model::publication::{ErrorPage, Plan, Wish};

/// A build folder on the left, a bucket on the right.
fn panes() -> Harness {
    let mut t = Harness::unloaded("~/dist", "s3://acme-site/");
    t.page("~/dist", &["assets/", "error.html", "index.html"]);
    t.page("s3://acme-site/", &["old.html"]);
    t
}

fn asked(effects: &[Effect]) -> (Ticket, Wish) {
    match effects {
        [Effect::Submit(Request::PlanPublication { ticket, wish })] => (*ticket, (**wish).clone()),
        effects => panic!("{effects:?}"),
    }
}

/// What is wished for by these keys in the dialog, and the plan for it.
fn shown(t: &mut Harness, keys: &str, plan: fn(Wish) -> Plan) -> Wish {
    t.keys("w");
    let (ticket, wish) = asked(&t.keys(&format!("{keys} <enter>")));
    t.report(Report::PublicationPlanned { ticket, plan: Box::new(plan(wish.clone())) });
    wish
}

fn started(effects: &[Effect]) -> Option<JobId> {
    match effects {
        [Effect::Submit(Request::Start { job, work: Work::Publish(_) })] => Some(*job),
        [] => None,
        effects => panic!("{effects:?}"),
    }
}

#[test]
fn a_folder_and_a_bucket_in_the_two_panes_are_a_website() {
    let mut t = panes();
    let wish = shown(&mut t, "", site::plan);
    let wanted = Wish {
        folder: "/home/me/dist".into(),
        bucket: "acme-site".into(),
        prefix: "".into(),
        index: "index.html".into(),
        error: ErrorPage::Named("error.html".into()),
        deletes: false,
        takes_hidden: false,
    };
    assert_eq!(wish, wanted, "the error page is the one that the folder has");
    let mut t = panes();
    t.keys("<tab>");
    assert_eq!(shown(&mut t, "<down> <right> <down> <right> <down> <right>", site::plan).error, ErrorPage::Index);
    let mut t = panes();
    t.keys("w <down> <down> <ctrl-u> <down> <right> <down> <right>");
    let (_, wish) = asked(&t.keys("<enter>"));
    assert_eq!((wish.error, wish.deletes, wish.takes_hidden), (ErrorPage::Standing, true, true));
}

#[test]
fn without_a_folder_beside_a_bucket_it_is_said_what_is_needed() {
    let mut t = Harness::new();
    assert!(t.keys("w").is_empty() && t.state.dialog.is_none());
    assert!(t.state.notice.as_ref().unwrap().text.contains("its bucket or prefix in the other"));
    t.state.is_read_only = true;
    t.keys("w");
    assert!(t.state.notice.as_ref().unwrap().text.contains("writing is switched off"));
}

#[test]
fn from_the_settings_it_goes_to_their_bucket() {
    let mut t = panes();
    t.keys("<tab> , w");
    assert_eq!(asked(&t.keys("<enter>")).1.bucket.as_str(), "acme-site");
}

#[test]
fn what_opens_is_asked_twice_and_each_time_the_safe_button_has_the_focus() {
    let mut t = panes();
    shown(&mut t, "", site::plan);
    assert_eq!(started(&t.keys("<enter>")), None, "Enter goes back");
    asked(&t.keys("<enter>"));
    let mut t = panes();
    shown(&mut t, "", site::plan);
    assert_eq!(started(&t.keys("<left> <enter>")), None, "and asks again");
    assert_eq!(started(&t.keys("<enter>")), None, "no");
    assert!(t.state.dialog.is_none());
    let mut t = panes();
    shown(&mut t, "", site::plan);
    assert!(started(&t.keys("<left> <enter> <right> <enter>")).is_some() && t.state.dialog.is_none());
}

#[test]
fn what_is_deleted_is_asked_for_by_name() {
    let mut t = panes();
    shown(&mut t, "<down> <down> <down> <right>", site::plan);
    assert_eq!(started(&t.keys("<left> <enter> <enter> <right> <enter>")), None);
    t.text("acme-site");
    assert!(started(&t.keys("<enter> <enter> <right> <enter>")).is_some());
}

#[test]
fn what_is_open_already_is_published_at_once() {
    let mut t = panes();
    shown(&mut t, "", site::nothing_to_do);
    assert!(started(&t.keys("<left> <enter>")).is_some());
}

#[test]
fn what_cannot_be_made_public_is_not_published() {
    let mut t = panes();
    shown(&mut t, "", site::impossible);
    asked(&t.keys("<left> <enter> <enter>"));
    let mut t = panes();
    shown(&mut t, "", site::impossible);
    assert!(t.keys("<right> <enter>").is_empty() && t.state.dialog.is_none());
}

#[test]
fn a_failed_look_is_told_and_what_was_typed_stays() {
    let mut t = panes();
    t.keys("w");
    t.text("x");
    let (ticket, _) = asked(&t.keys("<enter>"));
    let error = Error::new(Kind::Invalid, "publish", "/home/me/dist", "it has no index.htmlx");
    t.report(Report::Failed { ticket, error });
    assert_eq!(asked(&t.keys("<enter>")).1.index, "index.htmlx");
    assert!(matches!(t.keys("<esc>")[..], [Effect::Submit(Request::Drop(_))]), "nobody waits for it any more");
}

#[test]
fn the_end_is_told_with_the_address_and_what_was_not_done_is_tried_anew_from_the_plan() {
    let mut t = panes();
    shown(&mut t, "", site::plan);
    let job = started(&t.keys("<left> <enter> <right> <enter>")).unwrap();
    let error = Error::new(Kind::Conflict, "write the settings of", "s3://acme-site (Policy)", "it has changed");
    let failed = ItemResult { name: "Policy of s3://acme-site".into(), bytes: 0, outcome: ItemOutcome::Failed(error) };
    t.keys("t");
    t.report(Report::Items { job, results: vec![failed] });
    let effects = t.report(Report::Finished { job, end: JobEnd::SomeFailed });
    assert_eq!(listed(&effects), ["s3://acme-site/"], "what was written is read again");
    assert!(matches!(t.state.dialog, Some(Dialog::Published(_))));
    let url = "http://acme-site.s3-website-eu-west-1.amazonaws.com/".to_owned();
    assert_eq!(t.keys("y"), [Effect::Copy(url)]);
    t.keys("<esc> r");
    assert!(matches!(t.state.dialog, Some(Dialog::Publish(_))));
    assert_eq!(asked(&t.keys("<enter>")).1.bucket.as_str(), "acme-site");
}
