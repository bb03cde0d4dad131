//! All jobs: what was asked for, how far each is, what they ask, and how they ended.
//!
//! The engine decides what runs when; this is the record of what it said. Questions wait in line and are shown one at
//! a time. Reports of jobs that are not known here are dropped.

mod job;
mod left;
mod place;
mod results;

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::Rect;

pub use self::job::{Direction, Job, JobState};
use self::job::{Kept, Turn};
pub use self::left::{Decision, Left, left_words};
pub use self::place::{Places, places};
pub use self::results::Results;
use super::effect::Effect;
use super::state::Ids;
use crate::model::job::{JobEnd, JobId, Report, Request, Work};
use crate::model::limit::ByteRate;
use crate::model::plan::{Answer, Conflict};
use crate::model::progress::{Progress, Snapshot};

/// A question that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The job that waits.
    pub job: JobId,
    /// Which of its questions.
    pub question: u64,
    /// What stands in the way.
    pub conflict: Conflict,
}

/// All jobs, in the order in which they were asked for or put since.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    jobs: Vec<Job>,
    cursor: usize,
    /// The first line of the selected job's items that is in view.
    pub detail: usize,
    questions: VecDeque<Asked>,
    /// Jobs whose question was put off by the person.
    later: Vec<JobId>,
    /// Answers that hold for the rest of their job.
    standing: Vec<(JobId, Answer)>,
    /// The job that ended last, until the next key.
    ended: Option<JobId>,
    /// How fast all jobs together may be.
    limit: Option<ByteRate>,
    /// Whether jobs of earlier runs came in that can be decided about, and nobody was asked.
    offers_left: bool,
}

impl Queue {
    /// Returns a queue without jobs.
    pub fn new(limit: Option<ByteRate>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Returns how fast all jobs together may be.
    pub fn limit(&self) -> Option<ByteRate> {
        self.limit
    }

    /// Returns all jobs, those that come first at the top.
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// Returns the row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor.min(self.jobs.len().saturating_sub(1))
    }

    /// Returns the job under the cursor.
    pub fn selected(&self) -> Option<&Job> {
        self.jobs.get(self.cursor())
    }

    /// Returns how many jobs the engine has that are not over.
    pub fn unfinished(&self) -> usize {
        self.jobs.iter().filter(|job| job.is_open()).count()
    }

    /// Returns the counters of the jobs that run, to be read at each tick.
    pub fn running(&self) -> impl Iterator<Item = (JobId, &Arc<Progress>)> {
        self.jobs.iter().filter_map(|job| Some((job.id, job.progress()?)))
    }

    /// Returns the job that the strip shows: one that moves, else one that waits, else the one that just ended.
    pub fn current(&self) -> Option<&Job> {
        let rank = |job: &&Job| match job.state() {
            JobState::Running | JobState::Counting => 0,
            JobState::Asking => 1,
            JobState::Held(_) => 2,
            JobState::Stopping => 3,
            JobState::Paused => 5,
            _ => 4,
        };
        let open = self.jobs.iter().filter(|job| job.is_open()).min_by_key(rank);
        open.or_else(|| self.ended.and_then(|id| self.find(id)))
    }

    /// Returns whether the strip has something to say.
    pub fn has_strip(&self) -> bool {
        self.current().is_some()
    }

    fn find(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    fn find_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }

    /// Takes notice of a request that goes to the engine; returns what has to go there with it.
    pub fn on_submit(&mut self, request: &Request) -> Vec<Effect> {
        match request {
            Request::Start { job, work } => {
                self.add(*job, work.clone());
                vec![]
            }
            Request::TakeUp { job, unfinished, work } => {
                self.on_decided(*job, *unfinished, work, Decision::Resume);
                vec![]
            }
            Request::GiveUp { job, unfinished, work } => {
                self.on_decided(*job, *unfinished, work, Decision::Discard);
                vec![]
            }
            Request::Forget { job, unfinished, work } => {
                self.on_decided(*job, *unfinished, work, Decision::Forget);
                vec![]
            }
            Request::Resolve { job, question, answer } => self.on_answer(*job, *question, *answer),
            Request::Cancel(id) => {
                self.forget_questions(*id);
                if let Some(job) = self.find_mut(*id) {
                    job.is_stopping = true;
                    job.is_asking = false;
                }
                vec![]
            }
            Request::Pause(id) | Request::Resume(id) => {
                self.change(*id, |job| job.is_paused = matches!(request, Request::Pause(_)));
                vec![]
            }
            Request::Limit { job: None, rate } => {
                self.limit = *rate;
                vec![]
            }
            Request::Limit { job: Some(id), rate } => {
                self.change(*id, |job| job.limit = *rate);
                vec![]
            }
            _ => vec![],
        }
    }

    fn add(&mut self, id: JobId, work: Work) {
        // The cursor stays on the newest job unless it was moved away from it.
        let was_last = self.cursor + 1 >= self.jobs.len();
        self.jobs.push(Job::new(id, work));
        if was_last {
            self.cursor = self.jobs.len() - 1;
            self.detail = 0;
        }
    }

    fn on_answer(&mut self, job: JobId, question: u64, answer: Answer) -> Vec<Effect> {
        self.questions.retain(|asked| asked.job != job || asked.question != question);
        self.later.retain(|later| *later != job);
        let mut effects = Vec::new();
        if answer.for_all {
            self.standing.push((job, answer));
            let others = self.questions.iter().filter(|asked| asked.job == job);
            effects.extend(others.map(|asked| resolve(job, asked.question, answer)));
            self.questions.retain(|asked| asked.job != job);
        }
        let is_asking = self.questions.iter().any(|asked| asked.job == job);
        if let Some(job) = self.find_mut(job) {
            job.is_asking = is_asking;
        }
        effects
    }

    /// Takes a report; returns what it leads to, or nothing if it is not about a job.
    pub fn on_report(&mut self, report: &Report) -> Option<Vec<Effect>> {
        match report {
            Report::Started { job, progress } => self.change(*job, |job| job.start(Arc::clone(progress))),
            Report::Items { job, results } => self.change(*job, |job| job.take(results.clone())),
            Report::Turn { job, has_turn } => {
                let turn = if *has_turn { Turn::Has } else { Turn::Waits };
                self.change(*job, |job| job.turn = turn);
            }
            Report::Reordered { jobs, .. } => self.reorder(jobs),
            Report::Kept { job, unfinished } => self.change(*job, |job| job.kept = Kept::Yes(*unfinished)),
            Report::Noted { job, note } => self.change(*job, |job| job.note(note.clone())),
            Report::Held { job, reason } => self.change(*job, |job| job.hold(reason.clone())),
            Report::Question { job, question, conflict } => {
                return Some(self.on_question(*job, *question, conflict));
            }
            Report::Finished { job, end } => self.on_finished(*job, end),
            _ => return None,
        }
        Some(vec![])
    }

    fn change(&mut self, id: JobId, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.find_mut(id) {
            change(job);
        }
    }

    /// Brings the jobs into the engine's order; those that it does not name keep their places, and the cursor its job.
    fn reorder(&mut self, order: &[JobId]) {
        let selected = self.selected().map(|job| job.id);
        let (mut named, mut places) = (Vec::new(), Vec::new());
        for job in std::mem::take(&mut self.jobs) {
            match order.iter().position(|id| *id == job.id) {
                Some(rank) => {
                    named.push((rank, job));
                    places.push(None);
                }
                None => places.push(Some(job)),
            }
        }
        named.sort_by_key(|(rank, _)| *rank);
        let mut named = named.into_iter().map(|(_, job)| job);
        self.jobs = places.into_iter().filter_map(|place| place.or_else(|| named.next())).collect();
        self.cursor = self.jobs.iter().position(|job| Some(job.id) == selected).unwrap_or_default();
    }

    fn on_question(&mut self, id: JobId, question: u64, conflict: &Conflict) -> Vec<Effect> {
        if let Some((_, answer)) = self.standing.iter().find(|(job, _)| *job == id) {
            return vec![resolve(id, question, *answer)];
        }
        let Some(job) = self.find_mut(id).filter(|job| !job.is_over() && !job.is_stopping) else { return vec![] };
        job.is_asking = true;
        self.questions.push_back(Asked { job: id, question, conflict: conflict.clone() });
        vec![]
    }

    fn on_finished(&mut self, id: JobId, end: &JobEnd) {
        self.forget_questions(id);
        self.standing.retain(|(job, _)| *job != id);
        self.change(id, |job| job.finish(end.clone()));
        self.ended = Some(id);
    }

    fn forget_questions(&mut self, id: JobId) {
        self.questions.retain(|asked| asked.job != id);
        self.later.retain(|job| *job != id);
    }

    /// Takes in the counters and the time.
    pub fn on_tick(&mut self, now: Timestamp, samples: &[(JobId, Snapshot)]) {
        for job in &mut self.jobs {
            let sample = samples.iter().find(|(id, _)| *id == job.id).map(|(_, snapshot)| snapshot);
            job.tick(now, sample);
        }
    }

    /// Takes notice of a key, which ends the short result in the strip.
    pub fn on_key(&mut self) {
        self.ended = None;
    }

    /// Returns the question to show next, leaving out those that were put off.
    pub fn next_question(&self) -> Option<&Asked> {
        self.questions.iter().find(|asked| !self.later.contains(&asked.job))
    }

    /// Puts the questions of a job off until they are asked for.
    pub fn put_off(&mut self, job: JobId) {
        if !self.later.contains(&job) {
            self.later.push(job);
        }
    }

    /// Asks the selected job's questions again; returns whether it has any.
    pub fn ask_again(&mut self) -> bool {
        let Some(id) = self.selected().map(|job| job.id) else { return false };
        self.later.retain(|job| *job != id);
        self.questions.iter().any(|asked| asked.job == id)
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        self.cursor = self.cursor().saturating_add_signed(rows).min(self.jobs.len().saturating_sub(1));
        self.detail = 0;
    }

    /// Puts the cursor on the job at this line of the table, if there is one; returns whether there is.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) -> bool {
        let places = places(area, self.jobs.len(), self.cursor());
        let at = (column, row).into();
        let line = places.rows.contains(at).then(|| places.first + usize::from(row - places.rows.y));
        let Some(job) = line.filter(|line| *line < self.jobs.len()) else { return false };
        self.cursor = job;
        self.detail = 0;
        true
    }

    /// Scrolls the items of the selected job by so many lines.
    pub fn scroll_detail(&mut self, lines: isize) {
        let last = self.selected().map_or(0, |job| (job.notes.len() + job.results.kept()).saturating_sub(1));
        self.detail = self.detail.saturating_add_signed(lines).min(last);
    }

    /// Returns the request to cancel the selected job, if it is not over.
    pub fn cancel(&self) -> Vec<Effect> {
        let open = self.selected().filter(|job| job.can_pause());
        open.map(|job| Effect::Submit(Request::Cancel(job.id))).into_iter().collect()
    }

    /// Returns the request to pause the selected job, or to resume it if it is paused.
    pub fn pause(&self) -> Vec<Effect> {
        let open = self.selected().filter(|job| job.can_pause());
        open.map(|job| pause_request(job, !job.is_paused)).into_iter().collect()
    }

    /// Returns the request to let the selected job come sooner or later, if it waits.
    pub fn reorder_request(&self, is_sooner: bool) -> Vec<Effect> {
        let waiting = self.selected().filter(|job| matches!(job.state(), JobState::Queued | JobState::Paused));
        waiting.map(|job| Effect::Submit(Request::Reorder { job: job.id, is_sooner })).into_iter().collect()
    }

    /// Returns the requests to pause all jobs, or to resume all if none is left to be paused.
    pub fn pause_all(&self) -> Vec<Effect> {
        let open = || self.jobs.iter().filter(|job| job.can_pause());
        let is_pause = open().any(|job| !job.is_paused);
        open().filter(|job| job.is_paused != is_pause).map(|job| pause_request(job, is_pause)).collect()
    }

    /// Returns the request for a new job with what failed in the selected one, if anything did.
    pub fn retry(&self, ids: &mut Ids) -> Vec<Effect> {
        let Some((job, work)) = self.selected().and_then(|job| Some((job, job.retry()?))) else { return vec![] };
        let id = ids.job();
        let limit = job.limit.map(|rate| Request::Limit { job: Some(id), rate: Some(rate) });
        let begin = match job.kept {
            // What it has begun is gone on with.
            Kept::Yes(unfinished) => Request::TakeUp { job: id, unfinished, work },
            Kept::No | Kept::HandedOn => Request::Start { job: id, work },
        };
        std::iter::once(begin).chain(limit).map(Effect::Submit).collect()
    }

    /// Forgets all jobs that are over; the cursor stays on its job, or on the next one that is left. What failed and has
    /// begun something stays until that is gone on with or discarded: the next start would offer it. Returns how many do.
    pub fn clear_finished(&mut self) -> usize {
        let stays = |job: &Job| !job.is_over() || job.is_kept();
        self.cursor = self.jobs.iter().take(self.cursor()).filter(|job| stays(job)).count();
        self.jobs.retain(stays);
        self.ended = None;
        self.cursor = self.cursor();
        self.detail = 0;
        self.jobs.iter().filter(|job| job.is_kept()).count()
    }
}

fn pause_request(job: &Job, is_pause: bool) -> Effect {
    Effect::Submit(if is_pause { Request::Pause(job.id) } else { Request::Resume(job.id) })
}

fn resolve(job: JobId, question: u64, answer: Answer) -> Effect {
    Effect::Submit(Request::Resolve { job, question, answer })
}

#[cfg(test)]
mod tests;
