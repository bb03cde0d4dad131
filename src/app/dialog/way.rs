//! The ways to make a place public or private: what stands in them, and what each changes besides.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Reply, Step};
use crate::app::access::Asked;
use crate::app::effect::Effect;
use crate::model::access::exposure::{Choice, Exposure, Plan, Step as Written};
use crate::model::job::{Report, Request};
use crate::model::text::visible;

/// A list of ways, of which one is looked at closer. The smallest change comes first.
#[derive(Debug)]
pub struct Ways {
    form: Form,
    /// The row that had the focus last.
    picked: usize,
    exposure: Exposure,
    plan: Asked<Plan>,
}

impl Ways {
    /// Returns the list for a place, and what asks for it.
    pub fn new(exposure: Exposure, ids: &mut Ids) -> (Self, Vec<Effect>) {
        let ticket = ids.ticket();
        let asked = Request::PlanExposure { ticket, exposure: Box::new(exposure.clone()) };
        (Self { form: Form::at(0), picked: 0, exposure, plan: Asked::Running(ticket) }, vec![Effect::Submit(asked)])
    }

    fn choices(&self) -> &[Choice] {
        self.plan.ready().map_or(&[], |plan| &plan.choices)
    }

    /// Describes a plan.
    fn parts<'a>(&self, plan: &Plan) -> Vec<Part<'a>> {
        let (place, word) = (self.exposure.place(), self.exposure.word());
        let text = |role, words: &str| Part::Text(role, visible(words).into_owned());
        let mut parts = Vec::new();
        if plan.is_reached {
            parts.push(text(Role::Good, &format!("It is {word} already: {}.", plan.notes.join("; "))));
            return parts;
        }
        if !plan.obstacles.is_empty() {
            parts.push(text(Role::Label, "In the way:"));
            parts.extend(plan.obstacles.iter().map(|obstacle| text(Role::Warning, &format!("  {obstacle}"))));
            parts.push(Part::Gap);
        }
        for choice in &plan.choices {
            parts.push(Part::Row { label: "", value: choice.name.to_owned() });
            parts.push(text(Role::Dim, &format!("   {}", choice.title)));
            parts.push(text(Role::Dim, &format!("   writes: {}", Written::titles(&choice.steps))));
            let besides = choice.besides.iter().map(|words| text(Role::Warning, &format!("   besides: {words}")));
            parts.extend(besides);
        }
        if plan.choices.is_empty() {
            let words = format!("{place} cannot be made {word} from here; what stands in the way is said above.");
            parts.push(text(Role::Error, &words));
        }
        if !plan.notes.is_empty() {
            parts.push(Part::Gap);
        }
        parts.extend(plan.notes.iter().map(|note| text(Role::Dim, &format!("Note: {note}"))));
        parts
    }
}

impl Ask for Ways {
    fn sheet(&self) -> Sheet<'_> {
        let text = |role, words: &str| Part::Text(role, visible(words).into_owned());
        let (tone, parts) = match &self.plan {
            Asked::Done(plan) => (Tone::Plain, self.parts(plan)),
            Asked::Failed(error) => {
                let hint = error.hint().map(|hint| text(Role::Dim, &hint));
                let failed = text(Role::Error, &error.to_string());
                (Tone::Failure, std::iter::once(failed).chain(hint).collect())
            }
            Asked::Not | Asked::Running(_) | Asked::Stopped => {
                (Tone::Plain, vec![text(Role::Text, "Looking at what stands in the way …")])
            }
        };
        let buttons = match &self.plan {
            Asked::Done(plan) if !plan.choices.is_empty() => vec!["Show the difference", "Cancel"],
            Asked::Done(_) | Asked::Failed(_) => vec!["Close"],
            Asked::Not | Asked::Running(_) | Asked::Stopped => vec!["Cancel"],
        };
        Sheet { title: visible(&self.exposure.title()).into_owned().into(), tone, parts, buttons }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn leave(&mut self, stop: usize, _ids: &mut Ids) -> Step {
        self.picked = if stop < self.choices().len() { stop } else { self.picked };
        Step::stay()
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        let choices = self.choices();
        match choices.get(self.form.focus).or_else(|| choices.get(self.picked)) {
            Some(choice) if button == 0 => {
                Step::Reply(Reply::Review(Box::new(self.exposure.clone()), Box::new(choice.clone())))
            }
            _ => self.cancel(),
        }
    }

    fn cancel(&mut self) -> Step {
        Step::Close(self.plan.stop().into_iter().collect())
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        match report {
            Report::ExposurePlanned { ticket, plan } if self.plan.waits_for(*ticket) => {
                self.plan = Asked::Done((**plan).clone());
            }
            Report::Failed { ticket, error } if self.plan.waits_for(*ticket) => {
                self.plan = Asked::Failed(error.clone());
            }
            _ => return None,
        }
        self.form = Form::at(0);
        Some(Step::stay())
    }
}
