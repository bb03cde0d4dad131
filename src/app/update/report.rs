//! What the engine said, brought to the part of the state that asked. What nobody asked for is dropped here.

use std::path::Path;

use super::on_step;
use crate::app::dialog::{Dialog, failure::Failure};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::queue::left_words;
use crate::app::state::{Editing, Identity, Side, State};
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, JobEnd, JobId, Page, Report, Request, Revision, Ticket, Unfinished, Work};
use crate::model::location::Location;

/// Takes a report in.
pub(super) fn on_report(state: &mut State, report: Report) -> Vec<Effect> {
    if let Some(mut effects) = state.queue.on_report(&report) {
        // The open dialog may be about the job too.
        effects.extend(tell_dialog(state, &report).unwrap_or_default());
        match &report {
            Report::Finished { job, end } => effects.extend(on_finished(state, *job, end.clone())),
            Report::Reordered { is_moved: false, .. } => {
                let words = "it stays in its place: one of the two transfers changes what the other touches";
                state.notice = Some(Notice::warning(words));
            }
            _ => {}
        }
        effects.extend(super::uploads::on_job(state, &report));
        return effects;
    }
    let report = match report {
        Report::Compared { ticket, page } => {
            if let Some(compare) = &mut state.compare {
                compare.take(ticket, page);
            }
            return vec![];
        }
        report => report,
    };
    if let Some(effects) = super::access::on_report(state, &report) {
        return effects;
    }
    if state.inspector.on_report(&report) {
        learn_word(state, &report);
        return vec![];
    }
    if state.words.on_report(&report) || state.history.on_report(&report) {
        return vec![];
    }
    if let Some(effects) = super::settings::on_report(state, &report) {
        return effects;
    }
    if let Some(effects) = super::uploads::on_report(state, &report) {
        return effects;
    }
    if let Some(effects) = tell_dialog(state, &report) {
        return effects;
    }
    match report {
        Report::Page { ticket, page } => on_page(state, ticket, page),
        Report::Failed { ticket, error } => on_failed(state, ticket, error),
        Report::Completed { ticket, texts } => on_completed(state, ticket, texts),
        Report::Fetched { ticket, path, object, etag } if state.fetching == Some(ticket) => {
            state.fetching = None;
            state.fetched = Some(Editing { path, object, etag });
            vec![]
        }
        Report::Fetched { path, .. } | Report::Drafted { path, .. } => vec![Effect::Discard(path)],
        Report::Unfinished(left) => on_left(state, left),
        Report::JournalSetAside { aside, error } => on_journal(state, journal_set_aside(&aside, &error)),
        Report::JournalFailed(error) => on_journal(state, journal_failed(error)),
        Report::Connected(connection) => identify(state, Identity::Known(connection)),
        Report::NotConnected(error) => identify(state, Identity::Missing(error)),
        Report::Region { bucket, region } => {
            state.regions.insert(bucket, region);
            vec![]
        }
        _ => vec![],
    }
}

/// What the inspector found of a bucket is true of its row too.
fn learn_word(state: &mut State, report: &Report) {
    let subject = state.inspector.subject().map(|subject| &subject.item);
    if let (Report::Verdict { access, .. }, Some(Item::Bucket(bucket))) = (report, subject) {
        state.words.learn(bucket.clone(), access.clone());
    }
}

/// Hands a report to the open dialog; returns nothing if it is not meant for it.
fn tell_dialog(state: &mut State, report: &Report) -> Option<Vec<Effect>> {
    let step = state.dialog.as_mut()?.on_report(report)?;
    Some(on_step(state, step))
}

fn on_page(state: &mut State, ticket: Ticket, page: Page) -> Vec<Effect> {
    let page = match state.left.on_page(ticket, page, &mut state.ids) {
        Ok(effects) => return effects,
        Err(page) => page,
    };
    state.right.on_page(ticket, page, &mut state.ids).unwrap_or_default()
}

fn on_failed(state: &mut State, ticket: Ticket, error: Error) -> Vec<Effect> {
    if state.palette.as_mut().is_some_and(|palette| palette.on_failed(ticket)) {
        return vec![];
    }
    if state.fetching == Some(ticket) {
        state.fetching = None;
        show_error(state, error);
        return vec![];
    }
    if state.compare.as_mut().is_some_and(|compare| compare.fail(ticket, &error)) {
        return vec![];
    }
    for side in [Side::Left, Side::Right] {
        let tree = state.pane_mut(side).tree_mut();
        if tree.waits_for(ticket) {
            let untold = if error.kind == Kind::Cancelled { None } else { tree.on_failed(ticket, error) };
            if let Some(error) = untold {
                state.notice = Some(Notice::error(&error));
            }
            return vec![];
        }
    }
    vec![]
}

fn on_completed(state: &mut State, ticket: Ticket, texts: Vec<String>) -> Vec<Effect> {
    if let Some(palette) = &mut state.palette {
        palette.on_completed(ticket, texts);
    }
    vec![]
}

fn identify(state: &mut State, identity: Identity) -> Vec<Effect> {
    state.identity = identity;
    vec![]
}

/// Takes in what earlier runs have left. What belongs to other connections alone is no reason to ask.
fn on_left(state: &mut State, left: Vec<Unfinished>) -> Vec<Effect> {
    let (jobs, here) = (left.len(), left.iter().any(|left| left.is_from_here));
    state.queue.add_left(left, &mut state.ids, &state.zone);
    if jobs > 0 && !here {
        let words = left_words(jobs);
        state.notice = Some(Notice::warning(format!("{words}, with another profile or endpoint; t shows more")));
    }
    vec![]
}

fn on_journal(state: &mut State, error: Error) -> Vec<Effect> {
    show_error(state, error);
    vec![]
}

fn journal_failed(error: Error) -> Error {
    let cause = format!(
        "{}. Transfers go on, but none can be resumed after an interruption: mend this and start anew to have them kept",
        error.cause
    );
    Error { cause, ..error }
}

fn journal_set_aside(aside: &Path, error: &Error) -> Error {
    let cause = format!(
        "it was damaged ({}) and is kept as {}; a new one was begun. Unfinished jobs are forgotten; \
         `bucketry uploads` lists the uploads that they may have left, and `--abort` aborts them",
        error.cause,
        aside.display(),
    );
    Error { cause, ..error.clone() }
}

fn on_finished(state: &mut State, job: JobId, end: JobEnd) -> Vec<Effect> {
    match end {
        // It has a dialog of its own.
        _ if super::publish::remember(state, job) => {}
        JobEnd::Failed(error) => show_error(state, error),
        JobEnd::SomeFailed => state.notice = Some(Notice::warning("some items failed; t shows which")),
        JobEnd::Done | JobEnd::Cancelled => {}
    }
    let touched = state.touched.remove(&job).unwrap_or_default();
    refresh_touched(state, &touched)
}

/// Shows an error in full, or, where the keys go elsewhere at the moment, in the footer.
pub(super) fn show_error(state: &mut State, error: Error) {
    if state.dialog.is_some() || state.palette.is_some() || state.is_typing() {
        state.notice = Some(Notice::error(&error));
    } else {
        state.dialog = Some(Dialog::Failure(Box::new(Failure::new(error))).unasked(state.now));
    }
}

/// Reads anew what was changed, in both panes and in the inspector.
pub(super) fn refresh_touched(state: &mut State, touched: &[Location]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for place in touched {
        if let Location::Buckets(profile) = place {
            effects.extend(state.words.forget(profile));
        }
    }
    effects.extend(state.left.refresh_touched(touched, &mut state.ids));
    effects.extend(state.right.refresh_touched(touched, &mut state.ids));
    let inspected = state.inspector.subject().and_then(|subject| holder(&subject.item));
    if inspected.is_some_and(|place| touched.iter().any(|touched| is_changed_in(&place, touched))) {
        effects.extend(state.inspector.refresh(&mut state.ids));
    }
    effects
}

/// Returns whether what a job changed in one place may show in another: a change among the buckets is not one in them.
fn is_changed_in(place: &Location, touched: &Location) -> bool {
    touched == place || !touched.is_buckets() && touched.contains(place)
}

/// Notes which places a job changes.
pub(super) fn remember_touched(state: &mut State, request: &Request) {
    let (Request::Start { job, work }
    | Request::TakeUp { job, work, .. }
    | Request::GiveUp { job, work, .. }
    | Request::Forget { job, work, .. }) = request
    else {
        return;
    };
    let places = match work {
        Work::Transfer(transfer) => {
            let sources = transfer.items.iter().filter(|_| transfer.is_move).filter_map(holder);
            std::iter::once(transfer.to.clone()).chain(sources).collect()
        }
        Work::Change(revision) if revision.is_rehearsal => Vec::new(),
        Work::Delete(items) | Work::Change(Revision { items, .. }) => items.iter().filter_map(holder).collect(),
        Work::Sync(plan) => vec![plan.to().clone()],
        // Whether the bucket is open to strangers stands in its row.
        Work::Publish(publication) => {
            let wish = &publication.wish;
            vec![wish.target(), Location::Buckets(wish.bucket.profile().clone())]
        }
        Work::Stream(stream) => holder(&Item::Object(stream.to.clone())).into_iter().collect(),
        Work::CreateFolder(place) => place.parent().into_iter().collect(),
        Work::CreateBucket { name, .. } | Work::RemoveBucket(name) => vec![Location::Buckets(name.profile().clone())],
        Work::AbortUploads { .. } => Vec::new(),
        Work::PutBack { to, .. } => holder(&Item::Object(to.clone())).into_iter().collect(),
    };
    let mut unique: Vec<Location> = Vec::new();
    for place in places {
        if !unique.contains(&place) {
            unique.push(place);
        }
    }
    state.touched.insert(*job, unique);
}

/// The place that lists a thing.
pub(super) fn holder(item: &Item) -> Option<Location> {
    match item {
        Item::File(path) | Item::Folder(path) => path.parent().map(|parent| Location::Local(parent.to_owned())),
        Item::Object(object) => {
            let whole = Location::S3 { bucket: object.bucket.clone(), prefix: object.key.as_str().into() };
            whole.parent()
        }
        Item::Prefix { bucket, prefix } => Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() }.parent(),
        Item::Bucket(bucket) => Some(Location::Buckets(bucket.profile().clone())),
    }
}
