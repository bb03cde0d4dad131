//! Makes a place public or private for the commands that do: looks, shows what would be written, writes, and proves it.

use super::access::gather;
use super::output::{say, say_error};
use super::session::{Session, Stop};
use crate::model::access::exposure::{Choice, Exposed, Exposure, Plan, Step, StepEnd};
use crate::model::job::{Report, Request};
use crate::model::text::visible;

/// Returns how it is done, from what stands there now.
pub async fn plan(session: &mut Session<'_>, exposure: &Exposure) -> Result<Plan, Stop> {
    let exposure = Box::new(exposure.clone());
    let asked = session.ask(|ticket| Request::PlanExposure { ticket, exposure });
    let pick = |report| match report {
        Report::ExposurePlanned { ticket, plan } if ticket == asked => Some(*plan),
        _ => None,
    };
    session.answer(asked, pick).await
}

/// Writes what a choice writes. Says of a failure what was written before, and in any case how it is put back.
pub async fn apply(session: &mut Session<'_>, exposure: &Exposure, choice: &Choice) -> Result<(), Stop> {
    let (own, way) = (Box::new(exposure.clone()), Box::new(choice.clone()));
    let asked = session.ask(|ticket| Request::Expose { ticket, exposure: own, choice: way });
    let pick = |report| match report {
        Report::Exposed { ticket, exposed } if ticket == asked => Some(exposed),
        _ => None,
    };
    let exposed = session.answer(asked, pick).await?;
    for (step, end) in choice.steps.iter().zip(&exposed.ends) {
        tell_end(step, end);
    }
    if exposed.is_whole() {
        say("written; so it is put back:");
    } else if exposed.standing(choice).next().is_none() {
        say("nothing was changed");
    } else {
        say(
            "what was written stands, and may take some seconds to count before the same is tried again; so it is put back:",
        );
    }
    tell_way_back(exposure, choice, &exposed);
    if exposed.is_whole() { Ok(()) } else { Err(Stop::Told) }
}

/// Says of a step that did not end as it should how it ended.
fn tell_end(step: &Step, end: &StepEnd) {
    let title = step.title();
    match end {
        StepEnd::Written | StepEnd::Untried => {}
        StepEnd::Altered => say(&format!("the {title} is {}", end.words())),
        StepEnd::Refused(error) => say_error(error),
        StepEnd::Uncertain(error) => {
            say_error(error);
            say(&format!("whether the {title} was written is not known"));
        }
    }
}

/// Says by which commands the documents are put back: the last that was written first.
fn tell_way_back(exposure: &Exposure, choice: &Choice, exposed: &Exposed) {
    for (step, end) in exposed.standing_ends(choice) {
        match exposure.way_back(step) {
            // What was kept before is older where this write never happened.
            Some(command) if matches!(end, StepEnd::Uncertain(_)) => {
                say(&format!("  only if the {} is not as it was (look first): {command}", step.title()));
            }
            Some(command) => say(&format!("  {command}")),
            None => say(&format!("  the {} granted something that no command can name", step.title())),
        }
    }
}

/// Proves that the aim is reached, and says by what.
pub async fn prove(session: &mut Session<'_>, exposure: &Exposure) -> Result<String, Stop> {
    let evidence = gather(session, exposure.source(), None).await?;
    exposure.proof(&evidence).map_err(|words| {
        say(&visible(&words));
        Stop::Told
    })
}

/// Returns what stands in the way, and the ways that are offered.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if !plan.obstacles.is_empty() {
        lines.push("In the way:".to_owned());
    }
    lines.extend(plan.obstacles.iter().map(|obstacle| format!("  {obstacle}")));
    if !plan.choices.is_empty() {
        lines.push("Ways:".to_owned());
    }
    for choice in &plan.choices {
        lines.push(format!("  {:<7} {}", choice.name, choice.title));
        lines.extend(choice.besides.iter().map(|words| format!("          besides: {words}")));
    }
    lines.extend(plan.notes.iter().map(|note| format!("Note: {note}")));
    lines
}

/// Returns the difference that steps make, document by document.
pub fn differences(steps: &[Step]) -> Vec<String> {
    let mut lines = Vec::new();
    for step in steps {
        lines.push(format!("{}:", step.title()));
        lines.extend(step.difference().into_iter().map(|line| format!("  {line}")));
    }
    lines
}
