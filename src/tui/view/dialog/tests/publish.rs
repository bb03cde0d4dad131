//! Pictures of publishing a website.

use super::*;
use crate::app::dialog::publish::Publish;
use crate::app::dialog::published::Published;
use crate::app::harness::site;
use crate::model::job::{Request, Work};
use crate::model::publication::{ErrorPage, Plan, Wish};

fn all_sizes(name: &str, dialog: &Dialog) {
    insta::assert_snapshot!(format!("{name}_120x36"), draw_at(120, 36, dialog, &Theme::default()));
    snapshots(name, dialog);
}

fn wish(deletes: bool) -> Wish {
    Wish {
        folder: "/home/me/site/dist".into(),
        bucket: "acme-site".into(),
        prefix: "".into(),
        index: "index.html".into(),
        error: ErrorPage::Named("404.html".into()),
        deletes,
        takes_hidden: false,
    }
}

fn wizard(deletes: bool) -> Dialog {
    Dialog::Publish(Box::new(Publish::new(wish(deletes))))
}

fn press(dialog: &mut Dialog, keys: &[Key]) -> Vec<Request> {
    let mut requests = Vec::new();
    for key in keys {
        if let Step::Stay(effects) | Step::Close(effects) =
            dialog.on_key(*key, Rect::new(0, 0, 80, 24), &mut Ids::default())
        {
            requests.extend(effects.into_iter().filter_map(|effect| match effect {
                crate::app::effect::Effect::Submit(request) => Some(request),
                _ => None,
            }));
        }
    }
    requests
}

fn shown(plan: Plan) -> Dialog {
    let mut dialog = wizard(plan.publication.wish.deletes);
    let requests = press(&mut dialog, &[Key::plain(Code::Enter)]);
    let [Request::PlanPublication { ticket, .. }] = requests[..] else { panic!("{requests:?}") };
    dialog.on_report(&Report::PublicationPlanned { ticket, plan: Box::new(plan) }).unwrap();
    dialog
}

#[test]
fn what_is_wished_for() {
    all_sizes("publish_wish", &wizard(false));
    let mut dialog = wizard(false);
    press(&mut dialog, &[Key::plain(Code::Enter)]);
    all_sizes("publish_looking", &dialog);
}

#[test]
fn what_it_takes() {
    all_sizes("publish_plan", &shown(site::plan(wish(true))));
    let mut dialog = shown(site::plan(wish(false)));
    press(&mut dialog, &[Key::plain(Code::Left), Key::plain(Code::Enter)]);
    all_sizes("publish_question", &dialog);
    all_sizes("publish_impossible", &shown(site::impossible(wish(false))));
    all_sizes("publish_nothing", &shown(site::nothing_to_do(wish(false))));
}

#[test]
fn how_it_ended() {
    let mut queue = Queue::default();
    let work = Work::Publish(std::sync::Arc::new(site::plan(wish(false)).publication));
    let job = JobId(1);
    queue.on_submit(&Request::Start { job, work });
    let done = ItemOutcome::Done(crate::model::job::Verified::Size);
    let results = vec![ItemResult { name: "/home/me/site/dist/index.html".into(), bytes: 2000, outcome: done }];
    queue.on_report(&Report::Items { job, results });
    let mut noted = |note: &str| queue.on_report(&Report::Noted { job, note: note.to_owned() });
    noted("Website written; put back by: bucketry settings s3://acme-site website --restore");
    let mut partial = queue.clone();
    noted_end(&mut queue, job);
    all_sizes("published", &Dialog::Published(Box::new(Published::new(&queue.jobs()[0]).unwrap())));
    let error = Error::new(Kind::Conflict, "write the settings of", "s3://acme-site (Policy)", "it has changed since");
    let skipped = ItemOutcome::Skipped("not written: what comes before it was not written".into());
    let results = vec![
        ItemResult { name: "Policy of s3://acme-site".into(), bytes: 0, outcome: ItemOutcome::Failed(error) },
        ItemResult { name: "CORS of s3://acme-site".into(), bytes: 0, outcome: skipped },
    ];
    partial.on_report(&Report::Items { job, results });
    partial.on_report(&Report::Finished { job, end: JobEnd::SomeFailed });
    all_sizes("published_in_part", &Dialog::Published(Box::new(Published::new(&partial.jobs()[0]).unwrap())));
}

fn noted_end(queue: &mut Queue, job: JobId) {
    let note = "visited without a signature: 200, text/html; charset=utf-8".to_owned();
    queue.on_report(&Report::Noted { job, note });
    queue.on_report(&Report::Finished { job, end: JobEnd::Done });
}
