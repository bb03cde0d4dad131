//! What policies say to a question: which statement allows it, and which denies it.

use super::case::Case;
use super::condition::Condition;
use super::document::{Effect, Policy, Statement};
use super::finding::{Answer, Finding, Label, Layer};
use super::principal::Naming;
use super::truth::Truth;
use super::words;

/// Returns whether a statement of a policy allows it.
pub(super) fn allow(case: &Case<'_>, policy: &Policy, layer: Layer, naming: Naming) -> Finding {
    let none = Finding::new(Answer::No, layer, format!("no statement of the {} allows it", layer.name()));
    let allowing = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    allowing.filter_map(|statement| allow_by(case, policy, statement, layer, naming)).fold(none, Finding::or)
}

/// Returns what one statement says; nothing if it is about something else.
fn allow_by(case: &Case<'_>, policy: &Policy, statement: &Statement, layer: Layer, naming: Naming) -> Option<Finding> {
    let met = case.is_met_by(policy, statement, naming);
    if met.is_no() {
        return None;
    }
    let label = Label::of(statement, layer);
    let holds = case.holds(policy, statement);
    let name = layer.name();
    let finding = match met.and(holds) {
        Truth::Yes => {
            Finding::new(Answer::Yes, layer, format!("{label} of the {name} allows it{}", so(case, statement)))
        }
        Truth::Depends(words) => {
            Finding::new(Answer::Depends, layer, format!("{label} of the {name} allows it, if {words}"))
        }
        Truth::Unknown(read) => {
            let because = format!("whether {label} of the {name} allows it cannot be said: {read}");
            Finding::new(Answer::Unknown, layer, because)
        }
        Truth::No => {
            let condition = words::all(&statement.conditions);
            let but = failing(case, policy, statement);
            Finding::held_back(layer, format!("{label} of the {name} would allow it if {condition}, but {but}"))
        }
    };
    Some(finding.about(label))
}

/// Returns whether no statement of a policy denies it.
pub(super) fn not_denied(case: &Case<'_>, policy: &Policy, layer: Layer) -> Finding {
    let denying = policy.statements.iter().filter(|statement| statement.effect == Effect::Deny);
    denying.filter_map(|statement| deny_by(case, policy, statement, layer)).fold(Finding::pass(), Finding::and)
}

fn deny_by(case: &Case<'_>, policy: &Policy, statement: &Statement, layer: Layer) -> Option<Finding> {
    let label = Label::of(statement, layer);
    let truth = case.is_met_by(policy, statement, Naming::Any).and(case.holds(policy, statement));
    let finding = match truth {
        Truth::No => return None,
        Truth::Yes => Finding::held_back(
            layer,
            format!("{label} of the {} denies it explicitly{}", layer.name(), so(case, statement)),
        ),
        Truth::Depends(words) => {
            Finding::new(Answer::Depends, layer, format!("{label} of the {} denies it, if {words}", layer.name()))
        }
        Truth::Unknown(read) => {
            let because = format!("whether {label} of the {} denies it cannot be said: {read}", layer.name());
            Finding::new(Answer::Unknown, layer, because)
        }
    };
    Some(finding.about(label))
}

/// Says why the conditions of a statement do not hold.
fn failing(case: &Case<'_>, policy: &Policy, statement: &Statement) -> String {
    let fails = |condition: &&Condition| condition.holds(&case.context, policy.has_variables()).is_no();
    match statement.conditions.iter().find(fails) {
        Some(condition) if case.context.get(&condition.key).is_none() => {
            format!("the request has no {}", condition.key)
        }
        _ => "that is not so here".to_owned(),
    }
}

/// Says under which conditions a statement did what it did.
fn so(case: &Case<'_>, statement: &Statement) -> String {
    match statement.conditions.as_slice() {
        [] => String::new(),
        conditions => {
            let mut absent: Vec<_> = conditions.iter().map(|condition| condition.key.as_str()).collect();
            absent.retain(|key| case.context.get(key).is_none());
            absent.dedup();
            // That a missing key is taken for one that fits is what people trip over.
            let here = if absent.is_empty() {
                "as here".to_owned()
            } else {
                format!("as in a request without {}", absent.join(" and "))
            };
            format!(" where {}, {here}", words::all(conditions))
        }
    }
}
