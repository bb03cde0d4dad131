//! A job found a target that exists: both sides, and what to do with this one or with all that follow.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Reply, Step};
use crate::app::effect::Effect;
use crate::model::job::{JobId, Report, Request};
use crate::model::plan::{Answer, Conflict, ConflictPolicy, Side};
use crate::model::text::{count, long_time, size, truncate_start, visible};

/// What the first buttons mean; the one behind them cancels the job.
const ANSWERS: [ConflictPolicy; 4] =
    [ConflictPolicy::Skip, ConflictPolicy::Overwrite, ConflictPolicy::Newer, ConflictPolicy::Rename];

/// A question that a job waits for.
#[derive(Debug)]
pub struct Overwrite {
    form: Form,
    job: JobId,
    question: u64,
    conflict: Conflict,
    for_all: bool,
    zone: TimeZone,
}

impl Overwrite {
    /// Returns the question; the safe answer, which leaves the target alone, has the focus.
    pub fn new(job: JobId, question: u64, conflict: Conflict, zone: TimeZone) -> Self {
        Self { form: Form::at(1), job, question, conflict, for_all: false, zone }
    }

    fn time(&self, time: Option<Timestamp>) -> String {
        time.map_or_else(|| "-".to_owned(), |time| long_time(time, &self.zone))
    }

    fn rows(&self) -> Vec<(&'static str, String, String)> {
        let Conflict { source_side: source, target_side: target, .. } = &self.conflict;
        let etag = |side: &Side| side.etag.as_deref().map_or_else(|| "-".to_owned(), |etag| visible(etag).into_owned());
        let mut rows = vec![
            ("Size", size_words(source.size), size_words(target.size)),
            ("Modified", self.time(source.modified), self.time(target.modified)),
        ];
        if source.etag.is_some() || target.etag.is_some() {
            rows.push(("ETag", etag(source), etag(target)));
        }
        rows
    }
}

fn size_words(bytes: Option<u64>) -> String {
    match bytes {
        Some(bytes) if bytes >= 1024 => format!("{} ({} bytes)", size(bytes), count(bytes)),
        Some(bytes) => size(bytes),
        None => "-".to_owned(),
    }
}

/// Says how the source compares, in words.
fn comparison(conflict: &Conflict) -> Option<String> {
    let (source, target) = (&conflict.source_side, &conflict.target_side);
    let age = source.modified.zip(target.modified).map(|(source, target)| match source.cmp(&target) {
        std::cmp::Ordering::Less => "older",
        std::cmp::Ordering::Equal => "of the same time",
        std::cmp::Ordering::Greater => "newer",
    });
    let bulk = source.size.zip(target.size).map(|(source, target)| match source.cmp(&target) {
        std::cmp::Ordering::Less => "smaller",
        std::cmp::Ordering::Equal => "of the same size",
        std::cmp::Ordering::Greater => "larger",
    });
    let words: Vec<_> = age.into_iter().chain(bulk).collect();
    (!words.is_empty()).then(|| format!("The source is {}.", words.join(" and ")))
}

impl Ask for Overwrite {
    fn sheet(&self) -> Sheet<'_> {
        let target = visible(&self.conflict.target).into_owned();
        let mut parts = vec![Part::Text(Role::Text, format!("{} exists.", truncate_start(&target, 140)))];
        parts.extend(comparison(&self.conflict).map(|words| Part::Text(Role::Text, words)));
        parts.push(Part::Gap);
        parts.push(Part::Sides { heads: ["Source", "Target"], rows: self.rows() });
        parts.push(Part::Gap);
        let options = vec!["this one".into(), "all of this job".into()];
        parts.push(Part::Choice { label: "For", options, chosen: usize::from(self.for_all) });
        let buttons = vec!["Skip", "Overwrite", "Newer", "Rename", "Cancel job"];
        Sheet { title: "Target exists".into(), tone: Tone::Danger, parts, buttons }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn choose(&mut self, _stop: usize, option: usize) {
        self.for_all = option == 1;
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        let request = match ANSWERS.get(button) {
            Some(policy) => {
                let answer = Answer { policy: *policy, for_all: self.for_all };
                Request::Resolve { job: self.job, question: self.question, answer }
            }
            None => Request::Cancel(self.job),
        };
        Step::Close(vec![Effect::Submit(request)])
    }

    fn cancel(&mut self) -> Step {
        Step::Reply(Reply::Later(self.job))
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        // The job has ended without an answer: there is nothing left to ask.
        matches!(report, Report::Finished { job, .. } if *job == self.job).then(Step::close)
    }
}
