//! Opens the dialogs that publish a folder as a website, and that say how it ended.

use std::path::PathBuf;

use super::is_busy;
use crate::app::dialog::Dialog;
use crate::app::dialog::publish::Publish;
use crate::app::dialog::published::Published;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::queue::Job;
use crate::app::settings::Settings;
use crate::app::state::{Screen, Side, State};
use crate::model::job::{JobId, Work};
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix};
use crate::model::publication::{ErrorPage, Wish};
use crate::model::site;

/// What the index page is called unless something else is typed.
const INDEX: &str = "index.html";

/// Asks what is to be published: the folder of one pane, in the place of the other or in the bucket of the settings.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(((folder, error), (bucket, prefix))) = folder(state).zip(target(state)) else {
        let words = "to publish a website, show its folder in one pane and its bucket or prefix in the other";
        state.notice = Some(Notice::warning(words));
        return vec![];
    };
    if bucket.is_arn() {
        state.notice = Some(Notice::warning("an access point can be no website; go to its bucket"));
        return vec![];
    }
    let index = INDEX.to_owned();
    open_wish(state, Wish { folder, bucket, prefix, index, error, deletes: false, takes_hidden: false });
    vec![]
}

/// Asks what is to be published, with what was wished for before.
pub(super) fn open_wish(state: &mut State, wish: Wish) {
    state.dialog = Some(Dialog::Publish(Box::new(Publish::new(wish))));
}

/// Returns the folder that a pane shows, and the error page that is seen in it.
fn folder(state: &State) -> Option<(PathBuf, ErrorPage)> {
    [Side::Left, Side::Right].into_iter().map(|side| state.pane(side)).find_map(|pane| {
        let Location::Local(folder) = pane.place() else { return None };
        let has = |name: &&str| pane.tree().root().find(name, false).is_some();
        let page = site::ERROR_PAGES.into_iter().find(has);
        Some((folder.clone(), page.map_or(ErrorPage::Standing, |name| ErrorPage::Named(name.to_owned()))))
    })
}

/// Returns where it goes: to what a pane shows; from the settings, in their bucket.
fn target(state: &State) -> Option<(BucketName, Prefix)> {
    let settings = state.settings.as_ref().filter(|_| state.screen == Screen::Settings);
    let wanted = settings.map(Settings::bucket);
    let shown = [Side::Left, Side::Right].into_iter().find_map(|side| match state.pane(side).place() {
        Location::S3 { bucket, prefix } if wanted.is_none_or(|wanted| wanted == bucket) => {
            Some((bucket.clone(), prefix.clone()))
        }
        _ => None,
    });
    shown.or_else(|| wanted.map(|bucket| (bucket.clone(), Prefix::root())))
}

/// Remembers a job that has ended, to be told of, if it published a website; returns whether it did.
pub(super) fn remember(state: &mut State, id: JobId) -> bool {
    let is_publication = |job: &&Job| job.id == id && matches!(job.work, Work::Publish(_));
    let found = state.queue.jobs().iter().find(is_publication).map(|job| job.id);
    state.published = found.or(state.published);
    found.is_some()
}

/// Tells how publishing ended, once nothing else takes the keys.
pub(super) fn tell_end(state: &mut State) {
    if is_busy(state) {
        return;
    }
    let Some(id) = state.published.take() else { return };
    let ended = state.queue.jobs().iter().find(|job| job.id == id).and_then(Published::new);
    if let Some(ended) = ended {
        state.dialog = Some(Dialog::Published(Box::new(ended)).unasked(state.now));
    }
}
