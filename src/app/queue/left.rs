//! Jobs that an earlier run of the program has left: they stand in the queue until a person decides about them.

use jiff::tz::TimeZone;

use super::job::{Job, Kept};
use super::{Effect, Ids, JobId, Queue, Request};
use crate::model::job::{Unfinished, UnfinishedId, Work};
use crate::model::text::{count, counted, long_time, size, visible};

/// What is left of a job that nobody has decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its name in the journal.
    pub id: UnfinishedId,
    /// When it was queued, in words.
    pub queued: String,
    /// How far it was, in words.
    pub progress: String,
    /// Whether it can be gone on with.
    can_go_on: bool,
    /// Why it can only be forgotten from here, and what to do instead; nothing if something can.
    pub elsewhere: Option<String>,
    /// Where its unfinished uploads go, filtered.
    pub uploads: Vec<String>,
}

/// What a person decides about a job that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go on with it.
    Resume,
    /// Clean up behind it.
    Discard,
    /// Strike it out, and leave what a server has of it.
    Forget,
}

impl Left {
    fn new(left: &Unfinished, zone: &TimeZone) -> Self {
        let done = || format!("{} done, {}", counted(left.items_done, "item", "items"), size(left.bytes_done));
        let begun = || size(left.bytes_begun);
        let progress = match (left.items_done, left.bytes_begun) {
            (0, 0) => "nothing yet".to_owned(),
            (0, _) => format!("{}, no item whole yet", begun()),
            (_, 0) => done(),
            _ => format!("{}, and {} of others", done(), begun()),
        };
        Self {
            id: left.id,
            queued: long_time(left.queued, zone),
            progress,
            can_go_on: left.can_go_on,
            elsewhere: (!left.is_from_here).then(|| elsewhere(left)),
            uploads: left.uploads.iter().map(|object| visible(&object.to_string()).into_owned()).collect(),
        }
    }
}

/// Says which connection a job belongs to, and how to come there.
fn elsewhere(left: &Unfinished) -> String {
    let shown = |text: &String| visible(text).into_owned();
    let (profile, endpoint) = (left.profile.as_ref().map(shown), left.endpoint.as_ref().map(shown));
    let with = profile.as_ref().map_or_else(|| "no profile".to_owned(), |profile| format!("the profile {profile}"));
    let at = endpoint.clone().unwrap_or_else(|| "Amazon's endpoint".to_owned());
    let options =
        [profile.map(|profile| format!("--profile {profile}")), endpoint.map(|url| format!("--endpoint-url {url}"))];
    let options: Vec<_> = options.into_iter().flatten().collect();
    let start = match options.as_slice() {
        [] => "neither --profile nor --endpoint-url".to_owned(),
        options => options.join(" "),
    };
    format!("it was begun with {with} at {at}; start bucketry with {start} to resume or discard it")
}

impl Job {
    pub(super) fn left_over(id: JobId, left: Unfinished, zone: &TimeZone) -> Self {
        let note = Left::new(&left, zone);
        let mut job = Self::new(id, left.work);
        job.snapshot.items_done = left.items_done;
        job.snapshot.bytes_done = left.bytes_done;
        job.left = Some(note);
        job
    }

    /// Returns what is left of it, if an earlier run left it and nobody has decided about it.
    pub fn left(&self) -> Option<&Left> {
        self.left.as_ref()
    }

    /// Returns the request that carries out a decision about a job that is left, if that can be done from here.
    pub fn decide(&self, decision: Decision) -> Option<Request> {
        let left = self.left.as_ref()?;
        let is_from_here = left.elsewhere.is_none();
        let (job, unfinished, work) = (self.id, left.id, self.work.clone());
        match decision {
            Decision::Resume => (is_from_here && left.can_go_on).then_some(Request::TakeUp { job, unfinished, work }),
            Decision::Discard => is_from_here.then_some(Request::GiveUp { job, unfinished, work }),
            Decision::Forget => Some(Request::Forget { job, unfinished, work }),
        }
    }

    /// Returns what to be careful about when the job goes on, if there is anything.
    pub fn resume_warning(&self) -> Option<&'static str> {
        matches!(self.work, Work::Delete(_))
            .then_some("resumed, it deletes on and leaves what may have come after it was confirmed")
    }

    /// Returns what was decided of it other than to go on.
    pub(super) fn ending(&self) -> Option<Decision> {
        self.earlier.map(|(_, decision)| decision).filter(|decision| *decision != Decision::Resume)
    }

    /// Takes notice of what becomes of it.
    pub(super) fn decided(&mut self, unfinished: UnfinishedId, decision: Decision) {
        self.left = None;
        self.snapshot = crate::model::progress::Snapshot::default();
        self.earlier = Some((unfinished, decision));
    }
}

impl Queue {
    /// Takes in what earlier runs have left; it stands before the jobs of this run.
    pub fn add_left(&mut self, left: Vec<Unfinished>, ids: &mut Ids, zone: &TimeZone) {
        let new = left.len();
        let was_empty = self.jobs.is_empty();
        self.jobs.splice(0..0, left.into_iter().map(|left| Job::left_over(ids.job(), left, zone)));
        let can_decide = self.left().any(|job| job.decide(Decision::Discard).is_some());
        self.offers_left = can_decide;
        self.cursor = if was_empty { new.saturating_sub(1) } else { self.cursor + new };
    }

    /// Returns the jobs to offer, once.
    pub fn take_offer(&mut self) -> Option<Vec<Job>> {
        std::mem::take(&mut self.offers_left).then(|| self.left().cloned().collect())
    }

    /// Returns the jobs that nobody has decided about, oldest first.
    pub fn left(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter().filter(|job| job.left.is_some())
    }

    /// Takes notice of a decision about a job that was left.
    pub(super) fn on_decided(&mut self, id: JobId, unfinished: UnfinishedId, work: &Work, decision: Decision) {
        for before in self.jobs.iter_mut().filter(|job| job.id != id && job.kept == Kept::Yes(unfinished)) {
            before.kept = Kept::HandedOn;
        }
        if self.find_mut(id).is_none() {
            self.add(id, work.clone());
        }
        self.change(id, |job| job.decided(unfinished, decision));
    }

    /// Returns the request that cleans up behind the selected job, which failed and is kept.
    pub fn discard_kept(&self, ids: &mut Ids) -> Vec<Effect> {
        let Some(Job { kept: Kept::Yes(unfinished), work, .. }) = self.selected().filter(|job| job.is_kept()) else {
            return vec![];
        };
        vec![Effect::Submit(Request::GiveUp { job: ids.job(), unfinished: *unfinished, work: work.clone() })]
    }

    /// Returns the request that carries out a decision about the selected job, if it is left and that can be done here.
    pub fn decide(&self, decision: Decision) -> Vec<Effect> {
        let request = self.selected().and_then(|job| job.decide(decision));
        request.map(Effect::Submit).into_iter().collect()
    }
}

/// Says how many jobs are left.
pub fn left_words(jobs: usize) -> String {
    let verb = if jobs == 1 { "job" } else { "jobs" };
    format!("{} unfinished {verb} of an earlier run", count(jobs as u64))
}
