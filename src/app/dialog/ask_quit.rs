//! Leaving while jobs run.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::model::job::{Leaving, Report};
use crate::model::text;

/// Asks whether to leave although jobs run. The safe button is the focused one.
#[derive(Debug)]
pub struct AskQuit {
    form: Form,
    jobs: usize,
}

impl AskQuit {
    /// Returns the question for so many unfinished jobs.
    pub fn new(jobs: usize) -> Self {
        Self { form: Form::at(0), jobs }
    }
}

impl Ask for AskQuit {
    fn sheet(&self) -> Sheet<'_> {
        let jobs = text::counted(self.jobs as u64, "job is", "jobs are");
        let parts = vec![
            Part::Text(Role::Text, format!("{jobs} not finished.")),
            Part::Text(
                Role::Dim,
                "Kept jobs are offered at the next start, and only what is missing is copied then. Cancelled ones leave \
                 what is copied; what is half copied is removed, and uploads are aborted."
                    .to_owned(),
            ),
        ];
        Sheet {
            title: "Quit".into(),
            tone: Tone::Danger,
            parts,
            buttons: vec!["Stay", "Keep and quit", "Cancel and quit"],
        }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    /// With the last job the question ends: nothing stands in the way any more.
    fn on_report(&mut self, report: &Report) -> Option<Step> {
        matches!(report, Report::Finished { .. }).then(|| {
            self.jobs = self.jobs.saturating_sub(1);
            if self.jobs == 0 { Step::close() } else { Step::stay() }
        })
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        match button {
            1 => Step::Close(vec![Effect::Quit(Leaving::Keep)]),
            2 => Step::Close(vec![Effect::Quit(Leaving::Cancel)]),
            _ => Step::close(),
        }
    }
}
