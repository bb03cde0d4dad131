//! Which jobs run: a few at once, in the order in which they were queued, as far as nothing keeps one back.
//!
//! A paused job gives its place to the next, or a person who pauses a long one to let another go first would wait for
//! nothing; when it is resumed it gets the first place that is free. What it touches stays taken: a job that
//! was queued behind it for the sake of a place that both change waits on.

use tokio::sync::watch;

use super::footprint::Footprint;
use crate::model::job::JobId;

/// How many jobs run beside each other.
const PLACES: usize = 4;

/// All jobs that have not ended, in their order.
#[derive(Debug, Default)]
pub(super) struct Roster {
    jobs: Vec<Standing>,
}

#[derive(Debug)]
struct Standing {
    id: JobId,
    footprint: Footprint,
    is_paused: bool,
    /// Whether it runs.
    turn: watch::Sender<bool>,
}

impl Standing {
    fn runs(&self) -> bool {
        *self.turn.borrow()
    }
}

impl Roster {
    /// Adds a job behind the others. Returns what says whether it is its turn.
    pub fn add(&mut self, id: JobId, footprint: Footprint) -> watch::Receiver<bool> {
        let (turn, told) = watch::channel(false);
        self.jobs.push(Standing { id, footprint, is_paused: false, turn });
        self.settle();
        told
    }

    /// Takes a job out that has ended.
    pub fn remove(&mut self, id: JobId) {
        self.jobs.retain(|job| job.id != id);
        self.settle();
    }

    /// Takes a job's place away until it is resumed.
    pub fn pause(&mut self, id: JobId) {
        self.set_paused(id, true);
    }

    /// Lets a job run again as soon as there is a place.
    pub fn resume(&mut self, id: JobId) {
        self.set_paused(id, false);
    }

    /// Lets a job that does not run pass the next one that does not, and those between them. Says whether it did: what
    /// was queued to see what another leaves must not come before it. Nothing if there is none to pass.
    pub fn reorder(&mut self, id: JobId, is_sooner: bool) -> Option<bool> {
        let at = self.jobs.iter().position(|job| job.id == id && !job.runs())?;
        let waits = |(place, job): (usize, &Standing)| (!job.runs()).then_some(place);
        let to = if is_sooner {
            self.jobs.iter().enumerate().take(at).rev().find_map(waits)?
        } else {
            self.jobs.iter().enumerate().skip(at + 1).find_map(waits)?
        };
        let job = self.jobs.remove(at);
        let passed = self.jobs.iter().skip(at.min(to)).take(at.abs_diff(to));
        let is_free = passed.into_iter().all(|other| !other.footprint.is_in_the_way_of(&job.footprint));
        self.jobs.insert(if is_free { to } else { at }, job);
        if is_free {
            self.settle();
        }
        Some(is_free)
    }

    /// Returns all jobs in their order.
    pub fn order(&self) -> Vec<JobId> {
        self.jobs.iter().map(|job| job.id).collect()
    }

    fn set_paused(&mut self, id: JobId, is_paused: bool) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            job.is_paused = is_paused;
            if is_paused {
                job.turn.send_replace(false);
            }
        }
        self.settle();
    }

    /// Gives the free places to those who are next.
    fn settle(&mut self) {
        let mut free = PLACES.saturating_sub(self.jobs.iter().filter(|job| job.runs()).count());
        for (at, job) in self.jobs.iter().enumerate() {
            if free == 0 {
                return;
            }
            let is_behind = || self.jobs.iter().take(at).any(|other| other.footprint.is_in_the_way_of(&job.footprint));
            if !job.is_paused && !job.runs() && !is_behind() {
                job.turn.send_replace(true);
                free -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::Work;
    use crate::model::location::Location;

    fn roster(folders: &[&str]) -> (Roster, Vec<watch::Receiver<bool>>) {
        let mut roster = Roster::default();
        let turns = (1..).zip(folders).map(|(id, folder)| {
            let work = Work::CreateFolder(Location::Local(folder.into()));
            roster.add(JobId(id), Footprint::of(&work))
        });
        let turns = turns.collect();
        (roster, turns)
    }

    fn running(turns: &[watch::Receiver<bool>]) -> Vec<u64> {
        (1..).zip(turns).filter(|(_, turn)| *turn.borrow()).map(|(id, _)| id).collect()
    }

    #[test]
    fn a_few_run_at_once_and_the_next_when_one_ends() {
        let (mut roster, turns) = roster(&["/a", "/b", "/c", "/d", "/e", "/f"]);
        assert_eq!(running(&turns), [1, 2, 3, 4]);
        roster.remove(JobId(2));
        let left: Vec<_> = turns.into_iter().filter(|turn| turn.has_changed().is_ok()).collect();
        assert_eq!(left.iter().filter(|turn| *turn.borrow()).count(), 4);
    }

    #[test]
    fn a_paused_job_gives_its_place_away_and_gets_the_next_free_one() {
        let (mut roster, turns) = roster(&["/a", "/b", "/c", "/d", "/e", "/f"]);
        roster.pause(JobId(1));
        assert_eq!(running(&turns), [2, 3, 4, 5]);
        roster.resume(JobId(1));
        assert_eq!(running(&turns), [2, 3, 4, 5], "nobody loses a place for it");
        roster.pause(JobId(3));
        assert_eq!(running(&turns), [1, 2, 4, 5]);
    }

    #[test]
    fn one_that_is_paused_before_its_turn_is_passed_over() {
        let (mut roster, turns) = roster(&["/a", "/b", "/c", "/d", "/e", "/f"]);
        roster.pause(JobId(5));
        roster.pause(JobId(1));
        assert_eq!(running(&turns), [2, 3, 4, 6]);
    }

    fn order(roster: &Roster) -> Vec<u64> {
        roster.order().iter().map(|id| id.0).collect()
    }

    #[test]
    fn a_job_that_waits_passes_the_next_that_waits_and_gets_the_next_place() {
        let (mut roster, turns) = roster(&["/a", "/b", "/c", "/d", "/e", "/f", "/g"]);
        assert_eq!(roster.reorder(JobId(7), true), Some(true));
        assert_eq!(order(&roster), [1, 2, 3, 4, 5, 7, 6]);
        assert_eq!(roster.reorder(JobId(5), false), Some(true));
        assert_eq!(order(&roster), [1, 2, 3, 4, 7, 5, 6]);
        assert_eq!((roster.reorder(JobId(7), true), roster.reorder(JobId(6), false)), (None, None), "none waits there");
        assert_eq!(
            (roster.reorder(JobId(1), false), roster.reorder(JobId(9), true)),
            (None, None),
            "it runs, or is gone"
        );
        roster.pause(JobId(2));
        assert_eq!(running(&turns), [1, 3, 4, 7]);
        assert_eq!(roster.reorder(JobId(5), true), Some(true), "past those that run, to the one that is paused");
        assert_eq!(order(&roster), [1, 5, 2, 3, 4, 7, 6]);
    }

    #[test]
    fn what_was_queued_behind_a_place_that_both_change_stays_behind_it() {
        let (mut roster, turns) = roster(&["/a", "/b", "/c", "/d", "/e", "/e", "/f"]);
        assert_eq!(roster.reorder(JobId(6), true), Some(false));
        assert_eq!(roster.reorder(JobId(5), false), Some(false));
        assert_eq!(order(&roster), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(roster.reorder(JobId(7), true), Some(true));
        roster.pause(JobId(1));
        roster.pause(JobId(2));
        assert_eq!(running(&turns), [3, 4, 5, 7]);
    }

    #[test]
    fn what_a_paused_job_touches_stays_taken() {
        let (mut roster, turns) = roster(&["/a", "/a", "/b"]);
        assert_eq!(running(&turns), [1, 3]);
        roster.pause(JobId(1));
        assert_eq!(running(&turns), [3]);
        roster.resume(JobId(1));
        assert_eq!(running(&turns), [1, 3]);
    }
}
